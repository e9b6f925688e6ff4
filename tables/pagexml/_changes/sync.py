"""Lines, words and glyphs of a PAGE-XML tree, made to say what a reading says and else left as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TypeVar

from lxml import etree

from zij.tables.correction import numerals, words_in
from zij.tables.geometry import Box
from zij.tables.pagexml._reader.text import hypotheses
from zij.tables.pagexml._tree.amend import drop, insert, make
from zij.tables.pagexml._tree.layout import baseline, corners
from zij.tables.pagexml._tree.model import clean_text, inside
from zij.tables.pagexml._tree.points import Boxes, direction, points_of
from zij.tables.pagexml._tree.xml import children, whole
from zij.tables.pagexml._write import Writer
from zij.tables.reading import Glyph, Number

__all__ = ["Sync", "matched"]

Part = TypeVar("Part", Number, Glyph)


class Sync:
    """Brings elements up to date.

    Parameters
    ----------
    writer : Writer
        For new elements, in the file's own dialect.
    boxes : Boxes
        Reads the boxes of the page.
    native : bool
        Whether zij wrote the file, so that every word is a number and every confidence zij's.
    """

    def __init__(self, writer: Writer, boxes: Boxes, *, native: bool) -> None:
        self.writer = writer
        self.boxes = boxes
        self.native = native
        self.turn = writer.turn
        self._ids: set[str] | None = None

    def free(self, node: etree._Element, name: str) -> str:
        """An id that no element of the file has yet: the name itself, if it is free."""
        if self._ids is None:
            root = node.getroottree().getroot()
            self._ids = {str(inner.get("id")) for inner in root.iter() if inner.get("id")}
        found, count = name, 1
        while found in self._ids:
            count += 1
            found = f"{name}_{count}"
        self._ids.add(found)
        return found

    def box(self, node: etree._Element, box: Box, *, clockwise: bool = True) -> None:
        """Set the Coords of an element, if they span another box."""
        coords = next(children(node, "Coords"), None)
        if coords is None:
            coords = insert(node, make("Coords", node))
        elif self.stated(node) == box or (not self.native and self.boxes.of(node) == box):
            return
        for point in list(children(coords, "Point")):
            coords.remove(point)
        coords.set("points", corners(box, clockwise=clockwise))

    @staticmethod
    def stated(node: etree._Element) -> Box | None:
        """The box that an element's points span, wherever it lies."""
        points = [point for coords in children(node, "Coords") for point in points_of(coords)]
        if not points:
            return None
        xs, ys = zip(*points, strict=True)
        return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))

    def text(self, node: etree._Element, text: str, confidence: float | None) -> None:
        """Set the first text of an element; without a confidence it loses the one it had."""
        equiv = _first_equiv(node)
        if equiv is None:
            equiv = self.writer.text(node, text)
            node.remove(equiv)
            insert(node, equiv)
        elif _said(node) != text:
            for name in ("Unicode", "PlainText"):
                for inner in children(equiv, name):
                    _set_text(inner, text)
            if next(children(equiv, "Unicode"), None) is None:
                equiv.append(make("Unicode", node, text))
        if confidence is not None:
            equiv.set("conf", f"{confidence:.6g}")
        elif equiv.get("conf") is not None:
            del equiv.attrib["conf"]

    def untext(self, node: etree._Element) -> None:
        """Take the texts of an element away."""
        for equiv in list(children(node, "TextEquiv")):
            drop(equiv)

    def line(
        self, node: etree._Element, text: str, numbers: Sequence[Number], around: Box, *, words: bool
    ) -> None:
        """A TextLine with its words.

        `words` says that the numbers need elements of their own, though the line may have none yet.
        """
        nodes = list(children(node, "Word"))
        if (_said(node) or " ".join(map(_said, nodes))) != text:
            if text or not self.native:
                self.text(node, text, None)
            else:
                self.untext(node)
        if self.native:
            self._frame(node, Box.hull(n.box for n in numbers) if numbers else around)
        box = self.boxes.of(node) or around
        if not nodes:
            derived = [self._whole(word) for word in words_in(text, box, turn=self._turn_of(node))]
            plain = [replace(number, id="") for number in numbers]
            if not words and plain == [word for word in derived if numerals(word.text)]:
                return
            numbers = _among(numbers, derived) if not self.native else numbers
            self._fit(node, [], numbers, self._new_word(node), self.word)
            return
        old = [word for word in nodes if self.native or numerals(_said(word) or _below(word))]
        self._fit(node, old, numbers, self._new_word(node), self.word)
        if not self.native:
            self._other_words(node, text)

    def word(self, node: etree._Element, number: Number) -> None:
        """A Word with its glyphs."""
        self.box(node, number.box)
        before = _said(node)
        glyphs = list(children(node, "Glyph"))
        self._fit(node, glyphs, number.glyphs, self._new_glyph(node), self.glyph)
        if self.native:
            self.text(node, number.text, number.confidence if number.glyphs else None)
        elif (before or _below(node)) != number.text:
            self.text(node, number.text, None)

    def glyph(self, node: etree._Element, glyph: Glyph) -> None:
        """A Glyph with its hypotheses."""
        self.box(node, glyph.box)
        wanted = [(glyph.text, glyph.confidence), *glyph.alternatives]
        if not self.writer.dialect.rich:
            wanted = wanted[:1]
        (text, sure), *others = hypotheses(node) or [("", None)]
        said = [(text, 1.0 if sure is None else sure), *((t, 0.0 if c is None else c) for t, c in others)]
        if said == wanted:
            return
        fresh = self.writer.glyph(node, replace(glyph, id="fresh"))
        node.remove(fresh)
        self.untext(node)
        for equiv in list(children(fresh, "TextEquiv")):
            insert(node, equiv)

    def _new_word(self, line: etree._Element) -> Callable[[Number], etree._Element]:
        spare = f"{line.get('id') or 'zij'}_w"  # for words that are no numbers
        return lambda n: self._add(line, self.writer.word(line, n if n.id else replace(n, id=spare)))

    def _new_glyph(self, word: etree._Element) -> Callable[[Glyph], etree._Element]:
        return lambda glyph: self._add(word, self.writer.glyph(word, glyph))

    def _add(self, parent: etree._Element, node: etree._Element) -> etree._Element:
        """Move a new last child to where it belongs."""
        parent.remove(node)
        for inner in node.iter():
            if inner.get("id"):
                inner.set("id", self.free(parent, str(inner.get("id"))))
        return insert(parent, node)

    def _fit(
        self,
        parent: etree._Element,
        nodes: Sequence[etree._Element],
        wanted: Sequence[Part],
        new: Callable[[Part], etree._Element],
        change: Callable[[etree._Element, Part], None],
    ) -> None:
        """Change, add and take out children, so that they are those wanted, in that order."""
        found: list[etree._Element] = []
        kept = dict(matched([_said(node) or _below(node) for node in nodes], [part.text for part in wanted]))
        for place, node in enumerate(nodes):
            if place not in kept.values():
                drop(node)
        for index, part in enumerate(wanted):
            if index in kept:
                node = nodes[kept[index]]
                change(node, part)
            else:
                node = new(part)
            found.append(node)
        for index in range(len(found) - 2, -1, -1):  # new ones were put last: before those that follow them
            if parent.index(found[index]) > parent.index(found[index + 1]):
                parent.insert(parent.index(found[index + 1]), found[index])

    def _other_words(self, line: etree._Element, text: str) -> None:
        """Words that are no numbers, where the line has one for each of its own."""
        nodes, tokens = list(children(line, "Word")), text.split()
        if not tokens:
            for node in nodes:
                drop(node)
        if len(nodes) != len(tokens):
            return
        for node, token in zip(nodes, tokens, strict=True):
            if not numerals(token) and _said(node) != token and not len(list(children(node, "Glyph"))):
                self.text(node, token, None)

    def _frame(self, node: etree._Element, box: Box) -> None:
        """Box and baseline of a line, as zij gives them."""
        if self.stated(node) != box:
            self.box(node, box)
            for base in children(node, "Baseline"):
                base.set("points", baseline(box, self.turn))

    def _whole(self, number: Number) -> Number:
        box = inside(number.box, self.boxes.width, self.boxes.height)
        return replace(number, box=box, text=clean_text(number.text))

    def _turn_of(self, line: etree._Element) -> int:
        turn = direction(line)
        return self.turn if turn is None else turn


def _among(numbers: Sequence[Number], derived: Sequence[Number]) -> list[Number]:
    """Numbers with the other words of their line between them."""
    if [n.text for n in numbers] != [w.text for w in derived if numerals(w.text)]:
        return list(numbers)
    rest = iter(numbers)
    return [next(rest) if numerals(word.text) else word for word in derived]


def matched(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Which new part goes on from which old one, as (new, old)."""
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind in ("equal", "replace"):
            yield from zip(range(c, d), range(a, b), strict=False)


def _first_equiv(node: etree._Element) -> etree._Element | None:
    equivs = list(children(node, "TextEquiv"))
    indices = [whole(equiv.get("index")) for equiv in equivs]
    order = sorted(range(len(equivs)), key=lambda n: (n if indices[n] is None else indices[n], n))
    return equivs[order[0]] if equivs else None


def _set_text(node: etree._Element, text: str) -> None:
    for inner in list(node):
        node.remove(inner)
    node.text = text


def _said(node: etree._Element) -> str:
    return next((text for text, _ in hypotheses(node)), "")


def _below(word: etree._Element) -> str:
    return "".join(_said(glyph) for glyph in children(word, "Glyph"))
