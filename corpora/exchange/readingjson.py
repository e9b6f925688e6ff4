"""A reading as JSON, without loss, and back.

The form is described by `reading.schema.json`; every file states its version.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from zij.corpora.exchange._readingparts import Misfit, reading_of
from zij.corpora.exchange.schema import reading_schema, violations
from zij.errors import InputError
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

__all__ = ["FORMAT", "VERSION", "reading_from_json", "reading_json"]

FORMAT = "zij-reading"
"""Name of the form, under `format` in each file."""
VERSION = 1
"""Number of the form, under `version` in each file; another one is refused."""
_HALVES = re.compile(r"\\u[dD][89a-fA-F]")


def reading_json(reading: Reading, *, compact: bool = False) -> str:
    """A reading as JSON text; `reading_from_json` gives an equal reading back.

    Parameters
    ----------
    reading : Reading
    compact : bool
        All on one line, for many pages: a third of the size, and faster.

    Returns
    -------
    str

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
    if compact:
        return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def reading_from_json(text: str | bytes, name: str = "the file") -> Reading:
    """The reading that `reading_json` wrote.

    Parameters
    ----------
    text : str or bytes
        JSON; bytes are UTF-8.
    name : str
        What to call it in an error.

    Returns
    -------
    Reading

    Raises
    ------
    InputError
        If it is no JSON, or not as the schema says.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode(json.detect_encoding(text))
        data = json.loads(text, parse_constant=_refuse)
        _check_text(text, data)
        return reading_of(data)
    except (ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0].rstrip(".") or "nested too deeply"
        raise InputError(f"{name}: not readable as JSON ({reason}); export the reading again.") from error
    except Misfit as error:
        raise InputError(f"{name}: {_what_misfits(data)}; export the reading again.") from error


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _check_text(text: str, data: Any) -> None:
    """Refuse half a surrogate pair, which could never be written again."""
    text.encode()
    if _HALVES.search(text) is not None:  # seldom: a whole pair, too, is written so
        json.dumps(data, ensure_ascii=False).encode()


def _what_misfits(data: Any) -> str:
    """What keeps parsed JSON from being a reading, as the schema says it."""
    if isinstance(data, dict) and data.get("format") == FORMAT and data.get("version") != VERSION:
        version = str(data.get("version"))[:20]
        return f"is version {version} of this form, and only {VERSION} can be read"
    if not _all_finite(data):
        return "a number in it is too large"
    return f"is no reading as zij writes it: {next(violations(data, reading_schema()), 'it is damaged')}"


def _all_finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(map(_all_finite, parts))


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
