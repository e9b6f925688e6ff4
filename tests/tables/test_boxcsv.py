"""Digit boxes from CSV files of several spellings."""

from __future__ import annotations

from pathlib import Path

import pytest

from zij.errors import TableError
from zij.tables.geometry import Box
from zij.tables.teach.boxcsv import BoxedDigit, holds_boxes, page_key, parse_xywh, read_boxes

BOX = Box(12, 34.5, 5, 6)


@pytest.mark.parametrize(
    "text",
    [
        "12,34.5,5,6",
        "[12, 34.5, 5, 6]",
        "(12.0, 34.5, 5.0, 6.0)",
        "[12.  34.5  5.  6. ]",
        "['12', '34.5', '5', '6']",
        "xywh=12,34.5,5,6",
        "xywh=pixel:12,34.5,5,6",
        "https://host/page.jpg#xywh=pixel:12,34.5,5,6",
        "{12; 34.5; 5; 6}",
        "12 34.5 5 6",
        "array([12. , 34.5,  5. ,  6. ])",
        "[np.float64(12.0), np.float64(34.5), np.int64(5), np.int64(6)]",
        "1.2e1,3.45e+01,5,6",
    ],
)
def test_every_spelling_of_xywh(text: str) -> None:
    assert parse_xywh(text) == BOX


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,0,4", "1,2,3,-4", "xywh=percent:1,2,3,4", "1,2,3,9e99",
             "12-34-5-6 px"]
)  # fmt: skip
def test_what_is_no_box_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_xywh(text)


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_own_columns_in_any_order_and_many_pages(tmp_path: Path) -> None:
    path = write(tmp_path / "all.csv", "Digit;X;Y;W;H;Page", "3;12;34,5;5;6;a.jpg", "", "4;1;2;3;4;b",
                 "5;9;9;3;4;scans/a.jpg")  # fmt: skip
    found = read_boxes(path)
    assert found == {
        "a": (BoxedDigit(BOX, 3), BoxedDigit(Box(9, 9, 3, 4), 5)),
        "b": (BoxedDigit(Box(1, 2, 3, 4), 4),),
    }
    assert holds_boxes(path)


def test_the_published_annotations(tmp_path: Path) -> None:
    path = write(
        tmp_path / "digit_page_annotations.csv",
        "page_id,region,xywh,element_label,number,num_page_id,num_patch_id,book,page_id_",
        'http://host/1,http://host/r1,"xywh=12,34.5,5,6",^d,3.0,0,7,some_book,1692_book_1547_p20.jpg',
        'http://host/1,http://host/r2,"[1, 2, 3, 4]",d$,0,0,7,some_book,1692_book_1547_p20.jpg',
    )
    assert read_boxes(path) == {"1692_book_1547_p20": (BoxedDigit(BOX, 3), BoxedDigit(Box(1, 2, 3, 4), 0))}


def test_without_a_page_column_the_file_names_the_page(tmp_path: Path) -> None:
    path = write(tmp_path / "p7.digits.csv", "x,y,w,h,digit,legible", "12,34.5,5,6,3,1", "1,2,3,4,,",
                 "1,2,3,4,8,0")  # fmt: skip
    nothing = BoxedDigit(Box(1, 2, 3, 4), None)
    assert read_boxes(path) == {"p7": (BoxedDigit(BOX, 3), nothing, nothing)}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("page,x,y,w,digit", "a,1,2,3,4"), "no columns of digits and their boxes"),
        (("page,x,y,w,h,digit", "a,1,2,3,4,5", "a,1,2,three,4,5"), "line 3: '1, 2, three, 4' is no box"),
        (("page,x,y,w,h,digit", "a,1,2,3,4,57"), "line 2: '57' is not one digit"),
        (("page,xywh,number", 'a,"1,2,3",5'), "line 2: '1,2,3' is no box, as it is not four numbers"),
        (("page,x,y,w,h,digit", ",1,2,3,4,5"), "line 2: names no page"),
    ],
)
def test_faults_are_named(tmp_path: Path, lines: tuple[str, ...], said: str) -> None:
    path = write(tmp_path / "boxes.csv", *lines)
    with pytest.raises(TableError) as caught:
        read_boxes(path)
    assert said in str(caught.value) and str(path) in str(caught.value)


def test_other_tables_hold_no_boxes(tmp_path: Path) -> None:
    assert not holds_boxes(write(tmp_path / "cells.csv", "table,row,column,text,x,y,w,h", "t1,0,0,7,1,2,3,4"))
    with pytest.raises(TableError):
        holds_boxes(tmp_path / "missing.csv")


@pytest.mark.parametrize(
    ("name", "key"),
    [("a.jpg", "a"), ("http://x/y/a.b.TIF", "a.b"), ("C:\\scans\\a.png", "a"), ("vol.2_p3", "vol.2_p3")],
)
def test_page_keys(name: str, key: str) -> None:
    assert page_key(name) == key
