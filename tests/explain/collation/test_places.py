"""Places of mixed bases against exact fractions; numbers in texts; columns that are places of one number."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reckoned import table_of

from zij.explain.collation.arithmetic.grid import read_grid
from zij.explain.collation.arithmetic.places import Places
from zij.explain.collation.arithmetic.quantities import find_series
from zij.explain.collation.arithmetic.tokens import tokens, written

SYSTEMS = [(), (60,), (60, 60), (30, 60), (12, 30, 60), (24, 60, 60), (60,) * 9]


@pytest.mark.parametrize("bases", SYSTEMS)
@pytest.mark.parametrize("decimals", [0, 2])
@given(data=st.data())
def test_places_join_as_fractions_do_and_split_again(
    bases: tuple[int, ...], decimals: int, data: st.DataObject
) -> None:
    places = Places(bases, decimals)
    limits = [400, *bases[:-1], (bases[-1] if bases else 400) * 10**decimals]
    parts = [data.draw(st.integers(0, limit - 1)) for limit in limits[-len(bases) - 1 :]]
    value, unit = Fraction(0), Fraction(1)
    for part, base in zip(parts[:-1], bases, strict=True):
        value, unit = value + part * unit, unit / base
    value += Fraction(parts[-1], 10**decimals) * unit
    joined = places.join([parts])
    assert places.fraction(joined[0]) == value
    assert places.split(joined).tolist() == [parts]
    assert places.fraction(places.join([parts], [True])[0]) == -value


def test_sixty_is_carried_and_signs_stand_before_the_number() -> None:
    assert Places((60,)).join([[3, 60], [4, 0]]).tolist() == [240, 240]
    assert Places((60, 60)).text(37 * 3600 + 4 * 60 + 55) == "37;4,55"
    assert Places((60,)).text(-30) == "-0;30"
    assert Places((), 3).text(9093) == "9.093"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("29.873", [(29873, 3)]), ("9·093", [(9093, 3)]), ("12 30", [(12, 0), (30, 0)]),
        ("37;4,55", [(37, 0), (4, 0), (55, 0)]), ("10,000,000", [(10_000_000, 0)]), ("", []),
        ("-3", [(3, 0)]), ("23° 30'", [(23, 0), (30, 0)]),
    ],
)  # fmt: skip
def test_numbers_of_a_text(text: str, values: list[tuple[int, int]]) -> None:
    found = tokens(text)
    assert found is not None and [(token.value, token.decimals) for token in found] == values


@pytest.mark.parametrize("text", ["Aries", "3a", "½", "1" * 40, "³"])
def test_words_are_no_numbers(text: str) -> None:
    assert tokens(text) is None


@given(st.integers(0, 99_999), st.integers(0, 4))
def test_a_written_number_is_read_again(value: int, decimals: int) -> None:
    found = tokens(written(value, "1·2", decimals=decimals))
    assert found is not None and (found[0].value, found[0].decimals) == (value, decimals)


def test_columns_of_one_number_are_joined_whatever_their_base() -> None:
    rows = []
    for k in range(40):
        motion = 3533 * k  # 0;58,53 a day, as signs, degrees, minutes, seconds
        sign, degree = motion // 108000 % 12, motion // 3600 % 30
        rows.append([k + 1, sign, degree, motion // 60 % 60, motion % 60, k * 7 % 24])
    found = find_series(read_grid(table_of(rows)))
    assert [one.quantity.columns for one in found][:2] == [(0,), (1, 2, 3, 4)]
    assert found[1].quantity.bases == (30, 60, 60)
    assert found[1].units.tolist() == [3533 * k for k in range(40)]


def test_columns_that_have_nothing_to_do_with_each_other_stay_apart() -> None:
    rng = np.random.default_rng(5)
    rows = rng.integers(0, 60, (40, 5)).tolist()
    found = find_series(read_grid(table_of(rows)))
    assert [one.quantity.columns for one in found] == [(k,) for k in range(5)]


def test_lost_points_and_carried_inches_are_said() -> None:
    rows = [["29.873"], ["29.880"], ["29885"], ["29.891"], ["29.897"], ["29.904"]]
    grid = read_grid(table_of(rows))
    assert grid.strands[0].digits.tolist() == [29873, 29880, 29885, 29891, 29897, 29904]
    assert "point" in grid.remarks[0]
    rows = [["29.987"], ["994"], ["30.003"], ["011"], ["019"]]
    grid = read_grid(table_of(rows))
    assert grid.strands[0].digits.tolist() == [29987, 29994, 30003, 30011, 30019]
    assert "taken over" in grid.remarks[0]


def test_empty_and_unread_cells_have_no_value() -> None:
    grid = read_grid(table_of([["1"], [""], ["3"], ["x"], ["5"]]))
    assert grid.strands[0].known.tolist() == [True, False, True, False, True]
