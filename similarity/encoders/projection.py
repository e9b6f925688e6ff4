"""From many features to a short vector: random or principal directions, kept in safetensors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save
from torch import nn

from zij.errors import InputError, ModelError, UsageError
from zij.files import write_bytes
from zij.similarity.encoders.files import open_weights

__all__ = [
    "MOST_NUMBERS",
    "Projection",
    "choose_projection",
    "fit_pca",
    "load_projection",
    "random_projection",
]

MOST_NUMBERS = 1 << 28
"""Largest projection, in numbers: 1 GB."""

_FACTS = "zij projection"  # one entry: safetensors writes several in any order


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A linear map from F features to D dimensions.

    Attributes
    ----------
    matrix : (D, F) ndarray of float32
    bias : (D,) ndarray of float32, optional
        None by default, so that an explanation has nothing to lose to it.
    facts : mapping
        How it came about: kind, seed or number of samples.
    """

    matrix: NDArray[np.float32]
    bias: NDArray[np.float32] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def layer(self) -> nn.Linear:
        """The projection as a layer of a network, not to be taught."""
        dims, features = self.matrix.shape
        with torch.device("meta"):  # so that no random numbers are drawn for it
            layer = nn.Linear(features, dims, bias=self.bias is not None)
        state = {"weight": torch.from_numpy(self.matrix)}
        if self.bias is not None:
            state["bias"] = torch.from_numpy(self.bias)
        layer.load_state_dict(state, assign=True)
        return layer.requires_grad_(False)

    def save(self, path: str | Path) -> Path:
        """Write it as safetensors, the same bytes for the same projection.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        arrays = {"matrix": self.matrix}
        if self.bias is not None:
            arrays["bias"] = self.bias
        facts = json.dumps(dict(self.facts), sort_keys=True)
        return write_bytes(path, save(arrays, {_FACTS: facts}))


def random_projection(features: int, dims: int, *, seed: int = 0) -> Projection:
    """A Gaussian projection, N(0, 1/dims) in every place.

    So the dot product of two projected vectors is that of the features, but for chance (Johnson and
    Lindenstrauss); the cosine does not depend on the factor.

    Parameters
    ----------
    features, dims : int
        Before and after.
    seed : int
        The same seed gives the same numbers; the global random state is neither used nor changed.

    Returns
    -------
    Projection

    Raises
    ------
    UsageError
        If it would have no dimension, or more numbers than `MOST_NUMBERS`.
    """
    _check_size(features, dims)
    rng = np.random.default_rng([seed, 1])
    matrix = rng.standard_normal((dims, features), np.float32)
    matrix /= np.float32(np.sqrt(dims))
    return Projection(matrix, None, {"kind": "random", "seed": seed})


def fit_pca(samples: NDArray[np.floating[Any]], dims: int, *, centred: bool = False) -> Projection:
    """The principal directions of samples.

    Parameters
    ----------
    samples : (n, F) ndarray
        Features of n pages.
    dims : int
        How many directions; at most n and F.
    centred : bool, default False
        Take the mean off first, as is usual. By default it is not: a mean becomes a bias, to which
        explanations lose relevance, and the first direction holds it anyway.

    Returns
    -------
    Projection
        Rows are orthonormal, the one with most variance first, each with its largest entry positive.

    Raises
    ------
    UsageError
        If there are fewer samples than dimensions.
    InputError
        If a sample holds what is no number.
    """
    samples = np.asarray(samples, np.float64)
    if samples.ndim != 2 or not 1 <= dims <= min(samples.shape):
        raise UsageError(
            f"samples of shape {samples.shape} do not have {dims} principal directions; give at least"
            f" {dims} pages, or ask for fewer dimensions."
        )
    _check_size(samples.shape[1], dims)
    if not np.isfinite(samples).all():
        raise InputError(
            "the samples hold values that are no numbers (NaN or infinite); leave those pages out."
        )
    mean = samples.mean(axis=0) if centred else np.zeros(samples.shape[1])
    _, sizes, directions = np.linalg.svd(samples - mean, full_matrices=False)
    rows = directions[:dims]
    largest = rows[np.arange(dims), np.abs(rows).argmax(axis=1)]
    rows = rows * np.where(largest < 0, -1.0, 1.0)[:, None]
    facts = {
        "kind": "pca",
        "samples": len(samples),
        "centred": centred,
        "explained": float((sizes[:dims] ** 2).sum() / max((sizes**2).sum(), np.finfo(float).tiny)),
    }
    bias = -(rows @ mean).astype(np.float32) if centred else None
    return Projection(rows.astype(np.float32), bias, facts)


def load_projection(path: str | Path, features: int | None = None) -> Projection:
    """Read a projection that `Projection.save` wrote.

    Parameters
    ----------
    path : path
    features : int, optional
        How many features it has to take.

    Returns
    -------
    Projection

    Raises
    ------
    ModelError
        If the file is missing, is no projection, or takes another number of features.
    """
    tensors, name, facts = open_weights(path)
    matrix, bias = tensors.pop("matrix", None), tensors.pop("bias", None)
    sound = matrix is not None and matrix.dim() == 2 and not tensors and min(matrix.shape) > 0
    if bias is not None and sound and matrix is not None:
        sound = bias.shape == matrix.shape[:1]
    if not sound or matrix is None:
        raise ModelError(f"{path}: holds no projection; name a file that Projection.save has written.")
    if features is not None and matrix.shape[1] != features:
        raise ModelError(
            f"{path}: projects {matrix.shape[1]:,} features, but the layer has {features:,} at this size;"
            " make it for the same layer and size."
        )
    try:
        known = json.loads(facts.get(_FACTS, "{}"))
    except ValueError:
        known = {}
    known = {**(known if isinstance(known, dict) else {}), "file": name}
    return Projection(matrix.numpy(), None if bias is None else bias.numpy(), known)


def choose_projection(
    projection: str | Path | Projection,
    features: int,
    dims: int,
    *,
    seed: int = 0,
    samples: Callable[[], NDArray[np.float64]] | None = None,
) -> Projection:
    """The projection that a user names.

    Parameters
    ----------
    projection : "random", "pca", path or Projection
    features, dims : int
        Before and after; a file or a `Projection` has its own number of dimensions.
    seed : int
        Of a random one.
    samples : callable, optional
        Gives the (n, features) features of sample pages, for "pca".

    Returns
    -------
    Projection

    Raises
    ------
    UsageError
        If "pca" lacks samples, or the projection is too large.
    ModelError
        If a file or projection is not for that many features.
    """
    if isinstance(projection, Projection):
        if projection.matrix.shape[1] != features:
            raise ModelError(
                f"the projection takes {projection.matrix.shape[1]:,} features, but the layer has"
                f" {features:,} at this size; make it for the same layer and size."
            )
        return projection
    if projection == "random":
        return random_projection(features, dims, seed=seed)
    if projection == "pca":
        if samples is None:
            raise UsageError("projection 'pca' is found on sample pages; give them as samples.")
        return fit_pca(samples(), dims)
    return load_projection(projection, features)


def _check_size(features: int, dims: int) -> None:
    if dims < 1 or features < 1:
        raise UsageError(
            f"{features} features cannot be projected to {dims} dimensions; ask for one or more."
        )
    if features * dims > MOST_NUMBERS:
        raise UsageError(
            f"a projection of {features:,} features to {dims} dimensions is too large; take smaller pages, a"
            " later layer or fewer dimensions."
        )
