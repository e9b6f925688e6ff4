"""One page laid on another: which columns belong together, and which row stands on which."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zij.similarity.arrangement.equal import EqualNumbers
from zij.similarity.arrangement.prepared import Ints, Prepared

__all__ = ["columns_by_place", "columns_by_rows", "first_columns", "rows_by_columns"]

OFFSETS = 16
"""Offsets of rows among which a part may change."""
CHANGE = 3.0
"""Agreements that a change of the offset must bring."""

Floats = NDArray[np.float64]


def first_columns(a: Prepared, b: Prepared, pairs: EqualNumbers) -> Ints:
    """Columns matched at the one offset of rows where the most columns agree beyond chance.

    Parameters
    ----------
    a, b : Prepared
    pairs : EqualNumbers
        Those which are free yet.

    Returns
    -------
    (a.columns,) ndarray of int64
        Column of the second page for each of the first; -1: none.
    """
    size = a.rows + b.rows
    votes = np.bincount(pairs.group * size + pairs.offset, pairs.weight, len(pairs.expected) * size)
    excess = np.maximum(votes.reshape(-1, size) - pairs.expected[:, None], 0)
    # of each column of the first page the best of the second
    best = np.maximum.reduceat(excess, np.flatnonzero(np.diff(pairs.column_a, prepend=-1)), axis=0)
    return _one_to_one(a, b, pairs, excess[:, best.sum(axis=0).argmax()])


def rows_by_columns(a: Prepared, b: Prepared, pairs: EqualNumbers, columns: Ints) -> Ints:
    """Row of the second page for each row of the first, by their agreement in matched columns.

    Each row has one offset; the path through the offsets has the largest sum of agreements less `CHANGE` for
    every change of the offset (Viterbi 1967, doi:10.1109/TIT.1967.1054010).

    Parameters
    ----------
    a : Prepared
    b : Prepared
    pairs : EqualNumbers
        Of equal numbers.
    columns : (a.columns,) ndarray of int64
        Column of the second page for each column of the first.

    Returns
    -------
    (a.rows,) ndarray of int64
        -1: none.
    """
    here = np.flatnonzero((columns[pairs.column_a] == pairs.column_b)[pairs.group])
    row, offset, weight = pairs.row[here], pairs.offset[here], pairs.weight[here]
    votes = np.bincount(offset, weight, a.rows + b.rows)
    states = np.sort(np.argsort(-votes, kind="stable")[:OFFSETS])
    state_of = np.full(len(votes), OFFSETS)
    state_of[states] = np.arange(len(states))
    width = OFFSETS + 1
    gains = np.asarray(np.bincount(row * width + state_of[offset], weight, a.rows * width), np.float64)
    gains = gains.reshape(a.rows, width)[:, : len(states)]
    rows = np.arange(a.rows)
    path = _path(gains)
    target = rows + states[path] - a.rows
    # where two rows come to stand on one, the row that agrees more
    order = np.argsort(gains[rows, path], kind="stable")
    order = order[(target[order] >= 0) & (target[order] < b.rows)]
    taken, found = np.full(b.rows, -1), np.full(a.rows, -1)
    taken[target[order]] = order
    there = np.flatnonzero(taken >= 0)
    found[taken[there]] = there
    return found


def columns_by_rows(a: Prepared, b: Prepared, pairs: EqualNumbers, rows: Ints) -> Ints:
    """Columns matched one to one by their agreement in matched rows beyond chance; -1: none.

    Parameters
    ----------
    a : Prepared
    b : Prepared
    pairs : EqualNumbers
        Of equal numbers.
    rows : (a.rows,) ndarray of int64
        Row of the second page for each row of the first.

    Returns
    -------
    (a.columns,) ndarray of int64
    """
    target = rows[pairs.row]
    matched = (target >= 0) & (target == pairs.row + pairs.offset - a.rows)
    votes = np.bincount(pairs.group[matched], pairs.weight[matched], len(pairs.expected))
    return _one_to_one(a, b, pairs, votes - pairs.expected)


def columns_by_place(b: Prepared, columns: Ints) -> Ints:
    """The same, columns without a match laid beside their matched neighbours where the place is free.

    So constant columns come to their places, too, which no agreement can show.
    """
    found = columns.tolist()
    free = set(range(b.columns)).difference(found)
    for order, side in ((range(1, len(found)), -1), (range(len(found) - 2, -1, -1), 1)):
        for n in order:
            beside = found[n + side] - side
            if found[n] < 0 <= found[n + side] and beside in free:
                found[n] = beside
                free.discard(beside)
    return np.array(found, np.int64)


def _one_to_one(a: Prepared, b: Prepared, pairs: EqualNumbers, merit: Floats) -> Ints:
    """Groups of pairs from the best down, without those that have a column taken or no merit."""
    found, taken = [-1] * a.columns, set[int]()
    good = np.flatnonzero(merit > 0)
    for group in good[np.argsort(-merit[good], kind="stable")].tolist():
        one, two = int(pairs.column_a[group]), int(pairs.column_b[group])
        if found[one] < 0 and two not in taken:
            found[one] = two
            taken.add(two)
    return np.array(found, np.int64)


def _path(gains: Floats) -> Ints:
    """The best state in each row, (R,), for gains (R, K)."""
    total = gains.sum(axis=0)
    if gains.max(axis=1).sum() - total.max() <= CHANGE:  # no change can pay
        return np.full(len(gains), total.argmax())
    active = np.flatnonzero(gains.any(axis=1))  # the others go with the row before them
    states, value = np.arange(gains.shape[1]), gains[active[0]]
    came = np.zeros((len(active), len(states)), np.int64)
    for n, row in enumerate(active[1:].tolist(), 1):
        best = value.argmax()
        change = value[best] - CHANGE
        came[n] = np.where(value >= change, states, best)
        value = np.maximum(value, change) + gains[row]
    path = np.zeros(len(active), np.int64)
    path[-1] = value.argmax()
    for n in range(len(active) - 1, 0, -1):
        path[n - 1] = came[n, path[n]]
    before = np.searchsorted(active, np.arange(len(gains)), side="right") - 1
    return path[np.maximum(before, 0)]
