"""Transkribus' dialect turned into standard PAGE 2019 and back.

What the standard has no place for (borders, corner points, TranskribusMetadata, points outside the image,
unknown elements and attributes) is kept in UserDefined, under names that begin with `zij:`, and found there
on the way back. What the dialect has no place for is told: notes stand in `custom`, hypotheses behind the
first, confidences of boxes, grids and processing steps are left out.
"""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree

from zij.tables.pagexml._dialects.kept import at, attributes, element_of, keep, kept, pop, take_out, text_of
from zij.tables.pagexml._dialects.standard import ATTRIBUTES, ELEMENTS, NEW_ATTRIBUTES, NEW_ELEMENTS
from zij.tables.pagexml._tree.amend import drop_references, insert, make, put_custom, space_of
from zij.tables.pagexml._tree.notes import notes_of, put_attribute, put_notes, without_notes
from zij.tables.pagexml._tree.points import points_of
from zij.tables.pagexml._tree.xml import SCHEMA_INSTANCE, children, custom_parts, local, whole

__all__ = ["from_transkribus", "to_transkribus"]

_PLACES = {
    "row": "rowIndex",
    "col": "columnIndex",
    "rowSpan": "rowSpan",
    "colSpan": "colSpan",
    "label": "header",
}
_SIDES = ("left", "right", "top", "bottom")
_POINTS = re.compile(r"[0-9]+,[0-9]+( [0-9]+,[0-9]+)+")
_META = "zij:TranskribusMetadata"


def from_transkribus(root: etree._Element) -> None:
    """Make a file of Transkribus a standard one, but for its namespace."""
    page = next(children(root, "Page"), root)
    head = next(children(root, "Metadata"), None)
    for node in list(root.iter()):
        if not local(node):
            continue
        _notes_out(node)
        if local(node) == "TableCell":
            _cell_out(node)
        elif local(node) == "Relation":
            _relation_out(root, node)
        elif local(node) in ("Coords", "Baseline") or node.get("points") is not None:
            _points_out(node, page)
    if head is not None:
        _metadata_out(head, page)
    for node in [n for n in root.iter() if local(n)]:
        _unknown_out(node, page)


def to_transkribus(root: etree._Element) -> tuple[str, ...]:
    """Make a nested file one of Transkribus, but for its namespace; what is left out is told."""
    lost: Counter[str] = Counter()
    page = next(children(root, "Page"), root)
    head = next(children(root, "Metadata"), None)
    for node in [n for n in root.iter() if local(n)]:
        _unknown_in(node)
        _points_in(node)
    if head is not None:
        _metadata_in(head, page, lost)
    for node in [n for n in root.iter() if local(n)]:
        if local(node) == "TextRegion" and _role(node) is not None and _is_in_table(node):
            _cell_in(node, lost)
        elif local(node) == "Relation":
            _relation_in(node)
    for node in [n for n in root.iter() if local(n)]:
        _notes_in(node)
    _leave_out(root, lost)
    return tuple(f"{what} ({n})" if n > 1 else what for what, n in lost.items())


def _cell_out(node: etree._Element) -> None:
    node.tag = node.tag.replace("TableCell", "TextRegion")
    role = make("TableCellRole", node)
    for old, new in _PLACES.items():
        if (value := node.get(old)) is not None:
            role.set(new, value)
            del node.attrib[old]
    for side in _SIDES:
        if (value := node.get(f"{side}BorderVisible")) is not None:
            del node.attrib[f"{side}BorderVisible"]
            put_attribute(node, f"zij:border-{side}", "xsd:boolean", value)
    found = list(children(node, "CornerPts"))
    text = found[0].text if found else ""
    put_attribute(node, "zij:corner-pts", "xsd:string", text or "")
    for corners in found:
        take_out(corners)
    insert(insert(node, make("Roles", node)), role)


def _cell_in(node: etree._Element, lost: Counter[str]) -> None:
    role = _role(node)
    assert role is not None
    node.tag = node.tag.replace("TextRegion", "TableCell")
    for new, old in _PLACES.items():
        stated = role.get(old)
        if stated is not None and not (old == "header" and stated in ("false", "0")):
            node.set(new, stated)
    for side in _SIDES:
        if (value := pop(node, f"zij:border-{side}")) is not None:
            node.set(f"{side}BorderVisible", value)
    roles = role.getparent()
    assert roles is not None
    take_out(roles)
    corners = pop(node, "zij:corner-pts")
    if corners != "":
        node.append(make("CornerPts", node, corners or _corner_points(node)))


def _corner_points(node: etree._Element) -> str:
    """The places of the corners among a cell's points, from the top left on against the clock."""
    points = [point for coords in children(node, "Coords") for point in points_of(coords)]
    if not points:
        return "0 1 2 3"
    xs, ys = zip(*points, strict=True)
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    found = []
    for x, y in ((left, top), (left, bottom), (right, bottom), (right, top)):
        near = [(px - x) ** 2 + (py - y) ** 2 for px, py in points]
        found.append(str(near.index(min(near))))
    return " ".join(found)


def _relation_out(root: etree._Element, node: etree._Element) -> None:
    refs = list(children(node, "RegionRef"))
    if len(refs) == 2:
        for ref, name in zip(refs, ("SourceRegionRef", "TargetRegionRef"), strict=True):
            ref.tag = ref.tag.replace("RegionRef", name)
    if node.get("id") is None:
        taken = {n.get("id") for n in root.iter() if local(n)}
        node.set("id", next(f"zij-rel{n}" for n in range(1, len(taken) + 2) if f"zij-rel{n}" not in taken))


def _relation_in(node: etree._Element) -> None:
    for ref in list(children(node, "SourceRegionRef", "TargetRegionRef")):
        ref.tag = ref.tag.replace("SourceRegionRef", "RegionRef").replace("TargetRegionRef", "RegionRef")
    if node.get("id", "").startswith("zij-rel"):
        del node.attrib["id"]


def _points_out(node: etree._Element, page: etree._Element) -> None:
    """Points as the standard wants them: whole, inside the image, two at least."""
    text = node.get("points")
    if text is None:
        return
    width, height = (whole(page.get(name)) or 0 for name in ("imageWidth", "imageHeight"))
    clean = _clean_points(node, text, width, height)
    if clean != text:
        keep(node, page, f"@points={clean}", text)
        node.set("points", clean)


def _clean_points(node: etree._Element, text: str, width: int, height: int) -> str:
    points = points_of(node)
    inside = all(x <= (width or x) and y <= (height or y) for x, y in points)
    if _POINTS.fullmatch(text) and inside:
        return text
    if not points:
        parent = node.getparent()
        below = [] if parent is None else [n for n in parent.iter() if n is not node and n.get("points")]
        points = [point for other in below for point in points_of(other)] or [(0.0, 0.0), (1.0, 1.0)]
        xs, ys = zip(*points, strict=True)
        points = [(min(xs), min(ys)), (max(xs), min(ys)), (max(xs), max(ys)), (min(xs), max(ys))]
    points = points * 2 if len(points) == 1 else points
    pairs = ((_clipped(x, width), _clipped(y, height)) for x, y in points)
    return " ".join(f"{x},{y}" for x, y in pairs)


def _clipped(value: float, size: int) -> int:
    return min(max(round(value), 0), size or round(value))


def _points_in(node: etree._Element) -> None:
    """Put back the points as they were, where nobody has changed them since."""
    for name, value in kept(node, "@points="):
        path, _, clean = name.partition("@points=")
        target = at(node, path)
        if target is not None and target.get("points") == clean:
            target.set("points", value)


def _metadata_out(head: etree._Element, page: etree._Element) -> None:
    facts = custom_parts(page).get("zij", {})
    kinds = {"turn": "xsd:integer", "skew": "xsd:float", "digit-height": "xsd:float"}
    for name, value in facts.items():
        put_attribute(head, f"zij:{name}", kinds.get(name, "xsd:string"), value)
    put_custom(page, "zij", None)
    for own in list(children(head, "TranskribusMetadata")):
        for key, stated in own.attrib.items():
            put_attribute(head, f"{_META}.{key!s}", "xsd:string", str(stated))
        if len(own) or (own.text or "").strip() or not own.attrib:
            put_attribute(head, _META, "xsd:string", text_of(own))
        take_out(own)


def _metadata_in(head: etree._Element, page: etree._Element, lost: Counter[str]) -> None:
    facts = []
    own = None
    for name, value in list(attributes(head)):
        if name == _META:
            own = element_of(value)
    for name, value in list(attributes(head)):
        if name.startswith(f"{_META}."):
            own = make("TranskribusMetadata", head) if own is None else own
            own.set(name.removeprefix(f"{_META}."), value)
        elif name != _META and name.startswith("zij:"):
            facts.append((name.removeprefix("zij:"), value))
        if name.startswith("zij:"):
            pop(head, name)
    if own is not None:
        insert(head, own)
    body = " ".join(f"{k}:{v};" for k, v in facts if v and not set(v) & set("{;}"))
    if body:
        put_custom(page, "zij", body)
    for item in list(children(head, "MetadataItem")):
        lost["the processing steps in the Metadata"] += 1
        take_out(item)


def _unknown_out(node: etree._Element, page: etree._Element) -> None:
    """Keep aside what the standard does not know of an element."""
    space = space_of(page.getroottree().getroot())
    for name, value in list(node.attrib.items()):
        parts = etree.QName(name)
        known = parts.namespace == SCHEMA_INSTANCE or (parts.namespace is None and name in ATTRIBUTES)
        code = str(name).lower().endswith("language") and str(value)[:1].islower()  # "ger", not "German"
        if code or not known:
            keep(node, page, f"@{name!s}", str(value))
            del node.attrib[name]
    for index, child in list(enumerate(node)):
        if local(child) and (local(child) not in ELEMENTS or (etree.QName(child).namespace or "") != space):
            keep(node, page, f"<{index}>", text_of(child))
    for child in list(node):
        if local(child) and (local(child) not in ELEMENTS or (etree.QName(child).namespace or "") != space):
            take_out(child)


def _unknown_in(node: etree._Element) -> None:
    for name, value in kept(node, "@"):
        path, _, attribute = name.partition("@")
        target = at(node, path)
        if target is not None and not attribute.startswith("points="):
            target.set(attribute, value)
    for name, value in kept(node, "<"):
        path, _, index = name.partition("<")
        target, child = at(node, path), element_of(value)
        if target is not None and child is not None:
            target.insert(min(int(index.rstrip(">")), len(target)), child)


def _notes_out(node: etree._Element) -> None:
    notes = notes_of(node) if "zij-" in node.get("custom", "") else None
    if notes is not None:
        without_notes(node)
        put_notes(node, notes, rich=True)


def _notes_in(node: etree._Element) -> None:
    if local(node) == "Metadata" or not any(True for _ in children(node, "UserDefined", "Labels")):
        return
    notes = notes_of(node)
    for group in list(children(node, "UserDefined", "Labels")):
        take_out(group)
    if notes is not None:
        put_notes(node, notes, rich=False)


def _leave_out(root: etree._Element, lost: Counter[str]) -> None:
    """Take out what only the standard knows."""
    for node in [n for n in root.iter() if local(n)]:
        name = local(node)
        if name == "TextEquiv" and node.getparent() is not None and _is_behind(node):
            lost["hypotheses behind the first"] += 1
            take_out(node)
        elif name in NEW_ELEMENTS and node.getparent() is not None:
            lost[f"{name} elements"] += name not in ("UserAttribute", "Label", "GridPoints", "TableCellRole")
            drop_references(root, {str(n.get("id")) for n in node.iter() if local(n) and n.get("id")})
            take_out(node)
        else:
            _attributes_out(node, lost)
    lost += Counter()


def _attributes_out(node: etree._Element, lost: Counter[str]) -> None:
    name = local(node)
    if name not in ELEMENTS:
        return
    for attribute in list(node.attrib):
        extra = attribute in NEW_ATTRIBUTES
        extra |= attribute == "conf" and name in ("Coords", "AlternativeImage", "Page")
        extra |= attribute == "index" and name in ("TextEquiv", "TextLine")
        extra |= attribute == "comments" and name in ("TextEquiv",)
        extra |= attribute == "regionRef" and name in ("OrderedGroupIndexed", "UnorderedGroupIndexed")
        if extra:
            if attribute not in ("index", "dataType"):
                lost[f"{attribute!s} of {name}"] += 1
            del node.attrib[attribute]


def _is_behind(equiv: etree._Element) -> bool:
    parent = equiv.getparent()
    assert parent is not None
    equivs = list(children(parent, "TextEquiv"))
    indices = [whole(e.get("index")) for e in equivs]
    order = sorted(range(len(equivs)), key=lambda n: (n if indices[n] is None else indices[n], n))
    return equivs[order[0]] is not equiv


def _role(region: etree._Element) -> etree._Element | None:
    roles = (role for group in children(region, "Roles") for role in children(group, "TableCellRole"))
    return next(roles, None)


def _is_in_table(region: etree._Element) -> bool:
    parent = region.getparent()
    return parent is not None and local(parent) == "TableRegion"
