"""The figures of all pages as a table of the report and as pages.csv."""

from __future__ import annotations

from collections.abc import Sequence

from zij.html import Markup, element
from zij.tables.scores.page import DIGIT_FIGURES, VALUE_FIGURES, PageScores
from zij.tables.scores.summary import Group, Summary

__all__ = ["COLUMNS", "page_row", "pages_table"]

COLUMNS = (
    "page", "folder", *DIGIT_FIGURES, *VALUE_FIGURES, "errors", "digit_height", "model", "source",
    "image_sha256", "truth", "truth_sha256",
)  # fmt: skip
"""Columns of pages.csv; a figure that is not known is empty."""

_DIGITS = (
    ("true_digits", "digits"),
    ("precision", "precision"),
    ("recall", "recall"),
    ("f1", "F1"),
    ("digit_accuracy_where_found", "right where found"),
    ("false_digits", "false digits"),
    ("histogram_r", "histogram r"),
    ("calibration_error", "calibration error"),
)
_VALUES = (
    ("true_values", "values"),
    ("value_recall", "recall"),
    ("value_precision", "precision"),
    ("row_recall", "whole rows"),
)
_SHARES = frozenset(
    {
        "precision",
        "recall",
        "f1",
        "digit_accuracy_where_found",
        "value_recall",
        "value_precision",
        "row_recall",
    }
)
_COUNTS = frozenset({"true_digits", "false_digits", "true_values"})
_PALE, _POOR = 55.0, 0.2  # per cent of red for a share that falls short of 1 by so much


def page_row(page: PageScores, truth_sha256: str) -> list[str]:
    """The fields of `COLUMNS` for one page."""
    figures, reading = page.figures(), page.reading
    known = [
        "" if (value := figures.get(name)) is None else f"{value:.6g}"
        for name in (*DIGIT_FIGURES, *VALUE_FIGURES)
    ]
    facts = [str(len(page.faults)), f"{page.digit_height:g}", reading.model, reading.source, reading.sha256]
    return [page.name, page.folder, *known, *facts, " ".join(page.truth), truth_sha256]


def pages_table(pages: Sequence[PageScores], summary: Summary) -> Markup:
    """All pages by folder, with the means of each folder and of all."""
    known = summary.whole.figures
    bands = [
        (name, columns)
        for name, columns in (("Digits", _DIGITS), ("Values in tables", _VALUES))
        if any(column in known for column, _ in columns)
    ]
    columns = [column for _, band in bands for column, _ in band]
    above = [element("th", ""), *(element("th", n, colspan=len(b), scope="colgroup") for n, b in bands)]
    above.append(element("th", "", colspan=2))
    heads = [element("th", "Page", scope="col")]
    names = [text for _, band in bands for _, text in band]
    heads += [element("th", text, scope="col", class_="number") for text in (*names, "tables", "errors")]
    body = []
    for group in summary.folders:
        rows = [_page(page, columns) for page in pages if page.folder == group.name]
        if len(summary.folders) > 1:
            rows.append(_means(f"{group.name or 'no subfolder'}: mean", group, columns))
        body.append(element("tbody", *rows))
    body.append(element("tbody", _means("all pages: mean", summary.whole, columns)))
    table = element(
        "table", element("thead", element("tr", *above, class_="band"), element("tr", *heads)), *body,
        class_="pages",
    )  # fmt: skip
    return element("section", element("h2", "Page by page"), element("div", table, class_="wide"))


def _page(page: PageScores, columns: Sequence[str]) -> Markup:
    name, tables = page.name.rpartition("/")[2], len(page.reading.tables)
    return _line(name, page.telling(), len(page.faults), columns, tables)


def _means(name: str, group: Group, columns: Sequence[str]) -> Markup:
    return _line(name, group.figures, group.faults, columns, None, kind="mean")


def _line(
    name: str,
    figures: dict[str, float],
    errors: int,
    columns: Sequence[str],
    tables: int | None,
    *,
    kind: str | None = None,
) -> Markup:
    cells = [element("th", name, scope="row", title=name)]
    for column in columns:
        value = figures.get(column)
        tint = None
        if value is not None and column in _SHARES:
            short = _PALE * min(max(1 - value, 0.0) / _POOR, 1.0)
            tint = f"--short: {short:.1f}" if short >= 0.05 else None
        cells.append(element("td", _shown(column, value), class_="number", style=tint))
    cells += [element("td", "" if tables is None else f"{tables:,}", class_="number")]
    cells += [element("td", f"{errors:,}", class_="number")]
    return element("tr", *cells, class_=kind)


def _shown(column: str, value: float | None) -> str:
    if value is None:
        return "–"
    if column in _COUNTS:
        return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    return f"{value:.3f}"
