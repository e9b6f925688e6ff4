"""Prefixes of PAGE's namespace, which some programs do not know."""

from __future__ import annotations

from typing import Any

from lxml import etree

from zij.tables.pagexml._tree.amend import put_custom, space_of
from zij.tables.pagexml._tree.xml import children, custom_parts

__all__ = ["mark_prefix", "prefix_of", "with_prefix", "without_prefix"]


def prefix_of(root: etree._Element) -> str:
    """The prefix that the elements bore before the file was made flat."""
    pages = children(root, "Page")
    return next((custom_parts(page).get("zij-prefix", {}).get("name", "") for page in pages), "")


def without_prefix(root: etree._Element) -> etree._Element:
    """The tree with PAGE as its default namespace: eScriptorium and others know no prefixes."""
    pages = children(root, "Page")
    if any("flat" in custom_parts(page).get("zij-prefix", {}) for page in pages):  # it was flat with one
        mark_prefix(root, None)
        return root
    mark_prefix(root, f"name:{root.prefix};")
    return _redeclared(root, None)


def mark_prefix(root: etree._Element, body: str | None) -> None:
    """Note on the page what is to be known of prefixes on the way back."""
    for page in children(root, "Page"):
        put_custom(page, "zij-prefix", body)


def with_prefix(root: etree._Element) -> etree._Element:
    """The tree with the prefix that it had before."""
    prefix = prefix_of(root)
    mark_prefix(root, None)
    return _redeclared(root, prefix)


def _redeclared(root: etree._Element, prefix: str | None) -> etree._Element:
    """The tree below a root that declares PAGE's namespace under another prefix."""
    space = space_of(root)
    names: Any = {name: uri for name, uri in root.nsmap.items() if uri != space and name != prefix}
    names[prefix] = space
    new = etree.Element(root.tag, {str(k): str(v) for k, v in root.attrib.items()}, nsmap=names)
    new.text = root.text
    before = list(root.itersiblings(preceding=True))[::-1]
    after = list(root.itersiblings())
    for child in list(root):
        new.append(child)
    for node in before:
        new.addprevious(node)
    for node in after[::-1]:
        new.addnext(node)
    return new
