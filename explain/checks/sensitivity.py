"""Sensitivity: how far an explanation moves when noise too weak to change the page is laid on its scan.

    sensitivity = |explanation(noisy page) - explanation(page)| / |explanation(page)|

on average and at most over several draws of the noise, after Bhatt et al., IJCAI 2020,
doi:10.24963/ijcai.2020/417, and Yeh et al., NeurIPS 2019, doi:10.48550/arXiv.1901.09392. Independent random
maps have about the root of 2. The noise has a deviation in units of the input's range; a method that draws
masks is asked with the same masks each time and with fresh ones, for fixed masks hide what the drawing itself
adds. An explanation that is always the same has sensitivity 0: this check says nothing without the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zij.explain.checks.methods import Sampled
from zij.explain.subjects import Method, Subject

__all__ = ["SIGMAS", "Looks", "Masks", "Sensitivity", "change", "noisy_looks", "sensitivity"]

SIGMAS = (0.01, 0.05, 0.1)
"""Deviations of the noise, in units of the input's range."""
Masks = Literal["none", "fixed", "fresh"]
"""Whether a method draws masks, and whether they are the same on the noisy page."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How far an explanation moves.

    Attributes
    ----------
    sigma : float
        Of the noise; 0 shows what fresh masks alone do.
    masks : "none", "fixed" or "fresh"
    average, maximum : float
        Over the draws of the noise; NaN where the explanation is 0.
    """

    sigma: float
    masks: Masks
    average: float
    maximum: float


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """A page looked at again without noise, and with several draws of noise of several strengths.

    Attributes
    ----------
    plain : Subject
    noisy : tuple of (float, tuple of Subject)
        Deviation of the noise, and the page under each draw of it.
    """

    plain: Subject
    noisy: tuple[tuple[float, tuple[Subject, ...]], ...]


def noisy_looks(
    subject: Subject, *, sigmas: Sequence[float] = SIGMAS, samples: int = 8, seed: int = 0
) -> Looks:
    """Look at a page under noise; the looks serve all methods, so that all see the same noise.

    Parameters
    ----------
    subject : Subject
    sigmas : sequence of float
        Strengths of the noise, in units of the input's range.
    samples : int
        Draws of each.
    seed : int

    Returns
    -------
    Looks

    Raises
    ------
    InputError
        If the subject has no scan.
    """
    looks = [
        (sigma, tuple(subject.noisy(sigma, np.random.default_rng([seed, level, k])) for k in range(samples)))
        for level, sigma in enumerate(sigmas)
    ]
    return Looks(subject.noisy(0.0, np.random.default_rng(seed)), tuple(looks))


def sensitivity(looks: Looks, method: Method, *, seed: int = 0) -> tuple[Sensitivity, ...]:
    """Average and maximum sensitivity of a method for each strength of noise.

    Parameters
    ----------
    looks : Looks
    method : Method
        A `Sampled` one is asked with fixed and with fresh masks, and with fresh ones where there is no noise.
    seed : int
        Of fresh masks.

    Returns
    -------
    tuple of Sensitivity
    """
    before = method(looks.plain)
    if not isinstance(method, Sampled):
        return tuple(_summed(s, "none", before, (method(p) for p in pages)) for s, pages in looks.noisy)
    found = [_summed(s, "fixed", before, (method(p) for p in pages)) for s, pages in looks.noisy]
    draws = len(looks.noisy[0][1]) if looks.noisy else 0
    for sigma, pages in ((0.0, (looks.plain,) * draws), *looks.noisy):
        fresh = (method.fresh(method.seed + 1 + seed * draws + k)(page) for k, page in enumerate(pages))
        found.append(_summed(sigma, "fresh", before, fresh))
    return tuple(found)


def change(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Length of the change over the length of what was there; NaN where nothing was.

    Parameters
    ----------
    before : (R,) ndarray of float64
    after : (R,) ndarray of float64

    Returns
    -------
    float
    """
    length = float(np.linalg.norm(before))
    return float(np.linalg.norm(after - before)) / length if length > 0 else float("nan")


def _summed(
    sigma: float, masks: Masks, before: NDArray[np.float64], found: Iterator[NDArray[np.float64]]
) -> Sensitivity:
    changes = np.array([change(before, after) for after in found])
    if not len(changes):
        return Sensitivity(sigma, masks, float("nan"), float("nan"))
    return Sensitivity(sigma, masks, float(changes.mean()), float(changes.max()))
