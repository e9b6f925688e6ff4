"""Lessons from real pages: truth of several kinds, what is not judged, crops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from zij.tables.correction import corrected_cell
from zij.tables.digits.network import load_weights
from zij.tables.digits.peaks import Peaks
from zij.tables.generate.climates import climates
from zij.tables.generate.pages import GeneratedPage, Setting, make_page
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Cell, Glyph, Number, Reading, Table
from zij.tables.scan.image import Image
from zij.tables.scan.page import Page, prepare
from zij.tables.teach.boxcsv import BoxedDigit
from zij.tables.teach.leaf import Leaf, leaf_of, likeliest_turn
from zij.tables.teach.lessons import Lesson, lesson_crop, make_lesson, unknown_ink
from zij.tables.teach.marks import Marks, mark, mark_leaf, mark_page
from zij.tables.teach.train import targets
from zij.tables.teach.truth import truth_of_boxes, truth_of_cells, truth_of_reading

H = 24.0
NOTHING = Peaks(np.zeros((0, 2), np.int64), np.zeros((0, 4)), np.zeros((0, 10)))


def leaf(*boxes: tuple[float, float, float, float]) -> Leaf:
    """A leaf of 300 x 600 pixels with black boxes on it."""
    ink = np.zeros((300, 600), np.uint8)
    for x, y, w, h in boxes:
        ink[round(y) : round(y + h), round(x) : round(x + w)] = 220
    return Leaf(ink, Geometry.identity(600, 300), H)


def peaks(*found: tuple[float, float, int, float]) -> Peaks:
    """Candidates with their left top corner, digit and probability."""
    chances = np.zeros((len(found), 10))
    for n, (_, _, digit, chance) in enumerate(found):
        chances[n, digit] = chance
    boxes = np.array([(x, y, 14, H) for x, y, _, _ in found], float).reshape(-1, 4)
    return Peaks(np.zeros((len(found), 2), np.int64), boxes, chances)


def number(x: float, text: str, confidence: float = 0.9) -> Number:
    glyphs = tuple(Glyph(Box(x + 20 * n, 50, 14, H), sign, confidence) for n, sign in enumerate(text))
    return Number(glyphs, text, Box.hull(g.box for g in glyphs))


def reading(*cells: Cell, loose: tuple[Number, ...] = ()) -> Reading:
    table = Table(Box(0, 0, 600, 100), 1, len(cells), cells)
    return Reading("p.png", "", 600, 300, (table,), loose, source="human")


def cell(text: str, *numbers: Number, column: int = 0, state: str = "read") -> Cell:
    return Cell(0, column, Box(200 * column, 40, 200, 50), numbers, text, state)  # type: ignore[arg-type]


def test_glyphs_are_taken_as_they_stand() -> None:
    truth = truth_of_reading(reading(cell("12", number(10, "12"))), leaf(), NOTHING)
    assert truth.boxes[:, 0].tolist() == [10, 30] and truth.digits.tolist() == [1, 2]
    assert len(truth.vouched) == 1 and truth.unplaced == 0


def test_a_corrected_digit_keeps_its_box() -> None:
    changed = corrected_cell(cell("12", number(10, "12")), "17")
    truth = truth_of_reading(reading(changed), leaf(), NOTHING)
    assert truth.boxes[:, 0].tolist() == [10, 30] and truth.digits.tolist() == [1, 7]


@pytest.mark.parametrize("text", ["123", "1"])
def test_boxes_shared_out_by_count_are_not_believed(text: str) -> None:
    changed = corrected_cell(cell("12", number(10, "12")), text)
    found = peaks(*((10 + 20 * n, 50, int(sign), 0.9) for n, sign in enumerate(text)))
    truth = truth_of_reading(reading(changed), leaf(), found)
    assert truth.boxes[:, 0].tolist() == [10 + 20 * n for n in range(len(text))]
    unseen = truth_of_reading(reading(changed), leaf(), NOTHING)
    assert not unseen.digits.size and unseen.unplaced == len(text) and len(unseen.unjudged) == 1


@pytest.mark.parametrize(
    ("text", "state"), [("12", "uncertain"), ("", "unread"), ("1?", "read"), ("*", "read")]
)
def test_cells_in_doubt_are_not_judged(text: str, state: str) -> None:
    numbers = (number(10, "12"),) if text == "12" else ()
    truth = truth_of_reading(reading(cell(text, *numbers, state=state)), leaf(), peaks((10, 50, 1, 0.9)))
    assert not truth.digits.size and not truth.vouched.size and len(truth.unjudged) == 1


def test_numbers_outside_tables_count_only_if_a_person_answers_for_them() -> None:
    page = reading(cell("12", number(10, "12")), loose=(number(400, "368"),))
    assert truth_of_reading(page, leaf(), NOTHING).digits.tolist() == [1, 2, 3, 6, 8]
    assert truth_of_reading(page, leaf(), NOTHING, outside=False).digits.tolist() == [1, 2]


def test_words_without_glyphs_are_looked_for() -> None:
    page = reading(cell("12", Number((), "12", Box(5, 45, 60, 30))))
    truth = truth_of_reading(page, leaf(), peaks((10, 50, 1, 0.9), (30, 50, 7, 0.4)))
    assert truth.boxes[:, 0].tolist() == [10, 30] and truth.digits.tolist() == [1, 2]


def test_cells_alone_are_laid_out() -> None:
    cells = [(Box(0, 40, 200, 50), "4 2", "read"), (Box(200, 40, 200, 50), "", "empty")]
    truth = truth_of_cells(cells, leaf(), peaks((10, 50, 4, 0.9), (60, 50, 2, 0.9)))
    assert truth.digits.tolist() == [4, 2] and len(truth.vouched) == 2


def test_boxes_of_a_person_say_nothing_of_the_rest() -> None:
    boxed = [BoxedDigit(Box(10, 50, 14, H), 3), BoxedDigit(Box(40, 50, 14, H), None)]
    printed = leaf((10, 50, 14, H), (40, 50, 14, H), (300, 200, 14, H))
    truth = truth_of_boxes(boxed, printed)
    lesson = make_lesson("p.png", "", "boxes.csv", printed, truth, peaks((500, 250, 5, 0.2)))
    places = [(17, 62), (47, 62), (307, 212), (507, 262), (150, 150), (-50, 20), (900, 20)]
    unknown = lesson.is_unknown(np.array(places, float))
    assert unknown.tolist() == [False, True, True, True, False, False, False]


def test_boxes_of_all_digits_speak_of_the_rest() -> None:
    printed = leaf((10, 50, 14, H), (40, 50, 14, H), (300, 200, 14, H))
    boxed = [BoxedDigit(Box(10, 50, 14, H), 3), BoxedDigit(Box(40, 50, 14, H), None)]
    truth = truth_of_boxes(boxed, printed, whole=True)
    lesson = make_lesson("p.png", "", "boxes.csv", printed, truth, peaks((300, 200, 5, 0.9)))
    unknown = lesson.is_unknown(np.array([(17, 62), (47, 62), (307, 212)], float))
    assert unknown.tolist() == [False, True, False]
    assert lesson.anchors[-1, 2] == 4.0  # what is wrongly taken for a digit is shown often


def test_in_a_vouched_cell_ink_without_a_digit_is_none() -> None:
    printed = leaf((10, 50, 14, H), (150, 50, 14, H), (300, 50, 14, H))
    truth = truth_of_reading(reading(cell("1", number(10, "1"))), printed, NOTHING)
    unknown = unknown_ink(printed, truth, peaks((150, 50, 7, 0.9)))
    step = H / 6
    assert not unknown[int(62 / step), int(157 / step)] and unknown[int(62 / step), int(307 / step)]


def small_lesson() -> Lesson:
    """A row of digits that are told, and one of which nobody spoke."""
    boxes = [(40.0 + 30 * n, 100.0, 14.0, H) for n in range(16)]
    untold = [(40.0 + 30 * n, 150.0, 14.0, H) for n in range(16)]
    printed = leaf(*boxes, *untold)
    boxed = [BoxedDigit(Box(*box), n % 10) for n, box in enumerate(boxes)]
    return make_lesson("p.png", "", "boxes.csv", printed, truth_of_boxes(boxed, printed), NOTHING)


def test_crops_show_the_digits_where_their_boxes_are() -> None:
    lesson, shown = small_lesson(), 0
    for n in range(20):
        crop = lesson_crop(np.random.default_rng(n), lesson)
        assert crop.ink.shape == (192, 192) and crop.ink.dtype == np.float32
        for x, y, w, h in crop.boxes.astype(int):
            inner = crop.ink[max(y + 3, 0) : y + h - 3, max(x + 3, 0) : x + w - 3]
            beside = crop.ink[max(y, 0) : y + h, x + w + 4 : x + w + 7]
            assert inner.mean() > 0.4
            assert not beside.size or beside.mean() < 0.25
            shown += 1
        assert (np.abs(crop.boxes[:, 3] - H) < 12).all()
    assert shown > 60


def test_what_nobody_spoke_of_is_ignored_in_crops() -> None:
    lesson, ignored = small_lesson(), 0
    for n in range(20):
        crop = lesson_crop(np.random.default_rng(n), lesson)
        labels, _ = targets(crop)
        assert set(np.unique(labels[(labels >= 0) & (labels < 10)])) <= set(crop.digits.tolist())
        dark = crop.ink.reshape(48, 4, 48, 4).mean((1, 3)) > 0.5
        for x, y, w, h in np.vstack([crop.boxes, crop.ignore[crop.ignore[:, 3] > 4]]):  # their own rims
            dark[
                max(int(y / 4 - 1), 0) : int((y + h) / 4 + 2), max(int(x / 4 - 1), 0) : int((x + w) / 4 + 2)
            ] = 0
        assert not (dark & (labels == 10)).any()
        ignored += int((dark & (labels == -1)).sum())
    assert ignored > 200


def test_crops_are_the_same_for_the_same_seed() -> None:
    one, two = (lesson_crop(np.random.default_rng(5), small_lesson()) for _ in range(2))
    assert (one.ink == two.ink).all() and (one.ignore == two.ignore).all()


def test_crops_are_cut_more_often_where_the_network_errs() -> None:
    printed = leaf()
    boxed = [BoxedDigit(Box(10, 50, 14, H), 3), BoxedDigit(Box(40, 50, 14, H), 4)]
    found = peaks((10, 50, 3, 1.0), (40, 50, 9, 0.9))
    lesson = make_lesson("p", "", "b", printed, truth_of_boxes(boxed, printed), found)
    assert lesson.anchors[:, 2].tolist() == [1.0, 4.0]


def test_marks_count_every_kind_of_error() -> None:
    printed = leaf((300, 200, 14, H))
    boxed = [BoxedDigit(Box(10 + 30 * n, 50, 14, H), n) for n in range(4)]
    lesson = make_lesson("p", "", "b", printed, truth_of_boxes(boxed, printed), NOTHING)
    boxes = np.array(
        [(10, 51, 14, H), (40, 50, 14, H), (71, 50, 14, H), (500, 100, 14, H), (300, 200, 14, H)]
    )
    marks = mark(lesson, boxes, np.array([0, 1, 9, 8, 8]))
    assert marks == Marks(4, 2, 1, 1)  # one misread, one missed, one false on blank paper, one not judged
    assert marks.errors == 3 and marks.f1 == pytest.approx(2 * 2 / (4 + 4))
    assert Marks.sum([marks, marks]).errors == 6 and Marks.sum([]).f1 == 1.0


@pytest.fixture(scope="module")
def page() -> GeneratedPage:
    table = climates()
    return make_page(3, replace(table, rows=table.rows[1:4]), Setting.plain(digit_height=22.0, wear=0.4))


def prepared(pixels: np.ndarray, quarters: int = 0) -> Page:
    return prepare(Image("p.png", "", np.ascontiguousarray(np.rot90(pixels, -quarters))))


@pytest.mark.parametrize("quarters", [1, 2])
def test_boxes_tell_how_the_page_lies(page: GeneratedPage, quarters: int) -> None:
    height, width = page.pixels.shape[:2]
    turned = Geometry.identity(width, height).turned(quarters)
    glyphs = list(page.truth.glyphs())
    boxes = [turned.box_to_raster(glyph.box) for glyph in glyphs]
    digits = [int(glyph.text) for glyph in glyphs]
    turn = likeliest_turn(prepared(page.pixels, quarters), boxes, digits, load_weights())
    assert turn == (-90 * quarters) % 360


def test_a_page_is_marked_as_it_is_read(page: GeneratedPage) -> None:
    boxed = [BoxedDigit(glyph.box, int(glyph.text)) for glyph in page.truth.glyphs()]
    whole, weights = prepared(page.pixels), load_weights()
    upright = leaf_of(whole, 0, 22.0)
    lesson = make_lesson("p", "", "b", upright, truth_of_boxes(boxed, upright), upright.seen(weights))
    marks, doubt = mark_leaf(lesson, weights)
    assert marks.digits == len(boxed) and marks.errors <= 2 and doubt < 4
    wrong = replace(lesson, truth=replace(lesson.truth, digits=(lesson.truth.digits + 1) % 10))
    assert mark_leaf(wrong, weights)[0].right <= 2
    assert mark_page(lesson, whole.image, weights).errors <= 2
