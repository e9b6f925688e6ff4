"""Relevance of every pair of candidate digits of two pages, by BiLRP and by what it is held against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from zij.explain.bilrp.baselines import curvature, hessian_product, products, saliency
from zij.explain.bilrp.occurrences import MinRule, occurrences
from zij.explain.bilrp.pairs import BIGRAMS
from zij.similarity.embedding import embed
from zij.similarity.evidence import Evidence
from zij.similarity.features import FEATURES

__all__ = ["PAIR_METHODS", "PairMethod", "candidate_factor", "layerwise"]

PairMethod = Callable[[Evidence, Evidence], NDArray[np.float64]]
"""Relevance of all pairs of candidates of two pages, (N, N'), in the order of `Evidence.peaks`."""


def candidate_factor(evidence: Evidence, *, min_rule: MinRule = "share") -> NDArray[np.float64]:
    """The factor of BiLRP with all candidates as regions, those outside the reading too.

    Parameters
    ----------
    evidence : Evidence
    min_rule : "share", "winner" or "matched"
        As `zij.explain.bilrp.digits.explain` takes it on the level of glyphs.

    Returns
    -------
    (110, N) or, for "matched", (210, N) ndarray
        Each of the 110 rows sums to its dimension of the embedding.
    """
    found = occurrences(evidence)
    root = np.sqrt(embed(evidence).counts[found.features])
    values = np.divide(found.activations, root, out=np.zeros_like(root), where=root > 0)
    matched = min_rule == "matched"
    shares = found.shares(min_rule) * values[:, None]
    if matched:  # two dimensions of half the product each, whole on either digit
        shares = np.where((found.second >= 0)[:, None], values[:, None] / np.sqrt(2), shares)
    result = np.zeros((len(FEATURES) + BIGRAMS * matched, len(evidence.peaks)))
    for peaks, share, shift in (
        (found.first, shares[:, 0], 0),
        (found.second, shares[:, 1], BIGRAMS * matched),
    ):
        kept = peaks >= 0
        np.add.at(result, (found.features[kept] + shift, peaks[kept]), share[kept])
    return result


def layerwise(a: Evidence, b: Evidence, *, min_rule: MinRule = "share") -> NDArray[np.float64]:
    """BiLRP, (N, N'); it sums to the dot product of the embeddings.

    Parameters
    ----------
    a : Evidence
    b : Evidence
    min_rule : MinRule
        How a minimum hands relevance on.

    Returns
    -------
    (N, N) ndarray of float64
        Of the pairs of candidates of the two pages.
    """
    one, two = (candidate_factor(page, min_rule=min_rule) for page in (a, b))
    return np.asarray(one.T @ two)


PAIR_METHODS: Mapping[str, PairMethod] = MappingProxyType(
    {
        "bilrp": layerwise,
        "bilrp-matched": partial(layerwise, min_rule="matched"),
        "bilrp-winner": partial(layerwise, min_rule="winner"),
        "hxp": hessian_product,
        "saliency": saliency,
        "curvature": curvature,
        "products": products,
    }
)
"""By name: BiLRP (both digits alike; first meets first alone; all for the weaker one), and the others.

Hessian times product is BiLRP for the weaker digit, but that it also differentiates the gates of isolated
digits."""
