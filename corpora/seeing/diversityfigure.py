"""The figures of diversity: by place, and over time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from zij.corpora.seeing.palette import BASE, COLOURS, GREY, INK, QUIET, save_figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "FEW",
    "Measure",
    "draw_diversity_by_place",
    "draw_diversity_over_time",
    "draw_tables_over_time",
    "few_tables",
    "places_figure",
    "save_places",
    "save_times",
    "times_figure",
]

Measure = Literal["comparable", "published"]
"""Which of two figures of diversity: that which can be compared, or that of the study."""

FEW = 100
"""Tables up to which the study draws a place in grey."""
LOWEST = -3.0  # of the study's axis, in bits; longer where a place needs it
LINES = ("-", "--", "-.", ":", (0, (1, 1)))  # of the thresholds


def few_tables(table: pd.DataFrame) -> int:
    """Tables up to which a place is drawn in grey: 100, or below the common size in a small corpus."""
    many = int((table["tables"] > FEW).sum())
    return FEW if many >= 2 or table.empty else int(table["size"].iloc[0]) - 1


def save_places(folder: Path, table: pd.DataFrame, caption: str) -> None:
    """Draw `diversity_place.png` and `.svg`: the published bars, and the comparison at one size.

    Parameters
    ----------
    folder : Path
    table : DataFrame
        As from `place_diversity`, places by name.
    caption : str

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    import matplotlib

    with matplotlib.rc_context(BASE):
        save_figure(places_figure(table, caption), folder, "diversity_place")


def places_figure(table: pd.DataFrame, caption: str) -> Figure:
    """The figure of `save_places`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 1.9 + 0.24 * max(len(table), 4)), layout="constrained")
    if table.empty:
        return _nothing(figure, "No place is known, so there is nothing to draw.", caption)
    left, right = figure.subplots(1, 2, sharey=True)
    draw_diversity_by_place(left, table, measure="published")
    draw_diversity_by_place(right, table)
    figure.supxlabel(caption, fontsize=8, color=QUIET, x=0.01, ha="left")
    return figure


def draw_diversity_by_place(axes: Axes, places: pd.DataFrame, *, measure: Measure = "comparable") -> Axes:
    """Draw how varied the tables of each place are, in bits.

    Parameters
    ----------
    axes : matplotlib Axes
    places : DataFrame
        A row a place, as `zij.corpus.diversity(...).places`.
    measure : "comparable" or "published"
        The expected diversity of equally many tables of each place, with its 95 % interval; or the figure of
        the study, H(p) less log n with n all tables of a place, which favours places with few tables.

    Returns
    -------
    matplotlib Axes
        The same; 0 bits where every table is another, below where tables repeat.
    """
    many = (places["tables"] > few_tables(places)).to_numpy(dtype=bool)
    colours = np.where(many, COLOURS[0], GREY)
    if measure == "published":
        _published(axes, places, colours)
    else:
        _compared(axes, places, colours)
    pairs = zip(places["place"], places["tables"], strict=True)
    names = [f"{name} ({tables:,})".replace("$", r"\$") for name, tables in pairs]
    axes.set_yticks(np.arange(len(places)), names)
    axes.set_ylim(len(places) - 0.4, -0.6)
    axes.grid(axis="x", color="#e5e1d8", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("bits; 0: every table is another, negative: tables repeat", fontsize=8)
    return axes


def _published(axes: Axes, table: pd.DataFrame, colours: np.ndarray) -> None:
    """The bars of the study."""
    published = table["published"].to_numpy(dtype=float)
    axes.barh(np.arange(len(table)), published, color=colours, height=0.72)
    for y in np.flatnonzero(published == 0):  # a bar of no length is not a missing one
        axes.text(-0.02, float(y), "0", fontsize=7, color=QUIET, va="center", ha="right")
    axes.set_title("as published: H(p) \N{MINUS SIGN} log n, n all tables of a place", fontsize=9)
    axes.set_xlim(min(LOWEST, float(np.nanmin(published, initial=0.0)) - 0.15), 0)


def _compared(axes: Axes, table: pd.DataFrame, colours: np.ndarray) -> None:
    """Rarefied values with their intervals."""
    size = int(table["size"].iloc[0]) if len(table) else 0
    value, low, high = (table[f"rarefied{end}"].to_numpy(dtype=float) for end in ("", "_low", "_high"))
    for y in np.flatnonzero(np.isfinite(value)):
        axes.plot([low[y], high[y]], [y, y], color=colours[y], linewidth=2.2, solid_capstyle="butt")
        axes.plot(value[y], y, "o", color=colours[y], markersize=5)
    for y in np.flatnonzero(~np.isfinite(value)):
        axes.text(-0.02, float(y), "too few", fontsize=7, color=QUIET, va="center", ha="right")
    axes.set_title(f"comparable: expected at {size:,} tables each, with 95 % interval", fontsize=9)
    lowest = float(np.nanmin(low, initial=0.0))
    axes.set_xlim(min(1.08 * lowest, -0.5), 0)


def save_times(folder: Path, table: pd.DataFrame, caption: str) -> None:
    """Draw `diversity_time.png` and `.svg`: the published curves, the comparison, and the number of tables.

    Parameters
    ----------
    folder : Path
    table : DataFrame
        As from `time_diversity`.
    caption : str

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    import matplotlib

    with matplotlib.rc_context(BASE):
        save_figure(times_figure(table, caption), folder, "diversity_time")


def times_figure(table: pd.DataFrame, caption: str) -> Figure:
    """The figure of `save_times`."""
    from matplotlib.figure import Figure

    if table.empty:
        figure = Figure(figsize=(9.0, 2.2), layout="constrained")
        return _nothing(figure, "Too few years are known to draw curves over time.", caption)
    figure = Figure(figsize=(9.0, 8.2), layout="constrained")
    upper, middle, lower = figure.subplots(3, 1, sharex=True, height_ratios=(3, 2.4, 1.1))
    draw_diversity_over_time(upper, table, measure="published")
    draw_diversity_over_time(middle, table)
    draw_tables_over_time(lower, table)
    for axes in (upper, middle):
        axes.set_xlabel("")
    figure.supxlabel(caption, fontsize=8, color=QUIET, x=0.01, ha="left")
    return figure


def _nothing(figure: Figure, words: str, caption: str) -> Figure:
    """A figure that says why it is empty."""
    axes = figure.subplots()
    axes.set_axis_off()
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", fontsize=10)
    figure.supxlabel(caption, fontsize=8, color=QUIET, x=0.01, ha="left")
    return figure


def draw_diversity_over_time(axes: Axes, times: pd.DataFrame, *, measure: Measure = "comparable") -> Axes:
    """Draw how varied the tables around each year are, in nats.

    Parameters
    ----------
    axes : matplotlib Axes
    times : DataFrame
        A row a year and threshold of digits, as `zij.corpus.diversity(...).times`.
    measure : "comparable" or "published"
        The expected entropy of equally many tables within one sigma of a year, with its 95 % interval; or the
        curves of the study, for which tables are drawn with Gaussian weights, one for each threshold, with
        that of clusters dealt out at random.

    Returns
    -------
    matplotlib Axes
        The same.
    """
    parts = [part for _, part in times.groupby("digits", sort=True)]
    if measure == "published":
        for n, part in enumerate(parts):
            _curve(axes, part, n)
        axes.set_title("as published: tables drawn with Gaussian weights around each year", fontsize=9)
    else:
        for part in parts[:1]:
            _around(axes, part)
        axes.set_title("comparable: expected entropy of tables within one sigma, 95 % interval", fontsize=9)
    axes.set(xlabel="year", ylabel="entropy (nats)")
    low, high = axes.get_ylim()
    axes.set_ylim(low - 0.35 * (high - low), high)  # room for the legend
    return _framed(axes, "lower left")


def draw_tables_over_time(axes: Axes, times: pd.DataFrame) -> Axes:
    """Draw how many tables the diversity of each year rests on.

    Parameters
    ----------
    axes : matplotlib Axes
    times : DataFrame
        A row a year and threshold of digits, as `zij.corpus.diversity(...).times`; the lowest threshold is
        drawn.

    Returns
    -------
    matplotlib Axes
        The same.
    """
    for part in [part for _, part in times.groupby("digits", sort=True)][:1]:
        _numbers(axes, part)
    axes.set_title("tables that a value rests on", fontsize=9)
    axes.set(xlabel="year", ylabel="tables")
    return _framed(axes, "upper left")


def _framed(axes: Axes, legend: Literal["lower left", "upper left"]) -> Axes:
    """What the figures over time have in common."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))  # no half years
    axes.grid(color="#e5e1d8", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=8, ncols=3, loc=legend, labelcolor=INK)
    return axes


def _curve(axes: Axes, part: pd.DataFrame, n: int) -> None:
    """One threshold: the first with its band and the baseline, the others as thin lines."""
    year = part["year"].to_numpy(dtype=float)
    value, spread = part["entropy"].to_numpy(dtype=float), part["entropy_sd"].to_numpy(dtype=float)
    digits, tables = int(part["digits"].iloc[0]), int(part["tables"].iloc[0])
    label = f"{'all' if digits == 0 else f'{digits:,} digits and more'} ({tables:,} tables)"
    width, colour, dashes = 1.8 if n == 0 else 1.0, COLOURS[n % len(COLOURS)], LINES[n % len(LINES)]
    axes.plot(year, value, label=label, linewidth=width, zorder=3, color=colour, linestyle=dashes)
    if n == 0:
        axes.fill_between(year, value - spread, value + spread, color=COLOURS[0], alpha=0.22, linewidth=0)
        dealt, reach = part["random"].to_numpy(dtype=float), part["random_sd"].to_numpy(dtype=float)
        axes.plot(year, dealt, color=QUIET, linewidth=1.0, label="clusters dealt out at random")
        axes.fill_between(year, dealt - reach, dealt + reach, color=QUIET, alpha=0.18, linewidth=0)


def _around(axes: Axes, part: pd.DataFrame) -> None:
    """The comparison within one sigma."""
    year = part["year"].to_numpy(dtype=float)
    value, low, high = (part[f"rarefied{end}"].to_numpy(dtype=float) for end in ("", "_low", "_high"))
    size = int(part["size"].iloc[0])
    axes.fill_between(year, low, high, color=COLOURS[2], alpha=0.25, linewidth=0)
    axes.plot(year, value, color=COLOURS[2], linewidth=1.8, label=f"{size:,} tables; gaps: fewer are near")
    if not np.isfinite(value).any():
        axes.text(0.5, 0.5, f"no year has {size:,} tables near it", transform=axes.transAxes, ha="center")


def _numbers(axes: Axes, part: pd.DataFrame) -> None:
    """How many tables are near."""
    year = part["year"].to_numpy(dtype=float)
    near = part["window_tables"].to_numpy(dtype=float)
    axes.fill_between(year, 0, near, color=GREY, linewidth=0, step="mid", label="within one sigma")
    effective = part["effective_tables"].to_numpy(dtype=float)
    axes.plot(year, effective, color=COLOURS[1], linewidth=1.2, label="effective number by weight")
    axes.set_ylim(0, 1.35 * max(float(near.max(initial=1.0)), float(effective.max(initial=1.0))))
