"""A similarity split into pairs of regions of one kind, such as numbers or patches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from zij.explain.bilrp.table import Region, pair_table, ranked
from zij.similarity.align import Alignment

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Half", "Level"]


@dataclass(frozen=True, slots=True, eq=False)
class Half:
    """One page's half of an explanation on one level.

    Attributes
    ----------
    regions : tuple of Region
        R of them.
    factor : (M, R) ndarray of float64
        Relevance of each region for each dimension of the embedding.
    outside : (M,) ndarray of float64
        Relevance of what lies in no region.
    """

    regions: tuple[Region, ...]
    factor: NDArray[np.float64]
    outside: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """The similarity split into pairs of regions of one kind.

    Attributes
    ----------
    a, b : Half
    scale : float
        Factor of all products.
    alignment : Alignment
        Which cells of the two pages correspond.
    """

    a: Half
    b: Half
    scale: float
    alignment: Alignment

    @property
    def matrix(self) -> NDArray[np.float64]:
        """Relevance of each pair of regions, (Ra, Rb)."""
        return np.asarray(self.a.factor.T @ self.b.factor * self.scale)

    @property
    def count(self) -> int:
        """Number of all pairs with relevance."""
        return int(np.count_nonzero(self.matrix))

    def pairs(self, top: int | None = None) -> pd.DataFrame:
        """The strongest pairs of regions with their boxes; see `zij.explain.bilrp.table.pair_table`."""
        matrix = self.matrix
        i, j = self._listed(matrix, top)
        return pair_table(self.a.regions, self.b.regions, i, j, matrix[i, j], self._corresponds()[i, j])

    def relevance(self, side: Literal["a", "b"]) -> NDArray[np.float64]:
        """Relevance of each region of a page: the sum over all regions of the other page."""
        own, other = (self.a, self.b) if side == "a" else (self.b, self.a)
        return np.asarray(other.factor.sum(axis=1) @ own.factor * self.scale)

    def report(self, top: int | None = None) -> dict[str, float]:
        """Sums of pairs listed, of those beyond `top`, of what touches no region, and of negative pairs."""
        matrix = self.matrix
        i, j = self._listed(matrix, top)
        rest = matrix.copy()
        rest[i, j] = 0.0
        inside_a, inside_b = self.a.factor.sum(axis=1), self.b.factor.sum(axis=1)
        out_a, out_b = self.a.outside, self.b.outside
        outside = out_a @ inside_b + inside_a @ out_b + out_a @ out_b
        return {
            "relevance_listed": float(matrix[i, j].sum()),
            "relevance_unlisted": float(rest.sum()),
            "relevance_outside": float(outside) * self.scale,
            "relevance_negative": float(np.minimum(matrix, 0).sum()),
        }

    def _listed(
        self, matrix: NDArray[np.float64], top: int | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        i, j = np.nonzero(matrix)
        order = ranked(matrix[i, j], self._corresponds()[i, j], top)
        return i[order], j[order]

    def _corresponds(self) -> NDArray[np.bool_]:
        """Whether regions stand in corresponding cells, (Ra, Rb)."""
        wanted = np.array([self.alignment.cells.get(r.cell, "") for r in self.a.regions], object)
        cells = np.array([r.cell for r in self.b.regions], object)
        return np.asarray((wanted[:, None] == cells[None]) & (wanted != "")[:, None], bool)
