"""Tables as CSV: the grid as it is seen, and the long form, which loses neither spans nor states."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from zij.tables import cellscsv
from zij.tables.reading import Cell, Reading, Table

__all__ = ["COLUMNS", "UNREAD", "grid_text", "guarded", "long_rows", "long_text"]

COLUMNS = (*cellscsv.COLUMNS[:5], "header", *cellscsv.COLUMNS[5:])
"""Columns of the long form, in their order."""
UNREAD = "[unread]"
"""What stands in the grid for a cell with ink and without a reading."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def grid_text(table: Table, *, separator: str = ",", spreadsheet: bool = False) -> str:
    """A table as it stands on the page: a line a row, a field a column.

    A cell that covers several places stands in the first of them; the others are empty. An unread cell is
    `UNREAD`, so that it is not taken for an empty one. Where two cells claim one place, both texts stand
    there.

    Parameters
    ----------
    table : Table
    separator : str
        Between fields: a comma, or a tab for TSV.
    spreadsheet : bool
        Guard texts that a spreadsheet would take for a formula; see `guarded`.

    Returns
    -------
    str
    """
    rows = max([table.rows, *(cell.row + 1 for cell in table.cells)])
    columns = max([table.columns, *(cell.column + 1 for cell in table.cells)])
    grid = [[""] * columns for _ in range(rows)]
    for cell in table.cells:
        text = cell.text or (UNREAD if cell.state == "unread" else "")
        grid[cell.row][cell.column] = "\n".join(filter(None, (grid[cell.row][cell.column], text)))
    return _lines(grid, separator, spreadsheet)


def long_rows(reading: Reading) -> Iterator[tuple[str | int | bool | float, ...]]:
    """The cells of all tables in reading order, as tuples of `COLUMNS`; boxes in whole pixels."""
    for table in reading.tables:
        for cell in table.cells:
            yield (table.id, *_fields(cell))


def _fields(cell: Cell) -> tuple[str | int | bool | float, ...]:
    place = (cell.row, cell.column, cell.row_span, cell.column_span, cell.header)
    box = (round(value) for value in (cell.box.x, cell.box.y, cell.box.w, cell.box.h))
    return (*place, cell.text, cell.state, cell.confidence, *box)


def long_text(reading: Reading, *, separator: str = ",", spreadsheet: bool = False) -> str:
    """The cells of all tables of a page, one a line, with spans, headers, states, confidences and boxes.

    The columns are `COLUMNS`. zij reads the form back as a table of corrected cells.

    Parameters
    ----------
    reading : Reading
    separator, spreadsheet
        As in `grid_text`.

    Returns
    -------
    str
    """
    rows = [[_field(value) for value in row] for row in long_rows(reading)]
    return _lines([list(COLUMNS), *rows], separator, spreadsheet)


def guarded(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would take for a formula.

    `-` and `+` begin legitimate numbers, so this is for people who open the file in a spreadsheet, never for
    programs.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def _field(value: str | int | bool | float) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _lines(rows: Iterable[Sequence[str]], separator: str, spreadsheet: bool) -> str:
    lines = []
    for row in rows:
        stream = io.StringIO()
        # csv quotes a carriage return only where it is part of the line's end
        writer = csv.writer(stream, delimiter=separator, lineterminator="\r\n")
        writer.writerow([guarded(field) for field in row] if spreadsheet else row)
        lines.append(stream.getvalue()[:-2] + "\n")
    return "".join(lines)
