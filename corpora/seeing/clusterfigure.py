"""The figure of clusters: how large, how stable, and what the number of clusters does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zij.corpora.seeing.palette import BASE, COLOURS, INK, QUIET, save_figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "Tried",
    "clusters_figure",
    "draw_cluster_numbers",
    "draw_cluster_sizes",
    "draw_cluster_stability",
    "save_clusters",
]

STABLE = 0.75  # from which Hennig calls a cluster valid and stable
MARK = 3.5  # size of marks, in points


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


def save_clusters(folder: Path, clusters: pd.DataFrame, tried: pd.DataFrame, caption: str) -> None:
    """Draw `clusters.png` and `clusters.svg`.

    Parameters
    ----------
    folder : Path
    clusters : DataFrame
        A row a cluster, as in `clusters-summary.csv`.
    tried : DataFrame
        A row a number of clusters, as in `clusters-k.csv`.
    caption : str

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    import matplotlib

    with matplotlib.rc_context(BASE):
        save_figure(clusters_figure(clusters, tried, caption), folder, "clusters")


def clusters_figure(clusters: pd.DataFrame, tried: pd.DataFrame, caption: str) -> Figure:
    """The figure of `save_clusters`.

    Parameters
    ----------
    clusters : DataFrame
        A row a cluster.
    tried : DataFrame
        A row a number of clusters.
    caption : str
        Stands below the panels.

    Returns
    -------
    Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 3.9), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    draw_cluster_sizes(left, clusters)
    draw_cluster_stability(middle, clusters)
    draw_cluster_numbers(right, tried)
    figure.supxlabel(caption, fontsize=8, color=QUIET, x=0.01, ha="left")
    return figure


def draw_cluster_sizes(axes: Axes, clusters: pd.DataFrame) -> Axes:
    """Draw how many clusters have so many pages and more, on logarithmic axes, a line for each method.

    Parameters
    ----------
    axes : matplotlib Axes
    clusters : DataFrame
        A row a cluster with the columns `method` and `pages`, as `zij.corpus.cluster(...).clusters`.

    Returns
    -------
    matplotlib Axes
        The same.
    """
    for n, (name, own) in enumerate(_methods(clusters)):
        sizes = own["pages"].to_numpy(dtype=np.int64)
        x = np.unique(sizes)
        y = [int((sizes >= one).sum()) for one in x]
        axes.plot(x, y, color=COLOURS[n], marker="os"[n % 2], markersize=MARK, linewidth=1.3, label=name)
        axes.set(xscale="log", yscale="log")
    axes.set(xlabel="pages", ylabel="clusters of so many pages and more", title="How large clusters are")
    _plain_numbers(axes)
    return _framed(axes)


def draw_cluster_stability(axes: Axes, clusters: pd.DataFrame) -> Axes:
    """Draw how stable the clusters of two and more pages are, a step curve for each method.

    Parameters
    ----------
    axes : matplotlib Axes
    clusters : DataFrame
        A row a cluster with the columns `method`, `pages` and `stability` (mean best Jaccard, 0 to 1, NaN
        where it is not known), as `zij.corpus.cluster(...).clusters`.

    Returns
    -------
    matplotlib Axes
        The same.

    Notes
    -----
    The dotted line is at 0.75, from which a cluster counts as valid and stable (Hennig 2007,
    doi:10.1016/j.csda.2006.11.025).
    """
    for n, (name, own) in enumerate(_methods(clusters)):
        values = own["stability"].to_numpy(dtype=float)[own["pages"].to_numpy(dtype=np.int64) > 1]
        values = np.sort(values[np.isfinite(values)])
        if len(values):
            share = np.arange(1, len(values) + 1) / len(values)
            axes.step([0.0, *values, 1.0], [0.0, *share, 1.0], where="post", color=COLOURS[n],
                      linewidth=1.5, linestyle=("-", "--")[n % 2],
                      label=f"{name}: {len(values):,} clusters")  # fmt: skip
        axes.set(xlim=(0, 1.02), ylim=(0, 1.02))
    axes.set(
        xlabel="stability (mean best Jaccard)", ylabel="share of clusters that are no more stable",
        title="How stable those of 2 and more pages are",
    )  # fmt: skip
    axes.axvline(STABLE, color=QUIET, linewidth=0.8, linestyle=":")
    return _framed(axes)


def draw_cluster_numbers(axes: Axes, tried: pd.DataFrame) -> Axes:
    """Draw what the number of clusters does: agreement between runs, and with the clusters that need none.

    Parameters
    ----------
    axes : matplotlib Axes
    tried : DataFrame
        A row a number of clusters with the columns `k`, `between_seeds` and `with_density` (both adjusted
        Rand indices, at most 1), as `zij.corpus.cluster(...).tried`.

    Returns
    -------
    matplotlib Axes
        The same.
    """
    k = [int(one) for one in tried["k"]]
    named = (("between_seeds", "between seeds"), ("with_density", "with the clusters that need no k"))
    for n, (column, label) in enumerate(named):
        values = tried[column].to_numpy(dtype=float)
        axes.plot(k, values, color=COLOURS[n], marker="os"[n], markersize=MARK, linewidth=1.3,
                  linestyle=("-", "--")[n], label=label)  # fmt: skip
    axes.set_xticks(k, [f"{one:,}" for one in k])
    axes.set(
        xlabel="number of clusters k (k-means)", ylabel="adjusted Rand index", ylim=(0, 1.02),
        title="What another number would give",
    )  # fmt: skip
    return _framed(axes)


def _methods(clusters: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each method with its clusters, in the order of the rows."""
    for name, own in clusters.groupby("method", sort=False):
        yield str(name), own


def _plain_numbers(axes: Axes) -> None:
    """Numbers of both logarithmic axes as people write them: 1, 2, 5, 10."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axis.set_minor_formatter(NullFormatter())


def _framed(axes: Axes) -> Axes:
    """What the three panels have in common."""
    axes.title.set_fontsize(9)
    axes.grid(color="#e5e1d8", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=8, loc="best", labelcolor=INK)
    return axes
