"""Whether a table of pairs, its annotations and the two PAGE-XML files say the same.

Every end of a pair must be an element with the box that table and annotation give, and the relevances must
be the same in all three: in the table, in the annotations, and, summed over an element's pairs, in the files.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from zij.explain.report.pairfiles import PairFiles, PairRow, number, read_annotations, read_pairs, set_name
from zij.tables.pagexml import Finding, Standing, page_elements

__all__ = ["pair_findings"]

NEAR = 1e-6
"""Relevances that differ by no more are the same; the files give them with nine digits."""

_XYWH = re.compile(r"xywh=([0-9.]+),([0-9.]+),([0-9.]+),([0-9.]+)")
Elements = Mapping[str, Standing]
Found = Iterator[tuple[Path, Finding]]


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
        yield from _pointers(path, elements, rows, side, set_name(stated), files.pages[1 - side].name)


def _pair(what: str, line: int = 0, element: str = "") -> Finding:
    return Finding("pair", what, line, element)


def _ends(table: Path, rows: Sequence[PairRow], side: int, path: Path, elements: Elements) -> Found:
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
    path: Path, page: Mapping[str, Any], rows: Sequence[PairRow], pages: tuple[Path, Path]
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
    numbers = [number(text) for text in match.groups()] if match else []
    return tuple(n for n in numbers if n is not None) if match and None not in numbers else None


def _sums(
    path: Path, elements: Elements, rows: Sequence[PairRow], side: int, page: Mapping[str, Any]
) -> Found:
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
    key = f"zij:relevance.{set_name(page)}"
    found = {}
    for name, element in elements.items():
        for attribute, _, value in element.notes.attributes:
            relevance = number(value)
            if attribute == key and relevance is not None:
                found[name] = relevance
    return found


def _pointers(
    path: Path, elements: Elements, rows: Sequence[PairRow], side: int, name_of_set: str, file: str
) -> Found:
    """Each pointer to the other page's `file` is a pair of the table; other sets of pairs have their own."""
    pairs = {row.rank: row for row in rows}
    for name, element in elements.items():
        for model, _, labels in element.notes.labels:
            for kind, value, comments in labels:
                if kind != "pair" or not value.isdecimal() or name_of_set not in ("", model):
                    continue
                row = pairs.get(int(value))
                pointer = comments.partition("#")[2]
                right = row is not None and (row.ids[side], row.ids[1 - side]) == (name, pointer)
                if not right or comments.partition("#")[0] != file:
                    what = (
                        f"{name!r} points to {comments[:80]!r} as pair {value[:9]}, which the table does not"
                    )
                    yield path, _pair(what, element.line, name)
