"""Masks that are coarse random grids, stretched and shifted, as in RISE (Petsiuk et al., BMVC 2018)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.distance.interpolation import between, cell_size, stretched
from zij.explain.distance.masks import CHUNK, TILE, bound, checked, numbers

__all__ = ["GridMasks"]

_POINTS = 64  # along an axis at which masks are held against chance, unless the grid is very fine


@dataclass(frozen=True, slots=True, eq=False)
class GridMasks:
    """Coarse random grids, stretched bilinearly over the image and shifted by up to one cell.

    Attributes
    ----------
    shape : (int, int)
        Height and width of the image.
    seed : int
    resolution : int
        Cells along either axis.
    keep : float
        Probability that a cell is kept.
    antithetic : bool
        Whether masks come in complementary pairs.
    """

    shape: tuple[int, int]
    seed: int = 0
    resolution: int = 8
    keep: float = 0.5
    antithetic: bool = False
    _axes: tuple[NDArray[np.float64], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        checked(self.seed, self.keep)
        if self.resolution < 2:
            raise UsageError(f"a grid of resolution {self.resolution} hides all or nothing; take 2 or more.")
        if min(self.shape) < self.resolution:
            size = " x ".join(map(str, reversed(self.shape)))
            raise UsageError(
                f"an image of {size} pixels is smaller than the grid of {self.resolution} x {self.resolution}"
                " cells; lower the resolution."
            )
        object.__setattr__(self, "_axes", tuple(stretched(n, self.resolution) for n in self.shape))

    def compact(
        self, start: int, stop: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
        """Grids (n, s, s), and the offsets down and across, (n,) each."""
        s = self.resolution
        drawn = numbers(self.seed, start, stop, s * s + 2, antithetic=self.antithetic)
        cells, offsets = drawn[:, : s * s], drawn[:, s * s :].astype(np.uint64)
        if self.antithetic:  # the two of a pair lie in the same place
            odd = np.arange(start, stop) % 2 == 1
            offsets[odd] = 2**32 - 1 - offsets[odd]
        grids = (cells < bound(self.keep)).astype(np.float32).reshape(-1, s, s)
        sides = np.array([cell_size(n, s) for n in self.shape], np.uint64)
        down, across = (offsets * sides >> np.uint64(32)).astype(np.int64).T
        return grids, down, across

    def render(self, start: int, stop: int, repeat: int = 1) -> NDArray[np.float32]:
        """Masks, (n, H, W x repeat)."""
        grids, down, across = self.compact(start, stop)
        height, width = self.shape
        rows, columns = (axis.astype(np.float32) for axis in self._axes)
        masks = np.empty((stop - start, height, width * repeat), np.float32)
        for grid, y, x, mask in zip(grids, down, across, masks, strict=True):
            window = columns[x : x + width].repeat(repeat, axis=0)  # with channels, one product does it all
            np.matmul(rows[y : y + height] @ grid, window.T, out=mask)
        return np.minimum(masks, 1, out=masks)  # rounding, no more

    def features(self, start: int, stop: int, tile: int = TILE) -> NDArray[np.float32]:
        """Masks at the middles of `tile` x `tile` equal parts of each cell, (n, F)."""
        grids, down, across = self.compact(start, stop)
        left, right = (
            axis[offsets[:, None] + self.points(tile)[k]].astype(np.float32)
            for k, (axis, offsets) in enumerate(zip(self._axes, (down, across), strict=True))
        )
        return np.asarray((left @ grids @ right.transpose(0, 2, 1)).reshape(stop - start, -1))

    def points(self, tile: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns of the pixels where `features` looks."""
        most = max(_POINTS, 3 * self.resolution)
        counts = (min(tile * self.resolution, n, most) if tile > 1 else self.resolution for n in self.shape)
        rows, columns = (_middles(n, count) for n, count in zip(self.shape, counts, strict=True))
        return rows, columns

    def sample(self, values: NDArray[Any]) -> NDArray[Any]:
        """A map at the points of `features`, (F,)."""
        return np.asarray(values[np.ix_(*self.points(TILE))].ravel())

    def expand(self, values: NDArray[Any]) -> NDArray[Any]:
        """A map (H, W) from values in the middle of each cell of the unshifted grid, (s x s,)."""
        down, across = (between(n, self.resolution) for n in self.shape)
        return np.asarray(down @ values.reshape(self.resolution, -1) @ across.T)

    def expand_variance(self, covariance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Variance of such a map: each pixel lies between four values, which are not independent."""
        s = self.resolution
        down, across = (between(n, s) for n in self.shape)
        rows = np.einsum("yi,yk,ijkl->yjl", down, down, covariance.reshape(s, s, s, s), optimize=True)
        return np.asarray(np.einsum("xj,xl,yjl->yx", across, across, rows, optimize=True))

    def expand_sample(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Such maps at the points of `features`, for many sets of values: (P, s x s) to (P, F)."""
        s = self.resolution
        rows, columns = self.points(TILE)
        down, across = between(self.shape[0], s)[rows], between(self.shape[1], s)[columns]
        return np.asarray(down @ values.reshape(-1, s, s) @ across.T).reshape(len(values), -1)

    def sums(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weighted sum of the first masks, (H, W).

        Masks of one offset down share their rows, so that their grids are summed before they are stretched:
        no mask is ever drawn pixel by pixel.
        """
        height, width = self.shape
        s = self.resolution
        rows, columns = (axis.astype(np.float32) for axis in self._axes)
        strips = np.zeros((cell_size(height, s), s, width), np.float32)
        chosen = np.flatnonzero(weights)
        for part in np.array_split(chosen, -(-len(chosen) // CHUNK) or 1):
            if not len(part):
                return np.zeros(self.shape)
            first = int(part[0])
            grids, down, across = self.compact(first, int(part[-1]) + 1)
            for i in part.tolist():
                window = columns[across[i - first] : across[i - first] + width]
                strips[down[i - first]] += (np.float32(weights[i]) * grids[i - first]) @ window.T
        order = np.flatnonzero(strips.any(axis=(1, 2)))
        if not len(order):
            return np.zeros(self.shape)
        bands = np.concatenate([rows[y : y + height] for y in order], axis=1)
        return np.asarray(bands @ strips[order].reshape(-1, width), np.float64)

    def spread(self) -> NDArray[np.float64]:
        """Standard deviation of a mask, (H, W): sqrt(p (1 - p)) by the root mean square of its weights."""
        parts = []
        for axis, length in zip(self._axes, self.shape, strict=True):
            cell = cell_size(length, self.resolution)
            total = np.concatenate([[0.0], np.cumsum((axis**2).sum(axis=1))])
            parts.append((total[cell : cell + length] - total[:length]) / cell)
        return np.asarray(np.sqrt(self.keep * (1 - self.keep) * parts[0][:, None] * parts[1][None]))

    def describe(self) -> dict[str, Any]:
        """Parameters for the record."""
        return {
            "masks": "grid",
            "resolution": self.resolution,
            "keep": self.keep,
            "antithetic": self.antithetic,
            "seed": self.seed,
        }


def _middles(length: int, count: int) -> NDArray[np.int64]:
    return ((np.arange(count) + 0.5) * length / count).astype(np.int64)
