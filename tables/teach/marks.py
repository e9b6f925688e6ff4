"""How well a network reads a page whose digits are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.tables.digits.network import Weights
from zij.tables.digits.peaks import LOWER, Peaks
from zij.tables.read import read
from zij.tables.scan.image import Image
from zij.tables.teach.lessons import Lesson

__all__ = ["Marks", "mark", "mark_leaf", "mark_page", "mark_seen"]

_OVERLAP = 0.4  # intersection over union from which on a digit is found


@dataclass(frozen=True, slots=True)
class Marks:
    """Digits counted on one page or several.

    Attributes
    ----------
    digits : int
        Known to be there.
    right, misread : int
        Found, and read as they are or as another.
    false : int
        Found where there is none, as far as that is known.
    """

    digits: int
    right: int
    misread: int
    false: int

    @property
    def errors(self) -> int:
        """Digits missed or misread, and false ones."""
        return self.digits - self.right + self.false

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where there is nothing to find and nothing is found."""
        total = self.digits + self.right + self.misread + self.false
        return 2 * self.right / total if total else 1.0

    @classmethod
    def sum(cls, marks: Iterable[Marks]) -> Marks:
        """Those of several pages together."""
        rows = [(m.digits, m.right, m.misread, m.false) for m in marks]
        return cls(*(sum(column) for column in zip(*rows, strict=True))) if rows else cls(0, 0, 0, 0)


def mark(lesson: Lesson, boxes: NDArray[np.float64], digits: NDArray[np.int64]) -> Marks:
    """Mark what was found on a page.

    Parameters
    ----------
    lesson : Lesson
    boxes : (N, 4) ndarray of float64
        x, y, w, h of the digits found, in pixels of the leaf.
    digits : (N,) ndarray of int64
        What they were read as.

    Returns
    -------
    Marks
    """
    truth = lesson.truth
    pairs = _matched(truth.boxes, boxes)
    right = sum(int(truth.digits[i] == digits[j]) for i, j in pairs)
    others = np.ones(len(boxes), bool)
    others[[j for _, j in pairs]] = False
    false = others & ~lesson.is_unknown(boxes[:, :2] + boxes[:, 2:] / 2)
    return Marks(len(truth.boxes), right, len(pairs) - right, int(false.sum()))


def mark_leaf(lesson: Lesson, weights: Weights, *, device: str = "cpu") -> tuple[Marks, float]:
    """Mark a network on a page that it is shown upright and at its true size.

    Parameters
    ----------
    lesson : Lesson
    weights : Weights
    device : str
        Of torch.

    Returns
    -------
    marks : Marks
    doubt : float
        Sum over the known digits of what their probabilities lack of 1.
    """
    seen = lesson.leaf.seen(weights, device=device)
    return mark_seen(lesson, seen), _doubt(lesson, seen)


def mark_page(lesson: Lesson, image: Image, weights: Weights, *, device: str = "cpu") -> Marks:
    """Mark what is read on a page when the network has to find its way about by itself, as in use.

    Parameters
    ----------
    lesson : Lesson
    image : Image
        The lesson's image.
    weights : Weights
    device : str
        Of torch.

    Returns
    -------
    Marks
    """
    reading = read(image, weights=weights, device=device).reading
    glyphs = [glyph for glyph in reading.glyphs() if glyph.is_digit]
    boxes = lesson.leaf.boxes([glyph.box for glyph in glyphs])
    return mark(lesson, boxes, np.array([int(glyph.text) for glyph in glyphs], np.int64))


def mark_seen(lesson: Lesson, seen: Peaks) -> Marks:
    """Mark what a network saw on a leaf."""
    sure = seen.best >= LOWER
    return mark(lesson, seen.boxes[sure], seen.probabilities[sure].argmax(1))


def _doubt(lesson: Lesson, seen: Peaks) -> float:
    pairs = _matched(lesson.truth.boxes, seen.boxes)
    known = sum(float(seen.probabilities[j, lesson.truth.digits[i]]) for i, j in pairs)
    return len(lesson.truth.boxes) - known


def _matched(truth: NDArray[np.float64], found: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pairs of boxes, one to one, those that overlap most first."""
    low = np.maximum(truth[:, None, :2], found[None, :, :2])
    high = np.minimum(truth[:, None, :2] + truth[:, None, 2:], found[None, :, :2] + found[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    iou = shared / (truth[:, None, 2:].prod(2) + found[None, :, 2:].prod(2) - shared)
    rows, columns = np.nonzero(iou >= _OVERLAP)
    order = np.lexsort((columns, rows, -iou[rows, columns]))
    pairs: list[tuple[int, int]] = []
    used_rows: set[int] = set()
    used_columns: set[int] = set()
    for i, j in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if i not in used_rows and j not in used_columns:
            pairs.append((i, j))
            used_rows.add(i)
            used_columns.add(j)
    return pairs
