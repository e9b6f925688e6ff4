"""Killed at any moment and resumed, a corpus is what it would have been undisturbed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from killed import contents, end, make_source, resume, start

from zij.actions.corpus import add
from zij.corpora.store import open_corpus

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
    resume(tmp_path / "corpus", source)
    assert contents(tmp_path / "corpus") == expected


def test_killed_again_and_again(
    source: Path, undisturbed: tuple[dict[str, object], int], tmp_path: Path
) -> None:
    """Each time it comes a little further."""
    expected, calls = undisturbed
    for _ in range(2):
        end(start(tmp_path / "corpus", source, calls=calls // 4))
    resume(tmp_path / "corpus", source)
    assert contents(tmp_path / "corpus") == expected


STOPPED = """
import multiprocessing, os, sys
from signal import SIGINT, default_int_handler
from signal import signal as handle
handle(SIGINT, default_int_handler)  # a shell that starts tests in the background has it ignored
from zij.cli import main
from zij.corpora.processing import jobs, run
corpus, signal = sys.argv[1], int(sys.argv[2])
jobs.EMBEDDED = 4
run.PAUSE = 3600.0  # on a slow machine the first pages would be stored before the fifth is there
whole = run.Tally.add
def add(tally, result, now):
    whole(tally, result, now)
    if tally.done == 5:
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        os.kill(os.getpid(), signal)
run.Tally.add = add
main(["corpus", "process", corpus, "--workers", "1"])
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_signal_ends_all_processes(source: Path, tmp_path: Path, name: str) -> None:
    """After the fifth page; but for SIGKILL those five are kept."""
    add(tmp_path / "corpus", [source])
    number = signal.Signals[name]
    done = subprocess.run(
        [sys.executable, "-c", STOPPED, tmp_path / "corpus", str(int(number))],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == (-number if name == "SIGKILL" else 130)
    workers = [int(word) for word in done.stdout.split()]
    assert len(workers) == 1
    limit = time.monotonic() + 20
    while psutil.pid_exists(workers[0]) and time.monotonic() < limit:
        time.sleep(0.05)
    assert not psutil.pid_exists(workers[0])
    with open_corpus(tmp_path / "corpus") as opened:
        kept = opened.summary().embedded
    assert kept == (0 if name == "SIGKILL" else 5)
    if name != "SIGKILL":
        assert "what was done is kept" in done.stderr
        assert "interrupted" in done.stderr
        assert "Traceback" not in done.stderr
