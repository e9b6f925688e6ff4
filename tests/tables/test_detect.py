"""Detection: peaks known by construction, strips, scale and orientation, pages without a table."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from zij.tables.digits import peaks as module
from zij.tables.digits.detect import detect
from zij.tables.digits.network import load_weights
from zij.tables.digits.peaks import LOWER, pick_peaks, scores_of
from zij.tables.digits.view import choose_view
from zij.tables.generate.climates import climates
from zij.tables.generate.pages import Setting, make_page
from zij.tables.read import read
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


def test_strips_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ink = np.random.default_rng(0).random((250, 120), np.float32) ** 4
    whole = scores_of(ink, load_weights())
    monkeypatch.setattr(module, "_STRIP", 64)
    strips = scores_of(ink, load_weights())
    for one, two in zip(whole, strips, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-4)


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
