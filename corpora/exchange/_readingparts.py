"""The parts of a reading from what JSON gives, each checked as it is built.

The same is accepted as by `reading.schema.json`, which describes the form; a test holds the two against each
other. Interpreting a schema takes twenty times as long, and a corpus has ten thousand such files.
"""

from __future__ import annotations

from typing import Any

from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

__all__ = ["Misfit", "reading_of"]

_NUMERIC = frozenset({int, float})  # exact types: a truth value is no number
_STATES = frozenset({"read", "uncertain", "unread", "empty"})
_TURNS = frozenset({0, 90, 180, 270})
_FAR = float("inf")


class Misfit(Exception):
    """Something is not as the schema says; which, the schema's own check tells."""


def reading_of(data: Any) -> Reading:
    """The reading that parsed JSON describes.

    Parameters
    ----------
    data : any
        As `json.loads` gives it, without NaN.

    Raises
    ------
    Misfit
        If it is not as the schema says.
    """
    try:
        return _reading(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise Misfit from error


def _reading(data: dict[str, Any]) -> Reading:
    turn, skew, height = data["turn"], data["skew"], data["digit_height"]
    version = data["version"]
    if (
        len(data) != 14
        or data["format"] != "zij-reading"
        or type(version) not in _NUMERIC
        or version != 1
        or type(turn) not in _NUMERIC
        or turn not in _TURNS
        or type(skew) not in _NUMERIC
        or not -_FAR < skew < _FAR
        or type(height) not in _NUMERIC
        or not 0 <= height < _FAR
    ):
        raise Misfit
    texts = [data[name] for name in ("image", "sha256", "source", "model")]
    if any(type(text) is not str for text in texts):
        raise Misfit
    image, sha256, source, model = texts
    return Reading(
        image, sha256, _whole(data["width"], 0), _whole(data["height"], 0),
        tuple([_table(item) for item in _items(data["tables"])]),
        tuple([_number(item) for item in _items(data["loose"])]),
        int(turn), skew, height, source, model,
        tuple([_parameter(item) for item in _items(data["parameters"])]),
    )  # fmt: skip


def _items(value: Any) -> list[Any]:
    if type(value) is not list:
        raise Misfit
    return value


def _whole(value: Any, least: int) -> int:
    """A count; JSON may have 3.0 for 3."""
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int or value < least:
        raise Misfit
    return value


def _parameter(data: dict[str, Any]) -> tuple[str, str]:
    name, value = data["name"], data["value"]
    if len(data) != 2 or type(name) is not str or type(value) is not str:
        raise Misfit
    return name, value


def _box(data: dict[str, Any]) -> Box:
    x, y, w, h = data["x"], data["y"], data["w"], data["h"]
    if (
        len(data) != 4
        or type(x) not in _NUMERIC
        or type(y) not in _NUMERIC
        or type(w) not in _NUMERIC
        or type(h) not in _NUMERIC
        or not (-_FAR < x < _FAR and -_FAR < y < _FAR and 0 <= w < _FAR and 0 <= h < _FAR)
    ):
        raise Misfit
    return Box(x, y, w, h)


def _table(data: dict[str, Any]) -> Table:
    name, confidence = data["id"], data["confidence"]
    if (
        len(data) != 6
        or type(name) is not str
        or type(confidence) not in _NUMERIC
        or not 0 <= confidence <= 1
    ):
        raise Misfit
    cells = tuple([_cell(item) for item in _items(data["cells"])])
    rows, columns = _whole(data["rows"], 0), _whole(data["columns"], 0)
    return Table(_box(data["box"]), rows, columns, cells, confidence, name)


def _cell(data: dict[str, Any]) -> Cell:
    name, text, state, source = data["id"], data["text"], data["state"], data["source"]
    header, confidence = data["header"], data["confidence"]
    if (
        len(data) != 12
        or type(name) is not str
        or type(text) is not str
        or type(source) is not str
        or type(header) is not bool
        or state not in _STATES
        or type(confidence) not in _NUMERIC
        or not 0 <= confidence <= 1
    ):
        raise Misfit
    numbers = tuple([_number(item) for item in _items(data["numbers"])])
    return Cell(
        _whole(data["row"], 0), _whole(data["column"], 0), _box(data["box"]), numbers, text, state,
        confidence, _whole(data["row_span"], 1), _whole(data["column_span"], 1), header, name, source,
    )  # fmt: skip


def _number(data: dict[str, Any]) -> Number:
    name, text = data["id"], data["text"]
    if len(data) != 4 or type(name) is not str or type(text) is not str:
        raise Misfit
    return Number(tuple([_glyph(item) for item in _items(data["glyphs"])]), text, _box(data["box"]), name)


def _glyph(data: dict[str, Any]) -> Glyph:
    name, text, confidence, others = data["id"], data["text"], data["confidence"], data["alternatives"]
    if (
        len(data) != 5
        or type(name) is not str
        or type(text) is not str
        or type(confidence) not in _NUMERIC
        or not 0 <= confidence <= 1
    ):
        raise Misfit
    alternatives = tuple([_alternative(item) for item in _items(others)])
    return Glyph(_box(data["box"]), text, confidence, alternatives, name)


def _alternative(data: dict[str, Any]) -> tuple[str, float]:
    text, confidence = data["text"], data["confidence"]
    if (
        len(data) != 2
        or type(text) is not str
        or type(confidence) not in _NUMERIC
        or not 0 <= confidence <= 1
    ):
        raise Misfit
    return text, confidence
