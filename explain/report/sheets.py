"""What the pair's figure, annotations and report share: the two pages, and the list of pairs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zij.explain.bilrp.pairs import Region
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Cell, Reading

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Place",
    "Sheet",
    "drawn_first",
    "places",
    "regions",
    "row_shares",
    "strongest_rows",
    "summed",
]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One page of a compared pair: what was read, and the picture.

    Attributes
    ----------
    reading : Reading
        With ids, boxes in pixels of the original image.
    rgb : (H, W, 3) ndarray of uint8
        The original image.
    geometry : Geometry, optional
        From pixels of the original image to those of `rgb`, where that is another picture of the page.
    """

    reading: Reading
    rgb: NDArray[np.uint8]
    geometry: Geometry | None = None

    def upright(self, longest: int) -> tuple[NDArray[np.uint8], Geometry]:
        """The page turned upright, its longer side at most `longest` pixels, and the geometry to it."""
        from PIL import Image

        turns = self.reading.turn // 90 % 4
        geometry = self.geometry or Geometry.identity(self.rgb.shape[1], self.rgb.shape[0])
        geometry = geometry.turned(turns)
        geometry = geometry.scaled(min(longest / max(geometry.width, geometry.height), 1.0))
        page = Image.fromarray(np.ascontiguousarray(np.rot90(self.rgb, -turns)))
        small = page.resize((geometry.width, geometry.height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        return np.asarray(small), geometry


@dataclass(frozen=True, slots=True)
class Place:
    """Where a region stands: table, row and column, all counted from 0."""

    table: int
    row: int
    column: int

    def __str__(self) -> str:
        return f"row {self.row + 1}, column {self.column + 1}"


def regions(pairs: pd.DataFrame, side: str) -> tuple[list[Region], NDArray[np.intp]]:
    """The distinct regions of one side, and for each pair the number of its region.

    Parameters
    ----------
    pairs : DataFrame
        With the columns of `zij.explain.bilrp.pairs.COLUMNS`.
    side : {"a", "b"}
        Which page.

    Returns
    -------
    regions : list of Region
        In the order of their first pair.
    index : (P,) ndarray of int
        Position in `regions` for each of the P pairs.
    """
    columns = [f"{side}_{name}" for name in ("id", "text", "x", "y", "w", "h")]
    seen: dict[Region, int] = {}
    index = np.empty(len(pairs), np.intp)
    for n, (name, text, x, y, w, h) in enumerate(pairs[columns].itertuples(index=False, name=None)):
        region = Region(str(name), str(text), Box(float(x), float(y), float(w), float(h)))
        index[n] = seen.setdefault(region, len(seen))
    return list(seen), index


def drawn_first(pairs: pd.DataFrame, count: int) -> pd.DataFrame:
    """The `count` pairs to draw: those in corresponding cells first, the strongest of each first."""
    order = np.lexsort([-pairs["relevance"].abs().to_numpy(), ~pairs["corresponds"].to_numpy(dtype=bool)])
    return pairs.iloc[order[:count]]


def places(reading: Reading, found: list[Region]) -> list[Place | None]:
    """Where each region stands: by its id, or by its centre; None outside tables."""
    known: dict[str, Place] = {}
    for place, cell in _cells(reading):
        for number in cell.numbers:
            known |= {name: place for name in (number.id, *(glyph.id for glyph in number.glyphs)) if name}
    return [known.get(region.id) or _place_at(reading, region.box) for region in found]


def summed(index: NDArray[np.intp], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Sum of the values that have each index from 0 to `count` - 1.

    Parameters
    ----------
    index : (P,) ndarray of int
    values : (P,) ndarray of float64
    count : int

    Returns
    -------
    (count,) ndarray of float64
    """
    return np.bincount(index, values, count).astype(np.float64)


def row_shares(pairs: pd.DataFrame, reading: Reading) -> dict[tuple[int, int], float]:
    """Sum of the relevances that touch each row of the first page, by (table, row), in reading order."""
    found, index = regions(pairs, "a")
    sums = summed(index, pairs["relevance"].to_numpy(dtype=float), len(found))
    rows: dict[tuple[int, int], float] = {}
    for place, value in zip(places(reading, found), sums, strict=True):
        if place is not None:
            rows[place.table, place.row] = rows.get((place.table, place.row), 0.0) + float(value)
    return dict(sorted(rows.items()))


def strongest_rows(
    pairs: pd.DataFrame, reading: Reading, *, share: float = 2 / 3
) -> tuple[int, int, int, float] | None:
    """The shortest run of rows of one table that holds at least `share` of what all rows hold.

    Parameters
    ----------
    pairs : DataFrame
        The columns of pairs.csv.
    reading : Reading
        Of page A.
    share : float

    Returns
    -------
    (table, first, last, relevance) or None
        Table and rows from 0, both rows included, and the sum of the relevances that touch them; None
        where no single table holds that much. Of runs of equal length the strongest.
    """
    shares = row_shares(pairs, reading)
    wanted = share * sum(shares.values())
    best: tuple[int, int, int, float] | None = None
    for table in {table for table, _ in shares}:
        rows = [(row, value) for (t, row), value in shares.items() if t == table]
        for start in range(len(rows)):
            total = 0.0
            for last, value in rows[start:]:
                total += value
                run = (table, rows[start][0], last, total)
                if total >= wanted > 0:
                    best = min(best or run, run, key=lambda r: (r[2] - r[1], -r[3], r[0], r[1]))
                    break
    return best


def _cells(reading: Reading) -> Iterator[tuple[Place, Cell]]:
    for number, table in enumerate(reading.tables):
        for cell in table.cells:
            yield Place(number, cell.row, cell.column), cell


def _place_at(reading: Reading, box: Box) -> Place | None:
    return next((place for place, cell in _cells(reading) if cell.box.contains(*box.centre)), None)
