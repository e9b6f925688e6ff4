"""Digit evidence on a grid: what the bigram network sees of a reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.similarity.features import CELLS
from zij.similarity.placement import EXTRA_FLOOR, place
from zij.tables.reading import Glyph, Reading

__all__ = ["EXTRA_FLOOR", "Evidence", "evidence_from_reading", "named"]


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
    found = place(reading, extra, floor=floor)
    maps = np.zeros((10, found.height, found.width), np.float32)
    barrier = np.zeros((found.height, found.width), np.float32)
    maps[:, found.peaks[:, 0], found.peaks[:, 1]] = found.probabilities.T
    barrier[found.walls[:, 0], found.walls[:, 1]] = 1
    return Evidence(
        reading=named(reading),
        maps=maps,
        barrier=barrier,
        reach=found.reach / CELLS,
        peaks=found.peaks,
        glyphs=found.glyphs,
        numbers=found.numbers,
        centres=found.centres,
    )
