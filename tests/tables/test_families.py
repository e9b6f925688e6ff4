"""Corpora of families: copies, layouts, traps and strangers are what their labels say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zij.corpora.exchange.readingjson import reading_from_json, reading_json
from zij.errors import InputError, UsageError
from zij.tables.generate.books import BOOKS, book
from zij.tables.generate.climates import climates
from zij.tables.generate.copying import copying_tree, some
from zij.tables.generate.families import FamilyPage, family_corpus, shuffled
from zij.tables.generate.fonts import Typeface, demo_typeface, roman_typeface
from zij.tables.generate.kinds import KINDS
from zij.tables.generate.layouts import Layout, draw_layout, lay_out_table
from zij.tables.generate.misreading import LIKELY, misread_page
from zij.tables.generate.numeric import NumericTable
from zij.tables.generate.typesetting import page_types, set_family_page
from zij.tables.reading import Reading

SMALL = NumericTable(
    "T", ("N", "G", "M"), frozenset(), tuple((str(n), str(2 * n), str(n % 3)) for n in range(1, 6)),
    ((0,), (1, 2)),
)  # fmt: skip


@pytest.fixture(scope="module")
def corpus() -> list[FamilyPage]:
    """Twelve families on ninety pages."""
    return list(family_corpus(12, 90, seed=4))


def texts(reading: Reading) -> list[list[str]]:
    (table,) = reading.tables
    found = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        found[cell.row][cell.column] = cell.text
    return found


# -- copying


def test_misprints_turn_the_original_into_the_copy() -> None:
    tree = copying_tree([5], climates(), 12, errors=some(0.02))
    assert tree.copies[0].exemplar is None and not tree.misprints(0)
    for copy in tree.copies:
        table = tree.copies[0].table
        for misprint in tree.misprints(copy.number):
            assert table.rows[misprint.row][misprint.column] == misprint.original != misprint.text
            table = table.with_cell(misprint.row, misprint.column, misprint.text)
            assert misprint.arose_in in tree.line(copy.number)
        assert table == copy.table


def test_an_error_is_in_all_that_were_copied_from_it() -> None:
    tree = copying_tree([2], climates(), 15, errors=some(0.02))
    for copy in tree.copies:
        for error in copy.errors:
            exemplar = tree.copies[copy.exemplar or 0].table
            assert exemplar.rows[error.row][error.column] == error.before
            for later in tree.copies:
                line = tree.line(later.number)
                if copy.number in line:
                    after = line[line.index(copy.number) + 1 :]
                    again = {(e.row, e.column) for n in after for e in tree.copies[n].errors}
                    if (error.row, error.column) not in again:
                        assert later.table.rows[error.row][error.column] == error.after


def test_a_longer_history_begins_with_the_shorter() -> None:
    assert copying_tree([1], climates(), 9).copies[:4] == copying_tree([1], climates(), 4).copies
    assert copying_tree([1], climates(), 9) != copying_tree([3], climates(), 9)


def test_exemplars_are_drawn_evenly_among_the_earlier() -> None:
    counts = Counter(copying_tree([seed], SMALL, 5).copies[4].exemplar for seed in range(400))
    assert sorted(counts) == [0, 1, 2, 3]
    assert min(counts.values()) > 70  # 100 are expected


def test_a_history_without_its_original_is_refused() -> None:
    with pytest.raises(UsageError, match="1 or more"):
        copying_tree([1], SMALL, 0)


# -- layouts


def test_half_tables_stand_side_by_side() -> None:
    laid = lay_out_table(SMALL, Layout(halves=2))
    assert laid.rows[0] == (*SMALL.rows[0], *SMALL.rows[3])
    assert laid.rows[2] == (*SMALL.rows[2], "", "", "")
    assert laid.headings == SMALL.headings * 2


def test_columns_are_added_repeated_and_left_out() -> None:
    again = lay_out_table(SMALL, Layout(argument_again=True))
    assert all(line[-1] == line[0] for line in again.rows)
    numbered = lay_out_table(SMALL, Layout(rows=(2, 5), added="running numbers"))
    assert [line[0] for line in numbered.rows] == ["1", "2", "3"]
    assert [line[1:] for line in numbered.rows] == list(SMALL.rows[2:])
    assert lay_out_table(SMALL, Layout(places=1)).rows[1] == ("2", "4")


def test_differences_are_of_the_value_in_units_of_its_last_place() -> None:
    laid = lay_out_table(SMALL, Layout(added="differences"), base=60)
    values = [60 * int(line[1]) + int(line[2]) for line in SMALL.rows]
    assert [line[-1] for line in laid.rows[:-1]] == [str(abs(d)) for d in np.diff(values)]
    assert laid.rows[-1][-1] == ""


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(sorted(KINDS)))
def test_a_layout_of_all_columns_loses_no_number(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    known = KINDS[kind](rng)
    layout = draw_layout(rng, known.table, base=known.base)
    laid = lay_out_table(known.table, replace(layout, argument_again=False, added=""), base=known.base)
    assert layout != Layout() and layout.words != "plain"
    assert Counter(laid.numbers()) == Counter(known.table.numbers())
    assert all(len(line) == len(laid.headings) for line in laid.rows)


# -- families


def test_the_same_seed_gives_the_same_corpus(corpus: list[FamilyPage]) -> None:
    assert list(family_corpus(12, 90, seed=4)) == corpus
    assert list(family_corpus(12, 90, seed=5)) != corpus


def test_a_larger_corpus_has_the_pages_of_a_smaller_one(corpus: list[FamilyPage]) -> None:
    larger = {page.name: page for page in family_corpus(12, 130, seed=4)}
    assert len(larger) == 130
    assert all(larger[page.name] == page for page in corpus)


def test_labels_fit_each_other(corpus: list[FamilyPage]) -> None:
    by_name = {page.name: page for page in corpus}
    assert len(by_name) == len(corpus) == 90
    assert Counter(page.relation for page in corpus)["shuffled"] == 9
    assert Counter(page.relation for page in corpus)["unrelated"] == 22
    sizes = Counter(page.family for page in corpus if page.family)
    assert len(sizes) == 12 and min(sizes.values()) >= 2
    for page in corpus:
        assert bool(page.family) == (page.relation not in ("shuffled", "unrelated"))
        if page.relation in ("copy", "reset", "part"):
            assert by_name[page.parent].family == page.family
            assert by_name[page.parent].book.year <= page.book.year
        if page.relation == "copy":
            assert page.layout == by_name[page.parent].layout
        if page.relation == "part":
            assert page.layout.rows or page.layout.places or page.layout.values
        assert 0 <= page.rows[0] < page.rows[1] <= len(page.known.table.rows)


def test_no_two_families_and_strangers_are_the_same_table(corpus: list[FamilyPage]) -> None:
    own = {page.family or page.name: page.known for page in corpus if page.relation != "shuffled"}
    assert len({known.name for known in own.values()}) == len(own)
    assert len({known.table.rows for known in own.values()}) == len(own)


def test_a_trap_has_the_numbers_of_its_parent_in_other_places(corpus: list[FamilyPage]) -> None:
    by_name = {page.name: page for page in corpus}
    kept = 0
    for page in corpus:
        if page.relation == "shuffled":
            parent = by_name[page.parent]
            assert Counter(page.table.numbers()) == Counter(parent.table.numbers())
            pairs = list(zip(page.table.numbers(), parent.table.numbers(), strict=True))
            assert np.mean([a == b for a, b in pairs]) < 0.5
            kept += all(a[0] == b[0] for a, b in zip(page.table.rows, parent.table.rows, strict=True))
    assert 0 < kept < 9  # some keep their argument


def test_shuffling_leaves_words_and_empty_cells_where_they_are() -> None:
    table = climates()
    for keep in (True, False):
        other = shuffled(np.random.default_rng(1), table, keep_argument=keep)
        assert [line[2] for line in other.rows] == [line[2] for line in table.rows]
        holes = [[not text for text in line] for line in table.rows]
        assert [[not text for text in line] for line in other.rows] == holes


def test_pages_show_the_rows_that_they_name_with_their_misprints(corpus: list[FamilyPage]) -> None:
    plain = [page for page in corpus if page.copy and page.layout.words == "plain"]
    assert len(plain) > 10
    for page in plain:
        rows = page.known.table.rows[page.rows[0] : page.rows[1]]
        pairs = [
            (a, b) for x, y in zip(rows, page.table.rows, strict=True) for a, b in zip(x, y, strict=True)
        ]
        assert sum(a != b for a, b in pairs) == page.misprints
    assert sum(page.misprints for page in corpus) > 20


def test_books_are_in_order_of_years() -> None:
    years = [book(3, number).year for number in range(BOOKS)]
    assert years == sorted(years) and years[0] >= 1472 and years[-1] <= 1650
    assert len({book(3, number).name for number in range(BOOKS)}) == BOOKS


@pytest.mark.parametrize(("families", "pages"), [(0, 10), (3, 11), (-1, 100)])
def test_a_corpus_that_cannot_be_is_refused(families: int, pages: int) -> None:
    with pytest.raises(UsageError, match="4 pages for each"):
        list(family_corpus(families, pages))


# -- readings and images


def test_a_reading_without_misreadings_is_the_table() -> None:
    table = climates()
    reading = misread_page([3], table, name="x.jpg", misread=0)
    kept = [c for c in range(len(table.headings)) if c not in table.words]
    assert texts(reading) == [[line[c] for c in kept] for line in table.rows]
    assert reading.with_ids() == reading
    assert all(glyph.confidence >= 0.5 for glyph in reading.glyphs())
    assert reading_from_json(reading_json(reading, compact=True)) == reading
    assert "\n" not in reading_json(reading, compact=True)[:-1]


def test_so_many_digits_are_misread_as_is_asked_for() -> None:
    table = KINDS["powers"](np.random.default_rng(0)).table
    found = Counter[str]()
    for seed in range(30):
        reading = misread_page([seed], table, name="x.jpg", misread=0.1)
        for line, read in zip(table.rows, texts(reading), strict=True):
            for a, b in zip(line, read, strict=True):
                found["lost"] += len(a) - len(b)
                if len(a) == len(b):
                    wrong = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
                    assert all(y in LIKELY[x] for x, y in wrong)
                    found["wrong"] += len(wrong)
                found["all"] += len(a)
    assert found["lost"] / found["all"] == pytest.approx(0.02, abs=0.005)
    assert 0.04 < found["wrong"] / found["all"] < 0.09  # those in numbers that lost none


def test_a_digit_wrongly_read_has_the_right_one_beside_it() -> None:
    reading = misread_page([1], SMALL, name="x.jpg", misread=1)
    glyphs = list(reading.glyphs())
    assert glyphs and all(glyph.alternatives or glyph.confidence > 0.9 for glyph in glyphs)
    told = [glyph for glyph in glyphs if glyph.alternatives]
    assert told and all(glyph.text in LIKELY[glyph.alternatives[0][0]] for glyph in told)


def test_an_image_has_the_table_as_its_truth(corpus: list[FamilyPage]) -> None:
    page = next(page for page in corpus if not page.table.words and len(page.table.rows) < 22)
    made = set_family_page(page, (demo_typeface(),), name="x.jpg")
    assert texts(made.truth) == [list(line) for line in page.table.rows]
    assert max(made.pixels.shape) < 1500


def test_two_types_are_always_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> tuple[Typeface, ...]:
        raise InputError("no fonts")

    monkeypatch.setattr("zij.tables.generate.typesetting.find_typefaces", none)
    assert page_types() == (demo_typeface(), roman_typeface())
