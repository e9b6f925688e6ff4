"""What was read on a page: glyphs, numbers, cells, tables, all in pixels of the original image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from zij.tables.geometry import Box

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cell", "Glyph", "Number", "Reading", "State", "Table"]

State = Literal["read", "uncertain", "unread", "empty"]


@dataclass(frozen=True, slots=True)
class Glyph:
    """One printed sign: a digit, or a separator such as a point between digits.

    Attributes
    ----------
    box : Box
        Pixels of the original image.
    text : str
        One character.
    confidence : float
        Probability of `text`, 0 to 1.
    alternatives : tuple of (str, float)
        Other digits that it may be, with their probabilities, the likeliest first.
    id : str
        Name of the element in PAGE-XML, unique on the page.
    """

    box: Box
    text: str
    confidence: float = 1.0
    alternatives: tuple[tuple[str, float], ...] = ()
    id: str = ""

    @property
    def is_digit(self) -> bool:
        """Whether the sign is one of 0 to 9."""
        return len(self.text) == 1 and self.text in "0123456789"

    def probabilities(self) -> tuple[float, ...]:
        """Probability of each digit 0 to 9; all zero for a separator."""
        values = [0.0] * 10
        for text, probability in ((self.text, self.confidence), *self.alternatives):
            if len(text) == 1 and text in "0123456789":
                values[int(text)] = probability
        return tuple(values)


@dataclass(frozen=True, slots=True)
class Number:
    """A run of glyphs that belong together, in reading order: one sexagesimal place, one integer.

    `text` stands for itself where another program gives a word without glyphs.

    Attributes
    ----------
    glyphs : tuple of Glyph
    text : str
    box : Box
    id : str
    """

    glyphs: tuple[Glyph, ...]
    text: str
    box: Box
    id: str = ""

    @property
    def digits(self) -> tuple[Glyph, ...]:
        """The glyphs without separators."""
        return tuple(glyph for glyph in self.glyphs if glyph.is_digit)

    @property
    def confidence(self) -> float:
        """Product of the glyphs' probabilities: that every sign is right."""
        value = 1.0
        for glyph in self.glyphs:
            value *= glyph.confidence
        return value


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; rows and columns count from 0.

    `state` is never guessed: "read", "uncertain" (a digit below the upper threshold), "unread" (ink, but
    no reading), "empty". `text` is the cell's text as it is to be quoted, its numbers joined by a space.
    `source` is "human" where a person changed the cell, and "" where it is the page's.

    Attributes
    ----------
    row : int
    column : int
        Of its first row and column.
    box : Box
    numbers : tuple of Number
    text : str
    state : State
    confidence : float
        Probability that every sign is right, 0 to 1.
    row_span : int
    column_span : int
    header : bool
        Whether it heads its row or column.
    id : str
    source : str
    """

    row: int
    column: int
    box: Box
    numbers: tuple[Number, ...] = ()
    text: str = ""
    state: State = "empty"
    confidence: float = 1.0
    row_span: int = 1
    column_span: int = 1
    header: bool = False
    id: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A grid of cells in reading order (row by row); positions without a cell are covered by a span.

    Attributes
    ----------
    box : Box
    rows : int
    columns : int
        How many.
    cells : tuple of Cell
    confidence : float
        0 to 1.
    id : str
    """

    box: Box
    rows: int
    columns: int
    cells: tuple[Cell, ...]
    confidence: float = 1.0
    id: str = ""

    def _repr_html_(self) -> str:
        from zij.tables.show.pages import table_html

        return table_html(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """One line in a notebook or IPython, as the whole would be thousands."""
        printer.text(f"<Table {self.id}: {self.rows} rows, {self.columns} columns>")


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read on one page.

    Attributes
    ----------
    image : str
        File name of the image, without folders.
    sha256 : str
        Hash of the image file, "" where it is not known.
    width, height : int
        Size of the original image in pixels (after EXIF orientation).
    tables : tuple of Table
        In reading order.
    loose : tuple of Number
        Numbers outside tables, in reading order.
    turn : int
        Degrees (0, 90, 180, 270) by which the image is to be turned clockwise to stand upright.
    skew : float
        Degrees by which the upright page is to be turned clockwise for its rows to be level.
    digit_height : float
        Nominal height of the digits in pixels of the original; 0 where no digit was found.
    source : str
        "machine", "human" (corrected or written by a person), or the name of another program.
    model : str
        Name and hash of the digit model, "" where none was used.
    parameters : tuple of (str, str)
        What the reading depended on, by name.
    """

    image: str
    sha256: str
    width: int
    height: int
    tables: tuple[Table, ...] = ()
    loose: tuple[Number, ...] = ()
    turn: int = 0
    skew: float = 0.0
    digit_height: float = 0.0
    source: str = "machine"
    model: str = ""
    parameters: tuple[tuple[str, str], ...] = field(default=())

    def numbers(self) -> Iterator[Number]:
        """All numbers, those of tables first, in reading order."""
        for table in self.tables:
            for cell in table.cells:
                yield from cell.numbers
        yield from self.loose

    def glyphs(self) -> Iterator[Glyph]:
        """All glyphs in the order of `numbers`."""
        for number in self.numbers():
            yield from number.glyphs

    def frame(self) -> pd.DataFrame:
        """The cells of all tables as a data frame, with the columns of `STEM.cells.csv`.

        See `zij.tables.show.frames.cells_frame`.
        """
        from zij.tables.show.frames import cells_frame

        return cells_frame(self)

    def digits(self) -> pd.DataFrame:
        """All glyphs as a data frame: text, confidence, alternatives, box, and the cell that they stand in.

        See `zij.tables.show.frames.digits_frame`.
        """
        from zij.tables.show.frames import digits_frame

        return digits_frame(self)

    def _repr_html_(self) -> str:
        from zij.tables.show.pages import reading_html

        return reading_html(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        from zij.tables.show.pages import reading_line

        printer.text(f"<Reading of {reading_line(self)}>")

    def with_ids(self) -> Reading:
        """The same reading with an id on every element, made from its position alone.

        A table is `t1`, its cell in row 0, column 2 `t1_r0c2`, that cell's first number `t1_r0c2_w1`,
        its second glyph `t1_r0c2_w1_g2`; the third number outside tables is `x3`. A second cell in the same
        place, which another program may write, is `t1_r0c2_2`.
        """
        tables = tuple(_table_with_ids(table, f"t{n}") for n, table in enumerate(self.tables, 1))
        loose = tuple(_number_with_ids(number, f"x{n}") for n, number in enumerate(self.loose, 1))
        return replace(self, tables=tables, loose=loose)


def _table_with_ids(table: Table, name: str) -> Table:
    cells: list[Cell] = []
    taken: Counter[tuple[int, int]] = Counter()
    for cell in table.cells:
        taken[cell.row, cell.column] += 1
        again = taken[cell.row, cell.column]
        key = f"{name}_r{cell.row}c{cell.column}" + (f"_{again}" if again > 1 else "")
        numbers = tuple(_number_with_ids(number, f"{key}_w{n}") for n, number in enumerate(cell.numbers, 1))
        cells.append(replace(cell, numbers=numbers, id=key))
    return replace(table, cells=tuple(cells), id=name)


def _number_with_ids(number: Number, name: str) -> Number:
    glyphs = tuple(replace(glyph, id=f"{name}_g{n}") for n, glyph in enumerate(number.glyphs, 1))
    return replace(number, glyphs=glyphs, id=name)
