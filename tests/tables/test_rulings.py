"""Rulings drawn where we know them, type that is none, and the real pages."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from zij.tables.scan.image import read_image
from zij.tables.scan.page import prepare
from zij.tables.scan.rulings import Rulings, Segment, find_rulings

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not (DATA / "climates").exists(), reason="no real pages at ../shared/data")

DIGIT = 22


def blank(width: int = 600, height: int = 800) -> np.ndarray:
    return np.zeros((height, width), np.float32)


def draw(ink: np.ndarray, x0: float, y0: float, x1: float, y1: float, thickness: int = 2) -> None:
    """A line whose ends are given in continuous coordinates."""
    ends = [(round((v - 0.5) * 16) for v in point) for point in ((x0, y0), (x1, y1))]
    cv2.line(ink, tuple(ends[0]), tuple(ends[1]), 0.8, thickness, cv2.LINE_AA, shift=4)


def write(ink: np.ndarray, text: str, x: int, y: int) -> None:
    """Type whose digits are 22 pixels high, standing on y."""
    layer = np.zeros(ink.shape, np.uint8)
    cv2.putText(layer, text, (x, y), cv2.FONT_HERSHEY_COMPLEX, 1.0, 204, 2, cv2.LINE_AA)
    np.maximum(ink, layer / np.float32(255), out=ink)


def near(segment: Segment, *ends: float, tolerance: float = 2.5) -> bool:
    found = (segment.x0, segment.y0, segment.x1, segment.y1)
    return bool(np.abs(np.subtract(found, ends)).max() <= tolerance)


def test_straight_lines() -> None:
    ink = blank()
    draw(ink, 100.5, 50, 100.5, 700)
    draw(ink, 300.5, 60, 300.5, 400, thickness=5)
    draw(ink, 40, 500.5, 560, 500.5)
    rulings = find_rulings(ink, DIGIT)
    assert len(rulings.vertical) == 2
    assert near(rulings.vertical[0], 100.5, 50, 100.5, 700)
    assert near(rulings.vertical[1], 300.5, 60, 300.5, 400, tolerance=5)
    assert rulings.vertical[1].thickness > rulings.vertical[0].thickness + 1
    assert len(rulings.horizontal) == 1
    assert near(rulings.horizontal[0], 40, 500.5, 560, 500.5)


def test_position_is_exact() -> None:
    ink = blank()
    ink[100:600, 200:203] = 1
    (segment,) = find_rulings(ink, DIGIT).vertical
    assert (segment.x0, segment.x1) == pytest.approx((201.5, 201.5), abs=0.05)
    assert (segment.y0, segment.y1) == (100, 600)
    assert segment.thickness == 3
    assert segment.x_at(300) == pytest.approx(201.5, abs=0.05)


def test_transposed_page_has_transposed_rulings() -> None:
    rulings, other = find_rulings(GRID, DIGIT), find_rulings(np.ascontiguousarray(GRID.T), DIGIT)
    assert len(rulings.vertical) == 5 and len(rulings.horizontal) == 4
    assert {(s.y0, s.x0, s.y1, s.x1) for s in other.horizontal} == {
        (s.x0, s.y0, s.x1, s.y1) for s in rulings.vertical
    }
    assert {(s.y0, s.x0, s.y1, s.x1) for s in other.vertical} == {
        (s.x0, s.y0, s.x1, s.y1) for s in rulings.horizontal
    }


@pytest.mark.parametrize("scale", [0.4, 0.7, 1.5, 2.5])
def test_scaled_page_has_scaled_rulings(scale: float) -> None:
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = find_rulings(cv2.resize(GRID, None, fx=scale, fy=scale, interpolation=method), DIGIT * scale)
    for one, other in zip(
        (s for part in (scaled.vertical, scaled.horizontal) for s in part),
        (
            s
            for part in (find_rulings(GRID, DIGIT).vertical, find_rulings(GRID, DIGIT).horizontal)
            for s in part
        ),
        strict=True,
    ):
        ends = np.array([one.x0, one.y0, one.x1, one.y1]) / scale
        assert near(other, *ends, tolerance=3)


@pytest.mark.parametrize("degrees", [-2.0, -1.0, 1.0, 2.0])
def test_slanting_lines(degrees: float) -> None:
    ink = blank()
    lean = 600 * np.tan(np.radians(degrees))
    draw(ink, 300 - lean / 2, 100, 300 + lean / 2, 700)
    draw(ink, 50, 400 - lean / 2, 550, 400 - lean / 2 + 500 / 600 * lean)
    rulings = find_rulings(ink, DIGIT)
    assert len(rulings.vertical) == len(rulings.horizontal) == 1
    assert near(rulings.vertical[0], 300 - lean / 2, 100, 300 + lean / 2, 700)


def test_bowed_line_is_one() -> None:
    ink = blank()
    ys = np.arange(100, 700, 10)
    xs = 300 + 4 * np.sin(np.pi * (ys - 100) / 600)
    for i in range(len(ys) - 1):
        draw(ink, xs[i], ys[i], xs[i + 1], ys[i + 1])
    assert len(find_rulings(ink, DIGIT).vertical) == 1


def test_short_pieces_are_joined() -> None:
    """Lead pieces as on a page of 1585: two to four digits high, a little out of line, with gaps."""
    rng = np.random.default_rng(0)
    ink = blank()
    y = 100.0
    while y < 650:
        length = rng.uniform(2, 4) * DIGIT
        draw(ink, (x := 300 + rng.uniform(-1, 1)), y, x, end := y + length)
        y = end + rng.uniform(0.1, 1.0) * DIGIT
    (segment,) = find_rulings(ink, DIGIT).vertical
    assert near(segment, 300, 100, 300, end, tolerance=3)


def test_lines_of_two_tables_stay_apart() -> None:
    ink = blank()
    draw(ink, 300, 50, 300, 300)
    draw(ink, 300, 450, 300, 750)
    assert len(find_rulings(ink, DIGIT).vertical) == 2


def test_faint_ink_joins_pieces() -> None:
    ink = blank()
    draw(ink, 300.5, 50, 300.5, 750)
    ink[300:450] *= 0.2
    assert len(find_rulings(ink, DIGIT).vertical) == 1


def test_double_lines_are_two() -> None:
    ink = blank()
    draw(ink, 300.5, 100, 300.5, 600, thickness=1)
    draw(ink, 307.5, 100, 307.5, 600, thickness=1)
    assert [round(s.x0) for s in find_rulings(ink, DIGIT).vertical] in ([300, 308], [300, 307], [301, 308])


def test_type_is_no_ruling() -> None:
    ink = blank()
    for n, y in enumerate(range(60, 780, 30)):
        write(ink, ["1 11 l|l 111 Ill", "TTTTT EEEEE ZZZ", "iiillljjj___ 4 7"][n % 3], 40, y)
    assert find_rulings(ink, DIGIT) == Rulings()


def test_column_of_ones_is_no_ruling() -> None:
    ink = blank()
    for y in range(60, 780, 26):
        ink[y - DIGIT : y, 300:303] = 0.9
    assert find_rulings(ink, DIGIT) == Rulings()


def test_digits_close_to_a_line_do_not_hide_it() -> None:
    ink = blank()
    draw(ink, 300.5, 50, 300.5, 750)
    for y in range(80, 740, 32):
        write(ink, "27", 304, y)
        write(ink, "8", 275, y)
    (segment,) = find_rulings(ink, DIGIT).vertical
    assert near(segment, 300.5, 50, 300.5, 750)


def test_no_ink_and_no_size() -> None:
    assert find_rulings(blank(), DIGIT) == Rulings()
    assert find_rulings(np.zeros((1, 1), np.float32), 5) == Rulings()
    assert find_rulings(np.ones((50, 50), np.float32), 5) == Rulings()
    for height in (0.0, -3.0, float("nan")):
        with pytest.raises(ValueError, match="positive"):
            find_rulings(blank(), height)


def grid() -> np.ndarray:
    ink = blank()
    for x in (60, 160, 262, 400, 540):
        draw(ink, x, 80, x, 700)
    for y in (80, 130, 420, 700):
        draw(ink, 60, y, 540, y)
    for y in range(170, 690, 36):
        for x in (80, 185, 300, 440):
            if abs(y - 420) > 30:
                write(ink, str((7 * y + x) % 89 + 10), x, y)
    return ink


GRID = grid()


@needs_data
@pytest.mark.parametrize(
    ("name", "height", "vertical", "horizontal"),
    [
        ("climates/pifferi_1604_p368.jpg", 20, (5, 6), (0, 0)),
        ("almagest_1515/f7r.png", 9, (30, 46), (17, 22)),
        ("petavius_1630/p351.jpg", 15, (8, 13), (1, 3)),
        ("fort_william/1898-09.jpg", 16, (24, 60), (3, 5)),
        ("not_tables/1692_sacrobosco_sphaera_1547_p20.jpg", 26, (0, 3), (0, 5)),
        ("not_tables/2188_barozzi_cosmografia_1607_p113.jpg", 28, (0, 4), (0, 6)),
    ],
)
def test_real_pages(name: str, height: float, vertical: tuple[int, int], horizontal: tuple[int, int]) -> None:
    """Counted on the pages: 5 long column rulings in 1604, 17 rulings across in 1515, two strokes in 1630."""
    rulings = find_rulings(prepare(read_image(DATA / name)).raster()[0], height)
    assert vertical[0] <= len(rulings.vertical) <= vertical[1]
    assert horizontal[0] <= len(rulings.horizontal) <= horizontal[1]
