"""Finding the digits of a page: the view first, then evidence, peaks and boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.tables.digits.network import DIGIT_HEIGHT, Weights
from zij.tables.digits.peaks import LOWER, pick_peaks, scores_of
from zij.tables.digits.view import View, choose_view
from zij.tables.geometry import Box
from zij.tables.reading import Glyph
from zij.tables.scan.page import Page

__all__ = ["Detection", "detect"]


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """The candidates of a page.

    Attributes
    ----------
    page : Page
        The page, set upright.
    view : View or None
        None where no digit was found at any scale.
    candidates : tuple of Glyph
        Boxes in pixels of the upright page raster, `confidence` at least `FLOOR`.
    scale : float
        Pixels of the network's raster for one of the page raster.
    """

    page: Page
    view: View | None
    candidates: tuple[Glyph, ...]
    scale: float

    @property
    def digits(self) -> tuple[Glyph, ...]:
        """The candidates that count as digits."""
        return tuple(c for c in self.candidates if c.confidence >= LOWER)

    @property
    def doubtful(self) -> tuple[Glyph, ...]:
        """The candidates that do not."""
        return tuple(c for c in self.candidates if c.confidence < LOWER)


def detect(page: Page, weights: Weights, *, device: str = "cpu", view: View | None = None) -> Detection:
    """Find the digits of a page.

    Parameters
    ----------
    page : Page
    weights : Weights
        The digit network.
    device : str
        "cpu" or "cuda".
    view : View, optional
        Scale and orientation, where they are known already.

    Returns
    -------
    Detection
        Without candidates where there is no table at any scale.
    """
    view = view or choose_view(page, weights, device=device)
    if view is None:
        return Detection(page, None, (), 1.0)
    upright = page.turned(view.quarter_turns)
    scale = DIGIT_HEIGHT / view.digit_height
    ink, _ = upright.raster(scale)
    peaks = pick_peaks(*scores_of(ink, weights, device=device))
    candidates = tuple(
        _glyph(box, p, 1 / scale) for box, p in zip(peaks.boxes, peaks.probabilities, strict=True)
    )
    return Detection(upright, view, candidates, scale)


def _glyph(box: NDArray[np.float64], probabilities: NDArray[np.float64], factor: float) -> Glyph:
    x, y, w, h = (float(v) * factor for v in box)
    order = np.argsort(-probabilities, kind="stable")
    best = int(order[0])
    others = tuple(
        (str(d), round(float(probabilities[d]), 6)) for d in order[1:4] if probabilities[d] >= 0.002
    )
    return Glyph(Box(x, y, w, h), str(best), round(float(probabilities[best]), 6), others)
