"""Descent: chances of errors, trees and their costs by hand, support, dates, contamination, and the files."""

from __future__ import annotations

import csv
import io
import itertools
import math
import re

import numpy as np
import pytest
from histories import history, true_groups
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from matplotlib import pyplot

from zij.explain.collation.apparatus import Apparatus, Entry, Place, Witness
from zij.explain.collation.descent import files, words
from zij.explain.collation.descent.chances import ErrorModel
from zij.explain.collation.descent.characters import Characters, Told, characters, from_apparatus
from zij.explain.collation.descent.coincidence import bound
from zij.explain.collation.descent.contamination import contaminations
from zij.explain.collation.descent.descent import Descent, descend, descent
from zij.explain.collation.descent.drawing import descent_figure
from zij.explain.collation.descent.joining import distances, neighbour_joining
from zij.explain.collation.descent.parsimony import changes, lengths, moved, neighbours, search
from zij.explain.collation.descent.rooting import root
from zij.explain.collation.descent.search import found_tree
from zij.explain.collation.descent.tree import Tree, robinson_foulds, star
from zij.tables.geometry import Box
from zij.tables.reading import Reading

MODEL = ErrorModel()


def made(rows: list[str], certainty: float = 1.0) -> Characters:
    """Characters from lines of one sign a witness; "-" is missing. Each sign stands for another text."""
    texts = {sign: str(100 + 137 * n) for n, sign in enumerate("ABCDEF")}
    told = [[Told(texts.get(sign), certainty) for sign in row] for row in rows]
    names = [f"w{n}" for n in range(len(rows[0]))]
    return characters(names, [("t1", n, 1) for n in range(len(rows))], told)


# -- chances


def test_chances_are_probabilities_of_what_may_come_of_a_text() -> None:
    """Over all texts of up to three figures that one may become, they do not exceed the rate of errors."""
    everything = [f"{n:0{k}d}" for k in (1, 2, 3) for n in range(10**k)]
    for before in ("7", "69", "128"):
        whole = sum(MODEL.chance(before, after, ("50", "11")) for after in everything if after != before)
        assert 0.3 * MODEL.rate < whole <= MODEL.rate


@pytest.mark.parametrize(
    ("common", "odd"),
    [
        (("38", "88"), ("38", "31")),
        (("68", "98"), ("68", "18")),
        (("27", "72"), ("27", "91")),
        (("127", "12"), ("127", "45")),
    ],
)
def test_common_errors_weigh_less_than_odd_ones(common: tuple[str, str], odd: tuple[str, str]) -> None:
    assert MODEL.cost(*common) < MODEL.cost(*odd)
    assert MODEL.cost(*common) == pytest.approx(MODEL.cost(*common[::-1]))


def test_a_value_of_the_next_row_is_an_easy_slip() -> None:
    assert MODEL.chance("47", "31", ("31", "60")) > 30 * MODEL.chance("47", "31", ("30", "60"))


# -- trees


def test_groups_and_distance_of_small_trees() -> None:
    tree = Tree(5, ((0, 5), (1, 5), (5, 6), (2, 6), (6, 7), (3, 7), (4, 7)))
    assert tree.groups == {frozenset({2, 3, 4}), frozenset({3, 4})}
    other = Tree(5, ((0, 5), (2, 5), (5, 6), (1, 6), (6, 7), (3, 7), (4, 7)))
    assert robinson_foulds(tree.groups, tree.groups) == 0
    assert robinson_foulds(tree.groups, other.groups) == pytest.approx(2 / 4)
    assert robinson_foulds(tree.groups, star(5).groups) == 1
    assert tree.without([(5, 6)]).groups == {frozenset({3, 4})}
    assert tree.without([(5, 6), (6, 7)]).groups == frozenset()


def test_joining_finds_the_tree_of_additive_distances() -> None:
    """Distances along a tree give that tree back (Saitou and Nei 1987)."""
    tree = Tree(6, ((0, 6), (1, 6), (6, 7), (2, 7), (7, 8), (3, 8), (8, 9), (4, 9), (5, 9)))
    rng = np.random.default_rng(4)
    long = {frozenset(edge): float(rng.uniform(0.5, 3)) for edge in tree.edges}
    gaps = np.zeros((6, 6))
    for leaf in range(6):
        away = {leaf: 0.0}
        for node, before in tree.walk(leaf):
            if before is not None:
                away[node] = away[before] + long[frozenset((before, node))]
        gaps[leaf] = [away[k] for k in range(6)]
    assert neighbour_joining(gaps).groups == tree.groups


def by_hand(given: Characters, tree: Tree) -> float:
    """Least cost over all texts of all inner points, tried one after the other."""
    inner = [node for node in tree.beside if node >= tree.leaves]
    whole = 0.0
    for p, texts in enumerate(given.texts):
        best = math.inf
        for chosen in itertools.product(range(len(texts)), repeat=len(inner) + tree.leaves):
            at = dict(zip([*inner, *range(tree.leaves)], chosen, strict=True))
            cost = sum(given.steps[p, at[u], at[v]] for u, v in tree.edges)
            cost += sum(given.leaves[w, p, at[w]] for w in range(tree.leaves))
            best = min(best, cost)
        whole += best
    return whole


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text("AB-", min_size=5, max_size=5), min_size=1, max_size=3), st.sampled_from([1.0, 0.9]))
def test_lengths_and_changes_against_all_histories(rows: list[str], certainty: float) -> None:
    given = made(rows, certainty)
    tree = Tree(5, ((0, 5), (1, 5), (5, 6), (2, 6), (6, 7), (3, 7), (4, 7)))
    wanted = by_hand(given, tree)
    assert lengths(given, tree).sum() == pytest.approx(wanted)
    spent = sum(change.cost for change in changes(given, tree))
    assert spent <= wanted + 1e-9
    if certainty == 1.0:
        assert spent == pytest.approx(wanted)


def test_moves_cost_what_their_trees_cost() -> None:
    given = made(["AABBAB", "ABBBAA", "AABCCA", "BBAAAB", "ABABAB"], 0.95)
    tree = neighbour_joining(distances(given))
    found = list(neighbours(given, tree))
    assert len(found) >= 40
    for move, costs in found:
        other = moved(tree, move)
        assert len(other.edges) == len(tree.edges) and set(other.beside) == set(tree.beside)
        np.testing.assert_allclose(costs, lengths(given, other), atol=1e-9)
    assert {moved(tree, move).groups for move, _ in found} > {tree.groups} - {tree.groups}


def test_search_finds_the_best_of_all_trees() -> None:
    """Against all 105 binary trees of six witnesses."""
    for seed in range(4):
        rng = np.random.default_rng(seed)
        given = made(["".join(rng.choice(list("AB"), 6)) for _ in range(8)])
        best = min(float(lengths(given, tree).sum()) for tree in all_trees(6))
        start = neighbour_joining(distances(given))
        assert lengths(given, search(given, start)).sum() == pytest.approx(best)


def all_trees(leaves: int) -> list[Tree]:
    trees = [((0, leaves), (1, leaves), (2, leaves))]
    for leaf in range(3, leaves):
        point = leaves + leaf - 2
        trees = [
            (*(e for e in tree if e != (u, v)), (u, point), (v, point), (leaf, point))
            for tree in trees
            for u, v in tree
        ]
    return [Tree(leaves, tree) for tree in trees]


# -- support


def test_groups_with_many_shared_errors_hold_and_others_do_not() -> None:
    """Nine odd errors shared by two pairs each; a single common one that speaks for another pair."""
    given = made(["AABBAA"] * 9 + ["BBAAAA"] * 9 + ["A" * 6] * 200)
    found = found_tree(given)
    assert found.tree.groups == {frozenset({2, 3}), frozenset({2, 3, 4, 5})}
    for group in found.tree.groups:
        assert found.support[group].bootstrap > 0.99
        assert found.support[group].decay > 20
        assert found.support[group].chance < 1e-6
    spurious = characters(
        given.names, [("t1", n, 1) for n in range(300)],
        [[Told("61"), Told("61"), Told("91"), Told("91"), Told("61"), Told("61")]] + [[Told("7")] * 6] * 299,
    )  # fmt: skip
    assert found_tree(spurious).tree.groups == frozenset()


def test_the_bound_is_above_the_chance_of_coincidences() -> None:
    """Against many drawn pairs of copyists: how often so many errors coincide."""
    rng = np.random.default_rng(3)
    odds_of = np.full(40, 0.2)
    rate, draws = 0.1, 40_000
    hits = (rng.random((draws, 40)) < rate * odds_of).sum(axis=1)
    for count in (1, 2, 3, 4, 5):
        there = (hits >= count).mean()
        assert there <= bound(np.full(count, 0.2), [(odds_of, rate)])
    assert bound(np.full(6, 0.2), [(odds_of, rate)]) < 0.01
    assert bound(np.full(3, 0.001), [(odds_of, rate)]) < bound(np.full(3, 0.2), [(odds_of, rate)])


def test_made_histories_are_found_again() -> None:
    gaps, plain = [], []
    for seed in range(5):
        one = history(seed, 9, 20, 0.01)
        gaps.append(robinson_foulds(one.groups, found_tree(one.characters, replicates=50).tree.groups))
        nj = neighbour_joining(distances(one.characters, weighted=False))
        plain.append(robinson_foulds(one.groups, nj.groups))
    assert np.mean(gaps) <= 0.1 < np.mean(plain)


def test_true_groups_of_a_known_history() -> None:
    one = history(0, 6, 3)
    everyone = range(len(one.tree.copies))
    groups = true_groups(one.tree, tuple(everyone))
    for copy in everyone:
        below = frozenset(n for n in everyone if copy in one.tree.line(n))
        assert (below in groups) == (1 < len(below) < len(everyone) - 1)


# -- dates, contamination, what speaks against


def test_dates_choose_the_beginning() -> None:
    tree = Tree(4, ((0, 4), (1, 4), (4, 5), (2, 5), (3, 5)))
    own = {(0, 4): 0, (1, 4): 5, (4, 5): 6, (2, 5): 0, (3, 5): 4}
    old_first = root(tree, own, [(1500, 1500), (1530, 1530), (1550, 1550), (1580, 1580)])
    assert (old_first.node, old_first.by, old_first.against) == (4, "dates", ())
    other = root(tree, own, [(1550, 1550), (1580, 1580), (1500, 1500), (1530, 1530)])
    assert other.node == 5
    assert root(tree, own, [(None, None)] * 4).by == "middle"
    # a copy that is older than what it must come of
    late = root(tree, own, [(1600, 1600), (1530, 1530), (1550, 1550), (1500, 1500)])
    assert late.against


def test_who_may_have_been_the_exemplar() -> None:
    given = made(["AABBB"] * 6 + ["AAABA"] * 4 + ["ABAAA"] * 3 + ["AAAAA"] * 100)
    years = [(1500, 1500), (1520, 1520), (1530, 1530), (1540, 1540), (1550, 1550)]
    found = descent(given, years, model=MODEL)
    pairs = {(given.names[e.copy], given.names[e.exemplar]) for e in found.exemplars if e.direct}
    assert ("w3", "w2") in pairs and ("w1", "w0") in pairs
    assert ("w2", "w4") not in pairs, "the younger"
    assert not any(copy == "w0" for copy, _ in pairs)


def test_a_witness_of_two_exemplars_is_flagged() -> None:
    """Its first half follows one group, its second another; without it nothing is flagged."""
    one, two, both = "AABBAAB", "AAAABBB", "AAAAAAA"
    rows = [one] * 10 + ["AABBAAA"] * 6 + ["AAAABBA"] * 6 + [two] * 10 + [both] * 150
    given = made(rows)
    found = contaminations(given, found_tree(given).binary)
    assert [f.witness for f in found] == [6]
    assert len(found[0].places) == 10 and found[0].chance < 0.001
    without = made([row[:-1] for row in rows])
    assert contaminations(without, found_tree(without).binary) == ()


def test_what_speaks_against_the_tree() -> None:
    given = made(["AABBAA"] * 9 + ["AAAABB"] * 9 + ["ABABAA"] + ["A" * 6] * 100)
    found = descent(given, [(None, None)] * 6, model=MODEL)
    (one,) = found.objections
    assert given.keys[one.place] == ("t1", 18, 1) and (one.changes, one.least) == (2, 1)
    assert one.cost == pytest.approx(given.steps[one.place, 0, 1])


# -- from an apparatus, and the files


def entry(text: str, confidence: float = 0.99, source: str = "", other: str = "") -> Entry:
    others = ((other, 0.4),) if other else ()
    return Entry(0, "c", text, "read" if text else "empty", confidence, others, Box(0, 0, 9, 9), source)


def apparatus(rows: list[list[Entry | None]], sigla: str = "ABCDE'") -> Apparatus:
    page = Reading("a.png", "", 100, 100)
    count = len(rows[0])
    witnesses = tuple(
        Witness(s, (page,), "", (1500 + 10 * n, 1500 + 10 * n)) for n, s in enumerate(sigla[:count])
    )
    places = tuple(Place("t1", n, 1, tuple(row), "variant") for n, row in enumerate(rows))
    return Apparatus(witnesses, (), places)


def test_readings_weigh_by_their_certainty() -> None:
    told = from_apparatus(
        apparatus([[entry("12"), entry("12", source="human"), entry("17", 0.5, other="12"), None, entry("")]])
    )
    assert told.texts == (("12", "17"),) and told.state.tolist() == [[0, 0, 1, -1, -1]]
    sure, human, unsure, none, empty = told.leaves[:, 0, :2]
    assert human.tolist() == [0, 60.0] and sure[1] > 7 > unsure[0] == pytest.approx(-math.log(0.4))
    assert none.tolist() == empty.tolist() == [0, 0]
    assert unsure[1] == pytest.approx(-math.log(0.5))


@pytest.fixture(scope="module")
def told() -> Descent:
    rows = [[entry(t, source="human") for t in texts] for texts in (
        *[("12", "12", "95", "95", "12", "12")] * 6, *[("33", "33", "33", "33", "70", "70")] * 6,
        ("6", "9", "6", "9", "6", "6"), *[("5",) * 6] * 90,
    )]  # fmt: skip
    found = descend(apparatus(rows))
    assert found is not None
    return found


def test_two_witnesses_have_no_descent() -> None:
    assert descend(apparatus([[entry("1"), entry("2")]])) is None


def test_newick_opens_again(told: Descent) -> None:
    text = files.newick(told)
    assert text.endswith(";\n") and text.count("(") == text.count(")")
    assert set(re.findall(r"'((?:[^']|'')*)'", text)) == {"A", "B", "C", "D", "E", "''"}
    assert {frozenset(g) for g in nested(text)} >= {frozenset("CD"), frozenset({"E", "'"})}


def nested(text: str) -> list[list[str]]:
    """The groups of a text in Newick's form, by a reader of its own."""
    groups: list[list[str]] = []
    done: list[list[str]] = []
    for token in re.findall(r"'(?:[^']|'')*'|[(),]", text):
        if token == "(":
            groups.append([])
        elif token == ")":
            last = groups.pop()
            done.append(last)
            if groups:
                groups[-1] += last
        elif token != ",":
            groups[-1].append(token[1:-1].replace("''", "'"))
    return done


def test_graphml_dot_and_csv_open_again(told: Descent) -> None:
    import networkx

    graph = networkx.parse_graphml(files.graphml(told))
    witnesses = {n: d for n, d in graph.nodes(data=True) if d["kind"] == "witness"}
    assert {d["label"] for d in witnesses.values()} == set("ABCDE'") and networkx.is_tree(graph)
    assert {d["first_year"] for d in witnesses.values()} == set(range(1500, 1560, 10))
    assert sum(d["changes"] for *_, d in graph.edges(data=True)) == len(told.changes)
    assert etree.fromstring(files.graphml(told)).tag.endswith("graphml")
    text = files.dot(told)
    assert text.startswith("graph descent {") and text.count(" -- ") == len(told.tree.edges)
    rows = list(csv.DictReader(io.StringIO(words.changes_csv(told))))
    assert len(rows) == 13 and set(rows[0]) == set(words.COLUMNS)
    assert rows[0]["text"] == "95" and rows[0]["witnesses"] == "C D" and rows[0]["times"] == "1"


def test_sentences_and_facts(told: Descent) -> None:
    said = words.sentences(told)
    assert any("C and D stand together" in one for one in said)
    assert any("ask" in one and "twice" in one for one in said)
    facts = words.facts(told)
    assert facts["places_compared"] == 103 and facts["places_that_differ"] == 13
    assert facts["parameters"]["rate"] == 0.01  # type: ignore[index]


def test_the_figure(told: Descent) -> None:
    figure = descent_figure(told)
    axes = figure.axes[0]
    names = {text.get_text() for text in axes.texts}
    assert {"A (1500)", "' (1550)"} <= names
    pyplot.close(figure)


def test_the_same_witnesses_give_the_same_bytes() -> None:
    one = history(2, 8, 12, 0.01)
    years = [(None, None)] * 8
    first, second = (descent(one.characters, years, model=MODEL, replicates=50) for _ in range(2))
    assert files.newick(first) == files.newick(second) and files.graphml(first) == files.graphml(second)


def test_nothing_differs() -> None:
    same = descend(apparatus([[entry("7")] * 4] * 5))
    assert same is not None and same.tree.groups == frozenset()
    assert files.newick(same) and words.sentences(same) == (
        "no group of witnesses is borne out: the tree is a star",
    )
    descent_figure(same)
