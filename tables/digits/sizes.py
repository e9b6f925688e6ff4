"""The digits of one size on a page, and what stands there in larger and smaller type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from zij.tables.digits.looks import averaged
from zij.tables.digits.network import DIGIT_HEIGHT, Weights
from zij.tables.digits.parts import BLOCK
from zij.tables.digits.peaks import FLOOR, LOWER, UPPER, pick_peaks, scores_of
from zij.tables.digits.pieces import pieces_of
from zij.tables.digits.view import is_plain
from zij.tables.geometry import Box
from zij.tables.reading import Glyph
from zij.tables.scan.page import Page

__all__ = ["Size", "other_sizes", "settled_size", "size_of"]

_STEPS = (1.7, 2.9)  # sizes that are sought beside the main one, which itself is read from 0.75 to 1.35
_LEAST_HEIGHT = 7.0  # pixels of the original: smaller digits cannot be told apart
_SMALL = 14.0  # pixels of the original: smaller digits are looked at twice,
_SECOND = 1.08  # the second time as if they were higher by so much
_FEW = 30  # pieces below which smaller print holds no table
_WINDOW = 8.0  # digit heights: the side of a square in which digits are to be plain, as of a tile
_SAME = 0.3  # of the logarithm of the heights: nearer sizes are one
_OVERLAP = 0.3  # of the smaller box, from which on two candidates are one
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Size:
    """What was found of digits of one size.

    Attributes
    ----------
    digit_height : float
        Height of a tall digit in pixels of the original.
    glyphs : tuple of Glyph
        Candidates, boxes in pixels of the upright page raster.
    """

    digit_height: float
    glyphs: tuple[Glyph, ...]

    @property
    def plain(self) -> bool:
        """Whether there are digits beyond doubt somewhere, many and near each other."""
        return any(is_plain(self._confidences[window]) for window in self._windows())

    @property
    def _confidences(self) -> Floats:
        return np.array([glyph.confidence for glyph in self.glyphs], float)

    def _windows(self) -> list[NDArray[np.int64]]:
        """Candidates of each square of the page; the squares overlap by half."""
        places = np.array([glyph.box.centre for glyph in self.glyphs], float).reshape(-1, 2)
        found = []
        for shift in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)):
            squares = np.floor(places / (_WINDOW * self.digit_height) + shift)
            _, square = np.unique(squares, axis=0, return_inverse=True)
            order = np.argsort(square, kind="stable")
            found += np.split(order, np.flatnonzero(np.diff(square[order])) + 1)
        return found


def size_of(
    upright: Page,
    weights: Weights,
    digit_height: float,
    *,
    near: Floats | None = None,
    device: str = "cpu",
) -> Size:
    """Candidates of a page for digits of one size; small ones, of which little is to be seen, get two looks.

    Parameters
    ----------
    upright : Page
    weights : Weights
    digit_height : float
        In pixels of the original.
    near : (N, 4) ndarray of float64, optional
        Boxes x, y, w, h on the page raster; only what lies near them is looked for.
    device : str
        "cpu" or "cuda".

    Returns
    -------
    Size
    """
    glyphs = _seen(upright, weights, DIGIT_HEIGHT / digit_height, digit_height, near, device)
    if digit_height < _SMALL:
        again = _seen(upright, weights, DIGIT_HEIGHT / digit_height / _SECOND, digit_height, near, device)
        glyphs = averaged(glyphs, again, floor=FLOOR)
    return Size(digit_height, glyphs)


def _seen(
    upright: Page, weights: Weights, scale: float, digit_height: float, near: Floats | None, device: str
) -> tuple[Glyph, ...]:
    """Candidates on a raster of some scale, in pixels of the upright page."""
    if near is None:
        ink, _ = upright.raster(scale)
        x0 = y0 = 0.0
        where = None
    else:
        hull, (x0, y0) = _around(near, 2 * digit_height, scale)
        ink, _ = upright.raster(scale, hull)
        where = _blocks(ink.shape, near * scale - (x0 * scale, y0 * scale, 0, 0))
    peaks = pick_peaks(*scores_of(ink, weights, device=device, where=where))
    shift = np.array([x0, y0, 0, 0]) * scale
    found = zip(peaks.boxes + shift, peaks.probabilities, strict=True)
    return tuple(_glyph(box, p, 1 / scale) for box, p in found)


def _around(near: Floats, margin: float, scale: float) -> tuple[Box, tuple[float, float]]:
    """The part of the page that holds some boxes, and its corner as the raster of that scale has it."""
    x0, y0 = np.floor((near[:, :2].min(axis=0) - margin) * scale) / scale
    x1, y1 = (near[:, :2] + near[:, 2:]).max(axis=0) + margin
    return Box(float(x0), float(y0), float(x1 - x0), float(y1 - y0)), (float(x0), float(y0))


def settled_size(upright: Page, weights: Weights, size: Size, *, device: str = "cpu") -> Size:
    """The same digits, read anew at their own height if they were found at another.

    Parameters
    ----------
    upright : Page
        The page as it stands upright.
    weights : Weights
    size : Size
    device : str
        Of torch.

    Returns
    -------
    Size
    """
    height = _measured(size)
    if abs(height / size.digit_height - 1) < 0.1:
        return size
    return size_of(upright, weights, height, device=device)


def other_sizes(
    upright: Page, weights: Weights, main: Size, *, device: str = "cpu"
) -> tuple[tuple[Glyph, ...], tuple[Size, ...]]:
    """Digits in larger and in smaller type than the main one, where the main one explains nothing.

    Larger ones count if they are sure or plain; smaller ones, which may be bits of letters, only where they
    are plain.

    Parameters
    ----------
    upright : Page
        The page as it stands upright.
    weights : Weights
    main : Size
        The digits of the main size.
    device : str
        Of torch.

    Returns
    -------
    glyphs : tuple of Glyph
        Candidates of the main size that still stand.
    others : tuple of Size
    """
    scale = DIGIT_HEIGHT / main.digit_height
    boxes = pieces_of(upright.raster(scale)[0])[0] / scale
    sizes = [main]
    for factor in (*_STEPS, *(1 / step for step in _STEPS)):
        height = main.digit_height * factor
        near = _unexplained(boxes, sizes, height)
        if not len(near) or height < _LEAST_HEIGHT or (factor < 1 and len(near) < _FEW):
            continue
        found = _larger if factor > 1 else _smaller
        size = found(upright, weights, height, near, device=device)
        if not size.glyphs or any(_same(size, other) for other in sizes):
            continue  # the latter: print of a size that has been read
        if size.plain:
            size = size_of(upright, weights, _measured(size), near=near, device=device)
        sizes = _apart([*sizes, size])
    return sizes[0].glyphs, tuple(size for size in sizes[1:] if size.glyphs)


def _larger(upright: Page, weights: Weights, height: float, near: Floats, *, device: str) -> Size:
    size = size_of(upright, weights, height, near=near, device=device)
    if size.plain:
        return size
    sure = (g for g in size.glyphs if g.confidence >= UPPER and g.box.h > 0.6 * height)
    return replace(size, glyphs=tuple(sure))


def _smaller(upright: Page, weights: Weights, height: float, near: Floats, *, device: str) -> Size:
    """Looked for all over its print only if it is plain where that is densest."""
    centres = near[:, :2] + near[:, 2:] / 2
    around = cKDTree(centres).query_ball_point(centres, _WINDOW / 2 * height)
    for _ in range(4):
        counts = np.array([len(them) for them in around])
        best = int(counts.argmax())
        if counts[best] < _FEW / 3:
            break
        size = size_of(upright, weights, height, near=near[around[best]], device=device)
        if size.plain:
            return size
        taken = set(around[best])
        around = [[] if n in taken else them for n, them in enumerate(around)]
    return Size(height, ())


def _same(size: Size, other: Size) -> bool:
    """Whether digits are as high as those of a size that has been read."""
    return abs(float(np.log(_measured(size) / other.digit_height))) < _SAME


def _measured(size: Size) -> float:
    """The height of tall digits, by those that are sure."""
    heights = [glyph.box.h for glyph in size.glyphs if glyph.confidence >= UPPER]
    return float(np.quantile(heights, 0.75)) if len(heights) >= 5 else size.digit_height


def _unexplained(boxes: Floats, sizes: Sequence[Size], height: float) -> Floats:
    """Pieces of ink of a digit's size that no digit found so far covers."""
    high, wide = boxes[:, 3] / height, boxes[:, 2] / height
    # of larger type the tall digits alone: low ones are as high as the letters of the main size
    least, most = (0.75, 1.3) if height > sizes[0].digit_height else (0.55, 1.15)
    fit = boxes[(high >= least) & (high <= most) & (wide >= 0.1) & (wide <= 1.2)]
    glyphs = [g for size in sizes for g in size.glyphs if g.confidence >= LOWER]
    if not glyphs or not len(fit):
        return fit
    middles = np.array([g.box.centre for g in glyphs])
    halves = np.array([(g.box.w / 2, g.box.h / 2) for g in glyphs])
    centres = fit[:, :2] + fit[:, 2:] / 2
    around = cKDTree(middles).query_ball_point(centres, float(halves.max()) * 1.5)
    free = [
        not np.any(np.all(np.abs(middles[them] - centre) <= halves[them] + 1, axis=1))
        for centre, them in zip(centres, around, strict=True)
    ]
    return np.asarray(fit[np.array(free, bool)])


def _apart(sizes: Sequence[Size]) -> list[Size]:
    """The sizes without candidates that lie on a surer one of another size."""
    glyphs = [glyph for size in sizes for glyph in size.glyphs]
    owner = np.repeat(np.arange(len(sizes)), [len(size.glyphs) for size in sizes])
    lone = [n > 0 and not size.plain for n, size in enumerate(sizes)]
    alive = np.ones(len(glyphs), bool)
    middles = np.array([glyph.box.centre for glyph in glyphs]).reshape(-1, 2)
    reach = max(max(glyph.box.w, glyph.box.h) for glyph in glyphs)
    for a, b in sorted(cKDTree(middles).query_pairs(reach)):
        one, two = glyphs[a], glyphs[b]
        shared = one.box.intersection(two.box)
        if owner[a] != owner[b] and shared > _OVERLAP * max(min(one.box.area, two.box.area), 1e-9):
            alive[b if _rank(one, lone[owner[a]]) >= _rank(two, lone[owner[b]]) else a] = False
    kept = [
        tuple(glyph for glyph, mine, lives in zip(glyphs, owner == n, alive, strict=True) if mine and lives)
        for n in range(len(sizes))
    ]
    return [replace(size, glyphs=them) for size, them in zip(sizes, kept, strict=True)]


def _rank(glyph: Glyph, lone: bool) -> tuple[bool, float, float]:
    """Which of two candidates on one place stands: a lone digit of another size yields to what is sure."""
    return (glyph.confidence >= UPPER and not lone, glyph.confidence, glyph.box.area)


def _blocks(shape: tuple[int, ...], boxes: Floats) -> NDArray[np.bool_]:
    """Blocks of a raster within a digit height of any box."""
    wanted = np.zeros((-(-shape[0] // BLOCK), -(-shape[1] // BLOCK)), np.uint8)
    for x, y, w, h in boxes:
        x0, y0, x1, y1 = (int(v // BLOCK) for v in (x, y, x + w, y + h))
        wanted[max(y0 - 2, 0) : max(y1 + 3, 0), max(x0 - 2, 0) : max(x1 + 3, 0)] = 1
    return np.asarray(wanted > 0)


def _glyph(box: Floats, probabilities: Floats, factor: float) -> Glyph:
    x, y, w, h = (float(v) * factor for v in box)
    order = np.argsort(-probabilities, kind="stable")
    best = int(order[0])
    others = tuple(
        (str(d), round(float(probabilities[d]), 6)) for d in order[1:4] if probabilities[d] >= 0.002
    )
    return Glyph(Box(x, y, w, h), str(best), round(float(probabilities[best]), 6), others)
