"""The map of a corpus as one HTML file that opens offline."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zij.corpora.seeing.mapnames import NAMED, short_names
from zij.corpora.seeing.pages import SeenPages
from zij.corpora.seeing.palette import COLOURS, GREY, MOST, WITHOUT, YEARS, groups
from zij.corpora.seeing.sheets import PER_ROW, PER_SHEET, Sheets
from zij.html import Markup, element, json_block, page

__all__ = ["MapContent", "first_tags", "map_page", "origins_table", "see_style"]

FIELDS = (
    ("place", "place"), ("book", "book"), ("cluster", "cluster"), ("tag", "tag"), ("title", "title"),
    ("authors", "authors"), ("date", "date"),
)  # fmt: skip
BUTTONS = (
    ("closer", "+", "closer"),
    ("further", "\N{MINUS SIGN}", "further away"),
    ("whole", "whole map", "the whole map"),
)
COLOURED = ("place", "book", "cluster", "tag")


@dataclass(frozen=True, slots=True, eq=False)
class MapContent:
    """What goes into the page.

    Attributes
    ----------
    pages : SeenPages
    xy : (N, 2) ndarray of float64
    clusters : (N,) ndarray of int64
        Cluster of each page, from 1, of those that need no k; 0 for a page by itself.
    near : (N, k) ndarray of int64
        Nearest pages by their vectors, -1 where there is none.
    alike : (N, k) ndarray of float64
        Their cosines.
    sheets : Sheets
    colour : str
        Field that gives the colour at first: "place", "year", "book", "cluster", "tag" or "".
    method : str
        Name of the projection, in words.
    facts : mapping of str to str
        Where this comes from: parameters, versions.
    lead : str
        What is shown, in a sentence.
    """

    pages: SeenPages
    xy: NDArray[np.float64]
    clusters: NDArray[np.int64]
    near: NDArray[np.int64]
    alike: NDArray[np.float64]
    sheets: Sheets
    colour: str
    method: str
    facts: Mapping[str, str]
    lead: str


def map_page(content: MapContent, title: str) -> str:
    """The whole page as the text of an HTML file."""
    data = _data(content)
    coloured = [name for name in COLOURED if data["fields"][name]["names"]]
    body = Markup(
        "\n".join(
            [
                element("h1", title),
                element("p", content.lead, class_="lead"),
                _tools(coloured, content.colour, data["span"]),
                _desk(len(content.pages)),
                _notes(content.method),
                element("h2", "Where this comes from"),
                origins_table(content.facts),
                json_block("map-data", data),
            ]
        )
    )
    script = resources.files("zij.corpora.seeing").joinpath("map.js").read_text(encoding="utf-8")
    return page(title, body, style=see_style(), script=script)


def see_style() -> str:
    """The style that all pages of this kind share."""
    return resources.files("zij.corpora.seeing").joinpath("see.css").read_text(encoding="utf-8")


def origins_table(facts: Mapping[str, str]) -> Markup:
    """Parameters and versions as a table."""
    rows = [
        element("tr", element("th", name, scope="row"), element("td", element("code", value)))
        for name, value in facts.items()
    ]
    return element("div", element("table", *rows, class_="origins"), class_="wide")


def first_tags(tags: Sequence[str]) -> list[str]:
    """One tag a page, that which most pages have, for colours have one meaning each."""
    split = [[tag for tag in text.split(";") if tag] for text in tags]
    order = {name: n for n, name in enumerate(groups([tag for own in split for tag in own]).names)}
    return [min(own, key=order.__getitem__) if own else "" for own in split]


def _tools(coloured: Sequence[str], chosen: str, span: Sequence[int] | None) -> Markup:
    fields = [*coloured, *(["year"] if span else [])]
    options = [element("option", name, value=name, selected=name == chosen) for name in sorted(fields)]
    options.append(element("option", "nothing", value="", selected=chosen not in fields))
    hint = "page, book, title, place"
    search = element("input", type="search", id="search", autocomplete="off", placeholder=hint)
    parts = [
        element("label", "colour", element("select", *options, id="field", autocomplete="off")),
        element("label", "find", search),
        element("output", "", id="found", aria_live="polite"),
        *(_years(span) if span else []),
    ]
    for name, sign, label in BUTTONS:
        parts.append(element("button", sign, type="button", id=name, aria_label=label, title=label))
    parts.append(element("ul", id="hits", class_="hits", aria_label="pages found"))
    return element("div", *parts, class_="tools screen-only")


def _years(span: Sequence[int]) -> list[Markup]:
    """Two fields for the years between which pages are shown."""
    fields = []
    for name, label, year in zip(("from", "to"), ("years from", "to"), span, strict=True):
        field = element(
            "input", type="number", id=name, placeholder=year, min=span[0], max=span[1], autocomplete="off"
        )
        fields.append(element("label", label, field))
    return fields


def _desk(count: int) -> Markup:
    label = (
        f"map of {count:,} pages; arrow keys go from page to page, plus and minus zoom, 0 shows the whole "
        "map, Escape lets go"
    )
    canvas = element("canvas", id="map", tabindex=0, role="application", aria_label=label)
    bubble = element("div", id="bubble", class_="bubble", hidden=True, aria_hidden="true")
    legend = element("section", id="legend", class_="legend", aria_label="legend")
    panel = element("section", id="panel", class_="panel", aria_live="polite", aria_label="chosen page")
    nothing = element(
        "noscript", element("p", "The map needs JavaScript, which is part of this file; map.png does not.")
    )
    stage = element("div", canvas, bubble, class_="stage")
    return element("div", nothing, stage, element("div", legend, panel, class_="side"), class_="desk")


def _notes(method: str) -> Markup:
    how = (
        "Every mark is a page. Pages with the same digits and pairs of digits, equally often, lie near "
        "each other. Point at a mark to see the page, click it to keep it; the lines then lead to the "
        "pages that are really nearest.",
        "Drag to move, scroll or pinch to come closer. With the keyboard: arrow keys go from page to page, + "
        "and \N{MINUS SIGN} zoom, 0 shows the whole map. A press in the legend brings out a group.",
    )
    limits = (
        f"{method} keeps neighbourhoods, not distances: how far two groups lie apart, how large or dense "
        "a group looks, and where it lies mean nothing.",
        "Digits are counted wherever they stand: a table and its copy with shuffled numbers lie on one spot. "
        "Nearness is a reason to compare two pages, not a proof.",
    )
    return element(
        "div",
        element("section", element("h2", "How to read it"), *(element("p", text) for text in how)),
        element("section", element("h2", "What it does not say"), *(element("p", text) for text in limits)),
        class_="notes",
    )


def _data(content: MapContent) -> dict[str, Any]:
    """What the script draws."""
    pages = content.pages
    values = {name: pages.texts(name) for name in ("place", "book", "title", "authors", "date")}
    values["tag"] = first_tags(pages.texts("tags"))
    values["cluster"] = [str(label) if label > 0 else "" for label in content.clusters.tolist()]
    known, span = pages.dated()
    years: list[list[int] | None] = [None] * len(pages)
    for row, first, last in zip(
        np.flatnonzero(known).tolist(), span.first.tolist(), span.last.tolist(), strict=True
    ):
        years[row] = [first, last]
    fields = {}
    for name, _ in FIELDS:
        own = groups(values[name])
        fields[name] = {"names": list(own.names), "codes": own.codes.tolist()}
    return {
        "names": pages.names,
        "beside": short_names(pages.names) if len(pages) <= NAMED else [],
        "x": content.xy[:, 0].tolist(),
        "y": content.xy[:, 1].tolist(),
        "digits": pages.digits.tolist(),
        "years": years,
        "span": [int(span.first.min()), int(span.last.max())] if known.any() else None,
        "fields": fields,
        "shown": [list(pair) for pair in FIELDS],
        "near": _near(content),
        "colours": COLOURS,
        "yearColours": YEARS,
        "grey": GREY,
        "most": MOST,
        "without": WITHOUT,
        "pictures": {
            "side": content.sheets.side,
            "perRow": PER_ROW,
            "perSheet": PER_SHEET,
            "has": [int(size != (0, 0)) for size in content.sheets.sizes],
            "sheets": [base64.b64encode(sheet).decode("ascii") for sheet in content.sheets.pages],
        },
    }


def _near(content: MapContent) -> list[list[tuple[int, float]]]:
    """Nearest pages of each page with their cosines."""
    return [
        [
            (other, round(cosine, 3))
            for other, cosine in zip(rows, values, strict=True)
            if other >= 0 and math.isfinite(cosine)
        ]
        for rows, values in zip(content.near.tolist(), content.alike.tolist(), strict=True)
    ]
