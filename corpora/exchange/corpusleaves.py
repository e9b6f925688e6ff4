"""A corpus on its way out: its pages as leaves, and what is known and said of them as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from zij.corpora.exchange.leaf import Leaf, base_name
from zij.tables.pagexml import as_written
from zij.tables.reading import Reading

if TYPE_CHECKING:
    from zij.corpora.store import Corpus, Page, Where

__all__ = ["NOTES", "corpus_leaves", "file_stems", "notes_of"]

NOTES = {
    "metadata.csv": "what is known of each page: book, place, date, where its image comes from",
    "tags.csv": "tags that people put on pages and tables, with who and when",
    "judgements.csv": "what people say of pairs of pages, with who and when",
}
"""The files beside the readings of a corpus."""


def corpus_leaves(corpus: Corpus, where: Where | None = None) -> tuple[list[Leaf], list[Page]]:
    """The pages of a corpus that have a reading, as leaves; and those that have none.

    The corpus must stay open as long as the leaves are used: they load their readings when they are asked.
    Images of different pages that share a file name are named after their pages.

    Parameters
    ----------
    corpus : Corpus
    where : Where, optional

    Returns
    -------
    (list of Leaf, list of Page)
    """
    pages = corpus.pages(where)
    stems = file_stems(page.name for page in pages)
    shared = _shared_names(pages)
    leaves: list[Leaf] = []
    for page in pages:
        if not page.source:
            continue
        name = ""
        if page.image.casefold() in shared:
            name = stems[page.name] + Path(page.image).suffix
        load = partial(_load, corpus, page, name)
        path = Path(f"{corpus.folder}#{page.name}")
        leaf = Leaf.of(stems[page.name], load(), path, corpus.image_file(page))
        leaves.append(replace(leaf, load=load, image_as=name))
    return leaves, [page for page in pages if not page.source]


def _load(corpus: Corpus, page: Page, image: str) -> Reading:
    reading = corpus.reading(page.id)
    assert reading is not None  # a reading that is there once is never taken away
    return as_written(
        replace(
            reading,
            image=image or page.image or base_name(reading.image),
            sha256=page.sha256 or reading.sha256,
        )
    )


def _shared_names(pages: Sequence[Page]) -> set[str]:
    """File names, in small letters, that images of different content have."""
    found: dict[str, set[str]] = {}
    for page in pages:
        found.setdefault(page.image.casefold(), set()).add(page.sha256 or page.key)
    return {name for name, images in found.items() if name and len(images) > 1}


def file_stems(names: Iterable[str]) -> dict[str, str]:
    """A stem for the files of each page, in the order given: its name with "_" for what no file name bears.

    Names that would be the same file on a system that does not tell capitals from small letters are numbered.
    """
    stems: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        stem = wanted = re.sub(r'[/\\:*?"<>|]', "_", name).strip(". ") or "page"
        number = 1
        while stem.casefold() in taken:
            number += 1
            stem = f"{wanted}-{number}"
        taken.add(stem.casefold())
        stems[name] = stem
    return stems


def notes_of(corpus: Corpus, where: Where | None = None) -> tuple[tuple[str, str], ...]:
    """Name and text of each file of `NOTES`, for these pages; tags and judgements only where there are any.

    A judgement is among them if both of its pages are.

    Parameters
    ----------
    corpus : Corpus
    where : Where, optional

    Returns
    -------
    tuple of (str, str)
    """
    from zij.corpora.store.overview import COLUMNS

    frame = corpus.frame(where)
    names = dict(zip(frame["id"].tolist(), frame["name"].tolist(), strict=True))
    stems = file_stems(names.values())
    columns = [column for column in COLUMNS if column not in ("id", "name")]
    rows = frame[columns].astype(object).where(frame[columns].notna(), "").itertuples(index=False)
    files = [
        ("metadata.csv", ["page", "file", *columns], [
            [name, stems[name], *row] for name, row in zip(names.values(), rows, strict=True)
        ]),
        ("tags.csv", ["page", "table", "tag", "who", "at"], [
            [names[tag.page], tag.table, tag.tag, tag.who, tag.at]
            for tag in corpus.tags(where)
        ]),
        ("judgements.csv", ["a", "b", "verdict", "note", "who", "at"], [
            [names[said.a], names[said.b], said.verdict, said.note, said.who, said.at]
            for said in corpus.judgements(where)
            if said.a in names and said.b in names
        ]),
    ]  # fmt: skip
    return tuple((name, _csv([header, *lines])) for name, header, lines in files if lines)


def _csv(rows: Iterable[Sequence[object]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()
