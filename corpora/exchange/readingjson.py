"""A reading as JSON, without loss, and back.

The form is described by `reading.schema.json`; every file states its version.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from zij.corpora.exchange.schema import reading_schema, violations
from zij.errors import InputError
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

__all__ = ["FORMAT", "VERSION", "reading_from_json", "reading_json"]

FORMAT = "zij-reading"
VERSION = 1


def reading_json(reading: Reading) -> str:
    """A reading as JSON text; `reading_from_json` gives an equal reading back.

    Raises
    ------
    ValueError
        If a coordinate or confidence is not finite.
    """
    data = {
        "format": FORMAT,
        "version": VERSION,
        "image": reading.image,
        "sha256": reading.sha256,
        "width": reading.width,
        "height": reading.height,
        "turn": reading.turn,
        "skew": reading.skew,
        "digit_height": reading.digit_height,
        "source": reading.source,
        "model": reading.model,
        "parameters": [{"name": name, "value": value} for name, value in reading.parameters],
        "tables": [_table(table) for table in reading.tables],
        "loose": [_number(number) for number in reading.loose],
    }
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def reading_from_json(text: str | bytes, name: str = "the file") -> Reading:
    """The reading that `reading_json` wrote.

    Parameters
    ----------
    text : str or bytes
        JSON; bytes are UTF-8.
    name : str
        What to call it in an error.

    Raises
    ------
    InputError
        If it is no JSON, or not as the schema says.
    """
    try:
        data = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        json.dumps(data, ensure_ascii=False).encode()  # half a surrogate pair could never be written again
    except (ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0].rstrip(".") or "nested too deeply"
        raise InputError(f"{name}: not readable as JSON ({reason}); export the reading again.") from error
    if isinstance(data, dict) and data.get("format") == FORMAT and data.get("version") != VERSION:
        raise InputError(
            f"{name}: is version {str(data.get('version'))[:20]} of this form, and only {VERSION} can be "
            "read; export the reading again with this zij."
        )
    wrong = next(violations(data, reading_schema()), None)
    if wrong is not None:
        raise InputError(f"{name}: is no reading as zij writes it: {wrong}; export the reading again.")
    parts = {**data, **_whole(data, "width", "height", "turn")}
    parts["tables"] = tuple(map(_table_of, data["tables"]))
    parts["loose"] = tuple(map(_number_of, data["loose"]))
    parts["parameters"] = tuple((item["name"], item["value"]) for item in data["parameters"])
    del parts["format"], parts["version"]
    return Reading(**parts)


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _finite(word: str) -> float:
    value = float(word)
    if not math.isfinite(value):
        raise ValueError(f"{word[:20]} is too large")
    return value


def _whole(data: dict[str, Any], *names: str) -> dict[str, int]:
    """Counts as whole numbers, where JSON has 3.0 for 3."""
    return {name: int(data[name]) for name in names}


def _box(box: Box) -> dict[str, Any]:
    return {"x": box.x, "y": box.y, "w": box.w, "h": box.h}


def _table(table: Table) -> dict[str, Any]:
    return {
        "id": table.id,
        "box": _box(table.box),
        "rows": table.rows,
        "columns": table.columns,
        "confidence": table.confidence,
        "cells": [_cell(cell) for cell in table.cells],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "id": cell.id,
        "row": cell.row,
        "column": cell.column,
        "row_span": cell.row_span,
        "column_span": cell.column_span,
        "header": cell.header,
        "state": cell.state,
        "text": cell.text,
        "confidence": cell.confidence,
        "source": cell.source,
        "box": _box(cell.box),
        "numbers": [_number(number) for number in cell.numbers],
    }


def _number(number: Number) -> dict[str, Any]:
    glyphs = [_glyph(glyph) for glyph in number.glyphs]
    return {"id": number.id, "text": number.text, "box": _box(number.box), "glyphs": glyphs}


def _glyph(glyph: Glyph) -> dict[str, Any]:
    return {
        "id": glyph.id,
        "text": glyph.text,
        "confidence": glyph.confidence,
        "box": _box(glyph.box),
        "alternatives": [{"text": text, "confidence": value} for text, value in glyph.alternatives],
    }


def _table_of(data: dict[str, Any]) -> Table:
    cells = tuple(map(_cell_of, data["cells"]))
    whole = _whole(data, "rows", "columns")
    return Table(**{**data, **whole, "box": Box(**data["box"]), "cells": cells})


def _cell_of(data: dict[str, Any]) -> Cell:
    numbers = tuple(map(_number_of, data["numbers"]))
    whole = _whole(data, "row", "column", "row_span", "column_span")
    return Cell(**{**data, **whole, "box": Box(**data["box"]), "numbers": numbers})


def _number_of(data: dict[str, Any]) -> Number:
    glyphs = tuple(map(_glyph_of, data["glyphs"]))
    return Number(**{**data, "box": Box(**data["box"]), "glyphs": glyphs})


def _glyph_of(data: dict[str, Any]) -> Glyph:
    alternatives = tuple((item["text"], item["confidence"]) for item in data["alternatives"])
    return Glyph(**{**data, "box": Box(**data["box"]), "alternatives": alternatives})
