"""Changing a PAGE-XML tree where it stands: elements in the order that the schema asks for, layout kept."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from zij.tables.pagexml._tree.xml import children, local, parse

__all__ = [
    "drop",
    "drop_references",
    "insert",
    "is_plain_layout",
    "make",
    "put_custom",
    "serialised",
    "space_of",
]

_REGION = ("AlternativeImage", "Coords", "UserDefined", "Labels", "Roles", "*Region", "TextLine", "TextEquiv")
_ORDER = {
    "Metadata": ("Creator", "Created", "LastChange", "Comments", "TranskribusMetadata", "UserDefined"),
    "Page": ("AlternativeImage", "Border", "PrintSpace", "ReadingOrder", "Layers", "Relations", "TextStyle",
             "UserDefined", "Labels", "*Region"),
    "TextLine": ("AlternativeImage", "Coords", "Baseline", "Word", "TextEquiv", "TextStyle", "UserDefined",
                 "Labels"),
    "Word": ("AlternativeImage", "Coords", "Glyph", "TextEquiv", "TextStyle", "UserDefined", "Labels"),
    "Glyph": ("AlternativeImage", "Coords", "Graphemes", "TextEquiv", "TextStyle", "UserDefined", "Labels"),
}  # fmt: skip
_REGION_ENDS = ("TextStyle", "Grid", "CornerPts")
_PART = r"(?:(?<=\s)|^){}\s*\{{[^{{}}]*\}}"


def space_of(root: etree._Element) -> str:
    """The namespace of a file, "" where it has none."""
    return etree.QName(root).namespace or ""


def make(tag: str, like: etree._Element, text: str | None = None, **attributes: str) -> etree._Element:
    """A new element of the namespace in which another stands."""
    space = space_of(like)
    prefixes: Any = like.nsmap
    node = etree.Element(f"{{{space}}}{tag}" if space else tag, attributes, nsmap=prefixes)
    node.text = text
    return node


def insert(parent: etree._Element, child: etree._Element) -> etree._Element:
    """Put a child where the schema wants it, behind others of its kind, indented as they are."""
    order = _order(parent)
    rank = _rank(child, order)
    place = 0
    for index, other in enumerate(parent):
        if local(other) and _rank(other, order) <= rank:
            place = index + 1
    if place:
        before = parent[place - 1]
        child.tail = before.tail
        if place == len(parent):  # its tail led to the parent's end; now that is the new one's
            before.tail = parent.text if len(parent) > 1 or parent.text else before.tail
    else:
        child.tail = parent.text if len(parent) else None
    parent.insert(place, child)
    return child


def _order(parent: etree._Element) -> tuple[str, ...]:
    return _ORDER.get(local(parent), _REGION + _REGION_ENDS)


def _rank(node: etree._Element, order: tuple[str, ...]) -> int:
    name = local(node)
    if name not in order and (name.endswith("Region") or name == "TableCell"):
        name = "*Region"
    return order.index(name) if name in order else len(order)


def drop(node: etree._Element) -> None:
    """Take an element out, with what refers to it; the white space after it goes, other text stays."""
    root = node.getroottree().getroot()
    names = {inner.get("id") for inner in node.iter() if local(inner)} - {None}
    parent, before = node.getparent(), node.getprevious()
    if parent is None:
        return
    tail = node.tail or ""
    if tail.strip():
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
    elif node.getnext() is None and before is not None:
        before.tail = tail
    parent.remove(node)
    drop_references(root, {str(name) for name in names})


def drop_references(root: etree._Element, names: set[str]) -> None:
    """Take out the references to elements that are no more, and the groups that get empty by it."""
    for node in [n for n in root.iter() if local(n) and n.get("regionRef") in names]:
        gone: etree._Element | None = node
        if local(node) in ("SourceRegionRef", "TargetRegionRef", "RegionRef"):
            gone = node.getparent()
        elif len(node):  # a group that stands for a region goes on to hold its members
            del node.attrib["regionRef"]
            continue
        while gone is not None and gone.getparent() is not None and local(gone) not in ("Page", "PcGts"):
            parent = gone.getparent()
            if parent is not None:
                parent.remove(gone)
            gone = None if parent is None or any(local(other) for other in parent) else parent


def put_custom(node: etree._Element, name: str, body: str | None) -> None:
    """Set one part, `name {body}`, of the custom attribute, or take it out (None); all else stays."""
    old = node.get("custom")
    found = re.search(_PART.format(re.escape(name)), old or "")
    if body is None:
        if old is None or found is None:
            return
        start = found.start() - (found.start() > 0)
        new = old[:start] + old[found.end() :]
        if found.start() == 0 and not new.strip():
            del node.attrib["custom"]
        else:
            node.set("custom", new.removeprefix(" ") if found.start() == 0 else new)
        return
    part = f"{name} {{{body}}}"
    if found is not None and old is not None:
        node.set("custom", old[: found.start()] + part + old[found.end() :])
    else:
        node.set("custom", part if old is None else f"{old} {part}")


def is_plain_layout(data: bytes) -> bool:
    """Whether a file is laid out as zij does it, so that it can be laid out so again after a change."""
    copy = parse(data, "the file", whole_tree=True)
    return _printed(copy) == data


def serialised(root: etree._Element, *, plain: bool) -> bytes:
    """A tree as a file; with `plain` in zij's layout, which changes the tree."""
    if plain:
        return _printed(root)
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


def _printed(root: etree._Element) -> bytes:
    for node in root.iter():
        if len(node) and not (node.text or "").strip():
            node.text = None
        if node is not root and not (node.tail or "").strip():
            node.tail = None
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", pretty_print=True)


def first(node: etree._Element, name: str) -> etree._Element | None:
    """The first child of a name."""
    return next(children(node, name), None)
