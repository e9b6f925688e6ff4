"""Pages of glyphs whose table is known by construction, and whether a layout of them is right."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from zij.tables.geometry import Box
from zij.tables.layout.layout import Layout, lay_out
from zij.tables.reading import Cell, Glyph
from zij.tables.scan.rulings import Rulings, Segment

H = 20.0  # nominal digit height in pixels
NONE = Rulings()


@dataclass(frozen=True)
class LaidPage:
    """A page: its glyphs carry their cell as id, "row_column" or "table:row_column", "" outside tables.

    `shapes` are the rows and columns of its tables in reading order. `texts` gives the texts of those cells
    that hold more than digits, `check` says what else must be so.
    """

    glyphs: tuple[Glyph, ...]
    shapes: tuple[tuple[int, int], ...]
    rulings: Rulings = NONE
    ink: NDArray[np.float32] | None = None
    texts: dict[str, str] = field(default_factory=dict)
    check: Callable[[Layout], bool] = lambda _: True
    candidates: tuple[Glyph, ...] = ()

    def laid(self) -> Layout:
        """The page as zij lays it out."""
        return lay_out(
            self.glyphs, digit_height=H, rulings=self.rulings, ink=self.ink, candidates=self.candidates
        )


def figures(
    text: str,
    right: float,
    y: float,
    where: str = "",
    *,
    old: bool = False,
    pitch: float = 0.62,
    sure: float = 0.95,
    hang: float = 0.35,
) -> list[Glyph]:
    """Glyphs of a number that ends at `right`; y is the middle of the small letters; points take room."""
    glyphs, x = [], right
    for sign in reversed(text):
        if sign in ".·,":
            x -= 0.4 * H
            continue
        small = 0.65 * H if old else H
        top = y - small / 2 - (hang * H if old and sign in "68" else 0)
        bottom = y + small / 2 + (hang * H if old and sign in "34579" else 0)
        width = (0.3 if sign == "1" else 0.55) * H
        box = Box(x - pitch * H / 2 - width / 2, top, width, bottom - top)
        glyphs.append(Glyph(box, sign, sure, (), where))
        x -= pitch * H
    return glyphs[::-1]


def table(
    rows: int,
    rights: Iterable[float],
    *,
    top: float = 100.0,
    leading: float = 30.0,
    seed: int = 0,
    text: Callable[[np.random.Generator, int, int], str] = lambda rng, r, c: str(rng.integers(10, 60)),
    name: str = "",
    **style: float | bool,
) -> list[Glyph]:
    """Glyphs of a table whose columns end at `rights`."""
    rng = np.random.default_rng(seed)
    glyphs = []
    for r, (c, right) in itertools.product(range(rows), enumerate(rights)):
        glyphs += figures(text(rng, r, c), right, top + leading * r, f"{name}{r}_{c}", **style)  # type: ignore[arg-type]
    return glyphs


def moved(glyphs: Iterable[Glyph], dx: float, dy: float) -> list[Glyph]:
    """The glyphs somewhere else."""
    return [replace(g, box=replace(g.box, x=g.box.x + dx, y=g.box.y + dy)) for g in glyphs]


def rules(xs: Iterable[float], y0: float, y1: float) -> tuple[Segment, ...]:
    """Vertical rulings."""
    return tuple(Segment(x, y0, x, y1) for x in xs)


def inked(glyphs: Iterable[Glyph], *more: Box) -> NDArray[np.float32]:
    """Ink with a block in the box of every glyph and one for some more pieces."""
    inner = [replace(g.box, x=g.box.x + 0.2 * g.box.w, w=0.6 * g.box.w) for g in glyphs]
    boxes = [*inner, *more]
    area = Box.hull(boxes)
    ink = np.zeros((round(area.bottom) + 50, round(area.right) + 50), np.float32)
    for b in boxes:
        ink[max(round(b.y), 0) : round(b.bottom), max(round(b.x), 0) : round(b.right)] = 0.8
    return ink


def is_right(page: LaidPage) -> bool:
    """Whether every table, number and digit of a page is laid out where it belongs."""
    layout = page.laid()
    if tuple((t.rows, t.columns) for t in layout.tables) != page.shapes:
        return False
    found: dict[str, set[str]] = defaultdict(set)
    texts = {}
    for t, part in enumerate(layout.tables):
        prefix = f"{t}:" if any(":" in g.id for g in page.glyphs) else ""
        for cell in part.cells:
            name = f"{prefix}{cell.row}_{cell.column}"
            texts[name] = cell.text
            for glyph in _digits(cell):
                found[glyph.id].add(name)
    for number in layout.loose:
        for glyph in number.digits:
            found[glyph.id].add("")
    if any(places != {name} for name, places in found.items()):
        return False
    expected: dict[str, str] = defaultdict(str)
    for g in sorted(page.glyphs, key=lambda g: g.box.x):
        expected[g.id] += g.text
    wanted = {**expected, **page.texts}
    return all(texts[name] == text for name, text in wanted.items() if name) and page.check(layout)


def cell_at(layout: Layout, row: int, column: int) -> Cell:
    """The cell of the first table that begins in a place."""
    return next(c for c in layout.tables[0].cells if (c.row, c.column) == (row, column))


def _digits(cell: Cell) -> list[Glyph]:
    return [glyph for number in cell.numbers for glyph in number.digits]
