"""Finding the digits of a page: the view first, then evidence, peaks and boxes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from zij.tables.digits.network import DIGIT_HEIGHT, Weights
from zij.tables.digits.peaks import LOWER, UPPER
from zij.tables.digits.sizes import Size, other_sizes, settled_size, size_of
from zij.tables.digits.view import View, choose_view
from zij.tables.reading import Glyph
from zij.tables.scan.page import Page

__all__ = ["Detection", "detect"]


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """The candidates of a page.

    Attributes
    ----------
    page : Page
        The page, set upright.
    view : View or None
        None where no digit was found at any scale.
    candidates : tuple of Glyph
        Boxes in pixels of the upright page raster, `confidence` at least `FLOOR`.
    scale : float
        Pixels of the network's raster for one of the page raster.
    others : tuple of Size
        Digits of other sizes on the page; nothing lies on a digit of the main size.
    tabular : bool
        Whether there may be a table of the main size.
    """

    page: Page
    view: View | None
    candidates: tuple[Glyph, ...]
    scale: float
    others: tuple[Size, ...] = ()
    tabular: bool = True

    @property
    def digits(self) -> tuple[Glyph, ...]:
        """The candidates that count as digits."""
        return tuple(c for c in self.candidates if c.confidence >= LOWER)

    @property
    def doubtful(self) -> tuple[Glyph, ...]:
        """The candidates that do not."""
        return tuple(c for c in self.candidates if c.confidence < LOWER)


def detect(page: Page, weights: Weights, *, device: str = "cpu", view: View | None = None) -> Detection:
    """Find the digits of a page.

    Where the page shows no digits in plenty, it is read at the size of its print, and what is found there
    are numbers in a text, unless they prove plain after all.

    Parameters
    ----------
    page : Page
    weights : Weights
        The digit network.
    device : str
        "cpu" or "cuda".
    view : View, optional
        Scale and orientation, where they are known already.

    Returns
    -------
    Detection
        Without candidates where there is no digit at any scale.
    """
    view = view or choose_view(page, weights, device=device)
    if view is None:
        return Detection(page, None, (), 1.0)
    upright = page.turned(view.quarter_turns)
    tabular = view.shows_digits
    found = size_of(upright, weights, view.digit_height, device=device)
    if not tabular and found.plain:
        found, tabular = settled_size(upright, weights, found, device=device), True
        view = replace(view, digit_height=found.digit_height)
    elif not tabular and not any(glyph.confidence >= UPPER for glyph in found.glyphs):
        return Detection(page, None, (), 1.0)
    glyphs, others = other_sizes(upright, weights, found, device=device)
    return Detection(upright, view, glyphs, DIGIT_HEIGHT / view.digit_height, others, tabular)
