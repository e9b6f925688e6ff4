"""One page's reading and truth, and all that follows from them."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields

import numpy as np
from numpy.typing import NDArray

from zij.errors import InputError
from zij.tables.geometry import Box
from zij.tables.reading import Reading
from zij.tables.scores.beside import Truth
from zij.tables.scores.confusion import empty_confusion, spelt
from zij.tables.scores.digits import DigitMatch, DigitScores, score_digits
from zij.tables.scores.faults import Fault
from zij.tables.scores.steps import RowSteps, row_steps, surplus, value_faults
from zij.tables.scores.values import ValueMatch, ValueScores, score_values

__all__ = ["DIGIT_FIGURES", "VALUE_FIGURES", "PageScores", "score_page"]

DIGIT_FIGURES = tuple(field.name for field in fields(DigitScores))
"""Names of the figures of a page that are about its digits."""
VALUE_FIGURES = tuple(
    "value_histogram_r" if field.name == "histogram_r" else field.name for field in fields(ValueScores)
)
"""Names of those that are about its values."""


@dataclass(frozen=True, slots=True, eq=False)
class PageScores:
    """What a page's reading is worth.

    Attributes
    ----------
    name : str
        Folder and stem.
    folder : str
    reading : Reading
    truth : tuple of str
        Names of the files that say what stands there.
    digits : DigitMatch or None
        None where no boxes of digits are known.
    values : ValueMatch or None
        None where no values are known.
    rows : tuple of RowSteps
        The true rows as they were found.
    confusion : (11, 11) ndarray of int64
        True digit (or none) by digit read (or none): by boxes where these are known, else by values.
    faults : tuple of Fault
    """

    name: str
    folder: str
    reading: Reading
    truth: tuple[str, ...]
    digits: DigitMatch | None
    values: ValueMatch | None
    rows: tuple[RowSteps, ...]
    confusion: NDArray[np.int64]
    faults: tuple[Fault, ...]

    @property
    def digit_height(self) -> float:
        """Nominal height of the digits in pixels, as the reading says it or else as its boxes are."""
        if self.reading.digit_height:
            return self.reading.digit_height
        heights = [glyph.box.h for glyph in self.reading.glyphs() if glyph.is_digit]
        return float(np.median(heights)) if heights else 0.0

    def figures(self) -> dict[str, float]:
        """All figures by the names of their columns; those that are not known are left out."""
        found: dict[str, float] = {}
        if self.digits is not None:
            found |= asdict(self.digits.scores)
        if self.values is not None:
            found |= dict(zip(VALUE_FIGURES, asdict(self.values.scores).values(), strict=True))
        return {name: value for name, value in found.items() if not math.isnan(value)}

    def telling(self) -> dict[str, float]:
        """The figures that say something: a share of nothing is left out, as on a page without digits."""
        found = self.figures()
        empty: set[str] = set()
        if not found.get("true_digits"):
            empty |= {"recall", "f1", "detection_f1"}
        if not found.get("predicted_digits"):
            empty |= {"precision"}
        if self.digits is not None and not self.digits.confusion[:10, :10].any():
            empty |= {"digit_accuracy_where_found"}
        if not found.get("true_values"):
            empty |= {"value_recall", "row_recall"}
        if not found.get("read_values"):
            empty |= {"value_precision"}
        return {name: value for name, value in found.items() if name not in empty}


def score_page(name: str, reading: Reading, truth: Truth) -> PageScores:
    """Hold a page's reading against its truth.

    Parameters
    ----------
    name : str
        Folder and stem, with slashes.
    reading : Reading
        With ids.
    truth : Truth
        In pixels of the same image.

    Returns
    -------
    PageScores

    Raises
    ------
    InputError
        If reading and truth cannot be of one page.
    """
    _check(reading, truth)
    digits = score_digits(reading, truth.digits) if truth.digits is not None else None
    faults = digits.faults if digits is not None else ()
    values, rows = None, tuple[RowSteps, ...]()
    confusion = digits.confusion if digits is not None else empty_confusion()
    if truth.rows is not None:
        values = score_values(reading, truth.rows)
        rows = row_steps(values)
        beyond = surplus(values, rows)
        faults += value_faults(rows, beyond)
        if digits is None:
            steps = (step for row in rows for step in row.steps if step.kind != "free")
            confusion = spelt(
                [(s.truth.text if s.truth else "", s.read.text if s.read else "") for s in steps]
                + [("", value.text) for value in beyond]
            )
    files = tuple(path.name for path in truth.files)
    folder = name.rpartition("/")[0]
    return PageScores(name, folder, reading, files, digits, values, rows, confusion, faults)


def _check(reading: Reading, truth: Truth) -> None:
    """Refuse a truth that lies outside the page."""
    if truth.digits is None or not (reading.width and reading.height):
        return
    page = Box(0, 0, reading.width, reading.height)
    outside = [d for d in truth.digits.digits if not page.contains(*d.box.centre)]
    if outside:
        x, y = outside[0].box.centre
        raise InputError(
            f"{truth.files[0]}: a digit at {x:g}, {y:g} lies outside the image of {reading.width} x "
            f"{reading.height} pixels; give the boxes in pixels of that image."
        )
