"""A small pair of pages made by drawing, so that every box and every sum is known by construction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zij.explain.bilrp.pairs import COLUMNS
from zij.explain.report.sheets import Sheet
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Cell, Glyph, Number, Reading, State, Table

NUMBERS = [["12", "30", "47"], ["13", "15", "50"], ["14", "30", "12"], ["15", "45", "8"]]
STATES: dict[tuple[int, int], State] = {(1, 1): "uncertain", (2, 2): "unread"}
WIDTH, HEIGHT = 400, 520
INK = (20, 20, 30)


def made_page(name: str = "made.png", *, left: int = 60, top: int = 90) -> tuple[NDArray[np.uint8], Reading]:
    """A white page with a dark block for each digit, and its reading."""
    rgb = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    cells = []
    for row, texts in enumerate(NUMBERS):
        for column, text in enumerate(texts):
            x, y = left + 90 * column, top + 60 * row
            number = _number(rgb, text, x, y)
            state = STATES.get((row, column), "read")
            box = Box(x - 8, y - 8, 60, 44)
            cells.append(Cell(row, column, box, (number,), text, state, 0.99))
    table = Table(Box.hull([cell.box for cell in cells]), len(NUMBERS), 3, tuple(cells))
    loose = (_number(rgb, "7", 180, 20),)
    reading = Reading(name, name[0] * 64, WIDTH, HEIGHT, (table,), loose, digit_height=28.0)
    return rgb, reading.with_ids()


def turned(rgb: NDArray[np.uint8], reading: Reading, quarters: int) -> tuple[NDArray[np.uint8], Reading]:
    """The same page lying: picture and boxes turned clockwise, `turn` set to stand it up again."""
    geometry = Geometry.identity(reading.width, reading.height).turned(quarters)
    place = geometry.box_to_raster

    def number(old: Number) -> Number:
        glyphs = tuple(replace(glyph, box=place(glyph.box)) for glyph in old.glyphs)
        return replace(old, box=place(old.box), glyphs=glyphs)

    def cell(old: Cell) -> Cell:
        return replace(old, box=place(old.box), numbers=tuple(map(number, old.numbers)))

    tables = tuple(replace(t, box=place(t.box), cells=tuple(map(cell, t.cells))) for t in reading.tables)
    loose = tuple(map(number, reading.loose))
    lying = replace(
        reading,
        width=geometry.width,
        height=geometry.height,
        tables=tables,
        loose=loose,
        turn=-90 * quarters % 360,
    )
    return np.ascontiguousarray(np.rot90(rgb, -quarters)), lying


def made_pairs(a: Reading, b: Reading) -> tuple[pd.DataFrame, dict[str, Any]]:
    """All pairs of equal numbers, those in the same cell strongest, one of the others against."""
    rows: list[list[object]] = []
    for p in a.tables[0].cells:
        for q in b.tables[0].cells:
            if p.text == q.text:
                same = (p.row, p.column) == (q.row, q.column)
                strength = 0.06 - 0.001 * p.row if same else -0.01 if p.row > q.row else 0.02
                rows.append([strength, same, *_ends(p.numbers[0]), *_ends(q.numbers[0]), p.text])
    rows.sort(key=lambda row: -abs(float(str(row[0]))))
    pairs = pd.DataFrame([[n, *row] for n, row in enumerate(rows, 1)], columns=list(COLUMNS))
    listed = float(pairs["relevance"].sum())
    summary: dict[str, Any] = {
        "similarity": listed + 0.05 + 0.02 + 0.01,
        "dot": 40.0,
        "relevance_listed": listed,
        "relevance_unlisted": 0.05,
        "relevance_outside_digits": 0.02,
        "remainder": 0.01,
        "relevance_negative": float(pairs["relevance"].clip(upper=0).sum()),
        "pairs": len(pairs) + 1500,
        "model": "bigram",
        "parameters": {"top": len(pairs)},
        "versions": {"zij": "0.1.0"},
        "hashes": {"a": a.sha256, "b": b.sha256},
    }
    return pairs, summary


def made_sheets(
    name_a: str = "alpha.png", name_b: str = "beta.png", *, quarters: int = 1
) -> tuple[Sheet, Sheet, pd.DataFrame, dict[str, Any]]:
    """Two such pages, the second set lower and lying on its side, with their pairs."""
    rgb_a, a = made_page(name_a)
    rgb_b, b = turned(*made_page(name_b, left=80, top=150), quarters)
    return Sheet(a, rgb_a), Sheet(b, rgb_b), *made_pairs(a, b)


def _number(rgb: NDArray[np.uint8], text: str, x: int, y: int) -> Number:
    glyphs = []
    for place, digit in enumerate(text):
        left = x + 24 * place
        rgb[y : y + 28, left : left + 18] = INK
        glyphs.append(Glyph(Box(left, y, 18, 28), digit, 0.99))
    return Number(tuple(glyphs), text, Box.hull([glyph.box for glyph in glyphs]))


def _ends(number: Number) -> list[object]:
    b = number.box
    return [number.id, number.text, b.x, b.y, b.w, b.h]
