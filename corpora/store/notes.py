"""What scholars say of pages: tags and judgements, with who and when; nothing said is ever erased."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from zij.corpora.store.clock import now
from zij.corpora.store.database import Database
from zij.corpora.store.records import VERDICTS, Judgement, Recipes, Tag
from zij.corpora.store.where import Where
from zij.errors import UsageError

__all__ = [
    "all_judgements",
    "all_tags",
    "checked",
    "checked_tag",
    "judge_all",
    "tag_pages",
    "untag_pages",
]

_LONGEST_TAG = 100
_LONGEST_NOTE = 10_000


def tag_pages(database: Database, pages: Iterable[int], tag: str, *, table: str, who: str) -> int:
    """Put a tag on pages; see `Corpus.tag`.

    Parameters
    ----------
    database : Database
    pages : iterable of int
        Their numbers.
    tag : str
    table : str
        "t1" and so on; "" for the page.
    who : str

    Returns
    -------
    int
        How many had it not.
    """
    tag, at, count = checked_tag(tag), now(), 0
    with database.writing():
        for page in pages:
            made = database.run(
                "INSERT OR IGNORE INTO tag (page, part, tag, who, at) VALUES (?, ?, ?, ?, ?)",
                (page, table, tag, who, at),
            )
            count += made.rowcount
    return count


def untag_pages(database: Database, pages: Iterable[int], tag: str, *, table: str, who: str) -> int:
    """Take a tag away; see `Corpus.untag`.

    Parameters
    ----------
    database : Database
    pages : iterable of int
        Their numbers.
    tag : str
    table : str
        "t1" and so on; "" for the page.
    who : str

    Returns
    -------
    int
        How many had it.
    """
    tag, at, count = checked_tag(tag), now(), 0
    with database.writing():
        for page in pages:
            gone = database.run(
                "UPDATE tag SET removed_who = ?, removed_at = ? "
                "WHERE page = ? AND part = ? AND tag = ? AND removed_at = ''",
                (who, at, page, table, tag),
            )
            count += gone.rowcount
    return count


def checked_tag(tag: str) -> str:
    """A tag that can stand in lists and conditions.

    Raises
    ------
    UsageError
        If it is empty, too long, or has signs that part tags from each other.
    """
    tag = tag.strip()
    if not tag or len(tag) > _LONGEST_TAG or not tag.isprintable() or any(sign in tag for sign in ';,"*?'):
        raise UsageError(
            f"{tag[:_LONGEST_TAG]!r} cannot be a tag; use up to {_LONGEST_TAG} signs without , ; * ? and "
            "quotation marks."
        )
    return tag


def all_tags(database: Database, where: Where, recipes: Recipes) -> list[Tag]:
    """Tags that hold, by page, table and tag.

    Parameters
    ----------
    database : Database
    where : Where
        Of which pages.
    recipes : Recipes

    Returns
    -------
    list of Tag
    """
    query = "SELECT page, tag, part, who, at FROM tag WHERE removed_at = ''"
    text, values = where.sql(recipes)
    if where:
        query += f" AND page IN (SELECT e.id {text})"
    rows = database.rows(f"{query} ORDER BY page, part, tag", values if where else ())
    return [Tag(*row) for row in rows]


def judge_all(database: Database, judgements: Sequence[Judgement]) -> int:
    """Store judgements; see `Corpus.judge_all`."""
    at, count = now(), 0
    for said in judgements:
        checked(said)
    with database.writing():
        for said in judgements:
            low, high = sorted((said.a, said.b))
            # what holds for both ways is the same said either way; a part of b is not b part of a
            ends = (said.a, said.b) if said.verdict == "part" else (low, high)
            last = database.run(
                "SELECT a, b, verdict, note, who FROM judgement WHERE low = ? AND high = ? "
                "ORDER BY id DESC LIMIT 1",
                (low, high),
            ).fetchone()
            new = (*ends, said.verdict, said.note, said.who)
            if last is not None and tuple(last) == new:
                continue
            database.run(
                "INSERT INTO judgement (a, b, verdict, note, who, low, high, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*new, low, high, said.at or at),
            )
            count += 1
    return count


def checked(said: Judgement) -> Judgement:
    """A judgement that can be stored.

    Raises
    ------
    UsageError
        If its verdict or time is none, its note is too long, or both pages are one.
    """
    if said.verdict not in VERDICTS:
        raise UsageError(f"verdict {said.verdict!r} is not known; choose one of {', '.join(VERDICTS)}.")
    if said.a == said.b:
        raise UsageError("a page cannot be judged against itself; name two pages.")
    if len(said.note) > _LONGEST_NOTE:
        raise UsageError(f"a note has at most {_LONGEST_NOTE:,} signs; shorten it.")
    if said.at and not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?", said.at):
        raise UsageError(f"{said.at[:40]!r} is no time; write it as 2026-03-01T12:00:00Z.")
    return said


def all_judgements(database: Database, where: Where, recipes: Recipes, *, history: bool) -> list[Judgement]:
    """Judgements; see `Corpus.judgements`.

    Parameters
    ----------
    database : Database
    where : Where
        Of which pages.
    recipes : Recipes
    history : bool
        Whether those that were replaced are among them.

    Returns
    -------
    list of Judgement
    """
    query, tests = "SELECT a, b, verdict, note, who, at FROM judgement j", []
    if not history:
        tests.append("id = (SELECT max(k.id) FROM judgement k WHERE k.low = j.low AND k.high = j.high)")
    text, values = where.sql(recipes)
    if where:
        tests.append(f"(j.a IN (SELECT e.id {text}) OR j.b IN (SELECT e.id {text}))")
    if tests:
        query += f" WHERE {' AND '.join(tests)}"
    return [Judgement(*row) for row in database.rows(f"{query} ORDER BY id", values if where else ())]
