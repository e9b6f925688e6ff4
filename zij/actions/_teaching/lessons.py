"""Pages whose digits a person has told: found in a folder, and made ready to teach from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from zij.actions._inputs.sources import Progress
from zij.actions._teaching.laying import BoxesTold, CellsTold, ReadingTold, Told, lay
from zij.errors import InputError, ZijError
from zij.tables.cellscsv import read_cells
from zij.tables.cellslips import corrected_by
from zij.tables.digits.network import Weights
from zij.tables.pagexml import find_image, read_pagexml
from zij.tables.reading import Reading
from zij.tables.scan.kinds import SUFFIXES
from zij.tables.teach.boxcsv import BoxedDigit, holds_boxes, page_key, read_boxes
from zij.tables.teach.lessons import Lesson

__all__ = ["Gathered", "gather", "laid_again"]


@dataclass(slots=True)
class Gathered:
    """The pages of a folder.

    Attributes
    ----------
    lessons : list of Lesson
    told : list of Told
        What each was made from.
    errors : list of int
        Of the present network on each.
    images : dict of str to Path
        The image of each lesson, by its hash.
    untouched : list of str
        Files that stand as zij wrote them, so that there is nothing to learn from them.
    failures : list of (str, ZijError)
        Files that cannot be used, with the reason.
    tolerated : list of (str, str)
        Files, and what in the corrections beside them may be a slip.
    """

    lessons: list[Lesson] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    images: dict[str, Path] = field(default_factory=dict)
    untouched: list[str] = field(default_factory=list)
    failures: list[tuple[str, ZijError]] = field(default_factory=list)
    tolerated: list[tuple[str, str]] = field(default_factory=list)


def gather(
    pages: Path,
    weights: Weights,
    *,
    images: Path | None = None,
    whole: bool = False,
    device: str = "cpu",
    progress: Progress | None = None,
) -> Gathered:
    """Find the pages of a folder whose digits a person has told.

    A page's digits are told by boxes in a CSV file; else by PAGE-XML, with the `STEM.cells.csv` beside it;
    else by a `STEM.cells.csv` that has the cells' boxes.

    Parameters
    ----------
    pages : Path
        A folder, or one CSV or PAGE-XML file.
    weights : Weights
        The present network: it shows where the digits of a text stand.
    images : Path, optional
        Where the images lie; beside what tells of them by default.
    whole : bool
        Whether the boxes in CSV files are all the digits of their pages.
    device : str
    progress : callable, optional

    Raises
    ------
    InputError
        If there is no such folder, or nothing of the kind is in it.
    """
    files, folder = _files(pages)
    gathered = Gathered()
    told = _Search(files, _Images(images or folder), gathered, whole).told()
    if not (told or gathered.failures or gathered.untouched):
        raise InputError(
            f"{pages}: holds no corrected page; put PAGE-XML, STEM.cells.csv or a CSV of digit boxes there "
            "(columns page, x, y, w, h, digit)."
        )
    for done, item in enumerate(told):
        if progress is not None:
            progress(f"laying out {item.image.name}", done, len(told))
        try:
            _add(gathered, item, *lay(item, weights, device=device))
        except ZijError as error:
            gathered.failures.append((str(item.source), error))
    return gathered


def laid_again(gathered: Gathered, weights: Weights, *, device: str = "cpu") -> list[Lesson]:
    """The lessons as a better network lays them out, where it finds places for more of their digits."""
    found = []
    for told, old in zip(gathered.told, gathered.lessons, strict=True):
        try:
            new, _ = lay(told, weights, device=device)
        except ZijError:
            new = old
        found.append(new if new.truth.digits.size > old.truth.digits.size else old)
    return found


def _add(gathered: Gathered, told: Told, lesson: Lesson, errors: int) -> None:
    other = gathered.images.get(lesson.sha256)
    if other is not None:
        raise InputError(
            f"{told.source}: its image {told.image.name} is the same as {other.name}, which teaches already; "
            "keep one of them."
        )
    gathered.lessons.append(lesson)
    gathered.told.append(told)
    gathered.errors.append(errors)
    gathered.images[lesson.sha256] = told.image


def _files(pages: Path) -> tuple[list[Path], Path]:
    try:
        if pages.is_file():
            return [pages], pages.parent
        return sorted(path for path in pages.iterdir() if path.is_file()), pages
    except OSError as error:
        raise InputError(
            f"{pages}: cannot be searched for corrected pages ({error.strerror}); name their folder."
        ) from error


class _Images:
    """The images of a folder by the names of their pages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        paths = sorted(folder.iterdir(), reverse=True) if folder.is_dir() else []
        self.by_key = {page_key(p.name): p for p in paths if p.suffix.lower() in SUFFIXES and p.is_file()}

    def of(self, key: str, source: Path) -> Path:
        """The image of a page.

        Raises
        ------
        InputError
            If there is none.
        """
        if key not in self.by_key:
            raise InputError(
                f"{source}: the image of its page {key!r} is not in {self.folder}; name the folder of the "
                "images with --images."
            )
        return self.by_key[key]


class _Search:
    """What tells of each page of a folder, the boxes first; no page twice."""

    def __init__(self, files: Sequence[Path], images: _Images, gathered: Gathered, whole: bool) -> None:
        self.files, self.images, self.gathered, self.whole = files, images, gathered, whole
        self.found: list[Told] = []
        self.boxed: set[str] = set()

    def told(self) -> list[Told]:
        for key, (path, boxes) in self.boxes().items():
            self.attempt(path, partial(self.boxed_page, key, path, boxes))
        readings = [path for path in self.files if path.suffix.lower() == ".xml"]
        for path in readings:
            self.attempt(path, partial(self.reading, path))
        with_reading = {path.stem for path in readings}
        for path in (p for p in self.files if p.name.endswith(".cells.csv")):
            if path.name.removesuffix(".cells.csv") not in with_reading | self.boxed:
                self.attempt(path, partial(self.cells, path))
        return self.found

    def attempt(self, path: Path, make: Callable[[], Told | None]) -> None:
        """Add what tells of a page, or the reason why it cannot be used."""
        try:
            if (item := make()) is not None:
                self.found.append(item)
        except ZijError as error:
            self.gathered.failures.append((str(path), error))

    def boxes(self) -> dict[str, tuple[Path, tuple[BoxedDigit, ...]]]:
        """All digit boxes by page; a page's own file counts more than one of many pages."""
        own = [path for path in self.files if path.name.endswith(".digits.csv")]
        cells = [path for path in self.files if path.name.endswith(".cells.csv")]
        others = [p for p in self.files if p.suffix.lower() == ".csv" and p not in own and p not in cells]
        found: dict[str, tuple[Path, tuple[BoxedDigit, ...]]] = {}
        for path in (*own, *others):
            try:
                if path in own or holds_boxes(path):
                    for key, boxes in read_boxes(path).items():
                        found.setdefault(key, (path, boxes))
            except ZijError as error:
                self.gathered.failures.append((str(path), error))
        self.boxed = set(found)
        return found

    def boxed_page(self, key: str, path: Path, boxes: tuple[BoxedDigit, ...]) -> BoxesTold:
        return BoxesTold(path, self.images.of(key, path), boxes, self.whole)

    def cells(self, path: Path) -> CellsTold:
        return CellsTold(path, self.images.of(path.name.removesuffix(".cells.csv"), path), read_cells(path))

    def reading(self, path: Path) -> ReadingTold | None:
        """PAGE-XML with the corrections of the file of cells beside it; None if there is nothing to learn."""
        file = read_pagexml(path)
        if not self.boxed.isdisjoint({path.stem, page_key(file.reading.image)}):
            return None
        reading, slips = _corrected(path, file.reading)
        self.gathered.tolerated += [(path.stem, slip) for slip in slips]
        if reading.source == "machine":
            self.gathered.untouched.append(path.name)
            return None
        image = find_image(file, self.images.folder)
        return ReadingTold(path, image, reading, outside=file.reading.source != "machine")


def _corrected(path: Path, reading: Reading) -> tuple[Reading, tuple[str, ...]]:
    cells = path.with_suffix(".cells.csv")
    return corrected_by(reading, cells) if cells.is_file() else (reading, ())
