"""Counts of the bigram network for many weakened copies of one page, without running it on their maps.

A page has a few hundred candidates and its maps a few hundred thousand cells, nearly all of them empty. The
network's gates (walls, shifts, edges) depend on where the candidates stand alone, so that they are found once
for all copies; what is left are minima and maxima over the pairs of candidates that open shifts link.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.similarity.evidence import Evidence
from zij.similarity.features import FEATURES
from zij.similarity.links import linked, probabilities

__all__ = ["masked_counts"]

_BATCH = 64  # copies at once; 400 candidates take some 50 MB


def masked_counts(evidence: Evidence, kept: NDArray[np.floating] | NDArray[np.bool_]) -> NDArray[np.float64]:
    """The 110 counts of a page of which candidates are hidden or weakened.

    Equal to `zij.similarity.bigrams.BigramNetwork` on maps whose entries at the cell of candidate k are
    multiplied by `kept[:, k]`. The barrier stays: what parts two numbers does so when digits are hidden.

    Parameters
    ----------
    evidence : Evidence
        N candidates.
    kept : (n, N) ndarray
        Share of each candidate's probabilities that is left in each of n copies, 0 to 1.

    Returns
    -------
    (n, 110) ndarray of float64

    Raises
    ------
    UsageError
        If `kept` does not fit the candidates, or has values outside 0..1.
    """
    kept = np.asarray(kept, np.float64)
    count = len(evidence.peaks)
    if kept.ndim != 2 or kept.shape[1] != count:
        raise UsageError(f"kept has shape {kept.shape}; give (n, {count}), a share for each candidate.")
    if not ((kept >= 0) & (kept <= 1)).all():
        raise UsageError("kept has values outside 0..1; give the share of each candidate that is left.")
    whole, links = probabilities(evidence), list(linked(evidence))
    starts = range(0, len(kept), _BATCH)
    parts = [_counts(whole[:, :, None] * kept[i : i + _BATCH].T[:, None], links) for i in starts]
    return np.concatenate(parts) if parts else np.zeros((0, len(FEATURES)))


def _counts(
    e: NDArray[np.float64], links: list[tuple[NDArray[np.int64], NDArray[np.int64]]]
) -> NDArray[np.float64]:
    """Counts, (n, 110), of copies with probabilities (N, 10, n): copies last, so that rows lie together."""
    present = e.sum(axis=1)
    taken, best = np.zeros_like(present), np.zeros_like(e)
    for one, two in links:
        taken[one] = np.maximum(taken[one], present[two])
        taken[two] = np.maximum(taken[two], present[one])
        best[one] = np.maximum(best[one], e[two])
    isolated = np.minimum(e, np.clip(1 - taken, 0, None)[:, None]).sum(axis=0)  # (10, n)
    left = np.unique(np.concatenate([one for one, _ in links])) if links else np.zeros(0, np.int64)
    first, second = e[left], best[left]
    bigrams = [np.minimum(first[:, digit, None], second).sum(axis=0) for digit in range(10)]
    return np.concatenate([isolated, *bigrams]).T
