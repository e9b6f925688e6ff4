"""The lines of a cell in a PAGE-XML tree, made to say what the cell of a reading says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from lxml import etree

from zij.tables.correction import numerals
from zij.tables.geometry import Box
from zij.tables.pagexml._changes.sync import Sync, matched
from zij.tables.pagexml._reader.text import hypotheses
from zij.tables.pagexml._tree.amend import drop, insert
from zij.tables.pagexml._tree.layout import lines
from zij.tables.pagexml._tree.xml import children
from zij.tables.reading import Cell, Number

__all__ = ["CellLines", "without_ids"]

Line = tuple[str, tuple[Number, ...]]


class CellLines:
    """Changes the lines of cells.

    Parameters
    ----------
    sync : Sync
        Changes single lines.
    own_ids : callable
        Gives a new element ids that are free.
    """

    def __init__(self, sync: Sync, own_ids: Callable[[etree._Element], None]) -> None:
        self.sync = sync
        self.own_ids = own_ids

    def put(
        self,
        node: etree._Element,
        found: Sequence[tuple[etree._Element, int]],
        was: Cell,
        new: Cell,
        *,
        words: bool,
    ) -> None:
        """Text and numbers of a cell, line by line; `words` asks for an element for each number.

        `found` are the lines that are there, with the count of the numbers in each.
        """
        nodes = [line for line, _ in found]
        if self.sync.native:
            self._native(node, nodes, new, words=words)
        elif (was.text, without_ids(was)) == (new.text, without_ids(new)):
            if words:
                self._mark(node, found, new)
        else:
            self._foreign(node, nodes, new, words=words)

    def _native(
        self, node: etree._Element, nodes: Sequence[etree._Element], cell: Cell, *, words: bool
    ) -> None:
        wanted: list[Line] = lines(cell)
        if not wanted and cell.state == "unread":
            wanted = [("", ())]
        for line, (text, numbers) in zip(nodes, wanted, strict=False):
            self.sync.line(line, text, numbers, cell.box, words=words)
        for line in nodes[len(wanted) :]:
            drop(line)
        self._add(node, cell, wanted, len(nodes))

    def _mark(self, node: etree._Element, found: Sequence[tuple[etree._Element, int]], cell: Cell) -> None:
        """Give the numbers of lines elements of their own; no text changes."""
        rest = list(cell.numbers)
        for line, count in found:
            here, rest = rest[:count], rest[count:]
            self.sync.line(line, _text_of(line), here, cell.box, words=bool(here))
        if rest:  # the text was the cell's own, without a line
            self._add(node, cell, [(" ".join(cell.text.split()), tuple(rest))], 0)

    def _foreign(
        self, node: etree._Element, nodes: Sequence[etree._Element], cell: Cell, *, words: bool
    ) -> None:
        """Texts go to the lines they were in; a line that has lost its own stays, without text."""
        own = next((text for text, _ in hypotheses(node)), None)
        if not nodes and own is not None and not words and not any(n.glyphs for n in cell.numbers):
            return  # the cell's own text says it all
        wanted = _shared_out(cell)
        told = [line for line in nodes if _text_of(line)]
        if len(wanted) < len(told):
            pairs = dict(matched([_text_of(line) for line in told], [text for text, _ in wanted]))
            kept = [told[pairs[n]] for n in range(len(wanted)) if n in pairs]
            kept = kept if len(kept) == len(wanted) else told[: len(wanted)]
        else:
            kept = list(told if len(wanted) == len(told) else nodes)
        for line in told:
            if line not in kept:
                self.sync.line(line, "", (), cell.box, words=False)
        for line, (text, numbers) in zip(kept, wanted, strict=False):
            self.sync.line(line, text, numbers, cell.box, words=words)
        self._add(node, cell, wanted, len(kept))

    def _add(self, node: etree._Element, cell: Cell, wanted: Sequence[Line], start: int) -> None:
        """New lines for those from `start` on."""
        for index, (text, numbers) in list(enumerate(wanted))[start:]:
            box = Box.hull(number.box for number in numbers) if numbers else cell.box
            said = text or (None if cell.state == "unread" else text)
            line = self.sync.writer.line(node, f"{cell.id}_l{index + 1}", index, numbers, said, box)
            node.remove(line)
            if not self.sync.native:
                self.own_ids(line)
            insert(node, line)


def without_ids(cell: Cell) -> list[Number]:
    """A cell's numbers, for comparison."""
    return [replace(number, id="") for number in cell.numbers]


def _shared_out(cell: Cell) -> list[Line]:
    """The lines of a text, each with as many of the numbers as it has words with digits."""
    if not cell.text:
        return lines(cell)
    rest, found = list(cell.numbers), []
    for text in cell.text.split("\n"):
        count = len(numerals(text))
        found.append((text, tuple(rest[:count])))
        rest = rest[count:]
    return lines(cell) if rest else found


def _text_of(line: etree._Element) -> str:
    """What a line says, itself or by its words."""
    own = next((text for text, _ in hypotheses(line)), "")
    words = (next((text for text, _ in hypotheses(word)), "") for word in children(line, "Word"))
    return own if own.strip() else " ".join(words)
