"""What PAGE-XML can hold of a reading: whole pixels, confidences of six digits, clean text, unique ids."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

__all__ = ["Notes", "PageFile", "as_written", "clean_lines", "clean_text", "inside", "six_digits"]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Notes:
    """What else is to stand on an element: a relevance, a pointer to the other page of a pair.

    Attributes
    ----------
    attributes : tuple of (name, type, value)
        `UserAttribute`s; the type is xsd:string, xsd:integer, xsd:boolean or xsd:float.
    labels : tuple of (external model, external id, labels)
        `Labels`, each holding `Label`s as (type, value, comments); an empty string is left out.
    """

    attributes: tuple[tuple[str, str, str], ...] = ()
    labels: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class PageFile:
    """A PAGE-XML file that was read.

    Attributes
    ----------
    reading : Reading
        With the ids of `Reading.with_ids`.
    path : Path
        The file.
    tolerated : tuple of str
        Each kind of deviation from the format that was passed over, one sentence each.
    notes : mapping of str to Notes
        By element id, as `to_xml` takes them.
    page_notes : Notes
        Those of the page itself.
    lines, lines_in_tables : int
        How many lines of text were read, and how many of them stand in cells.
    """

    reading: Reading
    path: Path
    tolerated: tuple[str, ...] = ()
    notes: Mapping[str, Notes] = field(default_factory=dict)
    page_notes: Notes = field(default_factory=Notes)
    lines: int = 0
    lines_in_tables: int = 0


def as_written(reading: Reading) -> Reading:
    """The reading as a PAGE-XML file of the profiles nested and flat holds it.

    Boxes are whole pixels inside the image, parents hold their children, confidences have six
    significant digits, text is NFC without what XML forbids and without blanks at the ends of lines, cells
    stand row by row, every element has its id. A reading that was read from such a file is not changed.
    """
    tables = tuple(_table(table, reading) for table in reading.tables)
    loose = tuple(_number(number, reading) for number in reading.loose)
    return replace(
        reading,
        image=clean_text(reading.image),
        sha256=clean_text(reading.sha256),
        tables=tables,
        loose=loose,
        source=clean_text(reading.source),
        model=clean_text(reading.model),
        parameters=tuple((clean_text(name), clean_text(value)) for name, value in reading.parameters),
    ).with_ids()


def clean_text(text: str) -> str:
    """Text in Unicode's composed form (NFC), without the characters that XML 1.0 forbids."""
    return unicodedata.normalize("NFC", _NOT_XML.sub("", text))


def clean_lines(text: str) -> str:
    """Text of one or more lines, clean, without blanks at their ends and without empty lines.

    Lines end at any of Unicode's line breaks (U+2028 and the like), which other programs take for one or
    strip from a line's ends; so the text of a cell is the text of its lines to all of them.
    """
    return "\n".join(filter(None, (line.strip() for line in clean_text(text).splitlines())))


def six_digits(value: float) -> float:
    """A confidence, 0 to 1, with six significant digits."""
    return float(f"{min(max(value, 0.0), 1.0):.6g}")


def _table(table: Table, page: Reading) -> Table:
    cells = sorted((_cell(cell, page) for cell in table.cells), key=lambda cell: (cell.row, cell.column))
    box = Box.hull([inside(table.box, page.width, page.height), *(cell.box for cell in cells)])
    return replace(table, box=box, cells=tuple(cells), confidence=six_digits(table.confidence))


def _cell(cell: Cell, page: Reading) -> Cell:
    numbers = tuple(_number(number, page) for number in cell.numbers)
    return replace(
        cell,
        numbers=numbers,
        box=Box.hull([inside(cell.box, page.width, page.height), *(number.box for number in numbers)]),
        text=clean_lines(cell.text),
        confidence=six_digits(cell.confidence),
        source=re.sub(r"[;{}\s]+", " ", clean_text(cell.source)).strip(),
    )


def _number(number: Number, page: Reading) -> Number:
    glyphs = tuple(_glyph(glyph, page) for glyph in number.glyphs)
    box = Box.hull([inside(number.box, page.width, page.height), *(glyph.box for glyph in glyphs)])
    return replace(number, glyphs=glyphs, box=box, text=clean_lines(number.text).replace("\n", " "))


def _glyph(glyph: Glyph, page: Reading) -> Glyph:
    return replace(
        glyph,
        box=inside(glyph.box, page.width, page.height),
        text=clean_text(glyph.text),
        confidence=six_digits(glyph.confidence),
        alternatives=tuple((clean_text(text), six_digits(value)) for text, value in glyph.alternatives),
    )


def inside(box: Box, width: int, height: int) -> Box:
    """The box in whole pixels, at least 1 x 1 of them, inside an image of that size (if above 0)."""
    whole = box.rounded()
    if width < 1 or height < 1:
        return whole
    x, y = min(max(whole.x, 0), width - 1), min(max(whole.y, 0), height - 1)
    right = min(max(whole.right, x + 1), width)
    bottom = min(max(whole.bottom, y + 1), height)
    return Box(x, y, right - x, bottom - y)
