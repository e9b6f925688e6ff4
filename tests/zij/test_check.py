"""`zij check`: its files, what it says, and that nothing is changed."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reckoned import chord_rows, table_of

import zij
from zij.errors import InputError, UsageError
from zij.explain.collation.arithmetic.checkfiles import CHECKS
from zij.files import sha256
from zij.tables.pagexml import write_pagexml
from zij.tables.reading import Reading


def page(folder: Path, rows: Sequence[Sequence[str]], stem: str = "page", *, image: bool = True) -> Path:
    picture = folder / f"{stem}.png"
    rng = np.random.default_rng(1)
    Image.fromarray(rng.integers(150, 250, (1000, 800, 3), np.uint8)).save(picture)
    tables = (table_of(rows, glyphs=True),) if rows else ()
    reading = Reading(picture.name, sha256(picture), 800, 1000, tables).with_ids()
    path = write_pagexml(folder / f"{stem}.xml", reading)
    if not image:
        picture.unlink()
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("image", [True, False])
def test_flagged_cells_are_written_with_what_is_expected(tmp_path: Path, image: bool) -> None:
    rows = chord_rows(1, 45)
    right = rows[20][4]
    rows[20][4] = "11"
    path = page(tmp_path, rows, image=image)
    before = path.read_bytes()
    out = tmp_path / "out"
    result = zij.check([path], out)
    assert path.read_bytes() == before
    lines = read(out / "checks.csv")
    assert list(lines[0]) == list(CHECKS)
    assert [
        (line["table"], line["row"], line["column"], line["text"], line["expected"]) for line in lines
    ] == [("t1", "20", "4", "11", right)]
    assert sum(float(lines[0][name]) for name in ("p_scan", "p_print", "p_computation")) == pytest.approx(1)
    models = {line["model"]: line for line in read(out / "models.csv")}
    assert models["chord"]["value"] == "60" and models["chord"]["column"] == "2 3 4"
    residuals = read(out / "residuals.csv")
    assert len(residuals) >= 45 * 8 and sum(line["flagged"] == "yes" for line in residuals) == 1
    summary = json.loads((out / "checks.json").read_text(encoding="utf-8"))
    assert summary["flagged"] == 1 and summary["versions"]["zij"] and summary["parameters"]["priors"]
    html = (out / "checks.html").read_text(encoding="utf-8")
    assert ('class="stage"' in html) is image and "http" not in html.replace("http-equiv", "")
    assert "1 cell flagged" in result.sentence and "chord" in result.sentence
    assert bool(result.tolerated) is not image
    inline = result._repr_html_()
    assert inline.count('alt="the cell on the page"') == image and ' id="' not in inline


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    path = page(tmp_path, chord_rows(91, 45))
    for name in ("one", "two"):
        zij.check([path], tmp_path / name)
    for file in sorted((tmp_path / "one").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_pages_without_tables_and_rules_are_said(tmp_path: Path) -> None:
    assert "nothing to check" in zij.check([page(tmp_path, [], "bare")], tmp_path / "a").sentence
    rng = np.random.default_rng(2)
    rows = [[str(value) for value in line] for line in rng.integers(0, 5000, (12, 3))]
    assert "no rule" in zij.check([page(tmp_path, rows, "wild")], tmp_path / "b").sentence
    assert read(tmp_path / "b" / "checks.csv") == []


def test_one_bad_page_does_not_stop_the_others(tmp_path: Path) -> None:
    good, bad = page(tmp_path, chord_rows(1, 45)), tmp_path / "bad.xml"
    bad.write_text("no page", encoding="utf-8")
    Image.new("L", (40, 40)).save(tmp_path / "page.overlay.png")
    for pages in ([bad, good], [tmp_path]):
        result = zij.check(pages, tmp_path / "out")
        assert [one.name for one in result.pages] == ["page"]
        assert [name for name, _ in result.failures] == [str(bad)]


def test_wrong_use_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no page"):
        zij.check([], tmp_path / "out")
    with pytest.raises(UsageError, match="twice"):
        zij.check(["a.xml", "a.xml"], tmp_path / "out")
    path = page(tmp_path, chord_rows(1, 5))
    with pytest.raises(UsageError, match="twice"):
        zij.check([tmp_path, path], tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no page"):
        zij.check([tmp_path / "empty"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
