"""A corpus with known families: which pages show the same table, and how they came to differ.

A family is one table of a real kind and the editions that print it: copied with misprints, cut, re-set.
Beside them stand shuffled copies, which hold the same numbers in other places, and pages of the same kinds
with other parameters. Each page depends on the seed and its own number alone, so that a larger corpus has the
pages of a smaller one; only where two draws would give the same table is the later drawn again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.random import Generator

from zij.errors import UsageError
from zij.tables.generate.books import BOOKS, Book, book
from zij.tables.generate.copying import Copy, copies, some
from zij.tables.generate.kinds import KnownTable, draw_table
from zij.tables.generate.layouts import Layout, draw_layout, lay_out_table
from zij.tables.generate.numeric import NumericTable

__all__ = ["FamilyPage", "Relation", "family_corpus", "family_pages", "shuffled"]

Relation = Literal["original", "copy", "reset", "part", "shuffled", "unrelated"]

_TRAPS, _UNRELATED = 0.1, 0.25  # shares of all pages
_MISPRINTS = 0.012  # of the cells in each copying


@dataclass(frozen=True, slots=True)
class FamilyPage:
    """One page of the corpus before it is set in type.

    Attributes
    ----------
    name : str
    family : str
        "" for shuffled and unrelated pages.
    relation : str
        original; copy (laid out as its exemplar); reset (laid out anew); part (rows or columns of it);
        shuffled; unrelated.
    parent : str
        The page that it was copied, or shuffled, from.
    known : KnownTable
        The table without misprints.
    rows : (int, int)
        First row of the table on the page and the row after the last one.
    layout : Layout
    misprints : int
        Cells on the page that differ from the table without misprints.
    book : Book
    table : NumericTable
        As it stands on the page.
    copy : Copy or None
        Its place in the history of copying.
    seed : tuple of int
        Of everything by chance that is left to do, such as the page's age.
    """

    name: str
    family: str
    relation: Relation
    parent: str
    known: KnownTable
    rows: tuple[int, int]
    layout: Layout
    misprints: int
    book: Book
    table: NumericTable
    copy: Copy | None
    seed: tuple[int, ...]


def family_corpus(families: int, pages: int, *, seed: int = 0) -> Iterator[FamilyPage]:
    """All pages: those of the families, then the shuffled, then the unrelated.

    A tenth of the pages are shuffled copies and a quarter unrelated; the others are shared out among the
    families, of which the largest have four times as many as the smallest.

    Parameters
    ----------
    families : int
    pages : int
        Of all kinds together.
    seed : int

    Yields
    ------
    FamilyPage

    Raises
    ------
    UsageError
        If there are fewer than 4 pages for each family, or no family.
    """
    if families < 1 or pages < 4 * families:
        raise UsageError(
            f"{pages} pages cannot hold {families} families; ask for 1 family or more and 4 pages for each."
        )
    traps, unrelated = round(_TRAPS * pages), round(_UNRELATED * pages)
    taken: set[str] = set()
    known = [draw_table(np.random.default_rng([seed, 1, number]), taken) for number in range(families)]
    sizes = _sizes(families, pages - traps - unrelated, seed)
    heads: list[list[FamilyPage]] = []
    for number, size in enumerate(sizes):
        members = family_pages(known[number], number, seed=seed)
        heads.append([next(members), next(members)])
        yield from heads[-1][:size]
        for _ in range(size - 2):
            yield next(members)
    for number in range(traps):
        yield _trap(heads[number % families], number, seed)
    for number in range(unrelated):
        yield _stranger(known[number % families].kind, number, taken, seed)


def family_pages(known: KnownTable, number: int, *, seed: int = 0) -> Iterator[FamilyPage]:
    """Pages of one family without end, the original first.

    A table that is continued gives two pages of one book. Each further edition is in a later book than its
    exemplar, or now and then a second time in the same.

    Parameters
    ----------
    known : KnownTable
        The table.
    number : int
        Of the family.
    seed : int

    Yields
    ------
    FamilyPage
    """
    family = f"t{number + 1:03d}"
    first: list[tuple[str, Layout, int]] = []  # of each edition: its first page's name, layout, book
    count = 0
    for copy in copies([seed, 2, number], known.table, errors=some(_MISPRINTS)):
        rng = np.random.default_rng([seed, 3, number, copy.number])
        relation: Relation = "original"
        layouts, parent, shelf = [Layout()], "", int(rng.integers(BOOKS // 2))
        if copy.exemplar is not None:
            parent, before, shelf = first[copy.exemplar]
            relation, layouts = _laid_out_anew(rng, known, before)
            if rng.random() > 0.1:
                shelf = int(rng.integers(min(shelf + 1, BOOKS - 1), BOOKS))
        for layout in layouts:
            count += 1
            name = f"{family}-{count:02d}"
            if len(first) == copy.number:
                first.append((name, layout, shelf))
            yield FamilyPage(
                name, family, relation, parent, known, _rows(known, layout), layout,
                _misprints(known, copy, layout), book(seed, shelf),
                lay_out_table(copy.table, layout, base=known.base), copy, (seed, 7, number, count),
            )  # fmt: skip


def shuffled(rng: Generator, table: NumericTable, *, keep_argument: bool) -> NumericTable:
    """The same numbers in other places: a histogram cannot tell it from the table.

    Parameters
    ----------
    rng : Generator
    table : NumericTable
    keep_argument : bool
        Whether the first column stays as it is.

    Returns
    -------
    NumericTable
    """
    places = [
        (r, c)
        for r, row in enumerate(table.rows)
        for c, text in enumerate(row)
        if text and c not in table.words and not (keep_argument and c == 0)
    ]
    rows = [list(row) for row in table.rows]
    texts = [table.rows[r][c] for r, c in places]
    for (r, c), k in zip(places, rng.permutation(len(places)), strict=True):
        rows[r][c] = texts[int(k)]
    return replace(table, rows=tuple(tuple(row) for row in rows))


def _sizes(families: int, pages: int, seed: int) -> list[int]:
    """How many pages each family has: 2 and its share of the rest, the first families rounded up."""
    weights = np.array([np.random.default_rng([seed, 8, n]).uniform(0.25, 1.0) for n in range(families)])
    spare = pages - 2 * families
    ends = np.floor(np.cumsum(weights) / weights.sum() * spare + 0.5).astype(int)
    return [2 + int(b - a) for a, b in zip([0, *ends[:-1]], ends, strict=True)]


def _laid_out_anew(rng: Generator, known: KnownTable, before: Layout) -> tuple[Relation, list[Layout]]:
    """What an edition does with its exemplar's layout; two layouts where the table goes on overleaf."""
    choice = rng.random()
    if choice < 0.25:
        return "copy", [before]
    layout = (
        draw_layout(rng, known.table, base=known.base) if rng.random() < 0.6 or choice < 0.65 else Layout()
    )
    if choice < 0.55:
        return "reset", [layout]
    return "part", _cut(rng, known, layout)


def _cut(rng: Generator, known: KnownTable, layout: Layout) -> list[Layout]:
    """Part of the rows, or of the columns, or the rows on two pages."""
    count = len(known.table.rows)
    way = rng.random()
    if way < 0.35:  # goes on overleaf
        middle = int(rng.integers(round(0.4 * count), round(0.6 * count) + 1))
        return [replace(layout, rows=(0, middle), halves=1), replace(layout, rows=(middle, count), halves=1)]
    if way < 0.7:  # begins or ends elsewhere: its rows stand higher than in others
        length = int(rng.integers(round(0.5 * count), round(0.8 * count) + 1))
        start = int(rng.integers(0, count - length + 1))
        return [replace(layout, rows=(start, start + length), halves=1)]
    values = known.table.values[1:]
    if len(values) > 1:
        kept = int(rng.integers(max((len(values) + 1) // 2, known.least), len(values)))
        return [replace(layout, values=tuple(range(1, kept + 1)))]
    if len(values[0]) > 1:
        return [replace(layout, places=1)]
    return [replace(layout, rows=(0, round(0.6 * count)), halves=1)]


def _rows(known: KnownTable, layout: Layout) -> tuple[int, int]:
    return layout.rows or (0, len(known.table.rows))


def _misprints(known: KnownTable, copy: Copy, layout: Layout) -> int:
    """Cells on the page, each counted once, that are not as the table has them."""
    bare = replace(layout, halves=1, argument_again=False, added="")
    both = [lay_out_table(table, bare).rows for table in (known.table, copy.table)]
    return sum(a != b for one, two in zip(*both, strict=True) for a, b in zip(one, two, strict=True))


def _trap(pages: Sequence[FamilyPage], number: int, seed: int) -> FamilyPage:
    rng = np.random.default_rng([seed, 6, number])
    page = pages[int(rng.integers(len(pages)))]
    table = shuffled(rng, page.table, keep_argument=bool(rng.random() < 0.5))
    name = f"x{number + 1:03d}"
    return replace(
        page, name=name, family="", relation="shuffled", parent=page.name, table=table, copy=None,
        book=book(seed, int(rng.integers(BOOKS))), seed=(seed, 9, number),
    )  # fmt: skip


def _stranger(kind: str, number: int, taken: set[str], seed: int) -> FamilyPage:
    """A page that shows another table of a kind of which a family is."""
    rng = np.random.default_rng([seed, 5, number])
    known = draw_table(rng, taken, kind)
    layout = draw_layout(rng, known.table, base=known.base) if rng.random() < 0.5 else Layout()
    if rng.random() < 0.35:
        layout = _cut(rng, known, layout)[0]
    history = copies([seed, 10, number], known.table, errors=some(_MISPRINTS))
    next(history)
    copy = next(history)
    return FamilyPage(
        f"u{number + 1:04d}", "", "unrelated", "", known, _rows(known, layout), layout,
        _misprints(known, copy, layout), book(seed, int(rng.integers(BOOKS))),
        lay_out_table(copy.table, layout, base=known.base), None, (seed, 11, number),
    )  # fmt: skip
