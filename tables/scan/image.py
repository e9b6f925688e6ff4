"""Images of pages: JPEG, PNG, TIFF, WebP and JPEG 2000, as RGB with 8 bits, read with limits."""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import os
import stat
import struct
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import (
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from zij.errors import ImageError
from zij.tables.scan.kinds import kind_of_image

__all__ = ["Image", "read_image"]

log = logging.getLogger(__name__)

_LONGEST_SIDE = 32_000  # OpenCV's warps count in 16 bits
_LARGEST_CHUNK = 16 << 20  # bytes of one PNG chunk that holds no pixels
_ORIENTATION = 0x0112
_quiet = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """A photograph or scan as it is to be seen, after EXIF orientation.

    Attributes
    ----------
    name : str
        File name without folders.
    sha256 : str
        Hash of the file's bytes.
    pixels : (H, W, 3) ndarray of uint8
        RGB.
    """

    name: str
    sha256: str
    pixels: NDArray[np.uint8]

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.pixels.shape[0])

    @property
    def grey(self) -> NDArray[np.uint8]:
        """Luma, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), as (H, W) uint8."""
        import cv2

        return np.asarray(cv2.cvtColor(self.pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def read_image(path: str | Path, *, max_megapixels: float = 150) -> Image:
    """Read the image of a page.

    JPEG, PNG, TIFF, WebP and JPEG 2000 are told by their content, not by their name. Transparency is laid on
    white, 16 bits and floating point are scaled to 8 bits, EXIF orientation is applied. Of a TIFF with
    several pages the first is read, and the log says so.

    Parameters
    ----------
    path : path
        The file.
    max_megapixels : float
        Larger images are refused before anything is decoded.

    Returns
    -------
    Image

    Raises
    ------
    ImageError
        If the file is missing, unreadable, empty, no image, damaged, cut off or too large.
    """
    path = Path(path)
    try:
        with _open(path) as stream:
            kind = _kind(stream, path)
            picture = _header(stream, kind, path)
            _check_size(picture, path, max_megapixels)
            pixels = _decode(picture, kind, path)
            stream.seek(0)
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ImageError(f"{path}: cannot be read: {error.strerror or error}; check the file.") from error
    return Image(path.name, digest, pixels)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """No Python warnings inside; one thread at a time, as overlapping `catch_warnings` undo each other."""
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _open(path: Path) -> io.BufferedReader:
    """The file, open for reading, if it is a file at all and holds something."""
    try:
        # without O_NONBLOCK a named pipe would wait for ever for a writer
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError as error:
        raise ImageError(f"{path}: there is no such file; check the path.") from error
    except PermissionError as error:
        reason = "is a folder; name an image in it" if path.is_dir() else "may not be read; change its rights"
        raise ImageError(f"{path}: {reason}.") from error
    except ValueError as error:
        raise ImageError(f"{str(path)!r}: is no file name; check the path.") from error
    mode = os.fstat(handle)
    if stat.S_ISREG(mode.st_mode) and mode.st_size:
        return os.fdopen(handle, "rb")
    os.close(handle)
    if stat.S_ISDIR(mode.st_mode):
        with os.scandir(path) as inside:
            empty = next(inside, None) is None
        raise ImageError(
            f"{path}: is a folder{' and empty; name an image' if empty else '; name an image in it'}."
        )
    if not stat.S_ISREG(mode.st_mode):
        raise ImageError(f"{path}: is not an ordinary file; name an image file.")
    raise ImageError(f"{path}: is empty (0 bytes); fetch or scan it again.")


def _kind(stream: BinaryIO, path: Path) -> str:
    kind = kind_of_image(stream.read(12))
    stream.seek(0)
    if kind:
        return kind
    raise ImageError(
        f"{path}: is not a JPEG, PNG, TIFF, WebP or JPEG 2000 image; convert it to one of these."
    )


def _header(stream: BinaryIO, kind: str, path: Path) -> ImageFile.ImageFile:
    """The image with its size known and nothing decoded.

    The format's own reader is called, not `PIL.Image.open`, whose limit on the size is global and warns.
    """
    readers: dict[str, Callable[[BinaryIO], ImageFile.ImageFile]] = {
        "JPEG": JpegImagePlugin.JpegImageFile,
        "PNG": PngImagePlugin.PngImageFile,
        "TIFF": TiffImagePlugin.TiffImageFile,
        "WebP": WebPImagePlugin.WebPImageFile,
        "JPEG 2000": Jpeg2KImagePlugin.Jpeg2KImageFile,
    }
    if kind == "PNG":
        _check_chunks(stream, path)
    try:
        with _silence():
            return readers[kind](stream)
    except Exception as error:  # on damaged files the readers raise a dozen kinds of error
        raise _damaged(path, kind, error) from error


def _check_chunks(stream: BinaryIO, path: Path) -> None:
    """Refuse a PNG whose texts or profiles alone would fill the memory."""
    stream.seek(8)
    while len(head := stream.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        if length > _LARGEST_CHUNK and name != b"IDAT":
            raise ImageError(f"{path}: holds {length >> 20} MB of metadata; save it again without them.")
        stream.seek(length + 4, os.SEEK_CUR)
    stream.seek(0)


def _check_size(picture: ImageFile.ImageFile, path: Path, max_megapixels: float) -> None:
    width, height = picture.size
    if width < 1 or height < 1:
        raise ImageError(f"{path}: has no pixels ({width} x {height}); scan it again.")
    if width * height > max_megapixels * 1e6:
        raise ImageError(
            f"{path}: is too large, {width} x {height} = {width * height / 1e6:.0f} megapixels where at most "
            f"{max_megapixels:g} are read; scale it down."
        )
    if max(width, height) > _LONGEST_SIDE:
        raise ImageError(
            f"{path}: is too long, {width} x {height} pixels where a side may have at most {_LONGEST_SIDE}; "
            "cut it up or scale it down."
        )


def _decode(picture: ImageFile.ImageFile, kind: str, path: Path) -> NDArray[np.uint8]:
    try:
        if kind == "TIFF" and getattr(picture, "is_animated", False):
            log.warning("%s: holds several pages; only the first is read.", path)
        with _silence() if kind == "TIFF" else contextlib.nullcontext():
            picture.load()
        with _silence():
            orientation = _orientation(picture)
        return _oriented(_rgb(picture), orientation)
    except MemoryError as error:
        raise ImageError(f"{path}: does not fit into memory; scale it down.") from error
    except Exception as error:  # see _header
        raise _damaged(path, kind, error) from error


def _damaged(path: Path, kind: str, error: Exception) -> ImageError:
    text = str(error)
    if "truncated" in text.lower() or isinstance(error, EOFError):
        return ImageError(f"{path}: is cut off, the end of the {kind} is missing; fetch or scan it again.")
    if "MAX_TEXT" in text:
        return ImageError(f"{path}: holds too many metadata; save it again without them.")
    if kind in ("WebP", "JPEG 2000"):  # their decoders do not tell
        return ImageError(f"{path}: is a damaged or cut off {kind}; fetch it again, or save it as PNG.")
    return ImageError(f"{path}: is a damaged or unusual {kind} that cannot be decoded; save it again.")


def _orientation(picture: Pillow.Image) -> int:
    """EXIF orientation, 1 to 8; 1 where none can be read; of a TIFF, Pillow has taken it off."""
    try:
        value = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # broken EXIF must not keep a sound image from being read
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _oriented(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Undo the camera's orientation (EXIF 2.3, tag 0x0112)."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def _rgb(picture: Pillow.Image) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 of an image in any of Pillow's modes."""
    mode = picture.mode
    if mode.startswith("I") or mode == "F":
        return np.repeat(_deep_grey(picture)[:, :, None], 3, axis=2)
    if mode == "LAB":
        picture = picture.getchannel(0)
    elif mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        paper = Pillow.new("RGBA", layer.size, "white")
        paper.alpha_composite(layer)
        picture = paper
    return np.array(picture.convert("RGB"), np.uint8)


def _deep_grey(picture: Pillow.Image) -> NDArray[np.uint8]:
    """16-bit, 32-bit and floating-point grey as 8 bits; what is no number becomes white."""
    values = np.asarray(picture)
    if values.dtype.kind == "f":
        values = np.nan_to_num(values.astype(np.float32), nan=np.inf, posinf=np.inf, neginf=-np.inf)
    grey = np.clip((values - np.float32(_lowest(values))) * np.float32(255 / _range(picture, values)), 0, 255)
    tags = getattr(picture, "tag_v2", {})
    if tags.get(262) == 0:  # PhotometricInterpretation: white is zero
        grey = 255 - grey
    return np.asarray(np.rint(grey), np.uint8)


def _lowest(values: NDArray[np.generic]) -> float:
    """The value that stands for black: 0, or the smallest where there are negative ones."""
    finite = values[np.isfinite(values)]
    return min(float(finite.min()), 0.0) if finite.size else 0.0


def _range(picture: Pillow.Image, values: NDArray[np.generic]) -> float:
    """The distance from black to white: that of the bits, or the least usual one that holds all values."""
    if picture.mode.startswith("I;"):
        bits = getattr(picture, "tag_v2", {}).get(258, (16,))[0]
        return float(2**bits - 1) if 8 < bits <= 16 else 65535.0
    finite = values[np.isfinite(values)]
    spread = float(finite.max()) - _lowest(values) if finite.size else 1.0
    usual = (1.0, 255.0, 65535.0) if values.dtype.kind == "f" else (255.0, 65535.0, 2.0**31 - 1)
    return next((limit for limit in usual if spread <= limit), spread)
