"""What a search asks and what it finds, as plain records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.corpora.store.records import Judgement
from zij.similarity.arrangement import Arrangement, ArrangementMatch

__all__ = ["Coverage", "Hit", "Hits", "Query", "Recall", "Said", "Through"]

DUPLICATE = 0.9
"""Corrected agreement, and share of either page's numbers, from which on two pages are near duplicates."""


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A page to search for.

    Attributes
    ----------
    name : str
    vector : (110,) ndarray
        Square roots of its counts.
    arrangement : Arrangement or None
        None where it is not known, so that nothing can be checked with it.
    page_id : int or None
        Its number in the corpus, for it is not to find itself; None for a page from elsewhere.
    """

    name: str
    vector: NDArray[np.floating]
    arrangement: Arrangement | None = None
    page_id: int | None = None

    @property
    def empty(self) -> bool:
        """Whether it has no digits, so that nothing is like it."""
        return not np.any(self.vector > 0)


@dataclass(frozen=True, slots=True)
class Through:
    """A page that has a part in common with the query, and another part with a hit.

    Attributes
    ----------
    page_id : int
    name : str
    match : ArrangementMatch
        That page as a, the hit as b.
    score : float
        Product of the scores of both matches.
    """

    page_id: int
    name: str
    match: ArrangementMatch
    score: float


@dataclass(frozen=True, slots=True)
class Said:
    """What people said of a hit.

    Attributes
    ----------
    tags : tuple of str
        On the page or one of its tables.
    judgement : Judgement or None
        Of the hit beside the query.
    """

    tags: tuple[str, ...] = ()
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that was found.

    Attributes
    ----------
    rank : int
        From 1.
    page_id : int
    name : str
    similarity : float
        Cosine of the embeddings, 0 to 1.
    match : ArrangementMatch or None
        The query's page as a, the hit as b; None where it was not checked, or has no table to check.
    through : Through or None
        Where the two have no part in common, a page that has one with each: the hit may be another part of
        the query's table.
    said : Said
        By people; nothing where it was not looked up.
    """

    rank: int
    page_id: int
    name: str
    similarity: float
    match: ArrangementMatch | None = None
    through: Through | None = None
    said: Said = Said()

    @property
    def arrangement(self) -> float | None:
        """The score of the check by arrangement; None where it was not checked."""
        return self.match.score if self.match is not None else None

    @property
    def shares(self) -> bool:
        """Whether a part of a table stands on both pages."""
        return self.match is not None and self.match.score > 0

    @property
    def proof(self) -> float:
        """The score of the check, or, where that found nothing, through another page; 0 without either."""
        return self.arrangement or (self.through.score if self.through is not None else 0.0)

    @property
    def near_duplicate(self) -> bool:
        """Whether nearly all numbers of both pages are the same, in the same places."""
        found = self.match
        return (
            found is not None
            and not found.transposed
            and min(found.score, found.share_a, found.share_b) >= DUPLICATE
        )


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where was searched, and where was not.

    Attributes
    ----------
    pages : int
        Pages of the corpus that fulfil the conditions; the query itself is not counted.
    searched : int
        Those that were compared.
    without_digits : int
        Processed, but no digit was found on them, so that they cannot be found either.
    failed, waiting : int
        Could not be processed; are not processed yet.
    with_table : int
        Of those searched, the ones with a table.
    """

    pages: int
    searched: int
    without_digits: int
    failed: int
    waiting: int
    with_table: int


@dataclass(frozen=True, slots=True)
class Recall:
    """How many of the true nearest pages an approximate index finds, measured on this corpus.

    Attributes
    ----------
    k : int
        How many nearest pages were asked for.
    queries : int
        Pages of the corpus with which that was measured.
    share : float
        Of the pages that exact search finds, 0 to 1.
    """

    k: int
    queries: int
    share: float


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found for one query.

    Attributes
    ----------
    hits : tuple of Hit
        In order of rank.
    coverage : Coverage
    checked : int
        How many pages were checked by arrangement.
    recall : Recall or None
        Of the approximate index; None where the search was exact.
    remarks : tuple of str
        What else is to be known: why a search was exact after all, or an index was not kept.
    """

    hits: tuple[Hit, ...]
    coverage: Coverage
    checked: int = 0
    recall: Recall | None = None
    remarks: tuple[str, ...] = ()

    @property
    def sharing(self) -> int:
        """How many hits share a part of a table with the query."""
        return sum(hit.shares for hit in self.hits)

    def _repr_html_(self) -> str:
        """The hits with what they share, for notebooks."""
        from zij.corpora.finding.inline import hits_html

        return hits_html(self)
