"""Whether one page may hold the table of another with its rows as columns; cheap, for it is asked of all."""

from __future__ import annotations

import numpy as np

from zij.similarity.arrangement.equal import EqualNumbers
from zij.similarity.arrangement.prepared import Prepared

__all__ = ["may_be_transposed"]

LEAST_COMMON = 0.5
"""Share of the smaller page's numbers for which there must be room where rows lie on columns."""
LEAST_LINED_UP = 0.35
"""Share of the smaller page's weight that must stand in lines that may belong together."""


def may_be_transposed(a: Prepared, b: Prepared, pairs: EqualNumbers) -> bool:
    """Whether it is worth the time to lay one page on the other with rows and columns exchanged.

    A tall table whose rows are set as columns is a wide one, so that the forms of most pairs of pages rule it
    out. Otherwise the equal numbers must stand together: those of each column of `b` in one row of `a`.

    Parameters
    ----------
    a, b : Prepared
    pairs : EqualNumbers
        All of them.

    Returns
    -------
    bool
    """
    numbers = min(len(a.value), len(b.value))
    if min(a.rows, b.columns) * min(a.columns, b.rows) < LEAST_COMMON * numbers or not len(pairs.a):
        return False
    line = pairs.column_b[pairs.group] * a.rows + pairs.row
    votes = np.bincount(line, pairs.weight, b.columns * a.rows).reshape(b.columns, a.rows)
    smaller = min(float(a.weight.sum()), float(b.weight.sum()))
    return float(votes.max(axis=1).sum()) >= LEAST_LINED_UP * smaller
