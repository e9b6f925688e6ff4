"""The picture of a signed explanation: the page pale, red what brings it near, blue what takes it away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from zij.explain.bilrp.pairs import Region
from zij.explain.distance.labels import BACKGROUND
from zij.explain.report.figure import AGAINST, FOR
from zij.explain.report.legend import draw_picture, legend_line, legend_strip
from zij.html import Markup
from zij.tables.geometry import Geometry
from zij.tables.overlay import upright
from zij.tables.reading import Reading

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["PageRelevance", "draw_signed", "map_alone", "signed_legend", "signed_picture"]

PALE = 0.35  # how far the page is lightened
DIGIT = 26.0  # pixels: digits are at least as high on the picture
LARGEST = 3600  # pixels, longest side of the picture
FULL = 0.95  # quantile of the relevance, by amount, that has full colour
STRONGEST, UNSURE = 0.8, 0.22  # opacity of full colour, and its share where chance would do the same
ROOT = 0.6  # exponent of the opacity, so that what is weak is seen


@dataclass(frozen=True, slots=True, eq=False)
class PageRelevance:
    """What the parts of one page do to its distance from the other page.

    Attributes
    ----------
    regions : tuple of Region
        R parts, boxes in pixels of the original.
    relevance : (R,) ndarray of float64
        Positive where the part brings the pages near, 0 where it does nothing.
    errors : (R,) ndarray of float64, optional
        Standard errors.
    significant : (R,) ndarray of bool, optional
        Which parts stand out from chance.
    raster : (H, W) ndarray of float32, optional
        The same as a map, where parts have no edges.
    raster_significant : (H, W) ndarray of bool, optional
    geometry : Geometry, optional
        From the original to the raster.
    """

    regions: tuple[Region, ...]
    relevance: NDArray[np.float64]
    errors: NDArray[np.float64] | None = None
    significant: NDArray[np.bool_] | None = None
    raster: NDArray[np.float32] | None = None
    raster_significant: NDArray[np.bool_] | None = None
    geometry: Geometry | None = None

    @property
    def sure(self) -> NDArray[np.bool_]:
        """`significant`, or all where nothing is known of chance."""
        return np.ones(len(self.regions), bool) if self.significant is None else self.significant

    @property
    def outside(self) -> bool:
        """Whether the last part is the background, the rest of the page."""
        return bool(self.regions) and self.regions[-1].id == BACKGROUND

    @property
    def silent(self) -> bool:
        """Whether nothing on the page stands out from chance, as far as that is known."""
        if self.raster_significant is not None:
            return not self.raster_significant.any()
        return self.significant is not None and not self.significant.any()


def draw_signed(
    axes: Axes, rgb: NDArray[np.uint8], reading: Reading, found: PageRelevance, notes: tuple[str, ...] = ()
) -> Axes:
    """Draw a signed explanation onto its page, in axes; below stands what the colours mean.

    Parameters
    ----------
    axes : matplotlib Axes
        Emptied of ticks and frame.
    rgb : (H, W, 3) ndarray of uint8
    reading, found, notes
        As `signed_picture` takes them.

    Returns
    -------
    Axes
        The same.
    """
    return draw_picture(axes, _page(rgb, reading, found), _entries(found, notes))


def signed_picture(
    rgb: NDArray[np.uint8],
    reading: Reading,
    found: PageRelevance,
    notes: tuple[str, ...] = (),
    *,
    legend: bool = True,
) -> NDArray[np.uint8]:
    """A page, set upright, with its signed explanation.

    Parameters
    ----------
    rgb : (H, W, 3) ndarray of uint8
        The original image.
    reading : Reading
    found : PageRelevance
    notes : tuple of str
        What else the legend says.
    legend : bool
        Whether the picture says above the page what its colours mean.

    Returns
    -------
    (H', W', 3) ndarray of uint8
        Opacity grows with the relevance; what chance would do as well is pale and has no outline.
    """
    page = _page(rgb, reading, found)
    return np.vstack([legend_strip(_entries(found, notes), page.shape[1]), page]) if legend else page


def signed_legend(*found: PageRelevance) -> Markup:
    """What the colours of these pages mean, as a line of HTML."""
    return legend_line(list(dict.fromkeys(entry for one in found for entry in _entries(one, ()))))


def _page(rgb: NDArray[np.uint8], reading: Reading, found: PageRelevance) -> NDArray[np.uint8]:
    page, geometry = upright(rgb, reading)
    height = reading.digit_height
    wanted = min(max(DIGIT / height, 1.0), 4.0) if height else 1.0
    geometry = geometry.scaled(min(wanted, LARGEST / max(page.shape[:2])))
    size = geometry.width, geometry.height
    grey = np.asarray(Image.fromarray(np.ascontiguousarray(page)).convert("L").resize(size))
    picture = np.repeat((255 - (255 - grey.astype(np.float32)) * (1 - PALE))[..., None], 3, axis=2)
    if found.raster is None:
        values, sure = _painted(found, geometry)
        full = _full(found.relevance[: _count(found)], found.sure[: _count(found)])
    else:
        values, sure = _warped(found, geometry)
        full = _full(values, sure)
    drawn = _coloured(picture, values, sure, full)
    _outline(drawn, found, geometry, sure)
    return drawn


def map_alone(values: NDArray[np.floating], sure: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A signed map in the colours of `signed_picture`, without a page.

    Parameters
    ----------
    values : (H, W) ndarray
        0 where nothing is found.
    sure : (H, W) ndarray of bool
        Where they stand out from chance.

    Returns
    -------
    (H, W, 3) ndarray of uint8
        White where nothing is found.
    """
    return _coloured(np.full((*values.shape, 3), 255, np.float32), values, sure, _full(values, sure))


def _coloured(
    picture: NDArray[np.float32], values: NDArray[np.floating], sure: NDArray[np.bool_], full: float
) -> NDArray[np.uint8]:
    """A picture under red and blue, which have full colour at the amount `full`."""
    alpha = STRONGEST * np.clip(np.abs(values) / full, 0, 1) ** ROOT * np.where(sure, 1.0, UNSURE)
    for sign, name in ((1, FOR), (-1, AGAINST)):
        here = np.where(sign * values > 0, alpha, 0)
        for channel, value in enumerate(ImageColor.getrgb(name)[:3]):  # multiplied, so that ink stays dark
            picture[..., channel] *= 1 - here * (1 - value / 255)
    return np.ascontiguousarray(np.rint(picture).astype(np.uint8))


def _count(found: PageRelevance) -> int:
    """How many regions are drawn: not the background."""
    return len(found.regions) - found.outside


def _corners(region: Region, geometry: Geometry) -> tuple[int, int, int, int]:
    box = geometry.box_to_raster(region.box).rounded().clipped(geometry.width, geometry.height)
    return int(box.x), int(box.y), int(box.right), int(box.bottom)


def _painted(found: PageRelevance, geometry: Geometry) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Each region in its box, the smaller on top."""
    values = np.zeros((geometry.height, geometry.width), np.float32)
    sure = np.zeros(values.shape, bool)
    for k in sorted(range(_count(found)), key=lambda k: -found.regions[k].box.area):
        x, y, right, bottom = _corners(found.regions[k], geometry)
        values[y:bottom, x:right] = found.relevance[k]
        sure[y:bottom, x:right] = found.sure[k]
    return values, sure


def _warped(found: PageRelevance, geometry: Geometry) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The map on the picture's raster."""
    assert found.raster is not None and found.geometry is not None
    linear = geometry.matrix[:, :2] @ np.linalg.inv(found.geometry.matrix[:, :2])
    shift = geometry.matrix[:, 2] - linear @ found.geometry.matrix[:, 2]
    shift = linear @ (0.5, 0.5) + shift - 0.5  # OpenCV counts from the centres of pixels
    matrix, size = np.column_stack([linear, shift]), (geometry.width, geometry.height)
    values = cv2.warpAffine(found.raster.astype(np.float32), matrix, size, borderMode=cv2.BORDER_REPLICATE)
    known = found.raster_significant
    share = np.ones_like(found.raster, np.float32) if known is None else known.astype(np.float32)
    sure = cv2.warpAffine(share, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values, np.float32), np.asarray(sure) > 0.5


def _full(values: NDArray[np.floating], sure: NDArray[np.bool_]) -> float:
    """The amount of full colour: among what is sure, if anything is."""
    amounts = np.abs(values[sure] if sure.any() else values)
    amounts = amounts[amounts > 0]
    return float(np.quantile(amounts, FULL)) if amounts.size else 1.0


def _outline(
    drawn: NDArray[np.uint8], found: PageRelevance, geometry: Geometry, sure: NDArray[np.bool_]
) -> None:
    """A line around what stands out from chance."""
    if found.significant is None and found.raster_significant is None:
        return
    width = max(round(max(drawn.shape[:2]) / 1400), 1)
    if found.raster is not None:
        around, _ = cv2.findContours(sure.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        cv2.drawContours(drawn, around, -1, (60, 60, 60), width)
        return
    for k in np.flatnonzero(found.sure[: _count(found)]):
        x, y, right, bottom = _corners(found.regions[k], geometry)
        colour = ImageColor.getrgb(FOR if found.relevance[k] > 0 else AGAINST)[:3]
        cv2.rectangle(drawn, (x, y), (max(right - 1, x), max(bottom - 1, y)), colour, width)


def _entries(found: PageRelevance, notes: tuple[str, ...]) -> list[tuple[str, str]]:
    """The meaning of the colours, and the notes."""
    entries = [(FOR, "brings the pages near"), (AGAINST, "takes them apart")]
    if found.significant is not None or found.raster_significant is not None:
        entries.append(("", "outlined: beyond chance; pale: not"))
    return [*entries, *(("", note) for note in notes)]
