"""Pages on their way from a source into a corpus, in small batches: new, known, moved and changed."""

from __future__ import annotations

import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from zij.corpora.sources.found import Found, Known
from zij.corpora.sources.namepattern import NamePattern
from zij.corpora.store.codec import packed
from zij.corpora.store.corpus import Corpus
from zij.corpora.store.records import Book, Metadata, Missed, NewPage, Packed, Page

__all__ = ["Adding", "book_names", "known_pages"]

_BATCH = 100  # pages of a transaction, at most
_KEPT = "is another file than before; the reading of a person is kept, and may not fit"
_AGAIN = "is another file than before, and is to be processed again"
_READ = "has another reading than before"
_LAST_NUMBER = re.compile("[0-9]+[^0-9]*$")
_SECONDS = 2.0  # after which a page that was had is committed


@dataclass(slots=True)
class Adding:
    """The pages of sources, as they go into a corpus.

    Attributes
    ----------
    corpus : Corpus
    pattern : NamePattern or None
        What to take from names.
    clock : callable
        Seconds, from any beginning.
    new, known, changed, moved : int
        Pages that became so.
    missed : list of Missed
        What could not be had.
    told : dict of str to list of str
        Remarks, each with what it is said of.
    came : Counter of str
        New pages of the last source, by book.
    series : set of str
        How the file names of those pages begin, without their last number: `p` of `p12r`.
    """

    corpus: Corpus
    pattern: NamePattern | None = None
    clock: Callable[[], float] = time.monotonic
    new: int = 0
    known: int = 0
    changed: int = 0
    moved: int = 0
    missed: list[Missed] = field(default_factory=list)
    told: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    came: Counter[str] = field(default_factory=Counter)
    series: set[str] = field(default_factory=set)
    _pages: list[NewPage] = field(default_factory=list)
    _lost: list[Missed] = field(default_factory=list)
    _books: dict[str, Book] = field(default_factory=dict)
    _keys: set[str] = field(default_factory=set)
    _counts: Counter[str] = field(default_factory=Counter)
    _since: float = 0.0

    @property
    def had(self) -> int:
        """Pages that were had, new or not."""
        return self.new + self.known + self.changed

    def source(self, source: str, found: Iterable[Found]) -> None:
        """Add all of a source. What was had is kept, whatever ends it."""
        name = _absolute(source, source)
        before = {item.item for item in self.corpus.missed_items() if item.source == name}
        start = len(self.missed)
        self.came, self.series = Counter(), set()
        self._since = self.clock()
        try:
            for item in found:
                self._take(item, source)
                if len(self._pages) >= _BATCH or (
                    (self._pages or self._lost) and self.clock() - self._since > _SECONDS
                ):
                    self._commit()
        finally:
            self._commit()
        gone = before - {item.item for item in self.missed[start:]}
        if gone:
            self.corpus.had(name, gone)

    def _take(self, item: Found, source: str) -> None:
        if isinstance(item, NewPage):
            self._page(item)
        elif isinstance(item, Missed):
            reason = item.reason if item.reason.endswith(".") else f"{item.reason}."  # as errors end
            lost = Missed(_absolute(item.source, source), _absolute(item.item, source), reason)
            self.missed.append(lost)
            self._lost.append(lost)
        elif isinstance(item, Book):
            self._books.setdefault(item.name, item)
        else:
            self.told[re.sub(r" \(\d+\)$", "", item.remark)].append(item.item)  # without its count

    def _page(self, page: NewPage) -> None:
        if page.key in self._keys:
            self.told["is named twice, and counts once"].append(str(page.file or page.name))
            return
        before = self.corpus.find(key=page.key)
        if not before:
            page = self._found_again(page)
            if self.pattern is not None:
                page = self._patterned(page)
        if page.key in self._keys:
            return
        self._keys.add(page.key)
        self._pages.append(page)
        if not before:
            self._new(page)

    def _new(self, page: NewPage) -> None:
        """Note the book and the file name of a page that is new."""
        self.came[page.book] += 1
        if page.key.partition(":")[0] in ("file", "reading"):
            self.series.add(_LAST_NUMBER.sub("", page.name.casefold()))

    def _patterned(self, page: NewPage) -> NewPage:
        assert self.pattern is not None
        applied = self.pattern.applied(page)
        if applied is None:
            self.told["does not fit the name pattern"].append(page.name)
            return page
        page, book = applied
        if book is not None:
            self._books.setdefault(book.name, book)
        return page

    def _found_again(self, page: NewPage) -> NewPage:
        """The page under the key that it has in the corpus, if it is one that was moved."""
        scheme = page.key.partition(":")[0]
        if page.file is not None:
            for other in self.corpus.find(image=page.file.name):
                if _scheme(other) == scheme and self._lies_at(other, page.file):
                    return replace(page, key=other.key)
        if not page.sha256 or scheme not in ("file", "tiff", "pdf", "reading", "zip"):
            return self._moved_reading(page) if scheme == "reading" else page
        # another process may have added the page itself meanwhile
        twins = [twin for twin in self.corpus.find(sha256=page.sha256) if twin.key != page.key]
        for other in (twin for twin in twins if twin.key not in self._keys):
            if _scheme(other) == scheme and _is_gone(other) and _same_part(other.key, page.key):
                self.moved += 1
                return replace(page, key=other.key)
        if twins and scheme == "file":
            self.told["is the same image as another page of the corpus"].append(str(page.file))
        return self._moved_reading(page) if scheme == "reading" else page

    def _moved_reading(self, page: NewPage) -> NewPage:
        """A file with a reading, told by name and content, as it may have no image."""
        if page.reading is None:
            return page
        made = page.reading if isinstance(page.reading, Packed) else packed(page.reading)
        for other in self.corpus.find(name=page.name):
            if _scheme(other) == "reading" and other.key not in self._keys and _is_gone(other):
                stored = self.corpus.stored_reading(other.id)
                if stored is not None and stored.digest == made.digest:
                    self.moved += 1
                    return replace(page, key=other.key)
        return page

    def _lies_at(self, page: Page, file: Path) -> bool:
        known = self.corpus.image_file(page.id)
        try:
            return known is not None and known.samefile(file)
        except OSError:
            return False

    def _commit(self) -> None:
        """Store what has come, in one transaction for the pages."""
        pages, self._pages = self._pages, []
        lost, self._lost = self._lost, []
        books, self._books = self._books, {}
        if books:
            known = {book.name: book for book in self.corpus.books()}
            fresh = [b for b in books.values() if known.get(b.name, Book("")).metadata == Metadata()]
            if fresh:
                self.corpus.set_books(fresh)
        if pages:
            found = {page.key: self.corpus.find(key=page.key) for page in pages}
            remarks = {page.key: _of_change(found[page.key][0], page) for page in pages if found[page.key]}
            added = self.corpus.add_pages(pages)
            self.new += len(added.new)
            self.known += len(added.known)
            self.changed += len(added.changed)
            self._tell_changed(pages, added.ids, set(added.changed), remarks)
        if lost:
            self.corpus.missed(lost)
        self._since = self.clock()

    def _tell_changed(
        self, pages: list[NewPage], ids: tuple[int, ...], changed: set[str], remarks: dict[str, str]
    ) -> None:
        if not changed:
            return
        for page, number in zip(pages, ids, strict=True):
            name = self.corpus.page(number).name
            if name in changed:
                self.told[remarks.get(page.key, _AGAIN)].append(name)


def known_pages(corpus: Corpus) -> Callable[[str], Known | None]:
    """A function that gives the page of a key with the file of its image."""

    def known(key: str) -> Known | None:
        found = corpus.find(key=key)
        return Known(found[0], corpus.image_file(found[0].id)) if found else None

    return known


def book_names(corpus: Corpus) -> Callable[[str, str], str]:
    """A function that names the book of a manifest: by its label, and by a number where that is another's."""
    manifests = {book.name: book.metadata.others.get("manifest", "") for book in corpus.books()}

    def named(label: str, manifest: str) -> str:
        number, name = 1, label
        while manifests.get(name, manifest) != manifest:
            number += 1
            name = f"{label} ({number})"
        manifests[name] = manifest
        return name

    return named


def _absolute(text: str, source: str) -> str:
    """A path as it is from everywhere; an address as it stands."""
    if "://" in source or not text.startswith(source):
        return text
    return os.path.abspath(source) + text[len(source) :]


def _of_change(old: Page, new: NewPage) -> str:
    """What is to be said of a page that is to change."""
    if new.sha256 in ("", old.sha256) or new.file is None:
        return _READ
    return _KEPT if old.source == "human" else _AGAIN


def _scheme(page: Page) -> str:
    return page.key.partition(":")[0]


def _same_part(one: str, other: str) -> bool:
    """Whether two keys name the same part of their files, such as the page of a PDF."""
    return one.rpartition("#")[2 if "#" in one else 0] == other.rpartition("#")[2 if "#" in other else 0]


def _is_gone(page: Page) -> bool:
    """Whether the file that a page came from is no longer where it was."""
    path = page.key.partition(":")[2]
    if _scheme(page) in ("tiff", "pdf", "zip"):
        path = path.partition("#")[0]
    try:
        return not Path(path).exists()
    except (OSError, ValueError):
        return True
