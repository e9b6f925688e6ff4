"""Readings in a corpus: the machine's, which is replaced, and people's, which are kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from zij.corpora.store.clock import now
from zij.corpora.store.codec import decode, packed
from zij.corpora.store.database import Database
from zij.corpora.store.records import GIVEN, Kind, Packed, StoredReading
from zij.tables.reading import Reading

__all__ = ["held", "history", "put", "readings", "stored", "stored_bytes"]


def put(
    database: Database,
    page: int,
    reading: Reading | Packed,
    *,
    kind: Kind,
    who: str = "",
    recipe: str = "",
    origin: str = "",
    again: bool = True,
) -> bool:
    """Store a reading, inside a transaction; whether another one is there than before.

    Parameters
    ----------
    database : Database
    page : int
    reading : Reading or Packed
    kind : "machine" or "human"
        The machine's replaces the machine's; a person's is added, and holds over all others.
    who, recipe, origin : str
    again : bool
        Whether a person's reading that the page had once, and that another has followed, is added again.

    Returns
    -------
    bool
    """
    made = reading if isinstance(reading, Packed) else packed(reading)
    digest = made.digest
    if kind == "human":
        recipe = ""
        same = "SELECT id, digest FROM reading WHERE page = ? AND kind = 'human' ORDER BY id"
        known = [row["digest"] for row in database.run(same, (page,)).fetchall()]
        if digest in (known[-1:] if again else known):
            return False
        before = ""
    else:
        machine = "SELECT digest FROM reading WHERE page = ? AND kind = 'machine'"
        row = database.run(machine, (page,)).fetchone()
        before = row["digest"] if row is not None else ""
        database.run("DELETE FROM reading WHERE page = ? AND kind = 'machine'", (page,))
    values = (page, kind, recipe, who, now(), origin, digest, made.tables, made.digits, made.body)
    database.run(
        "INSERT INTO reading (page, kind, recipe, who, at, origin, digest, tables, digits, body) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )
    _hold(database, page)
    if kind == "machine":
        database.run("UPDATE page SET read_by = ? WHERE id = ?", (recipe, page))
    if kind == "human" or recipe == GIVEN:  # what stood in the way of the machine no longer matters
        database.run("UPDATE page SET failure = '', failed_by = '' WHERE id = ?", (page,))
    return digest != before


def _hold(database: Database, page: int) -> None:
    """Let a page know which of its readings holds: the newest of a person, else the machine's."""
    row = database.run(
        "SELECT id, kind, digest, tables, digits FROM reading WHERE page = ? "
        "ORDER BY kind = 'human' DESC, id DESC LIMIT 1",
        (page,),
    ).fetchone()
    database.run(
        "UPDATE page SET held = ?, source = ?, held_digest = ?, tables = ?, digits = ? WHERE id = ?",
        (row["id"], row["kind"], row["digest"], row["tables"], row["digits"], page),
    )


def held(database: Database, page: int) -> StoredReading | None:
    """The reading of a page that holds."""
    rows = database.rows("SELECT r.* FROM page p JOIN reading r ON r.id = p.held WHERE p.id = ?", (page,))
    return _stored(database, rows[0]) if rows else None


def stored(database: Database, page: int, kind: Kind) -> StoredReading | None:
    """The newest reading of a kind.

    Parameters
    ----------
    database : Database
    page : int
        Its number.
    kind : Kind
        "machine" or "human".

    Returns
    -------
    StoredReading or None
    """
    query = "SELECT * FROM reading WHERE page = ? AND kind = ? ORDER BY id DESC LIMIT 1"
    rows = database.rows(query, (page, kind))
    return _stored(database, rows[0]) if rows else None


def history(database: Database, page: int) -> list[StoredReading]:
    """All readings of a page, the machine's first, the newest of a person last."""
    query = "SELECT * FROM reading WHERE page = ? ORDER BY kind = 'human', id"
    return [_stored(database, row) for row in database.rows(query, (page,))]


def readings(database: Database, pages: Iterable[int]) -> Iterator[tuple[int, Reading]]:
    """Readings that hold, one at a time, in the order of the pages given."""
    for page in pages:
        query = "SELECT r.body FROM page p JOIN reading r ON r.id = p.held WHERE p.id = ?"
        for row in database.rows(query, (page,)):
            yield page, decode(row["body"], f"{database.path.parent}: page {page}")


def stored_bytes(database: Database, pages: Iterable[int]) -> Iterator[tuple[int, bytes, str]]:
    """Readings that hold as they are stored, with their digests: page, bytes for `decode`, digest."""
    for page in pages:
        query = "SELECT r.body, r.digest FROM page p JOIN reading r ON r.id = p.held WHERE p.id = ?"
        for row in database.rows(query, (page,)):
            yield page, row["body"], row["digest"]


def _stored(database: Database, row: sqlite3.Row) -> StoredReading:
    reading = decode(row["body"], f"{database.path.parent}: page {row['page']}")
    facts = {name: row[name] for name in ("page", "kind", "who", "at", "recipe", "digest", "origin")}
    return StoredReading(reading=reading, **facts)
