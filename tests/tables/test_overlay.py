"""The overlay: cells in the colour of their state, at the right place whichever way the page lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_pair import HEIGHT, STATES, WIDTH, made_page, turned
from PIL import Image

from zij.errors import OutputError
from zij.tables.geometry import Box
from zij.tables.overlay import COLOURS, DIGIT, LARGEST, draw_overlay, save_png, upright
from zij.tables.reading import Cell, Reading


def test_every_cell_has_the_hue_of_its_state() -> None:
    rgb, reading = made_page()
    picture = draw_overlay(rgb, reading)
    scale = DIGIT / reading.digit_height
    legend = picture.shape[0] - round(HEIGHT * scale)
    for cell in reading.tables[0].cells:
        x, y = (cell.box.right - 4) * scale, legend + (cell.box.bottom - 4) * scale  # clear of ink and frame
        shade = 255 - picture[round(y), round(x)].astype(float)
        colour = 255 - np.array(COLOURS[STATES.get((cell.row, cell.column), "read")], float)
        assert shade @ colour / np.linalg.norm(shade) / np.linalg.norm(colour) > 0.99
    assert (picture[legend + round(500 * scale), 10] == 255).all()  # nothing is drawn where nothing was read


def test_an_unread_cell_is_crossed_out_and_an_empty_one_is_not_filled() -> None:
    rgb, reading = made_page()
    cell = replace(reading.tables[0].cells[0], box=Box(300, 400, 80, 80), numbers=())
    shades = {}
    for state in ("unread", "empty"):
        table = replace(reading.tables[0], cells=(replace(cell, state=state),))
        picture = draw_overlay(rgb, replace(reading, tables=(table,), loose=()))
        scale = DIGIT / reading.digit_height
        legend = picture.shape[0] - round(HEIGHT * scale)
        at = [(340, 440), (360, 420)]
        shades[state] = [picture[round(legend + y * scale), round(x * scale)].sum() for x, y in at]
    assert shades["unread"][0] < shades["unread"][1] < 3 * 255  # the stroke, then the tint
    assert shades["empty"] == [3 * 255, 3 * 255]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_lying_page_gives_the_same_picture(quarters: int) -> None:
    rgb, reading = made_page()
    lying = draw_overlay(*turned(rgb, reading, quarters))
    np.testing.assert_array_equal(lying, draw_overlay(rgb, reading))


def test_upright_maps_boxes_to_where_their_ink_is() -> None:
    rgb, reading = turned(*made_page(), 3)
    page, geometry = upright(rgb, reading)
    assert page.shape == (HEIGHT, WIDTH, 3)
    for glyph in reading.glyphs():
        box = geometry.box_to_raster(glyph.box).rounded()
        assert (page[int(box.y) : int(box.bottom), int(box.x) : int(box.right)] < 40).all()


@pytest.mark.parametrize(("shape", "height"), [((90, 40), 8.0), ((9000, 3000), 60.0), ((30, 7000), 12.0)])
def test_any_size_of_page(shape: tuple[int, int], height: float) -> None:
    rgb = np.full((*shape, 3), 200, np.uint8)
    picture = draw_overlay(rgb, Reading("x.png", "", shape[1], shape[0], digit_height=height))
    assert picture.dtype == np.uint8
    assert max(shape) * min(4, DIGIT / height) >= picture.shape[1] > 0
    assert picture.shape[1] <= LARGEST


def test_small_digits_are_enlarged_and_large_ones_are_left() -> None:
    rgb, reading = made_page()
    assert draw_overlay(rgb, replace(reading, digit_height=10.0)).shape[1] == round(WIDTH * DIGIT / 10)
    assert draw_overlay(rgb, replace(reading, digit_height=60.0)).shape[1] == WIDTH


def test_nothing_read_is_a_picture_all_the_same() -> None:
    rgb, _ = made_page()
    assert draw_overlay(rgb, Reading("x.png", "", WIDTH, HEIGHT)).shape[1] == WIDTH
    assert draw_overlay(rgb[:1, :1], Reading("x.png", "", 1, 1)).shape[1] == 1


@pytest.mark.parametrize(("apart", "enlarged", "bare"), [(60, 1.0, 0), (37, 1.22, 0), (31, 1.7, 9)])
def test_no_reading_hides_a_digit(apart: int, enlarged: float, bare: int) -> None:
    """Rows are moved together until no reading fits between them; those of the first row always do."""
    rgb, reading = made_page()

    def cell(old: Cell, told: bool) -> Cell:
        up = old.row * (60 - apart)
        glyphs = [tuple(replace(g, box=Box(g.box.x, g.box.y - up, g.box.w, g.box.h)) for g in n.glyphs)
                  for n in old.numbers]  # fmt: skip
        numbers = [
            replace(n, glyphs=own, box=Box.hull(g.box for g in own), text=n.text if told else "")
            for n, own in zip(old.numbers, glyphs, strict=True)
        ]
        return replace(old, box=numbers[0].box, numbers=tuple(numbers), state="read")

    pictures, pages = [], []
    for told in (True, False):
        table = replace(reading.tables[0], cells=tuple(cell(c, told) for c in reading.tables[0].cells))
        pages.append(replace(reading, tables=(table,), loose=()))
        pictures.append(draw_overlay(rgb, pages[-1]))
    scale = pictures[0].shape[1] / WIDTH
    assert scale == pytest.approx(enlarged, abs=0.01)
    one, two = (picture[picture.shape[0] - round(HEIGHT * scale) :] for picture in pictures)
    differing = (one != two).any(axis=2)
    for glyph in pages[0].glyphs():
        x, y, right, bottom = (
            round(scale * v) for v in (glyph.box.x, glyph.box.y, glyph.box.right, glyph.box.bottom)
        )
        assert not differing[y + 2 : bottom - 3, x:right].any()
    above = [differing[: round(scale * n.box.y)][:, round(scale * n.box.x) : round(scale * n.box.right)][-11:]
             for n in pages[0].numbers()]  # fmt: skip
    assert sum(not part.any() for part in above) == bare


def test_the_same_pixels_give_the_same_bytes(tmp_path: Path) -> None:
    picture = draw_overlay(*made_page())
    one, two = (save_png(tmp_path / name, picture).read_bytes() for name in ("one.png", "two.png"))
    assert one == two
    with Image.open(tmp_path / "one.png") as image:
        np.testing.assert_array_equal(np.asarray(image), picture)


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        save_png(tmp_path / "file" / "x.png", np.zeros((2, 2, 3), np.uint8))
