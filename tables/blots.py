"""Ink of about a digit's size that no glyph accounts for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zij.tables.geometry import Box
from zij.tables.neighbours import components, pairs_ahead
from zij.tables.reading import Glyph

if TYPE_CHECKING:
    from zij.tables.rulings import Rulings

__all__ = ["find_blots"]

Floats = NDArray[np.float64]


def find_blots(
    ink: NDArray[np.float32], glyphs: Sequence[Glyph], *, rulings: Rulings | None, digit_height: float
) -> list[list[Box]]:
    """Connected ink of about a digit's size outside the glyphs, that beside each other together.

    Rulings are taken out first. A lone blot or two may be unread digits, a long run of them is a word.

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

    Returns
    -------
    list of list of Box
        Runs of blots, each from left to right; their order is that of the first blot, from the top.
    """
    boxes = [g.box for g in glyphs]
    if not boxes or ink.size == 0:
        return []
    dark = _dark(ink, boxes)
    _erase_rulings(dark, rulings)
    found = _outside(_pieces(dark, digit_height), boxes, digit_height)
    if not len(found):
        return []
    x, y = found[:, 0] + found[:, 2] / 2, found[:, 1] + found[:, 3] / 2
    i, j = pairs_ahead(x, y, ahead=(0.0, 2.5 * digit_height), aside=0.7 * digit_height)
    near = found[j, 0] - found[i, 0] - found[i, 2] < 0.45 * digit_height
    label = components(len(found), zip(i[near].tolist(), j[near].tolist(), strict=True))
    runs: dict[int, list[Box]] = {}
    for k, box in zip(label.tolist(), found.tolist(), strict=True):
        runs.setdefault(k, []).append(Box(*box))
    return [sorted(run) for run in runs.values()]


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
    """Boxes (x, y, w, h) of connected ink as large as a digit, in order of y, then x."""
    import cv2

    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    w, h, area = stats[1:, 2:].T.astype(float) / digit_height
    size = (h >= 0.5) & (h <= 1.6) & (w >= 0.12) & (w <= 1.4) & (area * digit_height >= 0.08)
    boxes = stats[1:][size][:, :4].astype(float)
    return np.asarray(boxes[np.lexsort((boxes[:, 0], boxes[:, 1]))])


def _outside(pieces: Floats, boxes: Sequence[Box], digit_height: float) -> Floats:
    """The pieces that no glyph covers."""
    if not len(pieces):
        return pieces
    glyphs = np.array([(b.x, b.y, b.w, b.h) for b in boxes])
    every = np.vstack([pieces, glyphs])
    x, y = every[:, 0] + every[:, 2] / 2, every[:, 1] + every[:, 3] / 2
    window = 1.6 * digit_height
    i, j = pairs_ahead(x, y, ahead=(-window, window), aside=window)
    pair = (i < len(pieces)) & (j >= len(pieces))
    i, j = i[pair], j[pair]
    width = np.minimum(every[i, 0] + every[i, 2], every[j, 0] + every[j, 2]) - np.maximum(
        every[i, 0], every[j, 0]
    )
    height = np.minimum(every[i, 1] + every[i, 3], every[j, 1] + every[j, 3]) - np.maximum(
        every[i, 1], every[j, 1]
    )
    shared = np.clip(width, 0, None) * np.clip(height, 0, None)
    read = np.zeros(len(pieces), bool)
    read[i[shared > 0.25 * np.minimum(pieces[i, 2] * pieces[i, 3], every[j, 2] * every[j, 3])]] = True
    return pieces[~read]
