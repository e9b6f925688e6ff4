"""Rules that one quantity keeps by itself: constant, evenly growing, repeating, symmetrical, smooth, in
order.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.arithmetic.claims import LOOSE, SMOOTH, Claim, claim, keeps
from zij.explain.collation.arithmetic.quantities import Series
from zij.explain.collation.arithmetic.smooth import robust_scale, suspects

__all__ = ["own_claims", "smooth_claim"]

_NOISE = 25.0  # a course rougher than this in units, and than a 25th of its spread, is no smooth course
_DEGREES = (1, 2, 3)


def own_claims(series: Series) -> list[Claim]:
    """The rules that a quantity keeps by itself, the strictest first.

    A quantity that keeps an exact rule (constant, evenly growing, repeating) is not asked for weaker ones;
    the order of the rows is asked only where no smooth course is found.

    Parameters
    ----------
    series : Series

    Returns
    -------
    list of Claim
    """
    if series.known.sum() < 5:
        return []
    exact: tuple[Callable[[Series], Claim | None], ...] = (_constant, _even, _stepped, _repeating, _quadratic)
    for ask in exact:
        found = ask(series)
        if found is not None:
            return [found]
    found = smooth_claim(series)
    mirrored = _symmetrical(series, found)
    if mirrored is not None:
        return [mirrored, *([found] if found is not None else [])]
    order = _ordered(series) if found is None else None
    return [one for one in (found, order) if one is not None]


def _claim(
    series: Series, name: str, words: str, expected: NDArray[np.float64], tolerance: float, **more: object
) -> Claim | None:
    return claim(
        name,
        series.quantity.name,
        words,
        series.units,
        series.known,
        expected,
        tolerance=tolerance,
        **more,  # type: ignore[arg-type]
    )


def _constant(series: Series) -> Claim | None:
    values, counts = np.unique(series.units[series.known], return_counts=True)
    common = int(values[counts.argmax()])
    expected = np.full(len(series.units), float(common))
    return _claim(series, "constant", f"all cells are {series.text(common)}", expected, 0.0)


def _line(series: Series, degree: int = 1) -> NDArray[np.float64]:
    """A polynomial of the row's number through the bulk of the values, by least absolute deviations."""
    rows = np.flatnonzero(series.known).astype(np.float64)
    y = series.units[series.known].astype(np.float64)
    centre, spread = rows.mean(), max(float(np.ptp(rows)) / 2, 1.0)
    powers = ((rows - centre) / spread)[:, None] ** np.arange(degree + 1)
    weight = np.ones(len(y))
    for _ in range(60):
        root = np.sqrt(weight)
        found = np.linalg.lstsq(powers * root[:, None], y * root, rcond=None)[0]
        weight = 1 / np.maximum(np.abs(y - powers @ found), 0.05)
    inside = np.abs(y - powers @ found) <= 1.5
    if inside.sum() >= max(degree + 2, len(y) // 2):
        found = np.linalg.lstsq(powers[inside], y[inside], rcond=None)[0]
    all_rows = (np.arange(len(series.units)) - centre) / spread
    result: NDArray[np.float64] = (all_rows[:, None] ** np.arange(degree + 1)) @ found
    return result


def _even(series: Series) -> Claim | None:
    """Equal steps from row to row, exactly, or but for rounding."""
    steps, gaps = np.diff(series.units[series.known]), np.diff(np.flatnonzero(series.known))
    single = steps[gaps == 1]
    if len(single) < 4:
        return None
    values, counts = np.unique(single, return_counts=True)
    step = int(values[counts.argmax()])
    if counts.max() >= 0.6 * len(single) and step:
        start = series.units - step * np.arange(len(series.units))
        firsts, times = np.unique(start[series.known], return_counts=True)
        expected = firsts[times.argmax()] + step * np.arange(len(series.units), dtype=np.float64)
        counting = abs(step) == series.places.units and not series.places.bases
        name = "counting" if counting else "constant differences"
        found = _claim(
            series, name, f"each row is {_signed(series, step)} more than the one above", expected, 0.0
        )
        if found is not None:
            return found
    line = _line(series)
    slope = float(line[1] - line[0])
    words = f"each row is {slope / series.places.units:.8g} more than the one above, but for rounding"
    off = np.abs(series.units - line)[series.known]
    if (
        abs(slope) < 0.02
        or np.ptp(series.units[series.known]) < 8
        or (off <= 0.6).sum() < 0.92 * (off <= 1.0).sum()
    ):
        return None
    return _claim(series, "constant differences", words, line, 2.0) if _rounded(off) else None


def _signed(series: Series, step: int) -> str:
    return ("" if step >= 0 else "-") + series.places.text(abs(step))


def _stepped(series: Series) -> Claim | None:
    """Equal steps, but for a few that are wrong and carry all later rows with them."""
    rows = np.flatnonzero(series.known)
    steps = np.diff(series.units[series.known])
    if len(steps) < 8 or (np.diff(rows) != 1).any():
        return None
    values, counts = np.unique(steps, return_counts=True)
    step = int(values[counts.argmax()])
    wrong = np.flatnonzero(steps != step)
    if not step or len(wrong) > 0.1 * len(steps):
        return None
    expected = np.full(len(series.units), np.nan)
    expected[rows[1:]] = series.units[rows[:-1]] + step
    expected[rows[0]] = series.units[rows[1]] - step
    run = np.ones(len(series.units), np.int64)
    run[rows[1:][wrong]] = len(rows) - 1 - wrong
    words = f"each row is {_signed(series, step)} more than the one above; steps that are not carry on below"
    return _claim(series, "constant differences", words, expected, 0.0, run=run)


def _repeating(series: Series) -> Claim | None:
    units, known = series.units, series.known
    n = len(units)
    for period in range(2, min(n // 3, 366) + 1):
        both = known[period:] & known[:-period]
        same = (units[period:] == units[:-period]) & both
        if both.sum() < 6 or same.sum() < 0.75 * both.sum():
            continue
        expected = np.full(n, np.nan)
        for start in range(period):
            own = units[start::period][known[start::period]]
            if len(own) > 2:
                values, counts = np.unique(own, return_counts=True)
                if counts.max() >= 2:
                    expected[start::period] = values[counts.argmax()]
        return _claim(series, "repetition", f"the numbers repeat after {period} rows", expected, 0.0)
    return None


def _quadratic(series: Series) -> Claim | None:
    values = series.units[series.known]
    if len(values) < 8 or np.ptp(values) < 16:
        return None
    curve = _line(series, 2)
    second = float(curve[2] - 2 * curve[1] + curve[0])
    if abs(second) * len(curve) ** 2 / 8 < 4:
        return None
    if not _rounded(np.abs(series.units - curve)[series.known]):
        return None
    words = f"the second differences are all {second / series.places.units:.6g}, but for rounding"
    return _claim(series, "constant second differences", words, curve, 2.0)


def _rounded(off: NDArray[np.float64]) -> bool:
    """Whether rounding explains the residuals of most cells; what is off by a unit more is no error yet."""
    return keeps(int((off <= 1.0).sum()), len(off))


def smooth_claim(series: Series) -> Claim | None:
    """A smooth course: each value from its neighbours on both sides, by a local polynomial.

    The degree is the one that foretells best. The tolerance is three units of the last place, or six robust
    standard deviations of the residuals where the numbers are rougher; quantities rougher than a 25th of
    their spread keep no smooth course.
    """
    known = series.known
    if known.sum() < 8:
        return None
    rows = np.flatnonzero(known)
    values = series.units[rows].astype(np.float64)
    repeated = np.concatenate([[False], np.diff(values) == 0])
    if repeated.mean() > 0.3 and np.ptp(values) < 3 * len(values):
        return None
    usable = np.ones(len(values), np.bool_)
    tries = [suspects(values, usable, degree, abscissa=rows.astype(np.float64)) for degree in _DEGREES]
    best = min(tries, key=lambda one: (round(one.scale * (1 + 8 * one.excluded.mean()), 2), one.degree))
    spread = robust_scale(values - np.median(values))
    if best.scale > max(1.5, spread / 25) or best.scale > max(_NOISE, spread / 60):
        return None
    expected = np.full(len(known), np.nan)
    expected[rows] = best.expected
    tolerance = float(max(3.0, 6 * best.scale))
    words = (
        f"each cell lies on a smooth course through its neighbours (degree {best.degree}), "
        f"within {tolerance:.3g} units of the last place"
    )
    near = np.zeros(len(known), np.bool_)
    near[rows] = np.abs(values - best.expected) <= tolerance * best.room
    return _claim(series, "smooth differences", words, expected, tolerance, rank=SMOOTH, spared=near)


def _symmetrical(series: Series, smooth: Claim | None) -> Claim | None:
    """The same numbers downwards and upwards from a row, or between two rows."""
    units, known = series.units, series.known
    n = len(units)
    if np.ptp(units[known]) < 8 or n > 2000:
        return None
    best: tuple[int, int] = (0, 0)
    for total in range(n // 2, 2 * n - 2 - n // 2 + 1):
        low, high = max(0, total - n + 1), min(n - 1, total)
        i = np.arange(low, (low + high + 1) // 2)
        both = known[i] & known[total - i]
        same = both & (units[i] == units[total - i])
        if both.sum() >= 6 and same.sum() >= 0.85 * both.sum():
            best = max(best, (int(same.sum()), total))
    if not best[0]:
        return None
    total = best[1]
    i = np.arange(max(0, total - n + 1), min(n - 1, total) + 1)
    expected = np.full(n, np.nan)
    partner = known[total - i]
    expected[i[partner]] = units[total - i[partner]]
    expected[total // 2 if total % 2 == 0 else i[:0]] = np.nan
    centre = f"row {total // 2 + 1}" if total % 2 == 0 else f"rows {total // 2 + 1} and {total // 2 + 2}"
    spared = _less_likely(expected, series, total, smooth)
    return _claim(
        series,
        "symmetry",
        f"the numbers are the same upwards and downwards from {centre}",
        expected,
        0.0,
        spared=spared,
    )


def _less_likely(
    expected: NDArray[np.float64], series: Series, total: int, smooth: Claim | None
) -> NDArray[np.bool_]:
    """Of two partners that differ, the one that fits its neighbours better."""
    n = len(expected)
    spared = np.zeros(n, np.bool_)
    units = series.units.astype(np.float64)
    size = np.abs(units - (np.roll(units, 1) + np.roll(units, -1)) / 2)
    if smooth is not None:
        size = np.abs(np.nan_to_num(smooth.residual))
    for row in np.flatnonzero(np.isfinite(expected) & (expected != series.units)):
        other = total - int(row)
        if 0 <= other < n and size[row] < size[other]:
            spared[row] = True
    return spared


def _ordered(series: Series) -> Claim | None:
    """Numbers that never fall, or never rise; those outside the longest such sequence break it."""
    rows = np.flatnonzero(series.known)
    values = series.units[rows]
    if len(values) < 8 or np.ptp(values) == 0:
        return None
    rising = _longest(values)
    falling = _longest(-values)
    chain, words = (rising, "never fall") if len(rising) >= len(falling) else (falling, "never rise")
    if len(chain) < 0.9 * len(values):
        return None
    expected = np.full(len(series.units), np.nan)
    inside = np.zeros(len(values), np.bool_)
    inside[chain] = True
    expected[rows[inside]] = values[inside]
    between = np.interp(rows[~inside], rows[inside], values[inside])
    expected[rows[~inside]] = np.rint(between)
    return _claim(series, "order", f"the numbers {words}", expected, 0.0, rank=LOOSE, share=0.9)


def _longest(values: NDArray[np.int64]) -> NDArray[np.intp]:
    """Indices of a longest sequence that never falls (patience sorting)."""
    from bisect import bisect_right

    tails: list[int] = []
    ends: list[int] = []
    before = np.full(len(values), -1)
    for k, value in enumerate(values.tolist()):
        place = bisect_right(tails, value)
        before[k] = ends[place - 1] if place else -1
        if place == len(tails):
            tails.append(value)
            ends.append(k)
        else:
            tails[place], ends[place] = value, k
    chain = []
    k = ends[-1] if ends else -1
    while k >= 0:
        chain.append(k)
        k = int(before[k])
    return np.array(chain[::-1], np.intp)
