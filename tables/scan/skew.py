"""How far the lines of a page are from level."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["find_skew"]

_COARSE = 450  # longest side in pixels: 0.25° shifts a line's end by 2
_FINE = 700
_ENOUGH = 2000  # pixels: larger images are reduced to about that before all else
_FAINT = 0.15
_CLEAR = 2.5  # score of the best angle, where that of the median is 1, of what is no mere chance
# over tenths of a degree: rows and columns of a bent or obliquely photographed leaf differ by up to a degree,
# and the sharpest of many rulings is not to decide alone
_BELL = np.exp(-0.5 * (np.arange(-10, 11) / 4) ** 2)
_BELL /= _BELL.sum()


def find_skew(ink: NDArray[np.float32], *, limit: float = 5.0) -> float:
    """Skew of a page's lines of print and rulings, along both axes at once.

    Where lines run along an axis, the sums of ink across it change most sharply: the score of an angle is
    the energy of the derivative of the projection profile (Postl, US patent 4,723,297, 1988), here the
    product over both axes, each relative to its median over all angles. So rows, columns and rulings help,
    whichever way the page lies.

    Parameters
    ----------
    ink : (H, W) ndarray of float32
        0 = paper, 1 = ink.
    limit : float
        Largest skew that is sought, in degrees.

    Returns
    -------
    float
        Degrees by which the page is to be turned clockwise for its lines to be level; exactly 0 where it is
        less than 0.1, or where there are no lines.
    """
    if min(ink.shape) < 32 or float(ink.max()) < _FAINT:
        return 0.0
    factor = max(ink.shape) // _ENOUGH
    if factor > 1:
        size = ink.shape[1] // factor, ink.shape[0] // factor
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    ink = np.maximum(ink - _FAINT, 0)  # noise and show-through have no say
    coarse = np.arange(-limit - 0.5, limit + 0.51, 0.25)
    scores = _scores(_reduced(ink, _COARSE), coarse)
    best = int(np.argmax(scores))
    if scores[best] < _CLEAR or not 0 < best < len(coarse) - 1:
        return 0.0
    fine = coarse[best] + np.arange(-2, 2.01, 0.1)
    scores = np.convolve(np.log(_scores(_reduced(ink, _FINE), fine)), _BELL, mode="valid")
    fine = fine[len(_BELL) // 2 : -(len(_BELL) // 2)]
    best = int(np.clip(np.argmax(scores), 1, len(fine) - 2))
    before, peak, after = scores[best - 1 : best + 2]
    bend = before - 2 * peak + after
    angle = fine[best] + (0.05 * np.clip((before - after) / bend, -1, 1) if bend < 0 else 0.0)
    return 0.0 if abs(angle) < 0.1 or abs(angle) > limit else round(float(angle), 3)


def _reduced(ink: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Ink at most `size` pixels long, smoothed so that interpolation blurs no more when it is turned."""
    factor = min(size / max(ink.shape), 1.0)
    small = cv2.resize(ink, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else ink
    soft = cv2.GaussianBlur(small, (0, 0), 1.5)
    return np.asarray(soft - soft.mean(), np.float32)  # else the image's edges count as lines


def _scores(ink: NDArray[np.float32], degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sharpness of the profiles along both axes, for each clockwise turn."""
    across = np.ascontiguousarray(ink.T)
    energies = np.array([[_energy(ink, a), _energy(across, -a)] for a in degrees])  # (angles, 2)
    typical = np.median(energies, axis=0)
    return np.asarray(np.prod(np.maximum(energies, 1e-9) / np.maximum(typical, 1e-9), axis=1))


def _energy(ink: NDArray[np.float32], degrees: float) -> float:
    """Energy of the derivative of the row sums after a clockwise turn, made as a shear of the columns."""
    height, width = ink.shape
    slope = np.tan(np.radians(degrees))
    # a clockwise turn moves a pixel right of the centre down: y' = y + slope (x - centre)
    matrix = np.array([[1, 0, 0], [slope, 1, -slope * (width - 1) / 2]])
    sheared = cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_LINEAR)
    return float(np.sum(np.diff(cv2.reduce(sheared, 1, cv2.REDUCE_SUM).ravel()) ** 2))
