"""Correlations, which the checks share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

__all__ = ["pearson", "spearman"]


def spearman(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """Spearman's rank correlation, -1 to 1; 0 where one of the two is constant, for it orders nothing.

    Parameters
    ----------
    one : (N,) ndarray of float64
    two : (N,) ndarray of float64

    Returns
    -------
    float
    """
    return pearson(rankdata(one), rankdata(two))


def pearson(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """Correlation of the values themselves, -1 to 1; 0 where one of the two is constant.

    Parameters
    ----------
    one : (N,) ndarray of float64
    two : (N,) ndarray of float64

    Returns
    -------
    float
    """
    if not (np.ptp(one) > 0 and np.ptp(two) > 0):
        return 0.0
    a, b = (values - values.mean() for values in (one, two))
    norms = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / norms if norms > 0 else 0.0
