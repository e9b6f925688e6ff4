"""Whether a table of pairs, its annotations and the two PAGE-XML files say the same.

Every end of a pair must be an element with the box that table and annotation give, and the relevances must
be the same in all three: in the table, in the annotations, and, summed over an element's pairs, in the files.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from zij.errors import InputError
from zij.explain.bilrp.table import COLUMNS
from zij.tables.csvlines import csv_records
from zij.tables.pagexml import Finding, Standing, page_elements

__all__ = ["PairFiles", "pair_findings", "read_annotations", "read_pairs"]

NEAR = 1e-6
"""Relevances that differ by no more are the same; the files give them with nine digits."""

_LIMIT = 256 * 2**20
_XYWH = re.compile(r"xywh=([0-9.]+),([0-9.]+),([0-9.]+),([0-9.]+)")
Elements = Mapping[str, Standing]
Found = Iterator[tuple[Path, Finding]]


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """A pair: its line in the table, relevance, and for each side id, text and box."""

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


def pair_findings(files: PairFiles) -> Found:
    """Where the files of a pair contradict each other.

    Parameters
    ----------
    files : PairFiles

    Yields
    ------
    (path, Finding)
        The file that is wrong, or that names what is missing, and what is wrong; nothing if all agree.

    Raises
    ------
    InputError
        If one of the files cannot be read.
    """
    rows = read_pairs(files.pairs)
    stated = None if files.annotations is None else read_annotations(files.annotations)
    pages = [page_elements(path.read_bytes(), str(path)) for path in files.pages]
    for side, (path, (elements, _)) in enumerate(zip(files.pages, pages, strict=True)):
        yield from _ends(files.pairs, rows, side, path, elements)
    if stated is not None and files.annotations is not None:
        yield from _annotations(files.annotations, stated, rows, files.pages)
        for side, (path, (elements, _)) in enumerate(zip(files.pages, pages, strict=True)):
            yield from _sums(path, elements, rows, side, stated)
    for side, (path, (elements, _)) in enumerate(zip(files.pages, pages, strict=True)):
        yield from _pointers(path, elements, rows, side, files.pages[1 - side].name)


def read_pairs(path: Path) -> list[_Row]:
    """The rows of a table of pairs.

    Raises
    ------
    TableError
        If it is missing, no such table, or a field is no number.
    """
    rows = []
    for line, fields in csv_records(path, COLUMNS):
        numbers = {}
        for name in ("rank", "relevance", *(f"{side}_{key}" for side in "ab" for key in "xywh")):
            numbers[name] = _number(fields[name])
        wrong = next((name for name, value in numbers.items() if value is None), None)
        if wrong is not None:
            raise InputError(
                f"{path}, line {line}: {wrong} is {fields[wrong][:40]!r}, which is no number; correct it."
            )
        known = {name: value for name, value in numbers.items() if value is not None}
        rows.append(
            _Row(
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


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _pair(what: str, line: int = 0, element: str = "") -> Finding:
    return Finding("pair", what, line, element)


def _ends(table: Path, rows: Sequence[_Row], side: int, path: Path, elements: Elements) -> Found:
    """Each end is an element with that box and text; whose glyphs are all there."""
    known: set[str] = set()
    for row in rows:
        name, text = row.ids[side], row.texts[side]
        element = elements.get(name)
        if element is None:
            yield table, _pair(f"pair {row.rank} names {name!r}, which is not in {path.name}", row.line, name)
            continue
        if not _same_box(element, row.boxes[side]):
            what = f"pair {row.rank} gives {name!r} another box than {path.name} does"
            yield table, _pair(what, row.line, name)
        if element.text != text:
            what = (
                f"pair {row.rank} reads {name!r} as {text[:40]!r}, but {path.name} as {element.text[:40]!r}"
            )
            yield table, _pair(what, row.line, name)
        elif name not in known:
            wanted = [f"{name}_g{n}" for n in range(1, len(text) + 1)]
            gone = [glyph for glyph in wanted if glyph not in element.inner]
            had = (
                element.inner or element.confidence is not None
            )  # the writer's words have it of glyphs alone
            if had and gone and set(element.inner) < set(wanted):
                what = f"{gone[0]!r} is missing among the glyphs of {name!r}, which pair {row.rank} names"
                yield path, _pair(what, element.line, gone[0])
        known.add(name)


def _same_box(element: Standing, box: Sequence[float]) -> bool:
    """Equal within a pixel."""
    if element.box is None:
        return False
    own = (element.box.x, element.box.y, element.box.w, element.box.h)
    return all(abs(one - two) <= 1 for one, two in zip(own, box, strict=True))


def _annotations(
    path: Path, page: Mapping[str, Any], rows: Sequence[_Row], pages: tuple[Path, Path]
) -> Found:
    """The annotations name the same pairs in the same order."""
    items = page["items"]
    if len(items) != len(rows):
        yield path, _pair(f"there are {len(items)} annotations for {len(rows)} pairs")
    for row, item in zip(rows, items, strict=False):
        where = f"the annotation of pair {row.rank}"
        relevance = item.get("zij:relevance")
        if not isinstance(relevance, float | int) or abs(relevance - row.relevance) > NEAR:
            yield path, _pair(f"{where} gives the relevance {relevance!r} instead of {row.relevance!r}")
        if item.get("zij:rank") != row.rank:
            yield path, _pair(f"{where} gives the rank {item.get('zij:rank')!r}")
        ends = item.get("target"), next(iter(_list(item.get("body"))), None)
        for side, letter in enumerate("AB"):
            file, _, name = str(item.get(f"zij:pageXml{letter}", "")).partition("#")
            if (unquote(file), name) != (pages[side].name, row.ids[side]):
                what = f"{where} names {name!r} in {unquote(file)[:80]!r} instead of {row.ids[side]!r}"
                yield path, _pair(f"{what} in {pages[side].name!r}", 0, row.ids[side])
            box = _box(ends[side])
            if box is None or any(abs(one - two) > 1 for one, two in zip(box, row.boxes[side], strict=True)):
                yield path, _pair(f"{where} gives {row.ids[side]!r} another box", 0, row.ids[side])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _box(end: Any) -> tuple[float, ...] | None:
    selector = end.get("selector") if isinstance(end, dict) else None
    value = selector.get("value") if isinstance(selector, dict) else None
    match = _XYWH.fullmatch(value) if isinstance(value, str) else None
    numbers = [_number(text) for text in match.groups()] if match else []
    return tuple(n for n in numbers if n is not None) if match and None not in numbers else None


def _sums(path: Path, elements: Elements, rows: Sequence[_Row], side: int, page: Mapping[str, Any]) -> Found:
    """What the file gives each element is what its pairs sum to, and in all what is listed and unlisted.

    An element may have more than its listed pairs give it, up to what is unlisted.
    """
    relevances = _relevances(elements, page)
    if not relevances:
        yield path, _pair("no element has a relevance")
        return
    listed, unlisted, negative = (
        float(value) if isinstance(value := page.get(f"zij:relevance_{name}"), float | int) else 0.0
        for name in ("listed", "unlisted", "negative")
    )
    sums: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        sums[row.ids[side]].append(row.relevance)
    low, high = -abs(negative) - NEAR, max(unlisted, 0.0) + abs(negative) + NEAR
    for name in sorted({*sums, *relevances} & set(elements)):
        own, of_pairs = relevances.get(name), math.fsum(sums.get(name, ()))
        if own is None:
            yield path, _pair(f"{name!r} has pairs but no relevance", elements[name].line, name)
        elif not low <= own - of_pairs <= high:
            what = f"{name!r} has the relevance {own:.9g}, but its pairs sum to {of_pairs:.9g}"
            yield path, _pair(what, elements[name].line, name)
    total = math.fsum(relevances.values())
    if abs(total - listed - unlisted) > NEAR:
        stated = f"{listed + unlisted:.9g} listed and unlisted"
        yield (
            path,
            _pair(f"the relevances of its elements sum to {total:.9g}, those of the pairs to {stated}"),
        )
    if side == 0 and abs(math.fsum(row.relevance for row in rows) - listed) > NEAR:
        yield path, _pair(f"the pairs do not sum to {listed:.9g}, the relevance that is stated as listed")


def _relevances(elements: Elements, page: Mapping[str, Any]) -> dict[str, float]:
    """What stands on each element for this set of pairs."""
    whole = page.get("partOf")
    key = f"zij:relevance.{whole.get('id') if isinstance(whole, dict) else ''}"
    found = {}
    for name, element in elements.items():
        for attribute, _, value in element.notes.attributes:
            number = _number(value)
            if attribute == key and number is not None:
                found[name] = number
    return found


def _pointers(path: Path, elements: Elements, rows: Sequence[_Row], side: int, other: str) -> Found:
    """Each pointer to the other page is a pair of the table."""
    pairs = {row.rank: row for row in rows}
    for name, element in elements.items():
        for _, _, labels in element.notes.labels:
            for kind, value, comments in labels:
                if kind != "pair" or not value.isdecimal():
                    continue
                row = pairs.get(int(value))
                pointer = comments.partition("#")[2]
                right = row is not None and (row.ids[side], row.ids[1 - side]) == (name, pointer)
                if not right or comments.partition("#")[0] != other:
                    what = (
                        f"{name!r} points to {comments[:80]!r} as pair {value[:9]}, which the table does not"
                    )
                    yield path, _pair(what, element.line, name)
