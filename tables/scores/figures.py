"""Two figures: which digit is read for which, and whether confidences are honest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zij.tables.scores.calibration import Bin, calibration_error
from zij.tables.scores.confusion import NAMES, NONE, SIZE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "Drawn",
    "calibration_figure",
    "confusion_figure",
    "draw_confidences",
    "draw_confusion",
    "draw_reliability",
]

INK, QUIET, LINE = "#26231f", "#5d5a54", "#d8d3c8"
WRONG, RIGHT, BLUE = "#b2182b", "#e9e6dd", "#2166ac"
DPI = 160
BASE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "svg.hashsalt": "zij",
    "svg.fonttype": "path",  # inside the report a picture has no fonts but its own
}

Drawn = tuple[bytes, bytes]
"""PNG and SVG of one figure; the same input gives the same bytes."""


def confusion_figure(counts: NDArray[np.int64]) -> Drawn:
    """The digits that stand there (rows) by the digits that were read (columns).

    What is right is grey; what is wrong is the redder the more often it happened.

    Parameters
    ----------
    counts : (11, 11) ndarray of int64
        The last row and column stand for no digit.

    Returns
    -------
    Drawn
    """
    with _figure(6.4, 6.2) as (figure, drawn):
        draw_confusion(figure.add_axes((0.13, 0.04, 0.84, 0.83)), counts)
    return drawn()


def calibration_figure(bins: Sequence[Bin]) -> Drawn:
    """Share of right digits by confidence, with 95 % intervals, and below it how many digits there are.

    Parameters
    ----------
    bins : sequence of Bin
        As `reliability` gives them.

    Returns
    -------
    Drawn
    """
    with _figure(6.4, 6.2) as (figure, drawn):
        upper, lower = (figure.add_axes(box) for box in ((0.12, 0.33, 0.84, 0.63), (0.12, 0.09, 0.84, 0.19)))
        draw_reliability(upper, bins)
        upper.set_xticks(upper.get_xticks(), [])  # those of the axes below
        upper.set_xlabel("")
        draw_confidences(lower, bins)
    return drawn()


def draw_confusion(axes: Axes, counts: NDArray[np.int64]) -> Axes:
    """The digits that stand there (rows) by the digits that were read (columns), on given axes.

    Parameters
    ----------
    axes : Axes
    counts : (11, 11) ndarray of int64
        The last row and column stand for no digit.

    Returns
    -------
    Axes
    """
    _cells(axes, counts)
    axes.set(xlim=(-0.5, SIZE - 0.5), ylim=(SIZE - 0.5, -0.5), aspect="equal")
    axes.set_xticks(range(SIZE), NAMES, color=INK)
    axes.set_yticks(range(SIZE), NAMES, color=INK)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0)
    axes.set_xlabel("read", labelpad=8)
    axes.set_ylabel("stands there", labelpad=6)
    axes.spines[:].set_visible(False)
    axes.axhline(NONE - 0.5, color=QUIET, linewidth=1)
    axes.axvline(NONE - 0.5, color=QUIET, linewidth=1)
    return axes


def draw_reliability(axes: Axes, bins: Sequence[Bin]) -> Axes:
    """Share of right digits by confidence, with 95 % intervals (Wilson 1927), on given axes.

    Parameters
    ----------
    axes : Axes
    bins : sequence of Bin
        As `reliability` gives them.

    Returns
    -------
    Axes
    """
    _reliability(axes, [b for b in bins if b.count])
    return axes


def draw_confidences(axes: Axes, bins: Sequence[Bin]) -> Axes:
    """How many digits have which confidence, on a logarithmic scale, on given axes.

    Parameters
    ----------
    axes : Axes
    bins : sequence of Bin
        As `reliability` gives them.

    Returns
    -------
    Axes
    """
    _counts(axes, bins)
    return axes


@contextmanager
def _figure(width: float, height: float) -> Iterator[tuple[Figure, Callable[[], Drawn]]]:
    """A figure of that size in inches, and what makes its PNG and SVG."""
    import matplotlib
    from matplotlib.figure import Figure

    drawn: list[bytes] = []
    with matplotlib.rc_context(BASE):
        figure = Figure(figsize=(width, height), facecolor="white")
        yield figure, lambda: (drawn[0], drawn[1])
        png, svg = BytesIO(), BytesIO()
        figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        drawn += [png.getvalue(), svg.getvalue()]


def _cells(axes: Axes, counts: NDArray[np.int64]) -> None:
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    most = max(int(wrong.max()), 1)
    red, white = np.array(to_rgb(WRONG)), np.ones(3)
    for row in range(SIZE):
        for column in range(SIZE):
            count, bad = int(counts[row, column]), row != column
            if row == column == NONE:
                continue
            share = 0.12 + 0.88 * np.sqrt(count / most) if count and bad else 0.0
            colour = white + (red - white) * share if bad else np.array(to_rgb(RIGHT))
            box = Rectangle(
                (column - 0.47, row - 0.47), 0.94, 0.94, facecolor=tuple(colour), edgecolor="none"
            )
            axes.add_patch(box)
            text = f"{count:,}" if count < 10_000 else f"{count / 1000:.0f}k"
            ink = "white" if share > 0.6 else INK if count else LINE
            size = 9 if len(text) < 4 else 7.5
            axes.text(column, row, text if count else "·", ha="center", va="center", color=ink, fontsize=size)


def _reliability(axes: Axes, bins: list[Bin]) -> None:
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="confidence", ylabel="share that is right")
    axes.grid(color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xticks(np.linspace(0, 1, 6))
    if not bins:
        note = axes.text(0.5, 0.5, "no digit with a known box was read", color=QUIET)
        note.set(ha="center", va="center", backgroundcolor="white")
        return
    x, y = np.array([b.confidence for b in bins]), np.array([b.right for b in bins])
    low, high = _wilson(y, np.array([b.count for b in bins]))
    axes.vlines(x, low, high, color=BLUE, linewidth=1.2, alpha=0.55, zorder=2)
    axes.plot(x, y, color=BLUE, linewidth=1.2, marker="o", markersize=5, zorder=3)
    error = f"expected calibration error {calibration_error(bins):.3f}"
    axes.text(0.03, 0.96, error, transform=axes.transAxes, va="top", color=INK)
    axes.text(0.03, 0.895, "below the dashed line: too sure of itself", transform=axes.transAxes, va="top",
              color=QUIET, fontsize=9)  # fmt: skip


def _counts(axes: Axes, bins: Sequence[Bin]) -> None:
    middle, width = [(b.low + b.high) / 2 for b in bins], bins[0].high - bins[0].low
    counts = [b.count for b in bins]
    axes.bar(middle, counts, width=0.9 * width, color=BLUE, alpha=0.75)
    axes.set_yscale("symlog", linthresh=1)
    top = max([*counts, 1])
    ticks = [10**n for n in range(len(str(top)))]
    axes.set_yticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.minorticks_off()
    axes.set(xlim=(0, 1), ylim=(0, 3 * top), xlabel="confidence", ylabel="digits")
    axes.spines[["top", "right"]].set_visible(False)


def _wilson(share: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    """95 % interval of a share of `count` (Wilson 1927), (2, N)."""
    z = 1.959964
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return np.stack([np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)])
