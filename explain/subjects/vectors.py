"""Distances between embeddings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zij.errors import ModelError

__all__ = ["distances"]


def distances(vectors: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    """(1 - cosine) / 2 of each vector and the reference, 0 to 1.

    Parameters
    ----------
    vectors : (n, D) ndarray
    reference : (D,) ndarray

    Returns
    -------
    (n,) ndarray
        0.5 where a vector is zero, for then nothing is alike.

    Raises
    ------
    ModelError
        If a vector holds no numbers.
    """
    if not (np.isfinite(vectors).all() and np.isfinite(reference).all()):
        raise ModelError(
            "the model gave an embedding that is no number (NaN or infinite); check its weights."
        )
    norms = np.linalg.norm(vectors, axis=1) * np.linalg.norm(reference)
    cosines = np.divide(vectors @ reference, norms, out=np.zeros(len(vectors)), where=norms > 0)
    return np.asarray((1 - np.clip(cosines, -1, 1)) / 2)
