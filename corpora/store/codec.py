"""Readings as compact bytes, without loss, and back.

A reading is laid out in columns (all boxes, all texts, all confidences), written as JSON and compressed: half
the time and a quarter of the size of a tree of objects. Ids that are made from positions alone, as
`Reading.with_ids` makes them, are not stored. What is read back is checked like any file of strangers.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, islice, pairwise
from typing import Any, NoReturn, TypeVar

from zij.corpora.store.records import Packed
from zij.errors import InputError
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

__all__ = ["decode", "digest", "encode", "encoded", "packed"]

_Part = TypeVar("_Part")
_VERSION = 1
_LARGEST = 256 * 2**20  # bytes of JSON; a page of 100,000 digits has 10 million
_STATES = ("read", "uncertain", "unread", "empty")
_HEAD = (
    "image", "sha256", "width", "height", "turn", "skew", "digit_height", "source", "model",
)  # fmt: skip
_WHOLE = frozenset({int})
_REAL = frozenset({int, float})
_TEXT = frozenset({str})
_TRUTH = frozenset({bool})
_DIGITS = frozenset("0123456789")


def encode(reading: Reading) -> bytes:
    """A reading as bytes; `decode` gives an equal one back.

    Raises
    ------
    ValueError
        If a coordinate or confidence is not finite.
    """
    return bytes([_VERSION]) + zlib.compress(_json(reading), 1)


def digest(reading: Reading) -> str:
    """SHA-256 of all that a reading says, as 64 hexadecimal digits."""
    return hashlib.sha256(_json(reading)).hexdigest()


def encoded(reading: Reading) -> tuple[bytes, str]:
    """What `encode` and `digest` give, at the cost of one."""
    data = _json(reading)
    return bytes([_VERSION]) + zlib.compress(data, 1), hashlib.sha256(data).hexdigest()


def packed(reading: Reading) -> Packed:
    """A reading as it is stored, with what is asked of it most.

    Raises
    ------
    ValueError
        If a coordinate or confidence is not finite.
    """
    body, digest = encoded(reading)
    return Packed(
        reading.image, reading.sha256, reading.source, reading.width, reading.height, body, digest,
        tables=len(reading.tables),
        digits=sum(glyph.text in _DIGITS for glyph in reading.glyphs()),
    )  # fmt: skip


def decode(blob: bytes, name: str = "the corpus") -> Reading:
    """The reading that `encode` wrote.

    Parameters
    ----------
    blob : bytes
    name : str
        What to call it in an error.

    Returns
    -------
    Reading

    Raises
    ------
    InputError
        If it is anything else.
    """
    try:
        return _reading(_Columns(_unpacked(blob)))
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError, zlib.error) as error:
        raise InputError(
            f"{name}: a stored reading is damaged ({error}); take the corpus from a backup, or process the "
            "page again."
        ) from error


def _json(reading: Reading) -> bytes:
    cells = [cell for table in reading.tables for cell in table.cells]
    numbers = [number for cell in cells for number in cell.numbers]
    numbers.extend(reading.loose)
    glyphs = [glyph for number in numbers for glyph in number.glyphs]
    others = [other for glyph in glyphs for other in glyph.alternatives]
    parts: tuple[Sequence[Any], ...] = (reading.tables, cells, numbers, glyphs)
    boxes = [part.box for part in chain(*parts)]
    ids = [part.id for part in chain(*parts)]
    columns = {
        "head": [getattr(reading, name) for name in _HEAD],
        "parameters": list(chain.from_iterable(reading.parameters)),
        "x": [box.x for box in boxes],
        "y": [box.y for box in boxes],
        "w": [box.w for box in boxes],
        "h": [box.h for box in boxes],
        "ids": _short_ids(ids, reading.tables, cells, numbers),
        "rows": [table.rows for table in reading.tables],
        "columns": [table.columns for table in reading.tables],
        "table_confidence": [table.confidence for table in reading.tables],
        "cells": [len(table.cells) for table in reading.tables],
        "row": [cell.row for cell in cells],
        "column": [cell.column for cell in cells],
        "row_span": [cell.row_span for cell in cells],
        "column_span": [cell.column_span for cell in cells],
        "cell_text": [cell.text for cell in cells],
        "state": [_STATES.index(cell.state) for cell in cells],
        "cell_confidence": [cell.confidence for cell in cells],
        "header": [cell.header for cell in cells],
        "cell_source": [cell.source for cell in cells],
        "numbers": [len(cell.numbers) for cell in cells],
        "number_text": [number.text for number in numbers],
        "glyphs": [len(number.glyphs) for number in numbers],
        "glyph_text": [glyph.text for glyph in glyphs],
        "glyph_confidence": [glyph.confidence for glyph in glyphs],
        "others": [len(glyph.alternatives) for glyph in glyphs],
        "other_text": [text for text, _ in others],
        "other_confidence": [confidence for _, confidence in others],
    }
    return json.dumps(columns, allow_nan=False, separators=(",", ":")).encode("ascii")


def _short_ids(
    ids: list[str], tables: Sequence[Table], cells: Sequence[Cell], numbers: Sequence[Number]
) -> list[str] | bool:
    """False for no ids, True for those of the positions, else the ids."""
    if not any(ids):
        return False
    made = _position_ids(
        [len(table.cells) for table in tables],
        [cell.row for cell in cells],
        [cell.column for cell in cells],
        [len(cell.numbers) for cell in cells],
        [len(number.glyphs) for number in numbers],
    )
    return True if ids == made else ids


def _position_ids(
    cells: Sequence[int],
    rows: Sequence[int],
    columns: Sequence[int],
    numbers: Sequence[int],
    glyphs: Sequence[int],
) -> list[str]:
    """The ids of `Reading.with_ids`: of all tables, cells, numbers and glyphs."""
    tables = [f"t{n}" for n in range(1, len(cells) + 1)]
    names: list[str] = []
    places = zip(rows, columns, strict=True)
    for table, count in zip(tables, cells, strict=True):
        taken: Counter[tuple[int, int]] = Counter()
        for place in islice(places, count):
            taken[place] += 1
            again = f"_{taken[place]}" if taken[place] > 1 else ""
            names.append(f"{table}_r{place[0]}c{place[1]}{again}")
    words = [f"{name}_w{n}" for name, count in zip(names, numbers, strict=True) for n in range(1, count + 1)]
    words += [f"x{n}" for n in range(1, len(glyphs) - len(words) + 1)]
    signs = [f"{name}_g{n}" for name, count in zip(words, glyphs, strict=True) for n in range(1, count + 1)]
    return [*tables, *names, *words, *signs]


def _unpacked(blob: bytes) -> Any:
    if not isinstance(blob, bytes) or blob[:1] != bytes([_VERSION]):
        raise ValueError("it is of a form that this zij does not know")
    stream = zlib.decompressobj()
    data = stream.decompress(blob[1:], _LARGEST)
    if not stream.eof or stream.unused_data:
        raise ValueError("it does not end where it should")
    return json.loads(data, parse_constant=_refuse)


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


class _Columns:
    """The columns of a stored reading, each checked when it is taken."""

    def __init__(self, data: Any) -> None:
        if not isinstance(data, dict):
            raise ValueError("it has no columns")
        self._data = data

    def of(self, name: str, kinds: frozenset[type], size: int | None = None) -> list[Any]:
        """A column whose values are all of these types; numbers are finite."""
        column = self._data[name]
        if not isinstance(column, list) or not kinds.issuperset(map(type, column)):
            raise ValueError(f"column {name!r} holds what it should not")
        if size is not None and len(column) != size:
            raise ValueError(f"column {name!r} has {len(column)} values, not {size}")
        if kinds is _REAL and column and not (math.isfinite(max(column)) and math.isfinite(min(column))):
            raise ValueError(f"column {name!r} holds what is not finite")
        return column

    def counts(self, name: str, size: int, total: int) -> list[int]:
        """A column of numbers of parts, which sum to the parts that there are."""
        column = self.of(name, _WHOLE, size)
        if column and (min(column) < 0 or sum(column) > total):
            raise ValueError(f"column {name!r} does not count what is there")
        return column

    def ids(self, cells: list[int], numbers: list[int], glyphs: list[int]) -> Iterator[str]:
        """The ids of all tables, cells, numbers and glyphs."""
        size = len(cells) + len(numbers) + len(glyphs) + sum(glyphs)
        stored = self._data["ids"]
        if stored is False:
            return iter([""] * size)
        if stored is True:
            rows, columns = self.of("row", _WHOLE), self.of("column", _WHOLE)
            return iter(_position_ids(cells, rows, columns, numbers, glyphs))
        return iter(self.of("ids", _TEXT, size))


def _reading(columns: _Columns) -> Reading:
    size = {name: len(columns.of(name, _TEXT)) for name in ("cell_text", "number_text", "glyph_text")}
    tables = len(columns.of("rows", _WHOLE))
    total = tables + sum(size.values())
    boxes = map(Box, *(columns.of(name, _REAL, total) for name in "xywh"))
    cells = columns.counts("cells", tables, size["cell_text"])
    numbers = columns.counts("numbers", size["cell_text"], size["number_text"])
    glyphs = columns.counts("glyphs", size["number_text"], size["glyph_text"])
    if sum(cells) != size["cell_text"] or sum(glyphs) != size["glyph_text"]:
        raise ValueError("parts belong to nothing")
    ids = columns.ids(cells, numbers, glyphs)
    # boxes and ids stand in the order tables, cells, numbers, glyphs; parts are made from the smallest up
    outer = [list(islice(boxes, count)) for count in (tables, *size.values())]
    names = [list(islice(ids, count)) for count in (tables, *size.values())]
    signs = tuple(_glyphs(columns, outer[3], names[3]))
    texts = columns.of("number_text", _TEXT)
    words = tuple(map(Number, _groups(signs, glyphs), texts, outer[2], names[2]))
    fields = tuple(_cells(columns, _groups(words, numbers), outer[1], names[1]))
    made = tuple(_tables(columns, _groups(fields, cells), outer[0], names[0]))
    return Reading(**_head(columns), tables=made, loose=words[sum(numbers) :])


def _groups(parts: tuple[_Part, ...], counts: list[int]) -> list[tuple[_Part, ...]]:
    """The parts one after the other in groups of these sizes."""
    ends = accumulate(counts, initial=0)
    return [parts[start:stop] for start, stop in pairwise(ends)]


def _head(columns: _Columns) -> dict[str, Any]:
    values = dict(zip(_HEAD, columns.of("head", _REAL | _TEXT, len(_HEAD)), strict=True))
    for names, kinds in (
        (("image", "sha256", "source", "model"), _TEXT),
        (("width", "height", "turn"), _WHOLE),
        (("skew", "digit_height"), _REAL),
    ):
        if not kinds.issuperset(type(values[name]) for name in names):
            raise ValueError("the facts of the page hold what they should not")
    if not all(map(math.isfinite, (values["skew"], values["digit_height"]))):
        raise ValueError("the facts of the page hold what is not finite")
    parameters = iter(columns.of("parameters", _TEXT))
    return {**values, "parameters": tuple(zip(parameters, parameters, strict=True))}


def _tables(
    columns: _Columns, cells: list[tuple[Cell, ...]], boxes: list[Box], ids: list[str]
) -> Iterator[Table]:
    count = len(boxes)
    return map(
        Table,
        boxes,
        columns.of("rows", _WHOLE, count),
        columns.of("columns", _WHOLE, count),
        cells,
        columns.of("table_confidence", _REAL, count),
        ids,
    )


def _cells(
    columns: _Columns, numbers: list[tuple[Number, ...]], boxes: list[Box], ids: list[str]
) -> Iterator[Cell]:
    count = len(boxes)
    states = columns.of("state", _WHOLE, count)
    if states and not 0 <= min(states) <= max(states) < len(_STATES):
        raise ValueError("a cell is in no state that there is")
    return map(
        Cell,
        columns.of("row", _WHOLE, count),
        columns.of("column", _WHOLE, count),
        boxes,
        numbers,
        columns.of("cell_text", _TEXT, count),
        [_STATES[state] for state in states],
        columns.of("cell_confidence", _REAL, count),
        columns.of("row_span", _WHOLE, count),
        columns.of("column_span", _WHOLE, count),
        columns.of("header", _TRUTH, count),
        ids,
        columns.of("cell_source", _TEXT, count),
    )


def _glyphs(columns: _Columns, boxes: list[Box], ids: list[str]) -> Iterator[Glyph]:
    count = len(boxes)
    texts = columns.of("other_text", _TEXT)
    confidences = columns.of("other_confidence", _REAL, len(texts))
    others = columns.counts("others", count, len(texts))
    if sum(others) != len(texts):
        raise ValueError("parts belong to nothing")
    pairs = tuple(zip(texts, confidences, strict=True))
    return map(
        Glyph,
        boxes,
        columns.of("glyph_text", _TEXT, count),
        columns.of("glyph_confidence", _REAL, count),
        _groups(pairs, others),
        ids,
    )
