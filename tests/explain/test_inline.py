"""What explanations and checks show in notebooks, and figures that draw where they are told to."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_pair import made_page
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from zij.explain.bilrp.digits import explain
from zij.explain.bilrp.heat import Heat
from zij.explain.bilrp.pairs import Region
from zij.explain.bilrp.pixels import PixelRelevance
from zij.explain.checks import CheckResults
from zij.explain.checks.checking import COLUMNS
from zij.explain.checks.curves import draw_agreement, draw_curves, draw_faithfulness
from zij.explain.checks.faithfulness import Curve, Faithfulness
from zij.explain.distance.explanation import DistanceExplanation
from zij.explain.distance.study import Swept
from zij.explain.report.heatmap import draw_heat
from zij.explain.report.inline import regions_listing
from zij.explain.report.signed import PageRelevance, draw_signed
from zij.explain.report.studyfigure import draw_study
from zij.similarity.evidence import evidence_from_reading
from zij.tables.geometry import Box, Geometry


def distance(shape: tuple[int, ...], labels: Any = None) -> DistanceExplanation:
    """Values from 0 upwards on a map, the last one far beyond chance."""
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    count = shape[0]
    return DistanceExplanation(
        values, np.full(shape, 0.5, np.float32), np.ones(shape, np.float32),
        np.full((count, 99), np.prod(shape) - 1.5, np.float32), np.zeros((40, count)), np.full(count, 0.1),
        np.full(count, 0.4), 0.0, 50, "early", {}, labels,
    )  # fmt: skip


def test_distance_maps_are_frames_and_pictures() -> None:
    found = distance((6, 4, 5))
    frame = found.frame()
    assert frame.columns.tolist() == [
        "reference", "row", "column", "value", "standard_error", "z", "significant"
    ]  # fmt: skip
    assert len(frame) == 120 and frame.iloc[-1].tolist()[:4] == [5, 3, 4, 119.0]
    assert frame["significant"].sum() == 1 and bool(frame["significant"].iloc[-1])
    html = found._repr_html_()
    assert html.count("<img") == 4 and "2 more maps not shown" in html
    assert "40 masks were tried, of 50" in html
    first = html.partition("data:image/jpeg;base64,")[2].partition('"')[0]
    with Image.open(BytesIO(base64.b64decode(first))) as picture:
        assert picture.size == (420, 336)  # 5 × 4 values, each a square that is seen


def test_regions_without_pixels_are_listed_the_sure_first() -> None:
    found = distance((1, 30))
    assert found.frame()[["reference", "region"]].iloc[7].tolist() == [0, 7]
    html = found._repr_html_()
    assert "<img" not in html and "15 more rows not shown" in html
    assert html.index(">29<") < html.index(">28<")
    labelled = distance((1, 2), np.array([[0, 0, 1], [0, 1, -1]]))
    assert labelled._repr_html_().count("<img") == 1


def curves() -> Faithfulness:
    """Distances that rise as regions go, by twice as much with the most relevant first."""
    shares = np.linspace(0, 1, 5)
    rise = {"highest": 0.4 * np.sqrt(shares), "lowest": 0.4 * shares**2}
    return Faithfulness(
        tuple(
            Curve(kind, order, shares, rise[order] if kind == "deletion" else rise[order][::-1])
            for kind in ("deletion", "insertion")
            for order in ("highest", "lowest")
        )
    )


@pytest.fixture(scope="module")
def results() -> CheckResults:
    """Two methods that agree by half, one of them with curves."""
    rows = [("faithfulness", "bilrp", "", name, value) for name, value in curves().figures().items()]
    rows += [
        ("agreement", one, f"with {two}", "spearman", 0.5)
        for one, two in (("bilrp", "gxi"), ("gxi", "bilrp"))
    ]
    relevances = {name: np.arange(3.0) for name in ("bilrp", "gxi")}
    return CheckResults(
        pd.DataFrame(rows, columns=list(COLUMNS)), relevances, ("1", "2", "3"), {"bilrp": curves()}
    )


def test_checks_show_their_figure_and_all_figures(results: CheckResults) -> None:
    html = results._repr_html_()
    assert html.count("<img") == 1 and f"all {len(results.frame()):,} figures" in html
    frame = curves().frame()
    own = frame[(frame["kind"] == "deletion") & (frame["order"] == "lowest")]
    assert np.array_equal(own["distance"], curves().curve("deletion", "lowest").distances)
    assert "deletion highest" in curves()._repr_html_()


def test_an_explanation_gives_every_region_its_relevance() -> None:
    a, b = (made_page(name)[1] for name in ("a.png", "b.png"))
    found = explain(evidence_from_reading(a), evidence_from_reading(b))
    regions = found.regions()
    assert regions["side"].tolist() == ["a"] * 13 + ["b"] * 13
    own = regions[regions["side"] == "b"]
    assert own["relevance"].to_numpy() == pytest.approx(found.relevance("b"))
    assert own[["x", "y", "w", "h"]].iloc[0].tolist() == [60, 90, 42, 28]
    assert found.frame().equals(found.pairs())


def test_every_figure_draws_on_the_axes_that_it_is_given(results: CheckResults) -> None:
    rgb, reading = made_page()
    geometry = Geometry.identity(400, 520).scaled(0.25)
    heat = Heat(PixelRelevance(np.eye(130, 100), geometry, 100.0, 0.0), 0.0, 0.0, 0.0)
    signed = PageRelevance((Region("r", "", Box(60, 90, 42, 28)),), np.array([1.0]))
    swept = [Swept("all", 0.5, masks, 0.9, 0.1, 0.02, 0.01) for masks in (50, 100)]
    drawn: list[tuple[Axes, Axes]] = []
    axes = Figure().subplots(2, 3).ravel()
    other = axes[5]
    drawn.append((axes[0], draw_heat(axes[0], rgb, reading, heat)))
    drawn.append((axes[1], draw_signed(axes[1], rgb, reading, signed, ("a note",))))
    drawn.append((axes[2], draw_study(axes[2], swept, swept[0], measure="faithfulness")))
    drawn.append((axes[3], draw_curves(axes[3], curves())))
    drawn.append((axes[4], draw_faithfulness(axes[4], results)))
    assert all(given is back for given, back in drawn) and not other.has_data()
    assert [len(a.images) for a in axes[:2]] == [1, 1]
    words = [text.get_text() for text in axes[1].get_legend().get_texts()]
    assert words == ["brings the pages near", "takes them apart", "a note"]
    assert axes[2].get_ylabel().startswith("faithfulness") and len(axes[3].lines) == 4
    assert draw_agreement(other, results) is other


def test_what_is_beyond_chance_is_listed_first() -> None:
    rows = [("x1", "7", 0.9, 0.4, False), ("x2", "8", -0.2, 0.01, True), ("x3", "9", 0.1, 0.01, True)]
    table = pd.DataFrame(rows, columns=["id", "text", "relevance", "standard_error", "significant"])
    html = regions_listing(table, most=2)
    assert "x1" not in html and html.index("x2") < html.index("x3") and "1 more row not shown" in html
    plain = regions_listing(table.assign(significant="", standard_error=""))
    assert plain.index("x1") < plain.index("x2") and "Beyond chance" not in plain
