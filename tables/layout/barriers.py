"""Rulings as barriers: broken ones made whole, and what they part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from zij.tables.scan.rulings import Segment

__all__ = ["Barriers"]

Floats = NDArray[np.float64]

GAP = 5.0  # digit heights between two pieces of one ruling
ASIDE = 0.3  # and how far they may be out of line


@dataclass(frozen=True, slots=True, eq=False)
class Barriers:
    """Rulings of one direction, each a chain of collinear pieces taken as one line.

    Attributes
    ----------
    lines : (L, 4) ndarray
        Start and end along the ruling, and its position across it at both: for vertical rulings
        y0, y1, x0, x1; for horizontal ones x0, x1, y0, y1.
    """

    lines: Floats

    @classmethod
    def vertical(cls, segments: Iterable[Segment], *, digit_height: float) -> Self:
        """Barriers from vertical rulings."""
        return cls(_bridged([_oriented(s.y0, s.y1, s.x0, s.x1) for s in segments], digit_height))

    @classmethod
    def horizontal(cls, segments: Iterable[Segment], *, digit_height: float) -> Self:
        """Barriers from horizontal rulings."""
        return cls(_bridged([_oriented(s.x0, s.x1, s.y0, s.y1) for s in segments], digit_height))

    def between(
        self, first: Floats, second: Floats, along: Floats, *, beyond: float = 0.0
    ) -> NDArray[np.bool_]:
        """Whether a barrier passes between two points at the same place along it.

        Parameters
        ----------
        first, second : (N,) ndarray
            Positions across the barriers, `first < second`.
        along : (N,) ndarray
            Position along the barriers.
        beyond : float
            By how much a barrier is taken to reach past its ends.
        """
        result = np.zeros(len(along), bool)
        for line in self.lines:
            at = _position(line, along)
            inside = (along >= line[0] - beyond) & (along <= line[1] + beyond)
            result |= inside & (at > first) & (at < second)
        return result

    def crossings(self, along: float, *, beyond: float = 0.0) -> Floats:
        """Where the barriers that pass a place along them stand across, sorted."""
        hit = [line for line in self.lines if line[0] - beyond <= along <= line[1] + beyond]
        return np.sort(np.array([float(_position(line, np.float64(along))) for line in hit], float))


def _oriented(start: float, end: float, at_start: float, at_end: float) -> tuple[float, float, float, float]:
    return (start, end, at_start, at_end) if start <= end else (end, start, at_end, at_start)


def _position(line: Floats, along: Floats | np.float64) -> Floats:
    length = max(line[1] - line[0], 1e-9)
    return np.asarray(line[2] + (line[3] - line[2]) * (np.clip(along, line[0], line[1]) - line[0]) / length)


def _bridged(pieces: Sequence[tuple[float, float, float, float]], digit_height: float) -> Floats:
    """Pieces of one ruling joined where the gap is short and no longer than what is printed around it."""
    chains: list[list[float]] = []
    for start, end, at_start, at_end in sorted(pieces):
        best: list[float] | None = None
        for chain in chains:
            space = start - chain[1]
            slope = (chain[3] - chain[2]) / max(chain[1] - chain[0], digit_height)
            off = abs(chain[3] + slope * max(space, 0) - at_start)
            near = space <= min(GAP * digit_height, chain[1] - chain[0] + end - start)
            if near and off <= ASIDE * digit_height and end > chain[1]:
                best = chain if best is None or chain[1] > best[1] else best
        if best is None:
            chains.append([start, end, at_start, at_end])
        else:
            best[1], best[3] = end, at_end
    return np.array(sorted(chains), float).reshape(-1, 4)
