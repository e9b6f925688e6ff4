"""The table of climates: the longest day of each parallel and the latitude at which it is that long."""

from __future__ import annotations

import math

from zij.tables.generate.numeric import NumericTable, sexagesimal

__all__ = ["climates", "latitude"]

OBLIQUITY = 23.5  # degrees, as tables of the 16th century have it


def latitude(day: float, obliquity: float = OBLIQUITY) -> float:
    """Latitude in degrees at which the longest day has so many hours.

    From `cos(7.5 day) = -tan(latitude) tan(obliquity)` with `7.5 day` in degrees, half the day's arc.
    """
    return math.degrees(math.atan(-math.cos(math.radians(7.5 * day)) / math.tan(math.radians(obliquity))))


def climates(title: str = "TABVLA CLIMATVM", obliquity: float = OBLIQUITY) -> NumericTable:
    """Beginning, middle and end of each climate, every quarter of an hour from 12 h to 18 h 15.

    Columns: parallel, climate, part (words), longest day (hours, minutes), latitude (degrees, minutes), and
    at each middle the climate's breadth (degrees, minutes).
    """
    rows = []
    for climate in range(12):
        start = 12.25 + climate / 2 if climate else 12.0
        edges = [latitude(start + part / 4, obliquity) for part in range(3)]
        for part, name in enumerate(("Princip.", "Medium", "Finis")):
            hours, minutes = divmod(round(60 * (start + part / 4)), 60)
            breadth = sexagesimal(edges[2] - edges[0], 2) if part == 1 else ("", "")
            parallel = str((2 if climate else 1) + 2 * climate + part)
            number = str(climate) if part == 1 and climate else ""
            rows.append(
                (
                    parallel,
                    number,
                    name if climate else "",
                    str(hours),
                    str(minutes),
                    *sexagesimal(edges[part], 2),
                    *breadth,
                )
            )
    headings = ("Par.", "Cl.", "Climata.", "H.", "M.", "G.", "M.", "G.", "M.")
    groups = ((0,), (1,), (2,), (3, 4), (5, 6), (7, 8))
    return NumericTable(title, headings, frozenset({2}), tuple(rows), groups)
