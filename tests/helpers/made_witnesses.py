"""Witnesses made of texts alone: tables without a page, as a reader of scans or a person would give them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from zij.explain.collation.apparatus import Apparatus, Place, Witness
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, State, Table

W, H = 60, 30
DIGIT = 10


def cell(row: int, column: int, text: str, *, sure: float = 0.995, **more: object) -> Cell:
    """A cell whose words are its numbers, each digit read with probability `sure`."""
    x, y = 40 + W * column, 40 + H * row
    numbers = []
    for word in text.split():
        glyphs = tuple(
            Glyph(Box(x + DIGIT * k, y + 5, DIGIT - 1, 18), sign, sure)
            for k, sign in enumerate(word)
            if sign.isdecimal()
        )
        numbers.append(Number(glyphs, word, Box(x, y + 5, DIGIT * len(word), 18)))
        x += DIGIT * (len(word) + 1)
    state: State = "read" if text else "empty"
    whole = Cell(row, column, Box(40 + W * column, y, W, H), tuple(numbers), text, state, sure)
    return replace(whole, **more)  # type: ignore[arg-type]


def table(rows: Sequence[Sequence[str]], *, sure: float = 0.995) -> Table:
    """A table of texts, "" for an empty cell."""
    width = max((len(row) for row in rows), default=0)
    cells = [cell(r, c, text, sure=sure) for r, row in enumerate(rows) for c, text in enumerate(row)]
    return Table(Box(40, 40, W * max(width, 1), H * max(len(rows), 1)), len(rows), width, tuple(cells))


def reading(*tables: Table | Sequence[Sequence[str]], name: str = "page.png") -> Reading:
    """A page with these tables."""
    made = tuple(one if isinstance(one, Table) else table(one) for one in tables)
    return Reading(name, "", 2000, 4000, made).with_ids()


def witness(siglum: str, *pages: Reading | Sequence[Sequence[str]]) -> Witness:
    """A witness of pages, each a reading or the texts of one table."""
    made = tuple(
        page if isinstance(page, Reading) else reading(page, name=f"{siglum}{n}.png")
        for n, page in enumerate(pages)
    )
    return Witness(siglum, made)


def varying(apparatus: Apparatus, status: str = "variant") -> dict[tuple[int, int], Place]:
    """Places of one status by row and column (of all tables)."""
    return {(place.row, place.column): place for place in apparatus.places if place.status == status}
