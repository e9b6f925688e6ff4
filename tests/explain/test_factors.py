"""The factor form against the dense tensor, and its conservation."""

from __future__ import annotations

import numpy as np
import pytest

from zij.errors import UsageError
from zij.explain.bilrp.factors import Factors


def made(
    seed: int = 0, m: int = 7, shape_a: tuple[int, int] = (30, 41), shape_b: tuple[int, int] = (25, 50)
) -> Factors:
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((m, np.prod(shape_a))), rng.standard_normal((m, np.prod(shape_b)))
    a *= rng.exponential(1, a.shape[1]) ** 3  # a few regions hold most
    kept_a, kept_b = rng.standard_normal((2, m, 2))
    phi_a, phi_b = a.sum(1) + kept_a.sum(1), b.sum(1) + kept_b.sum(1)
    scale = 1 / float(np.linalg.norm(phi_a) * np.linalg.norm(phi_b))
    dot = float(phi_a @ phi_b)
    return Factors(a, b, shape_a, shape_b, scale, dot * scale, dot, phi_a, phi_b, kept_a, kept_b)


@pytest.mark.parametrize("top", [1, 5, 300, 5000])
def test_strongest_pairs_are_those_of_the_dense_tensor(top: int) -> None:
    factors = made()
    found, dense = factors.strongest(top), factors.dense().reshape(30 * 41, 25 * 50)
    order = np.sort(np.abs(dense).ravel())[::-1][:top]
    np.testing.assert_allclose(np.abs(found.values), order, rtol=1e-12)
    np.testing.assert_allclose(dense[found.i, found.j], found.values, rtol=1e-9)
    assert len(set(zip(found.i.tolist(), found.j.tolist(), strict=True))) == top


def test_strongest_leaves_most_blocks_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    factors = made(3, shape_a=(60, 60), shape_b=(60, 60))
    blocks = sorted((bound for bound, _, _ in factors._blocks()), reverse=True)
    floor = abs(factors.strongest(10).values[-1])
    assert sum(bound >= floor for bound in blocks) < len(blocks) / 2


def test_no_pairs() -> None:
    assert len(made().strongest(0).values) == 0
    assert len(made(shape_a=(1, 1), shape_b=(1, 1)).strongest(10).values) == 1


def test_marginals_queries_and_sums_are_those_of_the_dense_tensor() -> None:
    factors = made(1)
    dense = factors.dense()
    np.testing.assert_allclose(factors.marginal("a"), dense.sum((2, 3)), atol=1e-12)
    np.testing.assert_allclose(factors.marginal("b"), dense.sum((0, 1)), atol=1e-12)
    np.testing.assert_allclose(factors.query("a", 42), dense[1, 1], atol=1e-12)
    mask = np.zeros((25, 50), bool)
    mask[3:5, 7:9] = True
    np.testing.assert_allclose(factors.query("b", mask), dense[:, :, 3:5, 7:9].sum((2, 3)), atol=1e-12)
    np.testing.assert_allclose(factors.total(), dense.sum(), rtol=1e-10)
    np.testing.assert_allclose(factors.negative(), dense[dense < 0].sum(), rtol=1e-10)


def test_what_arrives_and_what_was_kept_is_the_similarity() -> None:
    report = made(2).report()
    assert report["similarity"] == pytest.approx(report["relevance"] + report["remainder"], abs=1e-12)
    assert abs(report["gap"]) < 1e-12
    assert abs(report["remainder"]) > 1e-3  # so that leaving it out would show
    assert report["remainder"] == pytest.approx(report["remainder_biases"] + report["remainder_stabilisers"])


def test_coarser_regions_sum_the_finer() -> None:
    factors = made(4, shape_a=(4, 6), shape_b=(6, 4))
    rows, columns = np.divmod(np.arange(24), 6)
    coarse = factors.grouped(rows // 2 * 3 + columns // 2, np.arange(24) % 5)
    assert coarse.shape_a == (6,)
    dense = factors.dense().reshape(2, 2, 3, 2, 24).sum((1, 3)).reshape(6, 24)
    expected = np.stack([dense[:, np.arange(24) % 5 == k].sum(1) for k in range(5)], axis=1)
    np.testing.assert_allclose(coarse.dense(), expected, atol=1e-12)
    assert coarse.total() == pytest.approx(factors.total(), rel=1e-10)
    left_out = factors.grouped(np.where(rows == 0, -1, 0), np.zeros(24, int))
    np.testing.assert_allclose(left_out.total(), factors.dense()[1:].sum(), rtol=1e-9)


def test_regions_that_are_not_there() -> None:
    factors = made(0)
    with pytest.raises(UsageError, match="regions 0 to 1229; 1230 is none"):
        factors.query("a", 1230)
    with pytest.raises(UsageError, match="mask of shape"):
        factors.query("a", np.zeros((2, 2), bool))
    with pytest.raises(UsageError, match="3 group numbers do not fit 1230 regions"):
        factors.grouped([0, 0, 1], np.zeros(1250, int))
