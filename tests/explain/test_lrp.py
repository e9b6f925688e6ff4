"""Each rule is repeated in a slow form, output by output and input by input, and compared."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from published_vgg import needs_fixture, published, published_network
from torch import Tensor, nn

from zij.errors import ModelError
from zij.explain.lrp.recipes import DIGITS, Recipe, vgg
from zij.explain.lrp.rules import Rule, box, epsilon, flat, gamma, zplus
from zij.explain.lrp.sweep import attribute
from zij.similarity.encoders.encoder import IMAGENET_MEAN, IMAGENET_STD
from zij.tables.digits.network import DigitNetwork, Residual

Slow = Callable[[float, float], float]


def dense(layer: nn.Module, shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """The layer as a matrix (outputs, inputs) and a bias, by showing it one input at a time."""
    size = int(np.prod(shape))
    with torch.no_grad():
        bias = layer(torch.zeros(1, *shape, dtype=torch.float64)).flatten()
        units = torch.eye(size, dtype=torch.float64).reshape(size, *shape)
        return (layer(units).reshape(size, -1) - bias).T, bias


def slow_rule(matrix: Tensor, bias: Tensor, a: Tensor, relevance: Tensor, share: Slow, keep: Slow) -> Tensor:
    """R_i = sum over k of share(a_i, w_ki) / (sum over i of share(a_i, w_ki) + keep of the bias) R_k."""
    found = torch.zeros(a.numel(), dtype=torch.float64)
    flat_a = a.flatten().tolist()
    for k in range(len(matrix)):
        parts = [share(x, w) for x, w in zip(flat_a, matrix[k].tolist(), strict=True)]
        z = sum(parts) + keep(1.0, float(bias[k]))
        if relevance.flatten()[k]:
            found += torch.tensor(parts, dtype=torch.float64) / z * relevance.flatten()[k]
    return found


RULES: dict[str, tuple[Rule, Slow, Slow]] = {
    "epsilon": (epsilon(1e-12), lambda a, w: a * w, lambda a, w: a * w),
    "gamma": (gamma(0.3), lambda a, w: a * (w + 0.3 * max(w, 0)), lambda a, w: a * (w + 0.3 * max(w, 0))),
    "gamma without bias": (
        gamma(0.3, bias="drop"),
        lambda a, w: a * (w + 0.3 * max(w, 0)),
        lambda a, w: 0.0,
    ),
    "zplus": (zplus(), lambda a, w: a * max(w, 0), lambda a, w: a * max(w, 0)),
    "flat": (flat(), lambda a, w: 1.0 if w else 0.0, lambda a, w: 0.0),
    "box": (
        box(-0.5, 2.0),
        lambda a, w: a * w + 0.5 * max(w, 0) - 2.0 * min(w, 0),
        lambda a, w: 0.0,
    ),
}

LAYERS = {
    "convolution": (nn.Conv2d(2, 3, 3, padding=1), (2, 5, 6)),
    "strided": (nn.Conv2d(1, 2, 5, stride=2, padding=2), (1, 7, 8)),
    "dilated": (nn.Conv2d(2, 2, 3, padding=2, dilation=2), (2, 6, 5)),
    "no bias": (nn.Conv2d(2, 2, 1, bias=False), (2, 3, 3)),
    "linear": (nn.Linear(7, 4), (7,)),
}


def random_layer(name: str) -> tuple[nn.Module, tuple[int, ...]]:
    layer, shape = LAYERS[name]
    generator = torch.Generator().manual_seed(3)
    layer = layer.double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return layer, shape


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("layer", LAYERS)
def test_rule_is_its_formula_and_conserves(rule: str, layer: str) -> None:
    fast, share, keep = RULES[rule]
    module, shape = random_layer(layer)
    generator = torch.Generator().manual_seed(5)
    x = torch.rand(1, *shape, generator=generator, dtype=torch.float64)
    attribution = attribute(module, x, Recipe(fast, ((nn.Conv2d, epsilon()), (nn.Linear, epsilon()))))
    seeds = torch.rand(3, *attribution.output.shape[1:], generator=generator, dtype=torch.float64)
    if rule == "zplus":  # an output without any positive part has nothing to share out
        seeds *= attribution.output > 0
    found, kept = attribution.relevance(seeds)
    matrix, bias = dense(module, shape)
    for seed, relevance in zip(seeds, found, strict=True):
        expected = slow_rule(matrix, bias, x, seed, share, keep)
        torch.testing.assert_close(relevance.flatten(), expected, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(
        found.flatten(1).sum(1) + kept, seeds.flatten(1).sum(1), rtol=1e-10, atol=1e-10
    )


@pytest.mark.parametrize("value", [1e-9, 0.2])
@pytest.mark.parametrize("layer", ["convolution", "strided", "linear"])
def test_spread_returns_what_bias_and_stabiliser_keep(layer: str, value: float) -> None:
    module, shape = random_layer(layer)
    generator = torch.Generator().manual_seed(6)
    x = torch.rand(1, *shape, generator=generator, dtype=torch.float64)
    attribution = attribute(module, x, Recipe(epsilon(value, bias="spread"), ((type(module), epsilon()),)))
    seeds = torch.rand(2, *attribution.output.shape[1:], generator=generator, dtype=torch.float64)
    found, kept = attribution.relevance(seeds)
    matrix, bias = dense(module, shape)
    for seed, relevance in zip(seeds, found, strict=True):
        expected = torch.zeros(x.numel(), dtype=torch.float64)
        for k, part in enumerate(seed.flatten()):
            contributions = x.flatten() * matrix[k]
            z = contributions.sum() + bias[k]
            shares = contributions / (z + value * (1 if z >= 0 else -1))
            positive = contributions.clamp(min=0)
            expected += part * (shares + (1 - shares.sum()) * positive / positive.sum())
        torch.testing.assert_close(relevance.flatten(), expected, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(found.flatten(1).sum(1), seeds.flatten(1).sum(1), rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(
        found.flatten(1).sum(1) + kept, seeds.flatten(1).sum(1), rtol=1e-10, atol=1e-10
    )


def test_sequence_is_layer_by_layer() -> None:
    """A small network with everything: the slow computation, from the last layer to the first."""
    torch.manual_seed(1)
    body = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.ReLU(), nn.Conv2d(3, 3, 3, padding=1))
    network = nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1),
        nn.ReLU(),
        Residual(body),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(12, 2),
    ).double()
    x = torch.rand(1, 1, 4, 4, dtype=torch.float64)
    attribution = attribute(
        network, x, Recipe(box(), ((nn.Conv2d, gamma(0.3)), (nn.Linear, epsilon(1e-12))), sums="positive")
    )
    seed = attribution.output.clone()
    found, kept = attribution.relevance(seed)

    values = [x]
    for layer in network:
        values.append(layer(values[-1]).detach())
    relevance = slow_rule(*dense(network[5], (12,)), values[5], seed, *RULES["epsilon"][1:])
    pooled = torch.zeros_like(values[3])
    for k, value in enumerate(relevance):  # all to the winner of each 2 x 2 window
        c, y, w = k // 4, 2 * (k % 4 // 2), 2 * (k % 2)
        window = values[3][0, c, y : y + 2, w : w + 2]
        best = int(window.argmax())
        pooled[0, c, y + best // 2, w + best % 2] += value
    before, inside = values[2], [values[2]]
    for layer in body:
        inside.append(layer(inside[-1]).detach())
    bent = inside[3].clamp(min=0)
    share = pooled / (before + bent).clamp(min=1e-300)
    inner = slow_rule(*dense(body[2], (3, 4, 4)), inside[2], share * bent, *RULES["gamma"][1:])
    inner = slow_rule(*dense(body[0], (3, 4, 4)), inside[0], inner, *RULES["gamma"][1:])
    relevance = (share * before).flatten() + inner
    unit_box = (lambda a, w: a * w - min(w, 0), lambda a, w: 0.0)
    expected = slow_rule(*dense(network[0], (1, 4, 4)), x, relevance, *unit_box)
    torch.testing.assert_close(found.flatten(), expected, rtol=1e-6, atol=1e-7)
    torch.testing.assert_close(found.sum() + kept[0], seed.sum(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_digit_network_conserves_and_seeds_are_independent(seed: int) -> None:
    torch.manual_seed(seed)
    network = DigitNetwork((4, 6, 8), ((1, 2), (2, 1)), normalised=True).eval().folded().double()
    x = torch.rand(1, 1, 32, 40, dtype=torch.float64)
    attribution = attribute(network.trunk, x, DIGITS)
    torch.testing.assert_close(attribution.output, network.trunk(x).detach())
    seeds = torch.rand(4, *attribution.output.shape[1:], dtype=torch.float64) * attribution.output
    found, kept = attribution.relevance(seeds)
    torch.testing.assert_close(found.flatten(1).sum(1) + kept, seeds.flatten(1).sum(1), rtol=1e-9, atol=1e-9)
    one, one_kept = attribution.relevance(seeds.sum(0, keepdim=True))
    torch.testing.assert_close(found.sum(0), one[0], rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(kept.sum(), one_kept[0], rtol=1e-9, atol=1e-12)


def test_without_biases_nothing_is_kept() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 4, 3, bias=False), nn.ReLU(), nn.Conv2d(4, 2, 3, bias=False), nn.ReLU()
    ).double()
    attribution = attribute(network, torch.rand(1, 1, 9, 9, dtype=torch.float64))
    found, kept = attribution.relevance(attribution.output)
    assert float(attribution.output.sum()) > 0
    torch.testing.assert_close(found.sum(), attribution.output.sum(), rtol=1e-7, atol=0)
    assert abs(float(kept)) < 1e-6 * float(attribution.output.sum())


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (
            nn.Sequential(nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1)),
            r"layer 1 \(BatchNorm2d\): it is set to learn",
        ),
        (nn.Sequential(nn.Sequential(nn.Sigmoid())), r"layer 0\.0 \(Sigmoid\): no rule is known"),
        (nn.Conv2d(1, 1, 3, padding="same"), "padding other than"),
    ],
)
def test_unknown_layer_is_named(network: nn.Module, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        attribute(network, torch.rand(1, 1, 4, 4))


@needs_fixture
@pytest.mark.parametrize("cut", [5, 10])
def test_published_relevance_on_a_small_vgg(cut: int) -> None:
    """Relevance of each pixel for each dimension as the published code gives it, to 1e-5 of the maximum."""
    arrays = published()
    network = published_network(arrays, cut)
    mean, spread = (torch.tensor(values).reshape(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))
    for side in "ab":
        image = torch.from_numpy(arrays[f"image_{side}"]).permute(2, 0, 1)[None]
        attribution = attribute(network, (image - mean) / spread, vgg(published=True))
        embedding = attribution.output[0].numpy()
        np.testing.assert_allclose(embedding, arrays[f"cut{cut}_embedding_{side}"], rtol=1e-4, atol=1e-5)
        found, _ = attribution.relevance(torch.diag(attribution.output[0]))
        expected = arrays[f"cut{cut}_relevance_{side}"]
        assert np.abs(found.numpy() - expected).max() <= 1e-5 * np.abs(expected).max()
