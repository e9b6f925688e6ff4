"""The scores are those of the scoring tools that lie beside the project, on their truth of real pages."""

from __future__ import annotations

import csv
import importlib
from dataclasses import asdict, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from judged import disturbed, grid, number, page

from zij.tables.geometry import Box
from zij.tables.pagexml import read_pagexml, write_pagexml
from zij.tables.reading import Glyph, Number, Reading
from zij.tables.scores.digits import score_digits
from zij.tables.scores.truth import true_digits, true_rows
from zij.tables.scores.values import score_values

SHARED = Path(__file__).parents[2] / ".." / "shared"
DATA = SHARED / "data"
BOXED = ["climates/pifferi_1604_p368", "petavius_1630/p351", "not_tables/1692_sacrobosco_sphaera_1547_p20"]
VALUED = ["climates/pifferi_1604_p368", "petavius_1630/p352", "almagest_1515/f7r", "fort_william/1899-05"]

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real pages are not beside the project")


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(SHARED / "tools"))

    def load(name: str) -> ModuleType:
        return importlib.import_module(name)

    return load


def agree(ours: dict[str, float], theirs: dict[str, float]) -> None:
    assert ours == pytest.approx(theirs, abs=1e-9, nan_ok=True)


def boxed_reading(path: Path) -> Reading:
    """What a faultless reader would make of the digits, with those that nobody can tell."""
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    found = []
    for row in rows:
        box = Box(*(float(row[name]) for name in "xywh"))
        found.append(Number((Glyph(box, row["digit"] or "3", 0.75),), row["digit"] or "3", box))
    return replace(page(loose=tuple(found)), width=5000, height=5000)


def valued_reading(path: Path, most: int) -> Reading:
    """What a faultless reader would make of the first lines of a table of values, each table by itself."""
    with path.open(newline="", encoding="utf-8") as stream:
        records = list(csv.DictReader(stream))[:most]
    tables: dict[str, dict[str, list[str]]] = {}
    for record in records:
        text = "9 99" if record["text"] == "*" else record["text"]
        tables.setdefault(record.get("table") or "", {}).setdefault(record["row"], []).append(text)
    grids = []
    for n, rows in enumerate(tables.values()):
        widest = max(map(len, rows.values()))
        grids.append(grid([row + [""] * (widest - len(row)) for row in rows.values()], top=20 + 2000 * n))
    return replace(page(*grids, loose=(number("1604", 900, 5),)), width=9000, height=9000)


@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("name", BOXED)
def test_digits(name: str, seed: int | None, tool: Any, tmp_path: Path) -> None:
    path = DATA / f"{name}.digits.csv"
    reading = boxed_reading(path)
    reading = reading if seed is None else disturbed(reading, seed)
    written = write_pagexml(tmp_path / "p.xml", reading)
    found = score_digits(read_pagexml(written).reading, true_digits(path))
    agree(asdict(found.scores), tool("score_digits").score(written, path))


@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("name", VALUED)
def test_values(name: str, seed: int | None, tool: Any, tmp_path: Path) -> None:
    whole = DATA / f"{name}.cells.csv"
    path = tmp_path / "p.cells.csv"
    path.write_text("".join(whole.read_text("utf-8").splitlines(keepends=True)[:171]))
    reading = valued_reading(path, 170)
    reading = reading if seed is None else disturbed(reading, seed, 0.02)
    written = write_pagexml(tmp_path / "p.xml", reading)
    found = score_values(read_pagexml(written).reading, true_rows(path))
    if seed is None:
        assert found.scores.value_recall == found.scores.row_recall == 1
    agree(asdict(found.scores), tool("score_values").score(written, path))
