"""Projections: chance by seed, principal directions against NumPy's SVD, and files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from zij.errors import InputError, ModelError, UsageError
from zij.similarity.encoders.projection import (
    Projection,
    choose_projection,
    fit_pca,
    load_projection,
    random_projection,
)
from zij.similarity.encoders.vgg import vgg16


def global_state() -> list[list[int]]:
    """Of both random number generators."""
    return [torch.get_rng_state().tolist(), np.random.get_state()[1].tolist()]  # type: ignore[index,union-attr]  # noqa: NPY002


def test_chance_keeps_the_seed_and_the_global_state() -> None:
    before = global_state()
    one, same, other = (random_projection(500, 20, seed=seed) for seed in (4, 4, 5))
    one.layer()
    assert (one.matrix == same.matrix).all() and not (one.matrix == other.matrix).any()
    assert global_state() == before
    assert one.facts == {"kind": "random", "seed": 4} and one.bias is None


def test_chance_keeps_dot_products() -> None:
    """Johnson and Lindenstrauss: the dot product is right on average, with a spread of about sqrt(2 / D)."""
    rng = np.random.default_rng(0)
    x, y = rng.random(300), rng.random(300)
    found = []
    for seed in range(60):
        matrix = random_projection(300, 64, seed=seed).matrix
        found.append((matrix @ x) @ (matrix @ y))
    assert np.mean(found) == pytest.approx(x @ y, rel=0.06)
    assert 0.5 < np.std(found) / (x @ y) / np.sqrt(2 / 64) < 1.5


@pytest.mark.parametrize("shape", [(12, 40), (40, 12)])
@pytest.mark.parametrize("centred", [False, True])
def test_principal_directions_are_those_of_the_svd(shape: tuple[int, int], centred: bool) -> None:
    samples = np.random.default_rng(1).normal(3.0, 1.0, shape) * np.linspace(1, 3, shape[1])
    found = fit_pca(samples, 5, centred=centred)
    mean = samples.mean(axis=0) if centred else np.zeros(shape[1])
    _, values, vectors = np.linalg.svd(samples - mean)
    assert found.matrix == pytest.approx(
        vectors[:5] * np.sign(np.sum(vectors[:5] * found.matrix, axis=1))[:, None], abs=1e-5
    )
    assert found.matrix @ found.matrix.T == pytest.approx(np.eye(5), abs=1e-5)
    assert all(row[np.abs(row).argmax()] > 0 for row in found.matrix)
    assert found.facts["explained"] == pytest.approx((values[:5] ** 2).sum() / (values**2).sum())
    projected = found.layer()(torch.from_numpy(samples).float()).numpy()
    assert projected == pytest.approx((samples - mean) @ found.matrix.T, abs=1e-4)
    assert (found.bias is None) is not centred


def test_principal_directions_of_too_few_samples_are_refused() -> None:
    with pytest.raises(UsageError, match="at least 4 pages"):
        fit_pca(np.eye(3), 4)
    with pytest.raises(InputError, match="no numbers"):
        fit_pca(np.full((3, 3), np.nan), 2)


def test_vgg_on_principal_directions() -> None:
    """The vector is the features' projection on the directions of the sample pages."""
    rng = np.random.default_rng(2)
    pages = [rng.integers(0, 256, (20, 20, 3), np.uint8) for _ in range(6)]
    encoder = vgg16("random", layer=10, size=16, dims=4, projection="pca", samples=pages)
    features = vgg16("random", layer=10, size=16, projection=None).embed_many(pages)
    _, _, vectors = np.linalg.svd(features, full_matrices=False)
    found = encoder.embed_many(pages)
    wanted = features @ vectors[:4].T
    assert np.abs(found) == pytest.approx(np.abs(wanted), rel=1e-3, abs=1e-3 * float(np.abs(wanted).max()))
    assert encoder.parameters["projection"]["samples"] == 6


@pytest.mark.parametrize("bias", [None, np.ones(3, np.float32)])
def test_a_saved_projection_is_read_again(bias: np.ndarray | None, tmp_path: Path) -> None:
    made = Projection(random_projection(8, 3).matrix, bias, {"kind": "random", "seed": 0, "for": "a test"})
    path = made.save(tmp_path / "p.safetensors")
    found = load_projection(path, 8)
    assert (found.matrix == made.matrix).all() and found.facts.items() >= made.facts.items()
    assert str(found.facts["file"]).startswith("p.safetensors ")
    assert found.bias is None if bias is None else (found.bias == bias).all()
    assert made.save(tmp_path / "q.safetensors").read_bytes() == path.read_bytes()
    x = np.random.default_rng(0).random((2, 8), np.float32)
    wanted = x @ made.matrix.T + (0 if bias is None else bias)
    assert found.layer()(torch.from_numpy(x)).numpy() == pytest.approx(wanted, abs=1e-6)


def test_what_is_no_fitting_projection_is_refused(tmp_path: Path) -> None:
    path = random_projection(8, 3).save(tmp_path / "p.safetensors")
    with pytest.raises(ModelError, match="projects 8 features, but the layer has 9"):
        load_projection(path, 9)
    with pytest.raises(ModelError, match="8 features, but the layer has 512"):
        vgg16("random", size=32, projection=path)
    with pytest.raises(ModelError, match="takes 8 features, but the layer has 9"):
        choose_projection(random_projection(8, 3), 9, 3)
    for arrays in ({"other": np.eye(3)}, {"matrix": np.zeros(3)}, {"matrix": np.eye(3), "bias": np.zeros(2)}):
        save_file(arrays, tmp_path / "odd.safetensors")
        with pytest.raises(ModelError, match=r"odd\.safetensors: holds no projection"):
            load_projection(tmp_path / "odd.safetensors")
    with pytest.raises(ModelError, match="no such file"):
        choose_projection(tmp_path / "gone.safetensors", 8, 3)
    with pytest.raises(UsageError, match="0 dimensions"):
        random_projection(8, 0)
    with pytest.raises(UsageError, match="too large"):
        random_projection(1 << 20, 1 << 10)
