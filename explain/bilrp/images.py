"""BiLRP between two images through any encoder, and the simpler methods that it is held against."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from zij.errors import ModelError, UsageError
from zij.explain.bilrp.factors import Factors
from zij.explain.bilrp.gradients import jacobians, last_map, squares
from zij.explain.bilrp.pooling import Pooler
from zij.explain.lrp.recipes import Recipe, general, vgg
from zij.explain.lrp.rules import box
from zij.explain.lrp.sweep import attribute

__all__ = [
    "METHODS",
    "PRECISIONS",
    "Embedder",
    "Method",
    "Pooling",
    "Precision",
    "default_recipe",
    "explain_images",
]

Method = Literal["bilrp", "hxp", "gxi", "saliency", "curvature", "products"]
Pooling = Literal["sum", "average"]
Precision = Literal["float32", "bfloat16", "float64"]
METHODS: tuple[Method, ...] = ("bilrp", "hxp", "gxi", "saliency", "curvature", "products")
"""Ways of splitting the similarity of two images: BiLRP, and what it is held against."""
PRECISIONS: dict[str, torch.dtype] = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float64": torch.float64,
}
"""Types in which relevance may be taken back, by name."""


class Embedder(Protocol):
    """What is explained: an encoder of `zij.similarity.encoders`, or anything that has these two."""

    @property
    def network(self) -> nn.Module:
        """From a prepared input (1, C, H, W) to an embedding (1, D); in evaluation mode."""

    def prepare(self, pixels: Any) -> Tensor:
        """From an image, or whatever the encoder takes, to the network's input (1, ...)."""


def explain_images(
    encoder: Embedder,
    a: Any,
    b: Any,
    *,
    encoder_b: Embedder | None = None,
    method: Method = "bilrp",
    recipe: Recipe | None = None,
    pool: int = 8,
    regions: tuple[ArrayLike, ArrayLike] | None = None,
    pooling: Pooling = "sum",
    cosine: bool = True,
    precision: Precision | None = None,
) -> Factors:
    """Why an encoder finds two images similar: relevance of pairs of their regions.

    Parameters
    ----------
    encoder : Embedder
    a, b : image or what the encoders take
    encoder_b : Embedder, optional
        For b, if it is another one: the other tower of two.
    method : str
        "bilrp"; or a baseline: "hxp" (mixed Hessian times both inputs, x x' d2y/dx dx'), "curvature" (the
        mixed Hessian's entries), "saliency" (their squares), "gxi" (the product of both sides' gradient
        times input, divided by y), "products" (plain products of the last map's local features).
    recipe : Recipe, optional
        For "bilrp"; by default the published ladder for encoders named "vgg...", else
        `zij.explain.lrp.recipes.general`, with the box rule where the encoder knows its `bounds()`.
    pool : int, default 8
        Side of the square cells over which relevance is pooled, in pixels of the network's input.
    regions : pair of (H, W) int, optional
        Instead of cells: the number of each pixel's region, from 0 on, -1 for none (such pixels are left
        out, and the explanation no longer adds up). For inputs that are no images, numbers of their
        positions.
    pooling : "sum" or "average"
        "sum" keeps totals. "average" divides by the cells' pixels, as the published code does.
    cosine : bool
        Explain the cosine, its norms taken as constants; or the dot product.
    precision : "float32", "bfloat16" or "float64", optional
        Of the network and the way back; by default that of the network's weights. "bfloat16", fast where the
        processor has it, is for the way back alone.

    Returns
    -------
    Factors

    Raises
    ------
    UsageError
        If an option is none of the above, or regions do not fit.
    ModelError
        If a network has a layer that no rule is known for, or embeddings are not finite, zero, or of
        different lengths.
    """
    options = ("method", method, METHODS), ("pooling", pooling, ("sum", "average"))
    for name, value, allowed in (*options, ("precision", precision or "float32", tuple(PRECISIONS))):
        if value not in allowed:
            raise UsageError(f"{name} {value!r} is not known; choose {', '.join(allowed)}.")
    if pool < 1:
        raise UsageError(f"cells of {pool} pixels cannot be; ask for 1 or more.")
    encoders = encoder, encoder if encoder_b is None else encoder_b
    halves = [
        _half(one, image, pool, None if regions is None else regions[side], method, recipe, precision)
        for side, (one, image) in enumerate(zip(encoders, (a, b), strict=True))
    ]
    one, two = halves
    _check(one.phi, two.phi)
    dot = float(one.phi @ two.phi)
    norms = float(np.linalg.norm(one.phi) * np.linalg.norm(two.phi))
    factors = [one.factor(two.phi), two.factor(one.phi)]
    if method == "gxi" and dot:  # each side's map sums to y where nothing is kept, their product to y once
        factors[1] = factors[1] / dot
    area = float(pool**2) if pooling == "average" and regions is None else 1.0
    return Factors(
        a=factors[0] / area, b=factors[1] / area, shape_a=one.shape, shape_b=two.shape,
        scale=1 / norms if cosine else 1.0, similarity=dot / norms if cosine else dot, dot=dot,
        phi_a=one.phi, phi_b=two.phi, kept_a=one.kept, kept_b=two.kept, pooled_by=area, method=method,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Half:
    """One image's half of an explanation; `factor` may need the other's embedding."""

    phi: NDArray[np.float64]
    shape: tuple[int, ...]
    factor: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    kept: NDArray[np.float64] | None = None


def _half(
    encoder: Embedder,
    image: Any,
    pool: int,
    labels: ArrayLike | None,
    method: Method,
    recipe: Recipe | None,
    precision: Precision | None,
) -> _Half:
    x = encoder.prepare(image).detach()
    network = encoder.network
    if precision in ("float32", "float64") and x.dtype != PRECISIONS[precision]:
        network, x = copy.deepcopy(network).to(PRECISIONS[precision]), x.to(PRECISIONS[precision])
    back = PRECISIONS[precision] if precision else x.dtype
    pooler = Pooler(x, pool, labels)
    if method == "bilrp":
        chosen = default_recipe(encoder)[1] if recipe is None else recipe
        return _relevances(network, x, pooler, chosen, back)
    if method == "products":
        phi, found = last_map(network, x)
        return _Half(phi, pooler.shape, lambda other: pooler.spread(found))
    phi, jacobian = jacobians(network, x)
    if method == "saliency":
        return _Half(phi, pooler.shape, lambda other: squares(jacobian, pooler))
    if method == "curvature":
        return _Half(phi, pooler.shape, lambda other: pooler(jacobian))
    if method == "hxp":
        return _Half(phi, pooler.shape, lambda other: pooler(jacobian * x[0]))
    return _Half(phi, pooler.shape, lambda other: other[None] @ pooler(jacobian * x[0]))


def _relevances(network: nn.Module, x: Tensor, pooler: Pooler, recipe: Recipe, kind: torch.dtype) -> _Half:
    attribution = attribute(network, x, recipe, precision=kind)
    if attribution.output.dim() != 2:
        raise ModelError(
            f"the network gives shape {tuple(attribution.output.shape)}, not a vector for each image; let it"
            " end with pooling or flattening."
        )
    found, kept = attribution.account(torch.diag(attribution.output[0]), reduce=pooler.pooled)
    factor = found.double().cpu().numpy()
    phi = attribution.output[0].double().cpu().numpy()
    return _Half(phi, pooler.shape, lambda other: factor, kept.double().cpu().numpy())


def default_recipe(encoder: Embedder) -> tuple[str, Recipe]:
    """The recipe by which an encoder is explained if none is named, and its name for the record.

    "vgg", the published ladder, for encoders named so; else "general". Both begin with the box rule where the
    encoder knows its `bounds()`.
    """
    bounds = getattr(encoder, "bounds", None)
    low, high = bounds() if bounds is not None else (None, None)
    if str(getattr(encoder, "name", "")).startswith("vgg") and low is not None and high is not None:
        return "vgg", replace(vgg(), first=box(low, high))
    return "general", general(low, high)


def _check(phi_a: NDArray[np.float64], phi_b: NDArray[np.float64]) -> None:
    if phi_a.shape != phi_b.shape:
        raise ModelError(
            f"the embeddings have {len(phi_a)} and {len(phi_b)} dimensions; encoders that are held against"
            " each other need the same number."
        )
    for name, phi in (("first", phi_a), ("second", phi_b)):
        if not np.isfinite(phi).all():
            raise ModelError(f"the embedding of the {name} image holds values that are no numbers (NaN).")
        if not phi.any():
            raise ModelError(
                f"the embedding of the {name} image is zero throughout: it is similar to nothing, and there"
                " is nothing to explain; check the image and the network."
            )
