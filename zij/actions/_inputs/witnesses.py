"""Witnesses as a user names them: pages, folders of pages, or a table of sigla, pages and dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zij.actions._inputs.references import page_of, reference
from zij.actions._inputs.sources import corrected_page, is_pagexml, open_source, stems
from zij.errors import InputError, TableError, UsageError, ZijError
from zij.tables.csvlines import csv_records
from zij.tables.pagexml import as_written, find_image
from zij.tables.reading import Reading
from zij.tables.scan.image import read_image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from zij.tables.digits.network import Weights

__all__ = ["Leaf", "Named", "could_be_page", "named_witnesses", "open_leaf", "pages_in"]

_IMAGES = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".tif", ".tiff", ".jp2", ".webp", ".bmp"})


@dataclass(frozen=True, slots=True)
class Named:
    """A witness as it was named: siglum, page arguments in order, date."""

    siglum: str
    pages: tuple[str, ...]
    date: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a witness: its reading, and where its picture lies (None: nowhere, and why)."""

    page: str
    reading: Reading
    image: Path | None
    remarks: tuple[str, ...] = field(default=())

    def picture(self) -> NDArray[np.uint8] | None:
        """The original image in RGB, read anew each time; None where there is none any more."""
        if self.image is None:
            return None
        try:
            image = read_image(self.image)
        except ZijError:
            return None
        return (
            image.pixels if (image.width, image.height) == (self.reading.width, self.reading.height) else None
        )


def named_witnesses(arguments: Sequence[str | Path], table: str | Path | None = None) -> tuple[Named, ...]:
    """The witnesses that arguments and a table name, in the order of the arguments, then of the table.

    A folder is one witness, named after it; any other argument is a witness of one page, named after its
    file. A line of the table names a siglum and its pages, by the path, file name or stem of an argument, or
    as a path from the table's folder; so pages are put together and sigla given.

    Parameters
    ----------
    arguments : sequence of path
        Pages and folders.
    table : path, optional
        CSV with the columns siglum and pages (parted by semicolons, or in several lines), perhaps date.

    Returns
    -------
    tuple of Named

    Raises
    ------
    UsageError
        If two witnesses would have one siglum, or a page is named twice.
    ZijError
        If a folder or the table cannot be used.
    """
    own = [_argument(argument) for argument in arguments]
    listed = _listed(Path(table), own) if table is not None else ()
    taken = {page for witness in listed for page in witness.pages}
    rest = [w for w in own if not taken.intersection(w.pages)]
    found = _in_order((*rest, *listed), own)
    _check(found)
    return found


def _argument(argument: str | Path) -> Named:
    stem = stems([argument])[0]
    path = Path(argument)
    if path.is_dir() and reference(argument) is None:
        return Named(path.resolve().name, pages_in(path))
    return Named(stem, (str(argument),))


def could_be_page(path: Path) -> bool:
    """Whether a file is PAGE-XML, or has the name of an image."""
    return path.suffix.lower() in _IMAGES or is_pagexml(path)


def pages_in(folder: Path) -> tuple[str, ...]:
    """The pages of a folder by name; where a page is there as PAGE-XML and as image, the PAGE-XML.

    Hidden files, folders within it and the pictures that `zij annotate` draws beside its PAGE-XML are left
    out.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        If there is none.
    """
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    xml = {path.stem for path in files if is_pagexml(path)}
    drawn = xml | {f"{stem}.overlay" for stem in xml}
    pages = [p for p in files if is_pagexml(p) or (could_be_page(p) and p.stem not in drawn)]
    if not pages:
        raise InputError(f"{folder}: holds no page; put images or PAGE-XML files there.")
    return tuple(str(page) for page in pages)


def _listed(table: Path, own: Sequence[Named]) -> tuple[Named, ...]:
    """The witnesses of the table, with the arguments' own spelling of their pages."""
    known: dict[str, tuple[str, ...]] = {}
    for witness in own:
        for page in witness.pages:
            for name in (page, Path(page).name, Path(page).stem):
                known.setdefault(name, (page,))
    for witness in own:
        known[witness.siglum] = witness.pages
    found: dict[str, Named] = {}
    for number, fields in csv_records(table, ("siglum", "pages")):
        siglum, date = fields["siglum"].strip(), fields.get("date", "").strip()
        names = [name.strip() for name in fields["pages"].split(";") if name.strip()]
        if not siglum or not names:
            raise TableError(f"{table}, line {number}: a witness needs a siglum and a page; write both.")
        pages = tuple(page for name in names for page in _pages(table, name, known))
        old = found.get(siglum, Named(siglum, (), ""))
        if date and old.date and date != old.date:
            raise TableError(f"{table}, line {number}: {siglum} has another date in a line above; keep one.")
        found[siglum] = replace(old, pages=(*old.pages, *pages), date=old.date or date)
    return tuple(found.values())


def _pages(table: Path, name: str, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    if name in known:
        return known[name]
    beside = table.parent / name
    path = beside if beside.exists() or not Path(name).exists() else Path(name)
    if path.is_dir():
        return pages_in(path)
    if reference(name) is not None:
        return (name,)
    return (str(path),)


def _in_order(found: Sequence[Named], own: Sequence[Named]) -> tuple[Named, ...]:
    """In the order in which their pages were named as arguments, then as they come."""
    place = {page: n for n, witness in enumerate(own) for page in witness.pages}
    return tuple(
        sorted(found, key=lambda w: min((place.get(p, len(own)) for p in w.pages), default=len(own)))
    )


def _check(found: Sequence[Named]) -> None:
    sigla: dict[str, Named] = {}
    pages: set[str] = set()
    for witness in found:
        for page in witness.pages:
            key = page if reference(page) is not None else str(Path(page).resolve())
            if key in pages:
                raise UsageError(f"{page}: is named twice; name it once.")
            pages.add(key)
        other = sigla.setdefault(witness.siglum, witness)
        if other is not witness:
            raise UsageError(
                f"{other.pages[0]} and {witness.pages[0]}: two witnesses would be named {witness.siglum!r}; "
                "rename one, or give them sigla with --witnesses."
            )


def open_leaf(page: str, *, weights: Weights, device: str, images: Path | None) -> Leaf:
    """Read a page argument; of a PAGE-XML file the image may be missing: it is only needed for pictures.

    Raises
    ------
    ZijError
        If the page cannot be read.
    """
    path = Path(page)
    named = reference(page)
    if named is not None and (stored := page_of(named, need_image=False)).reading is not None:
        lost = "its image is not where it was, so there are no pictures of it"
        return Leaf(page, stored.reading, stored.image, () if stored.image else (lost,))
    if named is not None or not is_pagexml(path):
        source = open_source(page, weights=weights, device=device, images=images)
        image = path if named is None else page_of(named).image
        return Leaf(page, source.reading, image, source.remarks)
    document, reading = corrected_page(path)
    remarks = document.file.tolerated
    try:
        image = find_image(document.file, images)
    except ZijError as error:
        image, remarks = None, (*remarks, f"there are no pictures of it: {error}")
    name = image.name if image is not None else reading.image
    return Leaf(page, as_written(replace(reading, image=name)), image, remarks)
