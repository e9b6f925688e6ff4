"""Readings without images: a table as zij would have read it, digits misread now and then.

For collections so large that images would be in the way. Where glyphs stand and how sure they are is like
what the reader gives for pages of `zij.tables.generate.pages`: a right digit is nearly always sure, a wrong
one often unsure with the right one as its alternative.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from zij.tables.generate.numeric import NumericTable
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, State, Table

__all__ = ["LIKELY", "MISREAD", "misread_page"]

MISREAD = 0.01
"""Share of digits that are misread or lost: as on hard real pages, thirty times that of generated images."""
LIKELY = {
    "0": "69", "1": "74", "2": "73", "3": "52", "4": "17",
    "5": "36", "6": "05", "7": "12", "8": "35", "9": "05",
}  # fmt: skip
"""For each digit those that it is likeliest taken for, the likeliest first."""

_ADVANCE = 0.62  # digit heights
_UPPER = 0.9  # below that a digit is uncertain, as in `zij.tables.digits.peaks`


def misread_page(
    seed: Sequence[int],
    table: NumericTable,
    *,
    name: str,
    misread: float = MISREAD,
    digit_height: float = 16.0,
    pitch: float = 1.5,
    gap: float = 0.55,
) -> Reading:
    """The reading of a page that shows a table.

    Parameters
    ----------
    seed : sequence of int
        The same reading for the same arguments.
    table : NumericTable
    name : str
        File name of the image that it would be of.
    misread : float
        Share of digits that go wrong, 0 to 1: of ten such, eight are taken for another and two are lost.
    digit_height, pitch, gap : float
        As in `zij.tables.generate.pages.Setting`.

    Returns
    -------
    Reading
        With ids.
    """
    rng = np.random.default_rng(seed)
    kept = [c for c in range(len(table.headings)) if c not in table.words]
    h = digit_height
    widths = [
        max(*(len(row[c]) for row in table.rows), len(table.headings[c])) * _ADVANCE * h + 2 * gap * h
        for c in range(len(table.headings))
    ]
    edges = 3.0 * h + np.concatenate([[0.0], np.cumsum(widths)])
    chance = _Chance(rng, sum(len(row[c]) for row in table.rows for c in kept), misread)
    cells = []
    for r, row in enumerate(table.rows):
        line = round(7.35 * h + pitch * h * (r + 0.65), 2)
        for k, c in enumerate(kept):
            area = Box(
                round(float(edges[c]), 2), round(line - 0.72 * pitch * h, 2),
                round(widths[c], 2), round(pitch * h * 0.98, 2),
            )  # fmt: skip
            right = float(edges[c + 1]) - gap * h
            cells.append(_cell(chance, row[c], f"t1_r{r}c{k}", (r, k), area, right, line, h))
    box = Box.hull(cell.box for cell in cells)
    width, height = round(box.right + 3 * h), round(box.bottom + 4 * h)
    grid = Table(box, len(table.rows), len(kept), tuple(cells), id="t1")
    return Reading(name, "", width, height, (grid,), digit_height=round(h, 2), source="generated")


class _Chance:
    """All that is left to chance on a page, drawn at once."""

    def __init__(self, rng: Generator, digits: int, misread: float) -> None:
        wrong = rng.random(digits) < misread
        lost = wrong & (rng.random(digits) < 0.2)
        self.fate: list[int] = np.where(lost, 2, wrong.astype(int)).tolist()
        sure: NDArray[np.float64] = 1 - 0.5 * rng.beta(0.25, 12.0, digits)
        unsure = rng.uniform(0.5, 0.98, digits)
        self.confidence: list[float] = np.round(np.where(wrong, unsure, sure), 4).tolist()
        self.shift: list[list[float]] = np.round(rng.normal(0, 0.35, (digits, 2)), 2).tolist()
        self.other: list[int] = (rng.random(digits) < 0.3).astype(int).tolist()
        self.next = 0


def _cell(
    chance: _Chance,
    text: str,
    name: str,
    place: tuple[int, int],
    area: Box,
    right: float,
    line: float,
    h: float,
) -> Cell:
    glyphs: list[Glyph] = []
    x = right - len(text) * _ADVANCE * h
    for digit in text:
        k = chance.next
        chance.next += 1
        glyph = _glyph(chance, k, digit, x, line, h, f"{name}_w1_g{len(glyphs) + 1}")
        if glyph is not None:
            glyphs.append(glyph)
        x += _ADVANCE * h
    if not glyphs:
        state: State = "unread" if text else "empty"
        return Cell(*place, area, (), "", state, id=name)
    read = "".join(glyph.text for glyph in glyphs)
    first, last = glyphs[0].box, glyphs[-1].box
    top = min(first.y, last.y)
    hull = Box(first.x, top, round(last.x + last.w - first.x, 2), round(h, 2))
    number = Number(tuple(glyphs), read, hull, f"{name}_w1")
    lowest = min(glyph.confidence for glyph in glyphs)
    state = "read" if lowest >= _UPPER else "uncertain"
    return Cell(*place, area, (number,), read, state, round(number.confidence, 6), id=name)


def _glyph(chance: _Chance, k: int, digit: str, x: float, line: float, h: float, name: str) -> Glyph | None:
    """A digit as it is read; None where it is lost."""
    fate, confidence = chance.fate[k], chance.confidence[k]
    if fate == 2:
        return None
    other = LIKELY[digit][chance.other[k]]
    read, instead = (other, digit) if fate == 1 else (digit, other)
    dx, dy = chance.shift[k]
    box = Box(round(x + dx, 2), round(line - h + dy, 2), round(0.55 * h, 2), round(h, 2))
    rest = round((1 - confidence) * 0.8, 4)
    return Glyph(box, read, confidence, ((instead, rest),) if rest >= 0.01 else (), name)
