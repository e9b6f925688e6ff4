"""The section on descent in the page of a collation."""

from __future__ import annotations

from zij.explain.collation.descent.descent import Descent
from zij.explain.collation.descent.words import sentences
from zij.html import Markup, data_uri, element, fragment

__all__ = ["descent_html", "descent_inline", "descent_parts", "descent_section"]

MOST_SAID = 12
"""Sentences that are shown; all facts are in `collation.json`."""


def descent_section(descent: Descent, picture: bytes) -> Markup:
    """The tree as a picture (PNG), with what speaks for and against it.

    Parameters
    ----------
    descent : Descent
    picture : bytes
        As `drawing.descent_pictures` gives it.

    Returns
    -------
    Markup
    """
    return element("section", element("h2", "Descent"), *descent_parts(descent, picture))


def descent_parts(descent: Descent, picture: bytes) -> list[Markup]:
    """The same without its heading, as elements in order."""
    said = sentences(descent)
    items = [element("li", f"{text[0].upper()}{text[1:]}.") for text in said[:MOST_SAID]]
    more = len(said) - MOST_SAID
    rest = [element("p", f"{more} more in collation.json.")] if more > 0 else []
    note = (
        "Witnesses that share unlikely errors stand together. This is evidence of a common source; it "
        "does not tell who copied whom."
    )
    image = element("img", src=data_uri(picture, "image/png"), alt="Tree of the witnesses", class_="tree")
    return [element("p", note), image, element("ul", *items), *rest]


def descent_html(descent: Descent) -> str:
    """The tree with what speaks for and against it, as a fragment for notebooks."""
    return fragment(*descent_inline(descent))


def descent_inline(descent: Descent) -> list[Markup]:
    """The same as elements in order, with a heading and a picture of the width of a notebook."""
    from zij.explain.collation.descent.drawing import INLINE_DPI, descent_png

    picture = descent_png(descent, dpi=INLINE_DPI)
    return [element("h3", "Descent"), *descent_parts(descent, picture)]
