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
import pytest
from commands import given_view

from zij.tables.digits import detect

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "docs" / "gallery").glob("*.py"))
PARAMETERS = (ROOT / "docs" / "reference" / "parameters.md").read_text("utf-8")


@pytest.fixture(scope="module", params=SCRIPTS, ids=lambda path: path.stem)
def ran(request: pytest.FixtureRequest) -> Iterator[tuple[dict[str, Any], list[plt.Figure]]]:
    """What a script leaves behind: its names, and its figures."""
    matplotlib.use("Agg")
    plt.close("all")
    with pytest.MonkeyPatch.context() as patch:
        if request.param.stem != "plot_01_read":
            patch.setattr(detect, "choose_view", given_view)
        names = runpy.run_path(str(request.param))
    yield names, [plt.figure(number) for number in plt.get_fignums()]
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
    ran: tuple[dict[str, Any], list[plt.Figure]],
) -> None:
    names, figures = ran
    assert figures, "it draws nothing"
    for figure in figures:
        assert figure.axes and all(axes.has_data() for axes in figure.axes), "an empty panel"
        figure.draw_without_rendering()
    known = explained()
    for summary in summaries(names):
        json.dumps(summary["parameters"], default=str)
        assert set(summary["parameters"]) <= known, set(summary["parameters"]) - known


def test_scripts_are_explained_in_a_title_and_two_paragraphs() -> None:
    for path in SCRIPTS:
        text = path.read_text("utf-8")
        title = re.match(r'"""\n(.+)\n(=+)\n\n(.+?)\n"""\n\n# %%\n#', text, re.S)
        assert title and len(title[1]) == len(title[2]), f"{path.name}: title, paragraph, code"
        assert "savefig" not in text and "plt.show" not in text, f"{path.name}: the build shows its figures"
