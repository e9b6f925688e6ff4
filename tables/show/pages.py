"""HTML of pages and readings for notebooks."""

from __future__ import annotations

import functools
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from zij.html import Markup, element, fragment, listing
from zij.tables.reading import Reading, Table
from zij.tables.show.boxes import MOST, boxes_svg, counts, legend
from zij.tables.show.grid import NOTE, UPPER, grid
from zij.tables.show.picture import jpeg, picture

if TYPE_CHECKING:
    from zij.tables.read import PageReading
    from zij.tables.scan.image import Image
    from zij.tables.scan.page import Page

__all__ = [
    "page_html",
    "page_reading_html",
    "reading_html",
    "reading_line",
    "reading_parts",
    "style",
    "table_html",
]

TABLES = 6
"""Tables shown at most."""

_BESIDE = 14  # columns of a table that stands beside the page
_CELLS = 3_000  # shown at most, over all tables
_LOOSE = 200  # digits outside tables
_LONGEST = 120  # letters of what another program says of itself
_HALF = 560  # pixels of a picture that stands beside another


@functools.cache
def style() -> str:
    """CSS of readings, for `zij.html.fragment`."""
    return resources.files("zij.tables.show").joinpath("show.css").read_text(encoding="utf-8")


def page_html(page: Page) -> str:
    """The scan with the outline of the page found, and the ink of the upright page beside it.

    Parameters
    ----------
    page : Page

    Returns
    -------
    str
        A fragment for notebooks.
    """
    image, geometry = page.image, page.geometry
    scale = min(_HALF / max(geometry.width, geometry.height, 1), 1.0)
    ink, _ = page.raster(scale)
    grey = np.asarray(np.rint(255 * (1 - np.clip(ink, 0, 1))), np.uint8)
    scan = f"The image, {image.width:,} × {image.height:,} pixels; the red line is the page found in it."
    upright = f"Its ink, {geometry.width:,} × {geometry.height:,} pixels, evenly lit; {_turned(page)}."
    sides = element(
        "div",
        element("figure", _outlined(page), element("figcaption", scan)),
        picture(grey, upright, longest=_HALF),
        class_="side",
    )
    return fragment(element("h3", f"Page of {image.name}"), sides, style=style())


def page_reading_html(found: PageReading) -> str:
    """What was read, over the scan that it was read from, and as tables.

    Parameters
    ----------
    found : PageReading

    Returns
    -------
    str
        A fragment for notebooks.
    """
    doubtful = len(found.doubtful)
    note = f"{doubtful:,} doubtful sign{'s' * (doubtful != 1)} left out of the reading." if doubtful else ""
    said = element("p", note, class_="quiet") if note else ""
    return fragment(*reading_parts(found.reading, found.page.image), said, style=style())


def reading_html(reading: Reading) -> str:
    """What was read, as a facsimile of the page and as tables; no image is looked for.

    Parameters
    ----------
    reading : Reading

    Returns
    -------
    str
        A fragment for notebooks.
    """
    return fragment(*reading_parts(reading), style=style())


def table_html(table: Table) -> str:
    """One table as it is.

    Parameters
    ----------
    table : Table

    Returns
    -------
    str
        A fragment for notebooks.
    """
    text = (
        f"Table {table.id}".strip() + f": {table.rows} × {table.columns}, confidence {table.confidence:.2g}"
    )
    return fragment(element("h4", text), grid(table), element("p", NOTE, class_="quiet"), style=style())


def reading_line(reading: Reading, name: str = "") -> str:
    """One line of what was read: "climates.png: 118 digits in 1 table (cells: 60 read, 2 uncertain)".

    Parameters
    ----------
    reading : Reading
    name : str
        What to call it; by default the name of its image.

    Returns
    -------
    str
    """
    found = counts(reading)
    inside = (n for table in reading.tables for cell in table.cells for n in cell.numbers)
    digits = sum(len(number.digits) for number in inside)
    by_sign = any(True for _ in reading.glyphs()) or not reading.tables  # other programs stop at words
    states = [f"{found[s]:,} {s}" for s in ("read", "uncertain", "unread", "empty") if found[s]]
    tables = len(reading.tables)
    cells = f" (cells: {', '.join(states)})" if states else ""
    many = f"{digits:,} digit{'s' * (digits != 1)} in " if by_sign else ""
    where = f"{many}{tables:,} table{'s' * (tables != 1)}{cells}"
    loose = found["outside tables"] if by_sign else 0
    return f"{name or reading.image}: {where}" + (f", {loose:,} outside tables" if loose else "")


def reading_parts(reading: Reading, image: Image | None = None) -> list[Markup]:
    """The parts of a reading's fragment: a line, the page with its boxes, and its tables.

    Parameters
    ----------
    reading : Reading
    image : Image, optional
        The scan that was read; without it, or with one of another size, the page is a facsimile.

    Returns
    -------
    list of Markup
        To be put into a `fragment` with `style()`.
    """
    fits = image is not None and (image.width, image.height) == (reading.width, reading.height)
    pixels = image.pixels if image is not None and fits else None
    facts = ", ".join(_facts(reading))
    what = "The scan with what was read." if fits else "What was read, in its place on the page."
    if image is None:
        what += (
            " No scan lies below it, for a reading holds none; what zij.read makes of an image shows both."
        )
    elif not fits:
        what += f" No scan lies below it: {image.name} has other measures than the page that was read."
    if max(sum(len(table.cells) for table in reading.tables), sum(1 for _ in reading.numbers())) > MOST:
        what += f" Only its first {MOST:,} cells and numbers are drawn."
    caption = element("figcaption", what, legend(reading))
    page = element("figure", boxes_svg(reading, pixels), caption, class_="page")
    tables = element("div", *_tables(reading), *_loose(reading), class_="tables")
    head = [element("h3", reading_line(reading)), element("p", facts, class_="quiet")]
    across = reading.height if reading.turn % 180 else reading.width
    wide = 2 * across > reading.width + reading.height or any(t.columns > _BESIDE for t in reading.tables)
    return [*head, page, tables] if wide else [*head, element("div", page, tables, class_="side")]


def _tables(reading: Reading) -> list[Markup]:
    upper = dict(reading.parameters).get("upper", "")
    try:
        limit = float(upper)
    except ValueError:
        limit = UPPER
    parts, room = [], _CELLS
    for table in reading.tables[:TABLES]:
        rows = max(room // max(table.columns, 1), 1)
        size = f"{table.rows} rows, {table.columns} columns, confidence {table.confidence:.2g}"
        parts.append(element("h4", f"Table {table.id} ({size})" if table.id else f"Table ({size})"))
        parts.append(grid(table, upper=limit, rows=min(rows, 60)))
        room -= len(table.cells)
        if room <= 0:
            break
    shown = len(parts) // 2
    if left := len(reading.tables) - shown:
        parts.append(element("p", f"{left:,} more table{'s' * (left != 1)} not shown.", class_="quiet"))
    if shown:
        parts.append(element("p", NOTE, class_="quiet"))
    return parts


def _loose(reading: Reading) -> list[Markup]:
    """Numbers outside tables, with their confidence and place."""
    if not reading.loose:
        return []
    rows = [
        (n.text, f"{n.confidence:.2f}" if n.glyphs else "", f"{n.box.x:.0f}, {n.box.y:.0f}")
        for n in reading.loose[:_LOOSE]
    ]
    columns = ["number", "confidence", "x, y in pixels"]
    table = listing(columns, rows, total=len(reading.loose), most=_LOOSE, numbers=columns)
    title = f"outside tables: {len(reading.loose):,} number{'s' * (len(reading.loose) != 1)}"
    return [element("details", element("summary", title), table)]


def _facts(reading: Reading) -> list[str]:
    facts = [f"{reading.width:,} × {reading.height:,} pixels"]
    if reading.turn:
        facts.append(f"turned {reading.turn}° clockwise to stand upright")
    if reading.skew:
        facts.append(f"skew {reading.skew:.2f}°")
    if reading.digit_height:
        facts.append(f"digits {reading.digit_height:.0f} pixels high")
    hand = {"machine": "read by machine", "human": "corrected or written by a person"}
    source = reading.source if len(reading.source) <= _LONGEST else f"{reading.source[:_LONGEST]}…"
    facts.append(hand.get(source, f"by {source}" if source else "by an unknown hand"))
    return facts


def _turned(page: Page) -> str:
    quarters = 90 * page.geometry.quarter_turns
    skew = (page.geometry.angle - quarters + 180) % 360 - 180
    level = f"turned by {skew:+.2f}° to be level" if abs(skew) >= 0.005 else "already level"
    return f"{level}, and by {quarters}° clockwise to stand upright" if quarters else level


def _outlined(page: Page) -> Markup:
    image, geometry = page.image, page.geometry
    w, h = geometry.width, geometry.height
    corners = geometry.to_original(np.array([(0, 0), (w, 0), (w, h), (0, h)], float))
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners.tolist())
    line = max(image.width, image.height) / 180
    factor = min(_HALF / max(image.width, image.height, 1), 1.0)
    return element(
        "svg",
        element("image", href=jpeg(image.pixels, _HALF), width=image.width, height=image.height),
        element("polygon", points=points, fill="none", stroke="#b2182b", stroke_width=f"{line:.4g}"),
        viewBox=f"0 0 {image.width} {image.height}", width=max(round(image.width * factor), 1),
        height=max(round(image.height * factor), 1), role="img", aria_label=f"{image.name} and its page",
    )  # fmt: skip
