"""An opening photographed whole: its fold, and its two pages."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from zij.tables.digits.detect import detect
from zij.tables.digits.network import Weights
from zij.tables.geometry import Box, Geometry
from zij.tables.read import PageReading, reading_of
from zij.tables.scan.image import Image
from zij.tables.scan.page import Page, prepare
from zij.tables.scan.skew import find_skew

__all__ = ["find_fold", "read_opening", "split"]

SIZE = 800  # pixels, longest side of the reduced page in which a fold is sought
_STRIPS = 40  # from end to end; print in a strip does not hide how bright its paper is
_SLANTS = range(-40, 41, 2)  # pixels from end to end
_CORE = 2  # pixels to each side of the fold whose mean is its brightness
_NEAR, _FAR = 8, 40  # pixels to the paper on either side that it is darker than
_DEPTH = 0.02  # by so much at least, in nearly all strips
_PRESENT = 0.8
_BAND = (4, 9)  # pixels from the fold in which there must be no print, but for blemishes
_BLEMISHED = 0.08  # share of the rows that may have any


def read_opening(image: Image, weights: Weights, *, device: str = "cpu") -> tuple[PageReading, ...]:
    """Read the two pages of an opening, each by itself; an image without a fold as one page.

    Parameters
    ----------
    image : Image
    weights : Weights
        The digit network.
    device : str
        "cpu" or "cuda".

    Returns
    -------
    tuple of PageReading
        The left page and the right one, as a reader sees them, or the one page. All coordinates are pixels
        of the image. Where the digits show that the fold runs along the lines of print, it is a crease, and
        the page is read whole.
    """
    page = prepare(image)
    halves = split(page)
    found = tuple(reading_of(detect(half, weights, device=device), weights) for half in halves)
    if len(found) == 1:
        return found
    seen = [half for half in found if half.view is not None]
    upright = page.geometry.width > page.geometry.height
    along = [half for half in seen if (half.reading.turn % 180 == 0) == upright]
    if not along and (len(seen) == 2 or not upright):
        return (reading_of(detect(page, weights, device=device), weights),)
    if along:  # the surest half says which side is up, and so which page is the left one
        best = max(along, key=lambda half: half.view.evidence if half.view else 0.0)
        whole = Geometry.identity(image.width, image.height).turned(best.reading.turn // 90)
        centres = [half.geometry.to_original(_corners(half.geometry)).mean(axis=0) for half in halves]
        if np.diff(whole.to_raster(np.array(centres))[:, 0])[0] < 0:
            found = found[::-1]
    return found


def split(page: Page) -> tuple[Page, ...]:
    """The two pages of an opening, or the page itself where no fold is found.

    A fold is a dark valley in the middle third of the longer side, from one end of the paper to the other,
    with no print beside it. A photograph that is wider than high is cut from top to bottom, another from
    side to side (an opening turned by 90 degrees; whether it is one, its digits must tell: `read_opening`).

    Parameters
    ----------
    page : Page
        As `zij.tables.scan.page.prepare` gives it, not turned.

    Returns
    -------
    tuple of Page
        The left half before the right one, the upper before the lower. Each has the skew of its own lines,
        its own extent, and no ink but its own; both belong to the one image.
    """
    wide = page if page.geometry.width > page.geometry.height else page.turned(3)
    geometry = wide.geometry.scaled(SIZE / max(wide.geometry.width, wide.geometry.height, 1))
    fold = find_fold(_grey(page, geometry), wide.raster(geometry.scale / wide.geometry.scale)[0])
    if fold is None:
        return (page,)
    (top, bottom), (width, height) = fold, (geometry.width, geometry.height)
    left = np.array([(0, 0), (top, 0), (bottom, height), (0, height)], float)
    right = np.array([(top, 0), (width, 0), (width, height), (bottom, height)], float)
    halves = [_half(page, geometry.to_original(outline), geometry.scale) for outline in (left, right)]
    return tuple(halves)


def find_fold(grey: NDArray[np.uint8], ink: NDArray[np.float32]) -> tuple[float, float] | None:
    """Where the fold of an opening runs.

    Parameters
    ----------
    grey : (h, w) ndarray of uint8
        The opening, level, about 800 pixels wide.
    ink : (h, w) ndarray of float32
        Its ink.

    Returns
    -------
    (float, float) or None
        x at the upper and at the lower edge; None where there is no fold.
    """
    height, width = grey.shape
    if height < 4 * _STRIPS or width < 6 * _FAR:
        return None
    middle = slice(width // 3, 2 * width // 3)
    strips = [np.quantile(rows, 0.8, axis=0) for rows in np.array_split(grey, _STRIPS)]
    valleys = _valleys(np.array(strips, np.float32))
    printed = np.asarray(cv2.dilate((ink > 0.25).astype(np.float32), np.ones((1, 3))), np.float32)
    best: tuple[float, float, float] | None = None
    for slant in _SLANTS:
        depth = _sheared(valleys, slant)[:, middle]
        known = np.isfinite(depth)
        present = np.where(known, depth > _DEPTH, False)
        score = np.where(known, np.clip(depth, 0, 0.3), 0).mean(axis=0)
        score[present.sum(axis=0) < _PRESENT * np.maximum(known.sum(axis=0), _STRIPS / 2)] = 0
        score[~_reaches_ends(present)] = 0
        score[_print_beside(_sheared(printed, slant))[middle] > _BLEMISHED] = 0
        x = int(np.argmax(score))
        if score[x] > 0 and (best is None or score[x] > best[0]):
            place = middle.start + x + 0.5
            best = float(score[x]), place - slant / 2, place + slant / 2
    return None if best is None else best[1:]


def _grey(page: Page, geometry: Geometry) -> NDArray[np.uint8]:
    """The photograph under a geometry, averaged as it shrinks."""
    grey, scale = page.image.grey, geometry.scale
    if scale < 1:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.4 / scale), np.uint8)
    linear, shift = geometry.matrix[:, :2], geometry.matrix[:, 2]
    centres = np.column_stack([linear, linear @ (0.5, 0.5) + shift - 0.5])  # OpenCV counts from centres
    return np.asarray(cv2.warpAffine(grey, centres, (geometry.width, geometry.height)), np.uint8)


def _valleys(paper: NDArray[np.float32]) -> NDArray[np.float32]:
    """By what share each place is darker than the paper to its left and to its right; NaN off the paper."""
    core = cv2.blur(paper, (2 * _CORE + 1, 1))
    padded = np.pad(paper, ((0, 0), (_FAR, _FAR)), "edge")
    span = np.lib.stride_tricks.sliding_window_view(padded, _FAR - _NEAR + 1, axis=1)
    sides = np.median(span, axis=2)
    width = paper.shape[1]
    lower = np.minimum(sides[:, :width], sides[:, _FAR + _NEAR : _FAR + _NEAR + width])
    known = lower > 0.35 * np.quantile(paper, 0.9)
    return np.where(known, 1 - core / np.maximum(lower, 1), np.nan).astype(np.float32)


def _sheared(rows: NDArray[np.float32], slant: float) -> NDArray[np.float32]:
    """Rows moved so that a line that is `slant` further right at the lower end stands upright."""
    shifts = np.rint(((np.arange(len(rows)) + 0.5) / len(rows) - 0.5) * slant).astype(int)
    columns = np.arange(rows.shape[1])[None] + shifts[:, None]
    return np.take_along_axis(rows, np.clip(columns, 0, rows.shape[1] - 1), axis=1)


def _reaches_ends(present: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the line is there in both margins too, where no printed rule is."""
    end = max(len(present) // 13, 1)
    return np.asarray(present[:end].any(axis=0) & present[-end:].any(axis=0))


def _print_beside(printed: NDArray[np.float32]) -> NDArray[np.float64]:
    """Share of the rows with print a little to the left or right of each place, the greater of both."""
    near, far = _BAND
    size = far - near + 1
    band = cv2.dilate(printed, np.ones((1, size)), anchor=(size - 1, 0))  # to its left, that place included
    rows = np.asarray(band.mean(axis=0), np.float64)
    right = np.pad(rows, (0, far), "edge")[far:]
    left = np.pad(rows, (near, 0), "edge")[: len(rows)]
    return np.maximum(left, right)


def _half(page: Page, outline: NDArray[np.float64], scale: float) -> Page:
    """The page confined to an outline (4, 2) in the image, without the fold's shadow, and level by itself."""
    image = page.image
    mask = np.zeros((image.height, image.width), np.uint8)
    cv2.fillPoly(mask, [np.rint(outline).astype(np.int32)], 1)
    margin = 3 / scale
    distance = cv2.distanceTransform(np.pad(mask, 1, "edge"), cv2.DIST_L2, 5)[1:-1, 1:-1]
    ink = page.ink * np.clip(distance / margin - 1, 0, 1)
    (x0, y0), (x1, y1) = (
        np.maximum(np.floor(outline.min(axis=0)).astype(int), 0),
        np.ceil(outline.max(axis=0)),
    )
    level = Geometry.identity(image.width, image.height)
    skew = find_skew(np.ascontiguousarray(ink[y0 : int(y1), x0 : int(x1)]))
    level = level.rotated(skew) if skew else level
    points = level.to_raster(outline)
    low, high = np.floor(points.min(axis=0) + 1e-6), np.ceil(points.max(axis=0) - 1e-6)
    geometry = level.cropped(Box(float(low[0]), float(low[1]), *(float(v) for v in high - low)))
    return replace(page, ink=np.asarray(ink, np.float32), geometry=geometry)


def _corners(geometry: Geometry) -> NDArray[np.float64]:
    w, h = geometry.width, geometry.height
    return np.array([(0, 0), (w, 0), (w, h), (0, h)], float)
