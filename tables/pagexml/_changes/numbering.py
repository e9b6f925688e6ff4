"""Ids and reading order of a file of zij's, brought into line with its reading."""

from __future__ import annotations

import re

from lxml import etree

from zij.tables.pagexml._reader.read import Places, page_of
from zij.tables.pagexml._tree.amend import insert, make, put_custom
from zij.tables.pagexml._tree.xml import children, local
from zij.tables.reading import Reading

__all__ = ["numbered"]

_OWN_LINE = re.compile(r"(?:t[0-9]+_r[0-9]+c[0-9]+(?:_[0-9]+)?|x[0-9]+)_l[0-9]+")  # not one that others drew


def numbered(root: etree._Element, reading: Reading) -> None:
    """Give every element the id that it has in the reading that the tree holds, and order the regions."""
    _, places = page_of(root, "the file")
    wanted = {node: name for name, node in places.elements.items()}
    for cell, found in places.lines.items():
        ours = {line: f"{cell}_l{n}" for n, (line, _) in enumerate(found, 1)}
        wanted.update({line: name for line, name in ours.items() if _OWN_LINE.fullmatch(line.get("id", ""))})
    wanted.update(_loose_lines(places))
    changed = {node.get("id"): name for node, name in wanted.items() if node.get("id") not in (None, name)}
    for node, name in wanted.items():
        if node.get("id") != name:
            node.set("id", name)
    for node in root.iter():
        if local(node) and node.get("regionRef") in changed:
            node.set("regionRef", changed[node.get("regionRef")])
    _order(next(children(root, "Page"), root), _regions(reading), places)


def _loose_lines(places: Places) -> dict[etree._Element, str]:
    """The lines of the digits outside tables, one a number, by their ids."""
    named, count = {}, 0
    for line, numbers in places.loose:
        if numbers == 1 and _OWN_LINE.fullmatch(line.get("id", "")):
            named[line] = f"x{count + 1}_l1"
        count += numbers
    return named


def _regions(reading: Reading) -> list[str]:
    names = [name for table in reading.tables for name in (table.id, *(cell.id for cell in table.cells))]
    return [*names, *(["x"] if reading.loose else [])]


def _order(page: etree._Element, names: list[str], places: Places) -> None:
    order = next(children(page, "ReadingOrder"), None)
    group = None if order is None else next((g for g in order if g.get("id") == "ro"), None)
    if group is None:
        if not names:
            return
        order = insert(page, make("ReadingOrder", page))
        group = insert(order, make("OrderedGroup", page, id="ro"))
    there = [ref.get("regionRef") for ref in children(group, "RegionRefIndexed")]
    if there == names:
        return
    for ref in [ref for ref in children(group, "RegionRefIndexed") if ref.get("regionRef") in names]:
        group.remove(ref)
    for index, name in enumerate(names):
        group.insert(index, make("RegionRefIndexed", page, index=str(index), regionRef=name))
    for index, member in enumerate(node for node in group if local(node)):
        member.set("index", str(index))
    regions = {node.get("id"): node for node in page.iter() if local(node).endswith(("Region", "TableCell"))}
    for index, name in enumerate(names):
        if name in regions:
            put_custom(regions[name], "readingOrder", f"index:{index};")
    if not len(group) and order is not None:
        page.remove(order)
