"""Ink of about a digit's size that no glyph accounts for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zij.tables.geometry import Box
from zij.tables.layout.neighbours import Indices, components, pairs_ahead
from zij.tables.reading import Glyph

if TYPE_CHECKING:
    from zij.tables.scan.rulings import Rulings

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


def find_blots(
    ink: NDArray[np.float32],
    glyphs: Sequence[Glyph],
    *,
    rulings: Rulings | None,
    digit_height: float,
    upper: float,
) -> Blots:
    """Find the ink outside the glyphs, and tell unread digits from words.

    Rulings are taken out first. Pieces and glyphs that nearly touch make a run. Glyphs are taken for letters
    where a run has more pieces than glyphs: three at least, or two if a glyph is doubtful.

    Parameters
    ----------
    ink : (H, W) ndarray
        0 is paper.
    glyphs : sequence of Glyph
        What was read; its ink gives the measure of what is dark.
    rulings : Rulings, optional
        The page's rulings.
    digit_height : float
        Nominal digit height in pixels.
    upper : float
        Confidence from which on a glyph is not doubtful.
    """
    boxes = np.array([(g.box.x, g.box.y, g.box.w, g.box.h) for g in glyphs]).reshape(-1, 4)
    if not len(boxes) or ink.size == 0:
        return Blots((), (False,) * len(boxes))
    dark = _dark(ink, [g.box for g in glyphs])
    _erase_rulings(dark, rulings)
    pieces = _outside(_pieces(dark, digit_height), boxes, digit_height)
    run = _runs(np.vstack([pieces, boxes]), digit_height)
    own, other = run[len(pieces) :], run[: len(pieces)]
    letters = np.maximum(np.round(pieces[:, 2] / (0.8 * digit_height)), 1)
    blots = np.bincount(other, weights=letters, minlength=len(run))
    read = np.bincount(own, minlength=len(run))
    doubtful = np.zeros(len(run), bool)
    doubtful[own[np.array([g.confidence < upper for g in glyphs])]] = True
    words = (blots > read) & (blots >= np.where(doubtful, 2, 3)) & (read > 0)
    digit_sized = (pieces[:, 3] >= 0.5 * digit_height) & (pieces[:, 2] <= 1.4 * digit_height)
    unread = pieces[digit_sized & ~words[other] & (blots[other] <= LONGEST)]
    return Blots(tuple(Box(*box) for box in unread.tolist()), tuple(words[own].tolist()))


def _runs(boxes: Floats, digit_height: float) -> Indices:
    """Label of the run that each box stands in: boxes that nearly touch from left to right, on one line."""
    y = boxes[:, 1] + boxes[:, 3] / 2
    i, j = pairs_ahead(boxes[:, 0], y, ahead=(0.0, 9 * digit_height), aside=0.6 * digit_height)
    space = boxes[j, 0] - boxes[i, 0] - boxes[i, 2]
    near = space < TOUCHING * digit_height
    return components(len(boxes), zip(i[near].tolist(), j[near].tolist(), strict=True))


def _dark(ink: NDArray[np.float32], boxes: Sequence[Box]) -> NDArray[np.uint8]:
    height, width = ink.shape
    levels = []
    for box in boxes:
        inner = box.clipped(width, height)
        patch = ink[int(inner.y) : int(inner.bottom) + 1, int(inner.x) : int(inner.right) + 1]
        if patch.size:
            levels.append(float(patch.max()))
    limit = 0.4 * float(np.median(levels)) if levels else np.inf
    return (ink > max(limit, 1e-6)).astype(np.uint8)


def _erase_rulings(dark: NDArray[np.uint8], rulings: Rulings | None) -> None:
    import cv2

    for segment in (*rulings.vertical, *rulings.horizontal) if rulings else ():
        start, end = (round(segment.x0), round(segment.y0)), (round(segment.x1), round(segment.y1))
        cv2.line(dark, start, end, (0,), max(round(segment.thickness), 1) + 2)


def _pieces(dark: NDArray[np.uint8], digit_height: float) -> Floats:
    """Boxes (x, y, w, h) of connected ink as high as a letter or digit, in order of y, then x."""
    import cv2

    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    w, h, area = stats[1:, 2:].T.astype(float) / digit_height
    size = (h >= 0.4) & (h <= 1.7) & (w >= 0.12) & (w <= 8) & (area * digit_height >= 0.08 * digit_height**2)
    boxes = stats[1:][size][:, :4].astype(float)
    return np.asarray(boxes[np.lexsort((boxes[:, 0], boxes[:, 1]))])


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
