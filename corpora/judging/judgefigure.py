"""The figure of an evaluation: each similarity's marks, one beside the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from zij.corpora.judging.judging import FIRST, MODES, Figures, Judged, Mode
from zij.corpora.seeing.palette import BASE, COLOURS, INK, QUIET, save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Mark", "draw_evaluation", "evaluation_figure", "save_evaluation"]

Mark = Literal["average precision", "recall", "neighbour recall", "neighbour precision"]
"""What a similarity can be judged by."""
_TITLES: dict[Mark, str] = {
    "average precision": "mean average precision",
    "recall": f"recall among the first {FIRST}",
    "neighbour recall": "nearest neighbour: recall",
    "neighbour precision": "nearest neighbour: precision",
}

_LOOKS: dict[Mode, tuple[str, str, float]] = {
    "page-wise": (COLOURS[0], "o", -0.13),
    "book-disjoint": (COLOURS[1], "D", 0.13),
}


def save_evaluation(folder: Path, judged: Judged, caption: str) -> None:
    """Draw `evaluation.png` and `evaluation.svg`: four panels, a line for each similarity.

    Bars are 95 % intervals over families in the first two panels, and standard deviations over the splits in
    the others, which stay empty where families are not known.

    Parameters
    ----------
    folder : Path
        Where the files are to stand.
    judged : Judged
    caption : str
        Stands below the panels.
    """
    import matplotlib as mpl

    with mpl.rc_context(BASE):
        save_figure(evaluation_figure(judged, caption), folder, "evaluation")


def evaluation_figure(judged: Judged, caption: str) -> Figure:
    """The figure of `save_evaluation`."""
    from matplotlib.figure import Figure

    known = any(np.isfinite(f.neighbours.recall) for f in judged.figures)
    marks = list(_TITLES)[: 4 if known else 2]
    rows = sum(f.mode == MODES[0] for f in judged.figures)
    figure = Figure(figsize=(1.9 + 2.15 * len(marks), 1.5 + 0.36 * rows), layout="constrained")
    every = figure.subplots(1, len(marks), sharey=True, squeeze=False)[0]
    for axes, mark in zip(every, marks, strict=True):
        draw_evaluation(axes, judged, mark=mark)
    every[0].legend(
        loc="lower left", bbox_to_anchor=(0, 1.12), ncols=2, frameon=False, borderaxespad=0,
        handletextpad=0.2,
    )  # fmt: skip
    figure.supxlabel(caption, x=0.01, ha="left", fontsize=7.5, color=QUIET)
    return figure


def draw_evaluation(axes: Axes, judged: Judged, *, mark: Mark = "average precision") -> Axes:
    """Draw how well each similarity brings together what belongs together, from 0 to 1.

    Parameters
    ----------
    axes : matplotlib Axes
    judged : Judged
        As `zij.corpus.evaluate(...).judged`.
    mark : "average precision", "recall", "neighbour recall" or "neighbour precision"
        Bars are 95 % intervals over families for the first two, and standard deviations over the splits of
        the nearest-neighbour protocol for the others, which are not drawn where families are not known.

    Returns
    -------
    matplotlib Axes
        The same, with a label for each mode (page-wise, book-disjoint) but without a legend.
    """
    for mode in MODES:
        _marks(axes, [f for f in judged.figures if f.mode == mode], list(_TITLES).index(mark), mode)
    _frame(axes, _TITLES[mark], [f.measure.title for f in judged.figures if f.mode == MODES[0]])
    return axes


def _marks(axes: Axes, figures: Sequence[Figures], number: int, mode: Mode) -> None:
    colour, sign, off = _LOOKS[mode]
    for row, one in enumerate(figures):
        value, low, high = _value(one, number)
        if np.isfinite(value):
            axes.plot([low, high], [row + off, row + off], color=colour, lw=1.4, solid_capstyle="butt")
            label = mode if row == 0 else None
            axes.plot([value], [row + off], sign, color=colour, ms=5, label=label, clip_on=False, ls="none")


def _value(one: Figures, number: int) -> tuple[float, float, float]:
    if number < 2:
        found = (one.precision, one.recall)[number]
        return found.mean, found.low, found.high
    near = one.neighbours
    value, spread = (
        (near.recall, near.recall_deviation) if number == 2 else (near.precision, near.precision_deviation)
    )
    return value, value - spread, value + spread


def _frame(axes: Axes, title: str, names: Sequence[str]) -> None:
    axes.set_title(title, loc="left", fontsize=9, color=INK)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), list(names))
    axes.grid(axis="x", color=QUIET, alpha=0.25, lw=0.6)
    axes.tick_params(length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
