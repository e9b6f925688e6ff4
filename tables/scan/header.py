"""The headers of image files: kind and size of a page without decoding it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import ImageFile

from zij.errors import ImageError
from zij.tables.scan.image import _check_size, _header, _kind, _open, _orientation, _silence

__all__ = ["Header", "read_header"]


@dataclass(frozen=True, slots=True)
class Header:
    """What the header of an image file says.

    Attributes
    ----------
    kind : str
        "JPEG", "PNG", "TIFF", "WebP" or "JPEG 2000".
    width, height : int
        Pixels of the image as it is to be seen, after EXIF orientation.
    pages : int
        Pages in the file, of which `read_image` reads the first.
    """

    kind: str
    width: int
    height: int
    pages: int = 1


def read_header(path: str | Path, *, max_megapixels: float = 150) -> Header:
    """Kind and size of an image, from its header alone; damage further on is not noticed.

    Parameters
    ----------
    path : path
        The file.
    max_megapixels : float
        Larger images are refused, as `zij.tables.scan.image.read_image` does.

    Returns
    -------
    Header

    Raises
    ------
    ImageError
        As `read_image`, but for what only decoding can tell.
    """
    path = Path(path)
    try:
        with _open(path) as stream:
            kind = _kind(stream, path)
            picture = _header(stream, kind, path)
            _check_size(picture, path, max_megapixels)
            with _silence():
                # Pillow turns the size of a TIFF by itself, of others not
                turned = kind != "TIFF" and _orientation(picture) >= 5
                pages = _pages(picture) if kind == "TIFF" else 1
    except OSError as error:
        raise ImageError(f"{path}: cannot be read: {error.strerror or error}; check the file.") from error
    width, height = picture.size[::-1] if turned else picture.size
    return Header(kind, width, height, pages)


def _pages(picture: ImageFile.ImageFile) -> int:
    """How many pages a TIFF holds; 1 where its list of pages is broken."""
    try:
        return int(getattr(picture, "n_frames", 1))
    except Exception:  # on damaged files the readers raise a dozen kinds of error
        return 1
