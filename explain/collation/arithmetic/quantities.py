"""Which columns are the places of one number, found from the numbers themselves."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.arithmetic.grid import Grid, Strand
from zij.explain.collation.arithmetic.places import Places
from zij.explain.collation.arithmetic.records import Quantity

__all__ = ["Series", "bits", "find_series", "other_joins"]

_MOST = 6  # places of one number
_LOOK = 400  # rows looked at
_GAIN = 0.08  # bits a row that joining must spare,
_CARRY = 1.5  # bits a row that are granted where the upper place runs more smoothly with the lower one,
_SMOOTHER = 0.25  # by so many bits a row
_FILLED = 0.4  # part of its base that a place must reach somewhere
_SPARED = 4.0  # and at least so many in all


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A quantity down the rows of a table.

    Attributes
    ----------
    quantity : Quantity
    places : Places
    strands : tuple of Strand
        One a column of the quantity.
    units : (R,) ndarray of int64
        In units of the last place, unwrapped where the numbers begin again after a turn; 0 where unknown.
    known : (R,) ndarray of bool
    """

    quantity: Quantity
    places: Places
    strands: tuple[Strand, ...]
    units: NDArray[np.int64]
    known: NDArray[np.bool_]

    @property
    def values(self) -> NDArray[np.float64]:
        """In units of the first place, NaN where unknown."""
        values: NDArray[np.float64] = np.where(self.known, self.units / self.places.units, np.nan)
        return values

    def text(self, units: float) -> str:
        """A value of the series as scholars quote it, turned back into one turn."""
        whole = round(units)
        return self.places.text(whole % self.quantity.modulus if self.quantity.modulus else whole)


def bits(values: NDArray[np.int64]) -> float:
    """Bits a number that a sequence takes beyond what a smooth course foretells.

    The mean of log2(1 + deviation), the least over the values themselves, their first differences, and what
    is left of each when the line or the cubic through its neighbours on both sides is taken away; each from
    its median. So a few wrong numbers cost little.

    Parameters
    ----------
    values : (N,) ndarray of int64

    Returns
    -------
    float
    """
    if len(values) < 2:
        return 0.0
    x = values.astype(np.float64)
    courses = [x, np.diff(x)]
    if len(x) > 4:
        courses.append(x[1:-1] - (x[:-2] + x[2:]) / 2)
    if len(x) > 7:
        courses.append(x[2:-2] - (4 * (x[1:-3] + x[3:-1]) - x[:-4] - x[4:]) / 6)
    return min(float(np.log2(1 + np.abs(course - np.median(course))).mean()) for course in courses)


def find_series(grid: Grid) -> tuple[Series, ...]:
    """The quantities of a table, from left to right.

    Neighbouring columns are joined where the joined number runs clearly more smoothly than the columns by
    themselves do (`bits`), each place staying below its base but for a few cells: 60, else 30 (signs), 24
    (hours of the day), or a power of ten where all numbers of the lower place have as many digits. The
    division with the fewest bits in all is chosen.

    Parameters
    ----------
    grid : Grid

    Returns
    -------
    tuple of Series
    """
    strands = grid.strands
    fresh = _fresh(strands, grid.rows)
    links = [_base(a, b) for a, b in itertools.pairwise(strands)]
    carry = [
        _carries(a, b, base, fresh) for (a, b), base in zip(itertools.pairwise(strands), links, strict=True)
    ]
    best: list[tuple[float, int]] = [(0.0, 0)]  # bits of the first k strands, start of the last quantity
    for end in range(1, len(strands) + 1):
        choices = [
            (
                best[start][0]
                + _cost(strands[start:end], links[start : end - 1], fresh)
                - _CARRY * sum(carry[start : end - 1]),
                -start,
            )
            for start in range(max(0, end - _MOST), end)
        ]
        cost, start = min(choices)
        best.append((cost, -start))
    groups: list[tuple[int, int]] = []
    end = len(strands)
    while end:
        groups.append((best[end][1], end))
        end = best[end][1]
    return tuple(_series(strands[a:b], links[a : b - 1]) for a, b in reversed(groups))


def other_joins(series: Sequence[Series]) -> tuple[tuple[int, int, Series], ...]:
    """Quantities that neighbouring ones may be together, although their course does not show it.

    A rule or formula that such a quantity keeps tells that its columns belong together: the degrees of a
    column of thirtieths may be 1 from top to bottom, and latitudes may be too faulty to run smoothly.

    Returns
    -------
    tuple of (first, end, Series)
        The quantity made of `series[first:end]`, whole numbers below 60 after the first.
    """
    found = []
    for first in range(len(series)):
        for end in range(first + 2, min(first + 4, len(series)) + 1):
            strands = [strand for one in series[first:end] for strand in one.strands]
            links = [_sixty(a, b) for a, b in itertools.pairwise(strands)]
            if len(strands) <= _MOST and all(links):
                joined = _series(strands, links)
                if joined.known.sum() >= 8:
                    found.append((first, end, joined))
    return tuple(found)


def _sixty(upper: Strand, lower: Strand) -> int:
    both = upper.known & lower.known
    whole = lower.digits[both] // 10**lower.decimals
    fits = both.sum() >= 8 and not upper.decimals and both.sum() >= 0.5 * lower.known.sum()
    return 60 if fits and np.mean(whole <= 60) >= 0.95 else 0


def _fresh(strands: Sequence[Strand], rows: int) -> NDArray[np.bool_]:
    """Rows that do not repeat the one above; repeated lines would hide how smoothly a table runs."""
    if len(strands) < 3 or not rows:
        return np.ones(rows, np.bool_)
    known = np.stack([strand.known for strand in strands], axis=1)
    digits = np.stack([strand.digits for strand in strands], axis=1)
    both = known[1:] & known[:-1]
    same = ((digits[1:] == digits[:-1]) & both).sum(axis=1)
    return np.concatenate([[True], (same < 0.75 * both.sum(axis=1)) | (both.sum(axis=1) < 3)])


def _cost(strands: Sequence[Strand], links: Sequence[int], fresh: NDArray[np.bool_]) -> float:
    """Bits of a quantity made of these columns; infinite where they cannot be one."""
    if not all(links):
        return float("inf")
    values, known = _joined(strands, links)
    if len(strands) > 1 and len(values) < 4:
        return float("inf")
    kept = values[fresh[known]] if len(known[known]) == len(values) else values
    kept = kept if len(kept) > 3 else values
    return bits(kept[:_LOOK]) + max(_GAIN, _SPARED / max(len(kept), 1)) * (len(strands) - 1)


def _carries(upper: Strand, lower: Strand, base: int, fresh: NDArray[np.bool_]) -> bool:
    """Whether the upper place runs more smoothly with the lower one than without it."""
    if not base:
        return False
    joined, known = _joined((upper, lower), (base,))
    kept = fresh[known]
    if len(kept) != len(joined) or kept.sum() < 8:
        return False
    alone = upper.digits[known] * base * 10**lower.decimals
    return bits(joined[kept][:_LOOK]) < bits(alone[kept][:_LOOK]) - _SMOOTHER


def _joined(strands: Sequence[Strand], links: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Joined values of the rows that have all places, and which rows these are."""
    known = np.logical_and.reduce([strand.known for strand in strands])
    parts = np.stack([strand.digits for strand in strands], axis=1)[known]
    joined = _places(strands, links).join(parts, strands[0].negative[known])
    if joined.dtype == object:
        return np.zeros(0, np.int64), np.zeros(len(known), np.bool_)
    return joined, known


def _places(strands: Sequence[Strand], links: Sequence[int]) -> Places:
    return Places(tuple(links), strands[-1].decimals)


def _base(upper: Strand, lower: Strand) -> int:
    """The base that may join two neighbouring columns; 0 where none can."""
    both = upper.known & lower.known
    if upper.decimals or both.sum() < 4 or both.sum() < 0.5 * lower.known.sum() or lower.negative.any():
        return 0
    values = lower.digits[both] // 10**lower.decimals
    within = {60: np.mean(values <= 60) >= 0.95, 30: np.mean(values < 30) >= 0.98}
    within[24] = np.mean(values < 24) >= 0.98
    found = [base for base, fits in within.items() if fits and values.max() >= _FILLED * base]
    if lower.width > 1 and not lower.decimals:
        found.append(10**lower.width)
    if len(found) < 2:
        return found[0] if found else 0
    costs = [bits(_joined((upper, lower), (base,))[0][:_LOOK]) for base in found]
    return min(zip(costs, range(len(found)), found, strict=True))[2]


def _series(strands: Sequence[Strand], links: Sequence[int]) -> Series:
    values, known = _joined(strands, links)
    if not known.any() and len(strands) == 1:  # too many digits for exact whole numbers of the machine
        known = np.zeros(len(strands[0].known), np.bool_)
    units = np.zeros(len(known), np.int64)
    units[known] = values
    places = _places(strands, links)
    modulus = _modulus(values, places, strands)
    if modulus:
        units[known] = _unwrapped(values, modulus)
    columns = tuple(strand.column for strand in strands)
    quantity = Quantity(
        _name(columns),
        columns,
        tuple(strand.part for strand in strands),
        tuple(links),
        places.decimals,
        modulus,
        _unit(places),
    )
    return Series(quantity, places, tuple(strands), units, known)


def _name(columns: Sequence[int]) -> str:
    first, last = columns[0] + 1, columns[-1] + 1
    return f"column {first}" if first == last else f"columns {first}-{last}"


def _unit(places: Places) -> str:
    if places.units == 1:
        return "1"
    return f"{1 / places.units:.{places.decimals}f}" if not places.bases else f"1/{places.units}"


def _modulus(values: NDArray[np.int64], places: Places, strands: Sequence[Strand]) -> int:
    """Units after which the numbers begin again, 0 where they do not."""
    if len(values) < 6 or values.min() < 0:
        return 0
    wholes = [360, 30, 24, 60, 12] if len(strands) > 1 or not places.decimals else []
    if places.bases and places.bases[0] == 30:
        wholes = [12]
    if places.decimals and strands[-1].whole and len(strands) == 1:
        wholes.append(10 ** strands[-1].whole)
    top = float(np.percentile(values, 97))
    fit = [places.units * whole for whole in wholes if top <= places.units * whole]
    look = values[:_LOOK]
    plain = bits(look)
    found = [(bits(_unwrapped(look, m)), m) for m in fit if _turns(look, m)]
    cost, modulus = min(found, default=(np.inf, 0))
    # numbers that mean nothing also come nearer to each other when turns may be added
    return modulus if cost < plain - 0.1 and cost < np.log2(modulus) - 3.5 else 0


def _turns(values: NDArray[np.int64], modulus: int) -> bool:
    """Whether the numbers jump by nearly a whole turn, from a good way up to a good way down."""
    steps = np.abs(np.diff(values))
    return bool((steps > 0.6 * modulus).any() and np.median(steps) < 0.5 * modulus)


def _unwrapped(values: NDArray[np.int64], modulus: int) -> NDArray[np.int64]:
    """The same numbers with whole turns added, so that each step is as near as can be to the usual step."""
    steps = np.diff(values)
    usual = int(np.median((steps + modulus // 2) % modulus - modulus // 2))
    near = (steps - usual + modulus // 2) % modulus - modulus // 2 + usual
    result: NDArray[np.int64] = values[0] + np.concatenate([[0], np.cumsum(near)])
    return result
