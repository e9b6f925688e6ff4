"""A printer's case: which types one invented page is set in, and how carelessly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from zij.tables.generate.fonts import Sort, Typeface

__all__ = ["Printer"]

_LETTERS = "aabcddeeefghiiiijlmnnoooprssstuuvxyzqgOIAZSBQJCGUTLſ&æ"
_GREEK = "αβγδεζηθικλμνξοοπρσςτυφχψωἀἐὁόή"


class Printer:
    """One printer's case for one crop: which faces, how large, how carelessly set."""

    def __init__(self, rng: Generator, faces: Sequence[Typeface], height: float) -> None:
        self.rng = rng
        self.figures = [_pick_face(rng, faces)]
        if rng.random() < 0.35:
            self.figures += [_pick_face(rng, faces) for _ in range(2)]
        self.text = self.figures[0] if rng.random() < 0.5 else _pick_face(rng, faces)
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

    def figure(self, digit: str) -> Sort:
        """The sort for a digit of a table or text."""
        face = self.shapes[digit]
        wanted = self.swaps.get(digit, digit)
        em = self.em[face]
        if wanted == "I":
            em = max(round(em * 0.72), 4)
        return face.sort(wanted if face.has(wanted) else digit, em)

    def letter(self, character: str, scale: float = 1.0) -> Sort:
        """The sort for a letter of the text face, or an empty one if the face lacks it."""
        if character in "0123456789":
            return self.figure(character)
        face = self.text if self.text.has(character) else self.figures[0]
        return face.sort(character if face.has(character) else "x", max(round(self.em[self.text] * scale), 4))

    def word(self) -> str:
        """A word that means nothing."""
        word = "".join(self.rng.choice(self.letters, int(self.rng.integers(2, 10))))
        return word.capitalize() if self.rng.random() < 0.2 else word

    def wobble(self) -> float:
        """How far off the line the next sort stands, in pixels."""
        return float(self.rng.normal(0, self.slip * 0.4))


def _pick_face(rng: Generator, faces: Sequence[Typeface]) -> Typeface:
    share = {"oldstyle": 0.74, "lining": 0.22, "blackletter": 0.04}
    fell = np.array(
        [2.0 if f.name.startswith(("im-fell", "EBGaramond12-R", "jacques")) else 1.0 for f in faces]
    )
    fell *= np.array(
        [0.35 if "tal" in f.name or f.name.endswith(("RI", "RBI", "RZI", "i99")) else 1.0 for f in faces]
    )
    weight = np.zeros(len(faces))
    for style, part in share.items():
        member = np.array([f.style == style for f in faces])
        if member.any():
            weight += part * member * fell / (member * fell).sum()
    return faces[int(rng.choice(len(faces), p=weight / weight.sum()))]
