"""Two looks at one page: the mean of what the network says at two sizes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from zij.tables.geometry import Box
from zij.tables.reading import Glyph

__all__ = ["averaged"]

_SAME = 0.45  # of their union that two boxes share if they are of one digit


def averaged(first: Sequence[Glyph], second: Sequence[Glyph], *, floor: float) -> tuple[Glyph, ...]:
    """Candidates of two looks as one: boxes and probabilities are means.

    What only one look saw has half its probability.

    Parameters
    ----------
    first, second : sequence of Glyph
        Boxes in the same pixels.
    floor : float
        Candidates whose likeliest digit is less probable are dropped.

    Returns
    -------
    tuple of Glyph
        In the order of `first`, then what only `second` has.
    """
    partner = _partners(first, second)
    taken = set(partner.values())
    pairs = [(glyph, second[partner[n]] if n in partner else None) for n, glyph in enumerate(first)]
    pairs += [(glyph, None) for n, glyph in enumerate(second) if n not in taken]
    means = (_mean(one, other) for one, other in pairs)
    return tuple(glyph for glyph in means if glyph.confidence >= floor)


def _partners(first: Sequence[Glyph], second: Sequence[Glyph]) -> dict[int, int]:
    """For each of the first the one of the second on the same place, each once, the best overlap first."""
    if not first or not second:
        return {}
    here, there = (np.array([glyph.box.centre for glyph in glyphs]) for glyphs in (first, second))
    reach = max(glyph.box.h for glyph in (*first, *second)) / 2
    near = cKDTree(there).query_ball_point(here, reach)
    overlaps = sorted((-first[i].box.iou(second[j].box), i, j) for i, them in enumerate(near) for j in them)
    found: dict[int, int] = {}
    used: set[int] = set()
    for overlap, i, j in overlaps:
        if -overlap >= _SAME and i not in found and j not in used:
            found[i] = j
            used.add(j)
    return found


def _mean(one: Glyph, other: Glyph | None) -> Glyph:
    probabilities = np.array(one.probabilities()) / 2
    box = one.box
    if other is not None:
        probabilities += np.array(other.probabilities()) / 2
        box = Box(*((getattr(box, side) + getattr(other.box, side)) / 2 for side in "xywh"))
    order = np.argsort(-probabilities, kind="stable")
    chances = [(str(digit), round(float(probabilities[digit]), 6)) for digit in order[:4]]
    others = tuple((text, chance) for text, chance in chances[1:] if chance >= 0.002)
    return Glyph(box, *chances[0], others)
