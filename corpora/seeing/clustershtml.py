"""Clusters with small pictures of their pages, as one HTML file that opens offline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from zij.corpora.seeing.maphtml import origins_table, see_style
from zij.corpora.seeing.pages import SeenPages
from zij.corpora.seeing.partition import Partition
from zij.corpora.seeing.sheets import Sheets, sheet_style, thumbnail_sheets, tile
from zij.html import Markup, element, page

__all__ = ["clusters_page", "counted", "year_range"]

MEMBERS = 12  # pictures of a cluster at most
PICTURES = 4000  # in the file


def clusters_page(
    pages: SeenPages,
    split: Partition,
    stability: NDArray[np.float64],
    picture: Callable[[int], bytes],
    *,
    title: str,
    lead: str,
    facts: Mapping[str, str],
) -> str:
    """The clusters of two pages and more, the largest first, as the text of an HTML file.

    Parameters
    ----------
    pages : SeenPages
    split : Partition
    stability : (C,) ndarray of float
        Of cluster 1, 2, ...
    picture : callable
        The thumbnail of a row, JPEG or b"".
    title, lead : str
    facts : mapping of str to str
        Where this comes from.

    Returns
    -------
    str
    """
    shown: list[tuple[int, NDArray[np.int64]]] = []
    several = int((split.sizes > 1).sum())
    for cluster in range(1, several + 1):
        rows = split.members(cluster)
        if sum(len(own) for _, own in shown) + min(len(rows), MEMBERS) > PICTURES:
            break
        shown.append((cluster, rows[:MEMBERS]))
    order = [int(row) for _, rows in shown for row in rows]
    sheets = thumbnail_sheets([picture(row) for row in order])
    body = [element("h1", title), element("p", lead, class_="lead"), _notes(several, len(shown))]
    if not shown:
        body.append(element("p", "No two pages are in one cluster."))
    place = 0
    for cluster, rows in shown:
        body.append(_cluster(pages, split, stability, cluster, rows, sheets, place))
        place += len(rows)
    body += [element("h2", "Where this comes from"), origins_table(facts)]
    return page(title, Markup("\n".join(body)), style=see_style() + sheet_style(sheets))


def counted(number: int, one: str, several: str = "") -> str:
    """ "1 page", "2 pages".

    Parameters
    ----------
    number : int
    one : str
        The noun.
    several : str
        Its plural; by default with an s.

    Returns
    -------
    str
    """
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def year_range(pages: SeenPages, rows: NDArray[np.int64]) -> str:
    """First and last year of some pages, "" if none is known.

    Parameters
    ----------
    pages : SeenPages
    rows : (M,) ndarray of int64
        Which of them.

    Returns
    -------
    str
    """
    frame = pages.frame.iloc[rows]
    years = [int(year) for column in ("year_from", "year_to") for year in frame[column].dropna()]
    if not years:
        return ""
    first, last = min(years), max(years)
    return str(first) if first == last else f"{first}\N{EN DASH}{last}"


def _notes(several: int, shown: int) -> Markup:
    parts = [
        "The framed picture is the page nearest to the centre of its cluster; distance grows to the right. "
        f"Up to {MEMBERS} pages of each are shown; clusters.csv has all.",
        "Stability is the mean share of a cluster that comes back (Jaccard) when the clusters are sought "
        "again among four fifths of the pages; below 0.6 it should not be relied on.",
        "Digits are counted wherever they stand: pages of one cluster may be the same table, parts of one, "
        "or only alike in their numbers. zij compare tells which.",
    ]
    if shown < several:
        parts.append(f"The {shown:,} largest of {several:,} clusters are shown.")
    return element("ul", *(element("li", text) for text in parts))


def _cluster(
    pages: SeenPages, split: Partition, stability: NDArray[np.float64], cluster: int,
    rows: NDArray[np.int64], sheets: Sheets, place: int,
) -> Markup:  # fmt: skip
    every = np.flatnonzero(split.labels == cluster)
    value = float(stability[cluster - 1])
    width = f"width: {100 * value if value == value else 0:.0f}%"
    bar = element("span", element("span", style=width), class_="bar")
    known = f"{value:.2f} " if value == value else "unknown "
    told = element("p", _told(pages, every), "; stability ", known, bar)
    items = [
        element(
            "li",
            tile(sheets, place + n, pages.text("name", row)),
            element("div", pages.text("name", row)),
            element("div", _where(pages, row)),
            class_="medoid" if n == 0 else None,
        )
        for n, row in enumerate(rows.tolist())
    ]
    more = len(every) - len(rows)
    rest = [element("p", f"and {counted(more, 'more page')}")] if more else []
    heading = element("h3", f"Cluster {cluster}: {counted(len(every), 'page')}")
    members = element("ol", *items, class_="members")
    return element("section", heading, told, members, *rest, class_="cluster")


def _told(pages: SeenPages, rows: NDArray[np.int64]) -> str:
    """Books, places and years of a cluster, in words."""
    books, places = ({pages.text(name, row) for row in rows.tolist()} - {""} for name in ("book", "place"))
    parts = [counted(len(books), "book")] if books else []
    parts += [_some(sorted(places), "places")] if places else []
    return "; ".join([*parts, *filter(None, [year_range(pages, rows)])]) or "nothing known of their books"


def _some(names: Sequence[str], what: str) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{len(names):,} {what}"


def _where(pages: SeenPages, row: int) -> str:
    parts = [pages.text("place", row), year_range(pages, np.array([row]))]
    return ", ".join(filter(None, parts))
