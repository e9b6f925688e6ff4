"""IIIF manifests and collections as sources: from the web or from a file, their images fetched or found."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from zij.corpora.sources.address import LOCAL, PUBLIC, Reach, inside_of
from zij.corpora.sources.bookfacts import book_facts
from zij.corpora.sources.fetch import Fetcher
from zij.corpora.sources.found import Gathering, Told, Wishes, reason_of
from zij.corpora.sources.imageapi import image_addresses
from zij.corpora.sources.manifest import Canvas, Collection, Manifest, read_manifest
from zij.corpora.sources.names import inside, safe_name
from zij.corpora.sources.patience import NotHad
from zij.corpora.store.records import Book, Missed, NewPage
from zij.errors import ImageError, InputError
from zij.files import sha256
from zij.tables.scan.header import read_header
from zij.tables.scan.image import read_image

__all__ = ["manifest_file_pages", "manifest_pages"]

DEEPEST = 5  # collections within collections
MOST = 5_000  # manifests of one source
_LONGEST = 64 * 2**20
_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "TIFF": ".tif", "WebP": ".webp", "JPEG 2000": ".jp2"}


def manifest_pages(url: str, wishes: Wishes, fetcher: Fetcher) -> Gathering:
    """The pages of a manifest or collection on the web.

    What it names may only lie on the web, and no further inside a private network than the manifest itself.

    Parameters
    ----------
    url : str
        Its address.
    wishes : Wishes
    fetcher : Fetcher

    Returns
    -------
    Gathering
    """
    if wishes.offline:
        yield Missed(url, url, "not fetched, as --offline was given")
        return
    allowed = max(inside_of(url, fetcher.names), LOCAL if wishes.private else PUBLIC)
    yield from _Visit(url, wishes, fetcher, allowed).document(url)


def manifest_file_pages(path: Path, source: str, wishes: Wishes, fetcher: Fetcher) -> Gathering:
    """The pages of a manifest or collection in a file; images that it names by paths lie beside it.

    Parameters
    ----------
    path : Path
        The file.
    source : str
        What it is called in the corpus.
    wishes : Wishes
    fetcher : Fetcher

    Returns
    -------
    Gathering

    Raises
    ------
    InputError
        If the file cannot be read or is no manifest.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_LONGEST + 1)
        if len(data) > _LONGEST:
            raise InputError(f"{path}: more than {_LONGEST >> 20} MB; this is no manifest.")
        parsed = json.loads(data)
    except (ValueError, RecursionError, OSError, InputError) as error:
        yield Missed(source, str(path), f"not readable as a manifest: {reason_of(error, path)}"[:300])
        return
    allowed = LOCAL if wishes.private else PUBLIC
    yield from _Visit(source, wishes, fetcher, allowed, path.parent).parsed(parsed, str(path), 0)


@dataclass(slots=True)
class _Visit:
    """One source on the way to its pages; `folder` is that of a manifest in a file."""

    source: str
    wishes: Wishes
    fetcher: Fetcher
    allowed: Reach
    folder: Path | None = None
    seen: set[str] | None = None

    def document(self, url: str, depth: int = 0) -> Gathering:
        """A manifest or collection, fetched."""
        try:
            data = self.fetcher.json(url, self.allowed)
        except InputError as error:
            yield Missed(self.source, url, reason_of(error, url))
            return
        yield from self.parsed(data, url, depth)

    def parsed(self, data: Any, base: str, depth: int) -> Gathering:
        """A manifest or collection that is at hand."""
        try:
            found = read_manifest(data, base)
        except (InputError, RecursionError) as error:
            yield Missed(self.source, base, reason_of(error, base))
            return
        if isinstance(found, Collection):
            yield from self.members(found, base, depth)
        else:
            yield from self.canvases(found, base)

    def members(self, found: Collection, base: str, depth: int) -> Gathering:
        """All manifests of a collection; each once, however often it is named."""
        self.seen = self.seen if self.seen is not None else {base}
        if depth >= DEEPEST:
            yield Missed(self.source, base, f"lies more than {DEEPEST} collections deep; name it by itself")
            return
        for address, label, entry in found.members:
            place = self.place(address, base)
            name = place or label or "a member without an address"
            if name in self.seen:
                continue
            if len(self.seen) > MOST:
                yield Missed(self.source, name, f"is beyond the first {MOST:,} manifests; name it by itself")
                return
            self.seen.add(name)
            yield from self.member(entry, place, name, depth)
        following = self.place(found.next, base) if found.next else ""
        if following and following not in self.seen and len(self.seen) <= MOST:
            self.seen.add(following)
            yield from self.document(following, depth)  # a further leaf of the same list, no level deeper

    def member(self, entry: Mapping[str, Any], place: str, name: str, depth: int) -> Gathering:
        """One member: as it stands in the collection, beside it, or fetched."""
        if any(entry.get(part) for part in ("items", "sequences", "members", "manifests", "collections")):
            yield from self.parsed(entry, name, depth + 1)
        elif self.folder is not None and (file := inside(place, self.folder, self.folder)) is not None:
            try:
                data = json.loads(file.read_bytes()[:_LONGEST])
            except (ValueError, RecursionError, OSError) as error:
                yield Missed(self.source, str(file), f"not readable as a manifest: {reason_of(error)}"[:300])
            else:
                yield from self.parsed(data, str(file), depth + 1)
        elif self.wishes.offline:
            yield Missed(self.source, name, "not fetched, as --offline was given")
        else:
            yield from self.document(place, depth + 1)

    def place(self, address: str, base: str) -> str:
        """An address as the manifest means it; of a manifest on the web, relative to it."""
        if self.folder is None and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", address) and address:
            try:
                return urljoin(base, address)
            except ValueError:
                return address
        return address

    def canvases(self, manifest: Manifest, base: str) -> Gathering:
        """The pages of a manifest."""
        identity = manifest.id or base
        label = manifest.label or safe_name(base.rstrip("/").rpartition("/")[2].removesuffix(".json"))
        book = self.wishes.book_for(label, identity)
        yield Book(book, book_facts(label, manifest.facts, manifest.date, manifest.rights, identity))
        if manifest.left_out:
            more = f"has {manifest.left_out:,} more canvases than are read; split it"
            yield Missed(self.source, base, more)
        folder = self.wishes.images / f"{safe_name(label, 40)}-{_short(identity)}"
        total = len(manifest.canvases)
        for number, canvas in enumerate(manifest.canvases, 1):
            self.wishes.progress(f"fetching {label[:40]}, page {number}", number - 1, total)
            key = f"iiif:{canvas.id}" if canvas.id else f"iiif:{identity}#{number}"
            yield from self.page(canvas, key, number, book, folder, base)

    def page(self, canvas: Canvas, key: str, number: int, book: str, folder: Path, base: str) -> Gathering:
        """One page: known already, beside the manifest, or fetched."""
        known = self.wishes.known(key)
        if known is not None and known.file is not None:
            yield known.again()
            return
        item = canvas.id or f"{base}, canvas {number}"
        try:
            if canvas.trouble:
                raise NotHad(canvas.trouble)
            file = self.image(canvas, folder / f"{number:04d}-{_short(key)}", base)
            header, digest = read_header(file), sha256(file)
        except (InputError, OSError) as error:
            yield Missed(self.source, item, reason_of(error))
            return
        if canvas.remark:
            yield Told(item, canvas.remark)
        wanted = min(self.wishes.size, max(canvas.width, canvas.height))
        if max(header.width, header.height) < wanted / 2:
            yield Told(item, "came less than half as large as was asked for")
        yield NewPage(
            key=key, name=_name(canvas, number, book), book=book, sequence=number, label=canvas.label[:200],
            file=file, sha256=digest, width=header.width, height=header.height, canvas=canvas.id,
            service=canvas.service.id if canvas.service is not None else "",
            rights=canvas.rights or self.wishes.rights,
        )  # fmt: skip

    def image(self, canvas: Canvas, stem: Path, base: str) -> Path:
        """The file of a canvas's image.

        Raises
        ------
        InputError
            If it cannot be had.
        """
        if self.folder is not None and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", canvas.image):
            file = inside(canvas.image, self.folder, self.folder)
            if file is not None:
                return file
            if canvas.service is None:
                raise NotHad(f"its image {canvas.image[:200]!r} is not beside the manifest; put it there.")
        if (there := _fetched(stem)) is not None:
            return there
        if self.wishes.offline:
            raise NotHad("not fetched, as --offline was given.")
        canvas = replace(canvas, image=self.place(canvas.image, base))
        self._fetch(canvas, stem)
        kind = read_header(stem).kind
        return stem.replace(stem.with_name(stem.name + _SUFFIXES[kind]))

    def _fetch(self, canvas: Canvas, stem: Path) -> None:
        """The image from the first of its addresses that gives it."""
        first: InputError | None = None
        for address in image_addresses(canvas, self.wishes.size, lambda: self._information(canvas)):
            try:
                self.fetcher.file(address, stem, _check, self.allowed)
                return
            except InputError as error:
                first = first or error
                if isinstance(error, NotHad) and (error.again or error.host):
                    break  # the server is not well; other addresses will not help
        raise first or NotHad("has no image with an address.")

    def _information(self, canvas: Canvas) -> Any:
        assert canvas.service is not None
        try:
            return self.fetcher.json(f"{canvas.service.id}/info.json", self.allowed)
        except InputError:
            return None


def _check(path: Path) -> None:
    """Decode an image as a whole, so that one that came cut off is noticed."""
    read_image(path)


def _fetched(stem: Path) -> Path | None:
    """An image that was fetched, but not yet noted when zij was stopped."""
    for suffix in _SUFFIXES.values():
        path = stem.with_name(stem.name + suffix)
        if path.is_file():
            try:
                _check(path)
            except ImageError:
                return None
            return path
    return None


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _name(canvas: Canvas, number: int, book: str) -> str:
    """A page's name: its book and its number, and its label where that says more."""
    label = canvas.label.strip()
    plain = safe_name(label, 40) if label else ""
    said = "" if not label or plain in ("x", str(number), f"p{number}", f"{number:04d}") else f"_{plain}"
    return f"{safe_name(book, 60)}_p{number:04d}{said}"
