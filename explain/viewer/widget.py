"""The viewer with a kernel: a widget whose choice Python knows. It needs the package anywidget."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from zij.explain.viewer.stage import core, left_out, source, style
from zij.explain.viewer.still import StaticViewer

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PairViewer"]

_PROGRAM = core() + source("widget.js")


class PairViewer(anywidget.AnyWidget):
    """Two pages side by side, with what is chosen on them.

    What is set in Python is shown, what a person sets is known in Python.

    Parameters
    ----------
    still : StaticViewer
        Pages, pairs, and with what to begin.

    Attributes
    ----------
    threshold : float
        Relevance, without sign, from which pairs are shown.
    corresponding : bool
        Whether only pairs in corresponding cells are shown.
    selected : str
        Page and id of the region that is held, such as "a:t1_r0c2_w1"; "" for none.
    data : dict
        What the viewer draws; not to be changed.
    markup : str
        The pages as HTML; not to be changed.
    """

    _esm = _PROGRAM
    _css = style()

    data = traitlets.Dict().tag(sync=True)
    markup = traitlets.Unicode().tag(sync=True)
    threshold = traitlets.Float(0.0).tag(sync=True)
    corresponding = traitlets.Bool(False).tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)

    def __init__(self, still: StaticViewer) -> None:
        stage = still.stage()
        data = stage.data()
        name = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:8]
        self.still = still
        super().__init__(
            data=data,
            markup=str(stage.markup(f"zij-{name}-", note=left_out(still.pairs, still.summary))),
            threshold=float(still.threshold),
            corresponding=still.corresponding,
            selected=still.selected,
        )

    @property
    def pairs(self) -> pd.DataFrame:
        """The pairs that are shown: those above the threshold, and with the switch on the corresponding ones.

        The columns are those of pairs.csv.
        """
        table = self.still.pairs
        kept = table["relevance"].abs() >= self.threshold
        if self.corresponding:
            kept &= table["corresponds"].astype(bool)
        return table[kept]

    @property
    def selected_pairs(self) -> pd.DataFrame:
        """The pairs of the region that is held, as far as they are shown; none where none is held."""
        side, _, name = self.selected.partition(":")
        shown = self.pairs
        return shown[shown[f"{side}_id"] == name] if side in ("a", "b") else shown.iloc[:0]

    def save(self, path: str | Path) -> Path:
        """Write the viewer as a page that opens offline; see `StaticViewer.save`."""
        return self.still.save(path)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget, and its HTML for where no widgets are: in a saved notebook, on a web page."""
        found: Any = super()._repr_mimebundle_(**options) or {}
        data, metadata = found if isinstance(found, tuple) else (found, {})
        return {**data, "text/html": self.still._repr_html_()}, dict(metadata)
