"""A claim: what one rule expects of every cell of a quantity, and whether the quantity keeps it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.arithmetic.records import Rule

__all__ = ["EXACT", "LOOSE", "SMOOTH", "Claim", "claim", "keeps", "runs"]

EXACT, SMOOTH, LOOSE = 0, 1, 2  # ranks: rules that fix a value; a smooth course; mere order


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """What a rule expects of a quantity.

    Attributes
    ----------
    rule : Rule
    expected : (R,) ndarray of float
        In units of the last place; NaN where the rule does not speak.
    residual : (R,) ndarray of float
        Value less expected; NaN where one is not known.
    rank : int
        `EXACT`, `SMOOTH` or `LOOSE`; a rule is heard where none of lower rank speaks against it.
    spared : (R,) ndarray of bool
        Cells that break the rule only because another cell is wrong, and are not flagged by it.
    run : (R,) ndarray of int
        How many neighbouring cells are off in the same smooth way.
    """

    rule: Rule
    expected: NDArray[np.float64]
    residual: NDArray[np.float64]
    rank: int
    spared: NDArray[np.bool_]
    run: NDArray[np.int64]

    @property
    def broken(self) -> NDArray[np.bool_]:
        """Cells that break the rule."""
        with np.errstate(invalid="ignore"):
            broken: NDArray[np.bool_] = np.abs(self.residual) > self.rule.tolerance + 1e-9
        return broken & ~self.spared


def keeps(kept: int, cells: int, *, least: int = 5, share: float = 0.85) -> bool:
    """Whether so many cells keep a rule that those which do not are errors: at least 85 %, and all but one
    of fewer than ten.

    Parameters
    ----------
    kept : int
        Cells that do.
    cells : int
        All that it speaks of.
    least : int
        Cells below which no rule is believed.
    share : float

    Returns
    -------
    bool
    """
    if cells < least:
        return False
    return kept >= share * cells and (cells >= 10 or kept >= cells - 1)


def claim(
    name: str,
    quantity: str,
    words: str,
    units: NDArray[np.int64],
    known: NDArray[np.bool_],
    expected: NDArray[np.float64],
    *,
    tolerance: float,
    rank: int = EXACT,
    spared: NDArray[np.bool_] | None = None,
    run: NDArray[np.int64] | None = None,
    share: float = 0.85,
) -> Claim | None:
    """A claim, if its quantity keeps it, see `keeps`; else None.

    Parameters
    ----------
    name : str
        Of the rule.
    quantity : str
    words : str
        The rule in words.
    units : (R,) ndarray of int64
        The quantity's values, in units of the last place.
    known : (R,) ndarray of bool
        Where a value stands.
    expected : (R,) ndarray of float64
    tolerance : float
        In units of the last place.
    rank : int
        Of two rules that speak, the lower is heard.
    spared : (R,) ndarray of bool, optional
        Cells that the rule does not judge.
    run : (R,) ndarray of int64, optional
        How many neighbours are off with each.
    share : float
        Of the cells that must keep it.

    Returns
    -------
    Claim or None
    """
    residual = np.where(known, units - expected, np.nan)
    speaks = np.isfinite(residual)
    within = speaks & (np.abs(np.where(speaks, residual, 0.0)) <= tolerance + 1e-9)
    kept, cells = int(within.sum()), int(speaks.sum())
    if not keeps(kept, cells, share=share):
        return None
    rule = Rule(name, quantity, words, kept, cells, tolerance)
    none = np.zeros(len(units), np.bool_)
    return Claim(
        rule,
        expected,
        residual,
        rank,
        none if spared is None else spared,
        runs(residual, tolerance) if run is None else run,
    )


def runs(residual: NDArray[np.float64], tolerance: float) -> NDArray[np.int64]:
    """How many neighbouring cells are off beyond the tolerance on the same side and by a smooth amount.

    A run's residuals change from cell to cell by no more than a third of the larger, or by the tolerance.

    Parameters
    ----------
    residual : (R,) ndarray of float64
        In units of the last place.
    tolerance : float
        In the same.

    Returns
    -------
    (R,) ndarray of int64
        Cells of the run that each is in; 1 for a cell that is in none.
    """
    n = len(residual)
    off = np.isfinite(residual) & (np.abs(np.nan_to_num(residual)) > tolerance)
    result = np.ones(n, np.int64)
    start = 0
    for k in range(1, n + 1):
        if k < n and off[k] and off[k - 1] and _alike(residual[k - 1], residual[k], tolerance):
            continue
        if k - start > 1 and off[start]:
            result[start:k] = k - start
        start = k
    return result


def _alike(a: float, b: float, tolerance: float) -> bool:
    return a * b > 0 and abs(a - b) <= max(max(abs(a), abs(b)) / 3, tolerance)
