"""`zij corpus add`: pages from folders, PDF, manifests, PAGE-XML and lists, with what is known of them."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zij.actions._showing.shown import Shown
from zij.errors import UsageError

if TYPE_CHECKING:
    from zij.actions._inputs.sources import Progress
    from zij.corpora.sources.adding import Adding
    from zij.corpora.sources.csvtext import Sheet
    from zij.corpora.store import Corpus

__all__ = ["Added", "add"]

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Added(Shown):
    """What `add` brought into a corpus.

    Attributes
    ----------
    folder : Path
    pages : int
        Pages of the corpus now.
    new, known, changed, moved : int
        Pages that came, were there as they are, were there with another image or reading, and lie elsewhere
        than before (these count among the known or changed).
    failures : tuple of (str, str)
        What could not be had, with reasons; it is noted in the corpus, too.
    tolerated : tuple of (str, str)
        What the scholar is to know; each remark once, with the number of items.
    described : int or None
        Pages to which a row of the metadata belongs; None where none were given.
    """

    folder: Path
    pages: int
    new: int
    known: int
    changed: int
    moved: int
    failures: tuple[tuple[str, str], ...]
    tolerated: tuple[tuple[str, str], ...]
    described: int | None = None

    @property
    def sentence(self) -> str:
        """What came, what is missing, and what is to be done next."""
        had = self.new + self.known + self.changed
        kinds = {"new": self.new, "known": self.known, "changed": self.changed, "moved": self.moved}
        said = ", ".join(f"{number:,} {kind}" for kind, number in kinds.items() if number)
        parts = []
        if had or self.failures:
            asked = f"{had:,} of {had + len(self.failures):,}" if self.failures else f"{had:,}"
            plural = "s" * (had + len(self.failures) != 1)
            parts.append(f"{asked} page{plural}{f' ({said})' if said else ''}")
        if self.failures:
            parts.append(f"{len(self.failures):,} missing, reasons: zij corpus status {self.folder}")
        if self.described is not None:
            parts.append(f"{self.described:,} of {self.pages:,} pages have metadata from the table")
        if self.new or self.changed:
            parts.append(f"next: zij corpus process {self.folder}")
        parts.append(f"corpus: {self.folder} ({self.pages:,} page{'s' * (self.pages != 1)})")
        return "; ".join(parts)

    def _repr_html_(self) -> str:
        from zij.actions.corpus._shows import added_html

        return added_html(self)


def add(
    corpus: str | Path,
    sources: Sequence[str | Path] = (),
    *,
    metadata: Sequence[str | Path] = (),
    name_pattern: str = "",
    rights: str = "",
    size: int = 3000,
    offline: bool = False,
    rate: float = 2.0,
    allow_private: bool = False,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Added:
    """Add pages to a corpus, which is made if it is not there; or, without sources, what is known of them.

    Adding the same again adds only what is new. Originals stay where they are; only what is downloaded,
    rendered or unpacked is laid into the corpus.

    Parameters
    ----------
    corpus : path
        Folder of the corpus.
    sources : sequence of str or path
        Folders, images, PDF, PAGE-XML, METS, readings as JSON, IIIF manifests and collections (files or
        addresses), zip archives of eScriptorium, lists of such (.txt, or .csv with a column of paths).
    metadata : sequence of path
        CSV files with what is known of pages or books.
    name_pattern : str
        Regular expression with groups named book, author, title, year, place, page, for names of new pages.
    rights : str
        What holds for pages whose source says nothing about rights.
    size : int
        Pixels of the longer side of downloaded and rendered images, at most.
    offline : bool
        Forbid the network.
    rate : float
        Requests a second to one host.
    allow_private : bool
        Let manifests name images on this machine and its own network.
    seed : int
        Of the pauses between attempts to fetch.
    workers : int, optional
        Processes that read folders of PAGE-XML and readings; default: one for each core, where there are many
        such files. 0 reads in this process. The corpus is the same whatever their number.
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    Added

    Raises
    ------
    ZijError
        If nothing could be done.
    """
    from zij.corpora.sources.adding import Adding, book_names, known_pages
    from zij.corpora.sources.csvtext import read_sheet
    from zij.corpora.sources.fetch import Fetcher
    from zij.corpora.sources.found import Wishes
    from zij.corpora.sources.gather import check_source, gather
    from zij.corpora.sources.namepattern import NamePattern
    from zij.corpora.store import create_corpus, open_corpus

    folder, names = Path(corpus), [str(source) for source in sources]
    _check(names, metadata, size, rate, workers)
    for name in names:
        check_source(name)
    sheets = [read_sheet(Path(path)) for path in metadata]
    pattern = NamePattern.of(name_pattern) if name_pattern else None
    with (create_corpus if names else open_corpus)(folder) as opened, Fetcher(rate, seed) as fetcher:
        wishes = Wishes(
            images=folder / "images", known=known_pages(opened), book_for=book_names(opened),
            seen=opened.seen, rights=rights, size=size, offline=offline, rate=rate, private=allow_private,
            seed=seed, workers=workers,
        )  # fmt: skip
        if progress is not None:
            wishes = replace(wishes, progress=progress)
        adding = Adding(opened, pattern)
        for name in names:
            with contextlib.closing(gather(name, wishes, fetcher)) as found:
                adding.source(name, found)
            if not (sheets or pattern):
                _tell_one_book(adding, name)
        sheets += _lists_with_metadata(names)
        remarks = _grouped(adding)
        described = None
        if sheets:
            described = _described(opened, sheets, remarks)
        return Added(
            folder, opened.count(), adding.new, adding.known, adding.changed, adding.moved,
            tuple((item.item, item.reason) for item in adding.missed), tuple(remarks), described,
        )  # fmt: skip


def _tell_one_book(adding: Adding, source: str) -> None:
    """Say that files of one folder became one book, where their names begin in several ways."""
    from zij.corpora.sources.names import book_of_folder

    folder = Path(source)
    if len(adding.came) != 1 or len(adding.series) < 2 or not folder.is_dir():
        return
    ((book, count),) = adding.came.items()
    if book == book_of_folder(folder, folder):
        advice = "if these are several books, see --name-pattern or --metadata"
        adding.told[f"{count:,} pages of 1 book ({book}); {advice}"].append(source)


def _check(
    names: Sequence[str], metadata: Sequence[str | Path], size: int, rate: float, workers: int | None
) -> None:
    if not names and not metadata:
        raise UsageError("no source is named; give folders, images, PDF or manifests, or --metadata.")
    if not 256 <= size <= 20_000:
        raise UsageError(f"size {size}: choose 256 to 20000 pixels.")
    if not 0.01 <= rate <= 100:
        raise UsageError(f"rate {rate:g}: choose 0.01 to 100 requests a second.")
    if workers is not None and not 0 <= workers <= 1024:
        raise UsageError(f"--workers {workers} is no number of processes; give 0 to 1024.")


def _lists_with_metadata(names: Sequence[str]) -> list[Sheet]:
    """The lists among the sources that say more of their pages than where they lie."""
    from zij.corpora.sources.bookfacts import meaning
    from zij.corpora.sources.csvtext import read_sheet
    from zij.errors import TableError

    found = []
    for name in names:
        if Path(name).suffix.lower() in (".csv", ".tsv"):
            try:
                sheet = read_sheet(Path(name))
            except TableError:
                continue  # told as a source already
            kinds = {known[0] for column in sheet.columns if (known := meaning(column)) is not None}
            if kinds - {"page", "canvas"}:
                found.append(sheet)
    return found


def _grouped(adding: Adding) -> list[tuple[str, str]]:
    """Each remark once, with some of the items of which it is made."""
    found = []
    for remark, items in adding.told.items():
        more = f" and {len(items) - _EXAMPLES:,} more" if len(items) > _EXAMPLES else ""
        found.append((", ".join(items[:_EXAMPLES]) + more, remark))
    return found


def _described(corpus: Corpus, sheets: Sequence[Sheet], remarks: list[tuple[str, str]]) -> int:
    """Store what tables say of pages and books; returns to how many pages a row belongs."""
    from zij.corpora.sources.joining import join, merged
    from zij.corpora.store.records import Book, Metadata

    matched: set[int] = set()
    for sheet in sheets:
        pages, books = corpus.pages(), {book.name: book.metadata for book in corpus.books()}
        found = join(sheet, pages, [Book(name, known) for name, known in books.items()])
        own = corpus.page_fields()
        fields = {page: merged(own[page], new) for page, new in found.pages.items()}
        corpus.set_page_books(found.page_books)
        corpus.set_page_fields({page: new for page, new in fields.items() if new != own[page]})
        corpus.set_books(
            [Book(name, merged(books.get(name, Metadata()), new)) for name, new in found.books.items()]
        )
        _tag(corpus, found.tags, sheet.path.name, found.remarks)
        matched |= found.matched
        name = str(sheet.path)
        remarks += [(name, remark) for remark in _few(found.remarks, "remarks")]
        if found.unmatched:
            some = ", ".join(found.unmatched[:_EXAMPLES])
            more = ", ..." if len(found.unmatched) > _EXAMPLES else ""
            count = len(found.unmatched)
            rows = f"{count:,} rows match" if count != 1 else "1 row matches"
            remarks.append((name, f"{rows} no page or book: {some}{more}"))
    if len(matched) < corpus.count():
        rest = corpus.count() - len(matched)
        remarks.append(
            (str(corpus.folder), f"{rest:,} page{'s' * (rest != 1)} without a row in the metadata")
        )
    return len(matched)


def _tag(corpus: Corpus, tags: dict[int, tuple[str, ...]], name: str, remarks: list[str]) -> None:
    by_tag: dict[str, list[int]] = {}
    for page, words in tags.items():
        for word in words:
            by_tag.setdefault(word, []).append(page)
    for word, pages in by_tag.items():
        try:
            corpus.tag(pages, word, who=name)
        except UsageError as error:
            remarks.append(str(error))


def _few(remarks: Sequence[str], what: str, most: int = 10) -> list[str]:
    if len(remarks) <= most:
        return list(remarks)
    return [*remarks[:most], f"{len(remarks) - most:,} more {what}"]
