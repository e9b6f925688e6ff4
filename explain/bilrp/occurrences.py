"""Where on a page each feature occurs: the non-zero cells of the bigram network's maps, with their digits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zij.similarity.evidence import Evidence
from zij.similarity.features import CELLS, MAX_RISE, MIN_STEP

__all__ = ["MinRule", "Occurrences", "occurrences"]

MinRule = Literal["share", "winner"]
"""How the minimum of two digits hands relevance on: half to each, or all to the smaller (halves on a tie)."""


@dataclass(frozen=True, slots=True, eq=False)
class Occurrences:
    """The non-zero entries of all 110 feature maps of a page, K of them.

    Attributes
    ----------
    features : (K,) ndarray of int64
        Index of the feature in `zij.similarity.features.FEATURES`.
    activations : (K,) ndarray of float64
        Value of the feature map; they sum to the count of the feature.
    first, second : (K,) ndarray of int64
        Peaks of the evidence that it stands on: the digit itself and, for a bigram, the digit at the winning
        shift; `second` is -1 for an isolated digit, whose empty surroundings are a gate.
    evidence : (K, 2) ndarray of float64
        Evidence for the two digits there.
    """

    features: NDArray[np.int64]
    activations: NDArray[np.float64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    evidence: NDArray[np.float64]

    def shares(self, min_rule: MinRule = "share") -> NDArray[np.float64]:
        """Parts of each activation that belong to its first and its second digit, (K, 2), summing to 1."""
        one, two = self.evidence.T
        weight = np.full(len(one), 0.5) if min_rule == "share" else (1 + np.sign(two - one)) / 2
        weight = np.where(self.second < 0, 1.0, weight)
        return np.column_stack([weight, 1 - weight])


def occurrences(evidence: Evidence) -> Occurrences:
    """All occurrences of all features on a page.

    The gates of the network (maximum over shifts, walls, emptiness) are decided here as it decides them;
    among equal shifts the nearest wins, then the one on the line.
    """
    e = evidence.maps[:, evidence.peaks[:, 0], evidence.peaks[:, 1]].T.astype(np.float64)  # (N, 10)
    count = len(e)
    present = e.sum(axis=1)
    left, right = np.zeros(count), np.zeros(count)
    best, partner = np.zeros((count, 10)), np.full((count, 10), -1)
    for one, two in _linked(evidence):
        better = e[two] > best[one]
        best[one] = np.where(better, e[two], best[one])
        partner[one] = np.where(better, two[:, None], partner[one])
        right[one] = np.maximum(right[one], present[two])
        left[two] = np.maximum(left[two], present[one])
    emptiness = np.clip(1 - np.maximum(left, right), 0, None)
    isolated = np.minimum(e, emptiness[:, None])  # (N, 10)
    bigrams = np.minimum(e[:, :, None], best[:, None, :])  # (N, 10, 10)
    i, a = np.nonzero(isolated)
    j, c, d = np.nonzero(bigrams)
    return Occurrences(
        features=np.concatenate([a, 10 + 10 * c + d]),
        activations=np.concatenate([isolated[i, a], bigrams[j, c, d]]),
        first=np.concatenate([i, j]),
        second=np.concatenate([np.full(len(i), -1), partner[j, d]]),
        evidence=np.concatenate(
            [np.column_stack([e[i, a], np.zeros(len(i))]), np.column_stack([e[j, c], best[j, d]])]
        ),
    )


def _linked(evidence: Evidence) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Peaks that open shifts link, shift by shift: left ones and right ones, none twice in a batch."""
    rise, reach = math.floor(MAX_RISE * CELLS), math.floor(evidence.reach * CELLS + 1e-6)
    barrier = np.pad(evidence.barrier > 0, ((rise, rise), (0, reach)))
    wall = np.any([barrier[r : r + evidence.barrier.shape[0]] for r in range(2 * rise + 1)], axis=0)
    at = np.full(barrier.shape, -1, np.int64)
    rows, columns = evidence.peaks[:, 0], evidence.peaks[:, 1]
    at[rows + rise, columns] = np.arange(len(rows))
    is_open = np.ones(len(rows), bool)
    for step in range(1, reach + 1):
        if step >= math.ceil(MIN_STEP * CELLS):
            for up in sorted(range(-rise, rise + 1), key=abs):
                partners = at[rows + rise + up, columns + step]
                one = np.flatnonzero(is_open & (partners >= 0))
                yield one, partners[one]
        is_open &= ~wall[rows, columns + step]
