"""Tables as CSV, in the grid form and the long form."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from made_collection import cell, table

from zij.corpora.exchange.tablecsv import COLUMNS, UNREAD, grid_text, guarded, long_text
from zij.tables.cellscsv import apply_cells, read_cells
from zij.tables.reading import Reading


def parsed(text: str, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def test_the_grid_is_the_page(readings: dict[str, Reading]) -> None:
    assert parsed(grid_text(readings["full"].tables[0])) == [
        ["Gradus", "Hor. Min.", ""],
        ["12", "30", "05"],
        ["13", "31 15", UNREAD],
        ["", "", "59"],
    ]


def test_an_unread_cell_is_not_an_empty_one() -> None:
    assert grid_text(table(cell(0, 0), cell(0, 1, "", "unread"))) == ",[unread]\n"


def test_two_cells_in_one_place_both_remain() -> None:
    assert parsed(grid_text(table(cell(0, 0, "12"), cell(0, 0, "13")))) == [["12\n13"]]


@pytest.mark.parametrize("separator", [",", "\t"])
@pytest.mark.parametrize("stem", ["full", "empty", "loose", "ünïcode"])
def test_the_long_form_holds_every_cell(readings: dict[str, Reading], stem: str, separator: str) -> None:
    rows = parsed(long_text(readings[stem], separator=separator), separator)
    assert rows[0] == list(COLUMNS)
    cells = [(t.id, c) for t in readings[stem].tables for c in t.cells]
    assert rows[1:] == [
        [
            name, str(c.row), str(c.column), str(c.row_span), str(c.column_span), str(c.header).lower(),
            c.text, c.state, f"{c.confidence:.6g}",
            *(str(int(value)) for value in (c.box.x, c.box.y, c.box.w, c.box.h)),
        ]
        for name, c in cells
    ]  # fmt: skip


def test_the_columns_are_those_promised() -> None:
    assert ",".join(COLUMNS) == "table,row,column,row_span,column_span,header,text,state,confidence,x,y,w,h"


def test_the_long_form_is_a_table_of_corrections(readings: dict[str, Reading], tmp_path: Path) -> None:
    """It can be corrected and read back in the place of STEM.cells.csv."""
    path = tmp_path / "long.csv"
    path.write_text(long_text(readings["full"]), "utf-8")
    assert apply_cells(readings["full"], read_cells(path)) == readings["full"]
    path.write_text(long_text(readings["full"]).replace(",05,uncertain", ",06,read"), "utf-8")
    corrected = apply_cells(readings["full"], read_cells(path))
    assert corrected.source == "human" and corrected.tables[0].cells[4].text == "06"


def test_formulas_are_guarded_only_where_asked(readings: dict[str, Reading]) -> None:
    strange = readings["ünïcode"].tables[0]
    assert parsed(grid_text(strange))[0][0] == "=1+1" and parsed(grid_text(strange))[1][2] == "-12"
    safe = parsed(grid_text(strange, spreadsheet=True))
    assert safe[0][0] == "'=1+1" and safe[1][2] == "'-12" and safe[1][0] == strange.cells[3].text
    rows = parsed(long_text(readings["ünïcode"], spreadsheet=True))
    assert [row[6] for row in rows if row[6].startswith("'")] == ["'=1+1", "'-12"]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_every_sign_that_begins_a_formula_is_guarded(sign: str) -> None:
    assert guarded(f"{sign}1") == f"'{sign}1"
    assert guarded(f"1{sign}") == f"1{sign}"
