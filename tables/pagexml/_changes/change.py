"""Another reading put into a PAGE-XML tree: what it does not change is left as it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import count

from lxml import etree

from zij.errors import UsageError
from zij.tables.geometry import Box
from zij.tables.pagexml._changes.celllines import CellLines, without_ids
from zij.tables.pagexml._changes.looselines import LooseLines
from zij.tables.pagexml._changes.numbering import numbered
from zij.tables.pagexml._changes.sync import Sync
from zij.tables.pagexml._dialects.profiles import dialect_of
from zij.tables.pagexml._reader.read import page_of
from zij.tables.pagexml._reader.text import hypotheses
from zij.tables.pagexml._tree.amend import (
    drop,
    insert,
    is_plain_layout,
    make,
    put_custom,
    serialised,
    space_of,
)
from zij.tables.pagexml._tree.metadata import put_facts
from zij.tables.pagexml._tree.model import Notes, as_written
from zij.tables.pagexml._tree.notes import put_notes
from zij.tables.pagexml._tree.points import Boxes
from zij.tables.pagexml._tree.xml import Tolerance, children, custom_parts, local, parse
from zij.tables.pagexml._write import Writer
from zij.tables.reading import Cell, Number, Reading, Table

__all__ = ["changed", "noted"]


def changed(data: bytes, name: str, reading: Reading, marked: Collection[str] = ()) -> bytes:
    """A file with another reading; the numbers `marked` get elements of their own, which say the same."""
    root = parse(data, name, whole_tree=True)
    change = _Change(root, name)
    new = as_written(reading)
    missing = {number.id for number in new.numbers() if number.id in marked and not change.says(number)}
    if new == as_written(change.was) and not missing:
        return data
    plain = is_plain_layout(data)
    change.to(new, missing)
    if change.places.native:
        numbered(root, new)
    return serialised(root, plain=plain)


def noted(data: bytes, name: str, notes: Mapping[str, Notes], page_notes: Notes) -> bytes:
    """A file with more notes."""
    root = parse(data, name, whole_tree=True)
    page, places = page_of(root, name)
    rich = dialect_of(root).rich
    unknown = sorted(notes.keys() - places.elements.keys())
    if unknown:
        raise UsageError(f"a note is given for {unknown[0]!r}, which is no element of {page.reading.image}.")
    taken = {node.get("id") for node in root.iter()}
    for place, note in notes.items():
        node = places.elements[place]
        if not node.get("id"):  # it is going to be referred to
            free = (name for name in (place, *(f"{place}_{n}" for n in count(2))) if name not in taken)
            node.set("id", next(free))
            taken.add(node.get("id"))
        put_notes(node, note, rich=rich)
    put_notes(next(children(root, "Page")), page_notes, rich=rich)
    return serialised(root, plain=is_plain_layout(data))


class _Change:
    """One tree on its way to another reading."""

    def __init__(self, root: etree._Element, name: str) -> None:
        self.root = root
        self.page = next(children(root, "Page"), root)
        file, self.places = page_of(root, name)
        self.was = file.reading
        self.dialect = replace(dialect_of(root), namespace=space_of(root))
        self.writer = Writer(self.dialect, {})
        boxes = Boxes(self.was.width, self.was.height, Tolerance())
        self.sync = Sync(self.writer, boxes, native=self.places.native)
        self.lines = CellLines(self.sync, self._own_ids)

    def says(self, number: Number) -> bool:
        """Whether a number has an element, and that says at every level what the number does."""
        node = self.places.elements.get(number.id)
        if node is None:
            return False
        glyphs = [next((t for t, _ in hypotheses(glyph)), "") for glyph in children(node, "Glyph")]
        own = next((text for text, _ in hypotheses(node)), "") or "".join(glyphs)
        return own == number.text and glyphs == [glyph.text for glyph in number.glyphs]

    def to(self, new: Reading, marked: Collection[str]) -> None:
        """Make the tree say `new`; lines with numbers `marked` get words."""
        was = as_written(self.was)
        self.writer.turn = self.sync.turn = new.turn
        put_facts(self.root, self.page, was, new, rich=self.dialect.rich)
        old, wanted = ({table.id: table for table in reading.tables} for reading in (was, new))
        for name in old.keys() - wanted.keys():
            self.remove_table(old[name])
        for name, table in wanted.items():
            if name in old:
                self.table(old[name], table, marked)
            else:
                self.add_table(table)
        if was.loose != new.loose or any(number.id in marked for number in new.loose):
            LooseLines(self.sync, self.page, self.places.loose, self.add_loose).put(
                was.loose, new.loose, marked
            )

    def remove_table(self, table: Table) -> None:
        for cell in table.cells:
            drop(self.places.elements[cell.id])
        if table.id in self.places.elements:
            drop(self.places.elements[table.id])

    def add_table(self, table: Table) -> None:
        before = len(self.page)
        self.writer.table(self.page, table)
        self._settle(before)

    def _settle(self, before: int) -> None:
        """Move what was written at the page's end to its place, give it free ids, and put it in order."""
        for node in list(self.page)[before:]:
            self.page.remove(node)
            if not self.places.native:
                self._own_ids(node)
            insert(self.page, node)
            self._into_order(node)

    def _own_ids(self, node: etree._Element) -> None:
        for inner in node.iter():
            if inner.get("id"):
                inner.set("id", self.sync.free(self.page, str(inner.get("id"))))

    def _into_order(self, node: etree._Element) -> None:
        """Name a new region in the reading order, if there is one that counts; zij's own is made anew."""
        if self.places.native:
            return
        order = next(children(self.page, "ReadingOrder"), None)
        group = None if order is None else next((g for g in order if local(g) == "OrderedGroup"), None)
        if group is None:
            return
        for inner in node.iter():
            if local(inner).endswith("Region") or local(inner) == "TableCell":
                index = str(sum(1 for member in group if local(member)))
                insert(group, make("RegionRefIndexed", node, index=index, regionRef=inner.get("id", "")))

    def table(self, was: Table, new: Table, marked: Collection[str]) -> None:
        node = self.places.elements.get(was.id)
        if node is not None:
            self.frame(node, was, new)
        old, wanted = ({cell.id: cell for cell in table.cells} for table in (was, new))
        for name in old.keys() - wanted.keys():
            drop(self.places.elements[name])
        for name, cell in wanted.items():
            if name in old:
                words = any(number.id in marked for number in cell.numbers)
                if words or old[name] != cell:
                    self.cell(self.places.elements[name], old[name], cell, words=words)
            else:
                self.add_cell(node, cell, new)
        if node is not None:
            self.grid(node, was, new)

    def grid(self, node: etree._Element, was: Table, new: Table) -> None:
        """The lines between rows and columns, where these are others now."""
        turn, old = self.writer.turn, self.was.turn
        if _extents(was) == _extents(new) and (turn == old or not self.places.native):
            return
        for grid in list(children(node, "Grid")):
            drop(grid)
        if self.places.native:
            self.writer.grid(node, new)

    def frame(self, node: etree._Element, was: Table, new: Table) -> None:
        """What stands on the TableRegion itself."""
        for name, old, wanted in (("rows", was.rows, new.rows), ("columns", was.columns, new.columns)):
            if old != wanted:
                node.set(name, str(wanted))
        if was.box != new.box:
            self.sync.box(node, new.box)
        if was.confidence != new.confidence and self.dialect.rich:
            for coords in children(node, "Coords"):
                coords.set("conf", f"{new.confidence:.6g}")

    def add_cell(self, table: etree._Element | None, cell: Cell, owner: Table) -> None:
        before = len(self.page)
        if table is not None and self.dialect.cells_inside:
            self.writer.cell(table, cell, owner.id)
            node = table[-1]
            table.remove(node)
            if not self.places.native:
                self._own_ids(node)
            insert(table, node)
            self._into_order(node)
        else:
            self.writer.cell(self.page, cell, "" if table is None else table.get("id", ""))
            self._settle(before)

    def cell(self, node: etree._Element, was: Cell, new: Cell, *, words: bool) -> None:
        if was.box != new.box:
            self.cell_box(node, new.box)
        self.cell_place(node, was, new)
        framed = self.places.native and was.box != new.box  # a line without numbers has its cell's box
        blank = was.state != new.state and not new.text
        if words or framed or blank or (was.text, without_ids(was)) != (new.text, without_ids(new)):
            self.cell_text(node, was, new, words=words)
        self.cell_state(node, was, new)

    def cell_box(self, node: etree._Element, box: Box) -> None:
        if local(node) != "TableCell":
            self.sync.box(node, box)
            return
        self.sync.box(node, box, clockwise=False)
        for corners in children(node, "CornerPts"):
            corners.text = "0 1 2 3"

    def cell_place(self, node: etree._Element, was: Cell, new: Cell) -> None:
        roles = [role for group in children(node, "Roles") for role in children(group, "TableCellRole")]
        if local(node) == "TableCell":
            target, names, header = node, ("row", "col", "rowSpan", "colSpan"), "label"
        elif roles:
            target, names, header = roles[0], ("rowIndex", "columnIndex", "rowSpan", "colSpan"), "header"
        else:
            target = insert(insert(node, make("Roles", node)), make("TableCellRole", node))
            names, header = ("rowIndex", "columnIndex", "rowSpan", "colSpan"), "header"
        old, wanted = ((c.row, c.column, c.row_span, c.column_span) for c in (was, new))
        for name, before, value in zip(names, old, wanted, strict=True):
            if before != value or not (roles or header == "label"):
                target.set(name, str(value))
        if was.header != new.header:
            target.set(header, str(new.header).lower())

    def cell_text(self, node: etree._Element, was: Cell, new: Cell, *, words: bool) -> None:
        """Text and numbers of a cell: line by line, then its own."""
        own = next((text for text, _ in hypotheses(node)), None)
        self.lines.put(node, self.places.lines.get(new.id, ()), was, new, words=words)
        if self.places.native and not new.text:
            self.sync.untext(node)
        elif own != new.text and (self.places.native or (own is not None and was.text != new.text)):
            self.sync.text(node, new.text, None)

    def cell_state(self, node: etree._Element, was: Cell, new: Cell) -> None:
        """State, confidence and source, where they are new."""
        told = (new.state, new.confidence, new.source)
        if told == (was.state, was.confidence, was.source) and not self.places.native:
            return
        parts = custom_parts(node).get("zij", {})
        parts["state"] = new.state
        own = next(children(node, "TextEquiv"), None)
        if own is not None and new.text:
            parts.pop("confidence", None)
            own.set("conf", f"{new.confidence:.6g}")
        elif new.confidence != 1 or was.confidence != 1:
            parts["confidence"] = f"{new.confidence:.6g}"
        if new.confidence == 1 and not new.text:
            parts.pop("confidence", None)
        parts.pop("source", None)
        if new.source:
            parts["source"] = new.source
        put_custom(node, "zij", " ".join(f"{key}:{value};" for key, value in parts.items()))

    def add_loose(self, numbers: Sequence[Number]) -> None:
        if numbers:
            before = len(self.page)
            self.writer.loose(self.page, tuple(numbers))
            self._settle(before)


def _extents(table: Table) -> list[object]:
    cells = ((c.row, c.column, c.row_span, c.column_span, c.box) for c in table.cells)
    return [table.rows, table.columns, *cells]
