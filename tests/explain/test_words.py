"""What is said in words: parts that sum to the similarity, rows, shares."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_pair import made_sheets

from zij.explain.report.words import (
    composition,
    figure_text,
    headline,
    number_sentence,
    origins,
    percent,
    readers_notes,
    row_sentence,
)


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
    assert "rows 2 to 3 make up 50 % of the similarity" in sentence
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


def test_origins_are_flat_and_leave_nothing_out() -> None:
    summary = made_sheets()[3]
    told = dict(origins(summary))
    assert told["model"] == "bigram" and told["versions: zij"] == "0.1.0"
    assert told["hashes: a"] == "a" * 64 and told["parameters: top"] == str(summary["parameters"]["top"])
    assert told["dot product"] == "40"
