"""Pages and readings drawn on the axes of a matplotlib figure, for one's own figures.

Every function draws on the axes that it is given and on nothing else, and returns them. The y axis points
down, as in images, and both axes count pixels.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zij.tables.geometry import Box, Geometry
from zij.tables.overlay import numbers_by_state, upright
from zij.tables.reading import Cell, Number, Reading, Table
from zij.tables.scan.page import Page
from zij.tables.show.boxes import hex_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_ink", "draw_page", "draw_reading", "draw_table"]

_LINES = {"read": "-", "uncertain": "--", "unread": ":", "empty": ":", "outside tables": "-"}
_TINTS = {"read": 0.08, "uncertain": 0.16, "unread": 0.16, "empty": 0.0}
_LONGEST = 2_400  # pixels of a picture in a figure


def draw_page(axes: Axes, page: Page, *, outline: bool = True, colour: str = "#b2182b") -> Axes:
    """The image, with the outline of the page that was found in it.

    Parameters
    ----------
    axes : Axes
        Its units become pixels of the original image.
    page : Page
    outline : bool
    colour : str
        Of the outline.

    Returns
    -------
    Axes
    """
    from matplotlib.patches import Polygon

    image, geometry = page.image, page.geometry
    _picture(axes, image.pixels, image.width, image.height)
    if outline:
        w, h = geometry.width, geometry.height
        corners = geometry.to_original(np.array([(0, 0), (w, 0), (w, h), (0, h)], float))
        axes.add_patch(Polygon(corners, closed=True, fill=False, edgecolor=colour, linewidth=1.5))
    return axes


def draw_ink(axes: Axes, page: Page, *, scale: float | None = None) -> Axes:
    """The ink of the upright, level page, evenly lit.

    Parameters
    ----------
    axes : Axes
        Its units become pixels of the upright page at scale 1.
    page : Page
    scale : float, optional
        Pixels of the picture for one pixel of the page; by default 1, or less for a large page.

    Returns
    -------
    Axes
    """
    width, height = page.geometry.width, page.geometry.height
    ink, _ = page.raster(min(_LONGEST / max(width, height, 1), 1.0) if scale is None else scale)
    return _picture(axes, np.asarray(np.rint(255 * (1 - np.clip(ink, 0, 1))), np.uint8), width, height)


def draw_reading(
    axes: Axes,
    reading: Reading,
    image: NDArray[np.uint8] | None = None,
    *,
    cells: bool = True,
    digits: bool = True,
    labels: bool | None = None,
) -> Axes:
    """What was read in its place on the upright page: cells by state, boxes of digits, and their texts.

    Parameters
    ----------
    axes : Axes
        Its units become pixels of the upright page, which are those of the original image where
        `reading.turn` is 0.
    reading : Reading
    image : (H, W, 3) ndarray of uint8, optional
        The original image, as `Image.pixels` has it; drawn pale below what was read.
    cells, digits : bool
        Whether cells, and digits where there is an image, have their boxes: blue for read, orange and
        dashed for uncertain, red and dotted for unread, grey and dotted for empty, violet outside tables;
        the deeper the tint of a cell that was read, the less sure it is.
    labels : bool, optional
        Whether the text of each number is written: small above it on an image, as high as its digits in
        its place without one. By default where there is no image.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the image has another size than that which was read.
    """
    if image is not None and image.shape[:2] != (reading.height, reading.width):
        raise ValueError(
            f"the image has {image.shape[1]} x {image.shape[0]} pixels, but {reading.width} x "
            f"{reading.height} were read"
        )
    geometry = Geometry.identity(reading.width, reading.height).turned(reading.turn // 90 % 4)
    if image is None:
        _extent(axes, geometry.width, geometry.height)
    else:
        _picture(axes, upright(image, reading)[0], geometry.width, geometry.height, alpha=0.65)
    for table in reading.tables:
        if cells:
            _draw_cells(axes, table.cells, geometry)
        _boxes(axes, [geometry.box_to_raster(table.box)], colour="#282828", width=1.2)
    numbers = [
        (number, geometry.box_to_raster(number.box), state) for number, state in numbers_by_state(reading)
    ]
    for state in _LINES:
        chosen = [(number, box) for number, box, found in numbers if found == state]
        if digits and image is not None:
            signs = [[g.box for g in number.glyphs] or [number.box] for number, _ in chosen]
            boxes = [geometry.box_to_raster(box) for several in signs for box in several]
            _boxes(axes, boxes, colour=hex_colour(state), width=0.5)
        if labels or (labels is None and image is None):
            _write(axes, chosen, hex_colour(state), above=image is not None)
    return axes


def draw_table(axes: Axes, table: Table, *, fontsize: float = 8.0) -> Axes:
    """A table as a grid of equal cells, each with its text and in the colour and line of its state.

    Parameters
    ----------
    axes : Axes
        Its units become rows and columns, counted from 0.
    table : Table
    fontsize : float
        In points.

    Returns
    -------
    Axes
    """
    from matplotlib.patches import Rectangle

    for cell in sorted(table.cells, key=lambda one: one.state != "empty"):
        colour = hex_colour(cell.state)
        corner = cell.column - 0.5, cell.row - 0.5
        size = cell.column_span, cell.row_span
        axes.add_patch(Rectangle(corner, *size, facecolor=colour, alpha=_tint(cell), linewidth=0))
        frame = Rectangle(corner, *size, fill=False, edgecolor=colour, linestyle=_LINES[cell.state])
        frame.set_linewidth(0.7)
        axes.add_patch(frame)
        middle = corner[0] + cell.column_span / 2, corner[1] + cell.row_span / 2
        text = cell.text or ("[…]" if cell.state == "unread" else "")
        mark = "?" if cell.state == "uncertain" else ""
        written = axes.text(*middle, text + mark, ha="center", va="center", fontsize=fontsize, clip_on=True)
        written.set_parse_math(False)
    _limits(axes, (-0.5, table.columns - 0.5), (table.rows - 0.5, -0.5))
    axes.set_aspect("auto")
    axes.xaxis.tick_top()
    axes.set_xticks(range(table.columns))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return axes


def _write(axes: Axes, numbers: Iterable[tuple[Number, Box]], colour: str, *, above: bool) -> None:
    """Texts as outlines in pixels of the page, so that they fit whatever the size of the figure."""
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path

    paths = []
    for number, box in numbers:
        vertices, codes, width = _outline(" ".join(number.text.split()))
        if not (width and box.w and box.h):
            continue
        size = min(0.5 * box.h, 1.1 * box.w / width) if above else min(box.h, box.w / width)
        x, y = box.centre[0], box.y - 0.1 * box.h if above else box.centre[1] + 0.36 * size
        paths.append(Path(vertices * (size, -size) + (x, y), codes))
    axes.add_collection(PathCollection(paths, facecolor=colour, linewidth=0), autolim=False)


@functools.lru_cache(maxsize=8192)  # tables repeat themselves
def _outline(text: str) -> tuple[NDArray[np.float64], NDArray[np.uint8], float]:
    """A text one unit high as vertices and codes of a path, its middle above 0, and its width."""
    from matplotlib.path import Path
    from matplotlib.textpath import TextPath

    path = TextPath((0, 0), text.replace("$", r"\$"), size=1)  # else matplotlib sets mathematics
    vertices, codes = np.asarray(path.vertices, np.float64), np.asarray(path.codes, np.uint8)
    drawn = vertices[codes != Path.CLOSEPOLY]
    if not len(drawn):
        return vertices, codes, 0.0
    left, right = drawn[:, 0].min(), drawn[:, 0].max()
    return vertices - ((left + right) / 2, 0), codes, float(right - left)


def _tint(cell: Cell) -> float:
    """Opacity of a cell: that of its state, and of a read one the more the less sure it is."""
    doubt = max(1 - cell.confidence, 0.0) ** 0.5
    return _TINTS[cell.state] + (0.4 * doubt if cell.state == "read" else 0.0)


def _draw_cells(axes: Axes, cells: Iterable[Cell], geometry: Geometry) -> None:
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgba_array

    cells = list(cells)
    boxes = [geometry.box_to_raster(cell.box) for cell in cells]
    for state, line in _LINES.items():
        chosen = [n for n, cell in enumerate(cells) if cell.state == state]
        if chosen:
            tints = to_rgba_array([hex_colour(state)] * len(chosen), [_tint(cells[n]) for n in chosen])
            fill = PolyCollection([_corners(boxes[n]) for n in chosen], facecolors=tints, edgecolors="none")
            axes.add_collection(fill, autolim=False)
            _boxes(axes, [boxes[n] for n in chosen], colour=hex_colour(state), width=0.8, line=line)


def _boxes(axes: Axes, boxes: Iterable[Box], *, colour: str, width: float, line: str = "-") -> None:
    """Many frames as one collection."""
    from matplotlib.collections import PolyCollection

    corners = [_corners(box) for box in boxes]
    frames = PolyCollection(corners, facecolors="none", edgecolors=colour, linewidths=width, linestyles=line)
    axes.add_collection(frames, autolim=False)


def _corners(box: Box) -> list[tuple[float, float]]:
    return [(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)]


def _picture(axes: Axes, pixels: NDArray[np.uint8], width: int, height: int, *, alpha: float = 1.0) -> Axes:
    from zij.tables.show.picture import shrunk

    small = shrunk(pixels, _LONGEST)
    axes.imshow(
        small, cmap="gray" if small.ndim == 2 else None, vmin=0, vmax=255, alpha=alpha,
        extent=(0, width, height, 0), interpolation="antialiased",
    )  # fmt: skip
    return _extent(axes, width, height)


def _extent(axes: Axes, width: int, height: int) -> Axes:
    _limits(axes, (0, width), (height, 0))
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    return axes


def _limits(axes: Axes, x: tuple[float, float], y: tuple[float, float]) -> None:
    axes.set_xlim(*x)
    axes.set_ylim(*y)
