"""What processing gives: which pages wait for it, and its results, committed batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zij.corpora.store import readings
from zij.corpora.store.codec import digest
from zij.corpora.store.database import Database
from zij.corpora.store.records import GIVEN, PageResult, Recipes, StepName, Work
from zij.corpora.store.vectors import DIMENSIONS, append, forget_lost
from zij.corpora.store.where import Where

__all__ = ["blobs", "failures", "put_results", "thumbnail", "work"]

_READ = "e.source <> 'human' AND e.read_by <> :given AND (e.held IS NULL OR e.read_by <> :read OR :afresh)"
_EMBED = "e.embedded_digest <> e.held_digest OR e.embedded_by <> :embed OR :afresh"


def work(
    database: Database, folder: Path, recipes: Recipes, where: Where, *, retry: bool, afresh: bool
) -> list[Work]:
    """What is missing or stale; see `Corpus.work`.

    Parameters
    ----------
    database : Database
    folder : Path
        Of the corpus.
    recipes : Recipes
        By which results are out of date.
    where : Where
        Which pages.
    retry : bool
        Whether pages that failed are tried again.
    afresh : bool
        Whether all is done anew.

    Returns
    -------
    list of Work
    """
    if not database.read_only:
        with database.writing():
            forget_lost(database, folder, "bigram")
    text, values = where.sql(recipes)
    values |= {"given": GIVEN, "afresh": int(afresh)}
    rows = database.rows(
        f"SELECT id, reads FROM (SELECT e.id AS id, e.state AS state, {_READ} AS reads, "
        f"({_READ}) OR {_EMBED} AS any_step {text}) "
        f"WHERE any_step AND (state <> 'failed' OR {int(retry or afresh)}) ORDER BY id",
        values,
    )
    steps: dict[bool, tuple[StepName, ...]] = {True: ("read", "embed"), False: ("embed",)}
    return [Work(row["id"], steps[bool(row["reads"])]) for row in rows]


def failures(database: Database, where: Where, recipes: Recipes) -> list[tuple[str, str]]:
    """Name and reason of each page that failed.

    Parameters
    ----------
    database : Database
    where : Where
        Which pages.
    recipes : Recipes

    Returns
    -------
    list of (str, str)
    """
    text, values = where.sql(recipes)
    rows = database.rows(
        f"SELECT name, failure FROM (SELECT e.* {text}) WHERE state = 'failed' ORDER BY id", values
    )
    return [(row["name"], row["failure"]) for row in rows]


def put_results(database: Database, folder: Path, results: Sequence[PageResult]) -> None:
    """Store results, all or nothing; see `Corpus.put_results`.

    Parameters
    ----------
    database : Database
    folder : Path
        Of the corpus.
    results : sequence of PageResult
    """
    rows = {result.page_id: _row(result) for result in results if result.counts is not None}
    with database.writing():
        forget_lost(database, folder, "bigram")
        embedded: dict[int, NDArray[np.float32]] = {}
        for result in results:
            if not database.run("SELECT 1 FROM page WHERE id = ?", (result.page_id,)).fetchone():
                continue
            _store(database, result)
            if result.page_id in rows and _made(database, result):
                embedded[result.page_id] = rows[result.page_id]
        if embedded:
            append(database, folder, "bigram", list(embedded), np.stack(list(embedded.values())))


def _row(result: PageResult) -> NDArray[np.float32]:
    """The vector of a result: square roots of its counts."""
    counts = np.asarray(result.counts, np.float64)
    if counts.shape != (DIMENSIONS["bigram"],) or not np.isfinite(counts).all() or (counts < 0).any():
        raise ValueError(f"the counts of page {result.page_id} are not {DIMENSIONS['bigram']} counts")
    return np.sqrt(counts).astype(np.float32)


def _store(database: Database, result: PageResult) -> None:
    """The reading or failure of a result."""
    if result.failure:
        by = result.read_by or result.embedded_by
        values = (result.failure, by, result.page_id)
        database.run("UPDATE page SET failure = ?, failed_by = ? WHERE id = ?", values)
        return
    database.run("UPDATE page SET failure = '', failed_by = '' WHERE id = ?", (result.page_id,))
    if result.reading is None:
        return
    given = "SELECT 1 FROM page WHERE id = ? AND read_by = ?"
    if database.run(given, (result.page_id, GIVEN)).fetchone():
        return
    readings.put(database, result.page_id, result.reading, kind="machine", recipe=result.read_by)


def _made(database: Database, result: PageResult) -> bool:
    """Store what was made of the reading, if that reading holds; whether it does."""
    made_of = result.embedded_digest or (digest(result.reading) if result.reading is not None else "")
    if not made_of:
        raise ValueError(f"of which reading the counts of page {result.page_id} are is not told")
    query = "SELECT 1 FROM page WHERE id = ? AND held_digest = ?"
    if not database.run(query, (result.page_id, made_of)).fetchone():
        return False
    database.run(
        "INSERT OR REPLACE INTO made (page, arrangement, thumbnail) VALUES (?1, ?2, "
        "coalesce(?3, (SELECT thumbnail FROM made WHERE page = ?1)))",
        (result.page_id, result.arrangement, result.thumbnail),
    )
    values = (result.embedded_by, made_of, result.page_id)
    database.run("UPDATE page SET embedded_by = ?, embedded_digest = ? WHERE id = ?", values)
    return True


def blobs(database: Database, pages: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Stored arrangements, one at a time, in the order of the pages given."""
    for page in pages:
        query = "SELECT arrangement FROM made WHERE page = ? AND arrangement IS NOT NULL"
        for row in database.rows(query, (page,)):
            yield page, row["arrangement"]


def thumbnail(database: Database, page: int) -> bytes:
    """The thumbnail of a page; b"" where there is none."""
    rows = database.rows("SELECT thumbnail FROM made WHERE page = ? AND thumbnail IS NOT NULL", (page,))
    return bytes(rows[0]["thumbnail"]) if rows else b""
