"""Readings with known faults, and truth files that say what should have been read."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np

from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

WIDTH, HEIGHT = 12.0, 20.0
DIGIT_COLUMNS = "page,x,y,w,h,digit,cell_row,cell_column,order_in_number,number_text,legible"


def number(text: str, x: float, y: float, confidence: float = 0.9) -> Number:
    """A number whose digits stand side by side, 12 x 20 pixels each, 2 apart."""
    glyphs = tuple(
        Glyph(Box(x + (WIDTH + 2) * n, y, WIDTH, HEIGHT), sign, confidence) for n, sign in enumerate(text)
    )
    return Number(glyphs, text, Box.hull(glyph.box for glyph in glyphs))


def grid(rows: list[list[str]], *, top: float = 20.0) -> Table:
    """A table of numbers; a text with spaces is a cell of several, an empty one an empty cell."""
    cells = []
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            x, y = 20.0 + 120 * c, top + 40 * r
            words, found = text.split(), []
            for word in words:
                found.append(number(word, x, y))
                x = found[-1].box.right + 10
            box = Box(14 + 120 * c, y - 8, 118, 38)
            cells.append(Cell(r, c, box, tuple(found), text, "read" if found else "empty"))
    return Table(Box.hull(cell.box for cell in cells), len(rows), len(rows[0]), tuple(cells))


def page(*tables: Table, loose: tuple[Number, ...] = (), name: str = "page.png") -> Reading:
    """A reading of a page of 1000 x 1000 pixels."""
    return Reading(name, "", 1000, 1000, tables, loose, digit_height=HEIGHT).with_ids()


def disturbed(reading: Reading, seed: int, share: float = 0.1) -> Reading:
    """The reading with digits changed, left out, added and moved, some of them in each way."""
    rng = np.random.default_rng(seed)

    def glyphs(old: Number) -> list[Glyph]:
        new = []
        for glyph in old.glyphs:
            kind, box = rng.random() / share, glyph.box
            if kind < 1:
                continue
            if kind < 2:
                glyph = replace(glyph, text=str(rng.integers(10)))
            elif kind < 3:
                new.append(replace(glyph, box=replace(box, y=box.y + box.h), text=str(rng.integers(10))))
            elif kind < 4:
                glyph = replace(glyph, box=replace(box, x=box.x + round(0.45 * box.w)))
            new.append(replace(glyph, confidence=round(float(rng.random()), 4)))
        return new

    def numbers(old: tuple[Number, ...]) -> tuple[Number, ...]:
        found = [(n, glyphs(n)) for n in old]
        return tuple(
            Number(tuple(new), "".join(g.text for g in new), Box.hull(g.box for g in new))
            for _, new in found
            if new
        )

    tables = []
    for table in reading.tables:
        cells = [replace(cell, numbers=numbers(cell.numbers)) for cell in table.cells]
        cells = [replace(c, text=" ".join(n.text for n in c.numbers), state="read" if c.numbers else "empty")
                 for c in cells]  # fmt: skip
        tables.append(replace(table, cells=tuple(cells)))
    return replace(reading, tables=tuple(tables), loose=numbers(reading.loose)).with_ids()


def write_digits(path: Path, reading: Reading) -> Path:
    """The digits of a reading as `STEM.digits.csv`."""
    lines = []
    for table in reading.tables:
        for cell in table.cells:
            for n in cell.numbers:
                lines += [
                    (g, cell.row, cell.column, k, n.text) for k, g in enumerate(n.glyphs, 1) if g.is_digit
                ]
    for n in reading.loose:
        lines += [(g, "", "", k, n.text) for k, g in enumerate(n.glyphs, 1) if g.is_digit]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(DIGIT_COLUMNS.split(","))
        for g, row, column, order, text in lines:
            box = (f"{v:g}" for v in (g.box.x, g.box.y, g.box.w, g.box.h))
            writer.writerow([path.name.split(".")[0], *box, g.text, row, column, order, text, 1])
    return path


def write_values(path: Path, reading: Reading) -> Path:
    """The values of a reading's tables as `STEM.cells.csv`."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["table", "row", "column", "text"])
        for table in reading.tables:
            for cell in table.cells:
                writer.writerow([table.id, cell.row, cell.column, cell.text])
    return path
