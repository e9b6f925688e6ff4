"""Pages unlike any other, told apart from pages that have too few digits to be like anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.corpora.seeing.neighbours import nearest, unit

__all__ = ["ENOUGH_DIGITS", "FEWEST_PAGES", "Outliers", "book_groups", "find_outliers"]

ENOUGH_DIGITS = 50
"""Digits below which a page's frequencies are mostly chance; docs/how-to/corpus/see.md shows how much."""

FEWEST_PAGES = 20
"""Pages from which their quartiles make a fence; of fewer, each quartile rests on less than five pages."""


@dataclass(frozen=True, slots=True, eq=False)
class Outliers:
    """How far every page is from its nearest.

    Attributes
    ----------
    nearest, nearest_elsewhere : (N,) ndarray of int64
        The nearest other page, and the nearest of another book; -1 where there is none.
    distance, distance_elsewhere : (N,) ndarray of float64
        Their chords, infinite where there is none.
    fence : float
        Distance above which a page counts as unlike any other: Tukey's upper fence, the third quartile and
        one and a half times the distance between the quartiles, of the pages with enough digits;
        infinite where they are fewer than `FEWEST_PAGES`.
    few : (N,) ndarray of bool
        Pages with too few digits; they make no fence and are no outliers.
    outlying : (N,) ndarray of bool
    order : (N,) ndarray of int64
        Rows, the most distant first, those with too few digits last.
    judged : int
        Pages with enough digits and a page to compare with, on which the fence rests.
    """

    nearest: NDArray[np.int64]
    distance: NDArray[np.float64]
    nearest_elsewhere: NDArray[np.int64]
    distance_elsewhere: NDArray[np.float64]
    fence: float
    few: NDArray[np.bool_]
    outlying: NDArray[np.bool_]
    order: NDArray[np.int64]
    judged: int


def book_groups(books: list[str]) -> NDArray[np.int64]:
    """A number for each book, -1 for pages without one.

    Parameters
    ----------
    books : list of str
        One a page.

    Returns
    -------
    (N,) ndarray of int64
    """
    names = {name: n for n, name in enumerate(sorted(set(books) - {""}))}
    return np.array([names.get(book, -1) for book in books], np.int64)


def find_outliers(
    vectors: NDArray[np.float32],
    digits: NDArray[np.int64],
    books: NDArray[np.int64],
    *,
    enough: int = ENOUGH_DIGITS,
    apart: str = "page",
) -> Outliers:
    """Distance of every page to its nearest, and which are unlike any other.

    Parameters
    ----------
    vectors : (N, D) ndarray of float32
        Square roots of counts.
    digits : (N,) ndarray of int
        Digits of each page.
    books : (N,) ndarray of int
        As from `book_groups`.
    enough : int
        Digits from which a page is looked at; the others have neighbours only among all pages.
    apart : "page" or "book"
        Whether any other page saves a page from being an outlier, or only one of another book.

    Returns
    -------
    Outliers
    """
    rows = unit(vectors)
    few = np.asarray(digits) < enough
    near, who = _first(rows, None, few)
    far, where = _first(rows, books, few)
    judged = near if apart == "page" else far
    values = judged[~few & np.isfinite(judged)]
    fence = np.inf
    if len(values) >= FEWEST_PAGES:
        low, high = np.quantile(values, [0.25, 0.75])
        fence = float(high + 1.5 * (high - low))
    outlying = ~few & (judged > fence)
    order = np.lexsort((np.arange(len(rows)), -np.nan_to_num(judged, posinf=9.0), few))
    return Outliers(who, near, where, far, fence, few, outlying, np.asarray(order, np.int64), len(values))


def _first(
    rows: NDArray[np.float32], groups: NDArray[np.int64] | None, few: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distance and row of the nearest other row, among those with enough digits where there are any."""
    n = len(rows)
    distance, who = np.full(n, np.inf), np.full(n, -1, np.int64)
    for own in (np.arange(n), np.flatnonzero(~few)):  # what is found among pages with enough digits holds
        values, found = nearest(rows[own], 1, groups=groups[own] if groups is not None else None)
        if values.shape[1]:
            distance[own] = values[:, 0]
            who[own] = np.where(found[:, 0] >= 0, own[found[:, 0]], -1)
    return np.round(distance, 6), who
