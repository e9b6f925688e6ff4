"""Pairs of pages that share known numbers: what an explanation of their similarity ought to find."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from zij.errors import UsageError
from zij.tables.generate.numeric import NumericTable
from zij.tables.generate.pages import GeneratedPage, Setting, make_page

__all__ = ["MatchingPair", "matching_pair"]

_BIGRAMS = tuple(f"{n:02d}" for n in range(100))


@dataclass(frozen=True, slots=True, eq=False)
class MatchingPair:
    """Two pages of two-digit numbers, each number at most once on a page.

    Attributes
    ----------
    a, b : GeneratedPage
    common : tuple of str
        The numbers that stand on both pages, in another cell on each; all others stand on one page alone.
    """

    a: GeneratedPage
    b: GeneratedPage
    common: tuple[str, ...]


def matching_pair(
    seed: int, *, rows: int = 6, columns: int = 4, common: int = 12, digit_height: float = 22.0
) -> MatchingPair:
    """Make such a pair, the two pages set and aged apart.

    As every bigram is there at most once a page, two digits match where they are the same half of the same
    number, and nowhere else.

    Parameters
    ----------
    seed : int
        The same pixels for the same arguments.
    rows, columns : int
        Size of both tables.
    common : int
        How many numbers the pages share, 2 or more.
    digit_height : float
        Pixels of a tall digit.

    Returns
    -------
    MatchingPair

    Raises
    ------
    UsageError
        If there are not so many different numbers of two digits.
    """
    count = rows * columns
    if not 2 <= common <= count or 2 * count - common > len(_BIGRAMS):
        raise UsageError(
            f"{rows} rows and {columns} columns with {common} numbers in common cannot be made of the 100 "
            "numbers of two digits; take fewer rows."
        )
    rng = np.random.default_rng([seed, 110])
    drawn = [_BIGRAMS[k] for k in rng.permutation(len(_BIGRAMS))]
    shared, rest = drawn[:common], drawn[common:]
    texts_a, texts_b = shared + rest[: count - common], shared + rest[count - common : 2 * (count - common)]
    # drawn again until no shared number stands in the same cell: the place must not give the match away
    order_a, order_b = rng.permutation(count), rng.permutation(count)
    while (order_a[:common] == order_b[:common]).any():
        order_b = rng.permutation(count)
    pages = [
        _page(rng, [texts[k] for k in np.argsort(order)], columns, f"{name}.png", digit_height)
        for name, texts, order in (("a", texts_a, order_a), ("b", texts_b, order_b))
    ]
    return MatchingPair(pages[0], pages[1], tuple(sorted(shared)))


def _page(rng: Generator, texts: list[str], columns: int, name: str, height: float) -> GeneratedPage:
    rows = tuple(tuple(texts[k : k + columns]) for k in range(0, len(texts), columns))
    headings = tuple("GM"[k % 2] + "." for k in range(columns))
    table = NumericTable("TABVLA", headings, frozenset(), rows)
    setting = Setting.plain(
        digit_height=height, wear=rng.uniform(0.3, 0.9), stains=rng.uniform(0.3, 0.9), skew=rng.uniform(-1, 1)
    )
    return make_page(int(rng.integers(2**31)), table, setting, name=name)
