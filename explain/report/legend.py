"""The strip above a picture that says what its colours mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

__all__ = ["legend_strip"]


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


def _lines(lengths: list[float], width: int, size: float) -> list[tuple[float, int]]:
    """x and line of entries set one after the other."""
    places, x, line = [], size, 0
    for length in lengths:
        if x > size and x + length + size > width:
            x, line = size, line + 1
        places.append((x, line))
        x += length + 2 * size
    return places
