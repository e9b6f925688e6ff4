"""A scribe's figures: drawn, in their place, never twice the same, old shapes where they are asked for."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from zij.tables.generate.hand import Hand


def _hand(seed: int, *, medieval: bool = False) -> Hand:
    return Hand(np.random.default_rng(seed), medieval=medieval)


def _small(ink: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.asarray(cv2.resize(ink, (12, 18), interpolation=cv2.INTER_AREA), np.float64) / 255


def test_a_hand_is_made_by_its_seed_alone() -> None:
    one, two = _hand(3), _hand(3)
    for digit in "0123456789":
        assert np.array_equal(one.sort(digit, 40).ink, two.sort(digit, 40).ink)


def test_no_figure_is_written_twice_in_the_same_way() -> None:
    hand = _hand(4)
    first, second = hand.sort("8", 60).ink, hand.sort("8", 60).ink
    assert first.shape != second.shape or not np.array_equal(first, second)


@pytest.mark.parametrize("size", [8, 24, 60])
def test_figures_have_the_height_they_are_to_have(size: int) -> None:
    heights = [_hand(seed).sort("8", size).ink.shape[0] for seed in range(20)]
    assert 0.95 * size <= float(np.median(heights)) <= 1.4 * size  # and the pen's breadth


def test_a_box_is_tight_and_stands_on_the_line() -> None:
    for seed in range(12):
        hand = _hand(seed)
        sort = hand.sort("6", 50)
        for edge in (sort.ink[0], sort.ink[-1], sort.ink[:, 0], sort.ink[:, -1]):
            assert edge.max() > 40
        assert -12 <= sort.top + sort.ink.shape[0] <= 15  # pixels below the base line
        assert sort.advance > 0.7 * sort.ink.shape[1]


def test_medieval_fours_and_sevens_are_other_shapes() -> None:
    for digit in "47":
        modern = np.mean([_small(_hand(k).sort(digit, 60).ink) for k in range(30)], axis=0)
        old = np.mean([_small(_hand(k, medieval=True).sort(digit, 60).ink) for k in range(30)], axis=0)
        again = np.mean([_small(_hand(k).sort(digit, 60).ink) for k in range(30, 60)], axis=0)
        assert np.abs(modern - old).mean() > 1.5 * np.abs(modern - again).mean()


def test_a_hand_has_figures_alone() -> None:
    assert _hand(0).has("0123456789")
    assert not _hand(0).has("3a")
