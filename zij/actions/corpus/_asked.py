"""The page that a search is asked for: a file, or a page of a corpus."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from zij.actions._inputs.references import reference
from zij.corpora.finding import query_of_page, query_of_reading
from zij.corpora.finding.report import Asked
from zij.corpora.store import Corpus, open_corpus
from zij.files import sha256

__all__ = ["asked_page"]


def asked_page(corpus: Corpus, page: str | Path, *, weights: str | Path | None, device: str) -> Asked:
    """The query that a page argument stands for, with its reading and picture.

    Parameters
    ----------
    corpus : Corpus
        In which is searched.
    page : path or str
        A file, `CORPUS#PAGE`, or the name of a page in `corpus`. An image that is in the corpus stands for
        its page there.
    weights : path or None
        Another digit network for an image.
    device : str
        On which an image is read.

    Raises
    ------
    ZijError
        If it cannot be read, or there is no such page.
    """
    named = reference(page)
    if named is None and Path(page).is_file():
        return _of_file(corpus, Path(page), weights, device)
    if named is None or named.folder.resolve() == corpus.folder.resolve():
        return _of_corpus(corpus, str(page) if named is None else named.name)
    with open_corpus(named.folder) as other:
        asked = _of_corpus(other, named.name)
    name = f"{named.folder.name}#{asked.query.name}"
    known = corpus.find(sha256=asked.sha256) if asked.sha256 else []
    return replace(asked, query=replace(asked.query, name=name, page_id=known[0].id if known else None))


def _of_corpus(corpus: Corpus, name: str | int) -> Asked:
    query = query_of_page(corpus, name)
    assert query.page_id is not None
    number = query.page_id
    return Asked(query, corpus.reading(number), corpus.thumbnail(number), corpus.page(number).sha256)


def _of_file(corpus: Corpus, path: Path, weights: str | Path | None, device: str) -> Asked:
    """A file as it is; an image that the corpus has processed already is not read again."""
    # torch and cv2 are loaded only where a file is read: a page of the corpus is found in a second
    from zij.actions._inputs.sources import chosen_device, corrected_page, is_pagexml
    from zij.corpora.processing.thumbnails import drawn_thumbnail, thumbnail
    from zij.tables.pagexml import as_written

    if is_pagexml(path):
        reading = as_written(corrected_page(path)[1])
        known = corpus.find(sha256=reading.sha256) if reading.sha256 else []
        query = query_of_reading(reading, path.stem, known[0].id if known else None)
        return Asked(query, reading, drawn_thumbnail(reading), reading.sha256)
    digest = sha256(path)
    known = corpus.find(sha256=digest)
    if known and known[0].state == "read" and weights is None:
        return _of_corpus(corpus, known[0].id)
    from zij.tables.digits.network import load_weights
    from zij.tables.read import read
    from zij.tables.scan.image import read_image

    image = read_image(path)
    found = read(image, weights=load_weights(weights), device=chosen_device(device))
    reading = as_written(found.reading)
    query = query_of_reading(reading, path.stem, known[0].id if known else None)
    return Asked(query, reading, thumbnail(image.pixels, reading.turn), digest)
