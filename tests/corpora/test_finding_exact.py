"""Exact search gives what comparing one by one gives, however it is cut into chunks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from zij.corpora.finding import Nearest, nearest

Floats = NDArray[np.float32]


def one_by_one(matrix: Floats, ids: NDArray[np.int64], query: Floats, k: int) -> list[tuple[int, float]]:
    """The definition: cosines in double precision, then by similarity and number."""
    found = []
    for row, page in zip(matrix.astype(float), ids.tolist(), strict=True):
        lengths = float(np.sqrt(row @ row)) * float(np.sqrt(query.astype(float) @ query.astype(float)))
        if page >= 0 and lengths > 0:
            found.append((page, round(float(row @ query.astype(float)) / lengths, 9)))
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]


def listed(found: Nearest) -> list[tuple[int, float]]:
    return list(zip(found.ids.tolist(), found.similarities.tolist(), strict=True))


def counts(rows: int, seed: int, high: int = 4) -> Floats:
    """Square roots of counts, many of them equal and some rows empty."""
    return np.sqrt(np.random.default_rng(seed).integers(0, high, (rows, 5))).astype(np.float32)


@given(st.integers(0, 60), st.integers(1, 9), st.integers(1, 70), st.integers(0, 999), st.integers(1, 4))
def test_the_same_as_one_by_one(rows: int, k: int, chunk: int, seed: int, high: int) -> None:
    matrix, queries = counts(rows, seed, high), counts(3, seed + 1)
    ids = np.random.default_rng(seed).permutation(rows)
    ids[::7] = -1
    found = nearest(matrix, np.linalg.norm(matrix, axis=1), ids, queries, k, chunk=chunk)
    for query, one in zip(queries, found, strict=True):
        expected = one_by_one(matrix, ids, query, k) if query.any() else []
        assert listed(one) == expected


def test_only_what_is_allowed() -> None:
    matrix = counts(500, 1)
    ids, norms = np.arange(500), np.linalg.norm(matrix, axis=1)
    for share in (0.02, 0.9):  # read row by row, and as a whole
        allowed = np.random.default_rng(2).random(500) < share
        (found,) = nearest(matrix, norms, ids, matrix[:1], 20, allowed=allowed, chunk=64)
        assert listed(found) == one_by_one(matrix[allowed], ids[allowed], matrix[0], 20)


def test_equal_pages_stand_in_the_order_of_their_numbers() -> None:
    matrix = np.tile(counts(1, 3) + 1, (20_000, 1)).astype(np.float32)
    ids = np.random.default_rng(0).permutation(20_000)
    (found,) = nearest(matrix, np.linalg.norm(matrix, axis=1), ids, matrix[:1], 50)
    assert found.ids.tolist() == list(range(50))
    assert found.similarities.tolist() == [1.0] * 50


def test_many_queries_are_each_for_themselves() -> None:
    matrix = counts(300, 5, high=30)
    ids, norms = np.arange(300), np.linalg.norm(matrix, axis=1)
    together = nearest(matrix, norms, ids, matrix[:150], 5)
    for n in (0, 63, 64, 149):
        (alone,) = nearest(matrix, norms, ids, matrix[n], 5)
        assert listed(together[n]) == listed(alone)
        assert together[n].ids[0] == n or together[n].similarities[0] == 1


def test_without_any_page() -> None:
    nothing = np.zeros((0, 5), np.float32)
    (found,) = nearest(nothing, nothing.sum(axis=1), np.zeros(0, np.int64), counts(1, 1), 3)
    assert len(found.ids) == len(found.similarities) == 0
