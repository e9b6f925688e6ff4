"""A similarity split into pairs of regions of two images, kept as two factors: R = scale A^T B, never formed.

With embeddings phi and phi', and A[m, i] the relevance of region i for phi_m, BiLRP gives the pair of regions
i and i' the relevance R[i, i'] = sum over m of A[m, i] B[m, i']. After Eberle et al., IEEE TPAMI 44(3), 2022,
doi:10.1109/TPAMI.2020.3020738.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zij.errors import UsageError

__all__ = ["Factors", "Pairs", "Side"]

Side = Literal["a", "b"]
_BLOCK = 512


class Pairs(NamedTuple):
    """Pairs of regions as parallel arrays, the largest absolute value first, then by i and j."""

    i: NDArray[np.int64]
    j: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """An explanation of one similarity.

    Attributes
    ----------
    a, b : (M, Ra) and (M, Rb) ndarray of float64
        Relevance of each region for each dimension; for baselines of the second order M is their rank.
    shape_a, shape_b : tuple of int
        Of the regions, such as rows and columns of a grid; their product is Ra, Rb.
    scale : float
        Factor of all products: 1 / (|phi| |phi'|) for the cosine, 1 for the dot product.
    similarity, dot : float
        The cosine (or the dot product, where that is explained) and the dot product, from the embeddings.
    phi_a, phi_b : (D,) ndarray
        The embeddings.
    kept_a, kept_b : (D, 2) ndarray or None
        What biases kept of each dimension, and what stabilisers did; None for methods that do not conserve.
    pooled_by : float
        Number of pixels by which average pooling divided each factor; 1 for sums.
    method : str
    """

    a: NDArray[np.float64]
    b: NDArray[np.float64]
    shape_a: tuple[int, ...]
    shape_b: tuple[int, ...]
    scale: float
    similarity: float
    dot: float
    phi_a: NDArray[np.float64]
    phi_b: NDArray[np.float64]
    kept_a: NDArray[np.float64] | None = None
    kept_b: NDArray[np.float64] | None = None
    pooled_by: float = 1.0
    method: str = "bilrp"

    def total(self) -> float:
        """Sum over all pairs of regions."""
        return float(self.a.sum(axis=1) @ self.b.sum(axis=1)) * self.scale

    def kept(self) -> tuple[float, float] | None:
        """What did not arrive at pairs of regions, by biases and by stabilisers.

        Computed from what was kept, not by difference: with k what was kept of phi, (phi - k)(phi' - k')
        arrives, and k phi' + (phi - k) k' does not. None for methods that do not conserve.
        """
        if self.kept_a is None or self.kept_b is None:
            return None
        arrived = self.phi_a - self.kept_a.sum(axis=1)
        biases, stabilisers = (self.kept_a.T @ self.phi_b + self.kept_b.T @ arrived) * self.scale
        return float(biases), float(stabilisers)

    def remainder(self) -> float | None:
        """Sum of what was kept; None for methods that do not conserve."""
        kept = self.kept()
        return None if kept is None else sum(kept)

    def marginal(self, side: Side) -> NDArray[np.float64]:
        """Relevance of each region of one image: the sum over all regions of the other."""
        own, other = self._sides(side)
        return np.asarray(other.sum(axis=1) @ own * self.scale).reshape(self._shape(side))

    def query(self, side: Side, regions: ArrayLike) -> NDArray[np.float64]:
        """What some regions of one image match on the other.

        Parameters
        ----------
        side : "a" or "b"
            The image that the regions are on.
        regions : int, sequence of int, or array of bool in the shape of the regions
            Which; flat indices count row by row.

        Returns
        -------
        ndarray
            Relevance of each region of the other image, in its shape.

        Raises
        ------
        UsageError
            If there are no such regions.
        """
        own, other = self._sides(side)
        chosen = np.asarray(regions)
        if chosen.dtype == bool:
            if chosen.shape not in (self._shape(side), (own.shape[1],)):
                raise UsageError(
                    f"a mask of shape {chosen.shape} does not fit regions of shape {self._shape(side)}."
                )
            chosen = np.flatnonzero(chosen)
        chosen = np.atleast_1d(chosen)
        if chosen.size and not (chosen.min() >= 0 and chosen.max() < own.shape[1]):
            raise UsageError(
                f"image {side} has regions 0 to {own.shape[1] - 1}; {chosen.max()} is none of them."
            )
        found = own[:, chosen].sum(axis=1) @ other * self.scale
        return np.asarray(found).reshape(self._shape("b" if side == "a" else "a"))

    def strongest(self, top: int) -> Pairs:
        """The pairs of largest absolute relevance, exactly, without forming all.

        Regions are sorted by the norms of their columns and cut into blocks; |R| is at most the product of
        two norms, so that blocks which cannot matter are never multiplied out.
        """
        best = Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        if top < 1:
            return best
        for bound, i, j in sorted(self._blocks(), key=lambda block: -block[0]):
            if len(best.values) == top and bound < abs(best.values[-1]):
                break
            values = self.a[:, i].T @ self.b[:, j] * self.scale
            one, two = np.nonzero(values)
            found = Pairs(i[one], j[two], values[one, two])
            i_all, j_all = np.concatenate([best.i, found.i]), np.concatenate([best.j, found.j])
            all_values = np.concatenate([best.values, found.values])
            order = np.lexsort((j_all, i_all, -np.abs(all_values)))[:top]
            best = Pairs(i_all[order], j_all[order], all_values[order])
        return best

    def negative(self) -> float:
        """Sum of the negative pairs, block by block."""
        total = 0.0
        for i in range(0, self.a.shape[1], _BLOCK):
            for j in range(0, self.b.shape[1], _BLOCK):
                values = self.a[:, i : i + _BLOCK].T @ self.b[:, j : j + _BLOCK]
                total += float(np.minimum(values, 0).sum())
        return total * self.scale

    def report(self) -> dict[str, float]:
        """Where the similarity went.

        Returns
        -------
        dict
            similarity, dot; relevance (sum of all pairs of regions), relevance_negative; for methods that
            conserve also remainder, its parts remainder_biases and remainder_stabilisers, and gap: what sums
            leave out by rounding. With average pooling `relevance` is smaller by pooled_by squared.
        """
        found = {
            "similarity": self.similarity,
            "dot": self.dot,
            "relevance": self.total(),
            "relevance_negative": self.negative(),
        }
        kept = self.kept()
        if kept is not None:
            found |= {"remainder": sum(kept), "remainder_biases": kept[0], "remainder_stabilisers": kept[1]}
            found["gap"] = self.similarity - self.total() * self.pooled_by**2 - sum(kept)
        return found

    def grouped(self, groups_a: ArrayLike, groups_b: ArrayLike) -> Factors:
        """The explanation between coarser regions; nothing is lost, for sums of columns commute with A^T B.

        Parameters
        ----------
        groups_a, groups_b : (Ra,) and (Rb,) int
            The number of the group of each region, from 0 on; -1 leaves it out.
        """
        one, two = (
            _summed(factor, np.asarray(groups).ravel())
            for factor, groups in ((self.a, groups_a), (self.b, groups_b))
        )
        return replace(self, a=one, b=two, shape_a=one.shape[1:], shape_b=two.shape[1:])

    def dense(self) -> NDArray[np.float64]:
        """R itself, in the shapes of both sets of regions; large."""
        return np.asarray(self.a.T @ self.b * self.scale).reshape(*self.shape_a, *self.shape_b)

    def _sides(self, side: Side) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return (self.a, self.b) if side == "a" else (self.b, self.a)

    def _shape(self, side: Side) -> tuple[int, ...]:
        return self.shape_a if side == "a" else self.shape_b

    def _blocks(self) -> Iterator[tuple[float, NDArray[np.int64], NDArray[np.int64]]]:
        """Bound and regions of each pair of blocks."""
        norms = [np.linalg.norm(factor, axis=0) for factor in (self.a, self.b)]
        orders = [np.argsort(-norm, kind="stable") for norm in norms]
        ones, twos = ([order[k : k + _BLOCK] for k in range(0, len(order), _BLOCK)] for order in orders)
        slack = abs(self.scale) * (1 + 1e-9)  # a bound may round down
        for i in ones:
            for j in twos:
                yield float(norms[0][i[0]] * norms[1][j[0]]) * slack, i, j


def _summed(factor: NDArray[np.float64], groups: NDArray[np.int64]) -> NDArray[np.float64]:
    if groups.shape != factor.shape[1:]:
        raise UsageError(f"{len(groups)} group numbers do not fit {factor.shape[1]} regions.")
    count = int(groups.max(initial=-1)) + 1
    found = np.zeros((count, len(factor)))
    kept = groups >= 0
    np.add.at(found, groups[kept], factor[:, kept].T)
    return np.ascontiguousarray(found.T)
