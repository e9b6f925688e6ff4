"""Label maps of a page: cells, digits, numbers, rows, columns or rulings as regions to hide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.bilrp.pairs import Region
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Cell, Reading, Table

__all__ = ["BACKGROUND", "KINDS", "Kind", "LabelMap", "label_map", "regions_of"]

Kind = Literal["cells", "digits", "numbers", "rows", "columns", "rulings"]
KINDS: tuple[Kind, ...] = ("cells", "digits", "numbers", "rows", "columns", "rulings")
"""Parts of a reading that can be hidden, by name."""
BACKGROUND = "background"
"""Id of the region that holds all other pixels: what it gets shows how much lies outside the regions."""

_BAND = 0.25  # width of a ruling's band, in digit heights
_THINNEST = 3.0  # pixels of the original


@dataclass(frozen=True, slots=True, eq=False)
class LabelMap:
    """The region of each pixel of a raster.

    Attributes
    ----------
    labels : (H, W) ndarray of int64
        Index in `regions`; -1 where there is no region.
    regions : tuple of Region
        Boxes in pixels of the original image; the background, where it is one, stands last.
    """

    labels: NDArray[np.int64]
    regions: tuple[Region, ...]


def regions_of(reading: Reading, kind: Kind) -> tuple[Region, ...]:
    """The regions of a kind, in reading order, with boxes in pixels of the original.

    Rows and columns hold the cells that span no other; numbers outside tables are regions where the kind is
    cells, numbers or digits. Rulings are thin bands where lines between cells and around tables lie or would
    lie.

    Raises
    ------
    UsageError
        If the kind is not known.
    """
    if kind not in KINDS:
        raise UsageError(f"masks of {kind!r} are not known; choose {', '.join(KINDS)} or grid.")
    loose = [Region(number.id, number.text, number.box) for number in reading.loose]
    if kind == "digits":
        return tuple(Region(glyph.id, glyph.text, glyph.box) for glyph in reading.glyphs())
    if kind == "numbers":
        return tuple(Region(number.id, number.text, number.box) for number in reading.numbers())
    if kind == "cells":
        cells = [cell for table in reading.tables for cell in table.cells]
        return (*(Region(cell.id, cell.text, cell.box, cell.id) for cell in cells), *loose)
    if kind == "rulings":
        band = max(_BAND * reading.digit_height, _THINNEST)
        return tuple(part for table in reading.tables for part in _rulings(table, reading.turn, band))
    return tuple(part for table in reading.tables for part in _lines(table, kind == "rows"))


def label_map(reading: Reading, kind: Kind, geometry: Geometry, *, background: bool = True) -> LabelMap:
    """The region of each pixel of a raster made from the page.

    Where boxes overlap the smaller one is on top; regions that get no pixel are left out.

    Parameters
    ----------
    reading : Reading
        With ids.
    kind : str
        One of `KINDS`.
    geometry : Geometry
        Maps the original image to the raster.
    background : bool
        Whether all other pixels are a region, as a control, or are never hidden.

    Returns
    -------
    LabelMap

    Raises
    ------
    UsageError
        If the kind is not known, or the page has none of it.
    """
    regions = regions_of(reading, kind)
    labels = np.full((geometry.height, geometry.width), -1, np.int64)
    for index in sorted(range(len(regions)), key=lambda k: -regions[k].box.area):
        box = geometry.box_to_raster(regions[index].box).rounded().clipped(geometry.width, geometry.height)
        labels[int(box.y) : int(box.bottom), int(box.x) : int(box.right)] = index
    seen, numbers = np.unique(labels, return_inverse=True)
    if not (seen >= 0).any():
        raise UsageError(
            f"{reading.image}: there are no {kind} on this page; choose other masks, such as grid."
        )
    labels = numbers.reshape(labels.shape) - int(seen[0] < 0)
    found = tuple(regions[k] for k in seen.tolist() if k >= 0)
    if background and seen[0] < 0:
        labels = np.where(labels < 0, len(found), labels)
        found = (*found, Region(BACKGROUND, "", Box(0, 0, reading.width, reading.height)))
    return LabelMap(np.asarray(labels, np.int64), found)


def _lines(table: Table, rows: bool) -> Iterator[Region]:
    """The rows or columns of a table."""
    for index, cells in _members(table, rows).items():
        text = " ".join(cell.text for cell in cells if cell.text)
        yield Region(f"{table.id}_{'r' if rows else 'c'}{index}", text, Box.hull(cell.box for cell in cells))


def _members(table: Table, rows: bool) -> dict[int, list[Cell]]:
    """The cells of each row or column that belong to no other."""
    members: dict[int, list[Cell]] = {}
    for cell in table.cells:
        if (cell.row_span if rows else cell.column_span) == 1:
            members.setdefault(cell.row if rows else cell.column, []).append(cell)
    return dict(sorted(members.items()))


def _rulings(table: Table, turn: int, band: float) -> Iterator[Region]:
    """Bands along the edges of rows and columns, from one end of the table to the other."""
    for rows in (True, False):
        upright = rows == (turn % 180 == 0)  # whether rows (or columns) follow each other downwards
        for number, place in enumerate(_edges(table, rows, upright)):
            if upright:
                box = Box(table.box.x, place - band / 2, table.box.w, band)
            else:
                box = Box(place - band / 2, table.box.y, band, table.box.h)
            yield Region(f"{table.id}_{'h' if rows else 'v'}{number}", "", box)


def _edges(table: Table, rows: bool, downwards: bool) -> list[float]:
    """Where rows or columns end and begin, along the axis on which they follow each other."""
    spans = [_span(cells, downwards) for cells in _members(table, rows).values()]
    box = table.box
    outer = (box.y, box.bottom) if downwards else (box.x, box.right)
    spans.sort()
    inner = [(one[1] + two[0]) / 2 for one, two in pairwise(spans)]
    return [outer[0], *inner, outer[1]]


def _span(cells: Iterable[Cell], downwards: bool) -> tuple[float, float]:
    boxes = [cell.box for cell in cells]
    if downwards:
        return median(box.y for box in boxes), median(box.bottom for box in boxes)
    return median(box.x for box in boxes), median(box.right for box in boxes)
