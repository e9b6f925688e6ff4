"""How two readings lie on each other: which tables, rows, columns and cells correspond."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from zij.similarity.evidence import named
from zij.tables.reading import Cell, Reading, Table

__all__ = ["Alignment", "TableMatch", "align", "monotone"]

LEAST_SCORE = 0.2
"""Two tables correspond when at least this share of their cells stands in matched places and agrees."""
ROUNDS = 4
"""How often rows and columns are matched in turn; two rounds settle nearly all pairs."""


@dataclass(frozen=True, slots=True)
class TableMatch:
    """Two tables that correspond, by their index in their readings, with matched rows and columns.

    `score` is the share of their filled cells that stand in matched places and agree, 0 to 1.

    Attributes
    ----------
    a : int
    b : int
    rows : tuple of (int, int)
    columns : tuple of (int, int)
    score : float
    """

    a: int
    b: int
    rows: tuple[tuple[int, int], ...]
    columns: tuple[tuple[int, int], ...]
    score: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """Correspondence of two readings.

    Attributes
    ----------
    tables : tuple of TableMatch
        Best match first; a table stands in several where it was cut into parts on the other page.
    cells : mapping of str to str
        Id of a cell in the first reading to the id of its counterpart in the second, one to one.
    """

    tables: tuple[TableMatch, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Score of the best table match, 0 where no tables correspond."""
        return self.tables[0].score if self.tables else 0.0

    def corresponds(self, cell_a: str, cell_b: str) -> bool:
        """Whether a cell of the first reading and one of the second, given by their ids, correspond."""
        return cell_a != "" and self.cells.get(cell_a) == cell_b


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """A table as a raster of cell numbers (-1: none) with the code of each cell's text (0: empty)."""

    cells: tuple[Cell, ...]
    owner: NDArray[np.int64]
    code: NDArray[np.int64]


def align(a: Reading, b: Reading) -> Alignment:
    """Match the tables of two readings, then their rows (in order), columns (in any order) and cells.

    What counts is content: cells with the same digits agree, weighted by how rare they are; cells that
    differ in one digit of at least two agree by half, so that misread digits do no harm. Rows and columns
    may be missing on either side; a row without a match between two matched neighbours is matched by its
    place. A cell that spans several rows or columns corresponds to that of the cells beside it which has the
    same digits, else to one that is filled as well, else to the one with which it shares most places.

    Parameters
    ----------
    a, b : Reading

    Returns
    -------
    Alignment
        Empty where nothing is alike.
    """
    a, b = named(a), named(b)
    codes: dict[str, int] = {"": 0}
    grids_a = [_grid(table, codes) for table in a.tables]
    grids_b = [_grid(table, codes) for table in b.tables]
    likeness = _likeness(list(codes))
    found = [
        match
        for i, one in enumerate(grids_a)
        for j, two in enumerate(grids_b)
        if (match := _match(i, j, one, two, likeness)).score >= LEAST_SCORE
    ]
    kept: list[TableMatch] = []
    for match in sorted(found, key=lambda m: (-m.score, m.a, m.b)):
        if not any(_clash(match, other) for other in kept):
            kept.append(match)
    cells: dict[str, str] = {}
    for match in kept:
        cells.update(_cell_pairs(grids_a[match.a], grids_b[match.b], match))
    return Alignment(tuple(kept), cells)


def _clash(one: TableMatch, two: TableMatch) -> bool:
    """Whether two matches claim the same places of a table; parts of a table that was cut in two do not."""
    same_rows, same_columns = (
        [bool({pair[side] for pair in x} & {pair[side] for pair in y}) for side in (0, 1)]
        for x, y in ((one.rows, two.rows), (one.columns, two.columns))
    )
    in_a, in_b = (rows and columns for rows, columns in zip(same_rows, same_columns, strict=True))
    return (one.a == two.a and in_a) or (one.b == two.b and in_b)


def _grid(table: Table, codes: dict[str, int]) -> _Grid:
    rows = max([table.rows, *(cell.row + cell.row_span for cell in table.cells)])
    columns = max([table.columns, *(cell.column + cell.column_span for cell in table.cells)])
    owner, code = np.full((rows, columns), -1), np.zeros((rows, columns), np.int64)
    for index, cell in enumerate(table.cells):
        place = (
            slice(cell.row, cell.row + cell.row_span),
            slice(cell.column, cell.column + cell.column_span),
        )
        owner[place] = index
        code[place] = codes.setdefault(_content(cell), len(codes))
    return _Grid(table.cells, owner, code)


def _content(cell: Cell) -> str:
    """The digits of a cell, its runs parted by blanks."""
    text = cell.text or " ".join(number.text for number in cell.numbers)
    return " ".join("".join(c if c in "0123456789" else " " for c in text).split())


def _likeness(texts: Sequence[str]) -> NDArray[np.float32]:
    """Agreement of any two texts: 1 if the same, 1/2 if one sign of two or more differs, else 0."""
    width = max(map(len, texts))
    signs = np.array([list(text.ljust(width)) for text in texts]).reshape(len(texts), width)
    lengths = np.array([len(text) for text in texts])
    agreement = np.eye(len(texts), dtype=np.float32)
    for length in sorted(set(lengths.tolist()) - {0, 1}):
        group = np.flatnonzero(lengths == length)
        differing = np.zeros((len(group), len(group)), np.int16)
        for column in signs[group, :length].T:
            differing += column[:, None] != column[None]
        agreement[np.ix_(group, group)] += np.where(differing == 1, 0.5, 0.0).astype(np.float32)
    agreement[0, 0] = 0
    return agreement


def _match(i: int, j: int, one: _Grid, two: _Grid, likeness: NDArray[np.float32]) -> TableMatch:
    """Rows by shared contents, then columns by rows and rows by columns in turn."""
    rows = monotone(_shared(one.code, two.code, len(likeness)))
    columns: list[tuple[int, int]] = []
    for _ in range(ROUNDS):
        before = rows, columns
        columns = _columns(one.code, two.code, rows, likeness)
        rows = monotone(_row_agreement(one.code, two.code, columns, likeness))
        if (rows, columns) == before:
            break
    rows = _by_place(rows)
    score = _score(one.code, two.code, rows, columns, likeness)
    return TableMatch(i, j, tuple(rows), tuple(columns), score)


def _shared(a: NDArray[np.int64], b: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """Cosine-like agreement of any two rows by the contents that they share, rare ones weighing more."""
    bags = []
    for code in (a, b):
        bag = np.zeros((len(code), count))
        np.add.at(bag, (np.repeat(np.arange(len(code)), code.shape[1]), code.ravel()), 1.0)
        bag[:, 0] = 0
        bags.append(np.minimum(bag, 2))
    rows = len(a) + len(b)
    rarity = np.log((rows + 1) / (1 + sum((bag > 0).sum(axis=0) for bag in bags)))
    left, right = (bag * np.maximum(rarity, 0.05) for bag in bags)
    norms = np.linalg.norm(left, axis=1)[:, None] * np.linalg.norm(right, axis=1)[None]
    return np.asarray(left @ right.T / np.where(norms > 0, norms, 1.0))


def _columns(
    a: NDArray[np.int64], b: NDArray[np.int64], rows: Sequence[tuple[int, int]], likeness: NDArray[np.float32]
) -> list[tuple[int, int]]:
    """Columns matched one to one by how well they agree over the matched rows, best first."""
    if not rows:
        return []
    one, two = a[[i for i, _ in rows]], b[[j for _, j in rows]]
    agreement = np.array(
        [[likeness[one[:, p], two[:, q]].sum() for q in range(b.shape[1])] for p in range(a.shape[1])]
    ).reshape(a.shape[1], b.shape[1])
    filled = np.maximum((one > 0).sum(axis=0)[:, None], (two > 0).sum(axis=0)[None])
    share = agreement / np.maximum(filled, 1)
    pairs = [
        (-round(float(share[p, q]), 6), abs(p / a.shape[1] - q / b.shape[1]), p, q)
        for p in range(a.shape[1])
        for q in range(b.shape[1])
        if share[p, q] >= 0.25
    ]
    return sorted((p, q) for p, q in _one_to_one([(p, q) for _, _, p, q in sorted(pairs)]))


def _one_to_one(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs in order, without those whose ends are taken."""
    left: set[int] = set()
    right: set[int] = set()
    kept = []
    for i, j in pairs:
        if i not in left and j not in right:
            kept.append((i, j))
            left.add(i)
            right.add(j)
    return kept


def _row_agreement(
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    columns: Sequence[tuple[int, int]],
    likeness: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Agreement of any two rows over the matched columns, those that tell rows apart weighing more."""
    total = np.zeros((len(a), len(b)))
    for p, q in columns:
        agreement = likeness[np.ix_(a[:, p], b[:, q])].astype(np.float64)
        total += agreement * (1 - min(float(agreement.mean()), 0.95))
    return total


def monotone(agreement: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The order-keeping matching of rows with the largest sum of agreements.

    Needleman and Wunsch 1970, doi:10.1016/0022-2836(70)90057-4; rows without a partner cost nothing.

    Parameters
    ----------
    agreement : (N, M) ndarray
        Of each row of one table with each of the other, not below 0.

    Returns
    -------
    list of (int, int)
    """
    n, m = agreement.shape
    best = np.zeros((n + 1, m + 1))
    for i in range(n):
        matched = best[i, :-1] + agreement[i]
        best[i + 1, 1:] = np.maximum.accumulate(np.maximum(matched, best[i, 1:]))
    pairs = []
    i, j = n, m
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]


def _by_place(rows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Rows left over between two matched neighbours are matched in order where both sides have as many."""
    filled = []
    for (i, j), (k, m) in pairwise(rows):
        filled.append((i, j))
        if k - i == m - j:
            filled.extend((i + s, j + s) for s in range(1, k - i))
    return filled + rows[-1:]


def _score(
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    rows: Sequence[tuple[int, int]],
    columns: Sequence[tuple[int, int]],
    likeness: NDArray[np.float32],
) -> float:
    """Twice the agreement in matched places by the number of filled places of both tables."""
    filled = int((a > 0).sum() + (b > 0).sum())
    if not filled or not rows or not columns:
        return 0.0
    one = a[np.ix_([i for i, _ in rows], [p for p, _ in columns])]
    two = b[np.ix_([j for _, j in rows], [q for _, q in columns])]
    return 2 * float(likeness[one, two].sum()) / filled


def _cell_pairs(one: _Grid, two: _Grid, match: TableMatch) -> list[tuple[str, str]]:
    """Ids of cells that share matched places: of several the one with the same digits, else a filled one."""
    votes: dict[tuple[int, int], int] = {}
    for i, j in match.rows:
        for p, q in match.columns:
            pair = int(one.owner[i, p]), int(two.owner[j, q])
            if min(pair) >= 0:
                votes[pair] = votes.get(pair, 0) + 1
    texts = [[_content(cell) for cell in grid.cells] for grid in (one, two)]

    def merit(pair: tuple[int, int]) -> tuple[bool, bool, int]:
        a, b = texts[0][pair[0]], texts[1][pair[1]]
        return bool(a) and a == b, bool(a) == bool(b), votes[pair]

    ranked = sorted(votes, key=lambda pair: (*(-value for value in merit(pair)), pair))
    return [(one.cells[k].id, two.cells[m].id) for k, m in sorted(_one_to_one(ranked))]
