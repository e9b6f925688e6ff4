"""A coarse grid stretched over an image: two small matrices, one an axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["between", "cell_size", "stretched"]


def cell_size(length: int, resolution: int) -> int:
    """Pixels of one grid cell along an axis: `length / resolution`, rounded up."""
    return -(-length // resolution)


def stretched(length: int, resolution: int) -> NDArray[np.float64]:
    """Bilinear stretch of `resolution` values over one cell more than an axis has, folded at the borders.

    Pixel k takes its value at (k + 0.5) s / U - 0.5, where s is the resolution and U = (s + 1) x cell the
    number of rows. A value beyond the border is that of the inner neighbour, mirrored without repeating the
    border itself (-1 is 1, s is s - 2), as in the published masks.

    Parameters
    ----------
    length : int
        Pixels of the axis.
    resolution : int
        Grid cells along the axis, at least 2.

    Returns
    -------
    (U, s) ndarray of float64
        Each row sums to 1; a window of `length` rows, from an offset below one cell, makes a mask.
    """
    rows = (resolution + 1) * cell_size(length, resolution)
    return _bilinear((np.arange(rows) + 0.5) * resolution / rows - 0.5, resolution, folded=True)


def between(length: int, resolution: int) -> NDArray[np.float64]:
    """Bilinear interpolation between the middles of `resolution` equal tiles of an axis, constant outside.

    Returns
    -------
    (length, resolution) ndarray of float64
        Each row sums to 1.
    """
    return _bilinear((np.arange(length) + 0.5) * resolution / length - 0.5, resolution, folded=False)


def _bilinear(places: NDArray[np.float64], count: int, *, folded: bool) -> NDArray[np.float64]:
    below = np.floor(places).astype(np.int64)
    share = places - below
    matrix = np.zeros((len(places), count))
    rows = np.arange(len(places))
    for index, weight in ((below, 1 - share), (below + 1, share)):
        if folded:
            index = np.abs(index)
            index = np.where(index > count - 1, 2 * (count - 1) - index, index)
        np.add.at(matrix, (rows, np.clip(index, 0, count - 1)), weight)
    return matrix
