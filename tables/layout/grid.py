"""Numbers laid into rows and columns, before they become cells."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zij.tables.layout.barriers import Barriers
from zij.tables.layout.blocks import FARTHEST_BESIDE
from zij.tables.layout.columns import DOUBTFUL, Columns, find_columns
from zij.tables.layout.drift import Drift
from zij.tables.layout.marks import Marks
from zij.tables.layout.neighbours import Indices
from zij.tables.layout.rows import Rows, find_rows
from zij.tables.reading import Glyph

__all__ = ["Grid", "find_grid", "find_grids"]

Floats = NDArray[np.float64]

FARTHEST = 1.25  # a digit that slipped stands at most so many digit heights beside its fellow
APART = 1.6  # usual distances of rows from a heading down to the first row
WIDER = 1.5  # the gutter between two tables is so many times as wide as the usual one between columns
SMALL = 15  # a table with fewer filled cells must have next to no gaps


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A table as rows and columns of numbers.

    Attributes
    ----------
    marks : Marks
        The numbers of the table.
    row, column, span, across : (N,) ndarray of intp
        Where each number stands, how many rows it stands beside and how many columns it stands over.
    centre : (R, C) ndarray
        v of each row's line in each column.
    left, right : (C,) ndarray
        u of the outermost digit centres of each column.
    pitch : float
        Usual distance of rows in pixels.
    drift : Drift
        The straight coordinates that u and v belong to.
    header : int
        How many of the first rows head the columns.
    """

    marks: Marks
    row: Indices
    column: Indices
    span: Indices
    across: Indices
    centre: Floats
    left: Floats
    right: Floats
    pitch: float
    drift: Drift
    header: int = 0


def find_grids(
    marks: Marks,
    *,
    vertical: Barriers,
    horizontal: Barriers,
    drift: Drift,
    digit_height: float,
    upper: float = 0.8,
) -> list[Grid]:
    """The table that some numbers make, or the two that stand beside each other, or none; see `find_grid`.

    Two tables that a stray digit between them has linked are parted again at the gutter, if it is wide and
    much wider than the others and either side is a table of at least two columns by itself.

    Parameters
    ----------
    marks : Marks
    vertical : Barriers
    horizontal : Barriers
        Rulings as barriers.
    drift : Drift
    digit_height : float
        In pixels.
    upper : float

    Returns
    -------
    list of Grid
    """

    def find(part: Marks) -> Grid | None:
        return find_grid(
            part,
            vertical=vertical,
            horizontal=horizontal,
            drift=drift,
            digit_height=digit_height,
            upper=upper,
        )

    grid = find(marks)
    if grid is None:
        return []
    gutter = grid.left[1:] - grid.right[:-1]
    if not len(gutter) or gutter.max() <= max(FARTHEST_BESIDE * digit_height, WIDER * np.median(gutter)):
        return [grid]
    c = int(gutter.argmax())
    middle = (grid.right[c] + grid.left[c + 1]) / 2
    sides = [find(marks.take(np.flatnonzero(side))) for side in (marks.u1 < middle, marks.u0 >= middle)]
    tables = [side for side in sides if side is not None and len(side.left) > 1]
    return tables if len(tables) == 2 else [grid]


def find_grid(
    marks: Marks,
    *,
    vertical: Barriers,
    horizontal: Barriers,
    drift: Drift,
    digit_height: float,
    upper: float = 0.8,
) -> Grid | None:
    """The table that some numbers make, or None where they do not line up in rows and columns.

    A table has at least three rows and two columns with numbers beside each other in three rows, or is a
    single column of at least eight numbers at regular distances. Digits that slipped out of their line are
    given back to it if they are at least as probable as `upper`.

    Parameters
    ----------
    marks : Marks
    vertical : Barriers
    horizontal : Barriers
        Rulings as barriers.
    drift : Drift
    digit_height : float
        In pixels.
    upper : float

    Returns
    -------
    Grid or None
    """
    columns = find_columns(marks, barriers=vertical, digit_height=digit_height, upper=upper)
    if not len(columns):
        return None
    parts = _straddling(marks, columns, drift, digit_height)
    if parts:
        marks = marks.split(parts, drift)
        columns = find_columns(marks, barriers=vertical, digit_height=digit_height, upper=upper)
    rows = find_rows(marks, columns, digit_height=digit_height)
    pairs = _dislodged(marks, columns, rows, digit_height, upper)
    if pairs:
        marks = marks.joined(pairs, drift)
        columns = find_columns(marks, barriers=vertical, digit_height=digit_height, upper=upper)
        rows = find_rows(marks, columns, digit_height=digit_height)
    sure = marks.sure(upper)
    keep = _without_lone_ends(rows, columns, sure)
    keep &= _without_heading(rows, columns, sure, horizontal, drift)
    grid = _compact(marks, columns, rows, keep, drift)
    if grid is None or not _is_table(grid, digit_height, upper):
        return None
    row, span = _ruled_spans(grid, horizontal)
    return replace(grid, row=row, span=span, header=int(_is_headed(grid, horizontal)))


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


def _dislodged(
    marks: Marks, columns: Columns, rows: Rows, digit_height: float, upper: float
) -> list[tuple[int, int]]:
    """Numbers on a line, each with a sure digit beside it that slipped half out of the line."""
    pairs: dict[int, int] = {}
    for k in np.flatnonzero((columns.of >= 0) & (rows.of < 0)).tolist():
        c = int(columns.of[k])
        r = int(np.abs(rows.centre[:, c] - marks.v[k]).argmin())
        beside = np.maximum(marks.u0[k] - marks.u1, marks.u0 - marks.u1[k]) / digit_height
        fellows = np.flatnonzero((rows.of == r) & (columns.of == c))
        inside = columns.left[c] - 0.35 * digit_height <= marks.u0[k] and (
            marks.u1[k] <= columns.right[c] + 0.35 * digit_height
        )
        if len(fellows) != 1 or not inside or fellows[0] in pairs:
            continue
        m = int(fellows[0])
        slipped = abs(marks.v[k] - marks.v[m]) <= min(0.5 * rows.pitch, 0.8 * digit_height)
        sure = all(g.confidence >= upper for g in marks.numbers[k].digits)
        if slipped and sure and 0.4 <= beside[m] <= FARTHEST:
            pairs[m] = k
    return list(pairs.items())


def _without_heading(
    rows: Rows, columns: Columns, sure: NDArray[np.bool_], horizontal: Barriers, drift: Drift
) -> NDArray[np.bool_]:
    """Which rows stay: not the first where it is half empty and the only one above a ruling."""
    keep = np.ones(len(rows), bool)
    if len(rows) < 4:
        return keep
    filled = _filled(rows, columns, sure)
    ruled = _ruled((columns.left + columns.right) / 2, rows.centre[:3], horizontal, drift)
    keep[0] = filled[0] > 0.5 * np.median(filled) or ruled[0] < 0.6 or ruled[1] > 0.3
    return keep


def _is_headed(grid: Grid, horizontal: Barriers) -> bool:
    """Whether a ruling parts the first row from the others, and none the others, or it alone stands apart."""
    if len(grid.centre) < 4:
        return False
    ruled = _ruled((grid.left + grid.right) / 2, grid.centre, horizontal, grid.drift)
    step = np.diff(grid.centre, axis=0).mean(1) / grid.pitch
    apart = step[0] > APART and step[1:].max() < APART
    return bool((ruled[0] >= 0.6 and ruled[1:].max() <= 0.3) or apart)


def _ruled(u: Floats, centre: Floats, horizontal: Barriers, drift: Drift) -> Floats:
    """In what share of the columns, at u, a ruling parts each row from the next."""
    x, y = drift.page(np.broadcast_to(u, centre.shape), centre)
    parted = [horizontal.between(y[r], y[r + 1], x[r]).mean() for r in range(len(y) - 1)]
    return np.array(parted, float)


def _without_lone_ends(rows: Rows, columns: Columns, sure: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which rows stay: not the first and last where they hold little and stand apart, or nothing sure."""
    filled = _filled(rows, columns, np.ones(len(sure), bool))
    doubtful = _filled(rows, columns, sure) < DOUBTFUL * filled
    usual = float(np.median(filled))
    keep = np.ones(len(rows), bool)
    for order in (range(len(rows)), range(len(rows) - 1, -1, -1)):
        for r, following in zip(list(order)[:-1], list(order)[1:], strict=True):
            apart = np.abs(rows.centre[following] - rows.centre[r]).mean() / rows.pitch
            lone = (apart > 1.7 and filled[r] < 0.5 * usual) or (filled[r] <= 1 and usual >= 4)
            if not (lone or (doubtful[r] and filled[r] < 0.8 * usual)):
                break
            keep[r] = False
    return keep


def _filled(rows: Rows, columns: Columns, counted: NDArray[np.bool_]) -> Indices:
    """How many columns of each row are filled by the numbers that count."""
    return np.array([len(np.unique(columns.of[(rows.of == r) & counted])) for r in range(len(rows))], np.intp)


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
        np.ones(len(member), np.intp),
        rows.centre[used][:, good],
        columns.left[good],
        columns.right[good],
        rows.pitch,
        drift,
    )


def _is_table(grid: Grid, digit_height: float, upper: float) -> bool:
    count = len(grid.left)
    filled = np.zeros((len(grid.centre), count), bool)
    filled[grid.row, grid.column] = True
    if count == 1:
        steps = np.diff(grid.centre[:, 0])
        regular = np.mean(np.abs(steps - np.median(steps)) < 0.25 * grid.pitch) if len(steps) else 0.0
        return bool(len(grid.centre) >= 8 and regular >= 0.8 and grid.pitch < 5 * digit_height)
    needed = 0.25
    if filled.sum() < SMALL:  # a few figures in text, or letters read as figures, line up by chance
        confidences = [g.confidence for n in grid.marks.numbers for g in n.digits]
        needed = 0.75 if np.median(confidences) >= upper else 1.1
    return bool((filled.sum(1) >= 2).sum() >= 3 and filled.mean() >= needed)


def _ruled_spans(grid: Grid, horizontal: Barriers) -> tuple[Indices, Indices]:
    """Rows and spans of numbers that stand alone between two horizontal rulings, beside several rows."""
    row, span = grid.row.copy(), grid.span.copy()
    found = [_ruled_rows(grid, horizontal, c) for c in range(len(grid.left))]
    first, count = np.unique(np.concatenate(found), return_counts=True)
    common = first[count >= 0.5 * len(found)]  # broken rulings are not found in every column
    for c in range(len(grid.left)):
        member = np.flatnonzero(grid.column == c)
        bounds = _evened(np.union1d(found[c], common))
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


def _evened(bounds: Indices) -> Indices:
    """The bounds of groups, with those added that are missing between groups of one usual size."""
    size = np.diff(bounds)
    usual = int(np.bincount(size).argmax())
    if np.mean(size == usual) >= 0.6 and not (size % usual).any():
        return np.arange(0, int(bounds[-1]) + 1, usual, dtype=np.intp)
    return bounds


def _ruled_rows(grid: Grid, horizontal: Barriers, column: int) -> Indices:
    """First rows of the groups that horizontal rulings make in a column, and the number of rows."""
    u, v = (grid.left[[column]] + grid.right[[column]]) / 2, np.median(grid.centre[:, [column]], axis=0)
    x = float(grid.drift.page(u, v)[0][0])
    y = horizontal.crossings(x)
    _, v = grid.drift.straight(np.full(len(y), x), y)
    inner = np.searchsorted(grid.centre[:, column], v)
    return np.unique(np.concatenate([[0], inner, [len(grid.centre)]])).astype(np.intp)
