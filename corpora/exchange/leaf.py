"""One page on its way out: its reading, as a person has corrected it, and the file of its image."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import combinations, product
from pathlib import Path

from zij.corpora.exchange.loss import counted
from zij.errors import ImageError, InputError, OutputError
from zij.tables.cellslips import corrected_by
from zij.tables.geometry import Box
from zij.tables.pagexml import PageFile, as_written, find_image, read_pagexml
from zij.tables.reading import Reading

__all__ = ["NO_PAGES", "Leaf", "base_name", "by_image", "named_after_images", "page_files", "read_leaf"]

NO_PAGES = frozenset({"mets.xml", "metadata.xml", "editorialdeclaration.xml"})
"""Names, in small letters, of XML files beside pages that are none."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of a collection. Its reading is loaded when it is asked for, so that many pages fit in memory.

    Attributes
    ----------
    stem : str
        Name of its PAGE-XML file without the suffix; what is made of the page is named after it.
    head : Reading
        The reading without its tables and numbers.
    path : Path
        The PAGE-XML file it came from.
    counts : mapping of str to int
        How much of everything the reading has, as `loss.counted` gives it.
    load : callable
        Gives the reading.
    image : Path or None
        Its image, where that was found.
    stored : bool
        Whether the reading is that of the file, so that all else in the file can be kept.
    tolerated : tuple of str
        What in the file was tolerated.
    image_as : str
        Name under which the image goes out, where that is not its own.
    """

    stem: str
    head: Reading
    path: Path
    counts: Mapping[str, int] = field(compare=False, repr=False)
    load: Callable[[], Reading] = field(compare=False, repr=False)
    image: Path | None = None
    stored: bool = False
    tolerated: tuple[str, ...] = ()
    image_as: str = ""

    @classmethod
    def of(cls, stem: str, reading: Reading, path: Path, image: Path | None = None) -> Leaf:
        """A page whose reading is at hand."""
        return cls(stem, _head(reading), path, counted(reading), lambda: reading, image)

    @property
    def reading(self) -> Reading:
        """As PAGE-XML holds it (`zij.tables.pagexml.as_written`), corrections included."""
        return self.load()

    @property
    def image_name(self) -> str:
        """File name of the image, without folders."""
        if self.image_as:
            return self.image_as
        return self.image.name if self.image is not None else base_name(self.head.image)

    def with_reading(self, reading: Reading) -> Leaf:
        """The same page read in another way."""
        return replace(self, head=_head(reading), counts=counted(reading), load=lambda: reading)


def _head(reading: Reading) -> Reading:
    return replace(reading, tables=(), loose=())


def page_files(folder: str | Path) -> tuple[Path, ...]:
    """The PAGE-XML files of a folder, by name.

    They lie in the folder itself or, as in Transkribus' exports, in its subfolder `page`. METS.xml and
    metadata.xml, which stand beside pages in such exports, are no pages.

    Raises
    ------
    InputError
        If there is no such folder or no file in it that could be a page.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder; name the folder with the PAGE-XML of zij annotate.")
    for place in (folder, folder / "page"):
        found = sorted(path for path in place.glob("*.[xX][mM][lL]") if path.is_file())
        found = [path for path in found if path.name.lower() not in NO_PAGES]
        if found:
            return tuple(found)
    raise InputError(f"{folder}: holds no PAGE-XML; name the folder that zij annotate wrote into.")


def read_leaf(path: str | Path, images: str | Path | None = None) -> Leaf:
    """Read a page: its PAGE-XML, the corrections in `STEM.cells.csv` beside it, and where its image lies.

    Parameters
    ----------
    path : path
        A PAGE-XML file.
    images : path, optional
        Where the image must be; without it, one beside the PAGE-XML file is taken if there is one.

    Returns
    -------
    Leaf

    Raises
    ------
    InputError
        If a file is damaged, or `images` does not hold the image.
    """
    path = Path(path)

    def load() -> Reading:
        return _corrected(path, _state(path), _state(path.with_suffix(".cells.csv")))[1]

    file, reading = _corrected(path, _state(path), _state(path.with_suffix(".cells.csv")))
    image: Path | None = None
    try:
        image = find_image(file, Path(images) if images is not None else None)
    except ImageError:
        if images is not None:
            raise
    return Leaf(path.stem, _head(reading), path, counted(reading), load, image, True, file.tolerated)


def _state(path: Path) -> tuple[int, int, int]:
    """What tells whether a file is as it was when it was last read; nothing where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return 0, 0, 0
    return found.st_size, found.st_mtime_ns, found.st_ino


@lru_cache(maxsize=4)
def _corrected(path: Path, _page: object, _cells: object) -> tuple[PageFile, Reading]:
    """A page and its reading as corrected; the last few are kept, as they are asked for again and again."""
    file = read_pagexml(path)
    reading = file.reading
    corrected = path.with_suffix(".cells.csv")
    if corrected.is_file():
        reading, slips = corrected_by(reading, corrected)
        file = replace(file, tolerated=(*file.tolerated, *slips))
    return file, as_written(reading)


def base_name(name: str) -> str:
    """The last part of a file name, whichever way its folders are parted."""
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def by_image(leaves: Iterable[Leaf]) -> dict[str, list[Leaf]]:
    """The pages of each image, in the order of the pages, for programs in which an image is one page.

    Raises
    ------
    OutputError
        If a page names no image, or two images of different content have one name.
    """
    groups: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        name = leaf.image_name
        if not name:
            raise OutputError(f"{leaf.path}: names no image; add imageFilename to its Page element.")
        others = groups.setdefault(name, [])
        known = {other.head.sha256 for other in others} - {""}
        if leaf.head.sha256 and known - {leaf.head.sha256}:
            raise OutputError(
                f"{leaf.path}: its image {name!r} is another one than that of {others[0].path}; rename one."
            )
        others.append(leaf)
    return groups


def named_after_images(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    """The pages joined image by image (the two halves of an opening), each named after its image.

    Raises
    ------
    OutputError
        As `by_image`; or if two images differ in their suffix alone, or two pages of one image show the same
        place.
    """
    stems: dict[str, str] = {}
    for name, group in by_image(leaves).items():
        _refuse_overlap(group)
        stem = name.rpartition(".")[0] or name
        if stems.setdefault(stem.lower(), name) != name:
            raise OutputError(
                f"{group[0].path}: its image {name!r} and {stems[stem.lower()]!r} would share one PAGE-XML "
                "file; rename one of them."
            )
        yield _under_name(group, stem, name)


def _under_name(group: Sequence[Leaf], stem: str, name: str) -> Leaf:
    """The pages of an image as one page, which is still loaded only when it is asked for."""

    def load() -> Reading:
        return replace(_joined([leaf.reading for leaf in group]), image=name)

    if len(group) == 1:
        return replace(group[0], stem=stem, head=replace(group[0].head, image=name), load=load)
    joined = group[0].with_reading(load())
    return replace(joined, stem=stem, load=load, stored=False)


def _refuse_overlap(group: Sequence[Leaf]) -> None:
    """Refuse two readings of the same place: joined, they would give every number twice."""
    for a, b in combinations(group, 2):
        boxes = product(_places(a.reading), _places(b.reading))
        if any(box.intersection(other) > 0.5 * min(box.area, other.area) for box, other in boxes):
            raise OutputError(
                f"{a.path} and {b.path}: are readings of the same place of one image ({a.image_name!r}), "
                "which can hold only one; keep one of them."
            )


def _places(reading: Reading) -> list[Box]:
    return [*(table.box for table in reading.tables), *(number.box for number in reading.loose)]


def _joined(readings: list[Reading]) -> Reading:
    """One reading of what several readings found on the same image."""
    first = readings[0]
    if len(readings) == 1:
        return first
    skews = {reading.skew for reading in readings}
    return replace(
        first,
        tables=tuple(table for reading in readings for table in reading.tables),
        loose=tuple(number for reading in readings for number in reading.loose),
        skew=first.skew if len(skews) == 1 else 0.0,
        source="human" if any(reading.source == "human" for reading in readings) else first.source,
    ).with_ids()
