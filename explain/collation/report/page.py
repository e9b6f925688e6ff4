"""The apparatus as one page that opens offline: the collated table, and the crops behind every difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from importlib import resources
from typing import Any

from zij.explain.collation.apparatus import Apparatus, CollatedTable, Place
from zij.explain.collation.arithmetic.unbroken import unbroken
from zij.explain.collation.judging import groups_of
from zij.explain.collation.report.chosen import script_data
from zij.explain.collation.report.pictures import Gallery
from zij.explain.collation.report.sharedsection import shared_section
from zij.explain.collation.report.words import (
    STATUSES,
    argument_of,
    counted,
    entry_text,
    place_words,
    readings_words,
    sentence,
)
from zij.html import Markup, data_uri, element, json_block, page

__all__ = ["apparatus_page"]

MOST_CELLS = 20_000
"""Cells of a collated table that are all shown; of larger ones the rows in which all agree are left out."""
MOST_LISTED = 3_000
"""Differences in the list; all are in the files."""


def apparatus_page(
    apparatus: Apparatus, pictures: Gallery, facts: Mapping[str, Any], *, descent: Markup | None = None
) -> str:
    """The whole page as the text of an HTML file.

    Parameters
    ----------
    apparatus : Apparatus
    pictures : Gallery
        Of the same apparatus.
    facts : mapping
        The contents of `collation.json`, for the end of the page.
    descent : Markup, optional
        What the errors say about descent, as a section of its own.

    Returns
    -------
    str
    """
    by_table: dict[str, list[tuple[int, Place]]] = {table.name: [] for table in apparatus.tables}
    for number, place in enumerate(apparatus.places):
        by_table[place.table].append((number, place))
    arguments = argument_of(apparatus)
    shared = {(e.table, e.row, e.column): e for e in apparatus.errors}
    places = [
        (n, p)
        for n, p in enumerate(apparatus.places)
        if p.status != "agree" or (p.table, p.row, p.column) in shared
    ]
    tables = [_table(table, by_table[table.name], apparatus, shared) for table in apparatus.tables]
    body = Markup(
        "\n".join(
            [
                _opening(apparatus, facts),
                _filters(apparatus),
                element("div", element("main", *tables), _panel(), class_="desk"),
                _list(apparatus, places, arguments),
                shared_section(apparatus, pictures, arguments),
                descent or Markup(),
                _witnesses(apparatus, facts),
                _origins(facts),
                json_block("places", script_data(apparatus, places, pictures, arguments)),
            ]
        )
    )
    title = f"Collation of {' and '.join(w.siglum for w in apparatus.witnesses[:3])}"
    if len(apparatus.witnesses) > 3:
        title = f"Collation of {len(apparatus.witnesses)} witnesses"
    files = resources.files("zij.explain.collation.report")
    style, script = (
        files.joinpath(f"apparatus.{kind}").read_text(encoding="utf-8") for kind in ("css", "js")
    )
    return page(title, body, style=style + _sheets(pictures), script=script)


def _sheets(pictures: Gallery) -> str:
    """The sheets of crops and the small pages, each written once."""
    rules = []
    for number, shelf in enumerate(pictures.shelves):
        if shelf.sheet:
            size = f"{shelf.width}px {shelf.height}px"
            image = data_uri(shelf.sheet, "image/jpeg")
            rules.append(f".w{number} {{ background-image: url({image}); background-size: {size}; }}")
        rules += [
            f".w{number}p{n} {{ background-image: url({data_uri(jpeg, 'image/jpeg')}); }}"
            for n, jpeg in shelf.pages.items()
        ]
    return "\n".join(rules)


def _opening(apparatus: Apparatus, facts: Mapping[str, Any]) -> Markup:
    sigla = [witness.siglum for witness in apparatus.witnesses]
    name = " and ".join(sigla) if len(sigla) < 4 else f"{len(sigla)} witnesses"
    notes = [
        element("p", f"{item['siglum']} is left out: it {item['reason']}.", class_="warning")
        for item in facts["left_out"]
    ]
    for item in facts["turned"]:
        where = f"{item['siglum']}, page {item['page'] + 1}"
        notes.append(element("p", f"{where}: {item['how']}; the table was laid as theirs."))
    return element(
        "header",
        element("h1", f"Collation of {name}"),
        element("p", f"{sentence(apparatus)}.", class_="found"),
        *notes,
        element(
            "p",
            "Click a marked cell, or press the arrow keys: the cell of every witness appears beside the "
            "table, with its place on the page. What may be a misreading of the scan is called uncertain, "
            "not a variant. Nothing in the readings was changed. Rows and columns are counted from 1 here, "
            "from 0 in the CSV files; in brackets stands the row's argument.",
        ),
    )


def _filters(apparatus: Apparatus) -> Markup:
    counts = apparatus.counts()
    boxes = [
        element(
            "label",
            element("input", type="checkbox", name="status", value=status, checked=True),
            element("span", class_=f"swatch {status}"),
            f"{words} ({counts[status]:,})",
        )
        for status, words in STATUSES.items()
        if status != "agree"
    ]
    if apparatus.errors:
        words = f"shared errors ({len(apparatus.errors):,})"
        box = element("input", type="checkbox", name="status", value="shared", checked=True)
        boxes.append(element("label", box, element("span", class_="swatch shared"), words))
    kinds = Counter(kind for p in apparatus.places for kind in p.kind.split("; ") if kind)
    options = [element("option", "all kinds", value="")]
    options += [element("option", f"{kind} ({n})", value=kind) for kind, n in kinds.most_common()]
    select = element("label", "Kind ", element("select", *options, id="kind")) if kinds else Markup("")
    return element(
        "form",
        element("fieldset", element("legend", "Show"), *boxes, select),
        element(
            "p",
            element("button", "\N{LEFTWARDS ARROW} previous", type="button", id="previous"),
            element("button", "next \N{RIGHTWARDS ARROW}", type="button", id="next"),
            element("span", "", id="shown", role="status"),
        ),
        class_="filters screen-only",
        autocomplete="off",
    )


def _panel() -> Markup:
    return element(
        "aside",
        element("p", "Click a marked cell to see it in all witnesses.", class_="hint"),
        id="panel",
        tabindex="-1",
        aria_live="polite",
        aria_label="The chosen place",
    )


def _table(
    table: CollatedTable,
    places: Sequence[tuple[int, Place]],
    apparatus: Apparatus,
    shared: Collection[tuple[str, int, int]],
) -> Markup:
    at = {(place.row, place.column): (number, place) for number, place in places}
    rows = list(range(table.rows))
    note = Markup("")
    if table.rows * table.columns > MOST_CELLS:
        told = {row for name, row, _ in shared if name == table.name}
        kept = sorted(told | {p.row for _, p in places if p.status in ("variant", "uncertain")})
        kept = kept[: MOST_CELLS // max(table.columns, 1)]
        note = element(
            "p",
            f"{counted(table.rows - len(kept), 'row')} of {table.rows:,} are left out of this page; all are "
            "in apparatus.csv.",
            class_="warning",
        )
        rows = kept
    heads = [
        element("th", table.headings[c] or str(c + 1), scope="col", title=f"column {c + 1}")
        for c in range(table.columns)
    ]
    lines = [
        element(
            "tr",
            element("th", str(r + 1), scope="row"),
            *(
                _cell(*at[r, c], (table.name, r, c) in shared) if (r, c) in at else element("td")
                for c in range(table.columns)
            ),
        )
        for r in rows
    ]
    caption = f"Table {table.name}" if len(apparatus.tables) > 1 else "The collated table"
    first = apparatus.witnesses[0].siglum
    many = len(apparatus.witnesses) > 2
    lemma = "what most witnesses have" if many else f"where they differ, what {first} has"
    return element(
        "section",
        note,
        element(
            "div",
            element(
                "table",
                element("caption", f"{caption}: {lemma}"),
                element("thead", element("tr", element("th", "row", scope="col"), *heads)),
                element("tbody", *lines),
                class_="collated",
            ),
            class_="wide",
        ),
    )


def _cell(number: int, place: Place, shared: bool) -> Markup:
    groups = groups_of(place.entries)
    text = entry_text(place.entries[groups[0][0]]) if groups else ""
    if place.status == "agree" and not shared:
        return element("td", text, title=place.reason or None)
    others = [entry_text(place.entries[group[0]]) for group in groups[1:]]
    more = " ".join(others) if len(others) < 3 else f"and {len(others)} others"
    button = element(
        "button",
        text,
        element("small", more) if more else "",
        type="button",
        class_=place.status,
        id=f"p{number}",
        data_kind=place.kind,
        data_shared="yes" if shared else None,
        aria_label=f"{text}, {place.status}{', a shared error' if shared else ''}, row {place.row + 1}, "
        f"column {place.column + 1}",
    )
    return element("td", button)


def _list(
    apparatus: Apparatus, places: Sequence[tuple[int, Place]], arguments: dict[tuple[str, int], str]
) -> Markup:
    listed = [(n, p) for n, p in places if p.status in ("variant", "uncertain")]
    if not listed:
        return element("section", element("h2", "Differences"), element("p", "There is none."))
    rows = []
    for number, place in listed[:MOST_LISTED]:
        where = element(
            "a", place_words(place, arguments), href=f"#p{number}", class_="go", data_place=number
        )
        table = [element("td", place.table)] if len(apparatus.tables) > 1 else []
        rows.append(
            element(
                "tr",
                *table,
                element("td", where),
                element("td", readings_words(place, apparatus.witnesses)),
                element("td", element("span", class_=f"swatch {place.status}"), place.status),
                element("td", place.kind),
                element("td", unbroken(place.reason)),
                data_status=place.status,
                data_kind=place.kind,
            )
        )
    names = ["table"] if len(apparatus.tables) > 1 else []
    heads = [
        element("th", name, scope="col") for name in (*names, "place", "readings", "status", "kind", "why")
    ]
    note = ""
    if len(listed) > MOST_LISTED:
        note = element("p", f"{len(listed) - MOST_LISTED:,} more are in variants.csv.", class_="warning")
    table_ = element("table", element("thead", element("tr", *heads)), element("tbody", *rows), id="list")
    return element("section", element("h2", "Differences"), element("div", table_, class_="wide"), note)


def _witnesses(apparatus: Apparatus, facts: Mapping[str, Any]) -> Markup:
    rows = []
    for witness, fact in zip(apparatus.witnesses, facts["witnesses"], strict=True):
        rows.append(
            element(
                "tr",
                element("th", witness.siglum, scope="row"),
                element("td", witness.date),
                element("td", ", ".join(reading.image for reading in witness.readings)),
                element("td", f"{float(fact['score']):.2f}", class_="number"),
            )
        )
    heads = [element("th", name, scope="col") for name in ("siglum", "date", "pages", "alignment")]
    return element(
        "section",
        element("h2", "Witnesses"),
        element(
            "div",
            element("table", element("thead", element("tr", *heads)), element("tbody", *rows)),
            class_="wide",
        ),
        element(
            "p",
            "The alignment score is the share of telling numbers that agree in their places, corrected for "
            f"chance, with what the others have; below {facts['parameters']['least_score']:g} a witness does "
            "not hold the same table.",
        ),
    )


def _origins(facts: Mapping[str, Any]) -> Markup:
    items = [(name, value) for name, value in facts["parameters"].items()]
    items += [(f"version of {name}", value) for name, value in facts.get("versions", {}).items()]
    items += [
        (f"hash of {p['image']}", p["sha256"]) for w in facts["witnesses"] for p in w["pages"] if p["sha256"]
    ]
    rows = [
        element("tr", element("th", name, scope="row"), element("td", element("code", value)))
        for name, value in items
    ]
    return element(
        "details",
        element("summary", "Parameters, versions and hashes"),
        element("table", element("tbody", *rows)),
    )
