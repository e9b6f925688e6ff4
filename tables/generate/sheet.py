"""A sheet of paper on which type, rules and strokes are set, with the truth about its digits."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from zij.tables.generate.fonts import Sort
from zij.tables.geometry import Box

__all__ = ["Sheet"]

Chooser = Callable[[str], Sort]


class Sheet:
    """Ink on paper, and where its digits are.

    Attributes
    ----------
    ink : (H, W) ndarray of uint8
        0 paper, 255 ink.
    digits : list of (Box, int)
        Each digit's ink box in pixels, and the digit.
    """

    def __init__(self, height: int, width: int) -> None:
        self.ink: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
        self.digits: list[tuple[Box, int]] = []

    def put(self, sort: Sort, x: float, y: float, digit: int | None = None) -> None:
        """Ink a sort with its pen's place at `x` on the base line `y`; what falls off the sheet is lost."""
        h, w = sort.ink.shape
        left, top = round(x) + sort.left, round(y) + sort.top
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + w, self.ink.shape[1]), min(top + h, self.ink.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        part = self.ink[y0:y1, x0:x1]
        np.maximum(part, sort.ink[y0 - top : y1 - top, x0 - left : x1 - left], out=part)
        if digit is not None:
            self.digits.append((Box(left, top, w, h), digit))

    def line(
        self,
        text: str,
        x: float,
        y: float,
        choose: Chooser,
        *,
        spacing: float = 0.0,
        space: float = 10.0,
        wobble: Callable[[], float] | None = None,
        truth: bool = True,
    ) -> float:
        """Set a line of text from `x` on the base line `y`.

        Parameters
        ----------
        text : str
            Digits in it are noted as truth, unless `truth` is false.
        choose : callable
            From a character to its sort.
        spacing : float
            Pixels between neighbouring sorts besides their own advance.
        space : float
            Width of a blank in pixels.
        wobble : callable, optional
            Pixels by which the next sort stands off the line.

        Returns
        -------
        float
            x where the line ends.
        """
        for character in text:
            if character == " ":
                x += space + spacing
                continue
            sort = choose(character)
            off = wobble() if wobble else 0.0
            known = truth and character in "0123456789"
            self.put(sort, x, y + off, int(character) if known else None)
            x += sort.advance + spacing
        return x

    def rule(
        self, start: tuple[float, float], end: tuple[float, float], thickness: int, ink: int = 255
    ) -> None:
        """Draw a straight rule between two points, `thickness` pixels wide."""
        (x0, y0), (x1, y1) = start, end
        cv2.line(
            self.ink, (round(x0), round(y0)), (round(x1), round(y1)), ink, max(thickness, 1), cv2.LINE_AA
        )

    def strokes(self, points: NDArray[np.float64], thickness: int, ink: int = 255) -> None:
        """Draw a curve through points, (N, 2) as x, y."""
        cv2.polylines(
            self.ink, [np.round(points).astype(np.int32)], False, ink, max(thickness, 1), cv2.LINE_AA
        )


def width_of(text: str, choose: Chooser, *, spacing: float = 0.0, space: float = 10.0) -> float:
    """Pixels that `Sheet.line` would take for a text."""
    return sum((space if c == " " else choose(c).advance) + spacing for c in text)
