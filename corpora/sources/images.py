"""Single images as pages, and the images of a folder by name."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from zij.corpora.sources.found import Found, reason_of
from zij.corpora.store.records import Missed, NewPage
from zij.errors import ImageError
from zij.files import sha256
from zij.tables.scan.header import Header, read_header
from zij.tables.scan.kinds import SUFFIXES

__all__ = ["FOREIGN", "FRESH", "Shelf", "file_key", "image_page", "is_image_name", "stamp_of"]

FRESH = 2
"""Seconds for which a file may change without another time standing beside it."""

FOREIGN = frozenset({".jpf", ".jpm", ".jxl", ".gif", ".bmp", ".heic", ".heif", ".avif", ".djvu", ".djv"})
"""Images that zij does not read; they are told, not passed over."""


def is_image_name(name: str) -> bool:
    """Whether a file is taken for an image, by its suffix."""
    return Path(name).suffix.lower() in SUFFIXES


def file_key(path: Path) -> str:
    """What makes the page of a local image the same when it is added again."""
    return f"file:{path.resolve().as_posix()}"


def image_page(
    path: Path, source: str, shelf: Shelf, *, name: str, book: str, sequence: int, rights: str = ""
) -> Iterator[Found]:
    """The page of one image file; or why it could not be had.

    Parameters
    ----------
    path : Path
    source : str
        What it is called in the corpus.
    shelf : Shelf
        Where images are found.
    name : str
        Of the page.
    book : str
    sequence : int
        Its place in the book.
    rights : str

    Yields
    ------
    Found
    """
    try:
        header = shelf.header(path)
        digest = shelf.digest(path)
    except (ImageError, OSError) as error:
        yield Missed(source, str(path), reason_of(error, path))
        return
    yield NewPage(
        key=file_key(path), name=name, book=book, sequence=sequence, file=path, sha256=digest,
        width=header.width, height=header.height, rights=rights, stamp=shelf.stamp(path),
    )  # fmt: skip


def stamp_of(path: Path) -> str:
    """What tells that a file is the same without reading it: size, times and number on its disk.

    The second time is that at which the file's entry was last changed, which no program can set back. A file
    of this moment has no stamp: it may change again before the clock of its disk moves on.

    Raises
    ------
    OSError
        If the file is not there.
    """
    found = path.stat()
    times = found.st_mtime_ns, found.st_ctime_ns
    if max(times) > time.time_ns() - FRESH * 1_000_000_000:
        return ""
    return ":".join(map(str, (found.st_size, *times, found.st_ino)))


class Shelf:
    """The images of some folders, so that each is looked at once, however many files name them.

    Parameters
    ----------
    seen : callable
        Gives the SHA-256 of a file that is known with a stamp, or "".
    """

    def __init__(self, seen: Callable[[Path, str], str]) -> None:
        self._seen = seen
        self._stamps: dict[Path, str] = {}
        self._names: dict[Path, dict[str, Path]] = {}
        self._digests: dict[Path, str] = {}
        self._headers: dict[Path, Header] = {}

    def images(self, folder: Path) -> dict[str, Path]:
        """The image files that really lie in a folder, by name."""
        found = self._names.get(folder)
        if found is None:
            found = {}
            try:
                home = folder.resolve()
                for path in sorted(folder.iterdir()):
                    if is_image_name(path.name) and path.is_file():
                        if path.is_symlink() and not path.resolve().is_relative_to(home):
                            continue
                        found[path.name] = path
            except OSError:
                found = {}
            self._names[folder] = found
        return found

    def digest(self, path: Path) -> str:
        """SHA-256 of a file; one that was added before and has not changed since is not read again.

        Raises
        ------
        OSError
            If it cannot be read.
        """
        if path not in self._digests:
            stamp = stamp_of(path)  # before it is read, so that what changes meanwhile is noticed later
            self._digests[path] = (self._seen(path, stamp) if stamp else "") or sha256(path)
            self._stamps[path] = stamp
        return self._digests[path]

    def stamp(self, path: Path) -> str:
        """The stamp of a file whose hash was asked for; "" for others."""
        return self._stamps.get(path, "")

    def header(self, path: Path) -> Header:
        """Header of an image.

        Raises
        ------
        ImageError
            If it is none, or too large.
        """
        if path not in self._headers:
            self._headers[path] = read_header(path)
        return self._headers[path]

    def holds_several(self, path: Path) -> bool:
        """Whether a file that was looked at is a TIFF with several images."""
        return path in self._headers and self._headers[path].pages > 1

    def _is(self, path: Path, digest: str) -> bool:
        try:
            return self.digest(path) == digest
        except OSError:
            return False

    def _fits(self, path: Path, size: tuple[int, int]) -> bool:
        try:
            header = self.header(path)
        except ImageError:
            return False
        return not all(size) or (header.width, header.height) == size

    def find(
        self, name: str, digest: str, size: tuple[int, int], folders: list[Path]
    ) -> tuple[Path | None, str]:
        """The image with the recorded hash, else the one with the recorded name and size.

        Only the last part of the name counts, so that no file can point outside the folders; the rules are
        those of `zij.tables.pagexml.find_image`.

        Parameters
        ----------
        name, digest : str
            As recorded; each may be "".
        size : (int, int)
            Width and height as recorded; 0 where not known.
        folders : list of Path
            Where to look, in this order.

        Returns
        -------
        (Path or None, str)
            The image, or why there is none.
        """
        base = re.split(r"[\\/]", name.rstrip("\\/"))[-1]
        named = [path for folder in folders if (path := self.images(folder).get(base)) is not None]
        if digest:
            others = [path for folder in folders for path in self.images(folder).values()]
            for path in (*named, *others):
                if self.digest(path) == digest:
                    return path, ""
        for path in named:
            if self._fits(path, size):
                return path, ""
        if named:
            return None, "the image beside it is damaged or has another size than the file was made for"
        return None, "its image is not beside it"
