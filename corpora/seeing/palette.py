"""Colours and marks that people with any colour vision can tell apart, and how figures are saved."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zij.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "BASE",
    "COLOURS",
    "GREY",
    "INK",
    "MARKS",
    "MOST",
    "QUIET",
    "WITHOUT",
    "YEARS",
    "Groups",
    "groups",
    "save_figure",
]

INK, QUIET, GREY = "#26231f", "#5d5a54", "#b9b4aa"
"""Colours of lines and texts, of notes, and of what stands back."""
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6a00", "#56b4e9", "#111111")
"""After Okabe and Ito, "Color universal design" (2008), without the yellow, which white paper swallows."""
MARKS = ("o", "s", "^")
"""Markers that tell groups of one colour apart."""
MOST = len(COLOURS) * len(MARKS)
"""Groups that get a sign of their own: colours first, then the next mark."""
YEARS = ("#440154", "#3b528b", "#21918c", "#5ec962", "#c8d51e")
"""From early to late: viridis without its lightest end."""
WITHOUT = {"cluster": "in no cluster", "tag": "no tag"}
"""What a legend calls the pages without a value, where that is more than "not known"."""
DPI = 200
BASE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "xtick.color": QUIET,
    "ytick.color": INK,
    "text.color": INK,
    "svg.hashsalt": "zij",
    "svg.fonttype": "none",
}
"""Settings of matplotlib for all figures of a corpus."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Pages by one of their properties.

    Attributes
    ----------
    names : tuple of str
        Values, the most frequent first, of equally frequent ones by name.
    codes : (N,) ndarray of int64
        Place of each page's value among the names, -1 where it is not known.
    counts : tuple of int
        Pages of each.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int64]
    counts: tuple[int, ...]


def groups(values: Sequence[str]) -> Groups:
    """Pages by a property, "" where it is not known."""
    counted: dict[str, int] = {}
    for value in values:
        if value:
            counted[value] = counted.get(value, 0) + 1
    names = sorted(counted, key=lambda name: (-counted[name], name))
    place = {name: n for n, name in enumerate(names)}
    codes = np.array([place.get(value, -1) for value in values], np.int64)
    return Groups(tuple(names), codes, tuple(counted[name] for name in names))


def save_figure(figure: Figure, folder: Path, stem: str) -> None:
    """Write a figure as PNG and as SVG; the same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
    folder : Path
        Where the files are to stand.
    stem : str
        Of their names.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    png, svg = BytesIO(), BytesIO()
    with warnings.catch_warnings():  # of a name in a script that the font does not have
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
        figure.set_layout_engine("none")  # everything stays where it is
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    write_bytes(folder / f"{stem}.png", png.getvalue())
    write_bytes(folder / f"{stem}.svg", svg.getvalue())
