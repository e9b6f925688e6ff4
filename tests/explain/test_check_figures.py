"""Pictures of the checks show the figures, and methods for encoders stand beside those for digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from matched_pages import small_checks, small_subject
from matplotlib.figure import Figure
from PIL import Image
from torch import nn

from zij.errors import UsageError
from zij.explain.bilrp.images import explain_images
from zij.explain.checks import CheckResults, check
from zij.explain.checks.curves import (
    check_figure,
    draw_agreement,
    draw_faithfulness,
    draw_randomisation,
    draw_sensitivity,
    save_checks,
)
from zij.explain.checks.methods import DIGIT_METHODS, IMAGE_METHODS
from zij.explain.subjects import ImageSubject, grid_labels
from zij.similarity.encoders.encoder import Encoder


def coloured_subject() -> ImageSubject:
    """Two coloured pages of 24 x 32 pixels, cut into 16 parts, before a small network drawn at random."""
    rng, source = np.random.default_rng(0), torch.Generator().manual_seed(0)
    pages = [np.full((24, 32, 3), 225, np.uint8) for _ in range(2)]
    for page in pages:
        page[4:20:2, 4:28:2] = rng.integers(0, 150, (8, 12, 3))
    network = nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(6 * 12 * 16, 9)
    )
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(torch.randn(weight.shape, generator=source) / weight[0].numel() ** 0.5)
    encoder = Encoder("small", network.double(), (0.5,) * 3, (0.25,) * 3)
    return ImageSubject(encoder, pages[0], pages[1], grid_labels(32, 24, 4))


@pytest.fixture(scope="module")
def results() -> CheckResults:
    return small_checks()


def test_panels_show_the_figures(results: CheckResults) -> None:
    axes = Figure().add_subplot()
    draw_faithfulness(axes, results)
    curve = results.curves["bilrp"].curve("deletion", "highest")
    np.testing.assert_allclose(axes.lines[0].get_ydata(), curve.distances)  # type: ignore[arg-type]
    assert len(axes.lines) == 6
    assert len(axes.collections) == 1
    axes = Figure().add_subplot()
    draw_sensitivity(axes, results)
    expected = [results.value("sensitivity", "bilrp", "average", f"sigma {s}") for s in (0.05, 0.1)]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), expected)  # type: ignore[arg-type]
    assert [line.get_label() for line in axes.lines[1:3]] == ["distance", "distance, fresh masks"]
    axes = Figure().add_subplot()
    draw_randomisation(axes, results)
    values = [results.value("randomisation", "bilrp", "spearman", f"cascading {k}") for k in range(1, 11)]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [1, *values])  # type: ignore[arg-type]
    axes = Figure().add_subplot()
    draw_agreement(axes, results)
    assert (
        axes.texts[1].get_text() == f"{results.value('agreement', 'bilrp', 'spearman', 'with distance'):.2f}"
    )


def test_a_picture_has_a_panel_for_each_check(results: CheckResults, tmp_path: Path) -> None:
    assert len(check_figure(results).axes) == 4
    one = check(small_subject(), ["bilrp"], ["faithfulness"], controls=2)
    figure = check_figure(one, "title")
    assert len(figure.axes) == 1
    first, second = (save_checks(tmp_path / name, one).read_bytes() for name in ("a.png", "b.png"))
    assert first == second
    with Image.open(tmp_path / "a.png") as picture:
        assert min(picture.size) > 400


def test_encoders_are_checked_through_the_same_call() -> None:
    subject = coloured_subject()
    assert set(IMAGE_METHODS) == {*DIGIT_METHODS}
    faithful = check(subject, list(IMAGE_METHODS), ["faithfulness"], controls=5)
    for name in ("bilrp", "distance", "gxi"):
        assert faithful.value("faithfulness", name, "gap") > faithful.value("faithfulness", "random", "gap")
    found = check(subject, ["bilrp", "gxi"], controls=3, samples=2, sigmas=(0.05,), layers=1)
    stages = {name for name in found.figures.setting if name.startswith(("cascading", "independent"))}
    assert stages == {"cascading 1", "independent 1"}
    assert len(check_figure(found).axes) == 4


def test_relevance_of_regions_of_an_image_sums_to_the_similarity() -> None:
    subject = coloured_subject()
    relevance = IMAGE_METHODS["bilrp"](subject)
    whole = explain_images(subject.encoder, subject.image, subject.other_image, pool=8)
    assert relevance.shape == (16,)
    assert relevance.sum() == pytest.approx(whole.total())
    noisy = subject.noisy(0.05, np.random.default_rng(0))
    assert not np.allclose(IMAGE_METHODS["bilrp"](noisy), relevance)  # it explains what it is shown


def test_methods_are_for_one_kind_of_model() -> None:
    with pytest.raises(UsageError, match="encoders of images alone"):
        IMAGE_METHODS["bilrp"](small_subject())
    with pytest.raises(UsageError, match="method 'magic' is not known"):
        check(coloured_subject(), ["magic"])
