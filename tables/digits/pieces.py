"""Connected pieces of ink: how large the print of a page is, before anything is read."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from zij.tables.scan.page import Page

__all__ = ["Pieces", "find_pieces", "pieces_of"]

_ENOUGH = 2500  # pixels: of larger images a reduced copy tells the sizes as well
_CLEAR = 0.3  # of ink: paler is show-through or the paper's grain
_SMALLEST = 5  # pixels: less is a point or a speck
_FULL = 0.12  # share of its box that a sign fills at least; a ruling that leans or a frame does not
_LONGEST = 4  # times as long as wide: more is a stroke or a ruling
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Connected ink of the shape of signs.

    Attributes
    ----------
    centres : (N, 2) ndarray of float64
        x and y in pixels of the original.
    sizes : (N, 2) ndarray of float64
        Width and height in pixels of the original.
    ink : (N,) ndarray of float64
        Pixels of each.
    """

    centres: Floats
    sizes: Floats
    ink: Floats

    def share(self, digit_height: float) -> float:
        """Share of the ink in pieces as large as digits of a height, whichever way they lie."""
        if not self.ink.size:
            return 0.0
        long = self.sizes.max(axis=1)
        fit = (long >= 0.55 * digit_height) & (long <= 1.1 * digit_height)
        return float(self.ink[fit].sum() / self.ink.sum())

    def typical(self) -> float:
        """About the height of capitals and digits in the print that holds most ink, 0 without any.

        It is told by the shorter sides: letters that run into one another make a piece as long as the word.
        """
        if not self.ink.size:
            return 0.0
        long, short = (self._median(side) for side in (self.sizes.max(axis=1), self.sizes.min(axis=1)))
        return short if long > 2 * short else 1.5 * short

    def _median(self, values: Floats) -> float:
        """Of what holds the middle of the ink."""
        order = np.argsort(values, kind="stable")
        return float(values[order][np.searchsorted(np.cumsum(self.ink[order]), self.ink.sum() / 2)])


def find_pieces(page: Page) -> Pieces:
    """The pieces of a page that may be signs of print; of a large scan, on a reduced copy."""
    height, width = page.ink.shape
    factor = max(max(height, width) // _ENOUGH, 1)
    ink = page.ink
    if factor > 1:
        size = width // factor, height // factor
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    boxes, amounts = pieces_of(ink, smallest=_SMALLEST / factor)
    enlarge = np.array([width / ink.shape[1], height / ink.shape[0]])
    sizes = boxes[:, 2:] * enlarge
    return Pieces(boxes[:, :2] * enlarge + sizes / 2, sizes, amounts)


def pieces_of(ink: NDArray[np.float32], *, smallest: float = _SMALLEST) -> tuple[Floats, Floats]:
    """Boxes x, y, w, h, (N, 4), and pixels of ink, (N,), of the pieces of a raster."""
    dark = (ink > _CLEAR).view(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    boxes, amounts = stats[1:, :4].astype(float), stats[1:, 4].astype(float)
    long, short = np.maximum(*boxes[:, 2:].T), np.minimum(*boxes[:, 2:].T)
    fit = (long >= smallest) & (amounts >= _FULL * long * short) & (long <= _LONGEST * short + 4)
    return boxes[fit], amounts[fit]
