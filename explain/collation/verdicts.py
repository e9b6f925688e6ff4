"""Arithmetic as a second witness: whose text a place's column expects, and what explains the other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from zij.explain.collation.apparatus import Apparatus, CollatedTable, Entry, Place, Verdict
from zij.explain.collation.arithmetic import CellCheck, TableChecks, check_table, weigh
from zij.explain.collation.columnnames import column_names, in_apparatus
from zij.explain.collation.figures import digits_of
from zij.explain.collation.judging import groups_of, value
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Number, Table

__all__ = ["Finding", "Key", "differs", "findings"]

EACH = 4
"""Witnesses up to which each table is checked by itself; of more, the table that most of them have, and that
with the second text in each place where they differ."""
LARGEST = 20_000
"""Cells of a table that is checked at all."""

Key = tuple[str, int, int]
"""Table, row and column."""
_Checks = Mapping[tuple[int, int], CellCheck]


@dataclass(frozen=True, slots=True)
class Finding:
    """What arithmetic says of a place where texts differ.

    Attributes
    ----------
    verdict : Verdict
        On the suspected text.
    words : str
        Which text breaks which rule, and what the rule expects; "" where arithmetic is silent.
    right : int or None
        The text that keeps the rule, by its number among `groups_of` the place; None where none is told.
    wrong : tuple of int
        The texts that break it.
    """

    verdict: Verdict
    words: str = ""
    right: int | None = None
    wrong: tuple[int, ...] = ()


def findings(apparatus: Apparatus) -> dict[Key, Finding]:
    """What arithmetic says of every place where texts differ.

    The suspect is the text that breaks a rule of its column where another keeps it and is nearer to what the
    rule expects, else the one with the fewest witnesses (of equals the last). Its three explanations are
    weighed by `zij.explain.collation.arithmetic.weigh`. No status is changed.

    Parameters
    ----------
    apparatus : Apparatus
        With judged places; kinds and reasons are not looked at.

    Returns
    -------
    dict of (str, int, int) to Finding
        By table, row and column.
    """
    by_table: dict[str, dict[tuple[int, int], Place]] = {table.name: {} for table in apparatus.tables}
    for place in apparatus.places:
        by_table[place.table][place.row, place.column] = place
    found: dict[Key, Finding] = {}
    for table in apparatus.tables:
        places = by_table[table.name]
        if not any(differs(place) for place in places.values()) or len(places) > LARGEST:
            continue
        checks = _checks(apparatus, table, places)
        for key, place in places.items():
            if differs(place):
                found[(table.name, *key)] = _finding(apparatus, place, places, checks)
    return found


def differs(place: Place) -> bool:
    """Whether texts differ in a place; a cell that cannot be read is no text."""
    return place.status in ("variant", "uncertain") and len(groups_of(place.entries)) > 1


def _checks(
    apparatus: Apparatus, table: CollatedTable, places: Mapping[tuple[int, int], Place]
) -> dict[int, _Checks]:
    """For each witness what arithmetic says of its cells, by place.

    Of many witnesses -1 stands for what most have, and -2 for the second text in each place.
    """
    if len(apparatus.witnesses) > EACH:
        checked = [check_table(_voted(table, places, rank)) for rank in (0, 1)]
        return {-n: {(c.row, c.column): c for c in _ranked(made)} for n, made in enumerate(checked, 1)}
    found: dict[int, _Checks] = {}
    for number, (witness, parts) in enumerate(zip(apparatus.witnesses, table.parts, strict=True)):
        known: dict[tuple[int, str], CellCheck] = {}
        for page, index in sorted({(part.page, part.table) for part in parts}):
            made = check_table(witness.readings[page].tables[index])
            lying = [part for part in parts if (part.page, part.table) == (page, index)]
            names = column_names(made.quantities, lying)
            for check in _ranked(made):
                known[page, check.cell] = replace(check, rule=in_apparatus(check.rule, names))
        found[number] = {
            key: known[entry.page, entry.cell]
            for key, place in places.items()
            if (entry := place.entries[number]) is not None and (entry.page, entry.cell) in known
        }
    return found


def _ranked(checks: TableChecks) -> list[CellCheck]:
    """All checks, flagged ones last, so that they stand where a cell has several."""
    return sorted(checks.cells, key=lambda check: check.flagged)


def _voted(table: CollatedTable, places: Mapping[tuple[int, int], Place], rank: int) -> Table:
    """The table as most witnesses have it, or with the text of this rank where there is one."""
    cells = []
    for (row, column), place in sorted(places.items()):
        groups = groups_of(place.entries)
        if not groups:
            continue
        entry = place.entries[groups[rank if rank < len(groups) else 0][0]]
        assert entry is not None
        box = Box(100 * column, 40 * row, 90, 30)
        number = Number((), entry.text, box)
        name = f"r{row}c{column}"
        cells.append(Cell(row, column, box, (number,), entry.text, "read", entry.confidence, id=name))
    size = Box(0, 0, 100 * table.columns, 40 * table.rows)
    return Table(size, table.rows, table.columns, tuple(cells), id=table.name)


def _finding(
    apparatus: Apparatus,
    place: Place,
    places: Mapping[tuple[int, int], Place],
    checks: Mapping[int, _Checks],
) -> Finding:
    key = place.row, place.column
    groups = groups_of(place.entries)
    texts = [_text(place.entries[group[0]]) or "" for group in groups]
    flagged = [_flag(n, group, key, checks) for n, group in enumerate(groups)]
    broken = {n: check for n, check in enumerate(flagged) if check is not None}
    right = _right(texts, broken, heard=2 if -1 in checks else len(texts))
    suspect = max(broken) if right is not None else len(groups) - 1
    check = broken[suspect] if right is not None else None
    witness = groups[suspect][0]
    entry = place.entries[witness]
    assert entry is not None
    weighed = weigh(
        texts[suspect],
        texts[right or 0],
        confidence=entry.confidence,
        alternatives=entry.alternatives,
        source=entry.source,
        residual=check.residual if check is not None else None,
        run=check.run if check is not None else 1,
        neighbours=_neighbours(witness, key, places),
        others=[_text(e) for n, e in enumerate(place.entries) if n != witness],
    )
    verdict = Verdict(weighed.p_scan, weighed.p_print, weighed.p_computation)
    sigla = [" ".join(apparatus.witnesses[w].siglum for w in group) for group in groups]
    words = "; ".join(_words(texts[n], sigla[n], check) for n, check in broken.items())
    return Finding(verdict, words, right, tuple(broken) if right is not None else ())


def _right(texts: Sequence[str], broken: Mapping[int, CellCheck], heard: int) -> int | None:
    """Of the texts that break no rule, where others do, the one that is nearest to what the rule expects.

    It must be nearer than what breaks the rule: else arithmetic tells that something is wrong, not what.
    Only the first texts are checked, so many as are heard; they come before the others.
    """
    if not broken:
        return None
    worst = max(broken)
    expected = broken[worst].expected
    kept = [n for n in range(len(texts)) if n not in broken]
    nearest = min(kept, key=lambda n: (n >= heard, _apart(texts[n], expected), n), default=worst)
    return nearest if _apart(texts[nearest], expected) < _apart(texts[worst], expected) else None


def _apart(text: str, expected: str) -> tuple[float, ...]:
    """How far two texts are apart, number by number; infinitely where they have not as many."""
    one, two = digits_of(text), digits_of(expected)
    if len(one) != len(two):
        return (math.inf,)
    return tuple(abs(float(a) - float(b)) for a, b in zip(one, two, strict=True))


def _words(text: str, sigla: str, check: CellCheck) -> str:
    rule = f"{check.rule}, which expects {check.expected}"
    return f"{text} ({sigla}) breaks a rule that its column keeps: {rule}"


def _flag(
    number: int, group: Sequence[int], key: tuple[int, int], checks: Mapping[int, _Checks]
) -> CellCheck | None:
    """The check that a group's text fails; of many witnesses only the first two texts are checked."""
    if -1 in checks:
        check = checks.get(-1 - number, {}).get(key)
        return check if check is not None and check.flagged else None
    found = [checks[w][key] for w in group if key in checks[w] and checks[w][key].flagged]
    return found[0] if len(found) == len(group) else None


def _neighbours(
    witness: int, key: tuple[int, int], places: Mapping[tuple[int, int], Place]
) -> tuple[str, ...]:
    around = ((-1, 0), (1, 0), (0, -1), (0, 1))
    there = [places.get((key[0] + down, key[1] + right)) for down, right in around]
    return tuple("" if place is None else _text(place.entries[witness]) or "" for place in there)


def _text(entry: Entry | None) -> str | None:
    return None if entry is None or not value(entry.text) or entry.state == "unread" else entry.text
