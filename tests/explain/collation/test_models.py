"""Formulas: recognised with their parameter, on computed tables, on the printed chords and climates."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from reckoned import chord_rows, chord_seconds, table_of

from zij.explain.collation.arithmetic import TableChecks, check_table

DATA = Path(__file__).parents[4] / "shared" / "data"


def model(checks: TableChecks, name: str) -> tuple[float, float, float]:
    found = [one for one in checks.models if one.name == name]
    assert len(found) == 1 and found[0].recognised
    parameter = found[0].parameters[0]
    return parameter.value, parameter.low, parameter.high


def sexagesimal(value: float, places: int) -> list[str]:
    units = round(value * 60 ** (places - 1))
    return [str(units // 60 ** (places - 1 - k) % (60 if k else 10**9)) for k in range(places)]


def test_chords_are_those_that_ptolemy_prints() -> None:
    known = {72: (37, 4, 55), 120: (60, 0, 0), 180: (84, 51, 10), 240: (103, 55, 23), 360: (120, 0, 0)}
    for half_degrees, (parts, minutes, seconds) in known.items():
        assert abs(chord_seconds(half_degrees) - (parts * 3600 + minutes * 60 + seconds)) <= 1


@pytest.mark.parametrize("first", [1, 91, 180, 300])
def test_a_page_of_chords_with_misprints(first: int) -> None:
    rows = chord_rows(first, 45)
    right = check_table(table_of(rows))
    assert model(right, "chord")[0] == 60 and not right.flagged
    assert max(abs(check.residual) for check in right.cells if check.rule != "smooth differences") < 2.001
    assert any(rule.name.startswith("differences of columns 3-5") for rule in right.rules)
    rng = np.random.default_rng(first)
    for _ in range(6):
        row, column = int(rng.integers(2, 43)), int(rng.integers(2, 9))
        text = str((int(rows[row][column]) + int(rng.integers(3, 9))) % 60)
        wrong = [list(line) for line in rows]
        wrong[row][column] = text
        flagged = check_table(table_of(wrong)).flagged
        assert [(check.row, check.column, check.expected) for check in flagged] == [
            (row, column, rows[row][column])
        ]


def test_the_printed_chords_of_1515() -> None:
    path = DATA / "almagest_1515" / "f7r.cells.csv"
    if not path.is_file():
        pytest.skip("the page of chords is not here")
    halves: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    with path.open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            halves[line["table"]][int(line["row"])].append(line["text"])
    for name, rows in halves.items():
        checks = check_table(table_of(list(rows.values()), name))
        assert model(checks, "chord")[0] == 60
        assert any(rule.words.startswith("a thirtieth part") for rule in checks.rules)
        chords = [check for check in checks.cells if check.rule.startswith("chord") and not check.flagged]
        assert len(chords) == 135 and all(abs(check.residual) <= 2 for check in chords)
        # the print of 1515 has 0 for 1 minute in the first three thirtieths
        wrong = [(0, 6), (1, 6), (2, 6)] if name == "prima" else []
        assert [(check.row, check.column) for check in checks.flagged] == wrong


@pytest.mark.parametrize("radius", [60, 60_000, 10_000_000])
def test_sines_of_known_radius(radius: int) -> None:
    rows = [
        [
            str(k),
            str(round(radius * 60 * np.sin(np.radians(k))) // 60),
            str(round(radius * 60 * np.sin(np.radians(k))) % 60),
        ]
        for k in range(1, 91)
    ]
    assert model(check_table(table_of(rows)), "sine")[0] == radius


def test_an_unusual_radius_is_fitted() -> None:
    rows = [[str(k), str(round(123_457 * np.sin(np.radians(k))))] for k in range(1, 91)]
    value, low, high = model(check_table(table_of(rows)), "sine")
    assert low <= 123_457 <= high and high - low < 1 and value != 100_000


@pytest.mark.parametrize("obliquity", [23 + 31 / 60 + 30 / 3600, 23.85])
def test_the_obliquity_lies_in_its_interval(obliquity: float) -> None:
    e = np.radians(obliquity)
    declination = [
        [str(k), *sexagesimal(np.degrees(np.arcsin(np.sin(e) * np.sin(np.radians(k)))), 3)]
        for k in range(1, 91)
    ]
    value, low, high = model(check_table(table_of(declination)), "declination")
    assert abs(value - obliquity) < high - low < 0.001
    hours = [12.25 + k / 4 for k in range(30)]
    latitudes = [np.degrees(np.arctan(-np.cos(np.radians(7.5 * h)) / np.tan(e))) for h in hours]
    climates = [
        [str(int(h)), str(round(h % 1 * 60)), *sexagesimal(f, 2)]
        for h, f in zip(hours, latitudes, strict=True)
    ]
    value, low, high = model(check_table(table_of(climates)), "latitude of the longest day")
    assert low <= obliquity <= high and high - low < 0.02
    days = [
        [str(f), *sexagesimal(np.degrees(np.arccos(-np.tan(np.radians(f)) * np.tan(e))) / 7.5, 3)]
        for f in range(1, 61)
    ]
    value, low, high = model(check_table(table_of(days)), "longest day")
    assert low <= obliquity <= high and abs(value - obliquity) < 0.001


def test_mean_motion_modulo_a_circle() -> None:
    daily = 13 + 10 / 60 + 35 / 3600
    rows = [[str(k + 1), *sexagesimal((40.5 + daily * k) % 360, 3)] for k in range(60)]
    checks = check_table(table_of(rows))
    found = [one for one in checks.models if one.name == "mean motion"]
    assert len(found) == 1
    per_day = found[0].parameters[0]
    assert per_day.low <= daily <= per_day.high or abs(per_day.value - daily) < 1e-9
    assert not checks.flagged


def test_a_parabola_is_no_sine() -> None:
    rows = [[str(k), str(round(100_000 - 3.7 * (k - 50) ** 2))] for k in range(1, 60)]
    assert not [one for one in check_table(table_of(rows)).models if one.name in ("sine", "chord")]


def test_the_printed_climates() -> None:
    path = DATA / "climates"
    found = sorted(path.glob("*.cells.csv")) if path.is_dir() else []
    if not found:
        pytest.skip("the climates are not here")
    lines: dict[int, dict[str, str]] = defaultdict(dict)
    with found[0].open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            lines[int(line["row"])][line["column"]] = line["text"]
    names = ["Maggior_di_H", "Maggior_di_M", "Altezza_G", "Altezza_M"]
    rows = [[line.get(name, "") for name in names] for _, line in sorted(lines.items())]
    value, low, high = model(check_table(table_of(rows)), "latitude of the longest day")
    assert low < value < high < 23.52 and low > 23.45
