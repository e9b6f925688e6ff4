"""Relevance on its way from pairs of digits to pixels is neither lost nor made up."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from zij.explain.bilrp import pixels
from zij.explain.bilrp.digits import explain
from zij.explain.bilrp.pixels import contrast_seeds, peak_relevance, raster_relevance
from zij.explain.lrp.sweep import attribute
from zij.similarity.embedding import embed
from zij.similarity.evidence import Evidence, evidence_from_reading
from zij.tables.digits.network import DigitNetwork
from zij.tables.geometry import Box
from zij.tables.reading import Glyph, Number, Reading


def page(lines: list[list[str]], sureness: float = 0.9) -> Evidence:
    numbers = []
    for row, line in enumerate(lines):
        x = 20.0
        for text in line:
            glyphs = tuple(
                Glyph(Box(x + 14 * k, 20 + 36 * row, 14, 24), c, sureness, ((str((int(c) + 1) % 10), 0.05),))
                for k, c in enumerate(text)
            )
            numbers.append(Number(glyphs, text, Box.hull(g.box for g in glyphs)))
            x = glyphs[-1].box.right + 24
    return evidence_from_reading(
        Reading("p.png", "", 300, 300, loose=tuple(numbers), digit_height=24.0).with_ids()
    )


def network(seed: int = 0) -> DigitNetwork:
    torch.manual_seed(seed)
    model = DigitNetwork((4, 6, 8), ((1, 1), (2, 2)), normalised=True).eval().folded().double()
    with torch.no_grad():
        assert model.classes.bias is not None
        model.classes.bias *= 0.01
    return model.requires_grad_(False)


def ink(height: int = 240, width: int = 200, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).random((height, width))


@pytest.mark.parametrize("min_rule", ["share", "winner"])
def test_peaks_hold_the_similarity(min_rule: str) -> None:
    a, b = page([["12", "7"], ["345"]]), page([["12"], ["45", "7", "7"]])
    explanation = explain(a, b)
    for side, other, evidence in ((explanation.a, explanation.b, a), (explanation.b, explanation.a, b)):
        weights = other.embedding.vector * explanation.scale
        found = peak_relevance(evidence, side.embedding, weights, min_rule=min_rule)  # type: ignore[arg-type]
        assert found.shape == (len(evidence.peaks), 10)
        assert found.sum() == pytest.approx(explanation.similarity, abs=1e-8)
        present = evidence.maps[:, evidence.peaks[:, 0], evidence.peaks[:, 1]].T
        assert not found[present == 0].any()


def test_peaks_of_one_region_are_its_relevance() -> None:
    a, b = page([["12", "7"], ["345"]]), page([["12"], ["45", "7", "7"]])
    explanation = explain(a, b)
    weights = explanation.b.embedding.vector * explanation.scale
    for index, value in enumerate(explanation.relevance("a")):
        found = peak_relevance(a, explanation.a.embedding, weights, only=a.numbers == index)
        assert found.sum() == pytest.approx(value, abs=1e-8)
        assert not found[a.numbers != index].any()
    column = explanation.b.factor[:, 0] * explanation.scale  # what the first number of the other page matches
    found = peak_relevance(a, explanation.a.embedding, column)
    assert found.sum() == pytest.approx(
        explanation.partners("b", explanation.b.regions[0].id).relevance.sum()
    )


def test_contrast_is_shared_by_its_contributions() -> None:
    model = network()
    features = attribute(model.trunk, torch.from_numpy(ink(32, 32))[None, None]).output
    relevance = np.zeros((1, 10))
    relevance[0, 3] = 2.0
    seeds, kept = contrast_seeds(model, features, np.array([[4, 4]]), relevance)
    assert float(seeds.sum()) + kept == pytest.approx(2.0, abs=1e-12)
    (place,) = {(int(y), int(x)) for y, x in seeds[0].abs().sum(0).nonzero()}
    scores = torch.softmax(model.classes(features), 1)[0, 3, 2:7, 2:7]
    assert place == (2 + int(scores.argmax()) // 5, 2 + int(scores.argmax()) % 5)
    assert model.classes.bias is not None
    weight = model.classes.weight[:, :, 0, 0].detach()
    parts = [
        float(f * (w - v)) for f, w, v in zip(features[0, :, *place], weight[3], weight[10], strict=True)
    ]
    parts.append(float(model.classes.bias[3] - model.classes.bias[10]))
    positive = [max(p, 0.0) for p in parts]
    expected = [2.0 * p / sum(positive) for p in positive]
    np.testing.assert_allclose(seeds[0, :, *place].numpy(), expected[:-1], atol=1e-6)
    assert kept == pytest.approx(expected[-1], abs=1e-6)


@pytest.mark.parametrize("size", [(220, 200), (221, 199)])
def test_pixels_and_remainder_sum_to_the_seed(size: tuple[int, int]) -> None:
    evidence = page([["12", "7"], ["345"], ["60"], ["89"]])
    relevance = peak_relevance(evidence, embed(evidence), np.full(110, 0.1))
    found, remainder = raster_relevance(ink(*size), network(), evidence.centres, relevance)
    assert found.shape == size
    assert found.sum() + remainder == pytest.approx(relevance.sum(), abs=1e-9)
    assert np.abs(found).sum() > 0.01


def test_tiles_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = page([["12", "7"], ["345"], ["60"], ["89"], ["11"], ["2"]])
    relevance = peak_relevance(evidence, embed(evidence), np.full(110, 0.1))
    whole = raster_relevance(ink(), network(), evidence.centres, relevance)
    monkeypatch.setattr(pixels, "STRIP", 64)
    monkeypatch.setattr(pixels, "WIDTH", 48)
    tiles = raster_relevance(ink(), network(), evidence.centres, relevance)
    np.testing.assert_allclose(tiles[0], whole[0], atol=1e-12)
    assert tiles[1] == pytest.approx(whole[1], abs=1e-12)


def test_relevance_stays_in_the_field_of_view() -> None:
    evidence = page([["7"]])
    relevance = np.zeros((1, 10))
    relevance[0, 7] = 1.0
    found, _ = raster_relevance(ink(), network(), evidence.centres, relevance)
    rows, columns = np.nonzero(np.abs(found) > 1e-12)
    x, y = evidence.centres[0]
    assert np.abs(rows - y).max() < 60
    assert np.abs(columns - x).max() < 60
    assert len(rows) > 100


def test_nothing_to_explain_is_an_empty_map() -> None:
    evidence = page([["7"]])
    found, remainder = raster_relevance(ink(), network(), evidence.centres, np.zeros((1, 10)))
    assert not found.any()
    assert remainder == 0.0
