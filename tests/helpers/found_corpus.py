"""A small corpus in which it is known what a search must find."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from made_arrangements import Table, chords, misread, numbers

from zij.corpora.store import Corpus, Metadata, NewPage, PageResult, Recipes, create_corpus
from zij.corpora.store.codec import digest
from zij.similarity.arrangement import arrangement
from zij.similarity.sparse import embed_reading
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Number, Reading
from zij.tables.reading import Table as ReadTable

__all__ = ["EMBED", "LONG", "PAGES", "add", "made_corpus", "printed", "process"]

EMBED = "features 1"
LONG = chords(60)
"""The table that the pages of one family print, or parts of it."""


def printed(table: Table, name: str) -> Reading:
    """The reading of a page with one table; none where the table is empty."""
    cells = []
    for (row, column), value in np.ndenumerate(table):
        if value >= 0:
            box = Box(40.0 + 60 * column, 40.0 + 22 * row, 9.0 * len(str(value)), 16.0)
            number = Number((), str(value), box)
            cells.append(Cell(row, column, box, (number,), str(value), "read", 0.9))
    rows, columns = table.shape
    tables = (ReadTable(Box.hull(c.box for c in cells), rows, columns, tuple(cells)),) if cells else ()
    width, height = 100 + 60 * columns, 100 + 22 * rows
    return Reading(f"{name}.png", name.ljust(64, "0")[:64], width, height, tables, digit_height=16).with_ids()


def shuffled(table: Table) -> Table:
    """The same numbers in other places."""
    return np.asarray(np.random.default_rng(0).permutation(table.ravel()).reshape(table.shape))


PAGES: dict[str, Table] = {
    "first": LONG[:40],
    "trap": shuffled(LONG[:40]),
    "copy": misread(LONG[:40], 0.04, seed=1),
    "part": LONG[10:30, 1:],
    "whole": LONG,
    "end": LONG[40:],
    "other": numbers(40, 7, seed=2),
    "blank": np.zeros((0, 0), np.int64),
}
"""Pages by name; of `end` no number stands on `first`, but both stand on `whole`."""


def new_page(name: str, table: Table, *, book: str = "", date: int | None = None) -> NewPage:
    """A page with its reading, to be added."""
    reading = printed(table, name)
    return NewPage(
        f"file:{name}", name, book, reading=reading, width=reading.width, height=reading.height,
        sha256=reading.sha256, fields=Metadata(date=str(date or ""), year_from=date, year_to=date),
    )  # fmt: skip


def add(corpus: Corpus, name: str, table: Table) -> int:
    """Add a page with its reading; its number."""
    return corpus.add_pages([new_page(name, table)]).ids[0]


def process(corpus: Corpus, *pages: int) -> None:
    """Store what processing would."""
    corpus.put_results(
        [
            PageResult(
                number, counts=embed_reading(reading).counts, arrangement=arrangement(reading).to_bytes(),
                embedded_by=EMBED, embedded_digest=digest(reading),
            )
            for number, reading in corpus.readings(pages)
        ]
    )  # fmt: skip


def made_corpus(folder: Path) -> Path:
    """All of `PAGES` processed, and then one page that failed and two that wait."""
    pages = [
        new_page(name, table, book=f"book {place % 2}", date=1500 + 10 * place)
        for place, (name, table) in enumerate(PAGES.items())
    ]
    others = [NewPage("file:bad", "bad"), new_page("waiting", LONG[:30]), NewPage("file:new", "new")]
    with create_corpus(folder) as corpus:
        ids = corpus.add_pages([*pages, *others]).ids
        process(corpus, *ids[: len(pages)])
        corpus.put_results([PageResult(ids[len(pages)], failure="cannot be read.", read_by="model 1")])
        corpus.use_recipes(Recipes("model 1", EMBED))
    return folder
