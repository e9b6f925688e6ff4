"""Vectors of pages in one flat file, which only grows and is mapped for reading."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["DIMENSIONS", "Vectors"]

DIMENSIONS = {"bigram": 110}


@dataclass(frozen=True, eq=False)
class Vectors:
    """The vectors of a corpus as they were committed when they were asked for.

    Attributes
    ----------
    slots : (S,) ndarray of int64
        Page of each row of `matrix`, -1 where a row holds none.
    matrix : (S, D) ndarray of float32
        Square roots of counts, mapped read-only; not normalised.
    norms : (S,) ndarray of float32
        Euclidean length of each row; 0 in rows without a page and for pages without a feature.
    """

    slots: NDArray[np.int64]
    matrix: NDArray[np.float32]
    norms: NDArray[np.float32]

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Rows that hold a page, rising."""
        return np.flatnonzero(self.slots >= 0)

    @cached_property
    def ids(self) -> NDArray[np.int64]:
        """Pages of `rows`."""
        return self.slots[self.rows]
