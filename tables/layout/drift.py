"""How lines and columns drift over a page that is not flat, and coordinates in which they are straight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Drift"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """Slopes of rows and columns, each linear in x and y: skew, bow and keystone.

    The slope of columns is dx/dy = c0 + c1 x + c2 y, that of rows dy/dx = r0 + r1 x + r2 y, with x and y
    counted from the origin. Straight coordinates are u = x - (c0 y + c1 x y + c2 y²/2) and
    v = y - (r0 x + r1 x²/2 + r2 x y): equal u for what stands below each other, equal v for what stands
    beside each other.
    """

    columns: Floats
    rows: Floats
    origin: tuple[float, float]

    @classmethod
    def none(cls) -> Self:
        """Straight already."""
        return cls(np.zeros(3), np.zeros(3), (0.0, 0.0))

    @classmethod
    def fitted(
        cls, below: Floats, beside: Floats, *, origin: tuple[float, float], digit_height: float
    ) -> Self:
        """Fit to steps from marks to their neighbours.

        Parameters
        ----------
        below, beside : (N, 5) ndarray
            Each row x, y (of the middle), dx, dy, weight: a step from a mark to one below or beside it.
        origin : (float, float)
            Point of the page where u = x and v = y.
        digit_height : float
            Nominal digit height; a position is trusted to about a fifth of it.
        """
        x0, y0 = origin
        columns = _slopes(
            below[:, 0] - x0, below[:, 1] - y0, below[:, 3], below[:, 2], below[:, 4], digit_height
        )
        rows = _slopes(
            beside[:, 0] - x0, beside[:, 1] - y0, beside[:, 2], beside[:, 3], beside[:, 4], digit_height
        )
        return cls(columns, rows, origin)

    def straight(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Straight coordinates u, v of points."""
        x, y = np.asarray(x, float) - self.origin[0], np.asarray(y, float) - self.origin[1]
        (c0, c1, c2), (r0, r1, r2) = self.columns, self.rows
        u = x - (c0 * y + c1 * x * y + c2 * y * y / 2)
        v = y - (r0 * x + r1 * x * x / 2 + r2 * x * y)
        return u + self.origin[0], v + self.origin[1]

    def page(self, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        """Points of the page from straight coordinates; the inverse of `straight`."""
        u, v = np.asarray(u, float), np.asarray(v, float)
        x, y = u, v
        for _ in range(8):  # the slopes are small: each pass gains about two digits
            at_u, at_v = self.straight(x, y)
            x, y = x + (u - at_u), y + (v - at_v)
        return x, y


def _slopes(
    x: Floats, y: Floats, along: Floats, across: Floats, weight: Floats, digit_height: float
) -> Floats:
    """Robust ridge regression of across = slope(x, y) * along."""
    reach = max(float(np.ptp(x)), float(np.ptp(y)), digit_height) if len(x) else digit_height
    design = along[:, None] * np.stack([np.ones_like(x), x / reach, y / reach], axis=1)
    # slopes of 0.03 and changes of 0.02 over the page are usual, each step is right to a fifth of a digit
    ridge = np.diag((0.2 * digit_height / np.array([0.03, 0.02, 0.02])) ** 2)
    solution: Floats = np.zeros(3)
    for _ in range(8):
        residual = across - design @ solution
        robust = weight / (1 + (residual / (0.2 * digit_height)) ** 2) ** 2
        normal = design.T @ (robust[:, None] * design) + ridge
        solution = np.asarray(np.linalg.solve(normal, design.T @ (robust * across)), np.float64)
    return np.asarray(solution / np.array([1.0, reach, reach]))
