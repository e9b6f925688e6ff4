"""The viewer of a pair in whatever form this place can show."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from zij.errors import UsageError
from zij.explain.report.sheets import Sheet
from zij.explain.viewer.facsimile import facsimile
from zij.explain.viewer.still import StaticViewer

if TYPE_CHECKING:
    import pandas as pd

    from zij.explain.bilrp.encoded import EncodedPair
    from zij.explain.bilrp.pairs import PairExplanation
    from zij.explain.viewer.widget import PairViewer

__all__ = ["check_top", "cut", "pair_viewer", "typeset", "typeset_viewer"]


def pair_viewer(
    a: Sheet,
    b: Sheet,
    pairs: pd.DataFrame,
    summary: Mapping[str, Any],
    *,
    threshold: float = 0.0,
    top: int | None = None,
    corresponding: bool = False,
) -> PairViewer | StaticViewer:
    """The viewer of two pages: a widget, or plain HTML where the package anywidget is not installed.

    Parameters
    ----------
    a, b : Sheet
        The pages.
    pairs : DataFrame
        The columns of pairs.csv.
    summary : mapping
        The numbers of explanation.json for these pairs.
    threshold : float
        Relevance, without sign, from which pairs are shown at first.
    top : int, optional
        How many of the pairs the viewer has; all by default.
    corresponding : bool
        Whether at first only pairs in corresponding cells are shown.

    Returns
    -------
    PairViewer or StaticViewer

    Raises
    ------
    UsageError
        If `top` is below 1 or `threshold` below 0.
    """
    if threshold < 0:
        raise UsageError(f"the threshold {threshold:g} is below 0; relevances are meant without their sign.")
    few, figures = cut(pairs, summary, top)
    still = StaticViewer(a, b, few, figures, float(threshold), corresponding)
    if importlib.util.find_spec("anywidget") is None:
        return still
    from zij.explain.viewer.widget import PairViewer

    return PairViewer(still)


def cut(
    pairs: pd.DataFrame, summary: Mapping[str, Any], top: int | None
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The first `top` pairs, and the figures in which the others count as not listed.

    Parameters
    ----------
    pairs : DataFrame
        The columns of pairs.csv.
    summary : mapping
        The numbers of explanation.json for these pairs.
    top : int, optional
        All by default.

    Returns
    -------
    pairs : DataFrame
    summary : dict
        relevance_listed, relevance_unlisted, relevance_outside_digits and remainder still sum to the
        similarity.

    Raises
    ------
    UsageError
        If `top` is below 1.
    """
    check_top(top)
    if top is None or top >= len(pairs):
        return pairs, dict(summary)
    gone = float(pairs["relevance"].iloc[top:].sum())
    changed = {
        "relevance_listed": float(summary["relevance_listed"]) - gone,
        "relevance_unlisted": float(summary["relevance_unlisted"]) + gone,
    }
    return pairs.iloc[:top], {"pairs": len(pairs), **summary, **changed}


def check_top(top: int | None) -> None:
    """Refuse a number of pairs below 1.

    Raises
    ------
    UsageError
    """
    if top is not None and top < 1:
        raise UsageError(f"{top} pairs cannot be shown; ask for one or more.")


def typeset_viewer(
    found: PairExplanation | EncodedPair,
    *,
    threshold: float = 0.0,
    top: int = 2000,
    corresponding: bool = False,
) -> PairViewer | StaticViewer:
    """The viewer of an explanation without its scans; see `typeset` and `pair_viewer`.

    Parameters
    ----------
    found : PairExplanation or EncodedPair
    threshold : float
        Relevance, without sign, from which pairs are shown at first.
    top : int
        How many pairs the viewer has.
    corresponding : bool
        Whether at first only pairs in corresponding cells are shown.

    Returns
    -------
    PairViewer or StaticViewer
    """
    still = typeset(found, top)
    return pair_viewer(
        still.a, still.b, still.pairs, still.summary, threshold=threshold, corresponding=corresponding
    )


def typeset(found: PairExplanation | EncodedPair, top: int = 2000) -> StaticViewer:
    """An explanation without its scans, as plain HTML: the numerals stand in type where they were read.

    Parameters
    ----------
    found : PairExplanation or EncodedPair
        Of the latter the numbers are shown, not the patches.
    top : int
        How many pairs the viewer has.

    Returns
    -------
    StaticViewer

    Raises
    ------
    UsageError
        If `top` is below 1.
    """
    from zij.explain.bilrp.pairs import PairExplanation

    check_top(top)
    pairs = found.pairs(top)
    model = "bigram" if isinstance(found, PairExplanation) else "encoder"
    summary: dict[str, Any] = {**found.report(top), "pairs": found.count, "model": model}
    a, b = facsimile(found.a.regions, "page A"), facsimile(found.b.regions, "page B")
    return StaticViewer(a, b, pairs, summary)
