"""Masks are a function of the seed and their number, and what is said of them is so."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.distance.fill import Hider
from zij.explain.distance.grids import GridMasks
from zij.explain.distance.interpolation import between, cell_size, stretched
from zij.explain.distance.masks import TILE, LabelMasks, Masks, RegionMasks, numbers
from zij.explain.distance.selection import Selection

LABELS = np.arange(12).repeat(4).reshape(6, 8) - 1


def kinds(seed: int = 3, keep: float = 0.5, antithetic: bool = False) -> list[Masks]:
    return [
        GridMasks((37, 50), seed, 5, keep, antithetic),
        RegionMasks(11, seed, keep, antithetic),
        LabelMasks(11, seed, keep, antithetic, labels=LABELS),
    ]


@pytest.mark.parametrize("antithetic", [False, True])
@pytest.mark.parametrize("kind", range(3))
def test_a_mask_depends_on_seed_and_number_alone(kind: int, antithetic: bool) -> None:
    masks = kinds(antithetic=antithetic)[kind]
    together = masks.render(0, 50)
    for start, stop in [(0, 1), (7, 8), (13, 40), (49, 50)]:
        np.testing.assert_array_equal(masks.render(start, stop), together[start:stop])
        np.testing.assert_array_equal(masks.features(start, stop), masks.features(0, 50)[start:stop])
    assert not np.array_equal(kinds(seed=4)[kind].render(0, 50), together)
    assert len(np.unique(together.reshape(50, -1), axis=0)) > 40  # chance repeats a few of 2^11


@pytest.mark.parametrize("kind", range(3))
def test_complementary_pairs(kind: int) -> None:
    found = kinds(antithetic=True)[kind].render(0, 20)
    pairs = found[::2] + found[1::2]
    seen = np.broadcast_to(LABELS >= 0, pairs.shape) if kind == 2 else np.ones(pairs.shape, bool)
    np.testing.assert_allclose(pairs[seen], 1, atol=1e-6)


def test_complementary_pairs_keep_the_share() -> None:
    drawn = numbers(0, 0, 4000, 5, antithetic=True) < np.uint32(0.2 * 2**32)
    assert not (drawn[::2] & drawn[1::2]).any()
    np.testing.assert_allclose(drawn.mean(axis=0), 0.2, atol=0.03)


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("kind", range(3))
def test_mean_and_deviation(kind: int, keep: float) -> None:
    masks = kinds(keep=keep)[kind]
    values = np.stack([masks.sums(np.eye(1, i + 1, i)[0]) for i in range(900)])
    np.testing.assert_allclose(values.mean(axis=0), keep, atol=0.07)
    np.testing.assert_allclose(values.std(axis=0), masks.spread(), rtol=0.2)
    assert values.min() >= 0 and values.max() <= 1 + 1e-6


def test_sums_are_those_of_the_masks_as_drawn() -> None:
    for masks in kinds()[:2]:
        weights = np.random.default_rng(0).normal(size=40) * (np.arange(40) % 3 > 0)
        slow = np.tensordot(weights, masks.render(0, 40).astype(float), 1)
        np.testing.assert_allclose(masks.sums(weights), slow, atol=1e-5)
    assert not kinds()[0].sums(np.zeros(5)).any()


def test_grid_masks_by_the_formula() -> None:
    """Stretched by the interpolation matrices, shifted by less than one cell."""
    masks = GridMasks((37, 50), 3, 5)
    grids, down, across = masks.compact(0, 30)
    assert set(np.unique(grids)) == {0.0, 1.0}
    assert down.min() >= 0 and down.max() < cell_size(37, 5) == 8 and across.max() < cell_size(50, 5) == 10
    assert len(np.unique(down)) > 5
    for i in (0, 29):
        whole = stretched(37, 5) @ grids[i].astype(float) @ stretched(50, 5).T
        cut = whole[down[i] : down[i] + 37, across[i] : across[i] + 50]
        np.testing.assert_allclose(masks.render(i, i + 1)[0], cut, atol=1e-6)
        rows, columns = masks.points(TILE)
        np.testing.assert_allclose(masks.features(i, i + 1)[0], cut[np.ix_(rows, columns)].ravel(), atol=1e-6)
        np.testing.assert_array_equal(masks.sample(cut), cut[np.ix_(rows, columns)].ravel())


def test_channels_repeat_along_the_rows() -> None:
    for masks in kinds():
        np.testing.assert_allclose(
            masks.render(2, 5, 3), masks.render(2, 5).repeat(3, axis=-1), atol=1e-6, rtol=0
        )


def test_pixels_without_label_are_never_hidden() -> None:
    found = LabelMasks(11, labels=LABELS).render(0, 30)
    assert (found[:, LABELS < 0] == 1).all()
    bits = RegionMasks(11).render(0, 30)
    for label in range(11):
        assert (found[:, label == LABELS] == bits[:, label, None]).all()


def test_interpolation_between_tiles() -> None:
    matrix = between(12, 3)
    np.testing.assert_allclose(matrix.sum(axis=1), 1)
    np.testing.assert_allclose(matrix @ [0.0, 4.0, 8.0], [0, 0, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8, 8])


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float16, np.float32, np.float64])
@pytest.mark.parametrize("layout", ["grey", "last", "first"])
def test_hiding_keeps_type_and_layout(dtype: type, layout: str) -> None:
    rng = np.random.default_rng(1)
    image = (rng.random((9, 13, 3)) * 200).astype(dtype)
    x = {"grey": image[..., 0], "last": image, "first": np.moveaxis(image, -1, 0)}[layout]
    hider = Hider(x, 7.0, "first" if layout == "first" else "last")
    mask = rng.random((2, 9, 13)).astype(np.float32)
    found = hider.hide(mask.repeat(hider.depth, axis=2))
    wide = mask[:, None] if layout == "first" else mask[..., None] if layout == "last" else mask
    slow = 7 + wide * (x.astype(float) - 7)
    assert found.shape == (2, *x.shape) and found.dtype == dtype
    np.testing.assert_allclose(
        found, np.rint(slow) if np.dtype(dtype).kind in "ui" else slow, rtol=2e-3, atol=1e-4
    )


def test_hiding_stays_within_the_range() -> None:
    x = np.random.default_rng(0).random((20, 20, 3)).astype(np.float32)
    x[0] = 1.0
    found = Hider(x, 0.1).hide(np.ones((1, 20, 60), np.float32))
    assert found.max() <= 1 and found.min() >= 0


def test_fills() -> None:
    x = np.full((8, 10, 3), (240, 230, 200), np.uint8)
    x[2:4, 3:6] = 20
    nothing = np.zeros((1, 8, 30), np.float32)
    assert (Hider(x).hide(nothing.copy())[0] == (240, 230, 200)).all()
    assert (Hider(x, (1, 2, 3)).hide(nothing.copy())[0] == (1, 2, 3)).all()
    other = np.random.default_rng(0).integers(0, 255, x.shape)
    np.testing.assert_array_equal(Hider(x, other).hide(nothing.copy())[0], other)
    np.testing.assert_array_equal(Hider(x, other[..., 0]).hide(nothing.copy())[0, ..., 1], other[..., 0])


def weights_by_hand(distances: NDArray[np.float64], near: int, far: int) -> NDArray[np.float64]:
    order = np.argsort(distances)
    weights = np.zeros(len(distances))
    weights[order[:near]] = 1 / near
    weights[order[-far:]] -= 1 / far
    return weights


def test_selection_takes_the_tails() -> None:
    distances = np.random.default_rng(0).random(57)
    np.testing.assert_allclose(Selection().weights(distances), weights_by_hand(distances, 5, 6))
    assert Selection((0, 0.29), (1, 1)).counts(100) == (29, 0)  # 100 x 0.29 is 28.999... to a computer
    assert [Selection.named(name).sign for name in ("mirrored", "positive", "negative")] == [0, 1, -1]
    np.testing.assert_allclose(Selection().block_weights(distances).clip(0).sum(), 1)


def test_equal_distances_share_their_places() -> None:
    """In whatever order they come, and with no effect where all are equal."""
    distances = np.array([0.5, 0.1, 0.5, 0.5, 0.9, 0.5, 0.5, 0.5, 0.5, 0.5])
    half = Selection((0, 0.2), (0.8, 1)).weights(distances)
    np.testing.assert_allclose(half[distances == 0.1], 0.5)
    np.testing.assert_allclose(half[distances == 0.9], -0.5)
    np.testing.assert_allclose(half[distances == 0.5], 0, atol=1e-12)
    np.testing.assert_allclose(Selection().weights(np.ones(50)), 0, atol=1e-12)


@pytest.mark.parametrize(
    ("message", "act"),
    [
        ("0.5..0.2 is no range", lambda: Selection((0.5, 0.2))),
        ("0..1.5 is no range", lambda: Selection((0, 1.5))),
        ("both selections are empty", lambda: Selection((0, 0), (1, 1))),
        ("0..0.6 and 0.5..1 overlap", lambda: Selection((0, 0.6), (0.5, 1))),
        ("takes none of 9 masks; take 10 masks or more", lambda: Selection().weights(np.zeros(9))),
        ("selection 'all' is not known", lambda: Selection.named("all")),
        ("a tail of 0.7", lambda: Selection.named("mirrored", 0.7)),
        ("20 x 7 pixels is smaller than the grid of 8 x 8", lambda: GridMasks((7, 20))),
        ("resolution 1 hides all or nothing", lambda: GridMasks((7, 20), resolution=1)),
        ("probability between 0 and 1, not 1", lambda: GridMasks((20, 20), keep=1.0)),
        ("whole number from 0 up, not -1", lambda: RegionMasks(3, seed=-1)),
        ("there is no region to hide", lambda: RegionMasks(0)),
        ("holds whole numbers", lambda: LabelMasks(3, labels=np.zeros((3, 3)))),  # type: ignore[arg-type]
        ("labels are 0 to 2, or -1", lambda: LabelMasks(3, labels=np.full((3, 3), 3))),
        (r"not an array of shape \(5,\)", lambda: Hider(np.zeros(5))),
        ("this one is bool", lambda: Hider(np.zeros((5, 5), bool))),
        ("finite numbers", lambda: Hider(np.full((5, 5), np.nan))),
        ("channels='middle'", lambda: Hider(np.zeros((5, 5)), channels="middle")),
        ("fill 'blue' is not known", lambda: Hider(np.zeros((5, 5)), "blue")),  # type: ignore[arg-type]
        ("does not fit an image of 6 x 5 pixels in 3", lambda: Hider(np.zeros((5, 6, 3)), (1, 2))),
        ("the fill is not finite", lambda: Hider(np.zeros((5, 6, 3)), float("nan"))),
    ],
)
def test_what_cannot_be_is_one_clear_sentence(message: str, act: object) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        act()  # type: ignore[operator]
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_maps_of_tiles_and_their_variance() -> None:
    masks = GridMasks((37, 50), 3, 5)
    rng = np.random.default_rng(0)
    mix = rng.normal(size=(25, 25))
    values = rng.normal(size=(4000, 25)) @ mix
    maps = np.stack([masks.expand(one) for one in values])
    np.testing.assert_allclose(masks.expand_variance(mix.T @ mix), maps.var(axis=0), rtol=0.15)
    np.testing.assert_allclose(masks.expand_sample(values[:3]), [masks.sample(one) for one in maps[:3]])
    assert masks.features(0, 3, 1).shape == (3, 25)
