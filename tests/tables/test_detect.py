"""Detection: peaks known by construction, strips, scale and orientation, pages without a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from zij.similarity.evidence import evidence_from_reading
from zij.tables.digits import peaks as module
from zij.tables.digits.detect import Detection, detect
from zij.tables.digits.network import load_weights
from zij.tables.digits.peaks import LOWER, UPPER, pick_peaks, scores_of
from zij.tables.digits.view import View, choose_view
from zij.tables.generate.climates import climates
from zij.tables.generate.fonts import demo_typeface, roman_typeface
from zij.tables.generate.pages import Setting, make_page
from zij.tables.generate.sheet import Sheet
from zij.tables.geometry import Box
from zij.tables.pagexml import read_pagexml, write_pagexml
from zij.tables.read import read, reading_of
from zij.tables.reading import Glyph
from zij.tables.scan.image import Image
from zij.tables.scan.page import prepare


def maps(
    *digits: tuple[int, int, int, float, float, float],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Probabilities and edges with (digit, row, column, probability, width, height) at single cells."""
    probabilities = np.zeros((11, 20, 30), np.float32)
    probabilities[10] = 1
    edges = np.zeros((4, 20, 30), np.float32)
    for digit, row, column, p, w, h in digits:
        probabilities[:, row, column] = (1 - p) * 0.1 / 9
        probabilities[digit, row, column], probabilities[10, row, column] = p, (1 - p) * 0.9
        x, y = 4 * column + 2, 4 * row + 2
        edges[:, row, column] = x - w / 2, y - h / 2, x + w / 2, y + h / 2
    return probabilities, edges


def test_each_peak_is_one_candidate() -> None:
    peaks = pick_peaks(*maps((3, 5, 5, 0.9, 12, 20), (7, 5, 9, 0.8, 12, 20)))
    assert peaks.cells.tolist() == [[5, 5], [5, 9]]
    assert peaks.probabilities.argmax(1).tolist() == [3, 7]
    assert peaks.boxes[0].tolist() == [16, 12, 12, 20]


def test_of_two_boxes_on_one_place_the_surer_stays() -> None:
    peaks = pick_peaks(*maps((3, 5, 5, 0.7, 12, 20), (8, 7, 5, 0.9, 12, 20)))
    assert peaks.probabilities.argmax(1).tolist() == [8]


def test_a_stroke_within_a_digit_is_no_digit() -> None:
    peaks = pick_peaks(*maps((8, 6, 6, 0.9, 14, 24), (1, 8, 6, 0.6, 4, 8)))
    assert peaks.probabilities.argmax(1).tolist() == [8]


def test_faint_candidates_are_dropped() -> None:
    assert len(pick_peaks(*maps((3, 5, 5, 0.04, 12, 20))).boxes) == 0
    assert len(pick_peaks(*maps((3, 5, 5, 0.06, 12, 20))).boxes) == 1


def test_nothing_gives_nothing() -> None:
    peaks = pick_peaks(*maps())
    assert peaks.cells.shape == (0, 2) and peaks.boxes.shape == (0, 4) and peaks.best.shape == (0,)


def spots() -> NDArray[np.float32]:
    """Blots on blank paper, some near each other, some far."""
    rng = np.random.default_rng(0)
    ink = np.zeros((500, 420), np.float32)
    for y, x in ((30, 40), (60, 330), (200, 200), (215, 230), (460, 20), (470, 395)):
        ink[y : y + 24, x : x + 14] = rng.random((24, 14), np.float32)
    return ink


def test_what_is_read_in_parts_is_what_the_whole_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    ink = spots()
    cut = scores_of(ink, load_weights())
    monkeypatch.setattr(module, "inked", lambda ink: np.ones([n // 16 for n in ink.shape], bool))
    monkeypatch.setattr(module, "parts", lambda wanted, margin: [(0, wanted.shape[0], 0, wanted.shape[1])])
    whole = scores_of(ink, load_weights())
    near = cv2.dilate(
        (cv2.resize(ink, (105, 125), interpolation=cv2.INTER_AREA) > 0).astype(np.uint8), np.ones((5, 5))
    )
    for one, two in zip(cut, whole, strict=True):
        assert one.shape == two.shape
        np.testing.assert_allclose(one[:, near > 0], two[:, near > 0], atol=1e-4)
    assert len(pick_peaks(*cut, floor=LOWER).boxes) == len(pick_peaks(*whole, floor=LOWER).boxes)


def test_blank_paper_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    network = load_weights().network
    hook = network.register_forward_pre_hook(lambda _, args: seen.append(args[0][0].numel()))
    probabilities, _ = scores_of(spots(), load_weights())
    hook.remove()
    assert sum(seen) < 0.7 * spots().size
    assert probabilities[10, 95, 60] > 0.99  # paper is paper


def test_only_what_is_asked_for_is_read() -> None:
    ink = spots()
    where = np.zeros((32, 27), bool)
    where[:8] = True
    part, whole = scores_of(ink, load_weights(), where=where)[0], scores_of(ink, load_weights())[0]
    np.testing.assert_allclose(part[:, :32], whole[:, :32], atol=1e-4)
    assert np.ptp(part[:, 34:], axis=(1, 2)).max() == 0


def small_page(**changes: float | bool) -> Image:
    """The first climates, as a photograph."""
    table = climates()
    table = replace(table, rows=table.rows[:12])
    page = make_page(1, table, Setting.plain(**changes))
    return Image("page.png", "", page.pixels)


def turned(image: Image, quarters: int, scale: float = 1.0) -> Image:
    pixels = np.ascontiguousarray(np.rot90(image.pixels, -quarters))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return replace(image, pixels=cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=method))


@pytest.mark.parametrize(("quarters", "scale"), [(0, 1.0), (1, 1.0), (2, 0.8), (3, 1.5)])
def test_scale_and_orientation_are_found(quarters: int, scale: float) -> None:
    image = turned(small_page(digit_height=22), quarters, scale)
    view = choose_view(prepare(image), load_weights())
    assert view is not None
    assert (view.quarter_turns + quarters) % 4 == 0
    assert view.digit_height == pytest.approx(22 * scale, rel=0.15)


def test_candidates_lie_on_the_digits() -> None:
    table = replace(climates(), rows=climates().rows[:12])
    made = make_page(1, table, Setting.plain(skew=1.0))
    found = detect(prepare(Image("page.png", "", made.pixels)), load_weights())
    digits = [(found.page.geometry.box_to_original(g.box), g.text) for g in found.digits]
    truth = list(made.truth.glyphs())
    right = sum(any(g.text == text and g.box.iou(box) > 0.4 for box, text in digits) for g in truth)
    assert right >= 0.98 * len(truth)
    assert len(found.digits) <= 1.1 * len(truth)
    assert all(g.confidence >= LOWER for g in found.digits)
    assert all(g.confidence + sum(p for _, p in g.alternatives) <= 1.001 for g in found.candidates)


@pytest.mark.parametrize("kind", ["blank", "noise", "tiny", "black"])
def test_no_digits_is_an_answer(kind: str) -> None:
    rng = np.random.default_rng(1)
    pixels = {
        "blank": np.full((400, 300, 3), 230, np.uint8),
        "noise": rng.integers(180, 255, (400, 300, 3), dtype=np.uint8),
        "tiny": np.full((1, 1, 3), 200, np.uint8),
        "black": np.zeros((200, 200, 3), np.uint8),
    }[kind]
    result = read(Image("page.png", "", pixels))
    assert result.view is None
    assert not result.reading.tables and not result.reading.loose and result.reading.digit_height == 0
    assert (result.reading.width, result.reading.height) == (pixels.shape[1], pixels.shape[0])


def test_a_page_is_read_as_it_was_set() -> None:
    table = replace(climates(), rows=climates().rows[:15])
    made = make_page(3, table, Setting.plain(skew=-0.8))
    result = read(Image("page.png", "", made.pixels))
    assert [t.columns for t in result.reading.tables] == [8]
    truth = {(c.row, c.column): c.text for c in made.truth.tables[0].cells if c.text}
    seen = {(c.row, c.column): c.text for c in result.reading.tables[0].cells if c.text}
    assert sum(seen.get(place) == text for place, text in truth.items()) >= 0.97 * len(truth)
    assert result.reading.skew == pytest.approx(0.8, abs=0.2)


def lettered(words: list[str], numbers: dict[int, str], *, digit_height: float = 26) -> Image:
    """A page of text without a table; numbers stand at the end of some lines."""
    face, figures = roman_typeface(), demo_typeface()
    em, size = face.em_for_digits(digit_height), figures.em_for_digits(digit_height)
    sheet = Sheet(round(digit_height * (2 * len(words) + 4)), round(digit_height * 26))
    for n, line in enumerate(words):
        y = digit_height * (2 * n + 3)
        x = sheet.line(
            line, 2 * digit_height, y, lambda c: face.sort(c, em), space=0.4 * digit_height, truth=False
        )
        sheet.line(numbers.get(n, ""), x + 3 * digit_height, y, lambda c: figures.sort(c, size))
    grey = np.rint(235 - 200 * np.clip(cv2.GaussianBlur(sheet.ink, (0, 0), 0.8), 0, 1)).astype(np.uint8)
    return Image("page.png", "", np.repeat(grey[:, :, None], 3, axis=2))


WORDS = [
    "Terram esse centrum mundi",
    "hoc est in medio uniuersi",
    "sitam et velut punctum",
    "respectu firmamenti",
] * 3


def test_a_page_of_text_has_no_table_but_its_number() -> None:
    result = read(lettered(WORDS, {0: "345"}))
    assert not result.reading.tables
    assert [number.text for number in result.reading.loose] == ["345"]
    assert result.view is not None and not result.view.shows_digits


def test_a_page_of_letters_has_no_digits() -> None:
    assert [n.text for n in read(lettered(WORDS, {})).reading.loose] == []


def below(*images: Image) -> Image:
    """Pages pasted below each other."""
    width = max(image.width for image in images)
    rows = [np.pad(i.pixels, ((0, 0), (0, width - i.width), (0, 0)), mode="edge") for i in images]
    return Image("page.png", "", np.concatenate(rows))


def test_two_sizes_of_type_are_both_read() -> None:
    table = climates()
    small, large = replace(table, rows=table.rows[:16]), replace(table, rows=table.rows[16:22])
    made = [
        make_page(1, part, Setting.plain(digit_height=height, border=0.0, wear=0.3, stains=0.3))
        for part, height in ((small, 16), (large, 44))
    ]
    result = read(below(*(Image("page.png", "", page.pixels) for page in made)))
    assert [t.rows for t in result.reading.tables] == [16, 6]
    found = list(result.reading.glyphs())
    for page, down in zip(made, (0, made[0].pixels.shape[0]), strict=True):
        truth = [(replace(g.box, y=g.box.y + down), g.text) for g in page.truth.glyphs()]
        right = sum(any(g.text == text and g.box.iou(box) > 0.4 for g in found) for box, text in truth)
        assert right >= 0.96 * len(truth)
    assert len(found) <= 1.03 * sum(len(list(page.truth.glyphs())) for page in made)


def test_doubtful_digits_keep_their_alternatives(tmp_path: Path) -> None:
    glyph = Glyph(Box(40, 40, 12, 20), "3", 0.6, (("8", 0.3), ("5", 0.05)))
    places = [(40 + 60 * n + 14 * k, 40 + 30 * m) for m in range(6) for n in range(3) for k in range(2)]
    others = [Glyph(Box(x, y, 12, 20), "3", 0.95) for x, y in places[1:]]
    page = prepare(Image("page.png", "", np.full((300, 200, 3), 230, np.uint8)))
    found = Detection(page, View(0, 20.0, 1.0), (glyph, *others), 1.2)
    reading = reading_of(found, load_weights()).reading
    written = read_pagexml(write_pagexml(tmp_path / "page.xml", reading)).reading
    [back] = [g for g in written.glyphs() if g.confidence < UPPER]
    assert (back.text, back.confidence) == ("3", 0.6)
    assert dict(back.alternatives) == {"8": 0.3, "5": 0.05}
    cells = [c for t in written.tables for c in t.cells if any(back in n.glyphs for n in c.numbers)]
    assert [cell.state for cell in cells] == ["uncertain"]
    counted = evidence_from_reading(written)
    row, column = counted.peaks[list(written.glyphs()).index(back)]
    assert counted.maps[[3, 8, 5], row, column] == pytest.approx([0.6, 0.3, 0.05])
