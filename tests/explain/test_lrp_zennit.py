"""Rules and recipes against zennit, where it has the rule: another program's opinion."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from zij.explain.lrp.recipes import Recipe
from zij.explain.lrp.rules import Rule, alpha_beta, box, epsilon, flat, gamma, wsquare, zplus
from zij.explain.lrp.sweep import attribute


@pytest.fixture(scope="module")
def zennit() -> Iterator[Any]:
    """zennit without torchvision, of which it only wants the names of classes and functions."""
    empty: dict[str, Any] = {}
    if "torchvision" not in sys.modules:
        for name in (
            "torchvision",
            "torchvision.models",
            "torchvision.models.resnet",
            "torchvision.models.vgg",
        ):
            empty[name] = types.ModuleType(name)
            for part in ("BasicBlock", "Bottleneck", "ResNet", "VGG"):
                setattr(empty[name], part, type(part, (nn.Module,), {}))
        sys.modules.update(empty)
    zennit = pytest.importorskip("zennit", reason="zennit is not installed; `make` installs it")
    for part in ("attribution", "composites", "rules"):
        importlib.import_module(f"zennit.{part}")
    yield zennit
    for name in empty:
        del sys.modules[name]


RULES: dict[str, tuple[Rule, str, dict[str, Any]]] = {
    "epsilon": (epsilon(1e-3), "Epsilon", {"epsilon": 1e-3}),
    "epsilon without bias": (epsilon(1e-3, bias="drop"), "Epsilon", {"epsilon": 1e-3, "zero_params": "bias"}),
    "gamma": (gamma(0.3, stabiliser=1e-6), "Gamma", {"gamma": 0.3}),
    "alpha 2 beta 1": (alpha_beta(2, 1, stabiliser=1e-6), "AlphaBeta", {"alpha": 2, "beta": 1}),
    "alpha 1.5 beta 0.5": (alpha_beta(1.5, 0.5, stabiliser=1e-6), "AlphaBeta", {"alpha": 1.5, "beta": 0.5}),
    "zplus": (zplus(stabiliser=1e-6), "ZPlus", {}),
    "box": (box(-2.0, 3.0, stabiliser=1e-6), "ZBox", {"low": -2.0, "high": 3.0, "zero_params": "bias"}),
    "flat": (flat(stabiliser=1e-6), "Flat", {}),
    "wsquare": (wsquare(stabiliser=1e-6), "WSquare", {"zero_params": "bias"}),
}
LAYERS: dict[str, tuple[nn.Module, tuple[int, ...]]] = {
    "convolution": (nn.Conv2d(2, 3, 3, padding=1), (2, 6, 7)),
    "strided": (nn.Conv2d(2, 4, 3, stride=2, padding=1, dilation=1), (2, 9, 8)),
    "grouped": (nn.Conv2d(4, 4, 3, groups=2), (4, 6, 5)),
    "one dimension": (nn.Conv1d(2, 3, 5, padding=3), (2, 11)),
    "linear": (nn.Linear(9, 5), (9,)),
}


def filled(layer: nn.Module) -> nn.Module:
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in layer.double().parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return layer.eval()


def theirs(zennit: Any, network: nn.Module, composite: Any, x: Tensor, seed: Tensor) -> Tensor:
    with zennit.attribution.Gradient(network, composite) as attributor:
        _, relevance = attributor(x.clone(), seed)
    assert isinstance(relevance, Tensor)
    return relevance


@pytest.mark.parametrize("negative", [False, True], ids=["positive inputs", "any inputs"])
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("rule", RULES)
def test_rules_are_zennits(zennit: Any, rule: str, layer: str, negative: bool) -> None:
    ours, name, options = RULES[rule]
    module, shape = LAYERS[layer]
    network = nn.Sequential(filled(module))
    generator = torch.Generator().manual_seed(2)
    x = torch.rand(1, *shape, generator=generator, dtype=torch.float64)
    x = 2 * x - 1 if negative else x
    attribution = attribute(network, x, Recipe(None, ((type(module), ours),)))
    seeds = torch.randn(2, *attribution.output.shape[1:], generator=generator, dtype=torch.float64)
    if (
        rule == "gamma" and not negative
    ):  # the original rule; below zero, which ReLU stops, zennit turns it round
        seeds = seeds * (attribution.output > 0)
    found, kept = attribution.relevance(seeds)
    composite = zennit.composites.LayerMapComposite([(type(module), getattr(zennit.rules, name)(**options))])
    for seed, relevance in zip(seeds, found, strict=True):
        torch.testing.assert_close(
            relevance[None], theirs(zennit, network, composite, x, seed[None]), rtol=1e-5, atol=1e-8
        )
    torch.testing.assert_close(found.flatten(1).sum(1) + kept, seeds.flatten(1).sum(1), rtol=1e-8, atol=1e-8)


def test_a_whole_network_is_zennits(zennit: Any) -> None:
    network = filled(
        nn.Sequential(
            nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 8, 3), nn.ReLU(),
            nn.AvgPool2d(2), nn.Flatten(), nn.Linear(8, 4),
        )
    )  # fmt: skip
    x = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    recipe = Recipe(
        box(0.0, 1.0, stabiliser=1e-6),
        ((nn.Conv2d, gamma(0.25, stabiliser=1e-6)), (nn.Linear, epsilon(1e-6))),
    )
    rules = zennit.rules
    composite = zennit.composites.SpecialFirstLayerMapComposite(
        [
            (nn.ReLU, rules.Pass()), (nn.AvgPool2d, rules.Norm(stabilizer=1e-9)),
            (nn.Linear, rules.Epsilon()), (nn.Conv2d, rules.Gamma()),
        ],
        [(nn.Conv2d, rules.ZBox(0.0, 1.0, zero_params="bias"))],
    )  # fmt: skip
    attribution = attribute(network, x, recipe)
    found, _ = attribution.relevance(torch.diag(attribution.output[0]))
    for m, relevance in enumerate(found):
        seed = torch.zeros_like(attribution.output)
        seed[0, m] = attribution.output[0, m]
        expected = theirs(zennit, network, composite, x, seed)
        torch.testing.assert_close(relevance[None], expected, rtol=1e-6, atol=1e-9)
