"""The map of a corpus as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zij.corpora.seeing.palette import (
    BASE,
    COLOURS,
    GREY,
    INK,
    MARKS,
    MOST,
    QUIET,
    YEARS,
    Groups,
    groups,
    save_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure

__all__ = ["save_map"]

SHOWN = 30  # letters of a name in the legend


def save_map(
    folder: Path,
    xy: NDArray[np.float64],
    *,
    values: Sequence[str] | NDArray[np.float64] | None,
    heading: str,
    caption: str,
) -> None:
    """Draw `map.png` and `map.svg`.

    Parameters
    ----------
    folder : Path
    xy : (N, 2) ndarray
        Places of the pages.
    values : sequence of N str, (N,) ndarray of float, or None
        What gives the colour: groups ("" for unknown), years (NaN for unknown), or nothing.
    heading : str
        What the colours mean.
    caption : str
        What is drawn, with the number of pages.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(BASE):
        wide, high = (float(max(one, 0.35)) for one in np.abs(xy).max(axis=0))
        unit = min(6.6 / wide, 7.0 / high)
        figure = Figure(figsize=(unit * wide + 2.4, unit * high + 0.5), layout="constrained")
        axes = figure.subplots()
        size = float(np.clip(9000 / max(len(xy), 1), 3.0, 34.0))
        if values is None:
            _dots(axes, xy, size, COLOURS[0], "o", "")
        elif isinstance(values, np.ndarray):
            _years(figure, axes, xy, values, size, heading)
        else:
            _groups(axes, xy, groups(values), size, heading)
        axes.set(xlim=(-1.05 * wide, 1.05 * wide), ylim=(-1.05 * high, 1.05 * high))
        axes.set(aspect="equal", anchor="W", xticks=(), yticks=())
        axes.spines[:].set_color("#d8d3c8")
        figure.supxlabel(caption, fontsize=8, color=QUIET, x=0.01, ha="left")
        save_figure(figure, folder, "map")


def _years(
    figure: Figure, axes: Axes, xy: NDArray[np.float64], years: NDArray[np.float64], size: float, heading: str
) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    known = np.isfinite(years)
    _hollow(axes, xy[~known], size, "")
    scale = LinearSegmentedColormap.from_list("years", list(YEARS))
    drawn = axes.scatter(xy[known, 0], xy[known, 1], c=years[known], s=size, cmap=scale, linewidths=0)
    if known.any():
        bar = figure.colorbar(drawn, ax=axes, shrink=0.55, pad=0.02, aspect=26, format="%d")
        bar.set_label(heading + (f" (hollow: {int((~known).sum()):,} not known)" if not known.all() else ""))
        bar.outline.set_visible(False)


def _groups(axes: Axes, xy: NDArray[np.float64], own: Groups, size: float, heading: str) -> None:
    other, unknown = own.codes >= MOST, own.codes < 0
    handles = []
    if unknown.any():
        handles.append(_hollow(axes, xy[unknown], size, f"not known ({int(unknown.sum()):,})"))
    if other.any():
        label = f"{len(own.names) - MOST:,} others ({int(other.sum()):,})"
        handles.append(_dots(axes, xy[other], 0.7 * size, GREY, "o", label))
    first = []
    for n, (name, count) in enumerate(zip(own.names[:MOST], own.counts, strict=False)):
        colour, mark = COLOURS[n % len(COLOURS)], MARKS[n // len(COLOURS)]
        short = name if len(name) <= SHOWN else name[: SHOWN - 1] + "\N{HORIZONTAL ELLIPSIS}"
        label = f"{short} ({count:,})".replace("$", r"\$")
        first.append(_dots(axes, xy[own.codes == n], size, colour, mark, label))
    legend = axes.legend(
        handles=first + handles[::-1], title=heading, loc="center left", bbox_to_anchor=(1.0, 0.5),
        frameon=False, fontsize=8, title_fontsize=9, alignment="left", handletextpad=0.3, labelcolor=INK,
    )  # fmt: skip
    for handle in legend.legend_handles:
        handle.set_sizes([28.0])  # type: ignore[union-attr]


def _dots(
    axes: Axes, xy: NDArray[np.float64], size: float, colour: str, mark: str, label: str
) -> PathCollection:
    return axes.scatter(xy[:, 0], xy[:, 1], s=size, color=colour, marker=mark, linewidths=0, label=label)


def _hollow(axes: Axes, xy: NDArray[np.float64], size: float, label: str) -> PathCollection:
    return axes.scatter(
        xy[:, 0], xy[:, 1], s=size, facecolors="none", edgecolors=GREY, linewidths=0.5, label=label
    )
