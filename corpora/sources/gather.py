"""Any argument of `zij corpus add` as a source of pages, told by what it is."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from zij.corpora.sources.archive import zip_pages
from zij.corpora.sources.fetch import Fetcher
from zij.corpora.sources.folders import Folder, folder_pages
from zij.corpora.sources.found import Gathering, Wishes, reason_of
from zij.corpora.sources.iiif import manifest_file_pages, manifest_pages
from zij.corpora.sources.kinds import TEXTS, WHY, kind_of
from zij.corpora.sources.lists import listed_arguments
from zij.corpora.sources.names import is_text
from zij.corpora.sources.pdf import pdf_pages
from zij.corpora.sources.walk import Listing
from zij.corpora.store.records import Missed, NewPage
from zij.errors import InputError, UsageError

__all__ = ["check_source", "gather", "is_address"]

_LISTS = frozenset({".txt", ".csv", ".tsv"})


def is_address(source: str) -> bool:
    """Whether a source is an address of the web.

    Raises
    ------
    UsageError
        If it is an address of another kind.
    """
    if re.match(r"https?://", source, re.IGNORECASE):
        return True
    if re.match(r"[a-z][a-z0-9+.-]*://", source, re.IGNORECASE):
        raise UsageError(f"{source}: only http and https addresses are fetched; name a file by its path.")
    return False


def check_source(source: str) -> None:
    """Make sure, before anything is made, that a source can be one.

    Raises
    ------
    ZijError
        If it is not there, or nothing that pages come from.
    """
    if is_address(source):
        return
    if not is_text(os.path.abspath(source)):
        shown = os.fsencode(source).decode("utf-8", "backslashreplace")
        raise InputError(f"{shown}: has a name that is not in UTF-8; rename it.")
    path = Path(source)
    try:
        there = path.exists()
    except (OSError, ValueError):
        there = False
    if not there:
        raise InputError(f"{source}: there is no such file or folder; check the path.")
    if path.is_dir() or path.suffix.lower() in _LISTS | {".json", ".jsonld"}:
        return
    kind = kind_of(path) if path.is_file() else ""
    if kind in ("foreign", "alto"):
        raise InputError(f"{source}: {WHY[kind]}.")
    if not kind:
        raise InputError(
            f"{source}: is nothing that pages come from; name folders, images (JPEG, PNG, TIFF, "
            "WebP, JPEG 2000), PDF, "
            "PAGE-XML, IIIF manifests, readings as JSON, zip archives, or lists of such files."
        )


def gather(source: str, wishes: Wishes, fetcher: Fetcher, *, within: str = "", depth: int = 0) -> Gathering:
    """The pages of a source.

    Parameters
    ----------
    source : str
        A folder, an image, a PDF, PAGE-XML, METS, a reading as JSON, a IIIF manifest (file or address), a zip
        archive, or a list of such (.txt, .csv).
    wishes : Wishes
    fetcher : Fetcher
    within : str
        The list that names it, under which what could not be had is noted.
    depth : int
        How many lists it was named in; a list in a list is not opened.

    Yields
    ------
    NewPage, Missed, Told or Book
    """
    name = within or source
    if is_address(source):
        yield from manifest_pages(source, wishes, fetcher)
        return
    path = Path(source)
    if path.is_dir():
        yield from folder_pages(path, name, wishes, others=lambda file: pdf_pages(file, name, wishes))
    elif path.suffix.lower() in _LISTS:
        yield from _listed(path, name, wishes, fetcher, depth)
    elif not path.is_file():
        yield Missed(name, source, "is not there")
    else:
        yield from _one_file(path, name, wishes, fetcher)


def _one_file(path: Path, name: str, wishes: Wishes, fetcher: Fetcher) -> Gathering:
    kind = kind_of(path)
    single = Folder(path.parent, name, wishes, {path.parent: Listing(path.parent, ())})
    if kind == "image":
        yield from single.image(path)
    elif kind in TEXTS:
        yield from single.text(path, TEXTS[kind])
    elif kind == "mets":
        yield from folder_pages(path.parent, name, wishes, others=lambda file: pdf_pages(file, name, wishes))
    elif kind == "pdf":
        yield from pdf_pages(path, name, wishes)
    elif kind == "zip":
        yield from zip_pages(path, name, wishes)
    elif path.suffix.lower() in (".json", ".jsonld"):
        yield from manifest_file_pages(path, name, wishes, fetcher)
    else:
        yield Missed(name, str(path), "is nothing that pages come from")


def _listed(path: Path, name: str, wishes: Wishes, fetcher: Fetcher, depth: int) -> Gathering:
    if depth:
        yield Missed(name, str(path), "is a list in a list, which is not opened; name it by itself")
        return
    try:
        entries = list(listed_arguments(path))
    except InputError as error:
        yield Missed(name, str(path), reason_of(error, path))
        return
    if not entries:
        yield Missed(name, str(path), "names nothing")
    sequence = 0
    for done, (line, entry) in enumerate(entries):
        wishes.progress(f"{path.name}, line {line}", done, len(entries))
        try:
            found = gather(entry, wishes, fetcher, within=name, depth=depth + 1)
            single = not is_address(entry) and not Path(entry).is_dir()
            for item in found:
                if (
                    single
                    and isinstance(item, NewPage)
                    and item.key.startswith(("file:", "tiff:", "reading:"))
                ):
                    sequence += 1
                    item = replace(item, book=path.stem, sequence=sequence)
                yield item
        except UsageError as error:
            yield Missed(name, entry, reason_of(error, entry))
