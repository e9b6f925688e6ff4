"""How relevance passes through each kind of layer and function.

A way through is prepared once, from the layer's inputs; it then takes any number of distributions of
relevance (S, ...) from the output to the inputs.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zij.errors import ModelError
from zij.explain.lrp.affine import AFFINE, affine
from zij.explain.lrp.flow import Back, Flow, Kept, Passage, in_proportion, vectorised, weighed
from zij.explain.lrp.pools import choice, maximum
from zij.explain.lrp.recipes import Recipe
from zij.explain.lrp.rules import Affine, Share, stabilised
from zij.explain.lrp.trace import Call

__all__ = ["passage"]


def passage(
    call: Call,
    args: Sequence[Any],
    kwargs: dict[str, Any],
    live: Sequence[Tensor],
    recipe: Recipe,
    first: bool,
    precision: torch.dtype | None = None,
) -> Passage:
    """Run one step of a network and prepare the way back.

    Parameters
    ----------
    call : Call
    args, kwargs
        Its arguments, with the values of tensors.
    live : sequence of tensor
        Those of them through which the network's input comes, in order.
    recipe : Recipe
    first : bool
        Whether the step sees the input through no affine layer.
    precision : dtype, optional
        Of the way back through affine layers.

    Returns
    -------
    Passage

    Raises
    ------
    ModelError
        If there is no way through such a layer.
    """
    layer = call.layer
    if layer is not None and layer.training and isinstance(layer, _TRAINED):
        raise ModelError(f"{call.label}: it is set to learn; call eval() on the network first.")
    if isinstance(layer, AFFINE) and (rule := recipe.rule(layer, call.name, first)) is not None:
        form, output = affine(layer, call.label, live[0])
        return Passage(output, _shared(rule(form, live[0]), form, live[0], precision))
    kind = call.kind
    run = _function(call)
    if kind in _STRAIGHT:
        return Passage(run(*args, **kwargs), _straight)
    if kind in _MOVED:
        return _moved(run, args, kwargs, live)
    if kind in _AVERAGED:
        return _averaged(run, args, kwargs, live)
    if kind in _MAXIMA:
        return maximum(kind, layer, args, kwargs, live[0], recipe)
    if kind in _SUMS and len(live) <= 2:
        return _sum(run(*args, **kwargs), live, recipe)
    if kind in _CHOICES and len(live) == 2:
        return choice(run(*args, **kwargs), live, recipe)
    if kind in _SCALED and len(live) == 1:
        return Passage(run(*args, **kwargs), _straight)
    raise ModelError(
        f"{call.label}: no rule is known for relevance through it; name one in the recipe if it is affine,"
        " replace it by known layers, or use the Distance Explainer, which needs no look inside."
    )


def _function(call: Call) -> Callable[..., Any]:
    """What a step runs; those that would change their input get a copy of it."""
    name = call.kind if isinstance(call.kind, str) else getattr(call.kind, "__name__", "")
    run: Any = call.layer if call.layer is not None else call.kind
    if isinstance(call.kind, str):

        def run(tensor: Tensor, *args: Any, **kwargs: Any) -> Any:
            return getattr(tensor, name)(*args, **kwargs)

    changes = getattr(call.layer, "inplace", call.node.kwargs.get("inplace", False))
    if changes or call.kind is operator.iadd or (name.endswith("_") and not name.startswith("_")):
        return lambda tensor, *args, **kwargs: run(tensor.clone(), *args, **kwargs)
    return run  # type: ignore[no-any-return]


def _straight(flow: Flow) -> tuple[tuple[Flow, ...], Kept]:
    return (flow,), Kept()


def _shared(
    shares: Sequence[Share],
    form: Affine,
    a: Tensor,
    precision: torch.dtype | None,
) -> Back:
    """The way back of an affine layer; weights are prepared here, once."""
    kind = precision or a.dtype
    ready = [
        (
            _Scaling(share.scale, kind),
            share,
            _senders(share, form, kind),
        )
        for share in shares
    ]

    def back(flow: Flow) -> tuple[tuple[Flow, ...], Kept]:
        found, biases, stabilisers = list[Flow](), list[Tensor](), list[Tensor]()
        for scaling, share, parts in ready:
            s = scaling(flow)
            found += [send(s) for send in parts]
            if share.bias is not None:
                biases.append(weighed(s, share.bias))
            if share.stabiliser is not None:
                stabilisers.append(weighed(s, share.stabiliser))
        if not found:
            found = [Flow(flow.values.new_zeros((len(flow.values), *a.shape[1:])))]
        return (functools.reduce(Flow.plus, found),), Kept(_total(biases), _total(stabilisers))

    return back


def _senders(share: Share, form: Affine, kind: torch.dtype) -> list[Callable[[Tensor], Flow]]:
    """From s to the relevance of the inputs, for each part of a share; parts that can are run as one."""
    if len(share.parts) < 2 or not form.joins or any(x.dim() != 4 for x, _ in share.parts):
        return [_sender(x, form.transposed(weight.to(kind))) for x, weight in share.parts]
    send = form.transposed(torch.cat([weight for _, weight in share.parts], dim=1).to(kind))
    x = torch.cat([x for x, _ in share.parts], dim=1)

    def joined(s: Tensor) -> Flow:
        found = send(s) * x
        return Flow(found.reshape(len(s), len(share.parts), -1, *found.shape[2:]).sum(1))

    return [joined]


def _sender(x: Tensor, send: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Flow]:
    return lambda s: Flow(send(s), x)


def _total(terms: Sequence[Tensor]) -> Tensor | None:
    return functools.reduce(torch.add, terms) if terms else None


class _Scaling:
    """From relevance to s: one multiplication, by the scale and the factor that was put off together."""

    def __init__(self, scale: Tensor, kind: torch.dtype) -> None:
        self.scale, self.kind = scale, kind
        self.joined: tuple[Tensor, Tensor] | None = None

    def __call__(self, flow: Flow) -> Tensor:
        if flow.factor is None:
            return (flow.values * self.scale).to(self.kind)
        if self.joined is None or self.joined[0] is not flow.factor:
            self.joined = flow.factor, (flow.factor * self.scale).to(self.kind)
        return (flow.values * self.joined[1]).to(self.kind)


def _bound(
    run: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], live: Sequence[Tensor]
) -> Callable[..., Tensor]:
    """The step as a function of the live tensors alone."""
    places = {id(tensor): k for k, tensor in enumerate(live)}

    def fill(value: Any, tensors: Sequence[Tensor]) -> Any:
        if isinstance(value, list | tuple):
            return type(value)(fill(v, tensors) for v in value)
        return tensors[places[id(value)]] if id(value) in places else value

    return lambda *tensors: run(
        *(fill(a, tensors) for a in args), **{k: fill(v, tensors) for k, v in kwargs.items()}
    )


def _moved(
    run: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], live: Sequence[Tensor]
) -> Passage:
    """Values are only put elsewhere: flattened, joined, cut, padded with nought."""
    output = run(*args, **kwargs)
    if len(live) == 1 and output.numel() == live[0].numel() and output.flatten().equal(live[0].flatten()):
        shape = live[0].shape[1:]
        return Passage(output, lambda flow: ((Flow(flow.full().reshape(-1, *shape)),), Kept()))
    send = vectorised(_bound(run, args, kwargs, live), live)
    return Passage(output, lambda flow: (tuple(map(Flow, send(flow.full()))), Kept()))


def _averaged(
    run: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], live: Sequence[Tensor]
) -> Passage:
    """Sums and averages: in proportion to what is summed."""
    output = run(*args, **kwargs)
    return Passage(output, in_proportion(_bound(run, args, kwargs, live), live, output))


def _sum(output: Tensor, live: Sequence[Tensor], recipe: Recipe) -> Passage:
    """A sum of two tensors; what a constant summand gets is kept."""
    if recipe.sums == "positive":
        shares = [torch.broadcast_to(a, output.shape).clamp(min=0) for a in live]
        total = output.clamp(min=0) if len(live) == 1 else shares[0] + shares[1]
    else:
        shares, total = [torch.broadcast_to(a, output.shape) for a in live], output
    stable = stabilised(total)
    constant = total - torch.stack(shares).sum(0)
    if any(a.shape != output.shape for a in live):
        raise ModelError("a sum spreads one of its summands over the other; no rule is known for that.")

    def back(flow: Flow) -> tuple[tuple[Flow, ...], Kept]:
        s = flow.full() / stable
        kept = Kept(weighed(s, constant), weighed(s, stable - total))
        return tuple(Flow(s, share) for share in shares), kept

    return Passage(output, back)


_TRAINED = (nn.BatchNorm1d, nn.BatchNorm2d, nn.Dropout, nn.Dropout1d, nn.Dropout2d)
_STRAIGHT: set[Any] = {
    nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.Identity, nn.Dropout, nn.Dropout1d, nn.Dropout2d,
    F.relu, F.relu_, F.leaky_relu, F.dropout, F.dropout2d, torch.relu, torch.relu_,
    "relu", "relu_", "contiguous", "clone", "float", "double", "to",
}  # fmt: skip
_MOVED: set[Any] = {
    nn.Flatten, nn.Unflatten, nn.ZeroPad2d, nn.PixelShuffle, nn.PixelUnshuffle,
    torch.flatten, torch.reshape, torch.permute, torch.transpose, torch.squeeze, torch.unsqueeze, torch.cat,
    torch.concat, torch.stack, operator.getitem, F.pad,
    "flatten", "view", "reshape", "permute", "transpose", "squeeze", "unsqueeze", "unflatten",
}  # fmt: skip
_AVERAGED: set[Any] = {
    nn.AvgPool1d, nn.AvgPool2d, nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d,
    F.avg_pool1d, F.avg_pool2d, F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, torch.mean, torch.sum,
    "mean", "sum",
}  # fmt: skip
_MAXIMA: set[Any] = {
    nn.MaxPool1d, nn.MaxPool2d, nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, F.max_pool1d, F.max_pool2d,
    F.adaptive_max_pool1d, F.adaptive_max_pool2d, torch.max_pool1d, torch.max_pool2d,
}  # fmt: skip
_SUMS: set[Any] = {operator.add, operator.iadd, torch.add, "add", "add_"}
_CHOICES: set[Any] = {torch.maximum, torch.minimum}
_SCALED: set[Any] = {operator.mul, operator.truediv, torch.mul, torch.div, "mul", "div", "mul_", "div_"}
