"""An opening becomes two readings of one image, and a comparison goes down to its pixels."""

from __future__ import annotations

import csv
import functools
import json
from pathlib import Path

import pytest
from made_opening import made_opening
from PIL import Image as Picture

from zij import actions
from zij.errors import InputError, UsageError
from zij.files import sha256
from zij.tables import opening
from zij.tables.digits.detect import detect
from zij.tables.digits.view import View
from zij.tables.overlay import save_png
from zij.tables.pagexml import read_pagexml

RGB, TRUTH, FOLD = made_opening(rows=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An opening, `annotate --split` done; the scale is given, for to find it takes long."""
    folder = tmp_path_factory.mktemp("opening")
    save_png(folder / "scan.png", RGB)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "detect", functools.partial(detect, view=View(0, 20.0, 1.0)))
        done = actions.annotate([folder / "scan.png"], folder, split=True, device="cpu")
    assert done.sentence.startswith("2 pages: ") and "no opening" not in done.sentence
    return folder


def test_each_page_has_its_files_on_the_one_image(folder: Path) -> None:
    names = {
        f"scan-{side}.{kind}" for side in ("left", "right") for kind in ("xml", "cells.csv", "overlay.png")
    }
    assert {path.name for path in folder.iterdir()} == {"scan.png", *names}
    for side, truth in zip(("left", "right"), TRUTH, strict=True):
        reading = read_pagexml(folder / f"scan-{side}.xml").reading
        assert (reading.image, reading.sha256) == ("scan.png", sha256(folder / "scan.png"))
        assert (reading.height, reading.width) == RGB.shape[:2]
        wanted = list(truth.glyphs())
        found = [glyph for glyph in reading.glyphs() if glyph.is_digit]
        hits = [g for g in wanted if any(g.box.iou(f.box) > 0.4 for f in found)]
        assert len(hits) >= 0.9 * len(wanted)
        assert all((f.box.centre[0] < FOLD) is (side == "left") for f in found)
        with (folder / f"scan-{side}.cells.csv").open(newline="") as stream:
            assert all((int(row["x"]) < FOLD) is (side == "left") for row in csv.DictReader(stream))


def test_no_opening_is_read_whole_and_said_so(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_png(tmp_path / "half.png", RGB[:, : round(FOLD) - 60])
    monkeypatch.setattr(opening, "detect", functools.partial(detect, view=View(0, 20.0, 1.0)))
    pages = [tmp_path / "half.png", folder / "scan-left.xml"]
    done = actions.annotate(pages, tmp_path / "out", split=True, device="cpu")
    assert done.whole == ("half",)
    assert "no opening, so read as one page: half; results" in done.sentence
    assert {path.stem for path in (tmp_path / "out").glob("*.xml")} == {"half", "scan-left"}


def test_what_would_be_overwritten_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="scan-left"):
        actions.annotate([folder / "scan.png", "scan-left.png"], tmp_path, split=True, device="cpu")
    for name in ("scan-right.xml", "scan-right.cells.csv"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    _correct(tmp_path / "scan-right.cells.csv", "45", "88")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(opening, "detect", functools.partial(detect, view=View(0, 20.0, 1.0)))
    with pytest.raises(InputError, match="not overwritten"):
        actions.annotate([folder / "scan.png"], tmp_path, split=True, device="cpu")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_comparison_of_files_down_to_pixels(folder: Path, tmp_path: Path) -> None:
    pages = folder / "scan-left.xml", folder / "scan-right.xml"
    plain = actions.compare(*pages, tmp_path / "plain", device="cpu", top=50)
    done = actions.compare(*pages, tmp_path / "pixels", device="cpu", top=50, pixels=True)
    pictures = {"A-scan-left.pixels.png", "B-scan-right.pixels.png"}
    names = {path.name for path in (tmp_path / "plain").iterdir()}
    assert {path.name for path in (tmp_path / "pixels").iterdir()} == names | pictures
    written = json.loads((tmp_path / "pixels" / "explanation.json").read_text("utf-8"))
    figures = written.pop("pixels")
    assert written == json.loads((tmp_path / "plain" / "explanation.json").read_text("utf-8"))
    assert done.summary["pixels"] == figures and "pixels" not in plain.summary
    for side in "ab":
        told = figures[side]
        assert told["relevance_seeded"] + told["relevance_not_traced"] == pytest.approx(
            written["similarity"], rel=1e-6
        )
        arrived = told["relevance_at_pixels"] + told["relevance_kept_by_biases"]
        assert arrived == pytest.approx(told["relevance_seeded"], rel=1e-3)
        assert told["relevance_not_traced"] < 0.01 * written["similarity"]
        assert 0.5 < told["share_in_digit_boxes"] < 1
    for name in pictures:
        with Picture.open(tmp_path / "pixels" / name) as picture:
            assert picture.width >= RGB.shape[1]


def test_what_a_person_put_there_is_not_traced(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    changed = _correct(tmp_path / "scan-left.cells.csv", "15", "14")  # "14" stands on the other page
    assert changed
    pages = tmp_path / "scan-left.xml", tmp_path / "scan-right.xml"
    told = actions.compare(*pages, tmp_path / "out", device="cpu", top=50, pixels=True).summary["pixels"]
    assert told["a"]["relevance_not_traced"] > 0.001
    assert told["b"]["relevance_not_traced"] < told["a"]["relevance_not_traced"] / 5


def _correct(path: Path, before: str, after: str) -> int:
    """Replace the text of cells; how many."""
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    count = 0
    for row in rows:
        if row["text"] == before:
            row["text"] = after
            count += 1
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return count
