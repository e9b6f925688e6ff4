"""Manifests, tables, METS files and lists damaged at random are read or refused in one sentence."""

from __future__ import annotations

from pathlib import Path

from fuzzed_sources import KINDS, fates


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    counts, faults = fates(range(400 * len(KINDS)), tmp_path)
    assert faults == {}
    assert counts["read"] > 100 and counts["refused"] > 100


def test_the_same_number_gives_the_same_file(tmp_path: Path) -> None:
    assert fates(range(40), tmp_path) == fates(range(40), tmp_path)
