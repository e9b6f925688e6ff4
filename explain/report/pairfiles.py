"""The files of a pair as they are read back: the table of pairs, the annotations, the names of the pages."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zij.errors import InputError
from zij.explain.bilrp.table import COLUMNS
from zij.tables.csvlines import csv_records

__all__ = ["PairFiles", "PairRow", "number", "read_annotations", "read_pairs", "set_name"]

_LIMIT = 256 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class PairRow:
    """A pair.

    Attributes
    ----------
    line : int
        Of the table, counted from 1.
    rank : int
    relevance : float
    ids, texts : (str, str)
        The elements on the first and the second page, and how they are read.
    boxes : pair of tuple of float
        x, y, width and height in pixels.
    """

    line: int
    rank: int
    relevance: float
    ids: tuple[str, str]
    texts: tuple[str, str]
    boxes: tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class PairFiles:
    """The files of one pair of pages.

    Attributes
    ----------
    pairs, annotations : path
        `pairs.csv` and `pairs.jsonld`; the latter may be None.
    pages : (path, path)
        PAGE-XML of the first and of the second page.
    """

    pairs: Path
    annotations: Path | None
    pages: tuple[Path, Path]


def read_pairs(path: Path) -> list[PairRow]:
    """The rows of a table of pairs.

    Returns
    -------
    list of PairRow

    Raises
    ------
    TableError
        If it is missing, no such table, or a field is no number.
    InputError
        If it is missing or cannot be read.
    """
    rows = []
    for line, fields in csv_records(path, COLUMNS):
        numbers = {}
        for name in ("rank", "relevance", *(f"{side}_{key}" for side in "ab" for key in "xywh")):
            numbers[name] = number(fields[name])
        wrong = next((name for name, value in numbers.items() if value is None), None)
        if wrong is not None:
            raise InputError(
                f"{path}, line {line}: {wrong} is {fields[wrong][:40]!r}, which is no number; correct it."
            )
        known = {name: value for name, value in numbers.items() if value is not None}
        rows.append(
            PairRow(
                line,
                int(known["rank"]),
                known["relevance"],
                (fields["a_id"], fields["b_id"]),
                (fields["a_text"], fields["b_text"]),
                (tuple(known[f"a_{k}"] for k in "xywh"), tuple(known[f"b_{k}"] for k in "xywh")),
            )
        )
    return rows


def read_annotations(path: Path) -> Mapping[str, Any]:
    """The AnnotationPage of a pair.

    Raises
    ------
    InputError
        If it is missing, no JSON, or holds no annotations.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_LIMIT + 1)
        if len(data) > _LIMIT:
            raise InputError(f"{path}: more than {_LIMIT // 2**20} MB; compare with a smaller --top.")
        page = json.loads(data)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the name.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not readable as JSON; compare the pages again.") from error
    items = page.get("items") if isinstance(page, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InputError(f"{path}: holds no annotations; name the pairs.jsonld of zij compare.")
    return page  # type: ignore[no-any-return]


def set_name(page: Mapping[str, Any] | None) -> str:
    """The name of the set of pairs that annotations are of; "" where they do not state it."""
    whole = None if page is None else page.get("partOf")
    return str(whole.get("id", "")) if isinstance(whole, dict) else ""


def number(text: str) -> float | None:
    """A finite number; None for anything else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
