"""PAGE-XML of any version and origin as a reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import get_args

from lxml import etree

from zij.errors import PageXMLError
from zij.tables.correction import numbers_in
from zij.tables.geometry import Box
from zij.tables.pagexml._reader.regions import FoundCell, FoundTable, Regions
from zij.tables.pagexml._reader.text import Line, Text, hypotheses
from zij.tables.pagexml._reader.tolerated import coverage, deviations
from zij.tables.pagexml._tree.grid import Grid, cell_in, grid_in
from zij.tables.pagexml._tree.metadata import Facts, facts
from zij.tables.pagexml._tree.model import Notes, PageFile, inside, six_digits
from zij.tables.pagexml._tree.notes import notes_of
from zij.tables.pagexml._tree.points import Boxes
from zij.tables.pagexml._tree.xml import LIMIT, Tolerance, children, custom_parts, decimal, parse, whole
from zij.tables.reading import Cell, Number, Reading, State, Table

__all__ = ["Places", "bytes_of", "page_from_bytes", "page_of", "read_pagexml"]

_STATES: dict[str | None, State] = {state: state for state in get_args(State)}
_POSITIONS = 10**6  # rows x columns of a table, above which a file is not believed


def read_pagexml(path: str | Path) -> PageFile:
    """Read a PAGE-XML file of any version (2010 to 2024) and of any program.

    Cells may be regions with a TableCellRole inside their table or beside it, or Transkribus' TableCell.
    A text that a person changed counts more than the digits below it: line over words, word over glyphs.
    Nothing outside the file is read.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    PageFile
        The reading, and what had to be tolerated.

    Raises
    ------
    PageXMLError
        If the file is missing, too large, not safe to read, no PAGE-XML, or claims a table too large.
    """
    return page_from_bytes(bytes_of(path), path)


def bytes_of(path: str | Path) -> bytes:
    """The content of a file, a byte beyond the limit at most.

    Raises
    ------
    PageXMLError
        If the file is missing or cannot be read.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            return stream.read(LIMIT + 1)
    except FileNotFoundError as error:
        raise PageXMLError(f"{path}: there is no such file; check the name.") from error
    except (OSError, ValueError) as error:
        raise PageXMLError(f"{path}: cannot be read as a file ({error}); check the name.") from error


def page_from_bytes(data: bytes, path: str | Path) -> PageFile:
    """The content of a PAGE-XML file; see `read_pagexml`."""
    return page_of(parse(data, str(path)), path)[0]


@dataclass(frozen=True, slots=True)
class Places:
    """Where in the tree the parts of a reading stand.

    Attributes
    ----------
    elements : mapping of str to Element
        Of tables, cells, numbers and glyphs by their ids in the reading; some numbers have no element of
        their own.
    lines : mapping of str to sequence of (Element, int)
        The lines of each cell, and how many of its numbers stand in each.
    loose : sequence of (Element, int)
        The lines outside tables.
    native : bool
        Whether zij wrote the file and every element bears the id that it has in the reading.
    """

    elements: Mapping[str, etree._Element]
    lines: Mapping[str, Sequence[tuple[etree._Element, int]]]
    loose: Sequence[tuple[etree._Element, int]]
    native: bool


def page_of(root: etree._Element, path: str | Path) -> tuple[PageFile, Places]:
    """What stands in a tree, and where."""
    file = _File(root, Path(path))
    page = file.content()
    return page, file.places


class _File:
    """One file on its way to a reading."""

    def __init__(self, root: etree._Element, path: Path) -> None:
        pages = list(children(root, "Page"))
        if not pages:
            raise PageXMLError(f"{path}: has no Page element and so nothing to read; export the page again.")
        self.path = path
        self.page = pages[0]
        self.tolerated = Tolerance()
        self.tolerated.note("pages after the first were passed over", len(pages) - 1)
        width, height = (max(whole(self.page.get(f"image{side}")) or 0, 0) for side in ("Width", "Height"))
        if not (width and height):
            self.tolerated.note("the size of the image is not given")
        deviations(root, self.tolerated)
        self.boxes = Boxes(width, height, self.tolerated)
        self.regions = Regions(self.page, self.boxes, self.tolerated)
        known = facts(root, self.page)
        if self.regions.by_id and not known.descends:  # what another program kept of a file of zij's
            known = replace(known, descends=True, source="human")
        self.facts: Facts = known
        self.text = Text(
            self.boxes, self.tolerated, ours=known.ours, descends=known.descends, turn=known.turn
        )
        self.grid: Grid | None = None
        self.lines: dict[str, list[tuple[etree._Element, int]]] = {}
        self.places = Places({}, {}, (), False)

    def content(self) -> PageFile:
        known, regions = self.facts, self.regions
        tables = tuple(self.table(found) for found in regions.tables.values())
        lines = [self.text.line(line, self.boxes.page) for line in regions.lines]
        loose = tuple(chain.from_iterable(line.numbers for line in lines))
        reading = Reading(
            image=self.page.get("imageFilename", ""),
            sha256=known.sha256,
            width=self.boxes.width,
            height=self.boxes.height,
            tables=tables,
            loose=loose,
            turn=known.turn,
            skew=known.skew,
            digit_height=known.digit_height,
            source="human" if known.descends and self.text.corrections else known.source,
            model=known.model,
            parameters=known.parameters,
        )
        named = reading.with_ids()
        renamed = [(old, new) for old, new in zip(_ids(reading), _ids(named), strict=True) if old]
        elements = {new: self.text.elements[old] for old, new in renamed}
        native = known.ours and all(node.get("id") == name for name, node in elements.items())
        counted = [(line.node, len(line.numbers)) for line in lines]
        of_cells = {new: self.lines[old] for old, new in renamed if old in self.lines}
        self.places = Places(elements, of_cells, counted, native)
        notes = {name: found for name, node in elements.items() if (found := notes_of(node)) is not None}
        in_cells = sum(len(found) for found in of_cells.values())
        return PageFile(
            named, self.path, self.tolerated.sentences(), notes, notes_of(self.page) or Notes(),
            in_cells + len(counted), in_cells,
        )  # fmt: skip

    def table(self, found: FoundTable) -> Table:
        rows, columns = self.extent(found)
        around = found.box or self.boxes.page
        self.grid = None if found.node is None else grid_in(found.node, rows, columns)
        cells = [self.cell(cell, around) for cell in found.cells]
        if not any(cell.text.strip() for cell in cells):  # nobody read this table, so nothing is known empty
            stated = ["state" in custom_parts(cell.node).get("zij", {}) for cell in found.cells]
            cells = [c if s else replace(c, state="unread") for c, s in zip(cells, stated, strict=True)]
        cells.sort(key=lambda cell: (cell.row, cell.column))
        coverage(cells, rows, columns, self.tolerated)
        box = found.box or (Box.hull(cell.box for cell in cells) if cells else around)
        if found.node is None:
            return Table(box, rows, columns, tuple(cells))
        coords = next(children(found.node, "Coords"), found.node)
        confidence = six_digits(_either(decimal(coords.get("conf")), 1.0))
        return Table(box, rows, columns, tuple(cells), confidence, self.text.mark(found.node))

    def extent(self, found: FoundTable) -> tuple[int, int]:
        """Rows and columns as stated, or as many as the cells need."""
        places = [cell.place for cell in found.cells]
        rows = max((row + span for row, _, span, _ in places), default=0)
        columns = max((column + span for _, column, _, span in places), default=0)
        stated = (None, None) if found.node is None else (found.node.get("rows"), found.node.get("columns"))
        said = [max(whole(text) or 0, 0) for text in stated]
        if any(stated) and (rows > said[0] or columns > said[1]):
            self.tolerated.note("a table has cells beyond its stated rows or columns")
        rows, columns = max(rows, said[0]), max(columns, said[1])
        if rows * columns > _POSITIONS or max(rows, columns) > _POSITIONS:
            raise PageXMLError(
                f"{self.path}: claims a table of {rows} rows and {columns} columns, more than {_POSITIONS:,} "
                "cells; correct the row and column numbers of its cells."
            )
        return rows, columns

    def cell(self, found: FoundCell, around: Box) -> Cell:
        before = self.text.corrections
        box = self.boxes.of(found.node)
        if box is None and self.grid is not None and (of_grid := cell_in(self.grid, found.place)) is not None:
            box = inside(of_grid, self.boxes.width, self.boxes.height)
        lines = [self.text.line(line, box or around) for line in found.lines]
        box = box or (Box.hull(line.box for line in lines) if lines else around)
        text, numbers = self.cell_text(found.node, lines, box)
        row, column, row_span, column_span = found.place
        if self.text.corrections > before:
            state, confidence = self.state(None, text, lines), 1.0
            source = "human" if self.facts.descends else ""
        else:
            stated = custom_parts(found.node).get("zij", {})
            state, source = self.state(stated.get("state"), text, lines), stated.get("source", "")
            read = next((conf for _, conf in hypotheses(found.node)), None)
            confidence = six_digits(_either(decimal(stated.get("confidence")), _either(read, 1.0)))
        name = self.text.mark(found.node)
        self.lines[name] = [(line.node, len(line.numbers)) for line in lines]
        return Cell(
            row, column, box, numbers, text, state, confidence, row_span, column_span, found.header, name,
            source,
        )  # fmt: skip

    def cell_text(self, node: etree._Element, lines: list[Line], box: Box) -> tuple[str, tuple[Number, ...]]:
        """Text and numbers of a cell: its lines' text counts more than its own."""
        own = next((text for text, _ in hypotheses(node)), "")
        joined = "\n".join(line.text for line in lines).strip("\n")  # lines that nobody has read have none
        numbers = tuple(chain.from_iterable(line.numbers for line in lines))
        if own.split() == joined.split():
            return own, numbers
        if not joined.strip():
            return own, numbers_in(own, box, turn=self.facts.turn)
        if own.strip():
            self.tolerated.note("the text of cells differs from their lines, which were preferred")
            self.text.corrections += 1
        return joined, numbers

    def state(self, stated: str | None, text: str, lines: list[Line]) -> State:
        """A cell's state as zij noted it, unless its text has been changed since; else from its text."""
        known = _STATES.get(stated)
        if text.strip():
            stale = known in (None, "empty") or (known == "unread" and self.facts.edited)
            return "read" if stale or known is None else known
        if known is None:
            return "unread" if lines else "empty"
        return "empty" if self.facts.edited and known in ("read", "uncertain") else known


def _ids(reading: Reading) -> Iterator[str]:
    for table in reading.tables:
        yield table.id
        yield from (cell.id for cell in table.cells)
    for number in reading.numbers():
        yield number.id
        yield from (glyph.id for glyph in number.glyphs)


def _either(value: float | None, default: float) -> float:
    return default if value is None else value
