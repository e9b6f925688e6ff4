"""Rows of numbers that head the columns of a table, and rows of which nothing was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from zij.tables.geometry import Box
from zij.tables.layout.barriers import Barriers
from zij.tables.layout.grid import Grid
from zij.tables.layout.marks import Marks
from zij.tables.layout.neighbours import Indices

__all__ = ["headed", "with_unread_rows"]

Floats = NDArray[np.float64]

MOST = 2  # rows of headings that are looked for
FARTHEST = 8.0  # digit heights from a heading down to the table
LEVEL = 0.45  # the numbers of a heading differ by at most so many in height
HEADED = 0.6  # share of the columns that a heading has a sure number for; headings of words have fewer
UNREAD = 0.3  # share of the columns with ink in a row of which nothing was read


def headed(grid: Grid, others: Marks, *, vertical: Barriers, digit_height: float, upper: float = 0.8) -> Grid:
    """The grid with the lines of numbers above it that head its columns, as its first rows.

    Parameters
    ----------
    grid : Grid
    others : Marks
        Numbers that stand in no table.
    vertical : Barriers
        Vertical rulings in pixels of the raster.
    digit_height : float
        Nominal digit height in pixels.
    upper : float
        A number is sure if its digits are at least so probable.

    Returns
    -------
    Grid
        A number over the gutter between two columns heads both.
    """
    for _ in range(MOST):
        column, across = _columns_below(grid, others, vertical, digit_height)
        line = _line(grid, others, column, digit_height, upper)
        if not len(line):
            break
        grid = _with_heading(grid, others.take(line), column[line], across[line])
    return grid


def _columns_below(
    grid: Grid, others: Marks, vertical: Barriers, digit_height: float
) -> tuple[Indices, Indices]:
    """First column under each number, -1 for none, and how many it heads."""
    margin = 0.35 * digit_height
    column, across = np.full(len(others), -1, np.intp), np.ones(len(others), np.intp)
    middle = (others.u0 + others.u1) / 2
    over = np.minimum(others.u1[:, None], grid.right) - np.maximum(others.u0[:, None], grid.left)
    for k in range(len(others)):
        c = int(over[k].argmax())
        if over[k, c] >= -margin:
            column[k] = c
            continue
        c = int(np.searchsorted(grid.left, middle[k])) - 1
        if not 0 <= c < len(grid.left) - 1 or grid.left[c + 1] - grid.right[c] > 6 * digit_height:
            continue
        aside = abs(middle[k] - (grid.right[c] + grid.left[c + 1]) / 2)
        ends, y = grid.drift.page(np.array([grid.right[c], grid.left[c + 1]]), np.full(2, others.v[k]))
        if aside < digit_height and not vertical.between(ends[:1], ends[1:], y[:1]).any():
            column[k], across[k] = c, 2
    return column, across


def _line(grid: Grid, others: Marks, column: Indices, digit_height: float, upper: float) -> Indices:
    """The numbers of the nearest line above the grid that heads most of its columns, from left to right."""
    above = grid.centre[0][np.maximum(column, 0)] - others.v
    near = np.flatnonzero((column >= 0) & (above > 0.6 * digit_height) & (above <= FARTHEST * digit_height))
    sure = others.confidence >= min(upper, float(np.median(grid.marks.confidence)))
    for k in near[np.argsort(above[near], kind="stable")].tolist():
        line = near[np.abs(above[near] - above[k]) <= LEVEL * digit_height]
        several = len(np.unique(column[line])) < len(line)
        if not several and sure[line].sum() >= max(2, HEADED * len(grid.left)):
            return np.asarray(line[np.argsort(column[line])], np.intp)
    return np.empty(0, np.intp)


def _with_heading(grid: Grid, marks: Marks, column: Indices, across: Indices) -> Grid:
    height = float(np.median(grid.centre[0][column] - marks.v))
    return replace(
        grid,
        marks=grid.marks.followed(marks),
        row=np.append(grid.row + 1, np.zeros(len(marks), np.intp)),
        column=np.append(grid.column, column),
        span=np.append(grid.span, np.ones(len(marks), np.intp)),
        across=np.append(grid.across, across),
        centre=np.vstack([grid.centre[:1] - height, grid.centre]),
        header=grid.header + 1,
    )


def with_unread_rows(grid: Grid, unread: Sequence[Box], *, digit_height: float) -> Grid:
    """The grid with rows in the gaps of one to three rows where there is ink in some columns.

    Parameters
    ----------
    grid : Grid
    unread : sequence of Box
        Ink of about a digit's size that no glyph accounts for, and doubtful numbers, in pixels of the raster.
    digit_height : float
        Nominal digit height in pixels.

    Returns
    -------
    Grid
    """
    centre = np.array([box.centre for box in unread]).reshape(-1, 2)
    u, v = grid.drift.straight(centre[:, 0], centre[:, 1])
    margin = 0.6 * digit_height
    inside = (u[:, None] > grid.left - margin) & (u[:, None] < grid.right + margin)  # (B, C)
    step = np.diff(grid.centre, axis=0).mean(1) / grid.pitch
    for r in range(len(step) - 1, grid.header - 1, -1):
        count = round(float(step[r]))
        if not (2 <= count <= 4 and abs(step[r] - count) <= 0.3):
            continue
        share = np.arange(1, count)[:, None] / count
        lines = grid.centre[r] + share * (grid.centre[r + 1] - grid.centre[r])
        inked = [(inside & (np.abs(v[:, None] - line) < 0.35 * grid.pitch)).any(0).sum() for line in lines]
        if min(inked) >= max(1.0, UNREAD * len(grid.left)):
            grid = _with_rows(grid, r + 1, lines)
    return grid


def _with_rows(grid: Grid, at: int, lines: Floats) -> Grid:
    below = grid.row >= at
    reaching = ~below & (grid.row + grid.span > at)
    return replace(
        grid,
        row=np.where(below, grid.row + len(lines), grid.row),
        span=np.where(reaching, grid.span + len(lines), grid.span),
        centre=np.vstack([grid.centre[:at], lines, grid.centre[at:]]),
    )
