"""Tables that lie otherwise than the others': their rows are columns, or run in the opposite order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from zij.explain.collation.apparatus import Witness
from zij.explain.collation.grids import Grid, grid
from zij.explain.collation.growing import Growing
from zij.explain.collation.laying import Laid, Sheet, lay
from zij.tables.reading import Cell, Table

__all__ = ["AGREEING", "LEFT_OVER", "Turned", "laid_like"]

AGREEING = 0.5
"""Share of what the smaller table's numbers tell that must agree if it was turned."""
LEFT_OVER = 0.2
"""Share of the columns of the narrower table that may lie on none of the other if it was turned."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A table that was laid otherwise than it stands in its reading.

    Attributes
    ----------
    siglum : str
        Of its witness.
    page, table : int
        Index of the page among the witness's readings, and of the table on it.
    how : str
        What is unlike the others in it, such as "its rows are the others' columns".
    """

    siglum: str
    page: int
    table: int
    how: str


def laid_like(
    witnesses: Sequence[Witness], grids: Sequence[Sequence[Grid]], tables: Sequence[Growing]
) -> tuple[list[Witness], list[list[Grid]], tuple[Turned, ...]]:
    """The witnesses with the tables of strangers laid as those of the others, where they hold the same then.

    Numbers decide, as they do for tables that lie alike: a page may have been read lying on its side, or an
    edition sets in columns what another sets in rows. If all are strangers, the fullest whose tables are
    rather high than wide tells how the others are to lie, as arguments mostly stand one below the other.
    Strangers are those that hold no table of any other as they lie.

    Parameters
    ----------
    witnesses : sequence of Witness
    grids : sequence of sequences of Grid
        Of the tables of each.
    tables : sequence of Growing
        Matched so far, as all lie in their readings.

    Returns
    -------
    witnesses : list of Witness
        Those that were turned with other readings; cells keep ids, texts and boxes.
    grids : list of lists of Grid
    turned : tuple of Turned
    """
    shared = [table for table in tables if len(table.parts) > 1]
    known = {w for table in shared for w in table.parts} or set(_upright(grids))
    sheets = [table.sheet() for table in shared] or [
        Sheet(one.code, one.weight) for w in known for one in grids[w] if one.filled
    ]
    found, rasters, turned = list(witnesses), [list(own) for own in grids], []
    for w in sorted(set(range(len(witnesses))) - known):
        readings = list(witnesses[w].readings)
        for number, own in enumerate(grids[w]):
            reading = readings[own.page]
            made = _like(own.page, own.table, reading.tables[own.table], sheets) if own.filled else None
            if made is not None:
                how, table, rasters[w][number] = made
                rest = reading.tables[: own.table], reading.tables[own.table + 1 :]
                readings[own.page] = replace(reading, tables=(*rest[0], table, *rest[1]))
                turned.append(Turned(witnesses[w].siglum, own.page, own.table, how))
        found[w] = replace(witnesses[w], readings=tuple(readings))
    return found, rasters, tuple(turned)


def _upright(grids: Sequence[Sequence[Grid]]) -> list[int]:
    """The fullest witness whose tables are rather high than wide, else the fullest."""
    full = [w for w, own in enumerate(grids) if any(one.filled for one in own)]
    if not full:
        return []

    def rank(w: int) -> tuple[bool, int]:
        high = sum(one.code.shape[0] - one.code.shape[1] for one in grids[w])
        return high > 0, sum(one.filled for one in grids[w])

    return [max(full, key=rank)]


def _like(page: int, index: int, table: Table, sheets: Sequence[Sheet]) -> tuple[str, Table, Grid] | None:
    """How a table must be laid to hold the numbers of one of the sheets, and it laid so; None for no way."""
    best: tuple[float, str, Table, Grid] | None = None
    for how, turn in _WAYS.items():
        made = turn(table)
        raster = grid(page, index, made)
        for sheet in sheets:
            laid = lay(sheet, Sheet(raster.code, raster.weight))
            if laid.good and _whole(laid, sheet, raster) and (best is None or laid.worth > best[0]):
                if laid.columns[-1][1] < laid.columns[0][1]:  # any order would do; this one is the easier
                    made = _backwards(made)
                    raster = grid(page, index, made)
                best = laid.worth, how, made, raster
    return best[1:] if best is not None else None


def _whole(laid: Laid, sheet: Sheet, raster: Grid) -> bool:
    """Whether the smaller table agrees as a whole, with hardly a column left over.

    A few numbers agree by accident, when so many ways are tried; and sines run as cosines do upwards, but
    their arguments do not.
    """
    columns = min(int((code > 0).any(axis=0).sum()) for code in (sheet.code, raster.code))
    weight = min(float(sheet.weight.sum()), float(raster.weight.sum()))
    return columns - len(laid.columns) <= LEFT_OVER * columns and laid.worth >= AGREEING * weight


def _moved(table: Table, place: Callable[[Cell], tuple[int, int]]) -> Table:
    cells = [replace(cell, row=row, column=column) for cell in table.cells for row, column in [place(cell)]]
    return replace(table, cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))))


def _across(table: Table) -> Table:
    """Rows and columns exchanged."""
    cells = tuple(
        replace(c, row=c.column, column=c.row, row_span=c.column_span, column_span=c.row_span)
        for c in sorted(table.cells, key=lambda c: (c.column, c.row))
    )
    return replace(table, rows=table.columns, columns=table.rows, cells=cells)


def _backwards(table: Table) -> Table:
    """The columns in the opposite order."""
    return _moved(table, lambda cell: (cell.row, table.columns - cell.column - cell.column_span))


def _upwards(table: Table) -> Table:
    """The rows in the opposite order."""
    return _moved(table, lambda cell: (table.rows - cell.row - cell.row_span, cell.column))


_WAYS: dict[str, Callable[[Table], Table]] = {
    "its rows are the others' columns": _across,
    "its rows are the others' columns, in the opposite order": lambda table: _upwards(_across(table)),
    "its rows run in the opposite order": _upwards,
}
