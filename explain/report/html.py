"""The report of a pair: one HTML file that opens offline, with the summary in words on top."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zij.explain.bilrp.pairs import Region
from zij.explain.report.sheets import Sheet, places, regions
from zij.explain.report.words import (
    composition,
    figure_text,
    headline,
    number_sentence,
    origins,
    readers_notes,
    row_sentence,
)
from zij.html import Markup, data_uri, element, json_block, page
from zij.tables.geometry import Box

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["pair_report"]

HEIGHT = 1000.0  # of a page on the stage, in the stage's own units
GAP = 170.0
HEAD = 40.0  # room for the pages' names
LONGEST = 2400  # pixels of a page's longer side
ROOM = 1_700_000  # bytes of a page's picture at most
STRONGEST = 40  # pairs in the table


def pair_report(a: Sheet, b: Sheet, pairs: pd.DataFrame, summary: Mapping[str, Any]) -> str:
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

    Returns
    -------
    str
        HTML that needs no other file and no network.
    """
    patches = summary.get("units") == "patches"
    left, right = (_Page(sheet, side, pairs, silent=not patches) for sheet, side in ((a, "a"), (b, "b")))
    right.left = left.width + GAP
    body = Markup(
        "\n".join(
            [
                _opening(a, b, pairs, summary),
                _desk(left, right, "patches" if patches else "digits"),
                _table(left, right, pairs, "patches.csv" if patches else "pairs.csv"),
                _origins(summary),
                json_block("pair-data", _data(left, right, pairs, summary)),
            ]
        )
    )
    title = f"{a.reading.image} and {b.reading.image}: similarity {float(summary['similarity']):.3f}"
    files = resources.files("zij.explain.report")
    style, script = (files.joinpath(f"report.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return page(title, body, style=style, script=script)


class _Page:
    """One page on the stage: its picture, and its regions in the stage's units."""

    def __init__(self, sheet: Sheet, side: str, pairs: pd.DataFrame, *, silent: bool) -> None:
        self.sheet, self.side, self.left = sheet, side, 0.0
        self.picture, self.geometry = sheet.upright(LONGEST)
        self.unit = HEIGHT / self.geometry.height
        self.width = self.geometry.width * self.unit
        self.found, self.index = regions(pairs, side)
        if silent:
            self.found += _silent(sheet, self.found)
        self.where = [str(p) if p else "outside tables" for p in places(sheet.reading, self.found)]

    def box(self, region: Region) -> tuple[float, float, float, float]:
        """x, y, width and height of a region on the stage."""
        b: Box = self.geometry.box_to_raster(region.box)
        values = (self.left + b.x * self.unit, b.y * self.unit, b.w * self.unit, b.h * self.unit)
        x, y, w, h = (round(value, 2) for value in values)
        return x, y, w, h

    def layer(self) -> Markup:
        """Picture, frame and name, and the place of the regions."""
        x = round(self.left, 2)
        size = {"x": x, "y": 0, "width": round(self.width, 2), "height": HEIGHT}
        href = data_uri(_jpeg(self.picture), "image/jpeg")
        name = f"{self.side.upper()}: {self.sheet.reading.image}"
        return element(
            "g",
            element("image", id=f"page-{self.side}", href=href, preserveAspectRatio="none", **size),
            element("rect", class_="frame", **size),
            element("text", name, x=round(x + self.width / 2, 2), y=-14, text_anchor="middle"),
        )

    def crop(self, region: Region) -> Markup:
        """A small picture of a region with a little of what surrounds it."""
        x, y, w, h = self.box(region)
        room = 0.35 * h
        box = [round(value, 2) for value in (x - 1.5 * room, y - room, w + 3 * room, h + 2 * room)]
        return element(
            "svg",
            element("use", href=f"#page-{self.side}"),
            viewBox=" ".join(map(str, box)),
            class_="crop",
            style=f"aspect-ratio: {box[2]} / {box[3]}",
            aria_hidden="true",
        )


def _silent(sheet: Sheet, found: list[Region]) -> list[Region]:
    """The numbers of a page that no listed pair touches."""
    known = {region.id for region in found}
    return [
        Region(number.id, number.text, number.box)
        for number in sheet.reading.numbers()
        if known.isdisjoint([number.id, *(glyph.id for glyph in number.glyphs)])
    ]


def _opening(a: Sheet, b: Sheet, pairs: pd.DataFrame, summary: Mapping[str, Any]) -> Markup:
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
    how, limits = readers_notes(str(summary.get("model", "")))
    left = element(
        "div",
        element("p", element("b", f"{float(summary['similarity']):.3f}"), headline(summary), class_="score"),
        element("div", *bar, class_="parts", role="presentation"),
        element("ul", *items, class_="legend"),
        element("p", _where(a, pairs, summary)),
    )
    right = element(
        "div",
        element("h2", "How to read it"),
        *(element("p", text) for text in how),
        element("h2", "What it does not say"),
        *(element("p", text) for text in limits),
    )
    title = element("h1", f"{a.reading.image} and {b.reading.image}")
    return element("header", title, element("div", left, right, class_="opening"))


def _where(a: Sheet, pairs: pd.DataFrame, summary: Mapping[str, Any]) -> str:
    """Where the similarity lies, in a sentence."""
    if summary.get("units") == "patches":
        return number_sentence(summary)
    return row_sentence(pairs, a.reading, float(summary["similarity"]))


def _desk(left: _Page, right: _Page, units: str) -> Markup:
    """The two pages, what is to be set, and the panel."""
    width = round(right.left + right.width, 2)
    stage = element(
        "svg",
        left.layer(),
        right.layer(),
        element("g", id="lines"),
        element("g", id="regions-a", role="group", aria_label=f"{units} of page A"),
        element("g", id="regions-b", role="group", aria_label=f"{units} of page B"),
        viewBox=f"-8 {-HEAD} {width + 16} {HEIGHT + HEAD + 8}",
        role="group",
        aria_label="both pages",
    )
    pages = element("figure", stage, id="stage", class_="stage")
    panel = element(
        "section", id="panel", class_="panel screen-only", aria_live="polite", aria_label="partners"
    )
    note = element(
        "noscript", element("p", "The lines and partners need JavaScript, which is part of this file.")
    )
    heading = element("h2", "The two pages")
    return element("section", heading, _tools(), note, element("div", pages, panel, class_="desk"))


def _tools() -> Markup:
    def slider(name: str, text: str, low: int, high: int, value: int, *after: Markup) -> Markup:
        field = element("input", type="range", id=name, min=low, max=high, value=value, autocomplete="off")
        return element("label", text, field, *after)

    tick = element("input", type="checkbox", id="matching", autocomplete="off")
    return element(
        "div",
        slider("threshold", "hide weak pairs", 0, 100, 0, element("output", "none", id="threshold-value")),
        element("label", tick, "only corresponding cells"),
        slider("size", "size", 100, 400, 100),
        element("output", "", id="in-view", aria_live="polite"),
        class_="tools screen-only",
    )


def _table(left: _Page, right: _Page, pairs: pd.DataFrame, file: str) -> Markup:
    """The strongest pairs with a picture of either end."""
    shared = ["Shared"] if (pairs["feature"] != "").any() else []
    heads = ("Rank", "A", "", "Place on A", "B", "", "Place on B", *shared, "Corresponding")
    head = [element("th", text, scope="col") for text in heads]
    head.append(element("th", "Relevance", scope="col", class_="number"))
    rows = []
    columns = pairs[["rank", "relevance", "corresponds", "feature"]].head(STRONGEST)
    for n, (rank, relevance, corresponds, feature) in enumerate(columns.itertuples(index=False, name=None)):
        button = element("button", str(rank), type="button", data_pair=n, title="show on the pages")
        cells: list[object] = [button]
        for side in (left, right):
            region = side.found[side.index[n]]
            cells += [side.crop(region), region.text, side.where[side.index[n]]]
        cells += [*([feature] if shared else []), "yes" if corresponds else "no"]
        sign = "number" if relevance >= 0 else "number sign-against"
        value = element("td", figure_text(relevance), class_=sign)
        rows.append(element("tr", *(element("td", cell) for cell in cells), value))
    heading = element("h2", "The strongest pairs")
    note = element("p", f"The first {len(rows):,} of {len(pairs):,} listed pairs; {file} has them all.")
    table = element("table", element("thead", element("tr", *head)), element("tbody", *rows), id="strongest")
    return element("section", heading, note, element("div", table, class_="wide"))


def _origins(summary: Mapping[str, Any]) -> Markup:
    rows = [
        element("tr", element("th", name, scope="row"), element("td", element("code", value)))
        for name, value in origins(summary)
    ]
    return element(
        "section", element("h2", "Where this comes from"), element("table", *rows, class_="origins")
    )


def _data(left: _Page, right: _Page, pairs: pd.DataFrame, summary: Mapping[str, Any]) -> dict[str, Any]:
    """What the script draws.

    Regions as x, y, width, height, text, place, id; pairs as a, b, relevance, corresponds, feature.
    """
    columns = pairs[["relevance", "corresponds", "feature"]].itertuples(index=False, name=None)
    return {
        "similarity": float(summary["similarity"]),
        "unit": "patch" if summary.get("units") == "patches" else "digit",
        **{
            side.side: {
                "regions": [
                    [*side.box(region), region.text, where, region.id]
                    for region, where in zip(side.found, side.where, strict=True)
                ]
            }
            for side in (left, right)
        },
        "pairs": [
            [int(a), int(b), float(f"{relevance:.6g}"), int(corresponds), str(feature)]
            for a, b, (relevance, corresponds, feature) in zip(left.index, right.index, columns, strict=True)
        ],
    }


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    """The picture as JPEG of at most `ROOM` bytes, unless it is beyond all help."""
    from PIL import Image

    content = b""
    for quality in (82, 70, 55, 40, 25):
        stream = BytesIO()
        Image.fromarray(picture).save(stream, "JPEG", quality=quality, optimize=True)
        content = stream.getvalue()
        if len(content) <= ROOM:
            break
    return content
