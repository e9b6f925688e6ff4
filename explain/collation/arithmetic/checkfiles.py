"""The checks of pages as tables: flagged cells, all residuals, models."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zij.explain.collation.arithmetic.records import CellCheck, TableChecks, Weighing
from zij.explain.collation.arithmetic.tablecheck import check_table
from zij.explain.collation.arithmetic.verdict import PRIORS, Priors, weigh_check
from zij.tables.csvframe import csv_frame
from zij.tables.reading import Cell, Reading

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CHECKS",
    "MODELS",
    "RESIDUALS",
    "Flag",
    "PageChecks",
    "check_page",
    "checks_csv",
    "checks_frame",
    "models_csv",
    "models_frame",
    "residuals_csv",
    "residuals_frame",
]

CHECKS = (
    "table", "row", "column", "text", "expected", "rule", "residual", "p_scan", "p_print", "p_computation",
    "page", "cell", "value", "unit", "tolerance", "run", "other_rules", "reasons", "x", "y", "w", "h",
)  # fmt: skip
"""Columns of `checks.csv`, in their order."""
RESIDUALS = (
    "page",
    "table",
    "row",
    "column",
    "text",
    "rule",
    "residual",
    "tolerance",
    "flagged",
    "quantity",
    "value",
)
"""Columns of `residuals.csv`."""
MODELS = (
    "page", "table", "column", "model", "argument", "parameter", "value", "low", "high", "unit", "cells",
    "kept", "deviation", "largest", "tolerance", "rounded", "truncated", "words",
)  # fmt: skip
"""Columns of `models.csv`."""
_WHOLE = "row", "run", "x", "y", "w", "h", "cells", "kept", "rounded", "truncated"
_SHARES = "p_scan", "p_print", "p_computation"
_SIZES = "residual", "tolerance", "low", "high", "deviation", "largest"
_KINDS = {**dict.fromkeys(_WHOLE, "int64"), **dict.fromkeys((*_SHARES, *_SIZES), "float64")}
"""Columns of numbers in all three files."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A flagged cell with its verdict.

    Attributes
    ----------
    check : CellCheck
    cell : Cell
    weighing : Weighing
    unit : str
        Of the whole part of the value.
    """

    check: CellCheck
    cell: Cell
    weighing: Weighing
    unit: str


@dataclass(frozen=True, slots=True)
class PageChecks:
    """The checks of one page: its reading, its tables' checks, and the flagged cells of each table.

    Attributes
    ----------
    name : str
    reading : Reading
        With ids.
    tables : tuple of TableChecks
    flags : tuple of tuple of Flag
        Of each table.
    """

    name: str
    reading: Reading
    tables: tuple[TableChecks, ...]
    flags: tuple[tuple[Flag, ...], ...]

    @property
    def flagged(self) -> int:
        """How many cells are flagged."""
        return sum(len(own) for own in self.flags)

    def frame(self) -> pd.DataFrame:
        """The flagged cells, a row each, with the columns of `checks.csv`; see `checks_frame`."""
        return checks_frame([self])

    def _repr_html_(self) -> str:
        """The flagged cells, the models and the rules of the page, for notebooks."""
        from zij.explain.collation.arithmetic.checkinline import page_html

        return page_html(self)


def check_page(name: str, reading: Reading, priors: Priors = PRIORS) -> PageChecks:
    """Check all tables of a page, and weigh what is flagged.

    Parameters
    ----------
    name : str
        What the page is called in the results.
    reading : Reading
    priors : Priors

    Returns
    -------
    PageChecks
    """
    named = reading.with_ids()
    tables, flags = [], []
    for table in named.tables:
        checks = check_table(table)
        cells = {(cell.row, cell.column): cell for cell in reversed(table.cells)}
        units = {quantity.name: quantity.unit for quantity in checks.quantities}
        tables.append(checks)
        flags.append(
            tuple(
                Flag(check, cell, weigh_check(check, cell, priors=priors), units.get(check.quantity, ""))
                for check in checks.flagged
                if (cell := cells.get((check.row, check.column))) is not None
            )
        )
    return PageChecks(name, named, tuple(tables), tuple(flags))


def checks_csv(pages: Sequence[PageChecks]) -> str:
    """The flagged cells, one a line, with the columns `CHECKS`."""
    return _csv(CHECKS, _checks(pages))


def checks_frame(pages: Sequence[PageChecks]) -> pd.DataFrame:
    """The flagged cells of some pages, a row each, with the columns `CHECKS`.

    Parameters
    ----------
    pages : sequence of PageChecks

    Returns
    -------
    DataFrame
        Row and column are whole numbers from 0, residual and tolerance floats in units of the last place,
        the three shares floats that sum to 1, the box whole pixels of the original image; all else is text.
    """
    return csv_frame(CHECKS, _checks(pages), {**_KINDS, "column": "int64"})


def residuals_csv(pages: Sequence[PageChecks]) -> str:
    """Every cell about which a rule speaks, with the columns `RESIDUALS`."""
    return _csv(RESIDUALS, _residuals(pages))


def residuals_frame(pages: Sequence[PageChecks]) -> pd.DataFrame:
    """Every cell about which a rule speaks, a row each, with the columns `RESIDUALS`; see `checks_frame`."""
    return csv_frame(RESIDUALS, _residuals(pages), {**_KINDS, "column": "int64"})


def models_csv(pages: Sequence[PageChecks]) -> str:
    """Every parameter of every model, with the columns `MODELS`; columns count from 0, places of one number
    are parted by spaces.
    """
    return _csv(MODELS, _models(pages))


def models_frame(pages: Sequence[PageChecks]) -> pd.DataFrame:
    """Every parameter of every model, a row each, with the columns `MODELS`; see `models_csv`."""
    return csv_frame(MODELS, _models(pages), {**_KINDS, "value": "float64"})


def _checks(pages: Sequence[PageChecks]) -> Iterator[list[object]]:
    for page in pages:
        for table, own in zip(page.tables, page.flags, strict=True):
            for flag in own:
                check, weighing, box = flag.check, flag.weighing, flag.cell.box
                yield [
                    table.table, check.row, check.column, check.text, check.expected, check.rule,
                    _number(check.residual), *(f"{p:.4f}" for p in _rounded(weighing)),
                    page.name, check.cell, check.value, flag.unit, _number(check.tolerance), check.run,
                    "; ".join(check.other_rules), "; ".join(weighing.reasons),
                    *(int(value) for value in (box.x, box.y, box.w, box.h)),
                ]  # fmt: skip


def _rounded(weighing: Weighing) -> tuple[float, float, float]:
    """The three weights to four decimals, so that they still sum to 1."""
    scan, misprint = round(weighing.p_scan, 4), round(weighing.p_print, 4)
    return scan, min(misprint, round(1 - scan, 4)), max(0.0, round(1 - scan - misprint, 4))


def _residuals(pages: Sequence[PageChecks]) -> Iterator[list[object]]:
    for page in pages:
        for table in page.tables:
            for check in table.cells:
                yield [
                    page.name, table.table, check.row, check.column, check.text, check.rule,
                    _number(check.residual), _number(check.tolerance), "yes" if check.flagged else "no",
                    check.quantity, check.value,
                ]  # fmt: skip


def _models(pages: Sequence[PageChecks]) -> Iterator[list[object]]:
    for page in pages:
        for table in page.tables:
            for model in table.models:
                for one in model.parameters:
                    yield [
                        page.name, table.table, " ".join(map(str, model.columns)), model.name, model.argument,
                        one.name, _number(one.value), _number(one.low), _number(one.high), one.unit,
                        model.cells, model.kept, _number(model.deviation), _number(model.largest),
                        _number(model.tolerance), model.rounded, model.truncated, model.words,
                    ]  # fmt: skip


def _number(value: float) -> str:
    return f"{value:.10g}"


def _csv(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(lines)
    return stream.getvalue()
