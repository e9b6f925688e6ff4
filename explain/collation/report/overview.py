"""A collated table in little: each cell in the colour and form of its status."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zij.explain.collation.apparatus import CollatedTable, Place, Status
from zij.html import Markup, element

__all__ = ["COLOURS", "overview", "swatch"]

COLOURS: dict[Status, str] = {
    "agree": "#e3ded3",
    "variant": "#b2182b",
    "uncertain": "#9a6700",
    "only": "#3a6ea5",
}
"""What each status is drawn in; form tells them apart as well: full, full, hollow, low."""
WIDE, HIGH = 420.0, 300.0
"""Pixels of the picture at most, unless the table has more rows or columns than that."""


def overview(table: CollatedTable, places: Sequence[Place]) -> Markup:
    """A drawing of a collated table.

    Parameters
    ----------
    table : CollatedTable
    places : sequence of Place
        Its places; where there is none the paper shows.

    Returns
    -------
    Markup
    """
    wide = min(max(WIDE / max(table.columns, 1), 1.0), 18.0)
    high = min(max(HIGH / max(table.rows, 1), 1.0), 8.0)
    parts = []
    for status in COLOURS:
        own = [(p.row, p.column) for p in places if p.status == status]
        if own:
            parts.append(_drawn(status, own, wide, high))
    width, height = table.columns * wide, table.rows * high
    return element(
        "svg", *parts, viewBox=f"0 0 {width:g} {height:g}", width=f"{width:g}", height=f"{height:g}",
        role="img", aria_label=f"where the witnesses of {table.name} agree and differ",
    )  # fmt: skip


def swatch(status: Status) -> Markup:
    """One cell of a status, for the legend."""
    mark = _drawn(status, [(0, 0)], 12.0, 9.0)
    words = {"viewBox": "0 0 12 9", "width": 12, "height": 9, "aria_hidden": "true", "class_": "swatch"}
    return element("svg", mark, **words)


def _drawn(status: Status, cells: Sequence[tuple[int, int]], wide: float, high: float) -> Markup:
    colour, gap = COLOURS[status], 0.5 if min(wide, high) >= 3 else 0.0
    if status == "uncertain":
        line = min(1.2, 0.3 * high)
        return element("path", d=_path(cells, wide, high, gap + line / 2), fill="none", stroke=colour,
                       stroke_width=f"{line:.2g}")  # fmt: skip
    if status == "only":
        return element("path", d=_path(cells, wide, high, gap, low=0.55), fill=colour)
    return element("path", d=_path(cells, wide, high, gap, joined=status == "agree"), fill=colour)


def _path(
    cells: Sequence[tuple[int, int]], wide: float, high: float, gap: float, *, low: float = 0.0,
    joined: bool = False,
) -> str:  # fmt: skip
    """Rectangles of cells; where `joined`, of neighbours in a row together, and only their lower part."""
    steps = []
    for row, first, last in _runs(cells) if joined else ((r, c, c) for r, c in cells):
        top = high * (row + low)
        width, height = wide * (last - first + 1) - 2 * gap, high * (1 - low) - gap * (2 if not low else 1)
        steps.append(f"M{wide * first + gap:.5g} {top + (0 if low else gap):.5g}"
                     f"h{width:.4g}v{height:.3g}h{-width:.4g}z")  # fmt: skip
    return "".join(steps)


def _runs(cells: Iterable[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Row, first and last column of neighbours in a row."""
    runs: list[tuple[int, int, int]] = []
    for row, column in sorted(cells):
        if runs and runs[-1][0] == row and runs[-1][2] == column - 1:
            runs[-1] = row, runs[-1][1], column
        else:
            runs.append((row, column, column))
    return runs
