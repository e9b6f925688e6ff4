"""Where the paper is in a photograph, and how much light falls on it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["WORKING_SIZE", "fade", "find_paper", "light"]

WORKING_SIZE = 800
"""Longest side, in pixels, of the reduced images that paper, light and skew are sought in.

A fixed size, not a fixed factor: the same page scanned finer gives the same answer.
"""

_WINDOW = 25  # of the closing: wider than any stroke and any gap between lines, at the working size
_DARK = 0.6  # of the paper's brightness: darker may be the support, the shadow or a border
_BLACK = 0.35  # darker than any paper


def light(grey: NDArray[np.uint8], paper: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Brightness of the blank paper everywhere on the page.

    Parameters
    ----------
    grey : (h, w) ndarray of uint8
        The photograph at the working size.
    paper : (h, w) ndarray of bool
        What is page, as of `find_paper`.

    Returns
    -------
    (h, w) ndarray of float32
        Outside the paper the brightness of the paper nearest to it.
    """
    inside = cv2.dilate(paper.astype(np.uint8), np.ones((3, 3), np.uint8))
    known = np.where(inside > 0, grey, 0).astype(np.uint8)
    soft = np.asarray(cv2.GaussianBlur(known, (3, 3), 0), np.uint8)
    closed = _closing(soft, _WINDOW).astype(np.float32)
    weight = _core(paper).astype(np.float32)
    smooth = np.full_like(closed, np.median(closed[paper]) if paper.any() else 255)
    for sigma in (8 * _WINDOW, _WINDOW, _WINDOW / 3):  # finer and finer, as far as there is paper near
        mass = _blur(weight, sigma)
        near = _blur(closed * weight, sigma) / np.maximum(mass, 1e-6)
        smooth += np.clip(4 * mass, 0, 1) * (near - smooth)
    return np.asarray(smooth, np.float32)


def find_paper(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell the page, or an opening of two pages, from what surrounds it.

    Only what is certain is left out: regions at the image's edge that are black, or dark and without any
    structure, and evenly coloured frames that a program has set around the scan.

    Parameters
    ----------
    grey : (h, w) ndarray of uint8
        The photograph at the working size.

    Returns
    -------
    (h, w) ndarray of bool
        True on the page.
    """
    top, bottom, left, right = _frame(grey)
    inner = grey[top:bottom, left:right]
    page = np.zeros(grey.shape, bool)
    page[top:bottom, left:right] = ~_surroundings(inner)
    return page


def fade(paper: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Weight of the ink by distance from the surroundings: 0 at the page's edge, 1 a little further in.

    The image's own edge is no edge of the page: there print may be cut, and it is kept.

    Parameters
    ----------
    paper : (H, W) ndarray of bool
        Where the page is.

    Returns
    -------
    (H, W) ndarray of float32
    """
    if paper.all():
        return np.ones(paper.shape, np.float32)
    distance = cv2.distanceTransform(paper.astype(np.uint8), cv2.DIST_L2, 5)
    margin = WORKING_SIZE * 0.004
    return np.asarray(np.clip((distance - margin) / margin, 0, 1), np.float32)


def _surroundings(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Dark regions that reach the image's edge."""
    pad = _WINDOW
    # with its edge continued, a border narrower than the window outlives the closing
    closed = _closing(np.pad(grey, pad, "edge"), _WINDOW)[pad:-pad, pad:-pad]
    bright = float(np.quantile(closed, 0.9))
    black = closed < _BLACK * bright
    dark = closed < _DARK * bright
    structure = closed.astype(np.float32) - grey > 0.15 * bright
    outside = np.zeros(grey.shape, bool)
    count, labels = cv2.connectedComponents(dark.astype(np.uint8), connectivity=4)
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    for label in np.unique(edge[edge > 0]) if count > 1 else ():
        region = labels == label
        plain = structure[region].mean() < 0.01
        outside |= region if plain or black[region].mean() > 0.5 else region & black
    return _without_islands(outside)


def _without_islands(outside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The surroundings together with small bright things in them, such as labels and a ruler's end."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~outside).astype(np.uint8), connectivity=4)
    if count < 3:
        return outside
    areas = stats[1:, cv2.CC_STAT_AREA]
    small = np.flatnonzero(areas < 0.03 * areas.max()) + 1
    return outside | np.isin(labels, small)


def _frame(grey: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Rows and columns between evenly coloured strips along the edges: top, bottom, left, right.

    A strip of the paper's own colour is no frame.
    """
    paper = float(np.quantile(grey, 0.75))
    top, bottom, left, right = 0, grey.shape[0], 0, grey.shape[1]
    for _ in range(4):  # frames in frames: below a strip over the full width another may begin
        inner = grey[top:bottom, left:right]
        rows, columns = _even_ends(inner, paper), _even_ends(inner.T, paper)
        top, bottom = top + rows[0], bottom - rows[1]
        left, right = left + columns[0], right - columns[1]
        if bottom - top < grey.shape[0] / 2 or right - left < grey.shape[1] / 2:
            return 0, grey.shape[0], 0, grey.shape[1]
        if not any(rows + columns):
            break
    return top, bottom, left, right


def _even_ends(lines: NDArray[np.uint8], paper: float) -> tuple[int, int]:
    """How many lines at the beginning and at the end belong to a frame."""
    low, middle, high = np.quantile(lines, (0.03, 0.5, 0.97), axis=1)
    even = high - low <= 6
    return _even_depth(even, middle, paper), _even_depth(even[::-1], middle[::-1], paper)


def _even_depth(even: NDArray[np.bool_], middle: NDArray[np.float64], paper: float) -> int:
    """Lines at the beginning that are even, all of one colour, and set off sharply from what follows.

    Sharply, for a blank margin that lies in the shade is even too, but passes into the page by degrees.
    """
    same = even & (np.abs(middle - middle[0]) <= 4)
    depth = int(np.argmin(same)) if not same.all() else 0
    if not depth or depth + 2 >= len(middle) or abs(middle[0] - paper) <= 0.05 * paper:
        return 0
    return depth if abs(middle[depth + 2] - middle[depth - 1]) > 0.05 * paper else 0


def _core(paper: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The paper without its rim, which shadows and blur darken; all of it where little is left."""
    if paper.all():
        return paper
    distance = cv2.distanceTransform(paper.astype(np.uint8), cv2.DIST_L2, 5)
    core = distance > WORKING_SIZE * 0.006
    return core if core.any() else paper


def _closing(image: NDArray[np.uint8], window: int) -> NDArray[np.uint8]:
    kernel = np.ones((window, window), np.uint8)
    return np.asarray(cv2.morphologyEx(image, cv2.MORPH_CLOSE, kernel), np.uint8)


def _blur(values: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Gaussian mean; a wide one is taken of a reduced image, which differs little and takes little time."""
    height, width = values.shape
    factor = max(int(sigma / 6), 1)
    size = max(width // factor, 1), max(height // factor, 1)
    small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / factor, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
