"""A similarity split into pairs of regions, kept as two factors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.bilrp.strongest import Products, all_products, strongest
from zij.explain.bilrp.table import COLUMNS, NEAR, Region, pair_table, ranked, region_table
from zij.similarity.align import Alignment
from zij.similarity.embedding import Embedding
from zij.similarity.features import FEATURES

if TYPE_CHECKING:
    import pandas as pd

    from zij.explain.viewer.still import StaticViewer
    from zij.explain.viewer.widget import PairViewer

__all__ = ["BIGRAMS", "COLUMNS", "NEAR", "PairExplanation", "Region", "Side", "spelled"]

BIGRAMS = 100
"""How many of the features are bigrams; a factor with so many rows more has their second digits there."""


def spelled(text: str) -> tuple[str, ...]:
    """The features that a text spells: its lone digits, and the pairs in its longer runs of digits."""
    runs = re.findall("[0-9]+", text)
    return tuple(run[k : k + 2] for run in runs for k in range(max(len(run) - 1, 1)))


def _feature(dimension: int) -> str:
    """Name of the feature to which a row of a factor belongs."""
    return FEATURES[dimension if dimension < len(FEATURES) else dimension - BIGRAMS]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One page's half of an explanation.

    Attributes
    ----------
    embedding : Embedding
    regions : tuple of Region
        R of them, in reading order.
    factor : (M, R) ndarray of float64
        Relevance of each region for each of 110 dimensions of the embedding, or of 210, where the second
        digits of bigrams stand apart.
    outside : (M,) ndarray of float64
        Relevance of evidence that belongs to no region.
    """

    embedding: Embedding
    regions: tuple[Region, ...]
    factor: NDArray[np.float64]
    outside: NDArray[np.float64]

    def as_read(self) -> NDArray[np.float64]:
        """The part of `factor` that belongs to the regions' texts, 0 for other readings of their digits."""
        kept = np.zeros_like(self.factor)
        names = [spelled(region.text) for region in self.regions]
        halved = len(self.factor) > len(FEATURES)
        for m, k in zip(*np.nonzero(self.factor), strict=True):
            text, feature = self.regions[k].text, _feature(m)
            half = feature[int(m >= len(FEATURES))] if halved and len(feature) == 2 else feature
            if feature in names[k] or (len(text) == 1 and text in half):  # or its half of a pair
                kept[m, k] = self.factor[m, k]
        return kept


@dataclass(frozen=True, slots=True, eq=False)
class PairExplanation:
    """The similarity of two pages as R = A^T B / (|phi| |phi'|), with A and B the factors of its sides.

    Attributes
    ----------
    similarity, dot : float
        Cosine and dot product of the embeddings, from the embeddings alone.
    a, b : Side
        The two pages.
    alignment : Alignment
        Which cells of the two pages correspond.
    epsilon : float
        Stabiliser of the root.
    """

    similarity: float
    dot: float
    a: Side
    b: Side
    alignment: Alignment
    epsilon: float

    @property
    def scale(self) -> float:
        """Factor of all products: 1 / (|phi| |phi'|), 0 where a page has no digits."""
        norms = self.a.embedding.norm * self.b.embedding.norm
        return 1 / norms if norms > 0 else 0.0

    @property
    def count(self) -> int:
        """Number of all pairs of regions and features that can be listed."""
        a, b = (np.count_nonzero(side.as_read(), axis=1) for side in (self.a, self.b))
        return int(a @ b)

    def pairs(self, top: int | None = None) -> pd.DataFrame:
        """The strongest pairs of regions, a row for each pair and feature that their texts share.

        Other readings of uncertain digits count in the similarity, but are not listed.

        Near equals (relevances within 5 % of the largest of them) form a group; in a group pairs in
        corresponding cells stand first. Otherwise the order is that of relevance, then of reading.

        Parameters
        ----------
        top : int, optional
            How many; all by default.

        Returns
        -------
        DataFrame
            With the columns `COLUMNS`; boxes in whole pixels of the original images.
        """
        products = self._listed(top)
        return pair_table(
            self.a.regions,
            self.b.regions,
            products.i,
            products.j,
            products.values * self.scale,
            self._corresponds(products.i, products.j),
            [_feature(m) for m in products.features],
        )

    def partners(self, side: Literal["a", "b"], region: str) -> pd.DataFrame:
        """What a region of one page matches on the other.

        Parameters
        ----------
        side : "a" or "b"
            The page that the region is on.
        region : str
            Its id.

        Returns
        -------
        DataFrame
            id, text, relevance, corresponds of the regions on the other page, the strongest first.

        Raises
        ------
        UsageError
            If the page has no region of that id.
        """
        import pandas as pd

        own, other = (self.a, self.b) if side == "a" else (self.b, self.a)
        index = next((k for k, r in enumerate(own.regions) if r.id == region), None)
        if index is None:
            raise UsageError(f"page {side} has no region {region!r}; take an id from the table of pairs.")
        relevance = own.factor[:, index] @ other.factor * self.scale
        order = np.argsort(-np.abs(relevance), kind="stable")
        order = order[relevance[order] != 0]
        same = np.full(len(order), index)
        matched = self._corresponds(same, order) if side == "a" else self._corresponds(order, same)
        return pd.DataFrame(
            {
                "id": [other.regions[k].id for k in order],
                "text": [other.regions[k].text for k in order],
                "relevance": relevance[order],
                "corresponds": matched,
            }
        )

    def relevance(self, side: Literal["a", "b"]) -> NDArray[np.float64]:
        """Relevance of each region of a page: the sum over all regions of the other page."""
        own, other = (self.a, self.b) if side == "a" else (self.b, self.a)
        return np.asarray(other.factor.sum(axis=1) @ own.factor * self.scale)

    def report(self, top: int | None = None) -> dict[str, float]:
        """The figures of the explanation, each computed for itself.

        Parameters
        ----------
        top : int, optional
            How many pairs are listed.

        Returns
        -------
        dict
            similarity, dot; relevance_listed (of the pairs listed), relevance_unlisted (of the others: beyond
            `top`, or by another reading of an uncertain digit),
            relevance_outside_digits, remainder (kept by the root's stabiliser): the four sum to the
            similarity; relevance_negative, the negative part of all pairs.
        """
        listed = self._listed(top)
        return {
            "similarity": self.similarity,
            "dot": self.dot,
            "relevance_listed": float(listed.values.sum()) * self.scale,
            "relevance_unlisted": self._unlisted(listed) * self.scale,
            "relevance_outside_digits": self._outside() * self.scale,
            "remainder": self._remainder() * self.scale,
            "relevance_negative": self._negative() * self.scale,
        }

    def frame(self) -> pd.DataFrame:
        """All pairs in the columns of pairs.csv."""
        return self.pairs()

    def regions(self) -> pd.DataFrame:
        """Every region of both pages with its relevance: side, id, text, x, y, w, h, relevance."""
        return region_table(self)

    def viewer(
        self, *, threshold: float = 0.0, top: int = 2000, corresponding: bool = False
    ) -> PairViewer | StaticViewer:
        """The pairs to move about in; without the scans, the numerals stand in type where they were read.

        Parameters
        ----------
        threshold : float
            Relevance, without sign, from which pairs are shown at first.
        top : int
            How many pairs the viewer has.
        corresponding : bool
            Whether at first only pairs in corresponding cells are shown.

        Returns
        -------
        PairViewer or StaticViewer
            A widget, or plain HTML where the package anywidget is not installed.

        Raises
        ------
        UsageError
            If `top` is below 1 or `threshold` below 0.
        """
        from zij.explain.viewer.pairviewer import typeset_viewer

        return typeset_viewer(self, threshold=threshold, top=top, corresponding=corresponding)

    def _repr_html_(self) -> str:
        from zij.explain.viewer.pairviewer import typeset

        return typeset(self)._repr_html_()

    def _listed(self, top: int | None) -> Products:
        found = strongest(self.a.as_read(), self.b.as_read(), top, slack=NEAR)
        order = ranked(found.values, self._corresponds(found.i, found.j), top)
        return Products(found.features[order], found.i[order], found.j[order], found.values[order])

    def _corresponds(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether regions i of page a and j of page b stand in corresponding cells."""
        numbers = {cell: k for k, cell in enumerate(sorted({r.cell for r in self.b.regions} - {""}))}
        cells_b = np.array([numbers.get(r.cell, -1) for r in self.b.regions], np.int64)
        wanted = np.array(
            [numbers.get(self.alignment.cells.get(r.cell, ""), -2) for r in self.a.regions], np.int64
        )
        if not len(i):
            return np.zeros(0, bool)
        return np.asarray(wanted[i] == cells_b[j])

    def _unlisted(self, listed: Products) -> float:
        """Sum of all products that are not listed, block by block."""
        width = max(len(self.b.regions), 1)
        keys = np.sort((listed.features * len(self.a.regions) + listed.i) * width + listed.j)
        total = 0.0
        for block in all_products(self.a.factor, self.b.factor):
            key = (block.features * len(self.a.regions) + block.i) * width + block.j
            total += float(block.values[~np.isin(key, keys, assume_unique=True)].sum())
        return total

    def _outside(self) -> float:
        """Products of evidence outside the regions with everything on the other page."""
        inside_a, inside_b = self.a.factor.sum(axis=1), self.b.factor.sum(axis=1)
        out_a, out_b = self.a.outside, self.b.outside
        return float(out_a @ inside_b + inside_a @ out_b + out_a @ out_b)

    def _remainder(self) -> float:
        """What the root keeps: phi phi' less its image under phi -> phi^2 / (phi + eps)."""
        a, b, eps = self.a.embedding.vector, self.b.embedding.vector, self.epsilon
        kept = eps * (a + b) + eps**2
        return float(np.sum(a * b * kept / np.maximum((a + eps) * (b + eps), np.finfo(float).tiny)))

    def _negative(self) -> float:
        """Sum of the negative products of regions."""
        a, b = self.a.factor, self.b.factor
        up_a, up_b = np.maximum(a, 0).sum(axis=1), np.maximum(b, 0).sum(axis=1)
        down_a, down_b = np.minimum(a, 0).sum(axis=1), np.minimum(b, 0).sum(axis=1)
        return float(up_a @ down_b + down_a @ up_b)
