"""Entropies, rarefaction and what they say by place and over time, against slow sums over all cases."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from zij.corpora.seeing.diversityfigure import draw_tables_over_time
from zij.corpora.seeing.places import common_size, jackknife_error, place_diversity, published_diversity
from zij.corpora.seeing.rarefaction import (
    assemblage,
    bootstrap_error,
    coverage,
    entropy,
    rarefied_entropy,
    rarefied_richness,
)
from zij.corpora.seeing.times import Span, drawn, drawn_entropies, time_diversity, year_weights

COUNTS = st.lists(st.integers(1, 4), min_size=1, max_size=4)


def slow_entropy(labels: list[int]) -> float:
    shares = [n / len(labels) for n in Counter(labels).values()]
    return -sum(p * log(p) for p in shares)


def dealt(counts: list[int]) -> list[int]:
    return [cluster for cluster, n in enumerate(counts) for _ in range(n)]


@given(COUNTS)
@settings(max_examples=40, deadline=None)
def test_rarefaction_is_the_mean_over_all_draws(counts: list[int]) -> None:
    pages = dealt(counts)
    for size in range(1, len(pages) + 1):
        draws = [[pages[k] for k in chosen] for chosen in combinations(range(len(pages)), size)]
        entropies = [slow_entropy(draw) for draw in draws]
        numbers = [len(set(draw)) for draw in draws]
        own = np.array(counts)
        assert rarefied_entropy(own, size) == pytest.approx(np.mean(entropies), abs=1e-10)
        assert rarefied_richness(own, size) == pytest.approx(np.mean(numbers), abs=1e-9)
    assert rarefied_entropy(own, len(pages)) == pytest.approx(entropy(own))


def test_rarefaction_of_many_pages_agrees_with_drawing() -> None:
    random = np.random.default_rng(0)
    counts = np.array([300, 120, 50, 20, 5, 1, 1, 1])
    drawn_ = random.multivariate_hypergeometric(counts, 40, size=4000)
    wanted = np.mean([entropy(row) for row in drawn_])
    assert rarefied_entropy(counts, 40) == pytest.approx(wanted, abs=0.01)
    assert rarefied_richness(counts, 40) == pytest.approx((drawn_ > 0).sum(axis=1).mean(), abs=0.05)


def test_impossible_sizes_have_no_value() -> None:
    for size in (0, -1, 7):
        assert np.isnan(rarefied_entropy(np.array([3, 3]), size))
        assert np.isnan(rarefied_richness(np.array([3, 3]), size))
    assert entropy(np.array([], np.int64)) == 0.0 and entropy(np.array([5])) == 0.0


def test_published_diversity_is_entropy_less_log_n_in_bits() -> None:
    pages = [0, 0, 0, 1, 2, 2]
    wanted = (slow_entropy(pages) - log(6)) / log(2)
    assert published_diversity(np.array([3, 1, 2])) == pytest.approx(wanted)
    assert published_diversity(np.ones(8, np.int64)) == pytest.approx(0.0)
    assert published_diversity(np.array([8])) == pytest.approx(-3.0)


def test_published_values_depend_on_the_number_of_tables_and_rarefied_ones_do_not() -> None:
    """Small and large samples of one collection: means over many of them."""
    random = np.random.default_rng(1)
    shares = random.dirichlet(np.full(200, 0.5))
    published, rarefied = {}, {}
    for n in (60, 600):
        samples = random.multinomial(n, shares, size=200)
        published[n] = np.mean([published_diversity(row) for row in samples])
        rarefied[n] = np.mean([rarefied_entropy(row, 40) / log(2) for row in samples])
    assert published[600] < published[60] - 1.5
    assert rarefied[600] == pytest.approx(rarefied[60], abs=0.03)


def test_coverage_is_one_less_the_share_that_is_unseen() -> None:
    random = np.random.default_rng(2)
    shares = random.dirichlet(np.full(300, 0.3))
    samples = random.multinomial(150, shares, size=400)
    true = np.mean([shares[row > 0].sum() for row in samples])
    assert np.mean([coverage(row) for row in samples]) == pytest.approx(true, abs=0.01)
    assert coverage(np.array([4, 2])) == 1.0 and coverage(np.array([1, 1, 1])) == 0.0
    assert np.isnan(coverage(np.array([], np.int64))) and 0 < coverage(np.array([1, 5])) <= 1


@given(st.lists(st.integers(1, 30), min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_an_assemblage_has_shares_that_sum_to_one(counts: list[int]) -> None:
    own = np.array(counts)
    found = assemblage(own)
    assert found.sum() == pytest.approx(1.0) and (found >= 0).all() and len(found) >= len(own)
    assert assemblage(np.array([], np.int64)).shape == (0,)


def test_intervals_hold_what_they_promise() -> None:
    """The true expected entropy lies within 1.96 standard errors in about 95 of 100 samples."""
    random = np.random.default_rng(3)
    shares = random.dirichlet(np.full(120, 0.4))
    truth = np.mean([entropy(row) for row in random.multinomial(50, shares, size=20000)])
    inside = 0
    for _ in range(200):
        sample = random.multinomial(120, shares)
        reach = 1.96 * bootstrap_error(sample, 50, random, draws=100)
        inside += abs(rarefied_entropy(sample, 50) - truth) <= reach
    assert 0.85 < inside / 200 <= 1.0
    assert np.isnan(bootstrap_error(np.array([3]), 5, random))


def test_leaving_out_books_shows_that_their_pages_hang_together() -> None:
    books = np.array([f"b{k // 10}" for k in range(100)], object)
    one_a_book, mixed = np.arange(100) // 10, np.arange(100) % 10
    assert jackknife_error(one_a_book, books, 20) > 5 * jackknife_error(mixed, books, 20)
    assert np.isnan(jackknife_error(mixed[:10], books[:10], 5))
    assert np.isnan(jackknife_error(mixed, books, 95))


def test_places_are_told_by_name_with_and_without_enough_tables() -> None:
    labels = np.array([1] * 12 + list(range(2, 14)) + [20, 21])
    places = ["Paris"] * 12 + ["Lyon"] * 12 + ["Basel", ""]
    found = place_diversity(labels, places, [f"b{k % 3}" for k in range(26)], size=10).set_index("place")
    assert found.index.tolist() == ["Basel", "Lyon", "Paris"] and found["tables"].tolist() == [1, 12, 12]
    assert found.loc["Paris", "published"] == pytest.approx(-log(12) / log(2))
    assert found.loc["Paris", "rarefied"] == pytest.approx(-log(10) / log(2))
    assert found.loc["Lyon", "published"] == pytest.approx(0) and found.loc[
        "Lyon", "rarefied"
    ] == pytest.approx(0)
    assert np.isnan(found.loc["Basel", "rarefied"]) and found.loc["Basel", "published"] == 0
    inner = found.dropna(subset=["rarefied"])
    assert (inner["rarefied_low"] <= inner["rarefied"]).all()
    assert (inner["rarefied"] <= inner["rarefied_high"]).all()
    assert place_diversity(labels[:0], [], []).empty


def test_the_common_size_lets_half_of_the_places_be_compared() -> None:
    assert common_size([2461, 2265, 1134, 730]) == 50
    assert common_size([30, 20, 40]) == 30 and common_size([3, 2]) == 10 and common_size([]) == 50


def test_weights_are_gaussian_and_ranges_are_spread() -> None:
    span = Span(np.array([1500, 1504, 1498]), np.array([1500, 1504, 1502]))
    found = year_weights(span, 1500)
    gauss = lambda years: np.mean([np.exp(-0.5 * ((y - 1500) / 4.0) ** 2) for y in years])  # noqa: E731
    np.testing.assert_allclose(found, [1.0, gauss([1504]), gauss(range(1498, 1503))])


def test_pages_are_drawn_by_weight_without_replacement() -> None:
    """Against drawing one after the other, whose chances can be added up: 2 of 3 pages."""
    weights = np.array([5.0, 3.0, 2.0])
    rows = drawn(weights, 2, 40000, np.random.default_rng(0))
    assert all(len(set(row)) == 2 for row in rows[:200].tolist())
    w = weights / 10
    for page in range(3):
        others = [k for k in range(3) if k != page]
        wanted = w[page] + sum(w[k] * w[page] / (1 - w[k]) for k in others)
        assert (rows == page).any(axis=1).mean() == pytest.approx(wanted, abs=0.01)
    rows = drawn(np.array([1.0, 0.0, 1e-300]), 2, 50, np.random.default_rng(0))
    assert (np.sort(rows, axis=1) == [0, 2]).all()


def test_entropies_of_draws() -> None:
    labels = np.array([4, 4, 7, 9])
    rows = np.array([[0, 1], [0, 2], [3, 2]])
    np.testing.assert_allclose(drawn_entropies(labels, rows), [0, log(2), log(2)])


def made_times(seed: int = 1) -> tuple[np.ndarray, Span, np.ndarray]:
    """Before 1550 every table is another, from 1550 on all are one of three."""
    years = np.repeat(np.arange(1520, 1580), 12)
    labels = np.where(years < 1550, np.arange(len(years)) + 10, np.arange(len(years)) % 3)
    digits = np.random.default_rng(seed).integers(20, 400, len(years))
    return labels, Span(years, years), digits


def test_diversity_over_time_falls_where_tables_begin_to_repeat() -> None:
    labels, span, digits = made_times()
    table = time_diversity(labels, span, digits, thresholds=(0, 200, 9999), draws=20)
    assert set(table["digits"]) == {0, 200}  # no page has so many digits as the third wants
    own = table[table["digits"] == 0].set_index("year")
    assert own.index.tolist() == list(range(1520, 1580))
    assert own.loc[1530, "entropy"] == pytest.approx(log(80), abs=0.05)
    assert own.loc[1570, "entropy"] == pytest.approx(log(3), abs=0.1)
    assert own.loc[1530, "rarefied"] == pytest.approx(log(own.loc[1530, "size"]))
    assert own.loc[1570, "rarefied"] == pytest.approx(log(3), abs=0.05)
    assert own["random"].std() < 0.1 < own["entropy"].std()
    assert own.loc[1550, "window_tables"] == 9 * 12
    assert (own["effective_tables"] <= 720).all() and own.loc[1550, "effective_tables"] == pytest.approx(
        12 * 4 * 2 * np.sqrt(np.pi), rel=0.01
    )


def test_diversity_over_time_is_the_same_twice_and_empty_without_tables() -> None:
    labels, span, digits = made_times()
    twice = [time_diversity(labels, span, digits, thresholds=(0,), draws=5, repeats=3) for _ in range(2)]
    assert twice[0].to_csv() == twice[1].to_csv()
    assert time_diversity(labels, span, digits, tables=5000).empty


def test_years_on_the_figure_are_whole() -> None:
    few = slice(0, 12 * 13)
    labels, span, digits = made_times()
    years = Span(span.first[few], span.last[few])
    table = time_diversity(labels[few], years, digits[few], thresholds=(0,), draws=2, repeats=2)
    axes = draw_tables_over_time(Figure().subplots(), table)
    assert {float(year) % 1 for year in axes.get_xticks()} == {0.0}


def test_years_far_from_all_tables_have_no_value() -> None:
    """There the weights are too small to be numbers, and nothing can be drawn."""
    years = np.array([1500] * 12 + [1700])
    found = time_diversity(
        np.arange(13), Span(years, years), np.full(13, 9), thresholds=(0,), tables=5, repeats=2, draws=3
    )
    assert {1500, 1540} <= set(found["year"]) and 1660 not in set(found["year"])
    assert np.isfinite(found[["entropy", "effective_tables"]].to_numpy()).all()
