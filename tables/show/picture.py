"""Pixels as small pictures inside HTML."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zij.html import Markup, data_uri, element

__all__ = ["WIDEST", "jpeg", "picture", "shrunk"]

WIDEST = 900
"""Pixels that a picture in a notebook has on its longer side at most."""

_QUALITY = 80


def shrunk(pixels: NDArray[np.uint8], longest: int = WIDEST) -> NDArray[np.uint8]:
    """An image with at most `longest` pixels on its longer side; a smaller one stays as it is.

    Parameters
    ----------
    pixels : (H, W, 3) or (H, W) ndarray of uint8
    longest : int

    Returns
    -------
    ndarray of uint8
        Averaged over areas.
    """
    height, width = pixels.shape[:2]
    factor = longest / max(height, width, 1)
    if factor >= 1:
        return pixels
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).resize(size, Image.Resampling.BOX))


def _enlarged(pixels: NDArray[np.uint8], least: int) -> NDArray[np.uint8]:
    """Each pixel repeated so often that the longer side has about `least`; sharp edges stay sharp."""
    times = max(round(least / max(*pixels.shape[:2], 1)), 1)
    return pixels.repeat(times, axis=0).repeat(times, axis=1)


def jpeg(pixels: NDArray[np.uint8], longest: int = WIDEST) -> Markup:
    """A `data:` address of the image as JPEG, shrunk to `longest` pixels; the same pixels, the same bytes.

    Parameters
    ----------
    pixels : (H, W, 3) or (H, W) ndarray of uint8
    longest : int

    Returns
    -------
    Markup
    """
    stream = BytesIO()
    small = Image.fromarray(np.ascontiguousarray(shrunk(pixels, longest)))
    small.save(stream, "JPEG", quality=_QUALITY, optimize=True)
    return data_uri(stream.getvalue(), "image/jpeg")


def picture(
    pixels: NDArray[np.uint8], caption: object, *, longest: int = WIDEST, least: int = 0, alt: str = ""
) -> Markup:
    """A figure with its caption.

    Parameters
    ----------
    pixels : (H, W, 3) or (H, W) ndarray of uint8
    caption : object
        Text or markup.
    longest : int
        Pixels of the longer side at most.
    least : int
        Pixels of the longer side at least, nearly: a smaller image is enlarged, each of its pixels to a
        square.
    alt : str
        What is told to who does not see it; the caption if that is text.

    Returns
    -------
    Markup
    """
    said = alt or ("" if isinstance(caption, Markup) else str(caption))
    image = element("img", src=jpeg(_enlarged(pixels, least), longest), alt=said)
    return element("figure", image, element("figcaption", caption))
