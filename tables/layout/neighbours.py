"""Which marks on a page stand beside or below each other, without comparing all with all."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["components", "mutual", "nearest", "pairs_ahead"]

Indices = NDArray[np.intp]
Floats = NDArray[np.float64]


def pairs_ahead(
    along: Floats, across: Floats, *, ahead: tuple[float, float], aside: float
) -> tuple[Indices, Indices]:
    """All pairs (i, j) where j lies ahead of i along one axis and little aside on the other.

    Parameters
    ----------
    along, across : (N,) ndarray
        Coordinates of the points.
    ahead : (float, float)
        Least and greatest `along[j] - along[i]`, both included.
    aside : float
        Greatest `|across[j] - across[i]|`.

    Returns
    -------
    i, j : (M,) ndarray of intp
        Sorted by i, then j. The cost grows with N log N and the number of pairs in the windows.
    """
    if len(along) == 0 or aside <= 0 or ahead[1] < ahead[0]:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    band = np.floor((across - across.min()) / aside)
    along = along - along.min()
    stride = along.max() + abs(ahead[0]) + abs(ahead[1]) + 1.0  # bands follow each other on one axis
    key = band * (3 * stride) + along
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    found_i, found_j = [], []
    for step in (-1, 0, 1):
        start = (band + step) * (3 * stride) + along
        low = np.searchsorted(ordered, start + ahead[0] - 1e-9, "left")
        high = np.searchsorted(ordered, start + ahead[1] + 1e-9, "right")
        count = high - low
        i = np.repeat(np.arange(len(along)), count)
        offset = np.arange(len(i)) - np.repeat(np.cumsum(count) - count, count)
        found_i.append(i)
        found_j.append(order[np.repeat(low, count) + offset])
    i, j = np.concatenate(found_i), np.concatenate(found_j)
    keep = (np.abs(across[j] - across[i]) <= aside) & (i != j)
    i, j = i[keep], j[keep]
    order = np.lexsort((j, i))
    return i[order], j[order]


def nearest(i: Indices, j: Indices, cost: Floats) -> tuple[Indices, Indices, Floats]:
    """For each i the one j of least cost (the smaller j among equals).

    Parameters
    ----------
    i : (P,) ndarray of int
    j : (P,) ndarray of int
        Pairs.
    cost : (P,) ndarray of float64

    Returns
    -------
    ((Q,) ndarray of int, (Q,) ndarray of int, (Q,) ndarray of float64)
        The i, rising, with its j and cost.
    """
    order = np.lexsort((j, cost, i))
    first = order[np.unique(i[order], return_index=True)[1]]
    return i[first], j[first], cost[first]


def mutual(i: Indices, j: Indices, cost: Floats) -> tuple[Indices, Indices]:
    """The pairs where j is the nearest of i and i the nearest of j, sorted by i.

    Parameters
    ----------
    i : (P,) ndarray of int
    j : (P,) ndarray of int
        Pairs.
    cost : (P,) ndarray of float64

    Returns
    -------
    ((Q,) ndarray of int, (Q,) ndarray of int)
    """
    a, b, _ = nearest(i, j, cost)
    d, c, _ = nearest(j, i, cost)
    back = dict(zip(d.tolist(), c.tolist(), strict=True))
    keep = np.array([back[y] == x for x, y in zip(a.tolist(), b.tolist(), strict=True)], bool)
    return a[keep], b[keep]


def components(count: int, links: Iterable[tuple[int, int]]) -> Indices:
    """Label of each of `count` points: points joined by links have one label; labels count from 0."""
    parent = list(range(count))

    def root(point: int) -> int:
        while parent[point] != point:
            parent[point] = parent[parent[point]]
            point = parent[point]
        return point

    for a, b in links:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return np.unique([root(point) for point in range(count)], return_inverse=True)[1].astype(np.intp)
