"""What the scores of many pages come to: means by folder, confusions and confidences of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.tables.scores.calibration import BINS, Bin, calibration_error, reliability
from zij.tables.scores.confusion import Confusion, confusion_pairs, empty_confusion
from zij.tables.scores.page import DIGIT_FIGURES, VALUE_FIGURES, PageScores

__all__ = ["Group", "HeightBand", "Summary", "summarise"]

HEIGHTS = (0, 10, 14, 20, 30, 45)
"""Lower bounds of the bands of digit height, in pixels."""

COUNTS = frozenset({"true_digits", "predicted_digits", "true_values", "read_values"})
"""Figures that are added up; of the others the mean over pages is taken."""


@dataclass(frozen=True, slots=True)
class Group:
    """Pages of one folder, or all.

    Attributes
    ----------
    name : str
    pages : int
    figures : dict of str to float
        Sums of counts and means over pages, by the names of the columns.
    over : dict of str to int
        Over how many pages each mean is taken: those where it says something.
    faults : int
    """

    name: str
    pages: int
    figures: dict[str, float]
    over: dict[str, int]
    faults: int


@dataclass(frozen=True, slots=True)
class HeightBand:
    """Digits of pages whose digits have a height between two bounds, in pixels; the last has no upper one.

    Attributes
    ----------
    low : int
    high : int or None
        Pixels.
    pages : int
    digits : int
        How many.
    recall : float
    precision : float
    calibration_error : float
        0 to 1.
    """

    low: int
    high: int | None
    pages: int
    digits: int
    recall: float
    precision: float
    calibration_error: float


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """What all pages come to.

    Attributes
    ----------
    whole : Group
    folders : tuple of Group
        In the order of their names; the searched folder itself is "".
    confusion : (11, 11) ndarray of int64
    pairs : tuple of Confusion
    bins : tuple of Bin
        Of the confidences of all judged digits.
    calibration_error : float
        Of all judged digits together; not a number where there is none.
    heights : tuple of HeightBand
        Those that have pages.
    """

    whole: Group
    folders: tuple[Group, ...]
    confusion: NDArray[np.int64]
    pairs: tuple[Confusion, ...]
    bins: tuple[Bin, ...]
    calibration_error: float
    heights: tuple[HeightBand, ...]


def summarise(pages: Sequence[PageScores]) -> Summary:
    """Sum up the scores of pages."""
    folders = sorted({page.folder for page in pages})
    confusion = sum((page.confusion for page in pages), empty_confusion())
    confidence, right = _outcomes(pages)
    bins = reliability(confidence, right, BINS)
    return Summary(
        _group("", pages),
        tuple(_group(name, [p for p in pages if p.folder == name]) for name in folders),
        confusion,
        confusion_pairs(confusion),
        bins,
        calibration_error(bins),
        _heights(pages),
    )


def _group(name: str, pages: Sequence[PageScores]) -> Group:
    figures: dict[str, float] = {}
    over: dict[str, int] = {}
    for column in (*DIGIT_FIGURES, *VALUE_FIGURES):
        values = [told[column] for page in pages if column in (told := page.telling())]
        if values:
            figures[column] = sum(values) / (1 if column in COUNTS else len(values))
            over[column] = len(values)
    return Group(name, len(pages), figures, over, sum(len(page.faults) for page in pages))


def _outcomes(pages: Sequence[PageScores]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    matches = [page.digits for page in pages if page.digits is not None]
    confidence = np.concatenate([np.zeros(0), *(match.confidence for match in matches)])
    right = np.concatenate([np.zeros(0, bool), *(match.right for match in matches)])
    return confidence, right


def _heights(pages: Sequence[PageScores]) -> tuple[HeightBand, ...]:
    bands = []
    for low, high in zip(HEIGHTS, (*HEIGHTS[1:], None), strict=True):
        chosen = [
            page
            for page in pages
            if page.digits is not None
            and page.digit_height > 0
            and low <= page.digit_height < (float("inf") if high is None else high)
        ]
        if not chosen:
            continue
        scores = [page.digits.scores for page in chosen if page.digits is not None]
        required = sum(s.true_digits for s in scores)
        offered = sum(s.predicted_digits for s in scores)
        hits = sum(round(s.recall * s.true_digits) for s in scores)
        error = calibration_error(reliability(*_outcomes(chosen)))
        recall, precision = (hits / count if count else float("nan") for count in (required, offered))
        bands.append(HeightBand(low, high, len(chosen), required, recall, precision, error))
    return tuple(bands)
