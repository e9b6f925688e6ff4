"""A corpus: one folder with the state, readings, vectors and notes of many pages."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from zij.corpora.store import notes, overview
from zij.corpora.store import pages as pages_
from zij.corpora.store import readings as readings_
from zij.corpora.store import results as results_
from zij.corpora.store.clock import now
from zij.corpora.store.database import FILE, Database
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
from zij.corpora.store.vectors import Vectors, mapped
from zij.corpora.store.where import Where
from zij.errors import InputError, OutputError
from zij.tables.reading import Reading

if TYPE_CHECKING:
    import pandas as pd

    from zij.similarity.arrangement import Arrangement

__all__ = ["Corpus", "create_corpus", "is_corpus", "open_corpus"]


def is_corpus(folder: str | Path) -> bool:
    """Whether a folder holds a corpus."""
    return (Path(folder) / FILE).is_file()


def create_corpus(folder: str | Path) -> Corpus:
    """Make a corpus, or open the one that is there.

    Raises
    ------
    InputError
        If something else is there.
    OutputError
        If the folder cannot be written to.
    """
    home = Path(folder)
    try:
        str(home.absolute()).encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(home).decode("utf-8", "backslashreplace")
        raise InputError(f"{shown}: has a name that is not in UTF-8; choose another folder.") from error
    new = not home.exists()
    try:
        home.mkdir(parents=True, exist_ok=True)
        others = sorted(path.name for path in home.iterdir() if not path.name.startswith((FILE, ".")))
    except OSError as error:
        raise OutputError(
            f"{home}: no corpus can be made there ({error.strerror}); choose another folder."
        ) from error
    if others and not is_corpus(home):
        raise InputError(
            f"{home}: holds other files ({others[0]}) and is no corpus; name a new folder for the corpus."
        )
    try:
        return Corpus(home, Database(home / FILE, create=True))
    except BaseException:
        if new:
            _take_away(home)
        raise


def open_corpus(folder: str | Path) -> Corpus:
    """Open a corpus: for reading and writing, or for reading alone where nothing may be written.

    Raises
    ------
    InputError
        If there is none, it is damaged, or it was made by a newer zij.
    """
    home = Path(folder)
    if not is_corpus(home):
        what = "is no corpus" if home.exists() else "is not there"
        raise InputError(f"{home}: {what}; make a corpus with zij corpus add.")
    return Corpus(home, Database(home / FILE))


def _take_away(folder: Path) -> None:
    """Remove what an unsuccessful start left in a new folder."""
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{FILE}*"):
            path.unlink()
        folder.rmdir()


class Corpus:
    """A corpus that is open; made by `create_corpus` and `open_corpus`, closed by `close` or `with`.

    Several processes may have one corpus open at once: each sees what is committed, and one writes at a time.
    It is not to be shared between threads.

    Attributes
    ----------
    folder : Path
    recipes : Recipes
        The recipes against which pages are stale, as last set.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self._database = database
        found = {row["name"]: row["value"] for row in database.rows("SELECT name, value FROM setting")}
        self.recipes = Recipes(found.get("recipe.read", ""), found.get("recipe.embed", ""))

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written there."""
        return self._database.read_only

    def close(self) -> None:
        """Let go of all files."""
        self._database.close()

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
        folder = self.folder / "images"
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"{folder}: cannot be made ({error.strerror}); see to the permissions."
            ) from error
        return folder

    def add_pages(self, pages: Sequence[NewPage]) -> AddedPages:
        """Add pages that are not there yet, all or none; a known page is told apart by its key.

        A page that was missed (its key as the item) counts as had from now on. A reading of a person that
        the page has or had before is not added again, so that a later correction still holds.
        """
        return pages_.add_pages(self._database, self.folder, pages)

    def seen(self, file: Path, stamp: str) -> str:
        """SHA-256 of a file that was added with this `NewPage.stamp`; "" where it was not, or has changed."""
        return pages_.seen(self._database, file, stamp)

    def missed(self, items: Sequence[Missed]) -> None:
        """Note what could not be had; an older entry of the same source and item is replaced."""
        rows = [(item.source, item.item, item.reason, now()) for item in items]
        with self._database.writing():
            self._database.run_all(
                "INSERT OR REPLACE INTO missed (source, item, reason, at) VALUES (?, ?, ?, ?)", rows
            )

    def had(self, source: str, items: Iterable[str] | None = None) -> None:
        """Forget what was missed of a source: these items, or all."""
        with self._database.writing():
            if items is None:
                self._database.run("DELETE FROM missed WHERE source = ?", (source,))
            else:
                rows = [(source, item) for item in items]
                self._database.run_all("DELETE FROM missed WHERE source = ? AND item = ?", rows)

    def missed_items(self) -> list[Missed]:
        """What could not be had, by source and item."""
        query = "SELECT source, item, reason FROM missed ORDER BY source, item"
        return [Missed(*row) for row in self._database.rows(query)]

    def set_books(self, books: Sequence[Book]) -> None:
        """Set the metadata of books, those that are not there included; older metadata are replaced."""
        pages_.set_books(self._database, books)

    def books(self) -> list[Book]:
        """All books, by name."""
        return pages_.all_books(self._database)

    def set_page_fields(self, fields: Mapping[int, Metadata]) -> None:
        """Set the metadata of pages, by id; older metadata of these pages are replaced."""
        pages_.set_fields(self._database, fields)

    def page_fields(self) -> dict[int, Metadata]:
        """The metadata of all pages by id, without what only their books say."""
        return pages_.own_fields(self._database)

    def set_page_books(self, books: Mapping[int, str]) -> None:
        """Put pages, by id, into the books of these names, which are made where they are not there."""
        pages_.set_page_books(self._database, books)

    def page(self, name: str | int) -> Page:
        """A page by its id, its name, or the last part or file name or stem of one, if that is unique.

        Raises
        ------
        InputError
            If there is none, with names that come near it; or several, with their full names.
        """
        return pages_.find_page(self._database, name, self.recipes)

    def find(
        self,
        *,
        key: str | None = None,
        name: str | None = None,
        image: str | None = None,
        stem: str | None = None,
        sha256: str | None = None,
    ) -> list[Page]:
        """Pages with exactly this key, name, file name of the image, stem of it, and hash of it."""
        facts = {"key": key, "name": name, "image": image, "stem": stem, "sha256": sha256}
        given = {fact: value for fact, value in facts.items() if value is not None}
        return pages_.look_up(self._database, given, self.recipes)

    def pages(self, where: Where | None = None) -> list[Page]:
        """Pages in the order of their ids."""
        return pages_.all_pages(self._database, where or Where(), self.recipes)

    def ids(self, where: Where | None = None) -> list[int]:
        """Ids of pages, rising."""
        text, values = (where or Where()).sql(self.recipes)
        return [row["id"] for row in self._database.rows(f"SELECT e.id AS id {text} ORDER BY e.id", values)]

    def count(self, where: Where | None = None) -> int:
        """How many pages."""
        text, values = (where or Where()).sql(self.recipes)
        return int(self._database.rows(f"SELECT count(*) {text}", values)[0][0])

    def frame(self, where: Where | None = None) -> pd.DataFrame:
        """One row a page: id, name, book, title, authors, place, date, year_from, year_to, lat, lng, state,
        source, tables, digits, tags (joined by ";"), image, sha256, width, height, canvas, service, rights.
        Unknown years are <NA> (Int64), unknown coordinates NaN.
        """
        return overview.frame(self._database, where or Where(), self.recipes)

    def years(self, where: Where | None = None) -> tuple[int, int] | None:
        """First and last year of the pages that have one; None where none has."""
        return overview.years(self._database, where or Where(), self.recipes)

    def image_file(self, page: Page | int | str) -> Path | None:
        """Where a page's image lies now; None where it is not found."""
        number = page.id if isinstance(page, Page) else page if isinstance(page, int) else self.page(page).id
        return pages_.image_file(self._database, self.folder, number)

    # -- readings ------------------------------------------------------------------------------------------

    def reading(self, page_id: int) -> Reading | None:
        """The reading that holds: the newest of a person, else the machine's, else None."""
        stored = readings_.held(self._database, page_id)
        return stored.reading if stored is not None else None

    def readings(self, ids: Iterable[int]) -> Iterator[tuple[int, Reading]]:
        """Readings that hold, for those of the pages that have one, in the order given."""
        return readings_.readings(self._database, ids)

    def packed_readings(self, ids: Iterable[int]) -> Iterator[tuple[int, bytes, str]]:
        """The same as they are stored: page, bytes for `zij.corpora.store.codec.decode`, digest."""
        return readings_.stored_bytes(self._database, ids)

    def stored_reading(self, page_id: int, kind: Kind | None = None) -> StoredReading | None:
        """The reading that holds, or the newest of a kind, with its digest and story."""
        if kind is None:
            return readings_.held(self._database, page_id)
        return readings_.stored(self._database, page_id, kind)

    def history(self, page_id: int) -> list[StoredReading]:
        """All readings of a page, the machine's first, then people's, the newest last."""
        return readings_.history(self._database, page_id)

    def put_reading(
        self, page_id: int, reading: Reading, *, kind: Kind, who: str = "", recipe: str = GIVEN,
        origin: str = "",
    ) -> bool:  # fmt: skip
        """Store a reading; returns whether it is another than that which stood there.

        A person's reading is kept beside all older ones, and holds; the machine's replaces the machine's.
        """
        with self._database.writing():
            return readings_.put(
                self._database, page_id, reading, kind=kind, who=who, recipe=recipe, origin=origin
            )

    # -- processing ----------------------------------------------------------------------------------------

    def use_recipes(self, recipes: Recipes) -> None:
        """Set the recipes against which pages are stale; kept in the corpus where it can be written."""
        if not self.read_only and recipes != self.recipes:
            rows = [("recipe.read", recipes.read), ("recipe.embed", recipes.embed)]
            with self._database.writing():
                self._database.run_all("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", rows)
        self.recipes = recipes

    def work(
        self, recipes: Recipes, *, where: Where | None = None, retry: bool = False, afresh: bool = False
    ) -> list[Work]:
        """What is missing or stale, in the order of ids; sets the recipes.

        Pages with a reading of a person, or one that came with them, are only embedded. Pages that failed
        under the same recipes are left out unless `retry`; with `afresh` everything is done again (a
        person's readings and given ones stay).
        """
        self.use_recipes(recipes)
        return results_.work(
            self._database, self.folder, recipes, where or Where(), retry=retry, afresh=afresh
        )

    def put_results(self, results: Sequence[PageResult]) -> None:
        """Store what processing gave, all or nothing, in one transaction.

        Vectors are on the disk before what points to them is. Pages that are no longer there are passed over.
        """
        results_.put_results(self._database, self.folder, results)

    def failures(self, where: Where | None = None) -> list[tuple[str, str]]:
        """Name and reason of each page in state "failed"."""
        return results_.failures(self._database, where or Where(), self.recipes)

    def vectors(self, kind: str = "bigram") -> Vectors:
        """The vectors that are committed now, mapped read-only; square roots of counts, not normalised."""
        return mapped(self._database, self.folder, kind)

    def arrangements(self, ids: Iterable[int]) -> Iterator[tuple[int, Arrangement]]:
        """Arrangements, for those of the pages that have one, in the order given."""
        from zij.similarity.arrangement import Arrangement

        for page, blob in results_.blobs(self._database, ids):
            yield page, Arrangement.from_bytes(blob)

    def thumbnail(self, page_id: int) -> bytes:
        """JPEG with a longest side of 128 pixels; b"" where there is none."""
        return results_.thumbnail(self._database, page_id)

    # -- the scholar's -------------------------------------------------------------------------------------

    def tag(self, pages: Iterable[int], tag: str, *, table: str = "", who: str = "") -> int:
        """Put a tag on pages, or on that table of each; returns on how many it was not yet."""
        return notes.tag_pages(self._database, pages, tag, table=table, who=who)

    def untag(self, pages: Iterable[int], tag: str, *, table: str = "", who: str = "") -> int:
        """Take a tag away; returns from how many. That it was there is remembered."""
        return notes.untag_pages(self._database, pages, tag, table=table, who=who)

    def tags(self, where: Where | None = None) -> list[Tag]:
        """Tags that hold, by page, table and tag."""
        return notes.all_tags(self._database, where or Where(), self.recipes)

    def judge(self, a: int, b: int, verdict: Verdict, *, note: str = "", who: str = "") -> None:
        """Say what two pages are to each other; an older judgement is kept, the newer holds."""
        notes.judge_all(self._database, [Judgement(a, b, verdict, note, who)])

    def judge_all(self, judgements: Sequence[Judgement]) -> int:
        """Store many judgements, all or none; returns how many were not there yet just so."""
        return notes.judge_all(self._database, judgements)

    def judgements(self, where: Where | None = None, *, history: bool = False) -> list[Judgement]:
        """Judgements that hold, one a pair, in the order in which they were given; or all there ever were.

        With `where`, those of whose pages at least one fulfils it.
        """
        return notes.all_judgements(self._database, where or Where(), self.recipes, history=history)

    def summary(self) -> Summary:
        """How the corpus stands."""
        return overview.summary(self._database, self.recipes)

    def _repr_html_(self) -> str:
        """Its pages, how they stand, and the first of them in little, for notebooks; open or closed."""
        from zij.corpora.store.inline import corpus_html

        if not self._database.closed:
            return corpus_html(self)
        with open_corpus(self.folder) as again:
            return corpus_html(again)
