"""Errors of copying: what a compositor or scribe does to a table's numbers."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import Generator

from zij.tables.generate.numeric import NumericTable

__all__ = ["CONFUSIONS", "CopyingError", "copy_with_errors"]

CONFUSIONS = {
    "0": "6",
    "1": "7",
    "2": "7",
    "3": "5",
    "4": "1",
    "5": "3",
    "6": "0",
    "7": "1",
    "8": "3",
    "9": "0",
}
"""Digits of like shape: what each is taken for most often."""
_TURNED = {"6": "9", "9": "6"}


@dataclass(frozen=True, slots=True)
class CopyingError:
    """One cell that a copy has otherwise than its model.

    Attributes
    ----------
    row : int
    column : int
        From 0.
    before : str
    after : str
    kind : str
        In words.
    """

    row: int
    column: int
    before: str
    after: str
    kind: str


def copy_with_errors(
    rng: Generator, table: NumericTable, count: int
) -> tuple[NumericTable, tuple[CopyingError, ...]]:
    """Copy a table with `count` errors, no two in one cell.

    Kinds: "turned type" (6 and 9), "transposed digits", "digit confusion", "slipped from the row above" and
    "dropped digit". The argument column (the first) is copied faithfully.

    Parameters
    ----------
    rng : Generator
    table : NumericTable
    count : int

    Returns
    -------
    table : NumericTable
    errors : tuple of CopyingError
        In order of rows.
    """
    cells = [(r, c) for r, row in enumerate(table.rows) for c, text in enumerate(row) if c and text.isdigit()]
    kinds = (
        "turned type",
        "transposed digits",
        "digit confusion",
        "slipped from the row above",
        "dropped digit",
    )
    errors: list[CopyingError] = []
    for place in rng.permutation(len(cells)):
        if len(errors) == count:
            break
        row, column = cells[int(place)]
        kind = kinds[(len(errors) + int(rng.integers(2))) % len(kinds)]
        before = table.rows[row][column]
        after = _changed(rng, table, row, column, kind)
        if after and after != before:
            errors.append(CopyingError(row, column, before, after, kind))
    result = table
    for error in errors:
        result = result.with_cell(error.row, error.column, error.after)
    return result, tuple(sorted(errors, key=lambda e: (e.row, e.column)))


def _changed(rng: Generator, table: NumericTable, row: int, column: int, kind: str) -> str:
    text = table.rows[row][column]
    if kind == "turned type":
        return "".join(_TURNED.get(c, c) for c in text)
    if kind == "transposed digits":
        return text[::-1] if len(text) == 2 else ""
    if kind == "digit confusion":
        at = int(rng.integers(len(text)))
        return text[:at] + CONFUSIONS[text[at]] + text[at + 1 :]
    if kind == "slipped from the row above":
        return table.rows[row - 1][column] if row else ""
    return text[:-1] if len(text) > 1 else ""
