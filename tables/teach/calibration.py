"""Honest probabilities: the temperature at which a network is as often right as it says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from zij.tables.digits.network import Weights
from zij.tables.digits.peaks import FLOOR, Peaks, pick_peaks, scores_of
from zij.tables.generate.crops import Crop, make_crop
from zij.tables.generate.fonts import Typeface

__all__ = ["find_temperature", "labels_of", "tempered"]

SERIES = 3_000_017  # added to a seed: crops of that series are neither taught nor tried
_NOTHING = 10
_COOLEST, _HOTTEST = 0.3, 3.0


def find_temperature(
    weights: Weights, faces: Sequence[Typeface], *, seed: int = 0, crops: int = 200
) -> float:
    """The temperature that makes the truth of generated crops likeliest (Guo et al. 2017, arXiv:1706.04599).

    Parameters
    ----------
    weights : Weights
        Its own temperature has no say.
    faces : sequence of Typeface
        What the crops are set in.
    seed : int
        Of the crops, which are a series of their own.
    crops : int
        How many.

    Returns
    -------
    float
        What the network's scores are to be divided by, rounded to 3 places.
    """
    plain = replace(weights, facts={**weights.facts, "temperature": "1"})
    pairs = (_candidates(plain, make_crop(seed + SERIES, index, faces)) for index in range(crops))
    return _likeliest(pairs)


def _likeliest(pairs: Iterable[tuple[NDArray[np.float64], NDArray[np.intp]]]) -> float:
    """The temperature at which probabilities (N, 11) at temperature 1 fit labels (N,) best."""
    parts = list(pairs)
    logs = np.log(np.maximum(np.concatenate([p for p, _ in parts]), 1e-12))
    labels = np.concatenate([label for _, label in parts])
    if not len(labels):
        return 1.0

    def surprise(temperature: float) -> float:
        scores = logs / temperature
        top = scores.max(1)
        total = top + np.log(np.exp(scores - top[:, None]).sum(1))
        return float(np.mean(total - scores[np.arange(len(labels)), labels]))

    best = minimize_scalar(surprise, bounds=(_COOLEST, _HOTTEST), method="bounded", options={"xatol": 1e-4})
    return round(float(best.x), 3)


def _candidates(weights: Weights, crop: Crop) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Probabilities (N, 11) of a crop's candidates, and what each of them is."""
    peaks = pick_peaks(*scores_of(crop.ink, weights), floor=FLOOR)
    labels = labels_of(peaks, crop)
    judged = labels >= 0
    nothing = np.clip(1 - peaks.probabilities.sum(1, keepdims=True), 0, 1)
    return np.hstack([peaks.probabilities, nothing])[judged], labels[judged]


def labels_of(peaks: Peaks, crop: Crop, *, overlap: float = 0.4) -> NDArray[np.intp]:
    """What each candidate of a crop truly is.

    Parameters
    ----------
    peaks : Peaks
    crop : Crop
    overlap : float
        Intersection over union from which on a candidate is of a digit.

    Returns
    -------
    (N,) ndarray of intp
        The digit whose box it overlaps by so much of their union, the best candidate for each digit; 10 for
        "no digit"; -1 where nothing is judged.
    """
    labels = np.full(len(peaks.boxes), _NOTHING, np.intp)
    centre = peaks.boxes[:, :2] + peaks.boxes[:, 2:] / 2
    for x, y, w, h in crop.ignore:
        inside = (centre >= (x, y)).all(1) & (centre <= (x + w, y + h)).all(1)
        labels[inside] = -1
    for box, digit in zip(crop.boxes.astype(float), crop.digits, strict=True):
        if not len(labels):
            break
        low = np.maximum(box[:2], peaks.boxes[:, :2])
        high = np.minimum(box[:2] + box[2:], peaks.boxes[:, :2] + peaks.boxes[:, 2:])
        shared = np.clip(high - low, 0, None).prod(1)
        union = box[2:].prod() + peaks.boxes[:, 2:].prod(1) - shared
        best = int((shared / union).argmax())
        if shared[best] >= overlap * union[best]:
            labels[best] = int(digit)
    return labels


def tempered(weights: Weights, temperature: float) -> Weights:
    """The same network with another temperature."""
    return replace(weights, facts={**weights.facts, "temperature": f"{temperature:g}"})
