"""Pages unlike any other, with the nearest page beside each, as one HTML file that opens offline."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from zij.corpora.seeing.clustershtml import counted, year_range
from zij.corpora.seeing.maphtml import origins_table, see_style
from zij.corpora.seeing.outliers import Outliers
from zij.corpora.seeing.pages import SeenPages
from zij.corpora.seeing.sheets import Sheets, sheet_style, thumbnail_sheets, tile
from zij.html import Markup, element, page

__all__ = ["outliers_page"]

FEW_SHOWN = 200  # names of pages with too few digits
WHY = "What such pages are like is mostly chance. Name and number of digits"


def outliers_page(
    pages: SeenPages,
    found: Outliers,
    picture: Callable[[int], bytes],
    *,
    apart: str,
    count: int,
    title: str,
    lead: str,
    facts: Mapping[str, str],
) -> str:
    """The `count` most distant pages beside their nearest, as the text of an HTML file.

    Parameters
    ----------
    pages : SeenPages
    found : Outliers
    picture : callable
        The thumbnail of a row, JPEG or b"".
    apart : "page" or "book"
        Which nearest page is shown.
    count : int
    title, lead : str
    facts : mapping of str to str
        Where this comes from.

    Returns
    -------
    str
    """
    near = found.nearest if apart == "page" else found.nearest_elsewhere
    far = found.distance if apart == "page" else found.distance_elsewhere
    rows = [int(row) for row in found.order if not found.few[row]][:count]
    order = [k for row in rows for k in (row, int(near[row]))]
    sheets = thumbnail_sheets([picture(row) if row >= 0 else b"" for row in order])
    items = [
        _item(
            pages, row, int(near[row]), float(far[row]), bool(found.outlying[row]), found.fence, sheets, 2 * n
        )
        for n, row in enumerate(rows)
    ]
    elsewhere = " of another book" if apart == "book" else ""
    body = [
        element("h1", title),
        element("p", lead, class_="lead"),
        element(
            "p",
            f"On the left the page, on the right the one that is nearest to it{elsewhere}. The most distant "
            "come first. A page can be here because its table is rare, because zij misread it, or because it "
            "is no table at all: look.",
        ),
        element("ol", *items, class_="beside") if items else element("p", "There is no page to show."),
        *_few(pages, found),
        element("h2", "Where this comes from"),
        origins_table(facts),
    ]
    return page(title, Markup("\n".join(body)), style=see_style() + sheet_style(sheets))


def _item(
    pages: SeenPages, row: int, near: int, far: float, outlying: bool, fence: float, sheets: Sheets,
    place: int,
) -> Markup:  # fmt: skip
    """A page beside its nearest."""
    usual = ", not beyond what is usual here" if np.isfinite(fence) else ""
    verdict = ", unlike any other" if outlying else usual
    alike = f"similarity {max(1 - far**2 / 2, 0.0):.3f}" if near >= 0 else "no other page to compare with"
    sides = [_side(pages, row, sheets, place)]
    if near >= 0:
        sides.append(_side(pages, near, sheets, place + 1))
    return element("li", element("p", element("b", alike), verdict), element("div", *sides, class_="two"))


def _side(pages: SeenPages, row: int, sheets: Sheets, n: int) -> Markup:
    name = pages.text("name", row)
    digits = pages.digits
    facts = [pages.text("place", row), year_range(pages, np.array([row])), f"{digits[row]:,} digits"]
    caption = element("figcaption", element("div", name), element("div", ", ".join(filter(None, facts))))
    return element("figure", tile(sheets, n, name), caption)


def _few(pages: SeenPages, found: Outliers) -> list[Markup]:
    """Pages with too few digits, told apart."""
    rows, digits = np.flatnonzero(found.few), pages.digits
    if not len(rows):
        return []
    names = [f"{pages.text('name', row)} ({digits[row]:,})" for row in rows[:FEW_SHOWN]]
    more = f", and {len(rows) - FEW_SHOWN:,} more" if len(rows) > FEW_SHOWN else ""
    return [
        element("h2", f"Too few digits to say: {counted(len(rows), 'page')}"),
        element(
            "p",
            "What such pages are like is mostly chance. Name and number of digits: ",
            ", ".join(names),
            more,
        ),
    ]
