"""Which cells of a field are off, by its printed means (or totals) and its smooth course together.

Each cell is asked, digit by digit, whether the table makes more sense with another digit there. What
speaks: the sum of its row against the printed mean, that of its column likewise, and its neighbours along
the line. The log odds are the sum of the three log likelihood ratios and of the prior; the likeliest error
is set right for the moment, and all cells are asked again, until no cell is more likely wrong than right.
Then each is asked once more whether it must be wrong, the others being set right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.arithmetic.fields import Field, Summary
from zij.explain.collation.arithmetic.smooth import foretell, robust_scale

__all__ = ["Evidence", "FieldError", "field_errors"]

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is assumed about fields.

    Attributes
    ----------
    wrong : float
        Prior probability that a cell is wrong.
    any_value : float
        Share of wrong cells whose error is not one wrong digit.
    sloppy : float
        Share of printed means that do not agree with their line although all cells are right.
    range : float
        Largest error that a sum may have, in units of its rounding, for the density of those.
    freedom : float
        Degrees of freedom of the distribution (Student's) of a cell about the course of its neighbours.
    certain : float
        Log odds above which a cell is said to be off.
    """

    wrong: float = 0.02
    any_value: float = 0.1
    sloppy: float = 0.03
    range: float = 1e4
    freedom: float = 4.0
    certain: float = 0.0


@dataclass(frozen=True, slots=True)
class FieldError:
    """A cell of a field that is likely wrong.

    Attributes
    ----------
    row, column : int
        In the field.
    shift : float
        What must be added to it, in units of the last place.
    odds : float
        Natural log of the odds that the cell is wrong.
    speaks : tuple of str
        Rules that speak for it, the weightiest first.
    """

    row: int
    column: int
    shift: float
    odds: float
    speaks: tuple[str, ...]


def field_errors(
    field: Field, shifts: Float, priors: Float, evidence: Evidence | None = None
) -> tuple[FieldError, ...]:
    """The cells of a field that are more likely wrong than right.

    Parameters
    ----------
    field : Field
    shifts : (R, C, K) ndarray of float
        What a cell would change by if one of its digits were another; NaN for none.
    priors : (R, C, K) ndarray of float
        Log prior probability of each.
    evidence : Evidence, optional

    Returns
    -------
    tuple of FieldError
        Row by row.
    """
    search = _Search(field, shifts, priors, evidence or Evidence())
    search.forward()
    search.back()
    return search.found()


class _Search:
    """The numbers as set right for the moment, and what is known about each cell."""

    def __init__(self, field: Field, shifts: Float, priors: Float, evidence: Evidence) -> None:
        self.field, self.evidence = field, evidence
        self.shifts, self.priors = shifts, priors
        self.units = field.units.copy()
        rows, columns = field.inner()
        self.row_step = np.where(columns, 1.0, -_factor(field.by_row))[None, :]  # change of a row's sum
        self.column_step = np.where(rows, 1.0, -_factor(field.by_column))[:, None]
        self.along = _Course(field)
        self.changed: dict[tuple[int, int], float] = {}

    def forward(self) -> None:
        """Set right the likeliest errors until none is left."""
        for _ in range(4 * int(self.units.size**0.5) + 40):
            odds, shift, _ = self.ask()
            for at in self.changed:
                odds[at] = -np.inf
            chosen = self._independent(odds)
            if not chosen or len(self.changed) > 0.25 * self.units.size:
                return
            for at in chosen:
                self.changed[at] = float(shift[at])
                self.units[at] += shift[at]

    def _independent(self, odds: Float) -> list[tuple[int, int]]:
        """The likeliest errors, one a row and column."""
        rows: set[int] = set()
        columns: set[int] = set()
        chosen = []
        likely = np.argwhere(odds > self.evidence.certain)
        for row, column in sorted(likely.tolist(), key=lambda at: -odds[at[0], at[1]]):
            if row in rows or row - 1 in rows or row + 1 in rows or column in columns:
                continue
            rows.add(row)
            if self.field.by_column is not None:
                columns.add(column)
            chosen.append((row, column))
        return chosen[: max(1, len(chosen) // 2)]

    def back(self) -> None:
        """Give up errors that the others explain."""
        for at in sorted(self.changed):
            if self.odds_of(at)[0] <= self.evidence.certain:
                self.units[at] -= self.changed.pop(at)

    def found(self) -> tuple[FieldError, ...]:
        """The errors that are left, with what speaks for them."""
        result = []
        for at in sorted(self.changed):
            odds, speaks = self.odds_of(at)
            result.append(FieldError(*at, self.changed[at], odds, speaks))
        return tuple(result)

    def odds_of(self, at: tuple[int, int]) -> tuple[float, tuple[str, ...]]:
        """Log odds that a cell which is set right for the moment was wrong, and what speaks for it."""
        right = self.units[at]
        self.units[at] = self.field.units[at]
        odds, _, parts = self.ask(only=at)
        self.units[at] = right
        names = {
            f"{_kind(self.field.by_row)} of the row": parts[0][at],
            f"{_kind(self.field.by_column)} of the column": parts[1][at],
            "smooth differences": parts[2][at],
        }
        speaks = sorted((name for name in names if names[name] > 1.0), key=lambda name: -names[name])
        return float(odds[at]), tuple(speaks or [max(names, key=lambda name: names[name])])

    def ask(self, only: tuple[int, int] | None = None) -> tuple[Float, Float, tuple[Float, Float, Float]]:
        """Log odds that each cell is wrong, the best change of each, and the parts of its likelihood."""
        row_sum = self.field.row_sums(self.units)[:, None]
        column_sum = self.field.column_sums(self.units)[None, :]
        expected, scale = self.along.foretold(self.units)
        free, free_prior = self._free(row_sum, column_sum, expected)
        shifts = np.concatenate([self.shifts, free], axis=2)
        priors = np.concatenate([self.priors, free_prior], axis=2)
        if only is not None:
            mask = np.zeros(self.units.shape, np.bool_)
            mask[only] = True
            shifts = np.where(mask[..., None], shifts, np.nan)
        by_row = self._gain(row_sum[..., None], self.row_step[..., None] * shifts, self.field.by_row)
        by_column = self._gain(
            column_sum[..., None], self.column_step[..., None] * shifts, self.field.by_column
        )
        by_course = self._course_gain(expected[..., None], scale[..., None], shifts)
        total = np.where(np.isfinite(shifts), by_row + by_column + by_course + priors, -np.inf)
        best = total.argmax(axis=2)[..., None]
        top = np.take_along_axis(total, best, 2)
        with np.errstate(invalid="ignore", divide="ignore"):
            odds = np.where(
                np.isfinite(top[..., 0]), top[..., 0] + np.log(np.exp(total - top).sum(axis=2)), -np.inf
            )
        picked = [np.take_along_axis(part, best, 2)[..., 0] for part in (by_row, by_column, by_course)]
        return odds, np.take_along_axis(shifts, best, 2)[..., 0], (picked[0], picked[1], picked[2])

    def _free(self, row_sum: Float, column_sum: Float, expected: Float) -> tuple[Float, Float]:
        """Changes of any size that would set a sum, or the course, right at once, with their prior."""
        shape = self.units.shape
        wanted = [
            np.rint(np.broadcast_to(-row_sum / self.row_step, shape)),
            np.rint(np.broadcast_to(-column_sum / self.column_step, shape)),
            np.rint(expected - self.units),
        ]
        free = np.stack([np.where(np.abs(one) >= 1, one, np.nan) for one in wanted], axis=2)
        with np.errstate(invalid="ignore"):
            size = np.log(2 * np.abs(free) * 10)  # of a density alike in all orders of magnitude
        prior = np.log(self.evidence.wrong * self.evidence.any_value) - np.nan_to_num(size, nan=0.0)
        return free, prior

    def _gain(self, now: Float, change: Float, summary: Summary | None) -> Float:
        """Log likelihood ratio of a line's sum after and before a change."""
        if summary is None:
            return np.zeros(np.broadcast_shapes(now.shape, change.shape))
        known = np.isfinite(now) & np.isfinite(change)
        after = self._density(now + np.where(known, change, 0.0), summary.factor)
        return np.where(known, after - self._density(now, summary.factor), 0.0)

    def _density(self, off: Float, factor: int) -> Float:
        """Log density of a line's sum about that of its printed mean.

        Rounding of the mean leaves half its factor on either side, evenly; beyond that it falls off
        quickly. A mean that is sloppy, or another error in the line, may leave anything.
        """
        half = factor / 2 + (0.5 if factor > 1 else 0.25)
        fall = 0.08 * half + 0.3
        size = np.abs(np.nan_to_num(off))
        core = np.exp(-np.maximum(size - half, 0.0) / fall) / (2 * half + 2 * fall)
        other = 1 / (2 * (size + half) * np.log(self.evidence.range))
        density: Float = np.log((1 - self.evidence.sloppy) * core + self.evidence.sloppy * other)
        return density

    def _course_gain(self, expected: Float, scale: Float, shifts: Float) -> Float:
        freedom = self.evidence.freedom
        with np.errstate(invalid="ignore"):
            now = (self.units[..., None] - expected) / scale
            after = now + shifts / scale
            gain = (freedom + 1) / 2 * (np.log1p(now**2 / freedom) - np.log1p(after**2 / freedom))
        return np.nan_to_num(gain, nan=0.0)


class _Course:
    """The smooth course of a field, along its rows or down its columns, whichever is smoother."""

    def __init__(self, field: Field) -> None:
        self.rows, self.columns = field.inner()
        self.along_rows = True
        scales = []
        for along in (True, False):
            self.along_rows = along
            data = self._lines(field.units)
            gap = np.full((len(data), 4), np.nan)
            line = np.concatenate([data, gap], axis=1).ravel()
            scales.append(robust_scale(line - self._foretell(line)) or np.inf)
        self.along_rows = scales[0] <= scales[1]
        data = self._lines(field.units)
        steps = np.abs(np.diff(data, axis=1))
        turns = np.abs(data[1:, 0] - data[:-1, -1])
        self.chained = bool(np.nanmedian(turns) <= 2 * np.nanmedian(steps) + 1) if len(data) > 3 else False

    def foretold(self, units: Float) -> tuple[Float, Float]:
        """What the neighbours make each cell expect, NaN for summaries, and how well they do so there."""
        data = self._lines(units)
        gap = np.full((len(data), 0 if self.chained else 4), np.nan)
        line = np.concatenate([data, gap], axis=1).ravel()
        expected = self._foretell(line)
        scale = _local_scale(line - expected)
        width = data.shape[1] + gap.shape[1]
        return self._back(expected.reshape(-1, width), units), self._back(scale.reshape(-1, width), units)

    def _lines(self, units: Float) -> Float:
        data = units[np.ix_(self.rows, self.columns)]
        return data if self.along_rows else data.T

    def _back(self, lines: Float, units: Float) -> Float:
        result = np.full(units.shape, np.nan)
        size = int(self.columns.sum() if self.along_rows else self.rows.sum())
        data = lines[:, :size]
        result[np.ix_(self.rows, self.columns)] = data if self.along_rows else data.T
        return result

    @staticmethod
    def _foretell(line: Float) -> Float:
        known = np.isfinite(line)
        return foretell(np.where(known, line, 0.0), known, 2, half=3)[0]


def _local_scale(residual: Float) -> Float:
    """Deviation of residuals near a place but not beside it, held against that of all."""
    overall = max(robust_scale(residual), 0.3)
    offsets = np.array([k for k in range(-12, 13) if abs(k) > 3])
    index = np.arange(len(residual))[:, None] + offsets
    inside = (index >= 0) & (index < len(residual))
    near = np.where(inside, np.abs(residual)[np.clip(index, 0, max(len(residual) - 1, 0))], np.nan)
    near = np.where(np.isfinite(near), near, 0.6745 * overall)
    local: Float = 1.4826 * np.median(near, axis=1)
    return np.maximum(local, 0.7 * overall)


def _factor(summary: Summary | None) -> float:
    return float(summary.factor) if summary is not None else 1.0


def _kind(summary: Summary | None) -> str:
    return summary.kind if summary is not None else "mean"
