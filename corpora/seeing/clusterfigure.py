"""The figure of clusters: how large, how stable, and what the number of clusters does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zij.corpora.seeing.palette import BASE, COLOURS, INK, QUIET, save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Tried", "save_clusters"]

STABLE = 0.75  # from which Hennig calls a cluster valid and stable


@dataclass(frozen=True, slots=True)
class Tried:
    """One number of clusters that was tried.

    Attributes
    ----------
    k : int
    between_seeds : float
        Mean adjusted Rand index between runs.
    with_density : float
        Mean adjusted Rand index with the clusters that need no k.
    inertia : float
        Mean sum of the squared distances to the centres.
    """

    k: int
    between_seeds: float
    with_density: float
    inertia: float


def save_clusters(
    folder: Path,
    sizes: Mapping[str, NDArray[np.int64]],
    stabilities: Mapping[str, NDArray[np.float64]],
    tried: Sequence[Tried],
    caption: str,
) -> None:
    """Draw `clusters.png` and `clusters.svg`.

    Parameters
    ----------
    folder : Path
    sizes : mapping of str to (C,) ndarray of int
        Pages of each cluster, by the name of the method.
    stabilities : mapping of str to (C,) ndarray of float
        Of the same clusters.
    tried : sequence of Tried
    caption : str

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(BASE):
        figure = Figure(figsize=(11.0, 3.9), layout="constrained")
        left, middle, right = figure.subplots(1, 3)
        for n, (name, own) in enumerate(sizes.items()):
            _sizes(left, own, name, n)
            _stabilities(middle, stabilities[name][own > 1], name, n)
        _sensitivity(right, tried)
        left.set(xlabel="pages of a cluster", ylabel="clusters of so many pages and more")
        middle.set(xlabel="stability (mean best Jaccard)", ylabel="share of clusters with at most that")
        middle.axvline(STABLE, color=QUIET, linewidth=0.8, linestyle=":")
        right.set(xlabel="number of clusters k (k-means)", ylabel="adjusted Rand index", ylim=(0, 1.02))
        for axes in (left, middle, right):
            axes.grid(color="#e5e1d8", linewidth=0.6)
            axes.spines[["top", "right"]].set_visible(False)
            if axes.get_legend_handles_labels()[0]:
                axes.legend(frameon=False, fontsize=8, loc="best", labelcolor=INK)
        figure.supxlabel(caption, fontsize=8, color=QUIET, x=0.01, ha="left")
        save_figure(figure, folder, "clusters")


def _sizes(axes: Axes, sizes: NDArray[np.int64], name: str, n: int) -> None:
    """How many clusters have so many pages and more, on logarithmic axes."""
    x = np.unique(sizes)
    y = [int((sizes >= one).sum()) for one in x]
    axes.plot(x, y, color=COLOURS[n], marker="os"[n % 2], markersize=3.5, linewidth=1.3, label=name)
    axes.set(xscale="log", yscale="log")


def _stabilities(axes: Axes, values: NDArray[np.float64], name: str, n: int) -> None:
    """Distribution over clusters of two and more pages."""
    values = np.sort(values[np.isfinite(values)])
    if len(values):
        share = np.arange(1, len(values) + 1) / len(values)
        axes.step([0.0, *values, 1.0], [0.0, *share, 1.0], where="post", color=COLOURS[n], linewidth=1.5,
                  linestyle=("-", "--")[n % 2], label=f"{name} ({len(values):,} of 2 and more)")  # fmt: skip
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02))


def _sensitivity(axes: Axes, tried: Sequence[Tried]) -> None:
    """Agreement between seeds, and with the clusters that need no k, against k."""
    k = [one.k for one in tried]
    for n, (label, values) in enumerate(
        (("between seeds", [one.between_seeds for one in tried]),
         ("with the clusters that need no k", [one.with_density for one in tried]))
    ):  # fmt: skip
        axes.plot(k, values, color=COLOURS[n], marker="os"[n], linestyle=("-", "--")[n], label=label)
    axes.set_xticks(k, [f"{one:,}" for one in k])
