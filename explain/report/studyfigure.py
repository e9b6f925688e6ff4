"""The figure of a study: steadiness and faithfulness against the number of masks."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from zij.explain.distance.study import GOOD, Swept
from zij.explain.report.figure import BASE, INK, QUIET
from zij.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_study", "save_study", "study_figure"]

TITLES = {
    "all": "all: every mask, by regression",
    "mirrored": "mirrored: both tails",
    "positive": "positive: the nearest tail",
    "negative": "negative: the furthest tail",
}
MEASURES = {
    "correlation": "correlation with the long run",
    "faithfulness": "faithfulness (gap of deletion curves)",
}
COLOURS = ("#c6a15b", "#b2182b", "#5e3c99", "#2166ac", "#1b7837", "#555555")
MARKS = ("o", "s", "^", "D", "v", "P")
DPI = 130


def draw_study(
    axes: Axes,
    found: Sequence[Swept],
    best: Swept,
    *,
    selection: str | None = None,
    measure: Literal["correlation", "faithfulness"] = "correlation",
) -> Axes:
    """Draw one measure of a study against the number of masks, a line for each probability of being kept.

    Parameters
    ----------
    axes : matplotlib Axes
    found : sequence of Swept
        All settings that were tried.
    best : Swept
        The one that is ringed.
    selection : str, optional
        Which masks speak; that of `best` by default.
    measure : "correlation" or "faithfulness"
        Correlation with the long run, or gap of deletion curves.

    Returns
    -------
    Axes
        The same.
    """
    selection = best.selection if selection is None else selection
    _lines(axes, [s for s in found if s.selection == selection], best, measure)
    if measure == "correlation":
        axes.axhline(GOOD, color=QUIET, linewidth=0.8, linestyle=":")
    axes.set(xlabel="masks", ylabel=MEASURES[measure])
    axes.set_title(TITLES.get(selection, selection), fontsize=10, color=INK)
    return axes


def study_figure(found: Sequence[Swept], best: Swept) -> Figure:
    """The whole study: a column a selection, above steadiness, below faithfulness."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    selections = list(dict.fromkeys(s.selection for s in found))
    figure = Figure(figsize=(3.3 * len(selections) + 0.9, 6.6), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(2, len(selections), squeeze=False, sharex=True, sharey="row")
    for column, selection in enumerate(selections):
        above = draw_study(grid[0, column], found, best, selection=selection)
        below = draw_study(grid[1, column], found, best, selection=selection, measure="faithfulness")
        above.set_xlabel("")
        below.set_title("")
        if column:
            above.set_ylabel("")
            below.set_ylabel("")
    grid[0, -1].legend(title="share kept", fontsize=8, title_fontsize=8, loc="upper left", frameon=False)
    figure.suptitle(
        f"ringed: {best.selection}, {best.keep:g} kept, {best.masks:,} masks", fontsize=10, color=QUIET
    )
    return figure


def save_study(path: str | Path, found: Sequence[Swept], best: Swept) -> Path:
    """Write the figure of `study_figure` as PNG; the same study gives the same bytes.

    Parameters
    ----------
    path : path
    found : sequence of Swept
        All settings.
    best : Swept
        The one that is recommended.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    import matplotlib

    with matplotlib.rc_context(BASE):
        stream = BytesIO()
        study_figure(found, best).savefig(stream, dpi=DPI, metadata={"Software": None})
    return write_bytes(path, stream.getvalue())


def _lines(axes: Axes, own: Sequence[Swept], best: Swept, what: str) -> None:
    """One line for each probability of being kept."""
    for k, keep in enumerate(sorted({s.keep for s in own})):
        line = [s for s in own if s.keep == keep]
        x, y = [s.masks for s in line], [getattr(s, what) for s in line]
        colour, mark = COLOURS[k % len(COLOURS)], MARKS[k % len(MARKS)]
        axes.plot(x, y, label=f"{keep:g}", color=colour, marker=mark, markersize=4, linewidth=1.3)
        if best in line:
            axes.plot(
                best.masks, getattr(best, what), "o", markersize=13, fillstyle="none", color=INK, zorder=5
            )
    axes.set_xscale("log")
    axes.set_xticks([s.masks for s in own], [f"{s.masks:,}" for s in own], fontsize=8)
    axes.minorticks_off()
    axes.grid(color="#e5e1d8", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
