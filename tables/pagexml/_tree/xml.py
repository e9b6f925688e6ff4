"""Reading XML that may be hostile, and what PAGE-XML's versions have in common."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from zij.errors import PageXMLError

__all__ = [
    "LIMIT",
    "SCHEMA_INSTANCE",
    "Tolerance",
    "children",
    "custom_parts",
    "decimal",
    "local",
    "namespace",
    "parse",
    "whole",
]

LIMIT = 64 * 2**20
_MARKS = 2 * 10**6  # an element has two; each takes some hundred bytes of memory once it is parsed
_SIGNS = 2 * 10**6  # the largest newspaper page has a tenth of it
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

_DOCTYPE = tuple("<!DOCTYPE".encode(e) for e in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"))
_DOCTYPE_ERROR = "{}: has a document type (DOCTYPE), which can hide entities; remove that declaration."
_WHOLE = re.compile(r"\s*[-+]?[0-9]{1,10}\s*")
_PART = re.compile(r"(?<![^\s{}])([^\s{}]++)\s*+\{([^{}]*+)\}")  # in linear time, whatever the text


def namespace(date: str) -> str:
    """The namespace of a version of PAGE's page content, such as "2019-07-15"."""
    return f"http://schema.primaresearch.org/PAGE/gts/pagecontent/{date}"


def parse(data: bytes, name: str, *, whole_tree: bool = False) -> etree._Element:
    """Parse a PAGE-XML file without entities, network or document types.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        What to call it in an error.
    whole_tree : bool
        Keep comments and processing instructions, too.

    Returns
    -------
    Element
        The root, a PcGts of any version.

    Raises
    ------
    PageXMLError
        If the file is too large or holds too much, is no XML, has a document type, or is no PAGE-XML.
    """
    if len(data) > LIMIT:
        raise PageXMLError(f"{name}: more than {LIMIT // 2**20} MB; split the file or leave it out.")
    if data.count(b"<") > _MARKS:
        raise PageXMLError(f"{name}: more than a million elements, too many for a page; split the file.")
    if any(mark in data for mark in _DOCTYPE):
        raise PageXMLError(
            f"{name}: has a document type (DOCTYPE), which can hide entities; remove that line."
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=not whole_tree,
        remove_pis=not whole_tree,
        strip_cdata=not whole_tree,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")[:200]  # it quotes names, which may be endless
        reason = reason.partition(" (<string>,")[0]  # it tells the line twice
        raise PageXMLError(f"{name}: not readable as XML: {reason}; export the file again.") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise PageXMLError(
            f"{name}: has a document type (DOCTYPE), which can hide entities; remove that line."
        )
    if local(root) != "PcGts":
        found = local(root)[:40]
        raise PageXMLError(f"{name}: not PAGE-XML (it starts with {found!r}); export the page as PAGE.")
    if sum(len(node.text or "") for node in root.iter("{*}Unicode", "{*}PlainText")) > _SIGNS:
        raise PageXMLError(f"{name}: holds more than {_SIGNS:,} characters of text; split the file.")
    return root


def local(node: etree._Element) -> str:
    """An element's name without its namespace; "" for what is no element."""
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(node: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The children of these names, in any namespace."""
    return node.iterchildren(*_wildcards(names))


@lru_cache(256)
def _wildcards(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{{*}}{name}" for name in names)


def custom_parts(node: etree._Element) -> dict[str, dict[str, str]]:
    """The custom attribute `name {key:value; ...} ...` as a dictionary of dictionaries."""
    parts = {}
    for name, body in _PART.findall(node.get("custom") or ""):
        pairs = (pair.partition(":") for pair in body.split(";"))
        parts[name] = {key.strip(): value.strip() for key, colon, value in pairs if colon}
    return parts


def whole(text: str | None) -> int | None:
    """A whole number of at most ten digits, None for anything else."""
    return int(text) if text and _WHOLE.fullmatch(text) else None


def decimal(text: str | None) -> float | None:
    """A finite number, None for anything else."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


class Tolerance:
    """Collects what a reader passed over, each kind once with its count."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def note(self, sentence: str, count: int = 1) -> None:
        """Count a deviation (`count` times, maybe 0)."""
        if count:
            self._counts[sentence] += count

    def sentences(self) -> tuple[str, ...]:
        """The kinds of deviation in order of appearance, with their counts."""
        return tuple(f"{text} ({n})" if n > 1 else text for text, n in self._counts.items())
