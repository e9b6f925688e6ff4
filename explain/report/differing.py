"""Corresponding cells whose texts differ, as the closing line counts them and the report shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zij.explain.bilrp.pairs import Region
from zij.explain.viewer.stage import Stage, StagePage
from zij.html import Markup, element
from zij.tables.reading import Cell, Reading

__all__ = ["Differences", "Differing", "crop", "differences", "differing_section"]

_MOST = 60  # rows of the report
_DOUBTFUL = frozenset({"uncertain", "unread"})


@dataclass(frozen=True, slots=True)
class Differing:
    """Two corresponding cells with other texts.

    Attributes
    ----------
    a, b : Cell
        On either page.
    """

    a: Cell
    b: Cell

    @property
    def sure(self) -> bool:
        """Whether both are read, so that it is no mere doubt of the reading."""
        return {self.a.state, self.b.state}.isdisjoint(_DOUBTFUL)


@dataclass(frozen=True, slots=True)
class Differences:
    """The corresponding cells of two pages, and those of them whose texts differ.

    Attributes
    ----------
    found : tuple of Differing
        In the order of the first page.
    count : int
        How many cells correspond.
    blank : int
        How many of them are empty on both pages.
    """

    found: tuple[Differing, ...]
    count: int
    blank: int

    @property
    def sure(self) -> int:
        """How many differ, both being read."""
        return sum(one.sure for one in self.found)


def differences(a: Reading, b: Reading, cells: Mapping[str, str]) -> Differences:
    """Where the texts of corresponding cells differ.

    Parameters
    ----------
    a, b : Reading
        With ids.
    cells : mapping of str to str
        Id of a cell of `a` to that of the cell of `b` that corresponds, as an alignment has them.

    Returns
    -------
    Differences
    """
    ones, others = ({cell.id: cell for table in side.tables for cell in table.cells} for side in (a, b))
    pairs = [Differing(ones[name], others[cells[name]]) for name in ones if name in cells]
    found = tuple(pair for pair in pairs if pair.a.text != pair.b.text)
    blank = sum(not pair.a.text and not pair.b.text for pair in pairs)
    return Differences(found, len(pairs), blank)


def differing_section(stage: Stage, differ: Differences) -> Markup:
    """The differing cells side by side, a section of the report.

    Parameters
    ----------
    stage : Stage
        The pages, whose pictures are in the report.
    differ : Differences

    Returns
    -------
    Markup
    """
    found = differ.found
    shown = sorted(found, key=lambda one: not one.sure)[:_MOST]
    children = [element("h2", "The cells that differ"), element("p", _words(differ))]
    if shown:
        head = ("A", "", "Place on A", "B", "", "Place on B", "")
        rows = [element("tr", *(element("td", cell) for cell in _row(stage, one))) for one in shown]
        heads = element("tr", *(element("th", text, scope="col") for text in head))
        table = element("table", element("thead", heads), element("tbody", *rows), id="differing")
        wide = {"class_": "wide", "tabindex": 0, "role": "region", "aria_label": "the cells that differ"}
        children.append(element("div", table, **wide))
    if len(found) > len(shown):
        children.append(element("p", f"{len(found) - len(shown):,} more are left out here."))
    return element("section", *children)


def _words(differ: Differences) -> str:
    if not differ.count:
        return (
            "No cells of the two pages correspond, so that none can be said to differ: no rows and "
            "columns were "
            "found that hold the same numbers. Either the tables are different ones, or too much was "
            "misread; the pictures that zij annotate draws show which."
        )
    blank = f" ({differ.blank:,} of them empty on both pages)" if differ.blank else ""
    return (
        f"{differ.count:,} cells correspond{blank}; {differ.sure:,} differ, and "
        f"{len(differ.found) - differ.sure:,} may, one of the two being uncertain. What kind of error a "
        "difference is, and what speaks for either side, tells zij collate."
    )


def _row(stage: Stage, one: Differing) -> list[object]:
    cells: list[object] = []
    for page, cell in ((stage.a, one.a), (stage.b, one.b)):
        place = f"row {cell.row + 1}, column {cell.column + 1}"
        cells += [_cut(page, cell), cell.text or "(empty)", place]
    return [*cells, "" if one.sure else "uncertain"]


def _cut(page: StagePage, cell: Cell) -> Markup:
    box = cell.numbers[0].box if len(cell.numbers) == 1 else cell.box
    return crop(page, Region(cell.id, cell.text, box))


def crop(page: StagePage, region: Region) -> Markup:
    """A small picture of a region with a little of what surrounds it."""
    x, y, w, h = page.box(region)
    room = 0.35 * h
    box = [round(value, 2) for value in (x - 1.5 * room, y - room, w + 3 * room, h + 2 * room)]
    return element(
        "svg",
        element("use", href=f"#page-{page.side}"),
        viewBox=" ".join(map(str, box)),
        class_="crop",
        style=f"aspect-ratio: {box[2]} / {box[3]}",
        aria_hidden="true",
    )
