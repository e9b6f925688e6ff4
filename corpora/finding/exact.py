"""Exact search by cosine, chunk by chunk over vectors that need not fit into memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CHUNK", "Nearest", "cosines", "nearest"]

CHUNK = 65_536
"""Vectors that are looked at at once."""
DECIMALS = 9
"""To which a similarity is rounded: what differs by less stands in the order of the pages' numbers."""

_BLOCK = 64  # queries at once
_DOUBT = 1e-5  # a cosine in float32 may be wrong by so much
_KEPT = 4096  # candidates of a query before the best of them are chosen

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The nearest vectors of one query, the most similar first.

    Attributes
    ----------
    ids : (N,) ndarray of int64
        Of equal similarity the smallest first.
    similarities : (N,) ndarray of float64
        Cosines, 0 to 1 for vectors without negative entries.
    """

    ids: NDArray[np.int64]
    similarities: NDArray[np.float64]


def nearest(
    matrix: Floats,
    norms: Floats,
    ids: NDArray[np.int64],
    queries: NDArray[np.floating],
    k: int,
    *,
    allowed: NDArray[np.bool_] | None = None,
    chunk: int = CHUNK,
) -> list[Nearest]:
    """The `k` vectors with the largest cosine to each query.

    All vectors are compared in float32, a chunk at a time; those that may be among the best are compared
    again in float64, so that the result depends neither on the chunks nor on the number of threads.

    Parameters
    ----------
    matrix : (S, D) ndarray of float32
        May be a memory map.
    norms : (S,) ndarray of float32
        Lengths of its rows; rows of length 0 are never found.
    ids : (S,) ndarray of int64
        Names of the rows; rows with a negative one are never found.
    queries : (Q, D) ndarray
        One without length finds nothing.
    k : int
        At least 1.
    allowed : (S,) ndarray of bool, optional
        The rows that may be found.
    chunk : int
        Rows looked at at once.

    Returns
    -------
    list of Nearest
        One a query, with fewer than `k` entries where there are fewer.
    """
    queries = np.atleast_2d(queries).astype(np.float64)
    lengths = np.linalg.norm(queries, axis=1)
    unit = queries / np.where(lengths > 0, lengths, 1.0)[:, None]
    usable = (norms > 0) & (ids >= 0)
    if allowed is not None:
        usable &= allowed
    found: list[Nearest] = []
    for start in range(0, len(unit), _BLOCK):
        block = unit[start : start + _BLOCK]
        lists = [_Candidates(matrix, ids, query, k) for query in block]
        _scan(matrix, norms, usable, block, lists, chunk)
        found += [candidates.best() for candidates in lists]
    nothing = Nearest(np.zeros(0, np.int64), np.zeros(0))
    return [one if length > 0 else nothing for one, length in zip(found, lengths, strict=True)]


def cosines(matrix: Floats, rows: NDArray[np.int64], unit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosines of some rows with a query of length 1, in float64, rounded to `DECIMALS`.

    Parameters
    ----------
    matrix : (N, D) ndarray
        Vectors, which may be a memory map.
    rows : (M,) ndarray of int64
        Which of them.
    unit : (D,) ndarray of float64
        The query.

    Returns
    -------
    (M,) ndarray of float64
        From -1 to 1.
    """
    vectors = matrix[rows].astype(np.float64)
    # einsum adds up each row by itself in one order; a matrix product may not
    dots, squares = np.einsum("nd,d->n", vectors, unit), np.einsum("nd,nd->n", vectors, vectors)
    return np.asarray(np.round(np.clip(dots / np.sqrt(squares), -1.0, 1.0), DECIMALS))


class _Candidates:
    """Rows that may be among the best of one query."""

    def __init__(self, matrix: Floats, ids: NDArray[np.int64], query: NDArray[np.float64], k: int) -> None:
        self.matrix, self.ids, self.query, self.k = matrix, ids, query, k
        self.rows: list[NDArray[np.int64]] = []
        self.count = 0
        self.least = -np.inf  # cosine below which a row cannot be among the best

    def take(self, rows: NDArray[np.int64], scores: Floats) -> None:
        """Look at the scores of a chunk, of which `rows` are the rows."""
        least = self.least
        if len(scores) > self.k:
            least = max(least, float(np.partition(scores, -self.k)[-self.k]) - _DOUBT)
        good = rows[scores >= least - _DOUBT]
        if len(good):
            self.rows.append(good)
            self.count += len(good)
            if self.count > _KEPT + self.k:
                self.best()

    def best(self) -> Nearest:
        """The best so far; the others are forgotten."""
        rows = np.concatenate(self.rows) if self.rows else np.zeros(0, np.int64)
        similarities, pages = cosines(self.matrix, rows, self.query), self.ids[rows]
        order = np.lexsort((pages, -similarities))[: self.k]
        self.rows, self.count = [rows[order]], len(order)
        if len(order) == self.k:
            self.least = float(similarities[order[-1]])
        return Nearest(pages[order], similarities[order])


def _scan(
    matrix: Floats,
    norms: Floats,
    usable: NDArray[np.bool_],
    queries: NDArray[np.float64],
    lists: list[_Candidates],
    chunk: int,
) -> None:
    """Show every chunk to the lists."""
    columns = queries.T.astype(np.float32)
    for start in range(0, len(matrix), chunk):
        here = slice(start, start + chunk)
        good = np.flatnonzero(usable[here])
        if not len(good):
            continue
        part, lengths = matrix[here], norms[here]
        if 4 * len(good) < len(part):  # few are allowed: only these are read
            part, lengths, places = part[good], lengths[good], np.arange(len(good))
        else:
            places = good
        # a product with one vector is another routine, and quicker than one with a matrix of one column
        scores = part @ columns if len(lists) > 1 else (part @ columns[:, 0])[:, None]  # (rows, queries)
        for n, candidates in enumerate(lists):
            candidates.take(good + start, scores[places, n] / lengths[places])
