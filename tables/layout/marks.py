"""The numbers of a page as arrays, in coordinates where rows and columns are straight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zij.tables.layout.drift import Drift
from zij.tables.layout.neighbours import Indices
from zij.tables.layout.numbers import number_of
from zij.tables.reading import Glyph, Number

__all__ = ["Marks"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Numbers and where their first and last digits stand.

    Attributes
    ----------
    numbers : tuple of Number
        N numbers.
    x0, x1 : (N,) ndarray
        Centre of the first and of the last glyph, in pixels of the raster.
    y : (N,) ndarray
        The line: y of the middle of the small letters, in pixels of the raster.
    u0, u1, v : (N,) ndarray
        The same in straight coordinates.
    confidence : (N,) ndarray
        Mean probability of each number's digits.
    """

    numbers: tuple[Number, ...]
    x0: Floats
    x1: Floats
    y: Floats
    u0: Floats
    u1: Floats
    v: Floats
    confidence: Floats

    @classmethod
    def of(cls, numbers: Sequence[Number], lines: dict[Glyph, float]) -> Self:
        """Marks of numbers, given each glyph's line; straight coordinates are those of the raster."""
        x0 = np.array([n.glyphs[0].box.centre[0] for n in numbers], float)
        x1 = np.array([n.glyphs[-1].box.centre[0] for n in numbers], float)
        digits = [n.digits for n in numbers]
        y = np.array([_mean([lines.get(g, 0.0) for g in own] if lines else [0.0]) for own in digits], float)
        confidence = np.array([_mean([g.confidence for g in own]) for own in digits], float)
        return cls(tuple(numbers), x0, x1, y, x0, x1, y, confidence)

    def straightened(self, drift: Drift) -> Marks:
        """The same marks with straight coordinates from a drift."""
        u0, v = drift.straight(self.x0, self.y)
        u1, _ = drift.straight(self.x1, self.y)
        return replace(self, u0=u0, u1=u1, v=v)

    def sure(self, upper: float) -> NDArray[np.bool_]:
        """Whose digits are on average so probable; all, on a faint page where fewer than half of them are."""
        sure = self.confidence >= upper
        return sure if 2 * sure.sum() >= len(self) else np.ones(len(self), bool)

    def split(self, parts: dict[int, list[list[Glyph]]], drift: Drift) -> Marks:
        """The marks with some numbers (by index) replaced by their parts, which keep the number's line."""
        numbers, y = [], []
        for k, number in enumerate(self.numbers):
            split = [part for part in parts.get(k, ()) if any(glyph.is_digit for glyph in part)]
            pieces = [number_of(part) for part in split] if k in parts else [number]
            numbers += pieces
            y += [float(self.y[k])] * len(pieces)
        whole = Marks.of(numbers, {})
        return replace(whole, y=np.array(y, float)).straightened(drift)

    def joined(self, pairs: Sequence[tuple[int, int]], drift: Drift) -> Marks:
        """The marks with pairs of numbers (by index) made one, which has the line of the pair's first."""
        mate = dict(pairs)
        taken = set(mate.values())
        kept = [k for k in range(len(self)) if k not in taken]
        numbers = []
        for k in kept:
            glyphs = self.numbers[k].glyphs + (self.numbers[mate[k]].glyphs if k in mate else ())
            numbers.append(
                number_of(sorted(glyphs, key=lambda g: g.box.centre)) if k in mate else self.numbers[k]
            )
        whole = Marks.of(numbers, {})
        return replace(whole, y=self.y[kept]).straightened(drift)

    def followed(self, other: Marks) -> Marks:
        """These marks and then the other ones."""
        names = ("x0", "x1", "y", "u0", "u1", "v", "confidence")
        arrays = (np.concatenate([getattr(self, name), getattr(other, name)]) for name in names)
        return Marks(self.numbers + other.numbers, *arrays)

    def take(self, index: Indices) -> Marks:
        """Some of the marks."""
        arrays = (self.x0, self.x1, self.y, self.u0, self.u1, self.v, self.confidence)
        return Marks(tuple(self.numbers[k] for k in index.tolist()), *(a[index] for a in arrays))

    def __len__(self) -> int:
        return len(self.numbers)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
