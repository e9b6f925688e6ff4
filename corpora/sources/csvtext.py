"""CSV files of any origin as rows: every common separator, encoding and slip, each told."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from zij.errors import TableError

__all__ = ["Row", "Sheet", "read_sheet"]

_LARGEST = 256 * 2**20
_COLUMNS = 500
_ROWS = 2_000_000
_LONGEST = 10_000  # signs of a field that are kept


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line on which it starts, and its fields by column, without those that are empty."""

    line: int
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table.

    Attributes
    ----------
    path : Path
    columns : tuple of str
        As the header has them.
    rows : tuple of Row
    remarks : tuple of str
        What was tolerated.
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    remarks: tuple[str, ...] = ()


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file with a header.

    Commas, semicolons or tabs part the fields, whichever gives the header most columns; UTF-8 with or without
    byte order mark, UTF-16, and else the encoding of Western Windows, which is told.

    Raises
    ------
    TableError
        If it is missing, too large, empty, or no CSV.
    """
    data = _bytes(path)
    text, remarks = _decoded(data)
    first = text.partition("\n")[0].strip()
    stated = first[4:5] if first[:4].lower() == "sep=" and len(first) == 5 else ""
    skipped = 1 if stated else 0
    if stated:  # a line by which Excel tells itself the separator
        text = text.partition("\n")[2]
    separator = stated or _separator(text)
    records = _records(text, separator, path, remarks)
    while records and not any(field.strip() for field in records[0][1]):
        records.pop(0)
    if not records:
        raise TableError(f"{path}: is empty; its first line must name the columns.")
    columns = _columns(records[0][1], path, remarks)
    rows = []
    for line, fields in records[1:]:
        if not any(field.strip() for field in fields):
            continue
        if any(field.strip() for field in fields[len(columns) :]):
            remarks.append(
                f"line {line + skipped} has {len(fields)} fields where the header has {len(columns)}, and "
                "was left out; set texts that hold the separator in quotation marks"
            )
            continue
        named = zip(columns, (field.strip()[:_LONGEST] for field in fields), strict=False)
        rows.append(Row(line + skipped, {name: field for name, field in named if name and field}))
    return Sheet(path, tuple(name for name in columns if name), tuple(rows), tuple(remarks))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except FileNotFoundError as error:
        raise TableError(f"{path}: there is no such file; check the name.") from error
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: cannot be read as a file ({error}); check the name.") from error
    if len(data) > _LARGEST:
        raise TableError(f"{path}: more than {_LARGEST >> 20} MB; split it.")
    return data


def _decoded(data: bytes) -> tuple[str, list[str]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), []
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        remark = "is not UTF-8 and was read as Latin-1 (Windows-1252); check letters with accents"
        try:
            return data.decode("cp1252"), [remark]
        except UnicodeDecodeError:
            return data.decode("latin-1"), [remark]


def _separator(text: str) -> str:
    """The sign that gives the first record most fields."""

    def fields(sign: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=sign), []))
        except csv.Error:
            return 0

    return max(",;\t", key=fields)


def _records(text: str, separator: str, path: Path, remarks: list[str]) -> list[tuple[int, list[str]]]:
    """All records with the number of their first line; marks out of order are tolerated and told."""
    for strict in (True, False):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
        records: list[tuple[int, list[str]]] = []
        start = 1
        try:
            for fields in reader:
                records.append((start, fields[: 2 * _COLUMNS]))
                start = reader.line_num + 1
                if len(records) > _ROWS:
                    raise TableError(f"{path}: more than {_ROWS:,} rows; split it.")
        except csv.Error as error:
            if strict:
                remarks.append(f"line {start}: its quotation marks are out of order ({error}); check it")
                continue
            raise TableError(
                f"{path}, line {start}: not readable as CSV ({error}); save it again."
            ) from error
        return records
    raise AssertionError("not reached")


def _columns(fields: list[str], path: Path, remarks: list[str]) -> list[str]:
    """Names of the columns; "" for one that is not used."""
    if len(fields) > _COLUMNS:
        raise TableError(f"{path}: has more than {_COLUMNS} columns; keep those that matter.")
    names: list[str] = []
    for field in fields:
        name = " ".join(field.split())[:100]
        if name and name.casefold() in {other.casefold() for other in names}:
            remarks.append(f"has the column {name!r} twice; the first holds")
            name = ""
        names.append(name)
    return names
