"""Do the numbers that two pages share stand in corresponding places?

Every number that occurs on both pages votes for a pair of columns and an offset of rows. The offset with the
most votes beyond chance begins a part; the rows of the part then take the path through the offsets that is
best where each change costs, so that a row missing on one page costs little and a chance agreement elsewhere
gains nothing. What the part covers is taken away, and the next part is sought.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zij.similarity.arrangement.entries import Arrangement
from zij.similarity.arrangement.equal import EqualNumbers, equal_numbers
from zij.similarity.arrangement.match import ArrangementMatch, SharedPart
from zij.similarity.arrangement.placing import (
    columns_by_place,
    columns_by_rows,
    first_columns,
    rows_by_columns,
)
from zij.similarity.arrangement.prepared import Ints, Prepared, prepare
from zij.similarity.arrangement.transposing import may_be_transposed

__all__ = ["compare_arrangements", "compare_prepared"]

MOST_PARTS = 6
"""Parts sought on a pair of pages."""
CONTRARY = 0.5
"""How much a differing number counts against its row, when the ends of a part are sought."""
LEAST_COLUMN = 0.2
"""Share of a column's numbers that must agree for it to belong to a part."""
SPREAD = 3.0
"""Standard deviations by which a part must agree more than chance."""
LEAST_IN_COLUMNS, LEAST_IN_ROWS = 3.0, 1.0
"""Agreements by which it must besides: a part is the best of very many placings of one page on the other, and
of some assignments of columns."""
LEAST_AGREEMENT = 0.4
"""Agreement, corrected for chance, below which there is no part."""
ENOUGH = 8.0
"""Worth of shared parts, in agreements, below which a match counts for less: so little may be chance."""
CLEAR = 0.3
"""Score from which on a table is not sought with its rows as columns as well."""
ROUNDS = 2
"""How often rows and columns are matched in turn."""

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def compare_arrangements(a: Arrangement, b: Arrangement) -> ArrangementMatch:
    """Whether the numbers that two pages share stand in corresponding places, and which part they share.

    Found are a table on both pages; a part of it, also at other rows and columns; rows and columns that one
    page has and the other has not; whole columns in another order; a long table set in several columns or
    cut into several tables; all with some numbers misread. Where little of that is found, a table with its
    rows set as columns is, if half of the smaller page or more belongs to it. Not found are rows in another
    order.

    An agreement counts by its weight (`zij.similarity.arrangement.prepared.prepare`): rare numbers much,
    counts and constant columns next to nothing. What chance would give is taken off (`_chance`), so that a
    shuffled copy of a table scores about 0 whether its columns, its rows or all of it were shuffled; with few
    rows and columns a shuffled copy can by luck have many numbers in place.

    Parameters
    ----------
    a, b : Arrangement
        Of one page each; `compare_arrangements(b, a)` is `compare_arrangements(a, b).turned()`.

    Returns
    -------
    ArrangementMatch
    """
    return compare_prepared(prepare(a), prepare(b))


def compare_prepared(a: Prepared, b: Prepared) -> ArrangementMatch:
    """`compare_arrangements` of pages that are prepared already, for one page against many."""
    if _key(b) < _key(a):  # always the same way round, so that the result is the same, too
        return compare_prepared(b, a).turned()
    pairs = equal_numbers(a, b)
    upright = _match(a, b, _parts(a, b, pairs))
    if upright.score >= CLEAR or not may_be_transposed(a, b, pairs):
        return upright
    exchanged = prepare(b.page.transposed())
    found = _match(a, exchanged, _parts(a, exchanged, equal_numbers(a, exchanged)))
    if found.score <= upright.score:
        return upright
    return replace(found, parts=tuple(replace(part, transposed="b") for part in found.parts))


def _parts(a: Prepared, b: Prepared, pairs: EqualNumbers) -> list[_Part]:
    """The parts that stand on both pages, in the order in which they were found."""
    free_a, free_b = np.ones(len(a.value), bool), np.ones(len(b.value), bool)
    parts: list[_Part] = []
    while len(parts) < MOST_PARTS and len(pairs.a):
        part = _part(a, b, pairs, free_a, free_b)
        if part is None or not part.proven:
            break
        parts.append(part)
        free_a[part.a] = free_b[part.b] = False
        pairs = pairs.where(free_a[pairs.a] & free_b[pairs.b])
    return parts


def _key(page: Prepared) -> tuple[int, bytes, bytes]:
    return len(page.value), page.places.tobytes(), page.value.tobytes()


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Entries in corresponding places, whether they agree, and their weight; the agreement that chance would
    give them, and that which it would hardly ever give.
    """

    a: Ints
    b: Ints
    agree: Mask
    weight: Floats
    chance: float = 0.0
    bar: float = math.inf

    def where(self, mask: Mask) -> _Part:
        return _Part(self.a[mask], self.b[mask], self.agree[mask], self.weight[mask])

    @property
    def agreeing(self) -> float:
        """Weight of what agrees."""
        return float(self.weight[self.agree].sum())

    @property
    def corrected(self) -> float:
        """Agreement corrected for chance (Cohen 1960, doi:10.1177/001316446002000104); 1: all agree."""
        whole = float(self.weight.sum())
        return (self.agreeing - self.chance) / (whole - self.chance) if whole > self.chance else 0.0

    @property
    def proven(self) -> bool:
        """Whether chance does not explain it."""
        return self.agreeing >= self.bar and self.corrected >= LEAST_AGREEMENT

    @property
    def worth(self) -> float:
        """Weight of the part times its corrected agreement."""
        return float(self.weight.sum()) * self.corrected


def _part(a: Prepared, b: Prepared, pairs: EqualNumbers, free_a: Mask, free_b: Mask) -> _Part | None:
    """The best placing of one page on the other, as far as it goes; None where nothing agrees."""
    columns = first_columns(a, b, pairs)
    for _ in range(ROUNDS):
        rows = rows_by_columns(a, b, pairs, columns)
        before, columns = columns, columns_by_rows(a, b, pairs, rows)
        if np.array_equal(before, columns):
            break
    columns = columns_by_place(b, columns)
    one = np.flatnonzero((columns[a.column] >= 0) & (rows[a.row] >= 0) & free_a)
    two = b.at(columns[a.column[one]], rows[a.row[one]])
    there = (two >= 0) & free_b[two]
    one, two = one[there], two[there]
    part = _Part(one, two, a.value[one] == b.value[two], np.minimum(a.weight[one], b.weight[two]))
    part = part.where(_good_columns(a, part))
    part = part.where(_good_rows(a, part))
    if not len(part.a):
        return None
    chance, bar = _chance(a, b, pairs, part)
    return replace(part, chance=chance, bar=bar)


def _good_columns(a: Prepared, part: _Part) -> Mask:
    column = a.column[part.a]
    agreeing, whole = (
        np.bincount(column[part.agree], minlength=a.columns),
        np.bincount(column, minlength=a.columns),
    )
    return np.asarray((agreeing >= LEAST_COLUMN * whole)[column])


def _good_rows(a: Prepared, part: _Part) -> Mask:
    """The run of rows with the largest sum of agreements less what differs."""
    row = a.row[part.a]
    gain = np.bincount(row, np.where(part.agree, part.weight, -CONTRARY * part.weight), a.rows)
    total = np.concatenate([[0.0], np.cumsum(gain)])
    rise = total - np.minimum.accumulate(total)
    last = int(rise.argmax())
    first = int(total[: last + 1].argmin())
    return np.asarray((row >= first) & (row < last))


def _chance(a: Prepared, b: Prepared, pairs: EqualNumbers, part: _Part) -> tuple[float, float]:
    """Agreement, by weight, that chance would give a part of that form; and which it would hardly ever give.

    Chance may have put the numbers of each column in any order, or those of each row: of these two what gives
    more. A pair of equal numbers in one of n lines meets with probability 1 / n.
    """
    column, row = a.column[part.a], a.row[part.a]
    column_of, row_of = np.full(a.columns, -1), np.full(a.rows, -1)
    column_of[column], row_of[row] = b.column[part.b], b.row[part.b]
    in_a, in_b = np.zeros(len(a.value), bool), np.zeros(len(b.value), bool)
    in_a[part.a] = in_b[part.b] = True
    here = np.flatnonzero(in_a[pairs.a] & in_b[pairs.b])
    weight, group, row_a = pairs.weight[here], pairs.group[here], pairs.row[here]
    height, width = np.bincount(column, minlength=a.columns), np.bincount(row, minlength=a.rows)
    column_a = pairs.column_a[group]
    in_column = column_of[column_a] == pairs.column_b[group]
    in_row = (row_of[row_a] == row_a + pairs.offset[here] - a.rows) & (width[row_a] > 1)
    chance, bar = 0.0, 0.0
    for same, lines, least in (
        (in_column, height[column_a], LEAST_IN_COLUMNS),
        (in_row, width[row_a], LEAST_IN_ROWS),
    ):
        meet = 1 / lines[same]
        expected = float((weight[same] * meet).sum())
        spread = math.sqrt(float((weight[same] ** 2 * meet * (1 - meet)).sum()))
        chance, bar = max(chance, expected), max(bar, expected + SPREAD * spread + least)
    return chance, bar


def _match(a: Prepared, b: Prepared, parts: list[_Part]) -> ArrangementMatch:
    if not parts:
        return ArrangementMatch()
    smaller = min(float(a.weight.sum()), float(b.weight.sum()))
    worth = sum(part.worth for part in parts)
    agreeing = sum(int(part.agree.sum()) for part in parts)
    shared = [shared for part in parts for shared in _shared(a, b, part)]
    share = sum(part.corrected * int(part.agree.sum()) for part in parts) / min(len(a.value), len(b.value))
    return ArrangementMatch(
        score=math.sqrt(share * min(worth / smaller, 1.0)) * min(worth / ENOUGH, 1.0),
        chance=min(sum(part.chance for part in parts) / smaller, 1.0),
        share_a=agreeing / len(a.value),
        share_b=agreeing / len(b.value),
        agreeing=agreeing,
        differing=sum(len(part.a) for part in parts) - agreeing,
        parts=tuple(sorted(shared, key=lambda part: -part.agreeing)),
    )


def _shared(a: Prepared, b: Prepared, part: _Part) -> list[SharedPart]:
    """The part in the words of the readings, one for each pair of tables."""
    table_a, table_b = (
        page.page.table[entries].astype(np.int64) for page, entries in ((a, part.a), (b, part.b))
    )
    tables = table_a << 16 | table_b
    found = []
    for pair in np.unique(tables).tolist():
        here = tables == pair
        p, q = part.a[here], part.b[here]
        columns = np.unique(a.page.column[p].astype(np.int64) << 16 | b.page.column[q]).tolist()
        rows_a, rows_b = ((int(r.min()), int(r.max())) for r in (a.page.row[p], b.page.row[q]))
        agreeing = int(part.agree[here].sum())
        found.append(
            SharedPart(
                table_a=pair >> 16, table_b=pair & 0xFFFF, rows_a=rows_a, rows_b=rows_b,
                columns=tuple(divmod(both, 1 << 16) for both in columns),
                agreeing=agreeing, differing=len(p) - agreeing,
            )
        )  # fmt: skip
    return found
