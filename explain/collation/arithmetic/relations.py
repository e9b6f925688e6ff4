"""One quantity computed from others of the same row: differences and their parts, sums, mirrored columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.arithmetic.claims import EXACT, Claim, claim
from zij.explain.collation.arithmetic.quantities import Series
from zij.explain.collation.arithmetic.records import Rule
from zij.explain.collation.arithmetic.smooth import robust_scale

__all__ = ["difference_claims", "mirror_claims", "settled", "sum_claims"]

Float = NDArray[np.float64]

_EXPLAINS = 0.3  # what may be left of a quantity's variation when it is explained
_WIDEST = 40  # quantities; sums of two are sought in tables up to this


def settled(series: Series, claims: Sequence[Claim]) -> Series:
    """A quantity as its own strict rules would have it, for use as another's argument; never as a reading."""
    for spoken in claims:
        if spoken.rank == EXACT and spoken.rule.tolerance <= 2.5:
            broken = spoken.broken | (~series.known & np.isfinite(spoken.expected))
            if broken.any():
                fitted = np.where(broken, np.rint(np.nan_to_num(spoken.expected)), series.units).astype(
                    np.int64
                )
                return replace(series, units=fitted, known=series.known | broken)
            return series
    for spoken in claims:
        off = spoken.broken
        if off.any() and np.isfinite(spoken.expected[off]).all():
            return replace(series, known=series.known & ~off)
    return series


def difference_claims(source: Series, target: Series) -> list[tuple[str, Claim]]:
    """Whether a quantity is the difference of another from row to row, or a fixed part or multiple of it.

    As in Ptolemy's table of chords: each thirtieth is a thirtieth part of the difference between the next
    chord and this, in the next places.

    Parameters
    ----------
    source, target : Series

    Returns
    -------
    list of (str, Claim)
        The claim on the target, and one on the source where two neighbouring differences are off by opposite
        amounts; with the name of the quantity each is about. Empty where the target is not computed so.
    """
    best: list[tuple[str, Claim]] = []
    for forward in (True, False):
        step = np.full(len(source.units), np.nan)
        both = source.known[1:] & source.known[:-1]
        difference = np.where(both, np.diff(source.units), np.nan)
        step[:-1] = difference if forward else np.nan
        if not forward:
            step[1:] = difference
        found = _as_part(source, target, step, forward)
        if found and (not best or found[0][1].rule.kept > best[0][1].rule.kept):
            best = found
    return best


def _as_part(source: Series, target: Series, step: Float, forward: bool) -> list[tuple[str, Claim]]:
    both = np.isfinite(step) & target.known
    spread = robust_scale(target.units[both] - np.median(target.units[both])) if both.any() else 0.0
    if both.sum() < 8 or np.median(np.abs(step[both])) < 3 or spread < 1.0:
        return []
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = float(np.nanmedian(np.where(step[both] != 0, target.units[both] / step[both], np.nan)))
    part = ratio * source.places.units / target.places.units
    factor = _simple(part)
    if factor is None:
        return []
    exact = factor * target.places.units / source.places.units
    expected = exact * step
    residual = (target.units - expected)[both]
    if robust_scale(residual) > _EXPLAINS * spread or np.mean(np.abs(residual) <= max(1.0, exact)) < 0.85:
        return []
    other = "next" if forward else "last"
    words = f"{_part_words(factor)} of the difference of {source.quantity.name} to the {other} row"
    name = f"differences of {source.quantity.name}"
    own = claim(
        name,
        target.quantity.name,
        words,
        target.units,
        target.known,
        expected,
        tolerance=float(max(1.0, abs(exact))),
    )
    if own is None:
        return []
    return _shared_blame(source, target, own, exact, forward)


def _simple(part: float) -> float | None:
    """The part as 1/n or n, if it is that within 1.5 %."""
    if part == 0 or not np.isfinite(part):
        return None
    size = abs(part)
    whole = round(1 / size) if size < 1 else round(size)
    if not 1 <= whole <= 3600:
        return None
    near = 1 / whole if size < 1 else float(whole)
    return float(np.copysign(near, part)) if abs(size / near - 1) < 0.015 else None


def _part_words(factor: float) -> str:
    size = abs(factor)
    sign = "minus " if factor < 0 else ""
    if size == 1:
        return f"{sign}the whole"
    if size < 1:
        names = {2: "half", 15: "a fifteenth part", 30: "a thirtieth part", 60: "a sixtieth part"}
        whole = round(1 / size)
        return sign + names.get(whole, f"1/{whole}")
    return f"{sign}{round(size)} times"


def _shared_blame(
    source: Series, target: Series, own: Claim, exact: float, forward: bool
) -> list[tuple[str, Claim]]:
    """Blame the source where two neighbouring differences are off by opposite amounts."""
    n = len(source.units)
    expected = np.where(source.known, source.units, np.nan).astype(np.float64)
    spared = np.zeros(n, np.bool_)
    broken = own.broken
    for row in np.flatnonzero(broken[1:] & broken[:-1]) + 1:
        upper, lower = own.residual[row - 1], own.residual[row]
        if spared[row - 1] or abs(upper + lower) > max(1.0, abs(exact)):
            continue
        blamed = row if forward else row - 1
        spared[row - 1 : row + 1] = True
        # target - exact * (next - this): too small above and too large below where this is too large
        expected[blamed] = source.units[blamed] - round(
            (lower - upper) / (2 * exact) * (1 if forward else -1)
        )
    result = [(target.quantity.name, replace(own, spared=own.spared | spared))]
    if spared.any():
        residual = np.where(source.known, source.units - expected, np.nan)
        words = f"its differences stand in {target.quantity.name}"
        off = int((np.nan_to_num(residual) != 0).sum())
        known = int(source.known.sum())
        rule = Rule(
            f"differences in {target.quantity.name}", source.quantity.name, words, known - off, known, 0.0
        )
        none = np.zeros(n, np.bool_)
        result.append(
            (source.quantity.name, Claim(rule, expected, residual, EXACT, none, np.ones(n, np.int64)))
        )
    return result


def mirror_claims(series: Sequence[Series]) -> list[Claim]:
    """Quantities that repeat another one, upwards or downwards, or fill it up to a constant.

    Parameters
    ----------
    series : sequence of Series

    Returns
    -------
    list of Claim
        One a pair of quantities, on that of the two which has more cells off; both are named.
    """
    found = []
    for k, one in enumerate(series):
        for other in series[k + 1 :]:
            if one.places != other.places or len(series) > 4 * _WIDEST:
                continue
            for upwards in (False, True):
                spoken = _mirrored(one, other, upwards)
                if spoken is not None:
                    found.append(spoken)
                    break
    return found


def _mirrored(one: Series, other: Series, upwards: bool) -> Claim | None:
    units, known = (other.units[::-1], other.known[::-1]) if upwards else (other.units, other.known)
    both = one.known & known
    if both.sum() < 8 or len(np.unique(one.units[both])) < 6:
        return None
    course = "upwards" if upwards else "downwards"
    for total in (False, True):
        combined = one.units + units if total else one.units - units
        values, counts = np.unique(combined[both], return_counts=True)
        constant = int(values[counts.argmax()]) if total else 0
        if (combined[both] == constant).sum() < 0.85 * both.sum():
            continue
        expected = np.where(known, constant - units if total else units, np.nan).astype(np.float64)
        words = f"{other.quantity.name} {course}" + (f" make {one.text(constant)} with them" if total else "")
        return claim(
            f"mirror of {other.quantity.name}",
            one.quantity.name,
            words,
            one.units,
            one.known,
            expected,
            tolerance=0.0,
        )
    return None


def sum_claims(series: Sequence[Series]) -> list[Claim]:
    """Quantities that are the sum or difference of the two before them, or of the two after.

    Parameters
    ----------
    series : sequence of Series

    Returns
    -------
    list of Claim
    """
    found: list[Claim] = []
    for k in range(len(series) - 2):
        a, b, c = series[k : k + 3]
        if not a.places.decimals == b.places.decimals == c.places.decimals:
            continue
        if a.places.units != b.places.units or b.places.units != c.places.units:
            continue
        known = a.known & b.known
        if (known & c.known).sum() < 8 or min(len(np.unique(one.units[one.known])) for one in (a, b)) < 4:
            continue
        for sign, word in ((1, "sum"), (-1, "difference")):
            expected = np.where(known, a.units + sign * b.units, np.nan).astype(np.float64)
            words = f"the {word} of {a.quantity.name} and {b.quantity.name}"
            spoken = claim(
                f"{word} of columns", c.quantity.name, words, c.units, c.known, expected, tolerance=0.0
            )
            if spoken is not None and spoken.rule.kept >= 0.85 * len(expected[known]):
                found.append(spoken)
                break
    return found
