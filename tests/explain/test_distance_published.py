"""The published Distance Explainer is reproduced, with any batch size, and leaves the global state alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from zij.errors import UsageError
from zij.explain.distance.interpolation import cell_size, stretched
from zij.explain.distance.published import explain_published

DATA = Path(__file__).parents[3] / "shared/data/distance_explainer"
CASES: dict[str, dict[str, Any]] = {
    "expected_output": {},
    "expected_output_pos_empty": {"positive": (0.0, 0.0)},
    "expected_output_neg_empty": {"negative": (1.0, 1.0)},
}


def recipe(batch: int, **options: Any) -> NDArray[np.float32]:
    """Image, reference, masks and the model's random answers all come from one generator."""
    rng = np.random.RandomState(0)
    reference = rng.randn(10)
    x = rng.random(size=(32, 32, 3))
    return explain_published(
        lambda images: rng.randn(len(images), 10), x, reference, rng=rng, batch=batch, **options
    )


@pytest.mark.skipif(not DATA.is_dir(), reason="the published outputs are not at ../shared/data")
@pytest.mark.parametrize("batch", [1, 7, 10, 1000])
@pytest.mark.parametrize("case", CASES)
def test_published_maps_to_the_last_bit(case: str, batch: int) -> None:
    with np.load(DATA / f"{case}.npz") as file:
        expected = file[file.files[0]][0, :, :, 0]
    found = recipe(batch, **CASES[case])
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)


def test_published_mode_leaves_the_global_generator_alone() -> None:
    before = np.random.get_state(legacy=False)  # noqa: NPY002
    recipe(100, number=50)
    explain_published(lambda images: images.mean(axis=(1, 2)), np.ones((16, 16, 3)), np.ones(3), rng=5)
    np.testing.assert_equal(np.random.get_state(legacy=False), before)  # noqa: NPY002


@pytest.mark.parametrize("shape", [(32, 32), (224, 224), (300, 200), (2400, 1600)])
@pytest.mark.parametrize("resolution", [4, 8, 16])
def test_published_border_rule(shape: tuple[int, int], resolution: int) -> None:
    """The masks are those of SciPy's linear zoom with mirrored borders, as the published ones are."""
    grid = (np.random.default_rng(3).random((resolution, resolution)) < 0.5).astype(float)
    size = [(resolution + 1) * cell_size(length, resolution) for length in shape]
    zoom = [n / resolution for n in size]
    slow = ndimage.zoom(grid, zoom, order=1, mode="mirror", grid_mode=True)
    down, across = (stretched(length, resolution) for length in shape)
    np.testing.assert_allclose(down @ grid @ across.T, slow, atol=1e-6)


def test_published_cast_truncates_as_the_type_does() -> None:
    """Whole numbers are cut off, not rounded, before they reach the model."""
    seen: list[NDArray[Any]] = []

    def model(images: NDArray[Any]) -> NDArray[Any]:
        seen.append(images)
        return np.random.default_rng(0).normal(size=(len(images), 2))

    x = np.full((16, 16, 1), 255, np.uint8)
    explain_published(model, x, np.ones(2), number=20, batch=20)
    assert seen[0].dtype == np.uint8
    assert {0, 255} < set(np.unique(seen[0])) and 254 in seen[0]


def test_published_mode_refuses_what_it_cannot_do() -> None:
    x = np.ones((16, 16, 3))
    with pytest.raises(UsageError, match="select none of 9 masks"):
        explain_published(lambda i: i.mean(axis=(1, 2)), x, np.ones(3), number=9, negative=(1.0, 1.0))
    with pytest.raises(UsageError, match=r"not an array of shape \(16, 16\)"):
        explain_published(lambda i: i, x[..., 0], np.ones(3))
