"""What a form cannot hold of the readings at hand, said in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set

from zij.tables.reading import Cell, Reading

__all__ = ["EVERYTHING", "counted", "lost", "resummed"]

_Count = Callable[[Reading], int]


def _cells(holds: Callable[[Cell], bool]) -> _Count:
    return lambda reading: sum(holds(cell) for table in reading.tables for cell in table.cells)


# What is counted, with its name for one and for several.
_FEATURES: dict[str, tuple[_Count, str, str]] = {
    "spans": (_cells(lambda c: c.row_span > 1 or c.column_span > 1), "span of a cell", "spans of cells"),
    "headers": (_cells(lambda c: c.header), "mark of a header cell", "marks of header cells"),
    "uncertain": (_cells(lambda c: c.state == "uncertain"), "mark of doubt", "marks of doubt"),
    "unread": (_cells(lambda c: c.state == "unread"), "mark of an unread cell", "marks of unread cells"),
    "empties": (
        _cells(lambda c: c.state == "empty" and not c.text),
        "place of an empty cell",
        "places of empty cells",
    ),
    "cells": (_cells(lambda c: True), "box of a cell", "boxes of cells"),
    "confidences": (_cells(lambda c: c.confidence != 1), "confidence of a cell", "confidences of cells"),
    "loose": (lambda r: len(r.loose), "number outside tables", "numbers outside tables"),
    "numbers": (lambda r: sum(1 for _ in r.numbers()), "box of a number", "boxes of numbers"),
    "digits": (lambda r: sum(1 for _ in r.glyphs()), "box of a digit", "boxes of digits"),
    "alternatives": (
        lambda r: sum(len(glyph.alternatives) for glyph in r.glyphs()),
        "other possible digit",
        "other possible digits",
    ),
    "parameters": (lambda r: len(r.parameters), "parameter of the reading", "parameters of the readings"),
}
EVERYTHING = frozenset(_FEATURES)
"""All that a reading may have, by the names in which a form says what it holds."""
_NAMES = {words: name for name, (_, one, several) in _FEATURES.items() for words in (one, several)}


def counted(reading: Reading) -> dict[str, int]:
    """How many of each of `EVERYTHING` a reading has, and how many tables."""
    counts = {name: count(reading) for name, (count, _, _) in _FEATURES.items()}
    return {**counts, "tables": len(reading.tables)}


def lost(counts: Iterable[Mapping[str, int]], kept: Set[str]) -> tuple[str, ...]:
    """What of some readings a form has no place for, such as "3 spans of cells".

    Parameters
    ----------
    counts : iterable of mapping
        For each reading, as `counted` gives them.
    kept : set of str
        What the form can hold, of `EVERYTHING`.

    Returns
    -------
    tuple of str
    """
    sums: Counter[str] = Counter()
    for one in counts:
        sums.update(one)
    return tuple(_phrase(name, sums[name]) for name in _FEATURES if name not in kept and sums[name])


def resummed(phrases: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The phrases that `lost` gave for several pages as one for each kind; and all other phrases.

    Parameters
    ----------
    phrases : iterable of str

    Returns
    -------
    (tuple of str, tuple of str)
    """
    sums: Counter[str] = Counter()
    others: list[str] = []
    for phrase in phrases:
        number, _, words = phrase.partition(" ")
        count = number.replace(",", "")
        if words in _NAMES and count.isdecimal():
            sums[_NAMES[words]] += int(count)
        else:
            others.append(phrase)
    return tuple(_phrase(name, sums[name]) for name in _FEATURES if sums[name]), tuple(others)


def _phrase(name: str, count: int) -> str:
    _, one, several = _FEATURES[name]
    return f"{count:,} {one if count == 1 else several}"
