"""`zij explain --check`: what it writes and says, and how it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from commands import refused, zij
from PIL import Image

from zij.actions import explain
from zij.actions._explaining.checks import _EFFORT
from zij.explain.checks.checking import CHECKS, COLUMNS, TRUTH
from zij.tables.generate.matching import matching_pair
from zij.tables.overlay import save_png
from zij.tables.pagexml import write_pagexml


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two pages of 12 numbers as PAGE-XML with their images, so that nothing has to be read."""
    folder = tmp_path_factory.mktemp("pages")
    pair = matching_pair(0, rows=4, columns=3, common=5)
    for name, page in (("a", pair.a), ("b", pair.b)):
        save_png(folder / f"{name}.png", page.pixels)
        write_pagexml(folder / f"{name}.xml", page.truth)
    return folder / "a.xml", folder / "b.xml"


def test_all_checks_are_written_and_said(
    pages: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(_EFFORT[True], "pairs", 1)  # ten take half a minute
    ended = zij(
        "explain", *pages, "-o", tmp_path, "--method", "bilrp", "--masks", "numbers", "--check", "all"
    )
    assert (ended.code, ended.err) == (0, "")
    assert "deletion beats smooth noise (p 0.02)" in ended.out
    assert "of 10 networks with layers drawn anew," in ended.out
    assert "whose matching digits are known it finds them by 1.00" in ended.out
    with (tmp_path / "checks.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    assert {row["check"] for row in rows} == {*CHECKS, TRUTH}
    assert {row["method"] for row in rows if row["check"] == "sensitivity"} == {"bilrp"}
    assert {row["method"] for row in rows if row["check"] == "faithfulness"} >= {
        "bilrp",
        "distance",
        "products",
    }
    stored = json.loads((tmp_path / "checks.json").read_text("utf-8"))
    assert stored["method"] == "bilrp"
    assert stored["parameters"]["seed"] == 0
    assert set(stored["hashes"]) == {"a", "b"}
    assert len(stored["regions"]) == len(stored["relevance"]["bilrp"]) == 12
    with Image.open(tmp_path / "checks.png") as picture:
        assert min(picture.size) > 800


def test_only_what_was_asked_for(pages: tuple[Path, Path], tmp_path: Path) -> None:
    found = explain(*pages, tmp_path / "one", checks=["agreement"], masks="rows", number=200)
    again = explain(*pages, tmp_path / "two", checks=["agreement"], masks="rows", number=200)
    text = (tmp_path / "one/checks.csv").read_bytes()
    assert text == (tmp_path / "two/checks.csv").read_bytes()
    assert b"faithfulness" not in text
    assert "deletion" not in found.sentence
    assert again.sentence == found.sentence.replace("one", "two")
    explain(*pages, tmp_path / "three", masks="rows", number=200)
    assert not list((tmp_path / "three").glob("checks*"))


def test_what_cannot_be_checked_is_refused(pages: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = refused(zij("explain", *pages, "-o", out, "--check", "beauty"))
    assert "check 'beauty' is not known; choose faithfulness" in words
    words = refused(zij("explain", *pages, "-o", out, "--masks", "grid", "--check", "faithfulness"))
    assert "choose cells, digits, numbers, rows or columns" in words
    assert not out.exists()
