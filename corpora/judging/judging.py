"""How well similarities bring together what belongs together, in figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zij.corpora.judging.intervals import Interval, family_bootstrap
from zij.corpora.judging.measures import Measure
from zij.corpora.judging.protocol import SEEDS, NearestNeighbour, NeighbourFigures, book_split, page_split
from zij.corpora.judging.ranking import average_precision, recall_at
from zij.corpora.judging.truth import Truth

__all__ = ["FIRST", "MODES", "Figures", "Judged", "Mode", "QueryFigures", "chosen_queries", "judge"]

Mode = Literal["page-wise", "book-disjoint"]
MODES: tuple[Mode, ...] = ("page-wise", "book-disjoint")
"""Whether pages of the query's own book count among its neighbours."""
FIRST = 10
"""Pages from the top in which recall is counted."""

_NONE = NeighbourFigures(*[float("nan")] * 4)


@dataclass(frozen=True, slots=True)
class Figures:
    """One similarity, judged in one way.

    Attributes
    ----------
    measure : Measure
    mode : "page-wise" or "book-disjoint"
        Whether pages of the query's own book are ranked; whether pages or books are split in halves.
    queries : int
        Pages that something belongs to.
    precision, recall : Interval
        Mean average precision; mean recall among the first `FIRST`; with bootstrap over families.
    neighbours : NeighbourFigures
        Of the published nearest-neighbour protocol; NaN where families are not known.
    """

    measure: Measure
    mode: Mode
    queries: int
    precision: Interval
    recall: Interval
    neighbours: NeighbourFigures


@dataclass(frozen=True, slots=True)
class QueryFigures:
    """One query: its place among the pages, and by measure and mode its average precision and recall.

    Attributes
    ----------
    query : int
        Its place among the pages.
    mode : Mode
        "page-wise" or "book-disjoint".
    relevant : int
        How many pages belong to it.
    precision : tuple of float
    recall : tuple of float
        One a measure, 0 to 1.
    """

    query: int
    mode: Mode
    relevant: int
    precision: tuple[float, ...]
    recall: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """All figures: each measure page-wise, then each book-disjoint; and each query's.

    Attributes
    ----------
    figures : tuple of Figures
    queries : tuple of QueryFigures
    """

    figures: tuple[Figures, ...]
    queries: tuple[QueryFigures, ...]

    def of(self, measure: str, mode: Mode = "page-wise") -> Figures | None:
        """The figures of a measure by its name; None where it was not judged."""
        found = (f for f in self.figures if f.measure.name == measure and f.mode == mode)
        return next(found, None)


def chosen_queries(truth: Truth, most: int, *, seed: int = 0) -> NDArray[np.int64]:
    """The pages with which is searched: all, or so many by chance, in rising order.

    Pages that nothing belongs to are among them: in the nearest-neighbour protocol they can be taken for
    members of a family.

    Parameters
    ----------
    truth : Truth
    most : int
        How many; 0 for all.
    seed : int

    Returns
    -------
    (M,) ndarray of int64
        Places among the pages of the truth.
    """
    count = len(truth.pages)
    if most <= 0 or most >= count:
        return np.arange(count)
    return np.sort(np.random.default_rng([seed, 500]).choice(count, most, replace=False))


def judge(
    truth: Truth,
    measures: Sequence[Measure],
    queries: NDArray[np.int64],
    *,
    seeds: Sequence[int] = SEEDS,
    progress: Callable[[str, int, int], None] | None = None,
) -> Judged:
    """Rank all pages for each query by each measure, and count.

    Parameters
    ----------
    truth : Truth
    measures : sequence of Measure
    queries : (M,) ndarray of int64
        As `chosen_queries` gives them.
    seeds : sequence of int
        Of the splits of the nearest-neighbour protocol.
    progress : callable, optional

    Returns
    -------
    Judged
    """
    books = [page.book for page in truth.pages]
    splits = {
        "page-wise": [page_split(len(books), seed) for seed in seeds],
        "book-disjoint": [book_split(books, seed) for seed in seeds],
    }
    neighbours = {
        (measure.name, mode): NearestNeighbour(truth.labels, splits[mode])
        for measure in measures
        for mode in MODES
    }
    same_book = _same_book(books)
    found: list[QueryFigures] = []
    for done, query in enumerate(queries.tolist()):
        if progress is not None:
            progress("ranking pages", done, len(queries))
        scores = [measure.scores(query) for measure in measures]
        if truth.whole:
            for (_, counted), values in zip(
                neighbours.items(), [s for s in scores for _ in MODES], strict=True
            ):
                counted.add(query, values)
        relevant, ranked = truth.of(query)
        for mode, kept in zip(MODES, (ranked, ranked & ~same_book(query)), strict=True):
            if (relevant & kept).any():
                found.append(_figures(query, mode, scores, relevant[kept], kept))
    return Judged(
        tuple(
            _summed(measure, n, mode, found, truth.labels, neighbours[measure.name, mode], truth.whole)
            for mode in MODES
            for n, measure in enumerate(measures)
        ),
        tuple(found),
    )


def _same_book(books: Sequence[str]) -> Callable[[int], NDArray[np.bool_]]:
    names = np.array(books, dtype=object)

    def of(query: int) -> NDArray[np.bool_]:
        return np.asarray((names == books[query]) & bool(books[query]), bool)

    return of


def _figures(
    query: int, mode: Mode, scores: Sequence[NDArray[np.floating]], relevant: NDArray[np.bool_],
    kept: NDArray[np.bool_],
) -> QueryFigures:  # fmt: skip
    return QueryFigures(
        query, mode, int(relevant.sum()),
        tuple(average_precision(values[kept], relevant) for values in scores),
        tuple(recall_at(values[kept], relevant, FIRST) for values in scores),
    )  # fmt: skip


def _summed(
    measure: Measure, number: int, mode: Mode, found: Sequence[QueryFigures], labels: NDArray[np.int64],
    neighbours: NearestNeighbour, whole: bool,
) -> Figures:  # fmt: skip
    mine = [one for one in found if one.mode == mode]
    groups = labels[[one.query for one in mine]] if mine else np.zeros(0, np.int64)
    return Figures(
        measure, mode, len(mine),
        family_bootstrap(np.array([one.precision[number] for one in mine]), groups),
        family_bootstrap(np.array([one.recall[number] for one in mine]), groups),
        neighbours.figures() if whole else _NONE,
    )  # fmt: skip
