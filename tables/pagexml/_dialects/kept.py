"""What one form of PAGE-XML has no place for, kept in the UserDefined of another until the way back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from zij.tables.pagexml._tree.notes import put_attribute
from zij.tables.pagexml._tree.xml import children, local

__all__ = ["at", "attributes", "element_of", "keep", "kept", "pop", "take_out", "text_of"]

_HOLDERS = ("TextLine", "Word", "Glyph", "Page", "Metadata")


def keep(node: etree._Element, page: etree._Element, what: str, value: str) -> None:
    """Note something of an element on the nearest one that can hold a note."""
    steps: list[str] = []
    holder = node
    while not (local(holder) in _HOLDERS or local(holder).endswith("Region")):
        parent = holder.getparent()
        if parent is None or local(parent) == "PcGts":
            return
        same = [child for child in parent if local(child) == local(holder)]
        steps.insert(0, f"{local(holder)}.{same.index(holder)}/")
        holder = parent
    put_attribute(holder, f"zij:kept:{''.join(steps)}{what}", "xsd:string", value)


def kept(node: etree._Element, mark: str) -> Iterator[tuple[str, str]]:
    """Take out what was kept of a kind: "@" attributes, "@points=" points, "<" elements; (what, value)."""
    for name, value in list(attributes(node)):
        bare = name.removeprefix("zij:kept:")
        if bare != name and mark in bare and re.match(r"[\w./]*" + re.escape(mark), bare):
            if mark == "@" and re.match(r"[\w./]*@points=", bare):
                continue
            pop(node, name)
            yield bare, value


def at(node: etree._Element, path: str) -> etree._Element | None:
    """The element at the end of a path below the one that keeps something of it."""
    for step in filter(None, path.split("/")):
        name, _, index = step.rpartition(".")
        same = list(children(node, name))
        if not index.isdecimal() or int(index) >= len(same):
            return None
        node = same[int(index)]
    return node


def attributes(node: etree._Element) -> Iterator[tuple[str, str]]:
    """Names and values of an element's UserAttributes."""
    for group in children(node, "UserDefined"):
        for attribute in children(group, "UserAttribute"):
            yield attribute.get("name", ""), attribute.get("value", "")


def pop(node: etree._Element, name: str) -> str | None:
    """Take a UserAttribute out, and UserDefined with its last one; its value."""
    for group in children(node, "UserDefined"):
        for attribute in children(group, "UserAttribute"):
            if attribute.get("name") == name:
                take_out(attribute)
                if not any(local(other) for other in group):
                    take_out(group)
                return attribute.get("value", "")
    return None


def take_out(node: etree._Element) -> None:
    """Remove an element, not what stands behind it."""
    parent, before = node.getparent(), node.getprevious()
    if parent is None:
        return
    if node.getnext() is None and before is not None:
        before.tail = node.tail
    elif before is None and node.getnext() is None:
        parent.text = None if not (parent.text or "").strip() else parent.text
    parent.remove(node)


def text_of(node: etree._Element) -> str:
    """An element as text."""
    return etree.tostring(node, encoding="unicode", with_tail=False)


def element_of(text: str) -> etree._Element | None:
    """An element that was kept as text; None where the text is none."""
    if "<!DOCTYPE" in text:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        node = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return node
