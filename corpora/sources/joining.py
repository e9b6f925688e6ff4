"""Which rows of a metadata table belong to which pages and books of a corpus."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from zij.corpora.sources.bookfacts import described, meaning
from zij.corpora.sources.csvtext import Row, Sheet
from zij.corpora.store.records import Book, Metadata, Page
from zij.errors import TableError

__all__ = ["Joined", "join", "merged"]


@dataclass(slots=True)
class Joined:
    """What a table says of a corpus.

    Attributes
    ----------
    pages : dict of int to Metadata
        By the page's id.
    books : dict of str to Metadata
        By the book's name.
    page_books : dict of int to str
        Pages that belong to another book than they stand in.
    tags : dict of int to tuple of str
    matched : set of int
        Pages to which a row belongs, by themselves or by their book.
    unmatched : list of str
        Rows that belong to nothing.
    remarks : list of str
        What could not be read or was not clear.
    """

    pages: dict[int, Metadata] = field(default_factory=dict)
    books: dict[str, Metadata] = field(default_factory=dict)
    page_books: dict[int, str] = field(default_factory=dict)
    tags: dict[int, tuple[str, ...]] = field(default_factory=dict)
    matched: set[int] = field(default_factory=set)
    unmatched: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def join(sheet: Sheet, pages: Sequence[Page], books: Sequence[Book]) -> Joined:
    """Join the rows of a table to pages and books.

    A row belongs to the page that its page column names: by canvas, name, file name, or stem; where several
    pages are so called, to the one in the row's book. Without a page it belongs to the book it names. Where
    that is not clear, the row is left out and told.

    Parameters
    ----------
    sheet : Sheet
        The table.
    pages : sequence of Page
    books : sequence of Book

    Returns
    -------
    Joined

    Raises
    ------
    TableError
        If no column names pages or books.
    """
    columns = _columns(sheet)
    if not any(columns[kind] for kind in ("page", "canvas", "book", "link")):
        raise TableError(
            f"{sheet.path}: has no column that names pages or books; call one page_id, filename, canvas or "
            "book."
        )
    index = _Index(pages, books)
    found = Joined(remarks=list(sheet.remarks))
    for row in sheet.rows:
        _row(row, columns, index, found)
    return found


def merged(old: Metadata, new: Metadata) -> Metadata:
    """What is known already, with what is new in its place; what the new does not tell stays."""
    years = (new.year_from, new.year_to) if new.date else (old.year_from, old.year_to)
    others = {**old.others, **new.others}
    if new.date and "year_certain" not in new.others:
        others.pop("year_certain", None)
    return Metadata(
        new.title or old.title, new.authors or old.authors, new.place or old.place, new.date or old.date,
        *years,
        new.lat if new.lat is not None else old.lat, new.lng if new.lng is not None else old.lng, others,
    )  # fmt: skip


def _columns(sheet: Sheet) -> dict[str, list[str]]:
    """Columns that name pages, canvases, books, addresses and tags, the best first."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for name in sheet.columns:
        if (known := meaning(name)) is not None:
            found[known[0]].append((known[1], name))
        if name.strip().casefold() in ("manifest", "handle", "permalink"):
            found["link"].append((0, name))
    ordered: dict[str, list[str]] = defaultdict(list)
    for kind, names in found.items():
        ordered[kind] = [name for _, name in sorted(names)]
    return ordered


class _Index:
    """Pages and books by the names that a table may use for them."""

    def __init__(self, pages: Sequence[Page], books: Iterable[Book]) -> None:
        self.canvases: dict[str, list[Page]] = defaultdict(list)
        self.names: dict[str, list[Page]] = defaultdict(list)
        self.members: dict[str, list[Page]] = defaultdict(list)
        self.manifests: dict[str, str] = {}
        for page in pages:
            if page.canvas:
                self.canvases[page.canvas].append(page)
            file = page.image or PurePosixPath(page.key.partition(":")[2]).name
            names = {page.name, page.name.rpartition("/")[2], file, PurePosixPath(file).stem}
            for name in names - {""}:
                self.names[name.casefold()].append(page)
            self.members[page.book.casefold()].append(page)
        self.books = {book.name.casefold(): book.name for book in books if book.name}
        for book in books:
            if (manifest := book.metadata.others.get("manifest", "")) != "":
                self.manifests.setdefault(manifest, book.name)

    def named(self, text: str) -> list[Page]:
        """The pages that a name may stand for."""
        last = text.replace("\\", "/").rstrip("/").rpartition("/")[2]
        for name in (text, last, PurePosixPath(last).stem):
            if found := self.names.get(name.casefold()):
                return found
        return []


def _row(row: Row, columns: Mapping[str, list[str]], index: _Index, found: Joined) -> None:
    fields = row.fields
    book = next((fields[name] for name in columns["book"] if name in fields), "")
    pages = _pages_of(row, columns, index, book)
    books = {page.book for page in pages}
    if len(books) > 1:
        found.remarks.append(
            f"line {row.line} would belong to {len(pages)} pages of {len(books)} books "
            f"({pages[0].name!r}, {pages[1].name!r}) and was left out; name the book, too"
        )
        return
    metadata, unread = described(fields)
    found.remarks += [f"line {row.line}: {text}" for text in unread]
    tags = tuple(
        tag.strip() for name in columns["tags"] for tag in fields.get(name, "").split("|") if tag.strip()
    )
    if pages:
        for page in pages:
            if page.id in found.pages:
                found.remarks.append(
                    f"line {row.line}: page {page.name!r} stands there a second time; the first holds"
                )
                continue
            found.pages[page.id] = metadata
            found.matched.add(page.id)
            if tags:
                found.tags[page.id] = tags
            if book and book != page.book:
                found.page_books[page.id] = book
        return
    name = _book_of(row, columns, index, book)
    if name is None:
        said = next((f"{text[:60]!r}" for text in fields.values()), "empty")
        found.unmatched.append(f"line {row.line} ({said})")
        return
    found.books[name] = merged(found.books.get(name, Metadata()), metadata)
    for page in index.members[name.casefold()]:
        found.matched.add(page.id)
        if tags:
            found.tags.setdefault(page.id, tags)


def _pages_of(row: Row, columns: Mapping[str, list[str]], index: _Index, book: str) -> list[Page]:
    """The pages that a row names; those of its book where a name stands for several."""
    pages: list[Page] = []
    for kind in ("canvas", "page", "link"):
        for column in columns[kind]:
            text = row.fields.get(column, "")
            if not text or pages:
                continue
            pages = index.canvases.get(text, []) if kind != "page" else index.named(text)
            if not pages and kind == "page":
                pages = index.canvases.get(text, [])
    if book and len({page.book for page in pages}) > 1:
        pages = [page for page in pages if page.book.casefold() == book.casefold()] or pages
    return pages


def _book_of(row: Row, columns: Mapping[str, list[str]], index: _Index, book: str) -> str | None:
    """The book that a row without a page names: in its book column, by its manifest, or as its one name."""
    named = any(row.fields.get(column) for column in (*columns["canvas"], *columns["page"]))
    if book and not named:
        return index.books.get(book.casefold())
    for column in columns["link"]:
        if (name := index.manifests.get(row.fields.get(column, ""))) is not None and not named:
            return name
    for column in columns["page"]:
        if (name := index.books.get(row.fields.get(column, "").casefold())) is not None:
            return name
    return None
