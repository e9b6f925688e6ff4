"""Tables for DISHAS: keys, places, gaps. Whether kanon reads them is tried by `make interop`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_collection import cell, leaves_of, table

from zij.corpora.exchange.dishas import MISSING, Value, columns_of, table_content, value_at, write_dishas
from zij.corpora.exchange.leaf import Leaf
from zij.corpora.exchange.options import Options
from zij.errors import InputError, UsageError
from zij.tables.reading import Cell, Reading

# Every key that kanon 0.6.5 looks at, and what it expects there.
KEYS: dict[str, type] = {
    "source_value_original": dict, "argument1_name": str, "argument1_number_unit": str,
    "argument1_significant_fractional_place": str, "argument1_type_of_number": str,
    "entry_significant_fractional_place": str, "entry_number_unit": str, "entry_type_of_number": str,
    "entry_number_of_cell": str, "symmetries": list, "edited_text": dict, "table_type": dict,
}  # fmt: skip


@pytest.fixture
def leaves(readings: dict[str, Reading]) -> list[Leaf]:
    return leaves_of(readings)


def content(leaf: Leaf, argument: str = "0", entry: str = "1", **more: Any) -> dict[str, Any]:
    options = Options(argument=argument, entries=(entry,), **more)
    columns, (entries,) = columns_of(leaf.reading.tables[0], options)
    return table_content(leaf, leaf.reading.tables[0], columns, entries, options)


def values(content: dict[str, Any], name: str) -> list[list[str]]:
    part = content["source_value_original"]
    return [value["value"] for value in (part["entry"] if name == "entry" else part["args"]["argument1"])]


def test_the_keys_are_those_that_kanon_reads(leaves: list[Leaf]) -> None:
    found = content(leaves[0], entry_unit="hour")
    for key, kind in KEYS.items():
        assert isinstance(found[key], kind), key
    assert set(found["source_value_original"]) == {"args", "entry"}
    assert found["table_type"] == {"id": "0"} and found["entry_number_unit"] == "hour"
    for value in found["source_value_original"]["entry"]:
        assert set(value) == {"value", "comment", "suggested", "critical_apparatus"}
        assert all(isinstance(place, str) for place in value["value"])


def test_rows_of_headings_are_left_out_and_name_the_argument(leaves: list[Leaf]) -> None:
    found = content(leaves[0])
    assert found["argument1_name"] == "Gradus"
    assert values(found, "argument") == [["12"], ["13"], ["13"]]
    assert values(found, "entry") == [["30", "00"], ["31", "15"], ["**"]]


def test_columns_are_joined_into_places(leaves: list[Leaf]) -> None:
    found = content(leaves[0], entry="1+2")
    assert values(found, "entry") == [["30", "05", "00"], ["31", "15", "**"], ["**", "59", "00"]]
    comments = [value["comment"] for value in found["source_value_original"]["entry"]]
    assert comments == [
        "uncertain (0.8); 2 of 3 places are written", "unread", "empty; 2 of 3 places are written"
    ]  # fmt: skip
    assert found["entry_significant_fractional_place"] == "2" and found["entry_number_of_cell"] == "3"


def test_a_cell_beside_several_rows_counts_in_each(leaves: list[Leaf]) -> None:
    arguments = content(leaves[0])["source_value_original"]["args"]["argument1"]
    assert [value["comment"] for value in arguments] == ["", *["set beside rows 2 to 3"] * 2]


def found(text: str, state: Any = "read") -> Value:
    return value_at({(0, 0): cell(0, 0, text, state)}, 0, [0])


@pytest.mark.parametrize(
    ("text", "places", "number"),
    [
        ("7", ("07",), 7.0),
        ("12 30", ("12", "30"), 12.5),
        ("384 06 36", ("384", "06", "36"), 384.11),
        ("-0 45", ("-00", "45"), -0.75),
        ("−12 15", ("-12", "15"), -12.25),
        ("Gr. 12. 30", ("12", "30"), 12.5),
        ("12 72", ("12", MISSING), None),
        ("12 -30", ("12", MISSING), None),
        ("12.30", (MISSING,), None),
        ("1½", (MISSING,), None),
        ("Finis", (MISSING,), None),
        ("", (MISSING,), None),
    ],
)
def test_texts_become_places(text: str, places: tuple[str, ...], number: float | None) -> None:
    value = found(text)
    assert value.places == places
    assert value.number() == (None if number is None else pytest.approx(number))
    strange = number is None and bool(text)
    assert (f"read as {text!r}, which is no sexagesimal number" == value.comment) == strange


def test_gaps_say_what_they_are() -> None:
    assert found("", "unread") == Value((MISSING,), "unread")
    assert found("") == Value((MISSING,), "empty", True)
    assert value_at({}, 0, [0]).empty


def test_large_whole_numbers_are_no_sexagesimal_places(leaves: list[Leaf]) -> None:
    def kind(text: str) -> str:
        reading = replace(leaves[0].reading, tables=(table(cell(0, 0, "1"), cell(0, 1, text)),))
        return str(content(leaves[0].with_reading(reading))["entry_type_of_number"])

    assert kind("59 30") == "sexagesimal" and kind("60 30") == "integer and sexagesimal"


def test_by_default_the_first_column_is_the_argument(leaves: list[Leaf], tmp_path: Path) -> None:
    assert columns_of(leaves[0].reading.tables[0], Options()) == ((0,), ((1,), (2,)))
    remarks = write_dishas(tmp_path, leaves, Options())
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["full.t1.c1.json", "full.t1.c2.json", "ünïcode.t1.c1.json", "ünïcode.t1.c2.json"]
    assert json.loads((tmp_path / names[0]).read_text("utf-8"))["edited_text"]["image"] == "full.png"
    assert remarks == ("6 values as comments",)


def test_tables_without_the_columns_are_counted(leaves: list[Leaf], tmp_path: Path) -> None:
    wide = table(cell(0, 0, "1"), cell(0, 7, "3"))
    more = leaves[0].with_reading(replace(leaves[0].reading, tables=(wide,)).with_ids())
    assert write_dishas(tmp_path, [more, *leaves], Options(entries=("7",)))[0].startswith("2 tables without")
    with pytest.raises(InputError, match=r"no table has numbers in the columns asked for \(0, 9\)"):
        write_dishas(tmp_path, leaves, Options(entries=("9",)))
    with pytest.raises(InputError, match="no table has numbers"):
        write_dishas(tmp_path, leaves[1:3], Options())


@pytest.mark.parametrize("columns", ["-1", "a", "1+", "1,2", "", "1" * 9])
def test_columns_are_numbers(columns: str) -> None:
    with pytest.raises(UsageError, match="names no columns"):
        Options(argument=columns)


def test_two_cells_in_one_place_do_not_break_it(leaves: list[Leaf]) -> None:
    cells: list[Cell] = [cell(0, 0, "1"), cell(0, 1, "2"), cell(0, 1, "3")]
    reading = replace(leaves[0].reading, tables=(table(*cells),))
    assert values(content(leaves[0].with_reading(reading)), "entry") == [["02"]]
