"""Slips in a file of cells: what is taken as it stands, but is to be told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from zij.tables.cellscsv import CellRow, apply_cells, lost_zeros, read_cells
from zij.tables.reading import Reading

__all__ = ["corrected_by", "slips"]

_MOST = 5  # of a kind are told one by one


def corrected_by(reading: Reading, path: str | Path) -> tuple[Reading, tuple[str, ...]]:
    """The reading as corrected in a file of cells, and what in the file may be a slip.

    Parameters
    ----------
    reading : Reading
        As it was when the file was written.
    path : path
        `STEM.cells.csv`.

    Returns
    -------
    (Reading, tuple of str)
        As `zij.tables.cellscsv.apply_cells` and `slips` give them.

    Raises
    ------
    TableError
        If the file cannot be read, or does not fit the reading.
    """
    rows = read_cells(path)
    return apply_cells(reading, rows, name=str(path)), slips(reading, rows, name=Path(path).name)


def slips(reading: Reading, rows: Iterable[CellRow], *, name: str = "the table of cells") -> tuple[str, ...]:
    """What in a file of cells may be a slip, though it is taken as it stands.

    Told are leading zeros that are gone from all cells that had them, letters where only figures were read,
    and cells that have no line.

    Parameters
    ----------
    reading : Reading
        As it was when the file was written.
    rows : iterable of CellRow
        As `zij.tables.cellscsv.read_cells` gives them.
    name : str
        What to call the file.

    Returns
    -------
    tuple of str
        A sentence each, without its full stop.
    """
    named, rows = reading.with_ids(), tuple(rows)
    cells = {(table.id, cell.row, cell.column): cell for table in named.tables for cell in table.cells}
    several = len(named.tables) > 1
    told = [
        f"{_place(name, row, several)}: {text!r} has become {row.text.strip()!r}, as when a spreadsheet "
        f"takes text for numbers; taken as it stands; if the page has {text}, import the column text as text"
        for text, row in lost_zeros(named, rows)
    ]
    letters = []
    for row in rows:
        cell = cells.get((row.table, row.row, row.column))
        if cell is not None and _figures(cell.text) and any(sign.isalpha() for sign in row.text):
            text = " ".join(row.text.split())[:40]
            letters.append(f"{_place(name, row, several)}: {text!r} has a letter; taken as it stands")
    told += _few(letters, f"{name}: {{}} more cells have a letter where figures were read")
    missing = len(cells.keys() - {(row.table, row.row, row.column) for row in rows})
    if missing:
        have, are = ("has", "it is") if missing == 1 else ("have", "they are")
        told.append(
            f"{name}: {missing} cell{'s' * (missing != 1)} of the reading {have} no line; {are} left as read"
        )
    return tuple(told)


def _place(name: str, row: CellRow, several: bool) -> str:
    table = f"table {row.table}, " if several else ""
    return f"{name}, {table}row {row.row}, column {row.column}"


def _figures(text: str) -> bool:
    """Whether a text holds digits and no letter."""
    return re.search("[0-9]", text) is not None and not any(sign.isalpha() for sign in text)


def _few(told: Sequence[str], more: str) -> list[str]:
    left = len(told) - _MOST
    return list(told) if left <= 1 else [*told[:_MOST], more.format(left)]
