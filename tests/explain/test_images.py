"""BiLRP of any encoder: against the explicit rule of second order, autograd, and the published figures."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from published_vgg import needs_fixture, published, published_network
from torch import Tensor, nn

from zij.errors import ModelError, UsageError
from zij.explain.bilrp.images import METHODS, Embedder, Method, Precision, explain_images
from zij.explain.lrp.recipes import Recipe, general, vgg
from zij.explain.lrp.rules import epsilon, gamma
from zij.similarity.encoders.encoder import IMAGENET_MEAN, IMAGENET_STD, Encoder


class Plain:
    """The least that is needed: an image is its tensor."""

    def __init__(self, network: nn.Module) -> None:
        self.network = network.eval()

    def prepare(self, pixels: Any) -> Tensor:
        return torch.as_tensor(pixels)


def drawn(network: nn.Module, seed: int = 0) -> nn.Module:
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype))
    return network.eval()


def small(*, bias: bool = False, seed: int = 0) -> Plain:
    layers = [
        nn.Conv2d(2, 4, 3, padding=1, bias=bias),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 3, 3, bias=bias),
    ]
    return Plain(
        drawn(nn.Sequential(*layers, nn.ReLU(), nn.Flatten(), nn.Linear(12, 5, bias=bias)).double(), seed)
    )


def images(seed: int = 1, shape: tuple[int, ...] = (1, 2, 8, 8)) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    one, two = torch.rand(2, *shape, generator=generator, dtype=torch.float64)
    return one, two


def mixed_hessian(network: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """d2 (phi(x) phi(y)) / dx dy by autograd, entry by entry."""
    x, y = x.clone().requires_grad_(True), y.clone().requires_grad_(True)
    (first,) = torch.autograd.grad((network(x) * network(y)).sum(), x, create_graph=True)
    rows = [torch.autograd.grad(value, y, retain_graph=True)[0].flatten() for value in first.flatten()]
    return torch.stack(rows)


def by_cells(values: Tensor, channels: int, side: int, pool: int) -> NDArray[np.float64]:
    """Sum a matrix over (channel, row, column) positions into pairs of cells."""
    cells = side // pool
    one = values.reshape(channels, cells, pool, cells, pool, channels, cells, pool, cells, pool)
    return one.sum((0, 2, 4, 5, 7, 9)).reshape(cells**2, cells**2).numpy()


def test_second_derivatives_are_autograds() -> None:
    encoder, (x, y) = small(bias=True), images()
    hessian = mixed_hessian(encoder.network, x, y)
    expected = {
        "hxp": x.flatten()[:, None] * hessian * y.flatten(),
        "curvature": hessian,
        "saliency": hessian**2,
    }
    for method, values in expected.items():
        found = explain_images(encoder, x, y, method=method, pool=2, cosine=False)  # type: ignore[arg-type]
        np.testing.assert_allclose(found.dense().reshape(16, 16), by_cells(values, 2, 8, 2), atol=1e-9)


def test_without_biases_the_simplest_rule_is_hessian_times_product() -> None:
    encoder, (x, y) = small(), images()
    zero = Recipe(None, ((nn.Conv2d, epsilon(1e-12)), (nn.Linear, epsilon(1e-12))))
    found = explain_images(encoder, x, y, recipe=zero, pool=2)
    hxp = explain_images(encoder, x, y, method="hxp", pool=2)
    np.testing.assert_allclose(found.dense(), hxp.dense(), rtol=1e-6, atol=1e-9)


def test_factors_are_the_explicit_rule_of_second_order() -> None:
    """Pairs of neurons handed down layer by layer, in proportion to products of contributions."""
    first, last = nn.Linear(3, 4, bias=False).double(), nn.Linear(4, 2, bias=False).double()
    encoder = Plain(drawn(nn.Sequential(first, nn.ReLU(), last), 6))
    x, y = (value[:, :3].contiguous() for value in images(2, (1, 3)))
    rule = gamma(0.5)
    found = explain_images(encoder, x, y, recipe=Recipe(None, ((nn.Linear, rule),)), cosine=False)

    def contributions(layer: nn.Linear, a: Tensor) -> Tensor:  # (out, in), as shares of the whole
        weight = layer.weight.detach() + 0.5 * layer.weight.detach().clamp(min=0)
        return weight * a / (weight @ a)[:, None]

    with torch.no_grad():
        hidden = [torch.relu(first(value))[0] for value in (x, y)]
        phi = [last(value) for value in hidden]
        upper = torch.diag(phi[0] * phi[1])  # relevance of pairs of output units: only m with m
        middle = torch.zeros(4, 4, dtype=torch.float64)
        one, two = contributions(last, hidden[0]), contributions(last, hidden[1])
        for k, m, j, i in itertools.product(range(2), range(2), range(4), range(4)):
            middle[j, i] += one[k, j] * two[m, i] * upper[k, m]
        lower = torch.zeros(3, 3, dtype=torch.float64)
        one, two = contributions(first, x[0]), contributions(first, y[0])
        for k, m, j, i in itertools.product(range(4), range(4), range(3), range(3)):
            if hidden[0][k] > 0 and hidden[1][m] > 0:
                lower[j, i] += one[k, j] * two[m, i] * middle[k, m]
    np.testing.assert_allclose(found.dense(), lower.numpy(), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(("precision", "limit"), [("float32", 1e-5), ("float64", 1e-10)])
@pytest.mark.parametrize("recipe", [vgg(), general()])
def test_bias_free_networks_conserve(precision: Precision, limit: float, recipe: Recipe) -> None:
    layers: list[nn.Module] = []
    for before, after in ((3, 16), (16, 24), (24, 32)):
        layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.ReLU(), nn.MaxPool2d(2)]
    features = nn.Sequential(*layers)
    network = nn.Sequential()
    network.add_module("features", features)
    network.add_module("flat", nn.Flatten())
    network.add_module("head", nn.Linear(32 * 16, 20, bias=False))
    encoder = Encoder("mine", drawn(network), IMAGENET_MEAN, IMAGENET_STD)
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    found = explain_images(encoder, a, b, recipe=recipe, precision=precision)
    report = found.report()
    assert abs(found.total() - found.similarity) <= limit * abs(found.similarity)
    assert abs(report["gap"]) <= limit * abs(found.similarity)


def test_stabilisers_are_accounted_for_by_themselves() -> None:
    encoder, (x, y) = small(), images()
    coarse = Recipe(None, ((nn.Conv2d, epsilon(0.3)), (nn.Linear, epsilon(0.3))))
    report = explain_images(encoder, x, y, recipe=coarse).report()
    assert report["remainder_biases"] == 0
    assert abs(report["remainder_stabilisers"]) > 1e-3
    assert report["relevance"] + report["remainder"] == pytest.approx(report["similarity"], rel=1e-9)


def test_biases_are_accounted_for() -> None:
    encoder, (x, y) = small(bias=True, seed=4), images()
    report = explain_images(encoder, x, y, recipe=general()).report()
    assert abs(report["remainder"]) > 1e-3
    assert report["remainder_biases"] == pytest.approx(report["remainder"], rel=1e-6)
    assert report["relevance"] + report["remainder"] == pytest.approx(report["similarity"], rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_swapped_images_give_the_transpose(method: Method) -> None:
    encoder, (x, y) = small(bias=True), images()
    one, two = (explain_images(encoder, *pair, method=method, pool=4) for pair in ((x, y), (y, x)))
    np.testing.assert_allclose(one.dense().reshape(4, 4), two.dense().reshape(4, 4).T, rtol=1e-9, atol=1e-12)


def test_gradient_times_input_sums_to_the_similarity_once() -> None:
    encoder, (x, y) = small(), images()
    found = explain_images(encoder, x, y, method="gxi")
    assert found.total() == pytest.approx(found.similarity, rel=1e-9)


def test_average_pooling_divides_as_published() -> None:
    encoder, (x, y) = small(), images()
    total, mean = (explain_images(encoder, x, y, pool=4, pooling=way) for way in ("sum", "average"))  # type: ignore[arg-type]
    np.testing.assert_allclose(mean.dense() * 4**4, total.dense(), rtol=1e-12)
    assert abs(mean.report()["gap"]) < 1e-9
    assert mean.report()["relevance"] == pytest.approx(total.report()["relevance"] / 4**4)


def test_regions_of_any_form_and_cells_cut_off() -> None:
    encoder = small()
    x, y = images()
    labels = np.where(np.arange(64).reshape(8, 8) % 3 == 0, 0, 1)
    found = explain_images(encoder, x, y, regions=(labels, labels))
    assert found.a.shape == (5, 2)
    assert found.total() == pytest.approx(found.similarity, rel=1e-6)
    cut = explain_images(encoder, x, y, pool=5)
    assert cut.shape_a == (2, 2)
    assert cut.total() == pytest.approx(found.similarity, rel=1e-6)
    hidden = np.where(labels == 0, 0, -1)
    part = explain_images(encoder, x, y, regions=(hidden, hidden))
    np.testing.assert_allclose(part.a[:, 0], found.a[:, 0])


def test_two_towers() -> None:
    """Tokens of a caption against places of an image: other networks, one space."""
    text = Plain(
        drawn(
            nn.Sequential(
                nn.Linear(4, 6, bias=False), nn.ReLU(), _Mean(), nn.Linear(6, 5, bias=False)
            ).double()
        )
    )
    image, caption = (
        images()[0],
        torch.rand(1, 9, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64),
    )
    found = explain_images(small(), image, caption, encoder_b=text, pool=4, recipe=general())
    assert found.dense().shape == (2, 2, 9)
    assert found.total() == pytest.approx(found.similarity, rel=1e-6)


class _Mean(nn.Module):
    def forward(self, tokens: Tensor) -> Tensor:
        return tokens.mean(1)


def test_products_keep_the_local_features_totals() -> None:
    encoder, (x, y) = small(), images()
    found = explain_images(encoder, x, y, method="products", pool=2, cosine=False)
    with torch.no_grad():
        one, two = (encoder.network[:5](value)[0].sum((1, 2)) for value in (x, y))  # type: ignore[index]
    assert found.total() == pytest.approx(float(one @ two))


def test_bfloat16_is_near() -> None:
    encoder, (x, y) = Plain(small().network.float()), tuple(value.float() for value in images())
    exact, rough = (explain_images(encoder, x, y, precision=kind) for kind in ("float32", "bfloat16"))  # type: ignore[arg-type]
    off = np.abs(rough.dense() - exact.dense()).max() / np.abs(exact.dense()).max()
    assert 0 < off < 0.02


def encoder_of(network: nn.Module) -> Embedder:
    return Plain(network)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "lime"}, "method 'lime' is not known; choose bilrp, hxp"),
        ({"pooling": "max"}, "pooling 'max' is not known"),
        ({"precision": "int8"}, "precision 'int8' is not known"),
        ({"pool": 0}, "cells of 0 pixels"),
        ({"regions": (np.zeros((3, 3), int), np.zeros((8, 8), int))}, r"shape \(3, 3\) do not fit"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        explain_images(small(), *images(), **options)


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (nn.Sequential(nn.Flatten(), nn.Linear(128, 3)), "zero throughout"),
        (nn.Sequential(nn.Conv2d(2, 1, 1)), "not a vector for each image"),
        (
            nn.Sequential(nn.Flatten(), nn.Linear(128, 3), nn.Sigmoid()),
            r"layer 2 \(Sigmoid\): no rule is known",
        ),
    ],
)
def test_networks_that_cannot_be(network: nn.Module, message: str) -> None:
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
    with pytest.raises(ModelError, match=message):
        explain_images(encoder_of(network.double().eval()), *images())


def test_embeddings_of_other_lengths_or_without_numbers() -> None:
    x, y = images()
    other = Plain(drawn(nn.Sequential(nn.Flatten(), nn.Linear(128, 3)).double()))
    with pytest.raises(ModelError, match="5 and 3 dimensions"):
        explain_images(small(), x, y, encoder_b=other)
    with torch.no_grad():
        other.network[1].weight[0, 0] = float("nan")  # type: ignore[index, operator]
    with pytest.raises(ModelError, match="no numbers"):
        explain_images(other, x, y)


def test_the_networks_weights_and_randomness_stay_as_they_are() -> None:
    encoder, (x, y) = small(bias=True), images()
    before = [parameter.clone() for parameter in encoder.network.parameters()]
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    for method in METHODS:
        explain_images(encoder, x, y, method=method)
    assert torch.equal(torch.rand(3), expected)
    assert all(
        torch.equal(a, b) and b.grad is None
        for a, b in zip(before, encoder.network.parameters(), strict=True)
    )


@needs_fixture
@pytest.mark.parametrize("pooling", ["average", "sum"])
@pytest.mark.parametrize("cut", [5, 10])
def test_published_pairs_on_a_small_vgg(cut: int, pooling: Any) -> None:
    """Relevance maps and pairs of cells as the published code gives them, to 1e-5 of their maximum."""
    arrays = published()
    encoder = Encoder("vgg", published_network(arrays, cut), IMAGENET_MEAN, IMAGENET_STD)
    found = explain_images(
        encoder,
        arrays["image_a"],
        arrays["image_b"],
        recipe=vgg(published=True),
        pooling=pooling,
        cosine=False,
    )
    expected = arrays[f"cut{cut}_pair_relevance_pool8"].astype(np.float64)
    expected = expected if pooling == "average" else expected * 8.0**4
    assert np.abs(found.dense() - expected).max() <= 1e-5 * np.abs(expected).max()
    for phi, side in ((found.phi_a, "a"), (found.phi_b, "b")):
        np.testing.assert_allclose(phi, arrays[f"cut{cut}_embedding_{side}"], rtol=1e-4, atol=1e-5)
