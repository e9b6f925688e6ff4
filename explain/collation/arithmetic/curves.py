"""The curve of a column: what its rule leaves unexplained, row by row, as a small drawing."""

from __future__ import annotations

import numpy as np

from zij.explain.collation.arithmetic.records import Curve
from zij.explain.collation.arithmetic.unbroken import unbroken
from zij.html import Markup, element

__all__ = ["curve_figure", "curve_range"]

_WIDTH, _HEIGHT, _LEFT, _EDGE = 460.0, 130.0, 46.0, 12.0


def curve_figure(curve: Curve) -> Markup:
    """Residuals against rows; the tolerance as a band, flagged rows marked, what lies far out at the edge.

    Parameters
    ----------
    curve : Curve

    Returns
    -------
    Markup
        A figure with an SVG drawing and its caption.
    """
    rows, values = np.array(curve.rows, float), np.array(curve.residuals, float)
    if len(rows) == 0:
        return Markup("")
    low, high = curve_range(curve)
    x = _LEFT + (rows - rows.min()) / max(float(np.ptp(rows)), 1.0) * (_WIDTH - _LEFT - _EDGE)
    y = _EDGE + (high - np.clip(values, low, high)) / (high - low) * (_HEIGHT - 2 * _EDGE)
    parts = [*_frame(curve, low, high)]
    if len(rows) <= 400:
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        parts.append(element("polyline", points=points, class_="line"))
    thin = slice(None, None, max(len(rows) // 1500, 1))
    parts += [
        element("circle", cx=f"{a:.1f}", cy=f"{b:.1f}", r=1.6, class_="dot")
        for a, b in zip(x[thin], y[thin], strict=True)
    ]
    for k in np.flatnonzero(np.isin(rows, curve.flagged)):
        line = "column" if curve.quantity == "columns" else "row"
        words = element("title", f"{line} {int(rows[k]) + 1}: {values[k]:+.4g}")
        parts.append(element("circle", words, cx=f"{x[k]:.1f}", cy=f"{y[k]:.1f}", r=4.5, class_="flagged"))
    drawing = element("svg", *parts, viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}", role="img", aria_label=curve.rule)
    caption = element("figcaption", element("b", curve.quantity), ": ", unbroken(curve.rule))
    return element("figure", drawing, caption, class_="curve")


def curve_range(curve: Curve) -> tuple[float, float]:
    """Least and largest residual of a drawing: all rows but the flagged ones, and the tolerance, fit in."""
    rows, values = np.array(curve.rows, float), np.array(curve.residuals, float)
    calm = values[~np.isin(rows, curve.flagged)]
    low, high = (float(calm.min()), float(calm.max())) if len(calm) else (0.0, 0.0)
    if curve.tolerance:
        low, high = min(low, -1.3 * curve.tolerance), max(high, 1.3 * curve.tolerance)
    room = max(high - low, 1.0) * 0.08
    return low - room, high + room


def _frame(curve: Curve, low: float, high: float) -> list[Markup]:
    def height(value: float) -> float:
        return _EDGE + (high - value) / (high - low) * (_HEIGHT - 2 * _EDGE)

    parts = []
    if curve.tolerance:
        top, bottom = height(curve.tolerance), height(-curve.tolerance)
        parts.append(
            element(
                "rect",
                x=_LEFT,
                y=f"{top:.1f}",
                width=_WIDTH - _LEFT - _EDGE,
                height=f"{bottom - top:.1f}",
                class_="band",
            )
        )
    marks = [0.0] if low < 0 < high else []
    marks += [curve.tolerance, -curve.tolerance] if curve.tolerance else [low, high]
    for mark in marks:
        at = height(mark)
        parts.append(
            element("line", x1=_LEFT, x2=_WIDTH - _EDGE, y1=f"{at:.1f}", y2=f"{at:.1f}", class_="rule")
        )
        parts.append(element("text", f"{mark:.3g}", x=_LEFT - 4, y=f"{at + 4:.1f}", class_="mark"))
    return parts
