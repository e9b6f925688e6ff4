"""The cells of two pages that differ, as the closing line counts them and the report shows them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from zij.explain.bilrp.pairs import COLUMNS
from zij.explain.report.differing import differences
from zij.explain.report.html import pair_report
from zij.explain.report.sheets import Sheet
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Reading, Table

TEXTS = ("12", "34", "<b>", "", "7")
SUMMARY = {
    "similarity": 0.5, "dot": 1.0, "relevance_listed": 0.0, "relevance_unlisted": 0.0,
    "relevance_outside_digits": 0.5, "remainder": 0.0, "relevance_negative": 0.0, "model": "bigram",
    "parameters": {}, "versions": {}, "hashes": {}, "files": {},
}  # fmt: skip


def page(name: str, texts: tuple[str, ...], states: dict[int, str] | None = None) -> Reading:
    """A table of one column."""
    cells = tuple(
        Cell(n, 0, Box(10, 20 * n, 30, 18), text=text, state="read" if text else "empty")
        for n, text in enumerate(texts)
    )
    cells = tuple(
        replace(cell, state=(states or {}).get(n, cell.state))  # type: ignore[arg-type]
        for n, cell in enumerate(cells)
    )
    return Reading(name, "", 60, 120, (Table(Box(10, 0, 30, 100), len(texts), 1, cells),)).with_ids()


def matched(a: Reading, b: Reading) -> dict[str, str]:
    return {one.id: two.id for one, two in zip(a.tables[0].cells, b.tables[0].cells, strict=True)}


def test_what_differs_is_counted_and_doubt_kept_apart() -> None:
    a = page("a.png", TEXTS)
    b = page("b.png", ("12", "35", "<i>", "", "1"), {4: "uncertain"})
    found = differences(a, b, matched(a, b))
    assert (found.count, found.blank, found.sure) == (5, 1, 2)
    assert [(one.a.text, one.b.text, one.sure) for one in found.found] == [
        ("34", "35", True), ("<b>", "<i>", True), ("7", "1", False),
    ]  # fmt: skip


def test_only_cells_that_correspond_are_held_together() -> None:
    a, b = page("a.png", ("1", "2")), page("b.png", ("2", "9"))
    crossed = {a.tables[0].cells[1].id: b.tables[0].cells[0].id}
    assert differences(a, b, crossed).found == ()
    assert differences(a, b, crossed).count == 1
    assert differences(a, b, {}).count == 0


def test_the_report_shows_them_escaped() -> None:
    a, b = page("a.png", TEXTS), page("b.png", ("12", "35", "<i>", "", "7"))
    sheets = [Sheet(one, np.full((120, 60, 3), 230, np.uint8)) for one in (a, b)]
    pairs = pd.DataFrame(columns=list(COLUMNS))
    text = pair_report(sheets[0], sheets[1], pairs, SUMMARY, differences(a, b, matched(a, b)))
    part = text[text.index("The cells that differ") : text.index("The strongest pairs")]
    assert "5 cells correspond (1 of them empty on both pages); 2 differ, and 0 may" in part
    assert part.count("<tr>") == 3
    assert "&lt;b&gt;" in part and "&lt;i&gt;" in part and "<b>" not in part
    assert "row 2, column 1" in part and "row 4, column 1" not in part
    assert "The cells that differ" not in pair_report(sheets[0], sheets[1], pairs, SUMMARY)
