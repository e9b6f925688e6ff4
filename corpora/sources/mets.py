"""The order of pages and the names of their files, as a METS file tells them.

METS 1.12, https://www.loc.gov/standards/mets/; forms of Transkribus, eScriptorium and OCR-D.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from zij.errors import InputError

__all__ = ["MetsFile", "file_of", "read_mets", "read_mets_file"]

_LIMIT = 64 * 2**20
_MOST = 200_000  # files that a list may name
_HREF = "{http://www.w3.org/1999/xlink}href"

MetsFile = str
"""The name of a file as METS has it: relative to the METS file, or an address."""


def read_mets(data: bytes, name: str = "mets.xml") -> list[MetsFile]:
    """The files that a METS file names, in the order of its pages.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        What to call it in an error.

    Returns
    -------
    list of str
        First those of the physical structure, page by page, then all others. Nothing is opened.

    Raises
    ------
    InputError
        If it is no METS, too large, or not safe to read.
    """
    root = _parsed(data, name)
    names: dict[str, str] = {}
    for file in root.iter("{*}file"):
        place = next(file.iterchildren("{*}FLocat"), None)
        href = place.get(_HREF) or place.get("href") if place is not None else None
        if href and len(names) < _MOST:
            names.setdefault(file.get("ID") or f"\0{len(names)}", href.strip())
    ordered: dict[str, None] = {}
    for identifier in _pointers(root):
        if identifier in names:
            ordered.setdefault(names[identifier])
    for href in names.values():
        ordered.setdefault(href)
    return list(ordered)


def _pointers(root: etree._Element) -> Iterator[str]:
    """Identifiers of files in the order of the structure; ORDER is heeded among neighbours."""
    maps = list(root.iter("{*}structMap"))
    maps.sort(key=lambda node: (node.get("TYPE") or "").lower() != "physical")
    for found in maps:
        stack = [found]
        while stack:
            node = stack.pop()
            if identifier := node.get("FILEID"):
                yield identifier
            parts = [part for part in node.iterchildren() if isinstance(part.tag, str)]
            stack += sorted(parts, key=_place)[::-1]


def _place(node: etree._Element) -> int:
    order = node.get("ORDER") or ""
    return int(order) if order.isascii() and order.isdecimal() and len(order) < 10 else 0


def _parsed(data: bytes, name: str) -> etree._Element:
    if len(data) > _LIMIT:
        raise InputError(f"{name}: more than {_LIMIT >> 20} MB; this is no list of pages.")
    if any("<!DOCTYPE".encode(code) in data for code in ("ascii", "utf-16-le", "utf-16-be")):
        raise InputError(f"{name}: has a document type (DOCTYPE), which can hide entities; remove that line.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")[:200]
        raise InputError(f"{name}: not readable as XML: {reason}; export the file again.") from error
    tag = root.tag if isinstance(root.tag, str) else ""
    if tag.rpartition("}")[2] != "mets" or root.getroottree().docinfo.internalDTD is not None:
        raise InputError(f"{name}: not METS (it starts with {tag.rpartition('}')[2][:40]!r}); leave it out.")
    return root


def file_of(href: MetsFile) -> list[str]:
    """The names under which a file may lie beside METS: as it stands, and with its % signs undone."""
    plain = href.removeprefix("./")
    return list(dict.fromkeys((plain, unquote(plain))))


def read_mets_file(path: Path) -> list[MetsFile]:
    """As `read_mets`, from a file.

    Raises
    ------
    InputError
        As `read_mets`, or if it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return read_mets(stream.read(_LIMIT + 1), str(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); check the file.") from error
