"""The errors that witnesses share, as a section of the page, as lines of the text, and for notebooks."""

from __future__ import annotations

from collections.abc import Sequence

from zij.explain.collation.apparatus import Apparatus, Entry, SharedError
from zij.explain.collation.arithmetic.unbroken import unbroken
from zij.explain.collation.report.cuttings import Cuttings
from zij.explain.collation.report.pictures import Gallery
from zij.explain.collation.report.words import counted, place_words, siglum_list
from zij.html import Markup, element, listing

__all__ = ["shared_inline", "shared_lines", "shared_section", "told"]

_TITLE = "Errors that witnesses share"
MOST = 1_000
"""Errors in the page's list; all are in `shared.csv`."""
CROPS = 8
"""Witnesses of an error whose crops stand in the list; a click on the place shows those of all."""
FEW = 40
"""Errors that are shown in a notebook."""

_WHAT = (
    "Here witnesses agree in a reading that breaks a rule which its column else keeps. They may well have it "
    "from a common source. But a rule is an assumption: such a reading may also be what the author computed. "
    "Readings that are in doubt are not counted."
)
_EVERYWHERE = (
    "What stands in all witnesses says nothing of which of them stand nearer to each other; what stands in "
    "some of them does."
)

Arguments = dict[tuple[str, int], str]


def told(apparatus: Apparatus, error: SharedError) -> str:
    """One shared error in words: who has it, which rule it breaks, and what the rule expects."""
    who = siglum_list(apparatus.witnesses, error.witnesses)
    words = f"{error.text} ({who}) breaks a rule that its column keeps"
    return f"{words}: {error.words}; expected is {error.expected}"


def shared_lines(apparatus: Apparatus, arguments: Arguments) -> list[str]:
    """The same as lines of plain text, with a heading; none where there is no such error.

    Parameters
    ----------
    apparatus : Apparatus
    arguments : dict
        Argument of each row by table and row.

    Returns
    -------
    list of str
    """
    if not apparatus.errors:
        return []
    several = len(apparatus.tables) > 1
    lines = ["", _TITLE, "", _WHAT, _EVERYWHERE, ""]
    for error in apparatus.errors:
        table = f"Table {error.table}, " if several else ""
        lines.append(f"{table}{place_words(error, arguments)}: {told(apparatus, error)}")
    return lines


def shared_section(apparatus: Apparatus, pictures: Gallery, arguments: Arguments) -> Markup:
    """The section of the page, with the crops of the witnesses; empty where there is no such error.

    Parameters
    ----------
    apparatus : Apparatus
    pictures : Gallery
        Of the same apparatus.
    arguments : dict
        Argument of each row by table and row.

    Returns
    -------
    Markup
    """
    if not apparatus.errors:
        return Markup()
    several = len(apparatus.tables) > 1
    places = {(p.table, p.row, p.column): (n, p) for n, p in enumerate(apparatus.places)}
    rows = []
    for error in apparatus.errors[:MOST]:
        number, place = places[error.table, error.row, error.column]
        where = element(
            "a", place_words(error, arguments), href=f"#p{number}", class_="go", data_place=number
        )
        rows.append(
            element(
                "tr",
                element("td", error.table) if several else "",
                element("td", where, class_="place"),
                element("td", error.text, class_="number"),
                element("td", error.expected, class_="number"),
                element("td", *_having(apparatus, pictures, error, place.entries)),
                element("td", unbroken(error.words), class_="words"),
            )
        )
    more = len(apparatus.errors) - MOST
    note = element("p", f"{more:,} more are in shared.csv.", class_="warning") if more > 0 else ""
    names = [*(["table"] if several else []), "place", "text", "expected", "witnesses", "rule"]
    heads = [element("th", name, scope="col") for name in names]
    table = element(
        "table", element("thead", element("tr", *heads)), element("tbody", *rows), id="shared-list"
    )
    return element(
        "section",
        element("h2", _TITLE),
        element("p", f"{_WHAT} {_EVERYWHERE}"),
        element("div", table, class_="wide"),
        note,
        id="shared",
    )


def shared_inline(apparatus: Apparatus, cuttings: Cuttings, arguments: Arguments) -> list[Markup]:
    """The same for a notebook, as elements in order.

    Parameters
    ----------
    apparatus : Apparatus
    cuttings : Cuttings
        Where crops come from.
    arguments : dict
        Argument of each row by table and row.

    Returns
    -------
    list of Markup
    """
    entries = {(p.table, p.row, p.column): p.entries for p in apparatus.places}
    errors = [error for error in apparatus.errors if (error.table, error.row, error.column) in entries]
    if not errors:
        return []
    several = len(apparatus.tables) > 1

    def row(error: SharedError) -> list[object]:
        own = entries[error.table, error.row, error.column]
        cut = [cuttings.crop(w, entry) for w in error.witnesses if (entry := own[w]) is not None]
        who = siglum_list(apparatus.witnesses, error.witnesses)
        text = element("div", error.text, *cut) if any(cut) else error.text
        table: list[object] = [error.table] if several else []
        return [*table, place_words(error, arguments), text, error.expected, error.words, who]

    heads = [*(["table"] if several else []), "place", "text", "expected", "rule", "witnesses"]
    rows = (row(error) for error in errors[:FEW])
    return [
        element("h4", f"{_TITLE}: {counted(len(errors), 'place')}"),
        listing(heads, rows, total=len(errors), numbers=("text", "expected")),
        element("p", f"{_WHAT} {_EVERYWHERE} shared() gives them as a data frame.", class_="quiet"),
    ]


def _having(
    apparatus: Apparatus, pictures: Gallery, error: SharedError, entries: Sequence[Entry | None]
) -> list[Markup | str]:
    """The witnesses of an error, with the crops of the first of them."""
    crops = [_crop(apparatus, pictures, w, entries[w]) for w in error.witnesses[:CROPS]]
    who = siglum_list(apparatus.witnesses, error.witnesses)
    words = f"all: {who}" if error.everywhere else who
    return [words, element("div", *crops, class_="crops")] if any(crops) else [words]


def _crop(apparatus: Apparatus, pictures: Gallery, witness: int, entry: Entry | None) -> Markup:
    """The cell as it looks in a witness, cut by the page itself from the sheet of its crops."""
    if entry is None:
        return Markup()
    cut = pictures.shelves[witness].crops.get((entry.page, entry.cell, entry.box))
    if cut is None:
        return Markup()
    style = f"width: {cut.w}px; height: {cut.h}px; background-position: -{cut.x}px -{cut.y}px"
    words = f"the cell in {apparatus.witnesses[witness].siglum}"
    return element("div", class_=f"crop w{witness}", style=style, role="img", aria_label=words, title=words)
