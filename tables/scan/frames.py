"""The further images of a TIFF: pages by themselves, or smaller copies of the first (TIFF 6.0, section 7)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile

from zij.errors import ImageError
from zij.tables.scan.image import _check_size, _damaged, _header, _kind, _open, _rgb, _silence

__all__ = ["MOST", "page_numbers", "read_frame"]

MOST = 5_000
"""Images of a file that are looked at."""

_SUBFILE = 254  # tag NewSubfileType: bit 0, a smaller copy; bit 2, a mask
_ALIKE = 0.02  # difference of proportions up to which an image of half the size or less is a copy


def page_numbers(path: str | Path) -> tuple[list[int], int]:
    """Which images of a TIFF are pages by themselves.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    (list of int, int)
        Their numbers, the first image being 1; and how many others there are: smaller copies of the first,
        such as thumbnails and the steps of a pyramid, and masks.

    Raises
    ------
    ImageError
        If it is no TIFF, or its list of images is damaged.
    """
    path = Path(path)
    numbers, others = [1], 0
    with _opened(path) as picture:
        first = picture.size
        for number in range(2, min(_count(picture, path), MOST) + 1):
            _seek(picture, number, path)
            if _is_copy(picture, first):
                others += 1
            else:
                numbers.append(number)
    return numbers, others


def read_frame(path: str | Path, number: int, *, max_megapixels: float = 150) -> NDArray[np.uint8]:
    """One image of a TIFF, as `zij.tables.scan.image.read_image` reads the first.

    Parameters
    ----------
    path : path
        The file.
    number : int
        From 1.
    max_megapixels : float
        Larger images are refused.

    Returns
    -------
    (H, W, 3) ndarray of uint8
        RGB.

    Raises
    ------
    ImageError
        If it cannot be read.
    """
    path = Path(path)
    with _opened(path) as picture:
        _seek(picture, number, path)
        _check_size(picture, path, max_megapixels)
        try:
            with _silence():
                picture.load()
                return _rgb(picture)
        except MemoryError as error:
            raise ImageError(f"{path}: does not fit into memory; scale it down.") from error
        except Exception as error:  # on damaged files the readers raise a dozen kinds of error
            raise _damaged(path, "TIFF", error) from error


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[ImageFile.ImageFile]:
    """The file at its first image, if it is a TIFF."""
    try:
        with _open(path) as stream:
            if (kind := _kind(stream, path)) != "TIFF":
                raise ImageError(f"{path}: is a {kind}, which holds one image; read it as such.")
            yield _header(stream, kind, path)
    except OSError as error:
        raise ImageError(f"{path}: cannot be read: {error.strerror or error}; check the file.") from error


def _count(picture: ImageFile.ImageFile, path: Path) -> int:
    try:
        with _silence():
            return int(getattr(picture, "n_frames", 1))
    except Exception as error:
        raise _damaged(path, "TIFF", error) from error


def _seek(picture: ImageFile.ImageFile, number: int, path: Path) -> None:
    try:
        with _silence():
            picture.seek(number - 1)
    except Exception as error:
        raise _damaged(path, "TIFF", error) from error


def _is_copy(picture: ImageFile.ImageFile, first: tuple[int, int]) -> bool:
    """Whether an image is a smaller copy of the first, or a mask; some programs do not say so."""
    said = getattr(picture, "tag_v2", {}).get(_SUBFILE, 0)
    if isinstance(said, int) and said & 0b101:
        return True
    width, height = picture.size
    if 2 * width > first[0] + 2 or 2 * height > first[1] + 2:
        return False
    return abs(width * first[1] / (height * first[0]) - 1) <= _ALIKE + 1 / min(width, height)
