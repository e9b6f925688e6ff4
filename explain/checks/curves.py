"""The pictures of the checks, each drawn into axes that the caller gives."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zij.explain.checks.checking import CheckResults
from zij.explain.checks.faithfulness import Faithfulness
from zij.files import write_bytes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "check_figure",
    "curves_figure",
    "draw_agreement",
    "draw_curves",
    "draw_faithfulness",
    "draw_randomisation",
    "draw_sensitivity",
    "draw_truth",
    "save_checks",
]

# colours that differ for all kinds of sight, after Okabe and Ito, https://jfly.uni-koeln.de/color/
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F6A00", "#555555")
_MARKS = "osD^vPX*"
_DPI = 130


def draw_faithfulness(axes: Axes, results: CheckResults) -> Axes:
    """Deletion curves of all methods, highest first as lines and lowest first dashed; controls as a band.

    Parameters
    ----------
    axes : matplotlib Axes
    results : CheckResults
        With the figures of this check.

    Returns
    -------
    Axes
        The same.
    """
    smooth = results.controls.get("smooth", ())
    if smooth:
        runs = [found.curve("deletion", order) for found in smooth for order in ("highest", "lowest")]
        low, high = np.quantile([run.distances for run in runs], (0.05, 0.95), axis=0)
        axes.fill_between(
            runs[0].shares, low, high, color="0.85", label="smooth noise, 5 to 95 %", linewidth=0
        )
    for n, (name, colour) in enumerate(_coloured(results.curves)):
        found: Faithfulness = results.curves[name]
        for order, style in (("highest", "-"), ("lowest", "--")):
            curve = found.curve("deletion", order)
            label = name if order == "highest" else None
            axes.plot(  # the first method lies on top
                curve.shares,
                curve.distances,
                style,
                color=colour,
                label=label,
                linewidth=1.6,
                zorder=9 - n / 9,
            )
    axes.set(xlabel="share of the regions that are gone", ylabel="distance to the other page", xlim=(0, 1))
    axes.set_title("Deletion: highest first (lines), lowest first (dashes)")
    axes.legend(fontsize=8, framealpha=0.9, edgecolor="none").set_zorder(20)
    return axes


def draw_curves(axes: Axes, found: Faithfulness) -> Axes:
    """Deletion and insertion curves of one attribution, in both orders.

    Parameters
    ----------
    axes : matplotlib Axes
    found : Faithfulness

    Returns
    -------
    Axes
        The same.
    """
    for curve in found.curves:
        style = "-" if curve.order == "highest" else "--"
        colour = _COLOURS[0 if curve.kind == "deletion" else 1]
        label = f"{curve.kind}, {curve.order} first"
        axes.plot(curve.shares, curve.distances, style, color=colour, label=label, linewidth=1.6)
    axes.set(xlabel="share of the regions that are gone or there", ylabel="distance to the other page")
    axes.set_xlim(0, 1)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8, framealpha=0.9, edgecolor="none")
    return axes


def curves_figure(found: Faithfulness) -> Figure:
    """A figure with `draw_curves` alone."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.8), layout="constrained")
    FigureCanvasAgg(figure)
    draw_curves(figure.add_subplot(), found)
    return figure


def draw_sensitivity(axes: Axes, results: CheckResults) -> Axes:
    """Average sensitivity by strength of noise; fresh masks dashed.

    Parameters
    ----------
    axes : matplotlib Axes
    results : CheckResults
        With the figures of this check.

    Returns
    -------
    Axes
        The same.
    """
    table = _part(results, "sensitivity", "average")
    sigma = table["setting"].str.extract(r"sigma ([0-9.e+-]+)")[0].astype(float)
    masks = table["setting"].str.extract(r", (\w+) masks")[0].fillna("none")
    methods = list(dict.fromkeys(table["method"]))
    for n, (name, colour) in enumerate(_coloured(methods)):
        for kind, style in (("none", "-"), ("fixed", "-"), ("fresh", "--")):
            here = (table["method"] == name) & (masks == kind)
            if here.any():
                label = name if kind != "fresh" else f"{name}, fresh masks"
                axes.plot(
                    100 * sigma[here], table["value"][here], style, color=colour, label=label,
                    marker=_MARKS[n % len(_MARKS)], markersize=5, linewidth=1.6,
                )  # fmt: skip
    top = max(1.15 * float(table["value"].max()), 0.05)
    if top > 0.7:
        axes.axhline(np.sqrt(2), color="0.6", linewidth=1, linestyle=":")
        axes.text(0.5, np.sqrt(2), "unrelated", color="0.4", fontsize=8, va="bottom")
    else:
        axes.text(0.02, 0.97, "unrelated: 1.41", color="0.4", fontsize=8, va="top", transform=axes.transAxes)
    axes.set(xlabel="noise, % of the input's range", ylabel="change, relative to the explanation")
    axes.set_ylim(0, top if top <= 0.7 else max(top, 1.55))
    axes.set_title("Sensitivity: average change under noise")
    axes.legend(fontsize=8, frameon=False)
    return axes


def draw_randomisation(axes: Axes, results: CheckResults) -> Axes:
    """Rank correlation by how many layers are drawn anew, and for changed inputs; the null band behind.

    Parameters
    ----------
    axes : matplotlib Axes
    results : CheckResults
        With the figures of this check.

    Returns
    -------
    Axes
        The same.
    """
    table = _part(results, "randomisation", "spearman")
    bands = _part(results, "randomisation", "null_band")
    stages = sorted({int(s.split()[1]) for s in table["setting"] if s.startswith("cascading")})
    places = {"as it is": 0.0, **{f"cascading {n}": float(k) for k, n in enumerate(stages, 1)}}
    last = max(places.values())
    gap = 0.16 * max(last, 2.0)
    places |= {"shuffled": last + gap, "replaced": last + 2 * gap}
    for kind, shade in (("smooth", "0.92"), ("random", "0.82")):
        values = bands["value"][bands["setting"] == kind]
        if len(values):
            label = "null band" + (", smooth" if kind == "smooth" else "")
            axes.axhspan(-float(values.max()), float(values.max()), color=shade, linewidth=0, label=label)
    methods = list(dict.fromkeys(table["method"]))
    for n, (name, colour) in enumerate(_coloured(methods)):
        own = table[table["method"] == name].set_index("setting")["value"]
        layers = [(0.0, 1.0), *((places[f"cascading {k}"], own[f"cascading {k}"]) for k in stages)]
        mark = _MARKS[n % len(_MARKS)]
        if stages:
            axes.plot(
                *zip(*layers, strict=True), color=colour, marker=mark, markersize=5, linewidth=1.6, label=name
            )
        inputs = [(places[key], own[key]) for key in ("shuffled", "replaced") if key in own]
        axes.plot(*zip(*inputs, strict=True), mark, color=colour, markersize=6, label="" if stages else name)
    axes.axhline(0, color="0.5", linewidth=0.8)
    ticks = [0.0, *(places[f"cascading {k}"] for k in stages), places["shuffled"], places["replaced"]]
    axes.set_xticks(ticks, ["0", *map(str, stages), "A\nshuffled", "B\nshuffled"], fontsize=8)
    axes.set(
        xlabel="layers drawn anew, from the output; pages changed",
        ylabel="rank correlation",
        ylim=(-1.05, 1.05),
    )
    axes.set_title("Randomisation: what is left of the explanation")
    axes.legend(fontsize=8, frameon=False, ncols=2, loc="lower left")
    return axes


def draw_agreement(axes: Axes, results: CheckResults) -> Axes:
    """Rank correlation of methods, two by two.

    Parameters
    ----------
    axes : matplotlib Axes
    results : CheckResults
        With the figures of this check.

    Returns
    -------
    Axes
        The same.
    """
    table = _part(results, "agreement", "spearman")
    names = list(results.relevances)
    matrix = np.eye(len(names))
    for row in table.to_dict("records"):
        i, j = names.index(row["method"]), names.index(row["setting"].removeprefix("with "))
        matrix[i, j] = matrix[j, i] = row["value"]
    axes.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
    for (i, j), value in np.ndenumerate(matrix):
        axes.text(
            j, i, f"{value:.2f}", ha="center", va="center", color="w" if abs(value) > 0.6 else "k", fontsize=8
        )
    axes.set_xticks(range(len(names)), names, rotation=30, ha="right", fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_title("Agreement: rank correlation of methods")
    return axes


def draw_truth(axes: Axes, results: CheckResults) -> Axes:
    """Average cosine similarity with the truth, by method, for both truths.

    Parameters
    ----------
    axes : matplotlib Axes
    results : CheckResults
        With the figures of this check.

    Returns
    -------
    Axes
        The same.
    """
    table = _part(results, "truth", "acs")
    names = list(dict.fromkeys(table["method"]))
    for k, (truth, words, colour) in enumerate(
        (
            ("bigram", "all four pairs of a number's digits", "#0072b2"),
            ("matched", "like with like", "#d55e00"),
        )
    ):
        values = [float(table.value[(table.method == n) & (table.setting == truth)].iloc[0]) for n in names]
        places = np.arange(len(names)) + 0.38 * (k - 0.5)
        axes.bar(places, values, 0.36, label=words, color=colour)
    axes.set_xticks(range(len(names)), names, rotation=30, ha="right", fontsize=8)
    axes.set(ylim=(0, 1.19), ylabel="average cosine similarity with the truth")
    axes.set_title("Known truth: generated pages")
    axes.legend(fontsize=8, frameon=False, ncols=2, loc="upper left", title="truth", title_fontsize=8)
    return axes


_PANELS = {
    "faithfulness": draw_faithfulness,
    "sensitivity": draw_sensitivity,
    "randomisation": draw_randomisation,
    "agreement": draw_agreement,
    "truth": draw_truth,
}


def check_figure(results: CheckResults, title: str = "") -> Figure:
    """One panel for each check that was made."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    made = set(results.figures["check"])
    shown = [name for name in _PANELS if name in made]
    columns = min(len(shown), 2)
    rows = -(-len(shown) // max(columns, 1))
    figure = Figure(figsize=(6.4 * max(columns, 1), 4.6 * max(rows, 1)), layout="constrained")
    FigureCanvasAgg(figure)
    for n, name in enumerate(shown, 1):
        axes = figure.add_subplot(rows, columns, n)
        _PANELS[name](axes, results)
        if name != "agreement":
            axes.spines[["top", "right"]].set_visible(False)
    if title:
        figure.suptitle(title)
    return figure


def save_checks(path: str | Path, results: CheckResults, title: str = "") -> Path:
    """Write the figure as PNG, the same bytes for the same results.

    Parameters
    ----------
    path : path
    results : CheckResults
    title : str
        Above the panels.

    Returns
    -------
    Path
        The path written.
    """
    buffer = io.BytesIO()
    check_figure(results, title).savefig(buffer, format="png", dpi=_DPI, metadata={"Software": None})
    return write_bytes(path, buffer.getvalue())


def _part(results: CheckResults, check: str, measure: str) -> pd.DataFrame:
    table = results.figures
    return table[(table["check"] == check) & (table["measure"] == measure)]


def _coloured(names: Iterable[str]) -> list[tuple[str, str]]:
    """Names with their colours, in order."""
    return [(name, _COLOURS[n % len(_COLOURS)]) for n, name in enumerate(names)]
