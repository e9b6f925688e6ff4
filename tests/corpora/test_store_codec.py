"""Readings as bytes: nothing is lost, and nothing strange is let in."""

from __future__ import annotations

import json
import random
import zlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_collection import collection

from zij.corpora.store import codec
from zij.corpora.store.codec import decode, digest, encode, encoded
from zij.errors import InputError
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

texts = st.text(st.characters(), max_size=6)  # halves of surrogate pairs, too
reals = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**70), 2**70))
wholes = st.integers(0, 1000)
boxes = st.builds(Box, reals, reals, reals, reals)
glyphs = st.builds(
    Glyph, boxes, texts, reals, st.lists(st.tuples(texts, reals), max_size=3).map(tuple), texts
)
numbers = st.builds(Number, st.lists(glyphs, max_size=3).map(tuple), texts, boxes, texts)
cells = st.builds(
    Cell, wholes, wholes, boxes, st.lists(numbers, max_size=2).map(tuple), texts,
    st.sampled_from(["read", "uncertain", "unread", "empty"]), reals, wholes, wholes, st.booleans(), texts,
    texts,
)  # fmt: skip
tables = st.builds(Table, boxes, wholes, wholes, st.lists(cells, max_size=3).map(tuple), reals, texts)
readings = st.builds(
    Reading, texts, texts, wholes, wholes, st.lists(tables, max_size=2).map(tuple),
    st.lists(numbers, max_size=2).map(tuple), wholes, reals, reals, texts, texts,
    st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
)  # fmt: skip


@settings(max_examples=60)
@given(readings, st.booleans())
def test_every_reading_comes_back_equal_and_of_the_same_types(reading: Reading, named: bool) -> None:
    reading = reading.with_ids() if named else reading
    back = decode(encode(reading))
    assert back == reading
    assert repr(back) == repr(reading)  # 3 is not 3.0, -0.0 not 0.0
    assert encoded(reading) == (encode(reading), digest(reading))


@pytest.mark.parametrize("stem", sorted(collection()))
def test_ids_of_positions_take_no_room(stem: str) -> None:
    reading = collection()[stem]
    assert len(encode(reading.with_ids())) <= len(encode(reading)) + 4
    other = replace(reading.with_ids(), loose=(Number((), "5", Box(0, 0, 1, 1), "mine"),))
    assert decode(encode(other)) == other


def test_a_second_cell_in_one_place_has_the_id_of_the_reading() -> None:
    twice = tuple(Cell(0, 0, Box(0, 0, 1, 1), (Number((), "5", Box(0, 0, 1, 1)),)) for _ in range(3))
    reading = Reading("a.png", "", 1, 1, (Table(Box(0, 0, 1, 1), 1, 1, twice),)).with_ids()
    assert b'"ids":true' in zlib.decompress(encode(reading)[1:])
    assert decode(encode(reading)) == reading


def test_the_digest_tells_readings_apart() -> None:
    made = [reading.with_ids() for reading in collection().values()]
    assert len({digest(reading) for reading in made}) == len(made)
    assert digest(made[0]) == digest(decode(encode(made[0])))
    assert digest(made[0]) != digest(replace(made[0], source="human"))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_finite_is_not_stored(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(replace(collection()["full"], skew=value))


def damaged(**columns: object) -> bytes:
    """The stored full page with other columns."""
    data = json.loads(zlib.decompress(encode(collection()["full"])[1:]))
    assert columns.keys() <= data.keys()
    return b"\x01" + zlib.compress(json.dumps({**data, **columns}).encode())


@pytest.mark.parametrize(
    "columns",
    [
        {"x": [1.0]},
        {"x": "1"},
        {"x": [10**400] * 41},
        {"head": []},
        {"head": ["a.png", 5, 1, 1, 0, 0.0, 0.0, "machine", ""]},
        {"head": ["a.png", "", 1.5, 1, 0, 0.0, 0.0, "machine", ""]},
        {"head": ["a.png", "", 1, 1, 0, float("nan"), 0.0, "machine", ""]},
        {"parameters": ["odd"]},
        {"state": [7] * 10},
        {"state": [True] * 10},
        {"header": [0] * 10},
        {"cells": [11]},
        {"cells": [9]},
        {"cells": [-1]},
        {"numbers": [99] * 10},
        {"glyphs": [-5]},
        {"others": []},
        {"other_confidence": []},
        {"ids": ["t1"]},
        {"ids": 1},
        {"ids": None},
        {"glyph_confidence": ["1"] * 17},
        {"row": [None] * 10},
    ],
)
def test_columns_that_cannot_be_right_are_refused(columns: dict[str, object]) -> None:
    with pytest.raises(
        InputError, match=r"^page 5: a stored reading is damaged \(.*\); take the corpus from"
    ):
        decode(damaged(**columns), "page 5")


def test_what_is_left_whole_is_read() -> None:
    assert decode(damaged()) == collection()["full"]


@pytest.mark.parametrize(
    "blob",
    [b"", b"\x01", b"\x02" + zlib.compress(b"{}"), b"\x01" + zlib.compress(b"[]"),
     b"\x01" + zlib.compress(b"{}"), b"\x01" + zlib.compress(b"[" * 100_000),
     b"\x01" + zlib.compress(b'{"x": NaN}'), b"\x01abc"],
)  # fmt: skip
def test_other_bytes_are_refused(blob: bytes) -> None:
    with pytest.raises(InputError, match="damaged"):
        decode(blob)


def test_a_small_blob_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "_LARGEST", 100_000)
    with pytest.raises(InputError, match="does not end where it should"):
        decode(b"\x01" + zlib.compress(b" " * 10_000_000))


def test_every_cut_and_most_flipped_bits_are_noticed() -> None:
    blob, chance = encode(collection()["full"].with_ids()), random.Random(7)
    for size in range(len(blob)):
        with pytest.raises(InputError):
            decode(blob[:size])
    for _ in range(300):
        place = chance.randrange(len(blob))
        changed = blob[:place] + bytes([blob[place] ^ 1 << chance.randrange(8)]) + blob[place + 1 :]
        with pytest.raises(InputError):  # zlib's checksum sees it
            decode(changed)
