"""A tree of witnesses as a figure."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from zij.explain.collation.descent.descent import Descent
from zij.explain.report.figure import BASE

__all__ = ["INLINE_DPI", "descent_figure", "descent_pictures", "descent_png", "draw_tree"]

DPI = 150
INLINE_DPI = 110
"""Of the picture in a notebook: 880 pixels wide."""

_INK, _PALE, _RED = "#22252b", "#8a8f98", "#b3361e"


def descent_figure(descent: Descent) -> Figure:
    """The tree as a figure of its own, with what it rests on below it."""
    leaves = descent.tree.leaves
    figure = Figure(figsize=(8.0, 1.7 + 0.34 * leaves), layout="constrained")
    axes = figure.subplots()
    draw_tree(axes, descent)
    characters = descent.characters
    telling = int(characters.informative().sum())
    begin = (
        "drawn from where the dates fit best"
        if descent.root.by == "dates"
        else "drawn from its middle, which says nothing about age"
    )
    dashes = "; dashed: may follow a second exemplar" if descent.contaminations else ""
    counts = f"{characters.compared:,} places compared, {len(characters.keys):,} differ, {telling:,} tell"
    figure.supxlabel(
        f"{counts}; {begin}{dashes}.\nNumbers at branches: bootstrap support. "
        "Evidence from shared errors, not proof of copying.",
        fontsize=8, color=_PALE,
    )  # fmt: skip
    return figure


def descent_pictures(descent: Descent) -> tuple[bytes, bytes]:
    """The figure of `descent_figure` as PNG and as SVG; the same tree gives the same bytes."""
    png, svg = BytesIO(), BytesIO()
    with _drawn(descent) as figure:
        figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return png.getvalue(), svg.getvalue()


def descent_png(descent: Descent, *, dpi: int = DPI) -> bytes:
    """The figure of `descent_figure` as PNG, 8 inches wide at so many pixels an inch."""
    png = BytesIO()
    with _drawn(descent) as figure:
        figure.savefig(png, format="png", dpi=dpi, metadata={"Software": None})
    return png.getvalue()


@contextlib.contextmanager
def _drawn(descent: Descent) -> Iterator[Figure]:
    """The figure, in the style in which it is to be saved."""
    import matplotlib

    with matplotlib.rc_context(BASE), warnings.catch_warnings():
        # a siglum in a script that the font lacks
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        yield descent_figure(descent)


def draw_tree(axes: Axes, descent: Descent) -> Axes:
    """Draw the tree of witnesses from left to right; the length of a branch is the number of its changes.

    Numbers at branches are their bootstrap support, 0 to 1; a dashed line leads from a witness to the group
    that it may follow besides.

    Parameters
    ----------
    axes : matplotlib Axes
    descent : Descent
        As `zij.explain.collation.descent.descent.descend` gives it.

    Returns
    -------
    matplotlib Axes
        The same.
    """
    tree = descent.tree
    x, y, before = _places(descent)
    widest = max(x.values()) or 1.0
    for node, last in before.items():
        if last is not None:
            axes.plot([x[last], x[last], x[node]], [y[last], y[node], y[node]], color=_INK, lw=1.3, zorder=2)
            _write_support(axes, descent, (last, node), x, y)
        if node < tree.leaves:
            axes.plot([x[node]], [y[node]], "o", color=_INK, ms=4, zorder=3)
            axes.annotate(
                _name(descent, node), (x[node], y[node]), (6, 0), textcoords="offset points", va="center",
                fontsize=9, color=_INK, zorder=4,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
            )  # fmt: skip
    for one in descent.contaminations:
        end = sum(y[w] for w in one.group) / len(one.group), max(x[w] for w in one.group)
        axes.plot([x[one.witness], end[1]], [y[one.witness], end[0]], "--", color=_RED, lw=1.0, zorder=1)
    axes.set_xlim(-0.03 * widest, widest * 1.28)
    axes.set_ylim(tree.leaves - 0.4, -0.6)
    axes.set_xlabel("changes", fontsize=8, color=_PALE)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.tick_params(labelsize=8, colors=_PALE)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_PALE)
    return axes


def _places(descent: Descent) -> tuple[dict[int, float], dict[int, float], dict[int, int | None]]:
    """Where each node stands: changes since the beginning, and its line; and the node before it."""
    tree, start = descent.tree, descent.root.node
    before = dict(tree.walk(start))
    x: dict[int, float] = {}
    for node, last in before.items():
        own = 0 if last is None else descent.lengths.get((last, node), descent.lengths.get((node, last), 0))
        x[node] = own if last is None else x[last] + own
    y: dict[int, float] = {}
    line = 0

    def put(node: int) -> None:
        nonlocal line
        below = [other for other in tree.beside[node] if before.get(other) == node]
        for other in sorted(
            below, key=lambda other: (_first(tree.beside, before, other, tree.leaves), other)
        ):
            put(other)
        if below:
            y[node] = (min(y[o] for o in below) + max(y[o] for o in below)) / 2
        else:
            y[node], line = float(line), line + 1

    put(start)
    return x, y, before


def _first(beside: dict[int, tuple[int, ...]], before: dict[int, int | None], node: int, leaves: int) -> int:
    """The first witness beyond a node."""
    own = [node] if node < leaves else []
    below = [other for other in beside[node] if before.get(other) == node]
    return min([*own, *(_first(beside, before, other, leaves) for other in below)])


def _write_support(
    axes: Axes, descent: Descent, edge: tuple[int, int], x: dict[int, float], y: dict[int, float]
) -> None:
    last, node = edge
    known = edge if edge in descent.lengths else (node, last)
    own = descent.found.support.get(descent.tree.splits[known])
    if own is not None:
        axes.annotate(
            f"{own.bootstrap:.2f}", (x[node], y[node]), (-3, 3), textcoords="offset points", ha="right",
            fontsize=7, color=_PALE,
        )  # fmt: skip


def _name(descent: Descent, node: int) -> str:
    first, last = descent.years[node]
    name = descent.characters.names[node]
    name = name if len(name) < 40 else name[:38] + "…"
    if first is None and last is None:
        return name
    years = str(first) if first == last else f"{first or ''}-{last or ''}"
    return f"{name} ({years})"
