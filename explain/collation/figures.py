"""The figures of a cell: its runs of digits, each with what its signs may be."""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph

__all__ = ["Figure", "agreement", "digits_of", "figures", "packed"]

_RUN = re.compile(r"(?:(?<=\s)|^)[-\N{MINUS SIGN}](?=[0-9])|[0-9]+")
_SIGNS = 16  # digits that a packed number holds
_ONES = np.uint64(0x1111_1111_1111_1111)


@dataclass(frozen=True, slots=True)
class Figure:
    """One run of digits of a cell.

    Attributes
    ----------
    text : str
        Its digits, with a minus sign before them where there is one.
    glyphs : tuple of Glyph
        One a digit; empty where the text came without glyphs.
    confidence : float
        Probability that every digit is right.
    box : Box
        Pixels of the original image.
    """

    text: str
    glyphs: tuple[Glyph, ...]
    confidence: float
    box: Box


@functools.lru_cache(maxsize=65536)
def digits_of(text: str) -> tuple[str, ...]:
    """The runs of digits of a text: "12°45'" is ("12", "45"); a minus sign counts, other signs part.

    Digits of other scripts count as what they mean, and a fraction sign as its two numbers.
    """
    runs: list[str] = []
    minus = False
    for match in _RUN.finditer(_plain(text)):
        if match[0] in "-\N{MINUS SIGN}":
            minus = True
        else:
            runs.append("-" * minus + match[0])
            minus = False
    return tuple(runs)


def _plain(text: str) -> str:
    if text.isascii():
        return text
    signs = []
    for sign in text:
        digit = unicodedata.decimal(sign, None)
        if digit is not None:
            signs.append(str(digit))
        elif "<fraction>" in unicodedata.decomposition(sign):
            signs.append(f" {unicodedata.normalize('NFKD', sign)} ")
        else:
            signs.append(sign)
    return "".join(signs)


def figures(cell: Cell) -> tuple[Figure, ...]:
    """The figures of a cell in order, with the glyphs that they are made of where these bear them out."""
    texts = digits_of(cell.text or " ".join(number.text for number in cell.numbers))
    if not texts:
        return ()
    glyphs = [glyph for number in cell.numbers for glyph in number.glyphs if glyph.is_digit]
    wanted = "".join(text.lstrip("-") for text in texts)
    if "".join(glyph.text for glyph in glyphs) != wanted:
        numbers = [number.box for number in cell.numbers]
        boxes = numbers if len(numbers) == len(texts) else [cell.box] * len(texts)
        return tuple(Figure(text, (), cell.confidence, box) for text, box in zip(texts, boxes, strict=True))
    return tuple(_shared_out(texts, glyphs))


def _shared_out(texts: Sequence[str], glyphs: Sequence[Glyph]) -> Iterator[Figure]:
    start = 0
    for text in texts:
        own = tuple(glyphs[start : start + len(text.lstrip("-"))])
        start += len(own)
        confidence = math.prod(glyph.confidence for glyph in own)
        yield Figure(text, own, confidence, Box.hull(glyph.box for glyph in own))


def packed(text: str) -> int:
    """A run of digits as one number, four bits a digit, so that signs can be compared at once.

    Leading zeros do not count; of more than 16 digits the first 16 do. 0 stands for no digits.
    """
    signs = text.lstrip("-")
    if not signs:
        return 0
    value = 0
    for place, sign in enumerate((signs.lstrip("0") or "0")[:_SIGNS]):
        value |= (int(sign) + 1) << (4 * place)
    return value


def agreement(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.float32]:
    """Agreement of packed numbers: 1 if the same, 1/2 if one sign of two or more differs, else 0.

    A last digit that one of them lacks counts as one differing sign. The arrays are broadcast.

    Parameters
    ----------
    a : (...) ndarray of uint64
    b : (...) ndarray of uint64

    Returns
    -------
    (...) ndarray of float32
    """
    same = (a == b) & (a > 0)
    differing = a ^ b
    signs = (
        differing | differing >> np.uint64(1) | differing >> np.uint64(2) | differing >> np.uint64(3)
    ) & _ONES
    one = (signs != 0) & (signs & (signs - np.uint64(1)) == 0)
    near = one & (a > 15) & (b > 15)
    return np.asarray(same + 0.5 * near, np.float32)
