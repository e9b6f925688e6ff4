"""Damaged files are read or refused in one sentence; `benchmarks/fuzz_pagexml.py` takes many more."""

from __future__ import annotations

import numpy as np
import pytest
from fuzzed_pagexml import damaged, fate, fates, seeds

COUNT = 1500
PARTS = 10


@pytest.fixture(scope="module")
def sound() -> list[bytes]:
    return seeds()


def test_sound_files_are_read(sound: list[bytes]) -> None:
    assert len(sound) > 15
    assert {fate(data) for data in sound} == {"read"}


def test_damages_differ_and_depend_on_the_seed_alone(sound: list[bytes]) -> None:
    files = [damaged(np.random.default_rng(seed), sound) for seed in range(30)]
    assert files == [damaged(np.random.default_rng(seed), sound) for seed in range(30)]
    assert len(set(files)) > 28
    assert not set(files) & set(sound) or len(set(files) - set(sound)) > 25


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_but_a_sentence_comes_of_it(part: int, sound: list[bytes]) -> None:
    first = part * COUNT // PARTS
    count, faults = fates(range(first, first + COUNT // PARTS), sound, every=10)
    assert faults == {}
    assert count["read"] > 20 and count["refused"] > 20
