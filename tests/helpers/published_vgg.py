"""The small VGG of the published BiLRP figures, which lie beside the project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

FIXTURE = Path(__file__).parents[2] / ".." / "shared" / "data" / "bilrp_reference" / "vgg_small.npz"
needs_fixture = pytest.mark.skipif(not FIXTURE.exists(), reason="the data folder is absent")


def published() -> dict[str, NDArray[Any]]:
    """Images, weights and results."""
    with np.load(FIXTURE) as data:
        return {name: data[name] for name in data.files}


def published_network(arrays: Mapping[str, NDArray[Any]], cut: int) -> nn.Sequential:
    """The network to a cut point, 5 or 10, and its projection; its layers are numbered as in torchvision."""
    layers: list[nn.Module] = []
    for k in range(2 if cut == 5 else 4):
        weight, bias = (torch.from_numpy(arrays[f"conv{k}_{name}"]) for name in ("weight", "bias"))
        layer = nn.utils.skip_init(nn.Conv2d, weight.shape[1], weight.shape[0], 3, padding=1)
        layer.load_state_dict({"weight": weight, "bias": bias})
        layers += [layer, nn.ReLU()] if k % 2 == 0 else [layer, nn.ReLU(), nn.MaxPool2d(2)]
    matrix = torch.from_numpy(arrays[f"cut{cut}_projection"])
    head = nn.utils.skip_init(nn.Linear, matrix.shape[1], len(matrix), bias=False)
    head.load_state_dict({"weight": matrix})
    network = nn.Sequential()
    for name, part in (("features", nn.Sequential(*layers)), ("flat", nn.Flatten()), ("head", head)):
        network.add_module(name, part)
    return network.eval()
