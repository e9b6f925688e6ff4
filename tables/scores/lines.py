"""A reading as scores need it: the rows of its tables as values in order, and its digits with their cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain

from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading

__all__ = ["Line", "PlacedGlyph", "ReadValue", "middle_row", "placed_digits", "read_lines", "runs"]

_RUN = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True)
class PlacedGlyph:
    """A digit that was read; table "", row and column None outside tables.

    Attributes
    ----------
    glyph : Glyph
    table : str
    row : int or None
    column : int or None
    """

    glyph: Glyph
    table: str = ""
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class ReadValue:
    """A string of digits that was read in a table cell, with the box and the probability of its number.

    Attributes
    ----------
    text : str
    box : Box
    confidence : float
        0 to 1.
    table : str
    row : int
    column : int
    """

    text: str
    box: Box
    confidence: float
    table: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Line:
    """The values of one row of a table in the order of the reading."""

    table: str
    row: int
    values: tuple[ReadValue, ...]


def runs(text: str) -> list[str]:
    """The runs of digits in a text: "0.202" has two."""
    return _RUN.findall(text)


def middle_row(cell: Cell) -> int:
    """The row to which a cell belongs: its own, or the middle one of those it stands beside."""
    return cell.row + (cell.row_span - 1) // 2


def placed_digits(reading: Reading) -> tuple[PlacedGlyph, ...]:
    """All digits of a reading in its order; separators are left out."""
    found = [
        PlacedGlyph(glyph, table.id, cell.row, cell.column)
        for table in reading.tables
        for cell in table.cells
        for number in cell.numbers
        for glyph in number.glyphs
        if glyph.is_digit
    ]
    loose = (PlacedGlyph(glyph) for number in reading.loose for glyph in number.glyphs if glyph.is_digit)
    return (*found, *loose)


def read_lines(reading: Reading, *, joined: bool) -> tuple[Line, ...]:
    """The rows of all tables.

    Parameters
    ----------
    reading : Reading
        With ids.
    joined : bool
        Whether the digits of one cell make one value, so that 0.202 is 0202, or each run of them does.

    Returns
    -------
    tuple of Line
        Rows, and the cells of a row, in the order in which the reading first has a number of theirs.
    """
    rows: dict[tuple[str, int], dict[int, list[ReadValue]]] = {}
    for table in reading.tables:
        for cell in table.cells:
            for number in cell.numbers:
                for value in _values(number, table.id, cell):
                    row = rows.setdefault((value.table, value.row), {})
                    row.setdefault(value.column, []).append(value)
    lines = []
    for (name, index), cells in rows.items():
        parts = ([_joined(values)] if joined else values for values in cells.values())
        lines.append(Line(name, index, tuple(chain.from_iterable(parts))))
    return tuple(lines)


def _values(number: Number, table: str, cell: Cell) -> list[ReadValue]:
    """The runs of a number; each has the box of its own glyphs where these spell the number."""
    place = table, middle_row(cell), cell.column
    spelt = "".join(glyph.text for glyph in number.glyphs) == number.text
    values = []
    for match in _RUN.finditer(number.text):
        box, confidence = number.box, number.confidence
        if spelt and len(number.glyphs) == len(number.text):
            part = Number(number.glyphs[match.start() : match.end()], match[0], number.box)
            box, confidence = Box.hull(glyph.box for glyph in part.glyphs), part.confidence
        values.append(ReadValue(match[0], box, confidence, *place))
    return values


def _joined(values: list[ReadValue]) -> ReadValue:
    first, confidence = values[0], 1.0
    for value in values:
        confidence *= value.confidence
    text, box = "".join(value.text for value in values), Box.hull(value.box for value in values)
    return ReadValue(text, box, confidence, first.table, first.row, first.column)
