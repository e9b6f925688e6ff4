"""Mean motions: what a planet moves in so many hours, days or years, counted in sixtieths.

Daily motions and roots are those commonly given for the Alfonsine tables; see J. Chabás and B. R. Goldstein,
"The Alfonsine Tables of Toledo", Dordrecht 2003, chapter 6. A table multiplies them exactly and rounds once,
as computers did who kept more places than they printed.
"""

from __future__ import annotations

from fractions import Fraction

from zij.tables.generate.numeric import NumericTable, sexagesimal

__all__ = [
    "DAILY",
    "MONTHS",
    "PLACES",
    "ROOTS",
    "mean_motion",
    "motions_of_days",
    "motions_of_hours",
    "motions_of_years",
]

DAILY: dict[str, tuple[int, ...]] = {
    "Sun": (0, 59, 8, 19, 37, 19, 13, 56),
    "Moon": (13, 10, 35, 1, 15, 11, 4, 35),
    "Moon's anomaly": (13, 3, 53, 57, 30, 21, 4, 13),
    "Moon's node": (0, 3, 10, 38, 7, 14, 49, 10),
    "Saturn": (0, 2, 0, 35, 17, 40, 21, 0),
    "Jupiter": (0, 4, 59, 15, 27, 7, 23, 50),
    "Mars": (0, 31, 26, 38, 40, 5, 0, 0),
    "Venus's anomaly": (0, 36, 59, 27, 23, 59, 31, 0),
    "Mercury's anomaly": (3, 6, 24, 7, 42, 40, 52, 0),
}
"""Degrees a day, in sixtieths of sixtieths."""
ROOTS: dict[str, tuple[int, ...]] = {
    "Sun": (278, 21, 0),
    "Moon": (122, 46, 50),
    "Moon's anomaly": (198, 43, 40),
    "Moon's node": (91, 55, 52),
    "Saturn": (74, 5, 20),
    "Jupiter": (180, 37, 20),
    "Mars": (41, 25, 29),
    "Venus's anomaly": (129, 22, 2),
    "Mercury's anomaly": (45, 23, 58),
}
"""Degrees, minutes and seconds at noon of the first day of our era at Toledo."""
MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of the months of a common year."""
PLACES: dict[str, int] = {
    "Toletum": 0, "Parisius": 48, "Venetiae": 88, "Norimberga": 84, "Cracovia": 122, "Vienna": 104,
    "Roma": 92, "Londinium": 36, "Basilea": 66, "Erphordia": 82,
}  # fmt: skip
"""Minutes of time by which places lie east of Toledo, roughly as tables of the time have it."""


def mean_motion(planet: str, days: Fraction) -> Fraction:
    """Degrees that a planet moves in so many days, whole turns not taken off."""
    return _value(DAILY[planet]) * days


def motions_of_days(planet: str, month: int) -> NumericTable:
    """Motion since the year's beginning at each day of a month, 0 for January, of a common year."""
    before = sum(MONTHS[:month])
    rows = [(str(day), mean_motion(planet, Fraction(before + day))) for day in range(1, MONTHS[month] + 1)]
    return _motions(f"MOTVS IN DIEBVS {_NAMES[month]}", "Dies", rows)


def motions_of_hours(planet: str, first: int) -> NumericTable:
    """Motion in hours from `first` on, thirty of them."""
    rows = [(str(hour), mean_motion(planet, Fraction(hour, 24))) for hour in range(first, first + 30)]
    return _motions("MOTVS IN HORIS", "Hor.", rows)


def motions_of_years(planet: str, step: int, place: str = "") -> NumericTable:
    """Motion in thirty times `step` Julian years of 365 1/4 days.

    With a place, one of `PLACES`, where the planet stands: the root at Toledo, less what it moves until the
    place's noon, heads the table and is added to all rows.

    Parameters
    ----------
    planet : str
    step : int
        In years.
    place : str

    Returns
    -------
    NumericTable
    """
    root = Fraction(0)
    if place:
        root = _value(ROOTS[planet]) - mean_motion(planet, Fraction(PLACES[place], 24 * 60))
    years = range(0 if place else step, 30 * step + 1, step)
    rows = [(str(year), root + mean_motion(planet, Fraction(1461, 4) * year)) for year in years]
    return _motions(f"MOTVS IN ANNIS {place.upper().replace('U', 'V')}".strip(), "Anni", rows)


def _value(places: tuple[int, ...]) -> Fraction:
    return sum((Fraction(place, 60**k) for k, place in enumerate(places)), Fraction(0))


_NAMES = (
    "IANVARII", "FEBRVARII", "MARTII", "APRILIS", "MAII", "IVNII",
    "IVLII", "AVGVSTI", "SEPTEMBRIS", "OCTOBRIS", "NOVEMBRIS", "DECEMBRIS",
)  # fmt: skip


def _motions(title: str, argument: str, rows: list[tuple[str, Fraction]]) -> NumericTable:
    """Signs of thirty degrees, degrees, minutes and seconds beside each argument."""
    lines = []
    for name, degrees in rows:
        whole, *parts = sexagesimal(degrees, 3, turn=360)
        sign, degree = divmod(int(whole), 30)
        lines.append((name, str(sign), str(degree), *parts))
    headings = (argument, "S.", "G.", "M.", "S.")
    return NumericTable(title, headings, frozenset(), tuple(lines), ((0,), (1, 2, 3, 4)))
