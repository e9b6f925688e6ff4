"""The check by arrangement knows a table, a part of it and its shuffled copy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_arrangements import Table, chords, misread, numbers, page
from numpy.typing import NDArray

from zij.similarity.arrangement import (
    ArrangementMatch,
    SharedPart,
    arrangement,
    compare_arrangements,
    compare_prepared,
    prepare,
)
from zij.similarity.arrangement.prepared import COUNTED, EVEN, FLOOR
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Reading
from zij.tables.reading import Table as ReadTable

NOTHING = ArrangementMatch()
TABLES = {
    "chords": chords(45),
    "two digits": numbers(30, 6, seed=1),
    "three columns": numbers(30, 3, seed=2),
    "wide": numbers(15, 12, seed=3),
    "no count": numbers(24, 6, seed=4)[:, 1:],
}


def compare(a: Table, b: Table) -> ArrangementMatch:
    return compare_arrangements(page(a), page(b))


def only(match: ArrangementMatch) -> SharedPart:
    (part,) = match.parts
    return part


def shuffled(table: Table, how: str, seed: int) -> Table:
    rng = np.random.default_rng(seed)
    if how == "all cells":
        return np.asarray(rng.permutation(table.ravel()).reshape(table.shape))
    return np.asarray(rng.permuted(table, axis=1 if how == "within rows" else 0))


@pytest.mark.parametrize("name", TABLES)
def test_a_page_is_itself(name: str) -> None:
    match = compare(TABLES[name], TABLES[name])
    rows, columns = TABLES[name].shape
    assert match.score == pytest.approx(1)
    assert match.share_a == match.share_b == 1
    assert (match.agreeing, match.differing) == (rows * columns, 0)
    assert only(match) == SharedPart(
        0, 0, (0, rows - 1), (0, rows - 1), tuple((c, c) for c in range(columns)), rows * columns, 0
    )
    assert only(match).shift == (0, 0)
    assert 0 < match.chance < 0.7


@pytest.mark.parametrize("how", ["within rows", "within columns", "all cells"])
@pytest.mark.parametrize("name", TABLES)
def test_a_shuffled_copy_scores_as_chance(name: str, how: str) -> None:
    scores = [compare(TABLES[name], shuffled(TABLES[name], how, seed)).score for seed in range(5)]
    assert np.mean(scores) < 0.05
    assert max(scores) < 0.2


@pytest.mark.parametrize("name", TABLES)
def test_other_tables_of_the_form_share_nothing(name: str) -> None:
    rows, columns = TABLES[name].shape
    assert [compare(TABLES[name], numbers(rows, columns, seed)).score for seed in range(50, 55)] == [0] * 5


@pytest.mark.parametrize("share", [0.05, 0.1])
@pytest.mark.parametrize("name", TABLES)
def test_misread_numbers_cost_little_more_than_themselves(name: str, share: float) -> None:
    table = TABLES[name]
    match = compare(misread(table, share, seed=5), misread(table, share, seed=6))
    assert match.score > 0.45
    assert match.score < match.share_a <= (1 - share) ** 2 + 0.1
    assert match.agreeing + match.differing >= 0.9 * table.size


@pytest.mark.parametrize("name", TABLES)
def test_a_part_of_a_table(name: str) -> None:
    table = misread(TABLES[name], 0.03, seed=7)
    rows = len(table)
    match = compare(TABLES[name], table[rows // 3 :])
    assert match.score > 0.7
    assert only(match).shift[0] == -(rows // 3)
    assert only(match).rows_a[1] == rows - 1
    assert match.share_a < 0.7 < match.share_b


def test_columns_cut_off() -> None:
    table = TABLES["two digits"]
    match = compare(table, table[:, 2:5])
    assert match.score > 0.85
    assert only(match).columns == ((2, 0), (3, 1), (4, 2))
    assert (only(match).columns_a, only(match).columns_b) == ((2, 4), (0, 2))
    assert only(match).shift == (0, -2)


def test_the_end_of_one_page_is_the_beginning_of_another() -> None:
    long = chords(75)
    match = compare(long[:45], long[30:])
    assert only(match).rows_a == (30, 44)
    assert only(match).rows_b == (0, 14)
    assert match.agreeing >= 15 * 5
    assert 0.15 < match.score < 0.4
    assert compare(long[:45], long[45:]).score == 0  # continued on the next page: no number in common


def test_rows_that_one_page_lacks() -> None:
    table = TABLES["two digits"]
    match = compare(table, np.delete(table, [9, 10, 21], axis=0))
    assert only(match) == SharedPart(0, 0, (0, 29), (0, 26), tuple((c, c) for c in range(6)), 27 * 6, 0)
    assert match.score > 0.95


def test_rows_and_columns_set_between() -> None:
    table = TABLES["two digits"]
    rng = np.random.default_rng(8)
    other = np.insert(table, [2, 4], rng.integers(0, 60, (30, 1)), axis=1)
    other = np.insert(other, [10, 20], rng.integers(0, 60, 8), axis=0)
    match = compare(table, other)
    assert match.score > 0.9
    assert only(match).columns == ((0, 0), (1, 1), (2, 3), (3, 4), (4, 6), (5, 7))
    assert match.agreeing == table.size


def test_columns_in_another_order() -> None:
    table, order = TABLES["two digits"], [0, 3, 1, 5, 4, 2]
    match = compare(table, table[:, order])
    assert match.score == pytest.approx(1)
    assert only(match).columns == tuple(sorted((c, n) for n, c in enumerate(order)))


def test_one_column_that_slipped_by_a_row() -> None:
    table = TABLES["two digits"]
    other = table.copy()
    other[12:-1, 2] = table[13:, 2]
    other[-1, 2] = -1
    match = compare(table, other)
    assert match.score > 0.8
    assert match.agreeing >= table.size - 18


@pytest.mark.parametrize("as_tables", [False, True])
def test_half_tables_side_by_side_are_one_long_table(as_tables: bool) -> None:
    one, two = chords(30), chords(30, 30)
    halves = page(one, two) if as_tables else page(np.concatenate([one, two], axis=1))
    match = compare_arrangements(page(np.concatenate([one, two])), halves)
    assert match.score > 0.95
    first, second = sorted(match.parts, key=lambda part: part.rows_a)
    assert (first.rows_a, first.rows_b) == ((0, 29), (0, 29))
    assert (second.rows_a, second.rows_b) == ((30, 59), (0, 29))
    assert second.table_b == as_tables
    assert second.shift == (-30, 0 if as_tables else 7)


def test_degrees_and_minutes_in_one_cell_or_in_two() -> None:
    table = TABLES["two digits"]

    def read(join: bool) -> Reading:
        cells = []
        for row, values in enumerate(table.tolist()):
            texts = [str(values[0]), f"{values[1]} {values[2]}", *map(str, values[3:])]
            if not join:
                texts[1:2] = texts[1].split()
            cells += [Cell(row, column, Box(0, 0, 1, 1), text=text) for column, text in enumerate(texts)]
        return Reading("x.png", "", 9, 9, (ReadTable(Box(0, 0, 9, 9), 30, 6, tuple(cells)),))

    match = compare_arrangements(arrangement(read(True)), arrangement(read(False)))
    assert match.score == pytest.approx(1)
    assert only(match).columns == ((0, 0), (1, 1), (1, 2), (2, 3), (3, 4), (4, 5))


def test_counts_and_constants_prove_nothing() -> None:
    def with_count(seed: int) -> Table:
        table = numbers(30, 6, seed)
        table[:, 4:] = 0
        return table

    assert compare(with_count(10), with_count(11)) == NOTHING
    count = np.arange(1, 31)[:, None]
    assert compare(count, count) == NOTHING
    assert compare(np.full((20, 4), 7), np.full((20, 4), 7)) == NOTHING


def test_two_mean_motions_are_told_apart() -> None:
    def motion(daily: int) -> Table:
        seconds = np.arange(1, 31) * daily
        return np.stack([np.arange(1, 31), seconds // 3600, seconds // 60 % 60, seconds % 60], axis=1)

    assert compare(motion(3548), motion(1886)).score == 0
    assert compare(motion(3548), motion(3548)).score == pytest.approx(1)


def test_little_is_not_enough() -> None:
    table = numbers(30, 6, seed=12)
    assert compare(table, table[:1]).score == 0
    assert compare(table, table[3:6, 1:3]).score < 0.1
    assert compare_arrangements(page(), page(table)) == NOTHING
    assert compare_arrangements(page(), page()) == NOTHING


@pytest.mark.parametrize("name", TABLES)
def test_rows_set_as_columns(name: str) -> None:
    table = TABLES[name]
    rows, columns = (tuple(range(length)) for length in table.shape)
    match = compare(table, table.T)
    assert match.score == pytest.approx(1)
    assert match.transposed and not compare(table, table).transposed
    assert (only(match).lines("a"), only(match).lines("b")) == ((rows, columns), (columns, rows))
    assert only(compare(table.T, table)).lines("a") == (columns, rows)


def test_a_part_set_the_other_way_with_misread_numbers() -> None:
    table = TABLES["two digits"]
    match = compare(table, misread(table, 0.05, seed=5)[12:].T)
    assert match.score > 0.7
    assert only(match).lines("a") == (tuple(range(12, 30)), tuple(range(6)))
    assert only(match).lines("b") == (tuple(range(6)), tuple(range(18)))


@pytest.mark.parametrize("how", ["within rows", "within columns", "all cells"])
def test_a_shuffled_copy_set_the_other_way_scores_as_chance(how: str) -> None:
    scores = [compare(table, shuffled(table, how, seed=1).T).score for table in TABLES.values()]
    assert np.mean(scores) < 0.05
    assert max(scores) < 0.2


tables = st.builds(
    lambda rows, columns, low, seed: np.random.default_rng(seed).integers(low, 40, (rows, columns)),
    st.integers(1, 14), st.integers(1, 6), st.sampled_from([-20, 0]), st.integers(0, 1000),
)  # fmt: skip


@given(st.lists(tables, max_size=2), st.lists(tables, max_size=2), st.integers(0, 9), st.integers(0, 9))
def test_what_holds_of_any_two_pages(one: list[Table], two: list[Table], rows: int, columns: int) -> None:
    shared = [table[rows:, columns % table.shape[1] :] for table in one]
    a, b = page(*one), page(*shared, *two)
    match = compare_arrangements(a, b)
    assert compare_arrangements(b, a) == match.turned()
    assert match.turned().turned() == match
    assert 0 <= match.score <= 1
    assert 0 <= match.chance <= 1
    assert match.agreeing == sum(part.agreeing for part in match.parts) <= min(len(a), len(b))
    assert match.differing == sum(part.differing for part in match.parts)
    for part in match.parts:
        assert part.agreeing + part.differing <= height(part) * len(part.columns)
    if len(a):
        assert match.share_a == match.agreeing / len(a)


def height(part: SharedPart) -> int:
    return part.rows_a[1] - part.rows_a[0] + 1


@given(st.integers(0, 1000))
def test_rows_and_columns_of_both_pages_in_one_other_order(seed: int) -> None:
    """What corresponds still does, when both pages are laid out otherwise in the same way."""
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 60, (20, 5))
    other = misread(table, 0.05, seed)
    rows, columns = rng.permutation(20), rng.permutation(5)
    here, there = compare(table, other), compare(table[rows][:, columns], other[rows][:, columns])
    assert there.score == pytest.approx(here.score, abs=0.12)


def plain_weights(table: Table) -> NDArray[np.float64]:
    """The weights as the documentation states them, one number at a time."""
    weights = np.zeros(table.shape)
    rows = len(table)
    values = table.tolist()
    flat = [value for row in values for value in row]
    for (r, c), value in np.ndenumerate(table):
        column = [values[k][c] for k in range(rows)]
        on_page = 1 - np.log(flat.count(value)) / np.log(max(len(flat), 2))
        in_column = 1 - np.log(column.count(value)) / np.log(max(rows, 2))
        novelty = 1.0
        for line, place in ((column, r), (values[r], c)):
            for first in range(max(place - 2, 0), min(place, len(line) - 3) + 1):
                x, y, z = line[first : first + 3]
                if y - x == z - y:
                    novelty = min(novelty, COUNTED if abs(y - x) <= 1 else EVEN)
        weights[r, c] = max(on_page * in_column * novelty, FLOOR)
    return weights


@given(st.integers(1, 9), st.integers(1, 6), st.integers(1, 12), st.integers(0, 1000))
def test_weights_are_those_of_the_formula(rows: int, columns: int, high: int, seed: int) -> None:
    table = np.random.default_rng(seed).integers(0, high, (rows, columns))
    assert prepare(page(table)).weight == pytest.approx(plain_weights(table).ravel())


def test_a_prepared_page_gives_the_same() -> None:
    a, b = page(TABLES["wide"]), page(misread(TABLES["wide"], 0.1, seed=1))
    assert compare_prepared(prepare(a), prepare(b)) == compare_arrangements(a, b)


def test_very_many_equal_numbers() -> None:
    """Only the rarest are looked at, and the table is found all the same."""
    table = np.concatenate([np.full((60, 12), 5), numbers(60, 8, seed=1)], axis=1)
    assert compare(table, table).score == pytest.approx(1, abs=0.02)
