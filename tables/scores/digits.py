"""Digits that were read, held against digits with known boxes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.errors import InputError
from zij.tables.geometry import Box
from zij.tables.reading import Reading
from zij.tables.scores.calibration import calibration_error, reliability
from zij.tables.scores.confusion import NONE, SIZE
from zij.tables.scores.faults import Fault
from zij.tables.scores.histogram import correlation, histogram
from zij.tables.scores.lines import PlacedGlyph, placed_digits
from zij.tables.scores.truth import DigitTruth, TrueDigit

__all__ = ["MIN_IOU", "DigitMatch", "DigitScores", "match_boxes", "score_digits"]

MIN_IOU = 0.4
"""Least intersection over union at which two boxes are those of one digit; boxes drawn by hand are loose."""
_BLOCK = 512  # true boxes at a time
_MOST = 5_000_000  # pairs of boxes that lie on each other


@dataclass(frozen=True, slots=True)
class DigitScores:
    """Figures of one page.

    Attributes
    ----------
    true_digits : int
        Legible digits on the page.
    predicted_digits : int
        Digits read, those left out that lie on an illegible one or in a region that is not judged.
    precision, recall, f1 : float
        Right is a digit whose box overlaps that of the same digit.
    detection_f1 : float
        The same if any digit will do.
    digit_accuracy_where_found : float
    false_digits : int
        Digits read where none stands.
    tables : int
    histogram_r : float
        Correlation of the 110 counts of isolated digits and digit pairs with those of the truth.
    calibration_error : float
        Expected calibration error of the confidences.
    """

    true_digits: int
    predicted_digits: int
    precision: float
    recall: float
    f1: float
    detection_f1: float
    digit_accuracy_where_found: float
    false_digits: int
    tables: int
    histogram_r: float
    calibration_error: float


@dataclass(frozen=True, slots=True, eq=False)
class DigitMatch:
    """Which digit was read for which, and what follows from it.

    Attributes
    ----------
    scores : DigitScores
    confusion : (11, 11) ndarray of int64
        True digit (or none) by digit read (or none).
    confidence : (N,) ndarray of float64
        Of the digits read that are judged.
    right : (N,) ndarray of bool
    faults : tuple of Fault
    """

    scores: DigitScores
    confusion: NDArray[np.int64]
    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]
    faults: tuple[Fault, ...]


def score_digits(reading: Reading, truth: DigitTruth, *, min_iou: float = MIN_IOU) -> DigitMatch:
    """Hold the digits of a reading against the truth.

    Parameters
    ----------
    reading : Reading
        With ids.
    truth : DigitTruth
        In pixels of the same image.
    min_iou : float
        Intersection over union from which two boxes are those of one digit.

    Returns
    -------
    DigitMatch

    Raises
    ------
    InputError
        If so many boxes lie on each other that this is no page.
    """
    seen = [p for p in placed_digits(reading) if not any(_inside(p.glyph.box, r) for r in truth.regions)]
    pairs = match_boxes([p.glyph.box for p in seen], [t.box for t in truth.digits], min_iou)
    partner = dict(pairs)
    judged, right = _verdicts(seen, truth, partner)
    confidence = np.array([p.glyph.confidence for p in seen], np.float64)[judged]
    found = [(seen[i], truth.digits[j]) for i, j in pairs if truth.digits[j].legible]
    hits = sum(p.glyph.text == t.digit for p, t in found)
    required, offered = sum(t.legible for t in truth.digits), len(seen) - (len(pairs) - len(found))
    precision, recall, f1 = _rates(hits, offered, required)
    scores = DigitScores(
        true_digits=required,
        predicted_digits=offered,
        precision=precision,
        recall=recall,
        f1=f1,
        detection_f1=_rates(len(found), offered, required)[2],
        digit_accuracy_where_found=hits / len(found) if found else 0.0,
        false_digits=len(seen) - len(pairs),
        tables=len(reading.tables),
        histogram_r=_histogram_r(reading, truth),
        calibration_error=calibration_error(reliability(confidence, right)),
    )
    missed = [t for j, t in enumerate(truth.digits) if t.legible and j not in set(partner.values())]
    false = [p for i, p in enumerate(seen) if i not in partner]
    faults = [_fault(p, t) for p, t in found if p.glyph.text != t.digit]
    faults += [*map(_missed, missed), *map(_false, false)]
    faults.sort(key=lambda fault: (fault.box.y, fault.box.x) if fault.box else (0.0, 0.0))
    return DigitMatch(scores, _confusion(found, missed, false), confidence, right, tuple(faults))


def match_boxes(read: list[Box], truth: list[Box], min_iou: float = MIN_IOU) -> list[tuple[int, int]]:
    """One-to-one pairs of boxes, those that overlap most first.

    Parameters
    ----------
    read, truth : list of Box
    min_iou : float
        Intersection over union below which two boxes are no pair.

    Returns
    -------
    list of (int, int)
        Numbers of a box that was read and of a true one.

    Raises
    ------
    InputError
        If so many boxes lie on each other that they cannot be matched.
    """
    if not read or not truth:
        return []
    a, b = (np.array([(x.x, x.y, x.w, x.h) for x in boxes], np.float64) for boxes in (read, truth))
    found: list[tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]] = []
    total = 0
    for start in range(0, len(b), _BLOCK):
        block = b[start : start + _BLOCK]
        low, high = block[:, 1].min(), (block[:, 1] + block[:, 3]).max()
        near = np.flatnonzero((a[:, 1] < high) & (a[:, 1] + a[:, 3] > low))
        for part in np.array_split(near, len(near) // _BLOCK + 1):
            overlap = _iou(a[part], block)
            i, j = np.nonzero(overlap >= min_iou)
            found.append((overlap[i, j], part[i], j + start))
            total += len(i)
            if total > _MOST:
                raise InputError("too many boxes of digits lie on each other; this is no reading of a page.")
    overlap, i, j = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((-j, -i, -overlap))
    left: set[int] = set()
    right: set[int] = set()
    pairs = []
    for one, two in zip(i[order].tolist(), j[order].tolist(), strict=True):
        if one not in left and two not in right:
            left.add(one)
            right.add(two)
            pairs.append((one, two))
    return pairs


def _iou(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of (N, 4) with (M, 4) boxes as x, y, w, h."""
    corner, size = a[:, None, :2], a[:, None, 2:]
    sides = np.minimum(corner + size, b[:, :2] + b[:, 2:]) - np.maximum(corner, b[:, :2])
    shared = np.clip(sides[..., 0], 0, None) * np.clip(sides[..., 1], 0, None)
    union = (a[:, 2] * a[:, 3])[:, None] + b[:, 2] * b[:, 3] - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0))


def _inside(box: Box, region: Box) -> bool:
    return region.contains(*box.centre)


def _verdicts(
    seen: list[PlacedGlyph], truth: DigitTruth, partner: dict[int, int]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which digits are judged, and which of those are right."""
    judged, right = np.ones(len(seen), bool), np.zeros(len(seen), bool)
    for i, j in partner.items():
        judged[i] = truth.digits[j].legible
        right[i] = seen[i].glyph.text == truth.digits[j].digit
    return judged, right[judged]


def _rates(hits: int, offered: int, required: int) -> tuple[float, float, float]:
    precision, recall = hits / offered if offered else 0.0, hits / required if required else 0.0
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


def _histogram_r(reading: Reading, truth: DigitTruth) -> float:
    if truth.numbers is None:
        return math.nan
    return correlation(histogram(number.text for number in reading.numbers()), histogram(truth.numbers))


def _confusion(
    found: list[tuple[PlacedGlyph, TrueDigit]], missed: list[TrueDigit], false: list[PlacedGlyph]
) -> NDArray[np.int64]:
    counts = np.zeros((SIZE, SIZE), np.int64)
    for placed, digit in found:
        counts[int(digit.digit), int(placed.glyph.text)] += 1
    for digit in missed:
        counts[int(digit.digit), NONE] += 1
    for placed in false:
        counts[NONE, int(placed.glyph.text)] += 1
    return counts


def _fault(placed: PlacedGlyph, digit: TrueDigit) -> Fault:
    glyph = placed.glyph
    place, names = (placed.table, placed.row, placed.column), ("", digit.row, digit.column)
    return Fault("digit", "wrong", digit.digit, glyph.text, glyph.confidence, names, place, glyph.box)


def _missed(digit: TrueDigit) -> Fault:
    return Fault("digit", "missed", digit.digit, "", None, ("", digit.row, digit.column), box=digit.box)


def _false(placed: PlacedGlyph) -> Fault:
    glyph, place = placed.glyph, (placed.table, placed.row, placed.column)
    return Fault("digit", "false", "", glyph.text, glyph.confidence, place=place, box=glyph.box)
