"""Arithmetic as a second witness: whose text a place's column expects, and what explains the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from zij.explain.collation.apparatus import Apparatus, CollatedTable, Entry, Place, Verdict
from zij.explain.collation.arithmetic import CellCheck, TableChecks, check_table, weigh
from zij.explain.collation.judging import groups_of, value
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Number, Table

__all__ = ["with_verdicts"]

EACH = 4
"""Witnesses up to which each table is checked by itself; of more, the table that most of them have."""
LARGEST = 20_000
"""Cells of a table that is checked at all."""

_Checks = Mapping[tuple[int, int], CellCheck]


@dataclass(frozen=True, slots=True)
class _Suspect:
    """The text that is to be explained, and the one that it should be."""

    witness: int
    text: str
    expected: str
    check: CellCheck | None


def with_verdicts(apparatus: Apparatus) -> Apparatus:
    """The apparatus with the verdict on every place that varies, or may.

    The suspect is the text that breaks a rule of its column where another keeps it, else the one with the
    fewest witnesses (of equals the last). Its three explanations are weighed by
    `zij.explain.collation.arithmetic.weigh`; the rule is added to the reason. No status is changed.

    Parameters
    ----------
    apparatus : Apparatus

    Returns
    -------
    Apparatus
    """
    by_table: dict[str, dict[tuple[int, int], Place]] = {table.name: {} for table in apparatus.tables}
    for place in apparatus.places:
        by_table[place.table][place.row, place.column] = place
    judged: dict[tuple[str, int, int], Place] = {}
    for table in apparatus.tables:
        places = by_table[table.name]
        if not any(_differs(place) for place in places.values()) or len(places) > LARGEST:
            continue
        checks = _checks(apparatus, table, places)
        for key, place in places.items():
            if _differs(place):
                judged[(table.name, *key)] = _judged(apparatus, place, places, checks)
    return replace(
        apparatus, places=tuple(judged.get((p.table, p.row, p.column), p) for p in apparatus.places)
    )


def _differs(place: Place) -> bool:
    return place.status in ("variant", "uncertain") and len(groups_of(place.entries)) > 1


def _checks(
    apparatus: Apparatus, table: CollatedTable, places: Mapping[tuple[int, int], Place]
) -> dict[int, _Checks]:
    """For each witness what arithmetic says of its cells, by place; of many witnesses -1 stands for all."""
    if len(apparatus.witnesses) > EACH:
        made = check_table(_consensus(table, places))
        return {-1: {(c.row, c.column): c for c in _ranked(made)}}
    found: dict[int, _Checks] = {}
    for number, (witness, parts) in enumerate(zip(apparatus.witnesses, table.parts, strict=True)):
        known: dict[tuple[int, str], CellCheck] = {}
        for page, index in sorted({(part.page, part.table) for part in parts}):
            for check in _ranked(check_table(witness.readings[page].tables[index])):
                known[page, check.cell] = check
        found[number] = {
            key: known[entry.page, entry.cell]
            for key, place in places.items()
            if (entry := place.entries[number]) is not None and (entry.page, entry.cell) in known
        }
    return found


def _ranked(checks: TableChecks) -> list[CellCheck]:
    """All checks, flagged ones last, so that they stand where a cell has several."""
    return sorted(checks.cells, key=lambda check: check.flagged)


def _consensus(table: CollatedTable, places: Mapping[tuple[int, int], Place]) -> Table:
    """The table as most witnesses have it."""
    cells = []
    for (row, column), place in sorted(places.items()):
        groups = groups_of(place.entries)
        if groups and (entry := place.entries[groups[0][0]]) is not None:
            box = Box(100 * column, 40 * row, 90, 30)
            number = Number((), entry.text, box)
            name = f"r{row}c{column}"
            cells.append(Cell(row, column, box, (number,), entry.text, "read", entry.confidence, id=name))
    size = Box(0, 0, 100 * table.columns, 40 * table.rows)
    return Table(size, table.rows, table.columns, tuple(cells), id=table.name)


def _judged(
    apparatus: Apparatus,
    place: Place,
    places: Mapping[tuple[int, int], Place],
    checks: Mapping[int, _Checks],
) -> Place:
    key = place.row, place.column
    suspect = _suspect(place, key, checks)
    entry = place.entries[suspect.witness]
    assert entry is not None
    check = suspect.check
    weighed = weigh(
        suspect.text,
        suspect.expected,
        confidence=entry.confidence,
        alternatives=entry.alternatives,
        source=entry.source,
        residual=check.residual if check is not None else None,
        run=check.run if check is not None else 1,
        neighbours=_neighbours(suspect.witness, key, places),
        others=[_text(e) for n, e in enumerate(place.entries) if n != suspect.witness],
    )
    reason = place.reason
    if check is not None:
        siglum = apparatus.witnesses[suspect.witness].siglum
        reason += f"; {suspect.text} ({siglum}) breaks a rule that its column keeps: {check.rule}"
    return replace(
        place, reason=reason, verdict=Verdict(weighed.p_scan, weighed.p_print, weighed.p_computation)
    )


def _suspect(place: Place, key: tuple[int, int], checks: Mapping[int, _Checks]) -> _Suspect:
    groups = groups_of(place.entries)
    texts = [_text(place.entries[group[0]]) or "" for group in groups]
    flagged = [_flag(group, key, checks, place, texts[0]) for group in groups]
    kept = [n for n in range(len(groups)) if flagged[n] is None]
    if kept and len(kept) < len(groups):
        worst = max(n for n in range(len(groups)) if flagged[n] is not None)
        return _Suspect(groups[worst][0], texts[worst], texts[kept[0]], flagged[worst])
    return _Suspect(groups[-1][0], texts[-1], texts[0], None)


def _flag(
    group: Sequence[int], key: tuple[int, int], checks: Mapping[int, _Checks], place: Place, lemma: str
) -> CellCheck | None:
    """The check that a group's text fails; of many witnesses only the text that most have is checked."""
    if -1 in checks:
        check = checks[-1].get(key)
        own = _text(place.entries[group[0]]) or ""
        return check if check is not None and check.flagged and value(own) == value(lemma) else None
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
