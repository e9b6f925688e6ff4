"""How often each digit stands alone and each pair of digits together, and how alike two pages are in it."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from zij.tables.scores.lines import runs

__all__ = ["correlation", "histogram"]


def histogram(texts: Iterable[str]) -> NDArray[np.int64]:
    """Count isolated digits and pairs of neighbouring digits.

    Parameters
    ----------
    texts : iterable of str
        Numbers; only their runs of digits count.

    Returns
    -------
    (110,) ndarray of int64
        Ten digits that stand alone, then the pairs 00 to 99.
    """
    bins: list[int] = []
    for text in texts:
        for run in runs(text):
            if len(run) == 1:
                bins.append(int(run))
            bins += [10 + int(run[n : n + 2]) for n in range(len(run) - 1)]
    return np.bincount(np.array(bins, np.int64), minlength=110)


def correlation(a: NDArray[np.int64], b: NDArray[np.int64]) -> float:
    """Pearson's correlation of two histograms; not a number where one of them is the same everywhere.

    Parameters
    ----------
    a : (110,) ndarray of int64
    b : (110,) ndarray of int64

    Returns
    -------
    float
    """
    one, two = a - a.mean(), b - b.mean()
    norm = math.sqrt(float(one @ one) * float(two @ two))
    return float(one @ two) / norm if norm else math.nan
