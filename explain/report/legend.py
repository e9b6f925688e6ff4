"""What the colours of a picture mean: as a strip above it, and below it in a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from zij.html import Markup, element

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_picture", "legend_line", "legend_strip"]


def draw_picture(axes: Axes, picture: NDArray[np.uint8], entries: Sequence[tuple[str, str]] = ()) -> Axes:
    """Draw a picture into axes, with what its colours mean below it.

    Parameters
    ----------
    axes : matplotlib Axes
        Emptied of ticks and frame.
    picture : (H, W, 3) ndarray of uint8
    entries : sequence of (str, str)
        As `legend_strip` takes them.

    Returns
    -------
    Axes
        The same.
    """
    from matplotlib.patches import Patch

    axes.imshow(picture, interpolation="antialiased")
    axes.set_axis_off()
    handles = [Patch(facecolor=colour or "none", edgecolor="none", label=words) for colour, words in entries]
    if handles:
        axes.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(0, -0.01), borderaxespad=0, frameon=False,
            fontsize=8, handlelength=1.0,
        )  # fmt: skip
    return axes


def legend_strip(entries: Sequence[tuple[str, str]], width: int) -> NDArray[np.uint8]:
    """Swatches and words in as many lines as they need.

    Parameters
    ----------
    entries : sequence of (str, str)
        Colour of the swatch, "" for none, and words.
    width : int
        Pixels of the picture.

    Returns
    -------
    (H, width, 3) ndarray of uint8
    """
    size = min(max(width / 60, 11.0), 30.0)
    font = ImageFont.load_default(size=size)
    lines = _lines(
        [font.getlength(text) + 1.4 * size * bool(colour) for colour, text in entries], width, size
    )
    strip = Image.new("RGB", (width, round((1.7 * (lines[-1][1] + 1) + 0.5) * size)), "white")
    draw = ImageDraw.Draw(strip)
    for (x, line), (colour, text) in zip(lines, entries, strict=True):
        y = (1.1 + 1.7 * line) * size
        if colour:
            draw.rectangle((x, y - size / 2, x + size, y + size / 2), colour)
        draw.text((x + 1.4 * size * bool(colour), y), text, (20, 20, 20), font, anchor="lm")
    return np.asarray(strip)


def legend_line(entries: Sequence[tuple[str, str]]) -> Markup:
    """Swatches and words as a line of HTML, for pictures that are shown small.

    Parameters
    ----------
    entries : sequence of (str, str)
        As `legend_strip` takes them.

    Returns
    -------
    Markup
    """
    square = "display: inline-block; width: .8em; height: .8em; margin-right: .35em; background: "
    spans = [
        element(
            "span", element("span", style=square + colour) if colour else "", words,
            style="display: inline-block; margin-right: 1.2em",
        )
        for colour, words in entries
    ]  # fmt: skip
    return element("p", *spans, class_="quiet")


def _lines(lengths: list[float], width: int, size: float) -> list[tuple[float, int]]:
    """x and line of entries set one after the other."""
    places, x, line = [], size, 0
    for length in lengths:
        if x > size and x + length + size > width:
            x, line = size, line + 1
        places.append((x, line))
        x += length + 2 * size
    return places
