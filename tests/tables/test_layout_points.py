"""Points and commas in numbers: which sign they are, and that they come through to every file."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from laid_pages import H, figures, inked, table

from zij.similarity.evidence import evidence_from_reading
from zij.tables.cellscsv import apply_cells, read_cells, write_cells
from zij.tables.geometry import Box
from zij.tables.layout.layout import lay_out
from zij.tables.pagexml import read_pagexml, write_pagexml
from zij.tables.reading import Glyph, Reading

SIGNS: dict[str, Callable[[float, float], Box]] = {
    "·": lambda x, y: Box(x - 2, y - 2, 4, 4),
    ".": lambda x, y: Box(x - 2, y + H / 2 - 4, 4, 4),
    ",": lambda x, y: Box(x - 2, y + H / 2 - 3, 4, 7),
}


def decimals(sign: str) -> tuple[list[Glyph], np.ndarray]:
    """A table of numbers with a sign after the first digit, and its ink."""
    glyphs = table(9, [100, 200, 300], text=lambda rng, r, c: f"7.{rng.integers(100, 999)}")
    points = []
    for a, b in itertools.pairwise(glyphs):
        if a.id == b.id and b.box.centre[0] - a.box.centre[0] > 0.8 * H:
            points.append(SIGNS[sign]((a.box.right + b.box.x) / 2, a.box.centre[1]))
    return glyphs, inked(glyphs, *points)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_is_named_for_its_place(sign: str) -> None:
    glyphs, ink = decimals(sign)
    (found,) = lay_out(glyphs, digit_height=H, ink=ink).tables
    assert (found.rows, found.columns) == (9, 3)
    digits: dict[str, str] = {}
    for g in glyphs:
        digits[g.id] = digits.get(g.id, "") + g.text
    for cell in found.cells:
        text = digits[f"{cell.row}_{cell.column}"]
        assert cell.text == f"{text[0]}{sign}{text[1:]}"
        (number,) = cell.numbers
        assert [g.text for g in number.glyphs if not g.is_digit] == [sign]
        assert "".join(g.text for g in number.digits) == text
        assert cell.state == "read"
        assert 0.9 < min(g.confidence for g in number.glyphs) <= 1


def test_a_sign_is_where_its_ink_is() -> None:
    glyphs, ink = decimals("·")
    (found,) = lay_out(glyphs, digit_height=H, ink=ink).tables
    signs = [g for c in found.cells for n in c.numbers for g in n.glyphs if not g.is_digit]
    assert len(signs) == 27
    for sign in signs:
        b = sign.box
        assert ink[int(b.y) : int(b.bottom), int(b.x) : int(b.right)].min() > 0
        assert (b.w, b.h) == (4, 4)


def test_points_between_letters_or_far_digits_are_none() -> None:
    glyphs = [*figures("12", 100, 100), *figures("34", 100 + 2.8 * H, 100)]
    ink = inked(glyphs, Box(100 + 0.7 * H, 98, 4, 4))
    assert [n.text for n in lay_out(glyphs, digit_height=H, ink=ink).loose] == ["12", "34"]


def test_points_come_through_files_and_evidence(tmp_path: Path) -> None:
    glyphs, ink = decimals("·")
    layout = lay_out(glyphs, digit_height=H, ink=ink)
    reading = Reading("p.png", "", ink.shape[1], ink.shape[0], layout.tables, digit_height=H).with_ids()
    write_pagexml(tmp_path / "p.xml", reading)
    again = read_pagexml(tmp_path / "p.xml").reading
    texts = [cell.text for cell in reading.tables[0].cells]
    assert [cell.text for cell in again.tables[0].cells] == texts
    assert [g.text for g in again.glyphs()] == [g.text for g in reading.glyphs()]
    cells = read_cells(write_cells(tmp_path / "p.cells.csv", again))
    corrected = apply_cells(again, [replace(row, text=row.text.replace("·7", "·1")) for row in cells])
    assert [c.text for c in corrected.tables[0].cells] == [text.replace("·7", "·1") for text in texts]
    assert [g.text for g in corrected.glyphs()].count("·") == 27
    evidence = evidence_from_reading(again)
    assert len(evidence.peaks) == len(glyphs)
    named = list(again.glyphs())
    assert all(named[k].is_digit for k in evidence.glyphs)
