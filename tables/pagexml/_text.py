"""Glyphs, numbers and text of the lines of a PAGE-XML file."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from zij.tables.correction import corrected_number, corrected_numbers, numbers_in, numerals
from zij.tables.geometry import Box
from zij.tables.pagexml._model import Notes, six_digits
from zij.tables.pagexml._points import Boxes, direction
from zij.tables.pagexml._xml import Tolerance, children, decimal, whole
from zij.tables.reading import Glyph, Number

__all__ = ["Line", "Text", "hypotheses", "notes_of"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line's text, its numbers and its box."""

    text: str
    numbers: tuple[Number, ...]
    box: Box


class Text:
    """Reads lines; `corrections` counts texts that differ from what stands below them."""

    def __init__(self, boxes: Boxes, tolerance: Tolerance, *, ours: bool, turn: int) -> None:
        self.boxes = boxes
        self.corrections = 0
        self.notes: dict[str, Notes] = {}
        self._tolerance = tolerance
        self._ours = ours
        self._turn = turn

    def line(self, node: etree._Element, around: Box) -> Line:
        """A TextLine; its own text counts more than that of its words."""
        text = next((text for text, _ in hypotheses(node)), "")
        box = self.boxes.of(node)
        turn = direction(node)
        turn = self._turn if turn is None else turn
        words = [self._word(word, box or around, turn) for word in children(node, "Word")]
        box = box or (Box.hull(word.box for word in words) if words else around)
        if not words:
            return Line(text, numbers_in(text, box, turn=turn), box)
        if not text.strip():
            text = " ".join(word.text for word in words)
        numbers = tuple(word for word in words if self._ours or numerals(word.text))
        wanted = numerals(text)
        if wanted != [token for word in words for token in numerals(word.text)]:
            self._correct("the text of lines differs from their words and was preferred")
            numbers = corrected_numbers(numbers, wanted, box, turn=turn)
        return Line(text, numbers, box)

    def note(self, node: etree._Element) -> str:
        """Keep the element's notes under its id, which is returned."""
        name = node.get("id", "")
        notes = notes_of(node)
        if name and notes is not None:
            self.notes[name] = notes
        return name

    def _word(self, node: etree._Element, around: Box, turn: int) -> Number:
        box = self.boxes.of(node)
        glyphs = tuple(self._glyph(glyph, box or around) for glyph in children(node, "Glyph"))
        box = box or (Box.hull(glyph.box for glyph in glyphs) if glyphs else around)
        below = "".join(glyph.text for glyph in glyphs)
        text = next((text for text, _ in hypotheses(node)), "") or below
        number = Number(glyphs, text, box, self.note(node))
        if glyphs and text != below:
            self._correct("the text of words differs from their glyphs and was preferred")
            number = corrected_number(number, text, turn=turn)
        return number

    def _glyph(self, node: etree._Element, around: Box) -> Glyph:
        (text, confidence), *others = hypotheses(node) or [("", None)]
        alternatives = tuple((other, 0.0 if conf is None else conf) for other, conf in others)
        sure = 1.0 if confidence is None else confidence
        return Glyph(self.boxes.of(node) or around, text, sure, alternatives, self.note(node))

    def _correct(self, sentence: str) -> None:
        self._tolerance.note(sentence)
        self.corrections += 1


def hypotheses(node: etree._Element) -> list[tuple[str, float | None]]:
    """An element's texts with their confidences, the lowest index first."""
    equivs = list(children(node, "TextEquiv"))
    indices = [whole(equiv.get("index")) for equiv in equivs]
    order = sorted(range(len(equivs)), key=lambda n: (n if indices[n] is None else indices[n], n))
    return [(_unicode(equivs[n]), _confidence(equivs[n])) for n in order]


def notes_of(node: etree._Element) -> Notes | None:
    """The UserDefined and Labels of an element; None where it has none."""
    attributes = tuple(
        (a.get("name", ""), a.get("type", ""), a.get("value", ""))
        for group in children(node, "UserDefined")
        for a in children(group, "UserAttribute")
    )
    labels = tuple(
        (
            group.get("externalModel", ""),
            group.get("externalId", ""),
            tuple(
                (n.get("type", ""), n.get("value", ""), n.get("comments", ""))
                for n in children(group, "Label")
            ),
        )
        for group in children(node, "Labels")
    )
    return Notes(attributes, labels) if attributes or labels else None


def _unicode(equiv: etree._Element) -> str:
    for name in ("Unicode", "PlainText"):
        for node in children(equiv, name):
            return node.text or ""
    return ""


def _confidence(node: etree._Element) -> float | None:
    value = decimal(node.get("conf"))
    return None if value is None else six_digits(value)
