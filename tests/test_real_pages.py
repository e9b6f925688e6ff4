"""What is promised of real pages, on those that lie beside the project."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import pytest
from remembered import remembered

from zij.actions import collate, open_source
from zij.similarity.embedding import Embedding, cosine, embed
from zij.similarity.evidence import evidence_from_reading
from zij.tables.pagexml import read_pagexml, write_pagexml
from zij.tables.scores.digits import score_digits
from zij.tables.scores.truth import true_digits, true_rows
from zij.tables.scores.values import score_values

SHARED = Path(__file__).parents[1] / ".." / "shared"
DATA = SHARED / "data"
PIFFERI = DATA / "climates" / "pifferi_1604_p368.jpg"
CLAVIUS = DATA / "climates" / "clavius_1585_p465.jpg"

pytestmark = pytest.mark.skipif(not PIFFERI.exists(), reason="the real pages are not beside the project")


@pytest.fixture(autouse=True, scope="module")
def once() -> Iterator[None]:
    """Each page is read once."""
    with remembered():
        yield


def embedding(path: Path) -> Embedding:
    source = open_source(path)
    return embed(evidence_from_reading(source.reading, source.doubtful))


@pytest.fixture(scope="module")
def pifferi() -> Embedding:
    return embedding(PIFFERI)


def test_the_pifferi_page_is_read(tmp_path: Path) -> None:
    source = open_source(PIFFERI)
    page = write_pagexml(tmp_path / "page.xml", source.reading)
    tool = SHARED / "tools" / "score_digits.py"
    truth = PIFFERI.with_suffix(".digits.csv")
    done = subprocess.run([sys.executable, tool, page, truth, "--json"], capture_output=True, check=True)
    figures = json.loads(done.stdout)
    assert figures["f1"] >= 0.98 and figures["histogram_r"] >= 0.98
    assert figures["tables"] == 1
    written = embed(evidence_from_reading(source.reading))
    seen = embed(evidence_from_reading(source.reading, source.doubtful))
    assert cosine(written, seen) >= 0.99


@pytest.mark.parametrize(("quarters", "scale"), [(1, 1.0), (2, 1.0), (3, 1.0), (0, 0.6), (0, 1.6)])
def test_turning_and_scaling_change_little(
    pifferi: Embedding, tmp_path: Path, quarters: int, scale: float
) -> None:
    image = cv2.imread(str(PIFFERI))
    assert image is not None
    copy = np.ascontiguousarray(np.rot90(image, -quarters))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    cv2.imwrite(str(tmp_path / "copy.png"), cv2.resize(copy, None, fx=scale, fy=scale, interpolation=method))
    assert cosine(pifferi, embedding(tmp_path / "copy.png")) >= 0.98


def test_the_other_edition_is_nearest(pifferi: Embedding) -> None:
    others = ["petavius_1630/p352.jpg", "almagest_1515/f7r.png", "fort_william/1898-09.jpg"]
    near = max(cosine(pifferi, embedding(DATA / name)) for name in others)
    assert cosine(pifferi, embedding(CLAVIUS)) >= near + 0.05


def test_a_page_of_text_holds_no_table() -> None:
    for name in ("1692_sacrobosco_sphaera_1547_p20.jpg", "1943_schreckenfuchs_commentaria_1569_p298.jpg"):
        assert not open_source(DATA / "not_tables" / name).reading.tables


VARYING = {
    (1, 5): ("18", "14"), (2, 5): ("34", "36"), (15, 5): ("2", "1"), (26, 0): ("20", "02"),
    (26, 5): ("57", "17"), (29, 5): ("34", "24"), (30, 5): ("34", "24"), (35, 4): ("56", "59"),
}  # fmt: skip
"""Established by eye on both scans."""


def test_the_two_editions_of_climates(tmp_path: Path) -> None:
    result = collate([CLAVIUS, PIFFERI], tmp_path / "out", device="cpu")
    found = {
        (p.row, p.column): tuple(e.text for e in p.entries if e)
        for p in result.apparatus.places
        if p.status == "variant"
    }
    assert found == VARYING
    assert result.apparatus.counts()["uncertain"] == 0
    only = [p for p in result.apparatus.places if p.status == "only"]
    assert {p.column for p in only} == {1} and len(only) == 11


def test_the_scores_are_those_of_the_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SHARED / "tools"))
    written = write_pagexml(tmp_path / "p.xml", open_source(PIFFERI).reading)
    reading = read_pagexml(written).reading
    digits, values = PIFFERI.with_suffix(".digits.csv"), PIFFERI.with_suffix(".cells.csv")
    ours, theirs = score_digits(reading, true_digits(digits)), importlib.import_module("score_digits")
    assert asdict(ours.scores) == pytest.approx(theirs.score(written, digits), abs=1e-9, nan_ok=True)
    cells, theirs = score_values(reading, true_rows(values)), importlib.import_module("score_values")
    assert asdict(cells.scores) == pytest.approx(theirs.score(written, values), abs=1e-9, nan_ok=True)
