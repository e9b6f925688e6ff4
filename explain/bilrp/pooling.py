"""From relevance of a network's input to relevance of regions: square cells, or any labelled parts."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.nn import functional as F

from zij.errors import UsageError

__all__ = ["Pooler"]


class Pooler:
    """Sums relevance over regions; channels are summed first.

    Parameters
    ----------
    x : (1, C, H, W), (1, T, E) or (1, F) tensor
        The network's input: an image, tokens with their embedding, or plain features.
    pool : int
        Side of square cells, for images; those at the right and lower edges may be cut off.
    labels : (H, W), (T,) or (F,) int, optional
        Instead: the number of each position's region, -1 for none.

    Attributes
    ----------
    shape : tuple of int
        Of the regions.
    """

    def __init__(self, x: Tensor, pool: int, labels: ArrayLike | None = None) -> None:
        self.channels = {4: 1, 3: 2}.get(x.dim())
        self.places = tuple(n for k, n in enumerate(x.shape[1:], 1) if k != self.channels)
        if labels is None and x.dim() == 4:
            self.shape: tuple[int, ...] = tuple(math.ceil(n / pool) for n in self.places)
            rows, columns = (np.arange(n) // pool for n in self.places)
            labels = rows[:, None] * self.shape[1] + columns
        elif labels is None:
            self.shape = self.places
            labels = np.arange(math.prod(self.places))
        else:
            self.shape = (int(np.max(labels, initial=-1)) + 1,)
        numbers = np.asarray(labels)
        if numbers.size != math.prod(self.places) or not np.issubdtype(numbers.dtype, np.integer):
            raise UsageError(
                f"region numbers of shape {numbers.shape} do not fit an input of {self.places}; give a whole"
                " number for each of its positions."
            )
        self.count = math.prod(self.shape)
        self.labels = torch.from_numpy(np.where(numbers < 0, self.count, numbers).ravel().astype(np.int64))

    def pooled(self, relevance: Tensor) -> Tensor:
        """Relevance of the input, (S, ...), summed over each region: (S, R)."""
        if self.channels is not None:
            relevance = relevance.sum(self.channels)
        flat = relevance.reshape(len(relevance), -1).float() if _small(relevance) else relevance.flatten(1)
        return self._summed(flat)

    def _summed(self, flat: Tensor) -> Tensor:
        found = flat.new_zeros((len(flat), self.count + 1))
        return found.index_add_(1, self.labels.to(flat.device), flat)[:, : self.count]

    def __call__(self, relevance: Tensor) -> NDArray[np.float64]:
        """The same as an array of float64."""
        return np.asarray(self.pooled(relevance).double().cpu().numpy())

    def spread(self, maps: Tensor) -> NDArray[np.float64]:
        """Coarse maps (C, h, w) laid over the positions and summed over each region, (C, R).

        Totals are kept.
        """
        if maps.dim() == 3:
            height, width = self.places
            fine = F.interpolate(maps[None], size=self.places, mode="nearest")[0]
            fine = fine * (maps.shape[1] * maps.shape[2] / (height * width))
        else:
            fine = maps
        flat = fine.reshape(len(fine), -1).double()
        found = flat.new_zeros((len(flat), self.count + 1))
        return np.asarray(
            found.index_add_(1, self.labels.to(flat.device), flat)[:, : self.count].cpu().numpy()
        )


def _small(tensor: Tensor) -> bool:
    return tensor.dtype in (torch.bfloat16, torch.float16)
