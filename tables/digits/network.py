"""The digit network: ink in, evidence for ten digits out.

A small fully convolutional network of stride 4, seeing 89 pixels around a place: 3.7 heights of a digit of
24 pixels, the height at which it is to be shown. Convolutions, ReLU and sums alone; while it learns, its
convolutions are followed by batch normalisation, which is folded into them for use.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from zij.errors import ModelError
from zij.files import write_bytes

__all__ = ["DIGIT_HEIGHT", "STRIDE", "DigitNetwork", "Residual", "Weights", "load_weights", "save_weights"]

DIGIT_HEIGHT = 24.0  # pixels: height of a tall digit in the raster that the network is shown
STRIDE = 4  # pixels of that raster for one cell of the maps
_MOST_BYTES = 64_000_000


class Residual(nn.Module):
    """A residual block, `relu(x + body(x))`; `body` keeps the shape (B, C, H, W) (He et al. 2016)."""

    def __init__(self, body: nn.Sequential) -> None:
        super().__init__()
        self.body = body

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        return torch.relu(x + self.body(x))


class DigitNetwork(nn.Module):
    """Class scores and boxes for every fourth pixel of an ink raster.

    Parameters
    ----------
    widths : tuple of int
        Channels after the first, the second and all further convolutions.
    blocks : tuple of (int, int)
        Dilations of the two convolutions of each residual block.
    normalised : bool
        With batch normalisation after each convolution (to learn) or folded (to use).
    """

    def __init__(
        self,
        widths: tuple[int, int, int] = (24, 48, 64),
        blocks: tuple[tuple[int, int], ...] = ((1, 1), (2, 2), (1, 2)),
        *,
        normalised: bool = False,
    ) -> None:
        super().__init__()
        self.widths, self.blocks, self.normalised = widths, blocks, normalised
        first, second, wide = widths
        layers: list[nn.Module] = [
            *self._convolution(1, first, 5, stride=2), nn.ReLU(),
            *self._convolution(first, second, 3, stride=2), nn.ReLU(),
            *self._convolution(second, wide, 3), nn.ReLU(),
        ]  # fmt: skip
        for one, two in blocks:
            body = [*self._convolution(wide, wide, 3, dilation=one), nn.ReLU()]
            layers.append(Residual(nn.Sequential(*body, *self._convolution(wide, wide, 3, dilation=two))))
        self.trunk = nn.Sequential(*layers)
        self.classes = nn.Conv2d(wide, 11, 1)  # the ten digits, then "no digit"
        self.sides = nn.Conv2d(wide, 4, 1)  # log of the distances to left, top, right, bottom
        with torch.no_grad():  # most places hold no digit: begin there
            assert self.classes.bias is not None
            self.classes.bias.zero_()
            self.classes.bias[10] = 4.0

    def _convolution(
        self, before: int, after: int, size: int, stride: int = 1, dilation: int = 1
    ) -> list[nn.Module]:
        padding = dilation * (size // 2)
        layer = nn.Conv2d(before, after, size, stride, padding, dilation, bias=not self.normalised)
        return [layer, nn.BatchNorm2d(after)] if self.normalised else [layer]

    def forward(self, ink: Tensor) -> tuple[Tensor, Tensor]:
        """Read ink.

        Parameters
        ----------
        ink : (B, 1, H, W) tensor
            0 paper, about 0.7 and more ink; H and W multiples of 4.

        Returns
        -------
        scores : (B, 11, H/4, W/4) tensor
            Logits of the digits 0 to 9 and of "no digit".
        sides : (B, 4, H/4, W/4) tensor
            Distances in pixels from the cell's centre to the box's left, top, right and bottom.
        """
        features = self.trunk(ink)
        sides = torch.exp(self.sides(features).float().clamp(-4, 4)) * (DIGIT_HEIGHT / 2)
        return self.classes(features), sides

    def folded(self) -> DigitNetwork:
        """The same function without batch normalisation."""
        if not self.normalised:
            return self
        plain = DigitNetwork(self.widths, self.blocks)
        ours, theirs = list(_convolutions(self)), list(_convolutions(plain))
        with torch.no_grad():
            for (layer, norm), (target, _) in zip(ours, theirs, strict=True):
                weight, bias = layer.weight, layer.bias
                if norm is not None:
                    assert norm.running_var is not None and norm.running_mean is not None
                    gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
                    weight = weight * gain[:, None, None, None]
                    bias = norm.bias - norm.running_mean * gain
                target.weight.copy_(weight)
                assert target.bias is not None and bias is not None
                target.bias.copy_(bias)
        return plain.eval()


def _convolutions(module: nn.Module) -> Iterator[tuple[nn.Conv2d, nn.BatchNorm2d | None]]:
    """Each convolution with the normalisation that follows it, in order."""
    layers = [m for m in module.modules() if isinstance(m, nn.Conv2d | nn.BatchNorm2d)]
    for layer, after in zip(layers, [*layers[1:], None], strict=True):
        if isinstance(layer, nn.Conv2d):
            yield layer, after if isinstance(after, nn.BatchNorm2d) else None


@dataclass(frozen=True)
class Weights:
    """A network with its name for provenance and what is known of its making.

    Attributes
    ----------
    network : DigitNetwork
        Folded, in evaluation mode.
    name : str
        File name and the first 12 digits of the file's SHA-256.
    facts : dict of str to str
        The file's metadata: version, seed, steps, fonts, temperature.
    """

    network: DigitNetwork
    name: str
    facts: dict[str, str]

    @property
    def temperature(self) -> float:
        """What the logits are divided by for honest probabilities."""
        return float(self.facts.get("temperature", "1"))


def save_weights(path: str | Path, network: DigitNetwork, facts: dict[str, str]) -> Path:
    """Write a folded network as safetensors, the same bytes for the same weights and facts.

    Parameters
    ----------
    path : path
    network : DigitNetwork
        Folded.
    facts : dict of str to str
        What is to stand in the file's metadata.

    Returns
    -------
    Path
        The path written.
    """
    network = network.folded()
    shape = {"widths": json.dumps(network.widths), "blocks": json.dumps(network.blocks)}
    tensors = {name: value.detach().contiguous() for name, value in network.state_dict().items()}
    return write_bytes(path, _sorted_header(save(tensors, {**facts, **shape})))


def _sorted_header(data: bytes) -> bytes:
    """The safetensors file with its metadata in alphabetical order (the library's varies)."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + data[8 + length :]


def load_weights(path: str | Path | None = None) -> Weights:
    """Load a digit network.

    Parameters
    ----------
    path : path, optional
        A file written by `save_weights`; by default the weights that come with zij.

    Returns
    -------
    Weights

    Raises
    ------
    ModelError
        If the file is missing, is not such a file, or is too large.
    """
    if path is None:
        path = Path(str(resources.files("zij.tables.weights") / "digits.safetensors"))
    try:
        state = Path(path).stat()
        return _loaded(Path(path), state.st_size, (state.st_mtime_ns, state.st_ino))
    except FileNotFoundError:
        raise ModelError(
            f"{path}: there is no such file; name a digit model written by 'zij train'."
        ) from None
    except (OSError, SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise ModelError(f"{path}: not a digit model of zij; name a file written by 'zij train'.") from error


@functools.lru_cache(maxsize=4)
def _loaded(path: Path, size: int, _changed: tuple[int, int]) -> Weights:
    """The weights of a file as it is now: one that `zij train` has written anew is read anew."""
    if size > _MOST_BYTES:
        raise ModelError(f"{path}: larger than any digit model; name a file written by 'zij train'.")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with safe_open(path, "pt") as stream:
        facts = dict(stream.metadata() or {})
        tensors = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118
    blocks = tuple((int(a), int(b)) for a, b in json.loads(facts["blocks"]))
    first, second, wide = (int(w) for w in json.loads(facts["widths"]))
    if max(first, second, wide) > 1024 or len(blocks) > 32:
        raise ValueError("too large")
    network = DigitNetwork((first, second, wide), blocks)
    network.load_state_dict(tensors)
    network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # twice as fast
    return Weights(network, f"{path.name} {digest[:12]}", facts)
