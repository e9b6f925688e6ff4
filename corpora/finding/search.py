"""Search in a corpus: the most similar pages, the first of them checked by arrangement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from zij.corpora.finding.approximate import approximate_index
from zij.corpora.finding.exact import Nearest, cosines, nearest
from zij.corpora.finding.records import Coverage, Hit, Hits, Query, Recall, Through
from zij.corpora.store import Corpus, Where, parse_where
from zij.errors import UsageError
from zij.similarity.arrangement import Arrangement, ArrangementMatch, Prepared, compare_prepared, prepare

__all__ = ["CHECK", "Searcher", "search"]

CHECK = 100
"""How many of the most similar pages are checked by arrangement."""
LINKS = 2
"""Hits whose own partners are looked for."""
PARTNERS = 60
"""How many of the pages most similar to such a hit are checked against it."""
LEAST_LINK = 0.3
"""Score from which on a hit can lead to others."""
MOST_SHARED = 0.9
"""Share of its numbers that such a hit may have in common with the query: beyond that it can add nothing."""

KEPT = 2000
"""Pages whose arrangement is kept prepared between searches, some 30 kB each."""


def search(
    corpus: Corpus,
    query: Query,
    *,
    k: int = 20,
    where: Where | None = None,
    check: int = CHECK,
    approximate: bool = False,
) -> Hits:
    """The pages that are most like a page; see `Searcher.search`. For several queries make one `Searcher`.

    Parameters
    ----------
    corpus : Corpus
    query : Query
        The page to search with.
    k : int
        How many hits.
    where : Where, optional
        Only these pages.
    check : int
        How many of the most similar are checked by arrangement.
    approximate : bool
        Whether the approximate index is asked.

    Returns
    -------
    Hits
    """
    return Searcher(corpus, where=where).search(query, k=k, check=check, approximate=approximate)


class Searcher:
    """Searches in the pages of a corpus as they are now, among those that fulfil some conditions.

    Parameters
    ----------
    corpus : Corpus
        Stays open as long as it is searched.
    where : Where, optional
        Which pages may be found.
    """

    def __init__(self, corpus: Corpus, *, where: Where | None = None) -> None:
        self.corpus = corpus
        self.where = where or Where()
        self.vectors = corpus.vectors()
        self.ids = np.array(corpus.ids(where), np.int64)
        self.allowed = np.isin(self.vectors.slots, self.ids) if where else None
        self._prepared: dict[int, Prepared] = {}

    def search(self, query: Query, *, k: int = 20, check: int = CHECK, approximate: bool = False) -> Hits:
        """The `k` pages that are most like a page.

        The `check` most similar pages are checked by arrangement. Those that share a part of a table with
        the query come first, in the order of their score; among them those that share one with such a page
        (`Through`), in the order of the product of both scores. All others follow in the order of their
        similarity. For the check proves something where it finds something, as it is corrected for chance;
        where it finds nothing, as on a page without a table, similarity is all that is known. Pages that are
        alike in everything stand in the order of their numbers.

        Parameters
        ----------
        query : Query
            If it is a page of the corpus, it is not found itself.
        k : int
            At least 1.
        check : int
            0: nothing is checked.
        approximate : bool
            Take the approximate index; it is made where there is none or it is out of date.

        Raises
        ------
        UsageError
            If `k` or `check` cannot be right, or the package for an approximate index is missing.
        """
        if k < 1 or check < 0:
            raise UsageError(f"{k} hits, {check} checked: ask for 1 hit or more, 0 or more to be checked.")
        if query.empty:
            return Hits((), self.coverage(query))
        near, recall, remarks = self._nearest(query, max(k, check), approximate)
        similarities = dict(zip(near.ids.tolist(), near.similarities.tolist(), strict=True))
        matches = self._matches(query.arrangement, list(similarities)[:check])
        through = linked(self, query, matches) if check else {}
        similarities |= self._similarities(query, [page for page in through if page not in similarities])
        hits = [
            Hit(0, page, "", similarity, matches.get(page), through.get(page))
            for page, similarity in similarities.items()
        ]
        hits.sort(key=lambda hit: (-hit.proof, -hit.similarity, hit.page_id))
        return Hits(
            tuple(
                replace(hit, rank=rank, name=self.corpus.page(hit.page_id).name)
                for rank, hit in enumerate(hits[:k], 1)
            ),
            self.coverage(query), len(matches), recall, remarks,
        )  # fmt: skip

    def nearest(self, vectors: NDArray[np.floating], k: int) -> list[Nearest]:
        """The `k` most similar pages to each of some vectors, (Q, 110), found exactly and unchecked."""
        held = self.vectors
        return nearest(held.matrix, held.norms, held.slots, vectors, k, allowed=self.allowed)

    def coverage(self, query: Query | None = None) -> Coverage:
        """Where is searched and where is not; without the query's own page."""
        itself = {query.page_id} if query is not None else set()
        pages, digits, embedded, failed, tables = (found - itself for found in self._kinds)
        return Coverage(
            pages=len(pages),
            searched=len(digits),
            without_digits=len(embedded) - len(digits),
            failed=len(failed),
            waiting=len(pages) - len(embedded) - len(failed),
            with_table=len(tables),
        )

    @cached_property
    def _kinds(self) -> tuple[set[int | None], ...]:
        """Pages: all; with a vector that has a length; with any vector; failed; searched with a table."""
        pages: set[int | None] = set(self.ids.tolist())
        held = self.vectors
        digits = pages.intersection(held.slots[(held.norms > 0) & (held.slots >= 0)].tolist())
        embedded = pages.intersection(held.ids.tolist())
        failed = pages.intersection(self._which("state=failed")) - embedded
        return pages, digits, embedded, failed, digits.intersection(self._which("table=yes"))

    def _which(self, condition: str) -> list[int]:
        return list(self.corpus.ids(Where(self.where.conditions + parse_where([condition]).conditions)))

    def _nearest(
        self, query: Query, k: int, approximate: bool
    ) -> tuple[Nearest, Recall | None, tuple[str, ...]]:
        """The nearest pages without the query's own, how they were found, and remarks."""
        more = k + (query.page_id is not None)
        recall: Recall | None = None
        remarks: tuple[str, ...] = ()
        if approximate and not self.where:
            index = approximate_index(self.corpus, self.vectors, more)
            found, recall, remarks = index.nearest(query.vector, more), index.recall, index.remarks
        else:
            (found,) = self.nearest(np.asarray(query.vector)[None], more)
            if approximate:
                remarks = ("with conditions the search is exact, for the index cannot leave pages out",)
        kept = np.flatnonzero(found.ids != (query.page_id if query.page_id is not None else -1))[:k]
        return Nearest(found.ids[kept], found.similarities[kept]), recall, remarks

    def _similarities(self, query: Query, pages: Sequence[int]) -> dict[int, float]:
        """Cosines of some pages."""
        rows = np.array([np.flatnonzero(self.vectors.slots == page)[0] for page in pages], np.int64)
        vector = np.asarray(query.vector, np.float64)
        found = cosines(self.vectors.matrix, rows, vector / np.linalg.norm(vector))
        return dict(zip(pages, found.tolist(), strict=True))

    def _matches(self, itself: Arrangement | None, pages: Sequence[int]) -> dict[int, ArrangementMatch]:
        """The check of a page against those of the pages that have numbers in tables."""
        if itself is None or not len(itself):
            return {}
        first = prepare(itself)
        others = self._arranged(pages)
        return {page: compare_prepared(first, others[page]) for page in pages if page in others}

    def _arranged(self, pages: Sequence[int]) -> dict[int, Prepared]:
        """Those of the pages that have numbers in tables, prepared; kept for the next search."""
        new = [page for page in pages if page not in self._prepared]
        if len(self._prepared) + len(new) > KEPT:
            self._prepared, new = {}, list(pages)
        for page, found in self.corpus.arrangements(new):
            if len(found):
                self._prepared[page] = prepare(found)
        return self._prepared


def linked(searcher: Searcher, query: Query, matches: dict[int, ArrangementMatch]) -> dict[int, Through]:
    """Pages that share a part with a page that shares another with the query.

    Looked for are the partners of at most `LINKS` hits that hold more of the table than the query does.
    """
    links = [
        page for page, match in matches.items() if match.score >= LEAST_LINK and match.share_b <= MOST_SHARED
    ]
    links.sort(key=lambda page: (-matches[page].score * (1 - matches[page].share_b), page))
    found: dict[int, Through] = {}
    for link in links[:LINKS]:
        known = {page for page, match in matches.items() if match.score > 0} | {query.page_id, link}
        vector = searcher.vectors.matrix[np.flatnonzero(searcher.vectors.slots == link)[0]]
        (near,) = searcher.nearest(vector[None], PARTNERS + len(known))
        partners = [page for page in near.ids.tolist() if page not in known][:PARTNERS]
        for itself in dict(searcher.corpus.arrangements([link])).values():
            for page, match in searcher._matches(itself, partners).items():
                score = matches[link].score * match.score
                if score > 0 and (page not in found or found[page].score < score):
                    found[page] = Through(link, searcher.corpus.page(link).name, match, score)
    return found
