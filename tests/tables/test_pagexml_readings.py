"""Five hundred readings of all kinds: valid and without findings in each profile, and the same when read."""

from __future__ import annotations

from itertools import islice

import pytest
from lxml import etree
from made_readings import KINDS, large_reading, made_reading, made_readings

from zij.tables.geometry import Box
from zij.tables.pagexml import as_written, examine_pagexml, page_from_bytes, to_xml
from zij.tables.reading import Cell, Number, Reading, Table

COUNT = 500
PARTS = 10


def test_the_readings_are_of_all_kinds() -> None:
    """What is counted below is there: empty pages, no table, spans, headers, numbers outside, any script."""
    readings = list(made_readings(70))
    assert readings == list(islice(made_readings(71), 70))
    assert any(not r.tables and not r.loose for r in readings)
    assert any(not r.tables and r.loose for r in readings)
    assert any(r.tables and r.loose for r in readings)
    assert any(len(r.tables) > 1 for r in readings)
    cells = [cell for r in readings for table in r.tables for cell in table.cells]
    assert any(cell.row_span > 1 and cell.column_span > 1 for cell in cells)
    assert any(cell.header for cell in cells)
    assert {cell.state for cell in cells} == {"read", "uncertain", "unread", "empty"}
    text = "".join(cell.text for cell in cells)
    assert any("\u0600" <= sign <= "\u06ff" for sign in text) and max(text) > "\uffff"
    assert {"<", "&", "]", "\x00"} <= set(text)
    assert any(not number.glyphs for r in readings for number in r.numbers())
    assert len({made_reading(3, kind) for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("profile", ["nested", "flat"])
def test_readings_are_valid_and_without_findings(profile: str, part: int, schema: etree.XMLSchema) -> None:
    for reading in made_readings(COUNT // PARTS, part * COUNT // PARTS):
        sound(reading, profile, schema)


@pytest.mark.parametrize("profile", ["nested", "flat"])
def test_a_table_of_3000_cells(profile: str, schema: etree.XMLSchema) -> None:
    sound(large_reading(rows=100, columns=30, digits=1), profile, schema)


def sound(reading: Reading, profile: str, schema: etree.XMLSchema) -> None:
    data = to_xml(reading, profile=profile)  # type: ignore[arg-type]
    schema.assertValid(etree.fromstring(data))
    assert examine_pagexml(data) == (), reading


@pytest.mark.parametrize("part", range(2))
def test_readings_come_back(part: int) -> None:
    """A tenth of them: identity is tested on readings drawn by hypothesis, too."""
    for reading in made_readings(COUNT // 20, part * COUNT // 2):
        for profile in ("nested", "flat"):
            data = to_xml(reading, profile=profile)  # type: ignore[arg-type]
            assert page_from_bytes(data, "a.xml").reading == as_written(reading)


@pytest.mark.parametrize("kind", KINDS)
def test_transkribus_files_have_no_findings(kind: str) -> None:
    for seed in range(10):
        assert examine_pagexml(to_xml(made_reading(seed, kind), profile="transkribus")) == ()


def test_lines_of_a_cell_end_at_any_line_break_and_without_blanks() -> None:
    """What another program strips, or takes for another line, is not kept to differ from it."""
    breaks = "\u2028 12\u00a0\n\x85\n\u30003\u2029"
    cell = Cell(0, 0, Box(0, 0, 50, 50), text=breaks, state="read")
    number = Number((), "\u20287\u00a0", Box(60, 60, 9, 9))
    page = Reading("a.png", "", 100, 100, (Table(Box(0, 0, 50, 50), 1, 1, (cell,)),), (number,))
    written = as_written(page)
    assert written.tables[0].cells[0].text == "12\n3"
    assert written.loose[0].text == "7"
    for profile in ("nested", "flat", "transkribus"):
        file = page_from_bytes(to_xml(page, profile=profile), "a.xml")  # type: ignore[arg-type]
        assert [cell.text for cell in file.reading.tables[0].cells] == ["12\n3"]
