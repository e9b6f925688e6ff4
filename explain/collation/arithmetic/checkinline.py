"""The checks of a table and of a page as they show themselves in a notebook."""

from __future__ import annotations

from collections.abc import Sequence

from zij.explain.collation.arithmetic.checkfiles import PageChecks
from zij.explain.collation.arithmetic.checkpage import (
    INTRODUCTION,
    Crops,
    Pictures,
    checks_style,
    flags_table,
    rules_parts,
)
from zij.explain.collation.arithmetic.records import CellCheck, TableChecks
from zij.html import Markup, element, fragment, listing, scoped

__all__ = ["checks_parts", "inline_style", "page_html", "table_html"]

_NARROW = """
.zij.zij.zij > style + * { margin-top: 0; }
.zij.zij.zij .crop { max-width: 6.5rem; }
.zij.zij.zij td.verdict { min-width: 15rem; }
.zij.zij.zij .curve { width: min(100%, 24rem); }
"""  # a notebook has less room than a page of its own

MOST = 40
"""Flagged cells of a table that are shown."""
CURVES = 6
"""Curves of a table that are shown."""
PAGES = 6
"""Pages that are shown."""


def table_html(table: TableChecks) -> str:
    """The checks of one table: flagged cells, models, rules, curves.

    Parameters
    ----------
    table : TableChecks

    Returns
    -------
    str
        A fragment for notebooks.
    """
    heads = ("place", "read", "expected", "rule", "residual")
    rows = [_check(check) for check in table.flagged]
    flagged = [listing(heads, rows, most=MOST, numbers=("read", "expected", "residual"))] if rows else []
    title = element("h3", f"Table {table.table}: {_flagged(len(rows))}")
    return fragment(title, *flagged, *rules_parts(table, curves=CURVES, flat=False), style=inline_style())


def page_html(one: PageChecks) -> str:
    """The checks of one page as a fragment for notebooks."""
    return fragment(*checks_parts([one]), style=inline_style())


def checks_parts(pages: Sequence[PageChecks], pictures: Pictures | None = None) -> list[Markup]:
    """The checks of some pages, as elements in order; needs `inline_style`.

    Parameters
    ----------
    pages : sequence of PageChecks
        Of many the first are shown, and it is said how many are left out.
    pictures : callable, optional
        The original image of a page by its number; with it the flagged cells are shown.

    Returns
    -------
    list of Markup
    """
    parts = []
    for number, one in enumerate(pages[:PAGES]):
        rgb = pictures(number) if pictures is not None and one.flagged else None
        crops = Crops(one, rgb) if rgb is not None else None
        parts.append(element("h3", f"{one.name}: {_flagged(one.flagged)}"))
        if not one.tables:
            parts.append(element("p", "No table was found on this page."))
        for table, flags in zip(one.tables, one.flags, strict=True):
            name = [element("h4", f"Table {table.table}")] if len(one.tables) > 1 else []
            shown = [flags_table(table, flags[:MOST], crops)] if flags else []
            more = len(flags) - MOST
            left = [_quiet(f"{more:,} more flagged cells not shown; frame() has all.")] if more > 0 else []
            parts.append(
                element("section", *name, *shown, *left, *rules_parts(table, curves=CURVES, flat=False))
            )
    if len(pages) > PAGES:
        parts.append(_quiet(f"{len(pages) - PAGES:,} more pages not shown; frame() has all."))
    return [*parts, _quiet(INTRODUCTION)]


def inline_style() -> str:
    """CSS for `checks_parts` within a fragment."""
    return scoped(checks_style()) + _NARROW


def _check(check: CellCheck) -> tuple[str, ...]:
    others = f" (also: {', '.join(check.other_rules)})" if check.other_rules else ""
    place = f"row {check.row + 1}, column {check.column + 1}"
    text = check.text or "(empty)"
    return place, text, check.expected, f"{check.rule}{others}", f"{check.residual:+.4g}"


def _flagged(count: int) -> str:
    return f"{count:,} cell{'s' * (count != 1)} flagged"


def _quiet(text: str) -> Markup:
    return element("p", text, class_="quiet")
