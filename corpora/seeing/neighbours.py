"""Nearest pages by exact comparison of all with all, a block at a time.

Pages are compared by direction: the distance of two is the chord between their vectors at length 1,

    d(a, b) = |a/|a| - b/|b||,     d^2 = 2 - 2 cos(a, b),

so that a table and a part of it are near, and 0.9 as a cosine is a chord of 0.447.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["chord", "distance_blocks", "nearest", "unit"]

ROWS = 1024  # of the matrix of all distances at a time: 40 MB for 10,000 pages

ROUNDING = 1e-6  # of squared distances in float32; what is nearer than that is equal


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows at length 1, (N, D); a row of zeros stays one."""
    vectors = np.asarray(vectors, np.float32)
    norms = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 0, norms, 1.0), np.float32)


def chord(cosine: float) -> float:
    """Euclidean distance of two vectors of length 1 with this cosine c: the root of 2 - 2 c."""
    return float(np.sqrt(max(2 - 2 * cosine, 0.0)))


def distance_blocks(rows: NDArray[np.float32]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Distances of all rows to all, as (first row, (B, N) block); those of a row to itself are 0.

    Parameters
    ----------
    rows : (N, D) ndarray of float32
        At any length; for chords at length 1, see `unit`.

    Yields
    ------
    (int, (B, N) ndarray of float32)
    """
    squares = np.einsum("nd,nd->n", rows, rows, dtype=np.float64).astype(np.float32)
    for start in range(0, len(rows), ROWS):
        stop = min(start + ROWS, len(rows))
        block = squares[start:stop, None] + squares - 2 * (rows[start:stop] @ rows.T)
        block[np.arange(stop - start), np.arange(start, stop)] = 0.0
        block[block < ROUNDING * (squares[start:stop, None] + squares)] = 0.0
        yield start, np.sqrt(block, out=block)


def nearest(
    rows: NDArray[np.float32], k: int, *, groups: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The k nearest other rows of each row.

    Parameters
    ----------
    rows : (N, D) ndarray of float32
    k : int
        How many; no more than there are.
    groups : (N,) ndarray of int, optional
        Rows of the same group (pages of the same book) do not count as neighbours; a group below 0 is none.

    Returns
    -------
    distances : (N, k') ndarray of float32
        Rising, k' = min(k, N - 1); infinite where there is no further row.
    indices : (N, k') ndarray of int64
        Their rows, -1 where there is none; of equally distant ones the first comes first.
    """
    n = len(rows)
    k = max(min(k, n - 1), 0)
    distances, indices = np.full((n, k), np.inf, np.float32), np.full((n, k), -1, np.int64)
    if k == 0:
        return distances, indices
    for start, block in distance_blocks(rows):
        own = np.arange(start, start + len(block))
        block[np.arange(len(block)), own] = np.inf
        if groups is not None:
            mates = (groups[own, None] == groups) & (groups[own, None] >= 0)
            block[mates] = np.inf
        found = _smallest(block, k)
        values = np.take_along_axis(block, found, axis=1)
        distances[own] = values
        indices[own] = np.where(np.isfinite(values), found, -1)
    return distances, indices


def _smallest(block: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Columns of the k smallest values of each row, rising, the first of equal ones first."""
    few = np.sort(np.argpartition(block, k - 1, axis=1)[:, :k], axis=1)
    edge = np.take_along_axis(block, few, axis=1).max(axis=1)
    # argpartition takes any of several that are equal at the edge: those rows are sorted in full
    tied = np.flatnonzero((block <= edge[:, None]).sum(axis=1) > k)
    for row in tied:
        few[row] = np.sort(np.argsort(block[row], kind="stable")[:k])
    order = np.argsort(np.take_along_axis(block, few, axis=1), axis=1, kind="stable")
    return np.asarray(np.take_along_axis(few, order, axis=1), np.int64)
