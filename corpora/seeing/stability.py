"""How far clusters are a property of the pages and not of the run.

Two splits of the same pages are compared by the adjusted Rand index (Hubert and Arabie, "Comparing
partitions", Journal of Classification 2, 1985, doi:10.1007/BF01908075); a single cluster by the mean, over
other runs, of its largest Jaccard coefficient with a cluster there (Hennig, "Cluster-wise assessment of
cluster stability", Computational Statistics & Data Analysis 52, 2007, doi:10.1016/j.csda.2006.11.025).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

__all__ = ["adjusted_rand", "best_jaccard", "mean_rand", "stability", "subsample_stability"]

Labels = NDArray[np.int64]


def adjusted_rand(a: Labels, b: Labels) -> float:
    """Agreement of two splits: 1 where they are the same, 0 on average for splits by chance.

        ARI = (S - E) / (M - E),  S = sum_ij C(n_ij, 2),  E = A B / C(n, 2),  M = (A + B) / 2

    with n_ij pages in cluster i of one and j of the other, A = sum_i C(a_i, 2) and B = sum_j C(b_j, 2).

    Parameters
    ----------
    a, b : (N,) ndarray of int

    Returns
    -------
    float
        1.0 for fewer than two pages, and where both splits are all in one or all apart.
    """
    both, rows, columns = _contingency(a, b)
    together, own, other = (float((n * (n - 1) / 2).sum()) for n in (both, rows, columns))
    pairs = len(a) * (len(a) - 1) / 2
    expected = own * other / pairs if pairs else 0.0
    most = (own + other) / 2
    return (together - expected) / (most - expected) if most != expected else 1.0


def _contingency(a: Labels, b: Labels) -> tuple[NDArray[np.float64], ...]:
    """Sizes of all intersections that are not empty, of the clusters of a, and of those of b."""
    _, own, rows = np.unique(a, return_inverse=True, return_counts=True)
    _, other, columns = np.unique(b, return_inverse=True, return_counts=True)
    _, both = np.unique(own * len(columns) + other, return_counts=True)
    return both.astype(float), rows.astype(float), columns.astype(float)


def best_jaccard(a: Labels, b: Labels) -> NDArray[np.float64]:
    """For each cluster of `a`, by rising label, its largest Jaccard coefficient with a cluster of `b`.

    Parameters
    ----------
    a : (N,) ndarray of int
    b : (N,) ndarray of int
        Cluster of each page.

    Returns
    -------
    (C,) ndarray of float64
        From 0 to 1.
    """
    _, own, rows = np.unique(a, return_inverse=True, return_counts=True)
    _, other, columns = np.unique(b, return_inverse=True, return_counts=True)
    cells, both = np.unique(own * len(columns) + other, return_counts=True)
    i, j = cells // max(len(columns), 1), cells % max(len(columns), 1)
    best = np.zeros(len(rows))
    np.maximum.at(best, i, both / (rows[i] + columns[j] - both))
    return best


def mean_rand(runs: Sequence[Labels]) -> float:
    """Mean adjusted Rand index of all pairs of runs; 1.0 for one run."""
    values = [adjusted_rand(a, b) for a, b in combinations(runs, 2)]
    return float(np.mean(values)) if values else 1.0


def stability(labels: Labels, others: Sequence[Labels]) -> NDArray[np.float64]:
    """Mean best Jaccard coefficient of each cluster in other runs, by rising label; NaN without any.

    Parameters
    ----------
    labels : (N,) ndarray of int
        Cluster of each page.
    others : sequence of (N,) ndarray of int
        The same in other runs.

    Returns
    -------
    (C,) ndarray of float64
        From 0 to 1.
    """
    if not others:
        return np.full(len(np.unique(labels)), np.nan)
    return np.asarray(np.mean([best_jaccard(labels, run) for run in others], axis=0))


def subsample_stability(
    labels: Labels,
    cluster: Callable[[NDArray[np.int64]], Labels],
    *,
    draws: int = 10,
    share: float = 0.8,
    seed: int = 1,
) -> tuple[float, NDArray[np.float64]]:
    """Stability of a method without seeds: it is run again on parts of the pages.

    Parameters
    ----------
    labels : (N,) ndarray of int
        The clusters of all pages.
    cluster : callable
        Labels of the rows given; it is called from two threads.
    draws : int
        How often a part is drawn.
    share : float
        Share of the pages in a part, drawn without replacement.
    seed : int

    Returns
    -------
    rand : float
        Mean adjusted Rand index between `labels` and the clusters of a part, on the pages of that part.
    each : (C,) ndarray of float64
        Mean best Jaccard coefficient of each cluster, by rising label, as far as its pages were drawn; NaN
        for a cluster of which no page ever was.
    """
    names = np.unique(labels)
    random = np.random.default_rng(seed)
    size = min(max(round(share * len(labels)), 1), len(labels))
    sums, seen, rands = np.zeros(len(names)), np.zeros(len(names)), []
    parts = [np.sort(random.permutation(len(labels))[:size]) for _ in range(draws)]
    with ThreadPoolExecutor(2) as pool:
        clusters = list(pool.map(cluster, parts))
    for rows, found in zip(parts, clusters, strict=True):
        own = labels[rows]
        there = np.searchsorted(names, np.unique(own))
        sums[there] += best_jaccard(own, found)
        seen[there] += 1
        rands.append(adjusted_rand(own, found))
    with np.errstate(invalid="ignore"):
        return float(np.mean(rands)), np.where(seen > 0, sums / seen, np.nan)
