"""Pages of any size on the one raster that an encoder takes: fitted into a square of paper."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zij.tables.geometry import Box, Geometry

__all__ = ["fit", "fit_geometry", "paper_colour"]

_SAMPLES = 500  # pixels along the longer side are enough to know the paper


def paper_colour(pixels: NDArray[Any]) -> NDArray[Any]:
    """Colour of the blank paper: the median of the brighter half of a page's pixels, each channel by itself.

    Ink covers less than half of a page, and so does what lies dark around it.

    Parameters
    ----------
    pixels : (H, W, C) ndarray

    Returns
    -------
    (C,) ndarray
        Of the type of the pixels.
    """
    step = max(max(pixels.shape[:2]) // _SAMPLES, 1)
    sample = pixels[::step, ::step].reshape(-1, pixels.shape[2])
    brightness = sample.astype(np.float64).mean(axis=1)
    bright = sample[brightness >= np.median(brightness)]
    return np.asarray(np.median(bright, axis=0)).astype(pixels.dtype)


def fit_geometry(width: int, height: int, size: int) -> Geometry:
    """The map from a page to the square of that side into whose middle it is fitted.

    The longer side of the page fills the square; the scale is the same on both axes, to the last digit.

    Parameters
    ----------
    width : int
    height : int
        Of the page, in pixels.
    size : int
        Side of the square, in pixels.

    Returns
    -------
    Geometry
    """
    scale = size / max(width, height)
    left, top = ((size - math.ceil(round(side * scale, 6))) // 2 for side in (width, height))
    return Geometry.identity(width, height).scaled(scale).cropped(Box(-left, -top, size, size))


def fit(pixels: NDArray[Any], size: int) -> NDArray[Any]:
    """A page on a square of paper, as `fit_geometry` says.

    Averaged over what each pixel of the square covers (a triangle of two pixels), so that thin rules grow
    pale but do not break.

    Parameters
    ----------
    pixels : (H, W, C) ndarray of uint8 or floating point
    size : int
        Side of the square in pixels.

    Returns
    -------
    (size, size, C) ndarray
        Of the type of the pixels.
    """
    height, width, channels = pixels.shape
    geometry = fit_geometry(width, height, size)
    scale, left, top = geometry.matrix[0, 0], *(round(v) for v in geometry.matrix[:, 2])
    columns, rows = (math.ceil(round(side * scale, 6)) for side in (width, height))
    paper = paper_colour(pixels)
    # a little paper to the right and below: the page's part of the square is a whole number of pixels
    right, below = (
        max(math.ceil(round(n / scale, 6)) - side, 0) for n, side in ((columns, width), (rows, height))
    )
    area = (0.0, 0.0, min(columns / scale, width + right), min(rows / scale, height + below))
    square = np.empty((size, size, channels), pixels.dtype)
    square[:] = paper
    for channel in range(channels):
        plane = np.pad(pixels[..., channel], ((0, below), (0, right)), constant_values=paper[channel])
        picture = Image.fromarray(plane if plane.dtype == np.uint8 else plane.astype(np.float32))
        small = picture.resize((columns, rows), Image.Resampling.BILINEAR, box=area)
        square[top : top + rows, left : left + columns, channel] = np.asarray(small)
    return square
