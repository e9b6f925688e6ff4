"""Every rule of thumb of the finder of rulings, with ink that is read right with it and wrong without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType

import cv2
import numpy as np
import pytest

from zij.tables.scan import rulings

H = 22  # pixels of a digit


@dataclass(frozen=True)
class Rule:
    """A constant or function, what it is replaced by, vertical lines as drawn, and what then goes wrong."""

    name: str
    off: object
    drawn: Callable[[], np.ndarray]
    lines: int
    wrong: str


def blank(width: int = 300, height: int = 900) -> np.ndarray:
    return np.zeros((height, width), np.float32)


def pieces(*ends: tuple[float, float, float], thickness: int = 2, ink: float = 0.8) -> np.ndarray:
    """Vertical lines, each x, top and bottom in digit heights."""
    page = blank()
    for x, top, bottom in ends:
        cv2.line(page, (round(x * H), round(top * H)), (round(x * H), round(bottom * H)), ink, thickness)
    return page


def slanting(gap: float, degrees: float = 1.6) -> np.ndarray:
    """A leaning line with a gap of so many digit heights, in which every other row has ink."""
    page, lean = blank(), np.tan(np.radians(degrees))
    for y in range(60, 840):
        within = 200 < y < 200 + gap * H
        if not within or y % 4 < 3:
            x = 150 + lean * (y - 450)
            page[y, round(x) - 1 : round(x) + 1] = 0.15 if within else 0.8
    return page


def ones() -> np.ndarray:
    page = blank()
    for y in range(60, 860, 30):
        page[y : y + H, 150:153] = 0.9
    return page


def foot_of_letters() -> np.ndarray:
    """Serifs that run together along the side of a column of letters."""
    page = blank()
    page[100:700, 150:153] = 0.8
    for y in range(100, 700, 10):
        page[y : y + 7, 140:150] = 0.8
    return page


def broken() -> np.ndarray:
    return pieces((5, 3, 6), (5, 6.5, 9), (5, 9.4, 13), (5, 13.8, 17))


def faint_between() -> np.ndarray:
    page = pieces((5, 3, 12), (5, 19, 30))
    page[12 * H : 19 * H, 5 * H - 1 : 5 * H + 1] = 0.15
    return page


def faint_and_far() -> np.ndarray:
    page = pieces((5, 1, 5), (5, 34, 38))
    page[5 * H : 34 * H, 5 * H - 1 : 5 * H + 1] = 0.15
    return page


def thin_and_grey() -> np.ndarray:
    return pieces((5, 3, 20), ink=0.2)


RULES = [
    Rule("_SHORTEST", 0.0, lambda: pieces((5, 3, 5.2)), 0, "a bracket is a ruling"),
    Rule("_PIECE", 0.8, ones, 0, "figures below each other are a ruling"),
    Rule("_THICKEST", 9.0, lambda: pieces((5, 3, 20), thickness=18), 0, "a dark bar is a ruling"),
    Rule("_GAP", 0.0, broken, 1, "a ruling set from pieces falls apart"),
    Rule("_BRIDGED", 3.0, faint_between, 1, "a ruling with a faint part is two"),
    Rule("_ASIDE", 9.0, lambda: pieces((5, 3, 12), (5.3, 12, 20)), 2, "two lines are one"),
    Rule("_SLOPE", 0.0, lambda: slanting(10), 1, "a leaning line falls apart"),
    Rule("_FURTHEST", 9.0, lambda: pieces((5, 3, 12), (5.5, 25, 34)) + 0.15 * band(), 2, "two lines are one"),
    Rule("_INK", 0.05, thin_and_grey, 0, "what shines through the paper is a ruling"),
    Rule("_FAINT_INK", 0.5, faint_between, 1, "a ruling with a faint part is two"),
    Rule("_CLEAR", 0.0, foot_of_letters, 0, "the edge of letters is a ruling"),
    Rule("_stands_clear", lambda piece, mask: True, foot_of_letters, 0, "the edge of letters is a ruling"),
    Rule(
        "_coverage", lambda *_: 1.0, lambda: pieces((5, 3, 12), (5, 19, 30)), 2, "two tables' lines are one"
    ),
    Rule("_chains", lambda pieces, *_: [[p] for p in pieces], broken, 1, "a ruling falls apart"),
]
EXEMPT = {"_WORKING_HEIGHT": "bounds the time; the scaled pages of test_rulings need it"}


def band() -> np.ndarray:
    """Ink all over between two pieces."""
    page = blank()
    page[12 * H : 25 * H, 4 * H : 7 * H] = 1
    return page


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_is_needed(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    ink = rule.drawn()
    assert len(rulings.find_rulings(ink, H).vertical) == rule.lines
    monkeypatch.setattr(rulings, rule.name, rule.off)
    assert len(rulings.find_rulings(ink, H).vertical) != rule.lines, rule.wrong


def test_every_constant_is_a_rule_or_has_a_reason() -> None:
    constants = {name for name in vars(rulings) if name.isupper()}
    assert constants == {r.name for r in RULES if not isinstance(r.off, FunctionType)} | set(EXEMPT)
