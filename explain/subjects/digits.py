"""A page of digits before the bigram network, cut into digits, numbers, cells, rows or columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from zij.errors import InputError, UsageError
from zij.explain.subjects.looking import Scan
from zij.explain.subjects.vectors import distances, kept_shares
from zij.similarity.embedding import embed
from zij.similarity.evidence import Evidence
from zij.similarity.masked import masked_counts
from zij.tables.geometry import Box
from zij.tables.reading import Reading

__all__ = ["DigitSubject", "Level"]

Level = Literal["glyph", "number", "cell", "row", "column"]
"""What a region is. A number outside tables is a region by itself at every level but that of glyphs."""


@dataclass(frozen=True, eq=False)
class DigitSubject:
    """Page A beside page B, as the bigram network sees them.

    Hiding a region weakens or removes the evidence of its digits. Candidates that belong to no number of the
    reading belong to no region and are always there.

    Attributes
    ----------
    evidence, other : Evidence
        Pages A and B.
    level : "glyph", "number", "cell", "row" or "column"
        What a region is.
    scan, other_scan : Scan, optional
        What they were read from; noise needs the first, randomised layers both.
    """

    evidence: Evidence
    other: Evidence
    level: Level = "number"
    scan: Scan | None = None
    other_scan: Scan | None = None

    def __post_init__(self) -> None:
        if self.level not in Level.__args__:  # type: ignore[attr-defined]
            raise UsageError(f"level={self.level!r} is not known; choose glyph, number, cell, row or column.")

    @cached_property
    def _parts(self) -> tuple[NDArray[np.int64], tuple[str, ...], tuple[Box, ...]]:
        return _regions(self.evidence, self.level)

    @property
    def labels(self) -> NDArray[np.int64]:
        """Region of each candidate of page A, (N,); -1 where it has none."""
        return self._parts[0]

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of glyphs, numbers or cells; rows and columns are named `t1_r0` and `t1_c0`."""
        return self._parts[1]

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Where the regions are, in pixels of the original."""
        return self._parts[2]

    @property
    def regions(self) -> int:
        """How many there are."""
        return len(self.names)

    @cached_property
    def centres(self) -> NDArray[np.float64]:
        """Centres of the boxes, (R, 2)."""
        return np.array([box.centre for box in self.boxes], float).reshape(-1, 2)

    @cached_property
    def reference(self) -> NDArray[np.float64]:
        """Embedding of page B, (110,)."""
        return embed(self.other).vector

    @property
    def stages(self) -> int:
        """Learned layers of the digit network; 0 without scans of both pages."""
        return self.scan.layers if self.scan and self.other_scan else 0

    def pooled(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums over the candidates of each region: (N,) to (R,)."""
        inside = self.labels >= 0
        return np.asarray(np.bincount(self.labels[inside], values[inside], minlength=self.regions), float)

    def embeddings(self, kept: NDArray[np.floating] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """Page A with its regions kept in that share, (n, R), as vectors, (n, 110).

        Raises
        ------
        UsageError
            If `kept` does not fit the regions.
        """
        kept = kept_shares(kept, self.regions)
        shares = np.ones((len(kept), len(self.labels)))
        inside = self.labels >= 0
        shares[:, inside] = kept[:, self.labels[inside]]
        return np.asarray(np.sqrt(masked_counts(self.evidence, shares)))

    def distances(self, kept: NDArray[np.floating] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """Distances (1 - cosine) / 2 of these to page B, (n,)."""
        return distances(self.embeddings(kept), self.reference)

    def noisy(self, sigma: float, rng: Generator) -> DigitSubject:
        """Page A under Gaussian noise on the ink of its scan (0 paper to 1 black), seen by the digit network.

        Raises
        ------
        InputError
            If there is no scan.
        """
        if self.scan is None:
            raise _no_scan(self.evidence.reading, "noise")
        return replace(self, evidence=self.scan.evidence(self.evidence, sigma=sigma, rng=rng))

    def randomised(self, stages: int, seed: int, *, alone: bool = False) -> DigitSubject:
        """Both pages as a digit network sees them whose last layers (or that one alone) are drawn anew.

        Raises
        ------
        InputError
            If a page has no scan.
        """
        sides = []
        for evidence, scan in ((self.evidence, self.scan), (self.other, self.other_scan)):
            if scan is None:
                raise _no_scan(evidence.reading, "a network drawn anew")
            fresh = scan.redrawn(stages, seed=seed, alone=alone)
            sides.append((fresh.evidence(evidence), fresh))
        (evidence, scan), (other, other_scan) = sides
        return replace(self, evidence=evidence, other=other, scan=scan, other_scan=other_scan)

    def shuffled(self, seed: int) -> DigitSubject:
        """Page A with its digits exchanged at random, places and layout unchanged."""
        return replace(self, evidence=_exchanged(self.evidence, seed))

    def replaced(self, seed: int) -> DigitSubject:
        """Page B with its digits exchanged at random: the same digits, other pairs."""
        return replace(self, other=_exchanged(self.other, seed))

    def reversed(self) -> DigitSubject:
        """Page B beside page A."""
        return DigitSubject(self.other, self.evidence, self.level, self.other_scan, self.scan)


def _no_scan(reading: Reading, what: str) -> InputError:
    return InputError(
        f"{reading.image}: {what} needs the scan that the page was read from; give the image, or leave this"
        " check out."
    )


def _exchanged(evidence: Evidence, seed: int) -> Evidence:
    """Probabilities of the reading's digits dealt out anew among them."""
    own = np.flatnonzero(evidence.numbers >= 0)
    dealt = np.random.default_rng([seed, 10]).permutation(own)
    rows, columns = evidence.peaks.T
    maps = evidence.maps.copy()
    maps[:, rows[own], columns[own]] = evidence.maps[:, rows[dealt], columns[dealt]]
    return replace(evidence, maps=maps)


def _regions(evidence: Evidence, level: Level) -> tuple[NDArray[np.int64], tuple[str, ...], tuple[Box, ...]]:
    """Region of each candidate, and the regions' names and boxes in the order in which they appear."""
    glyphs, numbers = list(evidence.reading.glyphs()), list(evidence.reading.numbers())
    homes = _homes(evidence.reading, level) if level not in ("glyph", "number") else {}
    boxes: dict[str, list[Box]] = {}
    index: dict[str, int] = {}
    labels = np.full(len(evidence.peaks), -1, np.int64)
    for k, (g, n) in enumerate(zip(evidence.glyphs.tolist(), evidence.numbers.tolist(), strict=True)):
        if n < 0:
            continue
        name, box = numbers[n].id, numbers[n].box
        if level == "glyph" and g >= 0:
            name, box = glyphs[g].id, glyphs[g].box
        name, box = homes.get(name, (name, box))
        boxes.setdefault(name, []).append(box)
        labels[k] = index.setdefault(name, len(index))
    return labels, tuple(boxes), tuple(Box.hull(part) for part in boxes.values())


def _homes(reading: Reading, level: Level) -> dict[str, tuple[str, Box]]:
    """Name and box of the cell, row or column in which each number of a table stands, by the number's id."""
    homes = {}
    for table in reading.tables:
        for cell in table.cells:
            names = {
                "cell": cell.id,
                "row": f"{table.id}_r{cell.row}",
                "column": f"{table.id}_c{cell.column}",
            }
            for number in cell.numbers:
                homes[number.id] = names[level], cell.box
    return homes
