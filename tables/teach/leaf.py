"""A page as it is taught and marked: upright, its digits of a known height."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from zij.tables.digits.network import DIGIT_HEIGHT, Weights
from zij.tables.digits.peaks import FLOOR, Peaks, pick_peaks, scores_of, tile_peaks
from zij.tables.geometry import Box, Geometry
from zij.tables.scan.page import Page

__all__ = ["Leaf", "leaf_of", "likeliest_turn", "tall"]

_FINEST = 36.0  # pixels of a digit's height that are kept: a little more than a lesson ever shows
_TILE = 192
_LOOKS = 8  # places at which a page's orientation is tried


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """An upright page, no finer than lessons need it.

    Attributes
    ----------
    ink : (H, W) ndarray of uint8
        0 paper, 255 full ink.
    geometry : Geometry
        From the original image to `ink`.
    digit_height : float
        Height of a tall digit in pixels of `ink`.
    """

    ink: NDArray[np.uint8]
    geometry: Geometry
    digit_height: float

    def boxes(self, boxes: Sequence[Box]) -> NDArray[np.float64]:
        """Boxes of the original image on the leaf, (N, 4) as x, y, w, h."""
        mapped = [self.geometry.box_to_raster(box) for box in boxes]
        return np.array([(b.x, b.y, b.w, b.h) for b in mapped], float).reshape(-1, 4)

    def seen(self, weights: Weights, *, floor: float = FLOOR, device: str = "cpu") -> Peaks:
        """What a network sees on the leaf, in pixels of the leaf."""
        scale = DIGIT_HEIGHT / self.digit_height
        size = max(round(self.ink.shape[1] * scale), 1), max(round(self.ink.shape[0] * scale), 1)
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        ink = np.asarray(cv2.resize(self.ink, size, interpolation=method) / 255, np.float32)
        peaks = pick_peaks(*scores_of(ink, weights, device=device), floor=floor)
        return Peaks(peaks.cells, peaks.boxes / scale, peaks.probabilities)

    def signs(self) -> NDArray[np.float64]:
        """Pieces of ink that are no larger and not much smaller than a digit, (N, 4) as x, y, w, h."""
        dark = np.asarray(self.ink > 90, np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
        x, y, w, h = (stats[1:, n].astype(float) for n in range(4))
        high = self.digit_height
        good = (h > 0.45 * high) & (h < 1.35 * high) & (w > 0.08 * high) & (w < 1.2 * high)
        return np.column_stack([x, y, w, h])[good]


def leaf_of(page: Page, turn: int, digit_height: float) -> Leaf:
    """The leaf of a page.

    Parameters
    ----------
    page : Page
        As `prepare` finds it.
    turn : int
        Degrees (0, 90, 180, 270) by which the image is to be turned clockwise to stand upright.
    digit_height : float
        Height of a tall digit in pixels of the original.

    Returns
    -------
    Leaf
    """
    scale = min(1.0, _FINEST / digit_height)
    upright = page.turned(turn // 90 - page.geometry.quarter_turns)
    ink, geometry = upright.raster(scale)
    return Leaf(np.rint(ink * 255).astype(np.uint8), geometry, digit_height * scale)


def tall(heights: Sequence[float] | NDArray[np.float64]) -> float:
    """The height of a tall digit among digits of all shapes."""
    return float(np.quantile(np.asarray(heights, float), 0.75))


def likeliest_turn(
    page: Page, boxes: Sequence[Box], digits: Sequence[int], weights: Weights, *, device: str = "cpu"
) -> int:
    """The turn, in degrees clockwise, under which known digits look most like themselves.

    Digits are taller than wide, which leaves two turns; where all are as good, the page stands as it is.

    Parameters
    ----------
    page : Page
    boxes : sequence of Box
        In pixels of the original.
    digits : sequence of int
        One a box.
    weights : Weights
    device : str
        Of torch.

    Returns
    -------
    int
        0, 90, 180 or 270.
    """
    upright = np.median([box.h - box.w for box in boxes]) >= 0
    places = np.linspace(0, len(boxes) - 1, min(len(boxes), _LOOKS)).round().astype(int)
    likeness = {
        turn: sum(_likeness(page, turn, boxes, boxes[n], digits[n], weights, device) for n in places)
        for turn in ((0, 180) if upright else (90, 270))
    }
    return max(likeness, key=lambda turn: (likeness[turn], -turn))


def _likeness(
    page: Page, turn: int, boxes: Sequence[Box], box: Box, digit: int, weights: Weights, device: str
) -> float:
    """Probability of a digit at its place, the page being turned."""
    turned = page.turned(turn // 90 - page.geometry.quarter_turns)
    scale = DIGIT_HEIGHT / tall([b.h if turn % 180 == 0 else b.w for b in boxes])
    x, y = turned.geometry.box_to_raster(box).centre
    side = _TILE / scale
    part, _ = turned.raster(scale, Box(x - side / 2, y - side / 2, side, side))
    tile = np.zeros((_TILE, _TILE), np.float32)
    part = part[:_TILE, :_TILE]
    tile[: part.shape[0], : part.shape[1]] = part
    [peaks] = tile_peaks(tile[None], weights, floor=FLOOR, device=device)
    centres = peaks.boxes[:, :2] + peaks.boxes[:, 2:] / 2
    near = np.abs(centres - _TILE / 2).max(1, initial=0) < DIGIT_HEIGHT / 4
    return float(peaks.probabilities[near, digit].max(initial=0.0))
