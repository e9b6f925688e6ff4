"""Small pictures of pages: of the scan, or, where there is none, of where the digits stand."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ImageOps, JpegImagePlugin

from zij.errors import ZijError
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Reading
from zij.tables.scan.image import read_image

__all__ = ["SIDE", "drawn_thumbnail", "file_thumbnail", "thumbnail"]

SIDE = 128
"""Longest side in pixels."""
_MOST_PIXELS = 150_000_000
_FINE = 4  # pixels of a drawing for one of the thumbnail
_QUALITY = 78  # of the JPEG, 0 to 100
_PAPER, _INK = np.array([205, 226, 238]), np.array([70, 78, 92])  # BGR
_LINE = 100  # share of ink in the frame of a table, of 255


def thumbnail(pixels: NDArray[np.uint8], turn: int = 0) -> bytes:
    """A page as JPEG with a longest side of `SIDE` pixels.

    Parameters
    ----------
    pixels : (H, W, 3) ndarray of uint8
        RGB.
    turn : int
        Degrees (0, 90, 180, 270) by which it is turned clockwise to stand upright.

    Returns
    -------
    bytes
    """
    height, width = pixels.shape[:2]
    while max(height, width) >= 4 * SIDE:  # halving first is quicker, and as smooth
        pixels = np.asarray(cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        height, width = pixels.shape[:2]
    small = cv2.resize(pixels, _size(width, height), interpolation=cv2.INTER_AREA)
    return _jpeg(np.rot90(np.asarray(small, np.uint8), -turn // 90)[..., ::-1])


def file_thumbnail(path: Path, turn: int = 0) -> bytes:
    """The same of an image file, a JPEG decoded no larger than needed; b"" if it cannot be read."""
    try:
        with path.open("rb") as stream:
            if stream.read(3) == b"\xff\xd8\xff":
                stream.seek(0)
                return thumbnail(_small_jpeg(stream), turn)
        return thumbnail(read_image(path).pixels, turn)
    except (ZijError, OSError, SyntaxError, ValueError, KeyError, IndexError, struct.error, MemoryError):
        return b""  # the reading is there all the same


def _small_jpeg(stream: BinaryIO) -> NDArray[np.uint8]:
    """A JPEG as RGB, at the smallest of the sizes in which it can be decoded quickly."""
    # the format's own reader, not `PIL.Image.open`, whose limit on the size is global and warns
    picture = JpegImagePlugin.JpegImageFile(stream)
    if picture.width * picture.height > _MOST_PIXELS:
        raise ValueError("too large")
    picture.draft("RGB", (2 * SIDE, 2 * SIDE))
    return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"), np.uint8)


def drawn_thumbnail(reading: Reading) -> bytes:
    """Where a reading has its digits and tables, drawn on an empty page that stands upright."""
    page = Geometry.identity(max(reading.width, 1), max(reading.height, 1)).turned(reading.turn // 90)
    page = page.scaled(_FINE * SIDE / max(page.width, page.height))
    ink = np.zeros((page.height, page.width), np.uint8)
    for x, y, right, bottom in _corners([table.box for table in reading.tables], page):
        cv2.rectangle(ink, (x, y), (right, bottom), _LINE, _FINE // 2)
    boxes = [g.box for g in reading.glyphs() if g.is_digit] or [n.box for n in reading.numbers()]
    for x, y, right, bottom in _corners(boxes, page):
        ink[y : bottom + 1, x : right + 1] = 255
    share: NDArray[Any] = np.asarray(
        cv2.resize(ink, _size(page.width, page.height), interpolation=cv2.INTER_AREA)
    )
    colours = _PAPER + share[..., None] / 255 * (_INK - _PAPER)
    return _jpeg(np.rint(colours).astype(np.uint8))


def _corners(boxes: Sequence[Box], page: Geometry) -> list[list[int]]:
    """First and last whole pixels of boxes on the drawing."""
    points = np.array([(b.x, b.y, b.right, b.bottom) for b in boxes], float).reshape(-1, 2)
    corners = page.to_raster(points).reshape(-1, 2, 2)
    ends = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    whole: list[list[int]] = np.rint(np.clip(np.nan_to_num(ends), 0, _FINE * SIDE)).astype(int).tolist()
    return whole


def _size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the small picture."""
    factor = SIDE / max(width, height)
    return max(round(width * factor), 1), max(round(height * factor), 1)


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """BGR pixels as JPEG."""
    done, data = cv2.imencode(".jpg", np.ascontiguousarray(pixels), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:  # it needs no memory to speak of and no disk
        raise ValueError("a thumbnail could not be made")
    return data.tobytes()
