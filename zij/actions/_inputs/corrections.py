"""What a person or another program has made of results is not overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from zij.actions._inputs.earlier import compared_files
from zij.errors import InputError, OutputError, ZijError
from zij.files import sha256
from zij.tables.cellscsv import apply_cells, read_cells
from zij.tables.pagexml import read_pagexml
from zij.tables.reading import Reading

__all__ = ["changed_reading", "keep_changed_files", "keep_changed_reading"]


def changed_reading(result: Path) -> Reading | None:
    """What stands in `STEM.xml` and the `STEM.cells.csv` beside it, if it is not as zij wrote it.

    Returns
    -------
    Reading or None
        None where there is nothing, or only what zij wrote.

    Raises
    ------
    OutputError
        If one of the files cannot be read, so that nobody knows what would be lost.
    """
    cells = result.with_suffix(".cells.csv")
    if not (result.is_file() or cells.is_file()):
        return None
    try:
        reading = read_pagexml(result).reading
        if cells.is_file():
            reading = apply_cells(reading, read_cells(cells), name=str(cells))
    except ZijError as error:
        raise OutputError(
            f"{result}: cannot be written, as what stands there may have been changed ({error}) "
            "and is not overwritten; correct it or choose another folder with -o."
        ) from error
    return None if reading.source == "machine" else reading


def keep_changed_reading(page: Path, result: Path, standing: Reading | None, reading: Reading | None) -> None:
    """Refuse to overwrite what stands in a folder with another reading.

    Parameters
    ----------
    page, result : Path
        The page argument, and the PAGE-XML file to be written for it.
    standing : Reading or None
        As `changed_reading` gives it.
    reading : Reading or None
        What is to be written; None for what the digit network will read.

    Raises
    ------
    InputError
        If something would be lost.
    """
    if standing is None or page.resolve() == result.resolve():  # a file is changed where it stands
        return
    if standing.source == "human" and standing == reading:
        return
    raise InputError(
        f"{page}: {result} holds work of another hand ({standing.source}) and is not overwritten; name that "
        "file to use it, or choose another folder with -o."
    )


def keep_changed_files(folder: Path, names: Iterable[str]) -> None:
    """Refuse to overwrite PAGE-XML that was changed since `zij compare` wrote it into that folder.

    Raises
    ------
    OutputError
        If a file is neither the one whose hash `explanation.json` records nor zij's own work.
    """
    known = compared_files(folder)
    for name in names:
        path = folder / name
        if path.is_file() and sha256(path) != known.get(name) and changed_reading(path) is not None:
            raise OutputError(
                f"{path}: was changed since zij wrote it and is not overwritten; "
                "choose another folder with -o."
            )
