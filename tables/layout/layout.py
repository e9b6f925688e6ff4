"""The layout of a page: its digits as numbers, cells and tables."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict, TypeVar

import numpy as np
from numpy.typing import NDArray

from zij.tables.geometry import Box
from zij.tables.layout.adoption import adopted
from zij.tables.layout.barriers import Barriers
from zij.tables.layout.blocks import find_blocks, steps_below, steps_beside
from zij.tables.layout.blots import Blots, find_blots
from zij.tables.layout.cells import UPPER, make_table
from zij.tables.layout.drift import Drift
from zij.tables.layout.expectation import expected_digits
from zij.tables.layout.grid import Grid, find_grids
from zij.tables.layout.headings import headed, with_unread_rows
from zij.tables.layout.marks import Marks
from zij.tables.layout.neighbours import Indices
from zij.tables.layout.numbers import group_digits, line_positions
from zij.tables.layout.stains import Stains, find_stains
from zij.tables.reading import Cell, Glyph, Number, Table

if TYPE_CHECKING:
    from zij.tables.scan.rulings import Rulings, Segment

__all__ = ["Layout", "lay_out", "map_boxes"]

Floats = NDArray[np.float64]
Part = TypeVar("Part", Glyph, Number, Cell, Table)


@dataclass(frozen=True, slots=True)
class Layout:
    """Digits of a page laid out; boxes are pixels of the raster they were found in.

    Attributes
    ----------
    tables : tuple of Table
        In reading order.
    loose : tuple of Number
        Numbers outside tables, in reading order.
    reach : float
        Greatest distance of neighbouring digits of one number, in digit heights.
    expected : tuple of int
        Which of the candidates became digits, because a table makes them likely.
    letters : tuple of Glyph
        Those of the glyphs that stand in a row of letters.
    """

    tables: tuple[Table, ...]
    loose: tuple[Number, ...]
    reach: float
    expected: tuple[int, ...] = ()
    letters: tuple[Glyph, ...] = ()

    def mapped(self, function: Callable[[Box], Box]) -> Layout:
        """The same layout with every box mapped, down to the glyphs."""
        tables = tuple(map_boxes(table, function) for table in self.tables)
        loose = tuple(map_boxes(number, function) for number in self.loose)
        letters = tuple(map_boxes(glyph, function) for glyph in self.letters)
        return replace(self, tables=tables, loose=loose, letters=letters)


def lay_out(
    glyphs: Sequence[Glyph],
    *,
    digit_height: float,
    rulings: Rulings | None = None,
    ink: NDArray[np.float32] | None = None,
    upper: float = UPPER,
    candidates: Sequence[Glyph] = (),
    lower: float = 0.5,
) -> Layout:
    """Lay the digits of a page out in numbers, rows, columns, cells and tables.

    Parameters
    ----------
    glyphs : sequence of Glyph
        Digits, boxes in pixels of the upright page.
    digit_height : float
        Nominal height of the digits in the same pixels.
    rulings : Rulings, optional
        The page's rulings in the same pixels.
    ink : (H, W) ndarray of float32, optional
        Ink of the upright page, 0 is paper. Without it, cells without digits all count as empty.
    upper : float
        A cell is "read" if all its digits are at least so probable.
    candidates : sequence of Glyph
        What is no digit by itself; a table found without them may make some of them digits.
    lower : float
        Probability from which on a candidate is a digit then.

    Returns
    -------
    Layout
        Every glyph given is in exactly one number, and every candidate in one or in none; those that were
        found in the ink are points and commas between the digits of a number.
    """
    how: _Given = {"digit_height": digit_height, "rulings": rulings, "ink": ink, "upper": upper}
    layout, grids = _laid_out(glyphs, **how)
    if not grids or not candidates:
        return layout
    lines = line_positions([*glyphs, *candidates], digit_height=digit_height)[len(glyphs) :]
    found: dict[int, Glyph] = {}
    for grid in grids:
        found |= expected_digits(grid, candidates, lines, digit_height=digit_height, least=lower)
    if not found:
        return layout
    layout, _ = _laid_out([*glyphs, *found.values()], **how)
    return replace(layout, expected=tuple(sorted(found)))


class _Given(TypedDict):
    digit_height: float
    rulings: Rulings | None
    ink: NDArray[np.float32] | None
    upper: float


def _laid_out(
    glyphs: Sequence[Glyph],
    *,
    digit_height: float,
    rulings: Rulings | None,
    ink: NDArray[np.float32] | None,
    upper: float,
) -> tuple[Layout, list[Grid]]:
    """The layout of some digits, and its tables as grids."""
    stains = Stains.none() if ink is None else find_stains(ink, glyphs, rulings=rulings)
    grouping = group_digits(glyphs, digit_height=digit_height, rulings=rulings, stains=stains)
    if not glyphs or digit_height <= 0:
        return Layout((), grouping.numbers, grouping.reach), []
    lines = dict(zip(glyphs, line_positions(glyphs, digit_height=digit_height).tolist(), strict=True))
    marks = Marks.of(grouping.numbers, lines)
    vertical = Barriers.vertical(rulings.vertical if rulings else (), digit_height=digit_height)
    horizontal = Barriers.horizontal(rulings.horizontal if rulings else (), digit_height=digit_height)
    drift = _drift(marks, rulings, digit_height)
    marks = marks.straightened(drift)
    blots = find_blots(stains, glyphs, digit_height=digit_height, upper=upper)
    figures, doubtful = _figures(marks, glyphs, blots)
    unsure = [number.box for number in doubtful.numbers]
    grids: list[Grid] = []
    for block in find_blocks(figures, digit_height=digit_height):
        found = find_grids(
            figures.take(block),
            vertical=vertical,
            horizontal=horizontal,
            drift=drift,
            digit_height=digit_height,
            upper=upper,
        )
        for grid in found:
            grid = with_unread_rows(grid, [*blots.unread, *unsure], digit_height=digit_height)
            grids.append(adopted(grid, doubtful, digit_height=digit_height))
    for n, grid in enumerate(grids):
        others = _left_over(marks, grids, drift)
        grids[n] = headed(grid, others, vertical=vertical, digit_height=digit_height, upper=upper)
    tables = [
        make_table(grid, vertical=vertical, unread=blots.unread, digit_height=digit_height, upper=upper)
        for grid in grids
    ]
    loose = _in_lines(_left_over(marks, grids, drift), digit_height)
    letters = tuple(glyph for glyph, among in zip(glyphs, blots.worded, strict=False) if among)
    return Layout(_tables_in_order(tables), loose, grouping.reach, letters=letters), grids


def map_boxes(part: Part, function: Callable[[Box], Box]) -> Part:
    """The same glyph, number, cell or table with every box in it mapped, down to the glyphs."""
    box = function(part.box)
    if isinstance(part, Number):
        return replace(part, box=box, glyphs=tuple(map_boxes(g, function) for g in part.glyphs))
    if isinstance(part, Cell):
        return replace(part, box=box, numbers=tuple(map_boxes(n, function) for n in part.numbers))
    if isinstance(part, Table):
        return replace(part, box=box, cells=tuple(map_boxes(c, function) for c in part.cells))
    return replace(part, box=box)


def _drift(marks: Marks, rulings: Rulings | None, digit_height: float) -> Drift:
    """Drift from the steps between numbers and from the rulings."""
    middle = (marks.x0 + marks.x1) / 2
    below = _steps(middle, marks.y, marks.x1, *steps_below(marks, digit_height=digit_height))
    beside = _steps(middle, marks.y, middle, *steps_beside(marks, digit_height=digit_height))
    down = _ruling_steps(rulings.vertical if rulings else (), digit_height)
    across = _ruling_steps(rulings.horizontal if rulings else (), digit_height)
    return Drift.fitted(
        np.vstack([below, down]),
        np.vstack([beside, across]),
        origin=(float(np.median(middle)), float(np.median(marks.y))),
        digit_height=digit_height,
    )


def _steps(x: Floats, y: Floats, anchor: Floats, i: Indices, j: Indices) -> Floats:
    """Rows x, y, dx, dy, weight of the steps from marks i to j, dx between their anchors."""
    middle_x, middle_y = (x[i] + x[j]) / 2, (y[i] + y[j]) / 2
    return np.stack([middle_x, middle_y, anchor[j] - anchor[i], y[j] - y[i], np.ones(len(i))], axis=1)


def _ruling_steps(segments: Sequence[Segment], digit_height: float) -> Floats:
    """Long rulings as chains of steps of three digit heights, in the form of `_steps`."""
    steps = []
    for s in segments:
        dx, dy = s.x1 - s.x0, s.y1 - s.y0
        count = int(np.hypot(dx, dy) / (3 * digit_height))
        for at in (np.arange(count) + 0.5) / max(count, 1):
            steps.append((s.x0 + at * dx, s.y0 + at * dy, dx / count, dy / count, 3.0))
    return np.array(steps, float).reshape(-1, 5)


def _figures(marks: Marks, glyphs: Sequence[Glyph], blots: Blots) -> tuple[Marks, Marks]:
    """The numbers that tables are made from, and those among letters."""
    worded = {id(glyph) for glyph, among in zip(glyphs, blots.worded, strict=True) if among}
    lettered = np.array([all(id(glyph) in worded for glyph in n.digits) for n in marks.numbers], bool)
    return marks.take(np.flatnonzero(~lettered)), marks.take(np.flatnonzero(lettered))


def _left_over(marks: Marks, grids: Sequence[Grid], drift: Drift) -> Marks:
    """The numbers outside all tables; of one that was split, the parts that no table took."""
    held = {id(glyph) for grid in grids for number in grid.marks.numbers for glyph in number.glyphs}
    parts = {}
    for k, number in enumerate(marks.numbers):
        runs = itertools.groupby(number.glyphs, key=lambda glyph: id(glyph) in held)
        parts[k] = [list(run) for taken, run in runs if not taken]
    return marks.split(parts, drift)


def _tables_in_order(tables: Sequence[Table]) -> tuple[Table, ...]:
    """Tables from top to bottom, those beside each other from left to right."""
    bands: list[list[Table]] = []
    for table in sorted(tables, key=lambda t: (t.box.y, t.box.x)):
        first = bands[-1][0].box if bands else None
        if first and min(first.bottom, table.box.bottom) - table.box.y > 0.5 * min(first.h, table.box.h):
            bands[-1].append(table)
        else:
            bands.append([table])
    return tuple(table for band in bands for table in sorted(band, key=lambda t: (t.box.x, t.box.y)))


def _in_lines(marks: Marks, digit_height: float) -> tuple[Number, ...]:
    """Numbers line by line."""
    lines: list[list[int]] = []
    for k in sorted(range(len(marks)), key=lambda k: (marks.v[k], marks.u0[k])):
        if lines and marks.v[k] - marks.v[lines[-1][0]] < 0.6 * digit_height:
            lines[-1].append(k)
        else:
            lines.append([k])
    return tuple(marks.numbers[k] for line in lines for k in sorted(line, key=lambda k: marks.u0[k]))
