"""The lines between the rows and columns of a table, as a Grid of points."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from lxml import etree

from zij.tables.geometry import Box
from zij.tables.pagexml._tree.points import points_of
from zij.tables.pagexml._tree.xml import children, whole
from zij.tables.reading import Cell, Table

__all__ = ["cell_in", "grid_in", "grid_of"]

Grid = tuple[tuple[tuple[float, float], ...], ...]
"""For each line between rows its points at the lines between columns, as (x, y)."""


def grid_of(table: Table, turn: int) -> Grid | None:
    """The grid on which a table's cells stand edge to edge.

    Parameters
    ----------
    table : Table
        With boxes in whole pixels.
    turn : int
        Degrees by which the image is to be turned clockwise to stand upright.

    Returns
    -------
    tuple of tuple of (float, float) or None
        (rows + 1) x (columns + 1) points; None where cells are missing, overlap or do not share their edges,
        so that there is no such grid.
    """
    places = sum(cell.row_span * cell.column_span for cell in table.cells)
    if not table.cells or places != table.rows * table.columns:
        return None
    upright = turn % 180 == 0
    rows = _edges(table.cells, table.rows, down=True, vertical=upright)
    columns = _edges(table.cells, table.columns, down=False, vertical=not upright)
    if rows is None or columns is None:
        return None
    return tuple(tuple((x, y) if upright else (y, x) for x in columns) for y in rows)


def _edges(cells: Sequence[Cell], count: int, *, down: bool, vertical: bool) -> list[float] | None:
    """Where the lines between rows (`down`) or columns run, if each runs in one place."""
    for forward in (True, False):
        found: dict[int, set[float]] = {n: set() for n in range(count + 1)}
        for cell in cells:
            start, span = (cell.row, cell.row_span) if down else (cell.column, cell.column_span)
            low, high = (cell.box.y, cell.box.bottom) if vertical else (cell.box.x, cell.box.right)
            found.setdefault(start, set()).add(low if forward else high)
            found.setdefault(start + span, set()).add(high if forward else low)
        if all(len(values) == 1 for values in found.values()):
            edges = [value for values in found.values() for value in values]
            if len(edges) == count + 1 and all((b > a) == forward and a != b for a, b in pairwise(edges)):
                return edges
    return None


def grid_in(table: etree._Element, rows: int, columns: int) -> Grid | None:
    """The Grid that a TableRegion holds; None where it is missing or of another size."""
    for node in children(table, "Grid"):
        lines = list(children(node, "GridPoints"))
        places = [whole(line.get("index")) for line in lines]
        order = sorted(range(len(lines)), key=lambda n: n if places[n] is None else places[n] or 0)
        grid = tuple(tuple(points_of(lines[n])) for n in order)
        if len(grid) == rows + 1 and all(len(line) == columns + 1 for line in grid):
            return grid
    return None


def cell_in(grid: Grid, place: tuple[int, int, int, int]) -> Box | None:
    """The box of a cell (row, column, row span, column span) in a grid."""
    row, column, down, across = place
    if row + down >= len(grid) or column + across >= len(grid[0]):
        return None
    points = [line[n] for line in (grid[row], grid[row + down]) for n in (column, column + across)]
    xs, ys = zip(*points, strict=True)
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
