"""The picture of a page's heat: the page pale, red for the similarity, blue against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from zij.explain.bilrp.heat import Heat
from zij.explain.bilrp.pixels import PixelRelevance
from zij.explain.report.figure import AGAINST, FOR
from zij.explain.report.legend import draw_picture, legend_strip
from zij.tables.geometry import Geometry
from zij.tables.overlay import upright
from zij.tables.reading import Reading

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_heat", "heat_alone", "heat_picture", "tinted"]

PALE = 0.65  # how far the page is lightened
PALE_GROUND = 0.35  # the same where arcs are drawn on it, which is lightened once more
FULL = 0.98  # quantile of the relevance, by amount, that has full colour
DIGIT = 34.0  # pixels: digits are at least as high on the picture
LARGEST = 5000  # pixels, longest side of the picture


def draw_heat(
    axes: Axes, rgb: NDArray[np.uint8], reading: Reading, heat: Heat, *, power: float = 0.5
) -> Axes:
    """Draw the relevance of pixels onto the page, in axes; below stands what the colours mean.

    Parameters
    ----------
    axes : matplotlib Axes
        Emptied of ticks and frame.
    rgb : (H, W, 3) ndarray of uint8
    reading, heat, power
        As `heat_picture` takes them.

    Returns
    -------
    Axes
        The same.
    """
    return draw_picture(axes, _page(rgb, reading, heat, power), _entries(heat))


def heat_picture(
    rgb: NDArray[np.uint8], reading: Reading, heat: Heat, *, power: float = 0.5
) -> NDArray[np.uint8]:
    """The page with the relevance of its pixels.

    Parameters
    ----------
    rgb : (H, W, 3) ndarray of uint8
        The original image.
    reading : Reading
        Its `turn` sets the picture upright.
    heat : Heat
    power : float, default 0.5
        Of the relevance, for the colour's opacity: with the root what is weak is seen; relevance that lies
        everywhere keeps its contrast with 1.

    Returns
    -------
    (H', W', 3) ndarray of uint8
        The page in grey, pale, with red where pixels speak for the similarity and blue where they speak
        against it.
        The figures stand on top.
    """
    page = _page(rgb, reading, heat, power)
    return np.vstack([legend_strip(_entries(heat), page.shape[1]), page])


def _page(rgb: NDArray[np.uint8], reading: Reading, heat: Heat, power: float) -> NDArray[np.uint8]:
    page, geometry = upright(rgb, reading)
    geometry = geometry.scaled(_scale(page.shape[:2], reading.digit_height))
    grey = np.asarray(Image.fromarray(np.ascontiguousarray(page)).convert("L").resize(
        (geometry.width, geometry.height)))  # fmt: skip
    pale = 255 - (255 - grey.astype(np.float32)) * (1 - PALE)
    return _coloured(pale, heat.pixels, geometry, power)


def heat_alone(heat: Heat) -> NDArray[np.uint8]:
    """Relevance on the raster that the network saw, in the colours of `heat_picture`, without the page.

    Returns
    -------
    (H, W, 3) ndarray of uint8
        White where nothing is relevant; a single white pixel where nothing was traced.
    """
    found = heat.pixels
    if found is None:
        return np.full((1, 1, 3), 255, np.uint8)
    white = np.full((found.geometry.height, found.geometry.width), 255, np.float32)
    return _coloured(white, found, found.geometry, 1.0)


def tinted(
    rgb: NDArray[np.uint8], found: PixelRelevance | None, *, power: float = 1.0, most: float = 0.6
) -> NDArray[np.uint8]:
    """A page as it lies, in grey, under the colours of its relevance: a ground for arcs and outlines.

    Parameters
    ----------
    rgb : (H, W, 3) ndarray of uint8
        The original image.
    found : PixelRelevance or None
        None leaves the page without colours.
    power : float
        As `heat_picture` takes it.
    most : float
        Opacity of the strongest relevance.

    Returns
    -------
    (H, W, 3) ndarray of uint8
        Colours as of `heat_picture`; the page less pale.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    geometry = Geometry.identity(rgb.shape[1], rgb.shape[0])
    return _coloured(255 - (255 - grey) * (1 - PALE_GROUND), found, geometry, power, most)


def _coloured(
    pale: NDArray[np.float32],
    found: PixelRelevance | None,
    geometry: Geometry,
    power: float,
    most: float = 1.0,
) -> NDArray[np.uint8]:
    """A grey picture under red and blue, with an opacity of at most `most`."""
    picture = np.repeat(np.rint(pale).astype(np.uint8)[..., None], 3, axis=2)
    if found is None:
        return picture
    density = _density(found, geometry)
    full = _full(density)
    for sign, name in ((1, FOR), (-1, AGAINST)):
        alpha = most * np.clip(sign * density / full, 0, 1) ** power
        for channel, value in enumerate(ImageColor.getrgb(name)[:3]):  # one by one: pictures are large
            plain = picture[..., channel].astype(np.float32)
            picture[..., channel] = np.rint(plain + alpha * (value - plain))
    return picture


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


def _entries(heat: Heat) -> list[tuple[str, str]]:
    """The meaning of the colours, and what became of the relevance."""
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
    return entries
