"""A page without its scan: the numerals set in type where they were read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zij.explain.bilrp.table import Region
from zij.explain.report.sheets import Sheet
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Cell, Number, Reading, Table

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw as Draw
    from PIL.ImageFont import FreeTypeFont

__all__ = ["facsimile"]

PAPER, INK = (251, 248, 240), (43, 38, 32)
MARGIN = 0.06  # of the longer side of what stands on the page
LONGEST = 1500  # pixels of the picture's longer side
_CELL = re.compile(r"t([1-9][0-9]{0,3})_r([0-9]{1,4})c([0-9]{1,4})(?:_[0-9]+)?")


def facsimile(regions: Sequence[Region], name: str) -> Sheet:
    """Set regions in type, upright, as if that were the page they stand on.

    Parameters
    ----------
    regions : sequence of Region
        In reading order; boxes in pixels of the scan. Ids of cells such as `t1_r0c2` tell row and column.
    name : str
        What the page is called.

    Returns
    -------
    Sheet
        Its boxes are those of the scan, its picture has only as much of the page as the regions take.
    """
    from PIL import Image, ImageDraw

    geometry = _geometry([region.box for region in regions], [region.text for region in regions])
    picture = Image.new("RGB", (geometry.width, geometry.height), PAPER)
    boxes = [geometry.box_to_raster(region.box) for region in regions]
    heights = [box.h for box, region in zip(boxes, regions, strict=True) if region.text]
    draw = ImageDraw.Draw(picture)
    for box, region in zip(boxes, regions, strict=True):
        _typeset(draw, region.text, box, float(np.median(heights)))
    return Sheet(_reading(name, regions), np.asarray(picture), geometry)


def _geometry(boxes: Sequence[Box], texts: Sequence[str]) -> Geometry:
    """From the scan to a picture of what holds the boxes, upright, with a margin."""
    if not boxes:
        return Geometry.identity(300, 400)
    upright = _upright(boxes, texts)
    hull = Box.hull([upright.box_to_raster(box) for box in boxes])
    edge = MARGIN * max(hull.w, hull.h)
    page = Box(hull.x - edge, hull.y - edge, hull.w + 2 * edge, hull.h + 2 * edge)
    return upright.cropped(page).scaled(LONGEST / max(page.w, page.h))


def _typeset(draw: Draw, text: str, box: Box, size: float) -> None:
    """A numeral in the middle of its box: all of one size, unless they would be wider than their boxes."""
    if not text:
        return
    font = _font(1.25 * size)
    wide = font.getlength(text)
    if wide > 1.1 * box.w:
        font = _font(max(1.25 * size * 1.1 * box.w / wide, 6.0))
    draw.text(box.centre, text, INK, font, anchor="mm")


def _font(size: float) -> FreeTypeFont:
    from matplotlib import get_data_path
    from PIL import ImageFont

    return ImageFont.truetype(Path(get_data_path()) / "fonts/ttf/STIXGeneral.ttf", size)


def _upright(boxes: Sequence[Box], texts: Sequence[str]) -> Geometry:
    """The quarter turn that sets the page upright.

    Numerals of several digits are wider than high, and the next one in reading order stands to the right.
    """
    hull = Box.hull(boxes)
    as_it_lies = Geometry.identity(round(hull.right), round(hull.bottom))
    turns = [as_it_lies.turned(quarters) for quarters in range(4)]
    return max(turns, key=lambda turn: _looks_upright([turn.box_to_raster(b) for b in boxes], texts))


def _looks_upright(boxes: Sequence[Box], texts: Sequence[str]) -> float:
    long = [box.w > box.h for box, text in zip(boxes, texts, strict=True) if len(text) > 1]
    beside = [
        right.x > left.x
        for left, right in pairwise(boxes)
        if abs(right.centre[1] - left.centre[1]) < 0.5 * left.h
    ]
    return sum(long) / max(len(long), 1) + sum(beside) / max(len(beside), 1)


def _reading(name: str, regions: Sequence[Region]) -> Reading:
    """A reading with the regions as numbers, in cells as far as their ids tell which."""
    cells: dict[tuple[int, int, int], list[Number]] = defaultdict(list)
    loose = []
    for region in regions:
        number = Number((), region.text, region.box, region.id)
        match = _CELL.fullmatch(region.cell)
        if match is None:
            loose.append(number)
        else:
            table, row, column = map(int, match.groups())
            cells[table, row, column].append(number)
    count = max((table for table, _, _ in cells), default=0)
    tables = [_table({key: own for key, own in cells.items() if key[0] == n + 1}) for n in range(count)]
    hull = Box.hull([region.box for region in regions]) if regions else Box(0, 0, 300, 400)
    return Reading(name, "", round(hull.right), round(hull.bottom), tuple(tables), tuple(loose))


def _table(cells: Mapping[tuple[int, int, int], Sequence[Number]]) -> Table:
    """The cells of one table; none where nothing of it was given."""
    found = tuple(
        Cell(row, column, Box.hull(number.box for number in numbers), tuple(numbers), "", "read")
        for (_, row, column), numbers in cells.items()
    )
    rows, columns = (max((getattr(c, name) for c in found), default=-1) + 1 for name in ("row", "column"))
    return Table(Box.hull(cell.box for cell in found) if found else Box(0, 0, 1, 1), rows, columns, found)
