"""Small pictures for the apparatus: the crops of a witness on one sheet, and its pages reduced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.apparatus import Apparatus, Entry, Place
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Reading

__all__ = ["Crop", "Gallery", "Loader", "Shelf", "gallery"]

Rgb = NDArray[np.uint8]
Loader = Callable[[int, int], "Rgb | None"]
"""Picture of a witness's page, by the numbers of both; None where there is none."""

SHEET = 1600  # pixels: width of a sheet of crops
FEW, SOME = 300, 6000  # crops up to which they are large, and at all kept at their size
TALL, LOW = 72, 44  # pixels: height of a crop
WIDEST = 3.5  # times its height
PAGE, SMALL_PAGE = 460, 260  # pixels: longer side of a reduced page
MANY_PAGES = 40
MOST_PAGES = 240
MOST = 24_000  # crops


@dataclass(frozen=True, slots=True)
class Crop:
    """Where a crop stands on its witness's sheet, in pixels.

    Attributes
    ----------
    x : int
    y : int
    w : int
    h : int
    """

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """Pictures of one witness.

    Attributes
    ----------
    sheet : bytes
        JPEG with all crops, empty where there is none.
    width, height : int
        Of the sheet.
    crops : mapping of (int, str, Box) to Crop
        By page, cell and box.
    pages : mapping of int to bytes
        JPEG of each page that is needed, reduced and upright.
    """

    sheet: bytes
    width: int
    height: int
    crops: Mapping[tuple[int, str, Box], Crop]
    pages: Mapping[int, bytes]


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """Pictures of all witnesses; `left_out` crops were too many.

    Attributes
    ----------
    shelves : tuple of Shelf
        One a witness.
    left_out : int
    """

    shelves: tuple[Shelf, ...]
    left_out: int


def gallery(apparatus: Apparatus, load: Loader | None) -> Gallery:
    """Crops of every entry in a place where not all agree, or share an error, and their pages.

    Pages are loaded one at a time.

    Parameters
    ----------
    apparatus : Apparatus
    load : callable, optional
        Without it there are no pictures.

    Returns
    -------
    Gallery
    """
    shared = {(error.table, error.row, error.column) for error in apparatus.errors}
    shown = [p for p in apparatus.places if p.status != "agree" or (p.table, p.row, p.column) in shared]
    places = sorted(shown, key=_importance)
    count = len(apparatus.witnesses)
    wanted: list[dict[int, list[Entry]]] = [{} for _ in range(count)]
    total = left_out = 0
    for place in places:
        for witness, entry in enumerate(place.entries):
            if entry is None:
                continue
            if total >= MOST:
                left_out += 1
                continue
            wanted[witness].setdefault(entry.page, []).append(entry)
            total += 1
    height = TALL if total <= FEW else LOW
    pages = sum(len(by_page) for by_page in wanted)
    longest = PAGE if pages <= MANY_PAGES else SMALL_PAGE
    shelves, kept = [], 0
    for witness in range(count):
        room = max(MOST_PAGES - kept, 0)
        shelf = _shelf(apparatus, witness, wanted[witness], load, height, longest, room)
        kept += len(shelf.pages)
        shelves.append(shelf)
    return Gallery(tuple(shelves), left_out)


def _importance(place: Place) -> int:
    return ("variant", "agree", "uncertain", "only").index(place.status)


def _shelf(
    apparatus: Apparatus,
    witness: int,
    wanted: Mapping[int, Sequence[Entry]],
    load: Loader | None,
    height: int,
    longest: int,
    room: int,
) -> Shelf:
    cut: dict[tuple[int, str, Box], NDArray[np.uint8]] = {}
    pages: dict[int, bytes] = {}
    for page, entries in sorted(wanted.items()):
        rgb = load(witness, page) if load is not None else None
        if rgb is None:
            continue
        reading = apparatus.witnesses[witness].readings[page]
        upright, geometry = _upright(rgb, reading)
        for entry in entries:
            key = (page, entry.cell, entry.box)
            if key not in cut:
                cut[key] = _cut(upright, geometry.box_to_raster(entry.box), height)
        if len(pages) < room:
            pages[page] = _jpeg(_reduced(upright, longest / max(upright.shape)), 55)
    sheet, crops = _arranged(cut, height)
    return Shelf(_jpeg(sheet, 72) if crops else b"", sheet.shape[1], sheet.shape[0], crops, pages)


def _upright(rgb: Rgb, reading: Reading) -> tuple[NDArray[np.uint8], Geometry]:
    """The page in grey as a reader holds it, and the way to it."""
    turns = reading.turn // 90 % 4
    grey = rgb[..., 0] * np.float32(0.299) + rgb[..., 1] * np.float32(0.587) + rgb[..., 2] * np.float32(0.114)
    geometry = Geometry.identity(rgb.shape[1], rgb.shape[0]).turned(turns)
    return np.ascontiguousarray(np.rot90(grey.astype(np.uint8), -turns)), geometry


def _cut(grey: NDArray[np.uint8], box: Box, height: int) -> NDArray[np.uint8]:
    """A cell with a little of what surrounds it, at most so high."""
    margin = 0.3 * min(box.w, box.h) + 2
    wide = Box(box.x - 1.5 * margin, box.y - margin, box.w + 3 * margin, box.h + 2 * margin)
    kept = wide.clipped(grey.shape[1], grey.shape[0]).rounded()
    x, y, right, bottom = (int(v) for v in (kept.x, kept.y, kept.right, kept.bottom))
    part = grey[y:bottom, x:right]
    if not part.size:
        return np.full((height, height), 255, np.uint8)
    factor = min(height / part.shape[0], WIDEST * height / part.shape[1])
    return _reduced(part, factor)


def _reduced(grey: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    from PIL import Image

    size = max(round(grey.shape[1] * factor), 1), max(round(grey.shape[0] * factor), 1)
    return np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))


def _arranged(
    cut: Mapping[tuple[int, str, Box], NDArray[np.uint8]], height: int
) -> tuple[NDArray[np.uint8], dict[tuple[int, str, Box], Crop]]:
    """All crops in lines on one sheet."""
    crops: dict[tuple[int, str, Box], Crop] = {}
    x = y = 0
    for key, part in cut.items():
        h, w = part.shape
        if x and x + w > SHEET:
            x, y = 0, y + height + 2
        crops[key] = Crop(x, y, w, h)
        x += w + 2
    width = max((crop.x + crop.w for crop in crops.values()), default=1)
    sheet = np.full((y + height if crops else 1, width), 255, np.uint8)
    for key, crop in crops.items():
        sheet[crop.y : crop.y + crop.h, crop.x : crop.x + crop.w] = cut[key]
    return sheet, crops


def _jpeg(grey: NDArray[np.uint8], quality: int) -> bytes:
    from PIL import Image

    stream = BytesIO()
    Image.fromarray(grey).save(stream, "JPEG", quality=quality, optimize=True)
    return stream.getvalue()
