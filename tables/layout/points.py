"""Points and commas between the digits of one number, found in the ink."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.tables.geometry import Box
from zij.tables.layout.neighbours import Indices, pairs_ahead
from zij.tables.layout.stains import Stains
from zij.tables.reading import Glyph

__all__ = ["Points", "find_points"]

Floats = NDArray[np.float64]

# all lengths are in digit heights
SMALLEST, LARGEST = 0.07, 0.38  # sides of a point
LONGEST = 2.2  # a point's longer side is at most so many times the shorter
WIDEST = 1.4  # centres of digits with a point between them are at most so far apart
UNEVEN = 0.3  # a point that stands so much nearer to one digit than to the other ends a number
OVERLAP = 0.12  # how far the box of a digit may reach over a point
SHARE = 0.3  # of the pairs of digits set like those with a point between them, at least so many have one
USUAL = np.array([0.25, 0.25, 0.16, 0.14])  # how far a point may differ from the usual one in `_Found.shape`


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points between digits.

    Attributes
    ----------
    pair : (P,) ndarray of intp
        The pair of digits that each point stands between.
    signs : tuple of Glyph
        The points: "·" at half the height of the digits, "." or "," on the line.
    """

    pair: Indices
    signs: tuple[Glyph, ...]

    @classmethod
    def none(cls) -> Points:
        """No point."""
        return cls(np.empty(0, np.intp), ())


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Small pieces of ink between two digits: (P,) pair, (P, 4) box and shape, (P,) kind.

    The shape is the space to the left and to the right, the height over the line and the size.
    """

    pair: Indices
    box: Floats
    shape: Floats
    kind: NDArray[np.str_]


def find_points(
    stains: Stains,
    boxes: Floats,
    lines: Floats,
    first: Indices,
    second: Indices,
    *,
    digit_height: float,
) -> Points:
    """Find the points between digits that stand beside each other.

    A point is a small piece of ink, alone between two digits, at half their height or on their line. Specks
    and the remains of rulings look like that now and then; points of one kind stand alike on a page, and
    most digits that are set as far apart as with a point have one.

    Parameters
    ----------
    stains : Stains
        The ink of the page.
    boxes : (N, 4) ndarray
        x, y, w, h of the digits.
    lines : (N,) ndarray
        y of the middle of the small letters at each digit.
    first, second : (M,) ndarray of intp
        Pairs of digits beside each other, the left one first, with no ruling between.
    digit_height : float
        Nominal digit height in pixels.

    Returns
    -------
    Points
        At most one a pair; a point's confidence says how much it is like the usual one.
    """
    found = _between(stains, boxes, lines, first, second, digit_height)
    middle = boxes[:, 0] + boxes[:, 2] / 2
    distance = (middle[second] - middle[first]) / digit_height
    pairs, signs = [], []
    for kind in ("·", ".", ","):
        of = np.flatnonzero(found.kind == kind)
        if not len(of):
            continue
        odd = (np.abs(found.shape[of] - np.median(found.shape[of], axis=0)) / USUAL).max(1)
        of, odd = of[odd <= 1], odd[odd <= 1]
        alike = np.abs(distance - np.median(distance[found.pair[of]])) <= 0.15 if len(of) else np.empty(0)
        if np.isin(np.flatnonzero(alike), found.pair[of]).sum() < SHARE * max(alike.sum(), 1):
            continue
        for k, away in zip(of.tolist(), odd.tolist(), strict=True):
            pairs.append(int(found.pair[k]))
            signs.append(Glyph(Box(*found.box[k].tolist()), kind, round(1 - 0.4 * away**2, 3)))
    order = sorted(range(len(pairs)), key=lambda k: pairs[k])
    return Points(np.array(pairs, np.intp)[order], tuple(signs[k] for k in order))


def _between(
    stains: Stains, boxes: Floats, lines: Floats, first: Indices, second: Indices, digit_height: float
) -> _Found:
    """Pieces of ink of a point's size that stand alone between the two digits of a pair."""
    h = digit_height
    specks = stains.between((SMALLEST * h,) * 2, (LARGEST * h,) * 2).boxes
    left, right = boxes[first, 0] + boxes[first, 2], boxes[second, 0]
    middle = boxes[:, 0] + boxes[:, 2] / 2
    near = np.flatnonzero(middle[second] - middle[first] <= WIDEST * h)
    line = (lines[first] + lines[second]) / 2
    x = np.append((left + right)[near] / 2, specks[:, 0] + specks[:, 2] / 2)
    y = np.append(line[near], specks[:, 1] + specks[:, 3] / 2)
    i, j = pairs_ahead(x, y, ahead=(-WIDEST / 2 * h, WIDEST / 2 * h), aside=0.8 * h)
    both = (i < len(near)) & (j >= len(near))
    pair, box = near[i[both]], specks[j[both] - len(near)]
    end = box[:, 0] + box[:, 2]
    inside = (box[:, 0] >= left[pair] - OVERLAP * h) & (end <= right[pair] + OVERLAP * h)
    inside &= box[:, 2:].max(1) <= LONGEST * box[:, 2:].min(1)
    pair, box = pair[inside], box[inside]
    alone = np.bincount(pair, minlength=len(first))[pair] == 1
    pair, box = pair[alone], box[alone]
    centre = box[:, :2] + box[:, 2:] / 2
    shape = np.stack(
        [
            (centre[:, 0] - left[pair]) / h,
            (right[pair] - centre[:, 0]) / h,
            (centre[:, 1] - line[pair]) / h,
            box[:, 2:].mean(1) / h,
        ],
        axis=1,
    )
    kind = _kinds(shape[:, 2], box, _half(boxes, lines, h), h)
    kind[np.abs(shape[:, 0] - shape[:, 1]) > UNEVEN] = ""
    return _Found(pair, box, shape, kind)


def _half(boxes: Floats, lines: Floats, digit_height: float) -> float:
    """Half the height of the small letters: that of the digits which stand evenly about their line."""
    even = np.abs(boxes[:, 1] + boxes[:, 3] / 2 - lines) < 0.1 * digit_height
    return float(np.median(boxes[even, 3])) / 2 if even.any() else digit_height / 2


def _kinds(over: Floats, box: Floats, half: float, digit_height: float) -> NDArray[np.str_]:
    """Which sign each piece of ink may be, by its height over the line; "" for none."""
    base = half / digit_height
    low, tall = over + box[:, 3] / 2 / digit_height, box[:, 3] > 1.25 * box[:, 2]
    kind = np.where(np.abs(over - base) < 0.2, ".", "")
    kind = np.where((low > base + 0.1) & (over < base + 0.35) & tall, ",", kind)
    return np.asarray(np.where(np.abs(over) < 0.5 * base, "·", kind), np.str_)
