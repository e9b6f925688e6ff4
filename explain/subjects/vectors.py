"""What all subjects compute alike: distances between embeddings, and shares of their regions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zij.errors import ModelError, UsageError

__all__ = ["distances", "kept_shares"]


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


def kept_shares(kept: ArrayLike, regions: int) -> NDArray[np.float64]:
    """How much of each region stays visible in each of n copies, as an (n, R) array.

    Raises
    ------
    UsageError
        If `kept` does not fit the regions.
    """
    shares = np.asarray(kept, float)
    if shares.ndim != 2 or shares.shape[1] != regions:
        raise UsageError(f"kept has shape {shares.shape}; give (n, {regions}), a share for each region.")
    return shares
