"""Checks of what a PAGE-XML file says as a whole: time stamps, ids, references, reading order, groups."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from lxml import etree

from zij.tables.pagexml._checks.finding import Finding, found, owner
from zij.tables.pagexml._reader.walk import Tree
from zij.tables.pagexml._tree.xml import children, custom_parts, decimal, local, namespace, whole

__all__ = ["page_checks"]

_NAME = re.compile(r"[^\W\d][\w.\-]*")
_SPACE = re.compile(re.escape(namespace("")) + "20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_MEMBERS = {"Relations": "Relation", "UserDefined": "UserAttribute", "Grid": "GridPoints"}
_GROUPS = ("OrderedGroup", "UnorderedGroup", "OrderedGroupIndexed", "UnorderedGroupIndexed")
_TYPES = {
    "xsd:float": lambda text: decimal(text) is not None,
    "xsd:integer": lambda text: re.fullmatch(r"[-+]?[0-9]+", text) is not None,
    "xsd:boolean": lambda text: text in ("true", "false", "0", "1"),
}


def page_checks(tree: Tree) -> Iterator[Finding]:
    """What concerns the file as a whole."""
    checks = (_space, _metadata, _ids, _references, _order, _contradictions, _groups, _attributes)
    return chain.from_iterable(check(tree) for check in checks)


def _space(tree: Tree) -> Iterator[Finding]:
    """All elements are in one namespace, that of a version of PAGE; TableCell is of 2013 alone."""
    space = etree.QName(tree.root).namespace or ""
    if not _SPACE.fullmatch(space):
        yield found(
            "namespace", tree.root, f"the file is in the namespace {space!r}, which is none of PAGE's"
        )
    strange = {tag for tag in tree.tags if isinstance(tag, str) and tag.rpartition("}")[0] != f"{{{space}"}
    others = [node for node, _ in tree.nodes if node.tag in strange] if strange else []
    if others:
        first = f"{local(others[0])} of {owner(others[0])}"
        what = f"{len(others)} elements are not in the namespace of the file, the first {first}"
        yield found("namespace", others[0], what)
    cells = list(tree.named("TableCell"))
    if cells and space != namespace("2013-07-15"):
        what = f"{owner(cells[0])}: only Transkribus' dialect of 2013-07-15 has this element"
        yield found("dialect", cells[0], what)


def _metadata(tree: Tree) -> Iterator[Finding]:
    head = next(children(tree.root, "Metadata"), None)
    if head is None:
        yield found("metadata", tree.root, "the file has no Metadata")
        return
    for node in children(head, "Created", "LastChange"):
        try:
            zone = datetime.fromisoformat((node.text or "").strip()).tzinfo
        except ValueError:
            yield found("time-stamp", node, f"{local(node)} {node.text!r} is no time stamp")
        else:
            if zone is None:
                yield found("time-zone", node, f"{local(node)} {node.text!r} does not say its time zone")


def _ids(tree: Tree) -> Iterator[Finding]:
    first: dict[str, etree._Element] = {}
    count: Counter[str] = Counter()
    for node, _ in tree.nodes:
        for name in (node.get("id"), node.get("pcGtsId")):
            if name is not None:
                count[name] += 1
                first[name] = node
    for name, node in first.items():
        if count[name] > 1:
            yield found("id-twice", node, f"the id {name!r} is given {count[name]} times")
        if not _NAME.fullmatch(name):
            yield found("id-name", node, f"the id {name!r} is no XML name")


def _references(tree: Tree) -> Iterator[Finding]:
    for node, kind in tree.nodes:
        name = node.get("regionRef")
        if name is not None and name not in tree.ids:
            what = f"{kind} of {owner(node)} refers to {name[:80]!r}, which does not exist"
            yield found("reference", node, what)


def _order(tree: Tree) -> Iterator[Finding]:
    """The ReadingOrder names each region once, and the members of a group have indices of their own."""
    first: dict[str, etree._Element] = {}
    count: Counter[str] = Counter()
    for node in tree.named("RegionRefIndexed", "RegionRef", "OrderedGroupIndexed", "UnorderedGroupIndexed"):
        parent = node.getparent()
        name = node.get("regionRef")
        if name is not None and parent is not None and local(parent) in _GROUPS:
            count[name] += 1
            first[name] = node
    for name, times in count.items():
        if times > 1:
            what = f"the reading order names {name!r} {times} times, again in {owner(first[name])}"
            yield found("order-twice", first[name], what)
    for group in tree.named("OrderedGroup", "OrderedGroupIndexed"):
        indices = [index for node in group if (index := node.get("index")) is not None]
        if len(set(indices)) < len(indices):
            yield found("order-index", group, f"members of {owner(group)} have the same index")


def _contradictions(tree: Tree) -> Iterator[Finding]:
    """ReadingOrder and the index in the custom attributes are to agree where both are given."""
    place = {
        name: n
        for n, node in enumerate(tree.named("RegionRefIndexed"))
        if (name := node.get("regionRef")) is not None
    }
    for parent in [tree.page, *tree.named("TableRegion")]:
        stated = [
            (place[name], index)
            for node in parent
            if (name := node.get("id")) in place and (index := _custom_index(node)) is not None
        ]
        indices = [index for _, index in sorted(stated, key=lambda pair: pair[0])]
        if indices != sorted(indices):
            what = f"the custom indices in {owner(parent)} contradict the ReadingOrder"
            yield found("order-contradicts", parent, what)


def _custom_index(node: etree._Element) -> int | None:
    return whole(custom_parts(node).get("readingOrder", {}).get("index"))


def _groups(tree: Tree) -> Iterator[Finding]:
    for name in (*_GROUPS, *_MEMBERS):
        for node in tree.named(name):
            count = len(node) if name in _GROUPS else sum(1 for _ in children(node, _MEMBERS[name]))
            if count < (2 if name == "Grid" else 1):
                yield found("group", node, f"{name} of {owner(node)} has too few members ({count})")


def _attributes(tree: Tree) -> Iterator[Finding]:
    for node in tree.named("UserAttribute"):
        kind, value = node.get("type", "xsd:string"), node.get("value", "")
        if kind != "xsd:string" and not (kind in _TYPES and _TYPES[kind](value)):
            where = f"{node.get('name', '')[:80]!r} of {owner(node)}"
            what = f"the UserAttribute {where} holds {value[:80]!r}, which is no {' '.join(kind.split())}"
            yield found("attribute", node, what)
