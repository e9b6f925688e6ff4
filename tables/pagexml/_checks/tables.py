"""Checks of the tables of a PAGE-XML file: roles, grids, and cells that overlap or are missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice, pairwise, product

from lxml import etree

from zij.tables.pagexml._checks.finding import Finding, found, owner
from zij.tables.pagexml._reader.walk import Tree
from zij.tables.pagexml._tree.points import points_of
from zij.tables.pagexml._tree.xml import children, custom_parts, local, whole

__all__ = ["covering_checks", "table_checks"]

_POSITIONS = 10**6
_STATES = ("read", "uncertain", "unread", "empty")
_CORNERS = re.compile(r"[0-9]{1,6}( [0-9]{1,6}){3}")


def table_checks(tree: Tree) -> Iterator[Finding]:
    """What concerns each table, each cell and each grid for itself."""
    yield from _roles(tree)
    yield from _corners(tree)
    yield from chain.from_iterable(_grid(table) for table in tree.named("TableRegion"))
    for table in _tables(tree):
        yield from table.stray()
        yield from table.misplaced()


def covering_checks(tree: Tree) -> Iterator[Finding]:
    """Cells overlap nowhere and leave no place of their table out."""
    return chain.from_iterable(table.uncovered() for table in _tables(tree))


@dataclass(frozen=True, slots=True)
class _Table:
    """A table's name and element, and the roles of its cells (Transkribus' cells are their own roles)."""

    name: str
    node: etree._Element | None
    roles: list[etree._Element]

    @property
    def size(self) -> tuple[int | None, int | None]:
        """Rows and columns as stated; Transkribus writes -1 where it has not counted them."""
        if self.node is None:
            return None, None
        rows, columns = whole(self.node.get("rows")), whole(self.node.get("columns"))
        return (None if rows == -1 else rows), (None if columns == -1 else columns)

    def stray(self) -> Iterator[Finding]:
        if self.node is None and self.name:
            what = f"{len(self.roles)} cells name the table {self.name!r}, which does not exist"
            yield found("table", self.roles[0], what)
        stated = self.size
        places = [_place(role) for role in self.roles if None in stated]  # else those beyond are found
        rows = max([stated[0] or 0, *(row + down for row, _, down, _ in places)])
        columns = max([stated[1] or 0, *(column + across for _, column, _, across in places)])
        if rows * columns > _POSITIONS or max(rows, columns) > _POSITIONS:
            node = self.roles[0] if self.node is None else self.node
            yield found("table-size", node, f"{owner(node)} claims {rows} rows and {columns} columns")

    def misplaced(self) -> Iterator[Finding]:
        rows, columns = self.size
        for role in self.roles:
            row, column, down, across = _place(role)
            if min(row, column) < 0 or min(down, across) < 1:
                yield found("cell-place", role, f"{owner(role)} has no valid row, column and spans")
            elif _beyond(row + down, rows) or _beyond(column + across, columns):
                what = f"{owner(role)} lies beyond the {rows} rows and {columns} columns of its table"
                yield found("cell-beyond", role, what)

    def uncovered(self) -> Iterator[Finding]:
        if self.node is None:
            return
        rows, columns = self.size
        taken: Counter[tuple[int, int]] = Counter()
        counted = misplaced = 0  # they have findings of their own, of which a gap would be the consequence
        for role in self.roles:
            row, column, down, across = _place(role)
            beyond = _beyond(row + down, rows) or _beyond(column + across, columns)
            if min(row, column) < 0 or min(down, across) < 1 or beyond:
                misplaced += 1
                continue
            if down * across <= _POSITIONS - counted:
                counted += down * across
                taken.update(product(range(row, row + down), range(column, column + across)))
        twice = sorted(place for place, count in taken.items() if count > 1)
        if twice:
            what = f"the cells of {owner(self.node)} overlap in {len(twice)} places{_first(twice)}"
            yield found("overlap", self.node, what)
        if rows is None or columns is None or rows * columns > _POSITIONS or misplaced or not self.roles:
            return
        missing = [place for place in product(range(rows), range(columns)) if place not in taken]
        if missing:
            what = f"the cells of {owner(self.node)} leave {len(missing)} places out{_first(missing)}"
            yield found("gap", self.node, what)


def _first(places: list[tuple[int, int]]) -> str:
    row, column = places[0]
    return f", the first in row {row}, column {column}"


def _beyond(end: int, size: int | None) -> bool:
    return size is not None and end > size


def _tables(tree: Tree) -> Iterator[_Table]:
    """Each table with cells; a cell beside its table names it in its custom attribute."""
    inside: dict[str, list[etree._Element]] = {}
    tables = {node.get("id", ""): node for node in tree.named("TableRegion")}
    for role in tree.named("TableCellRole", "TableCell"):
        around = next((up for up in role.iterancestors() if local(up) == "TableRegion"), None)
        stated = [custom_parts(up).get("table", {}).get("id", "") for up in islice(role.iterancestors(), 2)]
        inside.setdefault(max(stated) if around is None else around.get("id", ""), []).append(role)
    for name in dict.fromkeys([*tables, *inside]):
        roles = inside.get(name, [])
        if roles or name in tables:
            yield _Table(name, tables.get(name), roles)


def _place(role: etree._Element) -> tuple[int, int, int, int]:
    names = ("row", "col") if local(role) == "TableCell" else ("rowIndex", "columnIndex")
    row, column = (whole(role.get(name)) for name in names)
    down, across = (whole(role.get(name, "1")) for name in ("rowSpan", "colSpan"))
    return _or(row, -1), _or(column, -1), _or(down, -1), _or(across, -1)


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _roles(tree: Tree) -> Iterator[Finding]:
    for node in tree.named("TextRegion", "TableCell"):
        state = custom_parts(node).get("zij", {}).get("state")
        if state is not None and state not in _STATES:
            what = f"the state {state!r} of {owner(node)} is none of {', '.join(_STATES)}"
            yield found("state", node, what)
    for roles in tree.named("Roles"):
        region = roles.getparent()
        count = sum(1 for _ in children(roles, "TableCellRole"))
        if count > 1:
            yield found("roles", roles, f"{owner(roles)} has {count} roles as a cell")
        if count and region is not None and local(region) != "TextRegion":
            yield found("role-region", roles, f"{owner(roles)} is a cell but no TextRegion")


def _corners(tree: Tree) -> Iterator[Finding]:
    """The corners of Transkribus' cells are numbers of their points."""
    for node in tree.named("CornerPts"):
        cell = node.getparent()
        text = (node.text or "").strip()
        if cell is None:
            continue
        points = [point for coords in children(cell, "Coords") for point in points_of(coords)]
        if not _CORNERS.fullmatch(text) or any(int(n) >= len(points) for n in text.split()):
            yield found(
                "corners", node, f"the corners {text[:40]!r} of {owner(node)} are not among its points"
            )


def _grid(table: etree._Element) -> Iterator[Finding]:
    rows, columns = whole(table.get("rows")), whole(table.get("columns"))
    for grid in children(table, "Grid"):
        lines = list(children(grid, "GridPoints"))
        if len(lines) < 2:
            continue
        points = [points_of(line) for line in lines]
        if rows is not None and columns is not None:
            good = len(lines) == rows + 1 and all(len(line) == columns + 1 for line in points)
            if not good:
                what = f"is not of {rows + 1} lines with {columns + 1} points each"
                yield found("grid", grid, f"the Grid of {owner(grid)} {what}")
                continue
        indices = [whole(line.get("index")) for line in lines]
        across = (one[0] <= two[0] for line in points for one, two in pairwise(line))
        down = (one[1] <= two[1] for a, b in pairwise(points) for one, two in zip(a, b, strict=False))
        if indices != list(range(len(lines))) or not (all(across) and all(down)):
            yield found(
                "grid-order", grid, f"the lines or points of the Grid of {owner(grid)} are not in order"
            )
