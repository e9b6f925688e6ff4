"""A collated table on matplotlib's Axes: where witnesses agree and where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from zij.errors import UsageError
from zij.explain.collation.apparatus import Apparatus, CollatedTable, Place, Status
from zij.explain.collation.judging import groups_of
from zij.explain.collation.report.overview import COLOURS
from zij.explain.collation.report.words import entry_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_variants"]

SMALLEST, LARGEST = 3.5, 8.0
"""Points of the letters in the cells; where smaller ones would be needed, none are written by default."""
_WORDS: dict[Status, str] = {
    "variant": "differ", "uncertain": "uncertain", "only": "not in all", "agree": "agree",
}  # fmt: skip
_FACES: dict[Status, str] = {
    "variant": COLOURS["variant"], "uncertain": "#fdf3d8", "only": "#e8f0f8", "agree": COLOURS["agree"],
}  # fmt: skip
_LINES: dict[Status, Literal["-", "--", ":"]] = {"variant": "-", "uncertain": "--", "only": ":", "agree": "-"}


def draw_variants(
    axes: Axes, apparatus: Apparatus, table: str | None = None, *, texts: bool | None = None
) -> Axes:
    """Draw a collated table as a grid, each cell in the colour and outline of its status.

    Parameters
    ----------
    axes : matplotlib Axes
    apparatus : Apparatus
    table : str, optional
        Name of the collated table, such as "t1"; the first by default.
    texts : bool, optional
        Whether what most witnesses have is written into the cells; by default where there is room.

    Returns
    -------
    matplotlib Axes
        The same, in units of columns and rows counted from 1, with a legend above it.

    Raises
    ------
    UsageError
        If the apparatus has no such table.
    """
    whole = _table(apparatus, table)
    places = [place for place in apparatus.places if place.table == whole.name]
    for status in _WORDS:
        _cells(axes, [place for place in places if place.status == status], status)
    size = _letters(axes, whole, places)
    if texts if texts is not None else size >= SMALLEST:
        _texts(axes, places, max(size, SMALLEST))
    axes.set(xlim=(0.5, whole.columns + 0.5), ylim=(whole.rows + 0.5, 0.5), xlabel="column", ylabel="row")
    axes.set_xticks(_ticks(whole.columns))
    axes.set_yticks(_ticks(whole.rows))
    axes.tick_params(length=0, labelsize=7)
    axes.spines[:].set_visible(False)
    _legend(axes, places)
    return axes


def _table(apparatus: Apparatus, name: str | None) -> CollatedTable:
    names = [table.name for table in apparatus.tables]
    if not names or (name is not None and name not in names):
        has = f"choose one of {', '.join(names)}" if names else "its witnesses share none"
        raise UsageError(f"the apparatus has no collated table {name or 't1'!r}; {has}.")
    return apparatus.tables[names.index(name) if name is not None else 0]


def _cells(axes: Axes, places: Sequence[Place], status: Status) -> None:
    """Squares of one status, as one collection, so that large tables are drawn quickly."""
    from matplotlib.collections import PolyCollection

    if not places:
        return
    square = np.array([(0.03, 0.06), (0.97, 0.06), (0.97, 0.94), (0.03, 0.94)]) + 0.5
    corners = np.array([(place.column, place.row) for place in places], float)
    axes.add_collection(
        PolyCollection(
            list(corners[:, None, :] + square), facecolor=_FACES[status], edgecolor=COLOURS[status],
            linestyle=_LINES[status], linewidth=0.0 if status == "agree" else 1.0,
        )
    )  # fmt: skip


def _lemma(place: Place) -> str:
    """What most witnesses have."""
    groups = groups_of(place.entries)
    return entry_text(place.entries[groups[0][0]]) if groups else ""


def _letters(axes: Axes, table: CollatedTable, places: Sequence[Place]) -> float:
    """Points of letters that fit the cells of an Axes as large as it is now."""
    box = axes.get_window_extent()
    points = 72 / axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    longest = max((len(_lemma(place)) for place in places), default=1)
    high = 0.7 * points * box.height / max(table.rows, 1)
    wide = points * box.width / max(table.columns, 1) / (0.65 * max(longest, 1) + 0.4)
    return min(high, wide, LARGEST)


def _texts(axes: Axes, places: Sequence[Place], size: float) -> None:
    for place in places:
        bold = place.status == "variant"
        axes.text(
            place.column + 1, place.row + 1, _lemma(place).replace("$", r"\$"), ha="center", va="center",
            fontsize=size, color="white" if bold else "#26231f", clip_on=True,
            fontweight="bold" if bold else "normal",
        )  # fmt: skip


def _legend(axes: Axes, places: Sequence[Place]) -> None:
    from matplotlib.patches import Patch

    counts = Counter(place.status for place in places)
    handles = [
        Patch(
            facecolor=_FACES[s], edgecolor=COLOURS[s], linestyle=_LINES[s], label=f"{words} ({counts[s]:,})"
        )
        for s, words in _WORDS.items()
        if counts[s]
    ]
    if handles:
        axes.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, frameon=False, fontsize=8,
            columnspacing=1.0, handlelength=1.4,
        )  # fmt: skip


def _ticks(count: int) -> list[int]:
    """Some of the rows or columns, from 1."""
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**6) if count / s <= 30)
    return [1, *range(step, count + 1, step)] if step > 1 else list(range(1, count + 1))
