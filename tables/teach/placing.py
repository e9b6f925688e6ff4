"""Where on the page the digits of a known text stand: alignment of a text with what is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.tables.digits.peaks import LOWER, UPPER, Peaks

__all__ = ["Placing", "inside", "place"]

_SIGN = 0.3  # presence that is granted to a piece of ink in which the network sees no digit


@dataclass(frozen=True, slots=True, eq=False)
class Placing:
    """The digits of a text that have found their places.

    Attributes
    ----------
    boxes : (N, 4) ndarray of float64
    digits : (N,) ndarray of int64
    whole : bool
        Whether all of the text is placed and nothing in the area speaks against it.
    """

    boxes: NDArray[np.float64]
    digits: NDArray[np.int64]
    whole: bool


def place(
    text: Sequence[int],
    area: Sequence[float],
    seen: Peaks,
    signs: NDArray[np.float64],
    height: float,
) -> Placing:
    """Lay the digits of a text onto what is seen in an area, both in reading order.

    Each digit goes to one candidate; the order is kept, and the sum of what speaks for each pair (that there
    is a digit at all, and that it is this one) is as large as can be. Where candidates are too few, pieces
    of ink of a digit's size in which the network sees nothing stand in, if there are just enough of them.
    Where it still does not come out even, only digits that the network reads as the text has them are
    placed.

    Parameters
    ----------
    text : sequence of int
        Digits in reading order; none for a place that is known to be empty.
    area : sequence of float
        x, y, w, h in which they stand.
    seen : Peaks
        Candidates of the page.
    signs : (K, 4) ndarray
        Pieces of ink as large as digits.
    height : float
        Of a tall digit.

    Returns
    -------
    Placing
    """
    truth = np.array(text, np.int64)
    if not truth.size:
        return Placing(np.zeros((0, 4)), truth, True)
    here = inside(seen.boxes, area)
    boxes, chances = seen.boxes[here], seen.probabilities[here]
    found = _aligned(truth, boxes, chances, height)
    if not found.complete(truth.size):
        free = signs[inside(signs, area)]
        free = free[~_touching(free, boxes)]
        more = np.vstack([boxes, free])
        mixed = np.vstack([chances, np.full((len(free), 10), _SIGN / 10)])
        wider = _aligned(truth, more, mixed, height)
        if len(wider.at) == truth.size and set(range(len(boxes), len(more))) <= set(wider.candidate):
            boxes, chances, found = more, mixed, wider
    at, candidate = np.array(found.at, int), np.array(found.candidate, int)
    whole = found.complete(truth.size)
    if not whole and at.size:
        sure = chances[candidate, truth[at]] >= UPPER
        at, candidate = at[sure], candidate[sure]
    return Placing(boxes[candidate].reshape(-1, 4), truth[at], whole)


@dataclass(frozen=True, slots=True)
class _Alignment:
    at: tuple[int, ...]  # places in the text
    candidate: tuple[int, ...]  # what stands there
    left_over: bool  # whether a likely digit stands in no place of the text
    agrees: bool  # whether all that are placed are read as the text has them

    def complete(self, size: int) -> bool:
        return len(self.at) == size and (self.agrees or not self.left_over)


def _aligned(
    truth: NDArray[np.int64], boxes: NDArray[np.float64], chances: NDArray[np.float64], height: float
) -> _Alignment:
    order = _reading_order(boxes, height)
    presence = chances.sum(1)
    gain = 0.5 * presence[order, None] + chances[order][:, truth] + 1e-6
    best = np.zeros((len(order) + 1, truth.size + 1))
    for i in range(len(order)):
        for j in range(truth.size):
            best[i + 1, j + 1] = max(best[i, j] + gain[i, j], best[i, j + 1], best[i + 1, j])
    i, j, pairs = len(order), truth.size, []
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((j, int(order[i])))
    pairs.reverse()
    taken = {n for _, n in pairs}
    left_over = any(chances[n].max() >= LOWER for n in range(len(boxes)) if n not in taken)
    agrees = all(int(chances[n].argmax()) == truth[at] for at, n in pairs)
    return _Alignment(tuple(at for at, _ in pairs), tuple(n for _, n in pairs), left_over, agrees)


def _reading_order(boxes: NDArray[np.float64], height: float) -> NDArray[np.int64]:
    """Line by line, each from left to right; a line ends where the next digit stands much lower."""
    if not len(boxes):
        return np.zeros(0, np.int64)
    middle = boxes[:, 1] + boxes[:, 3] / 2
    down = np.argsort(middle, kind="stable")
    line = np.zeros(len(boxes), int)
    line[down] = np.concatenate([[0], np.cumsum(np.diff(middle[down]) > 0.6 * height)])
    return np.lexsort((boxes[:, 0], line))


def inside(boxes: NDArray[np.float64], area: Sequence[float]) -> NDArray[np.bool_]:
    """Whether each box's centre lies in an area.

    Parameters
    ----------
    boxes : (N, 4) ndarray of float64
        x, y, w, h.
    area : sequence of float
        x, y, w, h.

    Returns
    -------
    (N,) ndarray of bool
    """
    x, y, w, h = area
    centre = boxes[:, :2] + boxes[:, 2:] / 2
    return np.asarray(np.all((centre >= (x, y)) & (centre <= (x + w, y + h)), axis=1))


def _touching(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a good part of each box is shared with one of the others."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, :2] + boxes[:, None, 2:], others[None, :, :2] + others[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    smaller = np.minimum(boxes[:, None, 2:].prod(2), others[None, :, 2:].prod(2))
    return np.asarray(np.any(shared > 0.3 * smaller, axis=1))
