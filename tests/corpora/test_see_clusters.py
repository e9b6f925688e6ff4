"""Neighbours, clusters, their stability, outliers and maps, on vectors whose answer is known."""

from __future__ import annotations

import sys
from itertools import combinations
from math import comb
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seen_corpus import families

from zij.corpora.seeing.density import density_clusters
from zij.corpora.seeing.kmeans import default_k, kmeans
from zij.corpora.seeing.neighbours import chord, nearest, unit
from zij.corpora.seeing.outliers import book_groups, find_outliers
from zij.corpora.seeing.partition import numbered, partition
from zij.corpora.seeing.projection import default_perplexity, principal_plane, trustworthiness, tsne, umap
from zij.corpora.seeing.stability import (
    adjusted_rand,
    best_jaccard,
    mean_rand,
    stability,
    subsample_stability,
)
from zij.errors import UsageError

LABELS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=25)


def vectors(number: int = 12, size: int = 6, **how: float) -> tuple[np.ndarray, np.ndarray]:
    counts, labels = families(number, size, **how)  # type: ignore[arg-type]
    return np.sqrt(counts).astype(np.float32), labels


def test_nearest_is_that_of_all_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zij.corpora.seeing.neighbours.ROWS", 7)
    rows = unit(vectors(5, 6)[0])
    books = np.arange(len(rows)) // 4
    books[:5] = -1
    full = np.linalg.norm(rows[:, None].astype(float) - rows, axis=2)
    for groups in (None, books):
        distances, indices = nearest(rows, 4, groups=groups)
        for n in range(len(rows)):
            allowed = [
                k for k in range(len(rows))
                if k != n and (groups is None or groups[n] < 0 or groups[k] != groups[n])
            ]  # fmt: skip
            best = sorted(full[n, k] for k in allowed)[:4]
            np.testing.assert_allclose(distances[n], best, atol=2e-3)
            assert set(indices[n].tolist()) <= set(allowed)


def test_of_equal_pages_the_first_is_nearest_and_where_there_is_none_it_is_told() -> None:
    rows = unit(np.ones((6, 110), np.float32))
    distances, indices = nearest(rows, 2)
    np.testing.assert_allclose(distances, 0, atol=1e-3)
    assert indices[0].tolist() == [1, 2] and indices[5].tolist() == [0, 1]
    distances, indices = nearest(rows, 2, groups=np.zeros(6, np.int64))
    assert np.isinf(distances).all() and (indices == -1).all()
    assert nearest(rows[:1], 3)[0].shape == (1, 0)


def test_the_chord_belongs_to_its_cosine() -> None:
    a, b = unit(np.array([[3.0, 4.0], [1.0, 0.2]], np.float32))
    assert np.linalg.norm(a - b) == pytest.approx(chord(float(a @ b)), abs=1e-6)


@given(LABELS)
@settings(max_examples=60, deadline=None)
def test_adjusted_rand_counts_pairs(pairs: list[tuple[int, int]]) -> None:
    """Against the definition over all pairs of pages, and its expectation from the margins."""
    a, b = (np.array(own) for own in zip(*pairs, strict=True))
    both = sum(a[i] == a[j] and b[i] == b[j] for i, j in combinations(range(len(a)), 2))
    own = sum(comb(int((a == x).sum()), 2) for x in set(a.tolist()))
    other = sum(comb(int((b == x).sum()), 2) for x in set(b.tolist()))
    expected, most = own * other / comb(len(a), 2), (own + other) / 2
    wanted = 1.0 if most == expected else (both - expected) / (most - expected)
    assert adjusted_rand(a, b) == pytest.approx(wanted)
    assert adjusted_rand(a, b) == pytest.approx(adjusted_rand(b, a))


@given(LABELS)
@settings(max_examples=60, deadline=None)
def test_best_jaccard_is_the_best_over_all_clusters(pairs: list[tuple[int, int]]) -> None:
    a, b = (np.array(own) for own in zip(*pairs, strict=True))
    sets = lambda labels: [set(np.flatnonzero(labels == x)) for x in sorted(set(labels.tolist()))]  # noqa: E731
    wanted = [max(len(x & y) / len(x | y) for y in sets(b)) for x in sets(a)]
    np.testing.assert_allclose(best_jaccard(a, b), wanted)


def test_stability_of_runs() -> None:
    a, b = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    assert mean_rand([a, a, a]) == 1.0 and mean_rand([a]) == 1.0
    assert mean_rand([a, b, a]) == pytest.approx((2 * adjusted_rand(a, b) + 1) / 3)
    np.testing.assert_allclose(stability(a, [a, b]), [(1 + 0.5) / 2, (1 + 2 / 3) / 2])
    assert np.isnan(stability(a, [])).all()


def test_stability_among_parts_of_the_pages() -> None:
    labels = np.repeat(np.arange(10), 10)
    rand, each = subsample_stability(labels, lambda rows: labels[rows], draws=4)
    assert rand == 1.0 and (each == 1.0).all()
    random = np.random.default_rng(0)
    rand, each = subsample_stability(labels, lambda rows: random.integers(0, 10, len(rows)), draws=4)
    assert abs(rand) < 0.1 and each.max() < 0.5


def test_clusters_are_numbered_by_size() -> None:
    labels = numbered(np.array([7, 3, 3, 9, 7, 3, 5]))
    assert labels.tolist() == [2, 1, 1, 3, 2, 1, 4]
    rows = np.array([[0, 0], [0, 3], [0, 9], [5, 5]], np.float32)
    split = partition(rows, np.array([4, 4, 4, 1]))
    assert split.sizes.tolist() == [3, 1]
    np.testing.assert_allclose(split.distances, [4, 1, 5, 0])
    assert split.medoids.tolist() == [1, 3] and split.members(1).tolist() == [1, 0, 2]


def test_known_families_are_found() -> None:
    rows, truth = vectors(20, 6)
    assert adjusted_rand(density_clusters(rows), truth) > 0.97
    assert adjusted_rand(kmeans(rows, 20)[0], truth) > 0.75
    counts, truth = families(15, 6)  # parts of a table are near it by direction
    counts[1::2] = np.random.default_rng(5).binomial(counts[1::2].astype(int), 0.6)
    assert adjusted_rand(density_clusters(np.sqrt(counts).astype(np.float32)), truth) > 0.9


def test_lone_pages_stay_alone_and_pairs_are_found() -> None:
    rows, _ = vectors(12, 6, seed=1)
    pairs, _ = vectors(4, 2, seed=2)
    strangers, _ = vectors(8, 1, seed=3)
    labels = density_clusters(np.concatenate([rows, pairs, strangers]))
    found = labels[len(rows) : len(rows) + 8].reshape(4, 2)
    assert (found[:, 0] == found[:, 1]).sum() >= 2
    assert (np.bincount(labels)[labels[-8:]] == 1).sum() >= 6


def test_equal_pages_are_one_cluster_whatever_the_method() -> None:
    rows = np.tile(np.arange(110, dtype=np.float32), (9, 1))
    assert set(density_clusters(rows)) == {0} and set(kmeans(rows, 5)[0]) == {0}
    assert density_clusters(rows[:0]).shape == (0,)
    assert density_clusters(rows[:1]).tolist() == [0]
    mixed = np.concatenate([rows, vectors(8, 5)[0]])
    assert len(set(density_clusters(mixed)[:9].tolist())) == 1


def test_the_same_seed_gives_the_same_clusters() -> None:
    rows, _ = vectors(10, 5)
    assert kmeans(rows, 8, seed=3)[0].tolist() == kmeans(rows, 8, seed=3)[0].tolist()
    assert default_k(9793) == 1500 and default_k(300) == 46 and default_k(1) == 1


def test_an_outlier_is_told_from_a_page_with_few_digits() -> None:
    rows, _ = vectors(10, 5)
    stranger = np.zeros((1, 110), np.float32)
    stranger[0, 90:95] = 6.0
    few = np.zeros((1, 110), np.float32)
    few[0, 3] = 1.0
    every = np.concatenate([rows, stranger, few])
    digits = np.array([300] * 50 + [180, 1])
    found = find_outliers(every, digits, np.full(52, -1))
    assert found.outlying.nonzero()[0].tolist() == [50] and found.few.nonzero()[0].tolist() == [51]
    assert found.order[0] == 50 and found.order[-1] == 51
    assert 51 not in found.nearest[:51]  # a page with few digits is nobody's likeness


def test_outliers_apart_by_book_do_not_count_pages_of_their_own_book() -> None:
    rows, truth = vectors(10, 6)
    books = [f"book {k}" for k in range(6)] * 9 + ["alone"] * 6  # the last table stands in one book only
    found = find_outliers(rows, np.full(60, 300), book_groups(books), apart="book")
    assert set(found.outlying.nonzero()[0].tolist()) == set(range(54, 60))
    assert not find_outliers(rows, np.full(60, 300), book_groups(books)).outlying[54:].any()
    assert (truth[found.nearest_elsewhere[:54]] == truth[:54]).all()


def test_one_page_and_equal_pages_are_no_outliers() -> None:
    one = find_outliers(np.ones((1, 110), np.float32), np.array([100]), np.array([-1]))
    assert not one.outlying.any() and one.nearest.tolist() == [-1] and np.isinf(one.distance).all()
    same = find_outliers(np.ones((5, 110), np.float32), np.full(5, 100), np.zeros(5, np.int64))
    assert not same.outlying.any() and np.isinf(same.distance_elsewhere).all()


def test_a_fence_takes_twenty_pages() -> None:
    rows = np.concatenate([np.ones((19, 110), np.float32), np.eye(1, 110, dtype=np.float32)])
    few = find_outliers(rows[1:], np.full(19, 300), np.full(19, -1))
    assert np.isinf(few.fence) and not few.outlying.any() and few.judged == 19 and few.order[0] == 18
    enough = find_outliers(rows, np.full(20, 300), np.full(20, -1))
    assert enough.outlying.nonzero()[0].tolist() == [19] and enough.judged == 20


def test_fifty_digits_are_where_chance_gives_way() -> None:
    """What docs/how-to/corpus/see.md says: how near two pages of n digits of one table come to each other."""
    random = np.random.default_rng(0)
    middle = {}
    for digits in (10, 50, 400):
        found = []
        for _ in range(40):
            shares = random.dirichlet(np.full(110, 0.15))
            pair = unit(np.sqrt(random.multinomial(digits, shares, size=2)).astype(np.float32))
            found.append(float(pair[0] @ pair[1]))
        middle[digits] = float(np.median(found))
    assert middle[10] < 0.6 < middle[50] < 0.85 < 0.93 < middle[400]


def test_perplexity_follows_the_number_of_pages() -> None:
    assert default_perplexity(9793) == 500 and default_perplexity(20000) == 500
    assert default_perplexity(2000) == pytest.approx(102.1)
    assert default_perplexity(300) == pytest.approx(15.3)
    assert default_perplexity(24) == pytest.approx(7.7) and default_perplexity(2) == 1.0


def test_the_principal_plane_is_that_of_largest_variance() -> None:
    random = np.random.default_rng(0)
    rows = random.normal(size=(50, 3)) * [1, 5, 2]
    plane = principal_plane(rows.astype(np.float32))
    assert np.corrcoef(plane[:, 0], rows[:, 1])[0, 1] > 0.99
    assert abs(np.corrcoef(plane[:, 1], rows[:, 2])[0, 1]) > 0.98


def test_a_map_keeps_families_together_and_is_the_same_twice() -> None:
    rows, truth = vectors(8, 6)
    first, second = tsne(rows, iterations=300), tsne(rows, iterations=300)
    assert first.method == "tsne" and first.xy.tobytes() == second.xy.tobytes()
    assert np.abs(first.xy).max() == pytest.approx(1.0)
    near = nearest(first.xy.astype(np.float32), 1)[1][:, 0]
    assert (truth[near] == truth).mean() > 0.95
    assert trustworthiness(rows, first.xy, k=5) > 0.9


class Stub:
    """Stands for UMAP, which takes a minute to be compiled: keeps what it was told, stays at the start."""

    told: ClassVar[dict[str, Any]] = {}

    def __init__(self, **told: Any) -> None:
        Stub.told = told

    def fit_transform(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray(self.told["init"])


def test_umap_is_asked_for_a_map_that_can_be_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, _ = vectors(6, 6)
    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=Stub))
    found = umap(rows, neighbours=50, seed=4)
    assert found.method == "umap" and found.parameters["neighbours"] == 35
    told = Stub.told
    assert told["random_state"] == 4 and told["n_jobs"] == 1 and told["n_neighbors"] == 35
    start = principal_plane(rows)
    np.testing.assert_allclose(told["init"], 10 * start / np.abs(start).max(), rtol=1e-5)
    assert found.xy.shape == (36, 2) and np.abs(found.xy).max() == pytest.approx(1.0)


def test_without_umap_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(UsageError, match=r'pip install "zij\[umap\]"'):
        umap(vectors(6, 6)[0])


def test_too_few_or_equal_pages_lie_in_the_principal_plane() -> None:
    for rows in (np.ones((1, 110)), np.ones((30, 110)), np.eye(3, 110)):
        found = tsne(rows.astype(np.float32))
        assert found.method == "pca" and np.isfinite(found.xy).all() and found.xy.shape == (len(rows), 2)
    assert tsne(np.zeros((0, 110), np.float32)).xy.shape == (0, 2)


def test_a_perplexity_that_does_not_fit_is_refused() -> None:
    with pytest.raises(UsageError, match="choose 1 to 29"):
        tsne(vectors(5, 6)[0], perplexity=30)


def test_trustworthiness_is_that_of_the_definition() -> None:
    from sklearn.manifold import trustworthiness as reference

    random = np.random.default_rng(2)
    rows = random.normal(size=(60, 10)).astype(np.float32)
    xy = rows[:, :2] + random.normal(size=(60, 2))
    assert trustworthiness(rows, xy, k=5) == pytest.approx(reference(rows, xy, n_neighbors=5), abs=1e-9)
    assert trustworthiness(xy.astype(np.float32), xy, k=5) == 1.0
    assert np.isnan(trustworthiness(rows[:5], xy[:5]))
    chance = trustworthiness(rows, random.normal(size=(60, 2)))
    assert 0.3 < chance < 0.7
