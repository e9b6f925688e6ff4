"""The check of a field: what another digit in a cell would change, and the errors found, as checks of
cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.arithmetic.fields import Field, Summary
from zij.explain.collation.arithmetic.flags import cell_check
from zij.explain.collation.arithmetic.grid import Grid
from zij.explain.collation.arithmetic.means import Evidence, FieldError, field_errors
from zij.explain.collation.arithmetic.records import CellCheck, Curve, Rule
from zij.tables.reading import Cell

__all__ = ["FieldChecks", "check_field"]

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FieldChecks:
    """What a field's means and its course say.

    Attributes
    ----------
    rules : tuple of Rule
    cells : tuple of CellCheck
    curves : tuple of Curve
    remarks : tuple of str
        In words.
    """

    rules: tuple[Rule, ...]
    cells: tuple[CellCheck, ...]
    curves: tuple[Curve, ...]
    remarks: tuple[str, ...]


def check_field(grid: Grid, field: Field, evidence: Evidence | None = None) -> FieldChecks:
    """Check a field of numbers by its printed means or totals and by its smooth course.

    Parameters
    ----------
    grid : Grid
    field : Field
    evidence : Evidence, optional

    Returns
    -------
    FieldChecks
    """
    evidence = evidence or Evidence()
    shifts, priors = _digit_shifts(grid, field, evidence)
    errors = field_errors(field, shifts, priors, evidence)
    fixed = field.units.copy()
    for error in errors:
        fixed[error.row, error.column] += error.shift
    rules, remarks = _rules(field, fixed)
    cells = _good_cells(grid, field, errors) + [_flag(grid, field, error) for error in errors]
    cells.sort(key=lambda check: (check.row, check.column))
    return FieldChecks(rules, tuple(cells), _curves(field, errors), remarks)


def _digit_shifts(grid: Grid, field: Field, evidence: Evidence) -> tuple[Float, Float]:
    """For each cell what every other digit in every place would add to it, and the log prior of that."""
    widths = [[_width(strand.digits) for strand in one.strands] for one in field.series]
    most = max(sum(width) for width in widths)
    shape = (len(field.rows), len(field.series), most * 10)
    shifts, priors = np.full(shape, np.nan), np.full(shape, -np.inf)
    for column, one in enumerate(field.series):
        weights = [*one.places.weights[:-1], 1]
        place = 0
        for strand, weight, width in zip(one.strands, weights, widths[column], strict=True):
            digits = strand.digits[field.rows]
            for power in range(width - 1, -1, -1):
                now = digits // 10**power % 10
                for new in range(10):
                    shift = (new - now) * float(weight * 10**power)
                    shifts[:, column, place * 10 + new] = np.where(new == now, np.nan, shift)
                place += 1
        count = sum(widths[column])
        prior = evidence.wrong * (1 - evidence.any_value) / (9 * count)
        priors[:, column, : count * 10] = np.log(prior)
        if len(one.strands) == 1:
            for line, row in enumerate(field.rows):
                cell = grid.cells.get((int(row), one.strands[0].column))
                if cell is not None:
                    _listen(priors[line, column], cell, count)
    if field.modulus:
        moved = field.units[..., None] + shifts
        centre = float(np.nanmedian(field.units))
        moved = (moved - centre + field.modulus / 2) % field.modulus - field.modulus / 2 + centre
        shifts = np.rint(moved - field.units[..., None])
        shifts[shifts == 0] = np.nan
    shifts[~np.isfinite(field.units)] = np.nan
    return shifts, priors


def _width(digits: NDArray[np.int64]) -> int:
    return len(str(int(digits.max(initial=0))))


def _listen(priors: Float, cell: Cell, count: int) -> None:
    """Raise the prior of digits that the scan's glyphs may be as well."""
    glyphs = [glyph for number in cell.numbers for glyph in number.glyphs if glyph.is_digit]
    if len(glyphs) != count:
        return
    for place, glyph in enumerate(glyphs):
        for digit, probability in enumerate(glyph.probabilities()):
            if probability > 0:
                at = place * 10 + digit
                priors[at] = max(priors[at], np.log(0.5 * min(probability, 1.0)))


def _rules(field: Field, fixed: Float) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    name = f"columns {field.series[0].quantity.columns[0] + 1}-{field.series[-1].quantity.columns[-1] + 1}"
    rules, remarks = [], []
    sides: tuple[tuple[str, Summary | None, Float, Float], ...] = (
        ("row", field.by_row, field.row_sums(field.units), field.row_sums(fixed)),
        ("column", field.by_column, field.column_sums(field.units), field.column_sums(fixed)),
    )
    for line, summary, off, rest in sides:
        if summary is None:
            continue
        half = summary.factor / 2 + (0.5 if summary.factor > 1 else 0.0)
        known = np.isfinite(off)
        kept = int((np.abs(off[known]) <= half).sum())
        where = "column" if line == "row" else "row"
        words = f"each {line} has its {summary.kind} in a {where} of its own"
        rules.append(Rule(f"{summary.kind} of the {line}", name, words, kept, int(known.sum()), 0.5))
        for k in np.flatnonzero(np.isfinite(rest) & (np.abs(np.nan_to_num(rest)) > half)):
            at = field.rows[k] + 1 if line == "row" else field.series[k].quantity.columns[0] + 1
            size = rest[k] / summary.factor
            remarks.append(
                f"{line} {at}: its printed {summary.kind} is {abs(size):.3g} units of the last place too "
                f"{'small' if size > 0 else 'large'}, and no single cell explains it"
            )
    return tuple(rules), tuple(remarks)


def _flag(grid: Grid, field: Field, error: FieldError) -> CellCheck:
    one, row = field.series[error.column], int(field.rows[error.row])
    value = field.units[error.row, error.column] + error.shift
    value = value % field.modulus if field.modulus else value
    wanted = [int(place) for place in one.places.split([round(value)])[0]]
    off = [k for k, strand in enumerate(one.strands) if int(strand.digits[row]) != wanted[k]] or [0]
    return cell_check(
        grid, one, row, off[0], wanted[off[0]], error.speaks[0], -error.shift,
        tolerance=0.5, flagged=True, others=error.speaks[1:], odds=error.odds,
    )  # fmt: skip


def _good_cells(grid: Grid, field: Field, errors: tuple[FieldError, ...]) -> list[CellCheck]:
    """Cells that the means agree with, each with what its row leaves unexplained."""
    off = {(error.row, error.column) for error in errors}
    rest = field.row_sums(field.units) if field.by_row is not None else field.column_sums(field.units)
    summary = field.by_row or field.by_column
    if summary is None:
        return []
    rule = f"{summary.kind} of the {'row' if field.by_row is not None else 'column'}"
    found = []
    for line, row in enumerate(field.rows.tolist()):
        for column, one in enumerate(field.series):
            left = rest[line] if field.by_row is not None else rest[column]
            if (line, column) in off or not one.known[row] or not np.isfinite(left):
                continue
            for place, strand in enumerate(one.strands):
                found.append(
                    cell_check(
                        grid, one, row, place, int(strand.digits[row]), rule, float(left) / summary.factor,
                        tolerance=0.5, flagged=False,
                    )
                )  # fmt: skip
    return found


def _curves(field: Field, errors: tuple[FieldError, ...]) -> tuple[Curve, ...]:
    """What the sums of rows, and of columns, leave unexplained, as means."""
    curves = []
    if field.by_row is not None:
        rest = field.row_sums(field.units) / field.by_row.factor
        rows = np.flatnonzero(np.isfinite(rest))
        own = tuple(sorted({int(field.rows[error.row]) for error in errors}))
        curves.append(
            Curve(
                "rows", f"{field.by_row.kind} of the row", tuple(field.rows[rows].tolist()),
                tuple(rest[rows].tolist()), own, 0.5,
            )
        )  # fmt: skip
    if field.by_column is not None:
        rest = field.column_sums(field.units) / field.by_column.factor
        fine = np.flatnonzero(np.isfinite(rest))
        columns = [one.quantity.columns[0] for one in field.series]
        own = tuple(sorted({columns[error.column] for error in errors}))
        curves.append(
            Curve(
                "columns", f"{field.by_column.kind} of the column", tuple(columns[k] for k in fine),
                tuple(rest[fine].tolist()), own, 0.5,
            )
        )  # fmt: skip
    return tuple(curves)
