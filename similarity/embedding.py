"""A page as a vector: square roots of its digit and bigram counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.similarity.evidence import Evidence
from zij.similarity.features import CELLS, FEATURES

__all__ = ["Embedding", "cosine", "dot", "embed"]


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """Counts of the 110 features `FEATURES`; the vector is their element-wise square root."""

    counts: NDArray[np.float64]

    @property
    def vector(self) -> NDArray[np.float64]:
        """The embedding, (110,): its dot product is the Bhattacharyya sum of the two histograms."""
        return np.asarray(np.sqrt(self.counts))

    @property
    def norm(self) -> float:
        """Length of the vector: the square root of the total count."""
        return float(np.sqrt(self.counts.sum()))

    def as_dict(self) -> dict[str, float]:
        """Counts above zero by feature name."""
        return {name: float(n) for name, n in zip(FEATURES, self.counts, strict=True) if n > 0}


def embed(evidence: Evidence) -> Embedding:
    """The embedding of a page through `zij.similarity.bigrams.BigramNetwork`; all zero without digits."""
    import torch

    from zij.similarity.bigrams import BigramNetwork

    network = BigramNetwork(evidence.reach, cells=CELLS)
    with torch.inference_mode():
        # in float64, so that an explanation can be held against the counts to the last digits
        maps, barrier = torch.from_numpy(evidence.maps).double(), torch.from_numpy(evidence.barrier)
        counts = network(maps, barrier)
    return Embedding(counts.numpy())


def dot(a: Embedding, b: Embedding) -> float:
    """Dot product of two embeddings; it favours full pages."""
    return float(a.vector @ b.vector)


def cosine(a: Embedding, b: Embedding) -> float:
    """Cosine of two embeddings, 0 to 1; 0.0 where a page has no digits, for then nothing is alike."""
    norms = a.norm * b.norm
    return dot(a, b) / norms if norms > 0 else 0.0
