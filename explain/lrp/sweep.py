"""Layer-wise relevance propagation: one pass forwards, then any number of seeds backwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn

from zij.explain.lrp.affine import AFFINE
from zij.explain.lrp.flow import Back, Flow
from zij.explain.lrp.layers import passage
from zij.explain.lrp.recipes import DIGITS, Recipe
from zij.explain.lrp.trace import Call, calls

__all__ = ["MEMORY", "Attribution", "attribute"]

MEMORY = 8 * 2**20
"""Bytes that the relevance of one layer may take; larger batches of seeds are divided on the way. So much
stays in a processor's cache; four times as much took a tenth longer."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of the way back: which value is taken apart, and into which."""

    source: fx.Node
    targets: tuple[fx.Node, ...]
    back: Back
    bytes: int
    """For one seed."""


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """A forward pass, ready for seeds.

    Attributes
    ----------
    output : (1, ...) tensor
        What the network gave.
    steps : tuple of Step
        From the output to the input.
    start, end : Node
        Of the network's graph, output and input.
    shape : Size
        Of the input.
    """

    output: Tensor
    steps: tuple[Step, ...]
    start: fx.Node
    end: fx.Node
    shape: torch.Size

    def relevance(
        self, seeds: Tensor, *, reduce: Callable[[Tensor], Tensor] | None = None, memory: int = MEMORY
    ) -> tuple[Tensor, Tensor]:
        """Relevance of the input, and what was kept on the way; takes what `account` takes.

        Returns
        -------
        (S, ...) tensor
            Relevance of the input for each seed.
        (S,) tensor
            What biases and stabilisers kept; with the sum over the input it is the seed's sum.
        """
        found, kept = self.account(seeds, reduce=reduce, memory=memory)
        return found, kept.sum(1)

    def account(
        self, seeds: Tensor, *, reduce: Callable[[Tensor], Tensor] | None = None, memory: int = MEMORY
    ) -> tuple[Tensor, Tensor]:
        """Relevance of the input, with an account of what was kept by what.

        Parameters
        ----------
        seeds : (S, ...) tensor
            Relevance of the output, S distributions of it.
        reduce : callable, optional
            Applied to each batch of relevances of the input, (s, ...), such as a sum over regions, so that
            the whole is never held.
        memory : int
            Bytes that the relevance of one layer may take.

        Returns
        -------
        (S, ...) tensor
            Relevance of the input for each seed.
        (S, 2) tensor
            What biases kept, and what stabilisers did.
        """
        with torch.no_grad():
            found = list(
                self._sweep(0, {self.start: Flow(seeds)}, seeds.new_zeros((len(seeds), 2)), reduce, memory)
            )
        return torch.cat([one for one, _ in found]), torch.cat([kept for _, kept in found])

    def _sweep(
        self,
        place: int,
        held: dict[fx.Node, Flow],
        kept: Tensor,
        reduce: Callable[[Tensor], Tensor] | None,
        memory: int,
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """From step `place` down, depth first: narrow layers take many seeds at once, wide ones few."""
        for k in range(place, len(self.steps)):
            step = self.steps[k]
            if step.source not in held:
                continue
            most = max(memory // max(step.bytes, 1), 1)
            if len(kept) > most:
                for low in range(0, len(kept), most):
                    rows = slice(low, low + most)
                    some = {node: flow.part(rows) for node, flow in held.items()}
                    yield from self._sweep(k, some, kept[rows], reduce, memory)
                return
            parts, more = step.back(held.pop(step.source))
            for node, part in zip(step.targets, parts, strict=True):
                held[node] = held[node].plus(part) if node in held else part
            if more != (None, None):
                columns = [kept.new_zeros(len(kept)) if one is None else one for one in more]
                kept = kept + torch.stack(columns, dim=1)
        flow = held.get(self.end)
        found = kept.new_zeros((len(kept), *self.shape[1:])) if flow is None else flow.full()
        yield (found if reduce is None else reduce(found)), kept


def attribute(
    network: nn.Module, x: Tensor, recipe: Recipe = DIGITS, *, precision: torch.dtype | None = None
) -> Attribution:
    """Run a network on one input and prepare the way back.

    The network is followed by torch.fx. Known are convolutions, linear layers and batch normalisation (folded
    into the layer before it), ReLU, dropout, maximum, average and adaptive pooling, sums (residual
    connections), concatenation, maxima and minima of two tensors, and whatever only moves values: flatten,
    reshape, permute, slices, padding.

    Parameters
    ----------
    network : Module
        In evaluation mode; for a `DigitNetwork` take its `trunk`.
    x : (1, ...) tensor
    recipe : Recipe
    precision : dtype, optional
        Of the way back through affine layers, such as torch.bfloat16; that of the network by default.

    Returns
    -------
    Attribution

    Raises
    ------
    ModelError
        If the network has a layer that no rule is known for, or cannot be followed.
    """
    start, steps, output = calls(network)
    if x.dim() == 4:  # the order in which convolutions are fastest
        x = x.contiguous(memory_format=torch.channels_last)
    values: dict[fx.Node, Any] = {start: x}
    fresh, live, back = {start}, {start}, []
    with torch.no_grad():
        for call in steps:
            inputs = _live_inputs(call, live)
            if not inputs or not isinstance(values[inputs[0]], Tensor):
                values[call.node] = _constant(call, values)
                continue
            if call.kind in _FACTS:
                values[call.node] = _constant(call, values)
                continue
            args, kwargs = _filled(call, values)
            seen = [values[node] for node in inputs]
            first = fresh.issuperset(inputs)
            step = passage(call, args, kwargs, seen, recipe, first, precision)
            values[call.node] = step.output
            live.add(call.node)
            if first and not _is_affine(call):
                fresh.add(call.node)
            widest = max(tensor.numel() * tensor.element_size() for tensor in (*seen, step.output))
            back.append(Step(call.node, tuple(inputs), step.back, widest))
    return Attribution(values[output], tuple(reversed(back)), output, start, x.shape)


_FACTS = {"size", "dim", "numel", getattr}
"""What is asked of a tensor that is no tensor, such as its shape."""


def _is_affine(call: Call) -> bool:
    return isinstance(call.layer, AFFINE)


def _live_inputs(call: Call, live: set[fx.Node]) -> list[fx.Node]:
    """The arguments through which the network's input comes; one that stands twice is named twice."""
    found: list[fx.Node] = []

    def note(node: fx.Node) -> fx.Node:
        if node in live:
            found.append(node)
        return node

    fx.map_arg((call.node.args, call.node.kwargs), note)
    return found


def _filled(call: Call, values: dict[fx.Node, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    args = fx.map_arg(call.node.args, lambda node: values[node])
    kwargs = fx.map_arg(call.node.kwargs, lambda node: values[node])
    return tuple(args), dict(kwargs)


def _constant(call: Call, values: dict[fx.Node, Any]) -> Any:
    """The value of a step that the input does not change."""
    args, kwargs = _filled(call, values)
    if call.layer is not None:
        return call.layer(*args, **kwargs)
    if isinstance(call.kind, str):
        return getattr(args[0], call.kind)(*args[1:], **kwargs)
    return call.kind(*args, **kwargs)
