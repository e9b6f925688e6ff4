"""Checks of the texts of a PAGE-XML file: their indices, confidences, types, and their levels."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain

from lxml import etree

from zij.tables.pagexml._checks.finding import Finding, found, owner
from zij.tables.pagexml._reader.text import hypotheses
from zij.tables.pagexml._reader.walk import Tree
from zij.tables.pagexml._tree.xml import children, decimal, local

__all__ = ["level_checks", "text_checks"]

_WHOLE = re.compile(r"[-+]?[0-9]+")
_DATA_TYPES = {
    "xsd:integer": lambda text: _WHOLE.fullmatch(text) is not None,
    "xsd:decimal": lambda text: decimal(text) is not None,
    "xsd:float": lambda text: decimal(text) is not None,
    "xsd:boolean": lambda text: text in ("true", "false", "0", "1"),
}


def text_checks(tree: Tree) -> Iterator[Finding]:
    """What concerns TextEquiv and confidences."""
    return chain(_indices(tree), _contents(tree), _confidences(tree))


def level_checks(tree: Tree) -> Iterator[Finding]:
    """A word holds the signs of its glyphs, a line its words, a region its lines."""
    for word in tree.named("Word"):
        glyphs = [_signs(glyph) for glyph in children(word, "Glyph")]
        if glyphs and all(glyphs) and _signs(word) not in ("", "".join(glyphs)):
            yield _differs(word, "glyphs")
    for line in tree.named("TextLine"):
        words = [token for word in children(line, "Word") for token in _text(word).split()]
        if _signs(line) and not _holds(_text(line).split(), words):
            yield _differs(line, "words")
    for region in tree.named("TextRegion", "TableCell"):
        lines = [_signs(line) for line in children(region, "TextLine")]
        own = _signs(region)
        if any(local(inner).endswith("Region") for inner in region) or not (own and all(lines) and lines):
            continue
        if sorted(own) != sorted("".join(lines)):  # in whichever order the lines stand in the file
            yield _differs(region, "lines")


def _differs(node: etree._Element, below: str) -> Finding:
    return found("levels", node, f"the text of {owner(node)} is not that of its {below}")


def _holds(line: list[str], words: list[str]) -> bool:
    """Whether the words stand in the line in this order, or make it up; it may hold more than them."""
    rest = iter(line)
    return all(word in rest for word in words) or "".join(words) == "".join(line)


def _text(node: etree._Element) -> str:
    """The likeliest text, composed (NFC)."""
    return unicodedata.normalize("NFC", next((text for text, _ in hypotheses(node)), ""))


def _signs(node: etree._Element) -> str:
    return "".join(_text(node).split())


def _indices(tree: Tree) -> Iterator[Finding]:
    count: dict[etree._Element, list[str | None]] = {}
    for equiv in tree.named("TextEquiv"):
        parent = equiv.getparent()
        if parent is not None:
            count.setdefault(parent, []).append(equiv.get("index"))
    for node, indices in count.items():
        if len(indices) > 1 and (None in indices or len(set(indices)) < len(indices)):
            what = f"the TextEquiv of {owner(node)} do not have indices of their own"
            yield found("text-index", node, what)


def _contents(tree: Tree) -> Iterator[Finding]:
    for equiv in tree.named("TextEquiv"):
        node = next(children(equiv, "Unicode"), None)
        if node is None:
            yield found("text-unicode", equiv, f"a TextEquiv of {owner(equiv)} has no Unicode")
            continue
        kind, text = equiv.get("dataType", ""), (node.text or "").strip()
        if text and kind in _DATA_TYPES and not _DATA_TYPES[kind](text):
            yield found("text-type", equiv, f"a text of {owner(equiv)} is {text[:40]!r}, which is no {kind}")


def _confidences(tree: Tree) -> Iterator[Finding]:
    for node, _ in tree.nodes:
        conf = node.get("conf")
        if conf is not None and ((value := decimal(conf)) is None or not 0 <= value <= 1):
            what = f"the confidence {conf[:40]!r} at {owner(node)} is not from 0 to 1"
            yield found("confidence", node, what)
