"""Scale and orientation of a page, chosen once for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from zij.tables.digits.network import DIGIT_HEIGHT, Weights
from zij.tables.digits.peaks import UPPER, Peaks, pick_peaks, scores_of, tile_peaks
from zij.tables.geometry import Box
from zij.tables.scan.page import Page

__all__ = ["HEIGHTS", "View", "choose_view", "probe"]

HEIGHTS = (8.0, 13.0, 21.0, 34.0, 55.0)  # digit heights that are tried, in pixels of the original
_TILE = 192  # pixels of a tile in the network's raster
_DOUBT, _SURE = 0.3, 0.9  # probabilities between which a candidate speaks against the view it was found in
_PLAIN = 0.03  # evidence that settles the height, if not the orientation: upside down, 0 1 8 are still digits
_NONE = 0.01  # evidence a digit-sized square of a tile below which there is no table


@dataclass(frozen=True, slots=True)
class View:
    """How the network is shown a page: decided once for all of it.

    Attributes
    ----------
    quarter_turns : int
        Clockwise turns that set the page upright.
    digit_height : float
        Height of a tall digit in pixels of the original.
    evidence : float
        Summed digit probability for each digit-sized square that was probed.
    """

    quarter_turns: int
    digit_height: float
    evidence: float


def choose_view(page: Page, weights: Weights, *, device: str = "cpu") -> View | None:
    """Scale and orientation that show the most digits for the area seen; None for "no table".

    Tiles of the page are probed at five digit heights and in four orientations; where digits are plain to
    see as the page lies, the other orientations are tried at their height alone. The best views, where no
    one of them stands out, are tried on all of the page; the best of all is tried between the heights, and
    the digits found then give the height itself.
    """
    places = _places(page)
    views = [probe(page, weights, 0, height, places=places, device=device) for height in HEIGHTS]
    best = max(views, key=lambda v: v.evidence)
    heights = [best.digit_height] if best.evidence >= _PLAIN else HEIGHTS
    views += [
        probe(page, weights, turn, height, places=places, device=device)
        for height in heights
        for turn in (1, 2, 3)
    ]
    views = [view for view in sorted(views, key=lambda v: -v.evidence)[:3] if view.evidence >= _NONE / 20]
    if not views:
        return None
    if any(_rivals(views[0], view) for view in views[1:]):
        views = [_whole(page, weights, view, device=device) for view in views]
    best = max(views, key=lambda v: v.evidence)
    step = (HEIGHTS[1] / HEIGHTS[0]) ** 0.5
    heights = [best.digit_height / step, best.digit_height, best.digit_height * step]
    views = [probe(page, weights, best.quarter_turns, h, places=places, device=device) for h in heights]
    best = _settle(page, weights, max(views, key=lambda v: v.evidence), places, device=device)
    return best if best.evidence >= _NONE else None


def _rivals(best: View, other: View) -> bool:
    """Whether another view is nearly as good, and more than a step away in height."""
    near = best.quarter_turns == other.quarter_turns and 0.5 < other.digit_height / best.digit_height < 2
    return not near and other.evidence * 2.5 > best.evidence


def probe(
    page: Page,
    weights: Weights,
    quarter_turns: int,
    digit_height: float,
    *,
    places: Sequence[tuple[float, float]] | None = None,
    device: str = "cpu",
) -> View:
    """Digit evidence of some tiles of a page, seen with one scale and orientation."""
    tiles = _tiles(page, quarter_turns, DIGIT_HEIGHT / digit_height, places or _places(page))
    return View(
        quarter_turns,
        digit_height,
        _evidence(tile_peaks(tiles, weights, floor=_DOUBT, device=device), tiles[0].size),
    )


def _whole(page: Page, weights: Weights, view: View, *, device: str) -> View:
    """The view with the evidence of all of the page."""
    ink, _ = page.turned(view.quarter_turns).raster(DIGIT_HEIGHT / view.digit_height)
    peaks = pick_peaks(*scores_of(ink, weights, device=device), floor=_DOUBT)
    return replace(view, evidence=_evidence([peaks], ink.size))


def _settle(
    page: Page, weights: Weights, view: View, places: Sequence[tuple[float, float]], *, device: str
) -> View:
    """The view with the digit height that the digits themselves show."""
    for _ in range(3):
        tiles = _tiles(page, view.quarter_turns, DIGIT_HEIGHT / view.digit_height, places)
        found = tile_peaks(tiles, weights, floor=_DOUBT, device=device)
        view = replace(view, evidence=_evidence(found, tiles[0].size))
        sure = np.concatenate([p.boxes[p.best >= UPPER, 3] for p in found])
        if sure.size < 5:
            break
        ratio = float(np.quantile(sure, 0.75)) / DIGIT_HEIGHT
        if abs(ratio - 1) < 0.04:
            break
        view = replace(view, digit_height=view.digit_height * float(np.clip(ratio, 0.7, 1.4)))
    return view


def _evidence(found: Sequence[Peaks], pixels: int) -> float:
    """Certainty of digits for each digit-sized square, over the better half of the parts seen.

    The sum is weighted by the share of candidates that are sure: at a wrong scale, or upside down, there are
    many candidates and few are sure.
    """
    sums = sorted((float(np.clip(2 * p.best - 1, 0, None).sum()), n) for n, p in enumerate(found))
    half = sums[len(sums) // 2 :]
    best = np.concatenate([found[n].best for _, n in half])
    sure = float((best >= _SURE).sum() / (best.size + 3))
    return sure * sum(value for value, _ in half) / (len(half) * pixels / DIGIT_HEIGHT**2)


def _tiles(
    page: Page, quarter_turns: int, scale: float, places: Sequence[tuple[float, float]]
) -> NDArray[np.float32]:
    """Squares of a page about some places, (N, 192, 192); `places` are in pixels of the original."""
    upright = page.turned(quarter_turns)
    side = _TILE / scale
    tiles = np.zeros((len(places), _TILE, _TILE), np.float32)
    for tile, (x, y) in zip(tiles, upright.geometry.to_raster(np.array(places)), strict=True):
        part, _ = upright.raster(scale, Box(x - side / 2, y - side / 2, side, side))
        part = part[:_TILE, :_TILE]
        tile[: part.shape[0], : part.shape[1]] = part
    return tiles


def _places(page: Page) -> list[tuple[float, float]]:
    """Two places in each of six parts of the page, one of dense print and one of middling.

    Numbers are often the lesser part of what is printed.

    Returns
    -------
    list of (float, float)
        x and y in pixels of the original.
    """
    width, height = page.geometry.width, page.geometry.height
    shrink = max(max(width, height) / 400, 1.0)
    small, geometry = page.raster(1 / shrink)
    density = cv2.blur(np.minimum(small, 0.5), (25, 25), borderType=cv2.BORDER_CONSTANT)
    rows, columns = np.nonzero(small > 0.2)
    if not rows.size:
        rows, columns = np.array([0, small.shape[0] - 1]), np.array([0, small.shape[1] - 1])
    ys, xs = ([float(np.quantile(v, q)) for q in (0.005, 0.995)] for v in (rows, columns))
    tall, wide = (3, 2) if ys[1] - ys[0] >= xs[1] - xs[0] else (2, 3)
    cuts_y = np.linspace(ys[0], ys[1], tall + 1).astype(int)
    cuts_x = np.linspace(xs[0], xs[1], wide + 1).astype(int)
    found = []
    for i in range(tall):
        for j in range(wide):
            part = density[cuts_y[i] : cuts_y[i + 1] + 1, cuts_x[j] : cuts_x[j + 1] + 1]
            for at in (part.argmax(), np.abs(part - np.quantile(part, 0.5)).argmin()):
                y, x = np.unravel_index(int(at), part.shape)
                found.append((cuts_x[j] + x + 0.5, cuts_y[i] + y + 0.5))
    return [(float(x), float(y)) for x, y in geometry.to_original(np.array(found))]
