"""Tables of numbers as arrays, and the arrangements of pages that hold them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zij.similarity.arrangement import Arrangement

__all__ = ["chords", "misread", "numbers", "page"]

Table = NDArray[np.int64]
FIELDS = (np.uint16, np.uint16, np.uint16, np.uint8, np.uint64, np.uint8)


def page(*tables: Table) -> Arrangement:
    """A page with these tables; negative numbers are empty cells."""
    rows = [
        (t, r, c, 0, int(value), 255)
        for t, table in enumerate(tables)
        for (r, c), value in np.ndenumerate(table)
        if value >= 0
    ]
    columns = list(zip(*rows, strict=True)) or [()] * len(FIELDS)
    arrays = [np.array(column, kind) for column, kind in zip(columns, FIELDS, strict=True)]
    return Arrangement(*arrays)


def chords(rows: int, start: int = 0) -> Table:
    """Half degrees, their chords to a radius of 60 in three places, and a sixtieth of the difference."""
    half = np.arange(start, start + rows + 1) + 1
    chord = np.floor(120 * np.sin(np.radians(half / 4)) * 3600).astype(np.int64)
    value, step = chord[:-1], np.diff(chord) * 2
    places = (value // 3600, value // 60 % 60, value % 60, step // 60, step % 60)
    return np.stack([half[:-1] // 2, half[:-1] % 2 * 30, *places], axis=1)


def numbers(rows: int, columns: int, seed: int) -> Table:
    """A count in the first column, two-digit numbers in the others."""
    table = np.random.default_rng(seed).integers(0, 60, (rows, columns))
    table[:, 0] = np.arange(1, rows + 1)
    return table


def misread(table: Table, share: float, seed: int) -> Table:
    """The table with that share of its numbers replaced."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random(table.shape) < share, rng.integers(0, 60, table.shape), table)
