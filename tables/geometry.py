"""Boxes, and the one map between the original image and every raster made from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "Geometry"]


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """Axis-parallel box; `x`, `y` is the top left corner, all in pixels.

    Attributes
    ----------
    x : float
    y : float
        Left and top.
    w : float
    h : float
        Not negative.
    """

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """x of the right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """y of the lower edge."""
        return self.y + self.h

    @property
    def centre(self) -> tuple[float, float]:
        """x and y of the centre."""
        return self.x + self.w / 2, self.y + self.h / 2

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.w * self.h

    def intersection(self, other: Box) -> float:
        """Area shared with another box, in square pixels."""
        width = min(self.right, other.right) - max(self.x, other.x)
        height = min(self.bottom, other.bottom) - max(self.y, other.y)
        return max(width, 0.0) * max(height, 0.0)

    def iou(self, other: Box) -> float:
        """Intersection over union with another box, 0 to 1."""
        shared = self.intersection(other)
        return shared / (self.area + other.area - shared) if shared else 0.0

    def contains(self, x: float, y: float) -> bool:
        """Whether a point lies in the box or on its edge."""
        return self.x <= x <= self.right and self.y <= y <= self.bottom

    def rounded(self) -> Box:
        """The box with whole pixels as coordinates, at least 1 x 1."""
        x, y = round(self.x), round(self.y)
        return Box(x, y, max(round(self.right) - x, 1), max(round(self.bottom) - y, 1))

    def clipped(self, width: int, height: int) -> Box:
        """The part of the box that lies in an image of that size."""
        x, y = min(max(self.x, 0), width), min(max(self.y, 0), height)
        return Box(x, y, min(max(self.right, x), width) - x, min(max(self.bottom, y), height) - y)

    @classmethod
    def hull(cls, boxes: Iterable[Box]) -> Self:
        """The smallest box that holds all of the given (at least one)."""
        boxes = list(boxes)
        if not boxes:
            raise ValueError("the hull of no boxes is not defined")
        x, y = min(b.x for b in boxes), min(b.y for b in boxes)
        return cls(x, y, max(b.right for b in boxes) - x, max(b.bottom for b in boxes) - y)


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """Affine map from pixels of the original image to pixels of a raster made from it.

    Coordinates are continuous: the top left pixel covers 0 to 1 on both axes.

    Attributes
    ----------
    matrix : (2, 3) ndarray of float64
        `raster = matrix[:, :2] @ original + matrix[:, 2]`, a similarity (turn, scale, shift).
    width, height : int
        Size of the raster in pixels.
    """

    matrix: NDArray[np.float64]
    width: int
    height: int

    @classmethod
    def identity(cls, width: int, height: int) -> Self:
        """The geometry of the original image itself."""
        return cls(np.eye(2, 3), width, height)

    @property
    def scale(self) -> float:
        """Pixels of the raster for one pixel of the original."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:, :2]))))

    @property
    def angle(self) -> float:
        """Clockwise turn from original to raster, in degrees from -180 to 180 (y points down)."""
        return float(np.degrees(np.arctan2(self.matrix[1, 0], self.matrix[0, 0])))

    @property
    def quarter_turns(self) -> int:
        """Clockwise quarter turns nearest to `angle`: 0, 1, 2 or 3."""
        return round(self.angle / 90) % 4

    def cropped(self, box: Box) -> Geometry:
        """The geometry after cutting `box` (whole raster pixels) out of the raster."""
        return self._then(np.array([[1, 0, -box.x], [0, 1, -box.y]]), round(box.w), round(box.h))

    def scaled(self, factor: float) -> Geometry:
        """The geometry after resizing the raster by `factor`."""
        width, height = max(round(self.width * factor), 1), max(round(self.height * factor), 1)
        return self._then(np.array([[factor, 0, 0], [0, factor, 0]]), width, height)

    def turned(self, quarter_turns: int) -> Geometry:
        """The geometry after turning the raster clockwise by quarter turns."""
        w, h = self.width, self.height
        matrix, width, height = {
            0: ([[1, 0, 0], [0, 1, 0]], w, h),
            1: ([[0, -1, h], [1, 0, 0]], h, w),
            2: ([[-1, 0, w], [0, -1, h]], w, h),
            3: ([[0, 1, 0], [-1, 0, w]], h, w),
        }[quarter_turns % 4]
        return self._then(np.array(matrix), width, height)

    def rotated(self, degrees: float) -> Geometry:
        """The geometry after a small clockwise rotation about the raster's centre, size unchanged."""
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        x, y = self.width / 2, self.height / 2
        matrix = np.array([[c, -s, x - c * x + s * y], [s, c, y - s * x - c * y]])
        return self._then(matrix, self.width, self.height)

    def to_raster(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the original, (N, 2) as x, y, in raster pixels."""
        return np.asarray(points, float) @ self.matrix[:, :2].T + self.matrix[:, 2]

    def to_original(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the raster, (N, 2) as x, y, in pixels of the original."""
        offsets = np.asarray(points, float) - self.matrix[:, 2]
        return np.asarray(np.linalg.solve(self.matrix[:, :2], offsets.T).T)

    def box_to_original(self, box: Box) -> Box:
        """A raster box in the original: its centre mapped, its sides scaled and turned by quarter turns.

        The small skew is left out of the sides: a digit's box does not grow with it.
        """
        return self._box(self.to_original(np.array([box.centre]))[0], box, 1 / self.scale)

    def box_to_raster(self, box: Box) -> Box:
        """A box of the original in the raster; the inverse of `box_to_original`."""
        return self._box(self.to_raster(np.array([box.centre]))[0], box, self.scale)

    def _box(self, centre: NDArray[np.float64], box: Box, scale: float) -> Box:
        w, h = (box.w, box.h) if self.quarter_turns % 2 == 0 else (box.h, box.w)
        w, h = w * scale, h * scale
        return Box(float(centre[0]) - w / 2, float(centre[1]) - h / 2, w, h)

    def _then(self, matrix: NDArray[np.float64], width: int, height: int) -> Geometry:
        linear = matrix[:, :2] @ self.matrix[:, :2]
        shift = matrix[:, :2] @ self.matrix[:, 2] + matrix[:, 2]
        return Geometry(np.column_stack([linear, shift]), width, height)
