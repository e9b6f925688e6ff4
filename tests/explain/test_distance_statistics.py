"""What the Distance Explainer says of its own uncertainty is so."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from zij.explain.distance.explainer import explain_distance, explain_regions
from zij.explain.distance.explanation import DistanceExplanation

REGIONS = 30
WEIGHTS = np.linspace(0, 1, REGIONS)


def signal(seed: int, number: int = 1000, **options: object) -> DistanceExplanation:
    """Regions count by their weights, and pairs of neighbours a little."""

    def embed(kept: NDArray[np.float32]) -> NDArray[np.float64]:
        both = kept[:, 1:] * kept[:, :-1]
        return np.concatenate([kept * WEIGHTS, 0.3 * both, np.full((len(kept), 1), 0.5)], axis=1)

    reference = np.concatenate([WEIGHTS, np.zeros(REGIONS)])
    return explain_regions(embed, REGIONS, reference, number=number, seed=seed, permutations=0, **options)


def noise(seed: int, regions: int = REGIONS, number: int = 400, **options: object) -> DistanceExplanation:
    """Nothing that is hidden matters."""
    rng = np.random.default_rng(seed)
    model = lambda batch: rng.normal(size=(len(batch), 6))  # noqa: E731
    return explain_regions(model, regions, np.ones(6), number=number, seed=seed, **options)


@pytest.mark.parametrize("options", [{}, {"antithetic": True}, {"estimator": "regression"},
                                     {"estimator": "regression", "antithetic": True}])  # fmt: skip
def test_standard_errors_are_the_spread_over_seeds(options: dict[str, object]) -> None:
    runs = [signal(seed, **options) for seed in range(30)]
    spread = np.std([run.maps[0] for run in runs], axis=0, ddof=1)
    told = np.median([run.errors[0] for run in runs], axis=0)
    assert 0.8 < np.median(told / spread) < 1.25


def test_regression_with_pairs_is_steadier_than_tails() -> None:
    """In units of the map's own spread, at equal cost."""

    def unsteady(**options: object) -> float:
        maps = np.array([signal(seed, 500, **options).maps[0] for seed in range(20)])
        return float(np.median(maps.std(axis=0) / maps.mean(axis=0).std()))

    assert unsteady() > 1.3 * unsteady(estimator="regression", antithetic=True)


def test_noise_of_grid_maps_has_the_size_of_theory() -> None:
    """0.333 sqrt(2 / (0.1 n)) for grids of 8 x 8, half kept."""
    rng = np.random.default_rng(0)
    x = np.ones((64, 64), np.float32)
    maps = [
        explain_distance(lambda b: rng.normal(size=(len(b), 4)), x, np.ones(4), number=200, seed=seed,
                         batch=200, permutations=0)
        for seed in range(40)
    ]  # fmt: skip
    theory = math.sqrt(1 / 9) * math.sqrt(2 / 20)
    inner = np.array([m.maps[0, 8:-8, 8:-8] for m in maps])
    assert inner.std() == pytest.approx(theory, rel=0.05)
    assert np.median(maps[0].chance[0, 8:-8, 8:-8]) == pytest.approx(theory, rel=0.02)
    every = np.array([m.maps[0] for m in maps])
    ratio = every.std(axis=0) / maps[0].chance[0]
    assert np.sqrt((ratio**2).mean()) == pytest.approx(1, abs=0.06)
    assert ratio.min() > 0.6 and ratio.max() < 1.5


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"estimator": "regression"},
        {"estimator": "regression", "antithetic": True},
        {"antithetic": True},
        {"keep": 0.8},
    ],
)
def test_chance_is_seldom_significant(options: dict[str, object]) -> None:
    """Of maps of nothing, about 5 % have a significant place; three deviations of that are allowed for."""
    found = [noise(seed, permutations=199, **options).significant().any() for seed in range(120)]
    assert np.mean(found) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 120)
    assert noise(0, permutations=19).threshold() < np.inf == noise(0, permutations=18).threshold()


def test_grids_by_chance_are_seldom_significant() -> None:
    rng = np.random.default_rng(0)
    x = np.ones((40, 40), np.float32)
    found = [
        explain_distance(lambda b: rng.normal(size=(len(b), 4)), x, np.ones(4), number=200, seed=seed,
                         batch=200, permutations=199).significant().any()
        for seed in range(100)
    ]  # fmt: skip
    assert np.mean(found) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 100)


def test_a_strong_signal_stops_early_and_noise_does_not() -> None:
    early = signal(0, 10_000, tolerance=0.25)
    assert early.stopped == "early" and early.used <= 5000 and early.requested == 10_000
    whole = signal(0, 10_000)
    ranks = [np.argsort(np.argsort(run.maps[0])) for run in (early, whole)]
    assert np.corrcoef(ranks)[0, 1] >= 0.95
    assert noise(1, number=3000, tolerance=0.25).stopped == "complete"


def test_few_masks_have_the_error_of_chance() -> None:
    found = signal(0, 30)
    np.testing.assert_array_equal(found.errors, found.chance)


def test_a_model_that_sees_nothing_gives_a_level_map() -> None:
    for estimator in ("tails", "regression"):
        found = explain_regions(
            lambda k: np.ones((len(k), 3)), 9, np.ones(3), number=200, estimator=estimator
        )
        np.testing.assert_allclose(found.maps, 0, atol=1e-7)
        assert not found.significant().any()
