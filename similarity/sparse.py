"""The 110 counts of a page from its candidates alone, without maps and without the network.

A page has a few hundred candidates on a grid of some hundred thousand cells, nearly all of them empty. With
e_k(i) for digit k at candidate i, s(i) = sum over k of e_k(i), and i -> j where candidate j stands in the
window to the right of i and no wall strictly between them, the formulae of `zij.similarity.bigrams` become:

    bigram   ab = sum over i of min(e_a(i), max over i -> j of e_b(j))
    isolated  a = sum over i of min(e_a(i), 1 - max over i -> j of s(j), 1 - max over j -> i of s(j))

The counts are those of `BigramNetwork` but for rounding; a page of 400 digits takes about a millisecond
instead of twenty.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from zij.similarity.embedding import Embedding
from zij.similarity.evidence import Evidence
from zij.similarity.features import CELLS
from zij.similarity.placement import EXTRA_FLOOR, RISE, STEP, place, to_right
from zij.tables.reading import Glyph, Reading

__all__ = ["counts_of_peaks", "embed_evidence", "embed_reading"]


def embed_reading(reading: Reading, extra: Iterable[Glyph] = (), *, floor: float = EXTRA_FLOOR) -> Embedding:
    """The embedding of a reading: that of its `evidence_from_reading`, which is not made.

    Parameters
    ----------
    reading : Reading
        Ids are not needed.
    extra, floor
        As `zij.similarity.evidence.evidence_from_reading` takes them.

    Returns
    -------
    Embedding

    Raises
    ------
    InputError
        If the page would need an absurdly large grid, because its coordinates or digit height are wrong.
    """
    found = place(reading, extra, floor=floor)
    return Embedding(counts_of_peaks(found.peaks, found.probabilities, found.walls, found.reach))


def embed_evidence(evidence: Evidence) -> Embedding:
    """The embedding of evidence that is made already; its maps count at the peaks alone."""
    rows, columns = np.unique(evidence.peaks, axis=0).T
    walls = np.argwhere(evidence.barrier > 0)
    reach = int(evidence.reach * CELLS + 1e-6)
    peaks = np.stack([rows, columns], axis=1)
    return Embedding(counts_of_peaks(peaks, evidence.maps[:, rows, columns].T, walls, reach))


def counts_of_peaks(
    peaks: NDArray[np.int64], probabilities: NDArray[np.floating], walls: NDArray[np.int64], reach: int
) -> NDArray[np.float64]:
    """The 110 counts.

    Parameters
    ----------
    peaks : (N, 2) ndarray of int64
        Row and column, from 0, of each candidate's cell; no two are the same.
    probabilities : (N, 10) ndarray
        Of each digit at each candidate, 0 to 1, at most 1 together.
    walls : (W, 2) ndarray of int64
        Row and column of the cells across which no pair is formed. A wall acts on rows up to `RISE` away,
        and on what stands on its two sides, not on digits in its own cell.
    reach : int
        Largest distance of two digits of a pair, in cells.

    Returns
    -------
    (110,) ndarray of float64
        10 isolated digits, then bigram ab at 10 + 10a + b.
    """
    e = np.asarray(probabilities, np.float64)
    one, two = _linked(peaks, walls, reach)
    present, taken = e.sum(axis=1), np.zeros(len(e))
    np.maximum.at(taken, one, present[two])
    np.maximum.at(taken, two, present[one])
    counts = np.zeros(110)
    counts[:10] = np.minimum(e, np.clip(1 - taken, 0, None)[:, None]).sum(axis=0)
    if len(one):
        starts = np.flatnonzero(np.diff(one, prepend=-1))
        first, second = e[one[starts]], np.maximum.reduceat(e[two], starts)
        pairs = [np.minimum(first[:, digit, None], second).sum(axis=0) for digit in range(10)]
        counts[10:] = np.concatenate(pairs)
    return counts


def _linked(
    peaks: NDArray[np.int64], walls: NDArray[np.int64], reach: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of candidates, left and right, that open shifts link; in the order of the left ones."""
    if reach < STEP or not len(peaks):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    stride = int(peaks[:, 1].max()) + reach + 1  # so that a window never runs into the next row
    keys = peaks[:, 0] * stride + peaks[:, 1]
    order = np.argsort(keys)
    line = keys[order]
    # a wall in the column of the right candidate stands no longer between
    widest = np.minimum(to_right(peaks, walls), reach)
    up = np.arange(-RISE, RISE + 1) * stride
    first = np.searchsorted(line, (keys[:, None] + up + STEP).ravel())
    last = np.searchsorted(line, (keys[:, None] + up + widest[:, None]).ravel(), side="right")
    number = np.maximum(last - first, 0)
    one = np.repeat(np.repeat(np.arange(len(peaks)), len(up)), number)
    inside = np.arange(len(one)) - np.repeat(np.cumsum(number) - number, number)
    return one, order[np.repeat(first, number) + inside]
