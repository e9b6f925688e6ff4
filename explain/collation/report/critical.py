"""The apparatus as an editor writes it: lemma ] variant sigla."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from zij.explain.collation.apparatus import Apparatus, CollatedTable, Place
from zij.explain.collation.judging import groups_of, judge
from zij.explain.collation.report.sharedsection import shared_lines
from zij.explain.collation.report.words import argument_of, entry_text, place_words, sentence, siglum_list

__all__ = ["NONE_READ", "critical_text"]

NONE_READ = "[no figures]"
"""Stands where a witness has nothing that zij reads, which need not be an omission."""


def critical_text(apparatus: Apparatus) -> str:
    """The critical apparatus as plain text.

    The lemma is what most witnesses have (of equally many, those of the first). A question mark stands after
    a text that may be a misreading of the scan; "[no figures]" where in a witness none were read: it may omit
    the place, or have a word or a Roman numeral there.

    Returns
    -------
    str
        UTF-8, LF.
    """
    lines = [f"{sentence(apparatus)}.", "", "Witnesses"]
    lines += [_witness(apparatus, n) for n in range(len(apparatus.witnesses))]
    counting = "Rows and columns are counted from 1 here, from 0 in the CSV files"
    lines += ["", f"{counting}; in brackets stands the row's argument."]
    if any(_lacking(place) for place in apparatus.places):
        lines += [
            f"{NONE_READ}: nothing was read there; it may be left out, or stand in words or Roman numerals."
        ]
    arguments = argument_of(apparatus)
    places: dict[str, list[Place]] = {table.name: [] for table in apparatus.tables}
    for place in apparatus.places:
        places[place.table].append(place)
    for table in apparatus.tables:
        lines += ["", f"Table {table.name}: {table.rows} rows, {table.columns} columns", ""]
        lines += [
            f"{place_words(p, arguments)}: {_reading(apparatus, p)}" for p in places[table.name] if _shown(p)
        ]
        lines += _missing(apparatus, table, places[table.name])
    lines += shared_lines(apparatus, arguments)
    return "\n".join(lines) + "\n"


def _witness(apparatus: Apparatus, number: int) -> str:
    witness = apparatus.witnesses[number]
    date = f" ({witness.date})" if witness.date else ""
    return f"  {witness.siglum}{date}: {', '.join(reading.image for reading in witness.readings)}"


def _shown(place: Place) -> bool:
    return place.status in ("variant", "uncertain")


def _reading(apparatus: Apparatus, place: Place) -> str:
    groups = groups_of(place.entries)
    doubted = {witness for witness, _ in judge(place.entries).doubts}
    texts = []
    for group in groups:
        mark = "?" if doubted.issuperset(group) else ""
        texts.append(f"{entry_text(place.entries[group[0]])}{mark} {siglum_list(apparatus.witnesses, group)}")
    lemma, *others = texts or ["[nothing]"]
    there = {witness for group in groups for witness in group}
    unread = [w for w, e in enumerate(place.entries) if e is not None and e.state == "unread"]
    absent = [w for w in range(len(place.entries)) if w not in there and w not in unread]
    for words, which in (("[unread]", unread), (NONE_READ, absent)):
        if which:
            others.append(f"{words} {siglum_list(apparatus.witnesses, which)}")
    return f"{lemma} ] {'; '.join(others)}" + (f"   [{place.kind}]" if place.kind else "")


def _missing(apparatus: Apparatus, table: CollatedTable, places: Sequence[Place]) -> Iterator[str]:
    """Rows and columns that some witnesses lack, and single places, each said once."""
    only = [place for place in places if place.status == "only"]
    lacking = {(p.row, p.column): _lacking(p) for p in only}
    filled = {(p.row, p.column) for p in places}
    said: set[tuple[int, int]] = set()
    for axis, name in ((0, "row"), (1, "column")):
        found = []
        for line in range(table.rows if axis == 0 else table.columns):
            own = [key for key in filled if key[axis] == line]
            who = {lacking.get(key, ()) for key in own}
            if own and len(who) == 1 and (which := who.pop()) and not said.issuperset(own):
                found.append((line, which))
                said.update(own)
        for which, lines in groupby(found, key=lambda item: item[1]):
            numbers = [line + 1 for line, _ in lines]
            yield f"{_numbers(name, numbers)}: {NONE_READ} {siglum_list(apparatus.witnesses, which)}"
    rest = sorted(set(lacking) - said, key=lambda key: (key[1], key[0]))
    for (column, which), keys in groupby(rest, key=lambda key: (key[1], lacking[key])):
        rows = _numbers("row", [row + 1 for row, _ in keys])
        yield f"column {column + 1}, {rows}: {NONE_READ} {siglum_list(apparatus.witnesses, which)}"


def _lacking(place: Place) -> tuple[int, ...]:
    there = {witness for group in groups_of(place.entries) for witness in group}
    return tuple(w for w in range(len(place.entries)) if w not in there)


def _numbers(name: str, numbers: Sequence[int]) -> str:
    """ "rows 3-5, 9" """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"{name}{'s' if len(numbers) > 1 else ''} {words}"
