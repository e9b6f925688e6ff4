"""Printed means of rows and columns as a check of hourly readings."""

from __future__ import annotations

import numpy as np
from reckoned import barometer_rows, table_of

from zij.explain.collation.arithmetic import check_table


def test_printed_means_are_found_and_right_tables_pass() -> None:
    checks = check_table(table_of(barometer_rows(1)))
    assert {"mean of the row", "mean of the column"} <= {rule.name for rule in checks.rules}
    assert not checks.flagged and not checks.remarks


def test_single_digits_that_are_wrong_are_found() -> None:
    found = false = missed = 0
    for seed in (0, 1, 5):
        rows, rng = barometer_rows(seed), np.random.default_rng(seed)
        errors = set()
        for _ in range(6):
            row, column = int(rng.integers(28)), int(rng.integers(1, 25))
            text, place = rows[row][column], int(rng.choice([0, 2, 3]))
            digit = int(text[place]) + int(rng.integers(2, 9))
            if (row, column) not in errors:
                rows[row][column] = text[:place] + str(digit % 10) + text[place + 1 :]
                if abs(digit % 10 - int(text[place])) >= 2:
                    errors.add((row, column))
                else:
                    rows[row][column] = text
        flags = {(check.row, check.column) for check in check_table(table_of(rows)).flagged}
        found, false, missed = (
            found + len(flags & errors),
            false + len(flags - errors),
            missed + len(errors - flags),
        )
    assert found / (found + false) >= 0.95 and found / (found + missed) >= 0.9


def test_a_mean_that_is_wrong_is_blamed_itself() -> None:
    rows = barometer_rows(3)
    right = rows[9][25]
    rows[9][25] = right[:3] + str((int(right[3]) + 4) % 10) + right[4]
    flagged = check_table(table_of(rows)).flagged
    assert [(check.row, check.column, check.expected) for check in flagged] == [(9, 25, right)]


def test_totals_are_found_too() -> None:
    rng = np.random.default_rng(8)
    values = rng.integers(100, 900, (20, 6))
    full = np.hstack([values, values.sum(1, keepdims=True)])
    full = np.vstack([full, full.sum(0)])
    rows = [[str(value) for value in line] for line in full]
    checks = check_table(table_of(rows))
    assert {"total of the row", "total of the column"} <= {rule.name for rule in checks.rules}
    assert not checks.flagged
    rows[5][2] = str(values[5, 2] + 40)
    flagged = check_table(table_of(rows)).flagged
    assert [(check.row, check.column, check.expected) for check in flagged] == [(5, 2, str(values[5, 2]))]
