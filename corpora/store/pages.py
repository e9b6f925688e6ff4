"""Pages and books of a corpus: adding them, their metadata, finding them again."""

from __future__ import annotations

import difflib
import json
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from zij.corpora.store import readings
from zij.corpora.store.clock import now
from zij.corpora.store.database import Database
from zij.corpora.store.names import free_name, printable
from zij.corpora.store.records import GIVEN, AddedPages, Book, Metadata, NewPage, Page, Recipes
from zij.corpora.store.where import Where
from zij.errors import InputError

__all__ = [
    "METADATA",
    "add_pages",
    "all_books",
    "all_pages",
    "find_page",
    "image_file",
    "look_up",
    "metadata_of",
    "own_fields",
    "seen",
    "set_books",
    "set_fields",
    "set_page_books",
]

METADATA = ("title", "authors", "place", "date", "year_from", "year_to", "lat", "lng")
"""Columns of what is known of a page or a book."""
_FACTS = ("sequence", "label", "sha256", "width", "height", "canvas", "service", "rights")
_IMAGE = ("image", "stem", "absolute", "relative")
_NEAR = 20_000  # names among which near ones are looked for


def add_pages(database: Database, folder: Path, pages: Sequence[NewPage]) -> AddedPages:
    """Add pages; see `Corpus.add_pages`.

    Parameters
    ----------
    database : Database
    folder : Path
        Of the corpus.
    pages : sequence of NewPage

    Returns
    -------
    AddedPages
    """
    told: dict[str, list[str]] = {"new": [], "known": [], "changed": []}
    ids: list[int] = []
    last: dict[str, int] = {}
    with database.writing():
        books: dict[str, int | None] = {"": None}
        for page in pages:
            row = database.run("SELECT * FROM page WHERE key = ?", (page.key,)).fetchone()
            if row is None:
                number, name = _insert(database, folder, page, _book(database, page.book, books), last)
                became = "new"
            else:
                number, name = row["id"], row["name"]
                became = "changed" if _renew(database, folder, page, row) else "known"
            told[became].append(name)
            ids.append(number)
        database.run_all("DELETE FROM missed WHERE item = ?", [(page.key,) for page in pages])
        seen = [(_place(page.file), page.stamp, page.sha256) for page in pages if page.file and page.stamp]
        database.run_all("INSERT OR REPLACE INTO seen (path, stamp, sha256) VALUES (?, ?, ?)", seen)
    return AddedPages(ids=tuple(ids), **{name: tuple(names) for name, names in told.items()})


def seen(database: Database, file: Path, stamp: str) -> str:
    """The hash of a file that has this stamp still; see `Corpus.seen`.

    Parameters
    ----------
    database : Database
    file : Path
        Wherever it lies.
    stamp : str
        As it is now.

    Returns
    -------
    str
        SHA-256, or "".
    """
    found = database.rows("SELECT sha256 FROM seen WHERE path = ? AND stamp = ?", (_place(file), stamp))
    return str(found[0]["sha256"]) if found else ""


def _place(file: Path) -> str:
    return Path(os.path.abspath(file)).as_posix()


def _book(database: Database, name: str, known: dict[str, int | None]) -> int | None:
    """The id of a book, which is made where there is none of that name."""
    name = printable(name)
    if name not in known:
        database.run("INSERT OR IGNORE INTO book (name) VALUES (?)", (name,))
        known[name] = database.run("SELECT id FROM book WHERE name = ?", (name,)).fetchone()[0]
    return known[name]


def _insert(
    database: Database, folder: Path, page: NewPage, book: int | None, last: dict[str, int]
) -> tuple[int, str]:
    def taken(name: str) -> bool:
        return database.run("SELECT 1 FROM page WHERE name = ?", (name,)).fetchone() is not None

    name = free_name(page.name, page.book, taken, last)
    values: dict[str, Any] = {fact: getattr(page, fact) for fact in _FACTS}
    values |= dict(zip(_IMAGE, _image(folder, page.file), strict=True)) | _columns(page.fields)
    values |= {"key": page.key, "name": name, "last": name.rpartition("/")[2], "book": book, "added": now()}
    marks = ", ".join(f":{column}" for column in values)
    made = database.run(f"INSERT INTO page ({', '.join(values)}) VALUES ({marks})", values)
    number = int(made.lastrowid or 0)
    if page.reading is not None:
        _given(database, number, page)
    return number, name


def _given(database: Database, number: int, page: NewPage) -> bool:
    assert page.reading is not None
    return readings.put(
        database,
        number,
        page.reading,
        kind=page.reading_kind,
        who=page.reading_who,
        recipe=GIVEN,
        again=False,
    )


def _renew(database: Database, folder: Path, page: NewPage, row: sqlite3.Row) -> bool:
    """Take in what is new of a known page; whether its image or reading is another."""
    image = _image(folder, page.file)
    if page.file is not None and image != tuple(row[column] for column in _IMAGE):
        values = (*image, row["id"])
        # what kept it from being read there says nothing of it here
        places = "image = ?, stem = ?, absolute = ?, relative = ?, failure = ''"
        database.run(f"UPDATE page SET {places} WHERE id = ?", values)
    changed = bool(page.sha256) and page.sha256 != row["sha256"]
    if changed:
        facts = ", ".join(f"{fact} = :{fact}" for fact in _FACTS)
        database.run(
            f"UPDATE page SET {facts}, read_by = '', embedded_by = '', failure = '' WHERE id = :id",
            {**{fact: getattr(page, fact) for fact in _FACTS}, "id": row["id"]},
        )
    if page.reading is not None and _given(database, row["id"], page):
        changed = True
    return changed


def _image(folder: Path, file: Path | None) -> tuple[str, str, str, str]:
    """Name and stem of an image, and where it lies: by itself, and as seen from the corpus.

    A file in the corpus has no place by itself, so that it moves with the corpus.
    """
    if file is None:
        return "", "", "", ""
    path, home = Path(os.path.abspath(file)), Path(os.path.abspath(folder))
    try:
        relative = Path(os.path.relpath(path, home)).as_posix()
    except ValueError:  # another drive of Windows
        relative = ""
    absolute = "" if path.is_relative_to(home) else path.as_posix()
    return path.name, path.stem, absolute, relative


def image_file(database: Database, folder: Path, page: int) -> Path | None:
    """Where a page's image lies now: where it was, else where it was as seen from the corpus.

    Parameters
    ----------
    database : Database
    folder : Path
        Of the corpus.
    page : int
        Its number.

    Returns
    -------
    Path or None
    """
    row = _one(database, "SELECT absolute, relative FROM page WHERE id = ?", page)
    places = [Path(row["absolute"])] if row["absolute"] else []
    places += [Path(os.path.normpath(folder / row["relative"]))] if row["relative"] else []
    return next((place for place in places if place.is_file()), None)


def _one(database: Database, query: str, page: int) -> sqlite3.Row:
    found = database.rows(query, (page,))
    if not found:
        raise InputError(f"{database.path.parent}: has no page number {page}; zij corpus status counts them.")
    return found[0]


def _columns(metadata: Metadata) -> dict[str, Any]:
    values = {name: getattr(metadata, name) for name in METADATA}
    return {**values, "others": json.dumps(dict(metadata.others), ensure_ascii=False, sort_keys=True)}


def set_books(database: Database, books: Sequence[Book]) -> None:
    """Set the metadata of books; see `Corpus.set_books`."""
    known: dict[str, int | None] = {"": None}
    changes = ", ".join(f"{column} = :{column}" for column in (*METADATA, "others"))
    with database.writing():
        for book in books:
            number = _book(database, book.name, known)
            values = {**_columns(book.metadata), "id": number}
            database.run(f"UPDATE book SET {changes} WHERE id = :id", values)


def all_books(database: Database) -> list[Book]:
    """All books, by name."""
    return [Book(row["name"], metadata_of(row)) for row in database.rows("SELECT * FROM book ORDER BY name")]


def set_fields(database: Database, fields: Mapping[int, Metadata]) -> None:
    """Set the metadata of pages; see `Corpus.set_page_fields`."""
    changes = ", ".join(f"{column} = :{column}" for column in (*METADATA, "others"))
    with database.writing():
        rows = [{**_columns(metadata), "id": page} for page, metadata in fields.items()]
        database.run_all(f"UPDATE page SET {changes} WHERE id = :id", rows)


def own_fields(database: Database) -> dict[int, Metadata]:
    """The metadata of pages without those of their books."""
    columns = ", ".join((*METADATA, "others"))
    rows = database.rows(f"SELECT id, {columns} FROM page ORDER BY id")
    return {row["id"]: metadata_of(row) for row in rows}


def set_page_books(database: Database, books: Mapping[int, str]) -> None:
    """Set the books of pages; see `Corpus.set_page_books`."""
    known: dict[str, int | None] = {"": None}
    with database.writing():
        rows = [(_book(database, name, known), page) for page, name in books.items()]
        database.run_all("UPDATE page SET book = ? WHERE id = ?", rows)


def metadata_of(row: sqlite3.Row) -> Metadata:
    """The metadata in a row; further fields of a page stand before those of its book."""
    others: dict[str, str] = json.loads(row["others"])
    if "book_others" in tuple(row.keys()) and row["book_others"]:
        others = {**json.loads(row["book_others"]), **others}
    return Metadata(**{name: row[name] for name in METADATA}, others=others)


def _page(row: sqlite3.Row) -> Page:
    names = (
        "id", "key", "name", "book", "sequence", "label", "image", "sha256", "width", "height", "canvas",
        "service", "rights",
    )  # fmt: skip
    facts = {name: row[name] for name in (*names, "state", "source", "tables", "digits")}
    failure = row["failure"] if row["state"] == "failed" else ""
    return Page(**facts, metadata=metadata_of(row), failure=failure)


def all_pages(database: Database, where: Where, recipes: Recipes) -> list[Page]:
    """Pages in the order of their ids.

    Parameters
    ----------
    database : Database
    where : Where
        Which pages.
    recipes : Recipes

    Returns
    -------
    list of Page
    """
    text, values = where.sql(recipes)
    return [_page(row) for row in database.rows(f"SELECT e.* {text} ORDER BY e.id", values)]


def find_page(database: Database, name: str | int, recipes: Recipes) -> Page:
    """A page by id or name; see `Corpus.page`.

    Parameters
    ----------
    database : Database
    name : str or int
        Or number.
    recipes : Recipes

    Returns
    -------
    Page

    Raises
    ------
    InputError
        If there is none, or several are so called.
    """
    text, values = Where().sql(recipes)
    if isinstance(name, int):
        found = database.rows(f"SELECT e.* {text} WHERE e.id = :id", {**values, "id": name})
        if not found:
            _one(database, "SELECT 1 FROM page WHERE id = ?", name)
        return _page(found[0])
    for test in ("name = :name", "last = :name", "image = :name", "stem = :name"):
        ids = database.rows(f"SELECT id FROM page WHERE {test} ORDER BY id LIMIT 10", {"name": name})
        if len(ids) == 1:
            return find_page(database, int(ids[0]["id"]), recipes)
        if ids:
            raise InputError(_ambiguous(database, name, [row["id"] for row in ids]))
    near = difflib.get_close_matches(name, _names(database), n=3, cutoff=0.5)
    advice = f"did you mean {' or '.join(map(repr, near))}" if near else "zij corpus status counts its pages"
    raise InputError(f"{database.path.parent}: has no page {name!r}; {advice}.")


def look_up(database: Database, facts: Mapping[str, str], recipes: Recipes) -> list[Page]:
    """Pages of which all these facts hold; see `Corpus.find`.

    Parameters
    ----------
    database : Database
    facts : mapping of str to str
        Values by name of the column.
    recipes : Recipes

    Returns
    -------
    list of Page
    """
    columns = {"key": "key", "name": "name", "sha256": "sha256", "image": "image", "stem": "stem"}
    test = " AND ".join(f"{columns[name]} = :f_{name}" for name in facts) or "0"
    text, values = Where().sql(recipes)
    values |= {f"f_{name}": value for name, value in facts.items()}
    query = f"SELECT e.* {text} WHERE e.id IN (SELECT id FROM page WHERE {test}) ORDER BY e.id"
    return [_page(row) for row in database.rows(query, values)]


def _ambiguous(database: Database, name: str, ids: Sequence[int]) -> str:
    marks = ", ".join("?" * len(ids))
    rows = database.rows(f"SELECT name FROM page WHERE id IN ({marks}) ORDER BY id", ids)
    names = [repr(row["name"]) for row in rows]
    return (
        f"{database.path.parent}: {name!r} stands for {'several' if len(ids) > 9 else len(ids)} pages "
        f"({', '.join(names)}); give one of these names in full."
    )


def _names(database: Database) -> Iterable[str]:
    return [row["name"] for row in database.rows("SELECT name FROM page ORDER BY id LIMIT ?", (_NEAR,))]
