"""An encoder's explanation on the level of numbers and of patches: areas, sums, places."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from made_pair import HEIGHT, WIDTH, made_page, turned
from numpy.typing import NDArray
from torch import nn

from zij.explain.bilrp.coverage import coverage
from zij.explain.bilrp.encoded import EncodedPair, encoded_pair, page_geometry, patch_side
from zij.explain.bilrp.factors import Factors
from zij.explain.bilrp.images import explain_images
from zij.explain.bilrp.levels import Half, Level
from zij.explain.bilrp.table import NEAR, Region, ranked
from zij.similarity.align import Alignment, align
from zij.similarity.encoders.encoder import Encoder
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Reading

NUMBERS = ("relevance_listed", "relevance_unlisted", "relevance_outside_digits", "remainder")
PATCHES = ("relevance_listed", "relevance_unlisted", "relevance_outside_pages", "remainder")


def small_encoder(size: int = 64, bias: float = 0.05, channels: int = 5) -> Encoder:
    """Two convolutions with biases and a projection."""
    rng = np.random.default_rng(3)
    layers = [nn.utils.skip_init(nn.Conv2d, 3, channels, 3, padding=1), nn.ReLU(), nn.MaxPool2d(4),
              nn.utils.skip_init(nn.Conv2d, channels, 4, 3, padding=1), nn.ReLU(), nn.Flatten(),
              nn.utils.skip_init(nn.Linear, 4 * (size // 4) ** 2, 6, bias=False)]  # fmt: skip
    network = nn.Sequential(*layers)
    for name, value in network.named_parameters():
        drawn = rng.normal(0, 1 / np.sqrt(value[0].numel()), value.shape)
        value.data = torch.from_numpy(
            drawn if name.endswith("weight") else np.full(value.shape, bias)
        ).float()
    return Encoder("small", network, size=size)


def brute_share(box: Box, cell: Box) -> float:
    """Share of a cell in a box, counted on a fine lattice of points."""
    steps = (np.arange(200) + 0.5) / 200
    x, y = cell.x + steps * cell.w, cell.y + steps * cell.h
    return float(np.outer((y >= box.y) & (y < box.bottom), (x >= box.x) & (x < box.right)).mean())


@pytest.mark.parametrize("pool", [1, 4])
def test_shares_are_areas(pool: int) -> None:
    geometry = Geometry.identity(60, 80).scaled(0.17)
    boxes = [Box(3, 5, 21, 30), Box(40, 40, 7.5, 12), Box(55, 70, 30, 30), Box(-20, 10, 5, 5)]
    found = coverage(boxes, geometry, pool).toarray()
    rows, columns = -(-geometry.height // pool), -(-geometry.width // pool)
    assert found.shape == (4, rows * columns)
    for k, box in enumerate(boxes):
        for row in range(rows):
            for column in range(columns):
                cell = Box(column * pool, row * pool, pool, pool).clipped(geometry.width, geometry.height)
                wanted = brute_share(geometry.box_to_raster(box), cell)
                assert found[k, row * columns + column] == pytest.approx(wanted, abs=0.012)
    assert not found[3].any()


def test_overlapping_boxes_divide_what_is_there() -> None:
    found = coverage([Box(0, 0, 4, 2), Box(2, 0, 4, 2), Box(2, 0, 1, 1)], Geometry.identity(6, 3)).toarray()
    assert found[:, 0].tolist() == [1, 0, 0] and found[:, 3].tolist() == [0.5, 0.5, 0]
    assert found[:, 2] == pytest.approx([1 / 3] * 3)
    assert found.sum(axis=0).max() <= 1 + 1e-12 and not found[:, 12:].any()


def test_the_order_of_pairs() -> None:
    values = np.array([0.5, -1.0, 0.98, 0.2, 0.49, 0.97])
    corresponds = np.array([False, False, True, True, True, False])
    order = ranked(values, corresponds)
    assert order.tolist() == [2, 1, 5, 4, 0, 3]  # near equals: 1.0, 0.98, 0.97; then 0.5, 0.49; then 0.2
    assert NEAR == 0.05 and ranked(values, corresponds, 2).tolist() == [2, 1]


def level(seed: int = 0) -> Level:
    rng = np.random.default_rng(seed)
    halves = []
    for side, count in (("a", 4), ("b", 5)):
        regions = tuple(
            Region(f"{side}{k}", str(k), Box(k, k, 2, 2), f"{side}c{k % 3}") for k in range(count)
        )
        halves.append(Half(regions, rng.normal(size=(3, count)), rng.normal(size=3)))
    return Level(halves[0], halves[1], 0.25, Alignment((), {"ac0": "bc0", "ac1": "bc2"}))


def test_a_level_is_the_double_sum() -> None:
    found = level()
    wanted = np.zeros((4, 5))
    for i in range(4):
        for j in range(5):
            for m in range(3):
                wanted[i, j] += 0.25 * found.a.factor[m, i] * found.b.factor[m, j]
    assert found.matrix == pytest.approx(wanted)
    assert found.relevance("a") == pytest.approx(wanted.sum(axis=1))
    assert found.relevance("b") == pytest.approx(wanted.sum(axis=0))
    pairs = found.pairs()
    assert len(pairs) == found.count == 20 and pairs["relevance"].sum() == pytest.approx(wanted.sum())
    for row in pairs.to_dict("records"):
        i, j = int(row["a_text"]), int(row["b_text"])
        assert row["relevance"] == pytest.approx(wanted[i, j])
        assert row["corresponds"] == ((i % 3, j % 3) in {(0, 0), (1, 2)})
        assert (row["a_id"], row["b_x"], row["feature"]) == (f"a{i}", j, "")


@pytest.mark.parametrize("top", [1, 7, None])
def test_the_parts_of_a_level_are_the_whole(top: int | None) -> None:
    found = level(1)
    report = found.report(top)
    everything = [np.column_stack([half.factor, half.outside]).sum(axis=1) for half in (found.a, found.b)]
    parts = ("relevance_listed", "relevance_unlisted", "relevance_outside")
    assert sum(report[part] for part in parts) == pytest.approx(everything[0] @ everything[1] * 0.25)
    assert report["relevance_listed"] == pytest.approx(found.pairs(top)["relevance"].sum())
    assert report["relevance_negative"] == pytest.approx(found.matrix[found.matrix < 0].sum())
    assert (report["relevance_unlisted"] == 0) is (top is None)


def explained(
    pages: list[tuple[NDArray[np.uint8], Reading]], encoder: Encoder, pool: int = 1
) -> tuple[EncodedPair, Factors]:
    readings = [reading for _, reading in pages]
    upright = [np.ascontiguousarray(np.rot90(rgb, -(r.turn // 90))) for rgb, r in pages]
    factors = explain_images(encoder, upright[0], upright[1], pool=pool)
    geometries = page_geometry(encoder, readings[0]), page_geometry(encoder, readings[1])
    return encoded_pair(factors, readings[0], readings[1], geometries, pool=pool), factors


def test_each_view_adds_up() -> None:
    """Numbers and patches, with biases, to 1e-5; every part for itself and none of them idle."""
    pages = [made_page(), made_page("beta.png", left=80, top=150)]
    pair, factors = explained(pages, small_encoder())
    assert pair.similarity == pytest.approx(factors.similarity) and abs(pair.remainder) > 1e-4
    for report, parts in ((pair.report(9), NUMBERS), (pair.patch_report(9), PATCHES)):
        assert sum(report[part] for part in parts) == pytest.approx(pair.similarity, abs=1e-5)
        assert all(abs(report[part]) > 1e-6 for part in parts)
    for side, heat in zip("ab", pair.heats, strict=True):
        figures = heat.report()
        assert figures["relevance_at_pixels"] == pytest.approx(factors.total())
        seeded = figures["relevance_at_pixels"] + figures["relevance_kept_by_biases"]
        assert figures["relevance_seeded"] == pytest.approx(seeded)
        assert heat.pixels is not None and side in "ab"
        assert heat.pixels.map == pytest.approx(factors.marginal("a" if side == "a" else "b"))


def test_cells_lose_no_more_than_sharpness() -> None:
    pages = [made_page(), made_page("beta.png", left=80, top=150)]
    fine, _ = explained(pages, small_encoder())
    coarse, _ = explained(pages, small_encoder(), pool=4)
    assert sum(coarse.report()[part] for part in NUMBERS) == pytest.approx(fine.similarity, abs=1e-5)
    for name in PATCHES:
        if name != "relevance_outside_pages":
            assert coarse.patch_report()[name] == pytest.approx(fine.patch_report()[name], abs=0.02)
    for one, two in zip(coarse.heats, fine.heats, strict=True):
        assert one.pixels is not None and two.pixels is not None
        assert one.pixels.map.shape == two.pixels.map.shape
        assert one.pixels.map.sum() == pytest.approx(two.pixels.map.sum(), abs=1e-5)


def made_factors(maps: list[NDArray[np.float64]]) -> Factors:
    """One dimension whose relevances are given."""
    sums = [m.sum() for m in maps]
    ones = np.ones(1)
    return Factors(
        a=maps[0].reshape(1, -1), b=maps[1].reshape(1, -1), shape_a=maps[0].shape, shape_b=maps[1].shape,
        scale=1.0, similarity=float(sums[0] * sums[1]), dot=float(sums[0] * sums[1]),
        phi_a=ones * sums[0], phi_b=ones * sums[1], kept_a=np.zeros((1, 2)),
        kept_b=np.zeros((1, 2)),
    )  # fmt: skip


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_relevance_goes_to_the_number_on_whose_box_it_lies(quarters: int) -> None:
    """All relevance on one number of page A and half of it on one of page B, whichever way B lies."""
    first, second = made_page()[1], turned(*made_page("beta.png"), quarters)[1]
    encoder = small_encoder(size=128)
    geometries = [page_geometry(encoder, reading) for reading in (first, second)]
    maps, wanted = [], []
    for reading, geometry, share in zip((first, second), geometries, (1.0, 0.5), strict=True):
        number = list(reading.numbers())[5]
        place = geometry.box_to_raster(number.box)
        values = np.zeros((128, 128))
        inner = np.ix_(range(round(place.y) + 1, round(place.bottom) - 1),
                       range(round(place.x) + 1, round(place.right) - 1))  # fmt: skip
        values[inner] = share / values[inner].size
        values[0, 0] += 1 - share  # far from the page
        maps.append(values)
        wanted.append(number.id)
    pair = encoded_pair(made_factors(maps), first, second, (geometries[0], geometries[1]))
    top = pair.pairs(1).iloc[0]
    assert [top["a_id"], top["b_id"]] == wanted
    assert top["relevance"] == pytest.approx(0.5) and pair.count == 1
    report = pair.report()
    assert report["relevance_outside_digits"] == pytest.approx(0.5)
    assert pair.patch_report()["relevance_outside_pages"] == pytest.approx(0.5)
    assert top["corresponds"] and pair.heats[0].share_on_digits > 0.75 and pair.heats[1].share_on_digits < 0.5


@pytest.mark.parametrize("quarters", [0, 1])
def test_patches_tile_the_page(quarters: int) -> None:
    reading = turned(*made_page(), quarters)[1]
    encoder = small_encoder(size=128)
    geometry = page_geometry(encoder, reading)
    flat = made_factors([np.full((128, 128), 1 / 128**2)] * 2)
    pair = encoded_pair(flat, reading, reading, (geometry, geometry))
    boxes = [region.box for region in pair.patches.a.regions]
    assert pair.patch == patch_side(geometry) == 8
    assert sum(box.area for box in boxes) == pytest.approx(WIDTH * HEIGHT)
    assert sum(one.intersection(two) for k, one in enumerate(boxes) for two in boxes[:k]) == pytest.approx(0)
    assert pair.patches.a.factor[0] == pytest.approx([box.area / max(WIDTH, HEIGHT) ** 2 for box in boxes])
    texts = " ".join(region.text for region in pair.patches.a.regions).split()
    assert sorted(texts) == sorted(number.text for number in reading.numbers())


def test_patches_correspond_where_their_cells_do() -> None:
    reading = made_page()[1]
    encoder = small_encoder(size=128)
    geometry = page_geometry(encoder, reading)
    flat = made_factors([np.full((128, 128), 1 / 128**2)] * 2)
    pair = encoded_pair(flat, reading, reading, (geometry, geometry))
    cells = align(reading, reading).cells
    known = {region.id: region.cell for region in pair.patches.a.regions}
    rows = pair.patches.pairs()
    assert rows["corresponds"].any() and not rows["corresponds"].all()
    for row in rows.iloc[:: len(rows) // 300].to_dict("records"):
        one, two = known[row["a_id"]], known[row["b_id"]]
        assert row["corresponds"] == (one != "" and cells.get(one) == two)


def test_pages_without_digits_have_patches() -> None:
    rgb, reading = made_page()
    empty = replace(reading, tables=(), loose=())
    pair, _ = explained([(rgb, empty), (rgb, reading)], small_encoder())
    report: dict[str, Any] = pair.report(10)
    assert pair.count == 0 and len(pair.pairs(10)) == 0 and report["relevance_listed"] == 0
    assert report["relevance_outside_digits"] + report["remainder"] == pytest.approx(
        pair.similarity, abs=1e-5
    )
    assert len(pair.patches.pairs(10)) == 10 and pair.heats[0].share_on_digits == 0


def test_the_geometry_of_a_lying_page() -> None:
    """A point of the scan lands where the upright page shows it."""
    encoder = small_encoder(size=64)
    rgb, reading = turned(*made_page(), 1)
    rgb[:] = 255
    rgb[100:112, 40:52] = 0
    seen = encoder.prepare(np.ascontiguousarray(np.rot90(rgb, -(reading.turn // 90))))[0, 0].numpy()
    y, x = np.argwhere(seen == seen.min()).mean(axis=0) + 0.5
    assert page_geometry(encoder, reading).to_raster(np.array([[46.0, 106.0]]))[0] == pytest.approx(
        [x, y], abs=0.6
    )
