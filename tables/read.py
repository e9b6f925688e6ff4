"""One call from an image to its reading."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from zij.tables.digits.detect import Detection, detect
from zij.tables.digits.network import Weights, load_weights
from zij.tables.digits.peaks import FLOOR, LOWER, UPPER
from zij.tables.digits.view import View
from zij.tables.geometry import Box
from zij.tables.layout.layout import lay_out
from zij.tables.reading import Glyph, Number, Reading, Table
from zij.tables.scan.image import Image, read_image
from zij.tables.scan.page import Page, prepare
from zij.tables.scan.rulings import find_rulings

__all__ = ["PageReading", "read"]


@dataclass(frozen=True, slots=True, eq=False)
class PageReading:
    """A reading with what it was made from.

    Attributes
    ----------
    page : Page
        Upright.
    reading : Reading
        With ids; boxes in pixels of the original.
    doubtful : tuple of Glyph
        Candidates below the lower threshold, and outside tables below the upper one, in pixels of the
        original: no part of the reading, but evidence all the same.
    view : View or None
        Scale and orientation under which it was read; None where no digit was found.
    """

    page: Page
    reading: Reading
    doubtful: tuple[Glyph, ...]
    view: View | None


def read(
    image: Image | str | Path,
    *,
    weights: Weights | None = None,
    device: str = "cpu",
    view: View | None = None,
) -> PageReading:
    """Read a page: digits, numbers, cells and tables.

    Parameters
    ----------
    image : Image or path
    weights : Weights, optional
        Another digit network than the one that comes with zij.
    device : str
        "cpu" or "cuda".
    view : View, optional
        Scale and orientation, where they are known already.

    Returns
    -------
    PageReading

    Raises
    ------
    ImageError
        If the image cannot be read.
    ModelError
        If the weights cannot be read.
    """
    if not isinstance(image, Image):
        image = read_image(image)
    weights = weights or load_weights()
    return reading_of(detect(prepare(image), weights, device=device, view=view), weights)


def reading_of(detection: Detection, weights: Weights) -> PageReading:
    """Lay out the digits of a detection, and take everything back to pixels of the original."""
    page, view = detection.page, detection.view
    image = page.image
    height = view.digit_height if view else 0.0
    tables: tuple[Table, ...] = ()
    loose: tuple[Number, ...] = ()
    stray: tuple[Glyph, ...] = ()
    if detection.digits:
        ink, _ = page.raster()
        rulings = find_rulings(ink, height)
        layout = lay_out(detection.digits, rulings=rulings, ink=ink, digit_height=height, upper=UPPER)
        layout = layout.mapped(page.geometry.box_to_original)
        tables, (loose, stray) = layout.tables, _sure_alone(layout.loose)
    angle = page.geometry.angle
    turn = 90 * page.geometry.quarter_turns
    reading = Reading(
        image=image.name, sha256=image.sha256, width=image.width, height=image.height,
        tables=tables, loose=loose,
        turn=turn, skew=round((angle - turn + 180) % 360 - 180, 4), digit_height=round(height, 2),
        model=weights.name, parameters=_parameters(),
    )  # fmt: skip
    doubtful = tuple(replace(g, box=page.geometry.box_to_original(g.box)) for g in detection.doubtful)
    return PageReading(page, reading.with_ids(), (*doubtful, *stray), view)


def _sure_alone(loose: tuple[Number, ...]) -> tuple[tuple[Number, ...], tuple[Glyph, ...]]:
    """Digits outside tables that are sure, and those that are not.

    Within a table a digit is what one expects; in text, letters that look like digits are many more.
    """
    kept, stray = [], []
    for number in loose:
        sure = tuple(glyph for glyph in number.glyphs if glyph.confidence >= UPPER)
        stray += [glyph for glyph in number.glyphs if glyph.confidence < UPPER]
        if len(sure) == len(number.glyphs):
            kept.append(number)
        elif sure:
            kept.append(Number(sure, "".join(glyph.text for glyph in sure), Box.hull(g.box for g in sure)))
    return tuple(kept), tuple(stray)


def _parameters() -> tuple[tuple[str, str], ...]:
    return (("floor", f"{FLOOR:g}"), ("lower", f"{LOWER:g}"), ("upper", f"{UPPER:g}"))
