"""Diversity of a sample, and what it would have been expected to be in a smaller one.

Entropies grow with the number of pages, so that two collections can only be compared at one size. The
expected entropy and the expected number of clusters of m pages drawn without replacement from n are exact
sums over the hypergeometric distribution (Hurlbert 1971, doi:10.2307/1934145; Chao et al., "Rarefaction and
extrapolation with Hill numbers", Ecological Monographs 84, 2014, doi:10.1890/13-0133.1). Intervals are
bootstrapped from an estimate of the collection that the sample was drawn from, with the clusters that the
sample missed (ibid., appendix G): drawing from the sample itself repeats pages, and looks less diverse.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "assemblage",
    "bootstrap_error",
    "coverage",
    "entropy",
    "rarefied_entropy",
    "rarefied_richness",
]

Counts = NDArray[np.int64]


def entropy(counts: Counts) -> float:
    """H = -sum_i p_i ln p_i in nats, p_i = n_i / n; 0.0 for an empty sample."""
    counts = np.asarray(counts)[np.asarray(counts) > 0]
    shares = counts / counts.sum() if len(counts) else np.ones(1)
    return float(-(shares * np.log(shares)).sum()) + 0.0


def rarefied_entropy(counts: Counts, size: int) -> float:
    """Expected entropy, in nats, of `size` pages drawn without replacement.

        E H_m = -sum_i sum_k (k/m) ln(k/m) C(n_i, k) C(n - n_i, m - k) / C(n, m)

    Parameters
    ----------
    counts : (C,) ndarray of int
        Pages of each cluster; n is their sum.
    size : int
        m.

    Returns
    -------
    float
        NaN where there are fewer than m pages or m is below 1.
    """
    counts = np.asarray(counts, np.int64)
    n = int(counts.sum())
    if not 1 <= size <= n:
        return float("nan")
    return min(float(_entropy_terms(n, size)[counts].sum()) + 0.0, float(np.log(size)))


def rarefied_richness(counts: Counts, size: int) -> float:
    """Expected number of clusters among `size` pages drawn without replacement (Hurlbert 1971).

    S_m = sum_i 1 - C(n - n_i, m) / C(n, m); NaN where there are fewer than m pages or m is below 1.
    """
    counts = np.asarray(counts, np.int64)
    n = int(counts.sum())
    if not 1 <= size <= n:
        return float("nan")
    return float((1 - np.exp(_log_choose(n - counts, size) - _log_choose(np.int64(n), size))).sum())


def coverage(counts: Counts) -> float:
    """Share of the collection behind a sample that belongs to the clusters seen in it, 0 to 1.

    Estimated from the clusters seen once (f1) and twice (f2): Chao and Jost, "Coverage-based rarefaction and
    extrapolation", Ecology 93, 2012, doi:10.1890/11-1952.1, equation 4a. NaN for an empty sample; 0.0 where
    all pages differ, for then nothing says that there is an end.
    """
    counts = np.asarray(counts)[np.asarray(counts) > 0]
    n, once, twice = int(counts.sum()), int((counts == 1).sum()), int((counts == 2).sum())
    if n == 0:
        return float("nan")
    if once == 0:
        return 1.0
    if once == n:
        return 0.0
    if twice == 0:  # as the authors' own bias-corrected form has it
        ratio = (n - 1) * (once - 1) / ((n - 1) * (once - 1) + 2)
    else:
        ratio = (n - 1) * once / ((n - 1) * once + 2 * twice)
    return 1 - once / n * ratio


def assemblage(counts: Counts) -> NDArray[np.float64]:
    """Estimated shares of all clusters in the collection behind a sample; they sum to 1.

    Clusters of the sample are given a little less than their share there, rare ones most so; what is left is
    split evenly among as many unseen clusters as Chao's estimator says at least (Chao et al. 2014).

    Parameters
    ----------
    counts : (C,) ndarray of int64
        Pages of each cluster.

    Returns
    -------
    (C + unseen,) ndarray of float64
    """
    counts = np.asarray(counts)[np.asarray(counts) > 0]
    n, once, twice = int(counts.sum()), int((counts == 1).sum()), int((counts == 2).sum())
    if n == 0:
        return np.zeros(0)
    shares = counts / n
    left = 1 - coverage(counts)
    if left <= 0 or n == 1:
        return np.asarray(shares)
    unseen = (n - 1) / n * (once**2 / (2 * twice) if twice else once * (once - 1) / 2)
    unseen = max(int(np.ceil(unseen)), 1)
    missing = shares * (1 - shares) ** n
    seen = shares * (1 - left / missing.sum() * (1 - shares) ** n)
    found = np.concatenate([np.maximum(seen, 0.0), np.full(unseen, left / unseen)])
    return np.asarray(found / found.sum())


def bootstrap_error(counts: Counts, size: int, random: np.random.Generator, *, draws: int = 200) -> float:
    """Standard error of `rarefied_entropy` in nats, over samples drawn from `assemblage`.

    Pages are drawn one by one; that pages of one book come together is not seen by it.

    Parameters
    ----------
    counts : (C,) ndarray of int64
        Pages of each cluster.
    size : int
        Pages of the sample.
    random : Generator
    draws : int
        How many samples.

    Returns
    -------
    float
        In nats.
    """
    n = int(np.sum(counts))
    if not 1 <= size <= n:
        return float("nan")
    terms = _entropy_terms(n, size)
    samples = random.multinomial(n, assemblage(counts), size=draws)
    return float(terms[samples].sum(axis=1).std(ddof=1))


@functools.lru_cache(maxsize=256)
def _entropy_terms(n: int, size: int) -> NDArray[np.float64]:
    """What a cluster of 0, 1, ..., n pages adds to the expected entropy of `size` of n pages, (n + 1,)."""
    own, k = np.arange(n + 1)[:, None], np.arange(1, size + 1)[None, :]
    terms = np.zeros(n + 1)
    for start in range(0, n + 1, 4096):
        part = own[start : start + 4096]
        chance = np.exp(
            _log_choose(part, k) + _log_choose(n - part, size - k) - _log_choose(np.int64(n), size)
        )
        terms[start : start + len(part)] = (chance * (-(k / size) * np.log(k / size))).sum(axis=1)
    terms.setflags(write=False)
    return terms


def _log_choose(n: NDArray[np.int64] | np.int64, k: NDArray[np.int64] | int) -> NDArray[np.float64]:
    """ln C(n, k), minus infinity where there is no such choice."""
    from scipy.special import gammaln

    n, k = np.broadcast_arrays(n, k)
    possible = (k >= 0) & (k <= n)
    few, many = np.where(possible, k, 0), np.where(possible, n, 0)
    value = gammaln(many + 1.0) - gammaln(few + 1.0) - gammaln(many - few + 1.0)
    return np.asarray(np.where(possible, value, -np.inf))
