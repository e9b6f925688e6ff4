"""Sines, chords, tangents and shadows, and what is computed from them about the sun and the sphere.

Angles are in degrees, `obliquity` is that of the ecliptic. The formulas are those of spherical astronomy as
Almagest I.10-16 and II.3-8 have them; see O. Pedersen, "A Survey of the Almagest", Odense 1974,
doi:10.1007/978-0-387-84826-6, chapters 3 and 4.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from zij.tables.generate.numeric import NumericTable, sexagesimal

__all__ = [
    "chord",
    "chords",
    "declination",
    "declinations",
    "equation",
    "equations",
    "longest_day",
    "longest_days",
    "oblique_ascension",
    "oblique_ascensions",
    "right_ascension",
    "right_ascensions",
    "shadows",
    "sines",
    "tangents",
]

_PLACES = ("P.", "M.", "S.", "T.")
_DEGREES = ("G.", "M.", "S.")


def chord(arc: float) -> float:
    """The chord of an arc in a circle of radius 60: 120 sin(arc / 2); Almagest I.11."""
    return 120 * math.sin(math.radians(arc / 2))


def declination(longitude: float, obliquity: float) -> float:
    """The sun's distance from the equator: sin d = sin(longitude) sin(obliquity)."""
    return _arcsin(_sin(longitude) * _sin(obliquity))


def right_ascension(longitude: float, obliquity: float) -> float:
    """Degrees of the equator that rise with the ecliptic at the equator: tan a = cos(obliquity) tan(l)."""
    y, x = math.cos(math.radians(obliquity)) * _sin(longitude), math.cos(math.radians(longitude))
    return math.degrees(math.atan2(y, x)) % 360


def oblique_ascension(longitude: float, latitude: float, obliquity: float) -> float:
    """Right ascension less the ascensional difference asin(tan(declination) tan(latitude)).

    Parameters
    ----------
    longitude : float
    latitude : float
    obliquity : float
        All in degrees.

    Returns
    -------
    float
        In degrees.
    """
    lean = math.tan(math.radians(declination(longitude, obliquity))) * math.tan(math.radians(latitude))
    return (right_ascension(longitude, obliquity) - _arcsin(lean)) % 360


def longest_day(latitude: float, obliquity: float) -> float:
    """Hours of the longest day: cos(7.5 hours) = -tan(latitude) tan(obliquity)."""
    lean = math.tan(math.radians(latitude)) * math.tan(math.radians(obliquity))
    return math.degrees(math.acos(-lean)) / 7.5


def equation(anomaly: float, eccentricity: float) -> float:
    """The sun's equation on an eccentric circle of radius 60: tan q = e sin a / (60 + e cos a)."""
    y, x = eccentricity * _sin(anomaly), 60 + eccentricity * math.cos(math.radians(anomaly))
    return math.degrees(math.atan2(y, x))


def sines(radius: int, first: int, count: int, step: int) -> NumericTable:
    """Sines of `count` arcs of `step` minutes each, the first of them `first` steps.

    Where the radius is 60 or 150 they are sexagesimal with two further places, else whole numbers.

    Parameters
    ----------
    radius : int
    first : int
    count : int
    step : int
        In minutes of arc.

    Returns
    -------
    NumericTable
    """
    steps = range(first, first + count)
    return _of_arcs("TABVLA SINVVM", "Sinus.", radius, steps, step, lambda arc: radius * _sin(arc))


def tangents(radius: int, first: int, count: int, step: int) -> NumericTable:
    """Tangents of `count` arcs from `first` on, as `sines`; Regiomontanus called such a table fruitful.

    Parameters
    ----------
    radius : int
    first : int
    count : int
    step : int
        In minutes of arc.

    Returns
    -------
    NumericTable
    """
    steps = range(first, first + count)
    title, heading = "TABVLA FOECVNDA", "Foec."
    return _of_arcs(title, heading, radius, steps, step, lambda arc: radius * math.tan(math.radians(arc)))


def chords(first: int, count: int) -> NumericTable:
    """Chords of arcs by half degrees from `first` / 2 on, and a thirtieth of each step, as Almagest I.11."""
    rows = []
    for half in range(first, first + count):
        value, after = chord(half / 2), chord((half + 1) / 2)
        step = sexagesimal((after - value) / 30, 4)
        rows.append((str(half // 2), str(half % 2 * 30), *sexagesimal(value, 3), *step[1:]))
    headings = ("Part.", "m.", "p.", "m.", "s.", "m.", "s.", "t.")
    return NumericTable(
        "TABVLA CHORDARVM", headings, frozenset(), tuple(rows), ((0, 1), (2, 3, 4), (5, 6, 7))
    )


def declinations(obliquity: float) -> NumericTable:
    """Declination of the sun for each degree of three signs, degrees and minutes."""
    columns = [(lambda k, s=sign: declination(30 * s + k, obliquity)) for sign in range(3)]
    return _by_degree("TABVLA DECLINATIONIS SOLIS", columns, 2)


def right_ascensions(obliquity: float, quarter: int) -> NumericTable:
    """Right ascensions for each degree of three signs, beginning with sign 3 x `quarter`."""
    signs = range(3 * quarter, 3 * quarter + 3)
    columns = [(lambda k, s=sign: right_ascension(30 * s + k, obliquity)) for sign in signs]
    return _by_degree("TABVLA ASCENSIONVM RECTARVM", columns, 2, turn=360)


def oblique_ascensions(latitude: float, obliquity: float, quarter: int) -> NumericTable:
    """Oblique ascensions at a latitude for each degree of three signs.

    Parameters
    ----------
    latitude : float
    obliquity : float
        Both in degrees.
    quarter : int
        Which three signs, from 0.

    Returns
    -------
    NumericTable
    """
    signs = range(3 * quarter, 3 * quarter + 3)
    columns = [(lambda k, s=sign: oblique_ascension(30 * s + k, latitude, obliquity)) for sign in signs]
    return _by_degree("ASCENSIONES OBLIQVAE", columns, 2, turn=360)


def equations(eccentricity: float, half: int) -> NumericTable:
    """The sun's equation for each degree of three signs of anomaly, degrees, minutes and seconds."""
    signs = range(3 * half, 3 * half + 3)
    columns = [(lambda k, s=sign: equation(30 * s + k, eccentricity)) for sign in signs]
    return _by_degree("TABVLA AEQVATIONIS SOLIS", columns, 3)


def longest_days(obliquity: float, first: int, count: int) -> NumericTable:
    """The longest day (hours, minutes), the shortest, and the sun's rising amplitude for latitudes.

    Parameters
    ----------
    obliquity : float
        In degrees.
    first : int
        Latitude, in degrees.
    count : int
        Of latitudes, a degree apart.

    Returns
    -------
    NumericTable
    """
    rows = []
    for latitude in range(first, first + count):
        day = longest_day(latitude, obliquity)
        amplitude = _arcsin(_sin(obliquity) / math.cos(math.radians(latitude)))
        rows.append(
            (str(latitude), *sexagesimal(day, 2), *sexagesimal(24 - day, 2), *sexagesimal(amplitude, 2))
        )
    headings = ("Lat.", "H.", "M.", "H.", "M.", "G.", "M.")
    groups = ((0,), (1, 2), (3, 4), (5, 6))
    return NumericTable("QVANTITAS DIERVM", headings, frozenset(), tuple(rows), groups)


def shadows(gnomon: int, first: int, count: int) -> NumericTable:
    """Lengths of the shadow on the ground and on a wall, of a gnomon, for the sun's altitudes in degrees.

    Parameters
    ----------
    gnomon : int
        Its height, in parts.
    first : int
        Altitude, in degrees.
    count : int
        Of altitudes.

    Returns
    -------
    NumericTable
    """
    rows = []
    for altitude in range(first, first + count):
        slope = math.tan(math.radians(altitude))
        rows.append((str(altitude), *sexagesimal(gnomon / slope, 2), *sexagesimal(gnomon * slope, 2)))
    headings = ("Alt.", "p.", "m.", "p.", "m.")
    groups = ((0,), (1, 2), (3, 4))
    return NumericTable("TABVLA VMBRARVM", headings, frozenset(), tuple(rows), groups)


def _of_arcs(
    title: str, heading: str, radius: int, steps: range, step: int, value: Callable[[float], float]
) -> NumericTable:
    parted = radius in (60, 150)
    rows = []
    for number in steps:
        arc = number * step
        found = value(arc / 60)
        places = sexagesimal(found, 3) if parted else (str(round(found)),)
        rows.append((*map(str, divmod(arc, 60)), *places))
    headings = ("G.", "M.", *(_PLACES[:3] if parted else (heading,)))
    groups = ((0, 1), tuple(range(2, len(headings))))
    return NumericTable(title, headings, frozenset(), tuple(rows), groups)


def _by_degree(
    title: str,
    columns: Sequence[Callable[[int], float]],
    places: int,
    *,
    turn: int | None = None,
) -> NumericTable:
    """Degrees 1 to 30 down the page, and a value for each sign across it."""
    rows = tuple(
        (str(k), *(text for value in columns for text in sexagesimal(value(k), places, turn=turn)))
        for k in range(1, 31)
    )
    headings = ("Gr.", *(text for _ in columns for text in _DEGREES[:places]))
    groups = ((0,), *(tuple(range(1 + places * k, 1 + places * (k + 1))) for k in range(len(columns))))
    return NumericTable(title, headings, frozenset(), rows, groups)


def _sin(degrees: float) -> float:
    return math.sin(math.radians(degrees))


def _arcsin(value: float) -> float:
    return math.degrees(math.asin(value))
