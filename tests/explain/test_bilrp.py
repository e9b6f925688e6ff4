"""The explanation adds up, and is what the second-order computation written from the formula gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.bilrp.digits import EPSILON, explain, factor
from zij.explain.bilrp.occurrences import occurrences
from zij.explain.bilrp.pairs import COLUMNS, PairExplanation, spelled
from zij.similarity.bigrams import BigramNetwork
from zij.similarity.embedding import cosine, embed
from zij.similarity.evidence import Evidence, evidence_from_reading
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

PARTS = ("relevance_listed", "relevance_unlisted", "relevance_outside_digits", "remainder")


def page(seed: int, *, rows: int = 5, digits: str = "0123", extras: int = 0, sure: bool = False) -> Evidence:
    """A page with a table of two columns and a page number, its digits more or less certain."""
    rng = np.random.default_rng(seed)

    def number(x: float, y: float) -> Number:
        glyphs = []
        for k in range(rng.integers(1, 4)):
            text, other = rng.choice(list(digits), 2, replace=False)
            sureness = 1.0 if sure else rng.uniform(0.5, 0.8)
            rest = () if sure else ((str(other), float(rng.uniform(0.02, 0.2))),)
            glyphs.append(Glyph(Box(x + 8 * k, y, 8, 15), str(text), float(sureness), rest))
        return Number(tuple(glyphs), "".join(g.text for g in glyphs), Box.hull(g.box for g in glyphs))

    cells = []
    for row in range(rows):
        for column in range(2):
            box = Box(20 + 60 * column, 40 + 25 * row, 50, 20)
            cells.append(Cell(row, column, box, (number(box.x, box.y),), state="read"))
    table = Table(Box(20, 40, 120, 25 * rows), rows, 2, tuple(cells))
    reading = Reading("p.png", "", 200, 300, (table,), (number(90, 5),), digit_height=15).with_ids()
    loose = [
        Glyph(
            Box(20 + 60 * (k % 2) + 27, 40 + 25 * k, 8, 15),
            rng.choice(list(digits)),
            float(rng.uniform(0.1, 0.4)),
        )
        for k in range(extras)
    ]
    return evidence_from_reading(reading, loose, floor=0.0)


def slow_occurrences(evidence: Evidence) -> list[tuple[int, float, tuple[int, int], tuple[int, int] | None]]:
    """Feature, activation and cells of both digits, by loops over pixels and shifts."""
    e, wall = evidence.maps.astype(float), evidence.barrier
    height, width = wall.shape
    reach = round(evidence.reach * 6)

    def at(k: int, y: int, x: int) -> float:
        return float(e[k, y, x]) if 0 <= y < height and 0 <= x < width else 0.0

    def is_open(y: int, x: int, dx: int) -> bool:
        inside = [(y + r, x + s) for r in range(-2, 3) for s in range(1, dx)]
        return not any(wall[v, w] for v, w in inside if 0 <= v < height and 0 <= w < width)

    found: list[tuple[int, float, tuple[int, int], tuple[int, int] | None]] = []
    shifts = [(dy, dx) for dx in range(2, reach + 1) for dy in (0, -1, 1, -2, 2)]
    for y, x in zip(*np.nonzero(e.sum(axis=0)), strict=True):
        after = [(y + dy, x + dx) for dy, dx in shifts if is_open(y, x, dx)]
        before = [
            (y - dy, x - dx) for dy, dx in shifts if 0 <= y - dy < height and is_open(y - dy, x - dx, dx)
        ]
        crowd = max((sum(at(k, v, w) for k in range(10)) for v, w in after + before), default=0.0)
        for a in range(10):
            if (value := min(e[a, y, x], max(1 - crowd, 0.0))) > 0:
                found.append((a, value, (y, x), None))
            for b in range(10):
                best = max(after, key=lambda cell, b=b: at(b, *cell), default=None)  # type: ignore[misc]
                if best and (value := min(e[a, y, x], at(b, *best))) > 0:
                    found.append((10 + 10 * a + b, value, (y, x), best))
    return found


def slow_relevance(a: Evidence, b: Evidence) -> tuple[NDArray[np.float64], float]:
    """R by all pairs of occurrences of one feature, and what of it lies outside the numbers."""
    sides = [slow_occurrences(a), slow_occurrences(b)]
    counts = [np.zeros(110), np.zeros(110)]
    for side, count in zip(sides, counts, strict=True):
        for feature, value, *_ in side:
            count[feature] += value
    norms = np.sqrt(counts[0].sum() * counts[1].sum())

    def home(evidence: Evidence, one: tuple[int, int], two: tuple[int, int] | None) -> int:
        owner = {tuple(p): int(n) for p, n in zip(evidence.peaks.tolist(), evidence.numbers, strict=True)}
        return owner[one] if two is None or owner[two] == owner[one] else -1

    shape = [sum(1 for _ in evidence.reading.numbers()) for evidence in (a, b)]
    relevance, outside = np.zeros(shape), 0.0
    for feature, value, one, two in sides[0]:
        for other, value_b, one_b, two_b in sides[1]:
            if other == feature:
                product = value * value_b / np.sqrt(counts[0][feature] * counts[1][feature]) / norms
                i, j = home(a, one, two), home(b, one_b, two_b)
                if i < 0 or j < 0:
                    outside += product
                else:
                    relevance[i, j] += product
    return relevance, outside


def dense(explanation: PairExplanation) -> NDArray[np.float64]:
    return np.asarray(explanation.a.factor.T @ explanation.b.factor * explanation.scale)


@pytest.mark.parametrize("seed", range(4))
def test_factors_are_the_explicit_second_order_computation(seed: int) -> None:
    a, b = page(seed, extras=3), page(seed + 100, extras=2)
    expected, outside = slow_relevance(a, b)
    explanation = explain(a, b, epsilon=0.0)
    np.testing.assert_allclose(dense(explanation), expected, rtol=0, atol=1e-12)
    assert explanation.report()["relevance_outside_digits"] == pytest.approx(outside, abs=1e-12)
    assert outside > 0


@pytest.mark.parametrize("seed", range(3))
def test_occurrences_sum_to_the_counts_of_the_network(seed: int) -> None:
    evidence = page(seed, extras=3, digits="0123456789")
    found = occurrences(evidence)
    sums = np.bincount(found.features, weights=found.activations, minlength=110)
    np.testing.assert_allclose(sums, embed(evidence).counts, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found.second < 0, found.features < 10)
    for rule in ("share", "winner"):
        np.testing.assert_allclose(found.shares(rule).sum(axis=1), 1)


@pytest.mark.parametrize("top", [0, 1, 7, 40, None])
@pytest.mark.parametrize("level", ["number", "glyph"])
@pytest.mark.parametrize("min_rule", ["share", "winner"])
@pytest.mark.parametrize("epsilon", [0.0, 1e-9, 0.01])
def test_conservation(top: int | None, level: str, min_rule: str, epsilon: float) -> None:
    a, b = page(1, extras=3), page(2, extras=4)
    explanation = explain(a, b, level=level, min_rule=min_rule, epsilon=epsilon)  # type: ignore[arg-type]
    report = explanation.report(top)
    assert report["similarity"] == cosine(embed(a), embed(b))
    assert sum(report[part] for part in PARTS) == pytest.approx(report["similarity"], abs=1e-12)
    assert report["relevance_listed"] == pytest.approx(explanation.pairs(top).relevance.sum(), abs=1e-12)
    assert (report["remainder"] > 1e-4) == (epsilon == 0.01)
    assert report["relevance_outside_digits"] > 0.001
    assert report["relevance_negative"] == 0.0
    assert report["dot"] == pytest.approx(report["similarity"] / explanation.scale)


@pytest.mark.parametrize("level", ["number", "glyph"])
def test_swapping_the_pages_transposes_exactly(level: str) -> None:
    a, b = page(3, extras=2), page(4, extras=2)
    there, back = (explain(x, y, level=level) for x, y in ((a, b), (b, a)))  # type: ignore[arg-type]
    columns = ["a_id", "b_id", "feature", "relevance", "corresponds"]
    pairs = {tuple(row) for row in there.pairs()[columns].itertuples(index=False)}
    swapped = {tuple(row) for row in back.pairs()[["b_id", "a_id", *columns[2:]]].itertuples(index=False)}
    assert pairs == swapped
    assert pairs
    for key, value in there.report(5).items():
        assert back.report(5)[key] == pytest.approx(value, abs=1e-14)


def test_relevance_is_the_sum_over_features_and_glyphs() -> None:
    a, b = page(5), page(6)
    whole = explain(a, b)
    report = whole.report()
    both = report["relevance_listed"] + report["relevance_unlisted"]
    np.testing.assert_allclose(both, dense(whole).sum(), atol=1e-12)
    for rule in ("share", "winner"):
        glyphs = explain(a, b, level="glyph", min_rule=rule)  # type: ignore[arg-type]
        relevance = {r.id: v for r, v in zip(glyphs.a.regions, glyphs.relevance("a"), strict=True)}
        for region, value in zip(whole.a.regions, whole.relevance("a"), strict=True):
            parts = [
                v for name, v in relevance.items() if name == region.id or name.startswith(region.id + "_g")
            ]
            assert sum(parts) == pytest.approx(value, abs=1e-12)


def test_a_text_spells_its_lone_digits_and_pairs() -> None:
    assert spelled("7") == ("7",)
    assert spelled("123") == ("12", "23")
    assert spelled("0.202") == ("0", "20", "02")
    assert spelled("") == spelled("**") == ()


def test_pairs_are_those_of_the_texts_and_all_of_them() -> None:
    """Other readings of uncertain digits are in the sum, not in the list."""
    a, b = page(5), page(6)
    whole = explain(a, b)
    table = whole.pairs()
    for side in "ab":
        assert all(f in spelled(text) for f, text in zip(table.feature, table[f"{side}_text"], strict=True))
    assert whole.count == len(table)
    assert 0 < table.relevance.sum() < 0.98 * dense(whole).sum()
    sure = explain(page(5, sure=True), page(6, sure=True))
    by_pair = sure.pairs().groupby(["a_id", "b_id"]).relevance.sum()
    ids = [[region.id for region in side.regions] for side in (sure.a, sure.b)]
    for (one, two), value in by_pair.items():  # type: ignore[misc]
        assert dense(sure)[ids[0].index(one), ids[1].index(two)] == pytest.approx(value, abs=1e-12)
    assert by_pair.sum() == pytest.approx(dense(sure).sum(), abs=1e-12)


def test_union_of_disjoint_pages_adds_before_the_root() -> None:
    """Two readings on one page, far apart: counts add, and so does A times the root of the counts."""
    one, two = page(7).reading, page(8).reading

    def down(number: Number) -> Number:
        glyphs = tuple(replace(g, box=Box(g.box.x, g.box.y + 200, 8, 15)) for g in number.glyphs)
        return replace(number, glyphs=glyphs)

    loose = (*one.numbers(), *(down(n) for n in two.numbers()))
    both = Reading("u.png", "", 200, 500, loose=loose, digit_height=15).with_ids()
    evidence = [evidence_from_reading(reading) for reading in (one, two, both)]
    counts = [embed(e).counts for e in evidence]
    np.testing.assert_allclose(counts[0] + counts[1], counts[2], atol=1e-12)
    parts = []
    for e, h in zip(evidence, counts, strict=True):
        matrix, outside = factor(e, embed(e), epsilon=0.0)
        assert not outside.any()
        parts.append(matrix * np.sqrt(h)[:, None])
    np.testing.assert_allclose(np.hstack(parts[:2]), parts[2], atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_winner_rule_is_hessian_times_product(seed: int) -> None:
    """For bigrams, of degree 1 in the evidence, e e' d2y/de de' is the product of both parts."""
    pages = [page(seed, rows=3), page(seed + 50, rows=3)]
    inputs, counts, parts = [], [], []
    for evidence in pages:
        e = torch.from_numpy(evidence.maps).double().requires_grad_()
        inputs.append(e)
        counts.append(BigramNetwork(evidence.reach)(e, torch.from_numpy(evidence.barrier))[10:])
        found = occurrences(evidence)
        share = np.zeros((110, len(evidence.peaks)))
        for peaks, part in zip((found.first, found.second), found.shares("winner").T, strict=True):
            kept = found.features >= 10
            np.add.at(share, (found.features[kept], peaks[kept]), (part * found.activations)[kept])
        parts.append(share)
    y = counts[0] @ counts[1]
    (gradient,) = torch.autograd.grad(y, inputs[0], create_graph=True)
    rows_a, rows_b = pages[0].peaks, pages[1].peaks
    expected = []
    for r, c in rows_a:
        product = (inputs[0] * gradient)[:, r, c].sum()
        (mixed,) = torch.autograd.grad(product, inputs[1], retain_graph=True)
        expected.append((inputs[1] * mixed).sum(dim=0)[rows_b[:, 0], rows_b[:, 1]].detach().numpy())
    np.testing.assert_allclose(parts[0].T @ parts[1], np.stack(expected), rtol=0, atol=1e-12)
    assert np.abs(expected).max() > 0.1


def test_top_pairs_are_exact_and_near_equals_put_corresponding_first() -> None:
    a, b = page(9, rows=9, sure=True), page(9, rows=9)
    explanation = explain(a, b)
    everything = explanation.pairs()
    assert tuple(everything.columns) == COLUMNS
    assert everything["rank"].tolist() == list(range(1, len(everything) + 1))
    assert 0 < everything.corresponds.sum() < len(everything)
    for top in (1, 3, 10, 33, 77, len(everything), 10**6):
        assert explanation.pairs(top).equals(everything.head(top))
    values, corresponds = everything.relevance.to_numpy(), everything.corresponds.to_numpy()
    start = 0
    while start < len(values):  # groups of near equals, by their definition
        strongest = values[start:].max()
        end = start + int((values[start:] >= 0.95 * strongest).sum())
        assert (values[start:end] >= 0.95 * strongest).all()
        group = corresponds[start:end]
        assert group.tolist() == sorted(group.tolist(), reverse=True)
        for kind in (True, False):
            kept = values[start:end][group == kind]
            assert kept.tolist() == sorted(kept.tolist(), reverse=True)
        start = end


def test_boxes_and_ids_are_those_of_the_reading() -> None:
    a, b = page(10), page(11)
    numbers = {number.id: number for number in a.reading.numbers()}
    table = explain(a, b).pairs(20)
    for row in table.itertuples():
        number = numbers[str(row.a_id)]
        box = number.box.rounded()
        assert (row.a_text, row.a_x, row.a_y, row.a_w, row.a_h) == (number.text, box.x, box.y, box.w, box.h)
        assert str(row.feature) in str(row.a_text) or any(
            alternative for glyph in number.glyphs for alternative in glyph.alternatives
        )


def test_partners_and_marginals_come_from_the_factors() -> None:
    explanation = explain(page(12), page(13))
    full = dense(explanation)
    for side, matrix in (("a", full), ("b", full.T)):
        np.testing.assert_allclose(explanation.relevance(side), matrix.sum(axis=1), atol=1e-14)  # type: ignore[arg-type]
        own, other = (explanation.a, explanation.b) if side == "a" else (explanation.b, explanation.a)
        for index, region in enumerate(own.regions):
            table = explanation.partners(side, region.id)  # type: ignore[arg-type]
            expected = {r.id: v for r, v in zip(other.regions, matrix[index], strict=True) if v}
            assert table.relevance.is_monotonic_decreasing
            assert dict(zip(table.id, table.relevance, strict=True)) == pytest.approx(expected)


def test_unknown_region_and_options_are_named() -> None:
    a, b = page(1), page(2)
    with pytest.raises(UsageError, match="page a has no region 'nowhere'"):
        explain(a, b).partners("a", "nowhere")
    with pytest.raises(UsageError, match="level='cell' is not known; choose 'number' or 'glyph'"):
        explain(a, b, level="cell")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="min_rule='half' is not known"):
        explain(a, b, min_rule="half")  # type: ignore[arg-type]


def test_a_page_without_digits_explains_nothing() -> None:
    empty = evidence_from_reading(Reading("e.png", "", 50, 50))
    for pair in ((empty, page(1)), (page(1), empty), (empty, empty)):
        explanation = explain(*pair)
        assert set(explanation.report(10).values()) == {0.0}
        assert list(explanation.pairs(10).columns) == list(COLUMNS)
        assert explanation.pairs(10).empty


def test_a_page_with_itself() -> None:
    evidence = page(14, sure=True)
    explanation = explain(evidence, evidence, epsilon=EPSILON)
    assert explanation.similarity == pytest.approx(1.0, abs=1e-14)
    relevance = dense(explanation)
    np.testing.assert_allclose(relevance, relevance.T, atol=1e-16)
    best = explanation.pairs().groupby("feature").first()
    assert best.corresponds.sum() >= len(best) - 3  # all but those that only the page number has
