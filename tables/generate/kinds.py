"""The kinds of tables that books of the 15th to the 17th century hold, drawn with their parameters."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.random import Generator

from zij.tables.generate import calendars, reckoning, trigonometry
from zij.tables.generate.climates import climates
from zij.tables.generate.motions import (
    DAILY,
    MONTHS,
    PLACES,
    motions_of_days,
    motions_of_hours,
    motions_of_years,
)
from zij.tables.generate.numeric import NumericTable

__all__ = ["KINDS", "Draw", "KnownTable", "draw_table"]

T = TypeVar("T")
_ATTEMPTS = 20
_OBLIQUITIES = ((23, 51), (23, 35), (23, 30), (23, 20))
_RADII = (1_000, 10_000, 60_000, 100_000, 6_000_000, 10_000_000)


@dataclass(frozen=True, slots=True)
class KnownTable:
    """A table with what it was computed from.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    parameters : str
        In words; two tables of one kind and the same parameters are the same table.
    table : NumericTable
    base : int
        Units of a place in the next higher one, 60 or 10; 0 where its values are no such numbers.
    least : int
        With fewer of its values than that it could not be told from tables with other parameters.
    """

    kind: str
    parameters: str
    table: NumericTable
    base: int = 0
    least: int = 1

    @property
    def name(self) -> str:
        """Kind and parameters."""
        return f"{self.kind}: {self.parameters}"


Draw = Callable[[Generator], KnownTable]
"""A kind of table: draws its parameters."""


def draw_table(rng: Generator, taken: set[str], kind: str = "") -> KnownTable:
    """A table whose name is not in `taken`, where it is put.

    Of the kind that is asked for; where none is, or hardly any other table of it is left, of one drawn
    evenly.

    Parameters
    ----------
    rng : Generator
    taken : set[str]
        Names of tables; one is added.
    kind : str
        One of `KINDS`, or "".

    Returns
    -------
    KnownTable
    """
    names = sorted(KINDS)
    for attempt in itertools.count():
        wanted = kind if kind and attempt < _ATTEMPTS else names[int(rng.integers(len(names)))]
        table = KINDS[wanted](rng)
        if table.name not in taken:
            taken.add(table.name)
            return table
    raise AssertionError("there is always another table")


def _sine(rng: Generator) -> KnownTable:
    if rng.random() < 0.3:
        radius, block = _one(rng, (60, 150)), int(rng.integers(5))
        table = trigonometry.sines(radius, 1 + 36 * block, 36, 30)
        return KnownTable("sine", f"radius {radius}, {18 * block}°30' to {18 * block + 18}°", table, 60)
    radius, block = _one(rng, _RADII), int(rng.integers(15))
    table = trigonometry.sines(radius, 1 + 36 * block, 36, 10)
    return KnownTable("sine", f"radius {radius}, {6 * block}°10' to {6 * block + 6}°", table, 10)


def _tangent(rng: Generator) -> KnownTable:
    radius, block = _one(rng, (60, *_RADII)), int(rng.integers(13))
    table = trigonometry.tangents(radius, 1 + 36 * block, 36, 10)
    base = 60 if radius == 60 else 10
    return KnownTable("tangent", f"radius {radius}, {6 * block}°10' to {6 * block + 6}°", table, base)


def _chord(rng: Generator) -> KnownTable:
    block = int(rng.integers(12))
    table = trigonometry.chords(1 + 30 * block, 30)
    return KnownTable("chord", f"radius 60, {15 * block}°30' to {15 * block + 15}°", table, 60)


def _declination(rng: Generator) -> KnownTable:
    words, obliquity = _obliquity(rng)
    return KnownTable("declination", words, trigonometry.declinations(obliquity), 60)


def _right_ascension(rng: Generator) -> KnownTable:
    (words, obliquity), quarter = _obliquity(rng), int(rng.integers(4))
    table = trigonometry.right_ascensions(obliquity, quarter)
    return KnownTable("right ascensions", f"{words}, quarter {quarter + 1}", table, 60)


def _oblique_ascension(rng: Generator) -> KnownTable:
    latitude, quarter = int(rng.integers(20, 61)), int(rng.integers(4))
    table = trigonometry.oblique_ascensions(latitude, 23.5, quarter)
    return KnownTable("oblique ascensions", f"latitude {latitude}°, quarter {quarter + 1}", table, 60)


def _longest_day(rng: Generator) -> KnownTable:
    (words, obliquity), first = _obliquity(rng), _one(rng, (1, 31))
    table = trigonometry.longest_days(obliquity, first, 30)
    return KnownTable("longest day", f"{words}, latitudes {first}° to {first + 29}°", table, 60)


def _equation(rng: Generator) -> KnownTable:
    minutes, half = _one(rng, (150, 136, 125, 116, 315)), int(rng.integers(2))
    table = trigonometry.equations(minutes / 60, half)
    return KnownTable("equation", f"eccentricity {minutes // 60};{minutes % 60}, half {half + 1}", table, 60)


def _shadow(rng: Generator) -> KnownTable:
    gnomon, block = _one(rng, (7, 12, 60, 100)), int(rng.integers(2))
    first = 1 + 44 * block
    table = trigonometry.shadows(gnomon, first, 44)
    return KnownTable("shadow", f"gnomon {gnomon}, altitudes {first}° to {first + 43}°", table, 60)


def _climate(rng: Generator) -> KnownTable:
    words, obliquity = _obliquity(rng)
    return KnownTable("climates", words, climates(obliquity=obliquity), least=4)


def _mean_motion(rng: Generator) -> KnownTable:
    planet, unit = _one(rng, tuple(DAILY)), int(rng.integers(4))
    if unit == 0:
        first = _one(rng, (1, 31))
        words, table = f"hours {first} to {first + 29}", motions_of_hours(planet, first)
    elif unit == 1:
        month = int(rng.integers(12))
        words, table = f"days of month {month + 1}", motions_of_days(planet, month)
    else:
        step, place = _one(rng, (1, 4, 20, 28, 60, 100)), ""
        if unit == 3:  # elsewhere than at Toledo the slow ones are hardly other
            place = _one(rng, tuple(PLACES)) if planet.startswith("Moon") else "Toletum"
        words, table = f"years by {step} {place}".strip(), motions_of_years(planet, step, place)
    return KnownTable("mean motion", f"{planet}, {words}", table)


def _easter(rng: Generator) -> KnownTable:
    gregorian = bool(rng.random() < 0.4)
    first = 1583 + 30 * int(rng.integers(10)) if gregorian else 1440 + 30 * int(rng.integers(12))
    table = calendars.easters(first, gregorian=gregorian)
    style = "Gregorian" if gregorian else "Julian"
    return KnownTable("Easter", f"{style}, from {first}", table)


def _new_moon(rng: Generator) -> KnownTable:
    first, quarter = 1437 + 19 * int(rng.integers(12)), int(rng.integers(4))
    table = calendars.new_moons(first, quarter)
    return KnownTable("new moons", f"from {first}, quarter {quarter + 1}", table)


def _month(rng: Generator) -> KnownTable:
    number = int(rng.integers(len(MONTHS)))
    return KnownTable("calendar", f"month {number + 1}", calendars.month(number, number % 4))


def _multiple(rng: Generator) -> KnownTable:
    unit = (int(rng.integers(0, 4)), *(int(v) for v in rng.integers(1, 60, 2)))
    table = reckoning.multiples(unit, 1, 40)
    return KnownTable("multiples", f"of {unit[0]};{unit[1]},{unit[2]}", table, 60)


def _product(rng: Generator) -> KnownTable:
    first = 2 + 4 * int(rng.integers(24))
    return KnownTable("products", f"by {first} to {first + 3}", reckoning.products(first, 4, 30), 10)


def _proportional_part(rng: Generator) -> KnownTable:
    first = 50 * int(rng.integers(1, 40))
    table = reckoning.proportional_parts(first, 4, 30)
    return KnownTable("proportional parts", f"of {first} to {first + 30}", table, 10)


def _price(rng: Generator) -> KnownTable:
    pence = int(rng.integers(13, 600))
    return KnownTable("prices", f"{pence} pence apiece", reckoning.prices(pence, 40))


def _power(rng: Generator) -> KnownTable:
    first = 1 + 25 * int(rng.integers(32))
    return KnownTable("powers", f"of {first} to {first + 24}", reckoning.powers(first, 25), 10)


def _ledger(rng: Generator) -> KnownTable:
    seed, days = int(rng.integers(2**31)), _one(rng, (28, 30, 31))
    table = reckoning.ledger(np.random.default_rng(seed), days, 3)
    return KnownTable("weather", f"{days} days, series {seed}", table)


def _obliquity(rng: Generator) -> tuple[str, float]:
    degrees, minutes = _one(rng, _OBLIQUITIES)
    return f"obliquity {degrees}°{minutes}'", degrees + minutes / 60


def _one(rng: Generator, values: tuple[T, ...]) -> T:
    return values[int(rng.integers(len(values)))]


KINDS: Mapping[str, Draw] = MappingProxyType(
    {
        "Easter": _easter,
        "calendar": _month,
        "chord": _chord,
        "climates": _climate,
        "declination": _declination,
        "equation": _equation,
        "longest day": _longest_day,
        "mean motion": _mean_motion,
        "multiples": _multiple,
        "new moons": _new_moon,
        "oblique ascensions": _oblique_ascension,
        "powers": _power,
        "prices": _price,
        "products": _product,
        "proportional parts": _proportional_part,
        "right ascensions": _right_ascension,
        "shadow": _shadow,
        "sine": _sine,
        "tangent": _tangent,
        "weather": _ledger,
    }
)
"""Each kind with what draws a table of it."""
