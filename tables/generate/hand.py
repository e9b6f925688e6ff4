"""A scribe's hand: figures drawn with a broad pen, in the shapes of the 15th to the 18th century.

Each figure is a curve through a few places on the unit square (x to the right, y downwards from the top of a
tall figure to the base line), drawn with a pen whose edge has a fixed direction. A hand bends the places in
its own way, and a little differently each time.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from zij.tables.generate.fonts import Sort

__all__ = ["Hand"]

Places = tuple[tuple[float, float], ...]
Strokes = tuple[Places, ...]

_MODERN: dict[str, tuple[Strokes, ...]] = {
    "0": (
        (((0.3, 0.0), (0.08, 0.2), (0.02, 0.55), (0.2, 0.97), (0.45, 0.85), (0.56, 0.4), (0.3, 0.0)),),
        (((0.42, 0.06), (0.1, 0.1), (0.0, 0.6), (0.22, 1.0), (0.5, 0.75), (0.5, 0.25), (0.36, 0.0)),),
    ),
    "1": (
        (((0.2, 0.0), (0.18, 0.5), (0.16, 1.0)),),
        (((0.02, 0.25), (0.24, 0.0), (0.22, 0.5), (0.2, 1.0)),),
    ),
    "2": (
        (((0.05, 0.25), (0.25, 0.0), (0.5, 0.2), (0.3, 0.6), (0.0, 0.97), (0.3, 0.9), (0.58, 0.98)),),
        (((0.05, 0.2), (0.3, 0.0), (0.5, 0.25), (0.25, 0.7), (0.0, 1.0)), ((0.0, 1.0), (0.55, 0.97))),
    ),
    "3": (
        (
            (
                (0.05, 0.12),
                (0.3, 0.0),
                (0.48, 0.2),
                (0.22, 0.46),
                (0.5, 0.65),
                (0.4, 0.95),
                (0.1, 1.0),
                (0.0, 0.85),
            ),
        ),
        (((0.02, 0.05), (0.5, 0.03)), ((0.5, 0.03), (0.2, 0.4), (0.5, 0.6), (0.4, 0.95), (0.0, 0.95))),
    ),
    "4": (
        (((0.3, 0.0), (0.0, 0.6), (0.55, 0.6)), ((0.42, 0.3), (0.38, 1.0))),
        (((0.45, 1.0), (0.45, 0.0), (0.0, 0.65), (0.62, 0.65)),),
    ),
    "5": (
        (
            ((0.12, 0.05), (0.06, 0.45), (0.4, 0.42), (0.5, 0.7), (0.3, 1.0), (0.0, 0.9)),
            ((0.12, 0.05), (0.55, 0.0)),
        ),
    ),
    "6": (
        (((0.5, 0.05), (0.15, 0.3), (0.02, 0.7), (0.2, 1.0), (0.48, 0.8), (0.35, 0.5), (0.06, 0.65)),),
        (((0.4, 0.0), (0.05, 0.5), (0.1, 0.95), (0.45, 0.9), (0.45, 0.6), (0.1, 0.6)),),
    ),
    "7": (
        (((0.0, 0.08), (0.5, 0.03)), ((0.5, 0.03), (0.28, 0.5), (0.15, 1.0))),
        (((0.02, 0.15), (0.05, 0.02), (0.52, 0.05), (0.25, 0.55), (0.2, 1.0)),),
    ),
    "8": (
        (
            (
                (0.45, 0.12),
                (0.2, 0.0),
                (0.05, 0.2),
                (0.3, 0.48),
                (0.5, 0.75),
                (0.25, 1.0),
                (0.0, 0.78),
                (0.3, 0.45),
                (0.48, 0.15),
            ),
        ),
    ),
    "9": (
        (((0.48, 0.15), (0.2, 0.0), (0.02, 0.25), (0.2, 0.5), (0.48, 0.2), (0.45, 0.6), (0.2, 1.0)),),
        (((0.45, 0.3), (0.15, 0.5), (0.05, 0.15), (0.3, 0.0), (0.5, 0.2), (0.4, 1.0)),),
    ),
}
_MEDIEVAL: dict[str, tuple[Strokes, ...]] = {
    "1": ((((0.12, 0.45), (0.2, 0.4), (0.2, 0.7), (0.22, 1.0)),),),
    "2": (
        (((0.0, 0.5), (0.25, 0.35), (0.45, 0.5), (0.0, 1.0)), ((0.0, 1.0), (0.5, 0.97))),
        (((0.05, 0.2), (0.3, 0.05), (0.4, 0.3), (0.1, 0.9)), ((0.1, 0.9), (0.5, 0.8), (0.55, 0.95))),
    ),
    "4": (  # a loop whose ends cross and run down to both sides
        (((0.0, 1.0), (0.3, 0.55), (0.5, 0.2), (0.3, 0.0), (0.1, 0.2), (0.35, 0.6), (0.6, 1.0)),),
        (((0.05, 1.0), (0.5, 0.35), (0.35, 0.05), (0.12, 0.3), (0.55, 0.95)),),
    ),
    "5": (  # a stem with a bowl to the left of its foot, and the hook that looks like a y
        (((0.05, 0.3), (0.1, 0.7), (0.4, 0.65), (0.5, 0.3)), ((0.5, 0.3), (0.45, 0.8), (0.2, 1.2))),
        (((0.5, 0.05), (0.1, 0.1), (0.1, 0.45), (0.45, 0.5), (0.4, 0.9), (0.05, 1.1)),),
        (((0.1, 0.0), (0.08, 0.5), (0.4, 0.4), (0.5, 0.7), (0.3, 1.1), (0.02, 1.05)),),
    ),
    "7": (  # two legs
        (((0.0, 1.0), (0.25, 0.1)), ((0.25, 0.1), (0.55, 1.0))),
        (((0.0, 0.95), (0.2, 0.3), (0.3, 0.05), (0.45, 0.4), (0.6, 1.05)),),
    ),
    "0": (
        (((0.3, 0.42), (0.05, 0.55), (0.1, 0.95), (0.4, 0.98), (0.5, 0.6), (0.3, 0.42)),),
        (
            ((0.3, 0.42), (0.05, 0.55), (0.1, 0.95), (0.4, 0.98), (0.5, 0.6), (0.3, 0.42)),
            ((0.0, 1.0), (0.55, 0.45)),
        ),
    ),
}
_BELOW = {"3": 0.3, "4": 0.25, "5": 0.3, "7": 0.3, "9": 0.3}  # old-style: how far they hang below the line


@dataclass(frozen=True, slots=True, eq=False)
class _Pen:
    width: float  # of the edge, in heights of a tall figure
    angle: float  # of the edge, in radians
    thin: float  # least width


class Hand:
    """One scribe's figures; it stands in for a typeface where figures are set.

    Parameters
    ----------
    rng : Generator
        Chooses the shapes and the pen, and how each figure differs from the last.
    medieval : bool
        With the old shapes of 4, 5 and 7 (not every scribe has all of them).
    """

    style = "hand"

    def __init__(self, rng: Generator, *, medieval: bool) -> None:
        self.rng = rng
        self.name = "hand-medieval" if medieval else "hand"
        self.pen = _Pen(rng.uniform(0.05, 0.14), rng.uniform(0.3, 1.2), rng.uniform(0.02, 0.05))
        self.slant = rng.normal(0.08, 0.12)
        self.breadth = rng.uniform(0.75, 1.2)
        self.unrest = rng.uniform(0.01, 0.035)
        self.hanging = rng.random() < 0.5
        self.shapes = {digit: self._shape(digit, medieval) for digit in "0123456789"}
        self.habit = {
            d: [rng.normal(0, 0.03, (len(s), 2)) for s in shape] for d, shape in self.shapes.items()
        }

    def _shape(self, digit: str, medieval: bool) -> Strokes:
        old = _MEDIEVAL.get(digit, ())
        choices = old if medieval and old and self.rng.random() < 0.75 else _MODERN[digit]
        return choices[int(self.rng.integers(len(choices)))]

    def has(self, characters: str) -> bool:
        """Whether the hand writes all of these: figures alone."""
        return all(c in self.shapes for c in characters)

    def em_for_digits(self, height: float) -> int:
        """The size at which a tall figure is so many pixels high: the height itself."""
        return max(round(height), 4)

    def sort(self, character: str, size: int) -> Sort:
        """One figure as it is written this time, `size` pixels high."""
        lines = [
            self._bent(np.array(places) + shift)
            for places, shift in zip(self.shapes[character], self.habit[character], strict=True)
        ]
        every = np.concatenate(lines) * size
        margin = 3 + self.pen.width * size
        low, high = np.floor(every.min(0) - margin), np.ceil(every.max(0) + margin)
        width, height = (high - low).astype(int)
        ink: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
        for line in lines:
            self._draw(ink, line * size - low, size)
        rows, columns = np.flatnonzero(ink.max(1) > 40), np.flatnonzero(ink.max(0) > 40)
        cut = np.ascontiguousarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
        below = _BELOW.get(character, 0.0) * size if self.hanging else 0.0
        top = round(low[1] + rows[0] - size + below)
        advance = float(cut.shape[1] + size * max(self.rng.normal(0.12, 0.04), -0.05))
        return Sort(cut, 0, top, advance)

    def _bent(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """A smooth curve through the places, each a little off."""
        places = places + self.rng.normal(0, self.unrest, places.shape)
        places = places * [self.breadth, 1.0]
        places[:, 0] += self.slant * (1 - places[:, 1])
        if len(places) == 2:
            return np.linspace(places[0], places[1], 12)
        ends = np.vstack([2 * places[0] - places[1], places, 2 * places[-1] - places[-2]])
        t = np.linspace(0, 1, 9)[:-1, None]
        parts = []
        for a, b, c, d in zip(ends[:-3], ends[1:-2], ends[2:-1], ends[3:], strict=True):
            # a cubic through b and c with slopes (c - a) / 2 and (d - b) / 2 (Catmull and Rom 1974)
            parts.append(
                b
                + (c - a) / 2 * t
                + (a - 2.5 * b + 2 * c - d / 2) * t**2
                + (1.5 * (b - c) + (d - a) / 2) * t**3
            )
        return np.vstack([*parts, places[-1:]])

    def _draw(self, ink: NDArray[np.uint8], line: NDArray[np.float64], size: int) -> None:
        pen = self.pen
        edge = np.array([np.cos(pen.angle), -np.sin(pen.angle)]) * pen.width * size / 2
        quads = np.stack([line[:-1] - edge, line[:-1] + edge, line[1:] + edge, line[1:] - edge], axis=1)
        for quad in np.round(quads * 16).astype(np.int32):
            cv2.fillConvexPoly(ink, quad, (255,), cv2.LINE_AA, 4)
        points = np.round(line * 16).astype(np.int32)
        cv2.polylines(ink, [points], False, (255,), max(round(pen.thin * size), 1), cv2.LINE_AA, 4)
