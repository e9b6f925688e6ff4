"""Finding the digits of a page: scale and orientation first, then evidence, peaks and boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter
from scipy.spatial import cKDTree

from zij.tables.geometry import Box
from zij.tables.network import DIGIT_HEIGHT, STRIDE, Weights
from zij.tables.page import Page
from zij.tables.reading import Glyph

__all__ = ["FLOOR", "LOWER", "UPPER", "Detection", "Peaks", "View", "detect", "pick_peaks", "scores_of"]

FLOOR = 0.05  # probability below which a candidate is not looked at
LOWER = 0.5  # from here on a candidate is a digit, if an uncertain one
UPPER = 0.8  # from here on a digit is read
HEIGHTS = (8.0, 13.0, 21.0, 34.0, 55.0)  # digit heights that are tried, in pixels of the original
_TILE = 192  # pixels of a tile in the network's raster
_DOUBT, _SURE = 0.3, 0.9  # probabilities between which a candidate speaks against the view it was found in
_STRIP = 1536  # pixels of a strip when a whole page is read, so that memory stays bounded
_MARGIN = 64  # pixels around a strip that it needs to see
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


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """Candidate digits on the network's raster.

    Attributes
    ----------
    cells : (N, 2) ndarray of int
        Row and column on the evidence maps.
    boxes : (N, 4) ndarray of float64
        x, y, w, h in pixels of the raster.
    probabilities : (N, 10) ndarray of float64
    """

    cells: NDArray[np.int64]
    boxes: NDArray[np.float64]
    probabilities: NDArray[np.float64]

    @property
    def best(self) -> NDArray[np.float64]:
        """Probability of each candidate's likeliest digit, (N,)."""
        return np.asarray(self.probabilities.max(1, initial=0.0))


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


def scores_of(
    ink: NDArray[np.float32], weights: Weights, *, device: str = "cpu"
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Evidence maps of an ink raster, read in strips.

    Parameters
    ----------
    ink : (H, W) ndarray of float32
        Digits are about 24 pixels high.

    Returns
    -------
    probabilities : (11, h, w) ndarray
        h and w are H / 4 and W / 4, rounded up.
    sides : (4, h, w) ndarray
        Left, top, right, bottom of the box in pixels of the raster.
    """
    height, width = ink.shape
    padded = np.pad(ink, ((0, -height % STRIDE), (0, -width % STRIDE)))
    maps = [np.zeros((n, padded.shape[0] // STRIDE, padded.shape[1] // STRIDE), np.float32) for n in (11, 4)]
    network = weights.network.to(device)
    for top in range(0, padded.shape[0], _STRIP):
        low, high = max(top - _MARGIN, 0), min(top + _STRIP + _MARGIN, padded.shape[0])
        parts = _run(network, padded[None, None, low:high], weights.temperature, device)
        keep = slice(top // STRIDE, min(top + _STRIP, padded.shape[0]) // STRIDE)
        for whole, part in zip(maps, parts, strict=True):
            whole[:, keep] = part[0, :, keep.start - low // STRIDE : keep.stop - low // STRIDE]
    return maps[0], _corners(maps[1])


def _run(
    network: torch.nn.Module, ink: NDArray[np.float32], temperature: float, device: str
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    tensor = (
        torch.from_numpy(np.ascontiguousarray(ink)).to(device).contiguous(memory_format=torch.channels_last)
    )
    with torch.inference_mode():
        scores, sides = network(tensor)
        probabilities = torch.softmax(scores.float() / temperature, 1)
    return probabilities.cpu().numpy(), sides.cpu().numpy()


def _corners(sides: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distances from each cell's centre as absolute box edges."""
    y, x = ((np.arange(n, dtype=np.float32) + 0.5) * STRIDE for n in sides.shape[1:])
    return np.stack([x[None] - sides[0], y[:, None] - sides[1], x[None] + sides[2], y[:, None] + sides[3]])


def pick_peaks(
    probabilities: NDArray[np.float32], edges: NDArray[np.float32], *, floor: float = FLOOR
) -> Peaks:
    """Candidates at the peaks of digit evidence, one for each place.

    Parameters
    ----------
    probabilities : (11, h, w) ndarray
    edges : (4, h, w) ndarray
        Left, top, right, bottom in raster pixels.
    floor : float
        Candidates whose likeliest digit is less probable are dropped.

    Returns
    -------
    Peaks
        In reading order of the raster (by rows of cells).
    """
    digit = 1 - probabilities[10]
    peak = (digit >= maximum_filter(digit, 3)) & (probabilities[:10].max(0) >= floor)
    rows, columns = np.nonzero(peak)
    order = np.lexsort((columns, rows, -digit[rows, columns]))
    rows, columns = rows[order], columns[order]
    x0, y0, x1, y1 = edges[:, rows, columns].astype(np.float64)
    boxes = np.column_stack([x0, y0, np.maximum(x1 - x0, 1), np.maximum(y1 - y0, 1)])
    kept = _suppress(boxes)
    kept = kept[np.lexsort((columns[kept], rows[kept]))]
    cells = np.column_stack([rows, columns])[kept]
    return Peaks(cells, boxes[kept], probabilities[:10, rows[kept], columns[kept]].T.astype(np.float64))


def _suppress(boxes: NDArray[np.float64], *, overlap: float = 0.3) -> NDArray[np.int64]:
    """Indices of boxes, the best first, none of which overlaps a better one too much."""
    if not len(boxes):
        return np.zeros(0, np.int64)
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    near = cKDTree(centres).query_ball_point(centres, 0.75 * np.hypot(boxes[:, 2], boxes[:, 3]))
    alive = np.ones(len(boxes), bool)
    kept = []
    for i, others in enumerate(near):
        if not alive[i]:
            continue
        kept.append(i)
        worse = np.array([j for j in others if j > i and alive[j]], int)
        if worse.size:
            alive[worse[_overlap(boxes[i], boxes[worse]) > overlap]] = False
    return np.array(kept, np.int64)


def _overlap(box: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shared area over the smaller box's: a stroke within a digit is no digit of its own."""
    shared = np.minimum(box[:2] + box[2:], others[:, :2] + others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    area = np.clip(shared, 0, None).prod(1)
    return np.asarray(area / np.minimum(box[2:].prod(), others[:, 2:].prod(1)))


def _glyph(box: NDArray[np.float64], probabilities: NDArray[np.float64], factor: float) -> Glyph:
    x, y, w, h = (float(v) * factor for v in box)
    order = np.argsort(-probabilities, kind="stable")
    best = int(order[0])
    others = tuple(
        (str(d), round(float(probabilities[d]), 6)) for d in order[1:4] if probabilities[d] >= 0.002
    )
    return Glyph(Box(x, y, w, h), str(best), round(float(probabilities[best]), 6), others)


# --- scale and orientation -------------------------------------------------------------------------


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
    return View(quarter_turns, digit_height, _evidence(_look(tiles, weights, device), tiles[0].size))


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
        found = _look(tiles, weights, device)
        view = replace(view, evidence=_evidence(found, tiles[0].size))
        sure = np.concatenate([p.boxes[p.best >= UPPER, 3] for p in found])
        if sure.size < 5:
            break
        ratio = float(np.quantile(sure, 0.75)) / DIGIT_HEIGHT
        if abs(ratio - 1) < 0.04:
            break
        view = replace(view, digit_height=view.digit_height * float(np.clip(ratio, 0.7, 1.4)))
    return view


def _look(tiles: NDArray[np.float32], weights: Weights, device: str) -> list[Peaks]:
    probabilities, sides = _run(weights.network.to(device), tiles[:, None], weights.temperature, device)
    return [pick_peaks(p, _corners(s), floor=_DOUBT) for p, s in zip(probabilities, sides, strict=True)]


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
