"""Whether confidences are honest: of the digits read with 0.9, nine in ten should be right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BINS", "Bin", "calibration_error", "reliability"]

BINS = 15
"""Bins of equal width of the expected calibration error (Guo et al. 2017, https://arxiv.org/abs/1706.04599)."""


@dataclass(frozen=True, slots=True)
class Bin:
    """The digits whose confidence lies between two bounds.

    Attributes
    ----------
    low, high : float
    count : int
    confidence, right : float
        Mean confidence, and the share that was right; not a number where the bin is empty.
    """

    low: float
    high: float
    count: int
    confidence: float
    right: float


def reliability(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = BINS
) -> tuple[Bin, ...]:
    """Sort what was read into equal bins of confidence.

    Parameters
    ----------
    confidence : (N,) ndarray of float64
        From 0 to 1.
    right : (N,) ndarray of bool
        Whether it was right.
    bins : int
        How many; a confidence of 1 is in the last.

    Returns
    -------
    tuple of Bin
    """
    which = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    count = np.bincount(which, minlength=bins)
    sums = [np.bincount(which, weights=values, minlength=bins) for values in (confidence, right)]
    with np.errstate(invalid="ignore"):
        means = [values / count for values in sums]
    return tuple(
        Bin(n / bins, (n + 1) / bins, int(count[n]), float(means[0][n]), float(means[1][n]))
        for n in range(bins)
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: mean distance of confidence and share right, weighted by the counts.

    Naeini, Cooper and Hauskrecht 2015, doi:10.1609/aaai.v29i1.9602. Not a number where nothing was read.
    """
    total = sum(b.count for b in bins)
    gaps = (b.count * abs(b.confidence - b.right) for b in bins if b.count)
    return sum(gaps) / total if total else math.nan
