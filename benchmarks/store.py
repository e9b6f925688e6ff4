"""How fast a corpus is kept: readings to bytes and back, pages in, results in, vectors and conditions out.

    python benchmarks/store.py [--pages 10000] [--vectors 1000000]

Each page is a generated reading of 400 digits in 200 cells. Times are of one thread; the CPU's time stands
beside the clock's, as other programs may be at work.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from zij.corpora.store import NewPage, PageResult, Recipes, create_corpus, parse_where
from zij.corpora.store.codec import decode, digest, encode
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, Table


def page(seed: int) -> Reading:
    """A table of 20 rows and 10 columns with two digits in each cell."""
    chance = np.random.default_rng(seed)
    cells = []
    for place in range(200):
        row, column = divmod(place, 10)
        x, y = 90.0 + 61.3 * column, 120.0 + 44.7 * row
        glyphs = tuple(
            Glyph(
                Box(round(x + 20 * n, 1), round(y, 1), 17.5, 28.2),
                str(chance.integers(10)),
                round(float(chance.uniform(0.9, 1)), 4),
                ((str(chance.integers(10)), round(float(chance.uniform(0, 0.1)), 4)),),
            )
            for n in range(2)
        )
        text, box = "".join(glyph.text for glyph in glyphs), Box(x, y, 40.0, 28.2)
        cells.append(Cell(row, column, box, (Number(glyphs, text, box),), text, "read"))
    table = Table(Box.hull(cell.box for cell in cells), 20, 10, tuple(cells), 0.97)
    return Reading(
        "p.png", f"{seed:064}", 900, 1200, (table,), model="digits", parameters=(("lower", "0.5"),)
    ).with_ids()


@contextmanager
def timed(what: str, count: int) -> Iterator[None]:
    """Print how long a block takes for each of `count` things."""
    clock, cpu = time.perf_counter(), time.process_time()
    yield
    clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
    print(f"{what:<44} {1000 * clock / count:9.3f} ms {1000 * cpu / count:9.3f} ms CPU   ({clock:.2f} s)")


def readings(folder: Path, pages: int) -> None:
    """Pages with readings: in, embedded, and out again."""
    few = [page(seed) for seed in range(20)]
    blobs = [encode(reading) for reading in few]
    print(f"a reading of 400 digits: {np.mean([len(blob) for blob in blobs]):,.0f} bytes")
    with timed("encode", 100):
        for n in range(100):
            encode(few[n % 20])
    with timed("decode", 100):
        for n in range(100):
            decode(blobs[n % 20])
    with create_corpus(folder) as corpus:
        many = [replace(few[n % 20], sha256=f"{n:064}") for n in range(pages)]
        with timed(f"add_pages, {pages:,} pages with readings", pages):
            for first in range(0, pages, 200):
                corpus.add_pages(
                    [
                        NewPage(f"k{n}", f"p{n}", f"b{n % 99}", reading=many[n])
                        for n in range(first, min(first + 200, pages))
                    ]
                )
        waiting = corpus.work(Recipes("r", "e"))
        made = [
            PageResult(
                work.page_id, counts=np.ones(110), arrangement=bytes(1500), thumbnail=bytes(3000),
                embedded_by="e", embedded_digest=digest(many[work.page_id - 1]),
            )
            for work in waiting
        ]  # fmt: skip
        with timed("put_results, batches of 100", pages):
            for first in range(0, pages, 100):
                corpus.put_results(made[first : first + 100])
        with timed("readings, one after the other", 500):
            for _ in corpus.readings(range(1, 501)):
                pass
        with timed("frame of all pages", 1):
            corpus.frame()
        with timed("count of a condition", 1):
            corpus.count(parse_where(["name=p1*", "digits=100-"]))


def vectors(folder: Path, count: int) -> None:
    """Which slot is whose, for many vectors."""
    with create_corpus(folder) as corpus:
        stored = corpus._database
        columns = "id, key, name, last, embedded_by, embedded_digest, held_digest"
        with stored.writing():
            pages = ((n, f"k{n}", f"p{n}", f"p{n}", "e", "d", "d") for n in range(1, count + 1))
            stored.run_all(f"INSERT INTO page ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", pages)
            slots = ((n, n + 1) for n in range(count))
            stored.run_all("INSERT INTO vector VALUES ('bigram', ?, ?, 1.0)", slots)
        path = folder / "vectors" / "bigram.f32"
        path.parent.mkdir()
        with path.open("wb") as stream:
            stream.truncate(count * 440)
        with timed(f"vectors(), {count:,} pages", 1):
            corpus.vectors()


def main() -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--vectors", type=int, default=1_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        readings(Path(scratch) / "pages", asked.pages)
        vectors(Path(scratch) / "vectors", asked.vectors)


if __name__ == "__main__":
    main()
