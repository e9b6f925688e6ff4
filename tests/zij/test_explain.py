"""`zij explain` and `zij study`: what they write, what they say, and how they refuse."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from commands import files, refused, small_page, zij
from PIL import Image

from zij.actions import explain, study
from zij.actions._explaining import explain as _explain
from zij.actions._explaining.explain import METHODS, REGIONS
from zij.tables.generate.climates import climates
from zij.tables.generate.pages import Setting, make_page
from zij.tables.overlay import save_png
from zij.tables.pagexml import write_pagexml


def written(folder: Path, name: str, edition: int) -> Path:
    """A small page as PAGE-XML with its image, so that nothing has to be read."""
    table = climates()
    rows = [list(row) for row in table.rows[:5]]
    if edition:  # one cell of the second edition holds another number
        rows[2][3] = "88"
    page = make_page(edition, replace(table, rows=tuple(map(tuple, rows))), Setting.plain(digit_height=16.0))
    save_png(folder / f"{name}.png", page.pixels)
    write_pagexml(folder / f"{name}.xml", replace(page.truth, image=f"{name}.png"))
    return folder / f"{name}.xml"


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two editions of a small table as PAGE-XML, and `out/` with what explains them."""
    folder = tmp_path_factory.mktemp("explain")
    written(folder, "a", 0)
    written(folder, "b", 1)
    ended = zij("explain", folder / "a.xml", folder / "b.xml", "-o", folder / "out", "--number", "600")
    assert (ended.code, ended.err) == (0, "")
    (folder / "said.txt").write_text(ended.out)
    yield folder


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "regions.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def facts(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "explanation.json").read_text("utf-8")))


def test_the_files(work: Path) -> None:
    assert sorted(files(work / "out")) == [
        "A-a.map.png", "B-b.map.png", "explanation.json", "regions.csv", "report.html"
    ]  # fmt: skip
    said = (work / "said.txt").read_text()
    assert said.count("\n") == 1 and said.startswith("similarity 0.9")
    assert f"report: {work / 'out/report.html'}" in said and "bring the pages near beyond chance" in said


def test_regions_and_facts_agree(work: Path) -> None:
    listed, found = rows(work / "out"), facts(work / "out")
    assert list(listed[0]) == list(REGIONS)
    for side in "ab":
        own = [row for row in listed if row["side"] == side]
        near = [row for row in own if row["significant"] == "True" and float(row["relevance"]) > 0]
        assert found[side]["regions"] == len(own) and found[side]["near_beyond_chance"] == len(near) > 5
        assert found[side]["masks_used"] == 600 and found[side]["stopped"] == "complete"
        assert found[side]["distance_whole"] == pytest.approx((1 - found["similarity"]) / 2)
        assert all(float(row["standard_error"]) > 0 for row in own)
    assert found["parameters"]["masks"] == "cells" and found["parameters"]["seed"] == 0
    assert set(found["hashes"]) == {"a", "b"} and found["method"] == "distance"


def test_the_cell_that_differs_takes_the_pages_apart(work: Path) -> None:
    worst = min(rows(work / "out"), key=lambda row: float(row["relevance"]))
    assert (worst["side"], worst["text"], worst["significant"]) == ("b", "88", "True")


def test_the_picture_shows_it_blue_and_the_others_red(work: Path) -> None:
    with Image.open(work / "out/B-b.map.png") as image, Image.open(work / "b.png") as page:
        picture, width = np.asarray(image).astype(int), page.width
    red, blue = picture[..., 0] - picture[..., 2] > 60, picture[..., 2] - picture[..., 0] > 60
    assert 0 < blue.sum() < red.sum()
    assert picture.shape[1] >= width


def test_the_report_opens_offline(work: Path) -> None:
    text = (work / "out/report.html").read_text("utf-8")
    assert text.count("data:image/jpeg;base64,") == 2
    assert "http://" not in text and "https://" not in text and "<script" not in text
    for words in ("What it does not say", "Beyond chance", "hidden at random", ">88<"):
        assert words in text


def test_the_same_call_gives_the_same_bytes(work: Path, tmp_path: Path) -> None:
    result = explain(work / "a.xml", work / "b.xml", tmp_path / "again", number=600)
    again, before = files(tmp_path / "again"), files(work / "out")
    assert again == before
    other = explain(work / "a.xml", work / "b.xml", tmp_path / "other", number=600, seed=1)
    assert not np.array_equal(result.regions["relevance"], other.regions["relevance"])
    assert result.failures == ()


@pytest.mark.parametrize("masks", ["digits", "numbers", "rows", "columns", "grid"])
def test_every_kind_of_masks(masks: str, work: Path, tmp_path: Path) -> None:
    found = explain(work / "a.xml", work / "b.xml", tmp_path, masks=masks, number=400)
    kinds = {side: set(part["id"]) for side, part in found.regions.groupby("side")}
    example = {"digits": "t1_r1c0_w1_g1", "numbers": "t1_r1c0_w1", "rows": "t1_r1", "columns": "t1_c0",
               "grid": "t1_r1c0_w1"}[masks]  # fmt: skip
    assert example in kinds["a"] and example in kinds["b"]
    assert (tmp_path / "A-a.map.png").is_file()


@pytest.mark.parametrize("select", ["mirrored", "positive", "negative"])
def test_the_tails_as_published(select: str, work: Path, tmp_path: Path) -> None:
    found = explain(work / "a.xml", work / "b.xml", tmp_path, masks="columns", select=select, number=500)
    neutral = {"mirrored": 0, "positive": 0.5, "negative": -0.5}[select]
    assert found.summary["a"]["neutral"] == neutral
    assert found.summary["parameters"]["estimator"] == "tails"
    assert found.regions["relevance"].abs().max() < 0.9


def test_bilrp_behind_the_same_command(work: Path, tmp_path: Path) -> None:
    assert {"distance", "bilrp"} <= set(METHODS)
    ended = zij("explain", work / "a.xml", work / "b.xml", "-o", tmp_path, "--method", "bilrp")
    assert ended.code == 0 and "add to the similarity" in ended.out
    found = facts(tmp_path)
    total = sum(float(row["relevance"]) for row in rows(tmp_path) if row["side"] == "a")
    assert total == pytest.approx(found["a"]["relevance"])
    outside = found["similarity"] - found["parts"]["remainder"] - found["parts"]["relevance_outside_digits"]
    assert total == pytest.approx(outside, rel=1e-6)
    assert rows(tmp_path)[0]["significant"] == ""


def test_an_encoder_of_images(work: Path, tmp_path: Path) -> None:
    ended = zij("explain", work / "a.xml", work / "b.xml", "-o", tmp_path, "--model", "resnet18", "--weights",
                "random", "--size", "64", "--masks", "rulings", "--number", "60")  # fmt: skip
    assert ended.code == 0, ended
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "weights are random" in text and "colour of the paper" in text
    listed = rows(tmp_path)
    assert listed[-1]["id"] == "background" and "t1_h0" in {row["id"] for row in listed}
    assert facts(tmp_path)["encoder"]["weights"].startswith("random")


def test_what_cannot_be_is_refused(work: Path, tmp_path: Path) -> None:
    pair = work / "a.xml", work / "b.xml"
    for options, words in [
        (("--method", "magic"), "method 'magic' is not known"),
        (("--model", "eye"), "model 'eye' is not known"),
        (("--masks", "rulings"), "digits and no rulings"),
        (("--keep", "1.5"), "probability between 0 and 1"),
        (("--number", "5", "--select", "mirrored"), "takes none of 5 masks"),
        (("--method", "bilrp", "--masks", "grid"), "sums over parts of tables"),
        (("--layer", "5"), "--layer belongs to vgg16"),
    ]:
        assert words in refused(zij("explain", *pair, "-o", tmp_path / "out", *options)), options
    assert not (tmp_path / "out").exists()
    page = small_page(0)
    save_png(tmp_path / "bare.png", np.full_like(page, 235))
    said = refused(zij("explain", tmp_path / "bare.png", pair[1], "-o", tmp_path / "out"), "bare.png")
    assert "no digits were read on this page" in said
    assert "named twice" in refused(zij("explain", pair[0], pair[0], "-o", tmp_path / "out"))


def test_a_study_of_the_settings(work: Path, tmp_path: Path) -> None:
    pair = work / "a.xml", work / "b.xml"
    words = ("--masks", "columns", "--number", "100", "--seeds", "2")
    ended = zij("study", *pair, "-o", tmp_path / "one", *words)
    assert ended.code == 0 and ended.err == "", ended
    assert sorted(files(tmp_path / "one")) == ["study.csv", "study.json", "study.png"]
    with (tmp_path / "one/study.csv").open(newline="", encoding="utf-8") as stream:
        table = list(csv.DictReader(stream))
    assert len(table) == 4 * 4 * 2 and {row["masks"] for row in table} == {"50", "100"}
    chosen = json.loads((tmp_path / "one/study.json").read_text("utf-8"))["recommended"]
    steady = [row for row in table if float(row["correlation"]) >= 0.9]
    assert chosen["masks"] == min(int(row["masks"]) for row in steady)
    assert f"--select {chosen['selection']} --keep {chosen['keep']:g} --number {chosen['masks']}" in ended.out
    again = study(*pair, tmp_path / "two", masks="columns", number=100, seeds=2)
    assert files(tmp_path / "two") == files(tmp_path / "one")
    assert again.settings["correlation"].between(-1, 1).all()
    assert "parts with edges, not grid" in refused(zij("study", *pair, "-o", tmp_path, "--masks", "grid"))


def test_grids_tell_shares_of_the_page(work: Path, tmp_path: Path) -> None:
    words = ("--masks", "grid", "--number", "2000")
    ended = zij("explain", work / "a.xml", work / "b.xml", "-o", tmp_path, *words)
    assert ended.code == 0 and "% of the page bring the pages near beyond chance" in ended.out
    assert facts(tmp_path)["parameters"]["select"] == "mirrored"
    assert facts(tmp_path)["parameters"]["resolution"] == 8


def test_pages_that_share_nothing_are_not_asked_for_more_masks() -> None:
    answer: Any = SimpleNamespace(similarity=0.0, sides=())
    told = _explain._sentence(answer, "cells", Path("out"), "", False)
    assert told.startswith("similarity 0.00; the pages have nothing in common that the model sees,")
