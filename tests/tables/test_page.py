"""From an image to a page: box, light, skew, and a geometry that is exact."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zij.tables.geometry import Box
from zij.tables.scan.image import Image, read_image
from zij.tables.scan.page import Page, prepare
from zij.tables.scan.skew import find_skew

DATA = Path(__file__).parents[3] / "shared" / "data"
REAL = sorted(DATA.glob("*/*.digits.csv"))
needs_data = pytest.mark.skipif(not REAL, reason="the real pages are not at ../shared/data")

WIDTH, HEIGHT = 700, 900
DOTS = np.array([(x + 0.5, y + 0.5) for y in range(80, 840, 40) for x in range(70, 640, 50)], float)


def image(pixels: np.ndarray, name: str = "made.png") -> Image:
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], 3, axis=2)
    return Image(name, "", np.ascontiguousarray(pixels))


def dotted(degrees: float = 0.0) -> tuple[Image, np.ndarray]:
    """A page with dots of 9 pixels in rows and columns, turned clockwise, and where they are."""
    pixels = np.full((HEIGHT, WIDTH, 3), 225, np.uint8)
    for x, y in DOTS:
        cv2.circle(pixels, (int(x), int(y)), 4, (30, 30, 30), -1, cv2.LINE_AA)
    return turned_by(pixels, degrees), moved(DOTS, degrees)


@cache
def dotted_page(degrees: float) -> Page:
    """That page as it is found; not to be written to."""
    return prepare(dotted(degrees)[0])


def turned_by(pixels: np.ndarray, degrees: float) -> Image:
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1)
    warped = cv2.warpAffine(
        pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return image(warped)


def moved(points: np.ndarray, degrees: float, size: tuple[int, int] = (WIDTH, HEIGHT)) -> np.ndarray:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    centre = np.array(size) / 2
    return (points - centre) @ np.array([[c, s], [-s, c]]) + centre


def text_page(degrees: float = 0.0, paper: int = 230) -> np.ndarray:
    """Lines of figures, no rulings, as a scan of 800 x 1100."""
    pixels = np.full((1100, 800, 3), paper, np.uint8)
    rng = np.random.default_rng(1)
    for y in range(130, 1000, 34):
        for x in range(110, 680, 95):
            number = str(rng.integers(10, 999))
            cv2.putText(pixels, number, (x, y), cv2.FONT_HERSHEY_COMPLEX, 0.7, (40, 40, 40), 1, cv2.LINE_AA)
    return turned_by(pixels, degrees).pixels


def centroid_errors(page: Page, scale: float, dots: np.ndarray, box: Box | None = None) -> np.ndarray:
    """Distance, in pixels of the original, of each dot in the raster from where the geometry puts it."""
    raster, geometry = page.raster(scale, box)
    assert raster.shape == (geometry.height, geometry.width)
    reach = int(np.ceil(6 * scale)) + 1
    errors = []
    for x, y in geometry.to_raster(dots):
        if not (reach + 1 < x < geometry.width - reach - 1 and reach + 1 < y < geometry.height - reach - 1):
            continue
        left, top = int(x) - reach, int(y) - reach
        part = raster[top : top + 2 * reach + 1, left : left + 2 * reach + 1].astype(float)
        ys, xs = np.mgrid[: part.shape[0], : part.shape[1]] + 0.5
        found = np.array([(part * xs).sum() + left * part.sum(), (part * ys).sum() + top * part.sum()])
        errors.append(geometry.to_original(found[None] / part.sum()) - geometry.to_original([[x, y]]))
    assert len(errors) > (100 if box is None else 10)
    return np.concatenate(errors)


@cache
def even_page() -> Page:
    """The page of text, level and evenly lit, as it is found."""
    return prepare(image(text_page()))


@pytest.mark.parametrize("degrees", [0.0, 1.7, -3.0])
@pytest.mark.parametrize("scale", [0.3, 0.6, 1.0, 1.3, 2.2])
def test_dots_lie_where_the_geometry_says(degrees: float, scale: float) -> None:
    dots, page = dotted(degrees)[1], dotted_page(degrees)
    for quarter in range(4):
        turned = page.turned(quarter)
        for box in (None, Box(101.3, 77.7, 300, 260)):
            errors = centroid_errors(turned, scale, dots, box)
            assert np.abs(errors).max() < 0.5
            assert np.abs(errors.mean(axis=0)).max() < 0.06


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 3),
    st.floats(0.15, 3.0),
    st.tuples(*[st.floats(-40, 600)] * 2),
    st.tuples(*[st.floats(1, 200)] * 2),
)
def test_part_of_the_raster_is_that_part(
    turn: int, scale: float, corner: tuple[float, float], size: tuple[float, float]
) -> None:
    page = PAGE.turned(turn)
    whole, geometry = page.raster(scale)
    part, of_part = page.raster(scale, Box(*corner, *size))
    shift = geometry.matrix[:, 2] - of_part.matrix[:, 2]
    assert np.allclose(shift, np.rint(shift))
    left, top = np.rint(shift).astype(int)
    rows = slice(max(top, 0), max(min(top + part.shape[0], whole.shape[0]), 0))
    columns = slice(max(left, 0), max(min(left + part.shape[1], whole.shape[1]), 0))
    inside = whole[rows, columns]
    if inside.size:
        y, x = rows.start - top, columns.start - left
        assert np.allclose(part[y : y + inside.shape[0], x : x + inside.shape[1]], inside, atol=2e-3)


PAGE = dotted_page(1.7)


def test_straight_page_is_not_resampled() -> None:
    page = dotted_page(0.0)
    raster, geometry = page.raster()
    assert geometry.angle == 0
    assert np.array_equal(raster, page.ink)
    for turn in range(4):
        assert np.array_equal(page.turned(turn).raster()[0], np.rot90(page.ink, -turn))


def test_shrinking_averages() -> None:
    page = dotted_page(0.0)
    for factor in (2, 4, 5):
        blocks = page.ink.reshape(HEIGHT // factor, factor, WIDTH // factor, factor).mean(axis=(1, 3))
        assert np.allclose(page.raster(1 / factor)[0], blocks, atol=1e-5)


def test_scale_must_be_positive() -> None:
    for scale in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="positive"):
            PAGE.raster(scale)


@pytest.mark.parametrize("degrees", [-4.5, -2.0, -0.3, 0.3, 1.0, 4.5])
@pytest.mark.parametrize("turn", range(4))
def test_skew_is_recovered(degrees: float, turn: int) -> None:
    page = prepare(image(np.rot90(text_page(degrees), turn)))
    assert page.geometry.angle == pytest.approx(-degrees, abs=0.1)


def test_slight_skew_is_none() -> None:
    for degrees in (0.0, 0.04, -0.04):
        assert prepare(image(text_page(degrees))).geometry.angle == 0


def test_skew_of_nothing_is_none() -> None:
    rng = np.random.default_rng(0)
    assert find_skew(np.zeros((300, 200), np.float32)) == 0
    assert find_skew(rng.random((300, 200), np.float32)) == 0
    assert find_skew(np.ones((5, 5), np.float32)) == 0


@pytest.mark.parametrize("turn", range(4))
def test_page_in_a_black_border_is_found(turn: int) -> None:
    pixels = np.random.default_rng(0).integers(30, 45, (1240, 900, 3)).astype(np.uint8)
    pixels[60:1160, 40:840] = text_page()
    page = prepare(image(np.rot90(pixels, -turn)))
    outline = page.turned(-turn).geometry
    assert (outline.width, outline.height) == pytest.approx((800, 1100), abs=4)
    corner = page.geometry.to_original(np.array([(0.0, 0.0), (page.geometry.width, page.geometry.height)]))
    assert (np.abs(np.sort(corner, axis=0)[1] - np.sort(corner, axis=0)[0])).max() == pytest.approx(
        1100, abs=4
    )
    ink = np.rot90(page.ink, turn)
    assert ink[:55].max() == ink[1170:].max() == ink[:, :35].max() == ink[:, 850:].max() == 0
    inside = even_page().ink
    assert np.abs(ink[60:1160, 40:840] - inside)[20:-20, 20:-20].max() < 0.15


def test_even_frame_and_bars_are_left_out() -> None:
    pixels = np.full((1160, 812, 3), 192, np.uint8)
    pixels[:20] = pixels[1120:1140] = 2
    pixels[20:1120, 12:] = text_page()
    page = prepare(image(pixels))
    top, bottom = page.geometry.to_original(np.array([(0.0, 0.0), (0.0, page.geometry.height)]))[:, 1]
    assert top == pytest.approx(20, abs=3)
    assert bottom == pytest.approx(1120, abs=3)


def test_page_without_border_is_kept_whole_with_print_at_its_edge() -> None:
    pixels = text_page()[110:920, 105:600]
    page = prepare(image(pixels))
    assert (page.geometry.width, page.geometry.height) == (495, 810)
    dark = pixels[:, :, 0] < 100
    assert dark[:, :12].any() and dark[:, -12:].any()
    assert (page.ink[dark] > 0.4).all()


def test_gutter_and_the_strip_beyond_are_left_out() -> None:
    pixels = text_page()
    pixels[:, 760:766] = 90
    page = prepare(image(pixels))
    assert page.ink[:, 756:].max() == 0
    assert (page.ink[:, 100:700].max(axis=0) > 0).any()


def test_print_close_to_a_gutter_is_not_faded() -> None:
    pixels = text_page()
    pixels[:, 760:766] = 90
    cv2.putText(pixels, "1", (738, 600), cv2.FONT_HERSHEY_COMPLEX, 0.9, (40, 40, 40), 2, cv2.LINE_AA)
    dark = pixels[570:602, 730:755, 0] < 80
    assert dark.any()
    assert prepare(image(pixels)).ink[570:602, 730:755][dark].min() > 0.4


def test_print_beyond_a_line_is_kept() -> None:
    pixels = text_page()
    pixels[:, 730:734] = 90
    cv2.putText(pixels, "17", (752, 300), cv2.FONT_HERSHEY_COMPLEX, 0.7, (40, 40, 40), 1, cv2.LINE_AA)
    assert prepare(image(pixels)).ink[270:310, 745:].max() > 0.5


def test_frame_that_ends_within_the_page_is_kept() -> None:
    pixels = text_page()
    cv2.rectangle(pixels, (60, 90), (740, 1020), (40, 40, 40), 2)
    assert prepare(image(pixels)).ink[200:900, 738:744].max(axis=1).min() > 0.5


@pytest.mark.parametrize("level", [0, 40, 128, 200, 255])
def test_blank_page_has_no_ink(level: int) -> None:
    rng = np.random.default_rng(0)
    light = np.linspace(0.85, 1, 600)[None, :, None] * level
    pixels = np.clip(rng.normal(light, 0.02 * level, (800, 600, 1)), 0, 255).astype(np.uint8)
    page = prepare(image(np.repeat(pixels, 3, axis=2)))
    assert page.ink.mean() < 0.02
    assert page.ink.max() < 0.2
    assert page.geometry.angle == 0


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (7, 3), (40, 40)])
def test_tiny_images(size: tuple[int, int]) -> None:
    page = prepare(image(np.full(size, 90, np.uint8)))
    assert page.ink.shape == size
    assert page.ink.max() == 0
    assert page.raster(2.0)[0].shape == (2 * size[0], 2 * size[1])


def test_uneven_light_is_evened_out() -> None:
    shade = np.linspace(0.55, 1, 800)[None, :, None]
    dark = prepare(image((text_page() * shade).astype(np.uint8)))
    even = even_page()
    assert np.abs(dark.ink - even.ink).max() < 0.15
    assert np.abs(dark.ink - even.ink).mean() < 0.01


def test_typical_ink() -> None:
    for ink in (20, 90, 130):
        pixels = np.full((900, 700), 220, np.uint8)
        pixels[100:800:40, 80:600] = pixels[101:800:40, 80:600] = pixels[102:800:40, 80:600] = ink
        clear = (page := prepare(image(pixels))).ink[page.ink > 0.2]
        assert np.quantile(clear, 0.75) == pytest.approx(0.7, abs=0.02)


def test_turned_page_has_the_same_ink() -> None:
    pixels = text_page(1.0)
    upright = prepare(image(pixels))
    for turn in (1, 2, 3):
        page = prepare(image(np.rot90(pixels, turn)))
        assert np.abs(np.rot90(page.ink, -turn) - upright.ink).max() < 0.02
        assert page.geometry.angle == pytest.approx(upright.geometry.angle, abs=0.02)


@needs_data
@pytest.mark.parametrize("truth", REAL, ids=lambda p: p.name.removesuffix(".digits.csv"))
def test_no_digit_of_the_real_pages_is_lost(truth: Path) -> None:
    page = prepare(read_image(next(truth.parent.glob(truth.name.replace(".digits.csv", ".[jp]*g")))))
    whole = Box(0, 0, page.geometry.width, page.geometry.height)
    with truth.open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["digit"]]
    assert rows
    for row in rows:
        x, y, w, h = (int(row[key]) for key in "xywh")
        assert page.ink[y : y + h, x : x + w].max() > 0.4
        placed = page.geometry.box_to_raster(Box(x, y, w, h))
        assert whole.intersection(placed) == pytest.approx(placed.area)


@needs_data
@pytest.mark.parametrize(
    "name", ["climates/pifferi_1604_p368.jpg", "climates/clavius_1585_p465.jpg", "almagest_1515/f7r.png"]
)
def test_real_pages_turned_skewed_and_scaled(name: str) -> None:
    made = read_image(DATA / name)
    page = prepare(made)
    angle, mean = page.geometry.angle, page.ink.mean()
    for turn in (1, 2):
        other = prepare(image(np.rot90(made.pixels, turn)))
        assert other.geometry.angle == pytest.approx(angle, abs=0.05)
        assert other.ink.mean() == pytest.approx(mean, rel=0.02)
    assert prepare(turned_by(made.pixels, 2)).geometry.angle == pytest.approx(angle - 2, abs=0.15)
    for scale in (0.6, 1.6):
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        other = prepare(image(cv2.resize(made.pixels, None, fx=scale, fy=scale, interpolation=method)))
        assert other.geometry.angle == pytest.approx(angle, abs=0.1)
        assert other.ink.mean() == pytest.approx(mean, rel=0.2)
