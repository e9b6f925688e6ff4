"""An encoder: any network that turns the image of a page into a vector, with the way a page comes to it."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from zij.errors import InputError, ModelError, UsageError
from zij.similarity.encoders.fitting import fit, fit_geometry
from zij.tables.geometry import Geometry

__all__ = ["IMAGENET_MEAN", "IMAGENET_STD", "Encoder", "checked_vectors", "home"]

IMAGENET_MEAN = (0.485, 0.456, 0.406)
"""Mean of red, green and blue that networks taught on ImageNet expect to be taken off, of 0 to 1."""
IMAGENET_STD = (0.229, 0.224, 0.225)
"""Standard deviation by which they expect it to be divided."""

_LUMA = np.array([0.299, 0.587, 0.114])
_BATCH = 8  # pages at once


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """A network and all that it takes to show it a page.

    Attributes
    ----------
    name : str
        For messages and results.
    network : Module
        (B, C, H, W) normalised pixels to (B, D). It is put into evaluation mode. To be explained by LRP it
        may hold only layers for which there is a rule.
    mean, std : tuple of float
        What is taken off the pixels of 0 to 1, and what they are divided by: three values for red, green and
        blue, one for grey.
    size : int, optional
        Side in pixels of the square into which a page is fitted; by default a page is shown as it is.
    weights : str
        Where the weights come from; begins with "random" where they were drawn.
    parameters : mapping
        What else was chosen: layer, projection.
    """

    name: str
    network: nn.Module
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    std: tuple[float, ...] = (1.0, 1.0, 1.0)
    size: int | None = None
    weights: str = "brought along"
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.network, nn.Module):
            raise UsageError(
                f"encoder {self.name!r}: {type(self.network).__name__} is no torch.nn.Module; wrap it in one,"
                " or use a method that needs no network."
            )
        if len(self.mean) != len(self.std) or len(self.mean) not in (1, 3) or min(self.std) <= 0:
            raise UsageError(
                f"encoder {self.name!r}: mean and std need three values each for colour or one each for grey,"
                " and those of std have to be positive."
            )
        if self.size is not None and self.size < 1:
            raise UsageError(f"encoder {self.name!r}: pages of {self.size} pixels cannot be; take 1 or more.")
        self.network.eval()

    @property
    def random(self) -> bool:
        """Whether the weights were drawn, not learnt."""
        return self.weights.startswith("random")

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return home(self.name, self.network)[0]

    def to(self, device: str | torch.device) -> Encoder:
        """The same encoder with its network on a device; itself where it is there already."""
        if self.device == torch.device(device):
            return self
        return replace(self, network=copy.deepcopy(self.network).to(device))

    def prepare(self, pixels: NDArray[Any]) -> Tensor:
        """A page as the network takes it.

        Parameters
        ----------
        pixels : (H, W) or (H, W, 3) ndarray
            Grey or RGB, uint8, or floating point from 0 to 1.

        Returns
        -------
        (1, C, H', W') tensor
            Normalised, of the type of the network's weights and where they are.

        Raises
        ------
        InputError
            If it is no such image.
        ModelError
            If the network is on several devices or on none.
        """
        device, kind = home(self.name, self.network)
        planes = _planes(self.name, pixels, len(self.mean))
        if self.size is not None:
            planes = fit(planes, self.size)
        values = planes / 255 if planes.dtype == np.uint8 else planes
        rows = torch.from_numpy(np.ascontiguousarray(np.moveaxis(values, 2, 0)[None])).to(device, kind)
        mean, std = (
            torch.tensor(v, dtype=kind, device=device).reshape(1, -1, 1, 1) for v in (self.mean, self.std)
        )
        return (rows - mean) / std  # in the network's precision, as its teachers did: ties fall the same way

    def geometry(self, width: int, height: int) -> Geometry:
        """The map from pixels of an image of that size to those of the raster that `prepare` makes."""
        if self.size is None:
            return Geometry.identity(width, height)
        return fit_geometry(width, height, self.size)

    def bounds(self) -> tuple[Tensor, Tensor]:
        """What black and white are after normalisation, each (1, C, 1, 1); the box rule takes them."""
        device, kind = home(self.name, self.network)
        mean, std = (torch.tensor(values, dtype=torch.float64) for values in (self.mean, self.std))
        low, high = ((value - mean) / std for value in (0.0, 1.0))
        return tuple(bound.reshape(1, -1, 1, 1).to(device, kind) for bound in (low, high))  # type: ignore[return-value]

    def embed(self, pixels: NDArray[Any]) -> NDArray[np.float64]:
        """The vector of a page, (D,); takes what `prepare` takes.

        Raises
        ------
        InputError
            If it is no image.
        ModelError
            If the network cannot take it, or gives no vector of finite numbers.
        """
        return np.asarray(self._vectors(self.prepare(pixels))[0])

    def embed_many(self, pages: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
        """The vectors of pages, (n, D); those of one shape go through the network together."""
        found: list[NDArray[np.float64]] = []
        batch: list[Tensor] = []
        for page in pages:
            prepared = self.prepare(page)
            if batch and (len(batch) == _BATCH or prepared.shape != batch[0].shape):
                found.append(self._vectors(torch.cat(batch)))
                batch = []
            batch.append(prepared)
        if batch:
            found.append(self._vectors(torch.cat(batch)))
        if not found:
            raise UsageError(f"encoder {self.name!r}: no pages are given; give one or more.")
        return np.concatenate(found)

    def _vectors(self, prepared: Tensor) -> NDArray[np.float64]:
        return checked_vectors(self.name, self.network, prepared)


def home(name: str, network: nn.Module) -> tuple[torch.device, torch.dtype]:
    """Device and type of a network's weights; the CPU and float32 where it has none.

    Raises
    ------
    ModelError
        If they are on several devices, or hold no values ("meta").
    """
    weights = [*network.parameters(), *network.buffers()]
    devices = sorted({str(weight.device) for weight in weights})
    if len(devices) > 1:
        raise ModelError(
            f"encoder {name!r}: its network lies on several devices ({', '.join(devices)}); move it to one."
        )
    if devices == ["meta"]:
        raise ModelError(f"encoder {name!r}: its network has no weights yet (device meta); load them first.")
    kinds = [weight.dtype for weight in weights if weight.is_floating_point()]
    return torch.device(devices[0] if devices else "cpu"), kinds[0] if kinds else torch.float32


def checked_vectors(name: str, network: nn.Module, prepared: Tensor) -> NDArray[np.float64]:
    """What a network gives for a batch, (B, D).

    Parameters
    ----------
    name : str
        Of the encoder, for errors.
    network : Module
    prepared : Tensor
        A batch, (B, ...).

    Returns
    -------
    (B, D) ndarray of float64

    Raises
    ------
    ModelError
        If it cannot take the batch, or gives anything but a finite vector for each input.
    """
    try:
        with torch.inference_mode():
            output = network(prepared)
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        shape = " x ".join(str(n) for n in prepared.shape[1:])
        why = (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")
        raise ModelError(
            f"encoder {name!r}: its network cannot take an input of {shape} ({why}); check its size and"
            " channels."
        ) from error
    if not isinstance(output, Tensor) or output.dim() != 2 or len(output) != len(prepared):
        given = f"shape {tuple(output.shape)}" if isinstance(output, Tensor) else type(output).__name__
        raise ModelError(
            f"encoder {name!r}: its network gave {given} for {len(prepared)} inputs, not a vector for each;"
            " let it end with pooling or flattening."
        )
    if not torch.isfinite(output).all():
        raise ModelError(
            f"encoder {name!r}: its network gave values that are no numbers (NaN or infinite); its weights"
            " are damaged or do not fit its normalisation."
        )
    return np.asarray(output.double().cpu().numpy())


def _planes(name: str, pixels: NDArray[Any], channels: int) -> NDArray[Any]:
    """A page as (H, W, channels)."""
    pixels = np.asarray(pixels)
    grey = pixels.ndim == 2
    if not (grey or (pixels.ndim == 3 and pixels.shape[2] == 3)) or 0 in pixels.shape:
        raise InputError(
            f"encoder {name!r}: an image of shape {pixels.shape} cannot be shown; give (H, W) or (H, W, 3)."
        )
    if pixels.dtype != np.uint8:
        inside = np.issubdtype(pixels.dtype, np.floating) and bool(((pixels >= 0) & (pixels <= 1)).all())
        if not inside:
            raise InputError(
                f"encoder {name!r}: pixels of type {pixels.dtype} have to be floating point from 0 to 1; or"
                " give uint8."
            )
    if grey:
        return np.repeat(pixels[..., None], channels, axis=2)
    if channels == 1:
        luma = pixels @ _LUMA
        pixels = (np.rint(luma) if pixels.dtype == np.uint8 else luma).astype(pixels.dtype)[..., None]
    return pixels
