"""The study: more masks are steadier, the recommendation holds, and one run serves many settings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.distance.distances import distances
from zij.explain.distance.explainer import explain_regions
from zij.explain.distance.masks import RegionMasks
from zij.explain.distance.study import Parts, Swept, recommended, sweep

R = 12
WEIGHTS = np.linspace(0.1, 1, R)


def parts(calls: list[int]) -> Parts:
    def embed(kept: NDArray[Any]) -> NDArray[np.float64]:
        calls.append(len(kept))
        return np.concatenate([kept * WEIGHTS, np.ones((len(kept), 1))], axis=1)

    reference = np.append(WEIGHTS, 0.0)
    return Parts(
        R, reference, lambda seed, keep, pairs: RegionMasks(R, seed, keep, pairs), embed,
        lambda kept: distances(embed(np.asarray(kept, float)), reference[None])[:, 0], batch=100,
    )  # fmt: skip


def test_more_masks_are_steadier_and_as_faithful() -> None:
    calls: list[int] = []
    told: list[tuple[int, int]] = []
    found = sweep(
        parts(calls), numbers=(50, 400), keeps=(0.5, 0.8), seeds=3,
        progress=lambda _, done, total: told.append((done, total)),
    )  # fmt: skip
    assert [(s.selection, s.keep, s.masks) for s in found[:4]] == [
        ("all", 0.5, 50), ("all", 0.5, 400), ("all", 0.8, 50), ("all", 0.8, 400)
    ]  # fmt: skip
    for few, many in zip(found[::2], found[1::2], strict=True):
        assert many.correlation > few.correlation - 0.02 and many.spread <= few.spread
        assert many.faithfulness > 0
    assert told[-1][0] == told[-1][1] == 2 * 2 * (3 + 4) * 400
    # the tails share one run: 2 anchors a run, and 2 x 21 pages at most for a deletion curve
    assert sum(calls) <= 2 * 2 * (7 * 400 + 4 * 2) + len(found) * 3 * 2 * (R + 1)


def test_a_setting_by_hand() -> None:
    (found,) = sweep(parts([]), numbers=(80,), keeps=(0.5,), selections=("mirrored",), seeds=2, seed=7)
    simple = parts([])

    def one(seed: int, number: int) -> NDArray[np.float64]:
        run = explain_regions(simple.embed, R, simple.reference, number=number, seed=seed, permutations=0)
        return run.maps[0].astype(float)

    maps, long = np.stack([one(7, 80), one(8, 80)]), one(9, 320)
    assert found.correlation == pytest.approx(np.mean([np.corrcoef(m, long)[0, 1] for m in maps]))
    assert found.spread == pytest.approx(np.sqrt(maps.var(axis=0, ddof=1).mean()) / long.std())


def test_the_cheapest_steady_setting_is_recommended() -> None:
    def setting(masks: int, correlation: float, faithfulness: float) -> Swept:
        return Swept("all", 0.5, masks, correlation, 0.1, faithfulness, 0.0)

    good = setting(100, 0.91, 0.2)
    assert recommended([setting(50, 0.8, 0.9), setting(100, 0.95, 0.1), good, setting(200, 1.0, 0.3)]) == good
    assert recommended([setting(50, 0.5, 0.9), setting(100, 0.6, 0.1)]).masks == 100


def test_what_cannot_be_studied_is_said() -> None:
    for options in ({"seeds": 1}, {"numbers": ()}, {"numbers": (5,)}):
        with pytest.raises(UsageError, match="tell nothing; take two runs or more"):
            sweep(parts([]), **{"numbers": (50,), "seeds": 2} | options)  # type: ignore[arg-type]
