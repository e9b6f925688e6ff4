"""The cells of a reading as a CSV file that can be corrected in a spreadsheet and read back."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from zij.errors import TableError
from zij.files import write_text
from zij.tables.correction import corrected_cell
from zij.tables.csvlines import csv_records
from zij.tables.geometry import Box
from zij.tables.pagexml import as_written
from zij.tables.pagexml._tree.model import clean_text
from zij.tables.reading import Cell, Reading, State

__all__ = ["COLUMNS", "CellRow", "apply_cells", "cell_lines", "lost_zeros", "read_cells", "write_cells"]

COLUMNS = (
    "table",
    "row",
    "column",
    "row_span",
    "column_span",
    "text",
    "state",
    "confidence",
    "x",
    "y",
    "w",
    "h",
)
"""Columns of `STEM.cells.csv`, in their order."""

_FEWEST = ("table", "row", "column", "text")
_MOST_LOST = 2  # so few lost zeros may be corrections; more at a time are a spreadsheet's work
_NAMED = 5  # cells that an error names
_STATES: dict[str, State] = {state: state for state in get_args(State)}


@dataclass(frozen=True, slots=True)
class CellRow:
    """One line of the file: a cell's place, text, state, spans and box (None where a field is empty).

    Attributes
    ----------
    table : str
    row : int
    column : int
    text : str
    state : State or None
    row_span : int or None
    column_span : int or None
    box : Box or None
    """

    table: str
    row: int
    column: int
    text: str
    state: State | None = None
    row_span: int | None = None
    column_span: int | None = None
    box: Box | None = None


def write_cells(path: str | Path, reading: Reading) -> Path:
    """Write the cells of all tables, one a line, in reading order.

    The columns are `COLUMNS`: the table's id, row and column from 0, text, state, confidence and the box in
    whole pixels of the original image, all as they stand in the PAGE-XML file.

    Parameters
    ----------
    path : path
        UTF-8, LF, with a header.
    reading : Reading
        What was read.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    return write_text(path, "".join(map(_line, [COLUMNS, *cell_lines(reading)])))


def cell_lines(reading: Reading) -> Iterator[tuple[str | int, ...]]:
    """The fields of `COLUMNS` for each cell of all tables, in reading order, as the PAGE-XML file has them.

    Parameters
    ----------
    reading : Reading
        What was read.

    Yields
    ------
    tuple of str or int
        The confidence is text with six significant digits.
    """
    for table in as_written(reading).tables:
        for cell in table.cells:
            place = (table.id, cell.row, cell.column, cell.row_span, cell.column_span)
            box = (int(value) for value in (cell.box.x, cell.box.y, cell.box.w, cell.box.h))
            yield (*place, cell.text, cell.state, f"{cell.confidence:.6g}", *box)


def _line(fields: Sequence[object]) -> str:
    stream = io.StringIO()
    # csv quotes a carriage return only where it is part of the line's end
    csv.writer(stream, lineterminator="\r\n").writerow(fields)
    return stream.getvalue()[:-2] + "\n"


def read_cells(path: str | Path) -> tuple[CellRow, ...]:
    """Read a file of cells, also as spreadsheets write it (byte order mark, semicolons, tabs, CRLF).

    The columns may stand in any order; table, row, column and text must be there.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    tuple of CellRow
        In the order of the file.

    Raises
    ------
    TableError
        If the file is missing, too large, not UTF-8, or a line does not hold what it should.
    """
    path = Path(path)
    rows: dict[tuple[str, int, int], CellRow] = {}
    for number, fields in csv_records(path, _FEWEST):
        row = _row(f"{path}, line {number}", fields)
        if rows.setdefault((row.table, row.row, row.column), row) is not row:
            raise TableError(
                f"{path}, line {number}: the cell in table {row.table}, row {row.row}, column {row.column} "
                "stands there a second time; keep one of the lines."
            )
    return tuple(rows.values())


def apply_cells(reading: Reading, rows: Iterable[CellRow], *, name: str = "the table of cells") -> Reading:
    """The reading as corrected in a file of cells.

    A cell whose text was changed has the numbers of the new text (see `zij.tables.correction`); one whose
    state or spans were changed has the new ones. Cells that are unchanged or not listed stay as they are.

    Parameters
    ----------
    reading : Reading
        As it was when the file was written.
    rows : iterable of CellRow
        As `read_cells` gives them.
    name : str
        What to call the file in an error.

    Returns
    -------
    Reading
        With source "human" if anything was changed.

    Raises
    ------
    TableError
        If a row names a cell that the reading does not have, or a spreadsheet took the leading zeros of three
        or more cells away (see `lost_zeros`).
    """
    named = reading.with_ids()
    wanted = {(row.table, row.row, row.column): row for row in rows}
    _check_zeros(named, wanted, name)
    tables = []
    for table in named.tables:
        cells = [
            _corrected(cell, wanted.pop((table.id, cell.row, cell.column), None), reading.turn)
            for cell in table.cells
        ]
        tables.append(replace(table, cells=tuple(cells)))
    if wanted:
        table_id, row, column = min(wanted)
        raise TableError(
            f"{name}: there is no cell in table {table_id}, row {row}, column {column} of {reading.image}; "
            "rows and columns count from 0 and are not to be changed."
        )
    if tuple(tables) == named.tables:
        return named
    return replace(named, tables=tuple(tables), source="human").with_ids()


def _corrected(cell: Cell, row: CellRow | None, turn: int) -> Cell:
    if row is None:
        return cell
    changed = cell
    if not _same(cell.text, row.text):
        changed = corrected_cell(cell, clean_text(row.text), turn=turn)
    if row.state is not None and row.state != cell.state:
        changed = replace(changed, state=row.state, confidence=1.0, source="human")
    spans = row.row_span or cell.row_span, row.column_span or cell.column_span
    if spans != (cell.row_span, cell.column_span):
        changed = replace(changed, row_span=spans[0], column_span=spans[1], source="human")
    return changed


def _same(old: str, new: str) -> bool:
    return clean_text(old).split() == clean_text(new).split()


def lost_zeros(reading: Reading, rows: Iterable[CellRow]) -> tuple[tuple[str, CellRow], ...]:
    """The cells that have lost their leading zeros, where no cell has kept them.

    Parameters
    ----------
    reading : Reading
        As it was when the file was written, with ids.
    rows : iterable of CellRow

    Returns
    -------
    tuple of (str, CellRow)
        The text that was read, and the line. Empty if one cell has kept its zeros, as 07 that is still 07.
    """
    read = {(table.id, cell.row, cell.column): cell.text for table in reading.tables for cell in table.cells}
    lost = []
    for row in rows:
        text = read.get((row.table, row.row, row.column), "")
        if re.fullmatch("0+[0-9]+", text):
            if _same(text, row.text):
                return ()
            if row.text.strip() == (text.lstrip("0") or "0"):
                lost.append((text, row))
    return tuple(lost)


def _check_zeros(reading: Reading, rows: Mapping[tuple[str, int, int], CellRow], name: str) -> None:
    """Refuse a file in which a spreadsheet turned every 07 into 7: that is no correction."""
    lost = lost_zeros(reading, rows.values())
    if len(lost) <= _MOST_LOST:
        return
    places = "; ".join(f"table {row.table}, row {row.row}, column {row.column}" for _, row in lost)
    named = f" ({places})" if len(lost) <= _NAMED else ""
    raise TableError(
        f"{name}: {len(lost)} cells have lost their leading zeros{named}, as when a spreadsheet takes text "
        "for numbers; import the column text as text and correct it again, or, if the page has no such "
        "zeros, correct those cells in the PAGE-XML file as well."
    )


def _row(where: str, fields: Mapping[str, str]) -> CellRow:
    state = fields.get("state", "").strip().lower()
    if state and state not in _STATES:
        raise TableError(f"{where}: the state {state[:40]!r} is not known; use {', '.join(_STATES)}.")
    row, column = _whole(where, fields, "row"), _whole(where, fields, "column")
    if row is None or column is None:
        missing = "row" if row is None else "column"
        raise TableError(f"{where}: the {missing} is empty; write its number, counted from 0.")
    text = fields.get("text", "").replace("\r\n", "\n")
    spans = _whole(where, fields, "row_span"), _whole(where, fields, "column_span")
    table = fields.get("table", "").strip()
    return CellRow(table, row, column, text, _STATES.get(state), *spans, _area(fields))


def _area(fields: Mapping[str, str]) -> Box | None:
    """The cell's box, where the line holds one that makes sense; nothing in a correction depends on it."""
    try:
        x, y, w, h = (float(fields.get(side, "").strip().replace(",", ".")) for side in "xywh")
    except ValueError:
        return None
    sane = all(math.isfinite(value) and abs(value) < 1e6 for value in (x, y, w, h))
    return Box(x, y, w, h) if sane and w > 0 and h > 0 else None


def _whole(where: str, fields: Mapping[str, str], name: str) -> int | None:
    """A whole number from 0 (spans: from 1), also as 3.0; None where the field is empty or missing."""
    text = fields.get(name, "").strip()
    if not text:
        return None
    match = re.fullmatch(r"([0-9]{1,6})(?:[.,]0*)?", text)
    if match is None or (name.endswith("span") and int(match[1]) < 1):
        raise TableError(f"{where}: the {name} {text[:40]!r} is no count; write a whole number.")
    return int(match[1])
