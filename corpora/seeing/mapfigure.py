"""The map of a corpus as a figure."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from zij.corpora.seeing.maphtml import first_tags
from zij.corpora.seeing.mapnames import NAMED, write_names
from zij.corpora.seeing.palette import (
    BASE,
    COLOURS,
    GREY,
    INK,
    MARKS,
    MOST,
    QUIET,
    WITHOUT,
    YEARS,
    Groups,
    groups,
    save_figure,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure

__all__ = ["Colour", "draw_map", "map_figure", "middle_years", "save_map"]

SHOWN = 30  # letters of a name in the legend
HEADINGS = {"cluster": "cluster (HDBSCAN)"}
"""What a colour means, where its name does not say it."""


Colour = Literal["place", "year", "book", "cluster", "tag", "none"]
"""What can give the colour."""


def save_map(folder: Path, pages: pd.DataFrame, *, colour: Colour, caption: str) -> None:
    """Draw `map.png` and `map.svg`.

    Parameters
    ----------
    folder : Path
    pages : DataFrame
        A row a page, as in `map.csv`.
    colour : Colour
        What gives the colour.
    caption : str
        What is drawn, with the number of pages.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    import matplotlib

    with matplotlib.rc_context(BASE):
        save_figure(map_figure(pages, colour, caption), folder, "map")


def map_figure(pages: pd.DataFrame, colour: Colour, caption: str) -> Figure:
    """The figure of `save_map`; a map of at most 50 pages has their names beside the dots.

    Parameters
    ----------
    pages : DataFrame
        A row a page; its names from the column `page`, where there is one.
    colour : Colour
        What gives the colour.
    caption : str
        Stands below the map.

    Returns
    -------
    Figure
    """
    from matplotlib.figure import Figure

    wide, high = _reach(pages)
    unit = min(6.6 / wide, 7.0 / high)
    figure = Figure(figsize=(unit * wide + 2.4, unit * high + 0.5), layout="constrained")
    axes = figure.subplots()
    draw_map(axes, pages, colour=colour)
    axes.set_anchor("W")
    below = figure.supxlabel(caption, fontsize=8, color=QUIET, x=0.01, ha="left")
    if len(pages) <= NAMED and "page" in pages and (missing := _named(figure, axes, pages)):
        left = "1 name is" if missing == 1 else f"{missing:,} names are"
        below.set_text(f"{caption} For want of room {left} left out.")
    return figure


def _named(figure: Figure, axes: Axes, pages: pd.DataFrame) -> int:
    """Write the names of the pages; returns how many found no room."""
    with warnings.catch_warnings():  # of a name in a script that the font does not have
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        figure.draw_without_rendering()  # only now it is known where there is room
        return write_names(axes, pages[["x", "y"]].to_numpy(dtype=float), pages["page"].tolist())


def draw_map(axes: Axes, pages: pd.DataFrame, *, colour: Colour = "none") -> Axes:
    """Draw a corpus laid out in the plane, a dot for each page; the legend stands to the right of the Axes.

    Parameters
    ----------
    axes : matplotlib Axes
    pages : DataFrame
        A row a page with the columns `x` and `y` (without unit), and that which gives the colour: `place`,
        `book`, `cluster` or `tags` ("" where it is not known; of several tags the first), `year_from` and
        `year_to`; as `zij.corpus.map_(...).pages`.
    colour : "place", "year", "book", "cluster", "tag" or "none"
        What gives the colour. Groups beyond the 21 most frequent are grey, unknown ones hollow.

    Returns
    -------
    matplotlib Axes
        The same.
    """
    xy = pages[["x", "y"]].to_numpy(dtype=float)
    size = float(np.clip(9000 / max(len(xy), 1), 3.0, 34.0))
    if colour == "year":
        _years(axes, xy, middle_years(pages), size)
    elif colour == "none":
        _dots(axes, xy, size, COLOURS[0], "o", "")
    else:
        _groups(axes, xy, groups(_values(pages, colour)), size, colour)
    wide, high = _reach(pages)
    axes.set(xlim=(-1.05 * wide, 1.05 * wide), ylim=(-1.05 * high, 1.05 * high))
    axes.set(aspect="equal", xticks=(), yticks=())
    axes.spines[:].set_color("#d8d3c8")
    return axes


def middle_years(pages: pd.DataFrame) -> NDArray[np.float64]:
    """The middle of each page's years, (N,); NaN where none is known.

    Parameters
    ----------
    pages : DataFrame
        With the columns `year_from` and `year_to`; where one is missing the other stands for it.

    Returns
    -------
    (N,) ndarray of float64
    """
    first, last = pages["year_from"], pages["year_to"]
    ends = first.fillna(last), last.fillna(first)
    one, two = (end.to_numpy(dtype=float, na_value=np.nan) for end in ends)
    return np.asarray((one + two) / 2)


def _reach(pages: pd.DataFrame) -> tuple[float, float]:
    """How far the pages lie from the middle, to the side and upwards."""
    wide, high = (
        float(max(one, 0.35)) for one in np.abs(pages[["x", "y"]].to_numpy(dtype=float)).max(axis=0)
    )
    return wide, high


def _values(pages: pd.DataFrame, colour: str) -> list[str]:
    """The group of each page, "" where it is not known."""
    texts = [
        value if isinstance(value, str) else "" for value in pages["tags" if colour == "tag" else colour]
    ]
    return first_tags(texts) if colour == "tag" else texts


def _years(axes: Axes, xy: NDArray[np.float64], years: NDArray[np.float64], size: float) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    known = np.isfinite(years)
    _hollow(axes, xy[~known], size, "")
    scale = LinearSegmentedColormap.from_list("years", list(YEARS))
    drawn = axes.scatter(xy[known, 0], xy[known, 1], c=years[known], s=size, cmap=scale, linewidths=0)
    if known.any():
        _year_bar(axes, drawn, "year" + (f" (hollow: {int((~known).sum()):,} not known)" * (not known.all())))


def _year_bar(axes: Axes, drawn: PathCollection, label: str) -> None:
    """The scale of years in the Axes' own room to the right, so that no other Axes is made narrower."""
    from matplotlib.colorbar import Colorbar
    from matplotlib.ticker import MaxNLocator

    whole = MaxNLocator(8, integer=True)
    bar = Colorbar(axes.inset_axes((1.03, 0.22, 0.028, 0.56)), drawn, ticks=whole, format="%d")
    bar.set_label(label)
    bar.outline.set_visible(False)


def _groups(axes: Axes, xy: NDArray[np.float64], own: Groups, size: float, colour: str) -> None:
    other, unknown = own.codes >= MOST, own.codes < 0
    handles = []
    if unknown.any():
        handles.append(
            _hollow(axes, xy[unknown], size, f"{WITHOUT.get(colour, 'not known')} ({int(unknown.sum()):,})")
        )
    if other.any():
        label = f"{len(own.names) - MOST:,} others ({int(other.sum()):,})"
        handles.append(_dots(axes, xy[other], 0.7 * size, GREY, "o", label))
    first = []
    for n, (name, count) in enumerate(zip(own.names[:MOST], own.counts, strict=False)):
        own_colour, mark = COLOURS[n % len(COLOURS)], MARKS[n // len(COLOURS)]
        short = name if len(name) <= SHOWN else name[: SHOWN - 1] + "\N{HORIZONTAL ELLIPSIS}"
        label = f"{short} ({count:,})".replace("$", r"\$")
        first.append(_dots(axes, xy[own.codes == n], size, own_colour, mark, label))
    legend = axes.legend(
        handles=first + handles[::-1], title=HEADINGS.get(colour, colour), loc="center left",
        bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8, title_fontsize=9, alignment="left",
        handletextpad=0.3, labelcolor=INK,
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
