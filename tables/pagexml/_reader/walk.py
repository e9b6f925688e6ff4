"""A parsed PAGE-XML file, walked once, so that many checks can ask it the same things."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from zij.tables.geometry import Box
from zij.tables.pagexml._tree.points import points_of
from zij.tables.pagexml._tree.xml import children, local, whole

__all__ = ["Tree"]

_SHAPES = frozenset({"TextLine", "Word", "Glyph", "TableCell"})


class Tree:
    """The elements of a file in document order, by name and by id.

    Parameters
    ----------
    root : Element
        A PcGts with one Page.
    """

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.page = next(children(root, "Page"))
        names: dict[str, str] = {}  # of every tag; taking them apart once each saves a third of the time
        self.nodes: list[tuple[etree._Element, str]] = []
        for node in root.iter():
            tag = node.tag
            name = names.get(tag)
            if name is None:
                name = names[tag] = local(node)
            self.nodes.append((node, name))
        self.tags = frozenset(names)
        self._named: dict[str, list[etree._Element]] = {}
        for node, name in self.nodes:
            self._named.setdefault(name, []).append(node)
        self.ids = {name for node, _ in self.nodes if (name := node.get("id")) is not None}
        self.width = whole(self.page.get("imageWidth")) or 0
        self.height = whole(self.page.get("imageHeight")) or 0

    def named(self, *names: str) -> Iterator[etree._Element]:
        """All elements of these names, name by name."""
        for name in names:
            yield from self._named.get(name, ())

    def shapes(self) -> Iterator[tuple[etree._Element, str]]:
        """Regions, cells, lines, words and glyphs with their names, parents before children."""
        return ((node, name) for node, name in self.nodes if name in _SHAPES or name.endswith("Region"))

    @staticmethod
    def box(node: etree._Element) -> Box | None:
        """The box around an element's Coords; None where they have no point."""
        points = [point for coords in children(node, "Coords") for point in points_of(coords)]
        if not points:
            return None
        xs, ys = zip(*points, strict=True)
        return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
