"""The Distance Explainer finds what drives a distance, repeats itself, and refuses in clear words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from zij.errors import InputError, ModelError, UsageError, ZijError
from zij.explain.distance.explainer import explain_distance, explain_pair_distance, explain_regions
from zij.explain.distance.explanation import DistanceExplanation
from zij.explain.distance.masks import RegionMasks

RNG = np.random.default_rng(0)
PAGE = (RNG.random((32, 40, 3)) * 0.5).astype(np.float32)
TILES = np.arange(80).reshape(8, 10).repeat(4, axis=0).repeat(4, axis=1)


def tiles(batch: NDArray[Any]) -> NDArray[np.float64]:
    """Mean of each of 80 tiles, image by image, so that a batch changes nothing."""
    return np.stack([image.astype(float).reshape(8, 4, 10, 12).mean(axis=(1, 3)).ravel() for image in batch])


def one_hot(*places: int) -> NDArray[np.float64]:
    return np.isin(np.arange(80), places).astype(float)


def same(a: DistanceExplanation, b: DistanceExplanation) -> None:
    for name in ("maps", "errors", "chance", "largest", "distances", "whole", "hidden"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
    assert (a.stopped, a.used, a.neutral) == (b.stopped, b.used, b.neutral)


def test_the_map_points_at_what_drives_the_distance() -> None:
    """Dark paper, so that a tile that is kept adds its part of the vector; the reference is one tile."""
    found = explain_distance(tiles, PAGE, one_hot(34), fill=0, number=600)
    y, x = np.unravel_index(found.maps[0].argmax(), (32, 40))
    assert abs(y - 14) < 5 and abs(x - 18) < 5
    assert found.significant()[0, y, x] and found.z[0, y, x] > 10
    assert found.maps.shape == found.errors.shape == found.chance.shape == (1, 32, 40)
    assert np.abs(found.maps).max() <= 1 and found.maps.dtype == np.float32
    assert found.neutral == 0 and found.stopped == "complete" and found.used == 600
    assert found.hidden == pytest.approx(0.5) and 0 < found.whole[0] < 0.5


def test_the_map_by_the_formula() -> None:
    """Mean of the masks of the nearest tenth less that of the furthest."""
    from zij.explain.distance.grids import GridMasks

    found = explain_distance(tiles, PAGE, one_hot(34), fill=0, number=50, seed=4)
    masks = GridMasks(PAGE.shape[:2], 4).render(0, 50).astype(float)
    embeddings = tiles(PAGE * masks[..., None])
    cosines = embeddings[:, 34] / np.linalg.norm(embeddings, axis=1)
    np.testing.assert_allclose(found.distances[:, 0], (1 - cosines) / 2, atol=1e-6)
    order = np.argsort(found.distances[:, 0])
    slow = masks[order[:5]].mean(axis=0) - masks[order[-5:]].mean(axis=0)
    np.testing.assert_allclose(found.maps[0], slow, atol=1e-6)


def test_a_label_map_gives_a_value_a_region() -> None:
    found = explain_distance(tiles, PAGE, one_hot(34), masks=TILES, fill=0, number=400)
    assert found.maps.shape == (1, 80) and found.maps[0].argmax() == 34
    assert found.significant()[0].sum() >= 1 and found.significant()[0, 34]
    assert (found.rasters()[0][TILES == 34] == found.maps[0, 34]).all()
    regions = explain_regions(
        lambda kept: kept * tiles(PAGE[None])[0], 80, one_hot(34), number=400, permutations=0
    )
    np.testing.assert_allclose(regions.maps, found.maps, atol=1e-6)
    assert (
        regions.labels is None and (regions.threshold() == np.inf).all() and not regions.significant().any()
    )
    with pytest.raises(InputError, match="have no pixels"):
        regions.rasters()


def test_pixels_of_no_region_are_neutral() -> None:
    labels = np.where(TILES == 3, -1, np.minimum(TILES, 40))
    found = explain_distance(tiles, PAGE, one_hot(34), masks=labels, number=50, negative=(1.0, 1.0))
    assert (found.rasters()[0][labels < 0] == 0.5).all()


def test_regression_hears_all_masks() -> None:
    truth = np.zeros(40)
    truth[[4, 9]] = 0.3, -0.2

    noise = np.random.default_rng(5)

    def far(embeddings: NDArray[np.float64], _: NDArray[np.float64]) -> NDArray[np.float64]:
        return 1 - embeddings @ truth[:, None] + 0.05 * noise.normal(size=(len(embeddings), 1))

    found = explain_regions(lambda k: k, 40, np.ones(40), number=4000, estimator="regression", metric=far)
    np.testing.assert_allclose(found.maps[0], truth, atol=0.01)
    assert set(np.flatnonzero(found.significant()[0])) == {4, 9}
    assert found.neutral == 0


def test_several_references_share_the_passes() -> None:
    calls: list[int] = []

    def counted(batch: NDArray[Any]) -> NDArray[np.float64]:
        calls.append(len(batch))
        return tiles(batch)

    references = np.stack([one_hot(k, k + 1) for k in range(10)])
    together = explain_distance(counted, PAGE, references, number=100)
    assert sum(calls) == 102 and together.maps.shape == (10, 32, 40)
    for reference, found, error in zip(references, together.maps, together.errors, strict=True):
        alone = explain_distance(tiles, PAGE, reference, number=100)
        np.testing.assert_array_equal(alone.maps[0], found)
        np.testing.assert_array_equal(alone.errors[0], error)


@pytest.mark.parametrize("options", [{}, {"masks": TILES}, {"estimator": "regression"}, {"tolerance": 0.9}])
def test_batches_repetition_and_the_global_state_change_nothing(options: dict[str, Any]) -> None:
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state(legacy=False), torch.random.get_rng_state()  # noqa: NPY002
    first = explain_distance(tiles, PAGE, one_hot(5), number=230, permutations=50, **options)
    for batch in (1, 7, 1000):
        again = explain_distance(tiles, PAGE, one_hot(5), number=230, permutations=50, batch=batch, **options)
        same(first, again)
    np.testing.assert_equal(np.random.get_state(legacy=False), before[0])  # noqa: NPY002
    assert torch.equal(torch.random.get_rng_state(), before[1])


def test_more_masks_begin_with_the_same_distances() -> None:
    few = explain_distance(tiles, PAGE, one_hot(5), number=60)
    many = explain_distance(tiles, PAGE, one_hot(5), number=130, batch=9)
    np.testing.assert_array_equal(many.distances[:60], few.distances)
    other = explain_distance(tiles, PAGE, one_hot(5), number=60, seed=1)
    assert not np.array_equal(other.distances, few.distances)


@pytest.mark.parametrize("kind", ["dict", "file"])
def test_a_cancelled_run_goes_on_to_the_same_bits(kind: str, tmp_path: Path) -> None:
    whole = explain_distance(tiles, PAGE, one_hot(5), number=150, tolerance=0.01)
    state: Any = {} if kind == "dict" else tmp_path / "state.npz"
    left = iter([False] * 6)
    partial = explain_distance(tiles, PAGE, one_hot(5), number=150, tolerance=0.01, state=state,
                               cancelled=lambda: next(left, True))  # fmt: skip
    assert (partial.stopped, partial.used, partial.requested) == ("cancelled", 60, 150)
    same_as_short = explain_distance(tiles, PAGE, one_hot(5), number=60, tolerance=0.01)
    np.testing.assert_array_equal(partial.maps, same_as_short.maps)
    done: list[int] = []
    again = explain_distance(tiles, PAGE, one_hot(5), number=150, tolerance=0.01, state=state, batch=8,
                             progress=lambda _, n, total: done.append(n))  # fmt: skip
    same(whole, again)
    assert done[0] == 68 and done[-1] == 150
    with pytest.raises(UsageError, match="belongs to a run with another page"):
        explain_distance(tiles, PAGE, one_hot(6), number=150, state=state)
    with pytest.raises(UsageError, match="belongs to a run with another page"):
        explain_distance(tiles, PAGE, one_hot(5), number=150, state=state, seed=9)


def test_a_run_that_is_cancelled_at_once_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cancelled after 0 masks"):
        explain_distance(tiles, PAGE, one_hot(5), cancelled=lambda: True)
    path = tmp_path / "other.npz"
    path.write_bytes(b"PK nonsense")
    with pytest.raises(InputError, match=r"other\.npz: it holds no state"):
        explain_distance(tiles, PAGE, one_hot(5), state=path)


def test_both_directions_of_a_pair() -> None:
    other = RNG.random((32, 40, 3)).astype(np.float32)
    a, b = explain_pair_distance(tiles, PAGE, other, number=40, fill=0)
    same(a, explain_distance(tiles, PAGE, tiles(other[None])[0], number=40, fill=0))
    same(b, explain_distance(tiles, other, tiles(PAGE[None])[0], number=40, fill=0))
    with pytest.raises(UsageError, match="cannot serve two images"):
        explain_pair_distance(tiles, PAGE, other, masks=TILES)


@pytest.mark.parametrize(("name", "neutral"), [("positive", 0.7), ("negative", -0.7)])
def test_one_sided_maps_lie_about_the_share_kept(name: str, neutral: float) -> None:
    empty = {"positive": {"negative": (1.0, 1.0)}, "negative": {"positive": (0.0, 0.0)}}[name]
    found = explain_distance(tiles, PAGE, one_hot(34), fill=0, number=500, keep=0.7, **empty)
    assert found.neutral == pytest.approx(neutral)
    assert found.maps.mean() == pytest.approx(neutral, abs=0.06)
    assert found.z[0, 12:16, 16:20].mean() > 4


def test_euclidean_distance_and_torch_models() -> None:
    def model(batch: NDArray[Any]) -> torch.Tensor:
        return torch.from_numpy(tiles(batch)).requires_grad_()

    found = explain_distance(model, PAGE, torch.from_numpy(one_hot(34)), number=50, metric="euclidean")
    slow = np.linalg.norm(tiles(PAGE[None])[0] - one_hot(34))
    assert found.whole[0] == pytest.approx(slow)


def test_other_layouts_and_types_give_the_same_map() -> None:
    whole = (PAGE * 255).astype(np.uint8)
    first = explain_distance(lambda b: tiles(np.moveaxis(b, 1, -1)), np.moveaxis(whole, -1, 0), one_hot(5),
                             number=50, channels="first")  # fmt: skip
    last = explain_distance(tiles, whole, one_hot(5), number=50)
    np.testing.assert_array_equal(first.maps, last.maps)
    grey = explain_distance(lambda b: tiles(b[..., None].repeat(3, -1)), whole[..., 0], one_hot(5), number=50)
    assert grey.maps.shape == (1, 32, 40)


def test_written_and_read_back(tmp_path: Path) -> None:
    for masks in ("grid", TILES):
        found = explain_distance(tiles, PAGE, one_hot(34), masks=masks, number=40, permutations=30)  # type: ignore[arg-type]
        path = found.to_npz(tmp_path / "a.npz")
        read = DistanceExplanation.from_npz(path)
        same(found, read)
        assert dict(read.parameters) == dict(found.parameters)
        assert (read.labels is None) == isinstance(masks, str)
        assert path.read_bytes() == found.to_npz(tmp_path / "b.npz").read_bytes()
    np.savez(tmp_path / "c.npz", maps=np.zeros(3))
    np.savez(tmp_path / "d.npz", maps=np.array([{}], dtype=object))
    (tmp_path / "e.npz").write_text("no")
    for name in "cdef":
        with pytest.raises(InputError, match=f"{name}.npz: it is no explanation written"):
            DistanceExplanation.from_npz(tmp_path / f"{name}.npz")


def bad(values: Any) -> Any:
    """A model that is right for the whole page alone, which is the first thing it sees."""
    seen: list[int] = []

    def model(batch: NDArray[Any]) -> Any:
        seen.append(1)
        return tiles(batch) if len(seen) < 3 else values(batch)

    return model


def fails(batch: NDArray[Any]) -> Any:
    raise RuntimeError("Expected all tensors to be on the same device, but found two: cuda:0 and cpu!\nmore")


@pytest.mark.parametrize(
    ("message", "kind", "options"),
    [
        ("for a partly hidden page", ModelError, {"model": bad(lambda b: tiles(b) * np.nan)}),
        ("79 dimensions and the reference has 80", ModelError, {"model": bad(lambda b: tiles(b)[:, :-1])}),
        (r"shape \(9, 80\) for 10 inputs", ModelError, {"model": bad(lambda b: tiles(b)[:-1])}),
        (r"shape \(10,\) for 10 inputs", ModelError, {"model": bad(lambda b: tiles(b)[:, 0])}),
        ("on the same device, but found two", ModelError, {"model": bad(fails)}),
        ("output cannot be read", ModelError, {"model": lambda b: torch.empty(len(b), 80).to("meta")}),
        ("zero vector for the page itself", ModelError, {"model": lambda b: np.zeros((len(b), 80))}),
        ("the metric gave an array", ModelError, {"metric": lambda a, b: np.zeros(3)}),
        ("reference is the zero vector", UsageError, {"references": np.zeros(80)}),
        ("reference holds values that are no numbers", UsageError, {"references": np.full(80, np.nan)}),
        (r"has shape \(2, 2, 2\)", UsageError, {"references": np.ones((2, 2, 2))}),
        ("the reference cannot be read as numbers", UsageError, {"references": ["a"]}),
        ("metric 'manhattan'", UsageError, {"metric": "manhattan"}),
        ("estimator 'lime'", UsageError, {"estimator": "lime"}),
        ("masks='cells'", UsageError, {"masks": "cells"}),
        ("label map has shape", UsageError, {"masks": TILES[1:]}),
        ("0 masks in batches of 10", UsageError, {"number": 0}),
        ("takes none of 9 masks", UsageError, {"number": 9}),
        ("a tolerance of 0 is never reached", UsageError, {"tolerance": 0.0}),
        ("smaller than the grid", UsageError, {"resolution": 33}),
        ("overlap", UsageError, {"positive": (0, 0.6), "negative": (0.5, 1)}),
        ("no mask would speak", UsageError, {"positive": (0, 0), "negative": (1, 1)}),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_one_clear_sentence(
    message: str, kind: type[ZijError], options: dict[str, Any]
) -> None:
    options = {"model": tiles, "references": one_hot(5), "number": 50} | options
    with pytest.raises(kind, match=message) as caught:
        explain_distance(options.pop("model"), PAGE, options.pop("references"), **options)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_a_masked_page_without_direction_is_halfway() -> None:
    """As published: a page of which nothing is left is neither near nor far."""
    found = explain_regions(lambda k: k * one_hot(0, 1)[:2], 2, one_hot(0)[:2], number=100)
    nothing = ~RegionMasks(2).render(0, 100).any(axis=1)
    assert nothing.any() and (found.distances[nothing, 0] == 0.5).all()
