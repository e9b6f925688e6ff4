"""The published nearest-neighbour protocol: is a page's nearest neighbour of its own kind?

For each of ten fixed seeds the pages are split in halves by chance. A page of the second half counts as of a
family if the nearest page of that family in the first half is at least as near as the nearest other page
there. Recall is the share of the families' pages in the second half that are so found; it alone is published
(Eberle et al., Science Advances 10, 2024, doi:10.1126/sciadv.adj1719, as "purity"). Precision, the share of
right ones among all that are so counted, is added here.

As reprints in one book are nearly the same, the books are split instead of the pages where a figure is
"book-disjoint".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.corpora.judging.ranking import DECIMALS

__all__ = ["SEEDS", "NearestNeighbour", "NeighbourFigures", "book_split", "page_split"]

SEEDS = tuple(range(10))
"""Of the ten random splits of the published protocol."""

Mask = NDArray[np.bool_]


def page_split(count: int, seed: int) -> Mask:
    """Half of the pages by chance, (count,): those among which neighbours are sought."""
    train = np.zeros(count, bool)
    train[np.random.default_rng(seed).permutation(count)[: count // 2]] = True
    return train


def book_split(books: Sequence[str], seed: int) -> Mask:
    """Whole books by chance until half of the pages are in; a page without a book is one of its own."""
    names = [book or f"\0{n}" for n, book in enumerate(books)]
    numbers = {name: n for n, name in enumerate(dict.fromkeys(names))}
    member = np.array([numbers[name] for name in names], np.int64)
    size = np.bincount(member, minlength=len(numbers))
    order = np.random.default_rng(seed).permutation(len(numbers))
    before = np.cumsum(size[order]) - size[order]
    return np.isin(member, order[before < len(names) // 2])


@dataclass(frozen=True, slots=True)
class NeighbourFigures:
    """Mean and standard deviation over the splits; NaN where there was nothing to count.

    Attributes
    ----------
    recall : float
    recall_deviation : float
    precision : float
    precision_deviation : float
    """

    recall: float
    recall_deviation: float
    precision: float
    precision_deviation: float


class NearestNeighbour:
    """Counts as the protocol has it, one query after the other.

    Parameters
    ----------
    labels : (n,) ndarray of int64
        Family of each page, -1 for none.
    splits : sequence of (n,) ndarray of bool
        The pages among which neighbours are sought, in each split.
    """

    def __init__(self, labels: NDArray[np.int64], splits: Sequence[Mask]) -> None:
        self.labels, self.splits = labels, splits
        self.right, self.wrong, self.all = (np.zeros(len(splits), np.int64) for _ in range(3))

    def add(self, query: int, scores: NDArray[np.floating]) -> None:
        """Count a page whose scores with all pages, (n,), are the larger the nearer."""
        rounded = np.round(np.asarray(scores, np.float64), DECIMALS)
        own = self.labels[query]
        for n, train in enumerate(self.splits):
            if train[query]:
                continue
            self.all[n] += own >= 0
            near = rounded[train]
            families = np.unique(self.labels[train][near == near.max(initial=-np.inf)])
            families = families[families >= 0]
            self.right[n] += own in families
            self.wrong[n] += np.count_nonzero(families != own)

    def figures(self) -> NeighbourFigures:
        """What was counted so far."""
        recall, precision = _shares(self.right, self.all), _shares(self.right, self.right + self.wrong)
        return NeighbourFigures(*_mean(recall), *_mean(precision))


def _shares(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(part[whole > 0] / whole[whole > 0])


def _mean(values: NDArray[np.float64]) -> tuple[float, float]:
    if not len(values):
        return float("nan"), float("nan")
    return float(values.mean()), float(values.std())
