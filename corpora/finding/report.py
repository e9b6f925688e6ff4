"""The report of a search: one HTML file that opens offline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

from zij import __version__
from zij.corpora.finding.records import Hit, Hits, Query
from zij.corpora.finding.said import judged_words
from zij.corpora.finding.words import shared_words, unsearched
from zij.corpora.store import Corpus, Page, Where
from zij.html import Markup, data_uri, element, page
from zij.similarity.arrangement import SharedPart
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Reading

__all__ = ["Asked", "hit_sections", "search_notes", "search_report", "search_style"]

SIDE, SMALL = 260, 130
"""Longest side of a picture, in CSS pixels, and of one on which nothing is drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The page searched for.

    Attributes
    ----------
    query : Query
    reading : Reading or None
    thumbnail : bytes
        JPEG of the page standing upright; b"" for none.
    sha256 : str
        Of its image; "" if not known.
    """

    query: Query
    reading: Reading | None = None
    thumbnail: bytes = b""
    sha256: str = ""


def search_report(corpus: Corpus, asked: Asked, found: Hits, where: Where, sentence: str) -> str:
    """The report as HTML: the query and each hit with small pictures, the largest shared part drawn on both.

    Parameters
    ----------
    corpus : Corpus
    asked : Asked
    found : Hits
    where : Where
        Conditions of the search.
    sentence : str
        What was found, in one line.

    Returns
    -------
    str
    """
    body = [
        element("h1", f"Pages like {asked.query.name}"),
        element(
            "div",
            _picture(asked.reading, asked.thumbnail, asked.query.name, None, second=False),
            element("div", element("p", f"{sentence}."), *search_notes(found, str(where))),
            class_="asked",
        ),
        *hit_sections(corpus, asked, found.hits),
        element("p", f"zij {__version__}; corpus: {corpus.folder.name}", class_="quiet"),
    ]
    return page(f"Pages like {asked.query.name}", Markup("\n".join(body)), style=search_style())


def search_style() -> str:
    """CSS of hits."""
    return resources.files("zij.corpora.finding").joinpath("search.css").read_text(encoding="utf-8")


def hit_sections(corpus: Corpus, asked: Asked, hits: Sequence[Hit]) -> list[Markup]:
    """Hits with small pictures of both pages and the largest shared part; needs `search_style`.

    Parameters
    ----------
    corpus : Corpus
    asked : Asked
    hits : sequence of Hit

    Returns
    -------
    list of Markup
    """
    return [_hit(corpus, asked, hit) for hit in hits]


def search_notes(found: Hits, conditions: str) -> Iterator[Markup]:
    """Where was searched, and what the figures mean."""
    if conditions:
        yield element("p", "Only pages of which holds: ", element("code", conditions))
    covered = found.coverage
    left = unsearched(covered)
    yield element(
        "p",
        f"{covered.searched:,} of {covered.pages:,} pages were searched, {covered.with_table:,} of them with "
        f"a table{'; ' + left if left else ''}.",
    )
    yield element(
        "p",
        "The similarity is that of the digits and pairs of digits on both pages, wherever they stand. The "
        "check says, from 0 to 1, whether the numbers also stand in corresponding places; what both pages "
        "share is coloured. zij compare explains a pair digit by digit.",
        class_="quiet",
    )


def _hit(corpus: Corpus, asked: Asked, hit: Hit) -> Markup:
    known = corpus.page(hit.page_id)
    part = hit.match.parts[0] if hit.match is not None and hit.match.parts else None
    pictures = []
    if part is not None:
        pictures = [_picture(asked.reading, asked.thumbnail, asked.query.name, part, second=False)]
    elif hit.through is not None:
        part = hit.through.match.parts[0]
    reading, thumbnail = corpus.reading(hit.page_id), corpus.thumbnail(hit.page_id)
    pictures.append(_picture(reading, thumbnail, hit.name, part, second=True))
    return element(
        "section",
        element("div", *pictures, class_="pictures"),
        element("div", *_words(hit, known), class_="words"),
        class_="hit",
    )


def _words(hit: Hit, known: Page) -> Iterator[Markup]:
    yield element("h2", element("span", f"{hit.rank}. ", class_="quiet"), hit.name)
    book = f"book: {known.book}" if known.book else ""
    facts = (book, known.metadata.authors, known.metadata.place, known.metadata.date)
    if any(facts):
        yield element("p", "; ".join(fact for fact in facts if fact), class_="quiet")
    yield _bar("similarity", hit.similarity, 4)
    if hit.arrangement is not None:
        yield _bar("check", hit.arrangement, 2)
    else:
        yield element("p", "not checked", class_="quiet")
    if hit.match is not None and hit.match.parts:
        yield element("p", shared_words(hit.match))
    elif hit.through is not None:
        yield element(
            "p",
            f"no number in a corresponding place, but both share parts with {hit.through.name}; coloured is "
            "what this page shares with that one.",
        )
    elif hit.match is not None:
        yield element("p", "no numbers in corresponding places", class_="quiet")
    if hit.near_duplicate:
        yield element("p", "near duplicate", class_="mark")
    yield from _said(hit)


def _said(hit: Hit) -> Iterator[Markup]:
    """What people said of the page."""
    judgement = hit.said.judgement
    if judgement is not None:
        when = f" on {judgement.at[:10]}" if judgement.at else ""
        note = f": {judgement.note}" if judgement.note else ""
        yield element("p", f"{judged_words(hit.said, hit.page_id)}{when}{note}")
    if hit.said.tags:
        yield element("p", f"tagged {', '.join(hit.said.tags)}", class_="quiet")


def _bar(what: str, share: float, decimals: int) -> Markup:
    inner = element("span", style=f"width:{100 * share:.1f}%")
    bar = element("span", inner, class_="bar", aria_hidden="true")
    return element("p", element("span", what, class_="what"), f"{share:.{decimals}f}", bar, class_="share")


def _picture(
    reading: Reading | None, thumbnail: bytes, name: str, part: SharedPart | None, *, second: bool
) -> Markup:
    """A page standing upright, with the cells of the shared part."""
    if reading is None or not (reading.width and reading.height):
        return element("span", class_="none")
    upright = Geometry.identity(reading.width, reading.height).turned(reading.turn // 90)
    side = SIDE if part is not None else SMALL
    upright = upright.scaled(side / max(upright.width, upright.height))
    content = []
    if thumbnail:
        content.append(
            element(
                "image", href=data_uri(thumbnail, "image/jpeg"), width=f"{upright.width:.1f}",
                height=f"{upright.height:.1f}", preserveAspectRatio="none",
            )
        )  # fmt: skip
    shared = [] if part is None else list(_cells(reading, part, second=second))
    if shared:
        path = "".join(_rectangle(upright.box_to_raster(box)) for box in shared)
        content.append(element("path", d=path, class_="shared"))
    return element(
        "svg", *content, viewBox=f"0 0 {upright.width:.1f} {upright.height:.1f}",
        width=f"{upright.width:.0f}", height=f"{upright.height:.0f}", role="img", aria_label=f"page {name}",
    )  # fmt: skip


def _cells(reading: Reading, part: SharedPart, *, second: bool) -> Iterator[Box]:
    """Boxes of the numbers in a shared part."""
    table = part.table_b if second else part.table_a
    down, across = part.lines("b" if second else "a")
    rows, columns = set(down), set(across)
    if table >= len(reading.tables):
        return
    for cell in reading.tables[table].cells:
        row, column = cell.row + (cell.row_span - 1) // 2, cell.column + (cell.column_span - 1) // 2
        if row in rows and column in columns and cell.numbers:
            yield Box.hull(number.box for number in cell.numbers)


def _rectangle(box: Box) -> str:
    return f"M{box.x:.1f} {box.y:.1f}h{box.w:.1f}v{box.h:.1f}h{-box.w:.1f}z"
