"""From a model's embeddings to distances, with every way in which a model can fail told in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from zij.errors import ModelError, UsageError

__all__ = ["METRICS", "Metric", "checked_references", "distances", "embedded"]

Metric = Literal["cosine", "euclidean"] | Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[Any]]
METRICS = ("cosine", "euclidean")
"""Names of the distances between embeddings."""


def distances(
    embeddings: NDArray[np.float64], references: NDArray[np.float64], metric: Metric = "cosine"
) -> NDArray[np.float64]:
    """Distance of every embedding to every reference.

    Parameters
    ----------
    embeddings : (n, D) ndarray
    references : (Q, D) ndarray
    metric : "cosine", "euclidean" or callable
        "cosine" is (1 - cos) / 2, from 0 to 1, and 0.5 for an embedding that is zero; a callable takes both
        arrays and returns the distances.

    Returns
    -------
    (n, Q) ndarray of float64

    Raises
    ------
    ModelError
        If a distance is not finite.
    UsageError
        If the metric is not known.
    """
    if callable(metric):
        found = np.asarray(metric(embeddings, references), np.float64)
        if found.shape != (len(embeddings), len(references)) or not np.isfinite(found).all():
            raise ModelError(
                f"the metric gave an array of shape {found.shape} for {len(embeddings)} embeddings and"
                f" {len(references)} references; it has to give that many finite distances."
            )
        return found
    if metric not in METRICS:
        raise UsageError(
            f"metric {metric!r} is not known; choose {' or '.join(METRICS)}, or give a function."
        )
    # row by row, so that a distance does not depend on what else is in the batch
    if metric == "euclidean":
        rows = [np.sqrt(((embeddings - r) ** 2).sum(axis=1)) for r in references]
    else:
        lengths = np.sqrt((embeddings**2).sum(axis=1))
        rows = [_cosine(embeddings, lengths, r) for r in references]
    return np.stack(rows, axis=1)


def _cosine(
    embeddings: NDArray[np.float64], lengths: NDArray[np.float64], reference: NDArray[np.float64]
) -> NDArray[np.float64]:
    norms = lengths * np.sqrt((reference**2).sum())
    cosines = (embeddings * reference).sum(axis=1) / np.where(norms > 0, norms, 1)
    return np.asarray((1 - np.clip(cosines, -1, 1)) / 2)


def checked_references(references: Any, metric: Metric = "cosine") -> NDArray[np.float64]:
    """One reference (D,) or several (Q, D), as (Q, D).

    Raises
    ------
    UsageError
        If they are no finite vectors, or one is zero and the distance is an angle.
    """
    found = _array(references, "the reference", UsageError)
    rows = np.atleast_2d(found)
    if found.ndim not in (1, 2) or 0 in found.shape:
        raise UsageError(
            f"a reference is a vector (D,), several are (Q, D); this one has shape {found.shape}."
        )
    if not np.isfinite(rows).all():
        raise UsageError("the reference holds values that are no numbers (NaN or infinite); embed it again.")
    if metric == "cosine" and not rows.any(axis=1).all():
        raise UsageError(
            "a reference is the zero vector, which has no direction; take another, or metric='euclidean'."
        )
    return rows


def embedded(model: Callable[[Any], Any], batch: Any, dimensions: int | None = None) -> NDArray[np.float64]:
    """What the model gives for a batch, (n, D).

    Parameters
    ----------
    model : callable
    batch : object
        Whatever the model takes, n of them.
    dimensions : int, optional
        Length that the vectors must have.

    Returns
    -------
    (n, D) ndarray of float64

    Raises
    ------
    ModelError
        If it cannot take the batch, if its vectors cannot be read from here or are not finite, or if they do
        not have the reference's length.
    """
    try:
        output = model(batch)
    except (RuntimeError, ValueError, TypeError, IndexError) as error:
        why = (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")
        raise ModelError(
            f"the model cannot take a batch of shape {np.shape(batch)} ({why}); check its input's shape, type"
            " and device."
        ) from error
    found = _array(output, "the model's output", ModelError)
    if found.ndim != 2 or len(found) != len(batch):
        raise ModelError(
            f"the model gave an array of shape {found.shape} for {len(batch)} inputs; it has to give one"
            " vector each, (n, D)."
        )
    if dimensions is not None and found.shape[1] != dimensions:
        raise ModelError(
            f"the model's vectors have {found.shape[1]} dimensions and the reference has {dimensions}; embed"
            " the reference with the same model."
        )
    if not np.isfinite(found).all():
        raise ModelError(
            "the model gave values that are no numbers (NaN or infinite) for a partly hidden page; check its"
            " weights, or choose another fill."
        )
    return found


def _array(values: Any, what: str, error: type[Exception]) -> NDArray[np.float64]:
    """Numbers as float64, wherever they are."""
    try:
        if hasattr(values, "detach"):  # a tensor of PyTorch
            values = values.detach().cpu()
            values = values.double().numpy()
        return np.asarray(values, np.float64)
    except (RuntimeError, ValueError, TypeError, NotImplementedError) as reason:
        why = (str(reason).splitlines() or [type(values).__name__])[0].rstrip(".;! ")
        raise error(
            f"{what} cannot be read as numbers ({why}); give an array, or a tensor on a device with values."
        ) from reason
