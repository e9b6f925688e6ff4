"""Lists of images as sources: a text file with a path a line, or a CSV file with a column of paths."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from zij.corpora.sources.csvtext import read_sheet
from zij.errors import InputError

__all__ = ["listed_arguments"]

_LARGEST = 64 * 2**20
_COLUMNS = ("path", "file", "filename", "file_name", "image", "image_path", "source", "manifest")


def listed_arguments(path: Path) -> Iterator[tuple[int, str]]:
    """What a list names: paths, made absolute from where the list lies, and addresses, with their lines.

    Raises
    ------
    InputError
        If it cannot be read, or a CSV file has no column of paths.
    """
    entries = _of_csv(path) if path.suffix.lower() in (".csv", ".tsv") else _of_text(path)
    for line, named in entries:
        entry = named.replace("\0", "\ufffd")  # no file has such a name, and it is told so
        if re.match(r"[a-z][a-z0-9+.-]*://", entry, re.IGNORECASE):  # of which kind is judged by who opens it
            yield line, entry
        elif entry:
            yield line, os.path.abspath(path.parent / os.path.expanduser(entry.replace("\\", "/")))


def _of_csv(path: Path) -> Iterator[tuple[int, str]]:
    sheet = read_sheet(path)
    plain = {re.sub(r"[\s-]+", "_", name.casefold()): name for name in sheet.columns}
    column = next((plain[name] for name in _COLUMNS if name in plain), None)
    if column is None:
        raise InputError(
            f"{path}: has no column of paths, and so is no list of images; call it path, file or image, or "
            "give the table with --metadata."
        )
    return ((row.line, row.fields[column]) for row in sheet.rows if column in row.fields)


def _of_text(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); check the file.") from error
    if len(data) > _LARGEST:
        raise InputError(f"{path}: more than {_LARGEST >> 20} MB; this is no list of images.")
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8; save the list as text in UTF-8.") from error
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.strip()
        if entry and not entry.startswith("#"):
            yield number, entry.strip('"')
