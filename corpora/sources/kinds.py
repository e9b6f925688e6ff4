"""What the files of a folder are, and which images belong to files with readings."""

from __future__ import annotations

import re
from pathlib import Path

from zij.corpora.sources.images import FOREIGN
from zij.corpora.sources.readings import TextKind
from zij.tables.scan.kinds import SUFFIXES, kind_of_image

__all__ = ["TEXTS", "WHY", "base_name", "claims", "kind_of", "named_image"]

_HEAD = 65536  # bytes in which a file must say what it is
_IMAGE_NAME = re.compile(rb'imageFilename\s*=\s*(?:"([^"]{1,4096})"|\'([^\']{1,4096})\')')
_XML: tuple[tuple[bytes, str], ...] = (
    (b"PcGts", "pagexml"),
    (b":mets", "mets"),
    (b"<mets", "mets"),
    (b"<alto", "alto"),
)
_JSON: tuple[tuple[bytes, str], ...] = (
    (b'"zij-reading"', "json"),
    (b"/presentation/", "manifest"),
    (b"shared-canvas.org", "manifest"),
)


def kind_of(path: Path) -> str:
    """What a file is: image, foreign, pagexml, mets, alto, json, manifest, pdf, zip, or "" for no page."""
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return "image"
    if suffix in FOREIGN:
        return "foreign"
    if suffix in (".pdf", ".zip"):
        return suffix[1:]
    if suffix not in (".xml", ".json", ".jsonld", ""):
        return ""
    head = _head(path)
    if suffix == "":
        return "image" if kind_of_image(head) else ""
    plain = head.replace(b"\0", b"")  # UTF-16, too
    marks = _XML if suffix == ".xml" else _JSON
    return next((kind for mark, kind in marks if mark in plain[:8192]), "")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD)
    except OSError:
        return b""


TEXTS: dict[str, TextKind] = {"pagexml": "pagexml", "json": "json"}
"""Kinds of files with readings."""

WHY = {
    "foreign": "is an image of a kind that zij does not read; convert it to JPEG, PNG or TIFF",
    "alto": "is ALTO, which zij does not read; export the page as PAGE-XML",
    "manifest": "is a IIIF manifest; name it by itself to add its pages",
    "zip": "is an archive; name it by itself to add its pages",
    "pdf": "is a PDF; name it by itself to add its pages",
    "truth": "is the truth of a generated page, which nobody read there; name it by itself to add it",
    "": "is no page and was passed over",
}
"""Why a file of a kind brings no page of its own from a folder."""


def claims(path: Path) -> list[str]:
    """Names of images, or their stems in small letters, that belong to a file with a reading."""
    name = named_image(path)
    return [base_name(name), path.stem.casefold()] if name else [path.stem.casefold()]


def named_image(path: Path) -> str:
    """The image that a file of PAGE-XML names; "" for other files."""
    match = _IMAGE_NAME.search(_head(path)) if path.suffix.lower() == ".xml" else None
    return (match[1] or match[2]).decode("utf-8", "replace") if match else ""


def base_name(name: str) -> str:
    """The last part of a name, whichever way its folders are parted."""
    return re.split(r"[\\/]", name)[-1]
