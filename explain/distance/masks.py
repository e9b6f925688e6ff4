"""Masks that hide regions: what all masks offer, and the two kinds that know no pixels of their own.

Mask i is a function of the seed and i alone, for its random numbers are addressed by a counter (Philox;
doi:10.1145/2063384.2063405): it is the same for every batch size, every number of masks and in every order,
and is made again when it is needed instead of being kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from zij.errors import UsageError

__all__ = ["LabelMasks", "Masks", "RegionMasks", "bound", "checked", "chunks", "numbers"]

CHUNK = 1024
"""Masks whose compact forms are in memory at once."""
TILE = 8
"""Points along one grid cell at which masks are held against chance."""


def numbers(seed: int, start: int, stop: int, count: int, *, antithetic: bool = False) -> NDArray[np.uint32]:
    """The random numbers of masks `start` to `stop`, `count` of them each: (stop - start, count).

    With `antithetic` each mask of odd number has the complements of those of the mask before it.

    Parameters
    ----------
    seed : int
    start : int
    stop : int
        The mask after the last.
    count : int
        Numbers of a mask.
    antithetic : bool

    Returns
    -------
    (stop - start, count) ndarray of uint32
    """
    if antithetic:
        pairs = numbers(seed, start // 2, -(-stop // 2), count)
        both = np.stack([pairs, ~pairs], axis=1).reshape(-1, count)
        return both[start % 2 : start % 2 + stop - start]
    blocks = -(-count // 8)  # a step of the counter gives eight
    source = np.random.Philox(key=seed, counter=start * blocks)
    raw = source.random_raw((stop - start) * blocks * 4)
    return np.ascontiguousarray(raw).astype("<u8", copy=False).view("<u4").reshape(-1, 8 * blocks)[:, :count]


def chunks(count: int, size: int = CHUNK) -> Iterator[tuple[int, int]]:
    """Starts and stops of the parts of a range."""
    for start in range(0, count, size):
        yield start, min(start + size, count)


class Masks(Protocol):
    """What all kinds of masks offer. A mask has one value from 0 (hidden) to 1 (kept) at each place."""

    @property
    def seed(self) -> int:
        """What the masks are drawn from."""

    @property
    def keep(self) -> float:
        """Probability that a part is kept."""

    @property
    def antithetic(self) -> bool:
        """Whether masks come in complementary pairs."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a map: (H, W), or (R,) where there is one value a region."""

    def render(self, start: int, stop: int, repeat: int = 1) -> NDArray[np.float32]:
        """Masks as the model sees them, each value `repeat` times along the last axis."""

    def features(self, start: int, stop: int, tile: int = TILE) -> NDArray[np.float32]:
        """Masks at a few places, (stop - start, F), from which all of a mask can be known well enough."""

    def sample(self, values: NDArray[Any]) -> NDArray[Any]:
        """A map at the places of `features`, (F,)."""

    def expand(self, values: NDArray[Any]) -> NDArray[Any]:
        """A map from values at the places of `features` with one place a tile, (F,)."""

    def expand_variance(self, covariance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Variance of such a map, from the covariance of the values, (F, F)."""

    def expand_sample(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """`sample` of `expand`, for many sets of values at once: (P, F) to (P, F')."""

    def sums(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weighted sum of the first masks, one weight each, in the shape of a map."""

    def spread(self) -> NDArray[np.float64]:
        """Standard deviation of a mask at each place of a map."""

    def describe(self) -> dict[str, Any]:
        """Parameters for the record."""


@dataclass(frozen=True, slots=True, eq=False)
class RegionMasks:
    """Every region kept or hidden by itself; the model takes the R values.

    Attributes
    ----------
    regions : int
        R, how many there are.
    seed : int
    keep : float
        Probability that a region is kept.
    antithetic : bool
        Whether masks come in complementary pairs.
    """

    regions: int
    seed: int = 0
    keep: float = 0.5
    antithetic: bool = False

    def __post_init__(self) -> None:
        checked(self.seed, self.keep)
        if self.regions < 1:
            raise UsageError("there is no region to hide; give one or more.")

    @property
    def shape(self) -> tuple[int, ...]:
        """(R,)."""
        return (self.regions,)

    def render(self, start: int, stop: int, repeat: int = 1) -> NDArray[np.float32]:
        """Masks, (n, R x repeat), each value 0 or 1."""
        drawn = numbers(self.seed, start, stop, self.regions, antithetic=self.antithetic)
        return (drawn < bound(self.keep)).astype(np.float32).repeat(repeat, axis=1)

    def features(self, start: int, stop: int, tile: int = TILE) -> NDArray[np.float32]:
        """The masks themselves, (n, R)."""
        return self.render(start, stop)

    def sample(self, values: NDArray[Any]) -> NDArray[Any]:
        """The values themselves."""
        return values

    def expand(self, values: NDArray[Any]) -> NDArray[Any]:
        """The values themselves."""
        return values

    def expand_variance(self, covariance: NDArray[np.float64]) -> NDArray[np.float64]:
        """The variances themselves."""
        return np.diag(covariance)

    def expand_sample(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values themselves."""
        return values

    def sums(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weighted sum of the first masks, (R,)."""
        parts = [weights[i:j] @ self.render(i, j).astype(np.float64) for i, j in chunks(len(weights))]
        return np.asarray(np.sum(parts, axis=0)) if parts else np.zeros(self.regions)

    def spread(self) -> NDArray[np.float64]:
        """Standard deviation of a mask, (R,): sqrt(p (1 - p))."""
        return np.full(self.regions, math.sqrt(self.keep * (1 - self.keep)))

    def describe(self) -> dict[str, Any]:
        """Parameters for the record."""
        return {
            "masks": "regions",
            "regions": self.regions,
            "keep": self.keep,
            "antithetic": self.antithetic,
            "seed": self.seed,
        }


@dataclass(frozen=True, slots=True, eq=False)
class LabelMasks(RegionMasks):
    """Regions given as a map of whole numbers: a mask hides all pixels of a label together.

    Attributes
    ----------
    regions : int
        How many, R.
    seed : int
    keep : float
        Probability that a region is kept.
    antithetic : bool
        Whether masks come in complementary pairs.
    labels : (H, W) ndarray of int
        Region of each pixel, 0 to R - 1; -1 is never hidden.
    """

    labels: NDArray[np.int64] = field(kw_only=True)

    def __post_init__(self) -> None:
        RegionMasks.__post_init__(self)
        if self.labels.ndim != 2 or not np.issubdtype(self.labels.dtype, np.integer):
            raise UsageError(
                f"a label map holds whole numbers, (H, W), not {self.labels.dtype} {self.labels.shape}."
            )
        if not -1 <= self.labels.min() <= self.labels.max() < self.regions:
            raise UsageError(f"labels are 0 to {self.regions - 1}, or -1 for what is never hidden.")

    def render(self, start: int, stop: int, repeat: int = 1) -> NDArray[np.float32]:
        """Masks, (n, H, W x repeat)."""
        kept = np.pad(RegionMasks.render(self, start, stop), ((0, 0), (0, 1)), constant_values=1)
        return kept[:, self.labels.repeat(repeat, axis=1)]

    def features(self, start: int, stop: int, tile: int = TILE) -> NDArray[np.float32]:
        """Which regions are kept, (n, R)."""
        return RegionMasks.render(self, start, stop)

    def sums(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weighted sum of the first masks, (R,)."""
        return RegionMasks(self.regions, self.seed, self.keep, self.antithetic).sums(weights)

    def describe(self) -> dict[str, Any]:
        """Parameters for the record."""
        return {**RegionMasks.describe(self), "masks": "labels"}


def checked(seed: int, keep: float) -> None:
    """Refuse a probability that keeps or hides everything, and a seed that is none.

    Raises
    ------
    UsageError
        If one is.
    """
    if not 0 <= seed < 2**63:
        raise UsageError(f"a seed is a whole number from 0 up, not {seed}.")
    if not 0 < keep < 1:
        raise UsageError(f"a part is kept with a probability between 0 and 1, not {keep:g}; 0.5 is usual.")


def bound(keep: float) -> np.uint32:
    """Random numbers below it keep a part."""
    return np.uint32(min(round(keep * 2**32), 2**32 - 1))
