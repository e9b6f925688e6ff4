"""Derivatives are those of the network, and BiLRP of candidates is that of the regions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from matched_pages import small_subject
from numpy.typing import NDArray
from unsure_page import unsure_page

from zij.explain.bilrp.baselines import curvature, gradients, hessian_product, products, saliency
from zij.explain.bilrp.candidates import PAIR_METHODS, candidate_factor, layerwise
from zij.explain.bilrp.digits import explain
from zij.similarity.bigrams import BigramNetwork
from zij.similarity.embedding import dot, embed
from zij.similarity.evidence import Evidence, evidence_from_reading
from zij.tables.reading import Reading


def hessian(a: Evidence, b: Evidence) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mixed second derivatives of the similarity, (N, 10, N', 10), and the evidence of both pages."""
    inputs, roots = [], []
    for page in (a, b):
        e = torch.from_numpy(page.maps).double().requires_grad_()
        inputs.append(e)
        counts = BigramNetwork(page.reach)(e, torch.from_numpy(page.barrier))
        roots.append(torch.where(counts > 0, counts.clamp(min=1e-300).sqrt(), 0.0))
    (first,) = torch.autograd.grad(roots[0] @ roots[1], inputs[0], create_graph=True)
    rows = [
        torch.autograd.grad(first[k, row, column], inputs[1], retain_graph=True)[0][
            :, b.peaks[:, 0], b.peaks[:, 1]
        ]
        for row, column in a.peaks.tolist()
        for k in range(10)
    ]
    mixed = torch.stack(rows).reshape(len(a.peaks), 10, 10, len(b.peaks)).transpose(2, 3).numpy()
    e, f = (page.maps[:, page.peaks[:, 0], page.peaks[:, 1]].T.astype(float) for page in (a, b))
    return mixed, e, f


@pytest.mark.parametrize(("seed", "sure"), [(0, 0.0), (1, 0.0), (2, 2.0)])
def test_second_derivatives_are_those_of_the_network(seed: int, sure: float) -> None:
    a, b = unsure_page(seed, sure=sure), unsure_page(seed + 50, sure=sure)
    mixed, e, f = hessian(a, b)
    one, two = gradients(a), gradients(b)
    np.testing.assert_allclose(np.einsum("mik,mjl->ikjl", one, two), mixed, rtol=1e-9, atol=1e-12)
    assert (mixed < 0).any()  # what crowds an isolated digit speaks against it
    np.testing.assert_allclose(hessian_product(a, b), np.einsum("ik,jl,ikjl->ij", e, f, mixed), atol=1e-9)
    np.testing.assert_allclose(curvature(a, b), mixed.sum(axis=(1, 3)), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(saliency(a, b), (mixed**2).sum(axis=(1, 3)), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(products(a, b), np.einsum("ik,jk->ij", e, f), atol=1e-12)


def test_evidence_of_zero_has_the_derivative_towards_more() -> None:
    """By differences: a little more evidence for each digit at each candidate of a page that was read."""
    page = small_subject().evidence
    before, step = embed(page), 1e-5
    derivative = gradients(page)
    for k, (row, column) in enumerate(page.peaks[:4].tolist()):
        for digit in range(10):
            maps = page.maps.astype(float)
            maps[digit, row, column] += step
            counts = BigramNetwork(page.reach)(torch.from_numpy(maps), torch.from_numpy(page.barrier)).numpy()
            there = before.counts > 1e-3
            moved = (np.sqrt(counts) - before.vector) / step
            np.testing.assert_allclose(derivative[there, k, digit], moved[there], rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("min_rule", ["share", "winner", "matched"])
def test_bilrp_of_candidates_sums_to_the_similarity_and_is_that_of_regions(min_rule: str) -> None:
    a, b = unsure_page(3), unsure_page(4)
    relevance = layerwise(a, b, min_rule=min_rule)  # type: ignore[arg-type]
    assert relevance.sum() == pytest.approx(dot(embed(a), embed(b)))
    explanation = explain(a, b, level="glyph", min_rule=min_rule, epsilon=0.0)  # type: ignore[arg-type]
    factor = candidate_factor(a, min_rule=min_rule)  # type: ignore[arg-type]
    whole = factor.sum(axis=1)
    np.testing.assert_allclose(explanation.a.factor.sum(axis=1) + explanation.a.outside, whole, atol=1e-12)
    sure = [unsure_page(seed, extras=0, sure=1.0) for seed in (3, 4)]  # nothing lies outside
    regions = explain(*sure, level="glyph", min_rule=min_rule, epsilon=0.0)  # type: ignore[arg-type]
    dense = regions.a.factor.T @ regions.b.factor
    one, two = (page.glyphs for page in sure)
    np.testing.assert_allclose(dense[np.ix_(one, two)], layerwise(*sure, min_rule=min_rule), atol=1e-12)  # type: ignore[arg-type]


@pytest.mark.parametrize("epsilon", [1e-9, 0.01])
def test_matched_digits_conserve_and_leave_each_digit_its_relevance(epsilon: float) -> None:
    a, b = unsure_page(5), unsure_page(6)
    matched, shared = (
        explain(a, b, level="glyph", min_rule=rule, epsilon=epsilon) for rule in ("matched", "share")
    )  # type: ignore[arg-type]
    report = matched.report(7)
    parts = ("relevance_listed", "relevance_unlisted", "relevance_outside_digits", "remainder")
    assert sum(report[name] for name in parts) == pytest.approx(matched.similarity, abs=1e-12)
    assert report["remainder"] == pytest.approx(shared.report(7)["remainder"])
    assert report["relevance_outside_digits"] == pytest.approx(shared.report(7)["relevance_outside_digits"])
    np.testing.assert_allclose(matched.relevance("a"), shared.relevance("a"), atol=1e-12)


def test_matched_pairs_join_first_digits_with_first() -> None:
    subject = small_subject()
    explanation = explain(subject.evidence, subject.other, level="glyph", min_rule="matched")
    pairs = explanation.pairs()
    strong = pairs[pairs.relevance > 0.01]
    places = {"_g1": 0, "_g2": 1}
    for row in strong.itertuples():
        place = places[str(row.a_id)[-3:]]
        assert str(row.b_id).endswith(str(row.a_id)[-3:])
        assert row.a_text == row.b_text == str(row.feature)[place]
    assert len(strong) == 2 * strong.feature.nunique() == 10  # five numbers in common


def test_numbers_are_explained_alike_by_every_rule() -> None:
    a, b = unsure_page(7), unsure_page(8)
    share, matched = (explain(a, b, min_rule=rule).pairs() for rule in ("share", "matched"))  # type: ignore[arg-type]
    assert share.equals(matched)


def test_no_candidates_no_pairs() -> None:
    empty = evidence_from_reading(Reading("e.png", "", 50, 50))
    for method in PAIR_METHODS.values():
        assert method(empty, unsure_page(0)).shape == (0, len(unsure_page(0).peaks))
        assert method(unsure_page(0), empty).shape == (len(unsure_page(0).peaks), 0)
