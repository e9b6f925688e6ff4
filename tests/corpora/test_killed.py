"""Killed at any moment and resumed, a corpus is what it would have been undisturbed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from killed import contents, end, make_source, start

KILLS = 6


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_source(tmp_path_factory.mktemp("killed") / "source", 24)


@pytest.fixture(scope="module")
def undisturbed(source: Path) -> tuple[dict[str, object], int]:
    """What the corpus holds in the end, and how many calls it takes."""
    corpus = source.parent / "undisturbed"
    run = end(start(corpus, source, calls=0))
    assert not run.killed
    held = contents(corpus)
    assert held["#whole"] == ["ok"]
    assert sum(not name.startswith("#") for name in held) == 24
    return held, run.calls


@pytest.mark.parametrize("kill", range(KILLS))
def test_killed_and_resumed(
    source: Path, undisturbed: tuple[dict[str, object], int], tmp_path: Path, kill: int
) -> None:
    expected, calls = undisturbed
    moment = int((kill + 0.9 * np.random.default_rng(kill).random()) / KILLS * calls)
    assert end(start(tmp_path / "corpus", source, calls=max(moment, 1))).killed
    assert not end(start(tmp_path / "corpus", source)).killed
    assert contents(tmp_path / "corpus") == expected


def test_killed_again_and_again(
    source: Path, undisturbed: tuple[dict[str, object], int], tmp_path: Path
) -> None:
    """Each time it comes a little further."""
    expected, calls = undisturbed
    for _ in range(2):
        end(start(tmp_path / "corpus", source, calls=calls // 4))
    assert not end(start(tmp_path / "corpus", source)).killed
    assert contents(tmp_path / "corpus") == expected
