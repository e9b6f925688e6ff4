"""Texts laid onto what is seen: alignment, stand-ins, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zij.tables.digits.peaks import Peaks
from zij.tables.teach.placing import Placing, place

H = 24.0
AREA = (0, 0, 400, 40)


def seen(*found: tuple[float, int, float], y: float = 5) -> Peaks:
    """Candidates at some x, each read as a digit with a probability."""
    boxes = np.array([(x, y, 14, H) for x, _, _ in found], float).reshape(-1, 4)
    chances = np.zeros((len(found), 10))
    for n, (_, digit, chance) in enumerate(found):
        chances[n, digit] = chance
    return Peaks(np.zeros((len(found), 2), np.int64), boxes, chances)


def signs(*xs: float) -> NDArray[np.float64]:
    return np.array([(x, 5, 14, H) for x in xs], float).reshape(-1, 4)


def laid(text: Sequence[int], peaks: Peaks, *ink: float) -> Placing:
    return place(text, AREA, peaks, signs(*ink), H)


def test_as_many_seen_as_told_take_the_text_in_order() -> None:
    found = laid([3, 4, 5], seen((60, 8, 0.9), (20, 3, 0.9), (40, 9, 0.6)))
    assert found.whole
    assert found.boxes[:, 0].tolist() == [20, 40, 60] and found.digits.tolist() == [3, 4, 5]


def test_two_lines_are_read_one_after_the_other() -> None:
    upper, lower = seen((200, 1, 0.9), y=2), seen((20, 2, 0.9), y=42)
    peaks = Peaks(
        np.zeros((2, 2), np.int64),
        np.vstack([lower.boxes, upper.boxes]),
        np.vstack([lower.probabilities, upper.probabilities]),
    )
    found = place([1, 2], (0, 0, 400, 80), peaks, signs(), H)
    assert found.whole and found.boxes[:, 0].tolist() == [200, 20]


def test_a_faint_candidate_is_the_missing_digit() -> None:
    found = laid([3, 4, 5], seen((20, 3, 0.9), (40, 4, 0.1), (60, 5, 0.9)))
    assert found.whole and found.boxes[:, 0].tolist() == [20, 40, 60]


def test_a_speck_is_passed_over_where_the_others_agree() -> None:
    found = laid([3, 4, 5], seen((20, 3, 0.9), (40, 4, 0.2), (60, 5, 0.9), (100, 1, 0.6)))
    assert found.whole and found.boxes[:, 0].tolist() == [20, 40, 60]


def test_too_many_that_do_not_agree_are_left_out() -> None:
    found = laid([3, 4], seen((20, 3, 0.9), (40, 8, 0.9), (60, 9, 0.9)))
    assert not found.whole
    assert found.boxes[:, 0].tolist() == [20] and found.digits.tolist() == [3]


def test_ink_stands_in_if_there_is_just_enough() -> None:
    found = laid([3, 4, 5], seen((20, 3, 0.9), (60, 5, 0.9)), 40, 21)
    assert found.whole and found.boxes[:, 0].tolist() == [20, 40, 60]
    doubtful = laid([3, 4, 5], seen((20, 3, 0.9), (60, 5, 0.9)), 40, 80)
    assert not doubtful.whole and doubtful.digits.tolist() == [3, 5]


def test_too_few_leave_the_rest_unplaced() -> None:
    found = laid([3, 4, 5], seen((20, 8, 0.95), (60, 5, 0.93)))
    assert not found.whole
    assert found.boxes[:, 0].tolist() == [60] and found.digits.tolist() == [5]


def test_an_empty_cell_holds_nothing_whatever_is_seen() -> None:
    found = laid([], seen((20, 8, 0.9)))
    assert found.whole and not len(found.boxes)


def test_what_is_seen_elsewhere_does_not_count() -> None:
    assert not laid([3], seen((500, 3, 0.9))).whole
