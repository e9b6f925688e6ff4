"""The curve of a column on matplotlib's Axes: what its rule leaves unexplained, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zij.explain.collation.arithmetic.curves import curve_range
from zij.explain.collation.arithmetic.records import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_residuals"]

_INK, _QUIET, _BAND, _RED = "#26231f", "#5d5a54", "#d8d3c8", "#b2182b"


def draw_residuals(axes: Axes, curve: Curve) -> Axes:
    """Draw residuals against rows: the tolerance as a band, flagged rows ringed.

    What lies farther out than the calm rows and the tolerance is drawn at the edge, as a triangle.

    Parameters
    ----------
    axes : matplotlib Axes
    curve : Curve
        One of `TableChecks.curves`: residuals in units of the last place, rows from 0.

    Returns
    -------
    matplotlib Axes
        The same, with rows counted from 1.
    """
    rows, values = np.array(curve.rows, float) + 1, np.array(curve.residuals, float)
    axes.set_title(f"{curve.quantity}: {curve.rule}", fontsize=9, loc="left")
    line = "column" if curve.quantity == "columns" else "row"
    axes.set(xlabel=line, ylabel="units of the last place")
    axes.spines[["top", "right"]].set_visible(False)
    if not len(rows):
        return axes
    low, high = curve_range(curve)
    low, high = min(low, -1.0), max(high, 1.0)
    if curve.tolerance:
        axes.axhspan(-curve.tolerance, curve.tolerance, color=_BAND, alpha=0.55, linewidth=0, zorder=0)
    axes.axhline(0, color=_QUIET, linewidth=0.6, zorder=1)
    shown = np.clip(values, low, high)
    axes.plot(rows, shown, color=_QUIET, linewidth=0.7, zorder=2)
    for inside, mark in ((shown == values, "o"), (values > high, "^"), (values < low, "v")):
        size = 3 if mark == "o" else 5
        axes.plot(rows[inside], shown[inside], mark, color=_INK, markersize=size, zorder=3)
    flagged = np.isin(np.array(curve.rows), curve.flagged)
    axes.plot(
        rows[flagged], shown[flagged], "o", markerfacecolor="none", markeredgecolor=_RED, markersize=9,
        markeredgewidth=1.6, zorder=4,
    )  # fmt: skip
    room = 0.07 * (high - low)
    axes.set_ylim(low - room, high + room)
    return axes
