"""A scan looked at again: the evidence for a reading's digits under noise, or through another network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from zij.explain.subjects.redrawn import learned_layers, redrawn
from zij.similarity.evidence import Evidence
from zij.tables.digits.network import DIGIT_HEIGHT, STRIDE, DigitNetwork, Weights
from zij.tables.digits.peaks import scores_of
from zij.tables.digits.view import View
from zij.tables.scan.page import Page

__all__ = ["Scan"]

_UNUSED = ("sides",)  # the layer that gives the boxes: places are those of the reading
_SEARCH = 1  # cells to each side of a candidate, among which its peak is looked for


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """What a page was read from.

    Attributes
    ----------
    page : Page
        As `zij.tables.scan.page.prepare` gives it.
    view : View
        Scale and orientation under which it was read.
    weights : Weights
        The digit network.
    """

    page: Page
    view: View
    weights: Weights

    @property
    def layers(self) -> int:
        """How many learned layers there are between the ink and the probabilities."""
        return len(learned_layers(self.weights.network, without=_UNUSED))

    def redrawn(self, stages: int, *, seed: int, alone: bool = False) -> Scan:
        """The same scan before a network whose last layers are drawn anew, by `redrawn`."""
        network = redrawn(self.weights.network, stages, seed=seed, alone=alone, without=_UNUSED)
        assert isinstance(network, DigitNetwork)
        return replace(self, weights=replace(self.weights, network=network))

    def evidence(self, evidence: Evidence, *, sigma: float = 0.0, rng: Generator | None = None) -> Evidence:
        """What the network sees now where the candidates stand; nothing is laid out anew.

        Candidates, cells, walls and reach stay; each candidate has the probabilities of the place where the
        network sees most of any digit, at most a cell from the candidate's centre.

        Parameters
        ----------
        evidence : Evidence
            Of the same scan.
        sigma : float, default 0
            Deviation of Gaussian noise on the ink of the scan, of which 0 is paper and 1 black; the ink is
            cut off at both ends.
        rng : Generator, optional
            Source of the noise, needed where there is some.

        Returns
        -------
        Evidence
        """
        page = self.page.standing(self.view.quarter_turns, evidence.reading.skew)
        if sigma > 0:
            assert rng is not None
            noise = rng.standard_normal(page.ink.shape, np.float32) * np.float32(sigma)
            page = replace(page, ink=np.clip(page.ink + noise, 0, 1))
        ink, geometry = page.raster(DIGIT_HEIGHT / self.view.digit_height)
        seen = scores_of(ink, self.weights)[0]
        cells = (geometry.to_raster(evidence.centres)[:, ::-1] // STRIDE).astype(int)
        maps = np.zeros_like(evidence.maps)
        maps[:, evidence.peaks[:, 0], evidence.peaks[:, 1]] = _looked_up(seen, cells)
        return replace(evidence, maps=maps)


def _looked_up(seen: NDArray[np.float32], cells: NDArray[np.int64]) -> NDArray[np.float32]:
    """Probabilities of the ten digits at the strongest place next to each cell, (10, N); 0 off the page."""
    digit = 1 - seen[10]
    found = np.zeros((10, len(cells)), np.float32)
    for n, (row, column) in enumerate(cells.tolist()):
        if 0 <= row < digit.shape[0] and 0 <= column < digit.shape[1]:
            top, left = max(row - _SEARCH, 0), max(column - _SEARCH, 0)
            window = digit[top : row + _SEARCH + 1, left : column + _SEARCH + 1]
            y, x = divmod(int(window.argmax()), window.shape[1])
            found[:, n] = seen[:10, top + y, left + x]
    return found
