"""Fields: many columns of one kind, read along the row, with a printed row or column of means or totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.arithmetic.quantities import Series

__all__ = ["Field", "Summary", "find_field"]

Kind = Literal["mean", "total"]
Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Summary:
    """A printed mean or total: which line of the field it is, of how many lines.

    Attributes
    ----------
    kind : "mean" or "total"
    line : int
        Index of the column (or row) of the field.
    factor : int
        The lines' sum is this many times what is printed: their number for a mean, 1 for a total.
    """

    kind: Kind
    line: int
    factor: int


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field of numbers of one kind.

    Attributes
    ----------
    series : tuple of Series
        Its columns from left to right.
    rows : (R,) ndarray of int
        The rows of the table that belong to it.
    units : (R, C) ndarray of float
        In units of the last place, unwrapped; NaN where unknown.
    modulus : int
        Units after which the printed numbers begin again, as where whole inches are shortened to their last
        figure; 0 where they do not.
    by_row, by_column : Summary or None
        Column that holds the summary of each row, and row that holds that of each column.
    """

    series: tuple[Series, ...]
    rows: NDArray[np.intp]
    units: Float
    modulus: int
    by_row: Summary | None
    by_column: Summary | None

    def inner(self) -> tuple[Bool, Bool]:
        """Which rows and which columns hold data, not summaries."""
        rows, columns = np.ones(len(self.rows), np.bool_), np.ones(len(self.series), np.bool_)
        if self.by_column is not None:
            rows[self.by_column.line] = False
        if self.by_row is not None:
            columns[self.by_row.line] = False
        return rows, columns

    def row_sums(self, units: Float) -> Float:
        """What each row's numbers sum to, less what its printed summary asks for; NaN where it is not
        known.
        """
        if self.by_row is None:
            return np.full(len(self.rows), np.nan)
        sums: Float = units[:, self.inner()[1]].sum(axis=1) - self.by_row.factor * units[:, self.by_row.line]
        return sums

    def column_sums(self, units: Float) -> Float:
        """The same for the columns."""
        if self.by_column is None:
            return np.full(len(self.series), np.nan)
        printed = self.by_column.factor * units[self.by_column.line]
        sums: Float = units[self.inner()[0]].sum(axis=0) - printed
        return sums


def find_field(series: Sequence[Series]) -> Field | None:
    """The widest set of at least four columns of the same places, if it has a printed summary.

    Parameters
    ----------
    series : sequence of Series
        Quantities of a table, without those that count or are constant.

    Returns
    -------
    Field or None
    """
    kinds: dict[object, list[Series]] = {}
    for one in series:
        if one.known.sum() >= 4:
            kinds.setdefault(one.places, []).append(one)
    widest = max(kinds.values(), key=len, default=[])
    if len(widest) < 4:
        return None
    known = np.stack([one.known for one in widest], axis=1)
    rows = np.flatnonzero(known.mean(axis=1) >= 0.5)
    if len(rows) < 4:
        return None
    raw = np.stack([_raw(one) for one in widest], axis=1)[rows].astype(np.float64)
    units = np.where(known[rows], raw, np.nan)
    modulus = _modulus(units, widest)
    if modulus:
        units = _centred(units, modulus)
    by_column = _summary(units.T, 4)
    inner = np.ones(len(rows), np.bool_)
    if by_column is not None:
        inner[by_column.line] = False
    by_row = _summary(units[inner], 4)
    if by_column is not None and by_row is not None and by_row.kind != by_column.kind:
        by_row = None
    if by_row is None and by_column is None:
        return None
    return Field(tuple(widest), rows, units, modulus, by_row, by_column)


def _raw(one: Series) -> NDArray[np.int64]:
    modulus = one.quantity.modulus
    raw: NDArray[np.int64] = one.units % modulus if modulus else one.units
    return raw


def _modulus(units: Float, series: Sequence[Series]) -> int:
    """The turn by which all numbers lie close together, but not without it."""
    whole = max(one.strands[-1].whole for one in series)
    values = units[np.isfinite(units)]
    if len(series[0].strands) > 1 or not series[0].places.decimals or not whole or values.min() < 0:
        return 0
    modulus = int(10 ** (whole + series[0].places.decimals))
    apart = int((np.abs(values - np.median(values)) > modulus / 4).sum())
    left = int((np.abs(_centred(values, modulus) - _centre(values, modulus)) > modulus / 4).sum())
    return modulus if left <= 0.1 * len(values) and apart >= left + 2 else 0


def _centre(values: Float, modulus: int) -> float:
    angles = 2 * np.pi * values[np.isfinite(values)] / modulus
    return float(np.arctan2(np.sin(angles).mean(), np.cos(angles).mean()) * modulus / (2 * np.pi)) % modulus


def _centred(values: Float, modulus: int) -> Float:
    """The numbers with turns added or taken, within half a turn of where most of them lie."""
    centre = _centre(values, modulus)
    result: Float = (values - centre + modulus / 2) % modulus - modulus / 2 + centre
    return np.round(result)


def _summary(units: Float, least: int) -> Summary | None:
    """The first or last column of a matrix, if it is the mean or total of the others in many of its rows.

    How many rows must agree depends on how often another column agrees by chance.
    """
    rows, columns = units.shape
    if columns < 4 or rows < least:
        return None
    found: list[tuple[float, Summary]] = []
    for kind in ("mean", "total"):
        shares = np.zeros(columns)
        for line in range(columns):
            rest = np.delete(units, line, axis=1).sum(axis=1)
            factor = columns - 1 if kind == "mean" else 1
            off = rest - factor * units[:, line]
            fine = np.isfinite(off)
            if fine.sum() >= least:
                shares[line] = np.mean(np.abs(off[fine]) <= factor / 2 + (0.5 if kind == "mean" else 0.0))
        chance = max(float(shares[1:-1].max(initial=0.0)), 1 / rows)
        for line in (columns - 1, 0):
            if shares[line] >= max(0.25, 3 * chance) and shares[line] * rows >= 3:
                found.append((float(shares[line]), Summary(kind, line, columns - 1 if kind == "mean" else 1)))
    return max(found, key=lambda one: one[0])[1] if found else None
