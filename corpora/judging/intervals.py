"""How far a mean over queries may be off: a bootstrap over families."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Interval", "family_bootstrap"]

ROUNDS = 2000
COVERED = 0.95
"""Of the intervals."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the ends of its 95 % interval.

    Attributes
    ----------
    mean : float
    low : float
    high : float
    """

    mean: float
    low: float
    high: float


def family_bootstrap(values: NDArray[np.floating], groups: NDArray[np.int64], *, seed: int = 0) -> Interval:
    """Mean of the queries' figures, and the percentiles of that mean when whole families are drawn again.

    The queries of a family are not independent: they see the same pages. So families are drawn with
    replacement, each with all its queries; see A. C. Davison and D. V. Hinkley, "Bootstrap Methods and their
    Application", Cambridge 1997, doi:10.1017/CBO9780511802843, section 3.8.

    Parameters
    ----------
    values : (q,) ndarray
        One a query; NaN is not allowed.
    groups : (q,) ndarray of int64
        Family of each query.
    seed : int

    Returns
    -------
    Interval
        NaN without queries; without width where there is one family only.
    """
    if not len(values):
        return Interval(float("nan"), float("nan"), float("nan"))
    _, member = np.unique(groups, return_inverse=True)
    size = np.bincount(member)
    total = np.bincount(member, weights=values)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(size), size=(ROUNDS, len(size)))
    means = total[drawn].sum(axis=1) / size[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - COVERED) / 2, (1 + COVERED) / 2])
    return Interval(float(np.mean(values)), float(low), float(high))
