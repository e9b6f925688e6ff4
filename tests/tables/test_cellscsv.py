"""Cells as CSV: written, corrected in a spreadsheet, read back."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zij.errors import TableError
from zij.tables.cellscsv import COLUMNS, CellRow, apply_cells, read_cells, write_cells
from zij.tables.cellslips import corrected_by, slips
from zij.tables.geometry import Box
from zij.tables.pagexml import as_written
from zij.tables.reading import Cell, Reading, Table


@pytest.fixture
def file(tmp_path, reading):
    return write_cells(tmp_path / "a.cells.csv", reading)


def cells_of(reading):
    return [cell for table in reading.tables for cell in table.cells]


def edit(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


def test_the_file_is_what_is_promised(file):
    lines = file.read_bytes().decode("utf-8").split("\n")
    assert lines[0] == "table,row,column,row_span,column_span,text,state,confidence,x,y,w,h"
    assert lines[1:5] == [
        "t1,0,0,1,2,Gradus,read,0.5,10,10,200,40",
        "t1,1,0,1,1,12 30,read,0.81,10,50,100,40",
        "t1,1,1,2,1,07,uncertain,0.4,110,50,100,80",
        "t1,2,0,1,1,,unread,0.25,10,90,100,40",
    ]
    assert lines[-1] == ""


def test_unchanged_file_changes_nothing(file, reading):
    assert apply_cells(reading, read_cells(file)) == reading.with_ids()


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_round_trip_of_any_reading(readings, tmp_path, data):
    reading = as_written(data.draw(readings))
    path = write_cells(tmp_path / "a.csv", reading)
    rows = read_cells(path)
    assert [(r.table, r.row, r.column, r.row_span, r.column_span, r.state) for r in rows] == [
        (t.id, c.row, c.column, c.row_span, c.column_span, c.state) for t in reading.tables for c in t.cells
    ]
    assert apply_cells(reading, rows) == reading
    with open(path, newline="", encoding="utf-8") as stream:
        records = list(csv.DictReader(stream))
    boxes = [Box(*(int(record[name]) for name in "xywh")) for record in records]
    assert boxes == [cell.box for cell in cells_of(reading)]


def test_correction(file, reading):
    corrected = apply_cells(reading, read_cells(edit(file, ",12 30,", ",12 31,")))
    assert corrected.source == "human"
    old, new = cells_of(reading.with_ids()), cells_of(corrected)
    assert [a == b for a, b in zip(old, new, strict=True)] == [True, False, True, True, True, True]
    assert [g.text for n in new[1].numbers for g in n.glyphs] == ["1", "2", "3", "1"]
    assert new[1].numbers[1].glyphs[1].confidence == 1.0
    assert new[1].numbers[1].glyphs[0] == old[1].numbers[1].glyphs[0]
    assert (new[1].state, new[1].confidence) == ("read", 1.0)
    assert corrected == corrected.with_ids()


@pytest.mark.parametrize(
    ("old", "new", "cell", "expected"),
    [
        (",07,uncertain,", ",07,read,", 2, ("07", "read", 1.0)),
        (",07,uncertain,", ",07, Read,", 2, ("07", "read", 1.0)),
        (",,unread,", ",,empty,", 3, ("", "empty", 1.0)),
        (",,unread,", ",5,unread,", 3, ("5", "read", 1.0)),
        (",07,uncertain,", ",09,read,", 2, ("09", "read", 1.0)),
        (",12 30,read,", ",12 3,uncertain,", 1, ("12 3", "uncertain", 1.0)),
        (",12 30,read,", ",,read,", 1, ("", "empty", 1.0)),
        (",12 30,read,", ",,unread,", 1, ("", "unread", 1.0)),
    ],
)
def test_states(file, reading, old, new, cell, expected):
    corrected = cells_of(apply_cells(reading, read_cells(edit(file, old, new))))[cell]
    assert (corrected.text, corrected.state, corrected.confidence) == expected


def test_spans(file, reading):
    corrected = apply_cells(reading, read_cells(edit(file, "t2,0,0,1,1", "t2,0,0,1,2")))
    assert cells_of(corrected)[4].column_span == 2
    assert corrected.source == "human"


def test_what_spreadsheets_make_of_it(file, reading, tmp_path):
    with open(file, newline="", encoding="utf-8") as stream:
        records = list(csv.DictReader(stream))
    order = ["text", "state", "column", "row", "table", "confidence"]
    lines = ["sep=;", ";".join(name.upper() for name in order)]
    for record in records:
        record["confidence"] = record["confidence"].replace(".", ",")
        record["row"] += ",0"
        lines.append(";".join(record[name] for name in order) + ";;")
    lines.append(";;;;;")
    mangled = tmp_path / "b.csv"
    mangled.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    assert apply_cells(reading, read_cells(mangled)) == reading.with_ids()
    tabs = tmp_path / "c.csv"
    tabs.write_bytes(mangled.read_bytes().replace(b"sep=;\r\n", b"").replace(b";", b"\t"))
    assert read_cells(tabs) == read_cells(mangled)


def test_cells_that_are_not_listed_stay(file, reading):
    rows = read_cells(file)
    assert apply_cells(reading, rows[2:3]) == reading.with_ids()
    assert apply_cells(reading, ()) == reading.with_ids()


def test_unknown_cell_is_refused(file, reading):
    rows = [replace(row, row=9) if row.table == "t2" else row for row in read_cells(file)]
    with pytest.raises(
        TableError, match=r"^b\.csv: there is no cell in table t2, row 9, column 0 of page 1\.png"
    ):
        apply_cells(reading, rows, name="b.csv")


def test_lost_leading_zeros_are_no_correction(tmp_path):
    cells = tuple(Cell(n, 0, Box(0, 10 * n, 9, 9), (), f"0{n}", "read") for n in range(1, 4))
    reading = Reading("a.png", "", 50, 50, (Table(Box(0, 0, 9, 40), 4, 1, cells),))
    rows = read_cells(write_cells(tmp_path / "a.csv", reading))
    mangled = [replace(row, text=str(int(row.text))) for row in rows]
    with pytest.raises(TableError, match="3 cells have lost their leading zeros") as caught:
        apply_cells(reading, mangled)
    assert "column 0; table t1, row 3, column 0), as when" in str(caught.value)
    assert str(caught.value).endswith("correct those cells in the PAGE-XML file as well.")
    one = apply_cells(reading, [mangled[0], *rows[1:]])
    assert [c.text for c in cells_of(one)] == ["1", "02", "03"]
    assert slips(reading, [mangled[0], *rows[1:]]) == ()


@pytest.mark.parametrize("lost", [1, 2])
def test_few_lost_leading_zeros_are_taken_and_told(tmp_path, lost):
    texts = ["02", "007"][:lost]
    cells = tuple(Cell(n, 0, Box(0, 10 * n, 9, 9), (), text, "read") for n, text in enumerate([*texts, "31"]))
    reading = Reading("a.png", "", 50, 50, (Table(Box(0, 0, 9, 40), 3, 1, cells),))
    path = write_cells(tmp_path / "a.cells.csv", reading)
    path.write_text(path.read_text("utf-8").replace(",007,", ",7,").replace(",02,", ",2,"), "utf-8")
    corrected, told = corrected_by(reading, path)
    assert [c.text for c in cells_of(corrected)] == [*["2", "7"][:lost], "31"]
    assert len(told) == lost
    assert told[0] == (
        "a.cells.csv, row 0, column 0: '02' has become '2', as when a spreadsheet takes text for numbers; "
        "taken as it stands; if the page has 02, import the column text as text"
    )


def test_letters_in_figures_and_missing_lines_are_told(file, reading):
    edit(file, ",12 30,read,", ",l2 30,read,")
    edit(file, ",Gradus,", ",Gradvs,")
    assert corrected_by(reading, file)[1] == (
        "a.cells.csv, table t1, row 1, column 0: 'l2 30' has a letter; taken as it stands",
    )
    rows = read_cells(file)
    rest = f"b: {len(rows) - 1} cells of the reading have no line; they are left as read"
    assert slips(reading, rows[:1], name="b") == (rest,)
    assert slips(reading, rows[1:], name="b")[1:] == (
        "b: 1 cell of the reading has no line; it is left as read",
    )


def test_many_letters_are_counted():
    cells = tuple(Cell(n, 0, Box(0, 10 * n, 9, 9), (), f"{n}", "read") for n in range(8))
    reading = Reading("a.png", "", 90, 90, (Table(Box(0, 0, 9, 90), 8, 1, cells),))
    told = slips(reading, [CellRow("t1", n, 0, "l") for n in range(8)], name="b")
    assert len(told) == 6 and told[-1] == "b: 3 more cells have a letter where figures were read"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no column 'table'"),
        (b"a,b\n1,2\n", "no column 'table'"),
        (b"table,row,column\nt1,0,0\n", "no column 'text'"),
        (b"table,row,column,text,text\n", "column 'text' twice"),
        (b"table,row,column,text\nt1,0,0\n", "line 2: has 3 fields where the header has 4"),
        (b"table,row,column,text\nt1,0,0,1,5\n", "line 2: has 5 fields"),
        (b"table,row,column,text\nt1,x,0,1\n", "line 2: the row 'x' is no count"),
        (b"table,row,column,text\nt1,-1,0,1\n", "line 2: the row '-1' is no count"),
        (b"table,row,column,text\nt1,99999999999,0,1\n", "is no count"),
        (b"table,row,column,text\nt1,,0,1\n", "line 2: the row is empty"),
        (b"table,row,column,text\nt1,0,0,1\nt1,0,0,2\n", "line 3: the cell .* a second time"),
        (b"table,row,column,text,row_span\nt1,0,0,1,0\n", "the row_span '0' is no count"),
        (b"table,row,column,text,state\nt1,0,0,1,guessed\n", "the state 'guessed' is not known"),
        ("table,row,column,text\nt1,0,0,é\n".encode("latin-1"), "not UTF-8"),
        (b"table,row,column,text\nt1,0,0," + b"1" * 200_000, "not readable as CSV"),
        (b" " * (16 * 2**20 + 1), "more than 16 MB"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, content, reason):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=reason) as caught:
        read_cells(path)
    assert str(caught.value).startswith(str(path))


def test_missing_file(tmp_path):
    with pytest.raises(TableError, match="no such file"):
        read_cells(tmp_path / "a.csv")
    with pytest.raises(TableError, match="cannot be read"):
        read_cells(tmp_path)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_are_read_or_refused(tmp_path, reading, data):
    path = write_cells(tmp_path / "a.csv", reading)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        content[start : start + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=5))
    path.write_bytes(bytes(content))
    try:
        corrected = apply_cells(reading, read_cells(path))
    except TableError:
        return
    assert len(cells_of(corrected)) == len(cells_of(reading))
    assert all(cell.text or cell.state for cell in cells_of(corrected))


def test_columns_are_a_contract():
    assert ",".join(COLUMNS) == "table,row,column,row_span,column_span,text,state,confidence,x,y,w,h"
