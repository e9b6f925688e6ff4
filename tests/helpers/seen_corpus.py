"""Corpora whose pages have the vectors and the metadata that a test wants, without a page being read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zij.corpora.store import Book, Metadata, NewPage, PageResult, Recipes, create_corpus
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

RECIPES = Recipes("read-1", "embed-1")


@dataclass(frozen=True)
class Wanted:
    """A page that a test wants; counts of None leave it unprocessed."""

    name: str
    counts: NDArray[np.float64] | None
    book: str = ""
    place: str = ""
    years: tuple[int, int] | None = None
    digits: int = 60
    table: bool = True
    tags: tuple[str, ...] = ()
    title: str = ""


def reading(name: str, digits: int, table: bool) -> Reading:
    """A reading with so many digits, in one cell or outside tables."""
    glyphs = tuple(Glyph(Box(10 + 8 * n, 10, 6, 10), str(n % 10)) for n in range(digits))
    box = Box(10, 10, 8 * max(digits, 1), 10)
    numbers = (Number(glyphs, "".join(glyph.text for glyph in glyphs), box),) if glyphs else ()
    width = 20 + 8 * digits
    if not table:
        return Reading(f"{name}.png", "", width, 40, (), numbers).with_ids()
    text = numbers[0].text if numbers else ""
    cell = Cell(0, 0, box, numbers, text, "read" if numbers else "empty")
    return Reading(f"{name}.png", "", width, 40, (Table(box, 1, 1, (cell,)),)).with_ids()


def picture(seed: int) -> bytes:
    """A small JPEG."""
    from PIL import Image

    pixels = np.random.default_rng(seed).integers(0, 255, (96, 64, 3)).astype(np.uint8)
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=60)
    return stream.getvalue()


def make_corpus(folder: Path, pages: Sequence[Wanted]) -> Path:
    """A corpus of these pages."""
    with create_corpus(folder) as corpus:
        corpus.use_recipes(RECIPES)
        corpus.set_books([Book(name) for name in sorted({page.book for page in pages} - {""})])
        added = corpus.add_pages([NewPage(f"file:{page.name}", page.name, page.book) for page in pages])
        fields, results = {}, []
        for n, (number, page) in enumerate(zip(added.ids, pages, strict=True)):
            first, last = page.years or (None, None)
            fields[number] = Metadata(title=page.title, place=page.place, year_from=first, year_to=last)
            if page.counts is None:
                continue
            made = reading(page.name, page.digits, page.table)
            by = {"read_by": RECIPES.read, "embedded_by": RECIPES.embed}
            results.append(PageResult(number, made, counts=page.counts, thumbnail=picture(n), **by))
            for tag in page.tags:
                corpus.tag([number], tag, who="a test")
        corpus.set_page_fields(fields)
        corpus.put_results(results)
    return folder


def families(
    number: int, size: int, *, seed: int = 0, digits: int = 300, misread: float = 0.03
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Counts of pages of so many tables, each copied so often with misreadings; and the table of each."""
    random = np.random.default_rng(seed)
    counts, labels = [], []
    for table in range(number):
        truth = random.multinomial(digits, random.dirichlet(np.full(110, 0.15)))
        for _ in range(size):
            lost = random.binomial(truth, misread)
            counts.append(truth - lost + random.multinomial(int(lost.sum()), np.full(110, 1 / 110)))
            labels.append(table)
    return np.array(counts, np.float64), np.array(labels, np.int64)


PLACES = ("Venice", "Paris", "Wittenberg")


def wanted(counts: NDArray[np.float64], size: int = 4) -> list[Wanted]:
    """Pages with these counts, in books of some pages, of three places and twenty years."""
    found = []
    for n, row in enumerate(counts):
        book = n // size
        year = 1500 + book % 20
        tags = ("solar",) if n % 5 == 0 else ()
        found.append(Wanted(f"p{n:03}", row, f"book {book:02}", PLACES[book % 3], (year, year), tags=tags))
    return found
