"""A table as a raster of packed numbers: the form in which tables are laid on each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.figures import Figure, figures, packed
from zij.tables.reading import Cell, Table

__all__ = ["Codes", "Grid", "grid", "telling"]

Codes = NDArray[np.uint64]
_COUNTED = 0.05
"""Weight of a number that continues a count (1, 2, 3 or 1, 1, 2, 2), as arguments do."""
_EVEN = 0.15
"""Weight of a number that continues a progression of another step."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A table of a witness, each number in a column of its own.

    Attributes
    ----------
    page, table : int
        Index of the page among the witness's readings, and of the table on it.
    cells : tuple of Cell
        Of the table.
    figures : tuple of tuples of Figure
        The figures of each cell.
    columns : (C, 2) ndarray of int64
        Column of the table, and which number of its cells.
    owner : (R, C) ndarray of int64
        Index of the cell that covers each place, -1 where there is none.
    part : (R, C) ndarray of int64
        Which of the cell's figures stands there, -1 where none does.
    code : (R, C) ndarray of uint64
        The figure, packed; 0 for none.
    weight : (R, C) ndarray of float64
        How much an agreement there tells; see `telling`.
    """

    page: int
    table: int
    cells: tuple[Cell, ...]
    figures: tuple[tuple[Figure, ...], ...]
    columns: NDArray[np.int64]
    owner: NDArray[np.int64]
    part: NDArray[np.int64]
    code: Codes
    weight: NDArray[np.float64]

    @property
    def filled(self) -> int:
        """How many places have a figure."""
        return int((self.code > 0).sum())


def grid(page: int, index: int, table: Table) -> Grid:
    """The raster of a table.

    A column whose cells mostly hold several numbers (degrees and minutes) becomes as many columns. A cell
    that spans rows stands in all of them; one that spans columns shares its numbers out among them. The
    cells of headings stand nowhere.

    Parameters
    ----------
    page : int
        Its number among the witness's pages.
    index : int
        Of the table on the page.
    table : Table

    Returns
    -------
    Grid
    """
    cells = table.cells
    found = tuple(() if cell.header else figures(cell) for cell in cells)
    rows = max([table.rows, *(cell.row + cell.row_span for cell in cells)])
    count = max([table.columns, *(cell.column + cell.column_span for cell in cells)])
    widths = _widths(cells, found, count)
    starts = np.concatenate([[0], np.cumsum(widths)])
    owner = np.full((rows, starts[-1]), -1)
    part = np.full_like(owner, -1)
    for index_, (cell, held) in enumerate(zip(cells, found, strict=True)):
        if cell.header:
            continue
        lines = slice(cell.row, cell.row + cell.row_span)
        first, last = starts[cell.column], starts[min(cell.column + cell.column_span, count)]
        taken = owner[lines, first:last]
        free = (taken < 0) | (part[lines, first:last] < 0)
        owner[lines, first:last] = np.where(free, index_, taken)
        for number, place in enumerate(_places(len(held), last - first, cell.column_span)):
            part[lines, first + place] = np.where(free[:, place], number, part[lines, first + place])
    code = _codes(found, owner, part)
    columns = [(column, k) for column, width in enumerate(widths) for k in range(width)]
    places = np.array(columns, np.int64).reshape(-1, 2)
    return Grid(page, index, cells, found, places, owner, part, code, telling(code) / _spans(cells, owner))


def _widths(cells: tuple[Cell, ...], found: tuple[tuple[Figure, ...], ...], count: int) -> list[int]:
    """How many numbers the cells of each column hold as a rule; at least 1."""
    kinds: list[Counter[int]] = [Counter() for _ in range(count)]
    for cell, held in zip(cells, found, strict=True):
        if held and cell.column_span == 1:
            kinds[cell.column][len(held)] += 1
    widths = []
    for kind in kinds:
        total, width = sum(kind.values()), 1
        for number in sorted(kind, reverse=True):
            if sum(n for k, n in kind.items() if k >= number) >= 0.5 * total:
                width = min(number, 12)
                break
        widths.append(width)
    return widths


def _places(numbers: int, room: int, span: int) -> list[int]:
    """Where in so much room the numbers of a cell stand; those that find none stay with the last."""
    if span > 1 and 1 < numbers < room:
        return [number * room // numbers for number in range(numbers)]
    return list(range(min(numbers, room)))


def _codes(found: tuple[tuple[Figure, ...], ...], owner: NDArray[np.int64], part: NDArray[np.int64]) -> Codes:
    most = max([1, *(len(held) for held in found)])
    table = np.zeros((len(found) + 1, most), np.uint64)
    for number, held in enumerate(found):
        table[number, : len(held)] = [packed(figure.text) for figure in held]
    return np.asarray(np.where(part >= 0, table[owner, np.maximum(part, 0)], 0), np.uint64)


def _spans(cells: tuple[Cell, ...], owner: NDArray[np.int64]) -> NDArray[np.float64]:
    spans = np.array([*(cell.row_span for cell in cells), 1], float)
    return np.asarray(spans[owner])


def telling(code: Codes) -> NDArray[np.float64]:
    """How much an agreement in each place tells, 0 to 1: nothing where no number stands.

    A number is worth less the more often it stands in its column, and where the numbers above and below
    foretell it: the rows of all tables are counted.

    Parameters
    ----------
    code : (R, C) ndarray of uint64
        Packed numbers.

    Returns
    -------
    (R, C) ndarray of float64
    """
    weight = np.zeros(code.shape)
    for column, lines in enumerate(code.T):
        rows = np.flatnonzero(lines)
        if not len(rows):
            continue
        _, kind, count = np.unique(lines[rows], return_inverse=True, return_counts=True)
        rarity = 1 - np.log(count[kind]) / np.log(max(len(rows), 2))
        weight[rows, column] = np.maximum(rarity * _novelty(_values(lines[rows])), 0.01)
    return weight


def _values(codes: Codes) -> NDArray[np.float64]:
    """The numbers that packed ones stand for."""
    value = np.zeros(len(codes))
    for place in range(16):
        sign = (codes >> np.uint64(4 * place)) & np.uint64(15)
        value = np.where(sign > 0, 10 * value + sign.astype(float) - 1, value)
    return value


def _novelty(values: NDArray[np.float64]) -> NDArray[np.float64]:
    step = np.diff(values)
    counted = (np.abs(step[1:]) <= 1) & (np.abs(step[:-1]) <= 1) & (step[1:] * step[:-1] >= 0)
    even = (step[1:] == step[:-1]) | counted
    factor = np.where(counted, _COUNTED, _EVEN)
    novelty = np.ones(len(values))
    for shift in range(3):
        part = novelty[shift : shift + len(even)]
        part[even] = np.minimum(part[even], factor[even])
    return novelty
