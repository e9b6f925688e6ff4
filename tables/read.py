"""One call from an image to its reading."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij.tables.digits.detect import Detection, detect
from zij.tables.digits.network import Weights, load_weights
from zij.tables.digits.peaks import FLOOR, LOWER, UPPER
from zij.tables.digits.view import View
from zij.tables.geometry import Box
from zij.tables.layout.layout import lay_out, map_boxes
from zij.tables.reading import Glyph, Number, Reading, Table
from zij.tables.scan.image import Image, read_image
from zij.tables.scan.page import Page, prepare
from zij.tables.scan.rulings import find_rulings

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PageReading", "read"]

ALONE = 0.97  # probability of a digit outside tables
_LARGE = 36.0  # pixels: digits are laid out at most so large


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
        Candidates below the lower threshold, and what is not beyond doubt outside tables, in pixels of the
        original: no part of the reading, but evidence all the same.
    view : View or None
        Scale and orientation under which it was read; None where no digit was found.
    """

    page: Page
    reading: Reading
    doubtful: tuple[Glyph, ...]
    view: View | None

    def frame(self) -> pd.DataFrame:
        """The cells as a data frame; see `Reading.frame`."""
        return self.reading.frame()

    def digits(self) -> pd.DataFrame:
        """The glyphs as a data frame; see `Reading.digits`."""
        return self.reading.digits()

    def _repr_html_(self) -> str:
        from zij.tables.show.pages import page_reading_html

        return page_reading_html(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        self.reading._repr_pretty_(printer, cycle)


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
    layouts = [_laid_out(page, detection.candidates, height, detection.tabular)] if view else []
    layouts += [_laid_out(page, size.glyphs, size.digit_height, size.plain) for size in detection.others]
    tables = [table for layout in layouts for table in layout.tables]
    loose = [number for layout in layouts for number in layout.loose]
    if len(layouts) > 1:
        tables.sort(key=lambda table: (table.box.y, table.box.x))
        loose.sort(key=lambda number: (round(number.box.bottom / max(height, 1.0)), number.box.x))
    to_original = page.geometry.box_to_original
    angle = page.geometry.angle
    turn = 90 * page.geometry.quarter_turns
    reading = Reading(
        image=image.name, sha256=image.sha256, width=image.width, height=image.height,
        tables=tuple(map_boxes(table, to_original) for table in tables),
        loose=tuple(map_boxes(number, to_original) for number in loose),
        turn=turn, skew=round((angle - turn + 180) % 360 - 180, 4), digit_height=round(height, 2),
        model=weights.name, parameters=_parameters(),
    )  # fmt: skip
    doubtful = tuple(map_boxes(glyph, to_original) for layout in layouts for glyph in layout.stray)
    return PageReading(page, reading.with_ids(), doubtful, view)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Digits of one size laid out, in pixels of the upright page; `stray` are left out of the reading."""

    tables: tuple[Table, ...] = ()
    loose: tuple[Number, ...] = ()
    stray: tuple[Glyph, ...] = ()


def _laid_out(page: Page, candidates: tuple[Glyph, ...], height: float, tabular: bool) -> _Layout:
    """Lay out digits of one size; where they make no table, the sure ones that are no letters are kept."""
    digits = tuple(glyph for glyph in candidates if glyph.confidence >= LOWER)
    faint = tuple(glyph for glyph in candidates if glyph.confidence < LOWER)
    if not digits:
        return _Layout(stray=faint)
    scale = min(_LARGE / height, 1.0)  # large digits gain nothing from so many pixels
    back = partial(_scaled, factor=1 / scale)
    ink, _ = page.raster(scale)
    digits = tuple(map_boxes(glyph, partial(_scaled, factor=scale)) for glyph in digits)
    rulings = find_rulings(ink, height * scale)
    layout = lay_out(
        digits,
        rulings=rulings,
        ink=ink,
        digit_height=height * scale,
        upper=UPPER,
        candidates=[map_boxes(glyph, partial(_scaled, factor=scale)) for glyph in faint] if tabular else (),
        lower=LOWER,
    )
    faint = tuple(glyph for n, glyph in enumerate(faint) if n not in set(layout.expected))
    loose = layout.loose
    if not tabular:
        loose = (*(n for table in layout.tables for cell in table.cells for n in cell.numbers), *loose)
    letters = {glyph.box for glyph in layout.letters}
    kept, stray = _sure_alone(loose, letters)
    return _Layout(
        tuple(map_boxes(table, back) for table in layout.tables) if tabular else (),
        tuple(map_boxes(number, back) for number in kept),
        (*faint, *(map_boxes(glyph, back) for glyph in stray)),
    )


def _scaled(box: Box, factor: float) -> Box:
    return Box(box.x * factor, box.y * factor, box.w * factor, box.h * factor)


def _sure_alone(loose: tuple[Number, ...], letters: set[Box]) -> tuple[tuple[Number, ...], tuple[Glyph, ...]]:
    """Digits outside tables that are beyond doubt and stand in no word, and the others.

    Within a table a digit is what one expects; in text, letters that look like digits are many more. A number
    of several digits, all of them sure, needs but one beyond doubt.
    """
    kept, stray = [], []
    for number in loose:
        sure = tuple(g for g in number.digits if g.confidence >= UPPER and g.box not in letters)
        beyond = tuple(g for g in sure if g.confidence >= ALONE)
        whole = bool(beyond) and len(sure) == len(number.digits)
        taken = sure if whole else beyond
        stray += [glyph for glyph in number.digits if glyph not in taken]
        if whole:
            kept.append(number)
        elif taken:
            kept.append(Number(taken, "".join(glyph.text for glyph in taken), Box.hull(g.box for g in taken)))
    return tuple(kept), tuple(stray)


def _parameters() -> tuple[tuple[str, str], ...]:
    return (
        ("floor", f"{FLOOR:g}"),
        ("lower", f"{LOWER:g}"),
        ("upper", f"{UPPER:g}"),
        ("alone", f"{ALONE:g}"),
    )
