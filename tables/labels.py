"""Where the readings of numbers find room on a picture of their page, so that they hide no digit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

__all__ = ["Label", "font_of", "labels", "rooms", "usual_room"]

LEAST = 11
"""Size in pixels below which a reading is not legible."""
_FIGURE = 0.74  # height of a figure in the size of its font
_APART = 2  # pixels between a digit and the reading beside it
_TIGHT = 0.2  # share of the numbers that may have less room than is usual

Corners = tuple[float, float, float, float]
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class Label:
    """A reading as it is to be drawn.

    Attributes
    ----------
    x, y : float
        Where its anchor lies, in pixels of the picture.
    anchor : str
        What of the text lies there, as Pillow names it: "ms" is the middle of the baseline.
    size : int
        Of the font, in pixels.
    hides : bool
        Whether there is no room for a legible reading, so that this one hides a part of other digits.
    """

    x: float
    y: float
    anchor: str
    size: int
    hides: bool = False


@cache
def font_of(size: int) -> _Font:
    """The font of readings in a size."""
    return ImageFont.load_default(size)


def rooms(numbers: Sequence[Corners], digits: Sequence[Corners]) -> NDArray[np.float64]:
    """Room above each number, up to the next digit or the edge of the page.

    Parameters
    ----------
    numbers, digits : sequence of (left, top, right, bottom)
        Of all numbers, and of all digits on the page.

    Returns
    -------
    (N,) ndarray of float64
        In their unit; below 0 where digits above reach into the number's line.
    """
    taken = np.array(digits, float).reshape(-1, 4)
    found = []
    middles = taken[:, 1::2].mean(axis=1)
    for left, top, right, _ in numbers:
        over = (taken[:, 0] < right) & (taken[:, 2] > left) & (middles < top)
        found.append(top - float(taken[over, 3].max(initial=0.0)))
    return np.array(found, float)


def usual_room(numbers: Sequence[Corners], digits: Sequence[Corners]) -> float:
    """Room above a number that four of five numbers have; infinite without numbers."""
    found = rooms(numbers, digits)
    return float(np.quantile(found, _TIGHT)) if len(found) else float("inf")


def labels(numbers: Sequence[tuple[Corners, str]], digits: Sequence[Corners], size: float) -> Iterator[Label]:
    """For each number the place of its reading: above it, as large as the rows allow, or else beside it.

    Parameters
    ----------
    numbers : sequence of (corners, str)
        Left, top, right and bottom of each number in pixels of the picture, and its reading.
    digits : sequence of corners
        Those of all digits on the picture; none is to be hidden.
    size : float
        Of the font in pixels, where there is room.

    Yields
    ------
    Label
    """
    above = rooms([corners for corners, _ in numbers], digits)
    usual = float(np.median(above)) / _FIGURE if len(above) else size
    wanted = max(round(min(size, usual)), LEAST)  # in one size, as far as may be
    taken = np.array(digits, float).reshape(-1, 4)
    for (corners, text), room in zip(numbers, above, strict=True):
        left, top, right, bottom = corners
        slack = 1 + 0.04 * (bottom - top)  # a digit's box is a little higher than its ink
        fitting = min(wanted, int((room + slack) / _FIGURE))
        over = Label((left + right) / 2, top - 1, "ms", max(fitting, LEAST), fitting < LEAST)
        yield (_beside(corners, text, taken, wanted) or over) if over.hides else over


def _beside(corners: Corners, text: str, taken: NDArray[np.float64], size: int) -> Label | None:
    """To the right of a number, or to its left; None where there is no room either."""
    left, top, right, bottom = corners
    line = (taken[:, 1] < bottom) & (taken[:, 3] > top)
    wanted = font_of(size).getlength(text) + 2 * _APART
    after = taken[line & (taken[:, 0] >= right), 0]
    if after.size and after.min() - right >= wanted:
        return Label(right + _APART, (top + bottom) / 2, "lm", size)
    before = taken[line & (taken[:, 2] <= left), 2]
    if before.size and left - before.max() >= wanted:
        return Label(left - _APART, (top + bottom) / 2, "rm", size)
    return None
