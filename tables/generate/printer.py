"""A printer's case: which types one invented page is set in, and how carelessly."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from zij.tables.generate.fonts import Sort, Typeface
from zij.tables.generate.hand import Hand

__all__ = ["SIGNS", "Printer"]

SIGNS = "☉☽☾☿♀♂♃♄♈♉♊♋♌♍♎♏♐♑♒♓☊☋☌☍△□✶℞†‡❧☞"
"""Signs of stars, of the zodiac and of the printer that stand about tables and are no digits."""
_OF_THE_TIME = ("im-fell", "EBGaramond12-R", "jacques", "old-standard", "libre-caslon", "GFSDidot")

_LETTERS = "aabcddeeefghiiiijlmnnoooprssstuuvxyzqgOIAZSBQJCGUTLſ&æ"
_GREEK = "αβγδεζηθικλμνξοοπρσςτυφχψωἀἐὁόή"


class Printer:
    """One printer's case for one crop: which faces, how large, how carelessly set; or one scribe's hand."""

    def __init__(self, rng: Generator, faces: Sequence[Typeface], height: float) -> None:
        self.rng = rng
        self.written = rng.random() < 0.1
        self.figures: list[Typeface | Hand]
        if self.written:
            self.figures = [Hand(rng, medieval=rng.random() < 0.65)]
        else:
            self.figures = [_pick_face(rng, faces)]
            if rng.random() < 0.3:
                self.figures += [_pick_face(rng, faces) for _ in range(2)]
        self.text = self._text_face(faces)
        self.signs = next((face for face in faces if face.style == "signs"), None)
        self.height = height
        self.em = {face: face.em_for_digits(height) for face in {*self.figures, self.text}}
        self.shapes = {c: self.figures[int(rng.integers(len(self.figures)))] for c in "0123456789"}
        self.swaps: dict[str, str] = {}
        greek = rng.random() < 0.12 and self.text.has("αω")
        self.letters = [c for c in (_GREEK if greek else _LETTERS) if self.text.has(c)] or ["x"]
        if rng.random() < 0.25:
            self.swaps["1"] = str(rng.choice(["ı", "I", "l", "i"], p=[0.45, 0.35, 0.1, 0.1]))
        if rng.random() < 0.15:
            self.swaps["0"] = "o"
        self.slip = rng.uniform(0, 0.05) * height
        self.loose = rng.random() < 0.15  # sorts stand out of line now and then

    def _text_face(self, faces: Sequence[Typeface]) -> Typeface:
        scripts = [face for face in faces if face.style == "script"]
        first = self.figures[0]
        if scripts and self.rng.random() < (0.7 if self.written else 0.04):
            return scripts[int(self.rng.integers(len(scripts)))]
        if isinstance(first, Typeface) and self.rng.random() < 0.5:
            return first
        return _pick_face(self.rng, faces)

    def figure(self, digit: str) -> Sort:
        """The sort for a digit of a table or text."""
        face = self.shapes[digit]
        wanted = self.swaps.get(digit, digit)
        em = self.em[face]
        if wanted == "I":
            em = max(round(em * 0.72), 4)
        return face.sort(wanted if face.has(wanted) else digit, em)

    def letter(self, character: str, scale: float = 1.0) -> Sort:
        """The sort for a letter of the text face, or for a sign, or an "x" if no face has it."""
        if character in "0123456789":
            return self.figure(character)
        size = max(round(self.em[self.text] * scale), 4)
        if character in SIGNS and self.signs is not None:
            return self.signs.sort(character, max(round(self.signs.em_for_digits(self.height) * scale), 4))
        return self.text.sort(character if self.text.has(character) else "x", size)

    def word(self) -> str:
        """A word that means nothing."""
        word = "".join(self.rng.choice(self.letters, int(self.rng.integers(2, 10))))
        return word.capitalize() if self.rng.random() < 0.2 else word

    def sign(self) -> str:
        """A planet, a sign of the zodiac, an aspect; a capital where no face has signs."""
        return str(self.rng.choice(list(SIGNS if self.signs is not None else "SQVXAB")))

    def wobble(self) -> float:
        """How far off the line the next sort stands, in pixels."""
        if self.loose and self.rng.random() < 0.05:
            return float(self.rng.normal(0, 0.1 * self.height))
        return float(self.rng.normal(0, self.slip * 0.4))


@functools.lru_cache(maxsize=8)
def _weights(faces: tuple[Typeface, ...]) -> NDArray[np.float64]:
    """How often each typeface is picked: kinds by their share, types of the time and upright ones first."""
    share = {"oldstyle": 0.6, "lining": 0.29, "blackletter": 0.07, "script": 0.04}
    each = np.array([2.0 if f.name.startswith(_OF_THE_TIME) else 1.0 for f in faces])
    each *= np.array([0.6 if f.is_italic else 1.0 for f in faces])
    weight = np.zeros(len(faces))
    for style, part in share.items():
        member = np.array([f.style == style for f in faces])
        if member.any():
            weight += part * member * each / (member * each).sum()
    return np.asarray(weight / weight.sum())


def _pick_face(rng: Generator, faces: Sequence[Typeface]) -> Typeface:
    return faces[int(rng.choice(len(faces), p=_weights(tuple(faces))))]
