"""The report of `zij explain`: both pages with their signed maps, in one HTML file that opens offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zij.explain.report.provenance import ORIGINS, provenance
from zij.explain.report.signed import PageRelevance
from zij.html import Markup, data_uri, element, page

__all__ = ["directions_report"]

LONGEST = 1800  # pixels of a picture's longer side

STYLE = """
.both { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1.5rem; }
.both img { width: 100%; height: auto; border: 1px solid var(--line); background: #fff; }
.both figcaption { font-size: .95rem; margin: .3rem 0 .6rem; }
.score { font-size: 1.15rem; max-width: none; }
.score b { font-size: 2.6rem; font-weight: 600; line-height: 1; margin-right: .6rem; }
.sign-against { color: var(--against); }
.sign-for { color: var(--for); }
.both h3 { overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
"""


def directions_report(
    names: tuple[str, str],
    sides: tuple[PageRelevance, PageRelevance],
    pictures: Sequence[NDArray[np.uint8]],
    summary: Mapping[str, Any],
    words: Mapping[str, Sequence[str]],
    *,
    top: int = 20,
) -> str:
    """The whole report as the text of an HTML file.

    Parameters
    ----------
    names : (str, str)
        File names of the two images.
    sides : (PageRelevance, PageRelevance)
    pictures : sequence of (H, W, 3) ndarray of uint8
        Both pages with their maps and legends.
    summary : mapping
        The contents of explanation.json.
    words : mapping
        "opening", "a", "b", "reading", "limits": paragraphs.
    top : int
        How many parts of each page are listed.

    Returns
    -------
    str
        HTML that needs no other file and no network.
    """
    figures = [
        element(
            "figure",
            element(
                "img", src=data_uri(_jpeg(picture), "image/jpeg"), alt=f"page {side}: {name} with its map"
            ),
            element("figcaption", *(element("p", text) for text in words[side.lower()])),
        )
        for side, name, picture in zip("AB", names, pictures, strict=True)
    ]
    tables = [
        element("div", element("h3", f"{side}: {name}"), _table(found, top))
        for side, name, found in zip("AB", names, sides, strict=True)
    ]
    body = element(
        "main",
        element("h1", f"{names[0]} and {names[1]}"),
        element(
            "p", element("b", f"{float(summary['similarity']):.3f}"), words["opening"][0], class_="score"
        ),
        *(element("p", text) for text in words["opening"][1:]),
        element("h2", "The two pages"),
        element("div", *figures, class_="both"),
        element("h2", "How to read it"),
        *(element("p", text) for text in words["reading"]),
        element("h2", "What it does not say"),
        *(element("p", text) for text in words["limits"]),
        element("h2", "The strongest parts"),
        element("p", "regions.csv has them all. Names such as t1_r0c2 count rows and columns from 0."),
        element("div", *tables, class_="both"),
        provenance(summary),
    )
    return page(f"{names[0]} and {names[1]}: what brings them near", Markup(body), style=STYLE + ORIGINS)


def _table(found: PageRelevance, top: int) -> Markup:
    """The strongest parts of one page, those beyond chance first."""
    order = np.lexsort([-np.abs(found.relevance), ~found.sure])[:top]
    heads = ["Part", "Text", "Relevance"]
    heads += ["Error"] * (found.errors is not None) + ["Beyond chance"] * (found.significant is not None)
    head = [element("th", text, scope="col") for text in heads]
    rows = []
    for k in order.tolist():
        region, value = found.regions[k], float(found.relevance[k])
        text = region.text if len(region.text) <= 40 else f"{region.text[:39]}…"
        sign = "number sign-for" if value > 0 else "number sign-against"
        cells = [element("td", region.id), element("td", text), element("td", _signed(value), class_=sign)]
        if found.errors is not None:
            cells.append(element("td", f"{float(found.errors[k]):.2g}", class_="number"))
        if found.significant is not None:
            cells.append(element("td", "yes" if found.significant[k] else "no"))
        rows.append(element("tr", *cells))
    table = element("table", element("thead", element("tr", *head)), element("tbody", *rows))
    return element(
        "div", table, class_="wide", tabindex=0, role="region", aria_label="the strongest parts of a page"
    )


def _signed(value: float) -> str:
    return f"{value:+.3g}".replace("-", "\N{MINUS SIGN}")


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    """The picture in the size of a screen."""
    from PIL import Image

    image = Image.fromarray(picture)
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    stream = BytesIO()
    image.save(stream, "JPEG", quality=80, optimize=True)
    return stream.getvalue()
