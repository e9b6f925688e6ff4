"""Pages that are read once: what reads the same pixels in the same way again has what was found then."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zij.actions._inputs import sources as _sources
from zij.tables import read as reading
from zij.tables.digits import detect, view
from zij.tables.digits.network import Weights, load_weights
from zij.tables.read import PageReading
from zij.tables.scan.image import Image, read_image

__all__ = ["forget", "remembered"]

_really = reading.read
_read: dict[tuple[Any, ...], PageReading] = {}


@contextmanager
def remembered() -> Iterator[None]:
    """Inside, commands read each page once; for tests that are about something else than reading.

    The file is opened and decoded each time, and its name and hash are those of the file.
    """
    with pytest.MonkeyPatch.context() as patch:
        for place in (_sources, reading):
            patch.setattr(place, "read", _once)
        yield


def forget() -> None:
    """What is read next is read indeed."""
    _read.clear()


def _once(
    image: Image | str | Path, *, weights: Weights | None = None, device: str = "cpu", **options: Any
) -> PageReading:
    image = image if isinstance(image, Image) else read_image(image)
    weights = weights or load_weights()
    pixels = hashlib.sha256(image.pixels.tobytes()).digest(), image.pixels.shape
    changed = detect.choose_view, view.HEIGHTS  # what tests change in order to be quick
    key = (*pixels, weights.name, weights.temperature, device, *changed, *sorted(options.items()))
    if key not in _read:
        _read[key] = _really(image, weights=weights, device=device, **options)
    found = _read[key]
    return replace(
        found,
        page=replace(found.page, image=image),
        reading=replace(found.reading, image=image.name, sha256=image.sha256),
    )
