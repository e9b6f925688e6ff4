"""Pages to search for: from the corpus, or from elsewhere."""

from __future__ import annotations

import numpy as np

from zij.corpora.finding.records import Query
from zij.corpora.store import Corpus, Vectors
from zij.errors import InputError
from zij.similarity.arrangement import arrangement
from zij.similarity.sparse import embed_reading
from zij.tables.reading import Reading

__all__ = ["query_of_page", "query_of_reading"]


def query_of_reading(reading: Reading, name: str, page_id: int | None = None) -> Query:
    """A query made of a reading.

    Parameters
    ----------
    reading : Reading
    name : str
        What it is called in the results.
    page_id : int, optional
        Number of the page, where it is one of the corpus.

    Returns
    -------
    Query
    """
    return Query(name, embed_reading(reading).vector, arrangement(reading), page_id)


def query_of_page(corpus: Corpus, page: str | int, vectors: Vectors | None = None) -> Query:
    """A query made of a page of the corpus, by its name or number.

    What processing stored is taken; a page that has a reading and was not embedded yet is embedded on the
    spot.

    Parameters
    ----------
    corpus : Corpus
    page : str or int
    vectors : Vectors, optional
        Those of the corpus, where they are at hand.

    Returns
    -------
    Query

    Raises
    ------
    InputError
        If there is no such page, or it was not read yet.
    """
    found = corpus.page(page)
    vectors = vectors if vectors is not None else corpus.vectors()
    row = np.flatnonzero(vectors.slots == found.id)
    if found.state == "read" and len(row):
        stored = dict(corpus.arrangements([found.id]))
        return Query(found.name, np.array(vectors.matrix[row[0]]), stored.get(found.id), found.id)
    reading = corpus.reading(found.id)
    if reading is None:
        what = f"could not be read ({found.failure})" if found.failure else "was not read yet"
        raise InputError(f"{corpus.folder}#{found.name}: {what}; run zij corpus process.")
    return query_of_reading(reading, found.name, found.id)
