"""Checks of where things stand in a PAGE-XML file: image, points, and children in their parents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from lxml import etree

from zij.tables.geometry import Box
from zij.tables.pagexml._checks.finding import Finding, found, owner
from zij.tables.pagexml._reader.walk import Tree
from zij.tables.pagexml._tree.points import points_of
from zij.tables.pagexml._tree.xml import children, local

__all__ = ["broken_points", "name_checks", "place_checks"]

_RAW_POINTS = re.compile(rb"""\spoints\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_POINTS = re.compile(r"[0-9]{1,9},[0-9]{1,9}( [0-9]{1,9},[0-9]{1,9})+")


def place_checks(tree: Tree) -> Iterator[Finding]:
    """What concerns points and boxes."""
    return chain(_image(tree), _points(tree), _nesting(tree))


def _image(tree: Tree) -> Iterator[Finding]:
    if tree.width < 1 or tree.height < 1:
        what = f"the image is stated to be {tree.width} x {tree.height} pixels"
        yield found("image-size", tree.page, what)
    if not tree.page.get("imageFilename"):
        yield found("image-name", tree.page, "the image has no name")


def name_checks(tree: Tree) -> Iterator[Finding]:
    """The image is named by its file name alone; zij reads no more of the name than that."""
    name = tree.page.get("imageFilename", "")
    if set(name) & set("/\\") or name in (".", ".."):
        yield found("image-path", tree.page, f"the image {name[:80]!r} is named with more than its file name")


def _points(tree: Tree) -> Iterator[Finding]:
    """Each list of points is well formed and inside the image, whose edge counts as inside."""
    for node in tree.named("Coords", "Baseline", "GridPoints"):
        text = node.get("points")
        if text is None and next(children(node, "Point"), None) is not None:  # as until 2010
            text = " ".join(f"{point.get('x')},{point.get('y')}" for point in children(node, "Point"))
        points = points_of(node)
        outside = any(not (0 <= x <= tree.width and 0 <= y <= tree.height) for x, y in points)
        if outside and tree.width > 0 and tree.height > 0:
            what = f"{local(node)} of {owner(node)} reaches beyond the image"
            yield found("points-outside", node, what)
        negative = any(x < 0 or y < 0 for x, y in points)  # one finding is enough for them
        if not _POINTS.fullmatch((text or "").replace("-", "" if negative else "-")):
            what = "is no list of two or more whole points, parted by single spaces"
            yield found("points", node, f"{local(node)} of {owner(node)} {what}")


def broken_points(data: bytes, root: etree._Element) -> Iterator[Finding]:
    """Points that are broken over lines: XML turns a line break in an attribute into a space.

    Programs that read the file without an XML parser stumble over them.
    """
    written = [match[1] or match[2] or b"" for match in _RAW_POINTS.finditer(data)]
    if not any(set(text) & set(b"\n\r\t") for text in written):
        return
    nodes = [node for node in root.iter() if node.get("points") is not None]
    if len(nodes) != len(written):  # a comment holds points, too
        nodes = [root] * len(written)
    for node, text in zip(nodes, written, strict=True):
        if set(text) & set(b"\n\r\t"):
            yield found("points", node, f"{local(node)} of {owner(node)} has a line break between its points")


def _nesting(tree: Tree) -> Iterator[Finding]:
    """Coords are there, span an area, and lie inside those of the parent."""
    boxes: dict[etree._Element, Box] = {}
    for node, name in tree.shapes():
        box = tree.box(node)
        if box is None or not box.area:
            if box is not None:
                boxes[node] = box
            yield found("no-area", node, f"{owner(node)} has no Coords that span an area")
            continue
        boxes[node] = box
        parent = node.getparent()
        if parent is None or parent not in boxes:
            continue
        outer = boxes[parent]
        if outer.area and outer.intersection(box) < box.area:
            yield found("parent", node, f"{name} {node.get('id')!r} reaches beyond its {local(parent)}")
