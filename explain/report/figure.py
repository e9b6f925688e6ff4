"""The pair's figure: both pages, and arcs between the digit regions that make up the similarity."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zij.explain.bilrp.pairs import Region
from zij.explain.report.sheets import Sheet, drawn_first, regions, summed
from zij.files import write_bytes
from zij.tables.geometry import Box, Geometry

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_pair", "drawn_line", "pair_figure", "pair_picture", "save_pair"]

FOR, AGAINST = "#b2182b", "#2166ac"
INK, QUIET = "#26231f", "#5d5a54"
GAP = 0.16  # width of the space between the pages; a page is 1 high
BOW = 0.09  # rise of an arc in the share of its length
ROOM = 0.08  # around a digit's box, of its shorter side; patches lie edge to edge
PALE = 0.30  # how far the pages are lightened, so that the arcs stand out
PIXELS = 1360  # longest side of a page in the figure
WIDTH, TALLEST, DPI = 13.0, 12.0, 160  # inches at most, dots per inch
NARROWEST = 0.7
DASHES = (0, (4, 2))
BASE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10.0,
    "svg.hashsalt": "zij",
    "svg.fonttype": "none",
    "svg.image_inline": True,
    "path.simplify": False,
}


def drawn_line(drawn: pd.DataFrame, summary: Mapping[str, Any], listed: int) -> str:
    """What share of the similarity a figure draws, in words.

    Parameters
    ----------
    drawn : DataFrame
        The pairs drawn.
    summary : mapping
        `similarity`, and `pairs`, the number of all pairs, where it is known; `units` ("patches") and
        `described` (the encoder) where the pairs are not those of numbers.
    listed : int
        Number of pairs that could have been drawn; stands for `pairs` where that is missing.

    Returns
    -------
    str
    """
    similarity = float(summary["similarity"])
    total = int(summary.get("pairs", listed))
    value = float(drawn["relevance"].sum())
    patches = summary.get("units") == "patches"
    digits = 1 if patches and abs(value) < 0.0995 * similarity else 0  # of many pairs each has little
    share = f"{value / similarity:.{digits}%}".replace("%", " %") if similarity else "0 %"
    matching = int(drawn["corresponds"].sum())
    pairs = "pairs of patches" if patches else "pairs"
    by = f" by {summary['described']}" if "described" in summary else ""
    return (
        f"drawn: {len(drawn):,} of {total:,} {pairs}, {share} of the similarity {similarity:.3f}{by}; "
        f"{matching:,} of them in corresponding cells"
    )


def draw_pair(
    axes: Axes, a: Sheet, b: Sheet, pairs: pd.DataFrame, summary: Mapping[str, Any], *, arcs: int = 200
) -> Axes:
    """Draw both pages side by side with arcs between their digit regions.

    Red arcs speak for the similarity, blue and dashed ones against it; the stronger a pair the more opaque.
    Pairs in corresponding cells are drawn first, with a wider line.

    Parameters
    ----------
    axes : matplotlib Axes
        Emptied of ticks and frame; its limits are set so that a page is 1 high.
    a, b : Sheet
        The pages.
    pairs : DataFrame
        The columns of pairs.csv.
    summary : mapping
        The numbers of explanation.json; `similarity`, and `pairs` where known, are used.
    arcs : int
        How many pairs are drawn at most: those that `zij.explain.report.sheets.drawn_first` gives.

    Returns
    -------
    Axes
        The same.
    """
    drawn = drawn_first(pairs, arcs)
    room = 0.0 if summary.get("units") == "patches" else ROOM
    left = _Page(axes, a, 0.0, room)
    right = _Page(axes, b, left.right + GAP, room)
    found_a, index_a = regions(drawn, "a")
    found_b, index_b = regions(drawn, "b")
    strength = drawn["relevance"].to_numpy(dtype=float)
    left.outline(found_a, summed(index_a, strength, len(found_a)))
    right.outline(found_b, summed(index_b, strength, len(found_b)))
    starts, ends = left.edges(found_a, 1.0)[index_a], right.edges(found_b, 0.0)[index_b]
    _draw_arcs(axes, starts, ends, strength, drawn["corresponds"].to_numpy(dtype=bool))
    width = max(right.right, NARROWEST)  # room for the words, even below two slips
    _write_below(axes, drawn_line(drawn, summary, len(pairs)))
    low, high, side = -0.05 * width, 1 + 0.03 * width, 0.008 * width
    axes.set(xlim=(-side, width + side), ylim=(low, high), aspect="equal")
    axes.set_axis_off()
    return axes


def save_pair(
    path_png: str | Path,
    path_svg: str | Path,
    a: Sheet,
    b: Sheet,
    pairs: pd.DataFrame,
    summary: Mapping[str, Any],
    *,
    arcs: int = 200,
) -> None:
    """Write the figure of `draw_pair` as PNG and as SVG; the same input gives the same bytes.

    Parameters
    ----------
    path_png : path
    path_svg : path
    a : Sheet
    b : Sheet
    pairs : DataFrame
        The columns of pairs.csv.
    summary : mapping of str to object
    arcs : int
        How many pairs are drawn at most.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    import matplotlib

    with matplotlib.rc_context(BASE), warnings.catch_warnings():
        _allow_other_scripts()
        figure = pair_figure(a, b, pairs, summary, arcs=arcs)
        png, svg = BytesIO(), BytesIO()
        figure.savefig(
            png, format="png", dpi=DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 4}
        )
        for image in figure.axes[0].images:
            image.set_interpolation("none")  # the pages go into the SVG as they are
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    write_bytes(path_png, png.getvalue())
    write_bytes(path_svg, svg.getvalue())


def pair_picture(
    a: Sheet, b: Sheet, pairs: pd.DataFrame, summary: Mapping[str, Any], *, width: int = 900, arcs: int = 200
) -> bytes:
    """The figure of `draw_pair` as JPEG, small enough for a notebook.

    Parameters
    ----------
    a, b, pairs, summary
        As `draw_pair` takes them.
    width : int
        In pixels.
    arcs : int
        How many pairs are drawn at most.

    Returns
    -------
    bytes
    """
    import matplotlib

    stream = BytesIO()
    with matplotlib.rc_context(BASE), warnings.catch_warnings():
        _allow_other_scripts()
        figure = pair_figure(a, b, pairs, summary, arcs=arcs)
        dpi = width / figure.get_figwidth()
        figure.savefig(stream, format="jpeg", dpi=dpi, pil_kwargs={"quality": 80})
    return stream.getvalue()


def _allow_other_scripts() -> None:
    """No warning where a file's name is in a script that the font does not have."""
    warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)


def pair_figure(
    a: Sheet, b: Sheet, pairs: pd.DataFrame, summary: Mapping[str, Any], *, arcs: int = 200
) -> Figure:
    """A figure with nothing but `draw_pair`, as large as the two pages want it.

    Parameters
    ----------
    a : Sheet
    b : Sheet
    pairs : DataFrame
        The columns of pairs.csv.
    summary : mapping of str to object
    arcs : int
        How many pairs are drawn at most.

    Returns
    -------
    Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, WIDTH / 2))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    draw_pair(axes, a, b, pairs, summary, arcs=arcs)
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    unit = min(WIDTH / (x1 - x0), TALLEST / (y1 - y0))
    figure.set_size_inches(unit * (x1 - x0), unit * (y1 - y0))
    return figure


class _Page:
    """One page as it lies in the figure: 1 high, its left edge at `left`, y pointing up."""

    def __init__(self, axes: Axes, sheet: Sheet, left: float, room: float) -> None:
        from matplotlib.patches import Rectangle

        page, self.geometry = sheet.upright(PIXELS)
        self.axes, self.left, self.room = axes, left, room
        self.right = left + self.geometry.width / self.geometry.height
        pale = (page * (1 - PALE) + 255 * PALE).astype(np.uint8)
        axes.imshow(pale, extent=(left, self.right, 0, 1), interpolation="antialiased", zorder=0)
        axes.add_patch(
            Rectangle((left, 0), self.right - left, 1, fill=False, edgecolor=INK, linewidth=0.8, zorder=1)
        )
        middle = (left + self.right) / 2
        name = sheet.reading.image
        above = axes.annotate(name, (middle, 1), (0, 5), textcoords="offset points", parse_math=False)
        above.set(ha="center", va="bottom", color=INK)

    def outline(self, found: list[Region], strength: NDArray[np.float64]) -> None:
        """Frame the regions, in the colour of what they say in sum."""
        from matplotlib.collections import PolyCollection

        corners = [_corners(self.geometry, region, self.room) for region in found]
        shapes = [np.column_stack(self._placed(c)) for c in corners]
        colours = np.where(strength >= 0, FOR, AGAINST)
        self.axes.add_collection(
            PolyCollection(shapes, facecolors="none", edgecolors=list(colours), linewidths=0.5, zorder=3),
            autolim=False,
        )

    def edges(self, found: list[Region], where: float) -> NDArray[np.float64]:
        """Middles of the regions' left (0) or right (1) edges, (N, 2)."""
        corners = np.array([_corners(self.geometry, region, self.room) for region in found]).reshape(-1, 4, 2)
        low, high = corners.min(axis=1), corners.max(axis=1)
        x = low[:, 0] + where * (high[:, 0] - low[:, 0])
        return np.column_stack(self._placed(np.column_stack([x, (low[:, 1] + high[:, 1]) / 2])))

    def _placed(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self.left + points[:, 0] / self.geometry.height, 1 - points[:, 1] / self.geometry.height


def _corners(geometry: Geometry, region: Region, share: float) -> NDArray[np.float64]:
    box = geometry.box_to_raster(region.box)
    room = share * min(box.w, box.h)
    box = Box(box.x - room, box.y - room, box.w + 2 * room, box.h + 2 * room)
    return np.array([[box.x, box.y], [box.right, box.y], [box.right, box.bottom], [box.x, box.bottom]])


def _draw_arcs(
    axes: Axes,
    starts: NDArray[np.float64],
    ends: NDArray[np.float64],
    strength: NDArray[np.float64],
    corresponds: NDArray[np.bool_],
) -> None:
    """Curves bowed by their length, so that those of one row part; the weakest below."""
    from matplotlib.collections import PathCollection
    from matplotlib.colors import to_rgba

    order = np.lexsort([np.abs(strength), corresponds])
    alpha = opacity(strength)
    width = np.where(corresponds, 1.0, 0.7)
    colours = [to_rgba(FOR if strength[n] >= 0 else AGAINST, float(alpha[n])) for n in order]
    curves = PathCollection(
        [_curve(starts[n], ends[n]) for n in order],
        facecolors="none",
        edgecolors=colours,
        linewidths=width[order],
        linestyles=["-" if strength[n] >= 0 else DASHES for n in order],
        zorder=2,
    )
    axes.add_collection(curves, autolim=False)


def opacity(strength: NDArray[np.float64]) -> NDArray[np.float64]:
    """Opacity of each pair, from 0.08 for nothing to 0.8 for the strongest."""
    size = np.abs(strength)
    return 0.08 + 0.72 * size / max(float(size.max(initial=0.0)), 1e-30)


def _curve(start: NDArray[np.float64], end: NDArray[np.float64]) -> Any:
    from matplotlib.path import Path as Curve

    length = end[0] - start[0]
    out, back = np.array([length * 0.4, BOW * length]), np.array([-length * 0.4, BOW * length])
    codes = [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4]
    return Curve([start, start + out, end + back, end], codes)


def _write_below(axes: Axes, line: str) -> None:
    """The share that is drawn, and what the colours mean."""
    from matplotlib.lines import Line2D
    from matplotlib.transforms import ScaledTranslation

    axes.annotate(line, (0, 0), (0, -6), textcoords="offset points", va="top", color=INK, fontsize=10)
    handles = [
        Line2D([], [], color=FOR, linewidth=1.6, label="for the similarity"),
        Line2D([], [], color=AGAINST, linewidth=1.6, linestyle=DASHES, label="against it"),
        Line2D([], [], linewidth=0, label="the stronger the more opaque"),
    ]
    legend = axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0, 0),
        bbox_transform=axes.transData + ScaledTranslation(0, -20 / 72, axes.figure.dpi_scale_trans),
        ncols=3,
        frameon=False,
        fontsize=9,
        labelcolor=QUIET,
        borderpad=0,
        borderaxespad=0,
        handlelength=2.6,
        columnspacing=2.0,
    )
    legend.set_in_layout(False)
