"""The section on descent in the page of a collation."""

from __future__ import annotations

from zij.explain.collation.descent.descent import Descent
from zij.explain.collation.descent.words import sentences
from zij.html import Markup, data_uri, element

__all__ = ["descent_section"]

MOST_SAID = 12
"""Sentences that are shown; all facts are in `collation.json`."""


def descent_section(descent: Descent, picture: bytes) -> Markup:
    """The tree as a picture (PNG), with what speaks for and against it.

    Parameters
    ----------
    descent : Descent
    picture : bytes
        As `drawing.descent_pictures` gives it.
    """
    said = sentences(descent)
    items = [element("li", f"{text[0].upper()}{text[1:]}.") for text in said[:MOST_SAID]]
    more = len(said) - MOST_SAID
    rest = [element("p", f"{more} more in collation.json.")] if more > 0 else []
    return element(
        "section",
        element("h2", "Descent"),
        element(
            "p",
            "Witnesses that share unlikely errors stand together. This is evidence of a common source; it "
            "does not tell who copied whom.",
        ),
        element("img", src=data_uri(picture, "image/png"), alt="Tree of the witnesses", class_="tree"),
        element("ul", *items),
        *rest,
    )
