"""A network of which learned layers are drawn anew: an explanation that depends on the model must change."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn

from zij.errors import UsageError

__all__ = ["learned_layers", "redrawn"]


def learned_layers(network: nn.Module, *, without: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Names of the layers of a network that hold weights of their own, in the order in which it names them.

    Parameters
    ----------
    network : Module
    without : tuple of str, optional
        Names of layers that have no part in the output looked at.

    Returns
    -------
    tuple of str
    """
    return tuple(
        name
        for name, module in network.named_modules()
        if name not in without and next(module.parameters(recurse=False), None) is not None
    )


def redrawn(
    network: nn.Module, stages: int, *, seed: int, alone: bool = False, without: tuple[str, ...] = ()
) -> nn.Module:
    """A copy of a network with its last layers drawn anew; the network itself is not touched.

    Each tensor is drawn from the normal distribution with the mean and deviation of the learned one, so that
    what leaves a layer keeps its size. The draw for a layer depends on the seed and the layer alone.

    Parameters
    ----------
    network : Module
    stages : int
        How many layers, counted from the output (0: none).
    seed : int
        0 or more.
    alone : bool, default False
        Only the last of these: layer number `stages` from the output.
    without : tuple of str, optional
        Names of layers that do not count.

    Returns
    -------
    Module

    Raises
    ------
    UsageError
        If it has not so many layers.
    """
    names = learned_layers(network, without=without)[::-1]
    if not 0 <= stages <= len(names):
        raise UsageError(f"{stages} layers cannot be drawn anew; the network has {len(names)} with weights.")
    fresh = copy.deepcopy(network)
    first = max(stages - 1, 0) if alone else 0
    for number in range(first, stages):
        rng = np.random.default_rng([seed, number])
        module = fresh.get_submodule(names[number])
        with torch.no_grad():
            for weight in module.parameters(recurse=False):
                learned = weight.detach().double().cpu().numpy()
                drawn = rng.normal(learned.mean(), learned.std(), learned.shape)
                weight.copy_(torch.from_numpy(np.asarray(drawn)))
    return fresh
