"""Which part of each cell of a raster lies in which box of the page, by area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from zij.tables.geometry import Box, Geometry

__all__ = ["cell_edges", "coverage"]


def coverage(boxes: Sequence[Box], geometry: Geometry, pool: int = 1) -> csr_array:
    """Shares of cells in boxes.

    Relevance of a cell goes to the boxes by these shares, so that sums stay what they are; where boxes
    overlap, they divide what is there.

    Parameters
    ----------
    boxes : sequence of Box
        R of them, in pixels of the original.
    geometry : Geometry
        From the original to the raster.
    pool : int
        Side of a cell in pixels of the raster; the last of a row or column may be cut.

    Returns
    -------
    (R, h w) sparse array
        From 0 to 1, the cells row by row; no column sums to more than 1.
    """
    rows, columns = (cell_edges(side, pool) for side in (geometry.height, geometry.width))
    width = len(columns) - 1
    index: list[NDArray[np.int64]] = []
    shares: list[NDArray[np.float64]] = []
    for box in boxes:
        place = geometry.box_to_raster(box)
        across, down = _overlap(columns, place.x, place.right), _overlap(rows, place.y, place.bottom)
        x, y = np.flatnonzero(across), np.flatnonzero(down)
        index.append((y[:, None] * width + x).ravel())
        shares.append(np.outer(down[y], across[x]).ravel())
    owners = np.repeat(np.arange(len(boxes)), [len(cells) for cells in index])
    cells = np.concatenate([np.zeros(0, np.int64), *index])
    values = np.concatenate([np.zeros(0), *shares])
    count = (len(rows) - 1) * width
    total = np.bincount(cells, values, count)
    return csr_array((values / np.maximum(total[cells], 1.0), (owners, cells)), shape=(len(boxes), count))


def cell_edges(side: int, pool: int) -> NDArray[np.float64]:
    """Where the cells of an axis of that many pixels begin, and the end of the last.

    Parameters
    ----------
    side : int
    pool : int
        Pixels of a cell.

    Returns
    -------
    (C + 1,) ndarray of float64
    """
    return np.append(np.arange(0, side, pool), side).astype(float)


def _overlap(edges: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Which share of each interval between edges lies between two values."""
    shared = np.minimum(edges[1:], high) - np.maximum(edges[:-1], low)
    return np.asarray(np.maximum(shared, 0.0) / np.diff(edges))
