"""Witnesses in, apparatus out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from zij.errors import UsageError
from zij.explain.collation.apparatus import Apparatus, CollatedTable, Part, Witness
from zij.explain.collation.describing import described, judged_places
from zij.explain.collation.entries import Held, entry_of, holdings, joined_columns
from zij.explain.collation.figures import digits_of
from zij.explain.collation.grids import grid
from zij.explain.collation.growing import Growing
from zij.explain.collation.hearing import hear
from zij.explain.collation.laying import LEAST_SCORE
from zij.explain.collation.matching import match_tables
from zij.explain.collation.shared import shared_errors
from zij.explain.collation.texts import Rows, Texts
from zij.explain.collation.turning import Turned, laid_like
from zij.explain.collation.verdicts import findings
from zij.similarity.evidence import named

__all__ = ["Collated", "collate"]

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Collated:
    """An apparatus, and what does not belong to it.

    Attributes
    ----------
    apparatus : Apparatus
        Of the witnesses that share a table with another.
    strangers : tuple of (str, str)
        Siglum of each witness that does not, and why.
    scores : tuple of (str, float)
        Siglum of each witness, and its best alignment score.
    alone : int
        Tables of the witnesses of the apparatus that no other witness has.
    turned : tuple of Turned
        Tables whose rows were laid as columns, or in the opposite order; the readings in the apparatus have
        them so, those that were given are as they were.
    """

    apparatus: Apparatus
    strangers: tuple[tuple[str, str], ...]
    scores: tuple[tuple[str, float], ...]
    alone: int
    turned: tuple[Turned, ...] = ()

    def _repr_html_(self) -> str:
        """The apparatus, with what does not belong to it, for notebooks."""
        from zij.explain.collation.report.inline import collated_html

        return collated_html(self)


def collate(witnesses: Sequence[Witness], *, arithmetic: bool = True, tell: Tell | None = None) -> Collated:
    """Collate the tables of some witnesses, cell by cell.

    Tables are matched to tables, rows to rows in order, and columns to columns in any order, all by their
    numbers; then each place is judged. A table that holds the numbers of the others with its rows as columns,
    or upside down, is laid as theirs. Words are not collated, nor are cells of headings. Nothing is changed
    in any reading that was given.

    Parameters
    ----------
    witnesses : sequence of Witness
        At least one; their sigla differ.
    arithmetic : bool
        Weigh the explanations of each difference, with the arithmetic of the tables as a second witness, and
        seek the errors that witnesses share.
    tell : callable, optional
        Called with how many witnesses are laid, and how many there are.

    Returns
    -------
    Collated

    Raises
    ------
    UsageError
        If there is no witness, or two have one siglum.
    """
    _check(witnesses)
    witnesses = [replace(w, readings=tuple(map(named, w.readings))) for w in witnesses]
    grids = [
        [grid(p, t, table) for p, reading in enumerate(w.readings) for t, table in enumerate(reading.tables)]
        for w in witnesses
    ]
    matched = match_tables(grids, tell)
    witnesses, grids, turned = laid_like(witnesses, grids, matched.tables)
    if turned:
        matched = match_tables(grids, tell)
    scores = tuple((w.siglum, round(s, 4)) for w, s in zip(witnesses, matched.scores, strict=True))
    kept = [table for table in matched.tables if len(table.parts) > 1]
    kept.sort(key=lambda table: _first(table, matched.order))
    members = sorted({w for table in kept for w in table.parts})
    left_out = tuple(
        (w.siglum, _stranger(w, len(witnesses), sum(g.filled for g in grids[n]), matched.scores[n]))
        for n, w in enumerate(witnesses)
        if n not in members
    )
    made = [_table(f"t{number}", table, witnesses, members) for number, table in enumerate(kept, 1)]
    texts = {table.name: own for table, own in made}
    sigla = [witnesses[w].siglum for w in members]
    places = tuple(place for name, own in texts.items() for place in judged_places(name, own, sigla))
    apparatus = Apparatus(tuple(witnesses[w] for w in members), tuple(table for table, _ in made), places)
    heard = hear(apparatus) if arithmetic else {}
    apparatus = described(apparatus, texts, findings(apparatus, heard))
    apparatus = replace(apparatus, errors=shared_errors(apparatus, heard))
    alone = sum(set(table.parts) <= set(members) for table in matched.tables if len(table.parts) == 1)
    return Collated(apparatus, left_out, scores, alone, tuple(t for t in turned if t.siglum in sigla))


def _check(witnesses: Sequence[Witness]) -> None:
    if not witnesses:
        raise UsageError("no witness is named; name two or more.")
    seen: set[str] = set()
    for witness in witnesses:
        if witness.siglum in seen:
            raise UsageError(f"two witnesses have the siglum {witness.siglum!r}; give each one of its own.")
        seen.add(witness.siglum)


def _first(table: Growing, order: Sequence[int]) -> tuple[int, int, int]:
    """Place of a table in the witness that was laid first."""
    witness = next(w for w in order if w in table.parts)
    part = table.parts[witness][0]
    return order.index(witness), part.grid.page, part.grid.table


def _stranger(witness: Witness, count: int, filled: int, score: float) -> str:
    if not any(reading.tables for reading in witness.readings):
        return "has no table"
    if not filled:
        return "its tables have no figures"
    if count == 1:
        return "there is no other witness to collate it with"
    found = f"its best alignment score is {score:.2f}, below {LEAST_SCORE:g}"
    return f"does not hold the same table as {'the other' if count == 2 else 'any other'} ({found})"


def _table(
    name: str, table: Growing, witnesses: Sequence[Witness], members: Sequence[int]
) -> tuple[CollatedTable, Texts]:
    """A collated table and what stands in it; rows and columns in which nobody has a figure are left out."""
    groups = joined_columns(table)
    held = holdings(table, groups)
    nothing: list[list[Held | None]] = [[None] * len(groups) for _ in table.rows]
    columns = [held.get(w, nothing) for w in members]
    rows: Rows = []
    for r in range(len(table.rows)):
        line = []
        for c in range(len(groups)):
            entries = tuple(
                None if (h := rows_of[r][c]) is None else entry_of(witnesses[w], table.parts[w][h.part], h)
                for w, rows_of in zip(members, columns, strict=True)
            )
            line.append(entries)
        rows.append(line)
    filled = [
        [any(e is not None and digits_of(e.text) for e in entries) for entries in line] for line in rows
    ]
    kept_rows = [r for r, line in enumerate(filled) if any(line)]
    kept_columns = [c for c in range(len(groups)) if any(line[c] for line in filled)]
    rows = [[rows[r][c] for c in kept_columns] for r in kept_rows]
    made = CollatedTable(
        name, len(kept_rows), len(kept_columns),
        tuple(_heading(table, groups[c]) for c in kept_columns),
        tuple(_parts(table, w, kept_rows, [groups[c] for c in kept_columns]) for w in members),
    )  # fmt: skip
    return made, Texts(rows, len(members))


def _heading(table: Growing, group: Sequence[int]) -> str:
    """The heading of a column, from the first witness that has one."""
    keys = {table.columns[place] for place in group}
    for witness in sorted(table.parts):
        for part in table.parts[witness]:
            own = {int(part.grid.columns[q][0]) for q, key in part.columns.items() if key in keys}
            words = [c.text for c in part.grid.cells if c.header and c.column in own and c.text.strip()]
            if words:
                return " ".join(" ".join(words).split())
    return ""


def _parts(
    table: Growing, witness: int, rows: Sequence[int], groups: Sequence[Sequence[int]]
) -> tuple[Part, ...]:
    row_at = {table.rows[r]: n for n, r in enumerate(rows)}
    column_at = {table.columns[place]: n for n, group in enumerate(groups) for place in group}
    found = []
    for part in table.parts.get(witness, ()):
        lines = sorted((row_at[key], row) for row, key in part.rows.items() if key in row_at)
        columns = {
            (column_at[key], int(part.grid.columns[q][0]))
            for q, key in part.columns.items()
            if key in column_at
        }
        found.append(
            Part(part.grid.page, part.grid.table, tuple(lines), tuple(sorted(columns)), round(part.score, 4))
        )
    return tuple(found)
