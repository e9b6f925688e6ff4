"""`zij train` on generated pages: from nothing or from weights, with a temperature and a card."""

from __future__ import annotations

import pytest

from zij.actions import train
from zij.errors import OutputError, UsageError
from zij.tables.digits.network import DigitNetwork, load_weights, save_weights
from zij.tables.generate import fonts
from zij.tables.teach import calibration, trial
from zij.tables.teach import train as teaching
from zij.tables.teach.train import GOING_ON, Settings


@pytest.fixture
def taught(monkeypatch):
    """Teaching that returns what it is given to begin with, and how it was asked."""
    asked = {}

    def teach(faces, *, seed, settings, start, device, progress):
        asked.update(seed=seed, settings=settings, start=start)
        return start or DigitNetwork().eval()

    faces = (fonts.demo_typeface(), fonts.roman_typeface())
    monkeypatch.setattr(teaching, "train", teach)
    monkeypatch.setattr(fonts, "find_typefaces", lambda folder: faces)
    monkeypatch.setattr(calibration, "find_temperature", lambda weights, faces, *, seed: 0.75)
    monkeypatch.setattr(trial, "trial", lambda *_, **__: trial.Trial(4, 9, 0.9, 0.8, 0.85, 1, 0.0))
    return asked


def test_from_nothing(taught, tmp_path):
    done = train(tmp_path / "new.safetensors", seed=4, steps=7)
    assert taught["start"] is None and taught["seed"] == 4
    assert taught["settings"] == Settings(steps=7)
    weights = load_weights(done.path)
    assert weights.temperature == 0.75 and "start" not in weights.facts
    card = done.path.with_suffix(".md").read_text()
    assert "temperature 0.75" in card and "--seed 4 --steps 7" in card and "going on" not in card


def test_on_from_weights(taught, tmp_path):
    base = save_weights(tmp_path / "base.safetensors", DigitNetwork().eval(), {"seed": "0"})
    done = train(tmp_path / "new.safetensors", weights=base)
    assert taught["settings"] == GOING_ON and taught["start"] is not None
    assert load_weights(done.path).facts["start"] == load_weights(base).name
    assert f"going on from {load_weights(base).name}" in done.path.with_suffix(".md").read_text()


def test_it_is_known_before_teaching_that_nothing_can_be_written(taught, tmp_path):
    for pages in (None, tmp_path):
        with pytest.raises(OutputError, match="is a folder, but a file is to be written"):
            train(tmp_path, pages=pages)
    with pytest.raises(UsageError, match="from 0 up, not -1"):
        train(tmp_path / "new.safetensors", seed=-1)
    assert not taught and not list(tmp_path.iterdir())
