"""Copies of copies: who copied whom, and which errors arose where.

A random recursive tree: the original is copy 0, and each further copy takes its exemplar evenly among all
that were there before it. An error that arises in one copy stands in all that descend from it, unless a later
error falls on the same cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.random import Generator

from zij.errors import UsageError
from zij.tables.generate.errors import CopyingError, copy_with_errors
from zij.tables.generate.numeric import NumericTable

__all__ = ["Copy", "CopyingTree", "Misprint", "copies", "copying_tree", "some"]

Count = Callable[[Generator, NumericTable], int]
"""How many errors arise when a table is copied."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a table.

    Attributes
    ----------
    number : int
        Its place in the order of copying, 0 for the original.
    exemplar : int or None
        The number of the copy that it was copied from; None for the original.
    table : NumericTable
    errors : tuple of CopyingError
        Those that arose in this copy, against its exemplar.
    """

    number: int
    exemplar: int | None
    table: NumericTable
    errors: tuple[CopyingError, ...] = ()


@dataclass(frozen=True, slots=True)
class Misprint:
    """A cell that a copy has otherwise than the original, and the copy in which it came to be so.

    Attributes
    ----------
    row : int
    column : int
        From 0.
    original : str
    text : str
    kind : str
    arose_in : int
        Number of a copy.
    """

    row: int
    column: int
    original: str
    text: str
    kind: str
    arose_in: int


@dataclass(frozen=True, slots=True)
class CopyingTree:
    """The full record of a copying history.

    Attributes
    ----------
    copies : tuple of Copy
        By number, the original first.
    """

    copies: tuple[Copy, ...]

    def line(self, number: int) -> tuple[int, ...]:
        """From the original down to a copy, through whose hands the table came."""
        found = [number]
        while (exemplar := self.copies[found[-1]].exemplar) is not None:
            found.append(exemplar)
        return tuple(reversed(found))

    def misprints(self, number: int) -> tuple[Misprint, ...]:
        """All cells in which a copy differs from the original, in order of rows."""
        last: dict[tuple[int, int], Misprint] = {}
        original = self.copies[0].table
        for ancestor in self.line(number):
            for error in self.copies[ancestor].errors:
                before = original.rows[error.row][error.column]
                last[error.row, error.column] = Misprint(
                    error.row, error.column, before, error.after, error.kind, ancestor
                )
        return tuple(last[key] for key in sorted(last) if last[key].text != last[key].original)


def some(rate: float) -> Count:
    """Errors in `rate` of the cells on average, by chance and each for itself (Poisson)."""

    def count(rng: Generator, table: NumericTable) -> int:
        return int(rng.poisson(rate * len(table.numbers())))

    return count


def copies(seed: Sequence[int], table: NumericTable, *, errors: Count) -> Iterator[Copy]:
    """Copies of a table without end, the original first; each depends on the seed and its number alone.

    Parameters
    ----------
    seed : sequence of int
        The first so many copies are the same however many are asked for.
    table : NumericTable
        The original; its first column, the argument, is always copied faithfully.
    errors : callable
        How many arise in a copy; see `some`.

    Yields
    ------
    Copy
    """
    made = [Copy(0, None, table)]
    yield made[0]
    while True:
        rng = np.random.default_rng([*seed, len(made)])
        exemplar = made[int(rng.integers(len(made)))]
        copied, arisen = copy_with_errors(rng, exemplar.table, errors(rng, exemplar.table))
        made.append(Copy(len(made), exemplar.number, copied, arisen))
        yield made[-1]


def copying_tree(
    seed: Sequence[int], table: NumericTable, count: int, *, errors: Count | None = None
) -> CopyingTree:
    """The history of `count` copies, the original among them; by default 1 % of cells go wrong in each.

    Parameters
    ----------
    seed : sequence of int
    table : NumericTable
        The original.
    count : int
    errors : Count, optional
        How many arise in a copy; see `some`.

    Returns
    -------
    CopyingTree

    Raises
    ------
    UsageError
        If not even the original is asked for.
    """
    if count < 1:
        raise UsageError(f"a history of {count} copies cannot be; ask for 1 or more.")
    return CopyingTree(tuple(islice(copies(seed, table, errors=errors or some(0.01)), count)))
