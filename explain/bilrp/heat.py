"""What each pixel of a page adds to its similarity with another page: the figures and the picture."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from zij.explain.bilrp.pairs import Side
from zij.explain.bilrp.pixels import PixelRelevance, peak_relevance, pixel_relevance
from zij.similarity.evidence import Evidence
from zij.tables.digits.network import DIGIT_HEIGHT, STRIDE, Weights
from zij.tables.digits.peaks import FLOOR, scores_of
from zij.tables.digits.view import View
from zij.tables.geometry import Geometry
from zij.tables.reading import Reading
from zij.tables.scan.page import Page

__all__ = ["Heat", "page_heat", "page_view"]

_SEARCH = 5  # cells, two to each side: where the peak of a digit is looked for


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """Relevance of the pixels of a page for its similarity with another, summed over all pairs.

    Attributes
    ----------
    pixels : PixelRelevance or None
        None where there is nothing to trace.
    not_traced : float
        Relevance of digits that the network does not see in the image, as a person may have put them there.
    on_digits : float
        Relevance that arrived in the boxes of the reading's digits.
    share_on_digits : float
        Share of those boxes in the relevance that arrived, taken without its sign.
    """

    pixels: PixelRelevance | None = None
    not_traced: float = 0.0
    on_digits: float = 0.0
    share_on_digits: float = 0.0

    def report(self) -> dict[str, float]:
        """The figures: arrived + kept = seeded, and seeded + not_traced is the page's share."""
        found = self.pixels
        return {
            "relevance_seeded": found.seed if found else 0.0,
            "relevance_at_pixels": float(found.map.sum()) if found else 0.0,
            "relevance_kept_by_biases": found.remainder if found else 0.0,
            "relevance_not_traced": self.not_traced,
            "relevance_in_digit_boxes": self.on_digits,
            "share_in_digit_boxes": self.share_on_digits,
        }


def page_view(reading: Reading) -> View | None:
    """Scale and orientation under which a reading's digits stand upright; None where it has none."""
    height = reading.digit_height
    sideways = reading.turn % 180 != 0
    heights = [g.box.w if sideways else g.box.h for g in reading.glyphs() if g.is_digit]
    heights = heights or [n.box.w if sideways else n.box.h for n in reading.numbers()]
    if not heights:
        return None
    return View(reading.turn // 90 % 4, height if height > 0 else max(float(np.median(heights)), 1.0), 0.0)


def page_heat(
    page: Page,
    weights: Weights,
    evidence: Evidence,
    own: Side,
    other: Side,
    *,
    scale: float,
    view: View | None = None,
    device: str = "cpu",
) -> Heat:
    """Trace a page's relevance for a similarity down to its pixels, in one sweep.

    A candidate digit is traced if the network, shown the image, gives it at least 0.05 at that place, or half
    of what the evidence gives it. The relevance of the others is stated, not laid on pixels that the network
    saw something else in.

    Parameters
    ----------
    page : Page
        As `zij.tables.scan.page.prepare` gives it.
    weights : Weights
        The digit network.
    evidence : Evidence
        Of the page.
    own, other : Side
        The halves of the explanation, of this page and the other.
    scale : float
        `PairExplanation.scale`.
    view : View, optional
        Under which the page was read; by default the one that the reading records.
    device : str
        Where the network looks at the page; the way back is taken on the CPU.

    Returns
    -------
    Heat
    """
    reading = evidence.reading
    view = view or page_view(reading)
    relevance = peak_relevance(evidence, own.embedding, other.embedding.vector * scale)
    if view is None or not relevance.any():
        return Heat(not_traced=float(relevance.sum()))
    upright = page.standing(view.quarter_turns, reading.skew)
    size = DIGIT_HEIGHT / view.digit_height
    seen = _seen(upright, size, weights, evidence, device=device)
    network = copy.deepcopy(weights.network).cpu()
    found = pixel_relevance(upright, network, evidence, np.where(seen, relevance, 0.0), scale=size)
    boxes = _digit_boxes(reading, found.geometry)
    total = float(np.abs(found.map).sum())
    share = float(np.abs(found.map[boxes]).sum()) / total if total else 0.0
    return Heat(found, float(relevance[~seen].sum()), float(found.map[boxes].sum()), share)


def _seen(
    page: Page, scale: float, weights: Weights, evidence: Evidence, *, device: str
) -> NDArray[np.bool_]:
    """Which candidates the network sees as which digit, (N, 10)."""
    ink, geometry = page.raster(scale)
    maps = maximum_filter(scores_of(ink, weights, device=device)[0][:10], (1, _SEARCH, _SEARCH))
    cells = (geometry.to_raster(evidence.centres)[:, ::-1] // STRIDE).astype(int)
    inside = ((cells >= 0) & (cells < maps.shape[1:])).all(axis=1)
    rows, columns = np.clip(cells, 0, np.array(maps.shape[1:]) - 1).T
    told = evidence.maps[:, evidence.peaks[:, 0], evidence.peaks[:, 1]]
    enough = maps[:, rows, columns] >= np.minimum(FLOOR, told / 2)
    return np.asarray(enough.T & inside[:, None])


def _digit_boxes(reading: Reading, geometry: Geometry) -> NDArray[np.bool_]:
    """Pixels of a raster that lie in the box of a digit, or of a number that has none."""
    mask = np.zeros((geometry.height, geometry.width), bool)
    for number in reading.numbers():
        for box in [glyph.box for glyph in number.glyphs if glyph.is_digit] or [number.box]:
            place = geometry.box_to_raster(box)
            x, y, right, bottom = (max(round(v), 0) for v in (place.x, place.y, place.right, place.bottom))
            mask[y:bottom, x:right] = True
    return mask
