"""Honest probabilities: the temperature that was put in is found, and candidates get their true names."""

from __future__ import annotations

import numpy as np
import pytest

from zij.tables.digits.network import load_weights
from zij.tables.digits.peaks import Peaks
from zij.tables.generate.crops import CROP, Crop
from zij.tables.generate.fonts import demo_typeface, roman_typeface
from zij.tables.teach import calibration
from zij.tables.teach.calibration import find_temperature, labels_of, tempered


@pytest.mark.parametrize("temperature", [0.6, 1.0, 1.8])
def test_the_temperature_that_was_put_in_is_found(temperature: float) -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2.5, (6000, 11))
    honest = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    labels = np.array([rng.choice(11, p=p) for p in honest], np.intp)
    said = np.exp(scores * temperature)  # too sure by that factor
    found = calibration._likeliest([(said / said.sum(1, keepdims=True), labels)])
    assert found == pytest.approx(temperature, rel=0.06)


def test_nothing_to_learn_from_leaves_it_at_one() -> None:
    assert calibration._likeliest([(np.zeros((0, 11)), np.zeros(0, np.intp))]) == 1.0


def test_candidates_get_their_true_names() -> None:
    boxes = np.array([[10, 10, 16, 24], [12, 11, 16, 24], [100, 100, 16, 24], [150, 20, 16, 24]], float)
    peaks = Peaks(np.zeros((4, 2), np.int64), boxes, np.zeros((4, 10)))
    crop = Crop(
        np.zeros((CROP, CROP), np.float32),
        np.array([[10, 10, 16, 24]], np.float32),
        np.array([7], np.int64),
        np.array([[145, 15, 30, 40]], np.float32),
    )
    assert labels_of(peaks, crop).tolist() == [7, 10, 10, -1]


def test_the_shipped_model_was_asked_the_same_way() -> None:
    faces, weights = (demo_typeface(), roman_typeface()), load_weights()
    once = find_temperature(weights, faces, crops=6)
    assert once == find_temperature(tempered(weights, 2.5), faces, crops=6)  # its own has no say
    assert 0.3 <= once <= 3
    assert tempered(weights, 2.5).temperature == 2.5
