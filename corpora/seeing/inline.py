"""Figures and frames of a corpus as they stand in a notebook."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from zij.corpora.seeing.palette import BASE
from zij.html import Markup, data_uri, element, listing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["WIDEST", "figure_html", "frame_html"]

WIDEST = 900
"""Pixels of a figure's width at most."""


def figure_html(draw: Callable[[], Figure], words: str) -> Markup:
    """A figure as a picture in the page, at most `WIDEST` pixels wide.

    Parameters
    ----------
    draw : callable
        Makes the figure; called within the style in which figures of corpora are drawn.
    words : str
        What it shows, for those who do not see it.

    Returns
    -------
    Markup
        The same figure gives the same bytes.
    """
    import matplotlib

    png = BytesIO()
    with matplotlib.rc_context(BASE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        figure = draw()
        dpi = min(110.0, WIDEST / figure.get_figwidth())
        figure.savefig(png, format="png", dpi=dpi, metadata={"Software": None})
    return element("figure", element("img", src=data_uri(png.getvalue(), "image/png"), alt=words))


def frame_html(frame: pd.DataFrame, columns: Sequence[str] = (), *, most: int = 10) -> Markup:
    """The first rows of a frame as a table, with a line that says how many more there are.

    Parameters
    ----------
    frame : DataFrame
    columns : sequence of str
        Those that are shown, in this order; by default all.
    most : int
        Rows shown.

    Returns
    -------
    Markup
    """
    names = list(columns) or [str(name) for name in frame.columns]
    kinds = {name: frame[name].dtype for name in names}
    numbers = [name for name, kind in kinds.items() if getattr(kind, "kind", "O") in "iuf"]
    rows = [
        [_text(value) for value in row] for row in frame[names].head(most).itertuples(index=False, name=None)
    ]
    heads = [name.replace("_", " ") for name in names]
    right = [name.replace("_", " ") for name in numbers]
    return listing(heads, rows, total=len(frame), most=most, numbers=right)


def _text(value: Any) -> str:
    """A value as people write it; a stroke for what is not known."""
    import pandas as pd

    if value is None or value is pd.NA or value != value:
        return "\N{EN DASH}"
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}") if isinstance(value, float) else str(value)
