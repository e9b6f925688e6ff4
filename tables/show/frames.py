"""Readings as data frames: cells with the columns of `STEM.cells.csv`, and digits one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from zij.tables.cellscsv import COLUMNS, cell_lines
from zij.tables.csvframe import csv_frame
from zij.tables.pagexml import as_written
from zij.tables.reading import Glyph, Reading

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DIGIT_COLUMNS", "cells_frame", "digits_frame"]

DIGIT_COLUMNS = (
    "id", "text", "confidence", "alternatives", "x", "y", "w", "h", "table", "row", "column", "number",
)  # fmt: skip
"""Columns of a frame of digits, in their order; boxes in pixels of the original image."""


def cells_frame(reading: Reading) -> pd.DataFrame:
    """The cells of all tables, one a row: what `STEM.cells.csv` holds, by the same definition.

    Parameters
    ----------
    reading : Reading

    Returns
    -------
    DataFrame
        The columns of `zij.tables.cellscsv.COLUMNS`; table, text and state are text, confidence is a float,
        all else are whole numbers (boxes in pixels of the original image).
    """
    whole = ("row", "column", "row_span", "column_span", "x", "y", "w", "h")
    return csv_frame(COLUMNS, cell_lines(reading), dict.fromkeys(whole, "int64") | {"confidence": "float64"})


def digits_frame(reading: Reading) -> pd.DataFrame:
    """The glyphs (digits, and separators between them), one a row, in reading order.

    Parameters
    ----------
    reading : Reading

    Returns
    -------
    DataFrame
        The columns of `DIGIT_COLUMNS`: id in PAGE-XML, text, confidence, alternatives as text ("7 0.05; 1
        0.01"), the box in whole pixels of the original image, where it stands (table, row and column, from
        0; "" and missing outside tables), and the id of its number.
    """
    kinds = {"confidence": "float64", "row": "Int64", "column": "Int64"}
    kinds |= dict.fromkeys(("x", "y", "w", "h"), "int64")
    return csv_frame(DIGIT_COLUMNS, _digits(as_written(reading)), kinds)


def _digits(reading: Reading) -> Iterator[tuple[object, ...]]:
    for table in reading.tables:
        for cell in table.cells:
            for number in cell.numbers:
                for glyph in number.glyphs:
                    yield (*_glyph(glyph), table.id, cell.row, cell.column, number.id)
    for number in reading.loose:
        for glyph in number.glyphs:
            yield (*_glyph(glyph), "", "", "", number.id)


def _glyph(glyph: Glyph) -> tuple[object, ...]:
    others = "; ".join(f"{text} {probability:.3g}" for text, probability in glyph.alternatives)
    box = glyph.box
    return glyph.id, glyph.text, glyph.confidence, others, box.x, box.y, box.w, box.h
