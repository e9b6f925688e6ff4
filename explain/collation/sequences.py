"""Rows matched to rows in order: the path of greatest agreement, piece by piece where tables are long."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.grids import Codes
from zij.similarity.align import monotone

__all__ = ["Pairs", "anchors", "by_place", "matched"]

Pairs = list[tuple[int, int]]
Agreement = Callable[[slice, slice], NDArray[np.float64]]

LARGEST = 4_000_000
"""Pairs of rows that are weighed at once; between anchors there are fewer, or the rows stay unmatched."""


def matched(rows: tuple[int, int], agree: Agreement, fixed: Pairs) -> Pairs:
    """The matching of rows, in order, with the largest sum of agreements (Needleman and Wunsch 1970,
    doi:10.1016/0022-2836(70)90057-4; gaps cost nothing).

    Parameters
    ----------
    rows : (int, int)
        How many there are on each side.
    agree : callable
        Agreement of any two rows, (n, m), for a slice of each side.
    fixed : list of (int, int)
        Pairs in order that are known to belong together; only heeded where the tables are too long to be
        weighed at once.

    Returns
    -------
    Pairs
    """
    n, m = rows
    if n * m <= LARGEST:
        return monotone(agree(slice(0, n), slice(0, m)))
    found: Pairs = []
    ends = [(-1, -1), *fixed, (n, m)]
    for (i, j), (k, end) in pairwise(ends):
        if i >= 0:
            found.append((i, j))
        one, two = slice(i + 1, k), slice(j + 1, end)
        size = (k - i - 1) * (end - j - 1)
        if 0 < size <= LARGEST:
            found += [(p + i + 1, q + j + 1) for p, q in monotone(agree(one, two))]
    return found


def anchors(a: Codes, b: Codes) -> Pairs:
    """Rows that share numbers, or pairs of neighbouring numbers, which stand once in each table, in order.

    Each such number votes for a pair of rows; of the pairs with two votes the longest sequence in order is
    taken (as in the patience method of comparing texts).
    """
    votes: dict[tuple[int, int], int] = {}
    for left, right in ((a, b), (_joined(a), _joined(b))):
        one, two = _once(left), _once(right)
        for value in one.keys() & two.keys():
            pair = one[value], two[value]
            votes[pair] = votes.get(pair, 0) + 1
    pairs = sorted(pair for pair, count in votes.items() if count > 1)
    return _increasing(_clear(pairs))


def _joined(code: Codes) -> Codes:
    """Each number joined with the next one in its row."""
    both = (code[:, :-1] > 0) & (code[:, 1:] > 0)
    mixed = code[:, :-1] * np.uint64(0x9E3779B97F4A7C15) + code[:, 1:]
    return np.asarray(np.where(both, mixed, 0), np.uint64)


def _once(code: Codes) -> dict[int, int]:
    """The values that occur once, and their rows."""
    values, first, count = np.unique(code.ravel(), return_index=True, return_counts=True)
    alone = (count == 1) & (values > 0)
    rows = first[alone] // max(code.shape[1], 1)
    return dict(zip(values[alone].tolist(), rows.tolist(), strict=True))


def _clear(pairs: Pairs) -> Pairs:
    """The pairs whose rows occur in no other pair."""
    left: dict[int, int] = {}
    right: dict[int, int] = {}
    for i, j in pairs:
        left[i] = left.get(i, 0) + 1
        right[j] = right.get(j, 0) + 1
    return [(i, j) for i, j in pairs if left[i] == right[j] == 1]


def _increasing(pairs: Sequence[tuple[int, int]]) -> Pairs:
    """The longest run of pairs (in order of the first) whose second members rise."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for n, (_, j) in enumerate(pairs):
        at = bisect_left(tails, j)
        before.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(j)
            ends.append(n)
        else:
            tails[at], ends[at] = j, n
    found = []
    n = ends[-1] if ends else -1
    while n >= 0:
        found.append(pairs[n])
        n = before[n]
    return found[::-1]


def by_place(rows: Pairs, size: tuple[int, int], strange: Callable[[int, int], bool]) -> Pairs:
    """With rows left over between two matched neighbours, matched in order where both sides have as many.

    Parameters
    ----------
    rows : list of (int, int)
        Matched, in order.
    size : (int, int)
        How many rows each side has; before the first and after the last the same holds as in between.
    strange : callable
        Whether two rows contradict each other so much that they cannot be one.

    Returns
    -------
    Pairs
    """
    if not rows:
        return []
    filled: Pairs = []
    for (i, j), (k, m) in pairwise([(-1, -1), *rows, size]):
        if i >= 0:
            filled.append((i, j))
        if k - i == m - j:
            filled += [(i + s, j + s) for s in range(1, k - i) if not strange(i + s, j + s)]
    return filled
