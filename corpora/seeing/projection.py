"""Pages laid out in the plane: t-SNE as in the published study, UMAP, and how far a map can be trusted.

t-SNE: van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 9, 2008; UMAP: McInnes, Healy and
Melville, doi:10.21105/joss.00861; trustworthiness: Venna and Kaski, "Neighborhood preservation in nonlinear
projection methods", ICANN 2001, doi:10.1007/3-540-44668-0_68.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.corpora.seeing.kmeans import PUBLISHED_PAGES
from zij.errors import UsageError

__all__ = [
    "ITERATIONS",
    "NEIGHBOURS",
    "PUBLISHED_PERPLEXITY",
    "SAMPLE",
    "Projection",
    "default_perplexity",
    "principal_plane",
    "trustworthiness",
    "tsne",
    "umap",
]

PUBLISHED_PERPLEXITY = 500
"""Perplexity for the 9,793 pages of the published study (Eberle et al. 2024, doi:10.1126/sciadv.adj1719)."""
ITERATIONS = 600
"""Steps of t-SNE."""
SMALLEST_PERPLEXITY = 15
NEIGHBOURS, SAMPLE = 12, 1000  # of the trustworthiness
MANY = 2000  # pages from which a second thread is worth its while
FEWEST = 5  # pages below which there are no neighbourhoods to keep
Plane = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Places of pages on a map.

    Attributes
    ----------
    xy : (N, 2) ndarray of float64
        Between -1 and 1, the longer side filled; x to the right, y up.
    method : str
        "tsne", "umap", or "pca" where there were too few pages for these.
    parameters : dict of str to float
        What it was made with.
    """

    xy: Plane
    method: str
    parameters: dict[str, float]


def default_perplexity(pages: int) -> float:
    """The published 500 for 9,793 pages, less for fewer in proportion, and never more than 500.

    For small corpora 15, or a third of the pages, for neighbourhoods of 3 pages are none.
    """
    third = max((pages - 1) / 3, 1.0)
    wanted = max(PUBLISHED_PERPLEXITY * pages / PUBLISHED_PAGES, SMALLEST_PERPLEXITY)
    return float(round(min(wanted, third, PUBLISHED_PERPLEXITY), 1))


def principal_plane(vectors: NDArray[np.float32]) -> Plane:
    """Coordinates on the two axes of largest variance, (N, 2); signs as the largest loading has it."""
    rows = np.asarray(vectors, np.float64)
    rows = rows - rows.mean(axis=0) if len(rows) else rows
    _, axes = np.linalg.eigh(rows.T @ rows)
    axes = axes[:, [-1, -2]]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    return np.asarray(rows @ (axes * np.where(signs == 0, 1, signs)))


def tsne(
    vectors: NDArray[np.float32],
    *,
    perplexity: float | None = None,
    seed: int = 1,
    iterations: int = ITERATIONS,
) -> Projection:
    """t-SNE on Euclidean distances, from the principal plane, by the Barnes-Hut approximation.

    Parameters
    ----------
    vectors : (N, D) ndarray of float32
        Square roots of counts, not normalised.
    perplexity : float, optional
        `default_perplexity` if not given.
    seed : int
    iterations : int
        Steps of the descent, 250 of them with exaggerated attraction.

    Returns
    -------
    Projection

    Raises
    ------
    UsageError
        If the perplexity is not below the number of pages.
    """
    n = len(vectors)
    perplexity = default_perplexity(n) if perplexity is None else perplexity
    start = principal_plane(vectors)
    spread = float(start[:, 0].std()) if n else 0.0
    if n < FEWEST or spread < 1e-6:
        return Projection(_fitted(start), "pca", {})
    if not 1 <= perplexity < n:
        raise UsageError(f"a perplexity of {perplexity:g} does not fit {n:,} pages; choose 1 to {n - 1}.")
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    model = TSNE(
        perplexity=perplexity,
        init=(start / spread * 1e-4).astype(np.float32),
        learning_rate="auto",
        max_iter=max(iterations, 250),
        n_iter_without_progress=iterations,
        random_state=seed,
    )
    # with more than two threads, sums come out in any order, and so does the map
    with threadpool_limits(2 if n >= MANY else 1):
        xy = model.fit_transform(np.asarray(vectors, np.float32))
    told = {"perplexity": perplexity, "iterations": float(model.n_iter_ + 1), "seed": float(seed)}
    return Projection(_fitted(xy), "tsne", told | {"divergence": round(float(model.kl_divergence_), 4)})


def umap(
    vectors: NDArray[np.float32], *, neighbours: int = 15, distance: float = 0.1, seed: int = 1
) -> Projection:
    """UMAP on Euclidean distances, from the principal plane.

    Parameters
    ----------
    vectors : (N, D) ndarray of float32
    neighbours : int
        Size of the neighbourhoods; at most one less than there are pages.
    distance : float
        How near points may lie on the map (`min_dist`).
    seed : int

    Returns
    -------
    Projection

    Raises
    ------
    UsageError
        If the extra is not installed.
    """
    n, start = len(vectors), principal_plane(vectors)
    largest = float(np.abs(start).max()) if n else 0.0
    if n < FEWEST or largest < 1e-6:
        return Projection(_fitted(start), "pca", {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numba and of libraries that it looks for
        try:
            from umap import UMAP
        except ImportError as error:
            raise UsageError('UMAP is not installed; run pip install "zij[umap]".') from error
        model = UMAP(
            n_neighbors=min(neighbours, n - 1),
            min_dist=distance,
            init=(10 * start / largest).astype(np.float32),
            random_state=seed,
            n_jobs=1,
        )
        xy = model.fit_transform(np.asarray(vectors, np.float32))
    return Projection(
        _fitted(np.asarray(xy, np.float64)),
        "umap",
        {"neighbours": float(min(neighbours, n - 1)), "min_dist": distance, "seed": float(seed)},
    )


def trustworthiness(
    vectors: NDArray[np.float32], xy: Plane, *, k: int = NEIGHBOURS, sample: int = SAMPLE, seed: int = 1
) -> float:
    """Whether neighbours on the map are neighbours in fact: 1 where all are, about 0.5 for a map by chance.

        T = 1 - 2 / (n k (2N - 3k - 1)) sum_i sum_{j in U_i} (r(i, j) - k)

    over n pages i, with U_i the pages among the k nearest on the map that are not among the k nearest in
    fact, and r(i, j) the rank of j by its distance from i in fact, 1 for the nearest, among all N - 1.

    Parameters
    ----------
    vectors : (N, D) ndarray of float32
    xy : (N, 2) ndarray
    k : int
        At most a third of N.
    sample : int
        For how many pages i, drawn without replacement; their neighbours are sought among all pages.
    seed : int

    Returns
    -------
    float
        NaN for fewer than 6 pages.
    """
    n = len(xy)
    k = min(k, n // 3)
    if n < 6 or k < 1:
        return float("nan")
    rows = np.sort(np.random.default_rng(seed).permutation(n)[:sample])
    vectors = np.asarray(vectors, np.float64)
    excess = 0
    for own in rows:
        true = ((vectors - vectors[own]) ** 2).sum(axis=1)
        drawn = ((xy - xy[own]) ** 2).sum(axis=1)
        true[own] = drawn[own] = -1.0  # first of all, so that ranks of the others begin at 1
        ranks = np.empty(n, np.int64)
        ranks[np.argsort(true, kind="stable")] = np.arange(n)
        near = np.argsort(drawn, kind="stable")[1 : k + 1]
        excess += int(np.maximum(ranks[near] - k, 0).sum())
    return 1 - 2 * excess / (len(rows) * k * (2 * n - 3 * k - 1))


def _fitted(xy: NDArray[np.float32] | Plane) -> Plane:
    """Moved to the middle and scaled so that the longer side reaches from -1 to 1."""
    xy = np.asarray(xy, np.float64).reshape(-1, 2)
    if not len(xy):
        return xy
    low, high = xy.min(axis=0), xy.max(axis=0)
    half = float((high - low).max()) / 2 or 1.0
    return np.asarray(np.round((xy - (low + high) / 2) / half, 5), np.float64)
