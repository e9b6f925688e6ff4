"""Rules of layer-wise relevance propagation for layers that are affine: convolutions, linear layers.

For a layer z = w a + b every rule hands the relevance R of the outputs to the inputs in proportion to
modified contributions. It is a sum of shares, each of the form

    s = R * scale,    R_in = sum over parts of x_p * (w_p^T s),    kept = sum(s * (bias + stabiliser)),

with inputs x_p and weights w_p made from a and w. What biases and stabilisers take is said as well: the
inputs and all that was kept sum to the relevance of the outputs. A rule is a function from a layer and its
input to its shares; nothing in it runs backwards yet. After Bach et al., PLoS ONE 10(7), 2015,
doi:10.1371/journal.pone.0130140, Montavon et al., Pattern Recognition 65, 2017,
doi:10.1016/j.patcog.2016.11.008, and Montavon et al., "Layer-wise relevance propagation: an overview", 2019,
doi:10.1007/978-3-030-28954-6_10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from zij.errors import UsageError

__all__ = [
    "STABILISER", "Affine", "Bias", "Rule", "Share", "alpha_beta", "box", "epsilon", "flat", "gamma",
    "smallest", "stabilised", "wsquare", "zplus",
]  # fmt: skip

STABILISER = 1e-9
"""Keeps denominators off zero where a rule has no stabiliser of its own; in float64 `FINER` does."""
FINER = 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """A layer with its weights as arguments, so that rules can change them.

    Attributes
    ----------
    weight : Tensor
        As the layer holds it, such as (outputs, inputs) or (outputs, inputs, height, width).
    bias : Tensor
        Shaped to be added to the output, such as (1, C, 1, 1); zeros where the layer has none.
    apply : callable
        (input, weight) to output, without the bias.
    transposed : callable
        Weight to the function from the gradient of the output, (S, ...), to that of the input.
    joins : bool
        Whether weights may be joined along their second dimension, so that several inputs are run as one.
    """

    weight: Tensor
    bias: Tensor
    apply: Callable[[Tensor, Tensor], Tensor]
    transposed: Callable[[Tensor], Callable[[Tensor], Tensor]]
    joins: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """One term of a rule.

    Attributes
    ----------
    parts : tuple of (tensor, tensor)
        Inputs (1, ...) and weights.
    scale : (1, ...) tensor
        From relevance of the outputs to s.
    bias, stabiliser : (1, ...) tensor or None
        What of s is kept by either.
    """

    parts: tuple[tuple[Tensor, Tensor], ...]
    scale: Tensor
    bias: Tensor | None = None
    stabiliser: Tensor | None = None


Bias = Literal["keep", "drop", "spread"]
"""What a bias gets: its share, which is lost to the inputs; none; or a share that goes back to the inputs
by their positive contributions, with the stabiliser's (for inputs that are not negative)."""
Rule = Callable[[Affine, Tensor], list[Share]]
"""An affine layer and its input (1, ...) to the shares of the rule."""


def epsilon(value: float | None = 1e-6, *, bias: Bias = "keep", signed: bool = True) -> Rule:
    """In proportion to the contributions themselves, with a stabiliser that absorbs weak relevance.

    Parameters
    ----------
    value : float, optional
        The stabiliser; None for one that only keeps denominators off zero.
    bias : "keep", "drop" or "spread"
    signed : bool
        Whether the stabiliser takes the sign of what it is added to; False adds it blindly, as the published
        BiLRP code does.

    Returns
    -------
    Rule
    """

    def rule(layer: Affine, a: Tensor) -> list[Share]:
        if bias == "spread":
            return _spread(layer, a, value, signed)
        return [_share(layer, ((a, layer.weight),), _biased(layer.bias, bias), value, signed)]

    return rule


def gamma(
    value: float = 0.25, *, bias: Bias = "keep", stabiliser: float | None = None, signed: bool = True
) -> Rule:
    """Positive contributions favoured, rho(w) = w + gamma max(w, 0).

    Where inputs are negative, the generalised rule: outputs above zero favour positive contributions
    (a+ w+ and a- w-), outputs below zero negative ones (Andéol et al., 2021, arXiv:2104.06177).

    Parameters
    ----------
    value : float
        gamma.
    bias : Bias
        What becomes of its share.
    stabiliser : float, optional
        Keeps the denominator off zero; by default as little as the numbers allow.
    signed : bool
        Whether it moves the denominator away from zero.

    Returns
    -------
    Rule
    """

    def rule(layer: Affine, a: Tensor) -> list[Share]:
        up, down = (layer.weight + value * part for part in _halves(layer.weight))
        given = _biased(layer.bias, bias)
        raised, lowered = (given + value * part for part in _halves(given))
        if not bool((a < 0).any()):
            return [_share(layer, ((a, up),), raised, stabiliser, signed)]
        z, (more, less) = layer.apply(a, layer.weight) + layer.bias, _halves(a)
        return [
            _share(layer, ((more, up), (less, down)), raised, stabiliser, signed, gate=z > 0),
            _share(layer, ((more, down), (less, up)), lowered, stabiliser, signed, gate=z < 0),
            *_unmoved(layer, z),
        ]

    return rule


def alpha_beta(
    alpha: float = 2.0, beta: float = 1.0, *, bias: Bias = "keep", stabiliser: float | None = None
) -> Rule:
    """Positive and negative contributions by themselves, alpha of the former less beta of the latter.

    R_in = alpha (a w)+ / sum (a w)+ R - beta (a w)- / sum (a w)- R.

    Parameters
    ----------
    alpha : float
    beta : float
    bias : Bias
        What becomes of its share.
    stabiliser : float, optional
        Keeps the denominator off zero; by default as little as the numbers allow.

    Returns
    -------
    Rule

    Raises
    ------
    UsageError
        If one is negative or their difference is not 1.
    """
    if min(alpha, beta) < 0 or abs(alpha - beta - 1) > 1e-9:
        raise UsageError(f"alpha={alpha:g} and beta={beta:g}: neither may be negative, alpha - beta is 1.")

    def rule(layer: Affine, a: Tensor) -> list[Share]:
        (up, down), (more, less) = _halves(layer.weight), _halves(a)
        raised, lowered = _halves(_biased(layer.bias, bias))
        signed = bool((a < 0).any())
        positive = ((more, up), (less, down)) if signed else ((a, up),)
        found = [_share(layer, positive, raised, stabiliser, gate=alpha)]
        if beta:
            negative = ((more, down), (less, up)) if signed else ((a, down),)
            found.append(_share(layer, negative, lowered, stabiliser, gate=-beta, below=True))
        return found

    return rule


def zplus(*, bias: Bias = "keep", stabiliser: float | None = None) -> Rule:
    """Positive contributions alone: `alpha_beta(1, 0)`."""
    return alpha_beta(1.0, 0.0, bias=bias, stabiliser=stabiliser)


def flat(*, stabiliser: float | None = None) -> Rule:
    """Evenly over the receptive field, whatever stands there; for a first layer."""
    return _blind(torch.ones_like, stabiliser)


def wsquare(*, stabiliser: float | None = None) -> Rule:
    """By the squares of the weights, whatever stands there; for a first layer without bounds."""
    return _blind(torch.square, stabiliser)


def box(
    low: float | Tensor = 0.0,
    high: float | Tensor = 1.0,
    *,
    stabiliser: float | None = None,
    signed: bool = True,
) -> Rule:
    """For a first layer whose inputs lie between two bounds (the z^B rule of deep Taylor decomposition).

    R_in = (a w - low max(w, 0) - high min(w, 0))^T s: no bias has a share in it.

    Parameters
    ----------
    low : float or Tensor
    high : float or Tensor
        Bounds of the inputs.
    stabiliser : float, optional
        Keeps the denominator off zero; by default as little as the numbers allow.
    signed : bool
        Whether it moves the denominator away from zero.

    Returns
    -------
    Rule
    """

    def rule(layer: Affine, a: Tensor) -> list[Share]:
        lowest, highest = (torch.zeros_like(a) + torch.as_tensor(bound).to(a) for bound in (low, high))
        up, down = _halves(layer.weight)
        parts = (a, layer.weight), (-lowest, up), (-highest, down)
        return [_share(layer, parts, torch.zeros_like(layer.bias), stabiliser, signed)]

    return rule


def smallest(z: Tensor) -> float:
    """The stabiliser for denominators of that precision where none is asked for."""
    return FINER if z.dtype == torch.float64 else STABILISER


def stabilised(z: Tensor, value: float | None = None, signed: bool = True) -> Tensor:
    """A denominator moved off zero by `value`, away from it if `signed`.

    Parameters
    ----------
    z : Tensor
        Any shape.
    value : float, optional
        By default as little as the numbers allow.
    signed : bool

    Returns
    -------
    Tensor
        Of the same shape.
    """
    value = smallest(z) if value is None else value
    return z + torch.where(z < 0, -value, value) if signed else z + value


def _share(
    layer: Affine,
    parts: tuple[tuple[Tensor, Tensor], ...],
    bias: Tensor,
    stabiliser: float | None,
    signed: bool = True,
    *,
    gate: Tensor | float = 1.0,
    below: bool = False,
) -> Share:
    """In proportion to the contributions of the parts and a bias; `below` says that they are not positive."""
    z = torch.zeros_like(bias)
    for x, weight in parts:
        z = z + layer.apply(x, weight)
    stable = stabilised(z + bias, stabiliser, signed)
    if below:  # nought counts as negative here
        stable = -stabilised(-z - bias, stabiliser, signed)
    return Share(parts, gate / stable, bias if bool(bias.any()) else None, stable - z - bias)


def _spread(layer: Affine, a: Tensor, value: float | None, signed: bool) -> list[Share]:
    """The epsilon rule, and what bias and stabiliser take given back by positive contributions."""
    z, up = layer.apply(a, layer.weight), layer.weight.clamp(min=0)
    stable = stabilised(z + layer.bias, value, signed)
    positive = layer.apply(a, up) + smallest(z)
    returned = Share(((a, up),), (stable - z) / stable / positive, None, torch.full_like(z, smallest(z)))
    return [Share(((a, layer.weight),), 1 / stable), returned]


def _blind(modify: Callable[[Tensor], Tensor], stabiliser: float | None) -> Rule:
    def rule(layer: Affine, a: Tensor) -> list[Share]:
        parts = ((torch.ones_like(a), modify(layer.weight)),)
        return [_share(layer, parts, torch.zeros_like(layer.bias), stabiliser)]

    return rule


def _unmoved(layer: Affine, z: Tensor) -> list[Share]:
    """Relevance of outputs that are exactly zero reaches no input."""
    return [Share((), (z == 0).to(z), None, torch.ones_like(z))] if bool((z == 0).any()) else []


def _halves(tensor: Tensor) -> tuple[Tensor, Tensor]:
    return tensor.clamp(min=0), tensor.clamp(max=0)


def _biased(bias: Tensor, share: Bias) -> Tensor:
    return torch.zeros_like(bias) if share == "drop" else bias
