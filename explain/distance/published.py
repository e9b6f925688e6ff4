"""The published Distance Explainer, bit for bit, with its masks streamed.

Masks, distances, ranks and the mean are those of the program that comes with doi:10.48550/arXiv.2505.15516
(version 0.6.0), so that results can be compared. `zij.explain.distance.explainer` offers more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.distance.interpolation import cell_size, stretched

__all__ = ["explain_published"]

Model = Callable[[NDArray[Any]], Any]


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """All that the masks are made from: a small grid and two offsets each."""

    shape: tuple[int, int]
    grids: NDArray[np.float32]
    offsets: NDArray[np.int64]
    down: NDArray[np.float64]
    across: NDArray[np.float64]

    def masks(self, chosen: Iterable[int]) -> Iterator[NDArray[np.float32]]:
        """The masks (H, W) of those numbers, one after the other."""
        height, width = self.shape
        for i in chosen:
            y, x = self.offsets[i]
            mask = self.down[y : y + height] @ self.grids[i].astype(np.float64) @ self.across[x : x + width].T
            yield mask.astype(np.float32)


def explain_published(
    model: Model,
    x: NDArray[Any],
    reference: NDArray[Any],
    *,
    rng: np.random.RandomState | int = 0,
    number: int = 1000,
    resolution: int = 8,
    keep: float = 0.5,
    positive: tuple[float, float] = (0.0, 0.1),
    negative: tuple[float, float] = (0.9, 1.0),
    batch: int = 10,
) -> NDArray[np.float32]:
    """The map that the published program makes; any `batch` gives the same.

    Parameters
    ----------
    model : callable
        (n, H, W, C) ndarray to (n, D) ndarray; called after all masks are drawn.
    x : (H, W, C) ndarray
        What is hidden becomes 0; products are cast back to this type.
    reference : (D,) ndarray
    rng : RandomState or int
        NumPy's legacy generator, or a seed for one; the global one is never touched.
    number, resolution, keep
        How many masks, cells along either axis of their grids, and the probability that a cell is kept.
    positive, negative : (float, float)
        Shares of the masks, ranked by distance, whose means are added and subtracted; an empty range
        contributes 0.
    batch : int
        Images for one call of the model.

    Returns
    -------
    (H, W) ndarray of float32
        Mean of the masks that leave the image near the reference, less the mean of those that take it far.

    Raises
    ------
    UsageError
        If `x` is not (H, W, C), or both ranges select nothing.
    """
    if x.ndim != 3:
        raise UsageError(f"the published program explains images (H, W, C), not an array of shape {x.shape}.")
    legacy = rng if isinstance(rng, np.random.RandomState) else np.random.RandomState(rng)
    drawn = _draw(legacy, x.shape[:2], number, resolution, keep)
    embeddings = [np.asarray(model(images)) for images in _perturbed(drawn, x, number, batch)]
    order = np.argsort(_distances(np.concatenate(embeddings), np.asarray(reference)))
    # plain truncation, as published: 100 x 0.29 selects 28
    near, far = (order[int(number * low) : int(number * high)] for low, high in (positive, negative))
    if not len(near) and not len(far):
        raise UsageError(f"the ranges {positive} and {negative} select none of {number} masks; widen one.")
    return _mean(drawn, near) - _mean(drawn, far)


def _draw(
    rng: np.random.RandomState, shape: tuple[int, int], number: int, resolution: int, keep: float
) -> _Drawn:
    """Grids and offsets, in the published order of draws."""
    grids = rng.choice(a=(True, False), size=(number, resolution, resolution), p=(keep, 1 - keep))
    cells = [cell_size(length, resolution) for length in shape]
    offsets = np.array([[rng.randint(0, cell) for cell in cells] for _ in range(number)], np.int64)
    matrices = (stretched(length, resolution) for length in shape)
    return _Drawn(shape, grids.astype(np.float32), offsets.reshape(-1, 2), *matrices)


def _perturbed(drawn: _Drawn, x: NDArray[Any], number: int, batch: int) -> Iterator[NDArray[Any]]:
    for start in range(0, number, batch):
        masks = drawn.masks(range(start, min(start + batch, number)))
        yield np.stack([(x * mask[..., None]).astype(x.dtype) for mask in masks])


def _distances(embeddings: NDArray[Any], reference: NDArray[Any]) -> NDArray[Any]:
    """(1 - cosine) / 2, row by row, so that it does not depend on the batches; 0.5 for a zero vector."""
    lengths = np.sqrt((embeddings * embeddings).sum(axis=1)) * np.sqrt((reference * reference).sum())
    products = (embeddings * reference).sum(axis=1)
    cosines = products / np.where(lengths == 0, 1, lengths)
    return np.asarray(np.clip(1 - cosines, 0, 2) / 2)


def _mean(drawn: _Drawn, chosen: NDArray[np.int64]) -> NDArray[np.float32]:
    """Mean of the masks in the order of their ranks, summed in float32 as NumPy does it."""
    total = np.zeros(drawn.shape, np.float32)
    for mask in drawn.masks(chosen.tolist()):
        total += mask
    return total / np.float32(max(len(chosen), 1))
