"""Layer-wise relevance propagation: one pass forwards, then any number of seeds backwards."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.grad import conv2d_input

from zij.errors import ModelError
from zij.explain.lrp.rules import STABILISER, Affine, Rule, Step, epsilon
from zij.tables.digits.network import Residual

__all__ = ["DIGITS", "Attribution", "Recipe", "attribute"]


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


DIGITS = Recipe(
    first=epsilon(0.3, bias="spread"),
    layers=((nn.Conv2d, epsilon(0.1, bias="spread")), (nn.Linear, epsilon())),
)
"""The recipe for the digit network: only ink has relevance, and nearly all of it arrives.

The biases into which normalisation is folded would keep most of it under the plain rules. Of the rules tried
that hand on nearly all, this one finds the pixels that decide best: with those it names whitened, evidence
falls fastest. `zplus(bias="drop")` throughout gives maps without negative relevance, which are calmer and
less to the point.
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


def _nothing(relevance: Tensor) -> Tensor:
    return relevance.new_zeros(len(relevance))
