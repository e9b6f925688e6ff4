"""The parts of a raster that hold ink, so that blank paper is not read."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "Part", "inked", "parts"]

BLOCK = 16
"""Pixels of the raster for one of the blocks that are read or not."""

Part = tuple[int, int, int, int]
"""Top, bottom, left, right in blocks."""

_FAINT = 0.12  # ink below which it is the paper's grain, or print that shines through
_LEAST = 10.0  # sum of ink above that in 32 x 32 pixels; the faintest digit has 20, a speck 3
_MOST = 5000  # blocks of a part: its maps stay in the processor's cache


def inked(ink: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Blocks in or beside which there is ink enough for a small digit.

    Parameters
    ----------
    ink : (H, W) ndarray of float32
        On the network's raster; H and W multiples of `BLOCK`.

    Returns
    -------
    (H / 16, W / 16) ndarray of bool
    """
    height, width = ink.shape
    if not ink.size:
        return np.zeros((height // BLOCK, width // BLOCK), bool)
    clear = np.maximum(ink - _FAINT, 0)
    means = cv2.resize(clear, (width // 8, height // 8), interpolation=cv2.INTER_AREA)
    sums = cv2.blur(means, (4, 4), borderType=cv2.BORDER_CONSTANT) * 1024
    some = (sums > _LEAST).reshape(height // BLOCK, 2, width // BLOCK, 2).any(axis=(1, 3))
    return np.asarray(cv2.dilate(some.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def parts(wanted: NDArray[np.bool_], *, margin: int) -> Iterator[Part]:
    """Rectangles that hold all wanted blocks, none twice, cut so that little is read in vain.

    Parameters
    ----------
    wanted : (h, w) ndarray of bool
    margin : int
        Blocks around a part that must be read with it, so that a cut has its price.

    Yields
    ------
    Part
    """
    top, bottom, left, right = _hull(wanted)
    if top == bottom:
        return
    whole = wanted[top:bottom, left:right]
    height, width = whole.shape
    price = (height + 2 * margin) * (width + 2 * margin)
    rows, columns = _cuts(whole, margin), _cuts(whole.T, margin)
    if price > _MOST:  # a large part is cut in any case, somewhere in its middle
        for cuts in (rows, columns):
            length = len(cuts) - 1
            cuts[: length // 4 + 1] = cuts[length - length // 4 :] = np.inf
        price = np.inf
        if min(rows.min(), columns.min()) == np.inf:
            yield top, bottom, left, right
            return
    row, column = int(rows.argmin()), int(columns.argmin())
    if min(rows[row], columns[column]) >= price:
        yield top, bottom, left, right
        return
    if rows[row] <= columns[column]:
        pieces = ((0, row, 0, width), (row, height, 0, width))
    else:
        pieces = ((0, height, 0, column), (0, height, column, width))
    for a, b, c, d in pieces:
        for t, u, v, w in parts(whole[a:b, c:d], margin=margin):
            yield top + a + t, top + a + u, left + c + v, left + c + w


def _hull(wanted: NDArray[np.bool_]) -> Part:
    rows, columns = np.flatnonzero(wanted.any(axis=1)), np.flatnonzero(wanted.any(axis=0))
    if not rows.size:
        return 0, 0, 0, 0
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _cuts(wanted: NDArray[np.bool_], margin: int) -> NDArray[np.float64]:
    """Blocks to be read if a part is cut above each of its rows, (h + 1,); infinite at the ends."""
    above = _prices(wanted, margin)
    below = _prices(wanted[::-1], margin)[::-1]
    total = above + below
    total[0] = total[-1] = np.inf
    return total


def _prices(wanted: NDArray[np.bool_], margin: int) -> NDArray[np.float64]:
    """Blocks to be read of the first 0, 1, 2 ... rows, with the margin."""
    height, width = wanted.shape
    some = wanted.any(axis=1)
    first = np.where(some, wanted.argmax(axis=1), width)
    last = np.where(some, width - wanted[:, ::-1].argmax(axis=1), 0)
    row = np.arange(height)
    left, right = np.minimum.accumulate(first), np.maximum.accumulate(last)
    start = np.minimum.accumulate(np.where(some, row, height))
    end = np.maximum.accumulate(np.where(some, row + 1, 0))
    wide = np.maximum(right - left, 0) + 2 * margin
    high = np.maximum(end - start, 0) + 2 * margin
    return np.concatenate([[0.0], np.where(end > 0, wide * high, 0.0)])
