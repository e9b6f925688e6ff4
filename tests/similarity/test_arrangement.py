"""Arrangements keep the numbers of tables with their places, in bytes that are checked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zij.errors import InputError
from zij.similarity.arrangement import Arrangement, arrangement
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Number, Reading, Table

BOX = Box(0, 0, 10, 10)
DAMAGED = "process the page again"


def page(*tables: list[Cell]) -> Reading:
    grids = tuple(Table(BOX, 3, 3, tuple(cells)) for cells in tables)
    return Reading("x.png", "", 100, 100, grids, loose=(Number((), "77", BOX),))


def entries(found: Arrangement) -> list[tuple[int, ...]]:
    fields = (found.table, found.row, found.column, found.part, found.value, found.confidence)
    return list(zip(*(field.tolist() for field in fields), strict=True))


def test_numbers_of_tables_with_their_places() -> None:
    first = [
        Cell(1, 0, BOX, text="23 51", confidence=0.6, state="uncertain"),
        Cell(0, 0, BOX, text="05", state="read"),
        Cell(0, 2, BOX, text="", state="empty"),
        Cell(0, 1, BOX, text="28·971 in.", state="read"),
    ]
    second = [Cell(4, 1, BOX, (Number((), "8", BOX), Number((), "9", BOX)), row_span=3, column_span=2)]
    assert entries(arrangement(page(first, second))) == [
        (0, 0, 0, 0, 5, 255),
        (0, 0, 1, 0, 28971, 255),
        (0, 1, 0, 0, 23, 153),
        (0, 1, 0, 1, 51, 153),
        (1, 5, 1, 0, 8, 255),
        (1, 5, 1, 1, 9, 255),
    ]


def test_two_cells_in_one_place_are_parts_of_one() -> None:
    found = arrangement(page([Cell(0, 0, BOX, text="7"), Cell(0, 0, BOX, text="5")]))
    assert entries(found) == [(0, 0, 0, 0, 7, 255), (0, 0, 0, 1, 5, 255)]


def test_long_numbers_are_told_apart() -> None:
    texts = ["1" + "0" * 18, "2" + "0" * 18, "0002" + "0" * 18, "9" * 18]
    values = arrangement(page([Cell(n, 0, BOX, text=text) for n, text in enumerate(texts)])).value.tolist()
    assert values[1] == values[2] != values[0]
    assert min(values[:3]) >= 2**63
    assert values[3] == int("9" * 18)


def test_places_beyond_the_form_are_left_out() -> None:
    cells = [Cell(70_000, 0, BOX, text="1"), Cell(0, 70_000, BOX, text="2"), Cell(1, 1, BOX, text="3")]
    assert arrangement(page(cells)).value.tolist() == [3]


def test_a_page_without_tables_is_empty() -> None:
    found = arrangement(page())
    assert len(found) == 0
    assert Arrangement.from_bytes(found.to_bytes()) == found


numbers = st.one_of(st.integers(0, 59), st.integers(0, 10**25))
cells = st.builds(
    lambda row, column, texts, confidence: Cell(
        row, column, BOX, text=" ".join(map(str, texts)), confidence=confidence
    ),
    st.integers(0, 65_535),
    st.integers(0, 300),
    st.lists(numbers, max_size=3),
    st.floats(0, 1),
)


@given(st.lists(st.lists(cells, max_size=6), max_size=3))
def test_bytes_give_the_arrangement_back(tables: list[list[Cell]]) -> None:
    found = arrangement(page(*tables))
    back = Arrangement.from_bytes(found.to_bytes())
    assert back == found
    assert hash(back) == hash(found)
    assert [field.dtype for field in (back.table, back.part, back.value)] == [np.uint16, np.uint8, np.uint64]


def test_damaged_bytes_are_refused() -> None:
    good = arrangement(page([Cell(r, c, BOX, text=str(7 * r + c)) for r in range(4) for c in range(3)]))
    content = good.to_bytes()
    for cut in range(len(content)):
        with pytest.raises(InputError, match=DAMAGED):
            Arrangement.from_bytes(content[:cut])
    with pytest.raises(InputError, match=DAMAGED):
        Arrangement.from_bytes(content + b"\0")


@given(st.data())
def test_changed_bytes_are_refused_or_are_another_arrangement(data: st.DataObject) -> None:
    content = bytearray(arrangement(page([Cell(r, 0, BOX, text=str(90 * r)) for r in range(5)])).to_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    try:
        found = Arrangement.from_bytes(bytes(content))
    except InputError:
        return
    assert found.to_bytes() == bytes(content)


def test_places_out_of_order_are_refused() -> None:
    good = arrangement(page([Cell(r, 0, BOX, text="9") for r in range(3)]))
    turned = Arrangement(good.table, good.row[::-1], good.column, good.part, good.value, good.confidence)
    with pytest.raises(InputError, match=DAMAGED):
        Arrangement.from_bytes(turned.to_bytes())
