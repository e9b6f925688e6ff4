"""The Grid of a table: written where its cells stand edge to edge, and read back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from zij.tables.geometry import Box
from zij.tables.pagexml import check_pagexml, document_from_bytes, page_from_bytes, to_xml
from zij.tables.pagexml._tree.grid import grid_of
from zij.tables.reading import Cell, Reading, Table

XS, YS = (10, 60, 100, 170), (20, 50, 90)
SPANS = {(0, 0): (1, 2), (0, 2): (2, 1), (1, 0): (1, 1), (1, 1): (1, 1)}


def table(xs=XS, ys=YS, spans=SPANS):
    """Two rows and three columns with spans, on lines at xs and ys (of the upright page)."""
    cells = []
    for (row, column), (down, across) in spans.items():
        left, right = sorted((xs[column], xs[column + across]))
        top, bottom = sorted((ys[row], ys[row + down]))
        box = Box(left, top, right - left, bottom - top)
        cells.append(Cell(row, column, box, row_span=down, column_span=across))
    return Table(Box.hull(cell.box for cell in cells), len(ys) - 1, len(xs) - 1, tuple(cells))


def page(found, turn=0):
    return Reading("a.png", "", 300, 300, (found,), turn=turn)


def points(xml):
    return [line.get("points") for line in etree.fromstring(xml).iter("{*}GridPoints")]


def test_points_are_the_crossings(schema):
    xml = to_xml(page(table()))
    assert points(xml) == [
        "10,20 60,20 100,20 170,20",
        "10,50 60,50 100,50 170,50",
        "10,90 60,90 100,90 170,90",
    ]
    schema.assertValid(etree.fromstring(xml))
    assert check_pagexml(xml) == []
    assert points(to_xml(page(table()), profile="flat")) == points(xml)
    assert points(to_xml(page(table()), profile="transkribus")) == []


def turned(box, turn, side=300):
    """Where a box of the upright page lies in an image that is to be turned by so much clockwise."""
    x, y, w, h = box.x, box.y, box.w, box.h
    return {
        0: Box(x, y, w, h),
        90: Box(y, side - x - w, h, w),
        180: Box(side - x - w, side - y - h, w, h),
        270: Box(side - y - h, x, h, w),
    }[turn]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_rows_run_as_they_are_read(turn):
    upright = table()
    cells = tuple(replace(cell, box=turned(cell.box, turn)) for cell in upright.cells)
    lying = replace(upright, cells=cells, box=turned(upright.box, turn))
    grid = grid_of(lying, turn)
    assert grid is not None and (len(grid), {len(line) for line in grid}) == (3, {4})
    for i, y in enumerate(YS):
        for j, x in enumerate(XS):
            corner = turned(Box(x, y, 0, 0), turn)
            assert grid[i][j] == (corner.x, corner.y)
    assert grid_of(lying, turn + 90) is None


@pytest.mark.parametrize(
    "change",
    [
        {"box": Box(10, 20, 89, 30)},
        {"box": Box(10, 21, 90, 29)},
        {"row": 1, "column": 0},
        {"column_span": 1},
    ],
)
def test_there_is_none_where_cells_do_not_meet(change):
    found = table()
    first = replace(found.cells[0], **change)
    assert grid_of(replace(found, cells=(first, *found.cells[1:])), 0) is None
    assert grid_of(replace(found, cells=found.cells[1:]), 0) is None
    assert grid_of(table(xs=(10, 60, 60, 170)), 0) is None
    assert grid_of(replace(found, cells=()), 0) is None


def test_a_cell_without_coords_has_its_place_in_the_grid():
    root = etree.fromstring(to_xml(page(table())))
    for region in root.iter("{*}TextRegion"):
        region.remove(region.find("{*}Coords"))
    read = page_from_bytes(etree.tostring(root), "a.xml").reading.tables[0]
    assert [cell.box for cell in read.cells] == [cell.box for cell in table().cells]


def test_a_grid_follows_its_cells():
    data = to_xml(page(table()))
    moved = page(table(xs=(10, 61, 100, 170)))
    assert document_from_bytes(data, "a.xml").updated(moved).tobytes() == to_xml(moved)
    apart = replace(table(), cells=table().cells[1:])
    assert points(document_from_bytes(data, "a.xml").updated(page(apart)).tobytes()) == []
