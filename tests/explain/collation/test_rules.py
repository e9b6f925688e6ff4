"""Rules of columns: each is found, flags what breaks it with what it expects, and nothing else."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from reckoned import table_of

from zij.explain.collation.arithmetic import TableChecks, check_table


def flags(checks: TableChecks) -> list[tuple[int, int, str]]:
    return [(check.row, check.column, check.expected) for check in checks.flagged]


def spoiled(rows: list[list[str]], changes: dict[tuple[int, int], str]) -> list[list[str]]:
    result = [list(row) for row in rows]
    for (row, column), text in changes.items():
        assert result[row][column] != text
        result[row][column] = text
    return result


def column(function: Callable[[int], int], rows: int = 40) -> list[list[str]]:
    return [[str(function(k))] for k in range(rows)]


@pytest.mark.parametrize(
    ("name", "rows", "change", "expected"),
    [
        ("constant", column(lambda k: 7), (11, 0, "1"), "7"),
        ("counting", column(lambda k: k + 1), (11, 0, "15"), "12"),
        ("constant differences", column(lambda k: 5 + 13 * k), (20, 0, "266"), "265"),
        ("constant differences", column(lambda k: round(5 + 12.345 * k)), (20, 0, "259"), "252"),
        ("constant second differences", column(lambda k: 400 + k * k), (20, 0, "890"), "800"),
        ("repetition", column(lambda k: [3, 1, 4, 1, 5, 9, 2][k % 7]), (16, 0, "8"), "4"),
        ("smooth differences", column(lambda k: round(9000 * np.exp(k / 17))), (20, 0, "26186"), "29186"),
        ("symmetry", column(lambda k: 900 - 20 * abs(k - 20) + abs(k - 20) * 37 % 11, 41),
         (7, 0, "148"), "648"),
    ],
)  # fmt: skip
def test_a_rule_is_found_and_what_breaks_it_flagged(
    name: str, rows: list[list[str]], change: tuple[int, int, str], expected: str
) -> None:
    at, text = change[:2], change[2]
    right = check_table(table_of(rows))
    assert not right.flagged
    assert name in {rule.name for rule in right.rules}
    assert rows[at[0]][at[1]] == expected
    checks = check_table(table_of(spoiled(rows, {at: text})))
    assert flags(checks) == [(*at, expected)]
    assert checks.flagged[0].rule == name


def test_rounding_noise_is_no_error() -> None:
    rng = np.random.default_rng(1)
    for seed in range(20):
        curve = [3600 * 60 * np.sin(k / (20 + seed)) + rng.integers(-1, 2) for k in range(60)]
        rows = [[str(round(value) // 60), str(round(value) % 60)] for value in np.array(curve) + 300_000]
        assert not check_table(table_of(rows)).flagged


def test_up_to_a_tenth_of_wrong_cells_is_borne() -> None:
    rows = column(lambda k: 1000 + 17 * k, 60)
    wrong = {(k, 0): str(int(rows[k][0]) + 300) for k in (3, 17, 18, 31, 44, 59)}
    assert {(row, 0) for row, _, _ in flags(check_table(table_of(spoiled(rows, wrong))))} == set(wrong)


def test_the_wrong_place_of_a_number_is_named() -> None:
    rows = [[str(k * 2843 // 3600), str(k * 2843 // 60 % 60), str(k * 2843 % 60)] for k in range(1, 41)]
    assert rows[19][1] == "47"
    checks = check_table(table_of(spoiled(rows, {(19, 1): "41"})))
    assert flags(checks) == [(19, 1, "47")]
    assert checks.flagged[0].residual == -6 * 60


def test_a_step_that_carries_on_is_one_error_of_many_cells() -> None:
    rows = column(lambda k: 100 + 37 * k + (5 if k >= 22 else 0))
    flagged = check_table(table_of(rows)).flagged
    assert [(check.row, check.run) for check in flagged] == [(22, 18)]


def test_columns_are_held_against_each_other() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.integers(100, 900, 30), rng.integers(100, 900, 30)
    rows = [[str(x), str(y), str(x + y)] for x, y in zip(a, b, strict=True)]
    checks = check_table(table_of(spoiled(rows, {(9, 2): "77"})))
    assert flags(checks) == [(9, 2, str(a[9] + b[9]))]
    mirrored = [[str(x), str(y)] for x, y in zip(a, a[::-1], strict=True)]
    checks = check_table(table_of(spoiled(mirrored, {(4, 0): "77"})))
    assert flags(checks) == [(4, 0, str(a[4]))]


def test_an_argument_that_is_wrong_does_not_condemn_what_is_computed_from_it() -> None:
    rows = [[str(k), str(round(60000 * np.sin(np.radians(k))))] for k in range(1, 61)]
    checks = check_table(table_of(spoiled(rows, {(30, 0): "37"})))
    assert flags(checks) == [(30, 0, "31")]


@pytest.mark.parametrize(
    "rows",
    [
        [], [[]], [["12"]], [["1", "2", "3"]], [["Aries", "Taurus"]] * 12, [[""] * 4] * 9,
        [["5"] * 3] * 9, [["x", "3"], ["y", ""]], [["9" * 18]] * 9, [["1"], ["2"]],
        [["-4"], ["-3"], ["-2"]] * 4,
    ],
)  # fmt: skip
def test_any_table_has_an_answer(rows: list[list[str]]) -> None:
    checks = check_table(table_of(rows))
    assert not checks.flagged
    assert checks.rules or checks.remarks or not rows or not rows[0]


def test_random_numbers_keep_no_rule() -> None:
    rng = np.random.default_rng(3)
    for _ in range(10):
        rows = [[str(value) for value in line] for line in rng.integers(0, 5000, (40, 6))]
        assert not check_table(table_of(rows)).rules
    rows = [[str(value) for value in line] for line in rng.integers(0, 60, (400, 3))]
    assert not check_table(table_of(rows)).rules


def test_ten_thousand_rows_are_no_burden() -> None:
    rows = [[str(k), str(round(1e7 * np.sin(k / 9000)))] for k in range(10_000)]
    table = table_of(spoiled(rows, {(5000, 1): "17"}))
    start = time.process_time()
    assert flags(check_table(table)) == [(5000, 1, rows[5000][1])]
    assert time.process_time() - start < 60


def sines(rows: int, step: float = 1.0) -> list[int]:
    """Sines of degrees in a circle of radius 60,000."""
    return [round(60_000 * math.sin(math.radians(20 + step * k))) for k in range(rows)]


def stretched(rows: int, span: int) -> list[int]:
    """Every n-th sine computed, the others interpolated in a straight line."""
    nodes = sines(rows // span + 2, 3.0)
    return [
        round(nodes[k // span] + (nodes[k // span + 1] - nodes[k // span]) * (k % span) / span)
        for k in range(rows)
    ]


@pytest.mark.parametrize("span", [2, 3, 6, 10])
def test_rows_interpolated_between_computed_ones(span: int) -> None:
    values = stretched(61, span)
    right = check_table(table_of([[str(v)] for v in values]))
    assert not right.flagged
    (rule,) = (rule for rule in right.rules if rule.name == "interpolation")
    assert f"every {span}th row" in rule.words
    inner = 3 * span + 1
    wrong = [[str(v + 40 * (k == inner))] for k, v in enumerate(values)]
    assert (inner, 0, str(values[inner])) in flags(check_table(table_of(wrong)))


def test_a_wrong_computed_row_is_blamed_and_not_those_about_it() -> None:
    values = stretched(61, 6)
    wrong = [[str(v + 300 * (k == 24))] for k, v in enumerate(values)]
    found = check_table(table_of(wrong))
    assert [(row, column) for row, column, _ in flags(found)] == [(24, 0)]
    assert abs(int(flags(found)[0][2]) - values[24]) <= 1


@pytest.mark.parametrize(("part", "words"), [(0.5, "1/2"), (1 / 3, "1/3"), (0.25, "1/4")])
def test_a_column_interpolated_from_another(part: float, words: str) -> None:
    values = [v + 700 * (k % 3) for k, v in enumerate(sines(31))]  # a course that is not smooth
    half = [round(a + part * (b - a)) for a, b in pairwise(values)]
    rows = [[str(a), str(b)] for a, b in zip(values, half, strict=False)]
    right = check_table(table_of(rows))
    assert not right.flagged
    assert any(rule.name.startswith("interpolation of") and words in rule.words for rule in right.rules)
    checks = check_table(table_of(spoiled(rows, {(11, 1): str(half[11] + 60)})))
    assert [(row, column) for row, column, _ in flags(checks)] == [(11, 1)]
    assert abs(int(flags(checks)[0][2]) - half[11]) <= 1


def test_smooth_and_random_columns_are_not_interpolated() -> None:
    rng = np.random.default_rng(5)
    tables = (
        [[str(v)] for v in sines(61)],
        [[str(rng.integers(1000)), str(rng.integers(1000))] for _ in range(40)],
    )
    for rows in tables:
        assert not any("interpolat" in rule.words for rule in check_table(table_of(rows)).rules)
