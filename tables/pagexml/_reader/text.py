"""Glyphs, numbers and text of the lines of a PAGE-XML file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from zij.tables.correction import corrected_number, corrected_numbers, numbers_in, numerals
from zij.tables.geometry import Box
from zij.tables.pagexml._tree.model import six_digits
from zij.tables.pagexml._tree.points import Boxes, direction
from zij.tables.pagexml._tree.xml import Tolerance, children, decimal, whole
from zij.tables.reading import Glyph, Number

__all__ = ["Line", "Text", "hypotheses"]

_OWN_ID = re.compile(r"t[0-9]+_r[0-9]+c[0-9]+(_[0-9]+)?(_l[0-9]+)?|x([0-9]+_l[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Line:
    """A line's text, its numbers, its box and its element."""

    text: str
    numbers: tuple[Number, ...]
    box: Box
    node: etree._Element


class Text:
    """Reads lines; `corrections` counts texts that differ from what stands below them.

    `elements` holds what has been read, under names that the parts of the reading bear as their ids until
    they get their own. Where the reading was once zij's (`descends`), words were written for every number,
    and glyphs for what was read, so that it can be told which level another hand has changed.
    """

    def __init__(
        self, boxes: Boxes, tolerance: Tolerance, *, ours: bool, descends: bool = False, turn: int
    ) -> None:
        self.boxes = boxes
        self.corrections = 0
        self.elements: dict[str, etree._Element] = {}
        self._tolerance = tolerance
        self._ours = ours
        self._descends = descends or ours
        self._turn = turn

    def line(self, node: etree._Element, around: Box) -> Line:
        """A TextLine; its own text counts more than that of its words, if these were not the ones changed."""
        text = next((text for text, _ in hypotheses(node)), "")
        box = self.boxes.of(node)
        turn = direction(node)
        turn = self._turn if turn is None else turn
        words = [self._word(word, box or around, turn) for word in children(node, "Word")]
        box = box or (Box.hull(word.box for word in words) if words else around)
        if not words:
            numbers = numbers_in(text, box, turn=turn)
            if numbers and self._descends and (self._ours or _is_ours(node)):
                self._correct("lines have lost their words; their numbers share the line's box")
            return Line(text, numbers, box, node)
        if not text.strip():
            text = " ".join(word.text for word in words)
        numbers = tuple(word for word in words if self._ours or numerals(word.text))
        wanted, said = numerals(text), [token for word in words for token in numerals(word.text)]
        if wanted != said and self._descends and wanted == self._glyphs_below(node):
            self._correct(
                "the text of words was changed, that of their lines was not; the words' was preferred"
            )
            text = " ".join(word.text for word in words)
        elif wanted != said:
            self._correct("the text of lines differs from their words and was preferred")
            numbers = corrected_numbers(numbers, wanted, box, turn=turn)
        return Line(text, numbers, box, node)

    def mark(self, node: etree._Element) -> str:
        """Keep the element under a name, which is returned."""
        name = str(len(self.elements))
        self.elements[name] = node
        return name

    def _glyphs_below(self, line: etree._Element) -> list[str]:
        """The numbers of a line as its glyphs say them, where there are any."""
        found: list[str] = []
        for word in children(line, "Word"):
            glyphs = [next((text for text, _ in hypotheses(g)), "") for g in children(word, "Glyph")]
            own = next((text for text, _ in hypotheses(word)), "")
            found += numerals("".join(glyphs) if glyphs else own)
        return found

    def _word(self, node: etree._Element, around: Box, turn: int) -> Number:
        box = self.boxes.of(node)
        glyphs = tuple(self._glyph(glyph, box or around) for glyph in children(node, "Glyph"))
        box = box or (Box.hull(glyph.box for glyph in glyphs) if glyphs else around)
        below = "".join(glyph.text for glyph in glyphs)
        text = next((text for text, _ in hypotheses(node)), "") or below
        number = Number(glyphs, text, box, self.mark(node))
        if glyphs and text != below:
            self._correct("the text of words differs from their glyphs and was preferred")
            number = corrected_number(number, text, turn=turn)
        return number

    def _glyph(self, node: etree._Element, around: Box) -> Glyph:
        (text, confidence), *others = hypotheses(node) or [("", None)]
        alternatives = tuple((other, 0.0 if conf is None else conf) for other, conf in others)
        sure = 1.0 if confidence is None else confidence
        return Glyph(self.boxes.of(node) or around, text, sure, alternatives, self.mark(node))

    def _correct(self, sentence: str) -> None:
        self._tolerance.note(sentence)
        self.corrections += 1


def _is_ours(line: etree._Element) -> bool:
    """Whether a line, or the region that it stands in, bears an id that zij gave."""
    parent = line.getparent()
    names = (line.get("id", ""), "" if parent is None else parent.get("id", ""))
    return any(_OWN_ID.fullmatch(name) for name in names)


def hypotheses(node: etree._Element) -> list[tuple[str, float | None]]:
    """An element's texts with their confidences, the lowest index first."""
    equivs = list(children(node, "TextEquiv"))
    if len(equivs) == 1:
        return [(_unicode(equivs[0]), _confidence(equivs[0]))]
    indices = [whole(equiv.get("index")) for equiv in equivs]
    order = sorted(range(len(equivs)), key=lambda n: (n if indices[n] is None else indices[n], n))
    return [(_unicode(equivs[n]), _confidence(equivs[n])) for n in order]


def _unicode(equiv: etree._Element) -> str:
    for name in ("Unicode", "PlainText"):
        for node in children(equiv, name):
            after_comments = (inner.tail or "" for inner in node)
            return "".join([node.text or "", *after_comments])
    return ""


def _confidence(node: etree._Element) -> float | None:
    value = decimal(node.get("conf"))
    return None if value is None else six_digits(value)
