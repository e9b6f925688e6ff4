"""A collection of readings made by hand: spans, states, an empty page, no table, any Unicode."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from zij.corpora.exchange.leaf import Leaf
from zij.corpora.exchange.pairset import End, Pair, PairSet
from zij.files import sha256
from zij.tables.geometry import Box
from zij.tables.pagexml import as_written, write_pagexml
from zij.tables.reading import Cell, Glyph, Number, Reading, State, Table

WIDTH, HEIGHT = 400, 300


def number(text: str, x: int, y: int) -> Number:
    """A number whose signs are 10 pixels wide and 20 high."""
    glyphs = tuple(Glyph(Box(x + 10 * n, y, 9, 20), sign, 0.9, (("7", 0.05),)) for n, sign in enumerate(text))
    return Number(glyphs, text, Box(x, y, 10 * len(text), 20))


def cell(row: int, column: int, text: str = "", state: State | None = None, **more: int | bool) -> Cell:
    """A cell of 100 x 40 pixels; its words that are digits are numbers."""
    x, y = 10 + 100 * column, 20 + 40 * row
    numbers, at = [], x + 2
    for word in text.split():
        if word.isascii() and word.isdigit():
            numbers.append(number(word, at, y + 8))
        elif any(sign in "0123456789" for sign in word):
            numbers.append(Number((), word, Box(at, y + 8, 10 * len(word), 20)))
        at += 10 * len(word) + 6
    box = Box(x, y, 98 * int(more.get("column_span", 1)), 38 * int(more.get("row_span", 1)))
    known: State = state or ("read" if text.strip() else "empty")
    confidence = 0.8 if known == "uncertain" else 1.0
    return Cell(row, column, box, tuple(numbers), text, known, confidence, **more)  # type: ignore[arg-type]


def table(*cells: Cell) -> Table:
    """A table that holds these cells."""
    rows = max(c.row + c.row_span for c in cells)
    columns = max(c.column + c.column_span for c in cells)
    return Table(Box.hull(c.box for c in cells), rows, columns, cells, 0.97)


def collection() -> dict[str, Reading]:
    """Four readings by the stem of their page."""
    full = table(
        cell(0, 0, "Gradus", header=True), cell(0, 1, "Hor. Min.", header=True, column_span=2),
        cell(1, 0, "12"), cell(1, 1, "30"), cell(1, 2, "05", "uncertain"),
        cell(2, 0, "13", row_span=2), cell(2, 1, "31 15"), cell(2, 2, "", "unread"),
        cell(3, 1), cell(3, 2, "59"),
    )  # fmt: skip
    strange = table(
        cell(0, 0, "=1+1", header=True), cell(0, 1, '"x", y;\tz'), cell(0, 2, "<&>]]>"),
        cell(1, 0, "𒐕 Ἀθ 𝟙"), cell(1, 1, "e\u0301\n7"), cell(1, 2, "-12"),
    )  # fmt: skip
    pages = {
        "full": Reading("full.png", "", WIDTH, HEIGHT, (full,), (number("368", 350, 4),), digit_height=20.0),
        "empty": Reading("empty.png", "", WIDTH, HEIGHT),
        "loose": Reading("loose.png", "", WIDTH, HEIGHT, (), (number("4", 5, 5), number("51", 60, 9))),
        "ünïcode": Reading("ünï code.png", "", WIDTH, HEIGHT, (strange,)),
    }
    facts = {"model": "digits c91f", "parameters": (("lower", "0.3"),)}
    return {stem: as_written(replace(page, **facts)) for stem, page in pages.items()}  # type: ignore[arg-type]


def write_collection(folder: Path) -> Path:
    """Write the readings as PAGE-XML with their images, whose hashes the files record."""
    folder.mkdir(parents=True)
    for shade, (stem, reading) in enumerate(collection().items()):
        image = folder / reading.image
        grey = np.full((HEIGHT, WIDTH), 250 - shade, np.uint8)
        image.write_bytes(cv2.imencode(".png", grey)[1].tobytes())
        write_pagexml(folder / f"{stem}.xml", replace(reading, sha256=sha256(image)))
    return folder


def leaves_of(readings: dict[str, Reading]) -> list[Leaf]:
    """The readings as pages whose images are not at hand."""
    return [Leaf.of(stem, reading, Path(f"{stem}.xml")) for stem, reading in readings.items()]


def made_pair_set(a: Leaf, b: Leaf) -> PairSet:
    """Two pairs between the numbers of two pages."""
    p, q = list(a.reading.numbers()), list(b.reading.numbers())
    pairs = tuple(
        Pair(End(a.path.name, p[n].id, p[n].box), End(b.path.name, q[n].id, q[n].box), n + 1, value, "said")
        for n, value in enumerate((-0.25, 0.125))
    )
    return PairSet("urn:uuid:1", f"Pairs of {a.stem} and {b.stem}", 0.5, -0.125, 0.625, pairs)
