"""Scale and orientation of a page, chosen once for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from zij.tables.digits.network import DIGIT_HEIGHT, Weights
from zij.tables.digits.peaks import UPPER, Peaks, tile_peaks
from zij.tables.digits.pieces import Pieces, find_pieces
from zij.tables.geometry import Box
from zij.tables.scan.page import Page

__all__ = ["HEIGHTS", "View", "choose_view", "is_plain", "probe"]

HEIGHTS = (8.0, 13.0, 21.0, 34.0, 55.0, 89.0)  # digit heights that are tried, in pixels of the original
_TILE = 192  # pixels of a tile in the network's raster
_DOUBT, _SURE = 0.22, 0.96  # probabilities between which a candidate speaks against the view it was found in
_PLAIN = 8  # sure digits in one tile, if they are half of all candidates there, that no text at any scale has
_RARE = 0.02  # share of the ink in pieces of a size below which that size is not tried
_NONE = 0.01  # evidence a digit-sized square of a tile below which there is no table
_BEST = 4  # tiles in which the orientation and the exact height are sought
_TURNED = 3  # heights at which other orientations are tried
Places = Sequence[tuple[float, float]]


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

    @property
    def shows_digits(self) -> bool:
        """Whether digits were found in plenty; else the size is that of the print."""
        return self.evidence >= _NONE


@dataclass(frozen=True, slots=True, eq=False)
class _Probe:
    """What was seen of a page's tiles in one view."""

    view: View
    places: Places
    found: list[Peaks]

    @property
    def plain(self) -> bool:
        return any(is_plain(peaks.best) for peaks in self.found)

    @property
    def varied(self) -> bool:
        """Whether the sure digits are of many kinds: letters that lie on their side are taken for a few."""
        counts = np.bincount(self.digits().argmax(axis=1), minlength=10)
        return bool(counts.sum() >= _PLAIN and (counts > 0).sum() >= 5 and 2 * counts.max() <= counts.sum())

    def best_places(self) -> Places:
        """The places that show the most digits."""
        sums = [-float(np.clip(2 * peaks.best - 1, 0, None).sum()) for peaks in self.found]
        return [self.places[n] for n in np.argsort(sums, kind="stable")[:_BEST]]

    def digits(self) -> NDArray[np.float64]:
        """Probabilities of the sure ones, (N, 10)."""
        return np.concatenate([peaks.probabilities[peaks.best >= _SURE] for peaks in self.found])


def choose_view(page: Page, weights: Weights, *, device: str = "cpu") -> View | None:
    """Scale and orientation under which a page is read; None where nothing is printed.

    How large the pieces of ink are says at which heights digits may stand, and which is the likeliest. Tiles
    of the page are probed at one after the other, as the page lies, until digits are plain to see; then in
    the other orientations. Where digits are plain nowhere, the best of all views is taken, and where none
    shows digits, the size of the print. The digits found then give the height itself.

    Parameters
    ----------
    page : Page
    weights : Weights
    device : str
        Of torch.

    Returns
    -------
    View or None
    """
    pieces = find_pieces(page)
    heights = _heights(pieces)
    if not heights:
        return None
    places = _places(page)
    seen: list[_Probe] = []
    for height in heights:
        seen.append(_probe(page, weights, 0, height, places, device=device))
        if seen[-1].plain:
            return _settled(page, weights, _upright(page, weights, seen[-1], device=device), device=device)
    for height in heights[:_TURNED]:
        seen += [_probe(page, weights, turn, height, places, device=device) for turn in (1, 2, 3)]
        if any(one.plain and one.varied for one in seen[-3:]):
            break
    seen = [one for one in seen if one.view.quarter_turns == 0 or one.varied]
    best = max(seen, key=lambda one: (one.plain, one.view.evidence))
    if best.view.evidence < _NONE:
        return View(0, round(float(np.clip(pieces.typical(), HEIGHTS[0], HEIGHTS[-1])), 2), 0.0)
    return _settled(page, weights, best, device=device)


def is_plain(confidences: NDArray[np.float64]) -> bool:
    """Whether candidates of about 0.2 and more, near each other, are digits beyond doubt.

    Parameters
    ----------
    confidences : (N,) ndarray of float64

    Returns
    -------
    bool
    """
    sure = int((confidences >= _SURE).sum())
    return sure >= _PLAIN and 2 * sure >= int((confidences >= _DOUBT).sum())


def probe(
    page: Page, weights: Weights, quarter_turns: int, digit_height: float, *, device: str = "cpu"
) -> View:
    """Digit evidence of some tiles of a page, seen with one scale and orientation.

    Parameters
    ----------
    page : Page
    weights : Weights
    quarter_turns : int
        Clockwise.
    digit_height : float
        In pixels of the original.
    device : str
        Of torch.

    Returns
    -------
    View
    """
    return _probe(page, weights, quarter_turns, digit_height, _places(page), device=device).view


def _probe(
    page: Page, weights: Weights, quarter_turns: int, digit_height: float, places: Places, *, device: str
) -> _Probe:
    tiles = _tiles(page, quarter_turns, DIGIT_HEIGHT / digit_height, places)
    found = tile_peaks(tiles, weights, floor=_DOUBT, device=device)
    return _Probe(View(quarter_turns, digit_height, _evidence(found, tiles[0].size)), places, found)


def _heights(pieces: Pieces) -> list[float]:
    """The heights worth trying, those of most ink first."""
    shares = {height: pieces.share(height) for height in HEIGHTS}
    return sorted((h for h in HEIGHTS if shares[h] >= _RARE), key=lambda h: -shares[h])


def _upright(page: Page, weights: Weights, one: _Probe, *, device: str) -> _Probe:
    """The same view, or turned as the digits would have it.

    A page upside down shows digits too: 0 1 2 5 8, and 6 for 9. But 3, 4 and 7 are none when they are turned.
    """
    digits = one.digits().argmax(axis=1)
    if np.isin(digits, (3, 4, 7)).sum() >= max(4, 0.12 * digits.size):
        return one
    places = one.best_places()
    turned = [
        _probe(page, weights, turn, one.view.digit_height, places, device=device) for turn in (0, 1, 2, 3)
    ]
    return max(turned, key=lambda other: other.view.evidence)


def _settled(page: Page, weights: Weights, one: _Probe, *, device: str) -> View:
    """The view with the digit height that the digits themselves show."""
    places = one.best_places()
    for _ in range(4):
        boxes = np.concatenate([peaks.boxes[peaks.best >= UPPER, 3] for peaks in one.found])
        if boxes.size < 5:
            break
        ratio = float(np.quantile(boxes, 0.75)) / DIGIT_HEIGHT
        if abs(ratio - 1) < 0.04:
            break
        height = one.view.digit_height * float(np.clip(ratio, 0.7, 1.4))
        one = _probe(page, weights, one.view.quarter_turns, height, places, device=device)
    return one.view


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
