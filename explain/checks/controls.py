"""Explanations that explain nothing, to hold others against: noise, and noise as smooth as a map."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from zij.errors import UsageError

__all__ = ["CONTROLS", "SMOOTHNESS", "Control", "control", "smooth_field"]

Control = Literal["random", "smooth"]
"""Independent values, or a smooth field over the page."""
CONTROLS: tuple[Control, ...] = ("random", "smooth")
"""Explanations that know nothing: noise for each region by itself, and noise that is smooth over the page."""

SMOOTHNESS = 1 / 8
"""Correlation length of a smooth field, as a share of the diagonal of what the regions cover."""
_WAVES = 256  # so many random waves make the field


def control(
    kind: Control, centres: NDArray[np.float64], rng: Generator, *, smoothness: float = SMOOTHNESS
) -> NDArray[np.float64]:
    """An attribution that knows nothing of the model, one standard normal value for each region.

    White noise is easily told from an explanation that is smooth over the page; a smooth field is the fair
    control.

    Parameters
    ----------
    kind : "random" or "smooth"
    centres : (R, 2) ndarray
        Of the regions, in any unit.
    rng : Generator
    smoothness : float
        Correlation length of the smooth field in diagonals of what the regions cover.

    Returns
    -------
    (R,) ndarray of float64

    Raises
    ------
    UsageError
        If there is no such kind.
    """
    if kind == "random":
        return rng.standard_normal(len(centres))
    if kind != "smooth":
        raise UsageError(f"control {kind!r} is not known; choose 'random' or 'smooth'.")
    return smooth_field(centres, rng, smoothness=smoothness)


def smooth_field(
    centres: NDArray[np.float64], rng: Generator, *, smoothness: float = SMOOTHNESS
) -> NDArray[np.float64]:
    """A Gaussian field of covariance exp(-d^2 / (2 l^2)) at the centres, as a sum of random waves.

    After Rahimi and Recht, Random features for large-scale kernel machines, NIPS 2007: waves of normally
    distributed frequency and uniformly distributed phase have this covariance on average.

    Parameters
    ----------
    centres : (R, 2) ndarray
        x and y, from 0 to 1.
    rng : Generator
    smoothness : float
        The length l.

    Returns
    -------
    (R,) ndarray of float64
    """
    span = float(np.linalg.norm(np.ptp(centres, axis=0))) if len(centres) > 1 else 1.0
    length = smoothness * span if span > 0 else 1.0
    frequencies = rng.standard_normal((2, _WAVES)) / length
    phases = rng.uniform(0, 2 * np.pi, _WAVES)
    return np.asarray(np.sqrt(2 / _WAVES) * np.cos(centres @ frequencies + phases).sum(axis=1))
