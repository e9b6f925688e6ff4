"""Formulas of old tables, each with one parameter that is found cell by cell and then by least squares.

Chord and sine after Ptolemy, Almagest I 11: crd a = 2 R sin(a / 2). Declination: sin d = sin e sin l
(Almagest I 14). Longest day of D equinoctial hours at latitude f: cos(7.5 D) = -tan f tan e, degrees
(Almagest II 3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FORMULAS", "RADII", "Formula"]

Float = NDArray[np.float64]

RADII = (60.0, 100.0, 120.0, 150.0, 600.0, 1e3, 3438.0, 1e4, 6e4, 1e5, 6e5, 1e6, 6e6, 1e7, 6e7, 1e8, 1e10)
"""Radii that old tables are computed for; another is fitted."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula y = f(x, p) of one parameter.

    Attributes
    ----------
    name : str
    parameter, unit : str
        The parameter's name and unit.
    known : tuple of float
        Values that the parameter usually has; the nearest is taken where it does as well as the fitted one.
    bounds : (float, float)
        Outside these the formula makes no sense.
    value : callable
        f(x, p).
    inverse : callable
        p from x and y, cell by cell; NaN where there is none.
    words : str
        For `str.format` with the argument's and the parameter's text.
    """

    name: str
    parameter: str
    unit: str
    known: tuple[float, ...]
    bounds: tuple[float, float]
    value: Callable[[Float, float], Float]
    inverse: Callable[[Float, Float], Float]
    words: str


def _chord(x: Float, p: float) -> Float:
    value: Float = 2 * p * np.sin(np.radians(x) / 2)
    return value


def _sine(x: Float, p: float) -> Float:
    return p * np.sin(np.radians(x))


def _cosine(x: Float, p: float) -> Float:
    return p * np.cos(np.radians(x))


def _tangent(x: Float, p: float) -> Float:
    return p * np.tan(np.radians(x))


def _declination(x: Float, p: float) -> Float:
    value: Float = np.degrees(np.arcsin(np.clip(np.sin(np.radians(p)) * np.sin(np.radians(x)), -1, 1)))
    return value


def _declination_inverse(x: Float, y: Float) -> Float:
    value: Float = np.degrees(np.arcsin(_within(np.sin(np.radians(y)) / np.sin(np.radians(x)))))
    return value


def _latitude(x: Float, p: float) -> Float:
    value: Float = np.degrees(np.arctan(-np.cos(np.radians(7.5 * x)) / np.tan(np.radians(p))))
    return value


def _latitude_inverse(x: Float, y: Float) -> Float:
    value: Float = np.degrees(np.arctan(-np.cos(np.radians(7.5 * x)) / np.tan(np.radians(y))))
    return value


def _day(x: Float, p: float) -> Float:
    value: Float = np.degrees(np.arccos(np.clip(-np.tan(np.radians(x)) * np.tan(np.radians(p)), -1, 1))) / 7.5
    return value


def _day_inverse(x: Float, y: Float) -> Float:
    value: Float = np.degrees(np.arctan(-np.cos(np.radians(7.5 * y)) / np.tan(np.radians(x))))
    return value


def _within(values: Float) -> Float:
    inside: Float = np.where(np.abs(values) <= 1, values, np.nan)
    return inside


def _ratio(function: Callable[[Float, float], Float]) -> Callable[[Float, Float], Float]:
    return lambda x, y: y / function(x, 1.0)


_EPSILON = (15.0, 35.0)
_ANY = (1e-6, 1e12)
FORMULAS = (
    Formula("chord", "radius", "", RADII, _ANY, _chord, _ratio(_chord),
            "chords of the arcs of {}, radius {}"),
    Formula("sine", "radius", "", RADII, _ANY, _sine, _ratio(_sine),
            "sines of the arcs of {}, radius {}"),
    Formula("cosine", "radius", "", RADII, _ANY, _cosine, _ratio(_cosine),
            "sines of the complements of {}, radius {}"),
    Formula("tangent", "radius", "", RADII, _ANY, _tangent, _ratio(_tangent),
            "tangents of the arcs of {}, radius {}"),
    Formula("declination", "obliquity", "degrees", (), _EPSILON, _declination, _declination_inverse,
            "declinations for the longitudes of {}, obliquity {}"),
    Formula("latitude of the longest day", "obliquity", "degrees", (), _EPSILON, _latitude, _latitude_inverse,
            "latitudes where the longest day has the hours of {}, obliquity {}"),
    Formula("longest day", "obliquity", "degrees", (), _EPSILON, _day, _day_inverse,
            "hours of the longest day at the latitudes of {}, obliquity {}"),
)  # fmt: skip
"""All formulas that are tried, in this order."""
