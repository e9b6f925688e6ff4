"""A reading as JSON and back, and the schema that describes it."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zij.corpora.exchange.readingjson import reading_from_json, reading_json
from zij.corpora.exchange.schema import reading_schema, violations
from zij.errors import InputError
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, State, Table

_length = st.floats(0, 500) | st.integers(0, 500)
_boxes = st.builds(Box, st.floats(-50, 500) | st.integers(-50, 500), _length, _length, _length)
_probability = st.floats(0, 1) | st.sampled_from([0, 1])
_glyphs = st.builds(
    Glyph, _boxes, st.text(max_size=2), _probability,
    st.lists(st.tuples(st.text(max_size=1), _probability), max_size=2).map(tuple), st.text(max_size=3),
)  # fmt: skip
_numbers = st.builds(
    Number, st.lists(_glyphs, max_size=2).map(tuple), st.text(max_size=4), _boxes, st.text(max_size=3)
)
_states: st.SearchStrategy[State] = st.sampled_from(["read", "uncertain", "unread", "empty"])
_cells = st.builds(
    Cell, st.integers(0, 9), st.integers(0, 9), _boxes, st.lists(_numbers, max_size=2).map(tuple),
    st.text(max_size=5), _states, _probability, st.integers(1, 3), st.integers(1, 3), st.booleans(),
    st.text(max_size=3), st.sampled_from(["", "human"]),
)  # fmt: skip
_tables = st.builds(
    Table, _boxes, st.integers(0, 9), st.integers(0, 9), st.lists(_cells, max_size=3).map(tuple),
    _probability, st.text(max_size=3),
)  # fmt: skip
_readings = st.builds(
    Reading, st.text(max_size=9), st.text(max_size=9), st.integers(0, 999), st.integers(0, 999),
    st.lists(_tables, max_size=2).map(tuple), st.lists(_numbers, max_size=2).map(tuple),
    st.sampled_from([0, 90, 180, 270]), st.floats(-45, 45), st.floats(0, 99), st.text(max_size=9),
    st.text(max_size=9), st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4)), max_size=2).map(tuple),
)  # fmt: skip


@given(_readings)
@settings(max_examples=80)
def test_to_json_and_back_is_the_identity(reading: Reading) -> None:
    text = reading_json(reading)
    again = reading_from_json(text)
    assert again == reading
    assert reading_json(again) == text
    assert reading_from_json(text.encode("utf-8")) == reading


@given(_readings)
@settings(max_examples=40)
def test_what_is_written_is_as_the_schema_says(reading: Reading) -> None:
    jsonschema.Draft202012Validator(reading_schema()).validate(json.loads(reading_json(reading)))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(reading_schema())


Change = Callable[[dict[str, Any]], Any]
CHANGES: dict[str, Change] = {
    "no image": lambda d: d.pop("image"),
    "image is a number": lambda d: d.update(image=3),
    "another member": lambda d: d.update(extra=1),
    "another format": lambda d: d.update(format="zij-page"),
    "version as text": lambda d: d.update(version="1"),
    "width below 0": lambda d: d.update(width=-1),
    "width broken": lambda d: d.update(width=3.5),
    "width true": lambda d: d.update(width=True),
    "turned by 45": lambda d: d.update(turn=45),
    "tables is an object": lambda d: d.update(tables={}),
    "table without box": lambda d: d["tables"][0].pop("box"),
    "box without x": lambda d: d["tables"][0]["box"].pop("x"),
    "box of height below 0": lambda d: d["tables"][0]["box"].update(h=-3),
    "confidence above 1": lambda d: d["tables"][0].update(confidence=1.2),
    "unknown state": lambda d: d["tables"][0]["cells"][0].update(state="guessed"),
    "no header": lambda d: d["tables"][0]["cells"][0].pop("header"),
    "header as a number": lambda d: d["tables"][0]["cells"][0].update(header=1),
    "span of 0": lambda d: d["tables"][0]["cells"][0].update(row_span=0),
    "glyph without text": lambda d: d["loose"][0]["glyphs"][0].pop("text"),
    "alternative as text": lambda d: d["loose"][0]["glyphs"][0].update(alternatives=["7"]),
    "parameter without value": lambda d: d["parameters"][0].pop("value"),
    "null": lambda d: d.update(skew=None),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_each_fault_is_found_here_and_by_an_independent_validator(
    change: Change, readings: dict[str, Reading]
) -> None:
    data = json.loads(reading_json(readings["full"]))
    assert list(violations(data, reading_schema())) == []
    broken = copy.deepcopy(data)
    change(broken)
    assert list(violations(broken, reading_schema()))
    assert not jsonschema.Draft202012Validator(reading_schema()).is_valid(broken)
    with pytest.raises(InputError, match=r"^page\.json: is .*; export the reading again.*\.$"):
        reading_from_json(json.dumps(broken), "page.json")


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[" * 100_000, '{"a": NaN}', '{"a": 1e999}', '{"a": Infinity}', "\ufeff{}",
        '{"a": "\\ud800"}', "3",
    ],
    ids=range(9),
)  # fmt: skip
def test_what_is_no_reading_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match=r"^page\.json: .*\.$") as caught:
        reading_from_json(text, "page.json")
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InputError, match="not readable as JSON"):
        reading_from_json(b"\xff\xfe{", "page.json")


def test_a_later_version_is_refused(readings: dict[str, Reading]) -> None:
    text = reading_json(readings["empty"]).replace('"version": 1', '"version": 2')
    with pytest.raises(InputError, match="is version 2 of this form, and only 1 can be read"):
        reading_from_json(text)


def test_whole_numbers_written_as_decimals_are_counts(readings: dict[str, Reading]) -> None:
    text = reading_json(readings["full"]).replace('"row": 2,', '"row": 2.0,')
    again = reading_from_json(text)
    assert again == readings["full"]
    assert all(isinstance(cell.row, int) for cell in again.tables[0].cells)


def test_what_is_not_finite_is_not_written(readings: dict[str, Reading]) -> None:
    broken = Reading("a.png", "", 1, 1, skew=math.nan)
    with pytest.raises(ValueError, match="not JSON compliant"):
        reading_json(broken)


def test_an_unknown_rule_of_a_schema_is_not_passed_over() -> None:
    with pytest.raises(NotImplementedError, match="pattern"):
        list(violations("a", {"type": "string", "pattern": "b"}))


@pytest.mark.parametrize(
    ("kind", "name"),
    [(Reading, ""), (Table, "table"), (Cell, "cell"), (Number, "number"), (Glyph, "glyph"), (Box, "box")],
)
def test_no_part_of_a_reading_is_forgotten(kind: Any, name: str) -> None:
    """What is added to the model must be added here, or it would be lost silently."""
    schema = reading_schema()
    known = set((schema["$defs"][name] if name else schema)["properties"])
    fields = {field.name for field in dataclasses.fields(kind)}
    assert known - ({"format", "version"} if kind is Reading else set()) == fields
