"""Tables for reckoning: multiples, proportional parts, prices, squares and cubes; and a ledger of weather."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from zij.tables.generate.numeric import NumericTable, sexagesimal

__all__ = ["ledger", "multiples", "powers", "prices", "products", "proportional_parts"]


def multiples(unit: tuple[int, ...], first: int, count: int) -> NumericTable:
    """Multiples of a sexagesimal number, such as 0;2,30,17, from `first` times on.

    Parameters
    ----------
    unit : tuple of int
        Its sexagesimal places.
    first : int
    count : int
        Of the multiples.

    Returns
    -------
    NumericTable
    """
    value = sum((Fraction(place, 60**k) for k, place in enumerate(unit)), Fraction(0))
    rows = tuple((str(n), *sexagesimal(n * value, len(unit))) for n in range(first, first + count))
    headings = ("Num.", *("G.", "M.", "S.", "T.")[: len(unit)])
    return NumericTable(
        "TABVLA PROPORTIONIS", headings, frozenset(), rows, ((0,), tuple(range(1, len(headings))))
    )


def products(first: int, columns: int, count: int) -> NumericTable:
    """Products of 1 to `count` with each of `columns` numbers from `first` on.

    Parameters
    ----------
    first : int
    columns : int
    count : int

    Returns
    -------
    NumericTable
    """
    factors = range(first, first + columns)
    rows = tuple((str(n), *(str(n * factor) for factor in factors)) for n in range(1, count + 1))
    return NumericTable("TABVLA PYTHAGORICA", ("", *map(str, factors)), frozenset(), rows)


def proportional_parts(first: int, columns: int, count: int) -> NumericTable:
    """Sixtieth parts: n d / 60 in whole numbers, for differences d = first, first + 10, ...

    Parameters
    ----------
    first : int
    columns : int
        How many differences.
    count : int
        n, from 1 to this.

    Returns
    -------
    NumericTable
    """
    differences = range(first, first + 10 * columns, 10)
    rows = tuple((str(n), *(str((n * d + 30) // 60) for d in differences)) for n in range(1, count + 1))
    return NumericTable("PARTES PROPORTIONALES", ("M.", *map(str, differences)), frozenset(), rows)


def prices(pence: int, count: int) -> NumericTable:
    """What so many pieces cost, in pounds of 20 shillings of 12 pence, as merchants' reckoners have it."""
    counts = [*range(1, count - 5), *range(40, 100, 10)][:count]
    rows = []
    for n in counts:
        pounds, rest = divmod(n * pence, 240)
        rows.append((str(n), str(pounds), *map(str, divmod(rest, 12))))
    headings = ("N.", "L.", "s.", "d.")
    return NumericTable("TARIFFA", headings, frozenset(), tuple(rows), ((0,), (1, 2, 3)))


def powers(first: int, count: int) -> NumericTable:
    """Squares and cubes of numbers from `first` on."""
    rows = tuple((str(n), str(n**2), str(n**3)) for n in range(first, first + count))
    return NumericTable("QVADRATA ET CVBI", ("Rad.", "Quadr.", "Cub."), frozenset(), rows)


def ledger(rng: Generator, days: int, hours: int) -> NumericTable:
    """Readings of a barometer in hundredths, `hours` times a day, with each day's mean and each hour's.

    The weather wanders from day to day and a little within the day; means are rounded from what is printed.

    Parameters
    ----------
    rng : Generator
    days : int
    hours : int

    Returns
    -------
    NumericTable
    """
    level = 2950 + np.cumsum(rng.normal(0, 14, days)) - 0.15 * np.arange(days)
    values = np.rint(level[:, None] + np.cumsum(rng.normal(0, 4, (days, hours)), axis=1)).astype(int)
    means = [str(int((2 * row.sum() + hours) // (2 * hours))) for row in values]
    rows = [
        (str(k + 1), *map(str, row), mean) for k, (row, mean) in enumerate(zip(values, means, strict=True))
    ]
    rows.append(("", *(_mean(column) for column in values.T), ""))
    names = [f"{n}h" for n in ("VI", "IX", "XII", "III", "VI", "IX")[:hours]]
    return NumericTable("OBSERVATIONES AERIS", ("Dies", *names, "Med."), frozenset(), tuple(rows))


def _mean(values: NDArray[np.int64]) -> str:
    """Mean of whole numbers, halves rounded up."""
    return str(int((2 * values.sum() + len(values)) // (2 * len(values))))
