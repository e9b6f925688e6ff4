"""Tables computed for tests: chords after Ptolemy in exact steps, barometers with means, and their errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import numpy as np

from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Table


def table_of(rows: Sequence[Sequence[object]], name: str = "t1", *, glyphs: bool = False) -> Table:
    """A table as read, from texts; an empty text is an empty cell."""
    cells = []
    for row, line in enumerate(rows):
        for column, entry in enumerate(line):
            text, box = str(entry), Box(column * 60.0, row * 20.0, 50.0, 16.0)
            numbers: tuple[Number, ...] = ()
            if glyphs and text:
                signs = tuple(Glyph(Box(box.x + 8 * k, box.y, 8, 16), sign) for k, sign in enumerate(text))
                numbers = (Number(signs, text, box),)
            state = "read" if text else "empty"
            cells.append(Cell(row, column, box, numbers, text, state, id=f"{name}_r{row}c{column}"))
    width = max((len(line) for line in rows), default=0)
    return Table(Box(0, 0, 60.0 * width, 20.0 * len(rows)), len(rows), width, tuple(cells), 1.0, name)


def chord_seconds(half_degrees: int) -> int:
    """The chord of so many half degrees in a circle of radius 60, in seconds, slowly.

    crd a = 120 sin(a / 2), the sine by its series in exact fractions.
    """
    angle = Fraction(half_degrees, 4) * Fraction(Decimal(math.pi)) / 180
    term, total = angle, angle
    for k in range(1, 12):
        term = -term * angle * angle / ((2 * k) * (2 * k + 1))
        total += term
    return int((Decimal((total * 120 * 3600).numerator) / Decimal((total * 120 * 3600).denominator)).quantize(
        Decimal(1), ROUND_HALF_EVEN))  # fmt: skip


def chord_rows(first: int, rows: int) -> list[list[str]]:
    """Ptolemy's table from `first` half degrees on: arc, chord and thirtieths, nine places a row."""
    lines = []
    for k in range(first, first + rows):
        chord, following = chord_seconds(k), chord_seconds(k + 1)
        part = 2 * (following - chord)  # a thirtieth, in the next place
        places = [k // 2, 30 * (k % 2), chord // 3600, chord // 60 % 60, chord % 60,
                  part // 216000, part // 3600 % 60, part // 60 % 60, part % 60]  # fmt: skip
        lines.append([str(place) for place in places])
    return lines


def barometer_rows(seed: int, days: int = 28, hours: int = 24) -> list[list[str]]:
    """Hourly readings with the tens of inches left out, a mean at the end of each row and column."""
    rng = np.random.default_rng(seed)
    slope = np.convolve(rng.normal(0, 12, days * hours + 40), np.ones(8) / 8, "same")[: days * hours]
    course = 29_950 + np.cumsum(slope - slope.mean()) + rng.normal(0, 3, days * hours)
    values = np.rint(course).astype(int).reshape(days, hours)
    last = np.append(np.rint(values.mean(0)), np.rint(values.mean())).astype(int)
    full = np.vstack([np.hstack([values, np.rint(values.mean(1))[:, None].astype(int)]), last])
    short = [[f"{value % 10_000 / 1000:.3f}" for value in line] for line in full]
    return [[str(k + 1) if k < days else "", *line] for k, line in enumerate(short)]
