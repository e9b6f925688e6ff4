"""What is judged: five ways to say how alike two pages are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.corpora.finding import CHECK, Searcher, query_of_page
from zij.corpora.store import Corpus, Page

__all__ = ["Measure", "arranged", "bigrams", "digit_counts", "random_vectors"]

_PROVED = 2.0  # lifts a page above all of which nothing is proved: cosines lie between 0 and 1
_STEP = 1e6  # a cosine decides only where proofs differ by less than a millionth
_FOUND = 3  # hits asked for, in checked pages: search finds others through them, but never so many

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """A similarity of pages.

    Attributes
    ----------
    name : str
        In tables: arrangement, bigram, digits, vgg or random.
    title : str
        In figures.
    words : str
        What it is, in a sentence.
    scores : callable
        From the place of a page among those judged to its scores with all of them, (n,); the larger the more
        alike.
    """

    name: str
    title: str
    words: str
    scores: Callable[[int], Floats]


def bigrams(corpus: Corpus, pages: Sequence[Page]) -> Measure:
    """Cosine of the bigram embeddings, as search has it without the check."""
    vectors = np.zeros((len(pages), 110))
    place = {page.id: n for n, page in enumerate(pages)}
    stored = corpus.vectors()
    for row, page in zip(stored.rows.tolist(), stored.ids.tolist(), strict=True):
        if page in place:
            vectors[place[page]] = stored.matrix[row]
    return Measure(
        "bigram", "bigram embedding", "cosine of square roots of 110 counts of digits and pairs of digits",
        _cosines(vectors),
    )  # fmt: skip


def arranged(corpus: Corpus, pages: Sequence[Page], plain: Measure, *, check: int = CHECK) -> Measure:
    """The order in which search gives pages, with its check by arrangement.

    Parameters
    ----------
    corpus : Corpus
    pages : sequence of Page
    plain : Measure
        `bigrams` of the same pages: what search has proved nothing of stands in its order.
    check : int
        How many of the most similar pages are checked.

    Returns
    -------
    Measure
    """
    searcher = Searcher(corpus)
    place = {page.id: n for n, page in enumerate(pages)}

    def scores(query: int) -> Floats:
        found = plain.scores(query)
        page = pages[query]
        if not found[query]:  # not processed, or without digits: nothing is like it
            return found
        asked = query_of_page(corpus, page.id, searcher.vectors)
        for hit in searcher.search(asked, k=_FOUND * check, check=check).hits:
            if hit.proof > 0 and hit.page_id in place:
                found[place[hit.page_id]] += _PROVED + hit.proof * _STEP
        return found

    return Measure(
        "arrangement", "with arrangement check",
        f"the order that search gives: its first {check} pages checked for numbers in corresponding places",
        scores,
    )  # fmt: skip


def digit_counts(corpus: Corpus, pages: Sequence[Page]) -> Measure:
    """Cosine of square roots of how often each digit stands on a page, (10,)."""
    counts = np.zeros((len(pages), 10))
    place = {page.id: n for n, page in enumerate(pages)}
    for page, reading in corpus.readings(list(place)):
        digits = [int(glyph.text) for glyph in reading.glyphs() if glyph.is_digit]
        counts[place[page]] = np.bincount(np.array(digits, np.int64), minlength=10)
    words = "cosine of square roots of the counts of the ten digits"
    return Measure("digits", "digit counts", words, _cosines(np.sqrt(counts)))


def random_vectors(pages: Sequence[Page], *, seed: int = 0) -> Measure:
    """Cosine of vectors drawn by chance: what a ranking without any knowledge reaches."""
    vectors = np.random.default_rng([seed, 110]).standard_normal((len(pages), 110))
    return Measure("random", "random vectors", "cosine of vectors drawn by chance", _cosines(vectors))


def _cosines(vectors: Floats) -> Callable[[int], Floats]:
    """Cosines of one row with all; 0 with rows that are all zero."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(norms > 0, norms, 1.0)

    def scores(query: int) -> Floats:
        return np.asarray(unit @ unit[query])

    return scores
