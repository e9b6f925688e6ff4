"""Label maps lie where the reading says, on every raster."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.distance.labels import BACKGROUND, KINDS, label_map, regions_of
from zij.tables.generate.climates import climates
from zij.tables.generate.pages import Setting, make_page
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Cell, Glyph, Number, Reading, Table


def cell(row: int, column: int, text: str, span: int = 1) -> Cell:
    box = Box(100 + 60.0 * column, 50 + 30.0 * row, 58.0 + 60 * (span - 1), 28.0)
    glyphs = tuple(Glyph(Box(box.x + 4 + 10 * k, box.y + 4, 9, 20), sign) for k, sign in enumerate(text))
    number = Number(glyphs, text, Box.hull(g.box for g in glyphs))
    return Cell(row, column, box, (number,), text, "read", column_span=span)


CELLS = (cell(0, 0, "12", 2), cell(1, 0, "34"), cell(1, 1, "5"))
LOOSE = Number((Glyph(Box(20, 20, 9, 20), "7"),), "7", Box(20, 20, 9, 20))
READING = Reading("p.png", "", 300, 200, (Table(Box(98, 48, 124, 64), 2, 2, CELLS),), (LOOSE,),
                  digit_height=20.0).with_ids()  # fmt: skip
WHOLE = Geometry.identity(300, 200)


def test_the_regions_of_each_kind() -> None:
    texts = {kind: [region.text for region in regions_of(READING, kind)] for kind in KINDS}
    assert texts["digits"] == ["1", "2", "3", "4", "5", "7"]
    assert texts["numbers"] == ["12", "34", "5", "7"] == texts["cells"]
    assert texts["rows"] == ["12", "34 5"]
    assert texts["columns"] == ["34", "5"]  # the cell that spans two columns belongs to neither
    ids = [region.id for kind in KINDS for region in regions_of(READING, kind)]
    assert all(ids) and "t1_r1" in ids and "t1_c0" in ids and "t1_r1c0" in ids
    rulings = {region.id: region.box for region in regions_of(READING, "rulings")}
    assert list(rulings) == ["t1_h0", "t1_h1", "t1_h2", "t1_v0", "t1_v1", "t1_v2"]
    assert rulings["t1_h1"] == Box(98, 79 - 2.5, 124, 5) and rulings["t1_v1"] == Box(159 - 2.5, 48, 5, 64)


@pytest.mark.parametrize("kind", KINDS)
def test_labels_lie_in_their_boxes(kind: str) -> None:
    found = label_map(READING, kind, WHOLE)  # type: ignore[arg-type]
    assert found.labels.shape == (200, 300)
    assert found.regions[-1].id == BACKGROUND
    assert set(np.unique(found.labels)) == set(range(len(found.regions)))
    for index, region in enumerate(found.regions[:-1]):
        x, y = region.box.centre
        if kind != "rulings":  # those cross each other
            assert found.labels[int(y), int(x)] == index
            assert (found.labels == index).sum() == pytest.approx(region.box.area, rel=0.1)
    plain = label_map(READING, kind, WHOLE, background=False)  # type: ignore[arg-type]
    np.testing.assert_array_equal(plain.labels == -1, found.labels == len(found.regions) - 1)
    assert plain.regions == found.regions[:-1]


def centres(reading: Reading, geometry: Geometry) -> NDArray[np.int64]:
    """Labels at the centres of the cells of a page."""
    found = label_map(reading, "cells", geometry)
    points = geometry.to_raster(np.array([region.box.centre for region in found.regions[:-1]])).astype(int)
    return np.asarray(found.labels[points[:, 1], points[:, 0]])


def test_any_raster_will_do() -> None:
    for geometry in (WHOLE.scaled(0.3), WHOLE.scaled(2.0).turned(1), WHOLE.cropped(Box(10, 10, 250, 150))):
        np.testing.assert_array_equal(centres(READING, geometry), np.arange(4))


def test_rulings_of_a_page_that_lies_on_its_side() -> None:
    """Rows then follow each other to the left or right, and their edges are upright."""
    turned = WHOLE.turned(1)
    table = READING.tables[0]
    cells = tuple(replace(c, box=turned.box_to_raster(c.box)) for c in table.cells)
    sideways = replace(table, cells=cells, box=turned.box_to_raster(table.box))
    reading = replace(READING, tables=(sideways,), turn=270, width=200, height=300)
    boxes = {region.id: region.box for region in regions_of(reading, "rulings")}
    expected = turned.box_to_raster(Box(98, 79 - 2.5, 124, 5))
    assert boxes["t1_h1"].centre == pytest.approx(expected.centre)
    assert (boxes["t1_h1"].w, boxes["t1_h1"].h) == pytest.approx((expected.w, expected.h))


def test_rulings_lie_on_the_lines_of_a_page() -> None:
    """More of their pixels are dark than of the cells."""
    table = climates()
    page = make_page(0, replace(table, rows=table.rows[:8]), Setting.plain(digit_height=24.0, wear=0.0))
    found = label_map(page.truth, "rulings", Geometry.identity(page.truth.width, page.truth.height))
    upright = [k for k, region in enumerate(found.regions) if "_v" in region.id]
    dark = page.pixels.mean(axis=2) < 128
    inside = dark[np.isin(found.labels, upright)].mean()
    numbers = label_map(page.truth, "cells", Geometry.identity(page.truth.width, page.truth.height))
    assert inside > 2 * dark[numbers.labels < len(numbers.regions) - 1].mean()


def test_what_is_not_there_is_said() -> None:
    bare = Reading("bare.png", "", 300, 200)
    with pytest.raises(UsageError, match=r"bare.png: there are no cells on this page"):
        label_map(bare, "cells", WHOLE)
    with pytest.raises(UsageError, match="masks of 'words' are not known"):
        label_map(READING, "words", WHOLE)  # type: ignore[arg-type]
