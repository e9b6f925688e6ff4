"""The checks are held against their formulas, and broken explanations do badly in each."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest
from matched_pages import small_checks, small_pair, small_subject
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.stats import spearmanr

from zij.errors import InputError, UsageError
from zij.explain.bilrp.digits import explain
from zij.explain.checks import CHECKS, check
from zij.explain.checks.agreement import agreement, same_sign, top_overlap
from zij.explain.checks.controls import control, smooth_field
from zij.explain.checks.faithfulness import controls_of, faithfulness, order_of, paired
from zij.explain.checks.methods import DIGIT_METHODS, Sampled, gradient_input, relevance_of_regions
from zij.explain.checks.randomisation import changed_subjects, null_band, randomisation
from zij.explain.checks.ranks import pearson, spearman
from zij.explain.checks.sensitivity import change, noisy_looks, sensitivity
from zij.explain.subjects import Method, Subject
from zij.similarity.embedding import cosine, embed

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Weighted:
    """A model of one dimension a region: region k of page A is worth `weights[k]` of what page B has."""

    weights: Values
    model: Values | None = None
    stages: int = 2

    @property
    def regions(self) -> int:
        return len(self.weights)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(map(str, range(self.regions)))

    @property
    def centres(self) -> Values:
        return np.column_stack([np.arange(self.regions) % 6, np.arange(self.regions) // 6]).astype(float)

    @property
    def own(self) -> Values:
        return self.weights if self.model is None else self.model

    @property
    def reference(self) -> Values:
        return np.array([1.0, 0.0])

    def embeddings(self, kept: NDArray[np.floating] | NDArray[np.bool_]) -> Values:
        return np.column_stack([kept @ self.own, np.ones(len(kept))])

    def distances(self, kept: NDArray[np.floating] | NDArray[np.bool_]) -> Values:
        vectors = self.embeddings(kept)
        return np.asarray((1 - vectors[:, 0] / np.linalg.norm(vectors, axis=1)) / 2)

    def noisy(self, sigma: float, rng: Generator) -> Weighted:
        return replace(self, model=self.own + sigma * rng.standard_normal(self.regions))

    def randomised(self, stages: int, seed: int, *, alone: bool = False) -> Weighted:
        rng = np.random.default_rng([seed, stages, alone])
        return replace(self, model=rng.permutation(self.own) if stages else self.own)

    def shuffled(self, seed: int) -> Weighted:
        return self.randomised(8, seed)

    def replaced(self, seed: int) -> Weighted:
        return self.randomised(9, seed)


def weighted(regions: int = 36, seed: int = 0) -> Weighted:
    return Weighted(np.random.default_rng(seed).gamma(0.5, size=regions) / 5)


def right(subject: Subject) -> Values:
    """What the model above makes of its regions."""
    assert isinstance(subject, Weighted)
    return subject.own


def negated(subject: Subject) -> Values:
    return -right(subject)


def constant(subject: Subject) -> Values:
    return np.ones(subject.regions)


def deaf(subject: Subject) -> Values:
    """Independent of model and input: where a region stands."""
    return subject.centres @ [1.0, 6.0]


def shuffled(subject: Subject) -> Values:
    return np.random.default_rng(5).permutation(right(subject))


BROKEN: dict[str, Method] = {"negated": negated, "constant": constant, "deaf": deaf, "shuffled": shuffled}


def test_curves_are_distances_of_pages_with_regions_gone() -> None:
    subject = weighted(7)
    found = faithfulness(subject, subject.weights)
    order = np.argsort(-subject.weights)
    expected = []
    for gone in range(8):
        kept = np.ones((1, 7))
        kept[0, order[:gone]] = 0
        expected.append(subject.distances(kept)[0])
    deletion = found.curve("deletion", "highest")
    np.testing.assert_allclose(deletion.distances, expected)
    np.testing.assert_allclose(deletion.shares, np.arange(8) / 7)
    assert deletion.area == pytest.approx(sum((a + b) / 2 / 7 for a, b in itertools.pairwise(expected)))
    assert deletion.normalised is not None
    assert deletion.normalised[[0, -1]].tolist() == [0, 1]
    for gone in range(8):  # the least relevant come first
        kept = np.zeros((1, 7))
        kept[0, order[::-1][:gone]] = 1
        assert found.curve("insertion", "lowest").distances[gone] == pytest.approx(subject.distances(kept)[0])
    assert found.curve("insertion", "lowest").normalised_area == pytest.approx(deletion.normalised_area)


@pytest.mark.parametrize("name", BROKEN)
def test_broken_explanations_are_not_faithful(name: str) -> None:
    subject = weighted()
    good, bad = (faithfulness(subject, method(subject)) for method in (right, BROKEN[name]))
    controls = controls_of(subject, count=30)
    for others in controls.values():
        gaps = np.array([other.gap for other in others])
        assert good.gap > gaps.max()
        assert bad.gap < gaps.mean() + 2 * gaps.std()
    assert good.curve("deletion", "highest").area > bad.curve("deletion", "highest").area
    assert good.curve("insertion", "highest").area < bad.curve("insertion", "highest").area
    if name == "negated":
        assert bad.gap == pytest.approx(-good.gap)


def test_curves_of_many_regions_have_so_many_points() -> None:
    found = faithfulness(weighted(200), weighted(200).weights, steps=20)
    assert found.curves[0].shares.tolist() == pytest.approx(np.linspace(0, 1, 21).tolist())


def test_what_hides_nothing_is_not_divided_by() -> None:
    blind = Weighted(np.zeros(5))
    assert faithfulness(blind, np.arange(5.0)).curves[0].normalised is None
    assert np.isnan(faithfulness(blind, np.arange(5.0)).normalised_gap)


def test_equal_relevances_are_ordered_by_lot() -> None:
    assert order_of(np.array([0.0, 2, 1])).tolist() == [1, 2, 0]
    orders = {tuple(order_of(np.zeros(5), seed).tolist()) for seed in range(5)}
    assert len(orders) > 1
    assert tuple(range(5)) not in orders
    with pytest.raises(UsageError, match="finite"):
        order_of(np.array([np.nan]))
    with pytest.raises(UsageError, match="does not fit 36 regions"):
        faithfulness(weighted(), np.ones(4))


def test_smooth_fields_are_smooth_and_normal() -> None:
    centres = np.random.default_rng(0).uniform(0, 100, (300, 2))
    fields = np.array([smooth_field(centres, np.random.default_rng(n)) for n in range(400)])
    assert fields.mean() == pytest.approx(0, abs=0.1)
    assert fields.std() == pytest.approx(1, abs=0.1)
    apart = np.linalg.norm(centres[:50, None] - centres[None, :50], axis=2)
    length = np.linalg.norm(np.ptp(centres, axis=0)) / 8
    np.testing.assert_allclose(np.corrcoef(fields[:, :50].T), np.exp(-((apart / length) ** 2) / 2), atol=0.25)
    assert abs(np.corrcoef(control("random", centres[:2], np.random.default_rng(1)), [1, 2])[0, 1]) <= 1
    with pytest.raises(UsageError, match="control 'pink'"):
        control("pink", centres, np.random.default_rng(0))  # type: ignore[arg-type]


def test_paired_tests_tell_a_shift_from_none() -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal(60)
    higher, same = (
        paired(values + 0.5 + rng.normal(0, 0.5, 60), values),
        paired(values + rng.normal(0, 0.5, 60), values),
    )
    assert max(higher.wilcoxon, higher.sign_flip) < 0.001
    assert min(same.wilcoxon, same.sign_flip) > 0.01
    assert higher.mean == pytest.approx(0.5, abs=0.2)
    assert paired(values - 1, values).sign_flip == pytest.approx(1, abs=0.001)
    assert paired(values, values) == type(higher)(0.0, 1.0, 1.0, 60)
    assert paired(np.ones(4), np.zeros(4)).sign_flip == pytest.approx(1 / 16)  # all signs tried
    with pytest.raises(UsageError, match="two or more"):
        paired(np.ones(1), np.zeros(1))


def test_sensitivity_is_the_change_over_the_length() -> None:
    subject = weighted()
    looks = noisy_looks(subject, sigmas=(0.01, 0.1), samples=5, seed=3)
    small, large = sensitivity(looks, right)
    changes = [
        np.linalg.norm(page.own - subject.own) / np.linalg.norm(subject.own) for page in looks.noisy[1][1]
    ]  # type: ignore[attr-defined]
    assert (large.sigma, large.masks) == (0.1, "none")
    assert large.average == pytest.approx(np.mean(changes))
    assert large.maximum == pytest.approx(np.max(changes))
    assert small.average < large.average / 5


def test_random_explanations_are_sensitive_and_masks_are_told_apart() -> None:
    looks = noisy_looks(weighted(100), samples=6)
    noise = sensitivity(looks, DIGIT_METHODS["random"])
    kinds = [(s.sigma, s.masks) for s in noise]
    assert kinds == [
        (0.01, "fixed"),
        (0.05, "fixed"),
        (0.1, "fixed"),
        (0.0, "fresh"),
        (0.01, "fresh"),
        (0.05, "fresh"),
        (0.1, "fresh"),
    ]
    assert all(s.average == 0 for s in noise[:3])  # deaf to the page: fixed masks hide it
    assert all(s.average == pytest.approx(np.sqrt(2), abs=0.2) for s in noise[3:])
    good = sensitivity(looks, right)
    assert good[0].average < 0.2 < noise[4].average
    assert np.isnan(change(np.zeros(3), np.ones(3)))


def test_randomisation_tells_who_looks_at_the_model() -> None:
    subject = weighted(60)
    changed = changed_subjects(subject)
    assert [(c.change, c.stage) for c in changed] == [
        ("cascading", 1), ("cascading", 2), ("independent", 1), ("independent", 2), ("shuffled", 0),
        ("replaced", 0),
    ]  # fmt: skip
    band = null_band(right(subject), subject.centres)
    good, bad = (randomisation(subject, changed, method) for method in (right, deaf))
    assert max(abs(one.spearman) for one in good) <= 1.5 * band
    assert all(one.spearman == pytest.approx(1) and one.pearson == pytest.approx(1) for one in bad)
    assert all(one.spearman == 0 for one in randomisation(subject, changed, constant))
    assert all(abs(one.spearman) < 0.5 for one in randomisation(subject, changed, DIGIT_METHODS["random"]))


def test_fresh_masks_are_drawn_for_changed_subjects() -> None:
    seeds: list[int] = []

    def draw(subject: Subject, seed: int) -> Values:
        seeds.append(seed)
        return np.arange(subject.regions, dtype=float)

    subject = weighted(8)
    randomisation(subject, changed_subjects(subject), Sampled(draw, 7))
    assert seeds[0] == 7
    assert len(set(seeds)) == 7


def test_null_bands_hold_what_unrelated_explanations_have() -> None:
    subject = weighted(100)
    rng = np.random.default_rng(1)
    white = null_band(right(subject), subject.centres)
    assert white == pytest.approx(1.96 / np.sqrt(99), rel=0.15)
    outside = [abs(spearman(rng.random(100), rng.random(100))) > white for _ in range(400)]
    assert 0.02 < np.mean(outside) < 0.09
    smooth = null_band(right(subject), subject.centres, "smooth")
    assert smooth > 1.3 * white
    fields = [[smooth_field(subject.centres, rng) for _ in range(2)] for _ in range(300)]
    assert 0.01 < np.mean([abs(spearman(*pair)) > smooth for pair in fields]) < 0.1


def test_rank_correlation_is_that_of_scipy() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.integers(0, 5, 40).astype(float), rng.random(40)
    assert spearman(one, two) == pytest.approx(spearmanr(one, two).statistic)
    assert pearson(one, two) == pytest.approx(np.corrcoef(one, two)[0, 1])
    assert spearman(np.ones(4), two[:4]) == 0


def test_agreement_of_methods() -> None:
    one = np.array([5.0, 4, 3, 2, 1, 0, -1, -2, -3, -4])
    table = agreement({"one": one, "same": one * 2, "other": -one}, share=0.3).set_index(["one", "two"])
    assert table.loc[("one", "same")].tolist() == [pytest.approx(1), 1, 1]
    assert table.loc[("one", "other")].tolist() == [pytest.approx(-1), 0, 0]
    assert same_sign(np.array([1.0, 0, 0, -1]), np.array([1.0, 0, 2, 1])) == pytest.approx(1 / 3)
    assert np.isnan(same_sign(np.zeros(2), np.zeros(2)))
    many = np.random.default_rng(0).standard_normal((2, 500))
    assert top_overlap(many[0], many[1]) < 0.3
    assert top_overlap(np.ones(500), np.ones(500)) < 0.3  # what has no order agrees by chance alone
    with pytest.raises(UsageError, match="one subject"):
        agreement({"one": one, "two": one[:3]})


def test_relevance_of_regions_is_that_of_the_comparison() -> None:
    for level in ("number", "glyph"):
        subject = small_subject(level)  # type: ignore[arg-type]
        explanation = explain(subject.evidence, subject.other, level=level, epsilon=0.0)  # type: ignore[arg-type]
        other = explanation.b.factor.sum(axis=1) + explanation.b.outside
        values = other @ explanation.a.factor * explanation.scale
        by_id = {r.id: v for r, v in zip(explanation.a.regions, values, strict=True)}
        expected = [by_id[name] for name in subject.names]
        np.testing.assert_allclose(relevance_of_regions(subject), expected, rtol=1e-6, atol=1e-9)


def test_relevance_finds_the_common_numbers() -> None:
    """And so does every method that is right, while the plain products of digits do not."""
    subject = small_subject()
    pair, a, _ = small_pair()
    texts = {n.id: n.text for n in a.reading.numbers()}
    common = {k for k, name in enumerate(subject.names) if texts[name] in pair.common}
    for name, wanted in (("bilrp", 1.0), ("distance", 1.0)):
        found = order_of(DIGIT_METHODS[name](subject))[: len(common)]
        assert len(common & set(found.tolist())) / len(common) == wanted
    assert len(common & set(order_of(DIGIT_METHODS["products"](subject))[: len(common)].tolist())) < len(
        common
    )


def test_gradient_times_input_is_the_slope_of_the_cosine() -> None:
    subject = small_subject()
    step = 1e-6
    weaker = np.ones((subject.regions, subject.regions)) - step * np.eye(subject.regions)
    reference = subject.reference
    vectors = subject.embeddings(weaker)
    cosines = vectors @ reference / np.linalg.norm(vectors, axis=1) / np.linalg.norm(reference)
    before = cosine(embed(subject.evidence), embed(subject.other))
    np.testing.assert_allclose(gradient_input(subject), (before - cosines) / step, rtol=1e-2, atol=1e-4)


def test_one_call_makes_all_checks() -> None:
    subject, found = small_subject(), small_checks()
    assert found.value("faithfulness", "bilrp", "p_gap", "smooth") == pytest.approx(1 / 11)
    assert found.value("faithfulness", "random", "p_gap", "smooth") > 0.1
    assert found.value("sensitivity", "bilrp", "average", "sigma 0.05") < 0.1
    assert found.value("sensitivity", "random", "average", "sigma 0.05, fresh masks") > 1
    assert abs(found.value("randomisation", "bilrp", "spearman", "cascading 10")) < 0.6
    assert found.value("randomisation", "bilrp", "cascading_inside_band", "random") > 0.7
    assert abs(found.value("agreement", "bilrp", "spearman", "with random")) < 0.8
    done: list[str] = []
    again = check(
        subject, ["bilrp"], ["faithfulness"], controls=10, progress=lambda step, *_: done.append(step)
    )
    assert done == ["checking faithfulness"]
    assert again.value("faithfulness", "bilrp", "gap") == found.value("faithfulness", "bilrp", "gap")
    beside = check(
        subject, ["bilrp"], ["faithfulness", "sensitivity"], against=["gxi"], controls=2, samples=1
    )
    assert set(beside.figures[beside.figures.check == "sensitivity"].method) == {"bilrp"}
    assert {"bilrp", "gxi"} < set(beside.figures[beside.figures.check == "faithfulness"].method)
    stored = found.as_dict()
    assert stored["parameters"]["checks"] == list(CHECKS)
    assert len(stored["curves"]["bilrp"]["deletion_highest"]["distance"]) == subject.regions + 1
    assert all(np.isfinite(row["value"]) for row in stored["figures"] if row["value"] is not None)
    with pytest.raises(UsageError, match="there is no figure"):
        found.value("faithfulness", "bilrp", "nothing")


def test_truth_is_a_check_of_methods_for_pairs_of_digits() -> None:
    subject = small_subject()
    found = check(subject, ["bilrp", "distance"], ["truth"], against=["saliency"], pairs=1)
    assert set(found.figures.method) == {"bilrp", "bilrp-matched", "bilrp-winner", "saliency"}
    assert found.value("truth", "bilrp", "acs", "bigram") > 0.9
    assert found.value("truth", "bilrp-matched", "acs", "matched") > 0.9
    assert found.value("truth", "saliency", "acs", "bigram") < 0.5
    with pytest.raises(UsageError, match="which distance does not explain"):
        check(subject, ["distance"], ["truth"], pairs=1)


def test_what_cannot_be_checked_is_said() -> None:
    subject = small_subject()
    with pytest.raises(UsageError, match="check 'beauty' is not known"):
        check(subject, ["bilrp"], ["beauty"])
    with pytest.raises(UsageError, match="method 'magic' is not known"):
        check(subject, ["magic"])
    with pytest.raises(UsageError, match="name a method"):
        check(subject, [])
    with pytest.raises(UsageError, match="method 'short' has to give"):
        check(subject, {"short": lambda _: np.ones(2)})
    with pytest.raises(UsageError, match="explains the bigram network alone"):
        DIGIT_METHODS["bilrp"](weighted())
    with pytest.raises(InputError, match="needs the scan"):
        check(replace(subject, scan=None), ["bilrp"], ["sensitivity"])
    with pytest.raises(UsageError, match="1 regions"):
        check(weighted(1), {"right": right})
