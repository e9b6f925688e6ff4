"""Rules of layer-wise relevance propagation for convolutions and linear layers.

For a layer z = w a + b a rule hands the relevance R of the outputs to the inputs in proportion to modified
contributions,

    R_in = a * (rho(w)^T s),    s = R / (rho(w) a + rho(b) +- eps),

and says what it keeps: the parts of the bias, sum(s rho(b)), and of the stabiliser eps. The inputs and all
that was kept sum to the relevance of the outputs. After Bach et al., PLoS ONE 10(7), 2015,
doi:10.1371/journal.pone.0130140, and Montavon et al., "Layer-wise relevance propagation: an overview", 2019,
doi:10.1007/978-3-030-28954-6_10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

__all__ = ["STABILISER", "Affine", "Bias", "Rule", "Step", "box", "epsilon", "flat", "gamma", "zplus"]

STABILISER = 1e-9
"""Keeps denominators off zero where a rule has no stabiliser of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """A convolution or linear layer with its weights as arguments, so that rules can change them."""

    weight: Tensor
    bias: Tensor
    apply: Callable[[Tensor, Tensor, Tensor], Tensor]
    """(input, weight, bias) to output."""
    transpose: Callable[[Tensor, Tensor], Tensor]
    """(gradient of the output, weight) to gradient of the input."""


Bias = Literal["keep", "drop", "spread"]
"""What a bias gets: its share, which is lost to the inputs; none; or a share that goes back to the inputs
by their positive contributions, with the stabiliser's (for inputs that are not negative)."""
Step = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Relevance of a layer's outputs (S, ...) to that of its inputs and to what was kept (S,)."""
Rule = Callable[[Affine, Tensor], Step]
"""An affine layer and its input (1, ...) to the step backwards."""


def epsilon(value: float = 1e-6, *, bias: Bias = "keep") -> Rule:
    """In proportion to the contributions themselves, with a stabiliser that absorbs weak relevance."""
    return lambda layer, a: _proportional(layer, a, lambda w: w, value, bias)


def gamma(value: float = 0.25, *, bias: Bias = "keep") -> Rule:
    """Positive contributions favoured, rho(w) = w + gamma max(w, 0); for inputs that are not negative."""
    return lambda layer, a: _proportional(layer, a, lambda w: w + value * w.clamp(min=0), STABILISER, bias)


def zplus(*, bias: Bias = "keep") -> Rule:
    """Positive contributions alone, rho(w) = max(w, 0); for inputs that are not negative."""
    return lambda layer, a: _proportional(layer, a, lambda w: w.clamp(min=0), STABILISER, bias)


def flat() -> Rule:
    """Evenly over the receptive field, whatever stands there; for a first layer."""

    def rule(layer: Affine, a: Tensor) -> Step:
        even = replace(layer, weight=torch.ones_like(layer.weight))
        return _proportional(even, torch.ones_like(a), lambda w: w, STABILISER, "drop")

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


def _proportional(
    layer: Affine, a: Tensor, modify: Callable[[Tensor], Tensor], eps: float, bias_share: Bias
) -> Step:
    weight, bias = modify(layer.weight), modify(layer.bias)
    if bias_share == "drop":
        bias = torch.zeros_like(bias)
    z = layer.apply(a, weight, bias)
    stable = _stabilised(z, eps)

    def step(relevance: Tensor) -> tuple[Tensor, Tensor]:
        s = relevance / stable
        return a * layer.transpose(s, weight), _kept(s, bias, stable - z)

    if bias_share != "spread":
        return step
    up = layer.weight.clamp(min=0)
    positive = layer.apply(a, up, torch.zeros_like(bias)) + STABILISER
    missing = (stable - layer.apply(a, weight, torch.zeros_like(bias))) / positive / stable

    def spread(relevance: Tensor) -> tuple[Tensor, Tensor]:
        found, returned = layer.transpose(relevance / stable, weight), relevance * missing
        kept = (returned * STABILISER).flatten(1).sum(1)
        return a * (found + layer.transpose(returned, up)), kept

    return spread


def _stabilised(z: Tensor, eps: float) -> Tensor:
    return z + torch.where(z < 0, -eps, eps)


def _kept(s: Tensor, bias: Tensor, stabiliser: Tensor) -> Tensor:
    """Relevance that a bias and a stabiliser take, (S,)."""
    shape = (-1,) + (1,) * (s.dim() - 2)
    return (s * (bias.reshape(shape) + stabiliser)).flatten(1).sum(1)
