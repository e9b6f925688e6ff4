"""The apparatus as it shows itself in a notebook: where witnesses differ, with kinds, reasons and crops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from zij.explain.collation.apparatus import Apparatus, CollatedTable, Entry, Place
from zij.explain.collation.report.cuttings import Cuttings
from zij.explain.collation.report.overview import overview, swatch
from zij.explain.collation.report.pictures import Gallery
from zij.explain.collation.report.sharedsection import shared_inline
from zij.explain.collation.report.words import (
    STATUSES,
    argument_of,
    counted,
    entry_text,
    place_words,
    readings_words,
    sentence,
)
from zij.html import Markup, element, fragment, listing

if TYPE_CHECKING:
    from zij.explain.collation.collate import Collated

__all__ = ["apparatus_html", "apparatus_parts", "collated_html", "inline_style", "table_html"]

MOST = 40
"""Differences that are shown."""
ABREAST = 6
"""Witnesses up to which each has a column of its own."""
TABLES = 8
"""Collated tables of which a picture is shown at most."""
ROOM = 400_000
"""Bytes of these pictures together."""

_STYLE = """.zij.zij.zij .counts { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; }
.zij.zij.zij .swatch { display: inline-block; margin-right: .4em; background: none; }
.zij.zij.zij td img { max-height: 40px; width: auto; margin: .15rem 0 0 auto; border: 1px solid var(--line); }
.zij.zij.zij .status { white-space: nowrap; }
.zij.zij.zij td.number { font-weight: 600; }
.zij.zij.zij .overviews { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; align-items: flex-start; }
.zij.zij.zij img.tree { max-width: min(100%, 50rem); }
"""


def apparatus_html(apparatus: Apparatus) -> str:
    """An apparatus as a fragment for notebooks.

    Parameters
    ----------
    apparatus : Apparatus

    Returns
    -------
    str
        Without crops, which only `zij collate` has at hand.
    """
    found = element("p", f"{sentence(apparatus)}.")
    return fragment(_title(apparatus), found, *apparatus_parts(apparatus), style=inline_style())


def collated_html(collated: Collated) -> str:
    """An apparatus with what does not belong to it, as a fragment for notebooks."""
    apparatus = collated.apparatus
    notes = [element("p", f"{name} is left out: it {why}.") for name, why in collated.strangers]
    notes += [
        element("p", f"{one.siglum}, page {one.page + 1}: {one.how}; the table was laid as theirs.")
        for one in collated.turned
    ]
    if collated.alone:
        verb = "is" if collated.alone == 1 else "are"
        notes.append(_quiet(f"{counted(collated.alone, 'table')} {verb} in no other witness."))
    scores = "; ".join(f"{name} {score:.2f}" for name, score in collated.scores)
    last = _quiet(f"Alignment, from 0 to 1: {scores}.") if scores else ""
    found = element("p", f"{sentence(apparatus)}.")
    parts = [_title(apparatus), found, *notes, *apparatus_parts(apparatus), last]
    return fragment(*parts, style=inline_style())


def table_html(table: CollatedTable) -> str:
    """Size and headings of a collated table and where it stands in each witness, as a fragment."""
    size = f"{counted(table.rows, 'row')}, {counted(table.columns, 'column')}"
    rows = [
        (number, part.page + 1, part.table + 1, len(part.rows), len(part.columns), f"{part.score:.2f}")
        for number, parts in enumerate(table.parts, 1)
        for part in parts
    ]
    heads = ("witness", "page", "table", "rows", "columns", "agreement")
    named = [heading for heading in table.headings if heading]
    headings = [element("p", "Headings: ", "; ".join(table.headings))] if named else []
    title = element("h3", f"Collated table {table.name}: {size}")
    return fragment(title, *headings, listing(heads, rows, numbers=heads))


def apparatus_parts(apparatus: Apparatus, pictures: Gallery | None = None) -> list[Markup]:
    """Counts by status, a small picture of each table, differences and shared errors, as elements in order.

    Parameters
    ----------
    apparatus : Apparatus
    pictures : Gallery, optional
        Of the same apparatus; with it the crops of the cells are shown.

    Returns
    -------
    list of Markup
        They need `inline_style`.
    """
    parts = [_counts(apparatus), _overviews(apparatus)]
    places, cuttings = apparatus.differences(), Cuttings(pictures)
    if not places:
        agreed = element("p", "No witness differs from another.")
        return [*parts, agreed, *shared_inline(apparatus, cuttings, argument_of(apparatus))]
    heads, row = _columns(apparatus, cuttings)
    numbers = [w.siglum for w in apparatus.witnesses] if len(apparatus.witnesses) <= ABREAST else []
    parts.append(listing(heads, (row(place) for place in places[:MOST]), total=len(places), numbers=numbers))
    parts += shared_inline(apparatus, cuttings, argument_of(apparatus))
    if cuttings.left_out:
        parts.append(_quiet(f"{counted(cuttings.left_out, 'crop')} left out; apparatus.html has all."))
    note = "variants() gives all differences as a data frame, frame() all places; they count from 0."
    return [
        *parts,
        _quiet(f"Rows and columns are counted from 1 here; in brackets the row's argument. {note}"),
    ]


def inline_style() -> str:
    """CSS for `apparatus_parts` within a fragment."""
    return _STYLE


def _title(apparatus: Apparatus) -> Markup:
    sigla = [witness.siglum for witness in apparatus.witnesses]
    names = " and ".join(sigla) if len(sigla) < 4 else f"{len(sigla)} witnesses"
    return element("h3", f"Collation of {names}")


def _counts(apparatus: Apparatus) -> Markup:
    counts = apparatus.counts()
    items = [
        element("span", swatch(status), f"{words} ({counts[status]:,})")
        for status, words in STATUSES.items()
        if counts[status]
    ]
    return element("div", *items, class_="counts quiet")


def _overviews(apparatus: Apparatus) -> Markup:
    """A small picture of each table, every cell in the colour of its status, as far as there is room."""
    figures: list[Markup] = []
    room = ROOM
    for table in apparatus.tables[:TABLES]:
        words = f"{table.name}: {counted(table.rows, 'row')}, {counted(table.columns, 'column')}"
        own = [place for place in apparatus.places if place.table == table.name]
        drawing = overview(table, own)
        room -= len(drawing)
        if room < 0:
            break
        figures.append(element("figure", drawing, element("figcaption", words)))
    rest = len(apparatus.tables) - len(figures)
    note = [_quiet(f"{counted(rest, 'table')} not drawn here; apparatus.html has all.")] if rest else []
    return element("div", *figures, *note, class_="overviews")


def _columns(apparatus: Apparatus, cuttings: Cuttings) -> tuple[list[str], Callable[[Place], list[object]]]:
    """The headings of the list of differences, and what makes its rows."""
    arguments, several = argument_of(apparatus), len(apparatus.tables) > 1
    abreast = len(apparatus.witnesses) <= ABREAST
    sigla = [witness.siglum for witness in apparatus.witnesses] if abreast else ["readings"]
    heads = [*(["table"] if several else []), "place", *sigla, "status", "kind", "why"]

    def row(place: Place) -> list[object]:
        found: list[object] = [place.table] if several else []
        found.append(place_words(place, arguments))
        if abreast:
            found += _entries(place, cuttings)
        else:
            found.append(readings_words(place, apparatus.witnesses))
        status = element("span", swatch(place.status), place.status, class_="status")
        return [*found, status, place.kind, place.reason]

    return heads, row


def _entries(place: Place, cuttings: Cuttings) -> Iterator[object]:
    """What each witness has, with its crop below it; a stroke where it lacks the place."""
    for witness, entry in enumerate(place.entries):
        if entry is None:
            yield "\N{EN DASH}"
            continue
        crop = cuttings.crop(witness, entry)
        yield element("div", _text(entry), crop) if crop else _text(entry)


def _text(entry: Entry) -> str:
    return entry_text(entry) or "(empty)"


def _quiet(text: str) -> Markup:
    return element("p", text, class_="quiet")
