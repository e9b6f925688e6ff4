"""A small corpus with a bit of everything, and results of processing made from nothing but a number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from made_collection import collection, write_collection

from zij.corpora.store import Book, Corpus, Metadata, Missed, NewPage, PageResult, Recipes, create_corpus
from zij.corpora.store.codec import digest
from zij.files import sha256
from zij.tables.reading import Reading

RECIPES = Recipes("read-1", "embed-1")


def new_pages(folder: Path) -> list[NewPage]:
    """The four pages of the collection, with their images in a folder and readings by the machine."""
    made = collection()
    pages = []
    for number, stem in enumerate(sorted(made), 1):
        reading = made[stem].with_ids()
        image = folder / reading.image
        fields = Metadata(date="1545", year_from=1545, year_to=1545) if stem == "full" else Metadata()
        pages.append(
            NewPage(
                f"file:{stem}", stem, book="almanac", sequence=number, file=image, sha256=sha256(image),
                width=reading.width, height=reading.height, rights="CC0", reading=reading, fields=fields,
            )
        )  # fmt: skip
    return pages


def result(page: int, reading: Reading, *, new: bool = False, recipes: Recipes = RECIPES) -> PageResult:
    """What processing could give for a page: counts that are the page's number everywhere."""
    return PageResult(
        page,
        reading if new else None,
        read_by=recipes.read,
        counts=np.full(110, float(page)),
        arrangement=None,
        thumbnail=f"picture {page}".encode(),
        embedded_by=recipes.embed,
        embedded_digest=digest(reading),
    )


def processed(corpus: Corpus, recipes: Recipes = RECIPES) -> None:
    """Embed all that waits for it."""
    waiting = [work.page_id for work in corpus.work(recipes)]
    corpus.put_results([result(page, reading, recipes=recipes) for page, reading in corpus.readings(waiting)])


def small_corpus(folder: Path) -> Path:
    """A corpus in `folder/corpus` of four processed pages whose images lie in `folder/read`."""
    images = write_collection(folder / "read")
    with create_corpus(folder / "corpus") as corpus:
        corpus.add_pages(new_pages(images))
        place = Metadata(title="Almanach", place="Köln", date="1540-1550", year_from=1540, year_to=1550)
        corpus.set_books([Book("almanac", place)])
        corpus.missed([Missed("list.txt", "gone.png", "there is no such file")])
        processed(corpus)
    return folder / "corpus"
