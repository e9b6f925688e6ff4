"""The Distance Explainer: hide parts of a page at random and watch the distance to a reference.

After doi:10.48550/arXiv.2505.15516, whose estimator is the default. Nothing but the distances is kept of a
masked page, so that memory does not grow with the number of masks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.distance.distances import embedded
from zij.explain.distance.explanation import DistanceExplanation
from zij.explain.distance.fill import Fill, Hider
from zij.explain.distance.grids import GridMasks
from zij.explain.distance.masks import LabelMasks, RegionMasks
from zij.explain.distance.run import explain_masks
from zij.explain.distance.selection import Selection

__all__ = ["explain_distance", "explain_masks", "explain_pair_distance", "explain_regions"]


def explain_regions(
    embed: Callable[[NDArray[np.float32]], Any],
    regions: int,
    references: Any,
    *,
    number: int = 1000,
    keep: float = 0.5,
    seed: int = 0,
    antithetic: bool = False,
    **options: Any,
) -> DistanceExplanation:
    """Explain distances by regions, for models that take regions and not pixels.

    Parameters
    ----------
    embed : callable
        (n, R) array of 0 (hidden) and 1 (kept) to (n, D): embeddings of the page with those regions.
    regions : int
        R, how many there are.
    references : (D,) or (Q, D) array
    number, keep, seed, antithetic
        How many masks; the probability that a region is kept; the seed; whether masks come in complementary
        pairs.
    **options
        Those of `explain_masks`.

    Returns
    -------
    DistanceExplanation
        With maps (Q, R).
    """
    return explain_masks(
        embed, RegionMasks(regions, seed, keep, antithetic), references, number=number, **options
    )


def explain_distance(
    model: Callable[[NDArray[Any]], Any],
    x: NDArray[Any],
    references: Any,
    *,
    masks: Literal["grid"] | NDArray[Any] = "grid",
    number: int = 1000,
    resolution: int = 8,
    keep: float = 0.5,
    positive: tuple[float, float] = (0.0, 0.1),
    negative: tuple[float, float] = (0.9, 1.0),
    batch: int = 10,
    fill: Fill = "paper",
    channels: Literal["last", "first"] = "last",
    seed: int = 0,
    antithetic: bool = False,
    **options: Any,
) -> DistanceExplanation:
    """Explain which parts of an image bring it near to references, and which take it away.

    Parameters
    ----------
    model : callable
        A batch of images, each like `x`, to (n, D): any encoder at all.
    x : (H, W), (H, W, C) or (C, H, W) ndarray
        Of any type of numbers; masked images have it, too.
    references : (D,) or (Q, D) array
        Embeddings of other images, of captions, or any other vectors; one set of masks serves all.
    masks : "grid" or (H, W) ndarray of int
        Stretched random grids, or the region of each pixel (cells, digits, ...; -1 is never hidden).
    number, resolution, keep
        How many masks, cells along either axis of a grid, and the probability that a part is kept.
    positive, negative : (float, float)
        Shares of the masks, ranked by distance, whose means are added and subtracted; one may be empty.
    batch : int
        Images for one call; memory grows with it, the result does not change.
    fill : "paper", number, (C,) or array like `x`
        What stands in place of hidden parts.
    channels : "last" or "first"
    seed : int
        Mask i depends on it and on i alone.
    antithetic : bool
        Whether masks come in complementary pairs.
    **options
        Further ones of `explain_masks`: estimator, metric, tolerance, permutations, progress, cancelled,
        state.

    Returns
    -------
    DistanceExplanation
        With maps (Q, H, W), or (Q, R) for a label map of R regions.

    Raises
    ------
    UsageError
        If the image, the settings or references cannot be.
    ModelError
        If the model fails, or gives anything but finite vectors of the reference's length.
    """
    hider = Hider(np.asarray(x), fill, channels)
    chosen = _masks(masks, hider.shape, seed, resolution, keep, antithetic)
    return explain_masks(
        lambda values: model(hider.hide(values)),
        chosen,
        references,
        number=number,
        selection=Selection(positive, negative),
        batch=batch,
        repeat=hider.depth,
        **options,
    )


def explain_pair_distance(
    model: Callable[[NDArray[Any]], Any], a: NDArray[Any], b: NDArray[Any], **options: Any
) -> tuple[DistanceExplanation, DistanceExplanation]:
    """Both directions of a pair: parts of `a` given `b`, and parts of `b` given `a`.

    Parameters
    ----------
    model : callable
        A batch of images to (n, D).
    a, b : ndarray
        Two images; they may differ in size.
    **options
        Those of `explain_distance`. A label map or a state fits one image, so that neither can be given here.

    Returns
    -------
    (DistanceExplanation, DistanceExplanation)

    Raises
    ------
    UsageError
        If a label map or a state is given.
    """
    for name in ("masks", "state"):
        if isinstance(options.get(name), np.ndarray) or (name == "state" and options.get(name) is not None):
            raise UsageError(f"one {name} cannot serve two images; explain them one by one.")
    vectors = [_vector(model, np.asarray(image)) for image in (a, b)]
    return (
        explain_distance(model, a, vectors[1], **options),
        explain_distance(model, b, vectors[0], **options),
    )


def _vector(model: Callable[[NDArray[Any]], Any], x: NDArray[Any]) -> NDArray[np.float64]:
    """The embedding of one image, of whatever length."""
    return np.asarray(embedded(model, x[None])[0])


def _masks(
    masks: Any, shape: tuple[int, int], seed: int, resolution: int, keep: float, antithetic: bool
) -> GridMasks | LabelMasks:
    if isinstance(masks, str):
        if masks != "grid":
            raise UsageError(f"masks={masks!r} is not known; choose 'grid', or give a label map.")
        return GridMasks(shape, seed, resolution, keep, antithetic)
    labels = np.asarray(masks)
    if labels.shape != shape:
        raise UsageError(f"the label map has shape {labels.shape} and the image {shape}; make them equal.")
    regions = int(labels.max()) + 1 if labels.dtype.kind in "iu" else 1
    return LabelMasks(regions, seed, keep, antithetic, labels=labels)
