"""What is wrong in a PAGE-XML file although its schema accepts it.

The schema says nothing of points outside the image, references to nothing, cells that overlap, or children
outside their parents; these checks do. They also repeat, without the schema, what keeps a file from being
read at all: ids, points, confidences, empty groups.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice, product

from lxml import etree

from zij.errors import PageXMLError
from zij.tables.geometry import Box
from zij.tables.pagexml._points import points_of
from zij.tables.pagexml._xml import children, custom_parts, decimal, local, parse, whole

__all__ = ["check_pagexml", "findings"]

_POINTS = re.compile(r"[0-9]{1,9},[0-9]{1,9}( [0-9]{1,9},[0-9]{1,9})+")
_NAME = re.compile(r"[^\W\d][\w.\-]*")
_POSITIONS = 10**6
_STATES = ("read", "uncertain", "unread", "empty")
_MEMBERS = {"Relations": "Relation", "UserDefined": "UserAttribute", "Grid": "GridPoints"}
_GROUPS = ("OrderedGroup", "UnorderedGroup", "OrderedGroupIndexed", "UnorderedGroupIndexed")
_TYPES = {
    "xsd:float": lambda text: decimal(text) is not None,
    "xsd:integer": lambda text: re.fullmatch(r"[-+]?[0-9]+", text) is not None,
    "xsd:boolean": lambda text: text in ("true", "false", "0", "1"),
}


def check_pagexml(data: bytes) -> list[str]:
    """What is wrong in a PAGE-XML file, one sentence without a full stop each; an empty list if nothing is.

    Parameters
    ----------
    data : bytes
        The file.
    """
    try:
        root = parse(data, "the file")
    except PageXMLError as error:
        return [str(error)]
    return findings(root)


def findings(root: etree._Element, *, coverage: bool = True) -> list[str]:
    """The findings of `check_pagexml`; with `coverage`, also cells that overlap or are missing."""
    pages = list(children(root, "Page"))
    if len(pages) != 1:
        return [f"the file has {len(pages)} Page elements instead of one"]
    page = pages[0]
    checks: list[Iterable[str]] = [
        _metadata(root),
        _ids(root),
        _references(page),
        _reading_order(page),
        _points(page),
        _nesting(page),
        _texts(page),
        _groups(root),
        _attributes(root),
        _roles(page),
        *(_grid(table) for table in _named(page, "TableRegion")),
        *(_cells(name, table, roles, coverage) for name, table, roles in _tables(page)),
    ]
    return [finding for check in checks for finding in check]


def _metadata(root: etree._Element) -> Iterator[str]:
    head = next(children(root, "Metadata"), None)
    if head is None:
        yield "the file has no Metadata"
        return
    for node in children(head, "Created", "LastChange"):
        try:
            zone = datetime.fromisoformat((node.text or "").strip()).tzinfo
        except ValueError:
            yield f"{local(node)} {node.text!r} is no time stamp"
        else:
            if zone is None:
                yield f"{local(node)} {node.text!r} does not say its time zone"


def _ids(root: etree._Element) -> Iterator[str]:
    ids = [node.get("id") for node in root.iter() if node.get("id") is not None]
    for name, count in Counter(ids).items():
        if count > 1:
            yield f"the id {name!r} is given {count} times"
        if not _NAME.fullmatch(name or ""):
            yield f"the id {name!r} is no XML name"


def _references(page: etree._Element) -> Iterator[str]:
    ids = {node.get("id") for node in page.iter()}
    for node in page.iter():
        name = node.get("regionRef")
        if name is not None and name not in ids:
            yield f"{local(node)} refers to {name!r}, which does not exist"


def _reading_order(page: etree._Element) -> Iterator[str]:
    """ReadingOrder and the index in the custom attributes are to agree where both are given."""
    ordered = [node.get("regionRef") for node in _named(page, "RegionRefIndexed")]
    for name, count in Counter(ordered).items():
        if count > 1:
            yield f"the reading order names {name!r} {count} times"
    place = {name: n for n, name in enumerate(ordered)}
    for parent in [page, *_named(page, "TableRegion")]:
        stated = [
            (place[node.get("id")], whole(custom_parts(node).get("readingOrder", {}).get("index")))
            for node in parent
            if node.get("id") in place
        ]
        indices = [index for _, index in sorted(stated, key=lambda pair: pair[0]) if index is not None]
        if indices != sorted(indices):
            yield f"the custom indices in {parent.get('id') or 'the page'} contradict the ReadingOrder"


def _points(page: etree._Element) -> Iterator[str]:
    width, height = whole(page.get("imageWidth")) or 0, whole(page.get("imageHeight")) or 0
    if width < 1 or height < 1:
        yield f"the image is stated to be {width} x {height} pixels"
    if not page.get("imageFilename"):
        yield "the image has no name"
    for node in _named(page, "Coords", "Baseline", "GridPoints"):
        where = f"{local(node)} of {_owner(node)}"
        if not _POINTS.fullmatch(node.get("points", "")):
            yield f"{where} is no list of two or more whole points, parted by single spaces"
        elif any(x > width or y > height for x, y in points_of(node)):
            yield f"{where} reaches beyond the image"


def _nesting(page: etree._Element) -> Iterator[str]:
    """Coords are there, span an area, and lie inside those of the parent."""
    boxes: dict[etree._Element, Box] = {}
    for node in page.iter():
        if not (_is_region(node) or local(node) in ("TextLine", "Word", "Glyph")):
            continue
        box = _box(node)
        if box is not None:
            boxes[node] = box
        if box is None or not box.area:
            yield f"{_owner(node)} has no Coords that span an area"
            continue
        parent = node.getparent()
        if parent is None or parent not in boxes:
            continue
        outer = boxes[parent]
        if outer.intersection(box) < box.area:
            yield f"{local(node)} {node.get('id')!r} reaches beyond its {local(parent)}"


def _texts(page: etree._Element) -> Iterator[str]:
    for node in page.iter():
        equivs = list(children(node, "TextEquiv"))
        indices = [equiv.get("index") for equiv in equivs]
        if len(equivs) > 1 and (None in indices or len(set(indices)) < len(indices)):
            yield f"the TextEquiv of {_owner(node)} do not have indices of their own"
        for equiv in equivs:
            if next(children(equiv, "Unicode"), None) is None:
                yield f"a TextEquiv of {_owner(node)} has no Unicode"
        conf = node.get("conf")
        value = decimal(conf)
        if conf is not None and (value is None or not 0 <= value <= 1):
            yield f"the confidence {conf!r} at {_owner(node)} is not from 0 to 1"


def _groups(root: etree._Element) -> Iterator[str]:
    for node in root.iter():
        name = local(node)
        count = len(node) if name in _GROUPS else sum(1 for _ in children(node, _MEMBERS.get(name, "")))
        if (name in _GROUPS or name in _MEMBERS) and count < (2 if name == "Grid" else 1):
            yield f"{name} of {_owner(node)} has too few members ({count})"


def _attributes(root: etree._Element) -> Iterator[str]:
    for node in _named(root, "UserAttribute"):
        kind, value = node.get("type", "xsd:string"), node.get("value", "")
        if kind != "xsd:string" and not (kind in _TYPES and _TYPES[kind](value)):
            yield f"the UserAttribute {node.get('name')!r} holds {value!r}, which is no {kind}"


def _roles(page: etree._Element) -> Iterator[str]:
    for node in _named(page, "TextRegion", "TableCell"):
        state = custom_parts(node).get("zij", {}).get("state")
        if state is not None and state not in _STATES:
            yield f"the state {state!r} of {_owner(node)} is none of {', '.join(_STATES)}"
    for roles in _named(page, "Roles"):
        region = roles.getparent()
        count = sum(1 for _ in children(roles, "TableCellRole"))
        if count > 1:
            yield f"{_owner(roles)} has {count} roles as a cell"
        if count and region is not None and local(region) != "TextRegion":
            yield f"{_owner(roles)} is a cell but no TextRegion"


def _grid(table: etree._Element) -> Iterator[str]:
    rows, columns = whole(table.get("rows")), whole(table.get("columns"))
    for grid in children(table, "Grid"):
        if rows is None or columns is None:
            continue
        sizes = [len(points_of(line)) for line in children(grid, "GridPoints")]
        if sizes != [columns + 1] * (rows + 1):
            yield f"the Grid of {_owner(grid)} is not of {rows + 1} lines with {columns + 1} points each"


def _tables(page: etree._Element) -> Iterator[tuple[str, etree._Element | None, list[etree._Element]]]:
    """Each table's name and element, and the roles of its cells (Transkribus' cells are their own roles).

    A cell beside its table names it in its custom attribute.
    """
    inside: dict[str, list[etree._Element]] = {}
    tables = {node.get("id", ""): node for node in _named(page, "TableRegion")}
    for role in _named(page, "TableCellRole", "TableCell"):
        around = next((up for up in role.iterancestors() if local(up) == "TableRegion"), None)
        stated = [custom_parts(up).get("table", {}).get("id", "") for up in islice(role.iterancestors(), 2)]
        inside.setdefault(max(stated) if around is None else around.get("id", ""), []).append(role)
    for name, roles in inside.items():
        yield name, tables.get(name), roles


def _cells(
    name: str, table: etree._Element | None, roles: list[etree._Element], coverage: bool
) -> Iterator[str]:
    if table is None and name:
        yield f"{len(roles)} cells name the table {name!r}, which does not exist"
    taken: Counter[tuple[int, int]] = Counter()
    rows, columns = (whole(table.get(n)) if table is not None else None for n in ("rows", "columns"))
    for role in roles:
        row, column, down, across = _place(role)
        if min(row, column) < 0 or min(down, across) < 1:
            yield f"{_owner(role)} has no valid row, column and spans"
        elif (rows is not None and row + down > rows) or (columns is not None and column + across > columns):
            yield f"{_owner(role)} lies beyond the {rows} rows and {columns} columns of its table"
        elif down * across <= _POSITIONS - taken.total():
            taken.update(product(range(row, row + down), range(column, column + across)))
    if not coverage or table is None:
        return
    twice = sum(1 for count in taken.values() if count > 1)
    if twice:
        yield f"the cells of {_owner(table)} overlap in {twice} places"
    if rows is not None and columns is not None and len(taken) < rows * columns:
        yield f"the cells of {_owner(table)} leave {rows * columns - len(taken)} places out"


def _place(role: etree._Element) -> tuple[int, int, int, int]:
    names = ("row", "col") if local(role) == "TableCell" else ("rowIndex", "columnIndex")
    row, column = (whole(role.get(name)) for name in names)
    down, across = (whole(role.get(name, "1")) for name in ("rowSpan", "colSpan"))
    return _or(row, -1), _or(column, -1), _or(down, -1), _or(across, -1)


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _named(node: etree._Element, *names: str) -> Iterator[etree._Element]:
    return (inner for inner in node.iter() if local(inner) in names)


def _is_region(node: etree._Element) -> bool:
    return local(node).endswith("Region") or local(node) == "TableCell"


def _box(node: etree._Element) -> Box | None:
    points = [point for coords in children(node, "Coords") for point in points_of(coords)]
    if not points:
        return None
    xs, ys = zip(*points, strict=True)
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _owner(node: etree._Element) -> str:
    """The nearest element with an id, for a message."""
    for up in (node, *node.iterancestors()):
        if up.get("id"):
            return f"{local(up)} {up.get('id')!r}"
    return "the page"
