"""Weights from files, read without running anything that stands in them."""

from __future__ import annotations

import pickle
import re
import tarfile
import warnings
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor, nn

from zij.errors import ModelError
from zij.files import sha256

__all__ = ["MOST_BYTES", "cached_weights", "install", "open_weights"]

MOST_BYTES = 2_000_000_000
"""Larger files are not opened; the largest of torchvision's for the networks known here has 0.55 GB."""

_KINDS = {".safetensors", ".pth", ".pt"}


def open_weights(path: str | Path) -> tuple[dict[str, Tensor], str, dict[str, str]]:
    """Read tensors by their names from `.safetensors`, `.pth` or `.pt`.

    A `.pth` file is a pickle, which can hold a program. It is read by PyTorch's reader for weights alone: a
    file with anything else is refused, and nothing of it runs.

    Parameters
    ----------
    path : path

    Returns
    -------
    dict of str to tensor
        On the CPU, floating point as float32.
    str
        Name of the file and the first 12 digits of its SHA-256.
    dict of str to str
        The metadata of a `.safetensors` file.

    Raises
    ------
    ModelError
        If the file is missing, too large, damaged, no weights, or holds values that are no numbers.
    """
    path = Path(path)
    if path.suffix.lower() not in _KINDS:
        raise ModelError(f"{path}: is not known as weights; name a .safetensors, .pth or .pt file.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ModelError(f"{path}: is larger than any weights known here; name another file.")
        found, facts = _safetensors(path) if path.suffix.lower() == ".safetensors" else (_pickled(path), {})
        name = f"{path.name} {sha256(path)[:12]}"
    except FileNotFoundError:
        raise ModelError(f"{path}: there is no such file; name a file of weights.") from None
    except pickle.UnpicklingError as error:
        raise ModelError(
            f"{path}: is damaged, or holds objects that could run a program, so nothing in it was opened;"
            " name a file with the network's state_dict() alone, best as .safetensors."
        ) from error
    except ModelError:
        raise
    except Exception as error:  # a damaged file can trip its reader in any way
        raise ModelError(f"{path}: cannot be read as weights; it is damaged or something else.") from error
    return {key: _plain(path, key, value) for key, value in found.items()}, name, facts


def install(
    network: nn.Module,
    tensors: Mapping[str, Tensor],
    path: str | Path,
    *,
    known: Collection[str] = (),
    passed_over: str = "(?!)",
    optional: str = "(?!)",
) -> None:
    """Put tensors into a network, each where its name says.

    Parameters
    ----------
    network : Module
        Changed in place; it may be on the device "meta".
    tensors : mapping of str to tensor
        Named as in the network's state dict.
    path : path
        Of their file, for messages.
    known : collection of str
        Names that may be there and are not needed.
    passed_over : str
        Pattern of further such names.
    optional : str
        Pattern of names that the network has, but that may be missing; they become 0.

    Raises
    ------
    ModelError
        If a tensor is missing, has another shape, or belongs to no such network; the first is named.
    """
    state: dict[str, Tensor] = {}
    for name, wanted in network.state_dict().items():
        if name not in tensors and re.fullmatch(optional, name):
            state[name] = torch.zeros(wanted.shape, dtype=wanted.dtype)
            continue
        if name not in tensors:
            raise ModelError(f"{path}: lacks {name}; take the right network's file, in torchvision's layout.")
        given = tensors[name]
        if given.shape != wanted.shape:
            raise ModelError(
                f"{path}: {name} has the shape {_shape(given)}, not {_shape(wanted)}; take the right"
                " network's file."
            )
        state[name] = given.to(wanted.dtype)
    for name in tensors:
        if name not in state and name not in known and not re.fullmatch(passed_over, name):
            raise ModelError(f"{path}: holds {name}, which is none of the network's; take the right file.")
    network.load_state_dict(state, assign=True)
    network.requires_grad_(False)


def cached_weights(name: str) -> Path | None:
    """The file in which torchvision keeps the weights of a network that it has fetched before, if it has.

    Of several the first by name. Its hash has to be the one that its name ends with.

    Raises
    ------
    ModelError
        If the file is not what its name says.
    """
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    found = sorted(p for p in folder.glob(f"{name}-*.pth") if re.fullmatch(f"{name}-[0-9a-f]{{8}}", p.stem))
    if not found:
        return None
    if not sha256(found[0]).startswith(found[0].stem.rsplit("-", 1)[1]):
        raise ModelError(f"{found[0]}: is damaged, its hash is not that of its name; name another file.")
    return found[0]


def _safetensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    with safe_open(path, "pt") as stream:
        return {key: stream.get_tensor(key) for key in stream.keys()}, dict(stream.metadata() or {})  # noqa: SIM118


def _pickled(path: Path) -> dict[str, Tensor]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:  # packed parts may be far larger than the file
            if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
                raise ModelError(f"{path}: is larger than any weights known here; name another file.")
    elif tarfile.is_tarfile(path):  # PyTorch before 2.6 could be made to run what stands in one
        raise ModelError(f"{path}: is in PyTorch's format of 2016, which is not safe to read; save it anew.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about how old the file's format is
        found: Any = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(found, Mapping) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in found.items()
    ):
        raise ModelError(f"{path}: holds no tensors by their names; save the network's state_dict().")
    return dict(found)


def _plain(path: Path, name: str, value: Tensor) -> Tensor:
    """A tensor as plain numbers in memory, float32 or whole."""
    odd = value.is_quantized or value.is_complex() or value.device.type != "cpu"
    if odd or value.layout != torch.strided:
        raise ModelError(f"{path}: {name} is no plain tensor of real numbers; save the weights as float32.")
    value = value.detach()
    if not value.is_floating_point():
        return value.contiguous()
    value = value.to(torch.float32).contiguous()
    if not torch.isfinite(value).all():
        raise ModelError(f"{path}: {name} holds values that are no numbers (NaN or infinite); it is damaged.")
    return value


def _shape(tensor: Tensor) -> str:
    return " x ".join(str(n) for n in tensor.shape) or "()"
