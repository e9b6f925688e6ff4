"""CSV files as people and spreadsheets write them, as lines of fields."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from zij.errors import TableError

__all__ = ["csv_lines", "csv_records"]

_LIMIT = 16 * 2**20


def csv_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines of a CSV file as fields, with the number of each line in the file.

    Commas, semicolons or tabs, whichever the header has most of; a byte order mark and a line `sep=;` are
    passed over.

    Raises
    ------
    TableError
        If the file is missing, larger than 16 MB, not UTF-8, or no CSV.
    """
    text = _decoded(path)
    skipped = 0
    if text[:4].lower() == "sep=":  # a line by which Excel tells itself the separator
        text, skipped = text.partition("\n")[2], 1
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for fields in reader:
            yield reader.line_num + skipped, fields
    except csv.Error as error:
        number = reader.line_num + skipped
        raise TableError(f"{path}, line {number}: not readable as CSV ({error}); save it again.") from error


def csv_records(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines below the header by the names of their columns, in lower case; empty lines are left out.

    Parameters
    ----------
    path : Path
        The file.
    needed : sequence of str
        Columns that must be there; they may stand in any order and among others.

    Yields
    ------
    (int, dict of str to str)
        Number of the line in the file, and its fields as they stand.

    Raises
    ------
    TableError
        As `csv_lines`; or if a column is missing or there twice, or a line has too many or too few fields.
    """
    lines = csv_lines(path)
    header = [name.strip().lower() for name in next(lines, (0, []))[1]]
    missing = [name for name in needed if name not in header]
    if missing:
        raise TableError(f"{path}: has no column {missing[0]!r}; its header must name {', '.join(needed)}.")
    repeated = {name for name in header if name and header.count(name) > 1}
    if repeated:
        raise TableError(f"{path}: has the column {min(repeated)!r} twice; keep one of them.")
    last = max(header.index(name) for name in needed)
    for number, fields in lines:
        while fields and not fields[-1].strip() and len(fields) > len(header):
            fields.pop()
        if not any(field.strip() for field in fields):
            continue
        if len(fields) > len(header) or len(fields) <= last:
            raise TableError(
                f"{path}, line {number}: has {len(fields)} fields where the header has {len(header)}; "
                "set a text that holds the separator in quotation marks."
            )
        yield number, dict(zip(header, fields, strict=False))


def _decoded(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(_LIMIT + 1)
    except FileNotFoundError as error:
        raise TableError(f"{path}: there is no such file; check the name.") from error
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: cannot be read as a file ({error}); check the name.") from error
    if len(data) > _LIMIT:
        raise TableError(f"{path}: more than {_LIMIT // 2**20} MB; this is no table of one page.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(f"{path}: not UTF-8; save it as CSV in UTF-8.") from error
