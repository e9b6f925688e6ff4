"""Pages that come with their reading: PAGE-XML of any program, and readings as JSON."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from zij.corpora.exchange.readingjson import reading_from_json
from zij.corpora.sources.found import Found, Told, reason_of
from zij.corpora.sources.images import Shelf, file_key
from zij.corpora.sources.names import plain_text
from zij.corpora.store.codec import decode, packed
from zij.corpora.store.records import Missed, NewPage, Packed
from zij.errors import ImageError, InputError
from zij.tables.cellslips import corrected_by
from zij.tables.pagexml import as_written
from zij.tables.pagexml._reader.read import bytes_of, page_from_bytes

__all__ = ["Content", "Opened", "TextKind", "content_of", "opened", "reading_page"]

TextKind = Literal["pagexml", "json"]

_LONGEST_JSON = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Content:
    """What a file with the reading of a page says.

    Attributes
    ----------
    reading : Packed
    remarks : tuple of str
        What was tolerated.
    trouble : str
        What went wrong with the corrections beside it; "" if nothing.
    """

    reading: Packed
    remarks: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file with the reading of a page, and the page's image.

    Attributes
    ----------
    path : Path
    content : Content
    image : Path or None
        The page's image, where it was found.
    why : str
        Why it was not.
    """

    path: Path
    content: Content
    image: Path | None
    why: str = ""

    @property
    def key(self) -> str:
        """The key of its page: the image's where both have one name, so that an image is no second page.

        Where several files describe parts of one image, such as the two pages of an opening, their names
        differ from the image's, and each is a page.
        """
        if self.image is not None and self.image.stem.casefold() == self.path.stem.casefold():
            return file_key(self.image)
        return f"reading:{self.path.resolve().as_posix()}"


def content_of(path: Path, kind: TextKind) -> Content:
    """What a file says, ready to be stored: the long part of adding it, for which nothing else is needed.

    Parameters
    ----------
    path : Path
    kind : "pagexml" or "json"
        PAGE-XML is read with what a person has corrected in `STEM.cells.csv` beside it; JSON is a reading as
        `zij corpus export --format json` writes it.

    Returns
    -------
    Content

    Raises
    ------
    InputError
        If it cannot be read.
    """
    with _without_cycles():
        return _pagexml(path) if kind == "pagexml" else _json(path)


@contextlib.contextmanager
def _without_cycles() -> Iterator[None]:
    """Readings are many small objects without cycles; looking for cycles among them takes a tenth."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _pagexml(path: Path) -> Content:
    file = page_from_bytes(bytes_of(path), path)
    reading, trouble = file.reading, ""
    slips: tuple[str, ...] = ()
    cells = path.with_suffix(".cells.csv")
    if cells.is_file():
        try:
            reading, slips = corrected_by(reading, cells)
        except InputError as error:
            trouble = reason_of(error)
    return Content(packed(as_written(reading)), (*file.tolerated, *slips), trouble)


def _json(path: Path) -> Content:
    try:
        with path.open("rb") as stream:
            data = stream.read(_LONGEST_JSON + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); check the file.") from error
    if len(data) > _LONGEST_JSON:
        raise InputError(f"{path}: more than {_LONGEST_JSON >> 20} MB; this is no reading of one page.")
    return Content(packed(reading_from_json(data, str(path))))


def opened(path: Path, content: Content, shelf: Shelf, folders: list[Path]) -> Opened:
    """A file with its image.

    Parameters
    ----------
    path : Path
    content : Content
    shelf : Shelf
        The images.
    folders : list of Path
        Where its image may lie.

    Returns
    -------
    Opened
    """
    reading = content.reading
    image, why = shelf.find(reading.image, reading.sha256, (reading.width, reading.height), folders)
    return Opened(path, content, image, why)


def reading_page(
    file: Opened, kind: TextKind, source: str, shelf: Shelf, *, book: str, sequence: int, rights: str = ""
) -> Iterator[Found]:
    """The page of such a file.

    Parameters
    ----------
    file : Opened
    kind : TextKind
        PAGE-XML or JSON.
    source : str
        What it is called in the corpus.
    shelf : Shelf
        Where images are found.
    book : str
    sequence : int
        Its place in the book.
    rights : str

    Yields
    ------
    Found
    """
    reading, image, path = file.content.reading, file.image, file.path
    remarks = [*file.content.remarks, *([file.why] if file.why and kind == "pagexml" else [])]
    for remark in remarks:
        yield Told(str(path), remark)
    if file.content.trouble:
        item = str(path.with_suffix(".cells.csv"))
        yield Missed(source, item, f"corrections not used: {file.content.trouble}")
    digest, stamp = reading.sha256, ""
    width, height = reading.width, reading.height
    if image is not None:
        try:
            digest, header = shelf.digest(image), shelf.header(image)
        except (ImageError, OSError) as error:
            yield Missed(source, str(image), reason_of(error, image))
            image = None
        else:
            width, height, stamp = header.width, header.height, shelf.stamp(image)
            reading = _of_image(reading, image.name)
    by_hand = reading.source != "machine"
    yield NewPage(
        key=file.key, name=path.stem, book=book, sequence=sequence, file=image, sha256=digest,
        width=width, height=height, rights=rights, reading=reading,
        reading_kind="human" if by_hand else "machine",
        reading_who="" if reading.source in ("machine", "human") else plain_text(reading.source, 200),
        stamp=stamp,
    )  # fmt: skip


def _of_image(reading: Packed, name: str) -> Packed:
    """The reading under the name that its image has now."""
    return reading if reading.image == name else packed(replace(decode(reading.body), image=name))
