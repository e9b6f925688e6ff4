"""A table laid out as the table it is: one cell of HTML for each cell, spans honoured, states told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zij.html import Markup, element
from zij.tables.reading import Cell, Glyph, Table

__all__ = ["COLUMNS", "NOTE", "ROWS", "UPPER", "grid"]

ROWS, COLUMNS = 60, 40
"""Of a table shown at most."""

UPPER = 0.9
"""Below this confidence a digit is underlined, where the reading does not say otherwise."""

NOTE = (
    "The deeper a cell's tint, the less sure its reading; an uncertain digit has a dotted line below it; "
    "[…] is ink that could not be read; * was corrected by hand. Point at a cell for confidence and "
    "alternatives; rows and columns count from 0."
)
"""What the tints of a grid mean, in words."""

_TITLE = 300  # letters of what pointing at a cell tells, at most
_SURE = 0.995  # from here on a digit need not be explained


@dataclass(frozen=True, slots=True)
class _Placed:
    """Cells that begin in one place, and how many rows and columns are free for them."""

    cells: tuple[Cell, ...]
    rows: int
    columns: int


def grid(table: Table, *, upper: float = UPPER, rows: int = ROWS, columns: int = COLUMNS) -> Markup:
    """A table as HTML.

    Parameters
    ----------
    table : Table
    upper : float
        Confidence from which on a digit is not marked as uncertain.
    rows, columns : int
        Shown at most; a line says what is left out.

    Returns
    -------
    Markup
        A `<table>` that scrolls where it is too wide, and notes on what could not be shown.
    """
    height = max([table.rows, *(cell.row + 1 for cell in table.cells)], default=0)
    width = max([table.columns, *(cell.column + 1 for cell in table.cells)], default=0)
    shown = min(height, rows), min(width, columns)
    placed, hidden = _placed(table.cells, *shown)
    head = element("tr", element("th", ""), *(element("th", n, scope="col") for n in range(shown[1])))
    body = []
    for row in range(shown[0]):
        cells = [placed[row, n] for n in range(shown[1]) if (row, n) in placed]
        body.append(element("tr", element("th", row, scope="row"), *(_cell(one, upper) for one in cells)))
    parts = [element("table", element("thead", head), element("tbody", *body), class_="grid")]
    return element("div", element("div", *parts, class_="scroll"), *_notes((height, width), shown, hidden))


def _notes(size: tuple[int, int], shown: tuple[int, int], hidden: Sequence[Cell]) -> Iterator[Markup]:
    left = [
        f"{whole - part:,} more {noun}{'s' * (whole - part != 1)}"
        for whole, part, noun in zip(size, shown, ("row", "column"), strict=True)
        if whole > part
    ]
    if left:
        yield element("p", f"{' and '.join(left)} not shown.", class_="quiet")
    if hidden:
        texts = "; ".join(f"row {c.row}, column {c.column}: {c.text or c.state}" for c in hidden[:5])
        more = f" and {len(hidden) - 5:,} more" if len(hidden) > 5 else ""
        yield element("p", f"Covered by the span of another cell: {texts}{more}.", class_="quiet")


def _placed(
    cells: Sequence[Cell], rows: int, columns: int
) -> tuple[dict[tuple[int, int], _Placed], list[Cell]]:
    """What stands in each place, clipped to what is shown, and the cells that another's span covers.

    Cells of other programs may overlap: the first to claim a place has it, and two that begin in the same
    place share it.
    """
    found: dict[tuple[int, int], list[Cell]] = {}
    for cell in cells:
        if cell.row < rows and cell.column < columns:
            found.setdefault((cell.row, cell.column), []).append(cell)
    placed: dict[tuple[int, int], _Placed] = {}
    covered: set[tuple[int, int]] = set()
    for place in ((row, column) for row in range(rows) for column in range(columns)):
        if place in covered:
            continue
        here = tuple(found.pop(place, ()))
        down, across = _room(here, place, (rows, columns), covered | found.keys())
        covered |= {(place[0] + i, place[1] + j) for i in range(down) for j in range(across)}
        placed[place] = _Placed(here, down, across)
    return placed, [cell for hidden in found.values() for cell in hidden]


def _room(
    cells: Sequence[Cell], place: tuple[int, int], size: tuple[int, int], taken: set[tuple[int, int]]
) -> tuple[int, int]:
    """Rows and columns of a place: the largest span asked for, as far as nothing else stands there."""
    down = min(max((cell.row_span for cell in cells), default=1), size[0] - place[0])
    across = min(max((cell.column_span for cell in cells), default=1), size[1] - place[1])
    while across > 1 and any((place[0], place[1] + j) in taken for j in range(1, across)):
        across -= 1
    while down > 1 and any(
        (place[0] + i, place[1] + j) in taken for i in range(1, down) for j in range(across)
    ):
        down -= 1
    return max(down, 1), max(across, 1)


def _cell(placed: _Placed, upper: float) -> Markup:
    cells = placed.cells
    spans = {"rowspan": placed.rows if placed.rows > 1 else None}
    spans["colspan"] = placed.columns if placed.columns > 1 else None
    if not cells:
        return element("td", class_="none", title="no cell was found here", **spans)
    worst = max(cells, key=lambda cell: ("read", "empty", "uncertain", "unread").index(cell.state))
    doubt = max(1 - min(cell.confidence for cell in cells), 0.0)
    styles = ["text-align:left"] if any(sign.isalpha() for cell in cells for sign in cell.text) else []
    if worst.state == "read" and doubt > 0.005:
        styles.append(f"--doubt:{min(0.4 * doubt**0.5, 0.4):.2f}")
    texts = [part for cell in cells for part in (" | ", _text(cell, upper))][1:]
    return element(
        "th" if all(cell.header for cell in cells) else "td", *texts, class_=worst.state,
        title=" | ".join(_title(cell) for cell in cells), style=";".join(styles) or None, **spans,
    )  # fmt: skip


def _text(cell: Cell, upper: float) -> Markup:
    """The cell's text, its uncertain digits marked where its numbers are its text."""
    star = "*" if cell.source == "human" else ""
    if not cell.text:
        return element("span", f"[…]{star}" if cell.state == "unread" else star)
    signs = [glyph for number in cell.numbers for glyph in number.glyphs]
    if [glyph.text for glyph in signs] != [sign for sign in cell.text if not sign.isspace()]:
        return element("u" if cell.state == "uncertain" else "span", cell.text, star)
    parts, rest = [], iter(signs)
    for sign in cell.text:
        doubtful = not sign.isspace() and next(rest).confidence < upper
        parts.append(element("u", sign) if doubtful and cell.state == "uncertain" else sign)
    return element("span", *parts, star)


def _title(cell: Cell) -> str:
    """State and confidence, then each digit that is not sure, with what else it may be."""
    doubts = [_doubt(g) for number in cell.numbers for g in number.glyphs if g.confidence < _SURE]
    hand = ", corrected by hand" if cell.source == "human" else ""
    sure = "" if cell.state == "empty" else f" with confidence {cell.confidence:.2g}"
    text = "; ".join([f"{cell.state}{sure}{hand}", *doubts])
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 1]}…"


def _doubt(glyph: Glyph) -> str:
    others = ", ".join(f"{text} {probability:.2g}" for text, probability in glyph.alternatives[:3])
    return f"{glyph.text} {glyph.confidence:.2g}" + (f" (or {others})" if others else "")
