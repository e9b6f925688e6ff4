"""What processes of their own do to a corpus in tests of safety."""

from __future__ import annotations

from dataclasses import replace
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
from kept_corpus import RECIPES, result
from made_collection import collection

from zij.corpora.store import Corpus, NewPage, PageResult, create_corpus, open_corpus

FULL = collection()["full"].with_ids()


def page(number: int) -> NewPage:
    """A page without a reading."""
    return NewPage(f"file:{number}", f"p{number}", f"book {number % 3}")


def outcome(number: int) -> PageResult:
    """What reading and embedding a page gives; its counts are its number."""
    reading = replace(FULL, sha256=f"{number:064}")
    made = result(number, reading, new=True)
    return replace(made, counts=np.full(110, float(number)))


def add(folder: str, start: int, stop: int, started: Event) -> None:
    """Add pages in batches of five."""
    with create_corpus(folder) as corpus:
        started.set()
        for first in range(start, stop, 5):
            corpus.add_pages([page(number) for number in range(first, min(first + 5, stop))])


def process(folder: str, started: Event) -> None:
    """Do what is to be done, in batches of five."""
    with open_corpus(folder) as corpus:
        waiting = [work.page_id for work in corpus.work(RECIPES)]
        started.set()
        for first in range(0, len(waiting), 5):
            corpus.put_results([outcome(number) for number in waiting[first : first + 5]])


def tag(folder: str, who: str, started: Event) -> None:
    """Put tags on pages, one after the other, and judge them."""
    with open_corpus(folder) as corpus:
        started.set()
        for number in range(1, 41):
            corpus.tag([number], f"{who}-{number}", who=who)
            corpus.judge(number, number + 1, "same", who=who, note=who)


def sound(corpus: Corpus) -> None:
    """Fail unless all that is committed is whole and fits together."""
    stored = corpus._database
    assert [row[0] for row in stored.rows("PRAGMA integrity_check")] == ["ok"]
    assert stored.rows("PRAGMA foreign_key_check") == []
    found = corpus.vectors()
    ids = found.ids.tolist()
    assert len(set(ids)) == len(ids)
    assert np.allclose(np.square(found.matrix[found.rows]), found.ids[:, None])
    embedded = [row["id"] for row in stored.rows("SELECT id FROM page WHERE embedded_by <> ''")]
    assert sorted(ids) == embedded
    for number, reading in corpus.readings(ids):
        assert reading == replace(FULL, sha256=f"{number:064}")
        assert corpus.thumbnail(number) == f"picture {number}".encode()


def content(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that a corpus holds, but for times and the order in which readings and slots were given out."""
    with open_corpus(folder) as corpus:
        sound(corpus)
        stored = corpus._database
        queries = {
            "page": "SELECT id, key, name, book, held_digest, source, tables, digits, read_by, embedded_by, "
            "embedded_digest, failure FROM page ORDER BY id",
            "reading": "SELECT page, kind, recipe, digest, body FROM reading ORDER BY page, kind",
            "vector": "SELECT page, norm FROM vector WHERE page IS NOT NULL ORDER BY page",
            "made": "SELECT * FROM made ORDER BY page",
            "book": "SELECT * FROM book ORDER BY id",
        }
        return {name: [tuple(row) for row in stored.rows(query)] for name, query in queries.items()}
