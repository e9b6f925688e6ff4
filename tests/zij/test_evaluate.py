"""`zij evaluate`: every error that was made is listed where it stands, and nothing else."""

from __future__ import annotations

import csv
import re
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from browser import PROGRAM, Browser
from commands import Ended, files, given_view, refused, zij
from judged import write_digits, write_values
from PIL import Image as Pillow

from zij.actions import evaluate as zij_evaluate
from zij.tables.digits import detect
from zij.tables.generate.climates import climates
from zij.tables.generate.errors import copy_with_errors
from zij.tables.generate.pages import GeneratedPage, Setting, make_page
from zij.tables.geometry import Box
from zij.tables.overlay import save_png
from zij.tables.pagexml import as_written, write_pagexml
from zij.tables.reading import Number, Reading

RESULTS = [
    "calibration.png", "calibration.svg", "confusion.png", "confusion.svg", "errors.csv", "evaluation.html",
    "pages.csv", "worst.png",
]  # fmt: skip


def made_page(edition: int, name: str) -> GeneratedPage:
    table = climates()
    table, _ = copy_with_errors(np.random.default_rng(edition), replace(table, rows=table.rows[:5]), edition)
    return make_page(edition, table, Setting.plain(digit_height=16.0), name=name)


def spoilt(reading: Reading) -> tuple[Reading, dict[str, Box]]:
    """A reading with one digit wrong, one missed and one too many, and where they are."""
    table = reading.tables[0]
    numbers = [(n, number) for n, cell in enumerate(table.cells) for number in cell.numbers]
    long = [(n, number) for n, number in numbers if len(number.text) == 2]
    (a, one), (b, two), (c, three) = long[0], long[4], long[8]
    wrong = replace(one.glyphs[0], text="8" if one.text[0] != "8" else "3", confidence=0.75)
    beside = replace(three.glyphs[1], box=replace(three.box, x=three.box.right + 2, w=8), text="4")
    new = {
        a: [wrong, one.glyphs[1]],
        b: [two.glyphs[0]],
        c: [*three.glyphs, beside],
    }
    cells = list(table.cells)
    for n, glyphs in new.items():
        text, box = "".join(g.text for g in glyphs), Box.hull(g.box for g in glyphs)
        cells[n] = replace(cells[n], numbers=(Number(tuple(glyphs), text, box),), text=text)
    places = {"wrong": wrong.box, "missed": two.glyphs[1].box, "false": beside.box}
    return replace(reading, tables=(replace(table, cells=tuple(cells)),), source="machine").with_ids(), places


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages: a faultless one, a spoilt one with digits and values, and a spoilt one with values."""
    folder = tmp_path_factory.mktemp("evaluate")
    for edition, name, ends in ((0, "a", "dv"), (1, "old/b", "dv"), (2, "old/c", "v")):
        page = made_page(edition, f"{name[-1]}.png")
        for place in ("pages", "read"):
            (folder / place / name).parent.mkdir(parents=True, exist_ok=True)
        save_png(folder / "pages" / f"{name}.png", page.pixels)
        truth = as_written(page.truth)
        if "d" in ends:
            write_digits(folder / "pages" / f"{name}.digits.csv", truth)
        write_values(folder / "pages" / f"{name}.cells.csv", truth)
        reading = replace(truth, source="machine") if edition == 0 else spoilt(truth)[0]
        write_pagexml(folder / "read" / f"{name}.xml", reading)
    return folder


@pytest.fixture(scope="module")
def evaluated(made: Path) -> Path:
    ended = evaluate(made, made / "out")
    assert (ended.code, ended.err) == (0, ""), ended
    return made / "out"


def evaluate(made: Path, out: Path) -> Ended:
    return zij("evaluate", made / "pages", "--readings", made / "read", "-o", out)


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_all_files_are_there(evaluated: Path) -> None:
    assert sorted(files(evaluated)) == RESULTS
    for name in ("confusion.png", "calibration.png", "worst.png"):
        picture = cv2.imread(str(evaluated / name))
        assert picture is not None and picture.std() > 5, name


def test_the_closing_line(made: Path, tmp_path: Path) -> None:
    said = evaluate(made, tmp_path / "out").out
    told = re.fullmatch(
        r"3 pages: digits F1 (0\.\d{3}), values recall (0\.\d{3}), precision (0\.\d{3}), whole rows 0\.600; "
        r"9 errors, most often \d read as \d: (?:once|2 times); report: (.+)\n",
        said,
    )
    assert told, said
    pages = lines(tmp_path / "out" / "pages.csv")
    for n, column in enumerate(("f1", "value_recall", "value_precision"), 1):
        values = [float(page[column]) for page in pages if page[column]]
        assert float(told[n]) == pytest.approx(sum(values) / len(values), abs=5e-4), column
    assert Path(told[4]) == tmp_path / "out" / "evaluation.html"


def test_every_error_stands_where_it_was_made(evaluated: Path) -> None:
    found = lines(evaluated / "errors.csv")
    assert {error["page"] for error in found} == {"old/b", "old/c"}
    _, places = spoilt(as_written(made_page(1, "b.png").truth))
    digits = {e["kind"]: e for e in found if e["what"] == "digit"}
    assert set(digits) == set(places) and len(found) == 9
    for kind, place in places.items():
        assert Box(*(float(digits[kind][name]) for name in "xywh")) == place, kind
    assert digits["wrong"]["confidence"] == "0.75" and digits["missed"]["confidence"] == ""
    for name in ("old/b", "old/c"):
        values = [e for e in found if e["page"] == name and e["what"] == "value"]
        assert [e["kind"] for e in values] == ["wrong"] * 3
        assert [len(e["read"]) - len(e["truth"]) for e in values] == [0, -1, 1]
        assert all(e["true_row"] == e["row"] and e["true_column"] == e["column"] for e in values)


def test_figures_of_each_page(evaluated: Path) -> None:
    a, b, c = lines(evaluated / "pages.csv")
    assert [page["page"] for page in (a, b, c)] == ["a", "old/b", "old/c"]
    assert (a["f1"], a["value_recall"], a["row_recall"], a["errors"]) == ("1", "1", "1", "0")
    n = int(b["true_digits"])
    assert (int(b["predicted_digits"]), b["false_digits"]) == (n, "1")
    assert float(b["f1"]) == pytest.approx((n - 2) / n, abs=1e-5)
    assert (c["f1"], c["calibration_error"], c["truth"]) == ("", "", "c.cells.csv")
    assert b["value_recall"] and re.fullmatch("[0-9a-f]{64} [0-9a-f]{64}", b["truth_sha256"])


def test_the_same_pages_give_the_same_bytes_wherever_they_lie(
    made: Path, evaluated: Path, tmp_path: Path
) -> None:
    for name in ("pages", "read"):
        shutil.copytree(made / name, tmp_path / name)
    assert evaluate(tmp_path, tmp_path / "pages" / "out").code == 0
    first, second = files(evaluated), files(tmp_path / "pages" / "out")
    assert [name for name in first if first[name] != second[name]] == []
    assert evaluate(tmp_path, tmp_path / "pages" / "out").code == 0, "results are no pages"
    assert files(tmp_path / "pages" / "out") == second


def test_means_by_folder(made: Path, tmp_path: Path) -> None:
    result = zij_evaluate(made / "pages", tmp_path, readings=made / "read")
    assert [(group.name, group.pages, group.faults) for group in result.summary.folders] == [
        ("", 1, 0),
        ("old", 2, 9),
    ]
    assert result.summary.folders[0].figures["row_recall"] == 1
    assert result.summary.folders[1].over["f1"] == 1, "a mean is over the pages that say something"
    assert result.summary.confusion.sum() == result.summary.confusion.trace() + 6


def test_nothing_outside_the_file_is_named(evaluated: Path) -> None:
    text = (evaluated / "evaluation.html").read_text("utf-8")
    assert set(re.findall(r'(?:src|href)="(data:[a-z]+/[a-z+]+;base64,|[^"]*)', text)) == {
        "data:image/jpeg;base64,", "data:image/svg+xml;base64,",
    }  # fmt: skip
    assert "http" not in text.replace("http-equiv", "") and "url(" not in text
    assert "<script" not in text


@pytest.mark.skipif(PROGRAM is None, reason="no Chromium")
@pytest.mark.parametrize("width", [1400, 390])
def test_the_page_opens_in_a_browser(evaluated: Path, tmp_path: Path, width: int) -> None:
    with Browser(tmp_path) as browser:
        browser.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        browser.open(evaluated / "evaluation.html")
        assert browser.complaints == []
        assert [url for url in browser.requests if not url.startswith("data:")] == [
            (evaluated / "evaluation.html").as_uri()
        ]
        assert browser.ask("document.documentElement.scrollWidth") <= width
        broken = "[...document.images].filter(i => !(i.complete && i.naturalWidth)).length"
        assert browser.ask(broken) == 0
        assert browser.ask("document.querySelectorAll('.cards figure').length") == 6


def test_names_and_truths_of_files_stay_text(made: Path, tmp_path: Path) -> None:
    name = "<script>alert(1)<" + "&\"'"
    for place in ("pages", "read"):
        (tmp_path / place).mkdir()
    shutil.copy(made / "pages" / "a.png", tmp_path / "pages" / f"{name}.png")
    shutil.copy(made / "read" / "a.xml", tmp_path / "read" / f"{name}.xml")
    text = "row,column,text\n<b>,<i>,12\n"
    (tmp_path / "pages" / f"{name}.cells.csv").write_text(text)
    assert evaluate(tmp_path, tmp_path / "out").code == 0
    page = (tmp_path / "out" / "evaluation.html").read_text("utf-8")
    assert "<script" not in page and "<b>&" not in page and "<i>" not in page
    assert "&lt;script&gt;alert(1)&lt;&amp;&quot;&#x27;" in page


def test_one_bad_page_among_good_ones(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "pages", tmp_path / "pages")
    bad = tmp_path / "pages" / "old" / "b.digits.csv"
    bad.write_text("x,y\n1,2\n")
    (tmp_path / "pages" / "lost.cells.csv").write_text("row,column,text\n1,1,1\n")
    ended = zij("evaluate", tmp_path / "pages", "--readings", made / "read", "-o", tmp_path / "out")
    assert ended.code == 1
    lost, other = ended.err.splitlines()
    assert lost.startswith(f"lost: {made / 'read' / 'lost.xml'}: there is no such reading")
    assert other.startswith(f"old/b: {bad}: has no column 'w'")
    assert ended.out.startswith("2 pages: ")
    assert "2 pages could not be judged" in (tmp_path / "out" / "evaluation.html").read_text("utf-8")


def test_what_cannot_be_done_is_said(made: Path, tmp_path: Path) -> None:
    out, empty = tmp_path / "out", tmp_path / "empty"
    empty.mkdir()
    refused(zij("evaluate", tmp_path / "none", "-o", out), tmp_path / "none", "is no folder")
    refused(zij("evaluate", empty, "-o", out), empty, "no page has its truth beside it")
    refused(zij("evaluate", made / "pages", "--readings", tmp_path / "none", "-o", out), tmp_path / "none")
    weights = tmp_path / "w.safetensors"
    both = ("--readings", made / "read", "--weights", weights)
    refused(zij("evaluate", made / "pages", *both, "-o", out), "weights are of no use")
    refused(zij("evaluate", made / "pages", "--weights", weights, "-o", out), weights)
    assert not out.exists()


@pytest.mark.parametrize("name", ["a.digits.csv", "a.cells.csv"])
@pytest.mark.parametrize(
    "content", [b"", b"page,x\n", b"\xff\xfe", b"x,y,w,h,digit\n1,2,3,4,a\n", b"\0" * 99]
)
def test_hostile_truth_is_refused_in_one_sentence(
    made: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    shutil.copy(made / "pages" / "a.png", tmp_path)
    (tmp_path / name).write_bytes(content)
    refused(zij("evaluate", tmp_path, "--readings", made / "read", "-o", tmp_path / "out"), tmp_path / name)
    assert not (tmp_path / "out").exists()


def test_a_reading_of_another_image_is_refused(made: Path, tmp_path: Path) -> None:
    shutil.copy(made / "pages" / "a.cells.csv", tmp_path)
    Pillow.new("RGB", (60, 40)).save(tmp_path / "a.png")
    said = refused(
        zij("evaluate", tmp_path, "--readings", made / "read", "-o", tmp_path / "out"), tmp_path / "a.png"
    )
    assert "60 x 40" in said


def test_truth_beyond_the_image_is_refused(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.digits.csv"
    path.write_text("x,y,w,h,digit\n9000,5,9,9,1\n")
    said = refused(zij("evaluate", tmp_path, "--readings", made / "read", "-o", tmp_path / "out"), path)
    assert "outside the image" in said


def test_images_may_lie_elsewhere(made: Path, tmp_path: Path) -> None:
    """As with corrected results of annotate, which stand in a folder of their own."""
    for name in ("b.digits.csv", "b.cells.csv"):
        shutil.copy(made / "pages" / "old" / name, tmp_path)
    words = ["evaluate", tmp_path, "--readings", made / "read" / "old", "-o", tmp_path / "out"]
    assert zij(*words).code == 0
    assert b"data:image/jpeg" not in (tmp_path / "out" / "evaluation.html").read_bytes()
    assert zij(*words, "--images", made / "pages" / "old").code == 0
    assert b"data:image/jpeg" in (tmp_path / "out" / "evaluation.html").read_bytes()
    refused(zij(*words, "--images", tmp_path / "none"), tmp_path / "none")
    said = refused(zij("evaluate", tmp_path, "-o", tmp_path / "new"), tmp_path / "b.")
    assert "--images" in said


def test_two_pages_of_one_name_need_two_readings(made: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / "pages" / folder).mkdir(parents=True)
        shutil.copy(made / "pages" / "a.cells.csv", tmp_path / "pages" / folder)
    (tmp_path / "read").mkdir()
    shutil.copy(made / "read" / "a.xml", tmp_path / "read")
    ended = evaluate(tmp_path, tmp_path / "out")
    assert ended.code == 2 and "several pages are named 'a'" in ended.err
    (tmp_path / "read" / "two").mkdir()
    shutil.copy(made / "read" / "a.xml", tmp_path / "read" / "two")
    assert evaluate(tmp_path, tmp_path / "out").out.startswith("1 page: ")


def test_pages_are_read_where_no_reading_is_named(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And truth is also what `zij generate` writes."""
    monkeypatch.setattr(detect, "choose_view", given_view)
    save_png(tmp_path / "edition-1.png", (page := made_page(0, "edition-1.png")).pixels)
    write_pagexml(tmp_path / "edition-1.truth.xml", page.truth)
    save_png(tmp_path / "bare.png", page.pixels)
    result = zij_evaluate(tmp_path, tmp_path / "out")
    assert result.pages[0].truth == ("edition-1.truth.xml",)
    assert result.summary.whole.figures["f1"] > 0.9
    assert result.summary.whole.figures["value_recall"] > 0.8
    assert (result.untold, "1 page without truth" in result.sentence) == (1, True)
