"""Family pages as images: in which type, how worn, how askew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zij.errors import InputError
from zij.tables.generate.families import FamilyPage
from zij.tables.generate.fonts import Typeface, demo_typeface, find_typefaces, roman_typeface
from zij.tables.generate.pages import GeneratedPage, Setting, make_page

__all__ = ["page_types", "set_family_page"]


def page_types() -> tuple[Typeface, ...]:
    """The types at hand for numbers: matplotlib's own, and what is installed of those that zij knows.

    Blackletter and script are left out: tables were rarely set in them.
    """
    own = (demo_typeface(), roman_typeface())
    try:
        found = find_typefaces()
    except InputError:
        return own
    return own + tuple(face for face in found if face.style in ("oldstyle", "lining") and not face.is_italic)


def set_family_page(page: FamilyPage, types: Sequence[Typeface], *, name: str) -> GeneratedPage:
    """A page as its book's printer sets it, and as it has fared since.

    Parameters
    ----------
    page : FamilyPage
    types : sequence of Typeface
        As `page_types` gives them.
    name : str
        File name of the image, for the truth.

    Returns
    -------
    GeneratedPage
    """
    rng = np.random.default_rng(page.seed)
    book = page.book
    figures = types[book.type % len(types)]
    text = (
        figures
        if figures.has("TABVLA.") and figures.style == "oldstyle" and book.type % 3
        else roman_typeface()
    )
    setting = Setting(
        figures, text, digit_height=book.digit_height, pitch=book.pitch, gap=book.gap,
        head=0.35, ruled=book.ruled,
        wear=float(rng.uniform(0.2, 0.7)), stains=float(rng.uniform(0.2, 1.0)),
        border=float(rng.choice([0.0, 0.03, 0.06])), skew=float(rng.normal(0, 0.6)),
    )  # fmt: skip
    return make_page(int(rng.integers(2**31)), page.table, setting, name=name)
