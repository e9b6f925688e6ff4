"""The viewer without a kernel: in the saved output of a notebook, and as a page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij.explain.report.figure import drawn_line, pair_picture
from zij.explain.report.sheets import Sheet, drawn_first
from zij.explain.report.words import headline
from zij.explain.viewer.stage import Stage, core, left_out, source, stage_of, style
from zij.files import write_text
from zij.html import Markup, data_uri, element, fragment, json_block, page

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["StaticViewer", "card"]

_WIDTH = 900  # pixels of the picture that stands in for the viewer
_LARGE = {"longest": 2400, "room": 1_700_000}  # pictures of a page of its own


@dataclass(frozen=True, slots=True, eq=False)
class StaticViewer:
    """Two pages side by side, in HTML alone.

    In a notebook a picture of the strongest pairs lies under a closed frame with the viewer. Where scripts or
    frames are taken out of a notebook, the picture remains.

    Attributes
    ----------
    a, b : Sheet
        The pages.
    pairs : DataFrame
        The columns of pairs.csv.
    summary : mapping
        The numbers of explanation.json.
    threshold : float
        Relevance, without sign, from which pairs are shown at first.
    corresponding : bool
        Whether at first only pairs in corresponding cells are shown.
    selected : str
        Page and id of the region that is chosen at first, such as "a:t1_r0c2_w1"; "" for none.
    """

    a: Sheet
    b: Sheet
    pairs: pd.DataFrame
    summary: Mapping[str, Any]
    threshold: float = 0.0
    corresponding: bool = False
    selected: str = ""

    @property
    def title(self) -> str:
        """The names of both pages."""
        return f"{self.a.reading.image} and {self.b.reading.image}"

    def stage(self, **options: int) -> Stage:
        """Both pages on the stage; options as of `zij.explain.viewer.stage.stage_of`."""
        return stage_of(self.a, self.b, self.pairs, self.summary, **options)

    def score(self) -> Markup:
        """The similarity and what it means, as a paragraph."""
        value = element("b", f"{float(self.summary['similarity']):.3f}")
        return element("p", value, " ", headline(self.summary))

    def left_out(self) -> Markup:
        """What of the similarity is not drawn, as a paragraph."""
        return element("p", left_out(self.pairs, self.summary), class_="quiet")

    def markup(self) -> Markup:
        """The viewer in its frame over the picture, and what is left out; it goes with the style `card`."""
        stage = self.stage()
        frame = element(
            "iframe", srcdoc=self._framed(stage), sandbox="allow-scripts",
            title=f"viewer of the pair {self.title}",
        )  # fmt: skip
        pair = element("div", self._picture(), frame, class_="pair", style=f"--shape: {stage.shape:.3f}")
        return Markup(element("div", pair, class_="pair-room") + self.left_out())

    def save(self, path: str | Path) -> Path:
        """Write the viewer as a page that opens offline, with larger pictures than in a notebook.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        stage = self.stage(**_LARGE)
        body = [
            element("h1", self.title),
            self.score(),
            element("noscript", self._picture()),
            element("main", stage.markup(), data_alone=True, hidden=True),
            self.left_out(),
            json_block("pair-data", self._data(stage)),
        ]
        css = style() + source("alone.css")
        return write_text(path, page(self.title, Markup("\n".join(body)), style=css, script=_script()))

    def _framed(self, stage: Stage) -> str:
        """The document in the frame."""
        body = element("main", stage.markup(whole=True), data_alone=True, hidden=True)
        data = json_block("pair-data", self._data(stage))
        return page(self.title, Markup(body + data), style=style() + source("frame.css"), script=_script())

    def _data(self, stage: Stage) -> dict[str, Any]:
        return stage.data(threshold=self.threshold, corresponding=self.corresponding, selected=self.selected)

    def _picture(self) -> Markup:
        """Both pages with the strongest pairs."""
        drawn = drawn_first(self.pairs, 200)
        words = f"{self.title}; {drawn_line(drawn, self.summary, len(self.pairs))}"
        picture = pair_picture(self.a, self.b, self.pairs, self.summary, width=_WIDTH)
        return element("img", src=data_uri(picture, "image/jpeg"), alt=words)

    def _repr_html_(self) -> str:
        return fragment(self.score(), self.markup(), style=card())


def card() -> str:
    """CSS of what `StaticViewer.markup` gives, beside that of all fragments."""
    return source("card.css")


def _script() -> str:
    return f'"use strict";\n(function () {{\n{core()}{source("alone.js")}}})();\n'
