"""Counts from the candidates alone are those of the network; walls and cells are those of the definition."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_readings import made_reading
from numpy.typing import NDArray
from unsure_page import unsure_page

from zij.errors import InputError
from zij.similarity.bigrams import BigramNetwork
from zij.similarity.embedding import embed
from zij.similarity.evidence import Evidence, evidence_from_reading
from zij.similarity.placement import RISE, STEP, place, to_right
from zij.similarity.sparse import counts_of_peaks, embed_evidence, embed_reading
from zij.tables.generate.climates import climates
from zij.tables.generate.pages import Setting, make_page
from zij.tables.geometry import Box
from zij.tables.reading import Glyph, Number, Reading

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"


def by_network(
    maps: NDArray[np.floating], walls: NDArray[np.int64], shape: tuple[int, int], reach: int
) -> NDArray[np.float64]:
    """Counts of dense maps."""
    barrier = torch.zeros(shape)
    barrier[walls[:, 0], walls[:, 1]] = 1
    return np.asarray(BigramNetwork(reach / 6)(torch.from_numpy(maps).double(), barrier))


def crowded(seed: int) -> tuple[Reading, list[Glyph]]:
    """Numbers and candidates strewn without regard to each other, turned, spaced and spelled anyhow."""
    rng = np.random.default_rng([seed, 11])

    def glyph(x: float, y: float) -> Glyph:
        rest = tuple((str(rng.integers(10)), float(rng.random())) for _ in range(rng.integers(3)))
        sign = "0123456789."[rng.integers(11)]
        return Glyph(Box(x, y, rng.uniform(3, 9), 12), sign, float(rng.random() * 1.2), rest)

    numbers = []
    for _ in range(rng.integers(15, 40)):
        x, y, pitch = *rng.uniform(0, 120, 2), rng.uniform(1, 13)
        glyphs = tuple(glyph(x + pitch * k, y + 3 * rng.normal()) for k in range(rng.integers(0, 5)))
        spelled = "".join(g.text for g in glyphs)
        text = spelled if rng.random() < 0.7 else "12 3.4"[: rng.integers(1, 7)]
        numbers.append(Number(glyphs, text, Box(x, y, 40, 12)))
    extra = [glyph(*rng.uniform(0, 150, 2)) for _ in range(rng.integers(0, 20))]
    turn, height = int(rng.choice([0, 90, 180, 270])), float(rng.choice([0, 8, 12, 20]))
    return (
        Reading("c.png", "", 150, 150, (), tuple(numbers), turn, float(rng.normal()), height),
        extra,
    )


@settings(max_examples=60)
@given(
    st.integers(0, 2**32), st.integers(1, 9), st.integers(1, 30), st.integers(0, 60), st.integers(0, 25),
    st.integers(0, 10),
)  # fmt: skip
def test_counts_of_any_cells_are_those_of_the_network(
    seed: int, height: int, width: int, number: int, walls: int, reach: int
) -> None:
    """Candidates and walls anywhere: at the edges, in one cell, side by side."""
    rng = np.random.default_rng(seed)
    free = rng.permutation(height * width)[:number]
    peaks = np.stack([free // width, free % width], axis=1)
    barrier = np.stack([rng.integers(0, height, walls), rng.integers(0, width, walls)], axis=1)
    values = rng.dirichlet(np.full(11, 0.4), size=len(peaks))[:, :10] * (rng.random((len(peaks), 1)) < 0.9)
    maps = np.zeros((10, height, width))
    maps[:, peaks[:, 0], peaks[:, 1]] = values.T
    counts = counts_of_peaks(peaks, values, barrier, reach)
    np.testing.assert_allclose(counts, by_network(maps, barrier, (height, width), reach), rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(25))
def test_counts_of_crowded_pages(seed: int) -> None:
    reading, extra = crowded(seed)
    expected = embed(evidence_from_reading(reading, extra)).counts
    np.testing.assert_allclose(embed_reading(reading, extra).counts, expected, rtol=0, atol=1e-9)
    assert expected[:10].any()
    assert expected[10:].any()


@pytest.mark.parametrize("seed", range(21))
def test_counts_of_readings_of_all_kinds(seed: int) -> None:
    reading = made_reading(seed)
    expected = embed(evidence_from_reading(reading)).counts
    np.testing.assert_allclose(embed_reading(reading).counts, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(2))
def test_counts_of_generated_pages(seed: int) -> None:
    truth = make_page(seed, climates(), Setting.plain(digit_height=14.0), name="c.png").truth
    expected = embed(evidence_from_reading(truth)).counts
    np.testing.assert_allclose(embed_reading(truth).counts, expected, rtol=0, atol=1e-9)
    assert expected.sum() > 100


def transcribed(file: Path) -> Reading:
    """The values of a real page as words without glyphs, set in the columns and rows of its table."""
    lines: dict[str, list[str]] = {}
    with file.open(encoding="utf-8", newline="") as stream:
        for cell in csv.DictReader(stream):
            lines.setdefault(cell["row"], []).extend(cell["text"].split())
    words = [
        Number((), word, Box(60 * place, 20 * row, 8 * len(word), 14))
        for row, line in enumerate(lines.values())
        for place, word in enumerate(line)
    ]
    return Reading(f"{file.stem}.png", "", 2000, 2000, loose=tuple(words))


@pytest.mark.skipif(not DATA.exists(), reason="the data folder is absent")
@pytest.mark.parametrize("name", ["climates/pifferi_1604_p368", "almagest_1515/f7r", "fort_william/1898-01"])
def test_counts_of_real_tables(name: str) -> None:
    reading = transcribed(DATA / f"{name}.cells.csv")
    expected = embed(evidence_from_reading(reading)).counts
    np.testing.assert_allclose(embed_reading(reading).counts, expected, rtol=0, atol=1e-9)
    assert expected.sum() > 100


@pytest.mark.parametrize("seed", range(3))
def test_counts_of_evidence_that_is_there(seed: int) -> None:
    evidence = unsure_page(seed, rows=6, extras=8)
    np.testing.assert_allclose(embed_evidence(evidence).counts, embed(evidence).counts, rtol=0, atol=1e-9)
    doubled = replace(evidence, peaks=np.concatenate([evidence.peaks, evidence.peaks[3:5]]))
    np.testing.assert_allclose(embed_evidence(doubled).counts, embed(evidence).counts, rtol=0, atol=1e-9)


def test_a_page_without_digits() -> None:
    empty = Reading("e.png", "", 50, 50)
    assert not embed_reading(empty).counts.any()
    assert not embed_evidence(evidence_from_reading(empty)).counts.any()


def test_absurd_coordinates_are_refused() -> None:
    glyphs = [Glyph(Box(x, x, 8, 15), "7") for x in (1.0, 3e6)]
    reading = Reading(
        "page.png", "", 4_000_000, 4_000_000, loose=tuple(Number((g,), "7", g.box) for g in glyphs)
    )
    with pytest.raises(InputError, match=r"page\.png: .* check the coordinates"):
        embed_reading(reading)


def walls_by_definition(evidence: Evidence, follows: list[bool], reach: int) -> set[tuple[int, int]]:
    """The digits' own cells, and from digit to digit a gap wherever a stranger is within reach unparted."""
    at = {
        (row, column): i
        for i, (row, column) in enumerate(evidence.peaks.tolist())
        if evidence.numbers[i] >= 0
    }
    walls = set(at)
    for (row, column), i in list(at.items()):
        for step in range(STEP, reach + 1):
            partners = [at.get((row + rise, column + step)) for rise in range(-RISE, RISE + 1)]
            strangers = any(j is not None for j in partners)
            strangers = strangers and not any(j == i + 1 and follows[j] for j in partners)
            between = ((row + r, column + s) for r in range(-RISE, RISE + 1) for s in range(1, step))
            if strangers and not any(cell in walls for cell in between):
                walls.add((row, column + step // 2))
    return walls


@pytest.mark.parametrize("seed", range(25))
def test_walls_are_those_of_the_definition(seed: int) -> None:
    reading, extra = crowded(seed)
    # a number's digits follow each other where no separator parts them
    spelled = tuple(replace(n, text="".join(g.text for g in n.glyphs)) for n in reading.loose if n.glyphs)
    reading = replace(reading, loose=spelled)
    follows = [
        glyph.is_digit and k > 0 and number.glyphs[k - 1].is_digit
        for number in reading.numbers()
        for k, glyph in enumerate(number.glyphs)
        if glyph.is_digit
    ]
    evidence, found = evidence_from_reading(reading, extra), place(reading, extra)
    expected = walls_by_definition(evidence, follows, found.reach)
    assert {tuple(cell) for cell in found.walls.tolist()} == expected
    assert {tuple(cell) for cell in np.argwhere(evidence.barrier).tolist()} == expected
    assert len(expected) > sum(evidence.numbers >= 0) or seed == 14  # gaps are made, but on that one


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 12)), max_size=12),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 12)), max_size=12),
)
def test_nearest_to_the_right(cells: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    pairs = [np.array(x, np.int64).reshape(-1, 2) for x in (cells, others)]
    expected = [
        min((d - b for c, d in others if abs(c - a) <= RISE and d > b), default=np.iinfo(np.int64).max)
        for a, b in cells
    ]
    assert to_right(*pairs).tolist() == expected
