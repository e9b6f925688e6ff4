"""How well a ranking has what belongs at its top: average precision and recall, ties included.

Where several pages have the same score, their order is nobody's merit and nobody's fault: both figures are
the mean over all orders of the tied pages, computed without trying them; see F. McSherry and M. Najork,
"Computing information retrieval performance measures efficiently in the presence of tied scores", ECIR 2008,
doi:10.1007/978-3-540-78646-7_38.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DECIMALS", "average_precision", "recall_at"]

DECIMALS = 9
"""To which scores are rounded: what differs by less is tied."""

Scores = NDArray[np.floating]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Tie:
    """Pages of one score: how many, how many of them relevant, and the same of all that stand before."""

    size: int
    relevant: int
    before: int
    relevant_before: int


def average_precision(scores: Scores, relevant: Mask) -> float:
    """Mean, over the relevant pages, of the precision down to each of them.

    Parameters
    ----------
    scores : (n,) ndarray
        The larger, the further up a page stands.
    relevant : (n,) ndarray of bool

    Returns
    -------
    float
        0 to 1; NaN where no page is relevant.
    """
    total = int(np.count_nonzero(relevant))
    if not total:
        return float("nan")
    return sum(_precisions(tie) for tie in _ties(scores, relevant)) / total


def recall_at(scores: Scores, relevant: Mask, k: int = 10) -> float:
    """Share of the relevant pages that stand among the first `k`; NaN where no page is relevant.

    It cannot reach 1 where more than `k` pages are relevant.

    Parameters
    ----------
    scores : (N,) ndarray of float64
        The larger the nearer.
    relevant : (N,) ndarray of bool
        Which pages belong to the query.
    k : int

    Returns
    -------
    float
        From 0 to 1.
    """
    total = int(np.count_nonzero(relevant))
    if not total:
        return float("nan")
    found = 0.0
    for tie in _ties(scores, relevant):
        found += tie.relevant * min(max(k - tie.before, 0), tie.size) / tie.size
    return found / total


def _ties(scores: Scores, relevant: Mask) -> list[_Tie]:
    """The groups of equal scores that hold a relevant page, from the top."""
    values, member = np.unique(-np.round(np.asarray(scores, np.float64), DECIMALS), return_inverse=True)
    size = np.bincount(member, minlength=len(values))
    hits = np.bincount(member[relevant], minlength=len(values))
    before, hits_before = np.cumsum(size) - size, np.cumsum(hits) - hits
    return [
        _Tie(int(size[g]), int(hits[g]), int(before[g]), int(hits_before[g])) for g in np.flatnonzero(hits)
    ]


def _precisions(tie: _Tie) -> float:
    """Sum of the precisions at the tie's relevant pages, on average over all orders of the tie.

    The page at place j of the tie is relevant with probability r / m; if it is, (j - 1)(r - 1) / (m - 1)
    of the others before it are, on average.
    """
    place = np.arange(1, tie.size + 1)
    others = (place - 1) * (tie.relevant - 1) / max(tie.size - 1, 1)
    share = tie.relevant / tie.size
    return float((share * (tie.relevant_before + others + 1) / (tie.before + place)).sum())
