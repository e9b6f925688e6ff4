"""Figures of rankings and of the nearest-neighbour protocol, against slow ones from their definitions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from zij.corpora.judging.intervals import family_bootstrap
from zij.corpora.judging.protocol import NearestNeighbour, book_split, page_split
from zij.corpora.judging.ranking import average_precision, recall_at

Pages = list[tuple[int, bool]]
PAGES = st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=6)


def orders(pages: Pages) -> list[Pages]:
    """All orders of pages by falling score, tied ones in every order."""
    every = (list(order) for order in permutations(pages))
    return [order for order in every if all(a[0] >= b[0] for a, b in pairwise(order))]


def slow_precision(order: Pages) -> float:
    """The definition: precision at each relevant page, and their mean."""
    hits, total = 0, 0.0
    for place, (_, relevant) in enumerate(order, 1):
        if relevant:
            hits += 1
            total += hits / place
    return total / hits


def split(pages: Pages) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.array([score for score, _ in pages], float), np.array([relevant for _, relevant in pages])


@settings(max_examples=150, deadline=None)
@given(PAGES)
def test_average_precision_is_the_mean_over_all_orders_of_ties(pages: Pages) -> None:
    scores, relevant = split(pages)
    found = average_precision(scores, relevant)
    if not relevant.any():
        assert math.isnan(found)
        return
    assert found == pytest.approx(np.mean([slow_precision(order) for order in orders(pages)]), abs=1e-12)


@settings(max_examples=150, deadline=None)
@given(PAGES, st.integers(1, 7))
def test_recall_is_the_mean_over_all_orders_of_ties(pages: Pages, k: int) -> None:
    scores, relevant = split(pages)
    found = recall_at(scores, relevant, k)
    if not relevant.any():
        assert math.isnan(found)
        return
    each = [sum(hit for _, hit in order[:k]) / relevant.sum() for order in orders(pages)]
    assert found == pytest.approx(np.mean(each), abs=1e-12)


def test_known_rankings() -> None:
    falling = np.array([5.0, 4, 3, 2, 1])
    assert average_precision(falling, np.array([1, 1, 0, 0, 0], bool)) == 1
    assert average_precision(falling, np.array([0, 0, 0, 0, 1], bool)) == pytest.approx(1 / 5)
    assert average_precision(falling, np.array([1, 0, 1, 0, 0], bool)) == pytest.approx((1 + 2 / 3) / 2)
    assert recall_at(falling, np.array([1, 0, 1, 0, 1], bool), 3) == pytest.approx(2 / 3)
    assert recall_at(falling, np.ones(5, bool), 2) == pytest.approx(2 / 5)


def test_many_pages_without_any_merit_are_as_good_as_chance() -> None:
    relevant = np.zeros(1000, bool)
    relevant[:10] = True
    tied = average_precision(np.zeros(1000), relevant)
    rng = np.random.default_rng(0)
    drawn = [average_precision(rng.random(1000), relevant) for _ in range(300)]
    assert tied == pytest.approx(np.mean(drawn), abs=0.002)


def test_scores_that_differ_by_rounding_are_tied() -> None:
    relevant = np.array([True, False])
    assert average_precision(np.array([0.3, 0.1 + 0.2]), relevant) == pytest.approx(0.75)
    assert average_precision(np.array([-np.inf, -np.inf]), relevant) == pytest.approx(0.75)


# -- the nearest-neighbour protocol


def slow_protocol(
    labels: Sequence[int], scores: NDArray[np.float64], train: NDArray[np.bool_]
) -> tuple[int, int, int]:
    """As published, for each family in turn: right, wrong, and all that there are."""
    right = wrong = whole = 0
    for family in sorted({label for label in labels if label >= 0}):
        positives = [n for n, label in enumerate(labels) if label == family]
        for page in np.flatnonzero(~train):
            near = max((scores[page, p] for p in positives if train[p]), default=None)
            rest = [p for p in range(len(labels)) if train[p] and p not in positives]
            others = max((scores[page, p] for p in rest), default=-np.inf)
            taken = near is not None and near >= others
            whole += page in positives
            right += taken and page in positives
            wrong += taken and page not in positives
    return right, wrong, whole


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(1, 5))
def test_protocol_against_the_definition(seed: int, count: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, 3, count)
    scores = rng.integers(0, steps, (count, count)).astype(float)  # with ties
    train = page_split(count, seed)
    counted = NearestNeighbour(labels, [train])
    for page in range(count):
        counted.add(page, scores[page])
    right, wrong, whole = slow_protocol(labels.tolist(), scores, train)
    assert (counted.right[0], counted.wrong[0], counted.all[0]) == (right, wrong, whole)
    figures = counted.figures()
    assert figures.recall == pytest.approx(right / whole) if whole else math.isnan(figures.recall)
    assert figures.precision == pytest.approx(right / (right + wrong)) if right + wrong else True


def test_a_perfect_similarity_finds_all_and_nothing_else() -> None:
    labels = np.repeat(np.arange(5), 8)
    same = (labels[:, None] == labels).astype(float)
    counted = NearestNeighbour(labels, [page_split(40, seed) for seed in range(10)])
    for page in range(40):
        counted.add(page, same[page])
    figures = counted.figures()
    assert figures.recall == 1 and figures.recall_deviation == 0 and figures.precision == 1


@given(st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=2, max_size=30), st.integers(0, 9))
def test_books_are_split_whole(books: list[str], seed: int) -> None:
    train = book_split(books, seed)
    for name in set(books) - {""}:
        assert len({bool(train[n]) for n, book in enumerate(books) if book == name}) == 1
    assert np.array_equal(train, book_split(books, seed))


def test_pages_are_split_in_halves_by_fixed_seeds() -> None:
    splits = [page_split(101, seed) for seed in range(3)]
    assert all(train.sum() == 50 for train in splits)
    assert not np.array_equal(splits[0], splits[1])
    assert np.array_equal(splits[2], page_split(101, 2))


# -- intervals


def test_families_are_drawn_whole() -> None:
    values, groups = np.repeat([0.0, 1.0], 50), np.repeat([3, 7], 50)
    found = family_bootstrap(values, groups)
    assert (found.mean, found.low, found.high) == (0.5, 0.0, 1.0)
    each = family_bootstrap(values, np.arange(100))
    assert 0.38 < each.low < 0.43 and 0.57 < each.high < 0.62  # binomial: 0.5 +- 1.96 * 0.05


def test_an_interval_of_nothing_is_none() -> None:
    assert math.isnan(family_bootstrap(np.zeros(0), np.zeros(0, np.int64)).mean)
    one = family_bootstrap(np.array([0.25, 0.75]), np.array([1, 1]))
    assert (one.mean, one.low, one.high) == (0.5, 0.5, 0.5)
