"""Calendars: golden numbers, Sunday letters, Easter, new moons, the days of the saints.

Easter is computed as J.-M. Oudin did (U.S. Naval Observatory, Explanatory Supplement to the Astronomical
Almanac, 1992, section 12.7; the Julian one by the rule of J. Meeus, "Astronomical Algorithms", chapter 8).
Sunday letters are printed as numbers, A as 1.
"""

from __future__ import annotations

from fractions import Fraction

from zij.tables.generate.motions import MONTHS, mean_motion
from zij.tables.generate.numeric import NumericTable, sexagesimal

__all__ = ["easter", "easters", "golden_number", "month", "new_moon", "new_moons", "sunday_letter"]

_LUNATION = Fraction(29) + Fraction(31, 60) + Fraction(50, 3600) + Fraction(8, 60**3)  # days; Almagest IV.2
_NEW_MOON = Fraction("2451550.09766")  # Julian day of the mean new moon of January 2000; Meeus, chapter 49
_GOLDEN = (3, 0, 11, 0, 19, 8, 0, 16, 5, 0, 13, 2, 0, 10, 0, 18, 7, 0, 15, 4, 0, 12, 1, 0, 9, 0, 17, 6, 0, 14)
_SAINTS = (
    "Genou.", "Antonij", "Agnetis", "Pauli c.", "Blasij", "Agathe", "Valent.", "Mathie", "Gregor.", "Bened.",
    "Ambros.", "Georgij", "Marci", "Vrbani", "Barnabe", "Viti", "Petri", "Kiliani", "Laurent.", "Egidij",
    "Lamperti", "Mauritij", "Luce", "Martini", "Clement.", "Nicolai", "Thome", "Steph.",
)  # fmt: skip


def golden_number(year: int) -> int:
    """Place of a year in the cycle of 19 years, 1 to 19."""
    return year % 19 + 1


def easter(year: int, *, gregorian: bool) -> tuple[int, int]:
    """Month and day of Easter."""
    if not gregorian:
        moon = (19 * (year % 19) + 15) % 30
        day = moon + (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7 + 114
        return day // 31, day % 31 + 1
    century, golden = year // 100, year % 19
    moon = (century - century // 4 - (century - (century - 17) // 25) // 3 + 19 * golden + 15) % 30
    moon -= moon // 28 * (1 - moon // 28 * (29 // (moon + 1)) * ((21 - golden) // 11))
    week = (year + year // 4 + moon + 2 - century + century // 4) % 7
    before = moon - week
    found = 3 + (before + 40) // 44
    return found, before + 28 - 31 * (found // 4)


def sunday_letter(year: int, *, gregorian: bool) -> int:
    """The year's Sunday letter as a number, A as 1; in leap years that after 28 February."""
    month, day = easter(year, gregorian=gregorian)
    return (sum(MONTHS[: month - 1]) + day - 1) % 7 + 1


def easters(first: int, *, gregorian: bool, count: int = 30) -> NumericTable:
    """Golden number, indiction, Sunday letter and Easter of `count` years from `first` on.

    Parameters
    ----------
    first : int
        Year.
    gregorian : bool
        Of which calendar.
    count : int

    Returns
    -------
    NumericTable
    """
    rows = []
    for year in range(first, first + count):
        month, day = easter(year, gregorian=gregorian)
        rows.append((
            str(year), str(golden_number(year)), str((year + 2) % 15 + 1),
            str(sunday_letter(year, gregorian=gregorian)), "Mar." if month == 3 else "Apr.", str(day),
        ))  # fmt: skip
    headings = ("Anni.", "Aur.", "Ind.", "Lit.", "Pascha.", "D.")
    groups = ((0,), (1,), (2,), (3,), (4,), (5,))
    title = "TABVLA PASCHALIS" + " NOVA" * gregorian
    return NumericTable(title, headings, frozenset({4}), tuple(rows), groups)


def new_moon(year: int, month: int) -> tuple[int, int, int]:
    """Day, hour and minute after midnight of the first mean new moon in a month (0 for January), Julian."""
    start = Fraction("1721423.5") + 365 * (year - 1) + (year - 1) // 4 + sum(MONTHS[:month])
    start += year % 4 == 0 and month > 1
    minutes = int((_NEW_MOON - start) % _LUNATION * 24 * 60)
    return minutes // (24 * 60) + 1, minutes // 60 % 24, minutes % 60


def new_moons(first: int, quarter: int) -> NumericTable:
    """Mean new moons of the nineteen years from `first` on: day, hour and minute in three months."""
    rows = []
    for year in range(first, first + 19):
        line = [str(golden_number(year))]
        for number in range(3 * quarter, 3 * quarter + 3):
            day, hour, minute = new_moon(year, number)
            line += [str(day), str(hour), str(minute)]
        rows.append(tuple(line))
    headings = ("Aur.", *("D.", "H.", "M.") * 3)
    groups = ((0,), (1, 2, 3), (4, 5, 6), (7, 8, 9))
    return NumericTable("TABVLA NOVILVNIORVM", headings, frozenset(), tuple(rows), groups)


def month(number: int, after_leap: int) -> NumericTable:
    """One month: day, golden number, Sunday letter, saint, day of the year and the sun's mean place.

    Parameters
    ----------
    number : int
        0 for January.
    after_leap : int
        Years since the last leap year, 0 to 3: the sun is a quarter of a day's way later in each.

    Returns
    -------
    NumericTable
    """
    rows = []
    start = sum(MONTHS[:number])
    for day in range(1, MONTHS[number] + 1):
        ordinal = start + day
        saint = _SAINTS[(ordinal // 6) % len(_SAINTS)] if ordinal % 6 == number % 6 else ""
        golden = _GOLDEN[(ordinal - 1) % 59 % 30]  # full and hollow lunations in turn
        place = mean_motion("Sun", Fraction(ordinal) - Fraction(after_leap, 4)) + 290
        whole, minutes = sexagesimal(place, 2, turn=360)
        sun = str(int(whole) % 30)
        letter = str((ordinal - 1) % 7 + 1)
        rows.append((str(day), str(golden or ""), letter, saint, str(ordinal), sun, minutes))
    headings = ("D.", "Aur.", "Lit.", "Sancti.", "Dies.", "G.", "M.")
    groups = ((0,), (1,), (2,), (3,), (4,), (5, 6))
    return NumericTable("KALENDARIVM", headings, frozenset({3}), tuple(rows), groups)
