"""Formulas fitted to quantities: which one a column is computed by, and with what parameter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.arithmetic.claims import EXACT, Claim, claim
from zij.explain.collation.arithmetic.formulas import FORMULAS, Formula
from zij.explain.collation.arithmetic.quantities import Series
from zij.explain.collation.arithmetic.records import Model, Parameter
from zij.explain.collation.arithmetic.smooth import robust_scale

__all__ = ["Fit", "fit_formula", "line_model", "recognised_models"]

Float = NDArray[np.float64]
Fit = tuple[Model, Claim | None]

_ROUNDING = 0.29  # standard deviation of a rounded number
_OFF = 2.0  # units of the last place by which published tables are commonly off
_WIDE = 4.5  # robust standard deviations
_COARSE = 0.35  # of its base: a last place that is off by more says nothing
_BETTER = 0.6  # residuals against those of the smooth curve
_SHARE = 0.8  # of the cells that must lie near the formula


def recognised_models(series: Sequence[Series], arguments: Sequence[Series]) -> list[Fit]:
    """The formulas that quantities are recognised as, one at most for each.

    Parameters
    ----------
    series : sequence of Series
        The quantities of a table.
    arguments : sequence of Series
        Those that may be arguments: in order down the rows.

    Returns
    -------
    list of (Model, Claim)
        With `Model.recognised` True, the best for each quantity.
    """
    found: list[Fit] = []
    for target in series:
        if target.known.sum() < 8 or len(np.unique(target.units[target.known])) < 6:
            continue
        fits = [
            fit
            for argument in arguments
            if argument.quantity.columns != target.quantity.columns
            for formula in FORMULAS
            if (fit := fit_formula(formula, argument, target)) is not None
        ]
        if fits:
            found.append(min(fits, key=lambda fit: (fit[0].deviation, -fit[0].kept)))
    return found


def fit_formula(formula: Formula, argument: Series, target: Series) -> Fit | None:
    """Fit one formula; None unless the quantity is clearly computed by it.

    The parameter is the weighted median of what single cells ask for; then least squares on the cells
    within the tolerance, over and over. Its interval follows from the residuals of these cells: 1.96
    standard errors, the deviation taken for no less than that of rounding. A usual value (radius 60) is
    taken where its residuals are hardly larger. The formula is recognised where four fifths of the cells
    lie within the tolerance and their residuals are well below those of a polynomial with one parameter
    more.

    Parameters
    ----------
    formula : Formula
    argument, target : Series

    Returns
    -------
    (Model, Claim) or None
    """
    both = argument.known & target.known
    x, y = argument.values[both], target.values[both]
    if len(x) < 8 or len(np.unique(x)) < 6:
        return None
    unit = 1 / target.places.units
    parameter = _start(formula, x, y)
    if parameter is None:
        return None
    parameter, inside, tolerance = _refined(formula, x, y, unit, parameter)
    chosen, tolerance = _usual(formula, x, y, unit, parameter, inside, tolerance)
    residual = (y - formula.value(x, chosen)) / unit
    inside = np.abs(residual) <= tolerance
    deviation = float(np.sqrt(np.mean(residual[inside] ** 2))) if inside.any() else np.inf
    coarse = (
        target.places.bases and tolerance > _COARSE * target.places.bases[-1] * 10**target.places.decimals
    )
    if coarse or inside.mean() < _SHARE or not _clear(x, y / unit, residual, target):
        return None
    interval = _interval(formula, x[inside], unit, parameter, deviation)
    own = Parameter(formula.parameter, chosen, *interval, unit=formula.unit)
    expected = np.full(len(both), np.nan)
    expected[argument.known] = formula.value(argument.values[argument.known], chosen) / unit
    model = _model(formula, argument, target, own, residual, expected[both], tolerance, deviation)
    name = f"{formula.name} of {argument.quantity.name}"
    spoken = claim(
        name, target.quantity.name, model.words, target.units, target.known, expected,
        tolerance=tolerance, rank=EXACT, share=_SHARE,
    )  # fmt: skip
    return model, spoken


def _start(formula: Formula, x: Float, y: Float) -> float | None:
    """Weighted median of the parameters that single cells ask for; weights are the slopes by it."""
    with np.errstate(all="ignore"):
        single = formula.inverse(x, y)
        fine = np.isfinite(single) & (single > formula.bounds[0]) & (single < formula.bounds[1])
        if fine.sum() < 0.6 * len(x):
            return None
        centre = float(np.median(single[fine]))
        weight = np.abs(_slope(formula, x, centre))
    fine &= np.isfinite(weight) & (weight > 0)
    if fine.sum() < 0.5 * len(x):
        return None
    order = np.argsort(single[fine], kind="stable")
    total = np.cumsum(weight[fine][order])
    return float(single[fine][order][np.searchsorted(total, total[-1] / 2)])


def _slope(formula: Formula, x: Float, parameter: float) -> Float:
    step = 1e-5 * max(abs(parameter), 1e-3)
    return (formula.value(x, parameter + step) - formula.value(x, parameter - step)) / (2 * step)


def _refined(
    formula: Formula, x: Float, y: Float, unit: float, parameter: float
) -> tuple[float, NDArray[np.bool_], float]:
    """Gauss-Newton on the cells that lie within the tolerance."""
    inside, tolerance = np.ones(len(x), np.bool_), np.inf
    for _ in range(12):
        residual = (y - formula.value(x, parameter)) / unit
        tolerance = max(_OFF, _WIDE * robust_scale(residual))
        inside = np.abs(residual) <= tolerance
        slope = _slope(formula, x[inside], parameter) / unit
        power = float(slope @ slope)
        if not power > 0:
            break
        step = float(slope @ residual[inside]) / power
        parameter += step
        if abs(step) <= 1e-12 * max(abs(parameter), 1.0):
            break
    return parameter, inside, tolerance


def _usual(
    formula: Formula,
    x: Float,
    y: Float,
    unit: float,
    parameter: float,
    inside: NDArray[np.bool_],
    tolerance: float,
) -> tuple[float, float]:
    """A usual value of the parameter where it fits about as well as the best one, and its tolerance."""
    if not formula.known or parameter <= 0:
        return parameter, tolerance
    usual = min(formula.known, key=lambda value: abs(np.log(value / parameter)))
    if abs(np.log(usual / parameter)) > 0.02:
        return parameter, tolerance
    best = (y - formula.value(x, parameter)) / unit
    other = (y - formula.value(x, usual)) / unit
    scale = max(robust_scale(best), _ROUNDING)
    if np.median(np.abs(other[inside])) > 1.5 * np.median(np.abs(best[inside])) + 0.5 * scale:
        return parameter, tolerance
    return usual, max(_OFF, _WIDE * robust_scale(other))


def _clear(x: Float, units: Float, residual: Float, target: Series) -> bool:
    """Whether the residuals are well below those of a smooth curve with one parameter more.

    Tables that both describe to within rounding are told apart by nothing, and nothing is said.
    """
    own = max(robust_scale(residual), _ROUNDING)
    if own > 0.02 * max(robust_scale(units - np.median(units)), 1.0):
        return False
    centre, spread = x.mean(), max(float(np.ptp(x)) / 2, 1e-9)
    powers = ((x - centre) / spread)[:, None] ** np.arange(2)
    weight = np.ones(len(x))
    for _ in range(40):
        root = np.sqrt(weight)
        found = np.linalg.lstsq(powers * root[:, None], units * root, rcond=None)[0]
        weight = 1 / np.maximum(np.abs(units - powers @ found), 0.1)
    curve = robust_scale(units - powers @ found)
    return own < _BETTER * curve


def _interval(
    formula: Formula, x: Float, unit: float, parameter: float, deviation: float
) -> tuple[float, float]:
    """95 % interval of the fitted parameter, from the residuals."""
    slope = _slope(formula, x, parameter) / unit
    error = 1.96 * max(deviation, _ROUNDING) / float(np.sqrt(slope @ slope))
    return parameter - error, parameter + error


def _model(
    formula: Formula,
    argument: Series,
    target: Series,
    own: Parameter,
    residual: Float,
    expected: Float,
    tolerance: float,
    deviation: float,
) -> Model:
    inside = np.abs(residual) <= tolerance
    values = np.rint(residual + expected)
    shown = f"{own.value:.6g}" + (f" {own.unit}" if own.unit else "")
    if own.unit:
        shown += f" ({own.low:.4f} to {own.high:.4f})"
    return Model(
        formula.name,
        target.quantity.name,
        argument.quantity.name,
        target.quantity.columns,
        (own,),
        formula.words.format(argument.quantity.name, shown),
        len(residual),
        int(inside.sum()),
        deviation,
        float(np.abs(residual[inside]).max(initial=0.0)),
        tolerance,
        True,
        int((values == np.rint(expected)).sum()),
        int((values == np.trunc(expected)).sum()),
    )


def line_model(series: Series, spoken: Claim) -> Model:
    """A quantity that grows evenly, as a model: linear, or mean motion where it begins again after a turn.

    Parameters
    ----------
    series : Series
    spoken : Claim
        Its rule of constant differences.

    Returns
    -------
    Model
    """
    rows = np.flatnonzero(np.isfinite(spoken.residual))
    inside = np.abs(spoken.residual[rows]) <= spoken.rule.tolerance
    exact = spoken.rule.tolerance == 0
    slope, intercept = _straight(rows[inside], series.units[rows[inside]].astype(np.float64), exact)
    rest = series.units[rows[inside]] - (intercept + slope * rows[inside])
    spread = float(np.sqrt(((rows[inside] - rows[inside].mean()) ** 2).sum()))
    deviation = 0.0 if exact else float(np.sqrt(np.mean(rest**2)))
    error = 0.0 if exact else 1.96 * max(deviation, _ROUNDING) / max(spread, 1.0)
    unit = series.places.units
    a_row = Parameter("per row", slope / unit, (slope - error) / unit, (slope + error) / unit)
    turn = bool(series.quantity.modulus)
    expected = spoken.expected[rows]
    return Model(
        "mean motion" if turn else "linear",
        series.quantity.name,
        "row",
        series.quantity.columns,
        (
            a_row,
            Parameter("first row", intercept / unit, (intercept - error) / unit, (intercept + error) / unit),
        ),
        spoken.rule.words + (f", modulo {series.quantity.modulus / unit:g}" if turn else ""),
        len(rows),
        int(inside.sum()),
        deviation,
        0.0 if exact else float(np.abs(rest).max(initial=0.0)),
        spoken.rule.tolerance,
        True,
        int((series.units[rows] == np.rint(expected)).sum()),
        int((series.units[rows] == np.floor(expected)).sum()),
    )


def _straight(rows: NDArray[np.intp], units: Float, exact: bool) -> tuple[float, float]:
    """Step and first value of even steps: those of most rows where they are exact, else by least squares."""
    if exact:
        steps, counts = np.unique(np.diff(units) / np.diff(rows), return_counts=True)
        step = float(steps[counts.argmax()])
        return step, float(np.median(units - step * rows))
    slope, intercept = np.polyfit(rows, units, 1)
    return float(slope), float(intercept)
