"""The pages of a folder that have their truth beside them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from zij.errors import InputError
from zij.tables.cellslips import corrected_by
from zij.tables.csvlines import csv_lines
from zij.tables.pagexml import read_pagexml
from zij.tables.reading import Reading
from zij.tables.scan.kinds import SUFFIXES
from zij.tables.scores.truth import DigitTruth, TrueRow, reading_truth, true_digits, true_rows

__all__ = ["JudgedPage", "Truth", "judged_pages", "truth_of"]

_TRUTHS = (".digits.csv", ".cells.csv", ".truth.xml", ".truth.csv", ".xml")
_OWN = frozenset({"table", "row_span", "state"})  # columns by which a file of cells is known as zij's


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a page.

    Attributes
    ----------
    digits : DigitTruth or None
    rows : tuple of TrueRow or None
    files : tuple of Path
        Where it is from.
    remarks : tuple of str
        What in a file of corrections may be a slip.
    """

    digits: DigitTruth | None
    rows: tuple[TrueRow, ...] | None
    files: tuple[Path, ...]
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class JudgedPage:
    """The files of one page.

    Attributes
    ----------
    name : str
        Folder and stem below the folder that was searched, with slashes.
    images : list of Path
        One, unless the folder is in disorder.
    truths : dict of str to Path
        Files of truth by the end of their name.
    """

    name: str
    images: list[Path] = field(default_factory=list)
    truths: dict[str, Path] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """The folder's part of the name, "" for the one that was searched."""
        return self.name.rpartition("/")[0]


def judged_pages(
    folder: Path, *, without: Collection[Path] = (), images: Path | None = None
) -> tuple[tuple[JudgedPage, ...], int]:
    """The pages below a folder that have a file of truth, and the number of images that have none.

    Parameters
    ----------
    folder : Path
        Searched with its subfolders, links and hidden folders left out.
    without : collection of Path
        Folders that are not searched, such as that of the results.
    images : Path, optional
        Where the images lie of pages that have none beside them; found by their stems.

    Returns
    -------
    (tuple of JudgedPage, int)

    Raises
    ------
    InputError
        If there is no such folder.
    """
    if images is not None and not images.is_dir():
        raise InputError(f"{images}: is no folder; name the folder that holds the images.")
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder; name the folder that holds the pages and their truth.")
    shut = {path.resolve() for path in without} - {folder.resolve()}
    pages: dict[str, JudgedPage] = {}
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            n for n in folders if not n.startswith(".") and (Path(place) / n).resolve() not in shut
        )
        for name in sorted(names):
            _sort_in(pages, folder, Path(place) / name)
    if images is not None:
        _add_images(pages.values(), images)
    known = [page for page in pages.values() if page.truths and (page.images or set(page.truths) - {".xml"})]
    bare = sum(not page.truths and not page.name.endswith(".overlay") for page in pages.values())
    return tuple(sorted(known, key=lambda page: (page.folder, page.name))), bare


def truth_of(page: JudgedPage) -> Truth | None:
    """Read the truth of a page; None where its files hold only what zij itself has read.

    Of several files that say the same, `STEM.digits.csv` and `STEM.cells.csv` count more than
    `STEM.truth.xml` and `STEM.truth.csv`, and these more than a corrected `STEM.xml`.

    Raises
    ------
    ZijError
        If a file is damaged or does not hold what it should.
    """
    found = page.truths
    files: list[Path] = []
    remarks: tuple[str, ...] = ()
    digits: DigitTruth | None = None
    rows: tuple[TrueRow, ...] | None = None
    corrects = ".xml" in found and ".cells.csv" in found and _is_own(found[".cells.csv"])
    if ".digits.csv" in found:
        digits = true_digits(found[".digits.csv"])
        files.append(found[".digits.csv"])
    if ".cells.csv" in found and not corrects:
        rows = true_rows(found[".cells.csv"])
        files.append(found[".cells.csv"])
    for end in (".truth.xml", ".truth.csv", ".xml"):
        if end not in found or (digits is not None and rows is not None):
            continue
        more, lines, slips = _from(found[end], found[".cells.csv"] if corrects and end == ".xml" else None)
        remarks += slips
        if (digits is None and more is not None) or (rows is None and lines is not None):
            files += [found[end], *([found[".cells.csv"]] if corrects and end == ".xml" else [])]
        digits, rows = digits or more, lines if rows is None else rows
    return Truth(digits, rows, tuple(files), remarks) if files else None


def _sort_in(pages: dict[str, JudgedPage], folder: Path, path: Path) -> None:
    """Note a file with the page to which it belongs."""
    end = next((end for end in _TRUTHS if path.name.lower().endswith(end)), "")
    image = path.suffix.lower() in SUFFIXES
    stem = path.stem if image else path.name[: len(path.name) - len(end)]
    if (not end and not image) or not stem or path.name.startswith("."):
        return
    name = (path.parent / stem).relative_to(folder).as_posix()
    page = pages.setdefault(name, JudgedPage(name))
    if image:
        page.images.append(path)
    else:
        page.truths[end] = path


def _add_images(pages: Iterable[JudgedPage], images: Path) -> None:
    """Give each page without an image that of its stem."""
    lying: dict[str, list[Path]] = {}
    for path in sorted(images.iterdir()):
        if path.suffix.lower() in SUFFIXES and path.is_file():
            lying.setdefault(path.stem, []).append(path)
    for page in pages:
        page.images = page.images or lying.get(page.name.rpartition("/")[2], [])


def _is_own(path: Path) -> bool:
    header = {name.strip().lower() for name in next(csv_lines(path), (0, []))[1]}
    return header >= _OWN


def _from(
    path: Path, cells: Path | None
) -> tuple[DigitTruth | None, tuple[TrueRow, ...] | None, tuple[str, ...]]:
    """Digits and rows of a file, none where no person has had a hand in it, and slips of the corrections."""
    slips: tuple[str, ...] = ()
    if path.suffix.lower() == ".csv":
        return None, true_rows(path), slips
    reading: Reading = read_pagexml(path).reading
    if cells is not None:
        reading, slips = corrected_by(reading, cells)
    if reading.source == "machine" and not path.name.lower().endswith(".truth.xml"):
        return None, None, slips
    return *reading_truth(reading), slips
