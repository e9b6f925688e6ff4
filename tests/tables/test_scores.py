"""Scores whose answer is known by hand, or by a slow and plain re-implementation."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import disturbed, grid, number, page

from zij.errors import InputError
from zij.tables.geometry import Box
from zij.tables.reading import Reading
from zij.tables.scores.calibration import calibration_error, reliability
from zij.tables.scores.confusion import NONE, confusion_pairs, digit_pairs, spelt
from zij.tables.scores.digits import match_boxes, score_digits
from zij.tables.scores.histogram import correlation, histogram
from zij.tables.scores.sequence import common_length, common_pairs, positions
from zij.tables.scores.steps import row_steps, surplus, value_faults
from zij.tables.scores.truth import ANY, DigitTruth, TrueCell, TrueDigit, TrueRow, reading_truth
from zij.tables.scores.values import ValueMatch, score_values

boxes = st.builds(Box, *[st.integers(0, 30)] * 2, *[st.integers(1, 20)] * 2)


def plain_pairs(read: list[Box], truth: list[Box], low: float) -> list[tuple[int, int]]:
    """Again and again the best pair of what is left; of equals the last."""
    left, right, pairs = set(range(len(read))), set(range(len(truth))), []
    while True:
        best = max(((read[i].iou(truth[j]), i, j) for i in left for j in right), default=(0.0, 0, 0))
        if best[0] < low:
            return pairs
        left.remove(best[1])
        right.remove(best[2])
        pairs.append(best[1:])


@given(st.lists(boxes, max_size=8), st.lists(boxes, max_size=8))
def test_boxes_are_paired_best_first(read: list[Box], truth: list[Box]) -> None:
    assert match_boxes(read, truth, 0.3) == plain_pairs(read, truth, 0.3)


def test_boxes_without_end_are_refused() -> None:
    many = [Box(0, 0, 10, 10)] * 2300
    with pytest.raises(InputError, match="no reading of a page"):
        match_boxes(many, many)


def test_digits_by_hand() -> None:
    """One right, one wrong, one missed, one where none is; one illegible, one in a region: not judged."""
    row = [number("1", 10, 10, 0.9), number("2", 110, 10, 0.8), number("3", 410, 10, 0.7)]
    reading = page(loose=(*row, number("4", 510, 10, 0.2), number("5", 710, 10, 0.1)))
    at = {"1": 10, "7": 110, "8": 210, "6": 510}
    digits = [TrueDigit(Box(x, 10, 12, 20), digit, digit != "6", number=digit) for digit, x in at.items()]
    truth = DigitTruth(tuple(digits), (Box(700, 0, 40, 60),), ("1", "7", "8", "6"))
    match = score_digits(reading, truth)
    s = match.scores
    assert (s.true_digits, s.predicted_digits, s.false_digits, s.tables) == (3, 3, 1, 0)
    assert (s.precision, s.recall, s.f1) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert s.detection_f1 == pytest.approx(2 / 3)
    assert s.digit_accuracy_where_found == 0.5
    assert s.calibration_error == pytest.approx((0.1 + 0.8 + 0.7) / 3)
    counts = histogram("12345"), histogram("1786")
    assert s.histogram_r == pytest.approx(np.corrcoef(*counts)[0, 1])
    assert [(f.kind, f.truth, f.read, f.confidence) for f in match.faults] == [
        ("wrong", "7", "2", 0.8), ("missed", "8", "", None), ("false", "", "3", 0.7),
    ]  # fmt: skip
    assert match.faults[1].box == Box(210, 10, 12, 20)
    places = {(1, 1): 1, (7, 2): 1, (8, NONE): 1, (NONE, 3): 1}
    assert {tuple(p): match.confusion[tuple(p)] for p in np.argwhere(match.confusion).tolist()} == places


def test_a_page_without_digits() -> None:
    match = score_digits(page(), DigitTruth((), (), ()))
    assert (match.scores.f1, match.scores.false_digits) == (0.0, 0)
    assert math.isnan(match.scores.calibration_error) and math.isnan(match.scores.histogram_r)


def test_histogram_by_hand() -> None:
    counts = histogram(["7", "0.202", "x", "12"])
    filled = {n: int(counts[n]) for n in np.flatnonzero(counts)}
    assert filled == {7: 1, 0: 1, 10 + 20: 1, 10 + 2: 1, 10 + 12: 1}
    assert math.isnan(correlation(histogram([]), counts))


def test_calibration_by_hand() -> None:
    confidence = np.array([0.95, 1.0, 0.97, 0.1])
    bins = reliability(confidence, np.array([True, True, False, False]), 10)
    assert [(b.count, b.low, b.high) for b in bins if b.count] == [(1, 0.1, 0.2), (3, 0.9, 1.0)]
    assert bins[9].right == pytest.approx(2 / 3)
    assert calibration_error(bins) == pytest.approx((0.1 + abs(2.92 - 2)) / 4)
    assert math.isnan(calibration_error(reliability(np.zeros(0), np.zeros(0, bool))))


rows = st.lists(st.sampled_from("abc"), max_size=9)


@given(rows, st.lists(st.sampled_from(["a", "b", "c", None]), max_size=9))
def test_common_subsequence(one: list[str], two: list[str | None]) -> None:
    @cache
    def longest(i: int, j: int) -> int:
        if i == len(one) or j == len(two):
            return 0
        found = 1 + longest(i + 1, j + 1) if one[i] == two[j] else 0
        return max(found, longest(i + 1, j), longest(i, j + 1))

    pairs = common_pairs(one, two)
    assert common_length(positions(one), len(one), two) == longest(0, 0) == len(pairs)
    assert all(one[i] == two[j] for i, j in pairs)
    assert pairs == sorted(pairs) and all(len(set(side)) == len(pairs) for side in zip(*pairs, strict=True))


@pytest.mark.parametrize(
    ("truth", "read", "pairs"),
    [
        ("348", "343", [("3", "3"), ("4", "4"), ("8", "3")]),
        ("348", "48", [("3", ""), ("4", "4"), ("8", "8")]),
        ("34", "134", [("", "1"), ("3", "3"), ("4", "4")]),
        ("", "7", [("", "7")]),
    ],
)
def test_digit_pairs(truth: str, read: str, pairs: list[tuple[str, str]]) -> None:
    assert digit_pairs(truth, read) == pairs


def test_what_is_confused_is_listed_by_frequency() -> None:
    counts = spelt([("33", "38"), ("13", "18"), ("6", ""), ("", "4"), ("12", "12")])
    assert [str(pair) for pair in confusion_pairs(counts)] == [
        "3 read as 8: 2 times", "6 not read: once", "4 read where no digit stands: once",
    ]  # fmt: skip
    assert counts.trace() == 4


def true(*texts: list[str]) -> list[TrueRow]:
    return [
        TrueRow("", str(n), tuple(TrueCell(t, str(c)) for c, t in enumerate(row)))
        for n, row in enumerate(texts)
    ]


def figures(match: ValueMatch) -> tuple[float, float, float]:
    return match.scores.value_recall, match.scores.value_precision, match.scores.row_recall


def faults(match: ValueMatch) -> list[tuple[str, str, str]]:
    steps = row_steps(match)
    return [(f.kind, f.truth, f.read) for f in value_faults(steps, surplus(match, steps))]


def test_values_by_hand() -> None:
    """A wrong value, a value too many, a missed one; headings that are not judged."""
    reading = page(
        grid([["11", "12", ""], ["1", "30", "45"], ["2", "39", "46"], ["3", "5", "41"], ["4", "", "48"]])
    )
    truth = true([ANY, ANY], ["1", "30", "45"], ["2", "31", "46"], ["3", "41"], ["4", "33", "48"])
    match = score_values(reading, truth)
    assert figures(match) == pytest.approx((9 / 11, 9 / 11, 1 / 4))
    assert faults(match) == [("wrong", "31", "39"), ("false", "", "5"), ("missed", "33", "")]


def test_the_better_of_two_ways_to_read_a_cell() -> None:
    """0.202 may be one Word or two, and degrees and minutes may stand in one cell."""
    for cell in ("0202", "0 202"):
        match = score_values(page(grid([["7", cell, "1"]])), true(["7", "0.202", "1"]))
        assert figures(match) == (1, 1, 1), cell


def test_two_tables_side_by_side_read_as_one() -> None:
    truth = [
        TrueRow(name, "1", tuple(map(TrueCell, row))) for name, row in (("a", ["1", "2"]), ("b", ["3", "4"]))
    ]
    match = score_values(page(grid([["1", "2", "3", "4"]])), truth)
    assert figures(match) == (1, 1, 1)
    wrong = score_values(page(grid([["1", "9", "3", "8"]])), truth)
    assert faults(wrong) == [("wrong", "2", "9"), ("wrong", "4", "8")]


def test_a_row_misread_whole_is_found_between_its_neighbours() -> None:
    match = score_values(page(grid([["1"], ["280"], ["3"]])), true(["1"], ["230"], ["3"]))
    assert faults(match) == [("wrong", "230", "280")]


def test_what_is_not_judged_may_be_read_in_parts() -> None:
    match = score_values(page(grid([["7", "5 6", "0 369"]])), true(["7", "5", "6", ANY]))
    assert not match.joined
    assert faults(match) == []


def test_values_in_another_order_make_no_whole_row() -> None:
    match = score_values(page(grid([["1", "2", "3"]])), true(["1", "3", "2"]))
    assert figures(match) == pytest.approx((2 / 3, 2 / 3, 0))


@pytest.mark.parametrize("seed", range(3))
def test_a_reading_is_right_by_itself(seed: int) -> None:
    """Also one with faults: whatever was read is its own truth."""
    reading = disturbed(page(grid([["12", "3 45"], ["678", "90"], ["1", "22"]])), seed)
    digits, rows = reading_truth(reading)
    assert digits is not None and rows is not None
    match = score_digits(reading, digits)
    assert (match.scores.f1, match.faults) == (1.0, ())
    assert figures(score_values(reading, rows)) == (1, 1, 1)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_any_reading_by_itself_and_by_nothing(
    readings: st.SearchStrategy[Reading], data: st.DataObject
) -> None:
    reading = data.draw(readings)
    _, rows = reading_truth(reading)
    found = score_values(reading, rows or ())
    assert all(0 <= value <= 1 for value in figures(found))
    steps = row_steps(found)
    used = [id(step.read) for row in steps for step in row.steps if step.read is not None]
    assert len(set(used)) == len(used), "a value was used twice"
    kept = [step.truth for row in steps for step in row.steps if step.truth is not None]
    assert kept == [cell for row in found.rows for cell in row.cells]
    assert len(score_digits(reading, DigitTruth(())).faults) == sum(g.is_digit for g in reading.glyphs())
