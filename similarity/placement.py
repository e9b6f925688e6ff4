"""Where the digits of a reading stand on the grid of the bigram network, and the walls between them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from zij.errors import InputError
from zij.similarity.features import CELLS, MAX_RISE, MIN_STEP
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Glyph, Number, Reading

__all__ = ["EXTRA_FLOOR", "RISE", "STEP", "Placement", "place", "to_right"]

MIN_REACH, MAX_REACH = 0.8, 1.6
"""Bounds of `Placement.reach`, in digit heights."""
EXTRA_FLOOR = 0.5
"""Fainter candidates outside the reading are passed over. Neighbours form a bigram for all digits that they
may be, so that letters which faintly resemble digits would outweigh a table's rare pairs."""
MOST_CELLS = 6_000_000
"""Largest grid; ten times what a page in the smallest legible print needs."""
STEP = math.ceil(MIN_STEP * CELLS)
"""Smallest distance of two digits of a pair, in cells."""
RISE = math.floor(MAX_RISE * CELLS)
"""How many cells the second digit of a pair may stand above or below the first."""

_NOWHERE = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """The candidates of a page on the grid, the page standing upright; N candidates, W walls.

    Attributes
    ----------
    height, width : int
        Cells of the grid.
    reach : int
        Largest distance of two digits in one number, in cells.
    peaks : (N, 2) ndarray of int64
        Row and column of each candidate's cell; no two are the same.
    walls : (W, 2) ndarray of int64
        Row and column of the cells across which no two digits form a pair.
    probabilities : (N, 10) ndarray of float32
        Of each digit at each candidate; at most 1 together.
    glyphs : (N,) ndarray of int64
        Index of the candidate in `list(reading.glyphs())`, -1 where it is no glyph of the reading.
    numbers : (N,) ndarray of int64
        Index in `list(reading.numbers())` of the number it belongs to, -1 where it belongs to none.
    centres : (N, 2) ndarray of float64
        x and y of the candidate's centre in pixels of the original.
    """

    height: int
    width: int
    reach: int
    peaks: NDArray[np.int64]
    walls: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    glyphs: NDArray[np.int64]
    numbers: NDArray[np.int64]
    centres: NDArray[np.float64]


@dataclass(slots=True)
class _Signs:
    """Candidates on their way to the grid; `follows` says that one continues the run of the one before it."""

    signs: list[Glyph] = field(default_factory=list)
    glyphs: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    follows: list[bool] = field(default_factory=list)

    def add(self, sign: Glyph, glyph: int = -1, number: int = -1, follows: bool = False) -> None:
        self.signs.append(sign)
        self.glyphs.append(glyph)
        self.numbers.append(number)
        self.follows.append(follows)


def place(reading: Reading, extra: Iterable[Glyph] = (), *, floor: float = EXTRA_FLOOR) -> Placement:
    """Put the digits of a reading on the grid, as `zij.similarity.evidence.evidence_from_reading` says.

    Parameters
    ----------
    reading : Reading
    extra : iterable of Glyph, optional
        Further candidates, which belong to no number.
    floor : float, default 0.5
        Probability below which such a candidate is no evidence.

    Returns
    -------
    Placement

    Raises
    ------
    InputError
        If the page would need an absurdly large grid, because its coordinates or digit height are wrong.
    """
    found = _signs(reading)
    for glyph in extra:
        if glyph.is_digit and glyph.confidence >= floor:
            found.add(glyph)
    boxes = np.array([(s.box.x, s.box.y, s.box.w, s.box.h) for s in found.signs], float).reshape(-1, 4)
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    cells, reach = _placed(_upright(reading, boxes).to_raster(centres), found.follows)
    corner = cells.min(axis=0) if len(cells) else np.zeros(2, np.int64)
    height, width = (cells.max(axis=0) - corner + 1).tolist() if len(cells) else (1, 1)
    if height * width > MOST_CELLS:
        raise InputError(
            f"{reading.image}: its digits ({reading.digit_height:g} pixels high) are too small for where they"
            f" stand on the page; check the coordinates and the image size of its PAGE-XML."
        )
    peaks, numbers = cells - corner, np.array(found.numbers, np.int64)
    return Placement(
        height=height,
        width=width,
        reach=reach,
        peaks=peaks,
        walls=_walls(peaks, numbers >= 0, np.array(found.follows, bool), reach),
        probabilities=_probabilities(found.signs),
        glyphs=np.array(found.glyphs, np.int64),
        numbers=numbers,
        centres=centres,
    )


def to_right(cells: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """Columns from each cell to the nearest of others that stands to its right, up to `RISE` rows away.

    Parameters
    ----------
    cells : (N, 2) ndarray of int64
    others : (M, 2) ndarray of int64
        Rows and columns, from 0.

    Returns
    -------
    (N,) ndarray of int64
        At least 1; the largest integer where there is none.
    """
    nearest = np.full(len(cells), _NOWHERE)
    if not len(others) or not len(cells):
        return nearest
    stride = int(max(cells[:, 1].max(), others[:, 1].max())) + 2
    keys = np.append(np.sort(others[:, 0] * stride + others[:, 1]), _NOWHERE)
    here = cells[:, 0] * stride + cells[:, 1]
    ends = (cells[:, 0] + 1) * stride
    for up in range(-RISE * stride, RISE * stride + 1, stride):
        first = keys[np.searchsorted(keys[:-1], here + up, side="right")]
        nearest = np.where(first < ends + up, np.minimum(nearest, first - here - up), nearest)
    return nearest


def _signs(reading: Reading) -> _Signs:
    """The digits of a reading in order."""
    found = _Signs()
    first = 0
    for index, number in enumerate(reading.numbers()):
        follows = False
        for offset, glyph in _spelled(number, reading.turn):
            is_digit = glyph.is_digit
            if is_digit:
                found.add(glyph, first + offset if offset >= 0 else -1, index, follows)
            follows = is_digit
        first += len(number.glyphs)
    return found


def _spelled(number: Number, turn: int) -> Iterator[tuple[int, Glyph]]:
    """The signs of a number, each with its place among the number's glyphs (-1: it has no glyph there)."""
    text = "".join(number.text.split())
    glyphs = number.glyphs
    seen = "".join([glyph.text for glyph in glyphs])
    if glyphs and (not text or text == seen or _digits(text) == _digits(seen)):
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


def _probabilities(signs: Sequence[Glyph]) -> NDArray[np.float32]:
    """Probability of each digit at each sign, as `Glyph.probabilities`, but at most 1 together."""
    values = np.zeros((len(signs), 10))
    for sign, row in zip(signs, values, strict=True):
        row[int(sign.text)] = sign.confidence
        for text, probability in sign.alternatives:
            if len(text) == 1 and text in "0123456789":
                row[int(text)] = probability
    values = np.clip(values, 0.0, 1.0)
    total = sum(values.T, np.zeros(len(signs)))  # digit after digit, whatever the machine's vectors
    return np.asarray(values / np.maximum(total, 1.0)[:, None], np.float32)


def _upright(reading: Reading, boxes: NDArray[np.float64]) -> Geometry:
    """The map from the original to cells of the upright page."""
    height = reading.digit_height
    if not height > 0:
        sideways = reading.turn % 180 != 0
        height = max(float(np.median(boxes[:, 2 if sideways else 3])), 1.0) if len(boxes) else 1.0
    page = Geometry.identity(reading.width, reading.height).turned(reading.turn // 90)
    return page.rotated(reading.skew).scaled(CELLS / height)


def _placed(points: NDArray[np.float64], follows: Sequence[bool]) -> tuple[NDArray[np.int64], int]:
    """Row and column of each sign's cell, and the reach in cells; `points` are x and y in cells."""
    wanted = [(math.floor(row), math.floor(column)) for column, row in points.tolist()]
    steps = [wanted[i][1] - wanted[i - 1][1] for i, run in enumerate(follows) if run]
    reach = min(max(steps, default=CELLS), math.floor(MAX_REACH * CELLS))
    reach = max(reach, math.ceil(MIN_REACH * CELLS))
    taken: set[tuple[int, int]] = set()
    ends: dict[int, int] = {}
    placed: list[tuple[int, int]] = []
    for run, (row, column) in zip(follows, wanted, strict=True):
        rows, columns = (row - 3, row + 3), (column - 6, column + 6)
        if run:
            before_row, before = placed[-1]
            rows = before_row - RISE, before_row + RISE
            columns = before + STEP, before + reach
        spot = _nearest_free(row, column, rows, columns, taken)
        if spot is None:  # digits heaped on one spot go to the end of the line
            spot = row, ends.get(row, column) + reach + 1
        taken.add(spot)
        ends[spot[0]] = max(ends.get(spot[0], column), spot[1])
        placed.append(spot)
    return np.array(placed, np.int64).reshape(-1, 2), reach


def _nearest_free(
    row: int, column: int, rows: tuple[int, int], columns: tuple[int, int], taken: set[tuple[int, int]]
) -> tuple[int, int] | None:
    """The cell nearest to the wanted one, from the first to the last row and column, that no sign has."""
    best = min(max(row, rows[0]), rows[1]), min(max(column, columns[0]), columns[1])
    if best not in taken:
        return best
    window = ((r, c) for r in range(rows[0], rows[1] + 1) for c in range(columns[0], columns[1] + 1))
    # to the right in the same line first: a sign put back would stand between the digits before it
    order = ((abs(r - row), c < column, abs(c - column), (r, c)) for r, c in window if (r, c) not in taken)
    return min(order, default=(0, False, 0, None))[-1]


def _walls(
    peaks: NDArray[np.int64], own: NDArray[np.bool_], follows: NDArray[np.bool_], reach: int
) -> NDArray[np.int64]:
    """Cells of the barrier: the reading's own digits, and a gap where two of its runs come within reach.

    A digit is itself a wall, so that only the nearest digits to the right of another can come near it.
    """
    digits = peaks[own]
    distance = to_right(digits, digits)
    # the next digit of the same run is no stranger, nor is what stands above or below it
    row, column = np.diff(digits, axis=0, append=digits[-1:]).T
    linked = np.append(follows[own][1:], False)[: len(digits)]
    linked = linked & (abs(row) <= RISE) & (column == distance)
    strangers = np.flatnonzero((distance >= STEP) & (distance <= reach) & ~linked)
    gaps: dict[int, set[int]] = {}
    for (row, column), step in zip(digits[strangers].tolist(), distance[strangers].tolist(), strict=True):
        between = range(column + 1, column + step)
        near = (gaps.get(r) for r in range(row - RISE, row + RISE + 1))
        if all(found is None or found.isdisjoint(between) for found in near):
            gaps.setdefault(row, set()).add(column + step // 2)
    made = [(row, column) for row, columns in gaps.items() for column in sorted(columns)]
    return np.concatenate([digits, np.array(made, np.int64).reshape(-1, 2)])
