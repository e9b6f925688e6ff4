"""Digits that are doubtful by themselves and likely where they stand: in line with those above and below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zij.tables.layout.grid import Grid
from zij.tables.layout.neighbours import Indices
from zij.tables.layout.rows import ALIGNED
from zij.tables.reading import Glyph

__all__ = ["expected_digits"]

Floats = NDArray[np.float64]

PLACE = 0.25  # digits of one place stand within so many digit heights of each other
ROWS = 12  # above and below that are asked
FEWEST = 4  # of them that have a digit in that place
NEAREST = 0.35  # centres of two digits beside each other are no nearer, in digit heights


@dataclass(frozen=True, slots=True, eq=False)
class _Digits:
    """Row, column and u of the digits of a grid."""

    row: Indices
    column: Indices
    u: Floats


def expected_digits(
    grid: Grid, candidates: Sequence[Glyph], lines: Floats, *, digit_height: float, least: float
) -> dict[int, Glyph]:
    """Candidates that the table makes digits.

    A candidate that stands on a row's line, in a place of its column where the rows above and below have
    digits, is likelier one than it looks. Let p be its probability to be a digit, and f the share of digits
    among all that was seen in that place of the other rows: the odds p / (1 - p) are multiplied by
    f / (1 - f), where that is more than 1 (Bayes' rule; the network takes both for equally frequent). Which
    digit it is, the place does not say: the shares of the ten stay.

    Parameters
    ----------
    grid : Grid
    candidates : sequence of Glyph
        Boxes in pixels of the raster; none of them belongs to the grid.
    lines : (N,) ndarray
        Height of each candidate's line, as of `line_positions`.
    digit_height : float
        Nominal digit height in pixels.
    least : float
        Probability from which on a candidate is a digit.

    Returns
    -------
    dict of int to Glyph
        By place in `candidates`, with the new probabilities.
    """
    if not candidates:
        return {}
    digits = _digits_of(grid)
    x = np.array([glyph.box.centre[0] for glyph in candidates])
    u, v = grid.drift.straight(x, lines)
    row, column = _places(grid, u, v, digit_height)
    sure = np.array([_any_digit(glyph) for glyph in candidates])
    found = {}
    for k in np.flatnonzero(row >= 0).tolist():
        beside = digits.u[digits.row == row[k]]
        if len(beside) and np.abs(beside - u[k]).min() < NEAREST * digit_height:
            continue
        share = _share(k, digits, row, column, u, sure, digit_height)
        glyph = _likelier(candidates[k], sure[k], share)
        if glyph.confidence >= least:
            found[k] = glyph
    return found


def _digits_of(grid: Grid) -> _Digits:
    glyphs = [number.digits for number in grid.marks.numbers]
    count = [len(them) for them in glyphs]
    x = np.array([glyph.box.centre[0] for them in glyphs for glyph in them])
    u, _ = grid.drift.straight(x, np.repeat(grid.marks.y, count))
    return _Digits(np.repeat(grid.row, count), np.repeat(grid.column, count), u)


def _places(grid: Grid, u: Floats, v: Floats, digit_height: float) -> tuple[Indices, Indices]:
    """Row and column of each candidate; -1 for those in no column or on no line."""
    away = np.maximum(grid.left - u[:, None], u[:, None] - grid.right)  # (N, C)
    column = away.argmin(1)
    offset = np.abs(grid.centre[:, column] - v)  # (R, N)
    row = offset.argmin(0)
    inside = (away.min(1) <= digit_height) & (offset.min(0) <= ALIGNED * grid.pitch)
    return np.where(inside, row, -1).astype(np.intp), column.astype(np.intp)


def _share(
    k: int, digits: _Digits, row: Indices, column: Indices, u: Floats, sure: Floats, digit_height: float
) -> float:
    """Share of digits among what was seen in the place of a candidate, in the rows above and below."""
    near = (digits.column == column[k]) & (np.abs(digits.u - u[k]) <= PLACE * digit_height)
    near &= (digits.row != row[k]) & (np.abs(digits.row - row[k]) <= ROWS)
    filled = np.unique(digits.row[near])
    if len(filled) < FEWEST:
        return 0.5
    others = (column == column[k]) & (np.abs(u - u[k]) <= PLACE * digit_height)
    others &= (row >= 0) & (row != row[k]) & (np.abs(row - row[k]) <= ROWS) & ~np.isin(row, filled)
    # one more that is none, as nothing is certain (Laplace's rule of succession)
    return float((len(filled) + sure[others].sum()) / (len(filled) + others.sum() + 1))


def _any_digit(glyph: Glyph) -> float:
    """Probability that it is a digit at all."""
    return min(glyph.confidence + sum(p for _, p in glyph.alternatives), 0.999)


def _likelier(glyph: Glyph, sure: float, share: float) -> Glyph:
    """The glyph with its probabilities raised by the share of digits in its place."""
    odds = sure / (1 - sure) * max(share / (1 - share), 1.0)
    factor = odds / (1 + odds) / sure
    others = tuple((text, round(p * factor, 6)) for text, p in glyph.alternatives)
    return replace(glyph, confidence=round(glyph.confidence * factor, 6), alternatives=others)
