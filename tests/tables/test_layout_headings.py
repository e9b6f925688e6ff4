"""Headings of columns, and rows of which nothing was read."""

from __future__ import annotations

import pytest
from laid_pages import H, cell_at, figures, inked, table
from rule_pages import unread_row, with_headings

from zij.tables.geometry import Box
from zij.tables.layout.layout import lay_out
from zij.tables.reading import Glyph
from zij.tables.scan.rulings import Rulings, Segment


def test_a_heading_is_a_row_of_its_own_and_shifts_nothing() -> None:
    page = with_headings(4)
    (found,) = page.laid().tables
    assert (found.rows, found.columns) == (13, 4)
    assert [(c.text, c.header) for c in found.cells[:4]] == [(str(k), True) for k in (1, 2, 3, 4)]
    assert not any(c.header for c in found.cells[4:])
    assert found.cells[4].box.y >= found.cells[0].box.bottom - 1e-6


@pytest.mark.parametrize("size", [0.7, 1.3])
@pytest.mark.parametrize("y", [45, 10])
def test_a_heading_may_be_of_another_size(size: float, y: float) -> None:
    body = table(12, [60 + 90 * c for c in range(4)])
    heads = []
    for c in range(4):
        for g in figures(str(c + 5), 60 + 90 * c, y):
            middle = g.box.centre
            w, h = size * g.box.w, size * g.box.h
            heads.append(Glyph(Box(middle[0] - w / 2, middle[1] - h / 2, w, h), g.text, g.confidence))
    (found,) = lay_out([*heads, *body], digit_height=H).tables
    assert [c.text for c in found.cells if c.header] == ["5", "6", "7", "8"]


def test_a_number_over_two_columns_heads_both() -> None:
    rights = [60.0, 110.0, 240.0, 290.0]
    heads = [g for text, right in (("3", 85), ("4", 265)) for g in figures(text, right - 12, 20)]
    (found,) = lay_out([*heads, *table(12, rights)], digit_height=H).tables
    assert (found.rows, found.columns) == (12, 4)  # two numbers over four columns are too few for a row
    three = [*heads, *figures("5", 340, 20)]
    (found,) = lay_out([*three, *table(12, [*rights, 340])], digit_height=H).tables
    assert [(c.text, c.column, c.column_span) for c in found.cells if c.header] == [
        ("3", 0, 2),
        ("4", 2, 2),
        ("5", 4, 1),
    ]
    assert all(c.row_span == c.column_span == 1 for c in found.cells if not c.header)
    barred = Rulings(tuple(Segment(x, 0, x, 480) for x in (70, 250)))
    (found,) = lay_out([*three, *table(12, [*rights, 340])], digit_height=H, rulings=barred).tables
    assert {c.column_span for c in found.cells} == {1}


def test_the_only_row_that_is_ruled_off_heads_the_table() -> None:
    glyphs = table(12, [60 + 90 * c for c in range(4)])
    rulings = [Segment(20, 115 + 30 * r, 350, 115 + 30 * r) for r in range(11)]
    for lines, header in ((rulings[:1], True), (rulings[2:3], False), (rulings, False), ([], False)):
        (found,) = lay_out(glyphs, digit_height=H, rulings=Rulings((), tuple(lines))).tables
        assert {c.header for c in found.cells if c.row == 0} == {header}
        assert not any(c.header for c in found.cells if c.row)


def test_a_row_that_was_not_read_is_counted() -> None:
    page = unread_row(4)
    (found,) = page.laid().tables
    assert [cell_at(page.laid(), 5, c).state for c in range(4)] == ["unread"] * 4
    assert found.rows == 12
    ink = inked(page.glyphs)
    assert lay_out(page.glyphs, digit_height=H, ink=ink).tables[0].rows == 11
