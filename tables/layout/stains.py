"""Connected ink of a page, rulings taken out: what blots and points are looked for in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zij.tables.reading import Glyph

if TYPE_CHECKING:
    from zij.tables.scan.rulings import Rulings

__all__ = ["Stains", "find_stains"]

Floats = NDArray[np.float64]

SAMPLES = 400  # glyphs that give the measure of what is dark


@dataclass(frozen=True, slots=True, eq=False)
class Stains:
    """Pieces of connected ink.

    Attributes
    ----------
    boxes : (N, 4) ndarray
        x, y, w, h in pixels of the raster, in order of y, then x.
    areas : (N,) ndarray
        Pixels of ink in each.
    """

    boxes: Floats
    areas: Floats

    @classmethod
    def none(cls) -> Stains:
        """A page without ink."""
        return cls(np.empty((0, 4)), np.empty(0))

    def between(self, least: tuple[float, float], most: tuple[float, float], *, area: float = 0.0) -> Stains:
        """Those at least and at most so wide and high, with at least so much ink, in pixels."""
        w, h = self.boxes[:, 2], self.boxes[:, 3]
        keep = (w >= least[0]) & (h >= least[1]) & (w <= most[0]) & (h <= most[1]) & (self.areas >= area)
        return Stains(self.boxes[keep], self.areas[keep])


def find_stains(ink: NDArray[np.float32], glyphs: Sequence[Glyph], *, rulings: Rulings | None) -> Stains:
    """Find the connected ink of a page, as dark as the glyphs are, without the rulings.

    Parameters
    ----------
    ink : (H, W) ndarray of float32
        0 is paper.
    glyphs : sequence of Glyph
        What was read; its ink gives the measure of what is dark.
    rulings : Rulings, optional
        The page's rulings in the same pixels.

    Returns
    -------
    Stains
    """
    import cv2

    if not glyphs or ink.size == 0:
        return Stains.none()
    dark = (ink > max(0.4 * _usual_peak(ink, glyphs), 1e-6)).astype(np.uint8)
    for segment in (*rulings.vertical, *rulings.horizontal) if rulings else ():
        start, end = (round(segment.x0), round(segment.y0)), (round(segment.x1), round(segment.y1))
        cv2.line(dark, start, end, (0,), max(round(segment.thickness), 1) + 2)
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    pieces = np.asarray(stats[1:], np.float64)
    pieces = pieces[np.lexsort((pieces[:, 0], pieces[:, 1]))]
    return Stains(pieces[:, :4], pieces[:, 4])


def _usual_peak(ink: NDArray[np.float32], glyphs: Sequence[Glyph]) -> float:
    """Median over glyphs of the darkest ink in each."""
    height, width = ink.shape
    levels = []
    for glyph in glyphs[:: len(glyphs) // SAMPLES + 1]:
        box = glyph.box.clipped(width, height)
        patch = ink[int(box.y) : int(box.bottom) + 1, int(box.x) : int(box.right) + 1]
        if patch.size:
            levels.append(float(patch.max()))
    return float(np.median(levels)) if levels else float("inf")
