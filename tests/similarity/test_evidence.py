"""The grid of a reading holds its numbers exactly, however the page lies."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zij.errors import InputError
from zij.similarity.embedding import cosine, dot, embed
from zij.similarity.evidence import evidence_from_reading
from zij.similarity.features import FEATURES, is_bigram
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Glyph, Number, Reading

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"


def page(lines: list[list[str]], *, gap: float = 14.0, pitch: float = 8.0, height: float = 15.0) -> Reading:
    """A page of numbers outside tables, one list of numbers a line."""
    numbers = []
    for row, line in enumerate(lines):
        x = 30.0
        for text in line:
            glyphs = tuple(
                Glyph(Box(x + i * pitch, 40 + row * 1.6 * height, pitch, height), c)
                for i, c in enumerate(text)
            )
            numbers.append(Number(glyphs, text, Box.hull(g.box for g in glyphs)))
            x = glyphs[-1].box.right + gap
    return Reading("page.png", "", 700, 500, loose=tuple(numbers), digit_height=height)


def transcribed(reading: Reading) -> Counter[str]:
    """Isolated digits and bigrams of the numbers' texts, by the definition."""
    counts: Counter[str] = Counter()
    for number in reading.numbers():
        for run in "".join(c if c.isdigit() else " " for c in number.text).split():
            counts.update([run] if len(run) == 1 else [a + b for a, b in pairwise(run)])
    return counts


def moved(reading: Reading, geometry: Geometry, **changes: object) -> Reading:
    """The reading of the same page in another image, by the map between the two."""

    def number(old: Number) -> Number:
        glyphs = tuple(replace(g, box=geometry.box_to_raster(g.box)) for g in old.glyphs)
        return replace(old, glyphs=glyphs, box=geometry.box_to_raster(old.box))

    loose = tuple(number(n) for n in reading.numbers())
    return replace(reading, loose=loose, tables=(), width=geometry.width, height=geometry.height, **changes)  # type: ignore[arg-type]


def without_glyphs(reading: Reading) -> Reading:
    """The same numbers as words that another program left undivided."""
    return replace(reading, loose=tuple(replace(n, glyphs=()) for n in reading.loose), digit_height=0.0)


NUMBERS = st.lists(
    st.lists(st.from_regex(r"[0-9]{1,6}(\.[0-9]{1,3})?", fullmatch=True), min_size=1, max_size=6),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(NUMBERS, st.floats(0.5, 20), st.floats(5.3, 22))
def test_counts_are_those_of_the_transcription(lines: list[list[str]], gap: float, pitch: float) -> None:
    reading = page(lines, gap=gap, pitch=pitch)
    assert embed(evidence_from_reading(reading)).as_dict() == transcribed(reading)


def test_a_separator_ends_a_run() -> None:
    assert embed(evidence_from_reading(page([["0.202"]]))).as_dict() == {"0": 1, "20": 1, "02": 1}


def test_a_run_of_one_digit_is_no_skipping_pair() -> None:
    """Three narrow 1s: the first and the third are in reach of each other, but the second stands between."""
    reading = page([["123"], ["111"]], pitch=4)
    assert embed(evidence_from_reading(reading)).as_dict() == {"12": 1, "23": 1, "11": 2}


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("scale", [0.6, 1.6])
def test_turn_skew_and_scale_change_nothing(quarters: int, scale: float) -> None:
    upright = page([["12", "7", "4.50"], ["3", "1898", "26"], ["606", "05"]])
    lying = Geometry.identity(700, 500).rotated(-1.7).turned(-quarters).scaled(scale)
    scan = moved(upright, lying, turn=90 * quarters, skew=1.7, digit_height=15 * scale)
    assert embed(evidence_from_reading(scan)).as_dict() == transcribed(upright)
    assert embed(evidence_from_reading(without_glyphs(scan))).as_dict() == transcribed(upright)


def test_text_of_a_corrected_number_wins_over_its_glyphs() -> None:
    reading = page([["02"], ["18"]])
    first, second = reading.loose
    fixed = replace(reading, loose=(replace(first, text="20"), replace(second, text="187")))
    evidence = evidence_from_reading(fixed)
    assert embed(evidence).as_dict() == {"20": 1, "18": 1, "87": 1}
    assert evidence.glyphs.tolist() == [0, 1, -1, -1, -1]
    assert evidence.numbers.tolist() == [0, 0, 1, 1, 1]


def test_peaks_name_their_glyphs() -> None:
    reading = page([["12", "7"], ["4.50"]])
    evidence = evidence_from_reading(reading)
    glyphs = list(reading.glyphs())
    for (row, column), index, centre in zip(evidence.peaks, evidence.glyphs, evidence.centres, strict=True):
        assert glyphs[index].text == str(evidence.maps[:, row, column].argmax())
        assert glyphs[index].box.centre == tuple(centre)
    assert len({tuple(peak) for peak in evidence.peaks.tolist()}) == len(evidence.peaks) == 6


def test_extra_candidates_pair_with_what_lies_in_reach() -> None:
    reading = page([["12"]])
    extra = Glyph(Box(30 + 16, 40, 8, 15), "3", 0.25)
    evidence = evidence_from_reading(reading, [extra], floor=0.2)
    assert embed(evidence).as_dict() == {"12": 1, "23": 0.25}
    assert evidence.numbers.tolist() == [0, 0, -1]
    assert embed(evidence_from_reading(reading, [extra])).as_dict() == {"12": 1}


def test_probabilities_enter_as_evidence() -> None:
    glyph = Glyph(Box(30, 40, 8, 15), "7", 0.75, (("1", 0.25),))
    reading = Reading("page.png", "", 100, 100, loose=(Number((glyph,), "7", glyph.box),), digit_height=15)
    assert embed(evidence_from_reading(reading)).as_dict() == {"7": 0.75, "1": 0.25}


def test_a_page_without_digits_is_like_no_page() -> None:
    empty, other = evidence_from_reading(Reading("e.png", "", 50, 50)), evidence_from_reading(page([["12"]]))
    assert embed(empty).counts.shape == (110,)
    assert not embed(empty).counts.any()
    assert cosine(embed(empty), embed(other)) == 0.0
    assert cosine(embed(other), embed(other)) == pytest.approx(1.0, abs=1e-15)
    assert dot(embed(other), embed(other)) == 1.0


def test_digits_heaped_on_one_spot_each_get_a_cell() -> None:
    glyphs = [Glyph(Box(10, 10, 5, 10), str(i % 10)) for i in range(400)]
    reading = Reading(
        "p.png", "", 50, 50, loose=tuple(Number((g,), g.text, g.box) for g in glyphs), digit_height=10
    )
    evidence = evidence_from_reading(reading)
    assert len({tuple(peak) for peak in evidence.peaks.tolist()}) == 400


def test_absurd_coordinates_are_refused() -> None:
    far = Glyph(Box(3e6, 3e6, 8, 15), "7")
    reading = replace(page([["12"]]), width=4_000_000, height=4_000_000)
    reading = replace(reading, loose=(*reading.loose, Number((far,), "7", far.box)))
    with pytest.raises(InputError, match=r"page\.png: .* check the coordinates"):
        evidence_from_reading(reading)


def test_names_of_the_features() -> None:
    assert FEATURES[7] == "7"
    assert FEATURES[10 + 10 * 0 + 7] == "07"
    assert [is_bigram(i) for i in (7, 17)] == [is_bigram(n) for n in ("7", "07")] == [False, True]


@pytest.mark.skipif(not DATA.exists(), reason="the data folder is absent")
@pytest.mark.parametrize("name", ["climates/pifferi_1604_p368", "petavius_1630/p351", "petavius_1630/p352"])
def test_counts_of_real_pages(name: str) -> None:
    numbers: dict[tuple[str, ...], list[Glyph]] = {}
    for row in csv.DictReader((DATA / f"{name}.digits.csv").read_text().splitlines()):
        box = Box(*(float(row[k]) for k in "xywh"))
        order = int(row["order_in_number"])
        key = (row["cell_row"], row["cell_column"], row["number_text"])
        if order == 1:
            key = (*key, row["x"], row["y"])
            last = key
        numbers.setdefault(last, []).append(Glyph(box, row["digit"]))
    loose = tuple(
        Number(tuple(g), "".join(x.text for x in g), Box.hull(x.box for x in g)) for g in numbers.values()
    )
    for height in (0.0, 10.0, 20.0):
        reading = Reading(f"{name}.jpg", "", 2000, 2000, loose=loose, digit_height=height)
        evidence = evidence_from_reading(reading)
        assert embed(evidence).as_dict() == transcribed(reading)
        assert np.count_nonzero(evidence.glyphs >= 0) == sum(len(g) for g in numbers.values())
