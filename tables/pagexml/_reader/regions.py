"""Where tables, cells and lines stand in a PAGE-XML file, in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from zij.tables.geometry import Box
from zij.tables.pagexml._tree.points import Boxes
from zij.tables.pagexml._tree.xml import Tolerance, children, custom_parts, local, whole

__all__ = ["FoundCell", "FoundTable", "Regions"]

_OWN_ID = re.compile(r"(t[0-9]+)_r([0-9]{1,6})c([0-9]{1,6})(?:_[0-9]+)?")


@dataclass(frozen=True, slots=True)
class FoundCell:
    """A cell's element, its place (row, column, row span, column span), and the lines in it."""

    node: etree._Element
    place: tuple[int, int, int, int]
    header: bool = False
    lines: list[etree._Element] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table's element (None where the file has only its cells), its box and its cells."""

    node: etree._Element | None
    box: Box | None = None
    cells: list[FoundCell] = field(default_factory=list)


class Regions:
    """Walks a page once; then `tables` holds its tables by name, `lines` the lines in no cell.

    `by_id` counts the cells that are known by nothing but an id that zij gave.
    """

    def __init__(self, page: etree._Element, boxes: Boxes, tolerance: Tolerance) -> None:
        self.tables: dict[str, FoundTable] = {}
        self.lines: list[etree._Element] = []
        self.by_id = 0
        self._beside: list[FoundCell] = []
        self._boxes = boxes
        self._tolerance = tolerance
        self._ranks = _ranks(page)
        self._walk(page, None)
        ids = {node.get("id") for node in page.iter()}
        tolerance.note("the reading order names elements that do not exist", len(set(self._ranks) - ids))
        for cell in self._beside:
            self._table_beside(cell).cells.append(cell)

    def _walk(self, parent: etree._Element, table: FoundTable | None) -> None:
        for region in self._ordered(_regions(parent)):
            if local(region) == "TableRegion":
                inner = FoundTable(region, self._boxes.of(region))
                self.tables[self._free_name(region)] = inner
                self._walk(region, inner)
                continue
            cell = self._cell(region)
            if cell is None:
                self.lines += self._ordered(children(region, "TextLine"))
                self._walk(region, table)
                continue
            (self._beside if table is None else table.cells).append(cell)
            self._gather(region, cell.lines)

    def _gather(self, region: etree._Element, lines: list[etree._Element]) -> None:
        """The lines of a cell, also those of regions in it; a table in it stands for itself."""
        lines += self._ordered(children(region, "TextLine"))
        for inner in self._ordered(_regions(region)):
            if local(inner) == "TableRegion":
                found = FoundTable(inner, self._boxes.of(inner))
                self.tables[self._free_name(inner)] = found
                self._walk(inner, found)
            else:
                self._gather(inner, lines)

    def _cell(self, region: etree._Element) -> FoundCell | None:
        if local(region) == "TableCell":
            node, names = region, ("row", "col", "rowSpan", "colSpan", "label")
        else:
            roles = [role for group in children(region, "Roles") for role in children(group, "TableCellRole")]
            if not roles:
                return self._cell_by_id(region)
            node, names = roles[0], ("rowIndex", "columnIndex", "rowSpan", "colSpan", "header")
        row, column, down, across = (whole(node.get(name)) for name in names[:4])
        if row is None or column is None or row < 0 or column < 0:
            self._tolerance.note("cells without a usable row and column were taken as text outside tables")
            return None
        if any(node.get(name) is not None and (whole(node.get(name)) or 0) < 1 for name in names[2:4]):
            self._tolerance.note("spans below 1 were taken as 1")
        header = node.get(names[4]) in ("true", "1")
        return FoundCell(region, (row, column, max(down or 1, 1), max(across or 1, 1)), header)

    def _cell_by_id(self, region: etree._Element) -> FoundCell | None:
        """A cell of zij's whose role another program dropped; its id still says where it stands."""
        match = _OWN_ID.fullmatch(region.get("id", ""))
        if match is None or local(region) != "TextRegion":
            return None
        self.by_id += 1
        self._tolerance.note("cells without a role were placed by their ids, each in one row and column")
        return FoundCell(region, (int(match[2]), int(match[3]), 1, 1))

    def _table_beside(self, cell: FoundCell) -> FoundTable:
        """The table of a cell that stands beside it: by name, by the cell's id, by place."""
        name = custom_parts(cell.node).get("table", {}).get("id", "")
        if name not in self.tables:
            name = cell.node.get("id", "").rpartition("_r")[0] or name
        if name not in self.tables:
            box = self._boxes.of(cell.node)
            around = [
                n for n, t in self.tables.items() if box is not None and t.box and t.box.contains(*box.centre)
            ]
            name = around[0] if around else name
        if name not in self.tables:
            self._tolerance.note("a table was made of cells that stand in none")
            self.tables[name] = FoundTable(None)
        return self.tables[name]

    def _ordered(self, nodes: Iterable[etree._Element]) -> list[etree._Element]:
        """Siblings by ReadingOrder, else by the index in their attributes, else as they stand."""
        keyed, last = [], -1
        for position, node in enumerate(nodes):
            rank = self._ranks.get(node.get("id", ""))
            if rank is None and (not self._ranks or local(node) == "TextLine"):
                rank = whole(custom_parts(node).get("readingOrder", {}).get("index") or node.get("index"))
            last = last if rank is None else rank
            keyed.append((last, position, node))
        return [node for _, _, node in sorted(keyed, key=lambda key: key[:2])]

    def _free_name(self, table: etree._Element) -> str:
        name = table.get("id", "")
        return name if name and name not in self.tables else f"#{len(self.tables)}"


def _regions(parent: etree._Element) -> Iterator[etree._Element]:
    return (node for node in parent if local(node).endswith("Region") or local(node) == "TableCell")


def _ranks(page: etree._Element) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for order in children(page, "ReadingOrder"):
        for name in _references(order):
            ranks.setdefault(name, len(ranks))
    return ranks


def _references(group: etree._Element) -> Iterator[str]:
    members = [node for node in group if local(node)]
    indices = [whole(node.get("index")) for node in members]
    positions = [n if index is None else index for n, index in enumerate(indices)]
    for _, node in sorted(zip(positions, members, strict=True), key=lambda pair: pair[0]):
        if name := node.get("regionRef"):
            yield name
        yield from _references(node)
