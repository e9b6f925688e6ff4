"""The image that belongs to a PAGE-XML file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from zij.errors import ImageError
from zij.files import sha256
from zij.tables.pagexml._tree.model import PageFile
from zij.tables.scan.kinds import SUFFIXES

__all__ = ["find_image", "image_size"]

_EXIF_ORIENTATION = 0x0112


def find_image(page_file: PageFile, images: Path | None = None) -> Path:
    """The image of a PAGE-XML file: the one with the recorded hash, else the one with the recorded name.

    Of the recorded name only its last part counts, so that no file can point outside the folder; nothing is
    fetched. An image found by its name must have the size that the file states.

    Parameters
    ----------
    page_file : PageFile
        As `read_pagexml` gives it.
    images : path, optional
        The folder in which to look; without it, the folder of the PAGE-XML file.

    Returns
    -------
    Path
        The image.

    Raises
    ------
    ImageError
        If the folder holds no such image, or only one of another size.
    """
    reading = page_file.reading
    folder = Path(images) if images is not None else page_file.path.parent
    name = _base_name(reading.image)
    files = sorted(_files(folder), key=lambda path: (path.name != name, path.name))
    if reading.sha256:
        for path in files:
            if sha256(path) == reading.sha256:
                return path
    if not files or files[0].name != name:
        wanted = repr(name) if name else "(it names none)"
        todo = "name the folder of the images with --images"
        if images is not None:  # that folder was named
            todo = "--images names this folder; name the one in which the image lies"
        raise ImageError(f"{page_file.path}: its image {wanted} is not in {folder}; {todo}.")
    size = image_size(files[0])
    if size is not None and reading.width and reading.height and size != (reading.width, reading.height):
        raise ImageError(
            f"{files[0]}: is {size[0]} x {size[1]} pixels, but {page_file.path} was made for an image of "
            f"{reading.width} x {reading.height}; use that one, or, if this is the same picture, zij convert"
            " --rescale."
        )
    return files[0]


def _base_name(name: str) -> str:
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _files(folder: Path) -> Iterator[Path]:
    """The image files that really lie in a folder."""
    try:
        inside = folder.resolve()
        for path in folder.iterdir():
            if path.suffix.lower() in SUFFIXES and path.is_file() and path.resolve().is_relative_to(inside):
                yield path
    except OSError as error:
        raise ImageError(
            f"{folder}: cannot be searched for images ({error.strerror}); check the folder."
        ) from error


def image_size(path: Path) -> tuple[int, int] | None:
    """Width and height as the image is to be seen; None where its header cannot be read."""
    import warnings

    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=("JPEG", "PNG", "TIFF", "WEBP", "JPEG2000")) as picture:
                width, height = picture.size
                # Pillow turns the size of a TIFF by itself, of others not
                turned = picture.format != "TIFF" and picture.getexif().get(_EXIF_ORIENTATION, 1) in (
                    5,
                    6,
                    7,
                    8,
                )
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return (height, width) if turned else (width, height)
