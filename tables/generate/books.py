"""The books that generated pages are out of: invented editions with years and places of the time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["BOOKS", "Book", "book"]

BOOKS = 60
"""How many books there are, in order of their years."""

_FIRST, _LAST = 1472, 1650
_PLACES = (
    ("Venice", 45.44, 12.33), ("Paris", 48.86, 2.35), ("Lyon", 45.76, 4.84), ("Wittenberg", 51.87, 12.64),
    ("Basel", 47.56, 7.59), ("Nuremberg", 49.45, 11.08), ("Antwerp", 51.22, 4.40), ("Rome", 41.90, 12.48),
    ("Frankfurt", 50.11, 8.68), ("Augsburg", 48.37, 10.90), ("Salamanca", 40.97, -5.66),
    ("London", 51.51, -0.13),
)  # fmt: skip
_WORKS = (
    "Tabulae astronomicae", "Tabulae directionum", "Canones mobilium", "Ephemerides novae",
    "Theoricae cum tabulis", "Sphaera cum tabulis", "Compendium numerorum", "Kalendarium perpetuum",
    "Tabulae resolutae", "Opus tabularum",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Book:
    """An invented edition and how its printer works.

    Attributes
    ----------
    number : int
        From 0, in order of years.
    name, title, place : str
    year : int
    latitude, longitude : float
        Of the place, in degrees.
    type : int
        Which of the types at hand its numbers are set in, counted round.
    ruled : bool
        Whether rules stand between columns.
    pitch, gap, digit_height : float
        As in `zij.tables.generate.pages.Setting`.
    """

    number: int
    name: str
    title: str
    place: str
    year: int
    latitude: float
    longitude: float
    type: int
    ruled: bool
    pitch: float
    gap: float
    digit_height: float


def book(seed: int, number: int) -> Book:
    """Book `number` of the library `seed`, 0 to `BOOKS` - 1."""
    rng = np.random.default_rng([seed, 4, number])
    span = (_LAST - _FIRST) / BOOKS
    year = int(_FIRST + span * number + rng.uniform(0, span))
    # early books come from few places, as they did
    place, latitude, longitude = _PLACES[int(len(_PLACES) * rng.random() ** 1.6)]
    title = _WORKS[int(rng.integers(len(_WORKS)))]
    return Book(
        number, f"{number + 1:02d}-{place.lower()}-{year}", title, place, year, latitude, longitude,
        type=int(rng.integers(1 << 20)), ruled=bool(rng.random() < 0.6), pitch=float(rng.uniform(1.3, 1.65)),
        gap=float(rng.uniform(0.4, 0.8)), digit_height=float(rng.uniform(13.0, 17.0)),
    )  # fmt: skip
