"""One table laid on another: which rows and columns correspond, and how well.

Content decides: numbers that are the same agree, those that differ in one sign agree by half, so that misread
and misprinted digits do no harm. Rows keep their order; columns may stand in any. What is laid is taken away,
and the rest is laid again: so a table that one witness sets in two halves finds both.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from zij.explain.collation.figures import agreement
from zij.explain.collation.grids import Codes, telling
from zij.explain.collation.sequences import Pairs, anchors, by_place, matched

__all__ = [
    "BESIDE",
    "LEAST_COLUMN",
    "LEAST_ROW",
    "LEAST_SAME",
    "LEAST_SCORE",
    "LEAST_WORTH",
    "Laid",
    "Sheet",
    "lay",
    "worth_in_place",
]

LEAST_SCORE = 0.3
"""Alignment score below which two tables do not hold the same numbers."""
LEAST_WORTH = 2.5
"""Telling agreements beyond chance below which a match is an accident, unless a table has not so many."""
LEAST_SAME = 0.4
"""Share of the numbers in corresponding places that are the same in one table; where they are fewer, the
score is lowered in proportion: two halves of a table may differ in one sign nearly everywhere."""
LEAST_COLUMN = 0.25
"""Share of the numbers of two columns that agree if they correspond."""
BESIDE = 0.1
"""Share of the rows that a matched neighbour of two columns is worth, as if the columns agreed there."""
LEAST_ROW = 0.2
"""Share of two rows' numbers that agree if they may correspond."""
ROUNDS = 4
SAMPLE = 600  # rows from which columns are matched

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What is laid: packed numbers, and how much each tells, both (R, C).

    Attributes
    ----------
    code : (R, C) ndarray of uint64
    weight : (R, C) ndarray of float64
    """

    code: Codes
    weight: Floats

    def without(self, rows: list[int], columns: list[int]) -> Sheet:
        """The sheet with these places empty."""
        code, weight = self.code.copy(), self.weight.copy()
        code[np.ix_(rows, columns)] = 0
        weight[np.ix_(rows, columns)] = 0
        return Sheet(code, weight)


@dataclass(frozen=True, slots=True)
class Laid:
    """Rows and columns that correspond, in order of the first table.

    `score` is the agreement in the part that both share, corrected for chance, 0 to 1; `worth` the number of
    telling agreements beyond chance.

    Attributes
    ----------
    rows : tuple of (int, int)
    columns : tuple of (int, int)
    score : float
    worth : float
    """

    rows: tuple[tuple[int, int], ...]
    columns: tuple[tuple[int, int], ...]
    score: float
    worth: float

    @property
    def good(self) -> bool:
        """Whether both hold the same numbers."""
        return self.score >= LEAST_SCORE


def lay(a: Sheet, b: Sheet) -> Laid:
    """The best way to lay one table on another; score 0 where nothing is alike."""
    size = (len(a.code), len(b.code))
    large = size[0] * size[1] > 4_000_000
    fixed = anchors(a.code, b.code) if large else []
    rows = fixed if large else matched(size, lambda i, j: _shared(a, b)[i, j], fixed)
    columns: Pairs = []
    for _ in range(ROUNDS):
        before = rows, columns
        columns = _columns(a.code, b.code, rows, columns)
        rows = matched(size, _RowAgreement(a.code, b.code, columns, rows), fixed) if columns else []
        if (rows, columns) == before:
            break
    if not rows or not columns:
        return Laid((), (), 0.0, 0.0)
    columns = _columns_by_place(a.code, b.code, rows, columns)
    rows = by_place(rows, size, _Strange(a.code, b.code, columns))
    score, worth = _score(a, b, rows, columns)
    return Laid(tuple(rows), tuple(columns), score, worth)


def _shared(a: Sheet, b: Sheet) -> Floats:
    """Agreement of any two rows by the numbers that they share, rare ones weighing more, (n, m)."""
    kinds, index = np.unique(np.concatenate([a.code.ravel(), b.code.ravel()]), return_inverse=True)
    bags = []
    for code, part in ((a.code, index[: a.code.size]), (b.code, index[a.code.size :])):
        bag = np.zeros((len(code), len(kinds)), np.float32)
        np.add.at(bag, (np.repeat(np.arange(len(code)), code.shape[1]), part), 1.0)
        bag[:, kinds == 0] = 0
        bags.append(np.minimum(bag, 2))
    rows = len(a.code) + len(b.code)
    rarity = np.log((rows + 1) / (1 + sum((bag > 0).sum(axis=0) for bag in bags)))
    left, right = (bag * np.maximum(rarity, 0.05).astype(np.float32) for bag in bags)
    norms = np.linalg.norm(left, axis=1)[:, None] * np.linalg.norm(right, axis=1)[None]
    return np.asarray(left @ right.T / np.where(norms > 0, norms, 1.0), np.float64)


def _columns(a: Codes, b: Codes, rows: Pairs, before: Pairs) -> Pairs:
    """Columns matched one to one so that the sum of their agreements over the matched rows is largest.

    Columns whose neighbours were matched before are preferred: the whole parts of several columns of decimals
    may be nearly the same from top to bottom, and belong where their decimals are.
    """
    if not rows:
        return []
    step = max(len(rows) // SAMPLE, 1)
    one, two = a[[i for i, _ in rows[::step]]], b[[j for _, j in rows[::step]]]
    agree = np.array([[agreement(x, y).sum() for y in two.T] for x in one.T], np.float64).reshape(
        a.shape[1], b.shape[1]
    )
    filled = np.maximum((one > 0).sum(axis=0)[:, None], (two > 0).sum(axis=0)[None])
    share = agree / np.maximum(filled, 1)
    # of columns that agree equally well, those in like places
    apart = np.abs(np.linspace(0, 1, a.shape[1])[:, None] - np.linspace(0, 1, b.shape[1])[None])
    beside = np.zeros_like(agree)
    for p, q in before:
        for k in (-1, 1):
            if 0 <= p + k < a.shape[1] and 0 <= q + k < b.shape[1]:
                beside[p + k, q + k] += BESIDE * len(one)
    merit = np.where(share >= LEAST_COLUMN, agree + beside + 0.4 * share - 0.05 * apart, 0)
    left, right = linear_sum_assignment(-merit)
    return sorted((int(p), int(q)) for p, q in zip(left, right, strict=True) if merit[p, q] > 0)


class _RowAgreement:
    """Agreement of rows over the matched columns, those that tell rows apart weighing more."""

    def __init__(self, a: Codes, b: Codes, columns: Pairs, rows: Pairs) -> None:
        self.a, self.b, self.columns = a, b, columns
        step = max(len(rows) // 200, 1)
        i, j = [i for i, _ in rows[::step]], [j for _, j in rows[::step]]
        self.weights = [
            1 - min(float(agreement(a[i, p][:, None], b[j, q][None]).mean()), 0.95) for p, q in columns
        ]

    def __call__(self, one: slice, two: slice) -> Floats:
        total = np.zeros((one.stop - one.start, two.stop - two.start))
        most = np.full_like(total, 1e-9)
        for (p, q), weight in zip(self.columns, self.weights, strict=True):
            x, y = self.a[one, p][:, None], self.b[two, q][None]
            total += weight * agreement(x, y)
            most += weight * ((x > 0) & (y > 0))
        return np.where(total >= LEAST_ROW * most, total, 0)


class _Strange:
    """Whether two rows contradict each other: both full of figures, and none alike."""

    def __init__(self, a: Codes, b: Codes, columns: Pairs) -> None:
        self.a, self.b = a[:, [p for p, _ in columns]], b[:, [q for _, q in columns]]

    def __call__(self, i: int, j: int) -> bool:
        both = (self.a[i] > 0) & (self.b[j] > 0)
        return bool(both.sum() >= 3 and agreement(self.a[i], self.b[j]).sum() < 0.1 * both.sum())


def _columns_by_place(a: Codes, b: Codes, rows: Pairs, columns: Pairs) -> Pairs:
    """With columns between the same matched neighbours, where one has hardly a figure to compare.

    So the column of climates, Roman in one edition, lies on the Arabic one of another.
    """
    i, j = [i for i, _ in rows], [j for _, j in rows]
    found = list(columns)
    ends = [(-1, -1), *sorted(columns), (a.shape[1], b.shape[1])]
    for (p, q), (r, s) in pairwise(ends):
        if r - p != s - q or r - p < 2:
            continue
        for k in range(1, r - p):
            both = int(((a[i, p + k] > 0) & (b[j, q + k] > 0)).sum())
            least = min(int((a[i, p + k] > 0).sum()), int((b[j, q + k] > 0).sum()))
            if least <= 2 or both <= 0.1 * len(rows):
                found.append((p + k, q + k))
    return sorted(found)


def _score(a: Sheet, b: Sheet, rows: Pairs, columns: Pairs) -> tuple[float, float]:
    """Agreement beyond chance by what it could be, by weight, and its worth.

    What could agree are the numbers of both in the matched columns, from the first to the last matched row;
    but no fewer than all that the one with less has in these rows, so that like arguments alone are nothing.
    """
    i, j = [i for i, _ in rows], [j for _, j in rows]
    reached = possible = 0.0
    same = compared = 0
    for p, q in columns:
        x, y = a.code[i, p], b.code[j, q]
        weight = (a.weight[i, p] + b.weight[j, q]) / 2
        chance = _chance(x, y)
        both = (x > 0) & (y > 0)
        same, compared = same + int((x == y)[both].sum()), compared + int(both.sum())
        reached += float((weight * (agreement(x, y) - chance))[both].sum())
        lines = (a.weight[i[0] : i[-1] + 1, p].sum() + b.weight[j[0] : j[-1] + 1, q].sum()) / 2
        possible += float(lines) * (1 - chance)
    if possible > 0:
        possible = max(possible, min(_own(a, i), _own(b, j)))
    smaller = min(float(a.weight.sum()), float(b.weight.sum()))
    if possible <= 0 or reached < min(LEAST_WORTH, 0.5 * smaller):
        return 0.0, max(reached, 0.0)
    score = min(max(reached / possible, 0.0), 1.0)
    return score * min(same / (LEAST_SAME * max(compared, 1)), 1.0), reached


def _own(sheet: Sheet, rows: list[int]) -> float:
    """What a table's numbers from the first to the last of some rows could agree beyond chance, by weight."""
    lines = slice(rows[0], rows[-1] + 1)
    columns = zip(sheet.code[lines].T, sheet.weight[lines].T, strict=True)
    return sum(float(weight.sum()) * (1 - _chance(code, code)) for code, weight in columns if weight.any())


def _chance(x: Codes, y: Codes) -> float:
    """Expected agreement of two numbers drawn from two columns."""
    x, y = x[x > 0][:200], y[y > 0][:200]
    if len(x) < 2 or len(y) < 2:
        return 0.0
    return min(float(agreement(x[:, None], y[None]).mean()), 0.9)


def worth_in_place(sheet: Sheet, code: Codes) -> float:
    """Telling agreements beyond chance of numbers that lie on a sheet already, (R, C) both."""
    weight = (sheet.weight + telling(code)) / 2
    worth = 0.0
    for x, y, w in zip(sheet.code.T, code.T, weight.T, strict=True):
        both = (x > 0) & (y > 0)
        worth += float((w * (agreement(x, y) - _chance(x[both], y[both])))[both].sum())
    return worth
