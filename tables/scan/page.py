"""A page found in a photograph: its ink, evenly lit, and its place, upright and level."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from zij.tables.geometry import Box, Geometry
from zij.tables.scan.gutter import beyond_gutters
from zij.tables.scan.image import Image
from zij.tables.scan.paper import WORKING_SIZE, fade, find_paper, light
from zij.tables.scan.skew import find_skew

__all__ = ["Page", "prepare"]

TYPICAL_INK = 0.7
"""What the 75 % quantile of clear ink is brought to."""

_BLACK = 24  # grey level: where paper is darker than that, the noise is not to be raised
_SHRINKS = 0.99  # scale below which a raster is smoothed before it is sampled
_BAND = 512  # rows of a band
_GAIN_SIZE = 2000  # pixels, longest side


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """The page of an image.

    Attributes
    ----------
    image : Image
        The photograph.
    ink : (H, W) ndarray of float32
        In the frame of the image: 0 = paper, about 0.7 to 1 = ink; 0 outside the page.
    geometry : Geometry
        From the image to the upright, level page.
    """

    image: Image
    ink: NDArray[np.float32]
    geometry: Geometry

    def _repr_html_(self) -> str:
        from zij.tables.show.pages import page_html

        return page_html(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        size = f"{self.geometry.width} x {self.geometry.height} pixels"
        printer.text(f"<Page of {self.image.name}: {size}, turned by {self.geometry.angle:.2f} degrees>")

    def turned(self, quarter_turns: int) -> Page:
        """The same page turned clockwise by quarter turns; no pixel is touched."""
        return replace(self, geometry=self.geometry.turned(quarter_turns))

    def standing(self, quarter_turns: int, skew: float) -> Page:
        """The page as an earlier reading of it set it upright.

        Parameters
        ----------
        quarter_turns : int
            Clockwise, 0 to 3.
        skew : float
            Degrees by which the upright page is then turned clockwise.

        Returns
        -------
        Page
            Of the same extent where the skew is the one found here, else as large as the image.
        """
        found = self.turned(quarter_turns - self.geometry.quarter_turns)
        if abs((found.geometry.angle - 90 * quarter_turns - skew + 180) % 360 - 180) < 1e-3:
            return found
        whole = Geometry.identity(self.image.width, self.image.height)
        return replace(self, geometry=whole.turned(quarter_turns).rotated(skew))

    def raster(self, scale: float = 1.0, box: Box | None = None) -> tuple[NDArray[np.float32], Geometry]:
        """The ink of the upright page, sampled once from the original.

        Parameters
        ----------
        scale : float
            Pixels of the raster for one pixel of the original.
        box : Box, optional
            The part wanted, in pixels of the upright page at scale 1; it may reach beyond the page, where
            there is no ink. All of the page if left out.

        Returns
        -------
        raster : (h, w) ndarray of float32
            0 to 1; averaged over areas where it shrinks, cubic where it grows.
        geometry : Geometry
            From the image to this raster.

        Raises
        ------
        ValueError
            If `scale` is not positive.
        """
        if not scale > 0:
            raise ValueError(f"scale must be positive, not {scale}")
        geometry = self.geometry.scaled(scale)
        if box is not None:
            part = Box(box.x * scale, box.y * scale, box.w * scale, box.h * scale).rounded()
            geometry = geometry.cropped(part)
        return _sample(self.ink, geometry), geometry


def prepare(image: Image) -> Page:
    """Find the page in a photograph, even out its light, and level it.

    The page is what is not black border; when unsure, more is kept. Ink is the darkness relative to the blank
    paper around, (paper - grey) / paper, with a gain for the whole page. Which of the four sides is up is not
    decided here; see `Page.turned`.

    Parameters
    ----------
    image : Image

    Returns
    -------
    Page
    """
    grey = image.grey
    small = _working_copy(grey)
    paper = find_paper(small)
    brightness = light(small, paper)
    beyond = beyond_gutters((brightness - small) / np.maximum(brightness, _BLACK), paper)
    weight = np.where(beyond, np.float32(0), fade(paper))  # print may stand close to it
    paper &= ~beyond
    ink = _ink(grey, brightness, weight)
    skew = find_skew(ink)
    return Page(image, ink, _geometry(image, paper, skew))


def _working_copy(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = grey.shape
    factor = WORKING_SIZE / max(height, width)
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, size, interpolation=method), np.uint8)


def _ink(
    grey: NDArray[np.uint8], paper: NDArray[np.float32], weight: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Darkness relative to the paper, with the page's gain."""
    height, width = grey.shape
    ink = np.empty((height, width), np.float32)
    plain = bool(weight.all())
    for top in range(0, height, _BAND):  # band by band: a scan of 50 megapixels would fill the memory
        rows = slice(top, min(top + _BAND, height))
        bright = _enlarged(paper, (height, width), rows)
        np.subtract(bright, grey[rows], out=ink[rows])
        ink[rows] /= np.maximum(bright, _BLACK, out=bright)
        if not plain:
            ink[rows] *= _enlarged(weight, (height, width), rows)
    level, gain = _contrast(ink)
    for top in range(0, height, _BAND):
        band = ink[top : top + _BAND]
        band -= level
        band *= gain
        np.clip(band, 0, 1, out=band)
    return ink


def _enlarged(small: NDArray[np.float32], shape: tuple[int, int], rows: slice) -> NDArray[np.float32]:
    """Some rows of a map brought to a shape, interpolated between the centres of its pixels."""
    height = small.shape[0]
    at = (np.arange(rows.start, rows.stop) + 0.5) * (height / shape[0]) - 0.5
    low = np.clip(np.floor(at).astype(int), 0, height - 1)
    share = np.clip(at - low, 0, 1).astype(np.float32)[:, None]
    first = int(low[0])
    last = min(int(low[-1]) + 2, height)
    size = shape[1], last - first
    wide = np.asarray(cv2.resize(small[first:last], size, interpolation=cv2.INTER_LINEAR), np.float32)
    low -= first
    above, below = wide[low], wide[np.minimum(low + 1, len(wide) - 1)]
    below -= above
    below *= share
    above += below
    return np.asarray(above, np.float32)


def _contrast(ink: NDArray[np.float32]) -> tuple[float, float]:
    """The darkness of blank paper, and the gain that brings clear ink to what is typical."""
    factor = min(_GAIN_SIZE / max(ink.shape), 1.0)
    if factor < 1:  # at one size, so that a finer scan of the same page is given the same gain
        size = max(round(ink.shape[1] * factor), 1), max(round(ink.shape[0] * factor), 1)
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    step = max(math.isqrt(ink.size // 500_000), 1)
    sample = ink[::step, ::step].ravel()
    level = float(np.clip(np.median(sample), 0, 0.05))
    clear = sample[sample > level + 0.2]
    if clear.size < 1e-4 * sample.size:
        return level, 1.0
    return level, float(np.clip(TYPICAL_INK / (np.quantile(clear, 0.75) - level), 0.6, 2.0))


def _geometry(image: Image, paper: NDArray[np.bool_], skew: float) -> Geometry:
    """Level by `skew`, then cropped to whole pixels that hold all of the paper."""
    level = Geometry.identity(image.width, image.height)
    if skew:
        level = level.rotated(skew)
    outlines, _ = cv2.findContours(paper.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return level
    corners = np.concatenate(outlines)[:, 0, :].astype(float)
    corners = np.concatenate([corners + shift for shift in ((0, 0), (1, 0), (0, 1), (1, 1))])
    factor = np.array([image.width / paper.shape[1], image.height / paper.shape[0]])
    points = level.to_raster(corners * factor)
    left, top = np.floor(points.min(axis=0) + 1e-6)
    right, bottom = np.ceil(points.max(axis=0) - 1e-6)
    return level.cropped(Box(float(left), float(top), float(right - left), float(bottom - top)))


def _sample(ink: NDArray[np.float32], geometry: Geometry) -> NDArray[np.float32]:
    """Values of the ink at the pixels of a raster."""
    matrix, width, height = geometry.matrix, geometry.width, geometry.height
    corners = np.array([(0, 0), (width, 0), (0, height), (width, height)], float)
    ends = geometry.to_original(corners)
    # whole reduction first: a block of f x f pixels is one pixel whose continuous coordinate is divided by f
    factor = max(int(1 / geometry.scale + 1e-9), 1)
    margin = 4 * factor
    low = np.floor((ends.min(axis=0) - margin) / factor).astype(int) * factor
    high = np.ceil((ends.max(axis=0) + margin) / factor).astype(int) * factor
    if np.any(high <= 0) or np.any(low >= ink.shape[::-1]):
        return np.zeros((height, width), np.float32)
    local = matrix.copy()
    if factor > 1:
        part = _reduced(ink, low, high, factor)
        local[:, :2] *= factor
    elif geometry.scale < _SHRINKS:
        part = _cut(ink, low, high)
    else:  # nothing is smoothed: beyond the edge the warp itself sees no ink, and no copy is needed
        low, high = np.maximum(low, 0), np.minimum(high, ink.shape[::-1])
        part = ink[low[1] : high[1], low[0] : high[0]]
    local[:, 2] += matrix[:, :2] @ low
    return _warp(part, local, width, height)


def _reduced(
    ink: NDArray[np.float32], low: NDArray[np.int64], high: NDArray[np.int64], factor: int
) -> NDArray[np.float32]:
    """Means of blocks of factor x factor pixels from `low` to `high`, both multiples of it."""
    size = (high - low) // factor
    means = np.zeros((int(size[1]), int(size[0])), np.float32)
    start = np.maximum(low, 0)
    whole = np.minimum(high, np.array(ink.shape[::-1]) // factor * factor)
    parts = [(start, whole)]  # where blocks lie in the image altogether, then those that its edges cut
    if whole[0] < min(high[0], ink.shape[1]):
        parts.append((np.array([whole[0], start[1]]), np.array([whole[0] + factor, high[1]])))
    if whole[1] < min(high[1], ink.shape[0]):
        parts.append((np.array([start[0], whole[1]]), np.array([whole[0], whole[1] + factor])))
    for a, b in parts:
        if np.any(b <= a):
            continue
        block = _cut(ink, a, b) if np.any(b > ink.shape[::-1]) else ink[a[1] : b[1], a[0] : b[0]]
        (x, y), (w, h) = (a - low) // factor, (b - a) // factor
        means[y : y + h, x : x + w] = cv2.resize(block, (int(w), int(h)), interpolation=cv2.INTER_AREA)
    return means


def _cut(ink: NDArray[np.float32], low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.float32]:
    """Rows and columns from `low` to `high` (x, y), with zeros where they lie outside."""
    height, width = ink.shape
    (x0, y0), (x1, y1) = np.maximum(low, 0), np.minimum(high, (width, height))
    borders = int(y0 - low[1]), int(high[1] - y1), int(x0 - low[0]), int(high[0] - x1)
    bordered = cv2.copyMakeBorder(ink[y0:y1, x0:x1], *borders, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(bordered, np.float32)


def _warp(
    part: NDArray[np.float32], matrix: NDArray[np.float64], width: int, height: int
) -> NDArray[np.float32]:
    """Affine warp in continuous coordinates, smoothed beforehand as far as it shrinks."""
    linear, shift = matrix[:, :2], matrix[:, 2]
    scale = math.sqrt(abs(np.linalg.det(linear)))
    if (
        scale < _SHRINKS
    ):  # what a box as wide as a pixel of the raster adds to one as wide as a pixel of the part
        sigma = math.sqrt((1 / scale**2 - 1) / 12) + 0.05
        part = np.asarray(cv2.GaussianBlur(part, (0, 0), sigma), np.float32)
    # OpenCV counts from the centres of pixels: c' = A (c + 1/2) + b - 1/2
    centres = np.column_stack([linear, linear @ (0.5, 0.5) + shift - 0.5])
    exact = bool(np.all(np.abs(centres - np.rint(centres)) < 1e-9))
    method = cv2.INTER_NEAREST if exact else cv2.INTER_LINEAR if scale < _SHRINKS else cv2.INTER_CUBIC
    raster = cv2.warpAffine(part, centres, (width, height), flags=method, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(np.clip(raster, 0, 1), np.float32)
