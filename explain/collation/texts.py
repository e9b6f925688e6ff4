"""The figures that all witnesses have in a collated table, and what stands about a place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.apparatus import Entry
from zij.explain.collation.figures import digits_of

__all__ = ["Rows", "Texts"]

Rows = list[list[tuple[Entry | None, ...]]]
"""What each witness has in each place, row by row."""


class Texts:
    """The figures of all witnesses in a collated table.

    Parameters
    ----------
    rows : list of lists of tuples of (Entry or None)
        Row by row, in each place an entry a witness.
    witnesses : int

    Attributes
    ----------
    rows : list of lists of tuples of (Entry or None)
    shape : (int, int)
        Rows and columns.
    """

    def __init__(self, rows: Rows, witnesses: int) -> None:
        self.rows = rows
        self.shape = (len(rows), len(rows[0]) if rows else 0)
        self._values = [
            [[_figures(entries[w]) for entries in line] for line in rows] for w in range(witnesses)
        ]

    def at(self, witness: int, row: int, column: int) -> str:
        """Figures of a witness, "" where it has none."""
        return self._values[witness][row][column]

    def anywhere(self, row: int, column: int) -> bool:
        """Whether any witness has figures in a place."""
        return any(rows[row][column] for rows in self._values)

    def look(self, group: Sequence[int], row: int, column: int) -> Callable[[int, int], str | None]:
        """What the first of some witnesses to have figures there has about a place.

        Parameters
        ----------
        group : sequence of int
            Witnesses.
        row, column : int

        Returns
        -------
        callable
            Of so many rows down and columns to the right; None where there are no figures.
        """

        def look(down: int, right: int) -> str | None:
            r, c = row + down, column + right
            if not (0 <= r < self.shape[0] and 0 <= c < self.shape[1]):
                return None
            return next((text for w in group if (text := self._values[w][r][c])), None)

        return look

    def usual(self) -> NDArray[np.bool_]:
        """Whether each witness has figures in most of those places of a column where any has, (W, C)."""
        filled = np.array([[[bool(t) for t in line] for line in rows] for rows in self._values], bool)
        filled = filled.reshape(len(self._values), *self.shape)
        return np.asarray(filled.sum(axis=1) >= 0.5 * np.maximum(filled.any(axis=0).sum(axis=0), 1))

    def last_places(self) -> list[bool]:
        """Whether each column may be the last place of its numbers: none of sixtieths follows it."""
        sixtieths = [self._sixtieths(c) for c in range(self.shape[1])]
        return [c + 1 >= len(sixtieths) or not sixtieths[c + 1] for c in range(len(sixtieths))]

    def _sixtieths(self, column: int) -> bool:
        """Whether a column looks like minutes: below 60, in no order, and not few and alike."""
        fullest = max(self._values, key=lambda rows: sum(bool(line[column]) for line in rows))
        found = [int(t) for line in fullest if (t := line[column]).isdecimal() and len(t) < 9]
        if len(found) < 4 or max(found) >= 60 or len(set(found)) < 4:
            return False
        steps = np.diff(found)
        return bool((steps < 0).any() and (steps > 0).any())


def _figures(entry: Entry | None) -> str:
    return "" if entry is None or entry.state == "unread" else " ".join(digits_of(entry.text))
