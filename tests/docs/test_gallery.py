"""The scripts of the gallery run and draw, and what their results depend on is explained.

Each runs once, as the build of the documentation runs it. How a page is to be seen is given to all but the
first: finding it out takes most of the time.
"""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import PIL.Image
import pytest
from commands import given_view

from zij.tables.digits import detect

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "docs" / "gallery").glob("*.py"))
LIMITS = (ROOT / "docs" / "explanation" / "limits.md").read_text("utf-8")
PARAMETERS = (ROOT / "docs" / "reference" / "parameters.md").read_text("utf-8")


@pytest.fixture(scope="module", params=SCRIPTS, ids=lambda path: path.stem)
def ran(request: pytest.FixtureRequest) -> Iterator[tuple[Path, dict[str, Any], list[plt.Figure]]]:
    """A script, and what it leaves behind: its names, and its figures."""
    matplotlib.use("Agg")
    plt.close("all")
    with pytest.MonkeyPatch.context() as patch:
        if request.param.stem != "plot_01_read":
            patch.setattr(detect, "choose_view", given_view)
        names = runpy.run_path(str(request.param))
    yield request.param, names, [plt.figure(number) for number in plt.get_fignums()]
    plt.close("all")


def summaries(value: object) -> Iterator[Mapping[str, Any]]:
    """What results write as JSON, among the values of a script."""
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from summaries(one)
    elif isinstance(value, dict):
        yield from summaries(list(value.values()))
    elif type(value).__module__.startswith("zij.") and isinstance(getattr(value, "summary", None), dict):
        yield value.summary  # type: ignore[attr-defined]


def explained() -> set[str]:
    """The parameters that the reference names in the first column of its tables."""
    first = re.findall(r"^\| ([^|]*) \|", PARAMETERS, re.M)
    return {name for cell in first for name in re.findall(r"`([^`]+)`", cell)}


def test_script_draws_and_its_parameters_are_explained(
    ran: tuple[Path, dict[str, Any], list[plt.Figure]],
) -> None:
    path, names, figures = ran
    assert figures, "it draws nothing"
    for figure in figures:
        assert figure.axes and all(axes.has_data() for axes in figure.axes), "an empty panel"
        figure.draw_without_rendering()
    if path.stem == "plot_how_zij_fails":
        compare_pictures(figures)
    known = explained()
    for summary in summaries(names):
        json.dumps(summary["parameters"], default=str)
        assert set(summary["parameters"]) <= known, set(summary["parameters"]) - known


def compare_pictures(figures: list[plt.Figure]) -> None:
    """The pictures of how zij fails that a checkout brings along are those that the script draws.

    Two are drawn once more, which takes time; a little differs, as the view is given here.
    """
    maker = runpy.run_path(str(ROOT / "docs" / "make_limits_pictures.py"))
    shown = re.findall(r"\(\.\./images/(fails-\d\.jpg)\)", LIMITS)
    assert shown == [maker["picture_of"](number).name for number in range(1, len(figures) + 1)]
    assert {path.name for path in (ROOT / "docs/images").glob("fails-*")} == set(shown)
    for number in (1, 3):
        with PIL.Image.open(maker["picture_of"](number)) as picture:
            kept = np.asarray(picture.reduce(4), float)
        drawn = np.asarray(maker["small"](figures[number - 1]).reduce(4), float)
        assert kept.shape == drawn.shape, f"fails-{number}.jpg has another size"
        assert np.abs(kept - drawn).mean() < 3, f"fails-{number}.jpg: python docs/make_limits_pictures.py"


def test_scripts_are_explained_in_a_title_and_two_paragraphs() -> None:
    for path in SCRIPTS:
        text = path.read_text("utf-8")
        title = re.match(r'"""\n(.+)\n(=+)\n\n(.+?)\n"""\n\n# %%\n#', text, re.S)
        assert title and len(title[1]) == len(title[2]), f"{path.name}: title, paragraph, code"
        assert "savefig" not in text and "plt.show" not in text, f"{path.name}: the build shows its figures"
