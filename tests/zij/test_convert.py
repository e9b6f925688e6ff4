"""`zij convert`: what it writes, what it says, and what it leaves alone."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from commands import files, refused, zij

from zij.actions import convert
from zij.tables.cellscsv import write_cells
from zij.tables.geometry import Box
from zij.tables.pagexml import as_written, read_pagexml, to_xml, write_pagexml
from zij.tables.reading import Cell, Glyph, Number, Reading, Table


def page(image: str = "a.png") -> Reading:
    """Two cells in a row, the first with a number."""
    glyphs = tuple(
        Glyph(Box(10 + 10 * n, 10, 9, 20), sign, 0.9, (("7", 0.1),)) for n, sign in enumerate("12")
    )
    number = Number(glyphs, "12", Box(10, 10, 19, 20))
    cells = (
        Cell(0, 0, Box(0, 0, 50, 40), (number,), "12", "uncertain", 0.81),
        Cell(0, 1, Box(50, 0, 50, 40), (), "", "unread", 0.3),
    )
    return as_written(Reading(image, "ab" * 32, 200, 100, (Table(Box(0, 0, 100, 40), 1, 2, cells),)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`pages/` with a nested page, a flat one, and a file that is no page."""
    pages = tmp_path / "pages"
    write_pagexml(pages / "a.xml", page())
    write_pagexml(pages / "b.xml", page("b.png"), profile="flat")
    (pages / "notes.xml").write_text("<TEI/>", "utf-8")
    return pages


@pytest.mark.parametrize("to", ["nested", "flat"])
def test_a_file(to: str, folder: Path, tmp_path: Path) -> None:
    ended = zij("convert", folder / "a.xml", tmp_path / "out.xml", "--to", to)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"1 page as {to}; nothing lost; results: {tmp_path / 'out.xml'}\n"
    assert (tmp_path / "out.xml").read_bytes() == to_xml(page(), profile=to)  # type: ignore[arg-type]
    assert zij("convert", tmp_path / "out.xml", tmp_path / "back.xml", "--to", "nested").code == 0
    assert (tmp_path / "back.xml").read_bytes() == (folder / "a.xml").read_bytes()


def test_a_folder(folder: Path, tmp_path: Path) -> None:
    before = files(folder)
    ended = zij("convert", folder, tmp_path / "out", "--to", "transkribus")
    assert (ended.code, ended.err) == (0, "")
    told = "lost: the processing steps in the Metadata (2), conf of Coords (2), "
    told += "hypotheses behind the first (4), Grid elements (2)"
    out = tmp_path / "out"
    assert ended.out == f"2 pages as transkribus; {told}; 1 other XML file passed over; results: {out}\n"
    assert sorted(files(tmp_path / "out")) == ["a.xml", "b.xml"]
    assert files(folder) == before
    for name in ("a", "b"):
        (table,) = read_pagexml(tmp_path / "out" / f"{name}.xml").reading.tables
        assert [(cell.text, cell.state) for cell in table.cells] == [("12", "uncertain"), ("", "unread")]


def test_in_place_only_when_asked(folder: Path) -> None:
    flat = (folder / "b.xml").read_bytes()
    said = refused(zij("convert", folder / "a.xml", folder, "--to", "csv"), folder)
    assert "readings themselves" in said
    assert zij("convert", folder / "a.xml", folder / "a.xml", "--to", "flat").code == 0
    assert (folder / "a.xml").read_bytes() == to_xml(page(), profile="flat")
    assert zij("convert", folder, folder, "--to", "nested").code == 0
    assert (folder / "a.xml").read_bytes() == to_xml(page())
    assert (folder / "b.xml").read_bytes() == to_xml(page("b.png")) != flat


def test_corrections_hold_and_are_not_overwritten(folder: Path, tmp_path: Path) -> None:
    table = write_cells(folder / "a.cells.csv", page())
    table.write_text(table.read_text("utf-8").replace(",12,uncertain", ",13,uncertain"), "utf-8")
    for _ in range(2):  # the second time the same stands there
        assert zij("convert", folder / "a.xml", tmp_path / "out", "--to", "flat").code == 0
    reading = read_pagexml(tmp_path / "out" / "a.xml").reading
    assert (reading.tables[0].cells[0].text, reading.source) == ("13", "human")
    assert reading.tables[0].cells[0].source == "human"
    (folder / "a.cells.csv").unlink()
    refused(
        zij("convert", folder / "a.xml", tmp_path / "out", "--to", "flat"), tmp_path / "out", "overwritten"
    )
    assert read_pagexml(tmp_path / "out" / "a.xml").reading == reading


def test_one_bad_page_among_good_ones(folder: Path, tmp_path: Path) -> None:
    (folder / "c.xml").write_text("<PcGts><Page>", "utf-8")
    ended = zij("convert", folder, tmp_path / "out", "--to", "nested")
    assert ended.code == 1
    assert ended.err.startswith(f"{folder / 'c.xml'}: not readable as XML") and ended.err.count("\n") == 1
    assert ended.out.startswith("2 pages as nested; ")
    assert sorted(files(tmp_path / "out")) == ["a.xml", "b.xml"]


def test_what_cannot_be_done(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    refused(zij("convert", tmp_path / "none.xml", out, "--to", "flat"), "none.xml", "no such")
    refused(zij("convert", folder / "notes.xml", out, "--to", "flat"), "notes.xml", "PAGE")
    refused(zij("convert", folder / "a.xml", out, "--to", "alto"), "alto", "nested")
    (tmp_path / "empty").mkdir()
    refused(zij("convert", tmp_path / "empty", out, "--to", "flat"), tmp_path / "empty")
    refused(zij("convert", folder / "a.xml", folder / "b.xml" / "c.xml", "--to", "flat"), "b.xml")
    refused(zij("convert", folder, folder / "a.xml", "--to", "json"), folder / "a.xml", "folder")
    assert not out.exists()


@pytest.mark.parametrize("to", ["csv", "json", "iiif", "tei"])
def test_other_forms(to: str, folder: Path, tmp_path: Path) -> None:
    result = convert(folder / "a.xml", tmp_path / "out", to=to)
    assert result.files and set(result.files) == set(files(tmp_path / "out"))
    assert (result.pages, result.failures) == (1, ())


def test_nothing_is_fetched(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("asked for a connection")

    monkeypatch.setattr(socket, "socket", never)
    text = (folder / "a.xml").read_text("utf-8").replace('"a.png"', '"https://example.org/x/a.png"')
    (folder / "a.xml").write_text(text, "utf-8")
    assert zij("convert", folder / "a.xml", tmp_path / "out", "--to", "flat").code == 0
    assert b"https://example.org/x/a.png" in (tmp_path / "out" / "a.xml").read_bytes()


def test_the_same_bytes_twice(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert zij("convert", folder, tmp_path / name, "--to", "transkribus").code == 0
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_what_was_tolerated_is_told(folder: Path, tmp_path: Path) -> None:
    page = next(iter(sorted(folder.glob("*.xml"))))
    assert zij("convert", page, tmp_path / "t.xml", "--to", "transkribus").err == ""
    ended = zij("convert", tmp_path / "t.xml", tmp_path / "n.xml", "--to", "nested")
    assert ended.code == 0
    assert "t.xml: tolerated: cells are written as Transkribus does it" in ended.err
    assert ended.out.count("\n") == 1
