"""Witnesses in, apparatus out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from zij.errors import UsageError
from zij.explain.collation.apparatus import Apparatus, CollatedTable, Entry, Part, Place, Witness
from zij.explain.collation.entries import Held, entry_of, holdings, joined_columns
from zij.explain.collation.figures import digits_of
from zij.explain.collation.grids import grid
from zij.explain.collation.growing import Growing
from zij.explain.collation.judging import Judged, judge, value
from zij.explain.collation.kinds import Around, kind_of
from zij.explain.collation.laying import LEAST_SCORE
from zij.explain.collation.matching import match_tables
from zij.explain.collation.verdicts import with_verdicts
from zij.similarity.evidence import named

__all__ = ["Collated", "collate"]

Tell = Callable[[int, int], None]
Rows = list[list[tuple[Entry | None, ...]]]


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
    """

    apparatus: Apparatus
    strangers: tuple[tuple[str, str], ...]
    scores: tuple[tuple[str, float], ...]
    alone: int

    def _repr_html_(self) -> str:
        """The apparatus, with what does not belong to it, for notebooks."""
        from zij.explain.collation.report.inline import collated_html

        return collated_html(self)


def collate(witnesses: Sequence[Witness], *, arithmetic: bool = True, tell: Tell | None = None) -> Collated:
    """Collate the tables of some witnesses, cell by cell.

    Tables are matched to tables, rows to rows in order, and columns to columns in any order, all by their
    numbers; then each place is judged. Words are not collated, nor are cells of headings. Nothing is changed
    in any reading.

    Parameters
    ----------
    witnesses : sequence of Witness
        At least one; their sigla differ.
    arithmetic : bool
        Weigh the explanations of each difference, with the arithmetic of the tables as a second witness.
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
    scores = tuple((w.siglum, round(s, 4)) for w, s in zip(witnesses, matched.scores, strict=True))
    kept = [table for table in matched.tables if len(table.parts) > 1]
    kept.sort(key=lambda table: _first(table, matched.order))
    members = sorted({w for table in kept for w in table.parts})
    strangers = tuple(
        (w.siglum, _stranger(w, len(witnesses), sum(g.filled for g in grids[n]), matched.scores[n]))
        for n, w in enumerate(witnesses)
        if n not in members
    )
    tables, places = [], []
    for number, table in enumerate(kept, 1):
        made, found = _table(f"t{number}", table, witnesses, members)
        tables.append(made)
        places += found
    apparatus = Apparatus(tuple(witnesses[w] for w in members), tuple(tables), tuple(places))
    if arithmetic:
        apparatus = with_verdicts(apparatus)
    alone = sum(set(table.parts) <= set(members) for table in matched.tables if len(table.parts) == 1)
    return Collated(apparatus, strangers, scores, alone)


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
) -> tuple[CollatedTable, list[Place]]:
    """A collated table with its places; rows and columns in which nobody has a figure are left out."""
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
    return made, list(_places(name, rows, [witnesses[w].siglum for w in members]))


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


def _places(name: str, rows: Rows, sigla: Sequence[str]) -> Iterator[Place]:
    texts = _Texts(rows, len(sigla))
    usual = texts.usual()
    last = texts.last_places()
    for r, line in enumerate(rows):
        for c, entries in enumerate(line):
            if not any(texts.at(w, r, c) for w in range(len(sigla))):
                continue
            judged = judge(entries, expected=[bool(own) for own in usual[:, c]])
            kind, reason = _kind(judged, texts, (r, c), last[c], entries, sigla)
            yield Place(name, r, c, entries, judged.status, kind, reason)


class _Texts:
    """The figures of all witnesses in a collated table."""

    def __init__(self, rows: Rows, witnesses: int) -> None:
        self.shape = (len(rows), len(rows[0]) if rows else 0)
        self.values = [
            [[_figures(entries[w]) for entries in line] for line in rows] for w in range(witnesses)
        ]

    def at(self, witness: int, row: int, column: int) -> str:
        """Figures of a witness, "" where it has none."""
        return self.values[witness][row][column]

    def look(self, group: Sequence[int], row: int, column: int) -> Callable[[int, int], str | None]:
        """What the first of some witnesses to have figures there has about a place."""

        def look(down: int, right: int) -> str | None:
            r, c = row + down, column + right
            if not (0 <= r < self.shape[0] and 0 <= c < self.shape[1]):
                return None
            return next((text for w in group if (text := self.values[w][r][c])), None)

        return look

    def usual(self) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
        """Whether each witness has figures in most of those places of a column where any has, (W, C)."""
        filled = np.array([[[bool(t) for t in line] for line in rows] for rows in self.values], bool)
        filled = filled.reshape(len(self.values), *self.shape)
        return np.asarray(filled.sum(axis=1) >= 0.5 * np.maximum(filled.any(axis=0).sum(axis=0), 1))

    def last_places(self) -> list[bool]:
        """Whether each column may be the last place of its numbers: none of sixtieths follows it."""
        sixtieths = [self._sixtieths(c) for c in range(self.shape[1])]
        return [c + 1 >= len(sixtieths) or not sixtieths[c + 1] for c in range(len(sixtieths))]

    def _sixtieths(self, column: int) -> bool:
        """Whether a column looks like minutes: below 60, in no order, and not few and alike."""
        fullest = max(self.values, key=lambda rows: sum(bool(line[column]) for line in rows))
        found = [int(t) for line in fullest if (t := line[column]).isdecimal() and len(t) < 9]
        if len(found) < 4 or max(found) >= 60 or len(set(found)) < 4:
            return False
        steps = np.diff(found)
        return bool((steps < 0).any() and (steps > 0).any())


def _figures(entry: Entry | None) -> str:
    return "" if entry is None or entry.state == "unread" else " ".join(digits_of(entry.text))


def _kind(
    judged: Judged,
    texts: _Texts,
    place: tuple[int, int],
    last: bool,
    entries: Sequence[Entry | None],
    sigla: Sequence[str],
) -> tuple[str, str]:
    """Kind and reason of the differences in a place; of several variants the kinds are parted by ";"."""
    if judged.status in ("agree", "only"):
        written = {digits_of(e.text) for e in entries if e is not None and value(e.text)}
        return "", "leading zeros differ" if len(written) > 1 else ""
    if len(judged.groups) == 1:
        return "unread", _doubts(judged, sigla)
    lemma, *others = judged.groups
    kinds: dict[str, None] = {}
    reasons: dict[str, None] = {}
    for group in others:
        one, two = texts.at(lemma[0], *place), texts.at(group[0], *place)
        around = Around(texts.look(lemma, *place), texts.look(group, *place), last, len(lemma) == len(group))
        kind, reason = kind_of(one, two, around)
        kinds[kind] = reasons[reason] = None
    if judged.status == "uncertain":
        return "likely misreading", f"{_doubts(judged, sigla)}; else {'; '.join(kinds)}: {'; '.join(reasons)}"
    return "; ".join(kinds), "; ".join(reasons)


def _doubts(judged: Judged, sigla: Sequence[str]) -> str:
    return "; ".join(f"{sigla[witness]}: {why}" for witness, why in judged.doubts[:3])
