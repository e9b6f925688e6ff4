"""`zij train --pages`: what teaches, what is held back, what is kept and said, and how errors read."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
import torch
from commands import Ended, given_view, refused, zij

from zij.actions._teaching import laying as _laying
from zij.actions._teaching import rounds as _rounds
from zij.actions._teaching.lessons import gather
from zij.errors import InputError
from zij.tables.cellscsv import write_cells
from zij.tables.digits import detect
from zij.tables.digits.network import Weights, load_weights, save_weights
from zij.tables.generate.climates import climates
from zij.tables.generate.pages import Setting, make_page
from zij.tables.overlay import save_png
from zij.tables.pagexml import read_pagexml, write_pagexml
from zij.tables.reading import Reading
from zij.tables.teach import teaching
from zij.tables.teach.marks import Marks
from zij.tables.teach.teaching import Taught
from zij.tables.teach.trial import Trial

Teach = Callable[..., Taught]


def make_pages(folder: Path, *names: str, source: str = "human") -> dict[str, Reading]:
    """Small pages with their images, PAGE-XML and cells, as zij or a person leaves them."""
    truths = {}
    for number, name in enumerate(names):
        table = climates()
        rows = table.rows[1 + 3 * number : 4 + 3 * number]
        page = make_page(number, replace(table, rows=rows), Setting.plain(digit_height=16.0, wear=0.4),
                         name=f"{name}.png")  # fmt: skip
        save_png(folder / f"{name}.png", page.pixels)
        truths[name] = replace(page.truth, source=source)
        write_pagexml(folder / f"{name}.xml", truths[name])
        write_cells(folder / f"{name}.cells.csv", truths[name])
    return truths


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    make_pages(folder, "a", "b", "c")
    return folder


@pytest.fixture
def pages(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "pages"))


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that take every digit for the next."""
    network = load_weights().network
    twin = teaching._copy(network)
    with torch.no_grad():
        assert twin.classes.bias is not None and network.classes.bias is not None
        order = [9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10]
        twin.classes.weight.copy_(network.classes.weight[order])
        twin.classes.bias.copy_(network.classes.bias[order])
    return save_weights(
        tmp_path_factory.mktemp("w") / "spoiled.safetensors", twin, {"age": "7", "temperature": "1"}
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """How the pages lie is known, old skills are not tried, and nobody teaches: that is tested elsewhere."""
    monkeypatch.setattr(detect, "choose_view", given_view)
    monkeypatch.setattr(_laying, "choose_view", given_view)
    monkeypatch.setattr("zij.tables.teach.calibration.find_temperature", lambda *_, **__: 1.25)
    monkeypatch.setattr("zij.tables.teach.trial.trial", lambda *_, **__: Trial(1, 1, 1.0, 1.0, 0.5, 0, 0.0))

    def refuse(*_: object, **__: object) -> Taught:
        raise AssertionError("teaches, though there is nothing to learn")

    monkeypatch.setattr(teaching, "teach", refuse)
    yield


@pytest.fixture
def learns(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], list[str]]]:
    """Teaching comes to the weights that ship; what teaches and what is held back is noted."""
    calls: list[tuple[list[str], list[str]]] = []

    def teach(base: Weights, lessons: list, held: list, *_: object, **__: object) -> Taught:
        calls.append(([x.name for x in lessons], [x.name for x in held]))
        return Taught(load_weights().network, 7, 9, ())

    monkeypatch.setattr(teaching, "teach", teach)
    return calls


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages held back are not read; one digit of nine is missed."""
    monkeypatch.setattr(_rounds, "_marks", lambda held, *_: [Marks(9, 8, 0, 0) for _ in held])


def train(pages: Path, *words: str | Path) -> Ended:
    return zij("train", "--pages", pages, "-o", pages.parent / "new.safetensors", *words)


def corrected(path: Path, row: int, **values: str) -> None:
    """Change a line of a file of cells."""
    with path.open(newline="", encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    lines[row] |= values
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def test_better_weights_are_kept_and_used(
    pages: Path, spoiled: Path, learns: list[tuple[list[str], list[str]]]
) -> None:
    ended = train(pages, "--weights", spoiled, "--seed", "3")
    assert ended.code == 0, ended
    [(lessons, held)] = learns
    assert len(held) == 1 and sorted(lessons + held) == ["a.png", "b.png", "c.png"]
    assert "2 pages taught in 9 steps" in ended.out and f"pages held back: {held[0]} " in ended.out
    before, after, digits = map(int, re.findall(r"png (\d+) -> (\d+) of (\d+) ", ended.out)[0])
    assert before >= digits > 20 and after <= 2
    assert "no better" not in ended.out and ended.out.count("\n") == 1
    new = load_weights(pages.parent / "new.safetensors")
    assert new.facts["taught_from"] == load_weights(spoiled).name and new.facts["age"] == "7"
    assert new.temperature == 1.25
    card = (pages.parent / "new.md").read_text("utf-8")
    first, _, last = card.partition("## Pages held back")
    assert all(name in first for name in lessons) and held[0] in last and held[0] not in first
    assert load_weights(spoiled).name in card and new.facts["held_back_pages"] in last
    read = zij("annotate", pages / "a.png", "-o", pages.parent / "read", "--weights",
               pages.parent / "new.safetensors")  # fmt: skip
    assert read.code == 0
    assert read_pagexml(pages.parent / "read/a.xml").reading.model == new.name


def test_annotate_reads_with_the_weights_that_are_named(pages: Path, spoiled: Path) -> None:
    texts = []
    for words in ((), ("--weights", spoiled)):
        out = pages.parent / f"read{len(words)}"
        assert zij("annotate", pages / "a.png", "-o", out, *words).code == 0
        reading = read_pagexml(out / "a.xml").reading
        texts.append({(round(g.box.x / 9), round(g.box.y / 9)): int(g.text) for g in reading.glyphs()})
    both = texts[0].keys() & texts[1].keys()
    assert len(both) > 10 and all(texts[1][place] == (texts[0][place] + 1) % 10 for place in both)


def test_weights_that_are_none_are_refused(pages: Path) -> None:
    for command in (("annotate", pages / "a.png", "-o", pages / "out"), ("train", "--pages", pages)):
        refused(zij(*command, "--weights", pages / "a.png"), "a.png: not a digit model")
        refused(zij(*command, "--weights", pages / "w.safetensors"), "w.safetensors: there is no such file")
    assert not (pages / "out").exists()


def test_no_better_weights_change_nothing(
    pages: Path, spoiled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worse = Taught(load_weights(spoiled).network, 5, 9, ())
    monkeypatch.setattr(teaching, "teach", lambda *_, **__: worse)
    ended = train(pages, "--weights", spoiled)
    assert ended.code == 0 and "no better, so the weights stay as they were" in ended.out
    assert (pages.parent / "new.safetensors").read_bytes() == spoiled.read_bytes()
    assert "A copy of" in (pages.parent / "new.md").read_text("utf-8")


def test_where_nothing_is_wrong_nothing_is_taught(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_rounds, "_marks", lambda held, *_: [Marks(9, 9, 0, 0) for _ in held])
    ended = train(pages)
    assert ended.code == 0 and "where nothing could get better" in ended.out


def test_old_skills_are_kept_up_without_fonts_too(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(folder: object) -> None:
        raise InputError(f"{folder}: no font with old-style figures was found; install some.")

    monkeypatch.setattr("zij.tables.generate.fonts.find_typefaces", none)
    monkeypatch.setattr(_rounds, "_marks", lambda held, *_: [Marks(9, 9, 0, 0) for _ in held])
    ended = train(pages)
    assert ended.code == 0 and "no printing types are installed" in ended.out
    refused(train(pages, "--fonts", pages), "no font with old-style figures")


def test_pages_that_nobody_touched_teach_nothing(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    make_pages(tmp_path / "pages", "a", "b", source="machine")
    said = refused(train(tmp_path / "pages"), "nobody corrected a.xml, b.xml")
    assert "correct two or more pages" in said


@pytest.mark.usefixtures("unread")
def test_a_corrected_cells_file_teaches(
    tmp_path: Path, spoiled: Path, learns: list[tuple[list[str], list[str]]]
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    make_pages(folder, "a", "b", "c", source="machine")
    for name in "ab":
        corrected(folder / f"{name}.cells.csv", 1, text="77", state="read")
    untouched = folder / "c.cells.csv"
    untouched.write_text("".join(untouched.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    ended = train(folder, "--weights", spoiled)
    assert ended.code == 0, ended
    assert "c: tolerated: c.cells.csv: 1 cell of the reading has no line; it is left as read" in ended.err
    lessons, held = learns[0]
    assert sorted(lessons + held) == ["a.png", "b.png"] and "nobody corrected c.xml" in ended.out


def test_one_page_is_too_few(pages: Path) -> None:
    for name in "bc":
        (pages / f"{name}.xml").unlink()
        (pages / f"{name}.cells.csv").unlink()
    refused(train(pages), "only one page, a.png, can teach", "must be held back")


@pytest.mark.usefixtures("unread")
def test_digit_boxes_count_more_than_page_xml_and_faults_are_named(
    pages: Path, made: Path, spoiled: Path, learns: list[tuple[list[str], list[str]]]
) -> None:
    truth = read_pagexml(made / "a.xml").reading
    lines = [f'scans/a.png,"[{g.box.x}, {g.box.y}, {g.box.w}, {g.box.h}]",{g.text}' for g in truth.glyphs()]
    (pages / "all.csv").write_text(
        "\n".join(["page_id_,xywh,number", *lines, 'gone.png,"1,2,3,4",5']), "utf-8"
    )
    (pages / "c.xml").write_text("<mets/>", "utf-8")
    ended = train(pages, "--weights", spoiled)
    assert ended.code == 1 and len(learns) == 1
    assert "all.csv: the image of its page 'gone' is not in" in ended.err and "c.xml" in ended.err
    card = (pages.parent / "new.md").read_text("utf-8")
    assert "| all.csv |" in card and "| b.xml |" in card and "a.xml" not in card


def test_boxes_may_be_all_the_digits_of_their_pages(pages: Path) -> None:
    (pages / "a.digits.csv").write_text("x,y,w,h,digit\n200,150,9,16,3\n", "utf-8")
    for whole in (False, True):
        [lesson] = gather(pages / "a.digits.csv", load_weights(), whole=whole).lessons
        assert lesson.unknown.any() != whole


def test_cells_with_boxes_need_no_page_xml(pages: Path, spoiled: Path, learns: list[object]) -> None:
    for name in "abc":
        (pages / f"{name}.xml").unlink()
    corrected(pages / "c.cells.csv", 0, x="99999")
    with (pages / "b.cells.csv").open(newline="", encoding="utf-8") as stream:
        rows = [row[:7] for row in csv.reader(stream)]
    (pages / "b.cells.csv").write_text("\n".join(",".join(row) for row in rows), "utf-8")
    said = zij("train", "--pages", pages, "-o", pages.parent / "n.safetensors", "--weights", spoiled)
    assert said.code == 2 and not learns
    assert "only one page, a.png, can teach" in said.err
    assert "b.cells.csv: has cells without a box" in said.err
    assert "c.cells.csv: a box lies outside its image" in said.err


@pytest.mark.usefixtures("unread")
def test_digits_without_a_place_are_looked_for_again(
    pages: Path, spoiled: Path, learns: list[tuple[list[str], list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train(pages, "--weights", spoiled).code == 0 and len(learns) == 1
    for name in "abc":
        corrected(pages / f"{name}.cells.csv", 1, text="777777", state="read")
    ended = train(pages, "--weights", spoiled)
    assert ended.code == 0 and "taught in 18 steps" in ended.out
    assert learns[1] == learns[2]  # what was held back is so again


@pytest.mark.usefixtures("unread")
def test_the_same_image_twice_does_not_teach_and_test(pages: Path, learns: list[tuple[list, list]]) -> None:
    shutil.copy(pages / "a.png", pages / "z.png")
    text = (pages / "a.xml").read_text("utf-8").replace('"a.png"', '"z.png"')
    (pages / "z.xml").write_text(text, "utf-8")
    ended = train(pages)
    assert "z.png is the same as a.png" in ended.err and ended.code == 1


@pytest.mark.usefixtures("unread")
def test_images_may_lie_elsewhere(pages: Path, spoiled: Path, learns: list[tuple[list, list]]) -> None:
    scans = pages.parent / "scans"
    scans.mkdir()
    for image in pages.glob("*.png"):
        image.rename(scans / image.name)
    lost = train(pages)
    assert lost.code == 2 and "--images" in lost.err and lost.err.count("\n") == 4  # a line a page
    assert train(pages, "--images", scans, "--weights", spoiled).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--images", "scans"), "is of use with --pages alone"),
        (("--whole-pages",), "is of use with --pages alone"),
        (("--pages", "nowhere"), "nowhere: cannot be searched for corrected pages"),
    ],
)
def test_wrong_use_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    refused(zij("train", "-o", tmp_path / "w.safetensors", *words), said)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), cv2.UMat(20, 20, cv2.CV_8U).get())
    refused(train(tmp_path), "holds no corrected page")
