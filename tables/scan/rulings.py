"""The printed lines that divide a table: found on the upright ink raster, joined where they are broken."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Rulings", "Segment", "find_rulings"]

# all lengths are in digit heights
_SHORTEST = 2.5  # a whole ruling
_PIECE = 1.8  # a piece of one, longer than the stem of any letter of the same type
_THICKEST = 0.5
_GAP = 3.0  # between two pieces in line, whatever stands there
_BRIDGED = 25.0  # between two pieces in line, if there is some ink along most of it
_ASIDE = 0.2  # how far pieces of one line may be out of line, and
_SLOPE = 0.03  # how much more for each digit height of the gap between them, up to
_FURTHEST = 0.4
_WORKING_HEIGHT = (18.0, 32.0)  # pixels of a digit between which the raster is used as it is
_INK = 0.25
_FAINT_INK = 0.1  # enough to join two pieces
_CLEAR = 0.7  # share of a piece's rows that are free of ink beside it: less on the edge of a line of letters


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """A straight line: its ends at the middle of its thickness, in raster pixels.

    A vertical one runs from top to bottom, a horizontal one from left to right.

    Attributes
    ----------
    x0 : float
    y0 : float
        One end.
    x1 : float
    y1 : float
        The other.
    thickness : float
    """

    x0: float
    y0: float
    x1: float
    y1: float
    thickness: float = 1.0

    @property
    def length(self) -> float:
        """Pixels from end to end."""
        return math.hypot(self.x1 - self.x0, self.y1 - self.y0)

    def x_at(self, y: float) -> float:
        """x of a vertical segment, or of its continuation, at a height."""
        return self.x0 + (self.x1 - self.x0) * (y - self.y0) / ((self.y1 - self.y0) or 1.0)

    def y_at(self, x: float) -> float:
        """y of a horizontal segment, or of its continuation."""
        return self.y0 + (self.y1 - self.y0) * (x - self.x0) / ((self.x1 - self.x0) or 1.0)


@dataclass(frozen=True, slots=True)
class Rulings:
    """The rulings of a page: vertical ones from left to right, horizontal ones from top to bottom."""

    vertical: tuple[Segment, ...] = ()
    horizontal: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """One unbroken stretch of a vertical line: a pixel row and the middle of the line in it, row by row."""

    rows: NDArray[np.float64]
    middles: NDArray[np.float64]
    thickness: float

    @property
    def top(self) -> float:
        return float(self.rows[0])

    @property
    def bottom(self) -> float:
        return float(self.rows[-1]) + 1

    def end(self, rows: int) -> float:
        """Middle of the line near its top (rows > 0) or its bottom (rows < 0)."""
        part = self.middles[:rows] if rows > 0 else self.middles[rows:]
        return float(np.median(part))


def find_rulings(ink: NDArray[np.float32], digit_height: float) -> Rulings:
    """Find vertical and horizontal rulings on an upright page.

    Stretches of ink longer than a letter's stem are sought (a morphological opening with a line), and joined
    where they lie in line with small gaps or with more ink between them: rulings were set from short pieces
    of lead, and rows of type interrupt them.

    Parameters
    ----------
    ink : (H, W) ndarray of float32
        0 = paper, 1 = ink; upright and level to about two degrees.
    digit_height : float
        Height of the digits in pixels of this raster.

    Returns
    -------
    Rulings
        In pixels of this raster, none shorter than 2.5 digit heights.

    Raises
    ------
    ValueError
        If `digit_height` is not positive.
    """
    if not digit_height > 0:
        raise ValueError(f"digit_height must be positive, not {digit_height}")
    factor = float(np.clip(digit_height, *_WORKING_HEIGHT)) / digit_height
    sized = _resized(ink, factor)
    height = digit_height * factor
    vertical = _find(sized, height)
    horizontal = _find(np.ascontiguousarray(sized.T), height)
    return Rulings(
        tuple(sorted(_scaled(s, factor) for s in vertical)),
        tuple(sorted((_swapped(_scaled(s, factor)) for s in horizontal), key=lambda s: (s.y0, s.x0))),
    )


def _resized(ink: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    if factor == 1:
        return ink
    size = max(round(ink.shape[1] * factor), 1), max(round(ink.shape[0] * factor), 1)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, size, interpolation=method), np.float32)


def _scaled(s: Segment, factor: float) -> Segment:
    return Segment(*(v / factor for v in (s.x0, s.y0, s.x1, s.y1, s.thickness)))


def _swapped(s: Segment) -> Segment:
    return Segment(s.y0, s.x0, s.y1, s.x1, s.thickness)


def _find(ink: NDArray[np.float32], height: float) -> list[Segment]:
    """Vertical rulings of a raster whose digits are `height` pixels high."""
    mask = (ink > _INK).astype(np.uint8)
    kernel = np.ones(
        (round(_PIECE * height / 2) * 2 + 1, 1), np.uint8
    )  # an even one would shift what it finds
    opened = np.asarray(cv2.morphologyEx(_widened(mask), cv2.MORPH_OPEN, kernel), np.uint8)
    pieces = [p for p in _pieces(opened, height) if _stands_clear(p, mask)]
    chains = _chains(pieces, _widened((ink > _FAINT_INK).astype(np.uint8)), height)
    segments = [_fit(chain) for chain in chains]
    return [s for s in segments if s.length >= _SHORTEST * height]


def _widened(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A pixel more on both sides, which keeps the columns of a slanting line unbroken."""
    return np.asarray(cv2.dilate(mask, np.ones((1, 3), np.uint8)), np.uint8)


def _pieces(opened: NDArray[np.uint8], height: float) -> list[_Piece]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    pieces = []
    for label in range(1, count):
        x, y, w, h = (int(v) for v in stats[label, :4])
        if w > (_THICKEST + 0.2) * height + 0.06 * h:
            continue
        part = labels[y : y + h, x : x + w] == label
        widths = part.sum(axis=1)
        thickness = max(float(np.median(widths)) - 2, 1.0)  # less the two pixels of the dilation
        if thickness > _THICKEST * height:
            continue
        # the median width tells the line from what touches it: rows much wider than it say little
        sums = part @ (np.arange(w) + 0.5)
        sound = widths <= thickness + 2 + max(2, 0.1 * height)
        rows = np.flatnonzero(sound).astype(np.float64) + y
        pieces.append(_Piece(rows, np.asarray(x + sums[sound] / widths[sound], np.float64), thickness))
    return sorted(pieces, key=lambda p: (p.top, p.middles[0]))


def _stands_clear(piece: _Piece, mask: NDArray[np.uint8]) -> bool:
    """Whether there is paper on both sides, as there is not along the foot of a line of type."""
    rows = piece.rows.astype(int)
    for side in (-1, 1):
        columns = (piece.middles + side * (piece.thickness / 2 + 2)).astype(int)
        inside = (columns >= 0) & (columns < mask.shape[1])
        if mask[rows[inside], columns[inside]].sum() > (1 - _CLEAR) * len(rows):
            return False
    return True


def _chains(pieces: Sequence[_Piece], wide: NDArray[np.uint8], height: float) -> list[list[_Piece]]:
    """Pieces that continue one another, from top to bottom."""
    chains: list[list[_Piece]] = []
    for piece in pieces:
        fitting = [(_distance(chain[-1], piece, wide, height), i) for i, chain in enumerate(chains)]
        best = min(fitting, default=(math.inf, -1))
        if best[0] < math.inf:
            chains[best[1]].append(piece)
        else:
            chains.append([piece])
    return chains


def _distance(upper: _Piece, lower: _Piece, wide: NDArray[np.uint8], height: float) -> float:
    """How far the lower piece is out of line with the upper; infinite where it does not continue it."""
    gap = (lower.top - upper.bottom) / height
    if not -0.5 <= gap <= _BRIDGED or abs(lower.middles[0] - upper.middles[-1]) > height:
        return math.inf
    shorter = min(upper.bottom - upper.top, lower.bottom - lower.top) / height
    if gap > max(_GAP, 3 * shorter):
        return math.inf  # the short piece may be the stem of a large letter
    some = max(round(height), 3)
    start, stop = upper.end(-some), lower.end(some)
    aside = abs(stop - start) / height
    if aside > min(_ASIDE + _SLOPE * max(gap, 0), _FURTHEST):
        return math.inf
    if gap > _GAP and _coverage(wide, (start, upper.bottom), (stop, lower.top)) < 0.55:
        return math.inf
    return aside + 0.1 * max(gap, 0)


def _coverage(mask: NDArray[np.uint8], start: tuple[float, float], stop: tuple[float, float]) -> float:
    """Share of the rows between two points, as (x, y), with ink on the straight line between them."""
    rows = np.arange(math.ceil(start[1]), math.floor(stop[1]))
    if not rows.size:
        return 1.0
    columns = np.interp(rows + 0.5, (start[1], stop[1]), (start[0], stop[0])).astype(int)
    return float(mask[rows, np.clip(columns, 0, mask.shape[1] - 1)].mean())


def _fit(chain: Sequence[_Piece]) -> Segment:
    """The straight line through the middles of all rows, by least squares."""
    rows = np.concatenate([p.rows for p in chain]) + 0.5
    middles = np.concatenate([p.middles for p in chain])
    slope = float(np.polyfit(rows - rows.mean(), middles, 1)[0]) if len(rows) > 2 else 0.0
    top, bottom = min(p.top for p in chain), max(p.bottom for p in chain)
    lengths = [p.bottom - p.top for p in chain]
    thickness = float(np.average([p.thickness for p in chain], weights=lengths))
    centre, middle = float(rows.mean()), float(middles.mean())
    return Segment(
        middle + slope * (top - centre), top, middle + slope * (bottom - centre), bottom, round(thickness, 2)
    )
