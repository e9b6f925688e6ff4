"""A page without its scan: the numerals set in type where they were read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
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


def facsimile(regions: Sequence[Region], name: str) -> tuple[Sheet, tuple[Region, ...]]:
    """Set regions in type, upright, as if that were the page they stand on.

    Parameters
    ----------
    regions : sequence of Region
        In reading order; boxes in pixels of the scan. Ids of cells such as `t1_r0c2` tell row and column.
    name : str
        What the page is called.

    Returns
    -------
    sheet : Sheet
        Its coordinates are those of the picture, no longer those of the scan.
    placed : tuple of Region
        The regions as they lie on it, in the same order.
    """
    from PIL import Image, ImageDraw

    turned = _upright([region.box for region in regions], [region.text for region in regions])
    hull = Box.hull(turned) if turned else Box(0, 0, 300, 400)
    scale = LONGEST / (max(hull.w, hull.h) * (1 + 2 * MARGIN))
    edge = MARGIN * max(hull.w, hull.h)
    boxes = [
        Box((b.x - hull.x + edge) * scale, (b.y - hull.y + edge) * scale, b.w * scale, b.h * scale)
        for b in turned
    ]
    width, height = (max(round((side + 2 * edge) * scale), 1) for side in (hull.w, hull.h))
    picture = Image.new("RGB", (width, height), PAPER)
    heights = [box.h for box, region in zip(boxes, regions, strict=True) if region.text]
    size = float(np.median(heights)) if heights else 20.0
    draw = ImageDraw.Draw(picture)
    for box, region in zip(boxes, regions, strict=True):
        _typeset(draw, region.text, box, size)
    placed = tuple(replace(region, box=box) for region, box in zip(regions, boxes, strict=True))
    return Sheet(_reading(name, placed, (width, height)), np.asarray(picture)), placed


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


def _upright(boxes: Sequence[Box], texts: Sequence[str]) -> list[Box]:
    """The boxes after the quarter turn that sets the page upright.

    Numerals of several digits are wider than high, and the next one in reading order stands to the right.
    """
    if not boxes:
        return []
    hull = Box.hull(boxes)
    turns = []
    for quarters in range(4):
        geometry = Geometry.identity(round(hull.right), round(hull.bottom)).turned(quarters)
        turned = [geometry.box_to_raster(box) for box in boxes]
        long = [box for box, text in zip(turned, texts, strict=True) if len(text) > 1]
        wide = sum(box.w > box.h for box in long) / max(len(long), 1)
        steps = [
            next_.x > one.x
            for one, next_ in pairwise(turned)
            if abs(next_.centre[1] - one.centre[1]) < 0.5 * one.h
        ]
        onward = sum(steps) / max(len(steps), 1)
        turns.append((wide + onward, turned))
    return max(turns, key=lambda turn: turn[0])[1]


def _reading(name: str, regions: Sequence[Region], size: tuple[int, int]) -> Reading:
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
    tables = []
    for table in range(1, max((key[0] for key in cells), default=0) + 1):
        own = tuple(
            Cell(row, column, Box.hull(n.box for n in numbers), tuple(numbers), "", "read")
            for (t, row, column), numbers in cells.items()
            if t == table
        )
        shape = (max((c.row for c in own), default=-1) + 1, max((c.column for c in own), default=-1) + 1)
        hull = Box.hull(c.box for c in own) if own else Box(0, 0, 1, 1)
        tables.append(Table(hull, *shape, own))
    return Reading(name, "", *size, tuple(tables), tuple(loose))
