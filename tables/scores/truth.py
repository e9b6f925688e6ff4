"""What really stands on a page, as a person has written it down."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zij.errors import TableError
from zij.tables.csvlines import csv_records
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Reading
from zij.tables.scores.lines import middle_row

__all__ = [
    "ANY",
    "DigitTruth",
    "TrueCell",
    "TrueDigit",
    "TrueRow",
    "reading_truth",
    "true_digits",
    "true_rows",
]

ANY = "*"
"""Text of a cell that holds a number which may be read or not: it is not judged."""

MOST = 50_000  # digits or cells of one page
LONGEST = 2_000  # cells of one row
_FARTHEST = 1e6  # pixels
_NO = frozenset({"0", "0.0", "false", "no"})


@dataclass(frozen=True, slots=True)
class TrueDigit:
    """One printed digit.

    Attributes
    ----------
    box : Box
        Pixels of the original image.
    digit : str
        "0" to "9".
    legible : bool
        False where the shape alone does not settle the digit: it need not be read, and counts neither way.
    row, column, number : str
        Names of its cell and the text of its number, as the file has them.
    """

    box: Box
    digit: str
    legible: bool = True
    row: str = ""
    column: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class DigitTruth:
    """All digits of a page.

    Attributes
    ----------
    digits : tuple of TrueDigit
    regions : tuple of Box
        Where figures stand that are too small or blurred to tell; what is read there is not judged.
    numbers : tuple of str or None
        The texts of the numbers, for the histogram; None where the file does not say them.
    """

    digits: tuple[TrueDigit, ...]
    regions: tuple[Box, ...] = ()
    numbers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TrueCell:
    """One cell: its text (`ANY` is not judged), the name of its column, and its box where it is known."""

    text: str
    column: str = ""
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class TrueRow:
    """One row of a table in reading order.

    Attributes
    ----------
    table : str
    row : str
        As the truth names them.
    cells : tuple of TrueCell
    """

    table: str
    row: str
    cells: tuple[TrueCell, ...]


def true_digits(path: str | Path) -> DigitTruth:
    """Read a `STEM.digits.csv`: x, y, w, h, digit; and cell_row, cell_column, number_text, legible if known.

    A line without a digit is a region that is not judged.

    Raises
    ------
    TableError
        If the file is missing, too large, or a line does not hold what it should.
    """
    path = Path(path)
    digits: list[TrueDigit] = []
    regions: list[Box] = []
    pages: set[str] = set()
    named = True
    for line, fields in csv_records(path, ("x", "y", "w", "h", "digit")):
        where, field = f"{path}, line {line}", _stripped(fields)
        _count(path, len(digits) + len(regions), "digits")
        box = _box(where, field, needed=True)
        assert box is not None
        digit = field.get("digit", "")
        pages.add(field.get("page", ""))
        if not digit:
            regions.append(box)
            continue
        if re.fullmatch("[0-9]", digit) is None:
            raise TableError(
                f"{where}: {digit[:40]!r} is no digit; write one of 0 to 9, or nothing for a region that is "
                "not judged."
            )
        named = named and "number_text" in fields
        legible = field.get("legible", "").lower() not in _NO
        names = (field.get(name, "") for name in ("cell_row", "cell_column", "number_text"))
        digits.append(TrueDigit(box, digit, legible, *names))
    if len(pages) > 1:
        raise TableError(f"{path}: holds the digits of {len(pages)} pages; keep those of one in each file.")
    numbers = {(d.row, d.column, d.number): d.number for d in digits}
    return DigitTruth(tuple(digits), tuple(regions), tuple(numbers.values()) if named else None)


def true_rows(path: str | Path) -> tuple[TrueRow, ...]:
    """Read a `STEM.cells.csv`: row, column, text; and table, x, y, w, h if known.

    The form that zij writes is understood too: a cell over several rows belongs to the middle one, and one
    that is "unread" and has no text is not judged.

    Raises
    ------
    TableError
        If the file is missing, too large, or a line does not hold what it should.
    """
    path = Path(path)
    rows: dict[tuple[str, str], list[TrueCell]] = {}
    for count, (line, fields) in enumerate(csv_records(path, ("row", "column", "text"))):
        where, field = f"{path}, line {line}", _stripped(fields)
        _count(path, count, "cells")
        text = field.get("text", "")
        if not text and field.get("state") == "unread":
            text = ANY
        key = field.get("table", ""), _middle(field)
        cells = rows.setdefault(key, [])
        cells.append(TrueCell(text, field.get("column", ""), _box(where, field, needed=False)))
        if len(cells) > LONGEST:
            raise TableError(f"{where}: more than {LONGEST:,} cells in one row; number the rows.")
    return tuple(TrueRow(table, row, tuple(cells)) for (table, row), cells in rows.items())


def reading_truth(reading: Reading) -> tuple[DigitTruth | None, tuple[TrueRow, ...] | None]:
    """A corrected reading as truth: its digits, if every number has them, and the rows of its tables.

    None stands for what it does not hold. A cell that is unread is not judged.
    """
    digits: list[TrueDigit] = []
    texts: list[str] = []
    rows: dict[tuple[str, str], list[TrueCell]] = {}
    whole = True
    for table in reading.tables:
        for cell in table.cells:
            place = str(middle_row(cell)), str(cell.column)
            for number in cell.numbers:
                digits += [
                    TrueDigit(g.box, g.text, True, *place, number.text) for g in number.glyphs if g.is_digit
                ]
            text = ANY if cell.state == "unread" and not cell.numbers else _text(cell)
            if text:
                rows.setdefault((table.id, place[0]), []).append(TrueCell(text, place[1], cell.box))
    for number in reading.numbers():
        texts.append(number.text)
        whole = whole and "".join(g.text for g in number.glyphs) == number.text
    for number in reading.loose:
        digits += [TrueDigit(g.box, g.text, number=number.text) for g in number.glyphs if g.is_digit]
    found = DigitTruth(tuple(digits), (), tuple(texts)) if whole else None
    lines = tuple(TrueRow(table, row, tuple(cells)) for (table, row), cells in rows.items())
    return found, lines or None


def _text(cell: Cell) -> str:
    return " ".join(number.text for number in cell.numbers)


def _stripped(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: text.strip() for name, text in fields.items()}


def _middle(field: Mapping[str, str]) -> str:
    """The row's name; where the row is a number and the cell spans several, the middle one of them."""
    row, span = field.get("row", ""), field.get("row_span", "")
    if re.fullmatch("[0-9]{1,6}", row) and re.fullmatch("[1-9][0-9]{0,5}", span):
        return str(int(row) + (int(span) - 1) // 2) if int(span) > 1 else row
    return row


def _box(where: str, field: Mapping[str, str], *, needed: bool) -> Box | None:
    texts = [field.get(name, "") for name in "xywh"]
    if not needed and not all(texts):
        return None
    values = []
    for name, text in zip("xywh", texts, strict=True):
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            value = math.nan
        if not abs(value) <= _FARTHEST:
            raise TableError(f"{where}: the {name} {text[:40]!r} is no place in pixels; write a number.")
        values.append(value)
    if values[2] <= 0 or values[3] <= 0:
        raise TableError(f"{where}: the box is {texts[2]} x {texts[3]} pixels; give it a width and height.")
    return Box(*values)


def _count(path: Path, so_far: int, what: str) -> None:
    if so_far >= MOST:
        raise TableError(f"{path}: more than {MOST:,} {what}; a file holds those of one page only.")
