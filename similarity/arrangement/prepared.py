"""An arrangement made ready for comparison: dense rows and columns, and how much each number can tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.similarity.arrangement.entries import Arrangement

__all__ = ["Prepared", "prepare"]

COUNTED = 0.05
"""Weight of a number that continues a count (1, 2, 3) or repeats its neighbour, as in most tables."""
EVEN = 0.5
"""Weight of a number that continues a progression of another step."""
FLOOR = 0.01
"""Least weight of a number, so that constant columns are matched, too, where others have shown the way."""
GAP = 32
"""Distance of two tables in rows, and of rows within a table at most."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One page ready for comparison; the arrays of its N numbers are in the order of the arrangement.

    Attributes
    ----------
    page : Arrangement
    column, row : (N,) ndarray of int64
        Numbers of columns (each part of a cell has its own) and of rows, the tables of the page standing
        below and beside one another.
    value : (N,) ndarray of int64
    weight : (N,) ndarray of float64
        How much an agreement in this number tells, 0 to 1.
    by_value, values : (N,) ndarrays of int64
        Entries in the order of their values, and these values.
    by_place, places : (N,) ndarrays of int64
        Entries in the order of column and row, and `column * rows + row`.
    rows, columns : int
        How many there are.
    """

    page: Arrangement
    column: Ints
    row: Ints
    value: Ints
    weight: NDArray[np.float64]
    by_value: Ints
    values: Ints
    by_place: Ints
    places: Ints
    rows: int
    columns: int

    def at(self, column: Ints, row: Ints) -> Ints:
        """Entries at the places given, -1 where there is none."""
        if not len(self.places):
            return np.full(len(column), -1)
        place = column * self.rows + row
        found = np.minimum(np.searchsorted(self.places, place), len(self.places) - 1)
        return np.where((self.places[found] == place) & (row < self.rows), self.by_place[found], -1)


def prepare(page: Arrangement) -> Prepared:
    """Dense rows and columns of an arrangement, and the weight of each of its numbers.

    The weight is the product of two things: how rare the number is on its page, 1 - log n / log N for n among
    N numbers, and how rare in its column; less where it continues a progression down its column or along its
    row, for such a number tells nothing that its neighbours do not.
    """
    table = page.table.astype(np.int64)
    row, column = _rows(table << 16 | page.row), table << 24 | page.column.astype(np.int64) << 8 | page.part
    columns, column = np.unique(column, return_inverse=True)
    rows = int(row.max()) + 1 if len(row) else 0
    value = page.value.astype(np.int64)  # the order of hashes does not matter
    by_value = np.argsort(value, kind="stable")
    places = column * rows + row
    by_place = np.argsort(places, kind="stable")
    return Prepared(
        page=page,
        column=column,
        row=row,
        value=value,
        weight=_weights(value, column, row, by_place),
        by_value=by_value,
        values=value[by_value],
        by_place=by_place,
        places=places[by_place],
        rows=rows,
        columns=len(columns),
    )


def _rows(place: Ints) -> Ints:
    """Rows of all tables, one below the other. They keep their distances: a row without numbers counts."""
    distinct, row = np.unique(place, return_inverse=True)
    apart = np.minimum(np.diff(distinct, prepend=distinct[:1]), GAP)
    return np.asarray(np.cumsum(apart)[row])


def _weights(value: Ints, column: Ints, row: Ints, by_place: Ints) -> NDArray[np.float64]:
    count = len(value)
    if count == 0:
        return np.zeros(0)
    on_page = 1 - np.log(_frequency(value)) / np.log(max(count, 2))
    length = np.bincount(column)[column]
    _, kind = np.unique(value, return_inverse=True)
    in_column = 1 - np.log(_frequency(column * (kind.max() + 1) + kind)) / np.log(np.maximum(length, 2))
    novelty = np.ones(count)
    for order, line in ((by_place, column), (np.lexsort((column, row)), row)):
        novelty[order] = np.minimum(novelty[order], _novelty(value[order], line[order]))
    return np.asarray(np.maximum(on_page * in_column * novelty, FLOOR))


def _frequency(keys: Ints) -> Ints:
    """How often each key occurs."""
    _, place, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return counts[place]


def _novelty(value: Ints, line: Ints) -> NDArray[np.float64]:
    """Factor for each number of a line (column or row) in order: less where two neighbours foretell it."""
    step = np.diff(value)
    step_inside = line[1:] == line[:-1]
    even = (step[1:] == step[:-1]) & step_inside[1:] & step_inside[:-1]  # of three in a row
    factor = np.where(np.abs(step[1:]) <= 1, COUNTED, EVEN)
    novelty = np.ones(len(value))
    for shift in range(3):  # as the last, the middle and the first of three
        part = novelty[shift : shift + len(even)]
        part[even] = np.minimum(part[even], factor[even])
    return novelty
