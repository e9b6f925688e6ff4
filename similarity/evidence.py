"""Digit evidence on a grid: what the bigram network sees of a reading."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.errors import InputError
from zij.similarity.features import CELLS, MAX_RISE, MIN_STEP
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Glyph, Number, Reading

__all__ = ["EXTRA_FLOOR", "Evidence", "evidence_from_reading", "named"]

MIN_REACH, MAX_REACH = 0.8, 1.6
"""Bounds of `Evidence.reach`, in digit heights."""
EXTRA_FLOOR = 0.5
"""Fainter candidates outside the reading are passed over. Neighbours form a bigram for all digits that they
may be, so that letters which faintly resemble digits would outweigh a table's rare pairs."""
MOST_CELLS = 6_000_000
"""Largest grid; ten times what a page in the smallest legible print needs."""

_STEP = math.ceil(MIN_STEP * CELLS)
_RISE = math.floor(MAX_RISE * CELLS)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Digit evidence of one page on a grid of `CELLS` cells to the digit height, the page standing upright.

    Attributes
    ----------
    reading : Reading
        What the evidence stands for, with ids on all elements.
    maps : (10, H, W) ndarray of float32
        Probability of each digit at the one cell of each candidate, 0 elsewhere.
    barrier : (H, W) ndarray of float32
        1 at cells across which no two digits form a pair: the digits of the reading themselves and one cell
        in each gap between neighbouring runs of digits.
    reach : float
        Largest distance of two digits in one number, in digit heights.
    peaks : (N, 2) ndarray of int64
        Row and column of each candidate's cell.
    glyphs : (N,) ndarray of int64
        Index of the candidate in `list(reading.glyphs())`, -1 where it is no glyph of the reading.
    numbers : (N,) ndarray of int64
        Index in `list(reading.numbers())` of the number it belongs to, -1 where it belongs to none.
    centres : (N, 2) ndarray of float64
        x and y of the candidate's centre in pixels of the original.
    """

    reading: Reading
    maps: NDArray[np.float32]
    barrier: NDArray[np.float32]
    reach: float
    peaks: NDArray[np.int64]
    glyphs: NDArray[np.int64]
    numbers: NDArray[np.int64]
    centres: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Sign:
    """A candidate on its way to the grid; `follows` says that it continues the run of the sign before it."""

    box: Box
    probabilities: tuple[float, ...]
    glyph: int
    number: int
    follows: bool = False


def named(reading: Reading) -> Reading:
    """The reading itself if every number and cell has an id, else `reading.with_ids()`."""
    ids = [number.id for number in reading.numbers()]
    ids += [cell.id for table in reading.tables for cell in table.cells]
    return reading if all(ids) else reading.with_ids()


def evidence_from_reading(
    reading: Reading, extra: Sequence[Glyph] = (), *, floor: float = EXTRA_FLOOR
) -> Evidence:
    """Digit evidence of a reading, whoever made it: zij, another program or a person.

    Each digit stands at the cell of its centre with its probabilities, moved by a cell or two where that is
    needed for two things to hold: no two digits share a cell, and consecutive digits of a number lie within
    the window of a pair. Walls in the barrier part what the reading parts, so that the bigrams are those of
    the numbers as they stand; a separator parts too ("0.202" holds the bigrams 20 and 02 and an isolated 0).
    A number without glyphs, or whose text has been corrected, shares its box out evenly among the characters
    of its text.

    Parameters
    ----------
    reading : Reading
        Its `turn` and `skew` set the page upright; without `digit_height` the median height of its digits is
        taken.
    extra : sequence of Glyph, optional
        Further candidates, such as those below the threshold of the reading. They belong to no number and
        pair with whatever lies in reach.
    floor : float, default 0.5
        Probability below which such a candidate is no evidence.

    Returns
    -------
    Evidence

    Raises
    ------
    InputError
        If the page would need an absurdly large grid, because its coordinates or digit height are wrong.
    """
    reading = named(reading)
    signs = [*_signs(reading), *_extra_signs(extra, floor)]
    cells, reach = _placed(signs, _upright(reading, signs))
    walls = _walls(signs, cells, reach)
    corner = cells.min(axis=0) if len(cells) else np.zeros(2, np.int64)
    height, width = (cells.max(axis=0) - corner + 1).tolist() if len(cells) else (1, 1)
    if height * width > MOST_CELLS:
        raise InputError(
            f"{reading.image}: its digits ({reading.digit_height:g} pixels high) are too small for where they"
            f" stand on the page; check the coordinates and the image size of its PAGE-XML."
        )
    maps, barrier = np.zeros((10, height, width), np.float32), np.zeros((height, width), np.float32)
    peaks, walls = cells - corner, walls - corner
    for sign, (row, column) in zip(signs, peaks, strict=True):
        maps[:, row, column] = sign.probabilities
    barrier[walls[:, 0], walls[:, 1]] = 1
    return Evidence(
        reading=reading,
        maps=maps,
        barrier=barrier,
        reach=reach / CELLS,
        peaks=peaks,
        glyphs=np.array([sign.glyph for sign in signs], np.int64),
        numbers=np.array([sign.number for sign in signs], np.int64),
        centres=_centres(signs),
    )


def _signs(reading: Reading) -> Iterator[_Sign]:
    """The digits of a reading in order."""
    first = 0
    for index, number in enumerate(reading.numbers()):
        follows = False
        for offset, glyph in _spelled(number, reading.turn):
            if glyph.is_digit:
                yield _Sign(
                    glyph.box, _at_most_one(glyph), first + offset if offset >= 0 else -1, index, follows
                )
            follows = glyph.is_digit
        first += len(number.glyphs)


def _extra_signs(extra: Iterable[Glyph], floor: float) -> Iterator[_Sign]:
    for glyph in extra:
        if glyph.is_digit and glyph.confidence >= floor:
            yield _Sign(glyph.box, _at_most_one(glyph), -1, -1)


def _spelled(number: Number, turn: int) -> Iterator[tuple[int, Glyph]]:
    """The signs of a number, each with its place among the number's glyphs (-1: it has no glyph there)."""
    text = "".join(number.text.split())
    glyphs = number.glyphs
    if glyphs and (not text or _digits(text) == _digits("".join(glyph.text for glyph in glyphs))):
        yield from enumerate(glyphs)
    elif len(text) == len(glyphs):
        for index, (character, glyph) in enumerate(zip(text, glyphs, strict=True)):
            yield index, glyph if character == glyph.text else Glyph(glyph.box, character)
    else:
        for character, box in zip(text, _shares(number.box, len(text), turn), strict=True):
            yield -1, Glyph(box, character)


def _digits(text: str) -> list[str]:
    """The runs of digits in a text."""
    return "".join(c if c in "0123456789" else " " for c in text).split()


def _shares(box: Box, count: int, turn: int) -> list[Box]:
    """A box cut into equal parts along the line of writing, in reading order."""
    if turn % 180 == 0:
        parts = [Box(box.x + i * box.w / count, box.y, box.w / count, box.h) for i in range(count)]
    else:
        parts = [Box(box.x, box.y + i * box.h / count, box.w, box.h / count) for i in range(count)]
    # a page to be turned by 180 or by 90 (clockwise) has its text running left or upwards in the scan
    return parts[::-1] if turn % 360 in (90, 180) else parts


def _at_most_one(glyph: Glyph) -> tuple[float, ...]:
    values = [min(max(value, 0.0), 1.0) for value in glyph.probabilities()]
    total = max(sum(values), 1.0)
    return tuple(value / total for value in values)


def _upright(reading: Reading, signs: Sequence[_Sign]) -> Geometry:
    """The map from the original to cells of the upright page."""
    height = reading.digit_height
    if not height > 0:
        sideways = reading.turn % 180 != 0
        heights = [sign.box.w if sideways else sign.box.h for sign in signs]
        height = max(float(np.median(heights)), 1.0) if heights else 1.0
    page = Geometry.identity(reading.width, reading.height).turned(reading.turn // 90)
    return page.rotated(reading.skew).scaled(CELLS / height)


def _centres(signs: Sequence[_Sign]) -> NDArray[np.float64]:
    return np.array([sign.box.centre for sign in signs], float).reshape(-1, 2)


def _placed(signs: Sequence[_Sign], upright: Geometry) -> tuple[NDArray[np.int64], int]:
    """Row and column of each sign's cell, and the reach in cells."""
    points = upright.to_raster(_centres(signs))[:, ::-1]
    wanted = [(math.floor(row), math.floor(column)) for row, column in points.tolist()]
    steps = [wanted[i][1] - wanted[i - 1][1] for i, sign in enumerate(signs) if sign.follows]
    reach = min(max(steps, default=CELLS), math.floor(MAX_REACH * CELLS))
    reach = max(reach, math.ceil(MIN_REACH * CELLS))
    taken: set[tuple[int, int]] = set()
    ends: dict[int, int] = {}
    placed: list[tuple[int, int]] = []
    for sign, (row, column) in zip(signs, wanted, strict=True):
        rows, columns = range(row - 3, row + 4), range(column - 6, column + 7)
        if sign.follows:
            before_row, before = placed[-1]
            rows = range(before_row - _RISE, before_row + _RISE + 1)
            columns = range(before + _STEP, before + reach + 1)
        place = _nearest_free(row, column, rows, columns, taken)
        if place is None:  # digits heaped on one spot go to the end of the line
            place = row, ends.get(row, column) + reach + 1
        taken.add(place)
        ends[place[0]] = max(ends.get(place[0], column), place[1])
        placed.append(place)
    return np.array(placed, np.int64).reshape(-1, 2), reach


def _nearest_free(
    row: int, column: int, rows: range, columns: range, taken: set[tuple[int, int]]
) -> tuple[int, int] | None:
    """The cell nearest to the wanted one, in the window given, that no sign has."""
    best = min(max(row, rows[0]), rows[-1]), min(max(column, columns[0]), columns[-1])
    if best not in taken:
        return best
    free = [(r, c) for r in rows for c in columns if (r, c) not in taken]
    # to the right in the same line first: a sign put back would stand between the digits before it
    order = ((abs(r - row), c < column, abs(c - column), (r, c)) for r, c in free)
    return min(order)[-1] if free else None


def _walls(signs: Sequence[_Sign], cells: NDArray[np.int64], reach: int) -> NDArray[np.int64]:
    """Cells of the barrier: the reading's own digits, and a gap where two of its runs come within reach."""
    at = {(row, column): i for i, (row, column) in enumerate(cells.tolist()) if signs[i].number >= 0}
    walls = set(at)
    gaps: set[tuple[int, int]] = set()
    for (row, column), i in at.items():
        for step in range(_STEP, reach + 1):
            partners = [at.get((row + rise, column + step)) for rise in range(-_RISE, _RISE + 1)]
            linked = [j for j in partners if j == i + 1 and signs[j].follows]
            between = ((row + r, column + s) for r in range(-_RISE, _RISE + 1) for s in range(1, step))
            strangers = any(j is not None for j in partners) and not linked
            if strangers and not any(cell in walls or cell in gaps for cell in between):
                gaps.add((row, column + step // 2))
    return np.array(sorted(walls | gaps), np.int64).reshape(-1, 2)
