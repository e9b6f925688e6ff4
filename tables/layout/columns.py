"""Which numbers stand below each other: the columns of a table."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.tables.layout.barriers import Barriers
from zij.tables.layout.marks import Marks
from zij.tables.layout.neighbours import Indices

__all__ = ["Columns", "find_columns"]

Floats = NDArray[np.float64]

VALLEY = 0.34  # a gutter is crossed by at most this share of the numbers of the thinner side
DOUBTFUL = 0.25  # share of sure numbers below which a stack is none of figures


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Columns from left to right.

    Attributes
    ----------
    of : (N,) ndarray of intp
        Column of each number, -1 where it stands in none.
    left, right : (C,) ndarray
        Extent of the digits' centres in straight coordinates.
    """

    of: Indices
    left: Floats
    right: Floats

    def __len__(self) -> int:
        return len(self.left)


def find_columns(
    marks: Marks, *, barriers: Barriers, digit_height: float, fewest: int = 3, upper: float = 0.8
) -> Columns:
    """Find the columns among numbers that stand near each other.

    A gutter is where few numbers stand, compared with the columns at its sides. Two stacks are one column
    if they are near and hardly ever both filled in a line, with no ruling between: figures set a little to
    the left or right; or if they are what stands before and after a decimal point. A stack counts as a
    column if it has `fewest` numbers, some of them sure, that line up on the left, right or in the middle.

    Parameters
    ----------
    marks : Marks
        Numbers with straight coordinates.
    barriers : Barriers
        Vertical rulings in pixels of the raster.
    digit_height : float
        Nominal digit height in pixels.
    fewest : int
        Numbers that make a column.
    upper : float
        A number is sure if its digits are at least so probable.

    Returns
    -------
    Columns
    """
    edges = _gutters(marks, digit_height)
    stack = np.searchsorted(edges, (marks.u0 + marks.u1) / 2).astype(np.intp)
    stack = _joined(marks, stack, barriers, digit_height)
    keep = [s for s in np.unique(stack).tolist() if _lines_up(marks, stack == s, digit_height, fewest)]
    sure = marks.sure(upper)
    keep = [s for s in keep if sure[stack == s].mean() >= DOUBTFUL]
    stack, keep = _at_the_point(marks, stack, keep, barriers, digit_height)
    of = np.full(len(marks), -1, np.intp)
    for number, s in enumerate(keep):
        of[stack == s] = number
    left = np.array([np.quantile(marks.u0[of == c], 0.1) for c in range(len(keep))])
    right = np.array([np.quantile(marks.u1[of == c], 0.9) for c in range(len(keep))])
    return Columns(of, left, right)


def _gutters(marks: Marks, digit_height: float) -> Floats:
    """Middles of the gutters, from the profile of numbers over u."""
    step, margin = 0.05 * digit_height, 0.2 * digit_height
    start = marks.u0.min() - digit_height
    count = int((marks.u1.max() - start) / step) + 40
    change = np.zeros(count + 1)
    np.add.at(change, ((marks.u0 - margin - start) / step).astype(np.intp), 1)
    np.add.at(change, ((marks.u1 + margin - start) / step).astype(np.intp) + 1, -1)
    profile = np.cumsum(change)[:count]
    peaks, valleys = _extrema(profile)
    while len(valleys):
        lower = np.minimum(profile[peaks[:-1]], profile[peaks[1:]])
        ratio = profile[[int(a) for a, _ in valleys]] / lower
        worst = int(np.argmax(ratio))
        if ratio[worst] <= VALLEY:
            break
        del valleys[worst]
        del peaks[worst + int(profile[peaks[worst]] >= profile[peaks[worst + 1]])]
    return np.array([start + (a + b + 1) / 2 * step for a, b in valleys])


def _extrema(profile: Floats) -> tuple[list[int], list[tuple[int, int]]]:
    """Local maxima of a step function, and the first and last place of the minimum between each two."""
    starts = np.flatnonzero(np.diff(profile, prepend=np.nan) != 0)
    ends = np.append(starts[1:], len(profile)) - 1
    level = profile[starts]
    before, after = np.append(-1.0, level[:-1]), np.append(level[1:], -1.0)
    peaks = [k for k in range(len(level)) if level[k] > before[k] and level[k] > after[k]]
    valleys = []
    for a, b in itertools.pairwise(peaks):
        low = a + int(np.argmin(level[a : b + 1]))
        valleys.append((int(starts[low]), int(ends[low])))
    return [int(starts[k]) for k in peaks], valleys


def _joined(marks: Marks, stack: Indices, barriers: Barriers, digit_height: float) -> Indices:
    """Stacks that are one column get one label."""
    label = stack.copy()
    names = np.unique(stack).tolist()
    for a, b in itertools.pairwise(names):
        left, right = np.flatnonzero(label == label[stack == a][0]), np.flatnonzero(stack == b)
        if np.quantile(marks.u0[right], 0.2) - np.quantile(marks.u1[left], 0.8) > 1.3 * digit_height:
            continue
        beside = np.abs(marks.v[left][:, None] - marks.v[right]) < 0.45 * digit_height
        if beside.any(1).sum() > 0.2 * min(len(left), len(right)):
            continue
        if not _mostly_barred(marks, left, right, barriers):
            label[right] = label[left[0]]
    return label


def _lines_up(marks: Marks, member: NDArray[np.bool_], digit_height: float, fewest: int) -> bool:
    """Whether most numbers of a stack share a left, right or middle position."""
    if member.sum() < fewest:
        return False
    u0, u1 = marks.u0[member], marks.u1[member]
    shares = [np.mean(np.abs(e - np.median(e)) <= 0.45 * digit_height) for e in (u0, u1, (u0 + u1) / 2)]
    return bool(max(shares) >= 0.6)


def _at_the_point(
    marks: Marks, stack: Indices, names: list[int], barriers: Barriers, digit_height: float
) -> tuple[Indices, list[int]]:
    """Stacks parted by no more than a decimal point get one label; the labels that are left.

    What stands after a point has always as many digits, zeros in front included, always something before
    it, and stands nearer to it than to any other column.
    """
    members = [np.flatnonzero(stack == s) for s in names]
    space = np.array([_space(marks, a, b) for a, b in itertools.pairwise(members)])
    outer = np.concatenate([[np.inf], space, [np.inf]])
    pairs, zeros = [], []
    for k, (a, b) in enumerate(itertools.pairwise(members)):
        near = space[k] < 0.9 * min(outer[k], outer[k + 2])
        if near and _decimal(marks, a, b, digit_height) and not _mostly_barred(marks, a, b, barriers):
            pairs.append(k)
            zeros += [
                len(text) > 1 and text[0] == "0" for text in (marks.numbers[n].text for n in b.tolist())
            ]
    if not zeros or np.mean(zeros) < 0.03:
        return stack, names
    stack = stack.copy()
    for k in pairs:
        stack[members[k + 1]] = names[k]
    return stack, [s for k, s in enumerate(names) if k - 1 not in pairs]


def _space(marks: Marks, left: Indices, right: Indices) -> float:
    """Usual distance from the last digits of one stack to the first of the next."""
    return float(np.median(marks.u0[right]) - np.median(marks.u1[left]))


def _decimal(marks: Marks, whole: Indices, part: Indices, digit_height: float) -> bool:
    """Whether one stack may hold what stands after the point of the other."""
    digits = np.array([len(marks.numbers[k].digits) for k in part.tolist()])
    share = np.bincount(digits, weights=digits) / digits.sum()  # of digits: a number with a gap counts twice
    usual = int(share.argmax())
    if usual < 2 or share[usual] < 0.65:
        return False
    full = part[digits == usual]
    pitch = float(np.median(marks.u1[full] - marks.u0[full])) / (usual - 1)
    if not 1.15 * pitch < _space(marks, whole, part) < 1.8 * pitch:
        return False
    beside = np.abs(marks.v[whole][:, None] - marks.v[part]) < 0.45 * digit_height
    return bool(beside.any(0).mean() >= 0.7 and beside.any(1).mean() >= 0.7)


def _mostly_barred(marks: Marks, left: Indices, right: Indices, barriers: Barriers) -> bool:
    """Whether a ruling passes between two stacks in most lines."""
    end, begin = np.full(len(right), np.median(marks.x1[left])), marks.x0[right]
    return bool(barriers.between(np.minimum(end, begin), begin, marks.y[right]).mean() > 0.5)
