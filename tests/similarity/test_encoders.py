"""How a page comes to an encoder and what comes back; where what stands on the page lands on the raster."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from published_vgg import needs_fixture, published, published_network
from torch import nn

from zij.errors import InputError, ModelError, UsageError
from zij.similarity.encoders.encoder import IMAGENET_MEAN, IMAGENET_STD, Encoder
from zij.similarity.encoders.fitting import fit, paper_colour


class Means(nn.Module):
    """The mean of each channel."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((2, 3))


def page(height: int = 60, width: int = 40, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def constants(values: dict[str, float]) -> Encoder:
    """A linear layer after `Means`, with all its numbers equal."""
    linear = nn.utils.skip_init(nn.Linear, 3, 2)
    for name, tensor in linear.named_parameters():
        nn.init.constant_(tensor, values[name])
    return Encoder("mine", nn.Sequential(Means(), linear))


@pytest.mark.parametrize("shape", [(300, 200), (200, 300), (37, 90), (64, 64), (1000, 13)])
@pytest.mark.parametrize("size", [64, 101])
def test_a_dot_lands_where_the_geometry_says(shape: tuple[int, int], size: int) -> None:
    encoder = Encoder("mine", Means(), size=size)
    geometry = encoder.geometry(shape[1], shape[0])
    assert (geometry.width, geometry.height) == (size, size)
    assert geometry.scale == pytest.approx(size / max(shape))
    radius = max(2, round(1.5 / geometry.scale))
    for y, x in ((0.1, 0.2), (0.5, 0.5), (0.95, 0.8), (0.3, 0.97)):
        row, column = (min(int(part * n), n - 1) for part, n in zip((y, x), shape, strict=True))
        rows = np.arange(max(row - radius, 0), min(row + radius + 1, shape[0]))
        columns = np.arange(max(column - radius, 0), min(column + radius + 1, shape[1]))
        dotted = np.full((*shape, 3), 240, np.uint8)
        dotted[np.ix_(rows, columns)] = 0
        seen = 1 - encoder.prepare(dotted)[0, 0].double().numpy() / (240 / 255)
        found = np.array([
            (seen.sum(axis=0) @ (np.arange(size) + 0.5)) / seen.sum(),
            (seen.sum(axis=1) @ (np.arange(size) + 0.5)) / seen.sum(),
        ])  # fmt: skip
        centre = np.array([[columns.mean() + 0.5, rows.mean() + 0.5]])
        assert found == pytest.approx(geometry.to_raster(centre)[0], abs=0.12)


def test_the_page_lies_in_the_middle_of_paper() -> None:
    dark = np.full((90, 30, 3), (200, 180, 150), np.uint8)
    dark[20:70, 10:20] = 10
    square = fit(dark, 60)
    assert square.shape == (60, 60, 3) and square.dtype == np.uint8
    assert (square[:, :20] == (200, 180, 150)).all() and (square[:, 40:] == (200, 180, 150)).all()
    assert square[30, 30].max() < 20


def test_paper_is_the_bright_colour_even_beside_a_black_border() -> None:
    photograph = np.zeros((400, 300, 3), np.uint8)
    photograph[60:380, 30:280] = (231, 222, 199)
    photograph[100:300:7, 60:250] = 30
    assert tuple(paper_colour(photograph)) == (231, 222, 199)


def test_a_page_without_a_size_is_shown_as_it_is() -> None:
    encoder = Encoder("mine", Means(), IMAGENET_MEAN, IMAGENET_STD)
    pixels = page()
    seen = encoder.prepare(pixels)
    wanted = (pixels / 255 - IMAGENET_MEAN) / IMAGENET_STD
    assert seen.shape == (1, 3, 60, 40) and seen.dtype == torch.float32
    assert seen[0].permute(1, 2, 0).numpy() == pytest.approx(wanted, abs=1e-6)
    geometry = encoder.geometry(40, 60)
    assert (geometry.matrix == np.eye(2, 3)).all() and (geometry.width, geometry.height) == (40, 60)


def test_floating_point_pixels_are_those_of_bytes() -> None:
    for size in (None, 50):
        encoder = Encoder("mine", Means(), size=size)
        pixels = page()
        bytes_, floats = encoder.embed(pixels), encoder.embed(pixels / 255)
        assert floats == pytest.approx(bytes_, abs=0.003)  # the fitted page is rounded to bytes
        assert floats != pytest.approx(bytes_ * 0.98, abs=0.003)


def test_grey_pages_and_grey_networks() -> None:
    grey = page()[..., 0]
    colour = Encoder("mine", Means()).embed(grey)
    assert colour == pytest.approx([grey.mean() / 255] * 3, abs=1e-6)
    one = Encoder("mine", Means(), (0.5,), (2.0,)).embed(page())
    luma = np.rint(page() @ [0.299, 0.587, 0.114]).mean() / 255
    assert one == pytest.approx([(luma - 0.5) / 2], abs=1e-6)


def test_bounds_are_black_and_white() -> None:
    encoder = Encoder("mine", Means(), IMAGENET_MEAN, IMAGENET_STD)
    low, high = encoder.bounds()
    assert low.shape == high.shape == (1, 3, 1, 1)
    for value, bound in ((0, low), (255, high)):
        prepared = encoder.prepare(np.full((4, 4, 3), value, np.uint8))
        assert torch.allclose(prepared, bound.expand_as(prepared), atol=1e-6)


def test_many_pages_are_embedded_as_each_by_itself() -> None:
    torch_free = nn.Sequential(Means(), nn.Flatten())
    encoder = Encoder("mine", torch_free, IMAGENET_MEAN, IMAGENET_STD)
    pages = [page(seed=k) for k in range(11)] + [page(30, 30), page(31, 30)]
    together = encoder.embed_many(pages)
    assert together.shape == (13, 3) and together.dtype == np.float64
    assert together == pytest.approx(np.array([encoder.embed(p) for p in pages]), abs=1e-6)


def test_the_network_stops_learning_and_keeps_its_type() -> None:
    network = nn.Sequential(nn.Dropout(0.5), Means()).double()
    encoder = Encoder("mine", network)
    assert not network.training
    assert (encoder.embed(page()) == encoder.embed(page())).all()
    linear = Encoder("mine", nn.Sequential(Means(), nn.utils.skip_init(nn.Linear, 3, 2).double()))
    assert linear.prepare(page()).dtype == torch.float64


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((5, 5, 4), np.uint8), np.zeros(5, np.uint8), np.zeros((0, 5, 3), np.uint8),
        np.full((5, 5), 128.0), np.full((5, 5), np.nan), np.zeros((5, 5), np.int64),
    ],
)  # fmt: skip
def test_what_is_no_image_is_refused(pixels: NDArray[Any]) -> None:
    with pytest.raises(InputError, match=r"^encoder 'mine': .* give (uint8|\(H, W\) or \(H, W, 3\))\.$"):
        Encoder("mine", Means()).embed(pixels)


@pytest.mark.parametrize(
    ("network", "what"),
    [
        (nn.Identity(), r"gave shape \(1, 3, 60, 40\) for 1 inputs"),
        (nn.Sequential(nn.Flatten(), nn.utils.skip_init(nn.Linear, 5, 2)), "cannot take .* 3 x 60 x 40"),
        (nn.AdaptiveMaxPool2d(1, return_indices=True), "gave tuple"),
    ],
)  # fmt: skip
def test_a_network_that_gives_no_vector_is_named(network: nn.Module, what: str) -> None:
    with pytest.raises(ModelError, match=f"encoder 'mine': .*{what}"):
        Encoder("mine", network).embed(page())


def test_values_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ModelError, match="no numbers"):
        constants({"weight": float("nan"), "bias": 0.0}).embed(page())
    with pytest.raises(ModelError, match="no numbers"):
        constants({"weight": 1e38, "bias": 3e38}).embed_many([page(), page()])


def test_wrong_use_is_told() -> None:
    with pytest.raises(UsageError, match=r"function is no torch\.nn\.Module"):
        Encoder("mine", lambda x: x)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="mean and std"):
        Encoder("mine", Means(), (0.5,), (1.0, 1.0))
    with pytest.raises(UsageError, match="mean and std"):
        Encoder("mine", Means(), std=(0.0, 1.0, 1.0))
    with pytest.raises(UsageError, match="pages of 0 pixels"):
        Encoder("mine", Means(), size=0)
    with pytest.raises(UsageError, match="no pages"):
        Encoder("mine", Means()).embed_many([])


def test_devices() -> None:
    encoder = constants({"weight": 1.0, "bias": 0.0})
    assert encoder.device == torch.device("cpu") and encoder.to("cpu") is encoder
    moved = encoder.to("meta")
    assert moved.network is not encoder.network and encoder.embed(page()).shape == (2,)
    with pytest.raises(ModelError, match="no weights yet"):
        moved.embed(page())
    mixed = nn.Sequential(Means(), nn.utils.skip_init(nn.Linear, 3, 3), nn.Linear(3, 2, device="meta"))
    with pytest.raises(ModelError, match=r"several devices \(cpu, meta\)"):
        Encoder("mine", mixed).embed(page())


@needs_fixture
@pytest.mark.parametrize("cut", [5, 10])
def test_published_embeddings_are_reproduced(cut: int) -> None:
    """An encoder of the reference's arrays gives its embeddings, and their dot product its similarity."""
    held = published()
    network = published_network(held, cut)
    assert len(network.get_submodule("features")) == cut  # type: ignore[arg-type]
    encoder = Encoder("reference", network, IMAGENET_MEAN, IMAGENET_STD)
    for side in "ab":
        wanted = held[f"cut{cut}_embedding_{side}"]
        found = encoder.embed(held[f"image_{side}"])
        assert found == pytest.approx(wanted, abs=1e-5 * float(np.abs(wanted).max()))
