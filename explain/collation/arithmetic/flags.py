"""From rules to cells: which cell of a number is off, and what it should be in its own places."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from zij.explain.collation.arithmetic.claims import EXACT, Claim
from zij.explain.collation.arithmetic.grid import Grid, Strand
from zij.explain.collation.arithmetic.quantities import Series
from zij.explain.collation.arithmetic.records import CellCheck, Curve
from zij.explain.collation.arithmetic.slips import slips
from zij.explain.collation.arithmetic.tokens import written

__all__ = ["cell_check", "checks_of", "curve_of", "neighbours"]

Chosen = tuple[Claim, bool, tuple[str, ...]]


def checks_of(grid: Grid, series: Series, claims: Sequence[Claim]) -> list[CellCheck]:
    """What the claims on a quantity say of its cells.

    Of several rules that a row breaks, the one with the least tolerance gives the expected value. A smooth
    course is heard only where no stricter rule speaks, and the order of the rows only where no other rule
    does.

    Parameters
    ----------
    grid : Grid
    series : Series
    claims : sequence of Claim

    Returns
    -------
    list of CellCheck
        One a cell of each row about which a claim speaks.
    """
    found: list[CellCheck] = []
    broken = [spoken.broken for spoken in claims]
    for row in np.flatnonzero(series.known).tolist():
        chosen = _chosen(claims, [bool(one[row]) for one in broken], row)
        if chosen is not None:
            found += _row_checks(grid, series, row, chosen)
    return found


def _chosen(claims: Sequence[Claim], broken: Sequence[bool], row: int) -> Chosen | None:
    speaking = [
        (spoken, off) for spoken, off in zip(claims, broken, strict=True) if np.isfinite(spoken.residual[row])
    ]
    if not speaking:
        return None
    rank = min(spoken.rank for spoken, _ in speaking)
    heard = [(spoken, off) for spoken, off in speaking if spoken.rank == rank]
    against = [spoken for spoken, off in heard if off]
    pick = min(against or [spoken for spoken, _ in heard], key=lambda spoken: spoken.rule.tolerance)
    others = tuple(spoken.rule.name for spoken, off in speaking if off and spoken is not pick)
    return pick, bool(against), others if against else ()


def _row_checks(grid: Grid, series: Series, row: int, chosen: Chosen) -> list[CellCheck]:
    spoken, off, others = chosen
    residual, expected = float(spoken.residual[row]), float(spoken.expected[row])
    parts = [int(strand.digits[row]) for strand in series.strands]
    wanted = _places(series, row, expected, residual, spoken.rule.tolerance) if off else parts
    return [
        cell_check(
            grid, series, row, k, wanted[k], spoken.rule.name, residual,
            tolerance=spoken.rule.tolerance, flagged=off and wanted[k] != parts[k],
            run=int(spoken.run[row]) if off else 1, others=others,
        )
        for k in range(len(parts))
    ]  # fmt: skip


def _places(series: Series, row: int, expected: float, residual: float, tolerance: float) -> list[int]:
    """What should stand in each place: one place changed where that is enough, by the likeliest slip."""
    parts = [int(strand.digits[row]) for strand in series.strands]
    weights = [*series.places.weights[:-1], 1]
    sign = -1 if series.strands[0].negative[row] else 1
    limits = [math.inf, *series.places.bases]
    limits[-1] = limits[-1] * 10**series.places.decimals
    best: tuple[float, list[int]] = (0.0, [])
    for k, weight in enumerate(weights):
        change = -round(sign * residual / weight)
        value = parts[k] + change
        left = abs(sign * residual + change * weight)
        if change and 0 <= value < limits[k] and left <= tolerance + 0.5:
            strand = series.strands[k]
            score = slips(_text(strand, value), _text(strand, parts[k]))[0].probability
            score *= math.exp(-((left / (tolerance + 0.5)) ** 2))
            best = max(best, (score, [*parts[:k], value, *parts[k + 1 :]]))
    if best[1]:
        return best[1]
    whole = round(expected)
    whole = whole % series.quantity.modulus if series.quantity.modulus else whole
    return [int(place) for place in series.places.split([whole])[0]]


def _text(strand: Strand, value: int) -> str:
    return written(value, strand.point, decimals=strand.decimals, width=strand.width)


def cell_check(
    grid: Grid,
    series: Series,
    row: int,
    place: int,
    wanted: int,
    rule: str,
    residual: float,
    *,
    tolerance: float,
    flagged: bool,
    run: int = 1,
    others: tuple[str, ...] = (),
    odds: float = 0.0,
) -> CellCheck:
    """The check of one cell, with the expected value written in the form of its column.

    Parameters
    ----------
    grid, series, row : Grid, Series, int
    place : int
        Which place of the quantity the cell holds.
    wanted : int
        What should stand there, in units of the place's last decimal.
    rule, residual, tolerance, flagged, run, others, odds
        As in `CellCheck`.

    Returns
    -------
    CellCheck
    """
    strand = series.strands[place]
    text = grid.text(row, strand.column)
    expected = _text(strand, wanted) if wanted != int(strand.digits[row]) else ""
    cell = grid.cells.get((row, strand.column))
    return CellCheck(
        cell.id if cell is not None else "",
        row,
        strand.column,
        text,
        _replaced(text, strand.part, expected) if expected else text,
        rule,
        residual,
        tolerance,
        flagged,
        run,
        neighbours(grid, row, strand.column),
        others,
        series.text(series.units[row]),
        odds,
        series.quantity.name,
    )


def _replaced(text: str, part: int, number: str) -> str:
    """The text of a cell with one of its numbers replaced."""
    found = list(re.finditer(r"[0-9]+(?:[^\s0-9;,][0-9]+)*", text))
    if len(found) <= 1 or part >= len(found):
        return number
    return text[: found[part].start()] + number + text[found[part].end() :]


def neighbours(grid: Grid, row: int, column: int) -> tuple[str, ...]:
    """Texts above, below, left and right of a cell, "" where there is none.

    Parameters
    ----------
    grid : Grid
    row : int
    column : int
        Both from 0.

    Returns
    -------
    tuple of str
    """
    return tuple(grid.text(row + down, column + right) for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)))


def curve_of(series: Series, claims: Sequence[Claim], flagged: Sequence[int]) -> Curve:
    """The residuals of a quantity from its strictest rule; its differences from row to row where it has
    none.

    Parameters
    ----------
    series : Series
        The quantity.
    claims : sequence of Claim
        What rules say of it.
    flagged : sequence of int
        Rows, from 0.

    Returns
    -------
    Curve
    """
    known = np.flatnonzero(series.known)
    spoken = min(claims, key=lambda one: (one.rank, -one.rule.tolerance), default=None)
    if spoken is None or spoken.rank > EXACT + 1:
        steps = np.diff(series.units[known])
        return Curve(
            series.quantity.name, "first differences", tuple(known[1:].tolist()),
            tuple(float(step) for step in steps), tuple(flagged), 0.0,
        )  # fmt: skip
    rows = known[np.isfinite(spoken.residual[known])]
    return Curve(
        series.quantity.name,
        spoken.rule.name,
        tuple(rows.tolist()),
        tuple(float(value) for value in spoken.residual[rows]),
        tuple(flagged),
        spoken.rule.tolerance,
    )
