"""Ink of about a digit's size that no glyph accounts for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.tables.geometry import Box
from zij.tables.layout.neighbours import Indices, components, pairs_ahead
from zij.tables.layout.stains import Stains
from zij.tables.reading import Glyph

__all__ = ["Blots", "find_blots"]

Floats = NDArray[np.float64]

TOUCHING = 0.3  # letters of a word are at most so many digit heights apart
LONGEST = 3  # a run of more blots than this is a word, not an unread number


@dataclass(frozen=True, slots=True)
class Blots:
    """Ink without a reading.

    Attributes
    ----------
    unread : tuple of Box
        Connected ink of about a digit's size, alone or in short runs: it may be an unread digit.
    worded : tuple of bool
        For each glyph, whether it stands in a row of letters, so that it is likely a letter itself.
    """

    unread: tuple[Box, ...]
    worded: tuple[bool, ...]


def find_blots(stains: Stains, glyphs: Sequence[Glyph], *, digit_height: float, upper: float) -> Blots:
    """Find the ink outside the glyphs, and tell unread digits from words.

    Pieces of ink and glyphs that nearly touch make a run. Glyphs are taken for letters where a run has more
    pieces than glyphs: three at least, or two if a glyph is doubtful.

    Parameters
    ----------
    stains : Stains
        The ink of the page.
    glyphs : sequence of Glyph
        What was read.
    digit_height : float
        Nominal digit height in pixels.
    upper : float
        Confidence from which on a glyph is not doubtful.

    Returns
    -------
    Blots
    """
    boxes = np.array([(g.box.x, g.box.y, g.box.w, g.box.h) for g in glyphs]).reshape(-1, 4)
    if not len(boxes):
        return Blots((), ())
    h = digit_height
    letters = stains.between((0.12 * h, 0.4 * h), (8 * h, 1.7 * h), area=0.08 * h * h)
    pieces = _outside(letters.boxes, boxes, h)
    run = _runs(np.vstack([pieces, boxes]), h)
    own, other = run[len(pieces) :], run[: len(pieces)]
    count = np.maximum(np.round(pieces[:, 2] / (0.8 * h)), 1)
    blots = np.bincount(other, weights=count, minlength=len(run))
    read = np.bincount(own, minlength=len(run))
    doubtful = np.zeros(len(run), bool)
    doubtful[own[np.array([g.confidence < upper for g in glyphs])]] = True
    words = (blots > read) & (blots >= np.where(doubtful, 2, 3)) & (read > 0)
    digit_sized = (pieces[:, 3] >= 0.5 * h) & (pieces[:, 2] <= 1.4 * h)
    unread = pieces[digit_sized & ~words[other] & (blots[other] <= LONGEST)]
    return Blots(tuple(Box(*box) for box in unread.tolist()), tuple(words[own].tolist()))


def _runs(boxes: Floats, digit_height: float) -> Indices:
    """Label of the run that each box stands in: boxes that nearly touch from left to right, on one line."""
    y = boxes[:, 1] + boxes[:, 3] / 2
    i, j = pairs_ahead(boxes[:, 0], y, ahead=(0.0, 9 * digit_height), aside=0.6 * digit_height)
    space = boxes[j, 0] - boxes[i, 0] - boxes[i, 2]
    near = space < TOUCHING * digit_height
    return components(len(boxes), zip(i[near].tolist(), j[near].tolist(), strict=True))


def _outside(pieces: Floats, glyphs: Floats, digit_height: float) -> Floats:
    """The pieces that no glyph covers."""
    every = np.vstack([pieces, glyphs])
    x, y = every[:, 0] + every[:, 2] / 2, every[:, 1] + every[:, 3] / 2
    i, j = pairs_ahead(x, y, ahead=(-5 * digit_height, 5 * digit_height), aside=1.6 * digit_height)
    pair = (i < len(pieces)) & (j >= len(pieces))
    i, j = i[pair], j[pair]
    width = _shared(every[i, 0], every[i, 2], every[j, 0], every[j, 2])
    height = _shared(every[i, 1], every[i, 3], every[j, 1], every[j, 3])
    smaller = np.minimum(every[i, 2] * every[i, 3], every[j, 2] * every[j, 3])
    covered = np.zeros(len(pieces), bool)
    covered[i[width * height > 0.25 * smaller]] = True
    return pieces[~covered]


def _shared(start: Floats, size: Floats, other_start: Floats, other_size: Floats) -> Floats:
    """Length that intervals have in common."""
    length = np.minimum(start + size, other_start + other_size) - np.maximum(start, other_start)
    return np.asarray(np.maximum(length, 0.0))
