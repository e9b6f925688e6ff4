"""The report of a pair: one HTML file that opens offline, with the summary in words on top."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from zij.explain.report.differing import Differences, crop, differing_section
from zij.explain.report.notices import left_out_sentence, notices
from zij.explain.report.provenance import ORIGINS, provenance
from zij.explain.report.sheets import Sheet
from zij.explain.report.words import (
    composition,
    figure_text,
    headline,
    number_sentence,
    readers_notes,
    row_sentence,
)
from zij.explain.viewer.stage import Stage, core, stage_of, style
from zij.html import Markup, element, json_block, page

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["pair_report"]

LONGEST = 2400  # pixels of a page's longer side
ROOM = 1_700_000  # bytes of a page's picture at most
STRONGEST = 40  # pairs in the table


def pair_report(
    a: Sheet,
    b: Sheet,
    pairs: pd.DataFrame,
    summary: Mapping[str, Any],
    differ: Differences | None = None,
) -> str:
    """The whole report as the text of an HTML file.

    Parameters
    ----------
    a, b : Sheet
        The two pages.
    pairs : DataFrame
        The columns of pairs.csv.
    summary : mapping
        The numbers of explanation.json; `pairs`, the number of all pairs, where it is known. With `units`
        "patches" they are those of an encoder's patches, and `relevance_numbers` is what numbers have of it.
    differ : Differences, optional
        The corresponding cells whose texts differ; without, the report does not speak of them.

    Returns
    -------
    str
        HTML that needs no other file and no network.
    """
    stage = stage_of(a, b, pairs, summary, longest=LONGEST, room=ROOM)
    body = Markup(
        "\n".join(
            [
                _opening(a, b, pairs, summary),
                _desk(stage),
                *([differing_section(stage, differ)] if differ and (differ.count or len(pairs)) else []),
                _table(stage, "patches.csv" if stage.unit == "patch" else "pairs.csv"),
                provenance(summary),
                json_block("pair-data", stage.data()),
            ]
        )
    )
    title = f"{a.reading.image} and {b.reading.image}: similarity {float(summary['similarity']):.3f}"
    files = resources.files("zij.explain.report")
    own, program = (files.joinpath(f"report.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return page(title, body, style=style() + own + ORIGINS, script=core() + program)


def _opening(a: Sheet, b: Sheet, pairs: pd.DataFrame, summary: Mapping[str, Any]) -> Markup:
    how, limits = readers_notes(str(summary.get("model", "")))
    warned = notices(a.reading, b.reading, summary)
    left_out = left_out_sentence(summary)
    left = element(
        "div",
        element("p", element("b", f"{float(summary['similarity']):.3f}"), headline(summary), class_="score"),
        element("div", *(element("p", text) for text in warned), class_="notice", role="note")
        if warned
        else "",
        *(_composed(pairs, summary) if len(pairs) or float(summary["similarity"]) else ()),
        element("p", left_out) if left_out else "",
        element("p", _where(a, pairs, summary)) if len(pairs) else "",
    )
    reading = [element("h2", "How to read it"), *(element("p", text) for text in how)] if len(pairs) else []
    right = element(
        "div", *reading, element("h2", "What it does not say"), *(element("p", text) for text in limits)
    )
    title = element("h1", f"{a.reading.image} and {b.reading.image}")
    return element("header", title, element("div", left, right, class_="opening"))


def _composed(pairs: pd.DataFrame, summary: Mapping[str, Any]) -> tuple[Markup, Markup]:
    """The parts of the similarity as a bar, and as a list of figures."""
    parts = [part for part in composition(pairs, summary) if part.pairs != 0]
    whole = sum(max(part.relevance, 0.0) for part in parts) or 1.0
    bar = [
        element("span", class_=f"part-{part.key}", style=f"width: {100 * part.relevance / whole:.3f}%")
        for part in parts
        if part.relevance > 0
    ]
    items = [
        element(
            "li",
            element("span", class_=f"swatch part-{part.key}"),
            element(
                "span",
                f"{round(part.relevance, 4) + 0.0:.4f}".replace("-", "\N{MINUS SIGN}"),
                class_="number",
            ),
            element("span", part.share, class_="number"),
            element("span", part.words),
        )
        for part in parts
    ]
    return (
        element("div", *bar, class_="parts", role="presentation"),
        element("ul", *items, class_="legend"),
    )


def _where(a: Sheet, pairs: pd.DataFrame, summary: Mapping[str, Any]) -> str:
    """Where the similarity lies, in a sentence."""
    if summary.get("units") == "patches":
        return number_sentence(summary)
    return row_sentence(pairs, a.reading, float(summary["similarity"]))


def _desk(stage: Stage) -> Markup:
    """The two pages, to move about in."""
    note = element(
        "noscript", element("p", "The lines and partners need JavaScript, which is part of this file.")
    )
    return element("section", element("h2", "The two pages"), note, stage.markup())


def _table(stage: Stage, file: str) -> Markup:
    """The strongest pairs with a picture of either end."""
    pairs = stage.pairs
    shared = ["Shared"] if (pairs["feature"] != "").any() else []
    heads = ("Rank", "A", "", "Place on A", "B", "", "Place on B", *shared, "Corresponding")
    head = [element("th", text, scope="col") for text in heads]
    head.append(element("th", "Relevance", scope="col", class_="number"))
    rows = []
    columns = pairs[["rank", "relevance", "corresponds", "feature"]].head(STRONGEST)
    for n, (rank, relevance, corresponds, feature) in enumerate(columns.itertuples(index=False, name=None)):
        button = element("button", str(rank), type="button", data_pair=n, title="show on the pages")
        cells: list[object] = [button]
        for side in (stage.a, stage.b):
            region = side.found[side.index[n]]
            cells += [crop(side, region), region.text, side.where[side.index[n]]]
        cells += [*([feature] if shared else []), "yes" if corresponds else "no"]
        sign = "number" if relevance >= 0 else "number sign-against"
        value = element("td", figure_text(relevance), class_=sign)
        rows.append(element("tr", *(element("td", cell) for cell in cells), value))
    heading = element("h2", "The strongest pairs")
    if not rows:
        return element("section", heading, element("p", "There are none."))
    note = element("p", f"The first {len(rows):,} of {len(pairs):,} listed pairs; {file} has them all.")
    table = element("table", element("thead", element("tr", *head)), element("tbody", *rows), id="strongest")
    wide = element("div", table, class_="wide", tabindex=0, role="region", aria_label="the strongest pairs")
    return element("section", heading, note, wide)
