"""Counts of weakened copies are what the network gives on weakened maps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.similarity.bigrams import BigramNetwork
from zij.similarity.embedding import embed
from zij.similarity.evidence import Evidence, evidence_from_reading
from zij.similarity.masked import masked_counts
from zij.tables.generate.climates import climates
from zij.tables.generate.pages import Setting, make_page
from zij.tables.geometry import Box
from zij.tables.reading import Glyph, Number, Reading


def doubtful_page(seed: int) -> Evidence:
    """The digits of a generated page with alternatives, and candidates strewn over it that no number has."""
    rng = np.random.default_rng(seed)
    truth = make_page(seed, climates(), Setting.plain(digit_height=14.0), name="c.png").truth

    def unsure(glyph: Glyph) -> Glyph:
        sure, other = rng.uniform(0.4, 1.0), str(rng.integers(10))
        rest = ((other, (1 - sure) * rng.uniform(0, 1)),) if other != glyph.text else ()
        return replace(glyph, confidence=sure, alternatives=rest)

    def doubted(number: Number) -> Number:
        return replace(number, glyphs=tuple(map(unsure, number.glyphs)))

    tables = tuple(
        replace(t, cells=tuple(replace(c, numbers=tuple(map(doubted, c.numbers))) for c in t.cells))
        for t in truth.tables
    )
    box = tables[0].box
    extra = [
        Glyph(
            Box(rng.uniform(box.x, box.right), rng.uniform(box.y, box.bottom), 9, 14), str(rng.integers(10))
        )
        for _ in range(60)
    ]
    return evidence_from_reading(replace(truth, tables=tables), extra)


def by_network(evidence: Evidence, kept: NDArray[np.float64]) -> NDArray[np.float64]:
    """Counts of one copy, from its maps."""
    maps = evidence.maps.astype(float)
    maps[:, evidence.peaks[:, 0], evidence.peaks[:, 1]] *= kept
    barrier = torch.from_numpy(evidence.barrier)
    return np.asarray(BigramNetwork(evidence.reach)(torch.from_numpy(maps), barrier))


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_those_of_the_network(seed: int) -> None:
    evidence = doubtful_page(seed)
    rng = np.random.default_rng(seed)
    shape = 3, len(evidence.peaks)
    kept = np.concatenate([rng.random(shape) < 0.5, rng.random(shape)]).astype(float)
    expected = np.array([by_network(evidence, row) for row in kept])
    np.testing.assert_allclose(masked_counts(evidence, kept), expected, rtol=0, atol=1e-12)
    assert (expected[:, :10].sum(axis=1) > 1).all()  # hiding one digit of a pair leaves the other alone
    assert (expected[:, 10:].sum(axis=1) > 1).all()


def test_whole_and_empty_copies() -> None:
    evidence = doubtful_page(9)
    kept = np.array([[1.0], [0.0]]).repeat(len(evidence.peaks), axis=1)
    whole, empty = masked_counts(evidence, kept)
    np.testing.assert_allclose(whole, embed(evidence).counts, rtol=0, atol=1e-12)
    assert not empty.any()


def test_many_copies_are_single_copies() -> None:
    evidence = doubtful_page(4)
    kept = np.random.default_rng(0).random((150, len(evidence.peaks)))
    np.testing.assert_array_equal(
        masked_counts(evidence, kept)[[0, 70, 149]], masked_counts(evidence, kept[[0, 70, 149]])
    )


def test_page_without_digits() -> None:
    evidence = evidence_from_reading(Reading("p.png", "", 100, 100))
    assert masked_counts(evidence, np.zeros((2, 0))).tolist() == [[0.0] * 110] * 2


@pytest.mark.parametrize("kept", [np.ones((2, 3)), np.ones(4), np.full((1, 4), 1.5), np.full((1, 4), np.nan)])
def test_wrong_shares_are_refused(kept: NDArray[np.float64]) -> None:
    glyphs = tuple(Glyph(Box(10 * k, 0, 8, 15), "1") for k in range(4))
    page = Reading("p.png", "", 100, 100, loose=(Number(glyphs, "1111", Box(0, 0, 40, 15)),))
    with pytest.raises(UsageError, match="kept has"):
        masked_counts(evidence_from_reading(page), kept)
