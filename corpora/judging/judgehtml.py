"""The page that tells how well the corpus's similarities did, and where they failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zij.corpora.judging.judging import FIRST, Figures, Judged
from zij.corpora.judging.truth import Truth
from zij.corpora.seeing.maphtml import origins_table, see_style
from zij.html import Markup, data_uri, element, page

__all__ = ["Miss", "evaluation_html", "figures_table"]


@dataclass(frozen=True, slots=True)
class Miss:
    """A query whose relatives did not come first.

    Attributes
    ----------
    query : str
        Name of the page.
    family : str
    precision : float
        Average precision of the best measure.
    relatives : int
        How many pages belong to it.
    late : tuple of (str, int)
        Relatives and the places where they stand, of those that stand too far down.
    instead : tuple of str
        The pages that stand before them and do not belong there.
    """

    query: str
    family: str
    precision: float
    relatives: int
    late: tuple[tuple[str, int], ...]
    instead: tuple[str, ...]


def evaluation_html(
    title: str,
    lead: str,
    judged: Judged,
    truth: Truth,
    picture: bytes,
    misses: Sequence[Miss],
    notes: Sequence[str],
    facts: Mapping[str, str],
) -> str:
    """The page.

    Parameters
    ----------
    title, lead : str
    judged : Judged
    truth : Truth
    picture : bytes
        The figure as PNG.
    misses : sequence of Miss
        The worst first.
    notes : sequence of str
        What else is to be known: what was left out.
    facts : mapping of str to str
        Parameters and versions.

    Returns
    -------
    str
    """
    body = [
        element("h1", title),
        element("p", lead, class_="lead"),
        element("figure", _picture(picture, lead)),
        element("h2", "The figures"),
        element("div", figures_table(judged), class_="wide"),
        *_explained(truth),
        *(element("p", note) for note in notes),
        element("h2", "Where the best of them fails"),
        *_missed(misses),
        element("h2", "Where this comes from"),
        origins_table(facts),
    ]
    return page(title, Markup("\n".join(body)), style=see_style())


def _picture(png: bytes, words: str) -> Markup:
    return element("img", src=data_uri(png, "image/png"), alt=words, style="max-width:100%")


def figures_table(judged: Judged) -> Markup:
    """The figures with their intervals, a row for each similarity and mode."""
    heads = (
        "similarity", "pages", "queries", "mean average precision", f"recall among the first {FIRST}",
        "nearest neighbour: recall", "precision",
    )  # fmt: skip
    head = element("tr", *(element("th", text, scope="col", class_="number" if n > 1 else None)
                           for n, text in enumerate(heads)))  # fmt: skip
    return element("table", element("thead", head), element("tbody", *map(_row, judged.figures)))


def _row(one: Figures) -> Markup:
    near = one.neighbours
    cells = [
        f"{one.queries:,}",
        _interval(one.precision.mean, one.precision.low, one.precision.high),
        _interval(one.recall.mean, one.recall.low, one.recall.high),
        _spread(near.recall, near.recall_deviation),
        _spread(near.precision, near.precision_deviation),
    ]
    name = element("th", one.measure.title, scope="row", title=one.measure.words)
    return element("tr", name, element("td", one.mode), *(element("td", c, class_="number") for c in cells))


def _interval(value: float, low: float, high: float) -> Markup:
    if not np.isfinite(value):
        return Markup("–")
    return Markup(f"{value:.3f} " + element("span", f"({low:.3f} to {high:.3f})", class_="range"))


def _spread(value: float, deviation: float) -> str:
    return f"{value:.3f} ± {deviation:.3f}" if np.isfinite(value) else "–"


def _explained(truth: Truth) -> list[Markup]:
    near = (
        "Nearest neighbour is the published protocol: the pages are split in halves ten times, and a page "
        "counts as of a family if its nearest page in the other half is; ± is the standard deviation over "
        "the splits. "
    )
    return [
        element(
            "p",
            "Mean average precision is 1 where all pages that belong to a query stand before all that do "
            "not. In parentheses stand 95 % intervals, for which whole families were drawn again and again. ",
            near if truth.whole else "",
            "Page-wise all pages are ranked; book-disjoint those of the query's own book are left out, for "
            "reprints in one book are nearly the same, and whole books are split.",
        ),
    ]


def _missed(misses: Sequence[Miss]) -> list[Markup]:
    if not misses:
        return [element("p", "Nowhere: for every query all that belongs to it stands first.")]
    heads = ("query", "family", "average precision", "too far down (place)", "before them")
    rows = [
        element(
            "tr",
            element("th", miss.query, scope="row"),
            element("td", miss.family or "–"),
            element("td", f"{miss.precision:.3f}", class_="number"),
            element("td", ", ".join(f"{name} ({place:,})" for name, place in miss.late)),
            element("td", ", ".join(miss.instead)),
        )
        for miss in misses
    ]
    head = element("tr", *(element("th", text, scope="col") for text in heads))
    return [element("div", element("table", element("thead", head), element("tbody", *rows)), class_="wide")]
