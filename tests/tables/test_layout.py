"""Tables laid out: pages whose grid is known by construction, and real pages."""

from __future__ import annotations

import csv
import itertools
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from zij.tables.geometry import Box
from zij.tables.layout.barriers import Barriers
from zij.tables.layout.drift import Drift
from zij.tables.layout.layout import Layout, lay_out
from zij.tables.layout.marks import Marks
from zij.tables.reading import Glyph, Table
from zij.tables.scan.image import read_image
from zij.tables.scan.page import prepare
from zij.tables.scan.rulings import Rulings, Segment, find_rulings

DATA = Path(__file__).parents[3] / "shared" / "data"
PAGES = {"climates/pifferi_1604_p368": 17.5, "petavius_1630/p351": 13.5, "petavius_1630/p352": 13.5}
ROWS = {"climates/pifferi_1604_p368": (36, 8), "petavius_1630/p351": (35, 2), "petavius_1630/p352": (48, 2)}
H = 20.0
Warp = Callable[[float, float], tuple[float, float]]
WARPS: dict[str, Warp] = {
    "flat": lambda x, y: (x, y),
    "skew": lambda x, y: (x - 0.006 * y, y + 0.006 * x),
    "bow": lambda x, y: (x + 0.03 * y + 2e-5 * x * y, y + 3e-5 * (x - 300) ** 2),
}


def printed(
    text: str, right: float, y: float, *, where: str = "", old: bool = True, pitch: float = 0.62
) -> list[Glyph]:
    """Glyphs of a number that ends at `right`; y is the middle of the small letters, `where` its cell."""
    glyphs, x = [], right
    for sign in reversed(text):
        small = 0.65 * H if old else H
        top = y - small / 2 - (0.35 * H if old and sign in "68" else 0)
        bottom = y + small / 2 + (0.35 * H if old and sign in "34579" else 0)
        width = (0.3 if sign == "1" else 0.55) * H
        if sign == ".":
            x -= 0.35 * H
            continue
        glyphs.append(
            Glyph(Box(x - pitch * H / 2 - width / 2, top, width, bottom - top), sign, 0.95, (), where)
        )
        x -= pitch * H
    return glyphs[::-1]


def climates(groups: int = 8) -> tuple[list[Glyph], Rulings]:
    """Groups of three rows between rulings; columns 5 and 6 have one number set beside the three."""
    rng = np.random.default_rng(0)
    rights, lift = [60, 300, 350, 430, 480, 560, 620], [0, 0, 2, 5, 3, 4, 2]
    glyphs, horizontal, y = [], [], 100.0
    for row in range(3 * groups):
        for c, (right, down) in enumerate(zip(rights, lift, strict=True)):
            if c < 5 or row % 3 == 1:
                text = str(rng.integers(0, 60))
                glyphs += printed(text, right, y + down, where=f"{row}_{c}")
        y += 30 if row % 3 < 2 else 42
        if row % 3 == 2:
            horizontal += [Segment(r - 60, y - 20, r + 5, y - 20) for r in rights]
    vertical = [Segment(x, 60, x, y) for x in (75, 250, 370, 500, 640)]
    return glyphs, Rulings(tuple(vertical), tuple(horizontal))


def chords(rows: int = 30) -> tuple[list[Glyph], Rulings]:
    """Columns so narrow that rulings alone part them, all of them filled."""
    rng = np.random.default_rng(1)
    rights = [40, 100, 190, 228, 266]
    glyphs = []
    for row, (c, right) in itertools.product(range(rows), enumerate(rights)):
        glyphs += printed(str(rng.integers(0, 60)), right, 100 + 30 * row, where=f"{row}_{c}")
    vertical = [Segment(r + 6, 80, r + 6, 100 + 30 * rows) for r in rights]
    return glyphs, Rulings(tuple(vertical), ())


def barometer(rows: int = 25) -> tuple[list[Glyph], Rulings]:
    """Lining figures with raised points, rows in groups of five."""
    rng = np.random.default_rng(2)
    glyphs = []
    for row in range(rows):
        y = 100 + 26 * row + 12 * (row // 5)
        glyphs += printed(str(row + 1), 30, y, where=f"{row}_0", old=False)
        for c in range(1, 13):
            text = f"{rng.choice([0, 9])}.{rng.integers(0, 1000):03d}"
            glyphs += printed(text, 50 + 74 * c, y, where=f"{row}_{c}", old=False)
    return glyphs, Rulings(tuple(Segment(44 + 74 * c, 80, 44 + 74 * c, 900) for c in range(13)), ())


PRINTS = {"climates": climates, "chords": chords, "barometer": barometer}
SHAPES = {"climates": (24, 7), "chords": (30, 5), "barometer": (25, 13)}


def warped(glyphs: list[Glyph], rulings: Rulings, warp: Warp) -> tuple[list[Glyph], Rulings]:
    moved = []
    for g in glyphs:
        x, y = warp(*g.box.centre)
        moved.append(replace(g, box=Box(x - g.box.w / 2, y - g.box.h / 2, g.box.w, g.box.h)))

    def bent(s: Segment) -> list[Segment]:
        t = np.linspace(0, 1, max(int(s.length // 60), 1) + 1)
        points = [warp(float(s.x0 + k * (s.x1 - s.x0)), float(s.y0 + k * (s.y1 - s.y0))) for k in t]
        return [Segment(*a, *b) for a, b in itertools.pairwise(points)]

    vertical = tuple(part for s in rulings.vertical for part in bent(s))
    return moved, Rulings(vertical, tuple(part for s in rulings.horizontal for part in bent(s)))


def noisy(glyphs: list[Glyph], share: float, seed: int) -> list[Glyph]:
    """Some glyphs left out and as many false ones put where no other stands."""
    rng = np.random.default_rng(seed)
    kept = [g for g in glyphs if rng.random() >= share]
    area = Box.hull(g.box for g in glyphs)
    for _ in range(round(share * len(glyphs))):
        x, y = area.x + rng.random() * area.w, area.y + rng.random() * area.h
        box = Box(x, y, 0.5 * H, 0.65 * H)
        if not any(box.intersection(g.box) for g in kept):
            kept.append(Glyph(box, str(rng.integers(0, 3)), 0.6))
    return kept


def astray(layout: Layout) -> list[str]:
    """True cells whose digits are not in one cell, in the row and column where their fellows are."""
    places: dict[str, set[tuple[int, int, int] | None]] = defaultdict(set)
    for t, table in enumerate(layout.tables):
        for cell in table.cells:
            middle = cell.row + (cell.row_span - 1) // 2
            for g in itertools.chain.from_iterable(n.glyphs for n in cell.numbers):
                places[g.id].add((t, middle, cell.column))
    for g in itertools.chain.from_iterable(n.glyphs for n in layout.loose):
        places[g.id].add(None)
    places.pop("", None)
    votes: dict[tuple[int, str], Counter[tuple[int, int]]] = defaultdict(Counter)
    whole = {key: next(iter(p)) for key, p in places.items() if len(p) == 1}
    for key, place in whole.items():
        for axis in (0, 1):
            if place is not None:
                votes[axis, key.split("_")[axis]][place[0], place[1 + axis]] += 1
    usual = {key: vote.most_common(1)[0][0] for key, vote in votes.items()}
    assert len({(axis, place) for (axis, _), place in usual.items()}) == len(usual), (
        "two rows or columns in one"
    )
    return [
        key
        for key in places
        if (place := whole.get(key)) is None
        or any(usual[axis, key.split("_")[axis]] != (place[0], place[1 + axis]) for axis in (0, 1))
    ]


def assert_sound(layout: Layout, glyphs: list[Glyph], *, overlap: float = 1e-6) -> None:
    """Nothing lost, nothing twice; cells hold their digits, do not overlap, and cover the grid in order."""
    found = [g for t in layout.tables for c in t.cells for n in c.numbers for g in n.glyphs]
    found += [g for n in layout.loose for g in n.glyphs]
    assert Counter(id(g) for g in found) == Counter(id(g) for g in glyphs)
    for table in layout.tables:
        assert_grid(table, overlap)
        for cell in table.cells:
            assert cell.text == " ".join(n.text for n in cell.numbers)
            for box in (n.box for n in cell.numbers):
                assert box.intersection(cell.box) == pytest.approx(box.area)
            assert cell.box.intersection(table.box) == pytest.approx(cell.box.area)


def assert_grid(table: Table, overlap: float) -> None:
    positions = [(c.row + k, c.column) for c in table.cells for k in range(c.row_span)]
    assert sorted(positions) == list(np.ndindex(table.rows, table.columns))
    assert [(c.row, c.column) for c in table.cells] == sorted((c.row, c.column) for c in table.cells)
    for a, b in itertools.combinations(table.cells, 2):
        assert a.box.intersection(b.box) <= overlap * a.box.area


@pytest.mark.parametrize("warp", WARPS)
@pytest.mark.parametrize(
    ("name", "ruled"),
    [("climates", True), ("climates", False), ("barometer", True), ("barometer", False), ("chords", True)],
)
def test_grid_is_found(name: str, ruled: bool, warp: str) -> None:
    glyphs, rulings = warped(*PRINTS[name](), WARPS[warp])
    layout = lay_out(glyphs, digit_height=H, rulings=rulings if ruled else None)
    (table,) = layout.tables
    assert (table.rows, table.columns) == SHAPES[name]
    assert astray(layout) == []
    assert layout.loose == ()
    assert_sound(layout, glyphs)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", PRINTS)
def test_a_few_missing_and_false_digits_do_little_harm(name: str, seed: int) -> None:
    glyphs, rulings = PRINTS[name]()
    glyphs = noisy(glyphs, 0.05, seed)
    layout = lay_out(glyphs, digit_height=H, rulings=rulings)
    assert_sound(layout, glyphs, overlap=0.2)  # false digits reach into the lines above and below
    assert len(astray(layout)) <= 0.02 * SHAPES[name][0] * SHAPES[name][1]


def test_number_between_horizontal_rulings_spans_their_rows() -> None:
    glyphs, rulings = climates()
    (table,) = lay_out(glyphs, digit_height=H, rulings=rulings).tables
    spans = {(c.column, c.row_span) for c in table.cells}
    assert spans == {(c, 1) for c in range(5)} | {(5, 3), (6, 3)}
    assert {c.row for c in table.cells if c.column == 5} == set(range(0, 24, 3))


def test_a_cell_does_not_reach_to_a_far_ruling_where_its_own_is_broken_off() -> None:
    glyphs, rulings = climates()
    near = rulings.vertical[1]
    broken = (rulings.vertical[0], replace(near, y1=700), *rulings.vertical[2:])
    (table,) = lay_out(glyphs, digit_height=H, rulings=Rulings(broken, ())).tables
    lefts = [c.box.x for c in table.cells if c.column == 1]
    assert lefts[0] == near.x0
    assert min(lefts) > near.x0 - H


def test_number_midway_between_two_rows_spans_both() -> None:
    glyphs = []
    for r, right in itertools.product(range(10), (100, 160, 220)):
        glyphs += printed("24", right, 100 + 30 * r)
    for r in (0, 4, 8):
        glyphs += printed("7", 290, 115 + 30 * r)
    (table,) = lay_out(glyphs, digit_height=H).tables
    assert [(c.row, c.row_span) for c in table.cells if c.column == 3 and c.text] == [(0, 2), (4, 2), (8, 2)]


def test_spans_where_a_columns_own_rulings_are_broken_off() -> None:
    glyphs, rulings = climates()
    found = [k for k in range(len(rulings.horizontal)) if k % 7 < 4 or k in (5, 6, 40, 41)]
    broken = Rulings(rulings.vertical, tuple(rulings.horizontal[k] for k in found if k // 7 != 3))
    (table,) = lay_out(glyphs, digit_height=H, rulings=broken).tables
    assert {c.row: c.row_span for c in table.cells if c.column == 5} == dict.fromkeys(range(0, 24, 3), 3)


def crowded(*, rows: int = 31, columns: int = 25) -> list[Glyph]:
    """A month of readings: columns hardly farther apart than the digits beside a raised point, no rulings."""
    rng = np.random.default_rng(5)
    glyphs, width = [], (0.35 + 3 * 0.7 + 1.3) * H
    for row in range(rows):
        y = 100 + 29 * row + 12 * (row // 5)
        if row < rows - 1:
            glyphs += printed(str(row + 1), 40, y, where=f"{row}_0", old=False, pitch=0.7)
        for c in range(1, columns + 1):
            text = f"{rng.choice([0, 9])}.{rng.integers(0, 1000):03d}"
            glyphs += printed(text, 70 + width * c, y, where=f"{row}_{c}", old=False, pitch=0.7)
    return glyphs


def test_crowded_decimals_without_rulings_are_one_cell_each() -> None:
    glyphs = crowded()
    layout = lay_out(glyphs, digit_height=H)
    (table,) = layout.tables
    assert (table.rows, table.columns) == (31, 26)
    assert layout.loose == ()
    assert astray(layout) == []
    rng = np.random.default_rng(0)
    (table,) = lay_out([g for g in glyphs if rng.random() >= 0.05], digit_height=H).tables
    assert (table.rows, table.columns) == (31, 26)


def test_degrees_and_minutes_are_no_decimals() -> None:
    rng = np.random.default_rng(6)
    glyphs = []
    for row, c in itertools.product(range(30), range(4)):
        glyphs += printed(str(rng.integers(0, 10)), 100 + 110 * c, 100 + 30 * row, where=f"{row}_{2 * c}")
        minutes = str(rng.integers(10, 60))
        glyphs += printed(minutes, 100 + 110 * c + 36, 100 + 30 * row, where=f"{row}_{2 * c + 1}")
    layout = lay_out(glyphs, digit_height=H)
    assert (layout.tables[0].rows, layout.tables[0].columns) == (30, 8)
    assert astray(layout) == []


@pytest.mark.parametrize("confidence", [0.95, 0.6])
def test_a_sure_digit_that_slipped_stays_in_its_number(confidence: float) -> None:
    glyphs, rulings = climates()
    fallen = [g for g in glyphs if g.id == "4_4"][-1]
    assert sum(g.id == "4_4" for g in glyphs) == 2
    slipped = replace(fallen, box=replace(fallen.box, y=fallen.box.y - 0.55 * H), confidence=confidence)
    layout = lay_out([slipped if g is fallen else g for g in glyphs], digit_height=H, rulings=rulings)
    (table,) = layout.tables
    text = next(c.text for c in table.cells if (c.row, c.column) == (4, 4))
    whole = "".join(g.text for g in glyphs if g.id == "4_4")
    assert (text, len(layout.loose)) == ((whole, 0) if confidence > 0.9 else (whole[0], 1))


def test_a_heading_ruled_off_is_no_row() -> None:
    glyphs, rulings = chords()
    heading = [g for right in (100, 190) for g in printed("2", right, 70)]
    ruling = Segment(0, 84, 280, 84)
    ruled = Rulings(rulings.vertical, (ruling,))
    layout = lay_out([*heading, *glyphs], digit_height=H, rulings=ruled)
    assert (layout.tables[0].rows, len(layout.loose)) == (30, 2)
    layout = lay_out([*heading, *glyphs], digit_height=H, rulings=rulings)
    assert (layout.tables[0].rows, len(layout.loose)) == (31, 0)


def test_what_is_doubtful_opens_no_column_and_no_row() -> None:
    glyphs, rulings = barometer()
    beside = [(1020.0 + 3 * (r % 2), 100.0 + 26 * r + 12 * (r // 5)) for r in range(0, 25, 2)]
    above = [(44 + 74 * c + 30.0, 74.0) for c in range(1, 9)]
    false = [replace(g, confidence=0.6) for x, y in beside + above for g in printed("1", x, y)]
    layout = lay_out([*glyphs, *false], digit_height=H, rulings=rulings)
    (table,) = layout.tables
    assert (table.rows, table.columns) == (25, 13)
    assert len(layout.loose) == len(false)
    sure = [replace(g, confidence=0.95) for g in false]
    (table,) = lay_out([*glyphs, *sure], digit_height=H, rulings=rulings).tables
    assert (table.rows, table.columns) == (26, 14)


def test_a_small_table_of_doubtful_digits_is_none() -> None:
    glyphs = [g for r in range(5) for c in range(2) for g in printed("7", 100 + 60 * c, 100 + 30 * r)]
    assert [(t.rows, t.columns) for t in lay_out(glyphs, digit_height=H).tables] == [(5, 2)]
    assert lay_out([replace(g, confidence=0.6) for g in glyphs], digit_height=H).tables == ()


def test_a_digit_beside_unread_ones_is_adopted_on_its_line_only() -> None:
    glyphs = [
        g
        for r in range(12)
        for c in range(3)
        for g in printed("485", 100 + 80 * c, 100 + 40 * r, where=f"{r}_{c}", old=False)
    ]
    number = [g for g in glyphs if g.id == "6_1"]
    word = [replace(g, box=replace(g.box, x=g.box.x + 300)) for g in number]
    ink = drawn([*glyphs, *word])
    left = [replace(n[0], confidence=0.6) for n in (number, word)]
    rest = [g for g in glyphs if g not in number]
    layout = lay_out([*rest, *left], digit_height=H, ink=ink)
    (table,) = layout.tables
    cell = next(c for c in table.cells if (c.row, c.column) == (6, 1))
    assert (cell.text, cell.state) == ("4", "uncertain")
    assert [n.box for n in layout.loose] == [left[1].box]


def test_order_of_digits_does_not_matter() -> None:
    glyphs, rulings = climates()
    shuffled = [glyphs[k] for k in np.random.default_rng(0).permutation(len(glyphs))]
    assert lay_out(shuffled, digit_height=H, rulings=rulings) == lay_out(
        glyphs, digit_height=H, rulings=rulings
    )


def test_page_numbers_and_numbers_in_text_are_loose() -> None:
    glyphs, rulings = climates()
    folio = printed("429", 640, 20)
    note = printed("69", 800, 410)
    layout = lay_out([*folio, *glyphs, *note], digit_height=H, rulings=rulings)
    assert [n.text for n in layout.loose] == ["429", "69"]
    assert (layout.tables[0].rows, layout.tables[0].columns) == (24, 7)


def test_digits_scattered_over_lines_of_text_are_no_table() -> None:
    rng = np.random.default_rng(3)
    glyphs = []
    for _ in range(40):
        glyphs += printed(str(rng.integers(0, 10)), rng.uniform(100, 1100), 100 + 34 * rng.integers(0, 45))
    layout = lay_out(glyphs, digit_height=H)
    assert layout.tables == ()
    assert_sound(layout, glyphs)


def test_a_long_list_is_a_table_and_a_short_one_is_not() -> None:
    lists = {n: [g for r in range(n) for g in printed(str(95 + r), 100, 100 + 30 * r)] for n in (5, 20)}
    assert [(t.rows, t.columns) for t in lay_out(lists[20], digit_height=H).tables] == [(20, 1)]
    assert lay_out(lists[5], digit_height=H).tables == ()


def test_tables_stand_in_reading_order() -> None:
    glyphs = []
    for left, top, pitch in ((700, 100, 30), (100, 110, 37), (100, 800, 30)):
        for r, c in itertools.product(range(12), range(3)):
            glyphs += printed("35", left + 60 * c, top + pitch * r)
    tables = lay_out(glyphs, digit_height=H).tables
    assert [(t.box.x > 400, t.box.y > 400) for t in tables] == [(False, False), (True, False), (False, True)]
    assert {(t.rows, t.columns) for t in tables} == {(12, 3)}


def test_two_tables_linked_by_a_stray_digit_are_two() -> None:
    glyphs = [
        g
        for left, r, c in itertools.product((100, 560), range(20), range(3))
        for g in printed("35", left + 60 * c, 100 + 30 * r)
    ]
    stray = [replace(g, confidence=0.6) for g in printed("1", 390, 400)]
    for loose in ([], stray):
        layout = lay_out([*glyphs, *loose], digit_height=H)
        assert [(t.rows, t.columns) for t in layout.tables] == [(20, 3)] * 2
        assert len(layout.loose) == len(loose)


def test_number_across_a_gutter_is_parted() -> None:
    glyphs, rulings = chords()
    broken = Rulings(tuple(replace(s, y1=900) for s in rulings.vertical), ())  # the last rows have no ruling
    layout = lay_out(glyphs, digit_height=H, rulings=broken)
    assert astray(layout) == []
    assert_sound(layout, glyphs)


def test_states_tell_read_uncertain_unread_and_empty() -> None:
    glyphs = [
        g
        for r in range(10)
        for c in range(3)
        for g in printed("45", 100 + 80 * c, 100 + 40 * r, where=f"{r}_{c}")
    ]
    ink = drawn(glyphs)
    doubtful = [replace(g, confidence=0.6) if g.id == "2_1" else g for g in glyphs]
    missing = [g for g in doubtful if g.id not in ("4_2", "7_0")]
    for g in glyphs:
        if g.id == "7_0":
            ink[box_slice(g.box)] = 0
    (table,) = lay_out(missing, digit_height=H, ink=ink).tables
    states = {(c.row, c.column): c.state for c in table.cells}
    assert states == dict.fromkeys(states, "read") | {(2, 1): "uncertain", (4, 2): "unread", (7, 0): "empty"}
    half = [g for g in glyphs if g is not next(h for h in glyphs if h.id == "5_1")]
    (table,) = lay_out(half, digit_height=H, ink=ink).tables
    assert next(c for c in table.cells if (c.row, c.column) == (5, 1)).state == "uncertain"


def test_digits_among_letters_stay_out() -> None:
    glyphs, rulings = climates()
    words = [(700.0 + 40 * (r % 3), 100.0 + 30 * r) for r in range(20)]
    false = [Glyph(Box(x, y, 10, 13), "0", 0.95) for x, y in words]
    letters = [Glyph(Box(x + 13 * k, y, 10, 13), "m") for x, y in words for k in (-2, -1, 1, 2)]
    ink = drawn([*glyphs, *false, *letters])
    layout = lay_out([*glyphs, *false], digit_height=H, rulings=rulings, ink=ink)
    assert [(t.rows, t.columns) for t in layout.tables] == [(24, 7)]
    assert len(layout.loose) == len(false)


def drawn(glyphs: list[Glyph]) -> NDArray[np.float32]:
    """Ink with a full box for every glyph."""
    area = Box.hull(g.box for g in glyphs)
    ink = np.zeros((round(area.bottom) + 50, round(area.right) + 50), np.float32)
    for g in glyphs:
        ink[box_slice(g.box)] = 0.8
    return ink


def box_slice(box: Box) -> tuple[slice, slice]:
    return slice(round(box.y), round(box.bottom)), slice(round(box.x), round(box.right))


def test_no_glyph_and_no_height() -> None:
    assert lay_out([], digit_height=H) == Layout((), (), 1.1)
    few = printed("12", 100, 100)
    assert [n.text for n in lay_out(few, digit_height=H, ink=np.zeros((9, 9), np.float32)).loose] == ["12"]
    assert len(lay_out(few, digit_height=0).loose) == 2


def test_boxes_are_mapped_down_to_the_glyphs() -> None:
    glyphs, rulings = climates()
    layout = lay_out([*glyphs, *printed("8", 900, 20)], digit_height=H, rulings=rulings)

    def double(box: Box) -> Box:
        return Box(2 * box.x, 2 * box.y, 2 * box.w, 2 * box.h)

    def halve(box: Box) -> Box:
        return Box(box.x / 2, box.y / 2, box.w / 2, box.h / 2)

    twice = layout.mapped(double)
    assert twice.tables[0].cells[0].numbers[0].glyphs[0].box == double(
        layout.tables[0].cells[0].numbers[0].glyphs[0].box
    )
    assert twice != layout
    assert twice.mapped(halve) == layout


def test_five_thousand_digits_take_no_longer_than_a_blink() -> None:
    glyphs = []
    for r, c in itertools.product(range(70), range(24)):
        glyphs += printed("482", 100 + 70 * c, 100 + 32 * r, where=f"{r}_{c}")
    start = time.process_time()
    layout = lay_out(glyphs, digit_height=H)
    assert time.process_time() - start < 2  # 0.3 s on a quiet machine
    assert [(t.rows, t.columns) for t in layout.tables] == [(70, 24)]


def test_drift_straightens_and_comes_back() -> None:
    drift = Drift(np.array([0.02, 1e-5, -2e-5]), np.array([0.01, 3e-5, 1e-5]), (500.0, 700.0))
    x, y = np.random.default_rng(0).uniform(0, 1400, (2, 50))
    again = drift.page(*drift.straight(x, y))
    assert np.allclose(again, (x, y), atol=1e-3)


def test_broken_ruling_is_one_barrier_but_far_pieces_are_two() -> None:
    def line(*pieces: tuple[float, float]) -> Barriers:
        return Barriers.vertical([Segment(50, a, 50, b) for a, b in pieces], digit_height=H)

    assert line((0, 100), (150, 300)).lines.tolist() == [[0, 300, 50, 50]]
    assert len(line((0, 100), (350, 450)).lines) == 2
    left, right, y = np.array([40.0, 60.0]), np.array([55.0, 70.0]), np.array([120.0, 120.0])
    assert line((0, 100), (150, 300)).between(left, right, y).tolist() == [True, False]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("share", [0.0, 0.05])
def test_true_rows_of_real_pages_are_rows_of_the_table(name: str, share: float) -> None:
    height = PAGES[name]
    glyphs, ink, rulings = real_page(name)
    rng = np.random.default_rng(4)
    kept = [g for g in glyphs if rng.random() >= share]
    layout = lay_out(kept, digit_height=height, rulings=rulings, ink=ink)
    assert_sound(layout, kept)
    (table,) = layout.tables
    assert (table.rows, table.columns) == ROWS[name]
    assert astray(layout) == []
    states = Counter(c.state for c in table.cells)
    lost = {g.id for g in glyphs} - {g.id for g in kept} - {""}
    partly = {g.id for g in glyphs if g not in kept} & {g.id for g in kept} - {""}
    assert states["unread"] >= 0.8 * len(lost) and states["uncertain"] >= 0.8 * len(partly)
    assert states["unread"] <= len(lost) + 1 and states["uncertain"] <= len(partly) + 2
    assert len(layout.loose) == 1  # the page number


@cache
def real_page(name: str) -> tuple[list[Glyph], NDArray[np.float32], Rulings]:
    path = DATA / f"{name}.digits.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    page = prepare(read_image(path.with_name(path.name.replace(".digits.csv", ".jpg"))))
    ink, geometry = page.raster()
    glyphs = []
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        box = geometry.box_to_raster(Box(*(float(row[k]) for k in "xywh")))
        where = f"{row['cell_row']}_{row['cell_column'].replace('_', '')}" if row["cell_row"] else ""
        glyphs.append(Glyph(box, row["digit"], 0.95, (), where))
    return glyphs, ink, find_rulings(ink, PAGES[name])


def test_of_no_numbers_none_is_sure() -> None:
    assert Marks.of((), {}).sure(0.8).tolist() == []
