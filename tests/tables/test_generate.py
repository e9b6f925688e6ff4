"""Generated crops, tables, errors and pages: the same every time, and true about themselves."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from zij.errors import InputError
from zij.tables.generate.climates import climates, latitude
from zij.tables.generate.crops import CROP, make_crop
from zij.tables.generate.errors import copy_with_errors
from zij.tables.generate.fonts import demo_typeface, find_typefaces, roman_typeface
from zij.tables.generate.pages import Setting, make_page
from zij.tables.generate.sheet import Sheet
from zij.tables.geometry import Box

FACES = (demo_typeface(), roman_typeface())


def test_old_style_figures_differ_in_height() -> None:
    face = demo_typeface()
    heights = {digit: face.sort(digit, 100).ink.shape[0] for digit in "0123456789"}
    assert max(heights[d] for d in "012") < 0.75 * min(heights[d] for d in "3456789")
    assert face.sort("6", 100).top < face.sort("3", 100).top  # 6 rises above the line, 3 hangs below it


def test_a_digits_height_sets_the_size() -> None:
    face = demo_typeface()
    assert abs(face.sort("6", face.em_for_digits(40)).ink.shape[0] - 40) <= 1


def test_a_missing_letter_is_known_to_be_missing() -> None:
    assert demo_typeface().has("0123456789")
    assert not roman_typeface().has("漢")


def test_no_fonts_is_one_sentence(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match="old-style figures"):
        find_typefaces(tmp_path)


def test_a_sheet_notes_the_digits_set_on_it() -> None:
    sheet, face = Sheet(100, 300), demo_typeface()
    sheet.line("a1 8", 20, 60, lambda c: face.sort(c, 40))
    assert [digit for _, digit in sheet.digits] == [1, 8]
    for box, _ in sheet.digits:
        x, y, w, h = (int(v) for v in (box.x, box.y, box.w, box.h))
        part = sheet.ink[y : y + h, x : x + w]
        for edge in (part[0], part[-1], part[:, 0], part[:, -1]):
            assert edge.max() > 40  # the box is tight
        sheet.ink[y : y + h, x : x + w] = 0
    assert np.count_nonzero(sheet.ink) > 0  # the letter is left, and is no digit


def test_what_falls_off_the_sheet_is_lost_without_harm() -> None:
    sheet, face = Sheet(50, 50), demo_typeface()
    for x, y in ((-500, 20), (-10, 20), (45, 20), (20, -10), (20, 90), (20, 900)):
        sheet.put(face.sort("8", 40), x, y)
    assert sheet.ink.shape == (50, 50)


def test_crops_depend_on_seed_and_number_alone() -> None:
    one, two = make_crop(3, 14, FACES), make_crop(3, 14, FACES)
    assert np.array_equal(one.ink, two.ink) and np.array_equal(one.boxes, two.boxes)
    assert not np.array_equal(one.ink, make_crop(3, 15, FACES).ink)
    assert not np.array_equal(one.ink, make_crop(4, 14, FACES).ink)


def test_crops_hold_ink_where_they_say_digits_are() -> None:
    inside, outside, digits = [], [], 0
    for index in range(40):
        crop = make_crop(0, index, FACES)
        assert crop.ink.shape == (CROP, CROP) and crop.ink.dtype == np.float32
        assert crop.ink.min() >= 0 and crop.ink.max() <= 1
        assert len(crop.boxes) == len(crop.digits)
        for x, y, w, h in crop.boxes:
            part = crop.ink[max(int(y), 0) : int(y + h) + 1, max(int(x), 0) : int(x + w) + 1]
            inside.append(part.mean())
            left = crop.ink[max(int(y), 0) : int(y + h) + 1, max(int(x - 4), 0) : max(int(x - 1), 0) + 1]
            outside.append(left.mean() if left.size else 0.0)
        digits += len(crop.boxes)
    assert digits > 500
    assert np.mean(inside) > 1.5 * np.mean(outside)


def test_some_crops_hold_no_digit_and_much_ink() -> None:
    blank = [c for c in (make_crop(0, i, FACES) for i in range(60)) if not len(c.boxes) and not len(c.ignore)]
    assert len(blank) >= 5
    assert max(c.ink.mean() for c in blank) > 0.05


def test_latitude_against_known_places() -> None:
    assert latitude(12) == pytest.approx(0, abs=1e-9)
    assert latitude(15) == pytest.approx(41.35, abs=0.05)  # the fifth climate, through Rome
    assert latitude(18) == pytest.approx(58.41, abs=0.05)


def test_climates_follow_each_other() -> None:
    table = climates()
    assert table.rows[0][:1] + table.rows[0][3:7] == ("1", "12", "0", "0", "0")
    day = [int(row[3]) * 60 + int(row[4]) for row in table.rows]
    assert day[-1] == 18 * 60 + 15
    assert all(b - a in (0, 15) for a, b in pairwise(day))
    assert [row[0] for row in table.rows[:9]] == ["1", "2", "3", "4", "5", "6", "6", "7", "8"]


def test_copying_errors_are_where_they_say() -> None:
    table = climates()
    copy, errors = copy_with_errors(np.random.default_rng(5), table, 8)
    differ = [
        (r, c)
        for r, (one, two) in enumerate(zip(table.rows, copy.rows, strict=True))
        for c, (a, b) in enumerate(zip(one, two, strict=True))
        if a != b
    ]
    assert differ == [(e.row, e.column) for e in errors]
    assert len(errors) == 8 and len({e.kind for e in errors}) >= 3
    for error in errors:
        assert table.rows[error.row][error.column] == error.before
        assert copy.rows[error.row][error.column] == error.after
        assert error.after.isdigit()


def test_a_pages_truth_lies_on_its_ink() -> None:
    page = make_page(0, climates(), Setting.plain(skew=1.5))
    again = make_page(0, climates(), Setting.plain(skew=1.5))
    assert np.array_equal(page.pixels, again.pixels)
    grey = cv2.cvtColor(page.pixels, cv2.COLOR_RGB2GRAY)
    dark, paper = [], np.median(grey)
    for glyph in page.truth.glyphs():
        b = glyph.box.rounded()
        dark.append(np.quantile(grey[round(b.y) : round(b.bottom), round(b.x) : round(b.right)], 0.1))
    assert len(dark) > 300
    assert np.quantile(dark, 0.99) < 0.75 * paper


def test_a_pages_truth_is_the_table() -> None:
    table = climates()
    (truth,) = make_page(0, table, Setting.plain()).truth.tables
    assert (truth.rows, truth.columns) == (len(table.rows), 8)
    kept = [c for c in range(len(table.headings)) if c not in table.words]
    for cell in truth.cells:
        assert cell.text == table.rows[cell.row][kept[cell.column]]
        assert cell.state == ("read" if cell.text else "empty")
        assert all(cell.box.intersection(n.box) > 0.6 * n.box.area for n in cell.numbers)
    assert Box.hull(c.box for c in truth.cells) == truth.box
