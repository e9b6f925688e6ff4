"""Digits grouped to numbers: by construction, against a slow form, and on real pages."""

from __future__ import annotations

import csv
import itertools
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from zij.tables.geometry import Box
from zij.tables.layout.neighbours import components, mutual, pairs_ahead
from zij.tables.layout.numbers import group_digits, line_positions, number_of
from zij.tables.reading import Glyph
from zij.tables.scan.rulings import Rulings, Segment

DATA = Path(__file__).parents[3] / "shared" / "data"
PAGES = {"climates/pifferi_1604_p368": 17.5, "petavius_1630/p351": 13.5, "petavius_1630/p352": 13.5}
H = 20.0


def printed(text: str, x: float, y: float, *, pitch: float = 0.62, old: bool = True) -> list[Glyph]:
    """Glyphs of a number whose first digit is centred at x; y is the middle of the small letters."""
    glyphs = []
    for k, sign in enumerate(text):
        small = 0.65 * H if old else H
        top = y - small / 2 - (0.35 * H if old and sign in "68" else 0)
        bottom = y + small / 2 + (0.35 * H if old and sign in "34579" else 0)
        width = (0.3 if sign == "1" else 0.55) * H
        glyphs.append(Glyph(Box(x + k * pitch * H - width / 2, top, width, bottom - top), sign, 0.9))
    return glyphs


def texts(glyphs: list[Glyph], **options: object) -> list[str]:
    return [n.text for n in group_digits(glyphs, digit_height=H, **options).numbers]  # type: ignore[arg-type]


def true_numbers(name: str) -> tuple[list[Glyph], list[list[Glyph]]]:
    path = DATA / f"{name}.digits.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    numbers: list[list[Glyph]] = []
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        box = Box(*(float(row[k]) for k in "xywh"))
        if row["order_in_number"] == "1":
            numbers.append([])
        numbers[-1].append(Glyph(box, row["digit"], 0.9))
    return [g for n in numbers for g in n], numbers


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("factor", [0.9, 1.0, 1.25])
def test_real_numbers_are_grouped_as_in_the_truth(name: str, factor: float) -> None:
    glyphs, truth = true_numbers(name)
    shuffled = [glyphs[k] for k in np.random.default_rng(1).permutation(len(glyphs))]
    found = group_digits(shuffled, digit_height=PAGES[name] * factor).numbers
    assert {n.glyphs for n in found} == {tuple(n) for n in truth}


@pytest.mark.parametrize("old", [True, False])
def test_every_pair_of_digits_stays_together(old: bool) -> None:
    pairs = [f"{a}{b}" for a in range(10) for b in range(10)]
    glyphs = []
    for k, pair in enumerate(pairs):
        glyphs += printed(pair, 50 + 45 * (k % 10), 50 + 40 * (k // 10), old=old)
    assert texts(glyphs) == pairs


def test_lines_are_level_for_old_style_figures() -> None:
    glyphs = [g for r in range(6) for g in printed("3016428579", 40, 50 + 40 * r)]
    y = line_positions(glyphs, digit_height=H).reshape(6, 10)
    centres = np.array([g.box.centre[1] for g in glyphs]).reshape(6, 10)
    assert np.ptp(centres, axis=1).min() > 0.3 * H
    assert np.ptp(y, axis=1).max() < 0.05 * H


def test_ruling_parts_numbers_and_a_stem_does_not() -> None:
    glyphs = printed("1234", 50, 50) + printed("1234", 50, 90)
    between = 50 + 1.5 * 0.62 * H
    assert texts(glyphs, rulings=Rulings((Segment(between, 80, between, 100),))) == ["1234", "12", "34"]
    on_the_stem = Rulings((Segment(50 + 0.62 * H, 0, 50 + 0.62 * H, 200),))
    assert texts(glyphs, rulings=on_the_stem) == ["1234", "1234"]


@pytest.mark.parametrize(("pitch", "gap"), [(0.5, 1.0), (0.62, 1.3), (0.9, 1.6)])
def test_reach_lies_between_digits_and_columns(pitch: float, gap: float) -> None:
    glyphs = []
    for r in range(12):
        glyphs += printed("24", 50, 50 + 40 * r, pitch=pitch)
        glyphs += printed("57", 50 + (pitch + gap) * H, 50 + 40 * r, pitch=pitch)
    found = group_digits(glyphs, digit_height=H)
    assert pitch < found.reach < gap
    assert [n.text for n in found.numbers] == ["24", "57"] * 12


def test_reach_bridges_no_column_where_a_point_parts_the_digits() -> None:
    glyphs = []
    for r, c in itertools.product(range(12), range(6)):
        x, y = 50 + (1.05 + 2 * 0.7 + 1.3) * H * c, 50 + 30 * r
        glyphs += printed("9", x, y, old=False) + printed("847", x + 1.05 * H, y, pitch=0.7, old=False)
    found = group_digits(glyphs, digit_height=H)
    assert 0.75 < found.reach < 1.0
    assert [n.text for n in found.numbers] == ["9", "847"] * 72


def test_given_reach_is_used() -> None:
    assert texts(printed("12", 50, 50, pitch=1.0), reach=0.9) == ["1", "2"]
    assert texts(printed("12", 50, 50, pitch=1.0), reach=1.1) == ["12"]


def test_lines_below_each_other_do_not_mix() -> None:
    glyphs = [g for r in range(8) for g in printed("85", 50 + (r % 2) * 0.6 * H, 50 + 22 * r)]
    assert sorted(texts(glyphs)) == ["85"] * 8


def test_no_and_single_digits() -> None:
    assert texts([]) == []
    assert texts(printed("7", 50, 50)) == ["7"]
    assert group_digits(printed("75", 50, 50), digit_height=0).numbers == tuple(
        number_of([g]) for g in printed("75", 50, 50)
    )


def test_number_holds_its_digits_from_left_to_right() -> None:
    (number,) = group_digits(printed("2460", 50, 50)[::-1], digit_height=H).numbers
    assert number.text == "2460"
    assert all(a.box.x < b.box.x for a, b in pairwise(number.glyphs))
    assert number.box == Box.hull(g.box for g in number.glyphs)


@pytest.mark.parametrize("seed", range(5))
def test_pairs_ahead_equals_comparing_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 30, (2, 60)).astype(float)
    i, j = pairs_ahead(x, y, ahead=(-2, 5), aside=3)
    slow = [
        (a, b)
        for a in range(60)
        for b in range(60)
        if a != b and -2 <= x[b] - x[a] <= 5 and abs(y[b] - y[a]) <= 3
    ]
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == slow
    cost = rng.random(len(i))
    value = dict(zip(slow, cost.tolist(), strict=True))
    expected = [
        (a, b) for a, b in slow if all(value[a, b] <= value[p] for p in slow if p[0] == a or p[1] == b)
    ]
    assert list(zip(*(k.tolist() for k in mutual(i, j, cost)), strict=True)) == expected


def test_components() -> None:
    assert components(6, [(5, 1), (1, 3), (2, 4)]).tolist() == [0, 1, 2, 1, 2, 1]
    assert components(0, []).tolist() == []
