"""How a printer lays a table out: which part of it, in how many half-tables, which columns in what order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from numpy.random import Generator

from zij.tables.generate.numeric import NumericTable

__all__ = ["Layout", "draw_layout", "lay_out_table"]

Added = Literal["", "running numbers", "differences"]


@dataclass(frozen=True, slots=True)
class Layout:
    """What of a table stands on the page, and how.

    Attributes
    ----------
    rows : (int, int) or None
        First row and the row after the last one; None for all.
    values : tuple of int or None
        Which values (groups of columns after the argument) stand on the page, in their order there; None
        for all as they are.
    places : int
        How many last places of each value are left out, such as the seconds.
    halves : int
        In how many pieces side by side the rows are folded, each with its argument.
    argument_again : bool
        Whether the argument is repeated behind the last column.
    added : "" or "running numbers" or "differences"
        A column that others do not have: the rows' numbers before the argument, or differences of the first
        value behind all.
    """

    rows: tuple[int, int] | None = None
    values: tuple[int, ...] | None = None
    places: int = 0
    halves: int = 1
    argument_again: bool = False
    added: Added = ""

    @property
    def words(self) -> str:
        """The layout in a few words, "plain" where nothing is special."""
        found = [
            f"{self.halves} half-tables" if self.halves > 1 else "",
            "argument repeated" if self.argument_again else "",
            f"{self.added} added" if self.added else "",
            "last places left out" if self.places else "",
            f"columns {' '.join(str(v) for v in self.values)}" if self.values else "",
        ]
        return "; ".join(word for word in found if word) or "plain"


def draw_layout(rng: Generator, table: NumericTable, *, base: int = 0) -> Layout:
    """A layout of the whole table that a printer might choose; never the plain one.

    Parameters
    ----------
    rng : Generator
    table : NumericTable
    base : int
        Units of a place in the next higher one; where it is 0, no differences are taken.

    Returns
    -------
    Layout
    """
    count = len(table.values) - 1
    while True:
        values = tuple(int(v) + 1 for v in rng.permutation(count))
        straight = values == tuple(range(1, count + 1)) or rng.random() < 0.5
        wide = len(table.headings)
        choice: tuple[Added, ...] = ("", "", "running numbers", *(("differences",) if base else ()))
        layout = Layout(
            values=None if straight else values,
            halves=2 if wide <= 6 and len(table.rows) >= 24 and rng.random() < 0.6 else 1,
            argument_again=bool(rng.random() < 0.3),
            added=choice[int(rng.integers(len(choice)))],
        )
        if layout != Layout():
            return layout


def lay_out_table(table: NumericTable, layout: Layout, *, base: int = 0) -> NumericTable:
    """The table as it stands on the page.

    Parameters
    ----------
    table : NumericTable
    layout : Layout
    base : int
        Row of the whole table with which this one begins.

    Returns
    -------
    NumericTable
    """
    if layout.rows is not None:
        table = table.with_rows(*layout.rows)
    difference = _differences(table, base) if layout.added == "differences" and base else None
    argument, *values = table.values
    if layout.values is not None:
        values = [values[number - 1] for number in layout.values]
    if layout.places:
        values = [value[: max(len(value) - layout.places, 1)] for value in values]
    table = table.with_groups([argument, *values, *([argument] if layout.argument_again else [])])
    if difference is not None:
        table = _with_column(table, len(table.headings), "Diff.", difference)
    if layout.added == "running numbers":
        numbers = [str(n) for n in range(1, len(table.rows) + 1)]
        table = _with_column(table, 0, "N.", numbers)
    return _folded(table, layout.halves)


def _differences(table: NumericTable, base: int) -> list[str]:
    """Differences of the first value's neighbours, in units of its last place; "" after the last."""
    units: list[int | None] = []
    for row in table.rows:
        texts = [row[c] for c in table.values[1]]
        total = 0
        for text in texts:
            total = total * base + int(text or 0)
        units.append(total if all(texts) else None)
    found = ["" if a is None or b is None else str(abs(b - a)) for a, b in pairwise(units)]
    return [*found, ""]


def _with_column(table: NumericTable, place: int, heading: str, texts: list[str]) -> NumericTable:
    """The table with one column more, no value's part, before column `place`."""
    return NumericTable(
        table.title,
        (*table.headings[:place], heading, *table.headings[place:]),
        frozenset(c + (c >= place) for c in table.words),
        tuple((*row[:place], text, *row[place:]) for row, text in zip(table.rows, texts, strict=True)),
    )


def _folded(table: NumericTable, halves: int) -> NumericTable:
    """The rows in so many pieces side by side, the last filled up with empty cells."""
    if halves == 1:
        return table
    height, width = -(-len(table.rows) // halves), len(table.headings)
    blank = ("",) * width
    pieces = [table.rows[k * height : (k + 1) * height] for k in range(halves)]
    rows = tuple(
        tuple(text for piece in pieces for text in (piece[r] if r < len(piece) else blank))
        for r in range(height)
    )
    words = frozenset(c + k * width for c in table.words for k in range(halves))
    return replace(table, headings=table.headings * halves, words=words, rows=rows, groups=())
