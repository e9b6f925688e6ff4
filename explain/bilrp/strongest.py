"""The largest products of two factors, exactly and without forming them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Products", "all_products", "groups", "strongest"]

_BLOCK = 64


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """Products a[m, i] * b[m, j] as parallel arrays; largest absolute value first, then by i, j and m.

    Attributes
    ----------
    features : (K,) ndarray of int64
        m of each product.
    i : (K,) ndarray of int64
    j : (K,) ndarray of int64
    values : (K,) ndarray of float64
    """

    features: NDArray[np.int64]
    i: NDArray[np.int64]
    j: NDArray[np.int64]
    values: NDArray[np.float64]


def strongest(
    a: NDArray[np.float64], b: NDArray[np.float64], top: int | None = None, *, slack: float = 0.0
) -> Products:
    """All products not smaller than the `top`-th largest, less a slack.

    The factors are sorted feature by feature and cut into blocks; the product of two blocks' largest entries
    bounds all products of the pair, so that blocks which cannot matter are never multiplied out.

    Parameters
    ----------
    a : (M, N) ndarray
    b : (M, N') ndarray
    top : int, optional
        How many; all non-zero products by default.
    slack : float, default 0
        Products down to (1 - slack) times the `top`-th are added.

    Returns
    -------
    Products
        At least `top` of them, unless there are fewer that are not zero.
    """
    blocks = sorted(_blocks(a, b), key=lambda block: -block[0])
    floor = 0.0 if top is None else (1 - slack) * _value_at(blocks, a, b, top)
    parts = []
    for bound, m, i, j in blocks:
        if bound < floor:
            break
        values = np.multiply.outer(a[m, i], b[m, j])
        one, two = np.nonzero((np.abs(values) >= floor) & (values != 0))
        parts.append((np.full(len(one), m), i[one], j[two], values[one, two]))
    return _sorted(parts)


def all_products(a: NDArray[np.float64], b: NDArray[np.float64]) -> Iterator[Products]:
    """Every non-zero product, a block at a time, in no particular order.

    Parameters
    ----------
    a : (D, N) ndarray of float64
    b : (D, M) ndarray of float64

    Yields
    ------
    Products
        Of one block.
    """
    for _, m, i, j in _blocks(a, b):
        one, two = np.repeat(i, len(j)), np.tile(j, len(i))
        yield Products(np.full(len(one), m), one, two, np.multiply.outer(a[m, i], b[m, j]).ravel())


def groups(values: NDArray[np.float64], slack: float) -> NDArray[np.int64]:
    """Number of the group of near equals of each value.

    Parameters
    ----------
    values : (K,) ndarray
        Not negative, in falling order.
    slack : float
        A group starts with the largest value left and takes all down to (1 - slack) times it.

    Returns
    -------
    (K,) ndarray of int64
    """
    numbers = np.zeros(len(values), np.int64)
    start = group = 0
    while start < len(values):
        end = max(int(np.searchsorted(-values, -(1 - slack) * values[start], side="right")), start + 1)
        numbers[start:end] = group
        start, group = end, group + 1
    return numbers


_Block = tuple[float, int, NDArray[np.int64], NDArray[np.int64]]


def _blocks(a: NDArray[np.float64], b: NDArray[np.float64]) -> Iterator[_Block]:
    """Bound, feature and entries of each pair of blocks."""
    for m in range(len(a)):
        ones, twos = _chunks(a[m]), _chunks(b[m])
        for i in ones:
            for j in twos:
                yield float(abs(a[m, i[0]]) * abs(b[m, j[0]])), m, i, j


def _chunks(row: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """Non-zero entries of a row, largest first, in chunks."""
    order = np.flatnonzero(row)
    order = order[np.argsort(-np.abs(row[order]), kind="stable")]
    return [order[k : k + _BLOCK] for k in range(0, len(order), _BLOCK)]


def _value_at(blocks: list[_Block], a: NDArray[np.float64], b: NDArray[np.float64], top: int) -> float:
    """Absolute value of the `top`-th largest product; 0 where there are not so many."""
    best = np.zeros(0)
    for bound, m, i, j in blocks:
        if len(best) == top and (top == 0 or bound <= best[-1]):
            break
        best = np.append(best, np.abs(np.multiply.outer(a[m, i], b[m, j])).ravel())
        best = -np.sort(-best)[:top]
    if top == 0:
        return np.inf
    return float(best[-1]) if len(best) == top else 0.0


def _sorted(parts: Sequence[tuple[NDArray[Any], ...]]) -> Products:
    if not parts:
        empty = np.zeros(0, np.int64)
        return Products(empty, empty, empty, np.zeros(0))
    features, i, j, values = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((features, j, i, -np.abs(values)))
    return Products(features[order], i[order], j[order], values[order])
