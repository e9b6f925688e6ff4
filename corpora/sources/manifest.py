"""IIIF manifests of versions 2 and 3 as libraries write them, which is not always as the standard says.

IIIF Presentation API 2.1 and 3.0, https://iiif.io/api/presentation/. Nothing is fetched here. What is not as
it should be is passed over; a canvas of which no image can be told says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from zij.corpora.sources.linked import address_of, id_of, kind_of, listed, pixels_of, text_of, texts_of
from zij.errors import InputError

__all__ = ["Canvas", "Collection", "Manifest", "Service", "read_manifest"]

MOST = 20_000  # canvases of a manifest, members of a collection
_FIRST = ("ImageService1", "/image/1", "image-api/1", "image-api/compliance")  # as version 1 is told
_DEEPEST = 12  # choices within choices


@dataclass(frozen=True, slots=True)
class Service:
    """An image service: its address, its version (1, 2 or 3), and its level (0, 1, 2; None if not told).

    Attributes
    ----------
    id : str
        Its address.
    version : int
    level : int or None
    """

    id: str
    version: int
    level: int | None


@dataclass(frozen=True, slots=True)
class Canvas:
    """A page as a manifest names it.

    Attributes
    ----------
    id : str
        Its URI, "" if it has none.
    label : str
    image : str
        Address of its image as the manifest has it.
    service : Service or None
        Where the image can be had in other sizes.
    width, height : int
        Of the image, or of the canvas; 0 where not told.
    rights : str
    trouble : str
        Why it has no image; "" if it has one.
    remark : str
        What was tolerated.
    """

    id: str
    label: str = ""
    image: str = ""
    service: Service | None = None
    width: int = 0
    height: int = 0
    rights: str = ""
    trouble: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A book as a manifest describes it.

    Attributes
    ----------
    id, label, rights, date : str
        Rights: licence and attribution; date: of navigation.
    facts : tuple of (str, str)
        What else is said of it, label and value.
    canvases : tuple of Canvas
    left_out : int
        Canvases beyond the greatest number that is read.
    """

    id: str
    label: str
    rights: str
    date: str
    facts: tuple[tuple[str, str], ...]
    canvases: tuple[Canvas, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Collection:
    """A list of manifests and of further collections.

    Attributes
    ----------
    id, label : str
    members : tuple of (str, str, mapping)
        Address and label of each, and what stands there of it, which may be the whole.
    next : str
        Address of the next part of the list, "" if there is none.
    """

    id: str
    label: str
    members: tuple[tuple[str, str, Mapping[str, Any]], ...] = field(repr=False, default=())
    next: str = ""


def read_manifest(data: Any, name: str = "the manifest") -> Manifest | Collection:
    """The manifest or collection that parsed JSON holds.

    Parameters
    ----------
    data : any
        As `json.loads` gives it.
    name : str
        What to call it in an error.

    Returns
    -------
    Manifest or Collection

    Raises
    ------
    InputError
        If it is neither.
    """
    if not isinstance(data, dict):
        raise InputError(f"{name}: is no IIIF manifest (it is no JSON object); check the address.")
    kind = kind_of(data)
    if kind == "Collection":
        return _collection(data)
    found = list(_canvas_objects(data))
    if kind != "Manifest" and not found:
        raise InputError(
            f"{name}: is no IIIF manifest but {text_of(data.get('type'))[:40]!r}; check the address."
        )
    rights = _rights(data)
    canvases = tuple(_canvas(entry, rights) for entry in found[:MOST])
    label, date = text_of(data.get("label")), text_of(data.get("navDate"))
    left_out = max(len(found) - MOST, 0)
    return Manifest(id_of(data), label, rights, date, tuple(_facts(data)), canvases, left_out)


def _collection(data: dict[str, Any]) -> Collection:
    members: list[tuple[str, str, Mapping[str, Any]]] = []
    for name in ("items", "manifests", "collections", "members"):
        for entry in listed(data.get(name)):
            if isinstance(entry, str):
                entry = {"id": entry}
            if (
                isinstance(entry, dict)
                and kind_of(entry) in ("Manifest", "Collection", "")
                and len(members) < MOST
            ):
                members.append((id_of(entry), text_of(entry.get("label")), entry))
    following = data.get("next") or (data.get("first") if not members else "")
    return Collection(id_of(data), text_of(data.get("label")), tuple(members[:MOST]), address_of(following))


def _canvas_objects(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The canvases of version 3 or 2; of several sequences the first that has any."""
    canvases = [entry for entry in listed(data.get("items")) if isinstance(entry, dict)]
    if not canvases:
        for sequence in listed(data.get("sequences")):
            if isinstance(sequence, dict):
                canvases = [entry for entry in listed(sequence.get("canvases")) if isinstance(entry, dict)]
                if canvases:
                    break
    return (entry for entry in canvases if kind_of(entry) in ("Canvas", ""))


def _canvas(data: dict[str, Any], rights: str) -> Canvas:
    own = _rights(data) or rights
    bodies = list(_bodies(data))
    width, height = pixels_of(data.get("width")), pixels_of(data.get("height"))
    label = text_of(data.get("label"))
    identifier = id_of(data)
    if not bodies:
        return Canvas(identifier, label, rights=own, trouble="has no image in the manifest")
    whole = [body for body, partial in bodies if not partial] or [bodies[0][0]]
    body = whole[0]
    image, service = id_of(body), _service(body.get("service"))
    remark = "has several images on its canvas, of which the first was taken" if len(whole) > 1 else ""
    if not image and service is None:
        return Canvas(identifier, label, rights=own, trouble="has an image without an address")
    size = pixels_of(body.get("width")), pixels_of(body.get("height"))
    width, height = size if all(size) else (width, height)
    return Canvas(identifier, label, image, service, width, height, _rights(body) or own, "", remark)


def _bodies(canvas: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    """The image resources of a canvas, and whether each covers but a part of it."""
    annotations: list[Any] = []
    for page in listed(canvas.get("items")):
        annotations += listed(page.get("items")) if isinstance(page, dict) else []
    annotations += listed(canvas.get("images"))
    for annotation in annotations:
        if not isinstance(annotation, dict):
            continue
        motive = " ".join(map(str, listed(annotation.get("motivation"))))
        if motive and "painting" not in motive.lower():
            continue
        target = annotation.get("target", annotation.get("on"))
        partial = "#xywh=" in str(target)[:4096] or (isinstance(target, dict) and "selector" in target)
        body = annotation.get("body", annotation.get("resource"))
        for entry in listed(body):
            if (image := _image_in(entry)) is not None:
                yield image, partial
                break


def _image_in(body: Any, depth: int = 0) -> dict[str, Any] | None:
    """The image that a body is: the body itself, the first of a choice, or what it was made from."""
    if isinstance(body, str):
        return {"id": body, "type": "Image"}
    if not isinstance(body, dict) or depth > _DEEPEST:
        return None
    kind = kind_of(body)
    if kind in ("Choice", "oa:Choice", "List", "Composite"):
        parts = [*listed(body.get("default")), *listed(body.get("items")), *listed(body.get("item"))]
    elif kind == "SpecificResource" or (kind != "Image" and "full" in body and "selector" in body):
        parts = [*listed(body.get("source")), *listed(body.get("full"))]
    elif kind in ("Image", "") and (id_of(body) or _service(body.get("service"))):
        return body
    else:
        return None
    return next((image for part in parts if (image := _image_in(part, depth + 1)) is not None), None)


def _service(value: Any) -> Service | None:
    """The image service among the services of a resource, the newest version first."""
    found = [service for entry in listed(value) if (service := _one_service(entry)) is not None]
    return max(found, key=lambda service: service.version, default=None)


def _one_service(entry: Any) -> Service | None:
    if not isinstance(entry, dict) or not (identifier := id_of(entry).rstrip("/")):
        return None
    said = " ".join(str(entry.get(name, ""))[:200] for name in ("type", "@type", "@context", "context"))
    profiles = " ".join(str(part)[:200] for part in listed(entry.get("profile")) if isinstance(part, str))
    said = f"{said} {profiles}"
    version = 2
    if "ImageService3" in said or "/image/3/" in said:
        version = 3
    elif (
        "ImageService1" in said
        or "/image/1" in said
        or "image-api/1" in said
        or "image-api/compliance" in said
    ):
        version = 1
    elif not any(mark in said for mark in ("ImageService", "/image/", "image-api", "level")):
        return None  # a service for searching, logging in, ...
    level = next((n for n in (0, 1, 2) if f"level{n}" in profiles), None)
    return Service(identifier.removesuffix("/info.json"), version, level)


def _facts(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for entry in listed(data.get("metadata"))[:200]:
        if isinstance(entry, dict):
            label, value = text_of(entry.get("label")), "; ".join(texts_of(entry.get("value"))[:20])
            if label and value:
                yield label[:100], value[:2000]


def _rights(data: dict[str, Any]) -> str:
    """Licence and attribution in one text."""
    statement = data.get("requiredStatement")
    parts = [
        *texts_of(data.get("rights")), *texts_of(data.get("license")), *texts_of(data.get("attribution")),
        *(texts_of(statement.get("value")) if isinstance(statement, dict) else []),
    ]  # fmt: skip
    return "; ".join(dict.fromkeys(parts))[:2000]
