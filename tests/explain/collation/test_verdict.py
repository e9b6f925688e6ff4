"""The verdict of three explanations: by hand, and whether its probabilities are honest on planted errors."""

from __future__ import annotations

import numpy as np
import pytest
from reckoned import table_of

from zij.explain.collation.arithmetic import Weighing, check_table, weigh, weigh_check
from zij.explain.collation.arithmetic.slips import slips


@pytest.mark.parametrize(
    ("expected", "text", "kind"),
    [
        ("36", "39", "turned type"), ("38", "33", "digit confusion"), ("42", "47", "wrong digit"),
        ("153", "135", "transposed digits"), ("153", "13", "dropped digit"), ("153", "1533", "doubled digit"),
        ("153", "208", "other"),
    ],
)  # fmt: skip
def test_slips_are_named(expected: str, text: str, kind: str) -> None:
    assert kind in [way.kind for way in slips(expected, text)][:2]


def test_equal_texts_need_no_slip() -> None:
    assert slips("0·5", "0.5") == ()


def likeliest(found: Weighing) -> str:
    assert found.p_scan + found.p_print + found.p_computation == pytest.approx(1)
    shares = {"scan": found.p_scan, "print": found.p_print, "computation": found.p_computation}
    return max(shares, key=lambda name: shares[name])


def test_what_speaks_for_which() -> None:
    doubtful = weigh("38", "33", confidence=0.7, alternatives=[("33", 0.28)], residual=5)
    assert likeliest(doubtful) == "scan"
    assert likeliest(weigh("153", "135", confidence=0.999, residual=18)) == "print"
    assert likeliest(weigh("4127", "4123", confidence=0.999, residual=4, run=5)) == "computation"
    human = weigh("38", "33", confidence=0.7, alternatives=[("33", 0.28)], residual=5, source="human")
    assert human.p_scan == 0 and "person" in human.reasons[0]


def test_other_witnesses_are_heard() -> None:
    alone = weigh("153", "158", confidence=0.99, residual=-5)
    same = weigh("153", "158", confidence=0.99, residual=-5, others=["153", "153", None])
    right = weigh("153", "158", confidence=0.99, residual=-5, others=["158", "158"])
    assert same.p_scan < alone.p_scan < right.p_scan
    assert same.p_computation > alone.p_computation > right.p_computation


def test_planted_errors_of_three_types_are_told_apart_honestly() -> None:
    """Errors of each type as they arise; shares near 1 must nearly always be right."""
    rng = np.random.default_rng(11)
    course = [round(9000 * 60 * np.sin(k / 50)) + 40_000 for k in range(60)]
    told: list[tuple[float, bool]] = []
    for turn in range(90):
        kind = ("scan", "print", "computation")[turn % 3]
        values, row = list(course), int(rng.integers(12, 45))
        if kind == "computation":
            values[row] += int(rng.choice([-1, 1])) * int(np.exp(rng.uniform(np.log(30), np.log(3000))))
        texts = [str(value) for value in values]
        if kind != "computation":
            text = texts[row]
            place = int(rng.integers(1, len(text) - 1))
            digit = rng.choice([d for d in "0123456789" if d != text[place]])
            texts[row] = text[:place] + str(digit) + text[place + 1 :]
        flagged = [
            check for check in check_table(table_of([[text] for text in texts])).flagged if check.row == row
        ]
        if not flagged:
            continue
        sure = rng.beta(6, 3) if kind == "scan" else rng.beta(200, 1)
        alternatives = [(flagged[0].expected, (1 - sure) * 0.8)] if kind == "scan" else []
        check = flagged[0]
        found = weigh(check.text, check.expected, confidence=sure, alternatives=alternatives,
                      residual=check.residual, run=check.run, neighbours=check.neighbours)  # fmt: skip
        shares = {"scan": found.p_scan, "print": found.p_print, "computation": found.p_computation}
        told += [(share, name == kind) for name, share in shares.items()]
    assert len(told) >= 3 * 75
    shares, right = np.array([one[0] for one in told]), np.array([one[1] for one in told])
    assert right[shares > 0.9].mean() > 0.85 and right[shares < 0.1].mean() < 0.12
    edges = np.linspace(0, 1, 6)
    place = np.clip(np.digitize(shares, edges) - 1, 0, 4)
    error = sum(
        abs(shares[place == k].mean() - right[place == k].mean()) * (place == k).mean() for k in set(place)
    )
    assert error < 0.1


def test_the_glyphs_of_a_cell_are_used() -> None:
    table = table_of([[str(7 + 3 * k)] for k in range(20)], glyphs=True)
    cells = list(table.cells)
    glyphs = cells[9].numbers[0].glyphs
    from dataclasses import replace

    doubtful = replace(glyphs[0], text="8", confidence=0.6, alternatives=(("3", 0.39),))
    number = replace(cells[9].numbers[0], glyphs=(doubtful, glyphs[1]), text="84")
    cells[9] = replace(cells[9], numbers=(number,), text="84", state="uncertain")
    check = check_table(replace(table, cells=tuple(cells))).flagged[0]
    assert check.expected == "34" and weigh_check(check, cells[9]).p_scan > 0.95
    person = replace(cells[9], source="human")
    assert weigh_check(check, person).p_scan == 0
