"""The fold of an opening is found where there is one, and each page keeps its own digits and skew."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_opening import RIM, made_opening

from zij.tables import opening
from zij.tables.digits.detect import Detection
from zij.tables.digits.network import DigitNetwork, Weights
from zij.tables.digits.view import View
from zij.tables.generate.climates import climates
from zij.tables.generate.pages import Setting, make_page
from zij.tables.geometry import Box, Geometry
from zij.tables.opening import read_opening, split
from zij.tables.scan.image import Image, read_image
from zij.tables.scan.page import Page, prepare

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real pages are not at ../shared/data")

SKEWS = (1.2, -0.8)
RGB, TRUTH, FOLD = made_opening(SKEWS)
HEIGHT, WIDTH = RGB.shape[:2]
NETWORK = Weights(DigitNetwork((2, 2, 2), ()), "none", {})


def image(rgb: np.ndarray = RGB, quarters: int = 0) -> Image:
    """A photograph, lying: turned clockwise by quarter turns."""
    return Image("opening.png", "ab" * 32, np.ascontiguousarray(np.rot90(rgb, -quarters)))


@cache
def halves_of(quarters: int) -> tuple[Page, ...]:
    """The opening, lying, as it is split; not to be written to."""
    return split(prepare(image(quarters=quarters)))


def lain(box: Box, quarters: int) -> Box:
    return Geometry.identity(WIDTH, HEIGHT).turned(quarters).box_to_raster(box)


def ink_in(page: Page, box: Box) -> float:
    b = box.rounded()
    return float(page.ink[int(b.y) : int(b.bottom), int(b.x) : int(b.right)].max())


@pytest.mark.parametrize("quarters", range(4))
def test_each_half_has_its_own_digits_and_no_others(quarters: int) -> None:
    halves = halves_of(quarters)
    assert len(halves) == 2
    first_is_left = quarters in (0, 1)
    for half, truth, other in zip(halves if first_is_left else halves[::-1], TRUTH, TRUTH[::-1], strict=True):
        assert half.image.pixels.shape[:2] == half.ink.shape
        whole = Box(0, 0, half.geometry.width, half.geometry.height)
        for glyph in truth.glyphs():
            box = lain(glyph.box, quarters)
            assert ink_in(half, box) > 0.4
            placed = half.geometry.box_to_raster(box)
            assert whole.intersection(placed) == pytest.approx(placed.area)
        assert all(ink_in(half, lain(glyph.box, quarters)) == 0 for glyph in other.glyphs())


@pytest.mark.parametrize("skews", [SKEWS, (-0.9, 1.5), (0.0, 1.0)])
def test_each_half_is_level_by_itself(skews: tuple[float, float]) -> None:
    halves = halves_of(0) if skews == SKEWS else split(prepare(image(made_opening(skews)[0])))
    for half, skew in zip(halves, skews, strict=True):
        assert half.geometry.angle == pytest.approx(-skew, abs=0.15)


@pytest.mark.parametrize("slant", [-25, 0, 30])
def test_fold_is_found_where_it_is(slant: int) -> None:
    """A photograph sheared so that the fold leans: the border between the halves' ink leans with it."""
    matrix = np.array([[1, slant / HEIGHT, -slant / 2], [0, 1, 0]])
    rgb = cv2.warpAffine(RGB, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    page = prepare(image(rgb))
    wide = page.geometry.scaled(800 / page.geometry.width)
    fold = opening.find_fold(opening._grey(page, wide), page.raster(wide.scale)[0])
    assert fold is not None
    ends = wide.to_original(np.array([(fold[0], 0.0), (fold[1], wide.height)]))
    expected = FOLD + slant * (ends[:, 1] / HEIGHT - 0.5)
    np.testing.assert_allclose(ends[:, 0], expected, atol=5)


def test_the_fold_itself_is_no_ink() -> None:
    left, right = halves_of(0)
    for half in (left, right):
        assert half.ink[RIM + 5 : HEIGHT - RIM - 5, round(FOLD) - 4 : round(FOLD) + 4].max() == 0


def test_faint_shadow_and_none() -> None:
    assert len(split(prepare(image(made_opening(shadow=0.15)[0])))) == 2
    flat = RGB.copy()
    flat[RIM:-RIM, round(FOLD) - 85 : round(FOLD) + 85] = (228, 218, 196)
    assert len(split(prepare(image(flat)))) == 1


def test_print_across_the_fold_is_not_cut() -> None:
    rgb = RGB.copy()
    for y in range(120, 700, 40):
        text = "0123456789 TABVLA"
        cv2.putText(rgb, text, (round(FOLD) - 150, y), cv2.FONT_HERSHEY_COMPLEX, 0.9, (40, 36, 30), 2)
    assert len(split(prepare(image(rgb)))) == 1


def test_rule_that_ends_within_the_margins_is_no_fold() -> None:
    rgb = np.full((700, 1100, 3), 228, np.uint8)
    rgb[90:610, 548:552] = 60
    assert len(split(prepare(image(rgb)))) == 1
    rgb[:, 548:552] = 60
    assert len(split(prepare(image(rgb)))) == 2


@pytest.mark.parametrize("rows", [6, 30])
def test_single_page_stays_whole(rows: int) -> None:
    table = replace(climates(), rows=climates().rows[:rows])
    made = make_page(3, table, Setting.plain(ruled=True))
    page = prepare(image(made.pixels))
    assert split(page) == (page,)


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (200, 300)])
def test_tiny_and_blank_images_stay_whole(size: tuple[int, int]) -> None:
    assert len(split(prepare(image(np.full((*size, 3), 200, np.uint8))))) == 1


@needs_data
def test_real_opening_and_real_pages() -> None:
    barozzi = prepare(read_image(DATA / "not_tables" / "2188_barozzi_cosmografia_1607_p113.jpg"))
    halves = split(barozzi)
    assert len(halves) == 2
    fold = 1325  # seen in the photograph
    for half, side in zip(halves, (slice(None, fold - 40), slice(fold + 40, None)), strict=True):
        assert half.ink[:, side].sum() == pytest.approx(half.ink.sum(), rel=0.03)
        assert half.ink[:, side].sum() == pytest.approx(barozzi.ink[:, side].sum(), rel=0.05)
    single = ["fort_william/1898-03.jpg", "fort_william/1899-05.jpg", "almagest_1515/f7r.png"]
    for name in [*single, "climates/pifferi_1604_p368.jpg", "petavius_1630/p351.jpg"]:
        assert len(split(prepare(read_image(DATA / name)))) == 1, name


def perfect(monkeypatch: pytest.MonkeyPatch, turn: int, lying: int, *, digits: bool = True) -> None:
    """Let the detector find all digits that have ink on the page it is given, under one orientation."""

    def detect(page: Page, weights: Weights, *, device: str = "cpu") -> Detection:
        upright = page.turned(turn)
        found = []
        for glyph in (g for truth in TRUTH for g in truth.glyphs()):
            box = lain(glyph.box, lying)
            if ink_in(page, box) > 0.3:
                found.append(type(glyph)(upright.geometry.box_to_raster(box), glyph.text, 0.99))
        if not digits:
            return Detection(page, None, (), 1.0)
        return Detection(upright, View(turn, 20.0, 1.0), tuple(found), 1.2)

    monkeypatch.setattr(opening, "detect", detect)


@pytest.mark.parametrize("quarters", range(4))
def test_left_and_right_are_those_of_the_reader(monkeypatch: pytest.MonkeyPatch, quarters: int) -> None:
    perfect(monkeypatch, -quarters % 4, quarters)
    found = read_opening(image(quarters=quarters), NETWORK)
    assert len(found) == 2
    for half, truth in zip(found, TRUTH, strict=True):
        reading = half.reading
        assert (reading.image, reading.sha256) == ("opening.png", "ab" * 32)
        assert (reading.height, reading.width) == half.page.image.pixels.shape[:2]
        assert reading.turn == -90 * quarters % 360
        ours = [glyph.box for glyph in reading.glyphs() if glyph.is_digit]
        assert len(ours) == sum(1 for _ in truth.glyphs())
        theirs = [lain(glyph.box, quarters) for glyph in truth.glyphs()]
        assert all(max(box.iou(other) for other in theirs) > 0.9 for box in ours)
    assert found[0].reading.skew == pytest.approx(-SKEWS[0], abs=0.15)
    assert found[1].reading.skew == pytest.approx(-SKEWS[1], abs=0.15)


@pytest.mark.parametrize("turn", [1, 3])
def test_crease_along_the_lines_cuts_nothing(monkeypatch: pytest.MonkeyPatch, turn: int) -> None:
    perfect(monkeypatch, turn, 0)
    (found,) = read_opening(image(), NETWORK)
    assert sum(1 for _ in found.reading.glyphs()) == sum(1 for truth in TRUTH for _ in truth.glyphs())


def test_opening_without_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    perfect(monkeypatch, 0, 0, digits=False)
    assert [half.view for half in read_opening(image(), NETWORK)] == [None, None]
    perfect(monkeypatch, 0, 1, digits=False)
    lying = image(quarters=1)  # nothing says that the page is an opening and not a leaf with a crease
    assert len(read_opening(lying, NETWORK)) == 1
