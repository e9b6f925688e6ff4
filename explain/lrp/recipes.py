"""Recipes: which layer gets which rule, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from zij.explain.lrp.rules import Rule, box, epsilon, gamma
from zij.similarity.encoders.encoder import IMAGENET_MEAN, IMAGENET_STD

__all__ = ["DIGITS", "Layers", "Recipe", "general", "imagenet_box", "vgg"]


@dataclass(frozen=True, slots=True)
class Layers:
    """Layers of a numbered sequence, by their place in it, such as 11 to 17 of "features".

    Attributes
    ----------
    sequence : str
    first : int
    last : int
        Both included.
    """

    sequence: str
    first: int
    last: int

    def holds(self, name: str) -> bool:
        """Whether a layer of that dotted name is one of them."""
        parts = name.split(".")
        wanted = self.sequence.split(".")
        if len(parts) <= len(wanted) or parts[: len(wanted)] != wanted:
            return False
        number = parts[len(wanted)]
        return number.isdecimal() and self.first <= int(number) <= self.last


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which rule each layer gets.

    Attributes
    ----------
    first : Rule or None
        For affine layers that see the input; None: as all others.
    layers : tuple of (type or Layers, Rule)
        For affine layers, by the first entry that fits.
    pools : "winner" or "share"
        How a maximum (of a pooling window, or of two tensors) and a minimum hand relevance on: all to the
        winner (ties of two tensors by halves), or to all alike: by their activations in a window, as if it
        were averaged, by halves between two tensors.
    sums : "contributions" or "positive"
        How a sum of two tensors hands relevance on: in proportion to the summands, or to their positive
        parts, what inhibits having no share.
    """

    first: Rule | None
    layers: tuple[tuple[type[nn.Module] | Layers, Rule], ...]
    pools: Literal["winner", "share"] = "winner"
    sums: Literal["contributions", "positive"] = "contributions"

    def rule(self, layer: nn.Module, name: str, sees_input: bool) -> Rule | None:
        """The rule for a layer; None where none is known."""
        for where, rule in self.layers:
            if where.holds(name) if isinstance(where, Layers) else isinstance(layer, where):
                return self.first if sees_input and self.first is not None else rule
        return None


DIGITS = Recipe(
    first=epsilon(0.3, bias="spread"),
    layers=((nn.Conv2d, epsilon(0.1, bias="spread")), (nn.Linear, epsilon())),
    sums="positive",
)
"""The recipe for the digit network: only ink has relevance, and nearly all of it arrives.

The biases into which normalisation is folded would keep most of it under the plain rules. Of the rules tried
that hand on nearly all, this one finds the pixels that decide best: with those it names whitened, evidence
falls fastest. `zplus(bias="drop")` throughout gives maps without negative relevance, which are calmer and
less to the point.
"""


def imagenet_box(*, stabiliser: float | None = None, signed: bool = True) -> Rule:
    """The box rule for colours 0 to 1 that were normalised as ImageNet's are."""
    mean, spread = (
        torch.tensor(v, dtype=torch.float64).reshape(1, 3, 1, 1) for v in (IMAGENET_MEAN, IMAGENET_STD)
    )
    return box(-mean / spread, (1 - mean) / spread, stabiliser=stabiliser, signed=signed)


def vgg(*, published: bool = False) -> Recipe:
    """The published ladder of VGG-16 (Eberle et al., doi:10.1109/TPAMI.2020.3020738).

    The box rule at the first convolution, then gamma 0.5 to features.10, 0.25 to 17, 0.1 to 24, and 0 above
    and in the projection, on biases too; maxima to the winner.

    Parameters
    ----------
    published : bool
        With the published code's stabilisers, 1e-6 in the box rule and 1e-9 else, which do not take the sign
        of what they are added to; by default they only keep denominators off zero.

    Returns
    -------
    Recipe
    """
    value, first = (1e-9, 1e-6) if published else (None, None)
    signed = not published
    ladder = ((0, 10, 0.5), (11, 17, 0.25), (18, 24, 0.1))
    steps = tuple(
        (Layers("features", low, high), gamma(share, stabiliser=value, signed=signed))
        for low, high, share in ladder
    )
    last = epsilon(value, signed=signed)
    box_rule = imagenet_box(stabiliser=first, signed=signed)
    return Recipe(box_rule, (*steps, (nn.Conv2d, last), (nn.Linear, last)))


def general(low: Tensor | None = None, high: Tensor | None = None, *, value: float = 0.25) -> Recipe:
    """For any network: gamma in its convolutions, proportions in its linear layers, sums by positive parts.

    Parameters
    ----------
    low, high : tensor, optional
        Bounds of the input, for the box rule at the first layer; without them that gets the rule of the
        others.
    value : float
        Gamma.

    Returns
    -------
    Recipe
    """
    first = box(low, high) if low is not None and high is not None else None
    wide = gamma(value)
    kinds = (nn.Conv1d, nn.Conv2d, nn.BatchNorm1d, nn.BatchNorm2d)
    return Recipe(first, (*((kind, wide) for kind in kinds), (nn.Linear, epsilon(None))), sums="positive")
