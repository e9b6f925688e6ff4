"""Layer-wise relevance propagation: one pass forwards, then any number of seeds backwards.

For a layer z = w a + b a rule hands the relevance R of the outputs to the inputs in proportion to modified
contributions,

    R_in = a * (rho(w)^T s),    s = R / (rho(w) a + rho(b) +- eps),

and says what it keeps: the parts of the bias, sum(s rho(b)), and of the stabiliser eps. The sum over the
inputs and all that was kept is the sum over the outputs. After Bach et al., PLoS ONE 10(7), 2015,
doi:10.1371/journal.pone.0130140, and Montavon et al., "Layer-wise relevance propagation: an overview", 2019,
doi:10.1007/978-3-030-28954-6_10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.grad import conv2d_input

from zij.errors import ModelError
from zij.tables.network import Residual

__all__ = [
    "DIGITS",
    "Attribution",
    "Recipe",
    "Rule",
    "attribute",
    "box",
    "epsilon",
    "flat",
    "gamma",
    "zplus",
]

STABILISER = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """A convolution or linear layer with its weights as arguments, so that rules can change them."""

    weight: Tensor
    bias: Tensor
    apply: Callable[[Tensor, Tensor, Tensor], Tensor]
    """(input, weight, bias) to output."""
    transpose: Callable[[Tensor, Tensor], Tensor]
    """(gradient of the output, weight) to gradient of the input."""


Step = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Relevance of a layer's outputs (S, ...) to that of its inputs and to what was kept (S,)."""
Rule = Callable[[Affine, Tensor], Step]
"""An affine layer and its input (1, ...) to the step backwards."""


def epsilon(value: float = 1e-6, *, bias: bool = True) -> Rule:
    """In proportion to the contributions themselves, with a stabiliser that absorbs weak relevance."""
    return lambda layer, a: _proportional(_shared(layer, bias), a, lambda w: w, value)


def gamma(value: float = 0.25, *, bias: bool = True) -> Rule:
    """Positive contributions favoured, rho(w) = w + gamma max(w, 0); for inputs that are not negative."""
    return lambda layer, a: _proportional(
        _shared(layer, bias), a, lambda w: w + value * w.clamp(min=0), STABILISER
    )


def zplus(*, bias: bool = True) -> Rule:
    """Positive contributions alone, rho(w) = max(w, 0); for inputs that are not negative.

    With `bias=False`, here and in the other rules, a bias takes no share: all goes on to the inputs.
    """
    return lambda layer, a: _proportional(_shared(layer, bias), a, lambda w: w.clamp(min=0), STABILISER)


def flat() -> Rule:
    """Evenly over the receptive field, whatever stands there; for a first layer."""

    def rule(layer: Affine, a: Tensor) -> Step:
        even = replace(layer, weight=torch.ones_like(layer.weight))
        return _proportional(_shared(even, False), torch.ones_like(a), lambda w: w, STABILISER)

    return rule


def box(low: float | Tensor = 0.0, high: float | Tensor = 1.0) -> Rule:
    """For a first layer whose inputs lie between two bounds (the z^B rule of deep Taylor decomposition).

    R_in = (a w - low max(w, 0) - high min(w, 0))^T s: no bias has a share in it.
    """

    def rule(layer: Affine, a: Tensor) -> Step:
        lowest, highest = (torch.zeros_like(a) + bound for bound in (low, high))
        zero, up, down = layer.bias * 0, layer.weight.clamp(min=0), layer.weight.clamp(max=0)
        z = layer.apply(a, layer.weight, zero)
        z = z - layer.apply(lowest, up, zero) - layer.apply(highest, down, zero)
        stable = _stabilised(z, STABILISER)

        def step(relevance: Tensor) -> tuple[Tensor, Tensor]:
            s = relevance / stable
            found = a * layer.transpose(s, layer.weight)
            found = found - lowest * layer.transpose(s, up) - highest * layer.transpose(s, down)
            return found, _kept(s, zero, stable - z)

        return step

    return rule


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which rule each affine layer gets.

    Attributes
    ----------
    first : Rule
        For the layer that sees the input.
    layers : tuple of (type, Rule)
        For all others, by the first type that fits.
    """

    first: Rule
    layers: tuple[tuple[type[nn.Module], Rule], ...]


DIGITS = Recipe(first=box(0.0, 1.0), layers=((nn.Conv2d, zplus(bias=False)), (nn.Linear, epsilon())))
"""The recipe for the digit network, whose input is ink between 0 and 1.

The biases into which its normalisation is folded would swallow most of the relevance, and without them a
rule that lets negative contributions in may divide by next to nothing: hence positive contributions alone.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """A forward pass, ready for seeds.

    Attributes
    ----------
    output : (1, ...) tensor
        What the network gave.
    step : callable
        From relevance of the output to relevance of the input.
    """

    output: Tensor
    step: Step

    def relevance(self, seeds: Tensor) -> tuple[Tensor, Tensor]:
        """Relevance of the input.

        Parameters
        ----------
        seeds : (S, ...) tensor
            Relevance of the output, S distributions of it.

        Returns
        -------
        (S, ...) tensor
            Relevance of the input for each seed.
        (S,) tensor
            What biases and stabilisers kept; with the sum over the input it is the seed's sum.
        """
        with torch.no_grad():
            return self.step(seeds)


def attribute(network: nn.Module, x: Tensor, recipe: Recipe = DIGITS) -> Attribution:
    """Run a network on one input and prepare the way back.

    Known are convolutions, linear layers, ReLU, maximum pooling (all to the winner), flattening, sequences
    and the digit network's residual blocks.

    Parameters
    ----------
    network : Module
        Without batch normalisation (`DigitNetwork.folded`); for a `DigitNetwork` take its `trunk`.
    x : (1, ...) tensor
    recipe : Recipe

    Returns
    -------
    Attribution

    Raises
    ------
    ModelError
        If the network has a layer that no rule is known for.
    """
    with torch.no_grad():
        output, step = _walk(network, "", x, recipe, [recipe.first])
    return Attribution(output, step)


def _walk(layer: nn.Module, name: str, a: Tensor, recipe: Recipe, first: list[Rule]) -> tuple[Tensor, Step]:
    """Output of a layer and the step back through it; `first` is emptied by the first affine layer."""
    if isinstance(layer, nn.Sequential):
        return _sequence(layer, name, a, recipe, first)
    if isinstance(layer, Residual):
        return _residual(layer, name, a, recipe, first)
    if isinstance(layer, nn.ReLU | nn.Identity):
        return layer(a), lambda relevance: (relevance, _nothing(relevance))
    if isinstance(layer, nn.Flatten):
        return layer(a), lambda relevance: (relevance.reshape(-1, *a.shape[1:]), _nothing(relevance))
    if isinstance(layer, nn.MaxPool2d):
        return layer(a), _pooling(layer, a)
    if isinstance(layer, nn.Conv2d | nn.Linear):
        for kind, rule in recipe.layers:
            if isinstance(layer, kind):
                return layer(a), (first.pop() if first else rule)(_affine(layer, a), a)
    place = f" {name}" if name else ""
    raise ModelError(
        f"layer{place} ({type(layer).__name__}): no rule is known for relevance through it; fold batch"
        f" normalisation, or add its type to the recipe."
    )


def _sequence(
    layer: nn.Sequential, name: str, a: Tensor, recipe: Recipe, first: list[Rule]
) -> tuple[Tensor, Step]:
    steps = []
    for key, child in layer.named_children():
        a, step = _walk(child, f"{name}.{key}".lstrip("."), a, recipe, first)
        steps.append(step)

    def back(relevance: Tensor) -> tuple[Tensor, Tensor]:
        kept = _nothing(relevance)
        for step in reversed(steps):
            relevance, more = step(relevance)
            kept = kept + more
        return relevance, kept

    return a, back


def _residual(
    layer: Residual, name: str, a: Tensor, recipe: Recipe, first: list[Rule]
) -> tuple[Tensor, Step]:
    """relu(a + body(a)): to both summands by their positive parts; what inhibits has no share."""
    body, inner = _walk(layer.body, f"{name}.body".lstrip("."), a, recipe, first)
    straight, bent = a.clamp(min=0), body.clamp(min=0)
    stable = straight + bent + STABILISER

    def back(relevance: Tensor) -> tuple[Tensor, Tensor]:
        s = relevance / stable
        through, kept = inner(s * bent)
        return s * straight + through, kept + (s * STABILISER).flatten(1).sum(1)

    return torch.relu(a + body), back


def _pooling(layer: nn.MaxPool2d, a: Tensor) -> Step:
    sizes = layer.kernel_size, layer.stride, layer.padding, layer.dilation, layer.ceil_mode
    _, winners = F.max_pool2d(a, *sizes, return_indices=True)

    def back(relevance: Tensor) -> tuple[Tensor, Tensor]:
        count = len(relevance)
        flat = torch.zeros(count, a.shape[1], a.shape[2] * a.shape[3], dtype=a.dtype, device=a.device)
        index = winners.flatten(2).expand(count, -1, -1)
        return flat.scatter_add_(2, index, relevance.flatten(2)).reshape(count, *a.shape[1:]), _nothing(
            relevance
        )

    return back


def _affine(layer: nn.Conv2d | nn.Linear, a: Tensor) -> Affine:
    weight = layer.weight.detach()
    bias = weight.new_zeros(weight.shape[0]) if layer.bias is None else layer.bias.detach()
    if isinstance(layer, nn.Linear):
        return Affine(weight, bias, F.linear, lambda s, w: s @ w)
    if layer.padding_mode != "zeros" or isinstance(layer.padding, str):
        raise ModelError("a convolution with padding other than a number of zeros: no rule is known for it.")
    options = layer.stride, layer.padding, layer.dilation, layer.groups

    def transpose(s: Tensor, w: Tensor) -> Tensor:
        shape = (len(s), *a.shape[1:])
        gradient: Tensor = conv2d_input(shape, w, s, *options)  # type: ignore[no-untyped-call]
        return gradient

    return Affine(weight, bias, lambda x, w, b: F.conv2d(x, w, b, *options), transpose)


def _shared(layer: Affine, bias: bool) -> Affine:
    """The layer with its bias, or without."""
    return layer if bias else replace(layer, bias=torch.zeros_like(layer.bias))


def _proportional(layer: Affine, a: Tensor, modify: Callable[[Tensor], Tensor], eps: float) -> Step:
    weight, bias = modify(layer.weight), modify(layer.bias)
    z = layer.apply(a, weight, bias)
    stable = _stabilised(z, eps)

    def step(relevance: Tensor) -> tuple[Tensor, Tensor]:
        s = relevance / stable
        return a * layer.transpose(s, weight), _kept(s, bias, stable - z)

    return step


def _stabilised(z: Tensor, eps: float) -> Tensor:
    return z + torch.where(z < 0, -eps, eps)


def _kept(s: Tensor, bias: Tensor, stabiliser: Tensor) -> Tensor:
    """Relevance that a bias and a stabiliser take, (S,)."""
    shape = (-1,) + (1,) * (s.dim() - 2)
    return (s * (bias.reshape(shape) + stabiliser)).flatten(1).sum(1)


def _nothing(relevance: Tensor) -> Tensor:
    return relevance.new_zeros(len(relevance))
