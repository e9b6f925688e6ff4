"""What arithmetic says of the collated tables: of each witness's own, or of many witnesses together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from zij.explain.collation.apparatus import Apparatus, CollatedTable, Place
from zij.explain.collation.arithmetic import CellCheck, TableChecks, check_table
from zij.explain.collation.columnnames import column_names, in_apparatus
from zij.explain.collation.judging import groups_of
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Number, Table

__all__ = ["Checks", "Heard", "by_table", "hear"]

EACH = 4
"""Witnesses up to which each table is checked by itself; of more, the table that most of them have, and that
with the second text in each place where they differ."""
LARGEST = 20_000
"""Cells of a table that is checked at all."""

Checks = Mapping[tuple[int, int], CellCheck]
"""By row and column of the collated table."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What arithmetic says of one collated table.

    Attributes
    ----------
    checks : mapping of int to mapping
        For each witness the checks of its cells, by place. Of many witnesses -1 stands for what most have,
        and -2 for the second text in each place.
    words : mapping of int to mapping of (int, int) to str
        For the same, in words, the rule that a flagged cell breaks.
    """

    checks: Mapping[int, Checks]
    words: Mapping[int, Mapping[tuple[int, int], str]]


def hear(apparatus: Apparatus) -> dict[str, Heard]:
    """Check the tables of an apparatus by their own arithmetic.

    Parameters
    ----------
    apparatus : Apparatus
        With judged places.

    Returns
    -------
    dict of str to Heard
        By the table's name; tables of more than `LARGEST` places are left out.
    """
    places = by_table(apparatus)
    return {
        table.name: _heard(apparatus, table, places[table.name])
        for table in apparatus.tables
        if len(places[table.name]) <= LARGEST
    }


def by_table(apparatus: Apparatus) -> dict[str, dict[tuple[int, int], Place]]:
    """The places of each table, by row and column."""
    found: dict[str, dict[tuple[int, int], Place]] = {table.name: {} for table in apparatus.tables}
    for place in apparatus.places:
        found[place.table][place.row, place.column] = place
    return found


def _heard(apparatus: Apparatus, table: CollatedTable, places: Mapping[tuple[int, int], Place]) -> Heard:
    checks: dict[int, Checks] = {}
    words: dict[int, dict[tuple[int, int], str]] = {}
    if len(apparatus.witnesses) > EACH:
        for rank in (0, 1):
            made = check_table(_voted(table, places, rank))
            checks[-1 - rank] = {(c.row, c.column): c for c in _ranked(made)}
            words[-1 - rank] = {(c.row, c.column): _words(made, c, {}) for c in made.flagged}
        return Heard(checks, words)
    for number in range(len(apparatus.witnesses)):
        known = _own(apparatus, table, number)
        there = {
            key: known[entry.page, entry.cell]
            for key, place in places.items()
            if (entry := place.entries[number]) is not None and (entry.page, entry.cell) in known
        }
        checks[number] = {key: check for key, (check, _) in there.items()}
        words[number] = {key: told for key, (check, told) in there.items() if check.flagged}
    return Heard(checks, words)


def _own(
    apparatus: Apparatus, table: CollatedTable, number: int
) -> dict[tuple[int, str], tuple[CellCheck, str]]:
    """What arithmetic says of a witness's cells, by page and cell; columns as the apparatus has them."""
    known: dict[tuple[int, str], tuple[CellCheck, str]] = {}
    parts = table.parts[number]
    for page, index in sorted({(part.page, part.table) for part in parts}):
        made = check_table(apparatus.witnesses[number].readings[page].tables[index])
        lying = [part for part in parts if (part.page, part.table) == (page, index)]
        names = column_names(made.quantities, lying)
        for check in _ranked(made):
            renamed = replace(check, rule=in_apparatus(check.rule, names))
            known[page, check.cell] = renamed, _words(made, check, names)
    return known


def _words(made: TableChecks, check: CellCheck, names: Mapping[str, str]) -> str:
    """The rule that a check is of, in words; its name where the table does not say more of it."""
    told = {(rule.name, rule.quantity): rule.words for rule in made.rules if rule.name == check.rule}
    words = told.get((check.rule, check.quantity)) or next(iter(told.values()), check.rule)
    return in_apparatus(words, names)


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
