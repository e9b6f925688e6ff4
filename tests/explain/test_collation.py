"""Collation of made witnesses: what is planted is found, and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_witnesses import cell, reading, table, varying, witness

from zij.errors import UsageError
from zij.explain.collation.apparatus import Apparatus
from zij.explain.collation.collate import collate
from zij.tables.generate.climates import climates
from zij.tables.generate.copying import copying_tree, some
from zij.tables.generate.errors import copy_with_errors
from zij.tables.generate.numeric import NumericTable
from zij.tables.reading import Reading, Table

Rows = list[list[str]]


def texts(made: NumericTable) -> Rows:
    return [["" if c in made.words else text for c, text in enumerate(row)] for row in made.rows]


def numbers(rows: int, columns: int = 6, seed: int = 0) -> Rows:
    """An argument that counts, and columns of sixtieths in no order."""
    rng = np.random.default_rng([seed, 60])
    return [[str(r + 1), *(str(x) for x in rng.integers(0, 60, columns))] for r in range(rows)]


CLIMATES = texts(climates())
NUMBERS = numbers(40)


def apparatus(*witnesses: Rows | Reading | tuple[Rows, ...]) -> Apparatus:
    made = [
        witness(f"W{n}", *(pages if isinstance(pages, tuple) else (pages,)))
        for n, pages in enumerate(witnesses)
    ]
    return collate(made, arithmetic=False).apparatus


def only_agree(found: Apparatus, places: int) -> None:
    assert found.counts() == {"agree": places, "variant": 0, "uncertain": 0, "only": 0}


def filled(rows: Rows) -> int:
    return sum(bool(text) for row in rows for text in row)


@pytest.mark.parametrize("rows", [CLIMATES, NUMBERS], ids=["climates", "numbers"])
def test_a_table_agrees_with_itself(rows: Rows) -> None:
    found = apparatus(rows, rows)
    only_agree(found, filled(rows))
    assert [part.score for parts in found.tables[0].parts for part in parts] == [1.0, 1.0]


@pytest.mark.parametrize("seed", range(6))
def test_every_planted_error_is_found_and_no_other_place(seed: int) -> None:
    made = climates()
    copied, errors = copy_with_errors(np.random.default_rng(seed), made, 12)
    found = varying(apparatus(texts(made), texts(copied)))
    own = [c for c in range(len(made.headings)) if c not in made.words]
    assert {(r, own[c]) for r, c in found} == {(e.row, e.column) for e in errors}
    for error in errors:
        place = found[error.row, own.index(error.column)]
        assert [e.text for e in place.entries if e] == [error.before, error.after]


def test_typed_errors_have_their_kind() -> None:
    """Counted over many copies; a slip that happens to be another as well may be called by that."""
    names = {"slipped from the row above": "value slipped"}
    made, own = climates(), [0, 1, 3, 4, 5, 6, 7, 8]
    right, total = Counter[str](), Counter[str]()
    for seed in range(12):
        copied, errors = copy_with_errors(np.random.default_rng([seed, 1]), made, 10)
        found = varying(apparatus(texts(made), texts(copied)))
        for error in errors:
            total[error.kind] += 1
            right[error.kind] += found[error.row, own.index(error.column)].kind == names.get(
                error.kind, error.kind
            )
    assert all(right[kind] >= 0.75 * total[kind] for kind in total), (right, total)


def changed(row: int, column: int, text: str, rows: Rows = NUMBERS) -> Rows:
    return [
        [text if (r, c) == (row, column) else old for c, old in enumerate(line)]
        for r, line in enumerate(rows)
    ]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("46", "49", "turned type"), ("69", "96", "turned type"), ("27", "72", "transposed digits"),
        ("53", "5", "dropped digit"), ("5", "55", "doubled digit"), ("38", "33", "digit confusion"),
        ("30", "31", "rounding"), ("24", "58", "other"), ("10", "50", "other"),
    ],
)  # fmt: skip
def test_kinds(before: str, after: str, kind: str) -> None:
    base = changed(10, 6, before, changed(9, 6, "11", changed(11, 6, "12")))
    copy = changed(10, 6, after, base)
    place = varying(apparatus(base, base, copy))[10, 6]
    assert place.kind == kind and place.reason


def test_a_value_slipped_from_the_row_above() -> None:
    base = changed(9, 3, "47", changed(10, 3, "18"))
    assert varying(apparatus(base, base, changed(10, 3, "47", base)))[10, 3].kind == "value slipped"


def test_two_rows_exchange_their_values() -> None:
    base = changed(9, 3, "47", changed(10, 3, "18"))
    found = varying(apparatus(base, base, changed(9, 3, "18", changed(10, 3, "47", base))))
    assert {key: place.kind for key, place in found.items()} == dict.fromkeys(
        [(9, 3), (10, 3)], "swapped neighbours"
    )


def test_two_loose_types_exchanged_between_rows() -> None:
    """As 4 and 8 in the last decimals of adjacent rows in a table of logarithms."""
    base = changed(9, 3, "5234", changed(10, 3, "7618"))
    found = varying(apparatus(base, base, changed(9, 3, "5238", changed(10, 3, "7614", base))))
    assert {place.kind for place in found.values()} == {"swapped neighbours"} and len(found) == 2


@pytest.mark.parametrize(("way", "order"), [("", "AB"), (", in the opposite order", "BA")])
def test_a_table_whose_rows_are_columns_is_laid_as_the_other_lies(way: str, order: str) -> None:
    few = NUMBERS[:16]
    other = changed(10, 3, "61", few)
    pages = {"A": few, "B": [list(line) for line in zip(*(other[::-1] if way else other), strict=True)]}
    found = collate([witness(name, pages[name]) for name in order], arithmetic=False)
    assert [(one.siglum, one.how) for one in found.turned] == [
        ("B", f"its rows are the others' columns{way}")
    ]
    assert found.apparatus.counts() == {"agree": 111, "variant": 1, "uncertain": 0, "only": 0}
    entry = varying(found.apparatus)[10, 3].entries[order.index("B")]
    assert entry is not None and (entry.text, entry.cell) == ("61", f"t1_r3c{5 if way else 10}")


def test_sines_are_not_cosines_upwards() -> None:
    degrees = np.arange(1, 45)
    pages = [[[str(d), f"{1e5 * wave(np.radians(d)):.0f}"] for d in degrees] for wave in (np.sin, np.cos)]
    found = collate([witness("S", pages[0]), witness("C", pages[1])], arithmetic=False)
    assert len(found.strangers) == 2 and not found.turned


def test_rows_that_one_lacks_are_only_in_the_other() -> None:
    found = apparatus(NUMBERS, NUMBERS[:7] + NUMBERS[9:])
    assert found.counts() == {"agree": 38 * 7, "variant": 0, "uncertain": 0, "only": 14}
    assert {row for row, _ in varying(found, "only")} == {7, 8}


def test_rows_that_only_the_shorter_has_come_in_their_order() -> None:
    extra = ["99", "77", "7", "61", "63", "8", "66"]
    shorter = [*NUMBERS[:20], extra, *NUMBERS[25:]]
    found = apparatus(NUMBERS, shorter)
    assert found.tables[0].rows == 41
    lone = {place.row for place in found.places if place.entries[0] is None}
    assert len(lone) == 1 and lone.pop() in range(20, 26)
    assert found.counts()["variant"] == 0


def test_a_repeated_row_is_only_in_one() -> None:
    found = apparatus(NUMBERS, [*NUMBERS[:9], NUMBERS[8], *NUMBERS[9:]])
    assert found.counts() == {"agree": 280, "variant": 0, "uncertain": 0, "only": 7}


def test_columns_in_another_order_and_one_dropped() -> None:
    order = [3, 1, 0, 2, 6, 4]
    found = apparatus(NUMBERS, [[row[c] for c in order] for row in NUMBERS])
    assert found.counts() == {"agree": 240, "variant": 0, "uncertain": 0, "only": 40}
    assert {column for _, column in varying(found, "only")} == {5}


def test_degrees_and_minutes_in_one_cell_or_two() -> None:
    joined = [[*row[:3], f"{row[3]} {row[4]}", *row[5:]] for row in NUMBERS]
    only_agree(apparatus(NUMBERS, joined), 280)
    found = apparatus(joined, joined)
    only_agree(found, 240)
    assert found.places[3].entries[0] is not None and " " in found.places[3].entries[0].text


@pytest.mark.parametrize("first", [0, 1])
def test_halves_beside_each_other(first: int) -> None:
    beside = [left + right for left, right in zip(NUMBERS[:20], NUMBERS[20:], strict=True)]
    apart = reading(NUMBERS[:20], NUMBERS[20:])
    for halves in (beside, apart):
        pair = (NUMBERS, halves)
        only_agree(apparatus(pair[first], pair[1 - first]), 280)


def test_a_table_goes_on_on_the_next_page() -> None:
    only_agree(apparatus(NUMBERS, (NUMBERS[:17], NUMBERS[17:])), 280)
    found = apparatus((NUMBERS[:17], NUMBERS[17:]), (NUMBERS[:23], NUMBERS[23:]))
    only_agree(found, 280)
    assert {e.page for p in found.places for e in p.entries if e} == {0, 1}


def test_a_cell_that_spans_rows_stands_where_the_others_have_it() -> None:
    rows = [[*row[:6], row[6] if n % 3 == 1 else ""] for n, row in enumerate(NUMBERS[:39])]
    made = table(rows)
    spanning = [c for c in made.cells if c.column != 6]
    spanning += [cell(3 * n, 6, rows[3 * n + 1][6], row_span=3) for n in range(13)]
    other = Table(made.box, made.rows, made.columns, tuple(sorted(spanning, key=lambda c: (c.row, c.column))))
    only_agree(apparatus(rows, reading(other)), 39 * 6 + 13)


def test_the_same_arguments_are_not_the_same_table() -> None:
    other = numbers(40, seed=5)
    found = collate([witness("A", NUMBERS), witness("B", other)])
    assert not found.apparatus.tables and [name for name, _ in found.strangers] == ["A", "B"]
    assert all(score < 0.3 for _, score in found.scores)


def test_a_stranger_is_named_and_the_rest_is_done() -> None:
    found = collate([witness("A", NUMBERS), witness("X", CLIMATES), witness("B", NUMBERS)])
    assert [w.siglum for w in found.apparatus.witnesses] == ["A", "B"]
    only_agree(found.apparatus, 280)
    ((name, why),) = found.strangers
    assert name == "X" and "below 0.3" in why


@pytest.mark.parametrize("bare", [reading(), reading([["", ""], ["", ""]]), Reading("p.png", "", 10, 10)])
def test_a_page_without_figures(bare: Reading) -> None:
    found = collate([witness("A", NUMBERS), witness("B", bare)])
    assert not found.apparatus.tables
    assert dict(found.strangers)["B"] in ("has no table", "its tables have no figures")


def test_one_witness_and_two_of_one_siglum() -> None:
    assert collate([witness("A", NUMBERS)]).strangers[0][0] == "A"
    with pytest.raises(UsageError, match="siglum 'A'"):
        collate([witness("A", NUMBERS), witness("A", NUMBERS)])
    with pytest.raises(UsageError, match="no witness"):
        collate([])


def test_many_rows() -> None:
    rows = numbers(2050, 2)
    copy = changed(2000, 2, "61", rows[:1000] + rows[1001:])
    found = apparatus(rows, copy)
    assert found.counts() == {"agree": 2049 * 3 - 1, "variant": 1, "uncertain": 0, "only": 3}


def test_misreadings_are_uncertain_and_a_persons_text_never() -> None:
    def doubtful(**more: object) -> Reading:
        made = table(NUMBERS)
        text = "8" if NUMBERS[5][2] != "8" else "3"
        wrong = cell(5, 2, text, sure=0.6, **more)
        return reading(
            Table(
                made.box,
                made.rows,
                made.columns,
                tuple(wrong if (c.row, c.column) == (5, 2) else c for c in made.cells),
            )
        )

    (place,) = varying(apparatus(NUMBERS, doubtful()), "uncertain").values()
    assert (place.row, place.column, place.kind) == (5, 2, "likely misreading") and "0.60" in place.reason
    (place,) = varying(apparatus(NUMBERS, doubtful(source="human"))).values()
    assert (place.row, place.column) == (5, 2)


def test_a_digit_may_be_overlooked_beside_one_that_is_hard_to_read() -> None:
    base = changed(6, 2, "48")

    def dropped(sure: float) -> Reading:
        made = table(base)
        cells = tuple(cell(6, 2, "8", sure=sure) if (c.row, c.column) == (6, 2) else c for c in made.cells)
        return reading(Table(made.box, made.rows, made.columns, cells))

    assert set(varying(apparatus(base, dropped(0.85)), "uncertain")) == {(6, 2)}
    assert varying(apparatus(base, dropped(0.99)))[6, 2].kind == "dropped digit"


def test_an_unread_cell_is_never_a_variant() -> None:
    made = table(NUMBERS)
    cells = tuple(
        cell(c.row, c.column, "", state="unread") if (c.row, c.column) == (4, 1) else c for c in made.cells
    )
    found = apparatus(NUMBERS, reading(Table(made.box, made.rows, made.columns, cells)))
    assert varying(found, "uncertain")[4, 1].kind == "unread" and not varying(found)
    cells = tuple(cell(c.row, c.column, "", state="unread") if c.column == 1 else c for c in made.cells)
    found = apparatus(NUMBERS, reading(Table(made.box, made.rows, made.columns, cells)))
    assert set(varying(found, "only")) == {(row, 1) for row in range(40)}


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000), st.permutations([0, 1, 2, 3]))
def test_the_order_of_witnesses_orders_columns_alone(seed: int, order: list[int]) -> None:
    tree = copying_tree([seed], climates(), 4, errors=some(0.03))
    made = [
        witness(f"W{copy.number}", texts(copy.table)[seed % 3 * (copy.number == 2) :]) for copy in tree.copies
    ]
    one = collate(made, arithmetic=False).apparatus
    two = collate([made[n] for n in order], arithmetic=False).apparatus
    assert [w.siglum for w in two.witnesses] == [f"W{n}" for n in order]
    for a, b in zip(one.places, two.places, strict=True):
        assert (a.row, a.column, a.status) == (b.row, b.column, b.status)
        assert [a.entries[n] for n in order] == list(b.entries)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 1000))
def test_a_family_of_copies_has_its_misprints_and_no_others(seed: int) -> None:
    tree = copying_tree([seed, 2], climates(), 6, errors=some(0.02))
    found = apparatus(*(texts(copy.table) for copy in tree.copies))
    original = texts(climates())
    differing = {
        (r, c)
        for copy in tree.copies
        for r, row in enumerate(texts(copy.table))
        for c, text in enumerate(row)
        if text != original[r][c]
    }
    own = [0, 1, 3, 4, 5, 6, 7, 8]
    assert {(r, own[c]) for r, c in varying(found)} == differing


def test_the_verdict_suspects_the_text_that_breaks_the_rule() -> None:
    """Kind and reason lead from the right text to the wrong one, and count columns as the apparatus does."""
    base = texts(climates())
    wrong = [["", *row] for row in base]
    wrong[35][6] = "56"
    assert base[35][5] == "59"
    for order in ((base, wrong), (wrong, base)):
        made = [witness(f"W{n}", rows) for n, rows in enumerate(order)]
        (place,) = varying(collate(made).apparatus).values()
        assert place.verdict is not None
        assert sum((place.verdict.scan, place.verdict.print, place.verdict.computation)) == pytest.approx(1)
        assert place.kind == "turned type" and place.reason == (
            f"9 set upside down as 6; 56 (W{order.index(wrong)}) breaks a rule that its column keeps: "
            "latitude of the longest day of columns 3-4, which expects 59"
        )


def test_errors_that_witnesses_share_are_told_unless_they_are_in_doubt() -> None:
    """In all of two, in two of three, in three of five; not what one has alone, nor what may be misread."""
    wrong = [list(row) for row in CLIMATES]
    wrong[20][5] = "19"
    own = [list(row) for row in wrong]
    own[30][5] = "11"
    unsure = table(wrong)
    cells = tuple(
        replace(c, state="uncertain", confidence=0.5) if (c.row, c.column) == (20, 5) else c
        for c in unsure.cells
    )
    doubtful = reading(replace(unsure, cells=cells))
    for pages, who in (
        ((wrong, own), (0, 1)),
        ((wrong, CLIMATES, own), (0, 2)),
        ((wrong, wrong, CLIMATES, own, CLIMATES), (0, 1, 3)),
        ((wrong, doubtful), None),
    ):
        found = collate([witness(f"W{n}", page) for n, page in enumerate(pages)]).apparatus.errors
        told = [(e.row, e.column, e.text, e.expected, e.witnesses, e.everywhere) for e in found]
        expected = CLIMATES[20][5]
        assert told == ([(20, 4, "19", expected, who, len(pages) == 2)] if who else [])


def test_where_nothing_tells_which_text_is_wrong_no_side_is_taken() -> None:
    texts_of = {
        5: ("33", "38"),
        6: ("53", "5"),
        7: ("46", "49"),
        8: ("20", "02"),
        9: ("17", "57"),
        10: ("5", "55"),
    }
    one, two = NUMBERS, NUMBERS
    for row, (left, right) in texts_of.items():
        one, two = changed(row, 6, left, one), changed(row, 6, right, two)
    found = [
        {row: place.reason for (row, _), place in varying(apparatus(*pair)).items()}
        for pair in ((one, two), (two, one))
    ]
    assert found[0] == {
        5: "3 and 8 are figures that are easily confused", 6: "53 has a 3 that 5 has not",
        7: "46 and 49: a 6 set upside down is a 9", 8: "20 and 02: the same two digits the other way round",
        9: "one digit differs: 1 and 5", 10: "5 stands twice in 55, once in 5",
    }  # fmt: skip
    assert all(sorted(found[1][row]) == sorted(reason) for row, reason in found[0].items())


def test_two_halves_of_a_table_are_not_the_same_table() -> None:
    """Hours and minutes of their rows differ in one sign nearly everywhere."""
    latitudes = np.radians(np.arange(1, 31))
    hours = 2 / 15 * np.degrees(np.arccos(-np.tan(latitudes) * np.tan(np.radians(23.85))))
    rows = [
        [str(r + 1), *(f"{int(part)}" for part in (x, x % 1 * 60, 24 - x, (24 - x) % 1 * 60))]
        for r, x in enumerate(hours)
    ]
    found = collate([witness("A", rows[:13]), witness("B", rows[13:])], arithmetic=False)
    assert len(found.strangers) == 2
