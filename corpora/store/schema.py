"""The tables of a corpus's SQLite file, and how older files are brought up to date.

`MIGRATIONS[n]` makes schema n + 1 of schema n; the first makes the first of nothing. A migration that was
published is never changed: another is added. The number stands in the file as `user_version`.
"""

from __future__ import annotations

__all__ = ["EFFECTIVE", "MIGRATIONS", "STATE"]

_METADATA = """
    title TEXT NOT NULL DEFAULT '',
    authors TEXT NOT NULL DEFAULT '',
    place TEXT NOT NULL DEFAULT '',
    date TEXT NOT NULL DEFAULT '',
    year_from INTEGER,
    year_to INTEGER,
    lat REAL,
    lng REAL,
    others TEXT NOT NULL DEFAULT '{}'
"""

_FIRST = (
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    f"CREATE TABLE book (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, {_METADATA})",
    # held is the reading that holds; digits, tables, source and held_digest say of that reading what filters
    # and listings ask for, so that they never open a reading
    f"""CREATE TABLE page (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL UNIQUE,
        last TEXT NOT NULL,
        book INTEGER REFERENCES book,
        sequence INTEGER NOT NULL DEFAULT 0,
        label TEXT NOT NULL DEFAULT '',
        image TEXT NOT NULL DEFAULT '',
        stem TEXT NOT NULL DEFAULT '',
        absolute TEXT NOT NULL DEFAULT '',
        relative TEXT NOT NULL DEFAULT '',
        sha256 TEXT NOT NULL DEFAULT '',
        width INTEGER NOT NULL DEFAULT 0,
        height INTEGER NOT NULL DEFAULT 0,
        canvas TEXT NOT NULL DEFAULT '',
        service TEXT NOT NULL DEFAULT '',
        rights TEXT NOT NULL DEFAULT '',
        added TEXT NOT NULL DEFAULT '',
        held INTEGER,
        held_digest TEXT NOT NULL DEFAULT '',
        source TEXT NOT NULL DEFAULT '',
        tables INTEGER NOT NULL DEFAULT 0,
        digits INTEGER NOT NULL DEFAULT 0,
        read_by TEXT NOT NULL DEFAULT '',
        embedded_by TEXT NOT NULL DEFAULT '',
        embedded_digest TEXT NOT NULL DEFAULT '',
        failure TEXT NOT NULL DEFAULT '',
        failed_by TEXT NOT NULL DEFAULT '',
        {_METADATA})""",
    "CREATE INDEX page_last ON page (last)",
    "CREATE INDEX page_stem ON page (stem)",
    "CREATE INDEX page_image ON page (image)",
    "CREATE INDEX page_sha256 ON page (sha256)",
    "CREATE INDEX page_book ON page (book)",
    """CREATE TABLE reading (
        id INTEGER PRIMARY KEY,
        page INTEGER NOT NULL REFERENCES page,
        kind TEXT NOT NULL CHECK (kind IN ('machine', 'human')),
        recipe TEXT NOT NULL DEFAULT '',
        who TEXT NOT NULL DEFAULT '',
        at TEXT NOT NULL DEFAULT '',
        origin TEXT NOT NULL DEFAULT '',
        digest TEXT NOT NULL,
        tables INTEGER NOT NULL,
        digits INTEGER NOT NULL,
        body BLOB NOT NULL)""",
    "CREATE INDEX reading_page ON reading (page, kind)",
    "CREATE UNIQUE INDEX reading_machine ON reading (page) WHERE kind = 'machine'",
    """CREATE TABLE vector (
        kind TEXT NOT NULL,
        slot INTEGER NOT NULL,
        page INTEGER REFERENCES page,
        norm REAL NOT NULL,
        PRIMARY KEY (kind, slot)) WITHOUT ROWID""",
    "CREATE UNIQUE INDEX vector_page ON vector (kind, page) WHERE page IS NOT NULL",
    """CREATE TABLE made (
        page INTEGER PRIMARY KEY REFERENCES page,
        arrangement BLOB,
        thumbnail BLOB)""",
    """CREATE TABLE missed (
        source TEXT NOT NULL,
        item TEXT NOT NULL,
        reason TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (source, item))""",
    "CREATE INDEX missed_item ON missed (item)",
    """CREATE TABLE tag (
        id INTEGER PRIMARY KEY,
        page INTEGER NOT NULL REFERENCES page,
        part TEXT NOT NULL DEFAULT '',
        tag TEXT NOT NULL,
        who TEXT NOT NULL DEFAULT '',
        at TEXT NOT NULL,
        removed_who TEXT NOT NULL DEFAULT '',
        removed_at TEXT NOT NULL DEFAULT '')""",
    "CREATE UNIQUE INDEX tag_holds ON tag (page, part, tag) WHERE removed_at = ''",
    # low and high are a and b in rising order: a pair is one pair whichever way it is named
    """CREATE TABLE judgement (
        id INTEGER PRIMARY KEY,
        a INTEGER NOT NULL REFERENCES page,
        b INTEGER NOT NULL REFERENCES page,
        low INTEGER NOT NULL,
        high INTEGER NOT NULL,
        verdict TEXT NOT NULL CHECK (verdict IN ('same', 'part', 'related', 'different')),
        note TEXT NOT NULL DEFAULT '',
        who TEXT NOT NULL DEFAULT '',
        at TEXT NOT NULL)""",
    "CREATE INDEX judgement_pair ON judgement (low, high, id)",
    "CREATE INDEX judgement_high ON judgement (high)",
)

_SECOND = (
    # files as they were when they were last read as a whole: they need not be, when they are added again
    """CREATE TABLE seen (
        path TEXT PRIMARY KEY,
        stamp TEXT NOT NULL,
        sha256 TEXT NOT NULL) WITHOUT ROWID""",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _SECOND)
"""Statements that bring a database from each version of its schema to the next, oldest first."""

STATE = """CASE
    WHEN p.failure <> '' AND (:read = '' OR p.failed_by IN (:read, :embed)) THEN 'failed'
    WHEN p.embedded_digest = '' THEN 'new'
    WHEN p.embedded_digest <> p.held_digest THEN 'stale'
    WHEN :embed <> '' AND p.embedded_by <> :embed THEN 'stale'
    WHEN :read <> '' AND p.source = 'machine' AND p.read_by NOT IN ('given', :read) THEN 'stale'
    ELSE 'read' END"""
"""State of a page under the recipes `:read` and `:embed`; recipes that are not known make nothing stale."""

_DATED = "p.date <> '' OR p.year_from IS NOT NULL OR p.year_to IS NOT NULL"
_PLACED = "p.place <> '' OR p.lat IS NOT NULL OR p.lng IS NOT NULL"

EFFECTIVE = f"""(SELECT p.id, p.key, p.name, p.sequence, p.label, p.image, p.sha256, p.width, p.height,
    p.canvas, p.service, p.rights, p.absolute, p.relative, p.held, p.held_digest, p.source, p.tables,
    p.digits, p.read_by, p.embedded_by, p.embedded_digest, p.failure, p.failed_by, p.others,
    b.others AS book_others,
    coalesce(b.name, '') AS book,
    CASE WHEN p.title <> '' THEN p.title ELSE coalesce(b.title, '') END AS title,
    CASE WHEN p.authors <> '' THEN p.authors ELSE coalesce(b.authors, '') END AS authors,
    CASE WHEN {_PLACED} THEN p.place ELSE coalesce(b.place, '') END AS place,
    CASE WHEN {_PLACED} THEN p.lat ELSE b.lat END AS lat,
    CASE WHEN {_PLACED} THEN p.lng ELSE b.lng END AS lng,
    CASE WHEN {_DATED} THEN p.date ELSE coalesce(b.date, '') END AS date,
    CASE WHEN {_DATED} THEN coalesce(p.year_from, p.year_to)
        ELSE coalesce(b.year_from, b.year_to) END AS year_from,
    CASE WHEN {_DATED} THEN coalesce(p.year_to, p.year_from)
        ELSE coalesce(b.year_to, b.year_from) END AS year_to,
    {STATE} AS state
    FROM page p LEFT JOIN book b ON b.id = p.book)"""
"""Pages with what holds of them: their own metadata, else their book's. Date and years go together, and so do
place and coordinates."""
