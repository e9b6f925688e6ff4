"""How relevance passes through maxima and minima: to the winner, or to all alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zij.errors import ModelError
from zij.explain.lrp.flow import Back, Flow, Kept, Passage, in_proportion
from zij.explain.lrp.recipes import Recipe

__all__ = ["choice", "maximum"]

_MAX: dict[int, Callable[..., Any]] = {1: F.max_pool1d, 2: F.max_pool2d}
_POOL = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")


def maximum(
    kind: Any, layer: nn.Module | None, args: Sequence[Any], kwargs: dict[str, Any], a: Tensor, recipe: Recipe
) -> Passage:
    """Maximum pooling: to the winner of each window, or to all by their activations.

    Parameters
    ----------
    kind : object
        The layer's class or function.
    layer : Module
        None for a function.
    args : sequence of object
        Of the call.
    kwargs : dict of str to object
        Of the call.
    a : Tensor
        What is pooled.
    recipe : Recipe

    Returns
    -------
    Passage

    Raises
    ------
    ModelError
        If a dilated maximum is to be shared.
    """
    if "adaptive" in getattr(kind, "__name__", "").lower():
        size = layer.output_size if layer is not None else kwargs.get("output_size", (*args, None)[1])
        return _adaptive(a, size, recipe)
    options = _pool_options(layer) if layer is not None else _named_options(kind, args, kwargs)
    if recipe.pools == "share":
        dims = a.dim() - 2
        if options.get("dilation", 1) not in (1, (1,) * dims):
            raise ModelError("a dilated maximum cannot be shared; take winner for the maxima of the recipe.")
        average = {1: F.avg_pool1d, 2: F.avg_pool2d}[dims]
        given = {name: options[name] for name in ("kernel_size", "stride", "padding", "ceil_mode")}
        size = given["kernel_size"]
        count = math.prod(size) if isinstance(size, tuple) else size**dims

        def total(x: Tensor) -> Tensor:  # the window's sum: ceil_mode and padding would change an average
            return average(x, **given, count_include_pad=True) * count

        output = _MAX[dims](a, **options)
        return Passage(output, in_proportion(total, (a,), total(a)))
    output, winners = _MAX[a.dim() - 2](a, **options, return_indices=True)
    return Passage(output, _to_winners(a, output, winners, options))


def _adaptive(a: Tensor, size: Any, recipe: Recipe) -> Passage:
    """Windows of a size that follows from that of the output."""
    largest, average = {
        3: (F.adaptive_max_pool1d, F.adaptive_avg_pool1d),
        4: (F.adaptive_max_pool2d, F.adaptive_avg_pool2d),
    }[a.dim()]
    output, winners = largest(a, size, return_indices=True)
    if recipe.pools == "winner":
        return Passage(output, _scattered(a, winners))
    return Passage(output, in_proportion(lambda x: average(x, size), (a,), average(a, size)))


def _to_winners(a: Tensor, output: Tensor, winners: Tensor, options: dict[str, Any]) -> Back:
    tiled = _tiled(a, output, options)
    if tiled is not None:  # every input in one window: spread, then mask
        mask = torch.zeros_like(a).flatten(2).scatter_(2, winners.flatten(2), 1.0).reshape(a.shape)
        mask = mask.contiguous(memory_format=torch.channels_last)

        def back_tiled(flow: Flow) -> tuple[tuple[Flow, ...], Kept]:
            return (Flow(F.interpolate(flow.full(), scale_factor=tiled, mode="nearest"), mask),), Kept()

        return back_tiled
    return _scattered(a, winners)


def _scattered(a: Tensor, winners: Tensor) -> Back:
    """All relevance of a window to the place of its winner; windows may overlap."""

    def back(flow: Flow) -> tuple[tuple[Flow, ...], Kept]:
        relevance = flow.full()
        count = len(relevance)
        flat = relevance.new_zeros((count, a.shape[1], a[0, 0].numel()))
        index = winners.flatten(2).expand(count, -1, -1)
        flat.scatter_add_(2, index, relevance.flatten(2))
        return (Flow(flat.reshape(count, *a.shape[1:])),), Kept()

    return back


def _tiled(a: Tensor, output: Tensor, options: dict[str, Any]) -> tuple[float, ...] | None:
    """Window sizes where windows tile the input without overlap or rest."""
    if a.dim() != 4:
        return None
    size, stride = (v if isinstance(v, tuple) else (v, v) for v in map(options.get, _POOL[:2]))
    plain = options["padding"] in (0, (0, 0)) and options["dilation"] in (1, (1, 1))
    fits = all(n == o * k for n, o, k in zip(a.shape[2:], output.shape[2:], size, strict=True))
    return tuple(float(k) for k in size) if plain and fits and size == stride else None


def _pool_options(layer: nn.Module) -> dict[str, Any]:
    return {name: getattr(layer, name) for name in _POOL}


def _named_options(kind: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    options = {"stride": None, "padding": 0, "dilation": 1, "ceil_mode": False}
    options.update(zip(_POOL, args[1:], strict=False))
    options.update({name: value for name, value in kwargs.items() if name in _POOL})
    options["stride"] = options["stride"] or options["kernel_size"]
    return options


def choice(output: Tensor, live: Sequence[Tensor], recipe: Recipe) -> Passage:
    """Maximum or minimum of two tensors: to the winner, ties by halves; or by halves throughout.

    Parameters
    ----------
    output : Tensor
        What was chosen.
    live : sequence of Tensor
        The two tensors.
    recipe : Recipe

    Returns
    -------
    Passage
    """
    one, two = live
    half = torch.full_like(output, 0.5)
    if recipe.pools == "winner":
        half = torch.where(one == two, half, (output == one).to(output))

    def back(flow: Flow) -> tuple[tuple[Flow, ...], Kept]:
        relevance = flow.full()
        return (Flow(relevance, half), Flow(relevance, 1 - half)), Kept()

    return Passage(output, back)
