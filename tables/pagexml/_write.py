"""A reading as PAGE-XML, in the three ways in which programs expect the cells of a table."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lxml import etree

from zij.errors import OutputError, UsageError
from zij.files import write_bytes
from zij.tables.geometry import Box
from zij.tables.pagexml._checks.check import findings
from zij.tables.pagexml._dialects.dialect import DIALECTS, Dialect, Profile
from zij.tables.pagexml._tree.grid import grid_of
from zij.tables.pagexml._tree.layout import baseline, corners, custom, lines
from zij.tables.pagexml._tree.metadata import attributes, clock, custom_facts
from zij.tables.pagexml._tree.model import Notes, as_written
from zij.tables.pagexml._tree.notes import put_notes
from zij.tables.pagexml._tree.xml import SCHEMA_INSTANCE, parse
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

__all__ = ["Profile", "Writer", "to_xml", "write_pagexml"]

_TIMELESS = "Time stamps are left out, so that the same input gives the same file."
_BASELINES = "Baselines are the lower edges of the numbers' boxes."


def to_xml(
    reading: Reading,
    *,
    profile: Profile = "nested",
    notes: Mapping[str, Notes] | None = None,
    page_notes: Notes | None = None,
) -> bytes:
    """A reading as PAGE-XML.

    Parameters
    ----------
    reading : Reading
        What was read; it is written as `as_written` gives it, with the ids of `Reading.with_ids`.
    profile : {"nested", "flat", "transkribus"}
        "nested": PAGE 2019-07-15, the cells inside their TableRegion. "flat": the same with the cells beside
        it, for eScriptorium, kraken and LAREX. "transkribus": 2013-07-15 with TableCell, as Transkribus
        extends it; it has no place for alternatives and parameters, and notes stand in its custom
        attributes.
    notes : mapping of str to Notes, optional
        Notes on glyphs, words, cells and tables, by id.
    page_notes : Notes, optional
        Notes on the page.

    Returns
    -------
    bytes
        The file, UTF-8; the same for the same input. Its time stamps come from SOURCE_DATE_EPOCH, if set.

    Raises
    ------
    UsageError
        If the profile is not one of the three or a note names no element.
    OutputError
        If the reading cannot be right (an image without size, a cell outside its table).
    """
    if profile not in DIALECTS:
        raise UsageError(f"profile {profile!r} is not known; choose one of {', '.join(DIALECTS)}.")
    reading = as_written(reading)
    writer = Writer(DIALECTS[profile], dict(notes or {}))
    root = writer.document(reading, page_notes or Notes())
    if writer.notes:
        raise UsageError(
            f"a note is given for {min(writer.notes)!r}, which is no element of {reading.image}."
        )
    data = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    wrong = findings(parse(data, reading.image), coverage=False)
    if wrong:
        raise OutputError(f"{reading.image}: this reading cannot be written as PAGE-XML: {wrong[0]}.")
    return data


def write_pagexml(
    path: str | Path,
    reading: Reading,
    *,
    profile: Profile = "nested",
    notes: Mapping[str, Notes] | None = None,
    page_notes: Notes | None = None,
) -> Path:
    """Write `to_xml` of a reading to a file, whole or not at all.

    Parameters
    ----------
    path : path
    reading : Reading
    profile : Profile
    notes : mapping of str to Notes, optional
    page_notes : Notes, optional
        As `to_xml` takes them.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    UsageError, OutputError
        As `to_xml`, or if the file cannot be written.
    """
    return write_bytes(path, to_xml(reading, profile=profile, notes=notes, page_notes=page_notes))


class Writer:
    """Builds the tree, or parts of one; `notes` loses what has been placed, `order` gains every region."""

    def __init__(self, dialect: Dialect, notes: dict[str, Notes]) -> None:
        self.dialect = dialect
        self.notes = notes
        self.order: list[str] = []
        self.turn = 0

    def add(
        self, parent: etree._Element, tag: str, text: str | None = None, **attributes: str
    ) -> etree._Element:
        """A new last child."""
        space = self.dialect.namespace
        node = etree.SubElement(parent, f"{{{space}}}{tag}" if space else tag, attributes)
        node.text = text or None  # an empty text is written as it is read
        return node

    def document(self, reading: Reading, page_notes: Notes) -> etree._Element:
        self.turn = reading.turn
        space = self.dialect.namespace
        prefixes: Any = {None: space, "xsi": SCHEMA_INSTANCE}
        root = etree.Element(f"{{{space}}}PcGts", nsmap=prefixes)
        root.set(f"{{{SCHEMA_INSTANCE}}}schemaLocation", f"{space} {space}/pagecontent.xsd")
        self.metadata(root, reading)
        size = {"imageWidth": str(reading.width), "imageHeight": str(reading.height)}
        page = self.add(root, "Page", imageFilename=reading.image, **size)
        if not self.dialect.rich:
            page.set("custom", custom(zij=custom_facts(reading)))
        head = len(page)
        put_notes(page, page_notes, rich=self.dialect.rich)
        for table in reading.tables:
            self.table(page, table)
        if reading.loose:
            self.loose(page, reading.loose)
        self.reading_order(page, head)
        return root

    def metadata(self, root: etree._Element, reading: Reading) -> None:
        node = self.add(root, "Metadata")
        stamp, stamped = clock()
        self.add(node, "Creator", f"zij {version('zij')}")
        self.add(node, "Created", stamp)
        self.add(node, "LastChange", stamp)
        self.add(node, "Comments", _BASELINES if stamped else f"{_BASELINES} {_TIMELESS}")
        if not self.dialect.rich:
            return
        defined = self.add(node, "UserDefined")
        for name, kind, value in attributes(reading):
            self.add(defined, "UserAttribute", name=name, type=kind, value=value)
        step = self.add(
            node, "MetadataItem", type="processingStep", name="digit-reading", value=reading.model
        )
        if reading.parameters:
            labels = self.add(step, "Labels", externalModel="zij-parameters")
            for name, value in reading.parameters:
                self.add(labels, "Label", type=name, value=value)

    def reading_order(self, page: etree._Element, position: int) -> None:
        if not self.order:
            return
        order = self.add(page, "ReadingOrder")
        page.insert(position, order)
        group = self.add(order, "OrderedGroup", id="ro")
        for index, name in enumerate(self.order):
            self.add(group, "RegionRefIndexed", index=str(index), regionRef=name)

    def place(self, name: str) -> str:
        """Take the next place in the reading order."""
        self.order.append(name)
        return str(len(self.order) - 1)

    def table(self, page: etree._Element, table: Table) -> None:
        node = self.add(page, "TableRegion", id=table.id, rows=str(table.rows), columns=str(table.columns))
        node.set("custom", custom(readingOrder={"index": self.place(table.id)}))
        self.coords(node, table.box, table.confidence)
        self.note_on(node, table.id)
        for cell in table.cells:
            self.cell(node if self.dialect.cells_inside else page, cell, table.id)
        self.grid(node, table)

    def grid(self, node: etree._Element, table: Table) -> None:
        """The lines between rows and columns, where the cells stand edge to edge."""
        grid = grid_of(table, self.turn) if self.dialect.rich else None
        if grid is None:
            return
        parent = self.add(node, "Grid")
        for index, points in enumerate(grid):
            text = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
            self.add(parent, "GridPoints", index=str(index), points=text)

    def cell(self, parent: etree._Element, cell: Cell, table: str) -> None:
        node = self.add(parent, "TextRegion" if self.dialect.roles else "TableCell", id=cell.id)
        parts = {"readingOrder": {"index": self.place(cell.id)}, "structure": {"type": "cell"}}
        if not self.dialect.cells_inside:
            parts["table"] = {"id": table}
        parts["zij"] = {"state": cell.state}
        if not cell.text and cell.confidence != 1:
            parts["zij"]["confidence"] = f"{cell.confidence:.6g}"
        if cell.source:
            parts["zij"]["source"] = cell.source
        node.set("custom", custom(**parts))
        if self.dialect.roles:
            self.standard_place(node, cell)
        else:
            self.transkribus_place(node, cell)
        for index, (text, numbers) in enumerate(lines(cell)):
            box = Box.hull(number.box for number in numbers) if numbers else cell.box
            self.line(node, f"{cell.id}_l{index + 1}", index, numbers, text, box)
        if cell.state == "unread" and not (cell.text or cell.numbers):
            self.line(node, f"{cell.id}_l1", 0, (), None, cell.box)
        if cell.text:
            self.text(node, cell.text, cell.confidence)
        if not self.dialect.roles:
            self.add(node, "CornerPts", "0 1 2 3")

    def standard_place(self, node: etree._Element, cell: Cell) -> None:
        self.coords(node, cell.box)
        self.note_on(node, cell.id)
        place = {"rowIndex": str(cell.row), "columnIndex": str(cell.column)}
        spans = {"rowSpan": str(cell.row_span), "colSpan": str(cell.column_span)}
        header = str(cell.header).lower()
        self.add(self.add(node, "Roles"), "TableCellRole", **place, **spans, header=header)

    def transkribus_place(self, node: etree._Element, cell: Cell) -> None:
        values = (cell.row, cell.column, cell.row_span, cell.column_span)
        for name, value in zip(("row", "col", "rowSpan", "colSpan"), values, strict=True):
            node.set(name, str(value))
        if cell.header:
            node.set("label", "true")
        self.add(node, "Coords", points=corners(cell.box, clockwise=False))
        self.note_on(node, cell.id)

    def loose(self, page: etree._Element, numbers: tuple[Number, ...]) -> None:
        node = self.add(page, "TextRegion", id="x", type="other")
        structure = {"type": "digits-unassigned"}
        node.set("custom", custom(readingOrder={"index": self.place("x")}, structure=structure))
        self.coords(node, Box.hull(number.box for number in numbers))
        for index, number in enumerate(numbers):
            self.line(node, f"{number.id}_l1", index, (number,), number.text, number.box)
        self.text(node, "\n".join(number.text for number in numbers))

    def line(
        self,
        parent: etree._Element,
        name: str,
        index: int,
        numbers: tuple[Number, ...],
        text: str | None,
        box: Box,
    ) -> etree._Element:
        """A line; one without text (None) holds the place of what nobody has read."""
        node = self.add(parent, "TextLine", id=name, custom=custom(readingOrder={"index": str(index)}))
        if self.dialect.rich:
            node.set("index", str(index))
        self.coords(node, box)
        self.add(node, "Baseline", points=baseline(box, self.turn))
        for number in numbers:
            self.word(node, number)
        if text is not None:
            self.text(node, text)
        return node

    def word(self, line: etree._Element, number: Number) -> etree._Element:
        node = self.add(line, "Word", id=number.id)
        self.coords(node, number.box)
        for glyph in number.glyphs:
            self.glyph(node, glyph)
        self.text(node, number.text, number.confidence if number.glyphs else None)
        self.note_on(node, number.id)
        return node

    def glyph(self, word: etree._Element, glyph: Glyph) -> etree._Element:
        node = self.add(word, "Glyph", id=glyph.id)
        self.coords(node, glyph.box)
        hypotheses = ((glyph.text, glyph.confidence), *glyph.alternatives)
        for index, (text, confidence) in enumerate(hypotheses if self.dialect.rich else hypotheses[:1]):
            equiv = self.text(node, text, confidence, index)
            if self.dialect.rich and text in tuple("0123456789"):
                equiv.set("dataType", "xsd:integer")
        self.note_on(node, glyph.id)
        return node

    def text(
        self, parent: etree._Element, text: str, confidence: float | None = None, index: int = 0
    ) -> etree._Element:
        node = self.add(parent, "TextEquiv")
        if self.dialect.rich:
            node.set("index", str(index))
        if confidence is not None:
            node.set("conf", f"{confidence:.6g}")
        self.add(node, "Unicode", text)
        return node

    def coords(self, parent: etree._Element, box: Box, confidence: float | None = None) -> None:
        node = self.add(parent, "Coords", points=corners(box))
        if confidence is not None and self.dialect.rich:
            node.set("conf", f"{confidence:.6g}")

    def note_on(self, node: etree._Element, name: str) -> None:
        notes = self.notes.pop(name, None)
        if notes is not None:
            put_notes(node, notes, rich=self.dialect.rich)
