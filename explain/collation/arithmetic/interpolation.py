"""Values interpolated in a straight line, between rows of another column or between rows computed apart."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.arithmetic.claims import EXACT, Claim, claim
from zij.explain.collation.arithmetic.quantities import Series

__all__ = ["between_claim", "stretch_claim"]

Float = NDArray[np.float64]

_LARGEST = 60  # parts into which the way from one row to the next is divided
_STEEP = 8.0  # units from row to row, so that a part of the way can be told from another
_SPANS = range(2, 31)  # rows from one computed value to the next
_BENT = 6.0  # units by which the course must bend at the computed rows, else it is one straight line


def between_claim(source: Series, target: Series) -> Claim | None:
    """Whether a quantity is interpolated between this and the next row of another.

    Parameters
    ----------
    source, target : Series
        With the same value of their units.

    Returns
    -------
    Claim or None
        None where no fixed part of the way explains nearly all rows.
    """
    if source.places.units != target.places.units:
        return None
    step = np.full(len(source.units), np.nan)
    step[:-1] = np.where(source.known[1:] & source.known[:-1], np.diff(source.units), np.nan)
    both = np.isfinite(step) & target.known & (np.abs(np.nan_to_num(step)) >= _STEEP)
    if both.sum() < 8:
        return None
    part = float(np.median((target.units - source.units)[both] / step[both]))
    share = Fraction(part).limit_denominator(_LARGEST)
    if not 0 < share < 1:
        return None
    expected = source.units + float(share) * step
    words = f"interpolated between {source.quantity.name} and its next row, {share} of the way"
    name = f"interpolation of {source.quantity.name}"
    return claim(
        name, target.quantity.name, words, target.units, target.known, expected, tolerance=1.0, share=0.9
    )


def stretch_claim(series: Series) -> Claim | None:
    """Whether only every n-th row was computed, and those between were interpolated in a straight line.

    Where a computed row is wrong itself, the rows about it agree with each other against it: then it is the
    one that breaks the rule.

    Parameters
    ----------
    series : Series

    Returns
    -------
    Claim or None
        None where the course is straight or bends everywhere.
    """
    units = np.where(series.known, series.units, np.nan).astype(np.float64)
    for span in _SPANS:
        if len(units) < 3 * span + 1:
            return None
        for first in range(span):
            nodes = np.arange(first, len(units), span)
            if len(nodes) >= 4 and _bends(units, nodes, span):
                found = _stretched(series, units, nodes, span)
                if found is not None:
                    return found
    return None


def _bends(units: Float, nodes: NDArray[np.int64], span: int) -> bool:
    """Whether the course is straight between the nodes, and mostly bends at them."""
    bend = np.full(len(units), np.nan)
    bend[1:-1] = np.abs(np.diff(units, 2))
    at = np.zeros(len(units), np.bool_)
    at[nodes] = True
    inside, there = bend[~at & np.isfinite(bend)], bend[at & np.isfinite(bend)]
    if len(inside) < 5 or len(there) < 2:
        return False
    # a wrong value bends the course at three rows
    return bool(np.mean(inside <= 2) >= 0.7 and np.median(there) >= _BENT)


def _stretched(series: Series, units: Float, nodes: NDArray[np.int64], span: int) -> Claim | None:
    fixed = units.copy()
    wrong = []
    for k, node in enumerate(nodes):
        value = _borne_out(units, nodes, k, span)
        if value is not None:
            fixed[node] = value
            wrong.append(node)
    expected = np.full(len(units), np.nan)
    for left, right in pairwise(nodes):
        ways = np.arange(1, span)
        expected[left + ways] = fixed[left] + (fixed[right] - fixed[left]) * ways / span
    for node in wrong:
        expected[node] = fixed[node]
    words = f"every {span}th row computed, from row {nodes[0] + 1} on, and the others interpolated"
    return claim(
        "interpolation", series.quantity.name, words, series.units, series.known, expected, tolerance=1.0,
        rank=EXACT, share=0.8,
    )  # fmt: skip


def _borne_out(units: Float, nodes: NDArray[np.int64], k: int, span: int) -> float | None:
    """What a node should be by the rows on both its sides, if these are against what it is."""
    if not 0 < k < len(nodes) - 1 or span < 3:
        return None
    node, ways = nodes[k], np.arange(1, span)
    told = []
    for other, sign in ((nodes[k - 1], 1), (nodes[k + 1], -1)):
        inner = units[other + sign * ways]
        told.append(units[other] + (inner - units[other]) * span / ways)
    # far from the other node, where rounding weighs least
    far = [values[ways > span / 2] for values in told]
    if not all(np.isfinite(values).any() for values in far):
        return None
    one, two = (float(np.nanmedian(values)) for values in far)
    value = (one + two) / 2
    if abs(one - two) <= 2 and (not np.isfinite(units[node]) or abs(value - units[node]) > 2):
        return float(np.rint(value))
    return None
