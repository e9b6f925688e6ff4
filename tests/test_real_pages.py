"""What is promised of real pages, on those that lie beside the project."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from zij.actions import open_source
from zij.similarity.embedding import Embedding, cosine, embed
from zij.similarity.evidence import evidence_from_reading
from zij.tables.pagexml import write_pagexml

SHARED = Path(__file__).parents[1] / ".." / "shared"
DATA = SHARED / "data"
PIFFERI = DATA / "climates" / "pifferi_1604_p368.jpg"
CLAVIUS = DATA / "climates" / "clavius_1585_p465.jpg"

pytestmark = pytest.mark.skipif(not PIFFERI.exists(), reason="the real pages are not beside the project")


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
