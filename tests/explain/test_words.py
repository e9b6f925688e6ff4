"""What is said in words: parts that sum to the similarity, rows, shares."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_pair import made_sheets

from zij.explain.report.notices import left_out_sentence, notices
from zij.explain.report.provenance import provenance
from zij.explain.report.words import (
    composition,
    figure_text,
    headline,
    number_sentence,
    percent,
    readers_notes,
    row_sentence,
)
from zij.tables.reading import Reading


@pytest.mark.parametrize(
    ("value", "whole", "text"),
    [
        (0.5, 1, "50 %"),
        (0.0123, 1, "1.2 %"),
        (0.00001, 1, "0 %"),
        (-1e-9, 1, "0 %"),
        (-0.02, 1, "\u22122.0 %"),
        (1, 0, "0 %"),
    ],
)
def test_shares(value: float, whole: float, text: str) -> None:
    assert percent(value, whole) == text


@given(st.floats(-10, 10).filter(lambda v: v == 0 or abs(v) > 1e-7))
def test_a_figure_shows_two_digits_that_count(value: float) -> None:
    shown = float(figure_text(value).replace("\u2212", "-"))
    assert shown == pytest.approx(value, rel=0.05, abs=5e-5 if abs(value) > 1e-3 else 0)


def test_the_parts_sum_to_the_similarity() -> None:
    _, _, pairs, summary = made_sheets()
    parts = composition(pairs, summary)
    assert sum(part.relevance for part in parts) == pytest.approx(summary["similarity"])
    assert parts[0].relevance == pytest.approx(pairs.loc[pairs["corresponds"], "relevance"].sum())
    assert [part.pairs for part in parts] == [12, len(pairs) - 12, 1500, None, None]


@pytest.mark.parametrize(
    ("change", "count", "words"), [({"pairs": None}, None, "all weaker"), ({}, 1500, "1,500")]
)
def test_pairs_not_listed(change: dict[str, Any], count: int | None, words: str) -> None:
    _, _, pairs, summary = made_sheets()
    known = {key: value for key, value in {**summary, **change}.items() if value is not None}
    part = next(part for part in composition(pairs, known) if part.key == "unlisted")
    assert part.pairs == count and words in part.words


def test_the_rows_that_contribute_most() -> None:
    a, _, pairs, _ = made_sheets()
    only = pairs[pairs["a_id"].str.contains("_r1c|_r2c") & pairs["corresponds"]]
    sentence = row_sentence(only, a.reading, 2 * only["relevance"].sum())
    assert "row 2 and row 3 contribute most (50 % together)" in sentence
    assert f"rows 2 to 3 of the {a.reading.tables[0].rows} make up 50 % of the similarity" in sentence
    assert "No row" in row_sentence(pairs.head(0), a.reading, 0.5)


def test_another_model_is_not_described_as_counting_digits() -> None:
    how, limits = readers_notes("vgg16")
    assert "patches" in how[0] and any("reads no digits" in limit for limit in limits)
    assert not any("reads no digits" in limit for limit in readers_notes("bigram")[1])


def test_an_encoder_is_named_and_chance_is_said() -> None:
    summary = {"model": "vgg16", "described": "vgg16 layer 31, random weights"}
    assert "by vgg16 layer 31, random weights:" in headline(summary) and "has learnt nothing" in headline(
        summary
    )
    assert "learnt" not in headline({"model": "vgg16", "described": "vgg16 layer 31"})
    assert number_sentence({"relevance_numbers": 0.1, "similarity": 0.8}).startswith(
        "12 % of the similarity lies"
    )


def test_the_parts_of_patches_have_words_of_their_own() -> None:
    _, _, pairs, summary = made_sheets()
    parts = {part.key: part.words for part in composition(pairs, {**summary, "units": "patches"})}
    assert (
        parts["unlisted"] == "1,500 weaker pairs of patches, not listed here" and "paper" in parts["outside"]
    )


def plain(markup: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", markup).split())


def test_origins_are_readable_and_leave_nothing_out() -> None:
    summary = made_sheets()[3]
    summary["parameters"] |= {"a_turn": 90, "b_turn": 0, "only_tables": False, "encoder": {"layer": 5}}
    told = plain(provenance(summary))
    for rows in (
        "measured by bigram model", "SHA-256 of the file", f"{'a' * 12}\u2026", "a" * 64, "b" * 64,
        f"pairs listed at most {summary['parameters']['top']} top", "digits outside tables left out no",
        "turned to stand upright, in degrees 90 0 a_turn, b_turn", "encoder: layer 5",
        "dot product of the embeddings 40 dot", "programs zij 0.1.0 versions",
    ):  # fmt: skip
        assert rows in told, rows


def without(reading: Reading, *, loose: bool) -> Reading:
    """A page without tables; what stood in them then stands outside, or nowhere."""
    return replace(reading, tables=(), loose=() if loose else tuple(reading.numbers()))


def test_what_a_reader_has_to_know_first() -> None:
    a = made_sheets()[0].reading
    full = {"similarity": 0.9, "model": "bigram"}
    zero = {**full, "similarity": 0.0}
    alone = {**zero, "parameters": {"only_tables": True, "a_left_out": 25, "b_left_out": 1}}
    blank, outside = without(a, loose=True), without(a, loose=False)

    (few,) = notices(a, a, full)
    assert few.startswith("24 digits on page A and 24 on page B were counted")
    none, last = notices(a, blank, zero)
    assert none.startswith("On page B (alpha.png) no digit was read.") and "zij train" in none
    assert last == "The 0 says that nothing could be compared, not that the tables differ."
    assert len(notices(blank, blank, zero)) == 3
    assert "24 digits were read, none of them in a table" in notices(outside, a, full)[0]
    assert "the 24 outside tables were left out" in notices(outside, a, alone)[0]
    assert "have nothing in common" in notices(a, a, zero)[0]
    assert "No number was read on page A" in notices(blank, a, {**full, "model": "vgg16"})[0]
    assert left_out_sentence(full) == ""
    assert "25 digits outside them on page A and 1 on page B were left out" in left_out_sentence(alone)
