"""Where on a page each feature occurs: the non-zero cells of the bigram network's maps, with their digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zij.similarity.evidence import Evidence
from zij.similarity.links import linked, probabilities

__all__ = ["MinRule", "Occurrences", "occurrences"]

MinRule = Literal["share", "winner", "matched"]
"""How the minimum of two digits hands relevance on: half to each; all to the smaller (halves on a tie); or
half to each, and first digits of a pair meet first digits alone on the other page, second ones second."""


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
        weight = (1 + np.sign(two - one)) / 2 if min_rule == "winner" else np.full(len(one), 0.5)
        weight = np.where(self.second < 0, 1.0, weight)
        return np.column_stack([weight, 1 - weight])


def occurrences(evidence: Evidence) -> Occurrences:
    """All occurrences of all features on a page.

    The gates of the network (maximum over shifts, walls, emptiness) are decided here as it decides them;
    among equal shifts the nearest wins, then the one on the line.
    """
    e = probabilities(evidence)
    count = len(e)
    present = e.sum(axis=1)
    left, right = np.zeros(count), np.zeros(count)
    best, partner = np.zeros((count, 10)), np.full((count, 10), -1)
    for one, two in linked(evidence):
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
