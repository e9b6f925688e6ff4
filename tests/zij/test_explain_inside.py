"""The methods behind `zij explain` that look inside a model, on digits and on an encoder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from commands import refused, zij

from zij.actions import explain
from zij.actions._explaining.inside import INSIDE
from zij.similarity.encoders.encoder import Encoder
from zij.tables.generate.climates import climates
from zij.tables.generate.pages import Setting, make_page
from zij.tables.overlay import save_png
from zij.tables.pagexml import write_pagexml


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two editions of a table of five rows, the second with 88 in one cell."""
    folder = tmp_path_factory.mktemp("inside")
    for number, name in enumerate("ab"):
        table = climates()
        rows = [list(row) for row in table.rows[:5]]
        rows[2][3] = "88" if number else rows[2][3]
        setting = Setting.plain(digit_height=16.0)
        page = make_page(number, replace(table, rows=tuple(map(tuple, rows))), setting)
        save_png(folder / f"{name}.png", page.pixels)
        write_pagexml(folder / f"{name}.xml", replace(page.truth, image=f"{name}.png"))
    return folder / "a.xml", folder / "b.xml"


@pytest.mark.parametrize("masks", ["cells", "rows", "digits"])
@pytest.mark.parametrize("method", INSIDE)
def test_every_method_on_digits(method: str, masks: str, pair: tuple[Path, Path], tmp_path: Path) -> None:
    found = explain(*pair, tmp_path / "out", method=method, masks=masks)
    assert found.summary["method"] == method
    values = found.regions["relevance"].to_numpy()
    assert np.isfinite(values).all()
    assert np.abs(values).sum() > 0
    if method == "bilrp":
        for side in "ab":
            assert (
                0.9
                < found.regions.relevance[found.regions.side == side].sum() / found.summary["similarity"]
                < 1.0001
            )


def test_methods_differ(pair: tuple[Path, Path], tmp_path: Path) -> None:
    values = {name: explain(*pair, tmp_path / name, method=name).regions["relevance"] for name in INSIDE}
    names = list(values)
    for k, one in enumerate(names):
        for two in names[k + 1 :]:
            assert values[one].corr(values[two]) < 0.9999, (one, two)


def test_the_cell_that_differs_has_least_of_the_similarity(pair: tuple[Path, Path], tmp_path: Path) -> None:
    found = explain(*pair, tmp_path / "out", method="bilrp", masks="cells")
    here = found.regions[found.regions.side == "b"].set_index("text")["relevance"]
    assert float(here["88"]) == 0.0
    assert (here.drop("88") > 0).sum() > 15


@pytest.mark.parametrize("method", INSIDE)
@pytest.mark.parametrize("masks", ["grid", "cells"])
def test_every_method_on_an_encoder(method: str, masks: str, pair: tuple[Path, Path], tmp_path: Path) -> None:
    found = explain(*pair, tmp_path / "out", method=method, masks=masks, model=small(), resolution=4)
    if masks == "grid":
        assert list(found.regions.id[:16]) == [f"square-{k}" for k in range(16)]
        if method == "bilrp":  # no biases: the squares hold all of the similarity
            for side in "ab":
                total = found.regions.relevance[found.regions.side == side].sum()
                assert total == pytest.approx(found.summary["similarity"], rel=1e-4)
    assert np.isfinite(found.regions["relevance"]).all()
    assert "random" in (tmp_path / "out" / "report.html").read_text("utf-8")


def small() -> Encoder:
    """A little network without biases, drawn by seed."""
    import torch
    from torch import nn

    network = nn.Sequential(
        nn.Conv2d(3, 6, 5, stride=2, padding=2, bias=False), nn.ReLU(),
        nn.Conv2d(6, 8, 3, padding=1, bias=False), nn.ReLU(), nn.AdaptiveAvgPool2d(3), nn.Flatten(),
        nn.Linear(72, 7, bias=False),
    )  # fmt: skip
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return Encoder("small", network, size=48, weights="random, seed 0")


def test_what_cannot_be_asked(pair: tuple[Path, Path], tmp_path: Path) -> None:
    refused(
        zij("explain", *pair, "-o", tmp_path / "out", "--method", "hxp", "--masks", "rulings"),
        "--method hxp sums over parts of tables",
    )
    refused(zij("explain", *pair, "-o", tmp_path / "out", "--method", "lime"), "method 'lime' is not known")
