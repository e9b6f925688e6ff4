"""Addresses under which an image service gives an image of the wanted size.

IIIF Image API 1.1, 2.1 and 3.0, https://iiif.io/api/image/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from zij.corpora.sources.linked import listed, pixels_of
from zij.corpora.sources.manifest import Canvas, Service

__all__ = ["image_addresses"]


def image_addresses(canvas: Canvas, size: int, information: Callable[[], Any]) -> Iterator[str]:
    """Addresses to be tried one after the other.

    Parameters
    ----------
    canvas : Canvas
    size : int
        Pixels that the longer side is to have at most.
    information : callable
        Gives the service's `info.json`, None if it cannot be had; called only where it is needed.

    Yields
    ------
    str
        The image scaled down to `size` if it is larger; what the service says it can give; the whole image;
        the address that stands in the manifest.
    """
    given: set[str] = set()
    for address in _all(canvas, size, information):
        if address and address not in given:
            given.add(address)
            yield address


def _all(canvas: Canvas, size: int, information: Callable[[], Any]) -> Iterator[str]:
    service = canvas.service
    if service is not None:
        if canvas.width and canvas.height and service.level != 0:
            yield _scaled(service, canvas.width, canvas.height, size)
        data = information()
        if isinstance(data, dict):
            yield from _as_told(service, data, size)
        yield _whole(service)
        if service.version == 2:
            yield f"{service.id}/full/max/0/default.jpg"
    yield canvas.image


def _scaled(service: Service, width: int, height: int, size: int) -> str:
    """The image with a longer side of `size`, or whole if it is no larger."""
    longest = max(width, height)
    if longest <= size:
        return _whole(service)
    return f"{service.id}/full/{max(round(width * size / longest), 1)},/0/{_quality(service)}.jpg"


def _whole(service: Service) -> str:
    return f"{service.id}/full/{'max' if service.version == 3 else 'full'}/0/{_quality(service)}.jpg"


def _quality(service: Service) -> str:
    return "native" if service.version == 1 else "default"


def _as_told(service: Service, data: dict[str, Any], size: int) -> Iterator[str]:
    """What `info.json` offers: one of its sizes where it has no others, else the size within its limits."""
    width, height = pixels_of(data.get("width")), pixels_of(data.get("height"))
    profiles = [part for part in listed(data.get("profile")) if isinstance(part, dict)]
    limits = {name: pixels_of(data.get(name)) for name in ("maxWidth", "maxHeight")}
    for part in profiles:
        limits = {name: limits[name] or pixels_of(part.get(name)) for name in limits}
    most = min([size, *(limit for limit in limits.values() if limit)])
    sizes = [
        (pixels_of(entry.get("width")), pixels_of(entry.get("height")))
        for entry in listed(data.get("sizes"))[:100]
        if isinstance(entry, dict)
    ]
    sizes = sorted((entry for entry in sizes if all(entry)), key=max)
    said = " ".join(str(part)[:100] for part in listed(data.get("profile")))
    if "level0" in said or service.level == 0:
        enough = [entry for entry in sizes if max(entry) >= most] or sizes[-1:]
        for w, h in enough[:1]:
            shape = f"{w},{h}" if service.version == 3 else f"{w},"
            yield f"{service.id}/full/{shape}/0/{_quality(service)}.jpg"
        return
    if width and height:
        yield _scaled(service, width, height, most)
