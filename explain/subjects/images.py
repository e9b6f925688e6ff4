"""The image of a page before an encoder, cut into regions by a map of labels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from zij.errors import UsageError
from zij.explain.subjects.redrawn import learned_layers, redrawn
from zij.explain.subjects.vectors import distances, kept_shares
from zij.similarity.encoders.encoder import Encoder, checked_vectors
from zij.similarity.encoders.fitting import paper_colour
from zij.tables.geometry import Box

__all__ = ["ImageSubject", "grid_labels"]

_BATCH = 8  # copies at once
_BLOCKS = 16  # parts of each side of an image whose contents are exchanged


def grid_labels(width: int, height: int, cells: int = 8) -> NDArray[np.int64]:
    """Labels of a grid of `cells` x `cells` for an image, (height, width), by rows.

    Parameters
    ----------
    width : int
    height : int
        Both in pixels.
    cells : int
        Of a side.

    Returns
    -------
    (height, width) ndarray of int64

    Raises
    ------
    UsageError
        If the image is smaller than the grid.
    """
    if not 1 <= cells <= min(width, height):
        raise UsageError(
            f"an image of {width} x {height} pixels has no grid of {cells} x {cells}; take fewer."
        )
    rows, columns = (np.arange(side) * cells // side for side in (height, width))
    return np.asarray(rows[:, None] * cells + columns[None, :], np.int64)


@dataclass(frozen=True, eq=False)
class ImageSubject:
    """Page A beside page B, as an encoder sees them.

    Hiding a region lays the colour of the paper over it, in proportion, on the raster that the encoder takes.

    Attributes
    ----------
    encoder : Encoder
    image, other_image : (H, W) or (H, W, 3) ndarray of uint8
        Pages A and B.
    labels : (H, W) ndarray of int
        Region of each pixel of page A, counted from 0; -1 where it has none and is always there.
    input, other_input : (1, C, H', W') tensor, optional
        What the encoder is shown, where that is not the images as they are.
    """

    encoder: Encoder
    image: NDArray[np.uint8]
    other_image: NDArray[np.uint8]
    labels: NDArray[np.int64]
    input: Tensor | None = None
    other_input: Tensor | None = None

    def __post_init__(self) -> None:
        if self.labels.shape != self.image.shape[:2]:
            raise UsageError(
                f"labels of shape {self.labels.shape} do not fit an image of {self.image.shape[:2]}; give one"
                " for each pixel."
            )

    @cached_property
    def regions(self) -> int:
        """One more than the largest label."""
        return int(self.labels.max(initial=-1)) + 1

    @property
    def names(self) -> tuple[str, ...]:
        """The labels."""
        return tuple(str(k) for k in range(self.regions))

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """What holds the pixels of each label; a box without extent for a label that no pixel has."""
        from scipy.ndimage import find_objects

        found = find_objects(self.labels + 1, self.regions)
        return tuple(
            Box(s[1].start, s[0].start, s[1].stop - s[1].start, s[0].stop - s[0].start)
            if s
            else Box(0, 0, 0, 0)
            for s in found
        )

    @cached_property
    def centres(self) -> NDArray[np.float64]:
        """Means of the pixels of each label, (R, 2)."""
        inside = self.labels >= 0
        at, (rows, columns) = self.labels[inside], np.nonzero(inside)
        count = np.maximum(np.bincount(at, minlength=self.regions), 1)
        sums = [np.bincount(at, place + 0.5, minlength=self.regions) for place in (columns, rows)]
        return np.asarray(np.column_stack([total / count for total in sums]))

    @cached_property
    def shown(self) -> Tensor:
        """What the encoder is shown of page A, (1, C, H', W')."""
        return self.encoder.prepare(self.image) if self.input is None else self.input

    @cached_property
    def other_shown(self) -> Tensor:
        """What the encoder is shown of page B, (1, C, H'', W'')."""
        return self.encoder.prepare(self.other_image) if self.other_input is None else self.other_input

    @cached_property
    def reference(self) -> NDArray[np.float64]:
        """Embedding of page B, (D,)."""
        return np.asarray(self._vectors(self.other_shown)[0])

    @property
    def stages(self) -> int:
        """Layers of the encoder's network that hold weights."""
        return len(learned_layers(self.encoder.network))

    @cached_property
    def _paper(self) -> Tensor:
        """Paper as the encoder sees it, (1, C, 1, 1)."""
        pixels = self.image if self.image.ndim == 3 else self.image[..., None]
        colour = paper_colour(pixels).reshape(1, 1, -1)
        patch = np.repeat(np.repeat(colour, 4, axis=0), 4, axis=1)
        plain = replace(self.encoder, size=None)
        return plain.prepare(patch if patch.shape[2] == 3 else patch[..., 0])[:, :, :1, :1]

    @cached_property
    def raster(self) -> Tensor:
        """Label of each pixel of what the encoder is shown, (H', W'); -1 outside the image."""
        height, width = self.shown.shape[2:]
        geometry = self.encoder.geometry(self.image.shape[1], self.image.shape[0])
        y, x = np.mgrid[0:height, 0:width] + 0.5
        points = geometry.to_original(np.column_stack([x.ravel(), y.ravel()]))
        columns, rows = np.floor(points + 1e-6).astype(int).T
        inside = (columns >= 0) & (rows >= 0) & (columns < self.image.shape[1]) & (rows < self.image.shape[0])
        found = np.full(height * width, -1)
        found[inside] = self.labels[rows[inside], columns[inside]]
        return torch.from_numpy(found.reshape(height, width))

    def _vectors(self, shown: Tensor) -> NDArray[np.float64]:
        return checked_vectors(self.encoder.name, self.encoder.network, shown)

    def embeddings(self, kept: NDArray[np.floating] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """Page A with its regions kept in that share, (n, R), as vectors, (n, D).

        Raises
        ------
        UsageError
            If `kept` does not fit the regions.
        """
        kept = kept_shares(kept, self.regions)
        shares = torch.from_numpy(np.column_stack([kept, np.ones(len(kept))])).to(self.shown)
        contrast = self.shown - self._paper
        parts = [
            self._vectors(self._paper + contrast * batch[:, self.raster][:, None])  # label -1: the last share
            for batch in torch.split(shares, _BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.reference)))

    def distances(self, kept: NDArray[np.floating] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """Distances (1 - cosine) / 2 of these to page B, (n,)."""
        return distances(self.embeddings(kept), self.reference)

    def noisy(self, sigma: float, rng: Generator) -> ImageSubject:
        """Page A under Gaussian noise, in units of black to white and cut off there."""
        low, high = self.encoder.bounds()
        noise = torch.from_numpy(rng.standard_normal(self.shown.shape)).to(self.shown)
        seen = self.shown + sigma * (high - low) * noise
        return replace(self, input=torch.minimum(torch.maximum(seen, low), high))

    def randomised(self, stages: int, seed: int, *, alone: bool = False) -> ImageSubject:
        """Both pages before a network whose last layers (or that one alone) are drawn anew."""
        network = redrawn(self.encoder.network, stages, seed=seed, alone=alone)
        return replace(self, encoder=replace(self.encoder, network=network))

    def shuffled(self, seed: int) -> ImageSubject:
        """Page A cut into blocks that are exchanged at random."""
        return replace(self, input=_exchanged(self.shown, seed))

    def replaced(self, seed: int) -> ImageSubject:
        """Page B cut into blocks that are exchanged at random."""
        return replace(self, other_input=_exchanged(self.encoder.prepare(self.other_image), seed))


def _exchanged(shown: Tensor, seed: int) -> Tensor:
    """A raster cut into blocks of one size that are dealt out anew; what is left at the edges stays."""
    height, width = (max(side // _BLOCKS, 1) for side in shown.shape[2:])
    rows, columns = shown.shape[2] // height, shown.shape[3] // width
    dealt = np.random.default_rng([seed, 16]).permutation(rows * columns)
    result = shown.clone()
    for k, place in enumerate(dealt.tolist()):
        (y, x), (v, u) = divmod(k, columns), divmod(place, columns)
        block = shown[:, :, v * height : (v + 1) * height, u * width : (u + 1) * width]
        result[:, :, y * height : (y + 1) * height, x * width : (x + 1) * width] = block
    return result
