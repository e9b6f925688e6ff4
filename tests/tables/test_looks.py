"""Two looks at one page: means of what both saw, half of what one saw, nothing twice."""

from __future__ import annotations

import pytest

from zij.tables.digits.looks import averaged
from zij.tables.geometry import Box
from zij.tables.reading import Glyph


def _glyph(x: float, text: str, confidence: float, *others: tuple[str, float]) -> Glyph:
    return Glyph(Box(x, 10, 6, 10), text, confidence, others)


def test_probabilities_and_boxes_are_means() -> None:
    (glyph,) = averaged([_glyph(10, "3", 0.6, ("8", 0.3))], [_glyph(11, "8", 0.5, ("3", 0.4))], floor=0.05)
    assert (glyph.text, glyph.confidence) == ("3", 0.5)
    assert glyph.alternatives == (("8", 0.4),)
    assert glyph.box == Box(10.5, 10, 6, 10)


def test_what_one_look_saw_has_half_its_probability() -> None:
    found = averaged([_glyph(10, "3", 0.9)], [_glyph(40, "4", 0.8), _glyph(80, "5", 0.08)], floor=0.05)
    assert [(g.text, g.confidence) for g in found] == [("3", 0.45), ("4", 0.4)]


def test_each_is_paired_once_and_the_nearest_first() -> None:
    found = averaged([_glyph(10, "1", 0.8), _glyph(12, "2", 0.8)], [_glyph(12, "2", 0.6)], floor=0.05)
    assert [(g.text, g.confidence) for g in found] == [("1", 0.4), ("2", 0.7)]


@pytest.mark.parametrize("count", [0, 5])
def test_the_same_look_twice_changes_nothing(count: int) -> None:
    seen = [_glyph(20 * n, str(n), 0.7, ("9", 0.1)) for n in range(count)]
    assert averaged(seen, seen, floor=0.05) == tuple(seen)
