"""VGG-16 up to a layer, flattened and projected, as in the published experiments of BiLRP.

Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", ICLR 2015,
arXiv:1409.1556; Eberle et al., IEEE TPAMI 44(3), 2022, doi:10.1109/TPAMI.2020.3020738. Layers are counted as
in torchvision's `vgg16().features`: convolutions, ReLUs and poolings, from 0.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn

from zij.errors import UsageError
from zij.similarity.encoders.encoder import IMAGENET_MEAN, IMAGENET_STD, Encoder
from zij.similarity.encoders.projection import Projection, choose_projection
from zij.similarity.encoders.weights import furnish

__all__ = ["CUTS", "LAYERS", "SIZE", "vgg16"]

CUTS = (5, 10, 17, 24, 31)
"""Published cut points, each after a pooling: so many layers are kept."""
LAYERS = 31
"""Layers of VGG-16 before its classifier, as torchvision counts them."""
SIZE = 224
"""Side in pixels of the square that a page is fitted into, as the network was taught; 128 is published."""

_WIDTHS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))


def vgg16(
    weights: str | Path | None = None,
    *,
    layer: int = LAYERS,
    dims: int = 100,
    projection: str | Path | Projection | None = "random",
    size: int = SIZE,
    seed: int = 0,
    samples: Sequence[NDArray[Any]] = (),
) -> Encoder:
    """VGG-16 as an encoder of pages.

    Parameters
    ----------
    weights : path, "random" or None
        A file in torchvision's layout (its classifier is passed over); He-normal weights; by default the file
        that torchvision has fetched before.
    layer : int
        How many layers are kept, 1 to 31; `CUTS` are published.
    dims : int
        Dimensions of the vector.
    projection : "random", "pca", path, Projection or None
        How the flattened features become a vector; None leaves them as they are.
    size : int
        Side of the square that a page is fitted into.
    seed : int
        Of random weights and of a random projection.
    samples : sequence of (H, W, 3) ndarray
        Pages on which "pca" finds its directions, at least `dims`.

    Returns
    -------
    Encoder

    Raises
    ------
    UsageError
        If layer, size or projection cannot be.
    ModelError
        If the weights cannot be used.
    """
    if not 1 <= layer <= LAYERS:
        raise UsageError(f"layer {layer}: vgg16 has {LAYERS} layers; choose one of {_listed(CUTS)}.")
    with torch.device("meta"):  # so that nothing is drawn that is overwritten at once
        layers = _layers()[:layer]
        trunk = nn.Sequential(OrderedDict(features=nn.Sequential(*layers)))
        names = nn.Sequential(OrderedDict(features=nn.Sequential(*_layers()))).state_dict()
    features = _features(layers, size)
    source = furnish(
        trunk, "vgg16", weights, seed, known=names, passed_over=r"classifier\.\d+\.(weight|bias)"
    )
    parts = OrderedDict[str, nn.Module](features=trunk.features, flatten=nn.Flatten())  # type: ignore[arg-type]
    parameters: dict[str, Any] = {"layer": layer, "size": size}
    bare = Encoder("vgg16", nn.Sequential(parts), IMAGENET_MEAN, IMAGENET_STD, size, source, parameters)
    if projection is None:
        return bare
    many = (lambda: bare.embed_many(samples)) if len(samples) else None
    chosen = choose_projection(projection, features, dims, seed=seed, samples=many)
    parts["projection"] = chosen.layer()
    parameters = {**parameters, "dimensions": len(chosen.matrix), "projection": dict(chosen.facts)}
    return Encoder("vgg16", nn.Sequential(parts), IMAGENET_MEAN, IMAGENET_STD, size, source, parameters)


def _layers() -> list[nn.Module]:
    found: list[nn.Module] = []
    before = 3
    for width, count in _WIDTHS:
        for _ in range(count):
            found += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
            before = width
        found.append(nn.MaxPool2d(2))
    return found


def _features(layers: Sequence[nn.Module], size: int) -> int:
    """How many numbers the layers make of a page of that size."""
    side = size >> sum(isinstance(layer, nn.MaxPool2d) for layer in layers)
    if side < 1:
        raise UsageError(
            f"pages of {size} pixels are too small for layer {len(layers)} of vgg16; take a larger --size."
        )
    widths = [layer.out_channels for layer in layers if isinstance(layer, nn.Conv2d)]
    return int(widths[-1] * side * side)


def _listed(values: Sequence[int]) -> str:
    return f"{', '.join(map(str, values[:-1]))} or {values[-1]}"
