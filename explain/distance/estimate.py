"""From distances to a map, its standard errors, and what chance alone would give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.explain.distance.masks import Masks, chunks
from zij.explain.distance.selection import Selection

__all__ = ["Estimate", "blocks", "mean_errors", "tails", "tails_null"]

BLOCKS = 20
"""Parts of the masks that are evaluated by themselves for the standard error."""
SMALLEST = 10  # masks in a block
FEWEST = 4  # blocks; with fewer the error is that of chance


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Maps with what is known about them; Q references, maps of any shape.

    Attributes
    ----------
    maps : (Q, ...) ndarray of float32
    errors : (Q, ...) ndarray of float32
        Standard errors.
    chance : (Q, ...) ndarray of float32
        Standard deviation that a map has where hiding has no influence.
    largest : (Q, P) ndarray of float32
        For P shufflings of the distances, the largest amount anywhere, in units of `chance`.
    """

    maps: NDArray[np.float32]
    errors: NDArray[np.float32]
    chance: NDArray[np.float32]
    largest: NDArray[np.float32]


def tails(masks: Masks, distances: NDArray[np.float64], selection: Selection, permutations: int) -> Estimate:
    """The published estimator: mean of the masks in one tail less that of those in the other.

    Parameters
    ----------
    masks : Masks
    distances : (n, Q) ndarray
    selection : Selection
    permutations : int
        Shufflings for the null; 0 for none.

    Returns
    -------
    Estimate
    """
    n = len(distances)
    near, far = selection.counts(n)
    # without replacement: two disjoint samples, or one against all
    factor = sum(1 / k for k in (near, far) if k) - (1 / n if selection.sign else 0.0)
    chance = (masks.spread() * np.sqrt(factor)).astype(np.float32)
    maps, errors = [], []
    for d in distances.T:
        maps.append(masks.sums(selection.weights(d)).astype(np.float32))
        errors.append(_block_errors(masks, d, selection, chance))
    null = tails_null(masks, n, selection, permutations, float(np.sqrt(factor)))
    count = distances.shape[1]
    return Estimate(np.stack(maps), np.stack(errors), np.stack([chance] * count), np.stack([null] * count))


def blocks(n: int, antithetic: bool = False) -> list[slice]:
    """The parts of n masks, with complementary pairs unparted; none where there would be too few."""
    count = min(BLOCKS, n // SMALLEST)
    if count < FEWEST:
        return []
    edges = np.linspace(0, n, count + 1).astype(int)
    if antithetic:
        edges -= edges % 2
    return [slice(a, b) for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]


def _block_weights(
    d: NDArray[np.float64], selection: Selection, antithetic: bool
) -> Iterator[NDArray[np.float64]]:
    for part in blocks(len(d), antithetic):
        weights = np.zeros(part.stop)
        weights[part] = selection.block_weights(d[part])
        yield weights


def _block_errors(
    masks: Masks, d: NDArray[np.float64], selection: Selection, chance: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Standard error from maps of independent blocks, each with ranks of its own."""
    count, mean, squares = 0, np.zeros(masks.shape, np.float32), np.zeros(masks.shape, np.float32)
    for weights in _block_weights(d, selection, masks.antithetic):
        found = masks.sums(weights).astype(np.float32)
        count += 1
        step = found - mean
        mean += step / count
        squares += step * (found - mean)
    if not count:
        return chance
    return np.asarray(np.sqrt(squares / (count * (count - 1))), np.float32)


def mean_errors(
    features: NDArray[np.float32], d: NDArray[np.float64], selection: Selection, antithetic: bool
) -> tuple[float, float]:
    """Median standard error, and standard deviation of the map, both over the places of `features`.

    Parameters
    ----------
    features : (n, F) ndarray of float32
        How much of each place the masks keep.
    d : (n,) ndarray of float64
        The distances.
    selection : Selection
    antithetic : bool
        Whether masks come in complementary pairs.

    Returns
    -------
    (float, float)
    """
    values = selection.weights(d) @ features
    found = [w @ features[: len(w)] for w in _block_weights(d, selection, antithetic)]
    if not found:
        return float("inf"), float(values.std())
    errors = np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
    return float(np.median(errors)), float(values.std())


def tails_null(
    masks: Masks, n: int, selection: Selection, permutations: int, factor: float
) -> NDArray[np.float32]:
    """Largest amount of the map, in units of its deviation by chance, for shuffled distances.

    A shuffling gives the tails to other masks and nothing else, so that one null serves all references.

    Parameters
    ----------
    masks : Masks
    n : int
        How many of them were used.
    selection : Selection
    permutations : int
        P, the shufflings.
    factor : float
        From a sum of masks to a map.

    Returns
    -------
    (P,) ndarray of float32
    """
    if not permutations:
        return np.zeros(0, np.float32)
    rng = np.random.Generator(np.random.Philox(key=[masks.seed, 1]))
    ranked = selection.weights(np.arange(n, dtype=np.float64)).astype(np.float32)
    shuffled = rng.permuted(np.broadcast_to(ranked, (permutations, n)), axis=1)
    found: NDArray[np.float32] | None = None
    for start, stop in chunks(n):
        part = shuffled[:, start:stop] @ masks.features(start, stop)
        found = part if found is None else found + part
    assert found is not None
    chance = np.maximum(masks.sample(masks.spread()), 1e-9) * factor
    return np.asarray((np.abs(found - selection.sign * masks.keep) / chance).max(axis=1), np.float32)
