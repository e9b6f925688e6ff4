"""Small pictures of many pages, a hundred to a sheet, so that a file with all of them stays small.

A JPEG has some 600 bytes of tables before its first pixel; of ten thousand pictures by themselves these would
be half of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from zij.html import Markup, data_uri, element

__all__ = ["PER_ROW", "PER_SHEET", "ROOM", "Sheets", "sheet_style", "thumbnail_sheets", "tile"]

PER_ROW, PER_SHEET = 10, 100
"""Small pictures in a row of a sheet, and on a sheet."""
ROOM = 12_000_000
"""Bytes of all sheets together at most; as text in a page a third more."""
LADDER = (
    (128, 78),
    (128, 62),
    (112, 62),
    (96, 62),
    (80, 60),
    (64, 58),
    (56, 52),
    (48, 48),
    (40, 42),
    (32, 35),
)
PAPER = 253, 252, 249
_LARGEST = 4096  # pixels of a thumbnail's side that is looked at


@dataclass(frozen=True, slots=True)
class Sheets:
    """Pictures 0, 1, 2, ... in cells of `side` by `side` pixels, ten in a row, a hundred on a sheet.

    Attributes
    ----------
    side : int
        Of a cell, in pixels; a picture stands in its middle.
    quality : int
        Of the JPEGs.
    pages : tuple of bytes
        The sheets.
    sizes : tuple of (int, int)
        Width and height of each picture, (0, 0) where there is none.
    """

    side: int
    quality: int
    pages: tuple[bytes, ...]
    sizes: tuple[tuple[int, int], ...]


def thumbnail_sheets(pictures: Sequence[bytes], *, room: int = ROOM) -> Sheets:
    """Sheets of as large pictures as there is room for.

    Parameters
    ----------
    pictures : sequence of bytes
        JPEGs of the pages, b"" where there is none.
    room : int
        Bytes of all sheets at most, unless there are too many for the smallest size.

    Returns
    -------
    Sheets
    """
    sample = [pictures[k] for k in np.linspace(0, len(pictures) - 1, min(len(pictures), 50)).astype(int)]
    found = None
    for side, quality in LADDER:
        each = sum(map(len, _sheets(sample, side, quality).pages)) / max(len(sample), 1)
        if each * len(pictures) > room and (side, quality) != LADDER[-1]:
            continue
        found = _sheets(pictures, side, quality)
        if sum(map(len, found.pages)) <= room:
            break
    assert found is not None  # the last step is always taken
    return found


def tile(sheets: Sheets, n: int, label: str) -> Markup:
    """Picture n as an element; the page needs `sheet_style`.

    Parameters
    ----------
    sheets : Sheets
    n : int
        From 0.
    label : str
        What is told to who cannot see it.

    Returns
    -------
    Markup
    """
    if sheets.sizes[n] == (0, 0):
        return element("span", "no picture", class_="tile none", role="img", aria_label=label)
    row, column = divmod(n % PER_SHEET, PER_ROW)
    where = f"background-position: {-column * sheets.side}px {-row * sheets.side}px"
    name = f"tile sheet{n // PER_SHEET}"
    return element("span", class_=name, style=where, role="img", aria_label=label, title=label)


def sheet_style(sheets: Sheets) -> str:
    """CSS for `tile`: the sheets as backgrounds."""
    rules = [f".tile {{ width: {sheets.side}px; height: {sheets.side}px; }}"]
    for n, page in enumerate(sheets.pages):
        rules.append(f'.sheet{n} {{ background-image: url("{data_uri(page, "image/jpeg")}"); }}')
    return "\n".join(rules)


def _sheets(pictures: Sequence[bytes], side: int, quality: int) -> Sheets:
    """All pictures at one size."""
    from PIL import Image

    pages, sizes = [], []
    for start in range(0, len(pictures), PER_SHEET):
        some = pictures[start : start + PER_SHEET]
        rows = -(-len(some) // PER_ROW)
        sheet = np.full((rows * side, PER_ROW * side, 3), PAPER, np.uint8)
        for k, content in enumerate(some):
            picture = _decoded(content, side)
            sizes.append((picture.shape[1], picture.shape[0]))
            y, x = k // PER_ROW * side, k % PER_ROW * side
            y, x = y + (side - picture.shape[0]) // 2, x + (side - picture.shape[1]) // 2
            sheet[y : y + picture.shape[0], x : x + picture.shape[1]] = picture
        if any(size != (0, 0) for size in sizes[start:]):
            stream = BytesIO()
            Image.fromarray(sheet).save(stream, "JPEG", quality=quality, optimize=True)
            pages.append(stream.getvalue())
        else:
            pages.append(b"")
    return Sheets(side, quality, tuple(pages), tuple(sizes))


def _decoded(content: bytes, side: int) -> NDArray[np.uint8]:
    """A picture in RGB that fits into a cell, (0, 0, 3) for none and for one that cannot be read."""
    from PIL import JpegImagePlugin

    nothing = np.zeros((0, 0, 3), np.uint8)
    if not content:
        return nothing
    try:
        picture = JpegImagePlugin.JpegImageFile(BytesIO(content))
        if max(picture.size) > _LARGEST:
            return nothing
        small = picture.convert("RGB")
        small.thumbnail((side, side))
    except (OSError, SyntaxError, ValueError, KeyError, IndexError):
        return nothing
    return np.asarray(small, np.uint8)
