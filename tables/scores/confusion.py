"""Which digit is read for which: eleven by eleven, the ten digits and none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NAMES", "NONE", "SIZE", "Confusion", "confusion_pairs", "digit_pairs", "empty_confusion", "spelt"]

NONE, SIZE = 10, 11
"""Index of what is no digit (last column: missed; last row: false); number of rows and columns."""
_LONG = 1_000  # digits of a number, above which nobody asks which was read for which
NAMES = (*"0123456789", "none")
"""Names of rows and columns: the digits, and none."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """A digit (or none) that was read as another one, and how often.

    Attributes
    ----------
    truth : str
    read : str
        A digit, or "none".
    count : int
    """

    truth: str
    read: str
    count: int

    def __str__(self) -> str:
        times = "once" if self.count == 1 else f"{self.count:,} times"
        if self.read == NAMES[NONE]:
            return f"{self.truth} not read: {times}"
        if self.truth == NAMES[NONE]:
            return f"{self.read} read where no digit stands: {times}"
        return f"{self.truth} read as {self.read}: {times}"


def empty_confusion() -> NDArray[np.int64]:
    """Counts to add to: true digit (or none) by digit read (or none).

    Returns
    -------
    (11, 11) ndarray of int64
    """
    return np.zeros((SIZE, SIZE), np.int64)


def confusion_pairs(counts: NDArray[np.int64]) -> tuple[Confusion, ...]:
    """What is confused, the most frequent first.

    Parameters
    ----------
    counts : (11, 11) ndarray of int64
        True digit (or none) by digit read (or none).

    Returns
    -------
    tuple of Confusion
    """
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    rows, columns = np.nonzero(wrong)
    order = sorted(zip(rows.tolist(), columns.tolist(), strict=True), key=lambda p: (-int(wrong[p]), p))
    return tuple(Confusion(NAMES[row], NAMES[column], int(wrong[row, column])) for row, column in order)


def digit_pairs(truth: str, read: str) -> list[tuple[str, str]]:
    """Two strings digit by digit with as few changes as can be; "" stands for no digit.

    Levenshtein's alignment: an exchange, an omission and an addition are one change each, and an exchange
    goes before them.
    """
    rows, columns = len(truth), len(read)
    if max(rows, columns) > _LONG:
        return [*((digit, "") for digit in truth), *(("", digit) for digit in read)]
    cost = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            if i == rows or j == columns:
                cost[i][j] = rows - i + columns - j
            else:
                exchange = cost[i + 1][j + 1] + (truth[i] != read[j])
                cost[i][j] = min(exchange, cost[i + 1][j] + 1, cost[i][j + 1] + 1)
    pairs, i, j = [], 0, 0
    while i < rows or j < columns:
        if i < rows and j < columns and cost[i][j] == cost[i + 1][j + 1] + (truth[i] != read[j]):
            pairs.append((truth[i], read[j]))
            i, j = i + 1, j + 1
        elif i < rows and cost[i][j] == cost[i + 1][j] + 1:
            pairs.append((truth[i], ""))
            i += 1
        else:
            pairs.append(("", read[j]))
            j += 1
    return pairs


def spelt(values: Iterable[tuple[str, str]]) -> NDArray[np.int64]:
    """The digits of pairs of values (true, read; "" for none) counted as confused with each other.

    Parameters
    ----------
    values : iterable of (str, str)

    Returns
    -------
    (11, 11) ndarray of int64
    """
    counts = empty_confusion()
    for truth, read in values:
        if truth == read:
            for digit in truth:
                counts[int(digit), int(digit)] += 1
            continue
        for one, two in digit_pairs(truth, read):
            counts[int(one) if one else NONE, int(two) if two else NONE] += 1
    return counts
