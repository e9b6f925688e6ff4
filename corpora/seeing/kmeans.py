"""k-means as in the published study: Euclidean, on the square roots of the counts.

Eberle et al., "Historical insights at scale: a corpus-wide machine learning analysis of early modern
astronomic tables", Science Advances 10(43), 2024, doi:10.1126/sciadv.adj1719, with K = 1500 for 9,793 pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

__all__ = ["PUBLISHED_K", "PUBLISHED_PAGES", "SENSITIVITY", "default_k", "kmeans", "kmeans_runs"]

PUBLISHED_K, PUBLISHED_PAGES = 1500, 9793
"""Clusters and pages of the published study (Eberle et al. 2024, https://doi.org/10.1126/sciadv.adj1719)."""
SENSITIVITY = (500, 1000, 1500, 2000)  # the numbers tried in the study, for its number of pages


def default_k(pages: int, published: int = PUBLISHED_K) -> int:
    """As many clusters for each page as in the study, at least 1."""
    return max(round(pages * published / PUBLISHED_PAGES), 1)


def kmeans(vectors: NDArray[np.float32], k: int, *, seed: int = 1) -> tuple[NDArray[np.int64], float]:
    """One run of k-means from a k-means++ start, by Lloyd's iterations.

    Parameters
    ----------
    vectors : (N, D) ndarray of float32
        Square roots of counts, not normalised.
    k : int
        Number of clusters; where fewer vectors differ, as many as do.
    seed : int

    Returns
    -------
    labels : (N,) ndarray of int64
        From 0.
    inertia : float
        Sum of the squared distances to the centres.
    """
    return kmeans_runs(vectors, k, [seed])[0]


def kmeans_runs(
    vectors: NDArray[np.float32], k: int, seeds: Sequence[int]
) -> list[tuple[NDArray[np.int64], float]]:
    """The same for several seeds, two at a time; which ones run together changes nothing.

    Parameters
    ----------
    vectors : (N, D) ndarray of float32
        Square roots of counts, not normalised.
    k : int
        Number of clusters.
    seeds : sequence of int
        One a run.

    Returns
    -------
    list of ((N,) ndarray of int64, float)
        Labels and inertia of each run, as `kmeans` gives them.
    """
    from threadpoolctl import threadpool_limits

    k = min(k, len(np.unique(vectors, axis=0)))
    # one thread a run: sums of several threads are added up in any order
    with threadpool_limits(1), ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda seed: _run(vectors, k, seed), seeds))


def _run(vectors: NDArray[np.float32], k: int, seed: int) -> tuple[NDArray[np.int64], float]:
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "openmp"):  # this limit holds for the thread that sets it alone
        found = KMeans(k, n_init=1, random_state=seed).fit(vectors)
    return found.labels_.astype(np.int64), float(found.inertia_)
