"""Convolutions, linear layers and batch normalisation as functions of their weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zij.errors import ModelError
from zij.explain.lrp.rules import Affine

__all__ = ["AFFINE", "affine"]

AFFINE = (nn.Conv1d, nn.Conv2d, nn.Linear, nn.BatchNorm1d, nn.BatchNorm2d)
"""Layers that rules are for."""


def affine(layer: nn.Module, label: str, a: Tensor) -> tuple[Affine, Tensor]:
    """An affine layer in the form that rules need, and its output for an input.

    Parameters
    ----------
    layer : Conv1d, Conv2d, Linear, BatchNorm1d or BatchNorm2d
    label : str
        How an error names it.
    a : (1, ...) tensor

    Returns
    -------
    (Affine, Tensor)

    Raises
    ------
    ModelError
        If it is a convolution with unusual padding, or a normalisation without statistics.
    """
    if isinstance(layer, nn.Linear):
        form = _linear(layer)
    elif isinstance(layer, nn.Conv1d | nn.Conv2d):
        form = _convolution(layer, label, a)
    else:
        assert isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)
        form = _normalisation(layer, label, a)
    return form, form.apply(a, form.weight) + form.bias


def _linear(layer: nn.Linear) -> Affine:
    weight = layer.weight.detach()
    bias = weight.new_zeros(weight.shape[0]) if layer.bias is None else layer.bias.detach()
    return Affine(weight, bias[None], F.linear, lambda w: lambda s: s @ w, joins=True)


def _convolution(layer: nn.Conv1d | nn.Conv2d, label: str, a: Tensor) -> Affine:
    if layer.padding_mode != "zeros" or isinstance(layer.padding, str):
        raise ModelError(
            f"{label}: a convolution with padding other than a number of zeros: no rule is known for it."
        )
    weight = layer.weight.detach()
    dims = weight.dim() - 2
    bias = weight.new_zeros(weight.shape[0]) if layer.bias is None else layer.bias.detach()
    run = F.conv1d if dims == 1 else F.conv2d
    options = layer.stride, layer.padding, layer.dilation, layer.groups

    def apply(x: Tensor, w: Tensor) -> Tensor:
        return run(x, w, None, *options)

    def transposed(w: Tensor) -> Callable[[Tensor], Tensor]:
        if layer.groups == 1 and all(s == 1 for s in layer.stride):
            return _flipped(layer, w, run)
        return _upward(layer, w, a)

    return Affine(weight, bias.reshape(1, -1, *(1,) * dims), apply, transposed, joins=layer.groups == 1)


def _flipped(layer: Any, w: Tensor, run: Any) -> Callable[[Tensor], Tensor]:
    """The transpose of a convolution of stride 1 is one with the mirrored kernel: faster, prepared once."""
    dims = tuple(range(2, w.dim()))
    kernel = w.flip(dims).transpose(0, 1)
    kernel = kernel.contiguous(memory_format=torch.channels_last) if len(dims) == 2 else kernel.contiguous()
    reach = [d * (k - 1) - int(p) for k, p, d in zip(w.shape[2:], layer.padding, layer.dilation, strict=True)]
    padding, cut = [max(r, 0) for r in reach], [max(-r, 0) for r in reach]

    def send(s: Tensor) -> Tensor:
        for dim, edge in zip(dims, cut, strict=True):
            s = s.narrow(dim, edge, s.shape[dim] - 2 * edge)
        found: Tensor = run(s, kernel, None, 1, tuple(padding), layer.dilation)
        return found

    return send


def _upward(layer: Any, w: Tensor, a: Tensor) -> Callable[[Tensor], Tensor]:
    """The transpose of any convolution; inputs that no window reaches get nothing."""
    run = F.conv_transpose1d if w.dim() == 3 else F.conv_transpose2d
    rest = tuple(
        n + 2 * int(p) - d * (k - 1) - 1 - (((n + 2 * int(p) - d * (k - 1) - 1) // s) * s)
        for n, k, s, p, d in zip(
            a.shape[2:], w.shape[2:], layer.stride, layer.padding, layer.dilation, strict=True
        )
    )

    def send(s: Tensor) -> Tensor:
        found: Tensor = run(s, w, None, layer.stride, layer.padding, rest, layer.groups, layer.dilation)
        return found

    return send


def _normalisation(layer: nn.BatchNorm1d | nn.BatchNorm2d, label: str, a: Tensor) -> Affine:
    """Batch normalisation that no layer before it could take up: a factor and a shift for each channel."""
    mean, variance = layer.running_mean, layer.running_var
    if mean is None or variance is None:
        raise ModelError(f"{label}: it keeps no running statistics; LRP needs a fixed network.")
    shape = (1, -1, *(1,) * (a.dim() - 2))
    gain = torch.rsqrt(variance + layer.eps)
    if layer.weight is not None:
        gain = gain * layer.weight.detach()
    shift = -mean * gain if layer.bias is None else layer.bias.detach() - mean * gain
    return Affine(
        gain,
        shift.reshape(shape),
        lambda x, w: x * w.reshape(shape),
        lambda w: lambda s: s * w.reshape(shape),
    )
