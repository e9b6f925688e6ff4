"""The block search finds what sorting all products finds."""

from __future__ import annotations

import numpy as np
import pytest

from zij.explain.bilrp.strongest import all_products, groups, strongest


def factors(seed: int, width: int, other: int, *, signed: bool) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    rng = np.random.default_rng(seed)
    pair = []
    for size in (width, other):
        matrix = rng.random((6, size)) * (rng.random((6, size)) < 0.5)
        pair.append(matrix * rng.choice([-1, 1], matrix.shape) if signed else np.round(matrix, 1))
    return pair[0], pair[1]


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(("width", "other"), [(3, 5), (150, 90), (0, 4)])
@pytest.mark.parametrize("top", [0, 1, 10, 500, None])
def test_same_as_sorting_everything(width: int, other: int, top: int | None, signed: bool) -> None:
    a, b = factors(1, width, other, signed=signed)
    products = np.einsum("mi,mj->mij", a, b)
    values = -np.sort(-np.abs(products[products != 0]))
    found = strongest(a, b, top)
    np.testing.assert_array_equal(products[found.features, found.i, found.j], found.values)
    expected = (
        values
        if top is None or top >= len(values)
        else values[values >= (values[top - 1] if top else np.inf)]
    )
    np.testing.assert_array_equal(np.abs(found.values), expected)
    assert len({*zip(found.features, found.i, found.j, strict=True)}) == len(found.values)


def test_slack_adds_the_near_equals() -> None:
    a, b = factors(2, 40, 40, signed=True)
    products = np.abs(np.einsum("mi,mj->mij", a, b))
    floor = 0.95 * -np.sort(-products.ravel())[24]
    assert len(strongest(a, b, 25, slack=0.05).values) == (products >= floor).sum()


def test_blocks_cover_every_product_once() -> None:
    a, b = factors(3, 150, 70, signed=True)
    total = sum(block.values.sum() for block in all_products(a, b))
    assert total == pytest.approx(a.sum(axis=1) @ b.sum(axis=1))
    assert sum(len(block.values) for block in all_products(a, b)) == ((a != 0).sum(1) * (b != 0).sum(1)).sum()


def test_groups_start_with_the_largest_left() -> None:
    values = np.array([1.0, 0.96, 0.95, 0.94, 0.9, 0.5])
    assert groups(values, 0.05).tolist() == [0, 0, 0, 1, 1, 2]
    assert groups(np.zeros(0), 0.05).tolist() == []
