"""Diversity by place: how varied the tables are that were printed there.

The published measure (Eberle et al. 2024, doi:10.1126/sciadv.adj1719) is H(p) - log n in bits, with p the
shares of the clusters among the n tables of a place: 0 where every table is of another cluster, negative
where tables repeat each other. It depends on n: two samples of one collection have different values. Beside
it stands the same difference at one size for all places, expected exactly; see `rarefaction`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zij.corpora.seeing.rarefaction import (
    bootstrap_error,
    coverage,
    entropy,
    rarefied_entropy,
    rarefied_richness,
)

__all__ = ["PLACE_COLUMNS", "common_size", "jackknife_error", "place_diversity", "published_diversity"]

PLACE_COLUMNS = (
    "place", "tables", "books", "clusters", "entropy", "published", "size", "rarefied", "rarefied_low",
    "rarefied_high", "rarefied_error_books", "rarefied_clusters", "coverage",
)  # fmt: skip
"""Columns of `diversity_place.csv`, in their order."""
BITS = 1 / np.log(2)
USUAL_SIZE, FEWEST = 50, 10
NORMAL = 1.959964  # of the normal distribution, 95 % within


def published_diversity(counts: NDArray[np.int64]) -> float:
    """H(p) - log n in bits, n the number of tables; NaN for none.

    Parameters
    ----------
    counts : (C,) ndarray of int64
        Tables of each cluster.

    Returns
    -------
    float
        In bits.
    """
    n = int(np.sum(counts))
    return (entropy(counts) - float(np.log(n))) * BITS if n else float("nan")


def common_size(tables: Sequence[int], usual: int = USUAL_SIZE) -> int:
    """Tables at which places are compared: 50, or fewer, so that half of them can be; at least 10."""
    return max(min(usual, int(np.median(tables))), FEWEST) if len(tables) else usual


def place_diversity(
    labels: NDArray[np.int64],
    places: Sequence[str],
    books: Sequence[str],
    *,
    size: int | None = None,
    draws: int = 200,
    seed: int = 1,
) -> pd.DataFrame:
    """A row a place, by name; pages whose place is not known are left out.

    Parameters
    ----------
    labels : (N,) ndarray of int
        Cluster of each page.
    places, books : sequence of N str
        "" where not known.
    size : int, optional
        Tables at which places are compared; `common_size` if not given.
    draws : int
        Of the bootstrap.
    seed : int

    Returns
    -------
    DataFrame
        `PLACE_COLUMNS`: entropies in bits; published is H - log n and rarefied E H_m - log m, which is empty
        where a place has fewer than m tables; low and high are the ends of its 95 % interval;
        rarefied_error_books is the standard error when books are left out one at a time, empty for one book.
    """
    places_, books_ = np.asarray(places, object), np.asarray(books, object)
    names = sorted({place for place in places if place})
    tables = [int((places_ == name).sum()) for name in names]
    size = common_size(tables) if size is None else size
    random = np.random.default_rng(seed)
    rows = []
    for name in names:
        here = places_ == name
        rows.append((name, *_one_place(labels[here], books_[here], size, draws, random)))
    return pd.DataFrame(rows, columns=list(PLACE_COLUMNS))


def jackknife_error(labels: NDArray[np.int64], books: NDArray[np.object_], size: int) -> float:
    """Standard error of the rarefied entropy, in nats, when whole books are left out one at a time.

    sqrt((B - 1) / B sum_b (x_b - mean x)^2) with x_b the value without book b (Tukey 1958); NaN for fewer
    than two books, and where one of them holds so much that the rest is below `size`.

    Parameters
    ----------
    labels : (N,) ndarray of int64
        Cluster of each page.
    books : (N,) ndarray of object
        Book of each page.
    size : int
        Pages of the sample.

    Returns
    -------
    float
        In nats.
    """
    names = sorted(set(books))
    values = [rarefied_entropy(_counts(labels[books != name]), size) for name in names]
    if len(values) < 2 or np.isnan(values).any():
        return float("nan")
    return float(np.sqrt((len(values) - 1) * np.var(values)))


def _one_place(
    labels: NDArray[np.int64], books: NDArray[np.object_], size: int, draws: int, random: np.random.Generator
) -> tuple[float | int, ...]:
    """What stands in the row of a place after its name."""
    counts = _counts(labels)
    level = float(np.log(size)) * BITS
    rarefied = rarefied_entropy(counts, size) * BITS - level
    reach = NORMAL * bootstrap_error(counts, size, random, draws=draws) * BITS
    return (
        len(labels), len(set(books) - {""}), len(counts), entropy(counts) * BITS, published_diversity(counts),
        size, rarefied, max(rarefied - reach, -level), min(rarefied + reach, 0.0),
        jackknife_error(labels, books, size) * BITS, rarefied_richness(counts, size), coverage(counts),
    )  # fmt: skip


def _counts(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pages of each cluster that is there."""
    return np.asarray(np.unique(labels, return_counts=True)[1], np.int64)
