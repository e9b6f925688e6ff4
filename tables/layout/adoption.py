"""Doubtful numbers that a table found without them makes likely."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zij.tables.layout.grid import Grid
from zij.tables.layout.marks import Marks
from zij.tables.layout.rows import ALIGNED

__all__ = ["adopted"]

FULL = 0.6  # share of a column's cells that are filled, for others to be expected


def adopted(grid: Grid, others: Marks, *, digit_height: float) -> Grid:
    """The grid with those of some doubtful numbers that stand where a number is to be expected.

    Parameters
    ----------
    grid : Grid
    others : Marks
        Numbers that had no part in finding the grid, such as those that may be letters.
    digit_height : float
        Nominal digit height in pixels.

    Returns
    -------
    Grid
        With the numbers that stand on the line of a row, among the digits of a well filled column.
    """
    rows, columns = grid.centre.shape
    filled = np.zeros((rows, columns), bool)
    filled[grid.row, grid.column] = True
    full = filled.mean(0) >= FULL
    margin = 0.3 * digit_height
    taken, row, column = [], [], []
    for k in range(len(others)):
        u0, u1 = others.u0[k], others.u1[k]
        inside = np.flatnonzero(full & (grid.left - margin <= u0) & (u1 <= grid.right + margin))
        if not len(inside):
            continue
        c = int(inside[0])
        r = int(np.abs(grid.centre[:, c] - others.v[k]).argmin())
        if abs(grid.centre[r, c] - others.v[k]) <= ALIGNED * grid.pitch:
            taken.append(k)
            row.append(r)
            column.append(c)
    new = np.array(taken, np.intp)
    return replace(
        grid,
        marks=grid.marks.followed(others.take(new)),
        row=np.append(grid.row, row).astype(np.intp),
        column=np.append(grid.column, column).astype(np.intp),
        span=np.append(grid.span, np.ones(len(new))).astype(np.intp),
        across=np.append(grid.across, np.ones(len(new))).astype(np.intp),
    )
