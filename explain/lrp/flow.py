"""Relevance on its way through a network, and the steps that linear functions without weights take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from zij.explain.lrp.rules import stabilised

__all__ = ["Back", "Flow", "Kept", "Passage", "in_proportion", "vectorised", "weighed"]


class Kept(NamedTuple):
    """What a layer keeps of each seed's relevance, (S,) each."""

    bias: Tensor | None = None
    stabiliser: Tensor | None = None


class Flow(NamedTuple):
    """Relevance on its way, (S, ...): values times a factor (1, ...), put off until the next layer needs it.

    So the activations by which one layer multiplies and the denominators by which the next divides are one
    factor, made once for all seeds.
    """

    values: Tensor
    factor: Tensor | None = None

    def full(self) -> Tensor:
        """The relevance itself."""
        return self.values if self.factor is None else self.values * self.factor

    def part(self, rows: slice) -> Flow:
        """That of some of the seeds."""
        return Flow(self.values[rows], self.factor)

    def plus(self, other: Flow) -> Flow:
        """The sum of two."""
        return Flow(self.full() + other.full())


Back = Callable[[Flow], tuple[tuple[Flow, ...], Kept]]
"""Relevance of the output (S, ...) to that of each input that depends on the network's, and what is kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """The output of a step, and the way back through it."""

    output: Tensor
    back: Back


def weighed(s: Tensor, rest: Tensor) -> Tensor:
    """Sum of s times rest for each seed, (S,), in the order in which the values lie in memory."""
    rest = rest.expand(1, *s.shape[1:])
    if s.dim() == 4:
        s, rest = s.permute(0, 2, 3, 1), rest.permute(0, 2, 3, 1)
    return s.reshape(len(s), -1).to(rest.dtype) @ rest.reshape(-1)


def vectorised(run: Callable[..., Tensor], live: Sequence[Tensor]) -> Callable[[Tensor], tuple[Tensor, ...]]:
    """The transpose of a linear function of the live tensors, for a batch of seeds."""
    transpose = torch.func.vjp(run, *live)[1]

    def send(relevance: Tensor) -> tuple[Tensor, ...]:
        with torch.no_grad():
            parts = torch.func.vmap(transpose)(relevance.unsqueeze(1))
        return tuple(part.squeeze(1) for part in parts)

    return send


def in_proportion(run: Callable[..., Tensor], live: Sequence[Tensor], output: Tensor) -> Back:
    """The way back of sums and averages: each summand in proportion to what it adds.

    Parameters
    ----------
    run : callable
        The sum as a function of the tensors.
    live : sequence of Tensor
        What relevance goes to.
    output : Tensor
        What the sum gave.

    Returns
    -------
    Back
    """
    send, stable = vectorised(run, live), stabilised(output)
    rest = stable - output

    def back(flow: Flow) -> tuple[tuple[Flow, ...], Kept]:
        s = flow.full() / stable
        parts = tuple(Flow(part, a) for part, a in zip(send(s), live, strict=True))
        return parts, Kept(stabiliser=weighed(s, rest))

    return back
