"""What two arrangements share, as records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["ArrangementMatch", "SharedPart", "Side"]

Side = Literal["", "a", "b"]
"""Neither or one of two pages."""
_OTHER: dict[Side, Side] = {"": "", "a": "b", "b": "a"}


@dataclass(frozen=True, slots=True)
class SharedPart:
    """Part of a table that stands on both pages.

    Attributes
    ----------
    table_a, table_b : int
        Index of the table in its reading.
    rows_a, rows_b : (int, int)
        First and last row, as counted in the reading.
    columns : tuple of (int, int)
        Matching columns of the first and the second page; a column whose cells hold two numbers, which the
        other page sets in two columns, occurs twice.
    agreeing, differing : int
        Numbers in corresponding places that are the same, and that are not.
    transposed : "", "a" or "b"
        The page that has the rows of the other as columns: of that page `rows_a` or `rows_b` are columns, and
        its numbers in `columns` rows. `lines` gives rows and columns as they stand on a page.
    """

    table_a: int
    table_b: int
    rows_a: tuple[int, int]
    rows_b: tuple[int, int]
    columns: tuple[tuple[int, int], ...]
    agreeing: int
    differing: int
    transposed: Side = ""

    def lines(self, side: Literal["a", "b"]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows and columns of the part as they stand on one of the pages, in order."""
        first, last = self.rows_a if side == "a" else self.rows_b
        down = tuple(range(first, last + 1))
        across = tuple(sorted({pair[side == "b"] for pair in self.columns}))
        return (across, down) if self.transposed == side else (down, across)

    @property
    def columns_a(self) -> tuple[int, int]:
        """First and last of the columns on the first page."""
        return min(a for a, _ in self.columns), max(a for a, _ in self.columns)

    @property
    def columns_b(self) -> tuple[int, int]:
        """First and last of the columns on the second page."""
        return min(b for _, b in self.columns), max(b for _, b in self.columns)

    @property
    def shift(self) -> tuple[int, int]:
        """Rows and columns by which the part stands further on on the second page."""
        return self.rows_b[0] - self.rows_a[0], self.columns_b[0] - self.columns_a[0]

    def turned(self) -> SharedPart:
        """The same part as the second page sees it."""
        return replace(
            self, table_a=self.table_b, table_b=self.table_a, rows_a=self.rows_b, rows_b=self.rows_a,
            columns=tuple(sorted((b, a) for a, b in self.columns)),
            transposed=_OTHER[self.transposed],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArrangementMatch:
    """How far the shared numbers of two pages stand in corresponding places.

    Attributes
    ----------
    score : float
        0 to 1: the geometric mean of two shares of the smaller page, that of the numbers which agree with the
        number in the corresponding place, and that of the agreeing weight, corrected for chance.
    chance : float
        Share of the smaller page, by weight, whose agreement chance would explain, if it had put the numbers
        of each column, or of each row, of these parts in any order. 0 without parts.
    share_a, share_b : float
        Share of each page's numbers that agree with the number in the corresponding place.
    agreeing, differing : int
        Numbers in corresponding places that are the same, and that are not.
    parts : tuple of SharedPart
        The largest first.
    """

    score: float = 0.0
    chance: float = 0.0
    share_a: float = 0.0
    share_b: float = 0.0
    agreeing: int = 0
    differing: int = 0
    parts: tuple[SharedPart, ...] = ()

    @property
    def transposed(self) -> bool:
        """Whether the rows of one page are columns of the other."""
        return any(part.transposed for part in self.parts)

    def turned(self) -> ArrangementMatch:
        """The same match as the second page sees it."""
        return replace(
            self, share_a=self.share_b, share_b=self.share_a, parts=tuple(p.turned() for p in self.parts)
        )
