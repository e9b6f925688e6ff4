"""The numbers of a table as arrays: one column for each number that cells of a column hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.arithmetic.tokens import Token, tokens
from zij.tables.reading import Cell, Table

__all__ = ["Grid", "Strand", "read_grid"]


@dataclass(frozen=True, slots=True, eq=False)
class Strand:
    """One number of each cell down a column.

    Attributes
    ----------
    column, part : int
        Column of the table, and which number of the cell, both from 0.
    digits : (R,) ndarray of int64
        Value in units of the last decimal, without sign; 0 where `known` is False.
    known : (R,) ndarray of bool
        Whether a number of the column's form stands there.
    negative : (R,) ndarray of bool
    decimals : int
        Digits after the point, as in most cells.
    width : int
        Digits of a number where nearly all have as many and some begin with 0, else 0.
    whole : int
        Digits before the point in most cells, where there are decimals.
    point : str
        A text of the column, for the form of its numbers.
    """

    column: int
    part: int
    digits: NDArray[np.int64]
    known: NDArray[np.bool_]
    negative: NDArray[np.bool_]
    decimals: int
    width: int
    whole: int
    point: str


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The numbers of a table.

    Attributes
    ----------
    cells : dict of (int, int) to Cell
        By row and column.
    rows : int
    strands : tuple of Strand
        From left to right.
    remarks : tuple of str
        What was taken for granted.
    """

    cells: dict[tuple[int, int], Cell]
    rows: int
    strands: tuple[Strand, ...]
    remarks: tuple[str, ...] = ()

    def text(self, row: int, column: int) -> str:
        """Text of a cell, "" where there is none."""
        cell = self.cells.get((row, column))
        return cell.text if cell is not None else ""


def read_grid(table: Table) -> Grid:
    """The numbers of a table, column by column.

    Cells that are empty, unread, or hold words, and those whose number has another form than their column's
    (a heading over decimals), have no number here. A point that the reading lost is supplied where all digits
    are there, and a whole part that the print carries from the cell before is carried; remarks say so.

    Parameters
    ----------
    table : Table

    Returns
    -------
    Grid
    """
    cells: dict[tuple[int, int], Cell] = {}
    for cell in table.cells:
        cells.setdefault((cell.row, cell.column), cell)
    rows = max((row for row, _ in cells), default=-1) + 1
    read: dict[int, dict[int, tuple[Token, ...]]] = {}
    for (row, column), cell in sorted(cells.items()):
        found = tokens(cell.text) if cell.state in ("read", "uncertain") and not cell.header else None
        if found:
            read.setdefault(column, {})[row] = found
    strands: list[Strand] = []
    supplied = carried = 0
    for column in sorted(read):
        numbers, mended = _one_form(read[column])
        supplied += mended
        parts = Counter(len(found) for found in numbers.values()).most_common(1)[0][0]
        most = Counter(found[-1].decimals for found in numbers.values()).most_common(1)[0][0]
        for part in range(parts):
            own = {row: found[part] for row, found in numbers.items() if len(found) == parts}
            texts = [cells[row, column].text for row in sorted(own) if own[row].decimals == most]
            like = texts[0] if texts else ""
            strand, moved = _strand(own, rows, column, part, like)
            strands.append(strand)
            carried += moved
    return Grid(cells, rows, tuple(strands), _remarks(supplied, carried))


def _remarks(supplied: int, carried: int) -> tuple[str, ...]:
    found = []
    if supplied:
        found.append(f"in {supplied} cells all digits but no decimal point are read, and it is understood")
    if carried:
        found.append(f"in {carried} cells the whole part is taken over from the cell above, as not printed")
    return tuple(found)


def _one_form(numbers: dict[int, tuple[Token, ...]]) -> tuple[dict[int, tuple[Token, ...]], int]:
    """Numbers whose point was lost ("0 155", "9205" among "9.203") in the form of the others."""
    forms = Counter((len(found), found[-1].decimals, found[-1].width) for found in numbers.values())
    (count, decimals, width), most = forms.most_common(1)[0]
    if count != 1 or not decimals or most < 3:
        return numbers, 0
    result, mended = dict(numbers), 0
    for row, found in numbers.items():
        digits = sum(token.width for token in found)
        plain = not any(token.decimals for token in found)
        if plain and digits == width and (len(found) == 1 or found[-1].width == decimals):
            value = int("".join(f"{token.value:0{token.width}d}" for token in found))
            result[row] = (Token(value, width, decimals, found[0].negative),)
            mended += 1
    return result, mended


def _strand(own: dict[int, Token], rows: int, column: int, part: int, like: str) -> tuple[Strand, int]:
    decimals = _decimals(own)
    own, carried = _carried(own, decimals)
    digits, known, negative = np.zeros(rows, np.int64), np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)
    for row, token in own.items():
        fits = token.decimals == decimals or (0 < token.decimals < decimals)
        known[row] = fits
        if fits:
            digits[row] = token.value * 10 ** (decimals - token.decimals)
            negative[row] = token.negative
    widths = Counter(token.width for token in own.values())
    zeros = any(len(str(token.value)) < token.width for token in own.values())
    common, times = widths.most_common(1)[0]
    width = common if zeros and times >= 0.9 * len(own) and common > 1 else 0
    wholes = Counter(t.width - t.decimals for t in own.values() if t.decimals == decimals)
    whole = wholes.most_common(1)[0][0] if wholes and decimals else 0
    strand = Strand(column, part, digits, known, negative, decimals, width, whole, like)
    return strand, carried


def _decimals(own: dict[int, Token]) -> int:
    """Most cells' decimals, or the larger where a good part of the cells has more."""
    found = Counter(token.decimals for token in own.values())
    return max(k for k, times in found.items() if times >= 0.1 * len(own))


def _carried(own: dict[int, Token], decimals: int) -> tuple[dict[int, Token], int]:
    """Decimals whose whole part is not printed again, with that of the cell above."""
    bare = [row for row, token in own.items() if not token.decimals and token.width == decimals]
    full = [row for row, token in own.items() if token.decimals == decimals]
    if not decimals or len(bare) < 2 or not full or min(bare) < min(full) or len(bare) < 0.1 * len(own):
        return own, 0
    result, whole = dict(own), 0
    for row in sorted(own):
        if own[row].decimals == decimals:
            whole = own[row].value // 10**decimals
        elif row in bare:
            value = whole * 10**decimals + own[row].value
            result[row] = replace(own[row], value=value, decimals=decimals)
    return result, len(bare)
