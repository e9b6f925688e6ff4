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
    row = _rows(table << 16 | page.row)
    rows = int(row[-1]) + 1 if len(row) else 0
    # entries are in the order of their rows, so that a stable sort by columns leaves these in order
    column_key = table << 24 | page.column.astype(np.int64) << 8 | page.part
    by_place = np.argsort(column_key, kind="stable")
    column, columns = _numbered(column_key, by_place)
    value = page.value.astype(np.int64)  # the order of hashes does not matter
    by_value = np.argsort(value, kind="stable")
    return Prepared(
        page=page,
        column=column,
        row=row,
        value=value,
        weight=_weights(value, column, row, by_value, by_place),
        by_value=by_value,
        values=value[by_value],
        by_place=by_place,
        places=column[by_place] * rows + row[by_place],
        rows=rows,
        columns=columns,
    )


def _rows(place: Ints) -> Ints:
    """Rows of all tables, one below the other. They keep their distances: a row without numbers counts."""
    return np.asarray(np.cumsum(np.minimum(np.diff(place, prepend=place[:1]), GAP)))


def _numbered(keys: Ints, order: Ints) -> tuple[Ints, int]:
    """Keys numbered from 0 in their order, and how many there are; `order` sorts them."""
    number = np.empty(len(keys), np.int64)
    number[order] = np.cumsum(_first(keys[order])) - 1
    return number, int(number.max(initial=-1)) + 1


def _first(ordered: Ints) -> NDArray[np.bool_]:
    """Where in an ordered array a value stands for the first time."""
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first


def _weights(value: Ints, column: Ints, row: Ints, by_value: Ints, by_place: Ints) -> NDArray[np.float64]:
    count = len(value)
    kind, kinds = _numbered(value, by_value)
    pair = column * kinds + kind
    in_column, _ = _numbered(pair, np.argsort(pair, kind="stable"))
    rare = 1 - np.log(np.bincount(kind)[kind]) / np.log(max(count, 2))
    rare *= 1 - np.log(np.bincount(in_column)[in_column]) / np.log(np.maximum(np.bincount(column)[column], 2))
    novelty = _novelty(value, row)
    novelty[by_place] = np.minimum(novelty[by_place], _novelty(value[by_place], column[by_place]))
    return np.asarray(np.maximum(rare * novelty, FLOOR), np.float64)


def _novelty(value: Ints, line: Ints) -> NDArray[np.float64]:
    """Factor for each number of a line (column or row) in order: less where two neighbours foretell it."""
    step, inside = value[1:] - value[:-1], line[1:] == line[:-1]
    even = np.flatnonzero((step[1:] == step[:-1]) & inside[1:] & inside[:-1])  # the first of three
    factor = np.where(np.abs(step[even]) <= 1, COUNTED, EVEN)
    novelty = np.ones(len(value))
    for shift in range(3):
        novelty[even + shift] = np.minimum(novelty[even + shift], factor)
    return novelty
