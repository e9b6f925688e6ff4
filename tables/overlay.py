"""The page as a picture with what was read: cells by state, numbers, digits, and a legend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from zij.files import write_bytes
from zij.tables.geometry import Box, Geometry
from zij.tables.labels import font_of, labels, usual_room
from zij.tables.reading import Cell, Number, Reading

__all__ = ["COLOURS", "draw_overlay", "numbers_by_state", "save_png", "upright"]

COLOURS = {
    "read": (0, 96, 168),
    "uncertain": (186, 96, 0),
    "unread": (196, 20, 40),
    "empty": (130, 130, 130),
    "outside tables": (136, 40, 150),
}
"""Colour of each state as red, green, blue; told apart by any eye, and by line style as well."""

DIGIT = 28.0  # height in pixels at which a digit and its label can be read on a screen
ROOM = 11.0  # pixels above a number in which its reading is legible
CLOSE = 1.7  # by how much more a page with close-set rows is enlarged, at most
LARGEST = 6000  # longest side of the picture in pixels
PALE = 0.35  # how far the page is lightened, so that colours stand out

Place = Callable[[Box], tuple[int, int, int, int]]


def upright(rgb: NDArray[np.uint8], reading: Reading) -> tuple[NDArray[np.uint8], Geometry]:
    """The page as it stands upright, and the geometry from the original to it.

    Parameters
    ----------
    rgb : (H, W, 3) ndarray of uint8
        The original image.
    reading : Reading
        Its reading; only `turn` is used.

    Returns
    -------
    rgb : (H, W, 3) or (W, H, 3) ndarray of uint8
        Turned by quarter turns, a view where possible.
    geometry : Geometry
        Maps pixels of the original to it.
    """
    turns = reading.turn // 90 % 4
    geometry = Geometry.identity(rgb.shape[1], rgb.shape[0]).turned(turns)
    return np.rot90(rgb, -turns), geometry


def draw_overlay(rgb: NDArray[np.uint8], reading: Reading) -> NDArray[np.uint8]:
    """Draw what was read onto the page.

    Cells are filled and framed in the colour of their state, every digit has its box, and the reading of a
    number stands small above it, or beside it where the rows stand close. Where it would hide other digits,
    it is left out, unless it is uncertain. The page is turned upright, and scaled so that its digits can be
    read on a screen; a legend with counts lies on top, that of readings left out among them.

    Parameters
    ----------
    rgb : (H, W, 3) ndarray of uint8
        The original image.
    reading : Reading
        What was read on it, boxes in its pixels.

    Returns
    -------
    (H', W', 3) ndarray of uint8
        The picture, `W'` at most 6000 pixels and the page's side in it as well.
    """
    page, geometry = upright(rgb, reading)
    geometry = geometry.scaled(_scale(page.shape[:2], reading, geometry))
    image = Image.fromarray(np.ascontiguousarray(page)).resize((geometry.width, geometry.height))
    image = Image.blend(image, Image.new("RGB", image.size, "white"), PALE)
    unit = max(reading.digit_height * geometry.scale, min(image.size) / 90, 6.0)

    def place(box: Box) -> tuple[int, int, int, int]:
        b = geometry.box_to_raster(box)
        left, top, right, bottom = (round(round(side, 3)) for side in (b.x, b.y, b.right, b.bottom))
        return left, top, right, bottom

    _draw_cells(image, reading, place, unit)
    bare = _draw_numbers(image, reading, place, unit)
    return np.vstack([_legend(reading, image.width, bare), np.asarray(image)])


def save_png(path: str | Path, rgb: NDArray[np.uint8]) -> Path:
    """Write an image as PNG, whole or not at all; the same pixels give the same bytes.

    Parameters
    ----------
    path : path
        Where the file is to stand.
    rgb : (H, W, 3) or (H, W) ndarray of uint8
        Colour or grey.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    stream = BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb)).save(stream, "PNG", compress_level=2)
    return write_bytes(path, stream.getvalue())


def _scale(shape: tuple[int, ...], reading: Reading, geometry: Geometry) -> float:
    """How much the upright page is enlarged: close-set rows more than others, so that readings find room."""
    height = reading.digit_height
    wanted = min(max(DIGIT / height, 1.0), 4.0) if height else 1.0
    numbers = [geometry.box_to_raster(number.box) for number in reading.numbers()]
    room = usual_room(
        [_sides(box) for box in numbers], [_sides(geometry.box_to_raster(b)) for b in _boxes(reading)]
    )
    wanted *= min(max(ROOM / max(room * wanted, 1.0), 1.0), CLOSE)
    return min(wanted, LARGEST / max(shape))


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.right, box.bottom


def _boxes(reading: Reading) -> list[Box]:
    """Those of all signs that were read; of a number without glyphs its own."""
    return [box for n in reading.numbers() for box in [glyph.box for glyph in n.glyphs] or [n.box]]


def _draw_cells(image: Image.Image, reading: Reading, place: Place, unit: float) -> None:
    """Fill and frame every cell; what is unread is crossed out, tables have a dark frame."""
    tint = Image.new("RGBA", image.size)
    draw = ImageDraw.Draw(tint)
    line = max(round(unit / 14), 1)
    for table in reading.tables:
        for cell in table.cells:
            box, colour = place(cell.box), COLOURS[cell.state]
            if cell.state == "empty":
                draw.rectangle(box, outline=(*colour, 150), width=1)
                continue
            bold = line if cell.state == "read" else 2 * line
            draw.rectangle(box, fill=(*colour, 34), outline=(*colour, 190), width=bold)
            if cell.state == "unread":
                draw.line(box, fill=(*colour, 150), width=line)
        draw.rectangle(place(table.box), outline=(40, 40, 40, 220), width=2 * line)
    image.paste(tint, mask=tint)


def _draw_numbers(image: Image.Image, reading: Reading, place: Place, unit: float) -> int:
    """Box every digit and write each number's reading near it, in the colour of its cell's state.

    Returns
    -------
    int
        How many readings found no room.
    """
    draw = ImageDraw.Draw(image)
    found = list(numbers_by_state(reading))
    for number, state in found:
        for box in [glyph.box for glyph in number.glyphs] or [number.box]:
            draw.rectangle(place(box), outline=COLOURS[state], width=1)
    bare = 0
    named = [(place(number.box), number.text) for number, _ in found]
    places = labels(named, [place(box) for box in _boxes(reading)], 0.58 * unit)
    for (number, state), label in zip(found, places, strict=True):
        if label.hides and state in ("read", "outside tables"):
            bare += 1
            continue
        font, halo = font_of(label.size), 2 if label.size > 14 else 1
        at = (label.x, label.y)
        draw.text(at, number.text, COLOURS[state], font, label.anchor, stroke_width=halo, stroke_fill="white")
    return bare


def numbers_by_state(reading: Reading) -> Iterator[tuple[Number, str]]:
    """All numbers with the state of their cell, or "outside tables": a key of `COLOURS`."""
    for cell in _cells(reading):
        yield from ((number, cell.state) for number in cell.numbers)
    yield from ((number, "outside tables") for number in reading.loose)


def _cells(reading: Reading) -> Iterator[Cell]:
    for table in reading.tables:
        yield from table.cells


def _legend(reading: Reading, width: int, bare: int = 0) -> NDArray[np.uint8]:
    """A strip as wide as the picture: a swatch and a count for every state, in as many lines as needed."""
    counts = Counter(cell.state for cell in _cells(reading))
    entries = [
        (COLOURS[state], f"{counts[state]} {'cell' if counts[state] == 1 else 'cells'} {state}")
        for state in ("read", "uncertain", "unread", "empty")
    ]
    loose = sum(len(number.glyphs) or len(number.text) for number in reading.loose)
    entries.append(
        (COLOURS["outside tables"], f"{loose} {'digit' if loose == 1 else 'digits'} outside tables")
    )
    if bare:
        entries.append(((90, 90, 90), f"{bare} reading{'' if bare == 1 else 's'} left out for want of room"))
    size = min(max(width / 60, 11.0), 30.0)
    font = ImageFont.load_default(size=size)
    places, height = _flow([font.getlength(text) for _, text in entries], width, size)
    strip = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(strip)
    for (x, y), (colour, text) in zip(places, entries, strict=True):
        pale = tuple(round(255 - (255 - value) * 0.3) for value in colour)
        draw.rectangle((x, y - size / 2, x + size, y + size / 2), pale, colour, max(round(size / 8), 1))
        draw.text((x + 1.4 * size, y), text, (20, 20, 20), font, anchor="lm")
    draw.line((0, height - 1, width, height - 1), (120, 120, 120))
    return np.asarray(strip)


def _flow(lengths: list[float], width: int, size: float) -> tuple[list[tuple[float, float]], int]:
    """Left middle points of entries set one after the other, and the height that they take."""
    places, x, y = [], size, size * 1.3
    for length in lengths:
        if x > size and x + length + 2.4 * size > width:
            x, y = size, y + size * 1.7
        places.append((x, y))
        x += length + 3.4 * size
    return places, round(y + size * 1.3)
