"""From a grid of numbers to cells with boxes, states and texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zij.tables.geometry import Box
from zij.tables.layout.barriers import Barriers
from zij.tables.layout.grid import Grid
from zij.tables.reading import Cell, Number, State, Table

__all__ = ["UPPER", "make_table"]

Floats = NDArray[np.float64]

UPPER = 0.8  # digits from this confidence on count as read
WIDEST = 1.5  # a cell without ruling reaches at most so many digit heights past its column's digits
TALLEST = 0.75  # and so many usual distances of rows above and below its line


@dataclass(slots=True)
class _Bounds:
    """Edges of the cells and of what they hold, each (R, C), in pixels of the raster."""

    left: Floats
    right: Floats
    top: Floats
    bottom: Floats
    held: tuple[Floats, Floats, Floats, Floats]


def make_table(
    grid: Grid, *, vertical: Barriers, unread: Sequence[Box], digit_height: float, upper: float = UPPER
) -> Table:
    """The table of a grid, with one cell for each position that no span covers.

    Parameters
    ----------
    grid : Grid
        Numbers in rows and columns.
    vertical : Barriers
        Vertical rulings in pixels of the raster.
    unread : sequence of Box
        Ink of about a digit's size that no glyph accounts for.
    digit_height : float
        Nominal digit height in pixels.
    upper : float
        A cell is "read" if all its digits are at least so probable.

    Returns
    -------
    Table
    """
    bounds = _bounds(grid, vertical, digit_height)
    shape = grid.centre.shape
    held: dict[tuple[int, int], list[Number]] = {}
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for k in np.lexsort((grid.marks.u0, grid.column, grid.row)).tolist():
        position = int(grid.row[k]), int(grid.column[k])
        held.setdefault(position, []).append(grid.marks.numbers[k])
        down, across = spans.get(position, (1, 1))
        spans[position] = max(down, int(grid.span[k])), max(across, int(grid.across[k]))
    covered = {
        (r + m, c + n)
        for (r, c), (down, across) in spans.items()
        for m, n in np.ndindex(down, across)
        if m or n
    }
    blots = _by_cell(unread, bounds, grid, digit_height)
    cells = []
    for r, c in np.ndindex(*shape):
        if (r, c) in covered:
            continue
        down, across = spans.get((r, c), (1, 1))
        box = _cell_box(bounds, slice(r, r + down), slice(c, c + across))
        stained = any((r + m, c + n) in blots for m, n in np.ndindex(down, across))
        cell = _cell(r, c, box, held.get((r, c), []), stained, upper)
        cells.append(replace(cell, row_span=down, column_span=across, header=r < grid.header))
    confidences = [g.confidence for n in grid.marks.numbers for g in n.digits]
    box = Box.hull(cell.box for cell in cells)
    return Table(box, shape[0], shape[1], tuple(cells), float(np.mean(confidences)))


def _cell(row: int, column: int, box: Box, numbers: list[Number], stained: bool, upper: float) -> Cell:
    confidence = float(np.prod([n.confidence for n in numbers])) if numbers else float(not stained)
    sure = all(g.confidence >= upper for n in numbers for g in n.digits)
    state: State = "read" if sure and not stained else "uncertain"
    if not numbers:
        state = "unread" if stained else "empty"
    text = " ".join(n.text for n in numbers)
    return Cell(row, column, box, tuple(numbers), text, state, confidence)


def _bounds(grid: Grid, vertical: Barriers, digit_height: float) -> _Bounds:
    held = _held(grid)
    left, right = _sides(grid, vertical, digit_height)
    top, bottom = _ends(grid)
    _make_room(right[:, :-1], left[:, 1:], held[1][:, :-1], held[0][:, 1:])
    _make_room(bottom[:-1], top[1:], held[3][:-1], held[2][1:])
    np.minimum(left, held[0], out=left)
    np.maximum(right, held[1], out=right)
    np.minimum(top, held[2], out=top)
    np.maximum(bottom, held[3], out=bottom)
    bounds = _Bounds(left, right, top, bottom, held)
    _part_corners(bounds)
    return bounds


def _held(grid: Grid) -> tuple[Floats, Floats, Floats, Floats]:
    """Left, right, top and bottom of the digits in each cell; infinite where there are none."""
    shape = grid.centre.shape
    left, right = np.full(shape, np.inf), np.full(shape, -np.inf)
    top, bottom = np.full(shape, np.inf), np.full(shape, -np.inf)
    for k, number in enumerate(grid.marks.numbers):
        box, r, c = number.box, grid.row[k], grid.column[k]
        rows, columns = slice(r, r + grid.span[k]), slice(c, c + grid.across[k])
        left[rows, c] = np.minimum(left[rows, c], box.x)
        right[rows, columns.stop - 1] = np.maximum(right[rows, columns.stop - 1], box.right)
        top[r, columns] = np.minimum(top[r, columns], box.y)
        bottom[rows.stop - 1, columns] = np.maximum(bottom[rows.stop - 1, columns], box.bottom)
    return left, right, top, bottom


def _sides(grid: Grid, vertical: Barriers, digit_height: float) -> tuple[Floats, Floats]:
    """Left and right edges: the nearest ruling, or the middle of the gutter, at the height of each row."""
    v, far = grid.centre, 2 * WIDEST * digit_height
    near_left, near_right = grid.left - 0.4 * digit_height, grid.right + 0.4 * digit_height
    middle = (near_right[:-1] + near_left[1:]) / 2
    outer_left = np.maximum(np.append(-np.inf, middle), near_left - WIDEST * digit_height)
    outer_right = np.minimum(np.append(middle, np.inf), near_right + WIDEST * digit_height)
    (x0, x1, left, right), y = grid.drift.page(
        np.broadcast_to(np.stack([grid.left, grid.right, outer_left, outer_right])[:, None], (4, *v.shape)),
        np.broadcast_to(v, (4, *v.shape)),
    )
    floor = np.hstack([x0[:, :1] - far, x1[:, :-1]])
    ceiling = np.hstack([x0[:, 1:], x1[:, -1:] + far])
    for r in range(len(v)):
        rulings = vertical.crossings(float(np.median(y[:2, r])), beyond=digit_height)
        edges = np.concatenate([[-np.inf], rulings, [np.inf]])
        before = edges[np.searchsorted(edges, x0[r]) - 1]
        after = edges[np.searchsorted(edges, x1[r], side="right")]
        left[r] = np.where(before > floor[r], before, left[r])
        right[r] = np.where(after < ceiling[r], after, right[r])
    left = x0 - _usual_margin(x0 - left, digit_height)
    right = x1 + _usual_margin(right - x1, digit_height)
    right[:, :-1] = np.minimum(right[:, :-1], left[:, 1:])
    return left, right


def _usual_margin(margin: Floats, digit_height: float) -> Floats:
    """Margins, (R, C), those much wider than usual in their column narrowed: there a ruling was not seen."""
    usual = np.median(margin, axis=0)
    return np.asarray(np.where(margin > usual + digit_height, usual, margin))


def _ends(grid: Grid) -> tuple[Floats, Floats]:
    """Top and bottom edges: midway between the rows' lines in each column, but not far from them."""
    v, reach = grid.centre, TALLEST * grid.pitch
    between = (v[:-1] + v[1:]) / 2
    top = np.vstack([v[:1] - 0.5 * grid.pitch, np.maximum(between, v[1:] - reach)])
    bottom = np.vstack([np.minimum(between, v[:-1] + reach), v[-1:] + 0.5 * grid.pitch])
    u = np.broadcast_to((grid.left + grid.right) / 2, v.shape)
    return grid.drift.page(u, top)[1], grid.drift.page(u, bottom)[1]


def _make_room(end: Floats, start: Floats, held_end: Floats, held_start: Floats) -> None:
    """Move the edges between neighbouring cells off the digits on either side, where there is room."""
    room = held_end <= held_start
    for edge in (end, start):
        moved = np.clip(edge, np.where(room, held_end, -np.inf), np.where(room, held_start, np.inf))
        edge[...] = moved


def _part_corners(bounds: _Bounds) -> None:
    """Cells that meet at a corner only do not overlap: one gives way where it holds no digit."""
    held_left, held_right, held_top, held_bottom = bounds.held
    rows, columns = bounds.left.shape
    for r, c in np.ndindex(rows - 1, columns):
        for d in (c - 1, c + 1):
            if not 0 <= d < columns:
                continue
            upper, lower, k = (r, c), (r + 1, d), r + 1
            if bounds.bottom[upper] <= bounds.top[lower]:
                continue
            near, far = (upper, lower) if d > c else (lower, upper)
            if bounds.right[near] <= bounds.left[far]:
                continue
            moves = [
                (held_right[near] - bounds.left[far], bounds.right, near, bounds.left[far]),
                (bounds.right[near] - held_left[far], bounds.left, far, bounds.right[near]),
                (held_bottom[upper] - bounds.top[lower], bounds.bottom, upper, bounds.top[lower]),
                (bounds.bottom[upper] - held_top[lower], bounds.top, (k, d), bounds.bottom[upper]),
            ]
            cut, edges, cell, value = min(moves, key=lambda move: move[0])
            if cut <= 0:
                edges[cell] = value


def _cell_box(bounds: _Bounds, rows: slice, columns: slice) -> Box:
    x0, x1 = bounds.left[rows, columns.start].max(), bounds.right[rows, columns.stop - 1].min()
    y0, y1 = bounds.top[rows.start, columns].max(), bounds.bottom[rows.stop - 1, columns].min()
    return Box(float(x0), float(y0), max(float(x1 - x0), 1.0), max(float(y1 - y0), 1.0))


def _by_cell(unread: Sequence[Box], bounds: _Bounds, grid: Grid, digit_height: float) -> set[tuple[int, int]]:
    """Cells in whose digits' place there is ink without a reading."""
    if not unread:
        return set()
    x, y = np.array([box.centre for box in unread]).T
    u, v = grid.drift.straight(x, y)
    margin = 0.5 * digit_height
    found: set[tuple[int, int]] = set()
    for c in range(len(grid.left)):
        inside = np.flatnonzero((u >= grid.left[c] - margin) & (u <= grid.right[c] + margin))
        if not len(inside):
            continue
        row = np.abs(v[inside][:, None] - grid.centre[:, c]).argmin(1)
        near = np.abs(v[inside] - grid.centre[row, c]) <= 0.45 * grid.pitch
        fits = (x[inside] >= bounds.left[row, c]) & (x[inside] <= bounds.right[row, c])
        found.update((int(r), c) for r in row[near & fits])
    return found
