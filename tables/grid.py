"""Numbers laid into rows and columns, before they become cells."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zij.tables.barriers import Barriers
from zij.tables.columns import Columns, find_columns
from zij.tables.drift import Drift
from zij.tables.marks import Marks
from zij.tables.neighbours import Indices
from zij.tables.reading import Glyph
from zij.tables.rows import Rows, find_rows

__all__ = ["Grid", "find_grid"]

Floats = NDArray[np.float64]

FEWEST = 6  # numbers that make a table
SMALL = 15  # a table with fewer filled cells must have next to no gaps


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A table as rows and columns of numbers.

    Attributes
    ----------
    marks : Marks
        The numbers of the table.
    row, column, span : (N,) ndarray of intp
        Where each number stands, and how many rows it stands beside.
    centre : (R, C) ndarray
        v of each row's line in each column.
    left, right : (C,) ndarray
        u of the outermost digit centres of each column.
    pitch : float
        Usual distance of rows in pixels.
    drift : Drift
        The straight coordinates that u and v belong to.
    """

    marks: Marks
    row: Indices
    column: Indices
    span: Indices
    centre: Floats
    left: Floats
    right: Floats
    pitch: float
    drift: Drift


def find_grid(
    marks: Marks, *, vertical: Barriers, horizontal: Barriers, drift: Drift, digit_height: float
) -> Grid | None:
    """The table that some numbers make, or None where they do not line up in rows and columns.

    A table has at least three rows and two columns with numbers beside each other in three rows, or is a
    single column of at least eight numbers at regular distances.
    """
    if len(marks) < FEWEST:
        return None
    columns = find_columns(marks, barriers=vertical, digit_height=digit_height)
    if not len(columns):
        return None
    parts = _straddling(marks, columns, drift, digit_height)
    if parts:
        marks = marks.split(parts, drift)
        columns = find_columns(marks, barriers=vertical, digit_height=digit_height)
    rows = find_rows(marks, columns, digit_height=digit_height)
    keep = _without_lone_ends(rows, columns)
    grid = _compact(marks, columns, rows, keep, drift)
    if grid is None or not _is_table(grid, digit_height):
        return None
    row, span = _ruled_spans(grid, horizontal)
    return replace(grid, row=row, span=span)


def _straddling(
    marks: Marks, columns: Columns, drift: Drift, digit_height: float
) -> dict[int, list[list[Glyph]]]:
    """Numbers that run across a gutter, whose ruling or space was not seen, in parts."""
    parts: dict[int, list[list[Glyph]]] = {}
    margin = 0.25 * digit_height
    crossed = (marks.u0[:, None] <= columns.right + margin) & (marks.u1[:, None] >= columns.left - margin)
    for k in np.flatnonzero(crossed.sum(1) > 1).tolist():
        glyphs = marks.numbers[k].glyphs
        u, _ = drift.straight(np.array([g.box.centre[0] for g in glyphs]), np.full(len(glyphs), marks.y[k]))
        away = np.maximum(columns.left - u[:, None], u[:, None] - columns.right)  # (G, C)
        own = away.argmin(1)
        if len(np.unique(own[away.min(1) <= margin])) > 1:
            cuts = [0, *(np.flatnonzero(np.diff(own)) + 1).tolist(), len(glyphs)]
            parts[k] = [list(glyphs[a:b]) for a, b in itertools.pairwise(cuts)]
    return parts


def _without_lone_ends(rows: Rows, columns: Columns) -> NDArray[np.bool_]:
    """Which rows stay: not the first and last where they stand apart and hold next to nothing."""
    filled = np.array([len(np.unique(columns.of[rows.of == r])) for r in range(len(rows))])
    usual = float(np.median(filled))
    keep = np.ones(len(rows), bool)
    for order in (range(len(rows)), range(len(rows) - 1, -1, -1)):
        for r, following in zip(list(order)[:-1], list(order)[1:], strict=True):
            apart = np.abs(rows.centre[following] - rows.centre[r]).mean() / rows.pitch
            if not ((apart > 1.7 and filled[r] < 0.5 * usual) or (filled[r] <= 1 and usual >= 4)):
                break
            keep[r] = False
    return keep


def _compact(
    marks: Marks, columns: Columns, rows: Rows, keep: NDArray[np.bool_], drift: Drift
) -> Grid | None:
    """The grid of the rows kept and of the columns that still hold enough numbers."""
    inside = (rows.of >= 0) & keep[rows.of]
    counts = np.bincount(columns.of[inside], minlength=len(columns))
    good = np.flatnonzero(counts >= max(2, 0.08 * keep.sum()))
    if not len(good):
        return None
    inside &= np.isin(columns.of, good)
    member = np.flatnonzero(inside)
    used = np.zeros(len(keep), bool)
    for k in member.tolist():
        used[rows.of[k] : rows.of[k] + rows.span[k]] = True
    number = np.cumsum(used) - 1
    return Grid(
        marks.take(member),
        number[rows.of[member]].astype(np.intp),
        np.searchsorted(good, columns.of[member]).astype(np.intp),
        rows.span[member],
        rows.centre[used][:, good],
        columns.left[good],
        columns.right[good],
        rows.pitch,
        drift,
    )


def _is_table(grid: Grid, digit_height: float) -> bool:
    count = len(grid.left)
    filled = np.zeros((len(grid.centre), count), bool)
    filled[grid.row, grid.column] = True
    if count == 1:
        steps = np.diff(grid.centre[:, 0])
        regular = np.mean(np.abs(steps - np.median(steps)) < 0.25 * grid.pitch) if len(steps) else 0.0
        return bool(len(grid.centre) >= 8 and regular >= 0.8 and grid.pitch < 5 * digit_height)
    needed = 0.25 if filled.sum() >= SMALL else 0.75  # a few figures in text line up by chance
    return bool((filled.sum(1) >= 2).sum() >= 3 and filled.mean() >= needed)


def _ruled_spans(grid: Grid, horizontal: Barriers) -> tuple[Indices, Indices]:
    """Rows and spans of numbers that stand alone between two horizontal rulings, beside several rows."""
    row, span = grid.row.copy(), grid.span.copy()
    for c in range(len(grid.left)):
        member = np.flatnonzero(grid.column == c)
        bounds = _ruled_rows(grid, horizontal, c)
        if len(bounds) < 3 or not len(member):
            continue
        group = np.searchsorted(bounds, row[member], side="right") - 1
        size = np.diff(bounds)[group]
        alone = np.bincount(group, minlength=len(bounds) - 1)[group] == 1
        for k, g, n in zip(member[alone], group[alone], size[alone], strict=True):
            middle = (grid.centre[bounds[g], c] + grid.centre[bounds[g + 1] - 1, c]) / 2
            if np.mean(alone & (size > 1)) > 0.6 and abs(grid.marks.v[k] - middle) < 0.8 * grid.pitch:
                row[k], span[k] = bounds[g], n
    return row, span


def _ruled_rows(grid: Grid, horizontal: Barriers, column: int) -> Indices:
    """First rows of the groups that horizontal rulings make in a column, and the number of rows."""
    u, v = (grid.left[[column]] + grid.right[[column]]) / 2, np.median(grid.centre[:, [column]], axis=0)
    x = float(grid.drift.page(u, v)[0][0])
    y = horizontal.crossings(x)
    _, v = grid.drift.straight(np.full(len(y), x), y)
    inner = np.searchsorted(grid.centre[:, column], v)
    return np.unique(np.concatenate([[0], inner, [len(grid.centre)]])).astype(np.intp)
