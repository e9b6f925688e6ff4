"""The fold between two leaves near the side of a photograph, and the strip of the other leaf beyond it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["beyond_gutters"]

_DEPTH = 0.12  # share of the page's width, from its side inwards, in which a gutter is sought
_STRIPS = 40  # the line must be there in nearly all of as many strips from end to end, and at both ends
_PRESENT = 0.96
_RIDGE = 0.02  # darker than both sides by so much, as a mean over a strip
_REACH = 5  # pixels to the paper on either side of the line
_NARROW = 8  # pixels in which no sign finds room
_SLANTS = np.arange(-40, 41, 2)  # pixels from end to end, at the working size


def beyond_gutters(ink: NDArray[np.floating], paper: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What lies beyond a gutter near one of the page's sides: the edge of the facing leaf.

    A gutter is a dark line that runs through the whole of the page, its blank margins too, as no printed
    ruling does. It counts only if there is no print beyond it, so nothing printed is ever lost.

    Parameters
    ----------
    ink : (h, w) ndarray of float
        Darkness relative to the paper, at the working size.
    paper : (h, w) ndarray of bool
        What is page, or an opening of two pages.

    Returns
    -------
    (h, w) ndarray of bool
        True beyond a gutter and on it.
    """
    beyond = np.zeros(paper.shape, bool)
    if not paper.any():
        return beyond
    rows, columns = np.flatnonzero(paper.any(axis=1)), np.flatnonzero(paper.any(axis=0))
    area = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    clear = np.where(paper, ink, 0).astype(np.float32)[area]
    for turn in range(4):
        side = _left_of_gutter(np.ascontiguousarray(np.rot90(clear, turn)))
        beyond[area] |= np.rot90(side, -turn)
    return beyond


def _left_of_gutter(ink: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The strip to the left of a line from top to bottom near the left side; nothing if there is none."""
    height, width = ink.shape
    depth = int(_DEPTH * width)
    strip = np.zeros(ink.shape, bool)
    if depth < 3 * _REACH or height < 4 * _STRIPS:
        return strip
    line = _line(np.minimum(ink[:, : depth + _REACH], 0.3))
    if line is None:
        return strip
    position = np.linspace(line[0], line[1], height)[:, None]
    strip[np.arange(width) < position + 3] = True
    rest = np.where(np.arange(width) < position - _REACH, ink, 0).astype(np.float32)
    if position.max() > _NARROW and _has_print(rest):
        strip[:] = False
    return strip


def _line(ink: NDArray[np.float32]) -> tuple[float, float] | None:
    """x at the top and at the bottom of the clearest line, or None."""
    height, width = ink.shape
    best: tuple[float, float, float] | None = None
    for slant in _SLANTS:
        slope = slant / height
        matrix = np.array([[1, slope, -slope * height / 2], [0, 1, 0]], float)
        upright = cv2.warpAffine(ink, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        means = np.asarray(cv2.resize(upright, (width, _STRIPS), interpolation=cv2.INTER_AREA), np.float32)
        ridge = _ridge(np.asarray(cv2.blur(means, (3, 1)), np.float32))  # (strips, width)
        present = ridge > _RIDGE
        score = np.clip(ridge, 0, 0.3).mean(axis=0)
        ends = np.concatenate([present[:2], present[-2:]]).all(axis=0)
        score[~ends | (present.mean(axis=0) < _PRESENT)] = 0
        x = int(np.argmax(score))
        if score[x] > 0 and (best is None or score[x] > best[0]):
            best = float(score[x]), x + 0.5 + slant / 2, x + 0.5 - slant / 2
    return None if best is None else best[1:]


def _ridge(means: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much darker each column is than the lighter of what lies to its left and to its right."""
    ridge = np.zeros_like(means)
    centre = means[:, _REACH:-_REACH]
    ridge[:, _REACH:-_REACH] = centre - np.maximum(means[:, : -2 * _REACH], means[:, 2 * _REACH :])
    return ridge


def _has_print(ink: NDArray[np.float32]) -> bool:
    """Whether anything as large as a small digit stands there."""
    count, _, stats, _ = cv2.connectedComponentsWithStats((ink > 0.25).astype(np.uint8), connectivity=8)
    sizes = stats[1:count, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    return bool(np.any((sizes.max(axis=1) >= 4) & (sizes.min(axis=1) >= 2))) if count > 1 else False
