"""The profiles of PAGE-XML, and a file moved from one into another with all that stands in it.

Nested and flat hold the same elements: a cell stands in its table, or beside it with the table's id in its
custom attribute, `table {id:t1;}`. Where a cell stood in an unusual place, that place is noted there, too, so
that the way back leads exactly there. For Transkribus' dialect see `_transkribus`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lxml import etree

from zij.errors import UsageError
from zij.tables.geometry import Box
from zij.tables.pagexml._dialects.dialect import DIALECTS, Dialect, Profile
from zij.tables.pagexml._dialects.prefix import mark_prefix, prefix_of, with_prefix, without_prefix
from zij.tables.pagexml._dialects.transkribus import from_transkribus, to_transkribus
from zij.tables.pagexml._tree.amend import is_plain_layout, put_custom, serialised, space_of
from zij.tables.pagexml._tree.layout import corners
from zij.tables.pagexml._tree.xml import children, custom_parts, local, namespace, parse, whole

__all__ = ["converted", "dialect_of", "profile_of"]

_DATE = re.compile(r"/(20[0-9]{2}-[0-9]{2}-[0-9]{2})/?$")
_ROOT = re.compile(rb"<(?:[\w.\-]+:)?PcGts(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_BEFORE_CELLS = ("AlternativeImage", "Coords", "UserDefined", "Labels", "Roles")


def profile_of(root: etree._Element) -> Profile:
    """How a file writes its cells; "nested" where it has none."""
    if next(root.iter("{*}TableCell", "TableCell"), None) is not None or _is_transkribus(root):
        return "transkribus"
    page = next(children(root, "Page"), root)
    if any(_is_loose_cell(region) for region in page):
        return "flat"
    return "nested"


def dialect_of(root: etree._Element) -> Dialect:
    """What a file's version has a place for."""
    profile = profile_of(root)
    match = _DATE.search(space_of(root))
    date = match[1] if match else "2019-07-15"
    rich = profile != "transkribus" and date >= "2018"
    return replace(DIALECTS[profile], rich=rich, roles=profile != "transkribus")


def converted(data: bytes, name: str, profile: Profile) -> tuple[bytes, tuple[str, ...]]:
    """A file in another profile, and what had to be left out, one sentence for each kind.

    Raises
    ------
    UsageError
        If the profile is not one of the three.
    """
    if profile not in DIALECTS:
        raise UsageError(f"profile {profile!r} is not known; choose one of {', '.join(DIALECTS)}.")
    root = parse(data, name, whole_tree=True)
    now = profile_of(root)
    if now == profile and not (profile == "nested" and prefix_of(root)):
        return data, ()
    plain = is_plain_layout(data)
    lost: tuple[str, ...] = ()
    if now == "transkribus":
        from_transkribus(root)
        root = _in_space(root, namespace("2019-07-15"), name)
    if now == "flat":
        _nest(root)
    if profile == "flat":
        _flatten(root)
    if profile == "transkribus":
        lost = to_transkribus(root)
        root = _in_space(root, namespace("2013-07-15"), name)
    if profile == "flat" and root.prefix:
        root = without_prefix(root)
    elif now == "flat" and profile == "nested" and root.prefix:
        mark_prefix(root, f"flat:{root.prefix};")
    elif profile == "nested" and prefix_of(root):
        root = with_prefix(root)
    elif now == "nested" and profile == "flat" and profile_of(root) == "nested":
        return data, ()  # there are no cells
    return serialised(root, plain=plain), lost


def _is_transkribus(root: etree._Element) -> bool:
    if next(root.iter("{*}TranskribusMetadata"), None) is not None:
        return True
    ours = (custom_parts(page).get("zij", {}) for page in children(root, "Page"))
    return space_of(root) == namespace("2013-07-15") and any("source" in facts for facts in ours)


def _in_space(root: etree._Element, space: str, name: str) -> etree._Element:
    """The tree with another default namespace; every other declaration stays."""
    data, old = serialised(root, plain=False), space_of(root)
    match = _ROOT.search(data)
    assert match is not None
    if old:
        head = match[0].replace(old.encode(), space.encode())
    else:
        head = match[0].replace(b"PcGts", b'PcGts xmlns="' + space.encode() + b'"', 1)
    return parse(data[: match.start()] + head + data[match.end() :], name, whole_tree=True)


def _is_loose_cell(region: etree._Element) -> bool:
    """Whether a child of the page is a cell beside its table."""
    if local(region) != "TextRegion":
        return False
    roles = (role for group in children(region, "Roles") for role in children(group, "TableCellRole"))
    return "table" in custom_parts(region) or next(roles, None) is not None


def _flatten(root: etree._Element) -> None:
    """Move the text regions of every table beside it."""
    page = next(children(root, "Page"), root)
    placed: list[tuple[int, etree._Element]] = []
    for table in [node for node in page.iter() if local(node) == "TableRegion"]:
        cells = list(children(table, "TextRegion"))
        if not cells:
            continue
        owner = table.get("id") or _name_table(root, table)
        usual = _usual_places(table, cells)
        anchor = _last_of_run(page, _top(page, table))
        for cell, place, at in zip(cells, usual, [table.index(cell) for cell in cells], strict=True):
            where = custom_parts(cell).get("flat", {})
            if "named" not in where:
                _put_owner(cell, f"id:{owner};" + (f" at:{at};" if place != at else ""))
            put_custom(cell, "flat", None)
            if (index := whole(where.get("at"))) is not None:
                placed.append((index, cell))
        for cell in cells:
            page.insert(page.index(anchor) + 1, cell)
            anchor = cell
    for _, cell in placed:
        page.remove(cell)
    for index, cell in sorted(placed, key=lambda item: item[0]):
        page.insert(index, cell)


def _usual_places(table: etree._Element, cells: Sequence[etree._Element]) -> range:
    """Where the cells stand in a table that holds nothing unusual: side by side, behind all but its Grid."""
    others = [node for node in table if node not in cells]
    start = _place_of_cells(others)
    return range(start, start + len(cells))


def _place_of_cells(others: Sequence[etree._Element]) -> int:
    """Behind which of the other children of a table its cells belong."""
    place = 0
    for index, node in enumerate(others):
        if local(node) in _BEFORE_CELLS or local(node).endswith("Region"):
            place = index + 1
    return place


def _top(page: etree._Element, node: etree._Element) -> etree._Element:
    """The child of the page in which an element stands."""
    while (parent := node.getparent()) is not None and parent is not page:
        node = parent
    return node


def _last_of_run(page: etree._Element, anchor: etree._Element) -> etree._Element:
    """The last of the cells that already follow a region."""
    while (following := anchor.getnext()) is not None and "table" in custom_parts(following):
        anchor = following
    return anchor


def _put_owner(cell: etree._Element, body: str) -> None:
    """Name the table in the custom attribute, behind the structure and before what is zij's own."""
    put_custom(cell, "table", None)
    custom, part = cell.get("custom"), f"table {{{body}}}"
    if custom is None:
        cell.set("custom", part)
        return
    behind = re.search(r"(?:(?<=\s)|^)structure\s*\{[^{}]*\}", custom)
    before = re.search(r"(?:(?<=\s)|^)zij\s*\{", custom)
    if behind is not None:
        cell.set("custom", f"{custom[: behind.end()]} {part}{custom[behind.end() :]}")
    elif before is not None:
        cell.set("custom", f"{custom[: before.start()]}{part} {custom[before.start() :]}")
    else:
        cell.set("custom", f"{custom} {part}")


def _name_table(root: etree._Element, table: etree._Element) -> str:
    taken = {node.get("id") for node in root.iter() if local(node)}
    name = next(f"table_{n}" for n in range(1, len(taken) + 2) if f"table_{n}" not in taken)
    table.set("id", name)
    return name


def _nest(root: etree._Element) -> None:
    """Move the cells beside a table into it."""
    from zij.tables.pagexml._reader.read import page_of

    page = next(children(root, "Page"), root)
    reading, places = page_of(root, "the file")
    owners = {places.elements[cell.id]: table.id for table in reading.reading.tables for cell in table.cells}
    tables: dict[str, etree._Element] = {}
    before = {cell: n for n, cell in enumerate(page)}
    cells = [node for node in page if _is_loose_cell(node)]
    usual = _usual_order(page, cells)
    moves: list[tuple[etree._Element, etree._Element, int | None]] = []
    for cell in cells:
        named = custom_parts(cell).get("table", {})
        table = _by_id(root, named.get("id", ""))
        if table is None and cell in owners:
            name = owners[cell]
            table = tables.get(name, places.elements.get(name))
            if table is None:
                table = _made_table(page, cell, [c for c, owner in owners.items() if owner == name])
            tables[name] = table
        if table is None:
            continue
        moves.append((table, cell, whole(named.get("at"))))
        marks = "" if named else "named:no;"
        if not named or usual.get(cell) is not True:
            marks += f"{' ' if marks else ''}at:{before[cell]};"
        put_custom(cell, "table", None)
        if marks:
            put_custom(cell, "flat", marks)
    for table, cell, at in moves:
        if at is None:
            table.insert(_place_of_cells(list(table)), cell)
    for table, cell, at in sorted(moves, key=lambda move: -1 if move[2] is None else move[2]):
        if at is not None:
            table.insert(at, cell)


def _usual_order(page: etree._Element, cells: Sequence[etree._Element]) -> dict[etree._Element, bool]:
    """Whether each cell follows its table, or another cell of it."""
    usual = {}
    for cell in cells:
        owner = custom_parts(cell).get("table", {}).get("id", "")
        before = cell.getprevious()
        while before is not None and not _holds(before, owner) and custom_parts(before).get("table"):
            before = before.getprevious()
        usual[cell] = before is not None and _holds(before, owner)
    return usual


def _holds(region: etree._Element, table: str) -> bool:
    return any(node.get("id") == table for node in region.iter() if local(node) == "TableRegion")


def _by_id(root: etree._Element, name: str) -> etree._Element | None:
    return next((n for n in root.iter() if local(n) == "TableRegion" and name and n.get("id") == name), None)


def _made_table(
    page: etree._Element, cell: etree._Element, cells: Sequence[etree._Element]
) -> etree._Element:
    """A table for cells that stand in none, before the first of them."""
    from zij.tables.pagexml._tree.amend import make
    from zij.tables.pagexml._tree.points import points_of

    points = [p for c in cells for coords in children(c, "Coords") for p in points_of(coords)]
    xs, ys = zip(*points, strict=True) if points else ((0, 1), (0, 1))
    box = Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)).rounded()
    table = make("TableRegion", cell)
    table.append(make("Coords", cell, points=corners(box)))
    page.insert(page.index(cell), table)
    _name_table(page, table)
    return table
