"""From a collated table in the making to its places: what each witness has in each of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.apparatus import Entry, Witness
from zij.explain.collation.figures import Figure
from zij.explain.collation.grids import Grid
from zij.explain.collation.growing import Growing, Lying
from zij.tables.geometry import Box
from zij.tables.reading import Cell

__all__ = ["Held", "entry_of", "holdings", "joined_columns"]

ALTERNATIVES = 6
"""Other texts that are kept of an entry."""


@dataclass(frozen=True, slots=True)
class Held:
    """Where what a witness has in a place comes from: a cell of a grid, and which of its figures.

    Attributes
    ----------
    part : int
        Index of the grid.
    cell : int
        Index of the cell.
    first : int
    last : int
        Of its figures, both included.
    """

    part: int
    cell: int
    first: int
    last: int


def joined_columns(table: Growing) -> list[list[int]]:
    """The columns in groups: neighbours that stand in one cell in every witness make one column."""
    groups: list[list[int]] = []
    for place in range(len(table.columns)):
        if groups and _one_cell(table, table.columns[groups[-1][-1]], table.columns[place]):
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def _one_cell(table: Growing, left: int, right: int) -> bool:
    together = 0
    for part in table.all_parts():
        own = {key: column for column, key in part.columns.items()}
        if left not in own and right not in own:
            continue
        if left not in own or right not in own:
            # a witness that has but one of the two: of a cell of its own, or the only number of such a cell
            alone = own.get(left, own.get(right))
            column = part.grid.columns[alone][0]
            if (part.grid.columns[:, 0] == column).sum() > 1 or left in own:
                continue
            return False
        one, two = part.grid.columns[own[left]], part.grid.columns[own[right]]
        if one[0] != two[0] or two[1] != one[1] + 1:
            return False
        together += 1
    return together > 0


def holdings(table: Growing, groups: Sequence[Sequence[int]]) -> dict[int, list[list[Held | None]]]:
    """For each witness what it has in each row and group of columns; a cell that spans rows stands once.

    Of the rows that such a cell covers it stands in the one where most others have its figures, else in one
    where they have any, else in its middle.
    """
    sheet = table.sheet()
    crowd = sum((table.codes(w) > 0).astype(np.int64) for w in sorted(table.parts))
    found = {}
    for witness in sorted(table.parts):
        rows: list[list[Held | None]] = [[None] * len(groups) for _ in table.rows]
        for number, part in enumerate(table.parts[witness]):
            _hold(table, number, part, groups, rows, sheet.code, np.asarray(crowd))
        found[witness] = rows
    return found


def _hold(
    table: Growing,
    number: int,
    part: Lying,
    groups: Sequence[Sequence[int]],
    rows: list[list[Held | None]],
    majority: NDArray[np.uint64],
    crowd: NDArray[np.int64],
) -> None:
    row_at = {key: place for place, key in enumerate(table.rows)}
    own = {key: column for column, key in part.columns.items()}
    grid = part.grid
    for group, places in enumerate(groups):
        columns = [own[table.columns[place]] for place in places if table.columns[place] in own]
        if not columns:
            continue
        spanning: dict[int, list[tuple[int, int]]] = {}
        for row, key in part.rows.items():
            cell = int(max(grid.owner[row, columns]))
            if cell < 0:
                continue
            if grid.cells[cell].row_span > 1:
                spanning.setdefault(cell, []).append((row_at[key], row))
            elif (held := _held(number, cell, grid, row, columns)) is not None:
                rows[row_at[key]][group] = _fuller(rows[row_at[key]][group], held)
        for cell, covered in spanning.items():
            held = _held(number, cell, grid, covered[0][1], columns)
            home = _home(covered, grid, columns, places, majority, crowd)
            if held is not None:
                rows[home][group] = _fuller(rows[home][group], held)


def _fuller(old: Held | None, new: Held) -> Held:
    """Of two cells of a witness that lie in one place the one with figures, else the first."""
    return new if old is None or (old.first > old.last >= new.first) or old.first > old.last else old


def _held(number: int, cell: int, grid: Grid, row: int, columns: Sequence[int]) -> Held:
    """The figures of a cell that stand in these columns; those without a column of their own stand last."""
    parts = [int(grid.part[row, column]) for column in columns if grid.owner[row, column] == cell]
    parts = [part for part in parts if part >= 0]
    if not parts:
        return Held(number, cell, 0, -1)
    last = max(parts)
    if last == int(grid.part[row][grid.owner[row] == cell].max()):
        last = len(grid.figures[cell]) - 1
    return Held(number, cell, min(parts), last)


def _home(
    covered: Sequence[tuple[int, int]],
    grid: Grid,
    columns: Sequence[int],
    places: Sequence[int],
    majority: NDArray[np.uint64],
    crowd: NDArray[np.int64],
) -> int:
    middle = (len(covered) - 1) / 2
    best: tuple[bool, int, float] | None = None
    home = covered[0][0]
    for at, (place, row) in enumerate(covered):
        code, there = grid.code[row, columns[0]], places[0]
        same = bool(code > 0 and majority[place, there] == code)
        rank = (same, int(crowd[place, there]), -abs(at - middle) - 0.01 * at)
        if best is None or rank > best:
            best, home = rank, place
    return home


def entry_of(witness: Witness, part: Lying, held: Held) -> Entry:
    """What stands in a place, as a record.

    Parameters
    ----------
    witness : Witness
    part : Lying
    held : Held

    Returns
    -------
    Entry
    """
    cell = part.grid.cells[held.cell]
    all_figures = part.grid.figures[held.cell]
    own = all_figures[held.first : held.last + 1]
    page = part.grid.page
    if len(own) == len(all_figures):
        text, box = cell.text or " ".join(figure.text for figure in own), cell.box
    else:
        text = " ".join(figure.text for figure in own)
        box = Box.hull(figure.box for figure in own) if own else cell.box
    text = " ".join(text.split())
    human = cell.source == "human"
    confidence = 1.0 if human else _confidence(cell, own, len(own) == len(all_figures))
    alternatives = () if human else _alternatives(own)
    state = cell.state
    if state in ("read", "uncertain") and not own and all_figures:
        state = "empty"  # the figures of the cell stand in other places
    signs = () if human else tuple(glyph.confidence for figure in own for glyph in figure.glyphs)
    return Entry(page, cell.id, text, state, confidence, alternatives, box, cell.source, signs)


def _confidence(cell: Cell, own: Sequence[Figure], whole: bool) -> float:
    if whole or not own:
        return cell.confidence
    return math.prod(figure.confidence for figure in own)


def _alternatives(own: Sequence[Figure]) -> tuple[tuple[str, float], ...]:
    """Other texts by one sign each, with the probability that this sign is so and the others as read."""
    texts = [figure.text for figure in own]
    found: dict[str, float] = {}
    whole = math.prod(figure.confidence for figure in own)
    for number, figure in enumerate(own):
        start = len(figure.text) - len(figure.glyphs)
        for place, glyph in enumerate(figure.glyphs):
            for sign, probability in glyph.alternatives:
                if probability <= 0 or len(sign) != 1 or not sign.isdecimal():
                    continue
                at = start + place
                other = figure.text[:at] + sign + figure.text[at + 1 :]
                text = " ".join([*texts[:number], other, *texts[number + 1 :]])
                found[text] = found.get(text, 0.0) + probability * whole / max(glyph.confidence, 1e-9)
    likeliest = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple((text, round(chance, 6)) for text, chance in likeliest[:ALTERNATIVES])
