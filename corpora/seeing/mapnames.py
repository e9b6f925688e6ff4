"""Names of pages beside the dots of a small map, so that they do not stand on each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zij.corpora.seeing.palette import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

__all__ = ["NAMED", "short_names", "write_names"]

NAMED = 50
"""Pages up to which a map has their names; of more they would cover each other."""

LONGEST = 24  # letters of a name
FONT = 7.0  # points
AWAY = (5.0, 15.0, 25.0)  # points from a dot to its name
SIDES = ((1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (0, -1))
AT = {1: ("left", "bottom"), 0: ("center", "center"), -1: ("right", "top")}


def short_names(names: Sequence[str]) -> list[str]:
    """Names of at most 24 letters, with the middle left out of longer ones.

    Parameters
    ----------
    names : sequence of str

    Returns
    -------
    list of str
    """
    ends = LONGEST // 2
    return [
        name if len(name) <= LONGEST else f"{name[: ends - 1]}\N{HORIZONTAL ELLIPSIS}{name[-ends:]}"
        for name in names
    ]


def write_names(axes: Axes, xy: NDArray[np.float64], names: Sequence[str]) -> int:
    """Write names beside dots, each where it covers no dot and no other name.

    Parameters
    ----------
    axes : matplotlib Axes
        Drawn, and laid out as it will be saved: the room that a name takes depends on it.
    xy : (N, 2) ndarray of float64
        Where the dots are, in the units of the Axes.
    names : sequence of str
        One a dot.

    Returns
    -------
    int
        Names that found no room and are left out.
    """
    frame = axes.get_window_extent()
    reach = 3.0 * axes.figure.get_dpi() / 72  # pixels that a dot takes to each side
    dots = axes.transData.transform(xy)
    taken = np.concatenate([dots - reach, dots + reach], axis=1)
    missing = 0
    for point, name in zip(xy, short_names(names), strict=True):
        box = _write(axes, point, name, frame, taken)
        missing += box is None
        if box is not None:
            taken = np.concatenate([taken, [box.extents]])
    return missing


def _write(
    axes: Axes, point: NDArray[np.float64], name: str, frame: Bbox, taken: NDArray[np.float64]
) -> Bbox | None:
    """Write a name where there is room; None where there is none."""
    text = axes.annotate(name, tuple(point), (0.0, 0.0), textcoords="offset points", fontsize=FONT, color=INK)
    text.set_parse_math(False)  # a dollar is a dollar
    text.set_in_layout(False)
    for x, y, away in _places():
        text.set(position=(x * away * (0.5 if y else 1.0), y * away), ha=AT[x][0], va=AT[y][1])
        box = text.get_window_extent()
        left, low, right, high = box.extents
        inside = frame.x0 <= left and right <= frame.x1 and frame.y0 <= low and high <= frame.y1
        apart = (taken[:, 2] < left) | (taken[:, 0] > right) | (taken[:, 3] < low) | (taken[:, 1] > high)
        if inside and apart.all():
            return box
    text.remove()
    return None


def _places() -> Iterator[tuple[int, int, float]]:
    """Where a name may stand: to the right first, and as near as it can."""
    for away in AWAY:
        for x, y in SIDES:
            yield x, y, away
