"""The picture of a page's heat: the page pale, red for the similarity, blue against it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from zij.explain.bilrp.heat import Heat
from zij.explain.bilrp.pixels import PixelRelevance
from zij.explain.report.figure import AGAINST, FOR
from zij.tables.geometry import Geometry
from zij.tables.overlay import upright
from zij.tables.reading import Reading

__all__ = ["draw_heat"]

PALE = 0.65  # how far the page is lightened
FULL = 0.98  # quantile of the relevance, by amount, that has full colour
DIGIT = 34.0  # pixels: digits are at least as high on the picture
LARGEST = 5000  # pixels, longest side of the picture


def draw_heat(rgb: NDArray[np.uint8], reading: Reading, heat: Heat) -> NDArray[np.uint8]:
    """Draw the relevance of pixels onto the page.

    Parameters
    ----------
    rgb : (H, W, 3) ndarray of uint8
        The original image.
    reading : Reading
        Its `turn` sets the picture upright.
    heat : Heat

    Returns
    -------
    (H', W', 3) ndarray of uint8
        The page in grey, pale, with red where pixels speak for the similarity and blue where they speak
        against it; the colour's opacity is the square root of the relevance, so that what is weak is seen.
        The figures stand on top.
    """
    page, geometry = upright(rgb, reading)
    geometry = geometry.scaled(_scale(page.shape[:2], reading.digit_height))
    grey = np.asarray(Image.fromarray(np.ascontiguousarray(page)).convert("L").resize(
        (geometry.width, geometry.height)))  # fmt: skip
    picture = np.repeat((255 - (255 - grey.astype(np.float32)) * (1 - PALE))[..., None], 3, axis=2)
    if heat.pixels is not None:
        density = _density(heat.pixels, geometry)
        full = _full(density)
        for sign, name in ((1, FOR), (-1, AGAINST)):
            alpha = np.sqrt(np.clip(sign * density / full, 0, 1))
            for channel, value in enumerate(ImageColor.getrgb(name)[:3]):  # one by one: pictures are large
                picture[..., channel] += alpha * (value - picture[..., channel])
    return np.vstack([_legend(heat, geometry.width), np.rint(picture).astype(np.uint8)])


def _scale(shape: tuple[int, ...], digit_height: float) -> float:
    wanted = min(max(DIGIT / digit_height, 1.0), 4.0) if digit_height else 1.0
    return min(wanted, LARGEST / max(shape))


def _density(found: PixelRelevance, geometry: Geometry) -> NDArray[np.float32]:
    """Relevance on the picture's raster, smoothed by one pixel of the network's so that lattices vanish."""
    linear = geometry.matrix[:, :2] @ np.linalg.inv(found.geometry.matrix[:, :2])
    shift = geometry.matrix[:, 2] - linear @ found.geometry.matrix[:, 2]
    shift = linear @ (0.5, 0.5) + shift - 0.5  # OpenCV counts from the centres of pixels
    soft = cv2.GaussianBlur(found.map.astype(np.float32), (0, 0), 1.0)
    size = geometry.width, geometry.height
    return np.asarray(cv2.warpAffine(soft, np.column_stack([linear, shift]), size), np.float32)


def _full(density: NDArray[np.float32]) -> float:
    """The density of full colour: above it lies a fiftieth of what there is."""
    amounts = np.sort(np.abs(density), axis=None)
    sums = np.cumsum(amounts, dtype=np.float64)
    if not sums[-1] > 0:
        return 1.0
    return float(amounts[np.searchsorted(sums, FULL * sums[-1])])


def _legend(heat: Heat, width: int) -> NDArray[np.uint8]:
    """A strip with the meaning of the colours and what became of the relevance."""
    figures = heat.report()
    entries = [
        (FOR, "for the similarity"),
        (AGAINST, "against it"),
        ("", f"relevance traced {figures['relevance_seeded']:.4f}"),
        ("", f"arrived {figures['relevance_at_pixels']:.4f}"),
        ("", f"{figures['share_in_digit_boxes']:.0%} in digits' boxes"),
    ]
    if heat.not_traced:
        entries.append(("", f"not traced {heat.not_traced:.4f}"))
    size = min(max(width / 60, 11.0), 30.0)
    font = ImageFont.load_default(size=size)
    lines = _lines(
        [font.getlength(text) + 1.4 * size * bool(colour) for colour, text in entries], width, size
    )
    strip = Image.new("RGB", (width, round((1.7 * (lines[-1][1] + 1) + 0.5) * size)), "white")
    draw = ImageDraw.Draw(strip)
    for (x, line), (colour, text) in zip(lines, entries, strict=True):
        y = (1.1 + 1.7 * line) * size
        if colour:
            draw.rectangle((x, y - size / 2, x + size, y + size / 2), colour)
        draw.text((x + 1.4 * size * bool(colour), y), text, (20, 20, 20), font, anchor="lm")
    return np.asarray(strip)


def _lines(lengths: list[float], width: int, size: float) -> list[tuple[float, int]]:
    """x and line of entries set one after the other."""
    places, x, line = [], size, 0
    for length in lengths:
        if x > size and x + length + size > width:
            x, line = size, line + 1
        places.append((x, line))
        x += length + 2 * size
    return places
