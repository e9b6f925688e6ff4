"""What a subject is: a page whose parts can be hidden, whatever model looks at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["Method", "Subject"]


class Subject(Protocol):
    """Page A, cut into regions, and the embedding of page B.

    Attributes
    ----------
    regions : int
        R regions of page A.
    names : tuple of str
        Their names.
    centres : (R, 2) ndarray of float64
        x, y in pixels of the original.
    reference : (D,) ndarray of float64
        Embedding of page B.
    stages : int
        How many learned layers the model has.
    """

    @property
    def regions(self) -> int: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def centres(self) -> NDArray[np.float64]: ...
    @property
    def reference(self) -> NDArray[np.float64]: ...
    @property
    def stages(self) -> int: ...

    def embeddings(self, kept: NDArray[np.floating] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """Page A with its regions kept in that share, (n, R) of 0..1, as vectors, (n, D)."""
        ...

    def distances(self, kept: NDArray[np.floating] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """Distances (1 - cosine) / 2 of these to the reference, (n,)."""
        ...

    def noisy(self, sigma: float, rng: Generator) -> Subject:
        """Page A under Gaussian noise, in units of the input's range; 0 looks at it again as it is."""
        ...

    def randomised(self, stages: int, seed: int, *, alone: bool = False) -> Subject:
        """Both pages before a model whose last `stages` learned layers (or that one alone) are drawn anew."""
        ...

    def shuffled(self, seed: int) -> Subject:
        """Page A with the contents of its regions exchanged at random."""
        ...

    def replaced(self, seed: int) -> Subject:
        """Page B with the contents of its regions exchanged at random: another page of the same make."""
        ...


Method = Callable[[Subject], NDArray[np.float64]]
"""An explanation: one relevance for each region of page A, what speaks for the similarity being positive."""
