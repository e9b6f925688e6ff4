"""The further pages of a TIFF as images; the first is the file itself."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from zij.corpora.sources.found import Found, Told, Wishes, reason_of
from zij.corpora.sources.images import Shelf
from zij.corpora.sources.names import safe_name
from zij.corpora.store.records import Missed, NewPage
from zij.errors import ImageError
from zij.files import sha256, write_bytes
from zij.tables.scan.frames import page_numbers, read_frame

__all__ = ["further_pages"]


def further_pages(
    path: Path, source: str, wishes: Wishes, shelf: Shelf, *, book: str, sequence: int
) -> Iterator[Found]:
    """The pages of a TIFF after the first, written as PNG to `wishes.images`; known ones are not made again.

    Parameters
    ----------
    path : Path
        The file, whose first image is a page by itself.
    source : str
        What it is called in the corpus.
    wishes : Wishes
    shelf : Shelf
        Where images are found.
    book : str
    sequence : int
        The place of the first of them in the book.

    Yields
    ------
    Found
    """
    try:
        numbers, others = page_numbers(path)
        folder = wishes.images / f"{safe_name(path.stem, 40)}-{shelf.digest(path)[:16]}"
    except (ImageError, OSError) as error:
        yield Missed(source, f"{path}, page 2", reason_of(error, path))
        return
    if others:
        yield Told(str(path), "holds smaller copies of its image, which were passed over")
    for place, number in enumerate(numbers[1:], sequence):
        wishes.progress(f"{path.name}, page {number}", number, len(numbers))
        key = f"tiff:{path.resolve().as_posix()}#{number}"
        known = wishes.known(key)
        if known is not None and known.file is not None and known.file.parent.name == folder.name:
            yield known.again()
            continue
        try:
            pixels = read_frame(path, number)
        except ImageError as error:
            yield Missed(source, f"{path}, page {number}", reason_of(error, path))
            continue
        file = write_bytes(folder / f"p{number:04d}.png", _png(pixels))
        yield NewPage(
            key=key, name=f"{path.stem}_p{number:04d}", book=book, sequence=place, file=file,
            sha256=sha256(file), width=pixels.shape[1], height=pixels.shape[0], rights=wishes.rights,
        )  # fmt: skip


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """RGB as PNG, with one channel where it is grey."""
    grey = bool((pixels == pixels[..., :1]).all())
    stream = io.BytesIO()
    Pillow.fromarray(np.ascontiguousarray(pixels[..., 0]) if grey else pixels).save(stream, "PNG")
    return stream.getvalue()
