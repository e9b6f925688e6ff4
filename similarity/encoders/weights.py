"""Where a network's weights come from: a file, torchvision's own copy of it, or chance."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from zij.errors import ModelError, UsageError
from zij.similarity.encoders.files import cached_weights, install, open_weights

__all__ = ["draw", "furnish"]


def furnish(
    network: nn.Module,
    name: str,
    weights: str | Path | None,
    seed: int = 0,
    *,
    known: Collection[str] = (),
    passed_over: str = "(?!)",
    optional: str = "(?!)",
) -> str:
    """Give a network its weights.

    Parameters
    ----------
    network : Module
        Changed in place; best made on the device "meta", so that nothing is drawn in vain.
    name : str
        As torchvision's files are named: "vgg16".
    weights : path, "random" or None
        A file in torchvision's layout; weights drawn by `draw`; by default the file that torchvision has
        fetched before. Nothing is downloaded.
    seed : int
        Of random weights.
    known, passed_over, optional
        As `install` takes them.

    Returns
    -------
    str
        Name and hash of the file, or "random, seed N".

    Raises
    ------
    ModelError
        If there is no file, or it is not this network's.
    """
    if weights == "random":
        draw(network, seed)
        return f"random, seed {seed}"
    path = cached_weights(name) if weights is None else Path(weights)
    if path is None:
        raise ModelError(
            f"{name}: there are no weights for it here and none are downloaded; name torchvision's file with"
            " --weights FILE, or take --weights random."
        )
    tensors, source, _ = open_weights(path)
    install(network, tensors, path, known=known, passed_over=passed_over, optional=optional)
    return source


def draw(network: nn.Module, seed: int) -> None:
    """Fill convolutions and linear layers with random weights; batch normalisation changes nothing.

    Weights are N(0, 2 / inputs), which keeps the size of signals through ReLU, and biases 0 (He et al., ICCV
    2015, doi:10.1109/ICCV.2015.123). The global random state is neither used nor changed.

    Parameters
    ----------
    network : Module
        Changed in place.
    seed : int
        The same seed gives the same weights, layer by layer from the first.

    Raises
    ------
    UsageError
        If the seed is negative.
    """
    if seed < 0:
        raise UsageError(f"seed {seed} cannot be; take 0 or more.")
    rng = np.random.default_rng([seed, 0])
    state: dict[str, Tensor] = {}
    for prefix, module in network.named_modules():
        for name, value in [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]:
            if name == "weight" and isinstance(module, nn.Conv2d | nn.Linear):
                numbers = rng.standard_normal(tuple(value.shape), np.float32)
                filled = torch.from_numpy(numbers * np.float32(np.sqrt(2 / value[0].numel())))
            else:
                gain = name == "running_var" or (name == "weight" and isinstance(module, nn.BatchNorm2d))
                filled = torch.full(value.shape, float(gain), dtype=value.dtype)
            state[f"{prefix}.{name}".lstrip(".")] = filled
    network.load_state_dict(state, assign=True)
    network.requires_grad_(False)
