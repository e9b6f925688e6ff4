"""What BiLRP is held against, for two pages of digits: second derivatives, and plain products.

With the evidence e_k(i) for digit k at candidate i of one page, e'_l(j) at candidate j of the other, and the
similarity y = sum over m of sqrt(h_m) sqrt(h'_m), the mixed second derivatives are

    H[(i, k), (j, l)] = d2y / de_k(i) de'_l(j) = sum over m of G[m, i, k] G'[m, j, l]
    G[m, i, k]        = d sqrt(h_m) / de_k(i)  = (dh_m / de_k(i)) / (2 sqrt(h_m))

and a pair of candidates has, summed over the ten digits that each may be,

    Hessian times product  R[i, j] = sum over k, l of e_k(i) e'_l(j) H[(i, k), (j, l)]
    curvature              R[i, j] = sum over k, l of H[(i, k), (j, l)]
    saliency               R[i, j] = sum over k, l of H[(i, k), (j, l)]^2
    products               R[i, j] = sum over k of e_k(i) e'_k(j)

After Eberle et al., IEEE TPAMI 44(3), 2022, doi:10.1109/TPAMI.2020.3020738. A minimum hands its derivative to
the smaller value, and half of it to each of two equal ones; a maximum to the nearest of the largest; where
evidence is 0 the derivative is that towards more evidence, and 0 where that alone changes nothing. Dimensions
that are 0 have no derivative and are left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zij.similarity.embedding import embed
from zij.similarity.evidence import Evidence
from zij.similarity.features import FEATURES
from zij.similarity.links import linked, probabilities

__all__ = ["curvature", "gradients", "hessian_product", "products", "saliency"]

_ROWS = 64  # candidates of page A at once


def hessian_product(a: Evidence, b: Evidence) -> NDArray[np.float64]:
    """Hessian times product, (N, N')."""
    one, two = (np.einsum("mik,ik->mi", gradients(page), probabilities(page)) for page in (a, b))
    return np.asarray(one.T @ two)


def curvature(a: Evidence, b: Evidence) -> NDArray[np.float64]:
    """Sums of mixed second derivatives, (N, N')."""
    one, two = (gradients(page).sum(axis=2) for page in (a, b))
    return np.asarray(one.T @ two)


def saliency(a: Evidence, b: Evidence) -> NDArray[np.float64]:
    """Sums of squared mixed second derivatives, (N, N')."""
    one, two = gradients(a), gradients(b).reshape(len(FEATURES), -1)
    count, other = one.shape[1], two.shape[1] // 10
    result = np.zeros((count, other))
    for start in range(0, count, _ROWS):
        part = one[:, start : start + _ROWS]
        mixed = part.reshape(len(FEATURES), -1).T @ two
        squares = (mixed**2).reshape(part.shape[1], 10, other, 10)
        result[start : start + _ROWS] = squares.sum(axis=(1, 3))
    return result


def products(a: Evidence, b: Evidence) -> NDArray[np.float64]:
    """Plain products of the evidence of two candidates, (N, N')."""
    return np.asarray(probabilities(a) @ probabilities(b).T)


def gradients(evidence: Evidence) -> NDArray[np.float64]:
    """Derivatives of the embedding by the evidence of the candidates, (110, N, 10)."""
    e = probabilities(evidence)
    counts = embed(evidence).counts
    result = np.zeros((len(FEATURES), len(e), 10))
    if len(e):
        best, partner, strongest, emptiness = _surroundings(evidence, e)
        _add_bigrams(result[10:].reshape(10, 10, len(e), 10), e, best, partner)
        _add_isolated(result[:10], e, strongest, emptiness)
    halved = np.divide(0.5, np.sqrt(counts), out=np.zeros_like(counts), where=counts > 0)
    return np.asarray(result * halved[:, None, None])


def _surroundings(
    evidence: Evidence, e: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Strongest digits to the right and where they are, (N, 10); strongest neighbour and emptiness, (N,)."""
    count, present = len(e), e.sum(axis=1)
    best, partner = np.full((count, 10), -1.0), np.full((count, 10), -1)
    most, strongest = np.zeros(count), np.full(count, -1)
    for one, two in linked(evidence):
        better = e[two] > best[one]
        best[one] = np.where(better, e[two], best[one])
        partner[one] = np.where(better, two[:, None], partner[one])
        for here, there in ((one, two), (two, one)):
            more = present[there] > most[here]
            most[here] = np.where(more, present[there], most[here])
            strongest[here] = np.where(more, there, strongest[here])
    return best, partner, strongest, 1 - most


def _add_bigrams(
    result: NDArray[np.float64],
    e: NDArray[np.float64],
    best: NDArray[np.float64],
    partner: NDArray[np.int64],
) -> None:
    """Derivatives of min(e_a(i), best_b(i)), summed over i, at [a, b, candidate, digit]."""
    first, second = e[:, :, None], best[:, None, :]
    linked_up, some = partner[:, None, :] >= 0, np.maximum(first, second) > 0
    equal = np.where(first == second, 0.5, 0.0)
    to_first = np.where(linked_up & some, (first < second) + equal, 0.0)  # (N, 10, 10)
    to_second = np.where(linked_up & some, (first > second) + equal, 0.0)
    i, a, b = np.nonzero(to_first)
    result[a, b, i, a] += to_first[i, a, b]  # no place twice
    i, a, b = np.nonzero(to_second)
    np.add.at(result, (a, b, partner[i, b], b), to_second[i, a, b])


def _add_isolated(
    result: NDArray[np.float64],
    e: NDArray[np.float64],
    strongest: NDArray[np.int64],
    emptiness: NDArray[np.float64],
) -> None:
    """Derivatives of min(e_a(i), emptiness(i)), summed over i, at [a, candidate, digit]."""
    empty = emptiness[:, None]
    equal = np.where(e == empty, 0.5, 0.0)
    to_digit = np.where(empty > 0, (e < empty) + equal, 0.0)
    to_neighbour = np.where((empty > 0) & (strongest[:, None] >= 0), (e > empty) + equal, 0.0)
    i, a = np.nonzero(to_digit)
    result[a, i, a] += to_digit[i, a]
    i, a = np.nonzero(to_neighbour)
    np.add.at(result, (a, strongest[i]), -to_neighbour[i, a][:, None])  # all ten digits crowd alike
