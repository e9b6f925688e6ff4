"""Which numbers of a page stand together, so that they may be a table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zij.tables.layout.marks import Marks
from zij.tables.layout.neighbours import Indices, components, nearest, pairs_ahead

__all__ = ["find_blocks", "steps_below", "steps_beside"]

Floats = NDArray[np.float64]

FARTHEST_BELOW = 6.0  # digit heights between lines of one table
FARTHEST_BESIDE = 10.0  # digit heights between numbers of one table, unless their lines agree


def steps_below(marks: Marks, *, digit_height: float) -> tuple[Indices, Indices]:
    """Each number and the nearest below that overlaps it from left to right (distances in digit heights)."""
    middle = (marks.u0 + marks.u1) / 2
    reach = FARTHEST_BELOW * digit_height
    i, j = pairs_ahead(marks.v, middle, ahead=(0.7 * digit_height, reach), aside=2 * digit_height)
    margin = 0.35 * digit_height
    overlap = (marks.u0[i] - margin < marks.u1[j] + margin) & (marks.u0[j] - margin < marks.u1[i] + margin)
    i, j = i[overlap], j[overlap]
    i, j, _ = nearest(i, j, marks.v[j] - marks.v[i] + 0.1 * np.abs(middle[j] - middle[i]))
    return i, j


def steps_beside(marks: Marks, *, digit_height: float, aside: float = 0.5) -> tuple[Indices, Indices]:
    """Each number and the nearest to its right about its line (distances in digit heights).

    Parameters
    ----------
    marks : Marks
    digit_height : float
        In pixels.
    aside : float
        How far a line may lie off, in digit heights.

    Returns
    -------
    (ndarray, ndarray)
        Indices of the left and the right number of each pair, both (P,).
    """
    farthest = FARTHEST_BESIDE * digit_height
    i, j = pairs_ahead(
        (marks.u0 + marks.u1) / 2,
        marks.v,
        ahead=(0.0, farthest + 4 * digit_height),
        aside=aside * digit_height,
    )
    space = marks.u0[j] - marks.u1[i]
    keep = (space > 0) & (space <= farthest)
    i, j, space = i[keep], j[keep], space[keep]
    i, j, _ = nearest(i, j, space + np.abs(marks.v[j] - marks.v[i]))
    return i, j


def find_blocks(marks: Marks, *, digit_height: float) -> list[Indices]:
    """Groups of numbers that stand together, in lines or in columns, from top to bottom.

    Numbers are linked to the nearest below, where it is at most 2.2 usual lines away, and to the nearest
    beside, unless the two belong to stacks whose lines disagree. Groups that stand farther apart are joined
    where their lines agree, unless each of them could be a table by itself.
    """
    i, j = steps_below(marks, digit_height=digit_height)
    gap = marks.v[j] - marks.v[i]
    pitch = float(np.clip(np.median(gap), digit_height, 5 * digit_height)) if len(gap) else 1.5 * digit_height
    near = gap <= 2.2 * pitch
    i, j = i[near], j[near]
    half = max(0.5, 0.55 * pitch / digit_height)  # a number may stand midway between two lines
    a, b = steps_beside(marks, digit_height=digit_height, aside=half)
    stack = components(len(marks), zip(i.tolist(), j.tolist(), strict=True))
    level = _level(stack[a], stack[b], marks.v[b] - marks.v[a], digit_height)
    a, b = a[level], b[level]
    label = components(len(marks), zip(np.append(i, a).tolist(), np.append(j, b).tolist(), strict=True))
    label = _agreeing(marks, label, beside=a, pitch=pitch)
    blocks = [np.flatnonzero(label == k) for k in np.unique(label).tolist()]
    return sorted(blocks, key=lambda b: (float(marks.v[b].min()), float(marks.u0[b].min())))


def _level(first: Indices, second: Indices, step: Floats, digit_height: float) -> NDArray[np.bool_]:
    """Which steps beside join stacks that have their lines in common: their heights do not scatter."""
    keep = np.ones(len(step), bool)
    pairs: dict[tuple[int, int], list[int]] = {}
    for k, pair in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        pairs.setdefault(pair, []).append(k)
    for members in pairs.values():
        heights = step[members]
        scatter = float(np.median(np.abs(heights - np.median(heights))))
        keep[members] = len(members) < 6 or scatter < 0.19 * digit_height
    return keep


def _agreeing(marks: Marks, label: Indices, *, beside: Indices, pitch: float, fewest: int = 4) -> Indices:
    """Join groups beside each other, most lines of the smaller of which go on in the larger."""
    counts = np.bincount(label)
    wide = np.bincount(label[beside], minlength=len(counts)) >= 0.4 * counts
    large = sorted(np.flatnonzero(counts >= fewest).tolist(), key=lambda k: (-int(counts[k]), k))
    member = {k: np.flatnonzero(label == k) for k in large}
    links = []
    for n, k in enumerate(large):
        for other in large[:n]:
            if not (wide[k] and wide[other]) and _same_lines(marks, member[k], member[other], pitch):
                links.append((k, other))
    return components(len(counts), links)[label]


def _same_lines(marks: Marks, small: Indices, large: Indices, pitch: float) -> bool:
    apart = max(marks.u0[large].min() - marks.u1[small].max(), marks.u0[small].min() - marks.u1[large].max())
    if apart <= 0:
        return False
    v = np.sort(marks.v[large])
    place = np.clip(np.searchsorted(v, marks.v[small]), 1, len(v) - 1)
    offset = np.minimum(np.abs(marks.v[small] - v[place]), np.abs(marks.v[small] - v[place - 1]))
    return bool(np.mean(offset < 0.25 * pitch) >= 0.75)
