"""Corrections come back: what a person changed elsewhere is hers, is used, and is not overwritten."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from commands import files, given_view, refused, small_page, zij
from lxml import etree
from remembered import remembered

from zij.actions._teaching import laying as _laying
from zij.actions._teaching.lessons import Gathered, _Images, _Search
from zij.tables.digits import detect
from zij.tables.digits.network import load_weights
from zij.tables.overlay import save_png
from zij.tables.pagexml import read_pagexml
from zij.tables.reading import Reading
from zij.tables.scores.beside import judged_pages, truth_of
from zij.tables.teach import teaching
from zij.tables.teach.lessons import Lesson
from zij.tables.teach.teaching import Taught
from zij.tables.teach.trial import Trial

TOOLS = ("transkribus", "escriptorium", "aletheia")


@dataclass(frozen=True)
class Edited:
    """The folder of a page that came back: the cells changed in a program, by id, with their new texts."""

    folder: Path
    before: Reading
    texts: dict[str, str]
    tool: str

    @property
    def page(self) -> Path:
        return self.folder / "a.xml"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two images, and what zij read on them."""
    folder = tmp_path_factory.mktemp("machine")
    for number, name in enumerate("ab"):
        save_png(folder / f"{name}.png", small_page(number))
    with pytest.MonkeyPatch.context() as patch, remembered():
        patch.setattr(detect, "choose_view", given_view)
        assert zij("annotate", folder / "a.png", folder / "b.png", "-o", folder).code == 0
        yield folder


def find(root: etree._Element, name: str) -> etree._Element:
    (node,) = root.xpath("//*[@id=$name]", name=name)
    return node


def say(node: etree._Element, text: str) -> None:
    node.findall("{*}TextEquiv")[0].find("{*}Unicode").text = text


def long_cells(reading: Reading) -> list[str]:
    """Cells with one number of two digits."""
    (table,) = reading.tables
    return [c.id for c in table.cells if len(c.numbers) == 1 and len(c.text) == 2 and c.text.isdigit()]


def new_line(cell: etree._Element, text: str) -> None:
    """A line that a person has drawn into a cell, with text and no digits."""
    space = cell.tag.rpartition("}")[0] + "}"
    for old in cell.findall("{*}TextLine"):
        cell.remove(old)
    points = cell.find("{*}Coords").get("points")
    line = etree.Element(f"{space}TextLine", id=f"drawn_{cell.get('id')}")
    etree.SubElement(line, f"{space}Coords", points=points)
    etree.SubElement(line, f"{space}Baseline", points=" ".join(points.split()[:2]))
    etree.SubElement(etree.SubElement(line, f"{space}TextEquiv"), f"{space}Unicode").text = text
    equiv = cell.find("{*}TextEquiv")
    cell.insert(len(cell) if equiv is None else cell.index(equiv), line)
    if equiv is not None:
        say(cell, text)


def edit(root: etree._Element, reading: Reading, *, words: bool) -> dict[str, str]:
    """Change the text of a line or word, delete a glyph with its digit, draw a line without glyphs."""
    one, two, three = long_cells(reading)[:3]
    line = find(root, f"{one}_l1")
    say(line, "98")
    if words:
        say(find(root, f"{two}_w1"), "97")
        glyph = find(root, f"{three}_w1_g2")
        glyph.getparent().remove(glyph)
        text = reading_text(reading, three)
    else:
        say(find(root, f"{two}_l1"), "97")
        text = reading_text(reading, three)[0]
        say(find(root, f"{three}_l1"), text)
    drawn = long_cells(reading)[3]
    new_line(find(root, drawn), "55")
    return {one: "98", two: "97", three: text, drawn: "55"}


def reading_text(reading: Reading, name: str) -> str:
    return next(cell.text for table in reading.tables for cell in table.cells if cell.id == name)


def as_transkribus(root: etree._Element) -> None:
    """What Transkribus adds to a file as it saves it."""
    head = root.find("{*}Metadata")
    space = head.tag.rpartition("}")[0] + "}"
    head.find("{*}Creator").text += "\nTranskribus"
    head.find("{*}LastChange").text = "2026-05-01T10:00:00.000+02:00"
    own = etree.SubElement(head, f"{space}TranskribusMetadata", docId="1", pageId="2", pageNr="1")
    head.insert(3, own)


def as_escriptorium(root: etree._Element) -> None:
    """What eScriptorium keeps: regions and lines with their ids, not words, roles, tables or metadata."""
    head = root.find("{*}Metadata")
    for node in list(head):
        if not node.tag.endswith(("Creator", "Created", "LastChange")):
            head.remove(node)
    head.find("{*}Creator").text = "escriptorium"
    for name in ("TableRegion", "ReadingOrder", "Roles", "Word"):
        for node in list(root.iter(f"{{*}}{name}")):
            node.getparent().remove(node)
    for region in root.iter("{*}TextRegion"):
        region.set("custom", "structure {type:cell;}")
        for equiv in region.findall("{*}TextEquiv"):
            region.remove(equiv)


def come_back(machine: Path, folder: Path, tool: str, name: str = "a") -> Edited:
    """A page after it went through another program."""
    profile = {"transkribus": "transkribus", "escriptorium": "flat", "aletheia": "nested"}[tool]
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.png").write_bytes((machine / f"{name}.png").read_bytes())
    page = folder / f"{name}.xml"
    assert zij("convert", machine / f"{name}.xml", page, "--to", profile).code == 0
    before = read_pagexml(page).reading
    assert before.source == "machine"
    root = etree.parse(page).getroot()
    texts = edit(root, before, words=tool != "escriptorium")
    if tool == "transkribus":
        as_transkribus(root)
    elif tool == "escriptorium":
        as_escriptorium(root)
    page.write_bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))
    return Edited(folder, before, texts, tool)


@pytest.fixture(scope="module", params=TOOLS)
def returned(
    request: pytest.FixtureRequest, machine: Path, tmp_path_factory: pytest.TempPathFactory
) -> Edited:
    """A page that came back from each of the programs."""
    return come_back(machine, tmp_path_factory.mktemp("returned") / request.param, request.param)


@pytest.fixture
def edited(returned: Edited, tmp_path: Path) -> Edited:
    """The same in a folder of the test's own."""
    shutil.copytree(returned.folder, tmp_path / "back")
    return replace(returned, folder=tmp_path / "back")


def test_what_was_touched_is_marked(edited: Edited) -> None:
    reading = read_pagexml(edited.page).reading
    assert reading.source == "human"
    (old,), (new,) = edited.before.tables, reading.tables
    assert [c.id for c in new.cells] == [c.id for c in old.cells]
    for was, cell in zip(old.cells, new.cells, strict=True):
        if cell.id in edited.texts:
            assert (cell.text, cell.state, cell.source) == (edited.texts[cell.id], "read", "human")
        else:
            assert cell.text.split() == was.text.split()
            assert cell.source == "" or not any(n.glyphs for n in cell.numbers)  # the digits were dropped
            if was.state in ("unread", "empty"):
                assert cell.state == was.state


def test_it_is_not_overwritten(edited: Edited) -> None:
    before = files(edited.folder)
    said = refused(zij("annotate", edited.folder / "a.png", "-o", edited.folder), edited.page)
    assert "not overwritten" in said
    assert files(edited.folder) == before


def test_compare_uses_it(edited: Edited, machine: Path) -> None:
    out = edited.folder / "pair"
    # an image is read where its reading is not there; that once is enough
    other = machine / ("b.png" if edited.tool == "aletheia" else "b.xml")
    ended = zij("compare", edited.page, other, "-o", out)
    assert ended.code == 0
    assert ended.err
    assert all(line.startswith("a: tolerated: ") for line in ended.err.splitlines())
    cells = {cell.id: cell for cell in read_pagexml(out / "A-a.xml").reading.tables[0].cells}
    for name, text in edited.texts.items():
        assert cells[name].text == text
    facts = json.loads((out / "explanation.json").read_text("utf-8"))
    assert facts["parameters"]["a_source"] == "human"
    root = etree.parse(out / "A-a.xml")
    with (out / "pairs.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert rows
    for row in rows:  # every end is an element with that text and box
        (node,) = root.xpath("//*[@id=$name]", name=row["a_id"])
        assert node.find("{*}TextEquiv/{*}Unicode").text == row["a_text"]
        points = [tuple(map(int, p.split(","))) for p in node.find("{*}Coords").get("points").split()]
        assert min(points) == (int(row["a_x"]), int(row["a_y"]))
    kept = etree.parse(edited.page).xpath("//*[@id]/@id")
    assert set(kept) <= set(root.xpath("//*[@id]/@id"))
    marked = read_pagexml(out / "A-a.xml").reading
    assert marked.source == "human"
    assert all(c.source == "human" for c in marked.tables[0].cells if c.id in edited.texts)
    checked = zij("validate", "--pairs", out / "pairs.csv", out, "--images", machine)
    assert checked.code == 0 and "pairs and pages agree" in checked.out
    again = files(out)
    assert zij("compare", edited.page, other, "-o", out).code == 0
    assert files(out) == again


def test_it_can_be_annotated_where_it_stands_and_elsewhere(edited: Edited) -> None:
    out = edited.folder / "out"
    ended = zij("annotate", edited.page, "-o", out)
    assert ended.code == 0
    assert ended.err
    assert all(line.startswith("a: tolerated: ") for line in ended.err.splitlines())
    cells = {cell.id: cell for cell in read_pagexml(out / "a.xml").reading.tables[0].cells}
    assert {name: cells[name].text for name in edited.texts} == edited.texts
    assert all(cells[name].source == "human" for name in edited.texts)
    refused(zij("annotate", edited.folder / "a.png", "-o", out), out / "a.xml", "not overwritten")


def test_it_is_truth_and_it_teaches(edited: Edited) -> None:
    """`zij evaluate` judges by it, and `zij train --pages` learns from it."""
    (page,), untold = judged_pages(edited.folder, without=[], images=None)
    truth = truth_of(page)
    assert untold == 0 and truth is not None
    gathered = Gathered()
    search = _Search([edited.page], _Images(edited.folder), gathered, False)
    (told,) = search.told()
    assert gathered.untouched == [] and gathered.failures == []
    assert told.source == edited.page


def test_evaluate_holds_the_machine_against_it(edited: Edited) -> None:
    """The cells that the person changed are the errors, each with her text and the machine's."""
    out = edited.folder / "scores"
    ended = zij("evaluate", edited.folder, "-o", out)
    assert ended.code == 0, ended
    with (out / "errors.csv").open(newline="", encoding="utf-8") as stream:
        found = [row for row in csv.DictReader(stream) if row["what"] == "value"]
    (table,) = edited.before.tables
    wanted = sorted(
        (edited.texts[c.id], c.text) for c in table.cells if edited.texts.get(c.id, c.text) != c.text
    )
    assert sorted((row["truth"], row["read"]) for row in found) == wanted


def test_explain_hides_what_she_wrote(edited: Edited, machine: Path) -> None:
    out = edited.folder / "why"
    ended = zij("explain", edited.page, machine / "b.xml", "-o", out, "--number", "60", "--images", machine)
    assert ended.code == 0, ended
    assert all(line.startswith("a: tolerated: ") for line in ended.err.splitlines())
    with (out / "regions.csv").open(newline="", encoding="utf-8") as stream:
        hidden = {row["id"]: row["text"] for row in csv.DictReader(stream) if row["side"] == "a"}
    assert {name: hidden[name] for name in edited.texts} == edited.texts
    facts = json.loads((out / "explanation.json").read_text("utf-8"))
    assert facts["parameters"]["a_source"] == "human" and facts["parameters"]["b_source"] == "machine"


@pytest.mark.parametrize("tool", TOOLS)
def test_train_learns_what_she_wrote(
    tool: str, machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {f"{name}.png": come_back(machine, tmp_path / "back", tool, name) for name in "ab"}
    for name in "ab":
        assert read_pagexml(tmp_path / "back" / f"{name}.xml").reading.source == "human"
    seen: dict[str, Lesson] = {}

    def teach(_: object, lessons: list[Lesson], held: list[Lesson], *__: object, **___: object) -> Taught:
        seen.update({lesson.name: lesson for lesson in [*lessons, *held]})
        return Taught(load_weights().network, 7, 9, ())

    monkeypatch.setattr(teaching, "teach", teach)
    monkeypatch.setattr(_laying, "choose_view", given_view)
    monkeypatch.setattr("zij.tables.teach.calibration.find_temperature", lambda *_, **__: 1.25)
    monkeypatch.setattr("zij.tables.teach.trial.trial", lambda *_, **__: Trial(1, 1, 1.0, 1.0, 0.5, 0, 0.0))
    ended = zij("train", "--pages", tmp_path / "back", "-o", tmp_path / "new.safetensors")
    assert ended.code == 0, ended
    assert set(seen) == set(pages)
    for name, page in pages.items():
        after = read_pagexml(tmp_path / "back" / f"{name[0]}.xml").reading
        states = {cell.id: cell.state for table in after.tables for cell in table.cells}
        cells = [cell for table in page.before.tables for cell in table.cells]
        texts = [page.texts.get(cell.id, cell.text) for cell in cells if states[cell.id] != "uncertain"]
        texts += [number.text for number in page.before.loose]
        wanted = Counter(int(sign) for sign in "".join(texts) if sign.isdigit())
        assert Counter(seen[name].truth.digits.tolist()) == wanted


def test_the_untouched_page_is_the_machines(machine: Path) -> None:
    reading = read_pagexml(machine / "a.xml").reading
    assert reading.source == "machine" and {c.source for t in reading.tables for c in t.cells} == {""}
    gathered = Gathered()
    assert _Search([machine / "a.xml"], _Images(machine), gathered, False).told() == []
    assert gathered.untouched == ["a.xml"]
