"""All rules at once: a table is checked by its own arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zij.explain.collation.arithmetic.claims import EXACT, LOOSE, Claim
from zij.explain.collation.arithmetic.fieldcheck import FieldChecks, check_field
from zij.explain.collation.arithmetic.fields import find_field
from zij.explain.collation.arithmetic.flags import checks_of, curve_of
from zij.explain.collation.arithmetic.grid import Grid, read_grid
from zij.explain.collation.arithmetic.interpolation import between_claim, stretch_claim
from zij.explain.collation.arithmetic.models import Fit, line_model, recognised_models
from zij.explain.collation.arithmetic.quantities import Series, find_series, other_joins
from zij.explain.collation.arithmetic.records import Model, TableChecks
from zij.explain.collation.arithmetic.relations import (
    difference_claims,
    mirror_claims,
    settled,
    sum_claims,
)
from zij.explain.collation.arithmetic.steady import own_claims
from zij.tables.reading import Table

__all__ = ["check_table"]

_MOST = 60  # quantities; in wider tables no column is asked whether it is computed from another
_ARGUMENTS = 4

Claims = dict[str, list[Claim]]


def check_table(table: Table) -> TableChecks:
    """Check a table by its own arithmetic; nothing is ever changed.

    Columns that are places of one number are joined. For each quantity the rules are found that nearly all
    its cells keep: by itself, from other columns, by printed means and totals, by formulas with a fitted
    parameter. A cell that breaks a rule which its column otherwise keeps is flagged, with the value that
    the rule expects.

    Parameters
    ----------
    table : Table
        With ids on its cells, see `Reading.with_ids`.

    Returns
    -------
    TableChecks
        Without rules where the table is empty or holds too few numbers; `remarks` says so.
    """
    grid = read_grid(table)
    series = list(find_series(grid))
    if not any(one.known.sum() >= 5 for one in series):
        return TableChecks(
            table.id, remarks=("fewer than five numbers stand below each other: nothing to check",)
        )
    claims: Claims = {one.quantity.name: own_claims(one) for one in series}
    steady = {name for name, own in claims.items() if any(spoken.rank == EXACT for spoken in own)}
    field = find_field([one for one in series if one.quantity.name not in steady])
    fielded: FieldChecks | None = None
    if field is not None:
        fielded = check_field(grid, field)
        series = [one for one in series if one not in field.series]
        claims = {one.quantity.name: claims[one.quantity.name] for one in series}
    series, fits = _computed(series, claims)
    _interpolate(series, claims)
    return _gathered(table, grid, series, claims, fits, fielded)


def _computed(series: list[Series], claims: Claims) -> tuple[list[Series], list[Fit]]:
    """Add the rules by which quantities are computed from others; join columns that only together are."""
    if len(series) > _MOST or len(series) < 2:
        return series, []
    arguments = _arguments(series, claims)
    fits = _one_way(recognised_models(series, arguments), series)
    joins = other_joins(series)
    taken = {model.quantity for model, _ in fits}
    tried = [_joined_fits(one, series, arguments, claims) for one in joins]
    for kept, _, first, end, joined, found in sorted(tried, key=lambda one: (-one[0], -one[1])):
        names = {one.quantity.name for one in series[first:end]} | {joined.quantity.name}
        if kept and not names & taken:
            taken |= names
            claims[joined.quantity.name] = own_claims(joined)
            fits += found
    series = _replaced(series, [joined for _, _, joined in joins if joined.quantity.name in claims])
    for gone in set(claims) - {one.quantity.name for one in series}:
        del claims[gone]
    fits = _one_way([fit for fit in fits if {fit[0].quantity, fit[0].argument} <= set(claims)], series)
    _hear(fits, claims)
    _relate(series, claims)
    return series, fits


def _joined_fits(
    join: tuple[int, int, Series], series: Sequence[Series], arguments: Sequence[Series], claims: Claims
) -> tuple[int, int, int, int, Series, list[Fit]]:
    """How many cells keep a formula or relation if columns are joined, and how many columns they are."""
    first, end, joined = join
    inside = {one.quantity.name for one in series[first:end]}
    outside = [one for one in arguments if one.quantity.name not in inside]
    found = [fit for fit in recognised_models([joined], outside) if fit[1] is not None]
    related = _differences(joined, [one for one in series if one.quantity.name not in inside], claims)
    claimed = [fit[1].rule.kept for fit in found if fit[1] is not None]
    claimed += [spoken.rule.kept for name, spoken in related if name == joined.quantity.name]
    return max(claimed, default=0), end - first, first, end, joined, found


def _replaced(series: list[Series], joined: Sequence[Series]) -> list[Series]:
    columns = {column for one in joined for column in one.quantity.columns}
    kept = [one for one in series if not set(one.quantity.columns) & columns]
    return sorted([*kept, *joined], key=lambda one: (one.quantity.columns[0], one.quantity.parts[0]))


def _arguments(series: Sequence[Series], claims: Claims) -> list[Series]:
    """Quantities in order down the rows, as their own rules would have them."""
    found = []
    for one in series:
        fixed = settled(one, claims[one.quantity.name])
        values = fixed.units[fixed.known]
        if len(values) >= 8:
            rising = float(np.mean(np.diff(values) >= 0))
            if max(rising, float(np.mean(np.diff(values) <= 0))) >= 0.9 and np.ptp(values) > 0:
                found.append(fixed)
    return found[:_ARGUMENTS]


def _hear(fits: Sequence[Fit], claims: Claims) -> None:
    for model, spoken in fits:
        if spoken is not None and spoken not in claims.setdefault(model.quantity, []):
            claims[model.quantity].append(spoken)


def _one_way(fits: list[Fit], series: Sequence[Series]) -> list[Fit]:
    """Of two quantities that are each other's function, keep the one whose argument has the rounder
    numbers.
    """
    by_name = {one.quantity.name: one for one in series}
    kept = []
    for fit in fits:
        other = next(
            (f for f in fits if (f[0].quantity, f[0].argument) == (fit[0].argument, fit[0].quantity)), None
        )
        pair = by_name.get(fit[0].argument), by_name.get(fit[0].quantity)
        if other is None or pair[0] is None or pair[1] is None or _round(pair[0]) >= _round(pair[1]):
            kept.append(fit)
    return kept


def _round(series: Series) -> float:
    """How round the numbers are: the largest step of which four fifths of them are multiples, as a share."""
    values = series.units[series.known]
    steps = [n for n in (2, 3, 5, 10, 15, 20, 30, 60, 300, 1800, 3600) if np.mean(values % n == 0) >= 0.8]
    return max(steps, default=1) / series.places.units


def _differences(target: Series, sources: Sequence[Series], claims: Claims) -> list[tuple[str, Claim]]:
    found: list[tuple[str, Claim]] = []
    for source in sources:
        if source.known.sum() >= 8:
            fixed = settled(source, claims[source.quantity.name])
            own = difference_claims(fixed, target)
            if own and (not found or own[0][1].rule.kept > found[0][1].rule.kept):
                found = own
    return found


def _relate(series: Sequence[Series], claims: Claims) -> None:
    """Rules between columns: differences, sums, mirrored columns."""
    for target in series:
        others = [one for one in series if one is not target]
        for name, spoken in _differences(target, others, claims):
            claims[name].append(spoken)
    plain = [one for one in series if not any(c.rank == EXACT for c in claims[one.quantity.name])]
    for spoken in [*sum_claims(series), *mirror_claims(plain)]:
        claims[spoken.rule.quantity].append(spoken)


def _interpolate(series: Sequence[Series], claims: Claims) -> None:
    """Rules by which quantities that have no stricter one are interpolated."""
    for target in series if len(series) <= _MOST else ():
        if not any(spoken.rank == EXACT for spoken in claims[target.quantity.name]):
            claims[target.quantity.name] += _interpolated(target, series, claims)


def _interpolated(target: Series, series: Sequence[Series], claims: Claims) -> list[Claim]:
    """The best of them for one quantity, as a list of one or none."""
    own = stretch_claim(target)
    if own is not None:
        return [own]
    sources = (settled(one, claims[one.quantity.name]) for one in series if one is not target)
    found = [spoken for one in sources if (spoken := between_claim(one, target)) is not None]
    return sorted(found, key=lambda spoken: -spoken.rule.kept)[:1]


def _gathered(
    table: Table,
    grid: Grid,
    series: Sequence[Series],
    claims: Claims,
    fits: Sequence[Fit],
    fielded: FieldChecks | None,
) -> TableChecks:
    names = {one.quantity.name: one for one in series}
    cells = [check for one in series for check in checks_of(grid, one, claims[one.quantity.name])]
    flagged = {(check.quantity, check.row) for check in cells if check.flagged}
    curves = [
        curve_of(one, claims[name], sorted(row for quantity, row in flagged if quantity == name))
        for name, one in names.items()
        if one.known.sum() >= 5 and any(c.rank < LOOSE for c in claims[name])
    ]
    models = [model for model, _ in fits] + _lines(names, claims)
    rules = [spoken.rule for own in claims.values() for spoken in own]
    quantities = [one.quantity for one in series]
    remarks = list(grid.remarks)
    if fielded is not None:
        cells += fielded.cells
        curves += fielded.curves
        rules += fielded.rules
        remarks += fielded.remarks
    cells.sort(key=lambda check: (check.row, check.column))
    return TableChecks(
        table.id, tuple(quantities), tuple(rules), tuple(models), tuple(cells), tuple(curves), tuple(remarks)
    )


def _lines(names: dict[str, Series], claims: Claims) -> list[Model]:
    return [
        line_model(one, spoken)
        for name, one in names.items()
        for spoken in claims[name]
        if spoken.rule.name in ("constant differences", "counting")
    ]
