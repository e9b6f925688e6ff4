"""Text without boxes, from a person or another program, laid onto the page where it must stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number

__all__ = ["corrected_cell", "corrected_number", "corrected_numbers", "numbers_in", "numerals", "words_in"]

_DIGIT = re.compile("[0-9]")


def numerals(text: str) -> list[str]:
    """The words of a text that hold a digit."""
    return [word for word in text.split() if _DIGIT.search(word)]


def numbers_in(text: str, box: Box, *, turn: int = 0) -> tuple[Number, ...]:
    """The numbers of a line of text, without glyphs; the line's box is shared out by count of characters.

    Parameters
    ----------
    text : str
        One line; its words that hold a digit are its numbers.
    box : Box
        Of the whole line.
    turn : int
        Degrees by which the image is to be turned clockwise to stand upright.

    Returns
    -------
    tuple of Number
    """
    return tuple(word for word in words_in(text, box, turn=turn) if _DIGIT.search(word.text))


def words_in(text: str, box: Box, *, turn: int = 0) -> tuple[Number, ...]:
    """All words of a line of text, with or without digits, as `numbers_in` gives those with.

    Parameters
    ----------
    text : str
    box : Box
        Of the line.
    turn : int
        Degrees by which the page is turned to stand upright.

    Returns
    -------
    tuple of Number
    """
    size = len(text)
    words = re.finditer(r"\S+", text)
    return tuple(Number((), word[0], _part(box, word.start(), word.end(), size, turn)) for word in words)


def corrected_cell(cell: Cell, text: str, *, turn: int = 0) -> Cell:
    """The cell with another text, as a person wrote it.

    Numbers that stand in both texts keep their glyphs. The others have new glyphs, certain and without
    alternatives, shared out evenly in the boxes of the numbers they replace, or else in the cell.

    Parameters
    ----------
    cell : Cell
    text : str
    turn : int
        Degrees by which the page is turned to stand upright.

    Returns
    -------
    Cell
    """
    numbers = corrected_numbers(cell.numbers, numerals(text), cell.box, turn=turn)
    state = cell.state if cell.state in ("empty", "unread") and cell.text.strip() else "empty"
    return replace(
        cell,
        numbers=numbers,
        text=text,
        state="read" if text.strip() else state,
        confidence=1.0,
        source="human",
    )


def corrected_numbers(
    numbers: Sequence[Number], texts: Sequence[str], box: Box, *, turn: int = 0
) -> tuple[Number, ...]:
    """The numbers of a cell or line (with that box) after correction to other texts; see `corrected_cell`.

    Parameters
    ----------
    numbers : sequence of Number
    texts : sequence of str
        One a number.
    box : Box
    turn : int
        Degrees by which the page is turned to stand upright.

    Returns
    -------
    tuple of Number
    """
    matcher = SequenceMatcher(None, [number.text for number in numbers], list(texts), autojunk=False)
    corrected: list[Number] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            corrected += numbers[a:b]
        elif b - a == d - c:
            pairs = zip(numbers[a:b], texts[c:d], strict=True)
            corrected += [corrected_number(number, text, turn=turn) for number, text in pairs]
        elif d > c:
            where = Box.hull(number.box for number in numbers[a:b]) if b > a else box
            spread = numbers_in(" ".join(texts[c:d]), where, turn=turn)
            corrected += [corrected_number(replace(n, text=""), n.text, turn=turn) for n in spread]
    return tuple(corrected)


def corrected_number(number: Number, text: str, *, turn: int = 0) -> Number:
    """The number with another text; glyphs that remain as they were keep their evidence.

    Parameters
    ----------
    number : Number
    text : str
    turn : int
        Degrees by which the page is turned to stand upright.

    Returns
    -------
    Number
    """
    if text == number.text and text == "".join(glyph.text for glyph in number.glyphs):
        return number
    if len(text) == len(number.glyphs):
        pairs = zip(number.glyphs, text, strict=True)
        glyphs = tuple(old if old.text == sign else Glyph(old.box, sign) for old, sign in pairs)
    else:
        glyphs = tuple(_spread(text, number.box, turn))
    return replace(number, glyphs=glyphs, text=text)


def _spread(text: str, box: Box, turn: int) -> Iterator[Glyph]:
    for index, sign in enumerate(text):
        yield Glyph(_part(box, index, index + 1, len(text), turn), sign)


def _part(box: Box, start: int, stop: int, size: int, turn: int) -> Box:
    """The characters from `start` to `stop` of a box that holds `size` of them, in reading direction."""
    if turn % 360 in (180, 90):  # read leftwards, or upwards
        start, stop = size - stop, size - start
    if turn % 180 == 0:
        return Box(box.x + start * box.w / size, box.y, (stop - start) * box.w / size, box.h)
    return Box(box.x, box.y + start * box.h / size, box.w, (stop - start) * box.h / size)
