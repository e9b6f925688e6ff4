"""`zij compare` with a general encoder: the files, the sums, what is said of chance, what is refused."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from commands import files, given_view, letters_page, refused, small_page, zij
from lxml import etree
from PIL import Image as Picture
from torch import nn

from zij import actions
from zij.errors import ModelError, UsageError
from zij.files import sha256
from zij.similarity.encoders.encoder import Encoder
from zij.similarity.encoders.vgg import vgg16
from zij.tables.digits import detect
from zij.tables.generate.climates import climates
from zij.tables.generate.errors import copy_with_errors
from zij.tables.generate.pages import Setting, make_page
from zij.tables.overlay import save_png
from zij.tables.pagexml import write_pagexml

FILES = ["A-a.xml", "B-b.xml", "explanation.json", "pair.png", "pair.svg", "pairs.csv", "pairs.jsonld",
         "patches.csv", "report.html"]  # fmt: skip
SMALL = ("--model", "vgg16", "--weights", "random", "--layer", "5", "--size", "32")
NUMBERS = ("relevance_listed", "relevance_unlisted", "relevance_outside_digits", "remainder")
PATCHES = ("relevance_listed", "relevance_unlisted", "relevance_outside_pages", "remainder")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two small pages with their truth, and `pair/`, compared by a small random network."""
    folder = tmp_path_factory.mktemp("encoder")
    for number, name in enumerate("ab"):
        table = climates()
        table, _ = copy_with_errors(
            np.random.default_rng(number), replace(table, rows=table.rows[:5]), 2 * number
        )
        page = make_page(
            number, table, Setting.plain(digit_height=16.0, skew=0.4 * number), name=f"{name}.png"
        )
        save_png(folder / f"{name}.png", page.pixels)
        write_pagexml(folder / f"{name}.xml", replace(page.truth, sha256=sha256(folder / f"{name}.png")))
    ended = zij("compare", folder / "a.xml", folder / "b.xml", "-o", folder / "pair", "--top", "200", *SMALL)
    assert ended.code == 0, ended
    (folder / "said.txt").write_text(ended.out, "utf-8")
    yield folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def explanation(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "explanation.json").read_text("utf-8")))


def test_the_files(work: Path) -> None:
    assert sorted(files(work / "pair")) == FILES


def test_the_parts_sum_to_the_similarity(work: Path) -> None:
    facts = explanation(work / "pair")
    assert 0.5 < facts["similarity"] < 1
    assert sum(facts[part] for part in NUMBERS) == pytest.approx(facts["similarity"], abs=1e-5)
    assert sum(facts["patches"][part] for part in PATCHES) == pytest.approx(facts["similarity"], abs=1e-5)
    for name, stated in (("pairs.csv", facts), ("patches.csv", facts["patches"])):
        listed = table(work / "pair" / name)
        assert sum(float(row["relevance"]) for row in listed) == pytest.approx(stated["relevance_listed"])
        assert len(listed) == 200 and [int(row["rank"]) for row in listed] == list(range(1, 201))
    assert facts["pairs_listed"] == 200 and facts["pairs"] > 200


def test_pairs_of_numbers_stand_once_and_have_no_feature(work: Path) -> None:
    listed = table(work / "pair/pairs.csv")
    assert list(listed[0]) == list(table(work / "pair/patches.csv")[0])
    assert {row["feature"] for row in listed} == {""}
    ends = [(row["a_id"], row["b_id"]) for row in listed]
    assert len(set(ends)) == len(ends)
    tree = etree.parse(str(work / "pair/A-a.xml"))
    ids = {str(node.get("id")) for node in tree.iter() if node.get("id")}
    assert {one for one, _ in ends} <= ids
    relevant = tree.xpath("//*[starts-with(@name, 'zij:relevance') or starts-with(@type, 'zij:relevance')]")
    assert relevant


def test_patches_lie_on_the_pages(work: Path) -> None:
    for side in "ab":
        with Picture.open(work / f"{side}.png") as picture:
            width, height = picture.size
        for row in table(work / "pair/patches.csv"):
            x, y, w, h = (int(row[f"{side}_{key}"]) for key in "xywh")
            assert 0 <= x < x + w <= width and 0 <= y < y + h <= height
            assert row[f"{side}_id"].startswith("patch-")


def test_everything_says_that_the_weights_are_random(work: Path) -> None:
    said = (work / "said.txt").read_text("utf-8")
    assert re.fullmatch(
        r"similarity 0\.\d+ \(vgg16 layer 5, random weights\); [\d.]+% of it between numbers; report: .*\n",
        said,
    )
    for name in ("report.html", "pair.svg", "pairs.jsonld", "A-a.xml", "B-b.xml", "explanation.json"):
        assert "vgg16 layer 5, random weights" in (work / "pair" / name).read_text("utf-8"), name
    assert "drawn at random: it has learnt nothing" in (work / "pair/report.html").read_text("utf-8")


def test_what_explanation_json_tells(work: Path) -> None:
    facts = explanation(work / "pair")
    encoder = facts["parameters"]["encoder"]
    assert facts["model"] == encoder["name"] == "vgg16"
    assert (encoder["weights"], encoder["random_weights"]) == ("random, seed 0", True)
    assert (encoder["layer"], encoder["size"], encoder["dimensions"]) == (5, 32, 100)
    assert encoder["projection"] == {"kind": "random", "seed": 0}
    assert {"recipe", "precision", "method", "patch", "top", "digit_model"} <= facts["parameters"].keys()
    assert facts["hashes"]["a"] == sha256(work / "a.png") and "torch" in facts["versions"]


def test_the_report_shows_patches(work: Path) -> None:
    text = (work / "pair/report.html").read_text("utf-8")
    data = json.loads(re.search(r'id="pair-data">(.*?)</script>', text, re.S).group(1))  # type: ignore[union-attr]
    assert data["unit"] == "patch" and len(data["pairs"]) == 200
    assert all(region[6].startswith("patch-") for region in data["a"]["regions"])
    assert "patches.csv has them all" in text and "lies between numbers" in text


def test_the_picture_is_under_colours(work: Path) -> None:
    """Red or blue lies on the page, which is grey under it."""
    with Picture.open(work / "pair/pair.png") as picture:
        rgb = np.asarray(picture.convert("RGB")).astype(int)
    assert (np.abs(rgb[..., 0] - rgb[..., 2]) > 30).mean() > 0.05


def test_the_same_input_gives_the_same_bytes(work: Path, tmp_path: Path) -> None:
    words = ("compare", work / "a.xml", work / "b.xml", "-o", tmp_path, "--top", "200", *SMALL)
    assert zij(*words).code == 0
    one, two = files(work / "pair"), files(tmp_path)
    assert [name for name in one if one[name] != two[name]] == []


def test_pixels_are_drawn_on_request(work: Path, tmp_path: Path) -> None:
    assert zij("compare", work / "a.xml", work / "b.xml", "-o", tmp_path, "--pixels", *SMALL).code == 0
    assert sorted(files(tmp_path)) == sorted([*FILES, "A-a.pixels.png", "B-b.pixels.png"])
    figures = explanation(tmp_path)["pixels"]["a"]
    arrived, kept = figures["relevance_at_pixels"], figures["relevance_kept_by_biases"]
    assert arrived + kept == pytest.approx(figures["relevance_seeded"])
    assert 0 < figures["share_in_digit_boxes"] < 0.5


def test_weights_of_a_file_are_named_and_not_called_random(work: Path, tmp_path: Path) -> None:
    torch.save(vgg16("random", size=32, projection=None, seed=7).network.state_dict(), tmp_path / "vgg.pth")
    options = ("--model", "vgg16", "--weights", tmp_path / "vgg.pth", "--layer", "5", "--size", "32")
    ended = zij("compare", work / "a.xml", work / "b.xml", "-o", tmp_path / "out", *options)
    assert ended.code == 0 and "(vgg16 layer 5);" in ended.out
    facts = explanation(tmp_path / "out")["parameters"]["encoder"]
    assert facts["weights"].startswith("vgg.pth ") and facts["random_weights"] is False
    assert "random weights" not in (tmp_path / "out/report.html").read_text("utf-8")


def test_resnet_is_asked_as_well(work: Path, tmp_path: Path) -> None:
    options = ("--model", "resnet18", "--weights", "random", "--size", "32", "--seed", "4")
    ended = zij("compare", work / "a.xml", work / "b.xml", "-o", tmp_path / "out", *options)
    assert ended.code == 0 and "(resnet18, random weights)" in ended.out
    facts = explanation(tmp_path / "out")
    assert facts["parameters"]["encoder"]["weights"] == "random, seed 4"
    assert sum(facts[part] for part in NUMBERS) == pytest.approx(facts["similarity"], abs=1e-5)


def test_principal_components_of_sample_pages(work: Path, tmp_path: Path) -> None:
    pages = (work / "a.xml", work / "b.xml")
    samples = tmp_path / "samples"
    samples.mkdir()
    for name in "ab":
        (samples / f"{name}.png").write_bytes((work / f"{name}.png").read_bytes())
    ended = zij(
        "compare", *pages, "-o", tmp_path / "out", *SMALL, "--projection", "pca", "--samples", samples
    )
    assert ended.code == 0, ended
    asked = explanation(tmp_path / "out")["parameters"]["encoder"]
    assert (asked["dimensions"], asked["projection"]["kind"]) == (2, "pca")


def test_other_precisions_differ_little(work: Path, tmp_path: Path) -> None:
    pages = (work / "a.xml", work / "b.xml")
    ended = zij("compare", *pages, "-o", tmp_path / "out", *SMALL, "--precision", "float64")
    assert ended.code == 0, ended
    finer, usual = explanation(tmp_path / "out"), explanation(work / "pair")
    assert finer["parameters"]["precision"] == "float64"
    assert finer["relevance_outside_digits"] != usual["relevance_outside_digits"]
    assert finer["relevance_outside_digits"] == pytest.approx(usual["relevance_outside_digits"], rel=1e-3)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((*SMALL, "--projection", "pca"), "name their folder with --samples"),
        ((*SMALL, "--samples", "."), "belongs to --projection pca"),
        ((*SMALL, "--precision", "int8"), "precision 'int8' is not known"),
        (("--precision", "float32"), "--precision belongs to encoders"),
        (("--projection", "random"), "--projection belongs to encoders"),
    ],
)
def test_projections_and_precisions_that_cannot_be(
    options: tuple[str, ...], said: str, work: Path, tmp_path: Path
) -> None:
    refused(zij("compare", work / "a.xml", work / "b.xml", "-o", tmp_path / "out", *options), said)


def test_ones_own_network(work: Path, tmp_path: Path) -> None:
    mine = vgg16("random", layer=5, size=64, dims=8).network
    encoder = Encoder("mine", mine, size=64)
    found = actions.compare(work / "a.xml", work / "b.xml", tmp_path / "out", model=encoder, device="cpu")
    assert "(mine)" in found.sentence and found.summary["model"] == "mine"
    assert sum(found.summary[part] for part in NUMBERS) == pytest.approx(
        found.summary["similarity"], abs=1e-5
    )
    with pytest.raises(UsageError, match="belong to named models"):
        actions.compare(work / "a.xml", work / "b.xml", tmp_path / "no", model=encoder, size=32)
    odd = Encoder("odd", nn.Sequential(mine, nn.Hardswish()), size=64)
    with pytest.raises(ModelError, match="Hardswish"):
        actions.compare(work / "a.xml", work / "b.xml", tmp_path / "no", model=odd)
    assert not (tmp_path / "no").exists()


def test_pages_without_digits_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detect, "choose_view", given_view)
    for name in ("one", "two"):
        save_png(tmp_path / f"{name}.png", letters_page())
    ended = zij("compare", tmp_path / "one.png", tmp_path / "two.png", "-o", tmp_path / "out", *SMALL)
    assert ended.code == 0, ended
    assert ended.out.startswith(
        "similarity 1.00 (vgg16 layer 5, random weights); no numbers were found on one.png"
    )
    assert table(tmp_path / "out/pairs.csv") == [] and len(table(tmp_path / "out/patches.csv")) > 100


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--model", "vgg19"], ["'vgg19'", "bigram, vgg16, resnet18, resnet34 or resnet50"]),
        (["--model", "vgg16"], ["no weights", "--weights FILE", "--weights random"]),
        (["--model", "resnet50"], ["resnet50", "--weights random"]),
        (["--model", "vgg16", "--weights", "gone.pth"], ["gone.pth", "no such file"]),
        (["--model", "vgg16", "--weights", "random", "--layer", "40"], ["layer 40"]),
        (["--model", "vgg16", "--weights", "random", "--size", "16"], ["16 pixels", "--size"]),
        (["--model", "resnet18", "--weights", "random", "--layer", "5"], ["--layer", "vgg16"]),
        (["--layer", "5"], ["--layer", "vgg16"]),
        (["--size", "128"], ["--size"]),
        (["--weights", "random"], ["random"]),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    options: list[str], words: list[str], work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    ended = zij("compare", work / "a.xml", work / "b.xml", "-o", tmp_path / "out", *options)
    refused(ended, *words)
    assert not (tmp_path / "out").exists()


def test_a_file_of_another_network_is_refused(work: Path, tmp_path: Path) -> None:
    torch.save({"conv1.weight": torch.zeros(64, 3, 7, 7)}, tmp_path / "resnet.pth")
    options = ("--model", "vgg16", "--weights", tmp_path / "resnet.pth")
    ended = zij("compare", work / "a.xml", work / "b.xml", "-o", tmp_path / "out", *options)
    refused(ended, tmp_path / "resnet.pth", "features.0.weight")
    assert not (tmp_path / "out").exists()


def test_the_python_of_the_documentation_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Block by block, in a folder with two small scans."""
    text = (Path(__file__).parents[2] / "docs/how-to/encoders.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    assert len(blocks) == 2
    for number in (1, 2):
        save_png(tmp_path / "page.png", small_page(number, rows=3))
        (tmp_path / "page.png").rename(tmp_path / f"scan{number}.jpg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(detect, "choose_view", given_view)
    before = torch.get_rng_state()
    found: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "docs/how-to/encoders.md", "exec"), found)
    torch.set_rng_state(before)
    assert "(mine, random weights)" in found["found"].sentence
    assert found["words"].keys() == set(found["towers"].text.pieces("a table of climates"))
