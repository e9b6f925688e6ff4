"""What a person says stands on a page, laid onto its leaf: digits with boxes, and what is left unsaid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.tables.digits.peaks import Peaks
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Number, Reading
from zij.tables.teach.boxcsv import BoxedDigit
from zij.tables.teach.leaf import Leaf
from zij.tables.teach.placing import Placing, place

__all__ = ["Truth", "truth_of_boxes", "truth_of_cells", "truth_of_reading"]

_MARGIN = 0.15  # digit heights by which a number's digits may lie outside its box


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The truth about a leaf, in its pixels.

    Attributes
    ----------
    boxes : (N, 4) ndarray of float64
        x, y, w, h of each digit.
    digits : (N,) ndarray of int64
    vouched : (K, 4) ndarray of float64
        Where there are these digits and no others.
    unjudged : (L, 4) ndarray of float64
        Where nothing is known.
    unplaced : int
        Digits of the text for which no place was found; where they stand is unjudged.
    """

    boxes: NDArray[np.float64]
    digits: NDArray[np.int64]
    vouched: NDArray[np.float64]
    unjudged: NDArray[np.float64]
    unplaced: int = 0


def truth_of_boxes(boxed: Sequence[BoxedDigit], leaf: Leaf, *, whole: bool = False) -> Truth:
    """The truth of boxes that a person drew.

    Parameters
    ----------
    boxed : sequence of BoxedDigit
    leaf : Leaf
    whole : bool
        Whether they are all the digits of the page; else nothing is known of what lies outside them.

    Returns
    -------
    Truth
    """
    height, width = leaf.ink.shape
    known = [item for item in boxed if item.digit is not None]
    return Truth(
        leaf.boxes([item.box for item in known]),
        np.array([item.digit for item in known], np.int64),
        np.array([[0.0, 0.0, width, height]] * whole).reshape(-1, 4),
        leaf.boxes([item.box for item in boxed if item.digit is None]),
    )


def truth_of_cells(cells: Sequence[tuple[Box, str, str]], leaf: Leaf, seen: Peaks) -> Truth:
    """The truth of cells of which box, text and state are known, but not where each digit stands.

    Parameters
    ----------
    cells : sequence of (Box, str, str)
        Box, text and state of each.
    leaf : Leaf
    seen : Peaks
        What the network sees.

    Returns
    -------
    Truth
    """
    collected, signs = _Collected(leaf), leaf.signs()
    for box, text, state in cells:
        _add_text(collected, box, text, state in ("unread", "uncertain"), seen, signs)
    return collected.truth()


def truth_of_reading(reading: Reading, leaf: Leaf, seen: Peaks, *, outside: bool = True) -> Truth:
    """The truth of a reading that a person has corrected.

    Glyphs are taken as they stand. Where a text was changed so that its glyphs were shared out by count of
    characters, and where a file has none, the digits are looked for.

    Parameters
    ----------
    reading : Reading
    leaf : Leaf
    seen : Peaks
        What the present network sees on the leaf.
    outside : bool
        Whether the person answers for the numbers outside tables as well.

    Returns
    -------
    Truth
    """
    collected, signs = _Collected(leaf), leaf.signs()
    for table in reading.tables:
        for cell in table.cells:
            _add_cell(collected, cell, seen, signs)
    for number in reading.loose if outside else ():
        if _believable(number, leaf) and _plain(number.text):
            collected.add_glyphs(number)
        else:
            grown = _grown(number.box, _MARGIN * leaf.digit_height / leaf.geometry.scale)
            _add_text(collected, grown, number.text, False, seen, signs)
    return collected.truth()


class _Collected:
    """A truth in the making."""

    def __init__(self, leaf: Leaf) -> None:
        self.leaf = leaf
        self.found: list[Placing] = []
        self.vouched: list[Box] = []
        self.unjudged: list[Box] = []
        self.unplaced = 0

    def add(self, placing: Placing, area: Box, size: int) -> None:
        self.found.append(placing)
        self.unplaced += size - len(placing.digits)
        (self.vouched if placing.whole else self.unjudged).append(area)

    def add_glyphs(self, number: Number) -> None:
        glyphs = [glyph for glyph in number.glyphs if glyph.is_digit]
        digits = np.array([int(glyph.text) for glyph in glyphs], np.int64)
        self.found.append(Placing(self.leaf.boxes([glyph.box for glyph in glyphs]), digits, True))

    def truth(self) -> Truth:
        boxes = np.vstack([np.zeros((0, 4)), *(placing.boxes for placing in self.found)])
        digits = np.concatenate([np.zeros(0, np.int64), *(placing.digits for placing in self.found)])
        vouched, unjudged = self.leaf.boxes(self.vouched), self.leaf.boxes(self.unjudged)
        return Truth(boxes, digits, vouched, unjudged, self.unplaced)


def _add_cell(collected: _Collected, cell: Cell, seen: Peaks, signs: NDArray[np.float64]) -> None:
    if (
        cell.state in ("read", "empty")
        and _plain(cell.text)
        and all(_believable(number, collected.leaf) for number in cell.numbers)
        and _digits("".join(number.text for number in cell.numbers)) == _digits(cell.text)
    ):
        for number in cell.numbers:
            collected.add_glyphs(number)
        collected.vouched.append(cell.box)
    else:
        _add_text(collected, cell.box, cell.text, cell.state in ("unread", "uncertain"), seen, signs)


def _add_text(
    collected: _Collected, box: Box, text: str, unsure: bool, seen: Peaks, signs: NDArray[np.float64]
) -> None:
    if unsure or not _plain(text):
        collected.unjudged.append(box)
        return
    [area] = collected.leaf.boxes([box])
    digits = _digits(text)
    placing = place(digits, area, seen, signs, collected.leaf.digit_height)
    collected.add(placing, box, len(digits))


def _plain(text: str) -> bool:
    """Whether a text says which digits stand there: without marks of doubt or omission, or other figures."""
    return not re.search(r"[*?\[\]…]", text) and all(c in "0123456789" for c in text if c.isdigit())


def _digits(text: str) -> list[int]:
    return [int(sign) for sign in re.findall("[0-9]", text)]


def _believable(number: Number, leaf: Leaf) -> bool:
    """Whether a number's digits have boxes of their own, not shared out by count of characters."""
    glyphs = [glyph for glyph in number.glyphs if glyph.is_digit]
    if not glyphs or [int(glyph.text) for glyph in glyphs] != _digits(number.text):
        return False
    made = [glyph for glyph in number.glyphs if glyph.confidence == 1.0 and not glyph.alternatives]
    return len(made) < len(number.glyphs) or not _shared_out(
        leaf.boxes([glyph.box for glyph in number.glyphs]), leaf
    )


def _shared_out(boxes: NDArray[np.float64], leaf: Leaf) -> bool:
    """Whether boxes look like equal parts of one: of one size, each beginning where another ends."""
    if len(boxes) == 1:
        return bool(boxes[0, 2] > 0.9 * leaf.digit_height)  # no digit is as wide
    slack = 1.6 * leaf.geometry.scale  # of whole pixels
    ends = np.abs(boxes[:-1, 0] + boxes[:-1, 2] - boxes[1:, 0])
    return bool(np.ptp(boxes[:, 2:], axis=0).max() <= slack and ends.max() <= slack)


def _grown(box: Box, margin: float) -> Box:
    return Box(box.x - margin, box.y - margin, box.w + 2 * margin, box.h + 2 * margin)
