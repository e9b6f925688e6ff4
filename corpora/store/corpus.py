"""A corpus: one folder with the state, readings, vectors and notes of many pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from zij.corpora.store.records import (
    GIVEN,
    AddedPages,
    Book,
    Judgement,
    Kind,
    Metadata,
    Missed,
    NewPage,
    Page,
    PageResult,
    Recipes,
    StoredReading,
    Summary,
    Tag,
    Verdict,
    Work,
)
from zij.corpora.store.vectors import Vectors
from zij.corpora.store.where import Where
from zij.tables.reading import Reading

if TYPE_CHECKING:
    import pandas as pd

    from zij.similarity.arrangement import Arrangement

__all__ = ["Corpus", "create_corpus", "is_corpus", "open_corpus"]


def is_corpus(folder: str | Path) -> bool:
    """Whether a folder holds a corpus."""
    raise NotImplementedError


def create_corpus(folder: str | Path) -> Corpus:
    """Make a corpus, or open the one that is there.

    Raises
    ------
    InputError
        If something else is there.
    OutputError
        If the folder cannot be written to.
    """
    raise NotImplementedError


def open_corpus(folder: str | Path) -> Corpus:
    """Open a corpus: for reading and writing, or for reading alone where nothing may be written.

    Raises
    ------
    InputError
        If there is none, it is damaged, or it was made by a newer zij.
    """
    raise NotImplementedError


class Corpus:
    """A corpus that is open; made by `create_corpus` and `open_corpus`, closed by `close` or `with`.

    Several processes may have one corpus open at once: each sees what is committed, and one writes at a time.
    It is not to be shared between threads.

    Attributes
    ----------
    folder : Path
    read_only : bool
        Whether nothing can be written there.
    recipes : Recipes
        The recipes against which pages are stale, as last set.
    """

    folder: Path
    read_only: bool
    recipes: Recipes

    def close(self) -> None:
        """Let go of all files."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        """The corpus itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    # -- pages ---------------------------------------------------------------------------------------------

    @property
    def images(self) -> Path:
        """Folder for images that zij downloads or renders; made when first asked for."""
        raise NotImplementedError

    def add_pages(self, pages: Sequence[NewPage]) -> AddedPages:
        """Add pages that are not there yet, all or none; a known page is told apart by its key.

        A page that was missed (its key as the item) counts as had from now on. A reading of a person that
        the page has or had before is not added again, so that a later correction still holds.
        """
        raise NotImplementedError

    def missed(self, items: Sequence[Missed]) -> None:
        """Note what could not be had; an older entry of the same source and item is replaced."""
        raise NotImplementedError

    def had(self, source: str, items: Iterable[str] | None = None) -> None:
        """Forget what was missed of a source: these items, or all."""
        raise NotImplementedError

    def missed_items(self) -> list[Missed]:
        """What could not be had, by source and item."""
        raise NotImplementedError

    def set_books(self, books: Sequence[Book]) -> None:
        """Set the metadata of books, those that are not there included; older metadata are replaced."""
        raise NotImplementedError

    def books(self) -> list[Book]:
        """All books, by name."""
        raise NotImplementedError

    def set_page_fields(self, fields: Mapping[int, Metadata]) -> None:
        """Set the metadata of pages, by id; older metadata of these pages are replaced."""
        raise NotImplementedError

    def page(self, name: str | int) -> Page:
        """A page by its id, its name, or the last part or file name or stem of one, if that is unique.

        Raises
        ------
        InputError
            If there is none, with names that come near it; or several, with their full names.
        """
        raise NotImplementedError

    def pages(self, where: Where | None = None) -> list[Page]:
        """Pages in the order of their ids."""
        raise NotImplementedError

    def ids(self, where: Where | None = None) -> list[int]:
        """Ids of pages, rising."""
        raise NotImplementedError

    def count(self, where: Where | None = None) -> int:
        """How many pages."""
        raise NotImplementedError

    def frame(self, where: Where | None = None) -> pd.DataFrame:
        """One row a page: id, name, book, title, authors, place, date, year_from, year_to, lat, lng, state,
        source, tables, digits, tags (joined by ";"), image, sha256, width, height, canvas, service, rights.
        Unknown years are <NA> (Int64), unknown coordinates NaN.
        """  # noqa: D205
        raise NotImplementedError

    def image_file(self, page: Page | int | str) -> Path | None:
        """Where a page's image lies now; None where it is not found."""
        raise NotImplementedError

    # -- readings ------------------------------------------------------------------------------------------

    def reading(self, page_id: int) -> Reading | None:
        """The reading that holds: the newest of a person, else the machine's, else None."""
        raise NotImplementedError

    def readings(self, ids: Iterable[int]) -> Iterator[tuple[int, Reading]]:
        """Readings that hold, for those of the pages that have one, in the order given."""
        raise NotImplementedError

    def stored_reading(self, page_id: int, kind: Kind | None = None) -> StoredReading | None:
        """The reading that holds, or the newest of a kind, with its digest and story."""
        raise NotImplementedError

    def history(self, page_id: int) -> list[StoredReading]:
        """All readings of a page, the machine's first, then people's, the newest last."""
        raise NotImplementedError

    def put_reading(
        self, page_id: int, reading: Reading, *, kind: Kind, who: str = "", recipe: str = GIVEN,
        origin: str = "",
    ) -> bool:  # fmt: skip
        """Store a reading; returns whether it is another than that which stood there.

        A person's reading is kept beside all older ones, and holds; the machine's replaces the machine's.
        """
        raise NotImplementedError

    # -- processing ----------------------------------------------------------------------------------------

    def use_recipes(self, recipes: Recipes) -> None:
        """Set the recipes against which pages are stale; kept in the corpus where it can be written."""
        raise NotImplementedError

    def work(
        self, recipes: Recipes, *, where: Where | None = None, retry: bool = False, afresh: bool = False
    ) -> list[Work]:
        """What is missing or stale, in the order of ids; sets the recipes.

        Pages with a reading of a person, or one that came with them, are only embedded. Pages that failed
        under the same recipes are left out unless `retry`; with `afresh` everything is done again (a
        person's readings and given ones stay).
        """
        raise NotImplementedError

    def put_results(self, results: Sequence[PageResult]) -> None:
        """Store what processing gave, all or nothing, in one transaction.

        Vectors are on the disk before what points to them is. Pages that are no longer there are passed over.
        """
        raise NotImplementedError

    def failures(self, where: Where | None = None) -> list[tuple[str, str]]:
        """Name and reason of each page in state "failed"."""
        raise NotImplementedError

    def vectors(self, kind: str = "bigram") -> Vectors:
        """The vectors that are committed now, mapped read-only; square roots of counts, not normalised."""
        raise NotImplementedError

    def arrangements(self, ids: Iterable[int]) -> Iterator[tuple[int, Arrangement]]:
        """Arrangements, for those of the pages that have one, in the order given."""
        raise NotImplementedError

    def thumbnail(self, page_id: int) -> bytes:
        """JPEG with a longest side of 128 pixels; b"" where there is none."""
        raise NotImplementedError

    # -- the scholar's -------------------------------------------------------------------------------------

    def tag(self, pages: Iterable[int], tag: str, *, table: str = "", who: str = "") -> int:
        """Put a tag on pages, or on that table of each; returns on how many it was not yet."""
        raise NotImplementedError

    def untag(self, pages: Iterable[int], tag: str, *, table: str = "", who: str = "") -> int:
        """Take a tag away; returns from how many. That it was there is remembered."""
        raise NotImplementedError

    def tags(self, where: Where | None = None) -> list[Tag]:
        """Tags that hold, by page, table and tag."""
        raise NotImplementedError

    def judge(self, a: int, b: int, verdict: Verdict, *, note: str = "", who: str = "") -> None:
        """Say what two pages are to each other; an older judgement is kept, the newer holds."""
        raise NotImplementedError

    def judge_all(self, judgements: Sequence[Judgement]) -> int:
        """Store many judgements, all or none; returns how many were not there yet just so."""
        raise NotImplementedError

    def judgements(self, where: Where | None = None, *, history: bool = False) -> list[Judgement]:
        """Judgements that hold, one a pair, in the order in which they were given; or all there ever were.

        With `where`, those of whose pages at least one fulfils it.
        """
        raise NotImplementedError

    def summary(self) -> Summary:
        """How the corpus stands."""
        raise NotImplementedError
