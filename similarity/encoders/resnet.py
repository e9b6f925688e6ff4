"""ResNet-18, -34 and -50 as encoders: the averaged features before the classifier.

He et al., "Deep residual learning for image recognition", CVPR 2016, doi:10.1109/CVPR.2016.90; the stride
of a bottleneck lies in its 3x3 convolution, and all parts are named, as in torchvision.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from zij.errors import UsageError
from zij.similarity.encoders.encoder import IMAGENET_MEAN, IMAGENET_STD, Encoder
from zij.similarity.encoders.projection import Projection, choose_projection
from zij.similarity.encoders.weights import furnish

__all__ = ["DEPTHS", "SIZE", "BasicBlock", "Bottleneck", "ResNet", "resnet"]

DEPTHS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}
"""Blocks in each of the four stages, by the number of layers."""
SIZE = 224
"""Side in pixels of the square that a page is fitted into, as the networks were taught."""


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a straight way."""

    expansion = 1

    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(before, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        self.downsample = _straight(before, width * self.expansion, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to (B, width, H / stride, W / stride)."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        identity = x if self.downsample is None else self.downsample(x)
        result: Tensor = self.relu(out + identity)
        return result


class Bottleneck(nn.Module):
    """A 3x3 convolution between two 1x1 ones, beside a straight way."""

    expansion = 4

    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        after = width * self.expansion
        self.conv1, self.bn1 = nn.Conv2d(before, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, after, 1, bias=False), nn.BatchNorm2d(after)
        self.relu = nn.ReLU()
        self.downsample = _straight(before, after, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to (B, 4 width, H / stride, W / stride)."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        identity = x if self.downsample is None else self.downsample(x)
        result: Tensor = self.relu(out + identity)
        return result


class ResNet(nn.Module):
    """A residual network without its classifier.

    Parameters
    ----------
    depth : 18, 34 or 50
    """

    layer1: nn.Sequential
    layer2: nn.Sequential
    layer3: nn.Sequential
    layer4: nn.Sequential

    def __init__(self, depth: int) -> None:
        super().__init__()
        block: type[BasicBlock | Bottleneck] = BasicBlock if depth < 50 else Bottleneck
        self.features = 512 * block.expansion
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        self.relu, self.maxpool = nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        before = 64
        for stage, count in enumerate(DEPTHS[depth]):
            width, stride = 64 << stage, 1 if stage == 0 else 2
            blocks = [block(before, width, stride)]
            before = width * block.expansion
            blocks += [block(before, width, 1) for _ in range(count - 1)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.avgpool, self.flatten = nn.AdaptiveAvgPool2d(1), nn.Flatten()

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, 3, H, W) to (B, 512) or, from 50 layers on, (B, 2048)."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        result: Tensor = self.flatten(self.avgpool(x))
        return result


def resnet(
    depth: int = 18,
    weights: str | Path | None = None,
    *,
    dims: int | None = None,
    projection: str | Path | Projection = "random",
    size: int = SIZE,
    seed: int = 0,
    samples: Sequence[NDArray[Any]] = (),
) -> Encoder:
    """A residual network as an encoder of pages.

    Parameters
    ----------
    depth : 18, 34 or 50
        Its number of layers.
    weights : path, "random" or None
        A file in torchvision's layout (its classifier is passed over); He-normal weights; by default the file
        that torchvision has fetched before.
    dims : int, optional
        Dimensions to which the 512 or 2048 features are projected; by default they are the vector.
    projection : "random", "pca", path or Projection
        How, if `dims` is given.
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
        If there is no such depth.
    ModelError
        If the weights cannot be used.
    """
    if depth not in DEPTHS:
        raise UsageError(f"a ResNet of {depth} layers is not known; choose 18, 34 or 50.")
    name = f"resnet{depth}"
    with torch.device("meta"):  # so that nothing is drawn that is overwritten at once
        network = ResNet(depth)
    source = furnish(
        network, name, weights, seed, passed_over=r"fc\.(weight|bias)", optional=r".*\.num_batches_tracked"
    )
    bare = Encoder(name, network, IMAGENET_MEAN, IMAGENET_STD, size, source, {"size": size})
    if dims is None:
        return bare
    many = (lambda: bare.embed_many(samples)) if len(samples) else None
    chosen = choose_projection(projection, network.features, dims, seed=seed, samples=many)
    whole = nn.Sequential(OrderedDict(trunk=network, projection=chosen.layer()))
    parameters = {"size": size, "dimensions": len(chosen.matrix), "projection": dict(chosen.facts)}
    return Encoder(name, whole, IMAGENET_MEAN, IMAGENET_STD, size, source, parameters)


def _straight(before: int, after: int, stride: int) -> nn.Sequential | None:
    if stride == 1 and before == after:
        return None
    return nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))
