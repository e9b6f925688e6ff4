"""Tables of real kinds hold what their formulas say, and what the books of the time have."""

from __future__ import annotations

import csv
import datetime
import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from dateutil.easter import EASTER_JULIAN, EASTER_WESTERN
from dateutil.easter import easter as easter_of

from zij.tables.generate import calendars, motions, reckoning, trigonometry
from zij.tables.generate.climates import latitude
from zij.tables.generate.kinds import KINDS, draw_table
from zij.tables.generate.numeric import NumericTable, sexagesimal

ALMAGEST = Path(__file__).parents[2].parent / "shared" / "data" / "almagest_1515" / "f7r.cells.csv"


def row(table: NumericTable, *argument: int) -> tuple[str, ...]:
    """What stands beside an argument."""
    wanted = tuple(map(str, argument))
    (found,) = (line[len(wanted) :] for line in table.rows if line[: len(wanted)] == wanted)
    return found


def number(places: Sequence[str]) -> float:
    """A sexagesimal number."""
    return sum(int(text) / 60**k for k, text in enumerate(places))


@pytest.mark.parametrize(
    ("value", "places", "found"),
    [
        (0, 2, ("0", "0")),
        (23.5, 3, ("23", "30", "0")),
        (Fraction(59, 60) + Fraction(59, 3600) + Fraction(1, 7200), 3, ("1", "0", "0")),  # carried over
        (Fraction(1, 7), 4, ("0", "8", "34", "17")),
        (29.999999, 1, ("30",)),
    ],
)
def test_sexagesimal_places(value: float, places: int, found: tuple[str, ...]) -> None:
    assert sexagesimal(value, places) == found


def test_whole_turns_are_taken_off() -> None:
    assert sexagesimal(Fraction(725), 2, turn=360) == ("5", "0")
    assert sexagesimal(Fraction(360) - Fraction(1, 600), 2, turn=360) == ("0", "0")


@pytest.mark.parametrize(
    ("arc", "chord"),  # as in Almagest I.11
    [
        ((0, 30), (0, 31, 25)), ((1, 0), (1, 2, 50)), ((1, 30), (1, 34, 15)), ((36, 0), (37, 4, 55)),
        ((60, 0), (60, 0, 0)), ((72, 0), (70, 32, 3)), ((90, 0), (84, 51, 10)), ((120, 0), (103, 55, 23)),
        ((180, 0), (120, 0, 0)),
    ],
)  # fmt: skip
def test_chords_are_ptolemys(arc: tuple[int, int], chord: tuple[int, int, int]) -> None:
    table = trigonometry.chords(2 * arc[0] + arc[1] // 30, 1)
    assert row(table, *arc)[:3] == tuple(map(str, chord))


def test_the_thirtieth_of_a_step_of_the_chords() -> None:
    assert row(trigonometry.chords(1, 2), 0, 30)[3:] == ("1", "2", "50")


def test_the_chords_are_those_of_the_print_of_1515() -> None:
    if not ALMAGEST.exists():
        pytest.skip("the page of 1515 is not there")
    with ALMAGEST.open(encoding="utf-8") as lines:
        printed = {(c["table"], int(c["row"]), c["column"]): c["text"] for c in csv.DictReader(lines)}
    columns = ("arcus_p", "arcus_m", "chord_p", "chord_m", "chord_s")
    pairs = [
        (printed["prima" if k < 45 else "secunda", k % 45 + 1, column], text)
        for k, line in enumerate(trigonometry.chords(1, 90).rows)  # two half-tables of 45 rows
        for column, text in zip(columns, line, strict=False)
    ]
    assert np.mean([a == b for a, b in pairs]) > 0.95  # the rest is the print's


@pytest.mark.parametrize(("degree", "found"), [(30, ("11", "40")), (60, ("20", "30")), (90, ("23", "51"))])
def test_declinations_are_ptolemys(degree: int, found: tuple[str, str]) -> None:
    table = trigonometry.declinations(23 + 51 / 60)
    sign = (degree - 1) // 30
    assert row(table, degree - 30 * sign)[2 * sign : 2 * sign + 2] == found


@pytest.mark.parametrize(("degree", "found"), [(10, (9, 10)), (20, (18, 25)), (30, (27, 50)), (60, (57, 44))])
def test_right_ascensions_are_ptolemys(degree: int, found: tuple[int, int]) -> None:
    value = trigonometry.right_ascension(degree, 23 + 51 / 60 + 20 / 3600)
    assert value == pytest.approx(number(tuple(map(str, found))), abs=1.5 / 60)


def test_right_ascension_goes_round_with_the_sun() -> None:
    values = [trigonometry.right_ascension(k, 23.5) for k in range(360)]
    assert [values[k] for k in (0, 90, 180, 270)] == pytest.approx([0, 90, 180, 270])
    assert (np.diff(values) > 0).all()
    assert values[200] == pytest.approx(values[20] + 180)


def test_oblique_ascension_at_the_equator_is_right() -> None:
    for longitude in (10, 100, 200, 300):
        right = trigonometry.right_ascension(longitude, 23.5)
        assert trigonometry.oblique_ascension(longitude, 0, 23.5) == pytest.approx(right)
    # the half of the ecliptic from Cancer on rises with the longest day
    rises = trigonometry.oblique_ascension(270, 41, 23.5) - trigonometry.oblique_ascension(90, 41, 23.5)
    assert rises / 15 == pytest.approx(trigonometry.longest_day(41, 23.5))


def test_longest_day_against_known_places_and_the_climates() -> None:
    assert trigonometry.longest_day(36, 23 + 51 / 60) == pytest.approx(
        14.5, abs=0.02
    )  # Rhodes, Almagest II.6
    for day in (12.5, 14, 15.75):
        assert trigonometry.longest_day(latitude(day), 23.5) == pytest.approx(day)


def test_sines_and_tangents() -> None:
    assert row(trigonometry.sines(60, 1, 180, 30), 45, 0) == ("42", "25", "35")
    assert row(trigonometry.sines(10_000_000, 1, 6, 10), 1, 0) == ("174524",)
    assert row(trigonometry.sines(60_000, 1, 540, 10), 30, 0) == ("30000",)
    assert row(trigonometry.tangents(100_000, 1, 360, 10), 60, 0) == ("173205",)
    assert row(trigonometry.tangents(60, 1, 360, 10), 45, 0) == ("60", "0", "0")


def test_the_suns_largest_equation() -> None:
    rows = [line for half in (0, 1) for line in trigonometry.equations(2.5, half).rows]
    largest = max(number(line[k : k + 3]) for line in rows for k in (1, 4, 7))
    assert largest == pytest.approx(2 + 23 / 60, abs=0.5 / 60)  # Almagest III.6


def test_shadows() -> None:
    table = trigonometry.shadows(12, 1, 88)
    assert row(table, 45) == ("12", "0", "12", "0")
    assert number(row(table, 30)[:2]) == pytest.approx(12 * math.sqrt(3), abs=1 / 60)


def test_mean_motions_are_exact_multiples() -> None:
    table = motions.motions_of_days("Moon", 1)
    for line in table.rows:
        days = 31 + int(line[0])
        seconds = round(sum(p * 3600 / 60**k for k, p in enumerate(motions.DAILY["Moon"])) * days)
        found = ((int(line[1]) * 30 + int(line[2])) * 60 + int(line[3])) * 60 + int(line[4])
        assert abs((found - seconds + 648_000) % 1_296_000 - 648_000) <= 1
    assert [line[0] for line in table.rows] == [str(day) for day in range(1, 29)]


def test_sun_and_moon_meet_after_a_month_and_the_sun_returns_after_a_year() -> None:
    month = Fraction("29.530594")
    gain = motions.mean_motion("Moon", month) - motions.mean_motion("Sun", month)
    assert float(gain) == pytest.approx(360, abs=0.001)
    assert float(motions.mean_motion("Sun", Fraction("365.2425"))) == pytest.approx(360, abs=0.01)


def test_a_place_east_of_toledo_has_its_noon_earlier() -> None:
    here, there = (motions.motions_of_years("Moon", 20, place) for place in ("Toletum", "Cracovia"))
    moved = motions.mean_motion("Moon", Fraction(motions.PLACES["Cracovia"], 24 * 60))
    for a, b in zip(here.rows, there.rows, strict=True):
        values = [30 * int(line[1]) + number(line[2:]) for line in (a, b)]
        assert (values[0] - values[1]) % 360 == pytest.approx(float(moved), abs=2 / 3600)


@pytest.mark.parametrize("gregorian", [False, True])
def test_easter_against_another_computation(gregorian: bool) -> None:
    method = EASTER_WESTERN if gregorian else EASTER_JULIAN
    for year in range(1583 if gregorian else 1400, 1960):
        date = easter_of(year, method)
        assert calendars.easter(year, gregorian=gregorian) == (date.month, date.day), year


def test_sunday_letters_against_the_days_of_the_week() -> None:
    for year in range(1583, 1960):
        march = datetime.date(year, 3, 1)
        sunday = march + datetime.timedelta((6 - march.weekday()) % 7)
        common = (sunday - march).days + 31 + 28  # its day in a common year, from 0
        assert calendars.sunday_letter(year, gregorian=True) == common % 7 + 1, year


def test_a_line_of_the_easter_table() -> None:
    table = calendars.easters(1500, gregorian=False)
    assert table.rows[0] == ("1500", "19", "3", "4", "Apr.", "19")  # golden number XIX, indiction 3, letter D
    assert table.words == {4}


@pytest.mark.parametrize(
    ("year", "month", "day"), [(1485, 3, 16), (1544, 1, 24), (1605, 10, 2), (1652, 3, 29)]
)
def test_new_moons_are_near_eclipses_of_the_sun(year: int, month: int, day: int) -> None:
    found, hour, minute = calendars.new_moon(year, month - 1)
    assert found + (hour + minute / 60) / 24 == pytest.approx(day + 0.5, abs=0.9)


def test_mean_new_moons_follow_each_other_by_a_lunation() -> None:
    line = calendars.new_moons(1475, 0).rows[0]
    days = [int(line[1 + 3 * k]) + int(line[2 + 3 * k]) / 24 + int(line[3 + 3 * k]) / 1440 for k in range(3)]
    for start, (a, b) in zip((31, 28), ((days[0], days[1]), (days[1], days[2])), strict=True):
        assert (b + start - a) % 29.53059 == pytest.approx(0, abs=0.01) or (
            b + start - a
        ) % 29.53059 == pytest.approx(29.53059, abs=0.01)


def test_a_month_of_the_calendar() -> None:
    table = calendars.month(2, 0)
    assert len(table.rows) == 31
    assert [line[4] for line in table.rows] == [str(day) for day in range(60, 91)]
    assert table.rows[20][2] == str((80 - 1) % 7 + 1)
    assert all(line[1] in ("", *map(str, range(1, 20))) for line in table.rows)


def test_tables_for_reckoning() -> None:
    assert row(reckoning.multiples((0, 2, 30), 1, 40), 24) == ("1", "0", "0")
    assert row(reckoning.products(7, 3, 12), 12) == ("84", "96", "108")
    assert row(reckoning.proportional_parts(100, 2, 60), 30) == ("50", "55")
    assert row(reckoning.prices(30, 40), 8) == ("1", "0", "0")  # eight times half a crown
    assert row(reckoning.powers(11, 3), 12) == ("144", "1728")


def test_means_of_the_ledger_are_those_of_what_it_prints() -> None:
    table = reckoning.ledger(np.random.default_rng(3), 28, 3)
    values = np.array([[int(text) for text in line[1:4]] for line in table.rows[:-1]])
    means = [int(line[4]) for line in table.rows[:-1]]
    assert np.abs(values.mean(axis=1) - means).max() <= 0.5
    assert np.abs(values.mean(axis=0) - [int(text) for text in table.rows[-1][1:4]]).max() <= 0.5


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_a_whole_table(kind: str) -> None:
    for seed in range(4):
        known = KINDS[kind](np.random.default_rng(seed))
        table = known.table
        assert known.kind == kind and known.parameters
        assert 15 <= len(table.rows) <= 50
        assert all(len(line) == len(table.headings) for line in table.rows)
        assert sorted(c for group in table.values for c in group) == list(range(len(table.headings)))
        numbers = {c for c in range(len(table.headings)) if c not in table.words}
        assert all(line[c].isdigit() or not line[c] for line in table.rows for c in numbers)
        assert 130 < sum(map(len, table.numbers())) < 700
        assert KINDS[kind](np.random.default_rng(seed)) == known
        if known.base:
            assert all(line[c].isdigit() for line in table.rows for c in table.values[1])


def test_a_table_is_never_drawn_twice() -> None:
    taken: set[str] = set()
    found = [draw_table(np.random.default_rng([1, n]), taken, "climates") for n in range(30)]
    assert len({table.name for table in found}) == len(taken) == 30
    assert sum(table.kind == "climates" for table in found) == 4  # there are no more
    assert len({table.table.rows for table in found}) == 30
