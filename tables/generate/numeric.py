"""What a printed table holds, before it is set in type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise

__all__ = ["NumericTable", "sexagesimal"]


@dataclass(frozen=True, slots=True)
class NumericTable:
    """The contents of a printed table, before it is set.

    Attributes
    ----------
    title : str
    headings : tuple of str
        One for each column.
    words : frozenset of int
        Columns that hold words and no numbers.
    rows : tuple of tuple of str
        "" for an empty cell.
    groups : tuple of tuple of int
        Columns that make one value, such as degrees and minutes; the first group is the argument. Empty
        where each column stands for itself.
    """

    title: str
    headings: tuple[str, ...]
    words: frozenset[int]
    rows: tuple[tuple[str, ...], ...]
    groups: tuple[tuple[int, ...], ...] = ()

    @property
    def values(self) -> tuple[tuple[int, ...], ...]:
        """The groups of columns, the argument's first."""
        return self.groups or tuple((column,) for column in range(len(self.headings)))

    def with_cell(self, row: int, column: int, text: str) -> NumericTable:
        """The same table with another text in one cell."""
        line = self.rows[row]
        changed = (*line[:column], text, *line[column + 1 :])
        return replace(self, rows=(*self.rows[:row], changed, *self.rows[row + 1 :]))

    def with_groups(self, groups: Sequence[Sequence[int]]) -> NumericTable:
        """The table of these columns alone, in this order; a column may be taken twice."""
        columns = [column for group in groups for column in group]
        ends = [0, *accumulate(map(len, groups))]
        return NumericTable(
            self.title,
            tuple(self.headings[c] for c in columns),
            frozenset(k for k, c in enumerate(columns) if c in self.words),
            tuple(tuple(row[c] for c in columns) for row in self.rows),
            tuple(tuple(range(a, b)) for a, b in pairwise(ends)),
        )

    def with_rows(self, first: int, last: int) -> NumericTable:
        """The rows from `first` up to but without `last`."""
        return replace(self, rows=self.rows[first:last])

    def numbers(self) -> tuple[str, ...]:
        """The texts of all cells that hold a number, row by row."""
        kept = [c for c in range(len(self.headings)) if c not in self.words]
        return tuple(row[c] for row in self.rows for c in kept if row[c])


def sexagesimal(value: float | Fraction, places: int, *, turn: int | None = None) -> tuple[str, ...]:
    """A value as whole units and `places` - 1 sixtieths of sixtieths, rounded in the last place.

    Parameters
    ----------
    value : float or Fraction
        0 or more; a fraction where the last place has to be exact.
    places : int
        How many numbers, 1 or more.
    turn : int, optional
        What whole units are counted up to, such as 360.

    Returns
    -------
    tuple of str
        Each place without leading zeros, as old tables print it.
    """
    scale = 60 ** (places - 1)
    units = int(value * scale + Fraction(1, 2))
    if turn is not None:
        units %= turn * scale
    found: list[str] = []
    for _ in range(places - 1):
        units, place = divmod(units, 60)
        found.append(str(place))
    return (str(units), *reversed(found))
