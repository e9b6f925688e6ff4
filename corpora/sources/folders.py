"""A folder as a source: images, PAGE-XML with its images, readings as JSON, PDF, each for what it is."""

from __future__ import annotations

import contextlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from zij.corpora.children import cores
from zij.corpora.sources.ahead import Ahead, File
from zij.corpora.sources.found import Found, Gathering, Told, Wishes, reason_of
from zij.corpora.sources.images import Shelf, image_page
from zij.corpora.sources.kinds import TEXTS, WHY, base_name, claims, kind_of, named_image
from zij.corpora.sources.mets import file_of, read_mets_file
from zij.corpora.sources.names import book_of_folder, inside, natural
from zij.corpora.sources.readings import TextKind, opened, reading_page
from zij.corpora.sources.tiff import further_pages
from zij.corpora.sources.walk import Listing, listings
from zij.corpora.store.records import Missed, NewPage
from zij.errors import InputError
from zij.tables.scan.kinds import SUFFIXES

__all__ = ["Folder", "folder_pages"]

_COST = {".xml": 10, ".json": 1}  # of reading such a file; a PAGE-XML takes 0.1 s
_FEW = 200  # cost up to which starting processes would take longer than the work


def folder_pages(
    root: Path,
    source: str,
    wishes: Wishes,
    *,
    others: Callable[[Path], Gathering] | None = None,
    book: str = "",
    key: Callable[[NewPage], NewPage] = lambda page: page,
    skip: Path | None = None,
) -> Gathering:
    """The pages of a folder and of the folders in it.

    Parameters
    ----------
    root : Path
    source : str
        What to call it where something could not be had.
    wishes : Wishes
    others : callable, optional
        Gives the pages of a file that is a source of its own (PDF); such files are told otherwise.
    book : str
        Name of the book; by default each folder's own name.
    key : callable
        Changes pages before they are given, for folders that stand for something else.
    skip : Path, optional
        A folder that is left out; by default that of the corpus.

    Returns
    -------
    Gathering
    """
    left_out = wishes.images.parent if skip is None else skip
    parts = list(listings(root, source, frozenset({left_out.resolve()})))
    folders = [part for part in parts if isinstance(part, Listing)]
    yield from (part for part in parts if not isinstance(part, Listing))
    gatherer = Folder(root, source, wishes, {part.folder: part for part in folders}, book)
    gatherer.ahead = Ahead(gatherer.texts(folders), _workers(wishes.workers, folders))
    total, done = sum(len(part.files) for part in folders), 0
    nothing = all(isinstance(part, Listing | Told) for part in parts)
    with contextlib.closing(gatherer.ahead):
        for part in folders:
            for path, found in gatherer.pages(part, others):
                wishes.progress(f"looking at {path.name}", done, total)
                done += 1
                for item in found:
                    nothing = nothing and isinstance(item, Told)
                    yield key(item) if isinstance(item, NewPage) else item
        for item in gatherer.unused():
            nothing = False
            yield key(item) if isinstance(item, NewPage) else item
    if nothing:
        yield Missed(source, str(root), "holds no pages (images, PDF, PAGE-XML, readings); check the path")


def _workers(wanted: int | None, folders: Sequence[Listing]) -> int:
    """How many processes are to read the files with readings in these folders."""
    if wanted is not None:
        return wanted
    cost = sum(_COST.get(path.suffix.lower(), 0) for part in folders for path in part.files)
    return cores() if cost > _FEW else 0


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to become of the files of a folder: they with their kinds in order, and what is amiss."""

    files: list[tuple[Path, str]]
    problems: list[Found]

    @property
    def texts(self) -> Iterator[File]:
        """The files with readings."""
        return ((path, TEXTS[kind]) for path, kind in self.files if kind in TEXTS)


class Folder:
    """A folder that was named, on the way to its pages."""

    def __init__(
        self, root: Path, source: str, wishes: Wishes, listed: dict[Path, Listing], book: str = ""
    ) -> None:
        self.root, self.source, self.wishes, self.book = root, source, wishes, book
        self.shelf = Shelf(wishes.seen)
        self.listed = listed
        self.ahead = Ahead()
        self.plans: dict[Path, _Plan | None] = {}
        self.counts: Counter[str] = Counter()
        self.given: set[str] = set()
        self.used: set[Path] = set()
        self.books: dict[str, Path] = {}
        self.afar: set[Path] | None = None
        self.late: list[Path] = []

    def texts(self, parts: Sequence[Listing]) -> Iterator[File]:
        """The files with readings of folders, in the order in which `pages` comes to them."""
        for part in parts:
            plan = self._plan(part)
            yield from plan.texts if plan is not None else ()

    def _plan(self, part: Listing) -> _Plan | None:
        """What is to become of the files of a folder; None if it has."""
        if part.folder not in self.plans:
            self.plans[part.folder] = self._planned(part)
        return self.plans[part.folder]

    def _planned(self, part: Listing) -> _Plan:
        below = self.listed.get(part.folder / "page")
        if part.folder.name == "page" and part.folder.parent in self.listed:
            # the others went with the parent
            files = [(path, kind) for path, kind in _kinds(part) if kind != "pagexml"]
        else:
            files = _kinds(part)
            if below is not None:
                files += [(path, kind) for path, kind in _kinds(below) if kind == "pagexml"]
        order, problems = self._order(part, [path for path, kind in files if kind == "mets"])
        files.sort(key=lambda file: (order.get(file[0], len(order)), natural(file[0].name)))
        return _Plan(files, problems)

    def pages(
        self, part: Listing, others: Callable[[Path], Gathering] | None
    ) -> Iterator[tuple[Path, Iterator[Found]]]:
        """For each file of a folder that matters, what comes of it."""
        plan = self._plan(part)
        assert plan is not None
        claimed = {name for path, _ in plan.texts for name in claims(path)}
        yield part.folder, iter(plan.problems)
        afar = self._afar()
        later: list[Path] = []
        for path, kind in plan.files:
            if kind == "image" and _plain(path) in afar:
                self.late.append(path)  # comes with its reading in another folder, or else at the very end
            elif kind == "image" and (path.name in claimed or path.stem.casefold() in claimed):
                later.append(path)  # comes with its reading, or else at the end
            elif kind == "image" and not _is_overlay(path):
                yield path, self.image(path)
            elif kind in TEXTS:
                yield path, self.text(path, TEXTS[kind])
            elif kind == "pdf" and others is not None:
                yield path, others(path)
            elif kind == "foreign":
                yield path, iter((Missed(self.source, str(path), WHY[kind]),))
            elif kind not in ("mets", "image"):
                yield path, iter((Told(str(path), WHY[kind]),))
        for path in later:
            yield path, self.image(path) if _plain(path) not in self.used else iter(())
        self.plans[part.folder] = None

    def unused(self) -> Iterator[Found]:
        """The pages of images that readings in other folders name, but that did not come with them."""
        for path in self.late:
            if _plain(path) not in self.used:
                yield from self.image(path)

    def _afar(self) -> set[Path]:
        """The images that PAGE-XML in other folders names, with the way to them."""
        if self.afar is None:
            self.afar = set()
            for part in self.listed.values():
                for path in part.files:
                    name = named_image(path)
                    if re.search(r"[\\/]", name) and (home := self._elsewhere(name, path)) is not None:
                        self.afar.add(_plain(home / base_name(name)))
        return self.afar

    def image(self, path: Path) -> Iterator[Found]:
        """The page of an image."""
        book = self._book(path.parent)
        found = image_page(
            path, self.source, self.shelf, name=path.stem, book=book, sequence=self.counts[book] + 1,
            rights=self.wishes.rights,
        )  # fmt: skip
        yield from self._counted(found, path)
        if self.shelf.holds_several(path):
            place = self.counts[book] + 1
            further = further_pages(path, self.source, self.wishes, self.shelf, book=book, sequence=place)
            yield from self._counted(further, path)

    def text(self, path: Path, kind: TextKind) -> Iterator[Found]:
        """The page of a reading; where that is damaged, the page of the image of its name."""
        folders = [path.parent, path.parent.parent]
        if path.parent == self.root and path.parent.name != "page":
            folders = folders[:1]
        try:
            content = self.ahead.content(path, kind)
        except InputError as error:
            yield Missed(self.source, str(path), reason_of(error, path))
            return
        file = opened(path, content, self.shelf, folders)
        if file.image is None and (beyond := self._elsewhere(content.reading.image, path)) is not None:
            file = opened(path, content, self.shelf, [*folders, beyond])
        if file.image is not None:
            self.used.add(_plain(file.image))
        book = self._book(path.parent)
        found = reading_page(
            file, kind, self.source, self.shelf, book=book, sequence=self.counts[book] + 1,
            rights=self.wishes.rights,
        )  # fmt: skip
        yield from self._counted(found, path)

    def _elsewhere(self, name: str, path: Path) -> Path | None:
        """The folder in which the image lies that a file names with folders, if it is inside the root."""
        for start in (path.parent, path.parent.parent, self.root):
            if start == self.root or start.is_relative_to(self.root):
                image = inside(name, start, self.root)
                if image is not None:
                    return image.parent
        return None

    def _counted(self, found: Iterator[Found], path: Path) -> Iterator[Found]:
        for item in found:
            if isinstance(item, NewPage):
                if item.key in self.given:
                    yield Told(str(path), "is a second file of a page that was added, and was passed over")
                    continue
                self.given.add(item.key)
                self.counts[item.book] += 1
            yield item

    def _book(self, folder: Path) -> str:
        """The book of a folder; another folder of the same name is told apart by its parent's."""
        if self.book:
            return self.book
        name = book_of_folder(folder, self.root)
        place = folder if folder.name == name else folder.parent
        if self.books.setdefault(name, place) != place:
            longer = f"{place.parent.name}/{name}".lstrip("/")
            self.books.setdefault(longer, place)
            return longer
        return name

    def _order(self, part: Listing, mets: Sequence[Path]) -> tuple[dict[Path, int], list[Found]]:
        """The places of files in METS, and what METS names that is not to be had."""
        order: dict[Path, int] = {}
        problems: list[Found] = []
        for path in mets:
            try:
                hrefs = read_mets_file(path)
            except InputError as error:
                problems.append(Missed(self.source, str(path), reason_of(error, path)))
                continue
            for href in hrefs:
                found = next((p for n in file_of(href) if (p := inside(n, part.folder, self.root))), None)
                if found is not None:
                    order.setdefault(found, len(order))
                elif re.match(r"https?:", href):
                    problems.append(Told(str(path), "names files on the web, which are not fetched"))
                elif Path(href).suffix.lower() in SUFFIXES | {".xml"}:
                    item = f"{path}: {href}"[:500]
                    problems.append(Missed(self.source, item, "is named there, but is not in the folder"))
        return order, problems


def _kinds(part: Listing) -> list[tuple[Path, str]]:
    return [(path, "truth" if path.name.endswith(".truth.xml") else kind_of(path)) for path in part.files]


def _plain(path: Path) -> Path:
    return Path(os.path.normpath(path))


def _is_overlay(path: Path) -> bool:
    """Whether an image is the picture that `zij annotate` drew beside its PAGE-XML."""
    stem, _, last = path.stem.rpartition(".")
    return last == "overlay" and path.with_name(f"{stem}.xml").is_file()
