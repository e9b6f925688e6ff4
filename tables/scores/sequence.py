"""The longest sequence of values that two rows share in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["common_length", "common_pairs", "positions"]


def positions(row: Sequence[str]) -> dict[str, int]:
    """For each value the places where it stands in a row, as the bits of a whole number."""
    bits: dict[str, int] = {}
    for place, value in enumerate(row):
        bits[value] = bits.get(value, 0) | 1 << place
    return bits


def common_length(row: Mapping[str, int], size: int, other: Sequence[str | None]) -> int:
    """Length of the longest common subsequence, all places of one row at a time.

    Hyyrö 2004, "Bit-parallel LCS-length computation revisited": a zero bit says that the length grows there.

    Parameters
    ----------
    row : mapping of str to int
        As `positions` gives it.
    size : int
        Length of that row.
    other : sequence of str or None
        The other row; None is like nothing.

    Returns
    -------
    int
    """
    whole = (1 << size) - 1
    state = whole
    for value in other:
        hits = state & row.get(value, 0) if value is not None else 0
        if hits:
            state = (state + hits | state - hits) & whole
    return size - state.bit_count()


def common_pairs(row: Sequence[str], other: Sequence[str | None]) -> list[tuple[int, int]]:
    """Places of one longest common subsequence in both rows.

    Of several, the one that goes on in `row` first wherever it has the choice.
    """
    rows, columns = len(row), len(other)
    length = [[0] * (columns + 1)]  # of the common subsequence of what follows, the last row first
    for value in reversed(row):
        below, line = length[-1], [0] * (columns + 1)
        for j in range(columns - 1, -1, -1):
            line[j] = below[j + 1] + 1 if value == other[j] else max(below[j], line[j + 1])
        length.append(line)
    length.reverse()
    pairs, i, j = [], 0, 0
    while i < rows and j < columns and length[i][j]:
        if row[i] == other[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif length[i + 1][j] >= length[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs
