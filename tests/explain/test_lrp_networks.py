"""Relevance through whole networks: residual sums, joins, pooling, folded normalisation, functions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zij.errors import ModelError, UsageError
from zij.explain.lrp.recipes import Layers, Recipe, general
from zij.explain.lrp.rules import alpha_beta, epsilon, gamma
from zij.explain.lrp.sweep import attribute
from zij.similarity.encoders.resnet import resnet

PLAIN = Recipe(None, ((nn.Module, epsilon(None)),))


class Made(nn.Module):
    """A network from a function of its layers and the input."""

    def __init__(self, run: Callable[[nn.ModuleDict, Tensor], Tensor], **layers: nn.Module) -> None:
        super().__init__()
        self.layers, self.run = nn.ModuleDict(layers), run

    def forward(self, x: Tensor) -> Tensor:
        return self.run(self.layers, x)


def conv(before: int, after: int, *, bias: bool = False) -> nn.Conv2d:
    return nn.Conv2d(before, after, 3, padding=1, bias=bias)


def filled(network: nn.Module, seed: int = 0) -> nn.Module:
    generator = torch.Generator().manual_seed(seed)
    network.double().eval()
    with torch.no_grad():
        for name, tensor in [*network.named_parameters(), *network.named_buffers()]:
            if tensor.is_floating_point():
                value = torch.randn(tensor.shape, generator=generator, dtype=torch.float64)
                tensor.copy_(value.abs() + 0.5 if "running_var" in name else value)
    return network


def image(shape: tuple[int, ...] = (1, 2, 8, 8)) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(9), dtype=torch.float64)


def gradient_times_input(network: nn.Module, x: Tensor) -> Tensor:
    x = x.clone().requires_grad_(True)
    output = network(x).flatten()
    return torch.stack([torch.autograd.grad(v, x, retain_graph=True)[0][0] * x[0] for v in output]).detach()


def whole(network: nn.Module, x: Tensor, recipe: Recipe) -> tuple[Tensor, Tensor, Tensor]:
    attribution = attribute(network, x, recipe)
    torch.testing.assert_close(attribution.output, network(x).detach())
    flat = attribution.output.flatten()
    seeds = torch.diag(flat).reshape(-1, *attribution.output.shape[1:])
    found, kept = attribution.relevance(seeds)
    return found, kept, flat


def residual(k: nn.ModuleDict, x: Tensor) -> Tensor:
    h = F.relu(k["a"](x))
    return h + k["b"](F.relu(k["c"](h)))


def in_place(k: nn.ModuleDict, x: Tensor) -> Tensor:
    one = k["a"](x)
    one += k["b"](x)
    return k["r"](one)  # type: ignore[no-any-return]


def joined(k: nn.ModuleDict, x: Tensor) -> Tensor:
    return k["c"](torch.cat([F.relu(k["a"](x)), F.relu(k["b"](x)), x], dim=1))  # type: ignore[no-any-return]


def functions(k: nn.ModuleDict, x: Tensor) -> Tensor:
    h = F.max_pool2d(torch.relu(k["a"](x)), 2)
    return F.adaptive_avg_pool2d(h + h, 1).view(x.size(0), -1)


def moved(k: nn.ModuleDict, x: Tensor) -> Tensor:
    h = F.relu(k["a"](x)).permute(0, 2, 3, 1)[:, 1:, 2:]
    return k["l"](h.mean(dim=(1, 2))) / 3.0  # type: ignore[no-any-return]


def larger(k: nn.ModuleDict, x: Tensor) -> Tensor:
    return torch.maximum(k["a"](x), k["b"](x)).relu()


def smaller(k: nn.ModuleDict, x: Tensor) -> Tensor:
    return torch.minimum(k["a"](x).relu(), k["b"](x).relu())


def padded(k: nn.ModuleDict, x: Tensor) -> Tensor:
    return k["a"](F.pad(x, (1, 2, 0, 3))).flatten(1)  # type: ignore[no-any-return]


def then(*layers: nn.Module) -> nn.Module:
    return nn.Sequential(conv(2, 3), nn.ReLU(), *layers)


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "residual": lambda: Made(residual, a=conv(2, 3), b=conv(3, 3), c=conv(3, 3)),
    "residual in place": lambda: Made(in_place, a=conv(2, 3), b=conv(2, 3), r=nn.ReLU(True)),
    "joined": lambda: Made(joined, a=conv(2, 3), b=conv(2, 2), c=conv(7, 2)),
    "average": lambda: then(nn.AvgPool2d(2), nn.Flatten(), nn.Linear(48, 3, bias=False)),
    "overlapping average": lambda: then(nn.AvgPool2d(3, 2, 1)),
    "adaptive": lambda: then(nn.AdaptiveAvgPool2d((3, 2)), nn.Flatten(), nn.Dropout()),
    "adaptive maximum": lambda: then(nn.AdaptiveMaxPool2d((3, 2))),
    "overlapping maximum": lambda: then(nn.MaxPool2d(3, 2, 1)),
    "maximum with a rest": lambda: then(nn.MaxPool2d(3)),
    "tiled maximum": lambda: then(nn.MaxPool2d((4, 2))),
    "functions": lambda: Made(functions, a=conv(2, 4)),
    "moved": lambda: Made(moved, a=conv(2, 3), l=nn.Linear(3, 2, bias=False)),
    "maximum of two": lambda: Made(larger, a=conv(2, 3), b=conv(2, 3)),
    "minimum of two": lambda: Made(smaller, a=conv(2, 3), b=conv(2, 3)),
    "padded": lambda: Made(padded, a=conv(2, 2)),
    "more padding than kernel": lambda: nn.Sequential(nn.Conv2d(2, 3, 2, padding=3, bias=False), nn.ReLU()),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_without_biases_proportions_are_gradient_times_input(name: str) -> None:
    network, x = filled(NETWORKS[name]()), image()
    found, kept, output = whole(network, x, PLAIN)
    torch.testing.assert_close(found, gradient_times_input(network, x), rtol=1e-6, atol=1e-8)
    torch.testing.assert_close(found.flatten(1).sum(1) + kept, output, rtol=1e-9, atol=1e-10)
    assert float(kept.abs().max()) < 1e-9 * float(output.abs().max())


@pytest.mark.parametrize("pools", ["winner", "share"])
@pytest.mark.parametrize("sums", ["contributions", "positive"])
@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_is_lost(name: str, sums: str, pools: str) -> None:
    network = filled(NETWORKS[name]())
    wide = gamma(0.3)
    recipe = Recipe(None, ((nn.Conv2d, wide), (nn.Linear, epsilon())), pools=pools, sums=sums)  # type: ignore[arg-type]
    found, kept, output = whole(network, image(), recipe)
    scale = float(output.abs().max())
    torch.testing.assert_close(found.flatten(1).sum(1) + kept, output, rtol=1e-8, atol=1e-8 * scale)


@pytest.mark.parametrize("pools", ["winner", "share"])
def test_few_seeds_at_a_time_are_all_at_once(pools: str) -> None:
    network, x = filled(NETWORKS["residual"]()), image()
    attribution = attribute(network, x, Recipe(None, ((nn.Conv2d, gamma(0.3)),), pools=pools))  # type: ignore[arg-type]
    seeds = torch.rand(
        17, *attribution.output.shape[1:], dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    )
    one, kept = attribution.relevance(seeds, memory=1)
    two, kept_two = attribution.relevance(seeds, memory=10**9)
    torch.testing.assert_close(one, two, rtol=1e-12, atol=1e-14)
    torch.testing.assert_close(kept, kept_two, rtol=1e-12, atol=1e-12)
    summed, _ = attribution.relevance(seeds, memory=5000, reduce=lambda relevance: relevance.sum((1, 2)))
    torch.testing.assert_close(summed, two.sum((1, 2)), rtol=1e-12, atol=1e-14)


def test_shared_maximum_is_in_proportion_to_the_window() -> None:
    network = nn.Sequential(nn.MaxPool2d(2)).double()
    x = image((1, 1, 4, 6))
    found, _, output = whole(network, x, Recipe(None, (), pools="share"))
    expected = torch.zeros_like(found)
    for k in range(6):
        top, left = 2 * (k // 3), 2 * (k % 3)
        window = x[0, 0, top : top + 2, left : left + 2]
        expected[k, 0, top : top + 2, left : left + 2] = window / window.sum() * output[k]
    torch.testing.assert_close(found, expected)


def test_maximum_of_two_by_halves_and_by_winner() -> None:
    network = Made(lambda k, x: torch.maximum(x[:, :1], x[:, 1:]))
    x = torch.tensor([[[[3.0, 1.0]], [[2.0, 1.0]]]], dtype=torch.float64)
    seed = torch.ones(1, 1, 1, 2, dtype=torch.float64)
    winner, _ = attribute(network.eval(), x, Recipe(None, ())).relevance(seed)
    assert winner.flatten().tolist() == [1.0, 0.5, 0.0, 0.5]
    shared, _ = attribute(network, x, Recipe(None, (), pools="share")).relevance(seed)
    assert shared.flatten().tolist() == [0.5, 0.5, 0.5, 0.5]


def test_sums_by_positive_parts() -> None:
    network = Made(lambda k, x: x[:, :1] + x[:, 1:])
    x = torch.tensor([[[[3.0, 2.0]], [[1.0, -1.0]]]], dtype=torch.float64)
    seed = torch.tensor([[[[4.0, 1.0]]]], dtype=torch.float64)
    positive, _ = attribute(network.eval(), x, Recipe(None, (), sums="positive")).relevance(seed)
    torch.testing.assert_close(positive.flatten(), torch.tensor([3.0, 1.0, 1.0, 0.0], dtype=torch.float64))
    exact, _ = attribute(network, x, Recipe(None, ())).relevance(seed)
    torch.testing.assert_close(exact.flatten(), torch.tensor([3.0, 2.0, 1.0, -1.0], dtype=torch.float64))


@pytest.mark.parametrize("before", [nn.Conv2d(2, 3, 3), nn.Conv2d(2, 3, 3, bias=False), nn.Linear(8, 3)])
def test_normalisation_is_folded(before: nn.Module) -> None:
    after = nn.BatchNorm2d(3) if isinstance(before, nn.Conv2d) else nn.BatchNorm1d(3)
    network = filled(nn.Sequential(before, after, nn.ReLU()))
    x = image() if isinstance(before, nn.Conv2d) else image((1, 8))
    found, kept, output = whole(network, x, general())
    torch.testing.assert_close(found.flatten(1).sum(1) + kept, output, rtol=1e-8, atol=1e-9)
    gain = after.weight / torch.sqrt(after.running_var + after.eps)  # type: ignore[operator]
    plain = nn.Conv2d(2, 3, 3).double() if isinstance(before, nn.Conv2d) else nn.Linear(8, 3).double()
    with torch.no_grad():
        shape = (-1, *(1,) * (before.weight.dim() - 1))  # type: ignore[operator, union-attr]
        plain.weight.copy_(before.weight * gain.reshape(shape))  # type: ignore[operator]
        bias = 0 if before.bias is None else before.bias
        plain.bias.copy_((bias - after.running_mean) * gain + after.bias)  # type: ignore[operator, union-attr]
    expected, _, _ = whole(nn.Sequential(plain, nn.ReLU()).eval(), x, general())
    torch.testing.assert_close(found, expected, rtol=1e-8, atol=1e-10)


def test_normalisation_by_itself_is_a_factor_and_a_shift() -> None:
    network = filled(nn.Sequential(nn.BatchNorm2d(2), nn.ReLU(), conv(2, 3)))
    found, kept, output = whole(network, image(), PLAIN)
    torch.testing.assert_close(found.flatten(1).sum(1) + kept, output, rtol=1e-8, atol=1e-9)
    torch.testing.assert_close(found, gradient_times_input(network, image()), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("depth", [18, 50])
def test_resnet_conserves(depth: int) -> None:
    encoder = resnet(depth, weights="random", size=32)  # type: ignore[arg-type]
    network = encoder.network.double()
    x = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    attribution = attribute(network, x, general())
    torch.testing.assert_close(attribution.output, network(x).detach(), rtol=1e-8, atol=1e-10)
    some = torch.diag(attribution.output[0])[:5]
    found, kept = attribution.relevance(some)
    torch.testing.assert_close(found.flatten(1).sum(1) + kept, some.sum(1), rtol=1e-7, atol=1e-9)
    assert float(found.abs().sum()) > 0


def test_layers_by_their_place() -> None:
    where = Layers("features", 11, 17)
    assert where.holds("features.11")
    assert where.holds("features.17")
    assert not where.holds("features.18")
    assert not where.holds("classifier.12")
    assert not where.holds("features")
    assert Layers("trunk.body", 0, 3).holds("trunk.body.2.conv")


class WithOption(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = conv(2, 3)

    def forward(self, x: Tensor, scale: float = 2.0, mask: Tensor | None = None) -> Tensor:
        return self.layer(x).relu() * scale  # type: ignore[no-any-return]


def test_further_arguments_stay_at_their_defaults() -> None:
    network = filled(WithOption())
    found, kept, output = whole(network, image(), PLAIN)
    torch.testing.assert_close(found, gradient_times_input(network, image()), rtol=1e-6, atol=1e-8)
    torch.testing.assert_close(found.flatten(1).sum(1) + kept, output, rtol=1e-9, atol=1e-10)


class Branching(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


class Pair(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x, x


class Two(nn.Module):
    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (Branching(), "Branching cannot be followed"),
        (Pair(), "several outputs"),
        (Two(), "2 inputs"),
        (Made(lambda k, x: torch.sigmoid(x)), r"layer sigmoid \(sigmoid\): no rule is known"),
        (Made(lambda k, x: x.softmax(1)), r"\(softmax\): no rule is known"),
        (Made(lambda k, x: x * x), r"\(mul\): no rule is known"),
        (Made(lambda k, x: x + x.mean(dim=1, keepdim=True)), "spreads one of its summands"),
        (nn.Sequential(nn.MaxPool2d(2, dilation=2)), "dilated maximum"),
        (nn.Sequential(nn.GELU()), r"layer 0 \(GELU\): no rule is known"),
        (nn.Sequential(nn.Conv2d(2, 2, 1)), r"layer 0 \(Conv2d\): no rule is known"),
    ],
)
def test_what_cannot_be_explained_is_named(network: nn.Module, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        attribute(network.double().eval(), image(), Recipe(None, (), pools="share"))


def test_alpha_less_beta_is_one() -> None:
    with pytest.raises(UsageError, match="alpha - beta is 1"):
        alpha_beta(2, 0.5)
    with pytest.raises(UsageError, match="neither may be negative"):
        alpha_beta(0.5, -0.5)
