"""What was read, in its place on the page: an SVG of the boxes, over the scan or as a facsimile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from zij.html import Markup, element
from zij.tables.geometry import Box, Geometry
from zij.tables.overlay import COLOURS, upright
from zij.tables.reading import Number, Reading
from zij.tables.show.picture import WIDEST, jpeg

__all__ = ["LEGEND", "MOST", "boxes_svg", "counts", "hex_colour", "legend"]

MOST = 4_000
"""Cells, and signs, drawn at most; where there are more digits, each number is one sign."""

_SMALLEST = 10.0  # pixels that a digit is high in a picture that has room for boxes of digits

_DASHES = {"read": None, "uncertain": "6 2", "unread": "2 2", "empty": "1 4", "outside tables": None}
LEGEND = {
    "read": "read: full line",
    "uncertain": "uncertain: dashed line",
    "unread": "unread: ink, but no reading; short dashes",
    "empty": "empty: dotted line",
    "outside tables": "outside tables",
}
"""Each state and how it is drawn, so that colour alone need not tell."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """A text in its box, in pixels of the original image."""

    text: str
    box: Box


def hex_colour(state: str) -> str:
    """The colour of a state as CSS and matplotlib know it."""
    return "#{:02x}{:02x}{:02x}".format(*COLOURS[state])


def counts(reading: Reading) -> Counter[str]:
    """How many cells are in each state, and how many digits lie outside tables."""
    found = Counter[str](cell.state for table in reading.tables for cell in table.cells)
    found["outside tables"] = sum(len(number.glyphs) or len(number.text) for number in reading.loose)
    return found


def legend(*readings: Reading) -> Markup:
    """What the colours and lines mean, with the count of each state that occurs in the readings."""
    found = sum(map(counts, readings), Counter[str]())
    entries = []
    for state, text in LEGEND.items():
        if found[state]:
            swatch = _rects([Box(1, 1, 16, 10)], state, 1.6, tint=0.12)
            mark = element("svg", swatch, width=18, height=12, viewBox="0 0 18 12", aria_hidden="true")
            entries.append(element("span", mark, f"{text} ({found[state]:,})"))
    return element("div", *entries, class_="legend quiet")


def boxes_svg(
    reading: Reading,
    pixels: NDArray[np.uint8] | None = None,
    *,
    longest: int = WIDEST,
    texts: bool | None = None,
) -> Markup:
    """A page upright, with its tables, cells by state, and, where there is room for their boxes, digits.

    Parameters
    ----------
    reading : Reading
        What was read, boxes in pixels of the original image.
    pixels : (H, W, 3) ndarray of uint8, optional
        The original image. Without it the signs themselves are set in their boxes: a facsimile.
    longest : int
        Pixels of the scan's longer side.
    texts : bool, optional
        Whether signs are written into their boxes; by default where there is no scan.

    Returns
    -------
    Markup
        An `<svg>` as wide as there is room, at most `longest` pixels on its longer side.
    """
    geometry = Geometry.identity(reading.width, reading.height).turned(reading.turn // 90 % 4)
    width, height = max(geometry.width, 1), max(geometry.height, 1)
    factor = min(longest / max(width, height), 1.0)
    parts: list[object] = []
    if pixels is not None:
        page, _ = upright(pixels, reading)
        parts.append(element("image", href=jpeg(page, longest), width=width, height=height))
    line = max(width, height) / 700
    parts += _cells(reading, geometry, line, scan=pixels is not None)
    texts = pixels is None if texts is None else texts
    if texts or factor * reading.digit_height >= _SMALLEST or not reading.digit_height:
        parts += _signs(reading, geometry, line, texts=texts)
    return element(
        "svg", *parts, viewBox=f"0 0 {width} {height}", width=max(round(width * factor), 1),
        height=max(round(height * factor), 1), role="img",
        aria_label=f"{reading.image}: the boxes of what was read",
    )  # fmt: skip


def _cells(reading: Reading, geometry: Geometry, line: float, *, scan: bool) -> list[Markup]:
    place = geometry.box_to_raster
    first = [cell for table in reading.tables for cell in table.cells][:MOST]
    parts = []
    for state in ("empty", "read", "unread", "uncertain"):
        cells = [cell for cell in first if cell.state == state]
        tint = 0.0 if state == "empty" else 0.1 if scan else 0.06
        parts.append(_rects([place(c.box) for c in cells], state, line, tint=tint))
    tables = [place(table.box) for table in reading.tables]
    parts.append(_path(tables, fill="none", stroke="#282828", stroke_width=f"{2 * line:.4g}"))
    return [part for part in parts if part]


def _signs(reading: Reading, geometry: Geometry, line: float, *, texts: bool) -> list[Markup]:
    """Boxes of digits, those of loose ones in their colour, or the signs themselves."""
    whole = sum(1 for _ in islice(reading.glyphs(), MOST + 1)) > MOST  # then a number is one sign
    found = (_in_tables(reading, whole=whole), _loose(reading, whole=whole))
    inside, outside = (list(islice(signs, MOST)) for signs in found)
    groups = [(inside, "read"), (outside[: MOST - len(inside)], "outside tables")]
    place = geometry.box_to_raster
    if not texts:
        return [_rects([place(sign.box) for sign in signs], state, 0.35 * line) for signs, state in groups]
    colours = {"read": "#1d1c1a", "outside tables": hex_colour("outside tables")}
    style = {"text_anchor": "middle", "font_family": "Georgia, 'Times New Roman', serif"}
    return [
        element("g", *(_text(sign.text, place(sign.box)) for sign in signs), fill=colours[state], **style)
        for signs, state in groups
        if signs
    ]


def _in_tables(reading: Reading, *, whole: bool) -> Iterator[_Sign]:
    """Glyphs of cells; numbers and cells that another program gave without glyphs, as one sign each."""
    for table in reading.tables:
        for cell in table.cells:
            if not cell.numbers and cell.text:
                yield _Sign(cell.text, cell.box)
            for number in cell.numbers:
                yield from _number(number, whole=whole)


def _loose(reading: Reading, *, whole: bool) -> Iterator[_Sign]:
    for number in reading.loose:
        yield from _number(number, whole=whole)


def _number(number: Number, *, whole: bool) -> list[_Sign]:
    signs = [] if whole else [_Sign(glyph.text, glyph.box) for glyph in number.glyphs]
    return signs or [_Sign(number.text, number.box)]


def _text(text: str, box: Box) -> Markup:
    """A sign as high as its box, but no wider than it."""
    size = min(1.35 * box.h, 1.9 * box.w / max(len(text), 1))
    x, y = box.centre
    return element("text", text, x=f"{x:.0f}", y=f"{y + 0.34 * size:.0f}", font_size=f"{size:.0f}")


def _rects(boxes: Iterable[Box], state: str, line: float, *, tint: float = 0.0) -> Markup:
    colour, dashes = hex_colour(state), _DASHES[state]
    pattern = " ".join(f"{float(part) * line:.3g}" for part in dashes.split()) if dashes else None
    return _path(
        boxes, fill=colour if tint else "none", fill_opacity=f"{tint:g}" if tint else None, stroke=colour,
        stroke_width=f"{line:.4g}", stroke_dasharray=pattern,
    )  # fmt: skip


def _path(boxes: Iterable[Box], **attributes: object) -> Markup:
    """All boxes as one path, in tenths of a pixel at most: thousands of elements would be slow."""
    steps = [f"M{b.x:.5g} {b.y:.5g}h{b.w:.4g}v{b.h:.4g}h{-b.w:.4g}z" for b in boxes]
    return element("path", d="".join(steps), **attributes) if steps else Markup("")
