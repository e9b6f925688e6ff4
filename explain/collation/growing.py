"""A collated table in the making: rows and columns of all witnesses so far, and what each has there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from zij.explain.collation.grids import Codes, Grid, telling
from zij.explain.collation.laying import Laid, Sheet

__all__ = ["Growing", "Lying"]


@dataclass(frozen=True, slots=True, eq=False)
class Lying:
    """A witness's table, or a part of one, on a collated table.

    `rows` and `columns` give for its own rows and columns the keys of the collated ones.

    Attributes
    ----------
    grid : Grid
    rows : dict of int to int
    columns : dict of int to int
    score : float
        Share of agreement, 0 to 1.
    """

    grid: Grid
    rows: dict[int, int]
    columns: dict[int, int]
    score: float


@dataclass(slots=True, eq=False)
class Growing:
    """Rows and columns in order, each with a key that stays when others are put between.

    Attributes
    ----------
    rows : list of int
    columns : list of int
        Keys in order.
    parts : dict of int to list of Lying
        Of each witness, by its number.
    """

    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    parts: dict[int, list[Lying]] = field(default_factory=dict)
    _next: int = 0

    @classmethod
    def of(cls, witness: int, grid: Grid) -> Growing:
        """The collated table that a first witness's table begins."""
        table = cls()
        rows = table._keys(len(grid.code))
        columns = table._keys(grid.code.shape[1])
        table.rows, table.columns = rows, columns
        lying = Lying(grid, dict(enumerate(rows)), dict(enumerate(columns)), 1.0)
        table.parts[witness] = [lying]
        return table

    def _keys(self, count: int) -> list[int]:
        keys = list(range(self._next, self._next + count))
        self._next += count
        return keys

    def codes(self, witness: int) -> Codes:
        """What one witness has in all places, (R, C); 0 where it has nothing."""
        code = np.zeros((len(self.rows), len(self.columns)), np.uint64)
        row_at, column_at = _order(self.rows), _order(self.columns)
        for part in self.parts.get(witness, ()):
            own_rows = [row for row, key in part.rows.items() if key in row_at]
            own_columns = [column for column, key in part.columns.items() if key in column_at]
            if own_rows and own_columns:
                there = np.ix_(
                    [row_at[part.rows[row]] for row in own_rows],
                    [column_at[part.columns[column]] for column in own_columns],
                )
                found = part.grid.code[np.ix_(own_rows, own_columns)]
                code[there] = np.where(found > 0, found, code[there])
        return code

    def sheet(self, *, without: int | None = None) -> Sheet:
        """What most witnesses have in each place, to lay the next one on."""
        codes = np.array([self.codes(w) for w in sorted(self.parts) if w != without])
        if not len(codes):
            codes = np.zeros((1, len(self.rows), len(self.columns)), np.uint64)
        best, votes = codes[0].copy(), np.zeros(codes.shape[1:], np.int64)
        for code in codes:
            count = np.where(code > 0, (codes == code).sum(axis=0), 0)
            best, votes = np.where(count > votes, code, best), np.maximum(votes, count)
        return Sheet(best, telling(best))

    def take(self, witness: int, grid: Grid, laid: Laid, free: Codes) -> Lying:
        """Let a witness's table lie here; its rows and columns without counterpart are put in their places.

        Parameters
        ----------
        witness : int
        grid : Grid
        laid : Laid
            From this table's sheet to the witness's.
        free : (R, C) ndarray of uint64
            The witness's numbers that lie nowhere yet, nor will on another table or part.

        Returns
        -------
        Lying
        """
        rows = {j: self.rows[i] for i, j in laid.rows}
        columns = {q: self.columns[p] for p, q in laid.columns}
        more = [
            q
            for q in range(free.shape[1])
            if q not in columns and (free[list(rows), q] > 0).any() and not (_others(free, q, rows))
        ]
        self._put(self.columns, columns, more)
        own = sorted(columns)
        extra = [j for j in range(len(free)) if j not in rows and (free[j, own] > 0).any()]
        self._put(self.rows, rows, extra)
        lying = Lying(grid, dict(sorted(rows.items())), dict(sorted(columns.items())), laid.score)
        self.parts.setdefault(witness, []).append(lying)
        return lying

    def _put(self, order: list[int], known: dict[int, int], more: Sequence[int]) -> None:
        """Give new lines keys, and put each after the known one before it, else before the next."""
        if not more:
            return
        after: dict[int, list[int]] = {}
        first: list[int] = []
        places = sorted(known)
        keys = dict(zip(more, self._keys(len(more)), strict=True))
        at = np.searchsorted(places, more)
        for line, place in zip(more, at.tolist(), strict=True):
            if place:
                after.setdefault(known[places[place - 1]], []).append(keys[line])
            else:
                first.append(keys[line])
        begin = known[places[0]] if places else None
        fresh: list[int] = []
        for key in order:
            if key == begin:
                fresh += first
            fresh.append(key)
            fresh += after.get(key, ())
        if begin is None:
            fresh += first
        order[:] = fresh
        known.update(keys)

    def tidied(self) -> None:
        """Drop rows and columns that no witness has."""
        rows = {key for part in self.all_parts() for key in part.rows.values()}
        columns = {key for part in self.all_parts() for key in part.columns.values()}
        self.rows = [key for key in self.rows if key in rows]
        self.columns = [key for key in self.columns if key in columns]

    def all_parts(self) -> Iterator[Lying]:
        """The parts of all witnesses."""
        for parts in self.parts.values():
            yield from parts


def _others(free: Codes, column: int, rows: Mapping[int, int]) -> bool:
    """Whether a column has most of its numbers outside the rows that lie here: then it belongs elsewhere."""
    filled = np.flatnonzero(free[:, column])
    return bool(sum(int(row) in rows for row in filled) < 0.5 * len(filled))


def _order(keys: Sequence[int]) -> dict[int, int]:
    return {key: place for place, key in enumerate(keys)}
