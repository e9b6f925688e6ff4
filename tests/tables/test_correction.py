"""Corrected texts are laid where they must stand, and what was not corrected keeps its evidence."""

from __future__ import annotations

import pytest

from zij.tables.correction import corrected_cell, corrected_number, numbers_in, numerals
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number


def number(x, text):
    glyphs = (Glyph(Box(x + 10 * n, 0, 10, 20), sign, 0.9, (("7", 0.1),)) for n, sign in enumerate(text))
    return Number(tuple(glyphs), text, Box(x, 0, 10 * len(text), 20))


CELL = Cell(0, 0, Box(0, 0, 100, 20), (number(0, "12"), number(40, "30")), "12 30", "uncertain", 0.5)


def test_numerals():
    assert numerals("Gr. 12 m30\tab") == ["12", "m30"]


@pytest.mark.parametrize(
    ("turn", "boxes"),
    [
        (0, [Box(10, 20, 20, 50), Box(40, 20, 10, 50)]),
        (180, [Box(30, 20, 20, 50), Box(10, 20, 10, 50)]),
        (90, [Box(10, 45, 50, 20), Box(10, 25, 50, 10)]),
        (270, [Box(10, 25, 50, 20), Box(10, 55, 50, 10)]),
    ],
)
def test_numbers_in_a_line_follow_the_reading_direction(turn, boxes):
    box = Box(10, 20, 40, 50) if turn % 180 == 0 else Box(10, 25, 50, 40)
    assert [n.box for n in numbers_in("12 3", box, turn=turn)] == boxes


def test_one_digit_changed():
    new = corrected_cell(CELL, "12 35")
    assert new.numbers[0] is CELL.numbers[0]
    assert new.numbers[1].glyphs == (CELL.numbers[1].glyphs[0], Glyph(Box(50, 0, 10, 20), "5"))
    assert (new.text, new.state, new.confidence) == ("12 35", "read", 1.0)


def test_digit_added_shares_the_old_box():
    new = corrected_number(number(40, "30"), "3 00".replace(" ", ""))
    third = 20 / 3
    assert [g.text for g in new.glyphs] == ["3", "0", "0"]
    assert [g.box.x for g in new.glyphs] == pytest.approx([40, 40 + third, 40 + 2 * third])
    assert all(g.confidence == 1 and g.alternatives == () for g in new.glyphs)


def test_number_added_stands_in_the_cell_and_the_others_stay():
    new = corrected_cell(CELL, "12 30 7")
    assert new.numbers[:2] == CELL.numbers
    assert new.numbers[2].glyphs == (Glyph(CELL.box, "7"),)


def test_two_numbers_become_three():
    new = corrected_cell(CELL, "1 2 30")
    assert [n.text for n in new.numbers] == ["1", "2", "30"]
    assert new.numbers[2] is CELL.numbers[1]
    assert [n.box for n in new.numbers[:2]] == [Box(0, 0, 20 / 3, 20), Box(40 / 3, 0, 20 / 3, 20)]


def test_number_taken_away():
    assert corrected_cell(CELL, "30").numbers == CELL.numbers[1:]


@pytest.mark.parametrize(("text", "state"), [("", "empty"), ("Gradus", "read"), ("4", "read")])
def test_state_after_correction(text, state):
    assert corrected_cell(CELL, text).state == state
