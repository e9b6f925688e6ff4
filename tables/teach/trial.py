"""How well a digit network does on generated crops that it was not shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zij.tables.digits.network import Weights, load_weights
from zij.tables.digits.peaks import LOWER, UPPER, Peaks, pick_peaks, scores_of
from zij.tables.generate.crops import Crop, make_crop
from zij.tables.generate.fonts import Typeface

__all__ = ["Trial", "hits", "trial"]

UNSEEN = 1_000_003  # added to a seed: crops of that series are never taught


@dataclass(frozen=True, slots=True)
class Trial:
    """Figures of a trial.

    Attributes
    ----------
    crops, digits : int
        How much was shown.
    precision, recall, f1 : float
        At the lower threshold; right is a box that overlaps by 0.4 and the digit.
    confused : int
        Digits found and read as another.
    false_sure : float
        False digits above the upper threshold, for each crop without a digit.
    """

    crops: int
    digits: int
    precision: float
    recall: float
    f1: float
    confused: int
    false_sure: float


def trial(
    weights: Weights | str | Path, faces: Sequence[Typeface], *, seed: int = 0, crops: int = 256
) -> Trial:
    """Try a network on `crops` generated crops of a series that no training sees.

    Parameters
    ----------
    weights : Weights or str or Path
    faces : sequence of Typeface
        Types to choose from.
    seed : int
    crops : int

    Returns
    -------
    Trial
    """
    if not isinstance(weights, Weights):
        weights = load_weights(weights)
    right = found = true = confused = sure = blank = 0
    for index in range(crops):
        crop = make_crop(seed + UNSEEN, index, faces)
        peaks = pick_peaks(*scores_of(crop.ink, weights), floor=LOWER)
        judged = ~_inside(peaks.boxes, crop.ignore)
        peaks = Peaks(peaks.cells[judged], peaks.boxes[judged], peaks.probabilities[judged])
        same, other = hits(peaks, crop)
        right, confused = right + same, confused + other
        found, true = found + len(peaks.boxes), true + len(crop.boxes)
        if not len(crop.boxes) and not len(crop.ignore):
            blank, sure = blank + 1, sure + int((peaks.best >= UPPER).sum())
    precision, recall = right / max(found, 1), right / max(true, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-12)
    return Trial(crops, true, precision, recall, f1, confused, sure / max(blank, 1))


def hits(peaks: Peaks, crop: Crop, *, overlap: float = 0.4) -> tuple[int, int]:
    """Digits of a crop that were found: read rightly, and read as another.

    Parameters
    ----------
    peaks : Peaks
    crop : Crop
    overlap : float
        Intersection over union from which on a candidate is of a digit.

    Returns
    -------
    (int, int)
    """
    right = wrong = 0
    for box, digit in zip(crop.boxes.astype(float), crop.digits, strict=True):
        if not len(peaks.boxes):
            break
        low = np.maximum(box[:2], peaks.boxes[:, :2])
        high = np.minimum(box[:2] + box[2:], peaks.boxes[:, :2] + peaks.boxes[:, 2:])
        shared = np.clip(high - low, 0, None).prod(1)
        iou = shared / (box[2:].prod() + peaks.boxes[:, 2:].prod(1) - shared)
        best = int(iou.argmax())
        if iou[best] >= overlap:
            same = int(peaks.probabilities[best].argmax()) == int(digit)
            right, wrong = right + same, wrong + (not same)
    return right, wrong


def _inside(boxes: NDArray[np.float64], regions: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether each box's centre lies in one of the regions."""
    if not len(boxes) or not len(regions):
        return np.zeros(len(boxes), bool)
    centre = (boxes[:, :2] + boxes[:, 2:] / 2)[:, None]
    low, high = regions[None, :, :2], regions[None, :, :2] + regions[None, :, 2:]
    covered = np.all((centre >= low) & (centre <= high), axis=-1)
    return np.asarray(np.any(covered, axis=1))
