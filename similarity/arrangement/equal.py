"""All pairs of equal numbers on two pages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zij.similarity.arrangement.prepared import Ints, Prepared

__all__ = ["EqualNumbers", "equal_numbers"]

MOST_PAIRS = 12_000
"""Pairs looked at, those of the rarest numbers first."""
MOST_VOTES = 2_000_000
"""Pairs of columns times offsets of rows that are looked at, the pairs with the most in common first."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class EqualNumbers:
    """P pairs of entries, one of each page, with the same number, in G groups by the columns they stand in.

    Attributes
    ----------
    a, b : (P,) ndarray of int64
        The entries.
    row : (P,) ndarray of int64
        Row of the first entry.
    offset : (P,) ndarray of int64
        Row of the second less row of the first, plus the rows of the first page: never negative.
    group : (P,) ndarray of int64
        The pair of columns.
    weight : (P,) ndarray of float64
        How much the agreement tells.
    column_a, column_b : (G,) ndarray of int64
        The columns of each group, in order.
    expected : (G,) ndarray of float64
        Weight of the agreements that chance gives to two such columns laid beside each other.
    """

    a: Ints
    b: Ints
    row: Ints
    offset: Ints
    group: Ints
    weight: Floats
    column_a: Ints
    column_b: Ints
    expected: Floats

    def where(self, mask: NDArray[np.bool_]) -> EqualNumbers:
        """Some of the pairs, in the same groups."""
        pairs = {name: getattr(self, name)[mask] for name in ("a", "b", "row", "offset", "group", "weight")}
        return replace(self, **pairs)


def equal_numbers(a: Prepared, b: Prepared) -> EqualNumbers:
    """All pairs of equal numbers; where they are more than `MOST_PAIRS`, those of the rarest numbers."""
    low = np.searchsorted(b.values, a.values, "left")
    count = np.searchsorted(b.values, a.values, "right") - low
    if count.sum() > MOST_PAIRS:
        same = np.searchsorted(a.values, a.values, "right") - np.searchsorted(a.values, a.values, "left")
        rare = np.argsort(count * same, kind="stable")
        count[rare[np.cumsum(count[rare]) > MOST_PAIRS]] = 0
    start = np.cumsum(count) - count
    one = np.repeat(a.by_value, count)
    two = b.by_value[np.repeat(low - start, count) + np.arange(count.sum())]
    weight = np.minimum(a.weight[one], b.weight[two])
    columns, group = np.unique(a.column[one] * b.columns + b.column[two], return_inverse=True)
    total = np.asarray(np.bincount(group, weight, len(columns)), np.float64)
    row = a.row[one]
    pairs = EqualNumbers(
        a=one, b=two, row=row, offset=b.row[two] - row + a.rows, group=group, weight=weight,
        column_a=columns // max(b.columns, 1), column_b=columns % max(b.columns, 1),
        expected=total / max(a.rows, b.rows, 1),
    )  # fmt: skip
    return _largest(pairs, total, a.rows + b.rows)


def _largest(pairs: EqualNumbers, total: Floats, offsets: int) -> EqualNumbers:
    """Without the smallest groups, where there are very many."""
    most = MOST_VOTES // max(offsets, 1)
    if len(total) <= most:
        return pairs
    kept = np.sort(np.argsort(-total, kind="stable")[:most])
    number = np.full(len(total), -1)
    number[kept] = np.arange(len(kept))
    pairs = replace(
        pairs, group=number[pairs.group], column_a=pairs.column_a[kept], column_b=pairs.column_b[kept],
        expected=pairs.expected[kept],
    )  # fmt: skip
    return pairs.where(pairs.group >= 0)
