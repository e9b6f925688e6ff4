"""The benchmark with known truth: what is right scores 1, what is broken does not, and BiLRP is right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matched_pages import small_pair
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.bilrp.candidates import PAIR_METHODS, layerwise
from zij.explain.checks.truth import Case, average, digits_under, read_case, score, scores, truth_matrix
from zij.similarity.evidence import evidence_from_reading


def small_case(seed: int = 0) -> Case:
    """Two pages of 12 numbers, 5 in common, as read."""
    pair, a, b = small_pair(seed)
    evidence = [evidence_from_reading(one.reading, one.doubtful) for one in (a, b)]
    on = [digits_under(e, page.truth) for e, page in zip(evidence, (pair.a, pair.b), strict=True)]
    digits = [tuple((n.text, k) for n in page.truth.numbers() for k in range(2)) for page in (pair.a, pair.b)]
    return Case(*evidence, *on, *digits, pair.common)  # type: ignore[misc]


def ideal(case: Case, truth: str = "matched") -> NDArray[np.float64]:
    """The truth itself, as an explanation of the candidates."""
    expected = np.pad(truth_matrix(case, truth), ((0, 1), (0, 1)))  # type: ignore[arg-type]
    return np.asarray(expected[np.ix_(case.on_a, case.on_b)])


def test_truth_is_known() -> None:
    case = small_case()
    matched, bigram = truth_matrix(case, "matched"), truth_matrix(case, "bigram")
    assert matched.sum() == 2 * 5
    assert bigram.sum() == 4 * 5
    for i, j in np.argwhere(matched):
        assert case.digits_a[i] == case.digits_b[j]
        assert case.digits_a[i][0] in case.common
    assert (bigram >= matched).all()


def test_candidates_lie_on_true_digits() -> None:
    case = small_case()
    assert sorted(set(case.on_a.tolist()) - {-1}) == list(range(24))
    glyphs = list(case.a.reading.glyphs())
    for glyph, digit in zip(case.a.glyphs, case.on_a, strict=True):
        if glyph >= 0 and digit >= 0:
            number, place = case.digits_a[digit]
            assert glyphs[glyph].text == number[place]
    outside = case.a.glyphs < 0
    assert (case.on_a[outside] == -1).all()


def test_score_is_the_cosine_over_digits_and_all_else() -> None:
    case = small_case()
    right = ideal(case)
    assert score(right, case, "matched") == pytest.approx(1)
    assert score(3 * right, case, "matched") == pytest.approx(1)
    assert score(right, case, "bigram") == pytest.approx(np.sqrt(0.5))
    assert score(-right, case, "matched") == pytest.approx(-1)
    assert score(0 * right, case, "matched") == 0
    off = Case(
        case.a,
        case.b,
        np.where(case.on_a == 3, -1, case.on_a),
        case.on_b,
        *(case.digits_a, case.digits_b, ()),
    )
    noisy = right.copy()
    noisy[case.on_a == 3, 0] = 2.0  # on a candidate that is no true digit
    inside = right[case.on_a != 3].sum()
    assert score(noisy, off, "matched") == pytest.approx(
        inside / np.sqrt(10 * (inside + (noisy[case.on_a == 3] ** 2).sum()))
    )
    with pytest.raises(UsageError, match="finite values of shape"):
        score(right[1:], case, "matched")
    with pytest.raises(UsageError, match="finite"):
        score(right * np.nan, case, "matched")
    with pytest.raises(UsageError, match="truth='digits'"):
        truth_matrix(case, "digits")  # type: ignore[arg-type]


def test_broken_explanations_score_badly() -> None:
    case = small_case()
    rng = np.random.default_rng(0)
    good = layerwise(case.a, case.b, min_rule="matched")
    broken = {
        "shuffled": good[rng.permutation(len(good))],
        "negated": -good,
        "constant": np.ones_like(good),
        "model of another page": layerwise(case.b, case.b)[: len(good), : good.shape[1]],
        "noise": rng.standard_normal(good.shape),
    }
    assert score(good, case, "matched") > 0.9
    for relevance in broken.values():
        assert score(np.resize(relevance, good.shape), case, "matched") < 0.5


def test_bilrp_finds_what_matches_and_plain_products_do_not() -> None:
    table = scores([small_case(0), small_case(1)])
    assert len(table) == 2 * len(PAIR_METHODS) * 2
    means = average(table)
    assert means.index.tolist() == list(PAIR_METHODS)
    assert means.loc["bilrp-matched", "matched"] > 0.95
    assert means.loc["bilrp", "bigram"] > 0.9
    for other in ("hxp", "saliency", "curvature", "products"):
        assert means.loc[other, "matched"] < means.loc["bilrp-matched", "matched"] - 0.1
        assert means.loc[other, "bigram"] < means.loc["bilrp", "bigram"] - 0.1


def test_pairs_are_read_as_their_images_are() -> None:
    case, same = small_case(), read_case(small_pair()[0])
    np.testing.assert_array_equal(case.on_a, same.on_a)
    np.testing.assert_array_equal(case.b.maps, same.b.maps)
    assert case.digits_a == same.digits_a
    assert same.common == small_pair()[0].common


def test_nothing_read_nothing_under_it() -> None:
    case = small_case()
    empty = evidence_from_reading(replace(case.a.reading, tables=(), loose=()))
    assert digits_under(empty, small_pair()[0].a.truth).shape == (0,)
