"""What a smooth course foretells for each place of a sequence, from its neighbours alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Foretold", "foretell", "robust_scale", "suspects"]

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Foretold:
    """Predictions of a sequence from its neighbours.

    Attributes
    ----------
    expected : (N,) ndarray of float
        NaN where too few neighbours are known.
    degree : int
        Of the local polynomial.
    scale : float
        Robust standard deviation of the residuals.
    excluded : (N,) ndarray of bool
        Places that the prediction of the others does not use, as they seem wrong.
    room : (N,) ndarray of float
        How much larger than usual the residuals are to be expected, at least 1.
    """

    expected: Float
    degree: int
    scale: float
    excluded: Bool
    room: Float


def robust_scale(residuals: Float) -> float:
    """Standard deviation of the bulk: 1.4826 times the median of the absolute values; NaN is left out."""
    finite = np.abs(residuals[np.isfinite(residuals)])
    return float(1.4826 * np.median(finite)) if len(finite) else 0.0


def foretell(
    values: Float, usable: Bool, degree: int, *, half: int = 4, abscissa: Float | None = None
) -> tuple[Float, Float]:
    """Each value from the usable ones within `half` places, by a local polynomial that leaves itself out.

    Parameters
    ----------
    values : (N,) ndarray of float
    usable : (N,) ndarray of bool
        Which values may be used.
    degree : int
        Of the polynomial, fitted by least squares with weights falling with distance.
    half : int
        Places on either side.
    abscissa : (N,) ndarray of float, optional
        Where the values stand; the index by default.

    Returns
    -------
    expected : (N,) ndarray of float
        NaN where fewer than `degree` + 2 values at different places can be used.
    spread : (N,) ndarray of float
        Standard deviation of value less expected, if all values have errors of deviation 1: larger at the
        ends, where there are neighbours on one side only.
    """
    n = len(values)
    x = np.arange(n, dtype=np.float64) if abscissa is None else abscissa
    offsets = np.array([k for k in range(-half, half + 1) if k])
    index = np.arange(n)[:, None] + offsets  # (N, 2 half)
    inside = (index >= 0) & (index < n)
    index = np.clip(index, 0, max(n - 1, 0))
    weight = np.where(inside & usable[index], 1 / (1.0 + np.abs(offsets)) ** 2, 0.0)
    t = np.where(weight > 0, x[index] - x[:, None], 0.0)
    weight = np.where(np.isfinite(t), weight, 0.0)
    width = np.abs(np.where(weight > 0, t, 0.0)).max(axis=1, initial=0.0)
    t = np.where(weight > 0, t, 0.0) / np.where(width > 0, width, 1.0)[:, None]
    powers = t[..., None] ** np.arange(degree + 1)  # (N, 2 half, degree + 1)
    left = np.einsum("nk,nki,nkj->nij", weight, powers, powers) + 1e-12 * np.eye(degree + 1)
    enough = (weight > 0).sum(axis=1) >= degree + 2
    left[~enough] = np.eye(degree + 1)
    first = np.zeros(degree + 1)
    first[0] = 1.0
    solved = np.linalg.solve(left, np.broadcast_to(first, (n, degree + 1))[..., None])[..., 0]
    shares = weight * np.einsum("nki,ni->nk", powers, solved)  # what each neighbour counts for
    found = (shares * np.where(weight > 0, values[index], 0.0)).sum(axis=1)
    spread = np.sqrt(1 + (shares**2).sum(axis=1))
    return np.where(enough, found, np.nan), np.where(enough, spread, np.nan)


def suspects(
    values: Float,
    known: Bool,
    degree: int,
    *,
    least: float = 3.0,
    factor: float = 6.0,
    abscissa: Float | None = None,
) -> Foretold:
    """Predict a sequence although some of its values are wrong.

    The value with the largest residual among its neighbours is set aside if its residual exceeds `least` and
    `factor` robust deviations, and the others are predicted again, until none is left; then those set aside
    that fit after all come back.

    Parameters
    ----------
    values : (N,) ndarray of float
    known : (N,) ndarray of bool
    degree : int
    least : float
        Residuals up to this are never suspect: published tables are wrong by a unit or two.
    factor : float
        In robust standard deviations.
    abscissa : (N,) ndarray of float, optional

    Returns
    -------
    Foretold
    """
    used = known.copy()
    for _ in range(40):
        expected, room = _roomy(values, used, degree, abscissa)
        residual = np.where(known, (values - expected) / room, np.nan)
        scale = max(robust_scale(residual[used]), 0.3)
        size = np.where(used, np.nan_to_num(np.abs(residual)), 0.0)
        top = size > np.maximum(max(least, factor * scale), 0.999 * _around(size))
        if not top.any() or used.sum() - top.sum() < 0.8 * known.sum():
            break
        used &= ~top
    expected, room = _roomy(values, used, degree, abscissa)
    residual = np.where(known, (values - expected) / room, np.nan)
    scale = max(robust_scale(residual[used]), 0.3)
    back = ~used & known & (np.abs(residual) <= max(least, factor * scale))
    if back.any():
        used |= back
        expected, room = _roomy(values, used, degree, abscissa)
    return Foretold(expected, degree, scale, known & ~used, room)


def _roomy(values: Float, used: Bool, degree: int, abscissa: Float | None) -> tuple[Float, Float]:
    expected, spread = foretell(values, used, degree, abscissa=abscissa)
    usual = float(np.nanmedian(spread)) if np.isfinite(spread).any() else 1.0
    ratio = np.maximum(np.nan_to_num(spread, nan=1.0) / usual, 1.0)
    return expected, ratio**3  # at the ends the polynomial also bends away from the course


def _around(size: Float, half: int = 3) -> Float:
    """Largest value within `half` places on either side."""
    padded = np.pad(size, half)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    largest: Float = windows.max(axis=1) if len(size) else size
    return largest
