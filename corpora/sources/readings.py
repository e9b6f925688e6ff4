"""Pages that come with their reading: PAGE-XML of any program, and readings as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from zij.corpora.exchange.readingjson import reading_from_json
from zij.corpora.sources.found import Found, Told, reason_of
from zij.corpora.sources.images import Shelf, file_key
from zij.corpora.sources.names import plain_text
from zij.corpora.store.records import Missed, NewPage
from zij.errors import ImageError, InputError
from zij.tables.cellscsv import apply_cells, read_cells
from zij.tables.pagexml import as_written
from zij.tables.pagexml._read import bytes_of, page_from_bytes
from zij.tables.reading import Reading

__all__ = ["Opened", "open_json", "open_pagexml", "reading_page"]

_LONGEST_JSON = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that holds the reading of a page.

    Attributes
    ----------
    path : Path
    reading : Reading
    image : Path or None
        The page's image, where it was found.
    remarks : tuple of str
        What was tolerated.
    trouble : str
        What went wrong with the corrections beside it; "" if nothing.
    """

    path: Path
    reading: Reading
    image: Path | None
    remarks: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def key(self) -> str:
        """The key of its page: the image's where both have one name, so that an image is no second page.

        Where several files describe parts of one image, such as the two pages of an opening, their names
        differ from the image's, and each is a page.
        """
        if self.image is not None and self.image.stem.casefold() == self.path.stem.casefold():
            return file_key(self.image)
        return f"reading:{self.path.resolve().as_posix()}"


def open_pagexml(path: Path, shelf: Shelf, folders: list[Path]) -> Opened:
    """A PAGE-XML file with its image, and with what a person has corrected in `STEM.cells.csv` beside it.

    Parameters
    ----------
    path : Path
    shelf : Shelf
        The images.
    folders : list of Path
        Where its image may lie.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    file = page_from_bytes(bytes_of(path), path)
    reading, trouble = file.reading, ""
    cells = path.with_suffix(".cells.csv")
    if cells.is_file():
        try:
            reading = apply_cells(reading, read_cells(cells), name=str(cells))
        except InputError as error:
            trouble = reason_of(error)
    image, why = _image(reading, shelf, folders)
    remarks = (*file.tolerated, *([why] if why else []))
    return Opened(path, as_written(reading), image, remarks, trouble)


def open_json(path: Path, shelf: Shelf, folders: list[Path]) -> Opened:
    """A reading as `zij corpus export --format json` writes it, with its image where that is there.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_LONGEST_JSON + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); check the file.") from error
    if len(data) > _LONGEST_JSON:
        raise InputError(f"{path}: more than {_LONGEST_JSON >> 20} MB; this is no reading of one page.")
    reading = reading_from_json(data, str(path))
    image, _ = _image(reading, shelf, folders)
    return Opened(path, reading, image)


def _image(reading: Reading, shelf: Shelf, folders: list[Path]) -> tuple[Path | None, str]:
    return shelf.find(reading.image, reading.sha256, (reading.width, reading.height), folders)


def reading_page(
    opened: Opened, source: str, shelf: Shelf, *, book: str, sequence: int, rights: str = ""
) -> Iterator[Found]:
    """The page of such a file."""
    reading, image, path = opened.reading, opened.image, opened.path
    for remark in opened.remarks:
        yield Told(str(path), remark)
    if opened.trouble:
        yield Missed(source, str(path.with_suffix(".cells.csv")), f"corrections not used: {opened.trouble}")
    digest = reading.sha256
    width, height = reading.width, reading.height
    if image is not None:
        try:
            digest, header = shelf.digest(image), shelf.header(image)
        except (ImageError, OSError) as error:
            yield Missed(source, str(image), reason_of(error, image))
            image = None
        else:
            width, height = header.width, header.height
            reading = replace(reading, image=image.name)
    by_hand = reading.source != "machine"
    yield NewPage(
        key=opened.key, name=path.stem, book=book, sequence=sequence, file=image, sha256=digest,
        width=width, height=height, rights=rights, reading=reading,
        reading_kind="human" if by_hand else "machine",
        reading_who="" if reading.source in ("machine", "human") else plain_text(reading.source, 200),
    )  # fmt: skip
