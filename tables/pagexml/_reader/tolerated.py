"""What a robust reader passes over in a PAGE-XML file, and says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import product

from lxml import etree

from zij.tables.pagexml._tree.xml import Tolerance, children, local, whole
from zij.tables.reading import Cell

__all__ = ["coverage", "deviations"]

_SPACE = re.compile(r"http://schema\.primaresearch\.org/PAGE/gts/pagecontent/20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_GROUPS = ("OrderedGroup", "UnorderedGroup", "OrderedGroupIndexed", "UnorderedGroupIndexed", "Relations")
_POSITIONS = 10**6


def deviations(root: etree._Element, tolerance: Tolerance) -> None:
    """Tell what in a tree is not as PAGE wants it and is read nevertheless."""
    space = etree.QName(root).namespace or ""
    if not _SPACE.fullmatch(space):
        tolerance.note(
            f"the namespace is {space[:80]!r}, which is none of PAGE's" if space else "there is no namespace"
        )
    prefix = f"{{{space}}}" if space else ""
    others = sum(
        1
        for node in root.iter(etree.Element)
        if not node.tag.startswith(prefix) or ("{" in node.tag and not prefix)
    )
    tolerance.note("elements of another namespace were read by their names alone", others)
    cells = sum(1 for _ in root.iter("{*}TableCell"))
    tolerance.note(
        "cells are written as Transkribus does it (TableCell), which PAGE's schema does not know", cells
    )
    empty = sum(1 for node in root.iter(*(f"{{*}}{name}" for name in _GROUPS)) if not any(map(local, node)))
    tolerance.note("empty groups and Relations were passed over", empty)
    _texts(root, tolerance)


def _texts(root: etree._Element, tolerance: Tolerance) -> None:
    bare = unindexed = 0
    last: etree._Element | None = None
    for equiv in root.iter("{*}TextEquiv"):
        bare += next(children(equiv, "Unicode"), None) is None
        parent = equiv.getparent()
        if parent is last or parent is None or equiv.getnext() is None:
            continue
        last = parent
        indices = [whole(node.get("index")) for node in children(parent, "TextEquiv")]
        unindexed += len(indices) > 1 and (None in indices or len(set(indices)) < len(indices))
    tolerance.note("texts without Unicode were read as far as they go", bare)
    tolerance.note("several texts without an index of their own were taken in their order", unindexed)


def coverage(cells: Iterable[Cell], rows: int, columns: int, tolerance: Tolerance) -> None:
    """Tell how many places of a table have two cells, and how many none."""
    taken: Counter[tuple[int, int]] = Counter()
    for cell in cells:
        if cell.row_span * cell.column_span > _POSITIONS - taken.total():
            return
        down, across = (
            range(cell.row, cell.row + cell.row_span),
            range(cell.column, cell.column + cell.column_span),
        )
        taken.update(product(down, across))
    tolerance.note("places of tables have more than one cell", sum(n > 1 for n in taken.values()))
    if taken:
        tolerance.note("places of tables have no cell", rows * columns - len(taken))
