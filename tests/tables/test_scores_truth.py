"""Truth files: what is understood, and what is refused in one sentence that names file and line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from judged import grid, page

from zij.errors import TableError, ZijError
from zij.tables.cellscsv import write_cells
from zij.tables.pagexml import write_pagexml
from zij.tables.scores import truth
from zij.tables.scores.beside import judged_pages, truth_of
from zij.tables.scores.truth import ANY, true_digits, true_rows

HEAD = "page,x,y,w,h,digit,cell_row,cell_column,order_in_number,number_text,legible\n"


def test_digits_with_all_there_is(tmp_path: Path) -> None:
    path = tmp_path / "p.digits.csv"
    path.write_text(HEAD + "p,1,2,3,4,7,1,a,1,75,1\np,5,2,3,4,5,1,a,2,75,0\np,0,0,9,9,,,,,region,0\n")
    found = true_digits(path)
    assert [(d.digit, d.legible, d.box.x) for d in found.digits] == [("7", True, 1), ("5", False, 5)]
    assert (len(found.regions), found.numbers) == (1, ("75",))


def test_digits_as_a_spreadsheet_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "p.digits.csv"
    path.write_bytes("\ufeffdigit;h;w;y;x\r\n7;4;3,5;2;1\r\n;;;;\r\n".encode())
    found = true_digits(path)
    assert [(d.digit, d.box.w, d.legible) for d in found.digits] == [("7", 3.5, True)]
    assert found.numbers is None


def test_rows_with_spans_and_states(tmp_path: Path) -> None:
    path = tmp_path / "p.cells.csv"
    path.write_text(
        "table,row,column,row_span,column_span,text,state,confidence,x,y,w,h\n"
        "t1,0,0,3,1,1,read,1,5,6,7,8\nt1,0,1,1,1,,unread,1,,,,\nt1,1,1,1,1,9,read,1,,,,\n"
    )
    rows = true_rows(path)
    assert [(row.row, [cell.text for cell in row.cells]) for row in rows] == [("1", ["1", "9"]), ("0", [ANY])]
    assert rows[0].cells[0].box is not None and rows[0].cells[1].box is None


@pytest.mark.parametrize(
    ("read", "text", "what"),
    [
        (true_digits, "x,y,w,digit\n1,2,3,4\n", "no column 'h'"),
        (true_digits, HEAD + "p,one,2,3,4,7,,,,7,1\n", "line 2: the x 'one' is no place"),
        (true_digits, HEAD + "p,nan,2,3,4,7,,,,7,1\n", "the x 'nan'"),
        (true_digits, HEAD + "p,1,2,inf,4,7,,,,7,1\n", "the w 'inf'"),
        (true_digits, HEAD + "p,1,2,3,0,7,,,,7,1\n", "3 x 0 pixels"),
        (true_digits, HEAD + "p,1,2,3,4,VII,,,,7,1\n", "'VII' is no digit"),
        (true_digits, HEAD + "p,1,2,3,4,7,,,,7,1\nq,1,2,3,4,7,,,,7,1\n", "the digits of 2 pages"),
        (true_digits, HEAD + "p,1,2\n", "line 2: has 3 fields"),
        (true_digits, "", "no column 'x'"),
        (true_rows, "row,text\n1,2\n", "no column 'column'"),
        (true_rows, "row,row,column,text\n1,1,1,2\n", "'row' twice"),
        (true_rows, "row,column,text\n" + "1,1,2\n" * 2_001, "more than 2,000 cells in one row"),
        (true_rows, "row,column,text,x,y,w,h\n1,1,2,a,1,1,1\n", "the x 'a'"),
        (true_rows, 'row,column,text\n1,1,"2\n' + "x" * 200_000, "not readable as CSV"),
    ],
)  # fmt: skip
def test_useless_files(read: Callable[[Path], object], text: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(text)
    with pytest.raises(TableError, match=re.escape(what)) as caught:
        read(path)
    said = str(caught.value)
    assert said.startswith(str(path)) and said.endswith(".") and "\n" not in said


@pytest.mark.parametrize("read", [true_digits, true_rows])
def test_more_than_a_page_can_hold(
    read: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(truth, "MOST", 10)
    path = tmp_path / "p.csv"
    path.write_text("x,y,w,h,digit,row,column,text\n" + "1,2,3,4,5,1,1,1\n" * 10)
    read(path)
    path.write_text(path.read_text() + "1,2,3,4,5,1,1,1\n")
    with pytest.raises(TableError, match="more than 10 "):
        read(path)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00row", b"x" * (17 << 20)])
def test_files_that_are_no_text(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TableError, match=re.escape(str(path))):
        true_rows(path)


def test_pages_are_found_with_their_truth(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.digits.csv", "b.PNG", "sub/c.tif", "sub/c.cells.csv", "sub/d.xml", ".h/e.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    for name in ("e.png", "e.cells.csv"):
        (tmp_path / "out").mkdir(exist_ok=True)
        (tmp_path / "out" / name).touch()
    found, bare = judged_pages(tmp_path, without=[tmp_path / "out"])
    assert [(page.name, page.folder, list(page.truths)) for page in found] == [
        ("a", "", [".digits.csv"]), ("sub/c", "sub", [".cells.csv"]),
    ]  # fmt: skip
    assert bare == 1
    assert len(judged_pages(tmp_path)[0]) == 3
    with pytest.raises(ZijError, match="is no folder"):
        judged_pages(tmp_path / "a.jpg")


def test_what_zij_read_is_no_truth_until_a_person_corrects_it(tmp_path: Path) -> None:
    reading = page(grid([["12", "30"], ["1", "0"]]))
    (tmp_path / "page.png").touch()
    write_pagexml(tmp_path / "page.xml", reading)
    cells = write_cells(tmp_path / "page.cells.csv", reading)
    [found], _ = judged_pages(tmp_path)
    assert truth_of(found) is None
    cells.write_text(cells.read_text().replace(",30,", ",31,"))
    told = truth_of(found)
    assert told is not None and told.rows is not None and told.digits is not None
    assert [[cell.text for cell in row.cells] for row in told.rows] == [["12", "31"], ["1", "0"]]
    assert [digit.digit for digit in told.digits.digits] == [*"123110"]
    assert [path.name for path in told.files] == ["page.xml", "page.cells.csv"]
    assert told.remarks == ()
    cells.write_text(cells.read_text().replace(",31,", ",3l,"))
    told = truth_of(found)
    assert told is not None and [remark.rpartition(": ")[2] for remark in told.remarks] == [
        "'3l' has a letter; taken as it stands"
    ]
