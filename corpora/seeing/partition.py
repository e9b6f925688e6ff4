"""Pages split into clusters, and what is to be told of each page and each cluster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Partition", "numbered", "partition"]


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Every page in exactly one cluster.

    Attributes
    ----------
    labels : (N,) ndarray of int64
        Cluster of each page, from 1, the largest first.
    sizes : (C,) ndarray of int64
        Pages of cluster 1, 2, ...
    distances : (N,) ndarray of float64
        Of each page to the centre (the mean) of its cluster, in the unit of the vectors clustered.
    medoids : (C,) ndarray of int64
        Row of the page nearest to the centre of cluster 1, 2, ...
    """

    labels: NDArray[np.int64]
    sizes: NDArray[np.int64]
    distances: NDArray[np.float64]
    medoids: NDArray[np.int64]

    def members(self, cluster: int) -> NDArray[np.int64]:
        """Rows of a cluster, those near its centre first."""
        rows = np.flatnonzero(self.labels == cluster)
        return rows[np.argsort(self.distances[rows], kind="stable")]


def numbered(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Any labels as numbers from 1, larger clusters first, of equal ones that of the first page first.

    Parameters
    ----------
    labels : (N,) ndarray of int64

    Returns
    -------
    (N,) ndarray of int64
    """
    _, first, inverse, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    return np.asarray(rank[inverse], np.int64)


def partition(vectors: NDArray[np.float32], labels: NDArray[np.int64]) -> Partition:
    """The clusters that labels make of vectors, with centres and medoids.

    Parameters
    ----------
    vectors : (N, D) ndarray of float32
        What was clustered.
    labels : (N,) ndarray of int
        Equal for pages of one cluster.

    Returns
    -------
    Partition
    """
    own = numbered(labels)
    sizes = np.bincount(own)[1:] if len(own) else np.zeros(0, np.int64)
    centres = np.zeros((len(sizes), vectors.shape[1]))
    np.add.at(centres, own - 1, vectors)
    centres /= np.maximum(sizes, 1)[:, None]
    distances = np.linalg.norm(vectors - centres[own - 1], axis=1)
    distances = np.round(distances, 6)  # equal pages are equally far, whichever way sums were rounded
    order = np.lexsort((np.arange(len(own)), distances, own))
    medoids = order[np.searchsorted(own[order], np.arange(1, len(sizes) + 1))]
    return Partition(own, np.asarray(sizes, np.int64), distances, np.asarray(medoids, np.int64))
