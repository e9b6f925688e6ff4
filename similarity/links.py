"""Which candidates of a page may form a pair: the open shifts of the bigram network, as pairs of peaks."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from zij.similarity.evidence import Evidence
from zij.similarity.features import CELLS, MAX_RISE, MIN_STEP

__all__ = ["linked", "probabilities"]


def probabilities(evidence: Evidence) -> NDArray[np.float64]:
    """Probability of each digit at each candidate, (N, 10), as the maps have it at the candidate's cell."""
    rows, columns = evidence.peaks[:, 0], evidence.peaks[:, 1]
    return evidence.maps[:, rows, columns].T.astype(np.float64)


def linked(evidence: Evidence) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Peaks that open shifts link, shift by shift: left ones and right ones, none twice in a batch.

    Shifts come in the order in which equal evidence is decided: the nearest first, then the one on the line.

    Parameters
    ----------
    evidence : Evidence

    Yields
    ------
    ((K,) ndarray of int64, (K,) ndarray of int64)
        Indices of peaks.
    """
    rise, reach = math.floor(MAX_RISE * CELLS), math.floor(evidence.reach * CELLS + 1e-6)
    barrier = np.pad(evidence.barrier > 0, ((rise, rise), (0, reach)))
    wall = np.any([barrier[r : r + evidence.barrier.shape[0]] for r in range(2 * rise + 1)], axis=0)
    at = np.full(barrier.shape, -1, np.int64)
    rows, columns = evidence.peaks[:, 0], evidence.peaks[:, 1]
    at[rows + rise, columns] = np.arange(len(rows))
    is_open = np.ones(len(rows), bool)
    for step in range(1, reach + 1):
        if step >= math.ceil(MIN_STEP * CELLS):
            for up in sorted(range(-rise, rise + 1), key=abs):
                partners = at[rows + rise + up, columns + step]
                one = np.flatnonzero(is_open & (partners >= 0))
                yield one, partners[one]
        is_open &= ~wall[rows, columns + step]
