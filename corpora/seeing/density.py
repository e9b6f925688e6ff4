"""Clusters that need no number of clusters and no threshold: HDBSCAN on chords.

Campello, Moulavi and Sander, "Density-based clustering based on hierarchical density estimates", PAKDD 2013,
doi:10.1007/978-3-642-37456-2_14, as scikit-learn has it. A cluster is a group of at least two pages that
holds together over a long range of distances; a page in no group is a cluster of its own. As density takes
three pages to show, pairs come afterwards: two pages left alone are a cluster if each is the other's nearest
and they are as near as pages of clusters are to theirs. Why this method and not average linkage, which needs
a threshold, stands in docs/how-to/corpus/see.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zij.corpora.seeing.neighbours import nearest, unit

__all__ = ["PAIRED", "SAMPLES", "density_clusters"]

SAMPLES = 3
"""A page counts as dense by its distance to the third nearest page, itself the first."""
PAIRED = 0.75
"""Quantile of the distances to the nearest page, in clusters, up to which two lone pages make a pair."""


def density_clusters(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """HDBSCAN of the directions of vectors, with clusters of two and more.

    Pages with the same vector are always in one cluster; they count as one page.

    Parameters
    ----------
    vectors : (N, D) ndarray of float32
        Square roots of counts, at any length.

    Returns
    -------
    (N,) ndarray of int64
        Cluster of each page, from 0.
    """
    if not len(vectors):
        return np.zeros(0, np.int64)
    rows, inverse = np.unique(unit(vectors), axis=0, return_inverse=True)
    if len(rows) <= SAMPLES:
        return np.asarray(inverse, np.int64)
    from sklearn.cluster import HDBSCAN
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        # a tree instead of all distances: 10,000 pages take 0.2 GB and not 1.6
        model = HDBSCAN(min_cluster_size=2, min_samples=SAMPLES, algorithm="kd_tree", n_jobs=2, copy=True)
        labels = model.fit(rows).labels_.astype(np.int64)
    alone = labels < 0
    labels[alone] = labels.max() + 1 + np.arange(int(alone.sum()))
    return np.asarray(_paired(rows, labels)[inverse], np.int64)


def _paired(rows: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The labels, with pairs made of lone rows."""
    lone = np.bincount(labels)[labels] == 1
    if lone.all():
        return labels
    distances, indices = nearest(rows, 1)
    near, who = distances[:, 0], indices[:, 0]
    own = np.arange(len(rows))
    pair = lone & lone[who] & (who[who] == own) & (near <= np.quantile(near[~lone], PAIRED))
    return np.where(pair, labels[np.minimum(own, who)], labels)
