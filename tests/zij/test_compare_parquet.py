"""`zij compare --parquet`: the same pairs as Parquet; one sentence where pyarrow is missing."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from commands import refused, zij
from oracles import ask
from PIL import Image

from zij.tables.geometry import Box
from zij.tables.pagexml import write_pagexml
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

SCRIPT = Path(__file__).parents[1] / "oracles" / "read_parquet.py"


@pytest.fixture
def pages(tmp_path: Path) -> tuple[Path, Path]:
    """Two readings with the same four numbers."""
    for name in "ab":
        Image.fromarray(np.full((200, 300), 255, np.uint8)).save(tmp_path / f"{name}.png")
        cells = []
        for n, text in enumerate(("12", "30", "47", "05")):
            x, y = 20 + 100 * (n % 2), 20 + 60 * (n // 2)
            signs = (Glyph(Box(x + 12 * k, y, 10, 20), sign, 0.9) for k, sign in enumerate(text))
            number = Number(tuple(signs), text, Box(x, y, 22, 20))
            cells.append(Cell(n // 2, n % 2, Box(x - 5, y - 5, 90, 50), (number,), text, "read"))
        table = Table(Box(10, 10, 200, 120), 2, 2, tuple(cells))
        write_pagexml(tmp_path / f"{name}.xml", Reading(f"{name}.png", "", 300, 200, (table,)))
    return tmp_path / "a.xml", tmp_path / "b.xml"


def test_the_same_pairs(pages: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    printed = ask("pyarrow", SCRIPT, out / "pairs.parquet", "compare", *pages, "-o", out, "--parquet")
    _, _, table = printed.partition("\n\n")
    types, _, table = table.partition("\n")
    assert table == (out / "pairs.csv").read_text("utf-8")
    assert table.count("\n") > 4
    assert "'rank': 'int64', 'relevance': 'float64', 'corresponds': 'bool', 'a_id': 'str'" in types
    assert "'a_x': 'int64'" in types


def test_without_pyarrow(pages: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    refused(zij("compare", *pages, "-o", tmp_path / "out", "--parquet"), "pyarrow", "zij[parquet]")
    assert not (tmp_path / "out").exists()
