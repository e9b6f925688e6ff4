"""Diversity over time: entropy of the clusters among tables printed around a year.

The published measure (Eberle et al. 2024, doi:10.1126/sciadv.adj1719): around every year 80 tables are drawn
without replacement, with weights that fall off with the distance in years as a Gaussian of sigma 4, 20 times
over; the entropy of their clusters is in nats. The weights have no end, so that where few tables are near,
far ones are drawn. Beside it stands the expected entropy of as many tables of the years within one sigma,
exactly, where there are so many; see `rarefaction`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zij.corpora.seeing.rarefaction import bootstrap_error, entropy, rarefied_entropy

__all__ = [
    "LONGEST",
    "THRESHOLDS",
    "TIME_COLUMNS",
    "Span",
    "drawn",
    "drawn_entropies",
    "time_diversity",
    "year_weights",
]

LONGEST = 3000
"""Years from the first to the last at most; more is a slip in the metadata."""
THRESHOLDS = (0, 100, 200, 250, 300)
"""Least digits of the pages of each curve, as published; 0 for all pages."""
SIGMA, TABLES, REPEATS = 4.0, 80, 20
FEWEST = 10  # tables below which a rarefied entropy says little
TIME_COLUMNS = (
    "digits", "year", "tables", "effective_tables", "entropy", "entropy_sd", "random", "random_sd",
    "window_tables", "size", "rarefied", "rarefied_low", "rarefied_high",
)  # fmt: skip
"""Columns of `diversity_time.csv`, in their order."""
NORMAL = 1.959964


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """When pages were printed: first and last year of each, (N,) arrays of int."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]

    def where(self, rows: NDArray[np.bool_]) -> Span:
        """Those of some pages."""
        return Span(self.first[rows], self.last[rows])


def year_weights(span: Span, year: int, sigma: float = SIGMA) -> NDArray[np.float64]:
    """Weight of each page around a year, (N,): a Gaussian, the mean over the years it may be of.

    Parameters
    ----------
    span : Span
        When the N pages were printed.
    year : int
    sigma : float
        In years.

    Returns
    -------
    (N,) ndarray of float64
    """
    ends, inverse = np.unique(np.stack([span.first, span.last], axis=1), axis=0, return_inverse=True)
    weights = [
        np.exp(-0.5 * ((np.arange(first, last + 1) - year) / sigma) ** 2).mean() for first, last in ends
    ]
    return np.asarray(weights, np.float64)[inverse]


def drawn(
    weights: NDArray[np.float64], size: int, repeats: int, random: np.random.Generator
) -> NDArray[np.int64]:
    """Rows drawn one after the other by weight, without replacement, (repeats, size).

    By exponential keys, which gives the same chances as drawing one by one (Efraimidis and Spirakis,
    "Weighted random sampling with a reservoir", 2006, doi:10.1016/j.ipl.2005.11.003).

    Parameters
    ----------
    weights : (N,) ndarray of float64
        Not negative.
    size : int
        Rows of a draw.
    repeats : int
        Draws.
    random : Generator

    Returns
    -------
    (repeats, size) ndarray of int64
    """
    with np.errstate(divide="ignore", over="ignore"):
        keys = random.exponential(size=(repeats, len(weights))) / weights
    return np.asarray(np.argpartition(keys, size - 1, axis=1)[:, :size], np.int64)


def drawn_entropies(labels: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Entropy in nats of the clusters of each draw, (repeats,)."""
    return np.array([entropy(np.unique(labels[own], return_counts=True)[1]) for own in rows])


def time_diversity(
    labels: NDArray[np.int64],
    span: Span,
    digits: NDArray[np.int64],
    *,
    thresholds: Sequence[int] = THRESHOLDS,
    tables: int = TABLES,
    repeats: int = REPEATS,
    sigma: float = SIGMA,
    draws: int = 200,
    seed: int = 1,
) -> pd.DataFrame:
    """A row a threshold and year, for every year from the first to the last.

    Parameters
    ----------
    labels : (N,) ndarray of int
        Cluster of each page.
    span : Span
        Pages whose year is not known are to be left out.
    digits : (N,) ndarray of int
        Digits of each page.
    thresholds : sequence of int
        Only pages with at least so many digits are looked at; one curve each.
    tables : int
        How many tables are drawn; a threshold with fewer is left out.
    repeats : int
        How often.
    sigma : float
        In years.
    draws : int
        Of the bootstrap.
    seed : int

    Returns
    -------
    DataFrame
        `TIME_COLUMNS`: digits is the threshold; entropies in nats. effective_tables is (sum w)^2 / sum w^2;
        random is the same for clusters dealt out to the pages at random; window_tables are those within one
        sigma, and rarefied their expected entropy at `size` tables with the ends of its 95 % interval.
    """
    random = np.random.default_rng(seed)
    dealt = random.permutation(labels)
    years = range(int(span.first.min()), int(span.last.max()) + 1)
    size = _window_size(span, years, sigma, tables)
    rows: list[tuple[float | int, ...]] = []
    for threshold in thresholds:
        own = np.asarray(digits >= threshold)
        if (count := int(own.sum())) < tables:
            continue
        when = span.where(own)
        for year in years:
            weights = year_weights(when, year, sigma)
            if (weights > 0).sum() < tables:
                continue
            chosen = drawn(weights, tables, repeats, random)
            found = [drawn_entropies(one[own], chosen) for one in (labels, dealt)]
            weights = weights / weights.max()
            effective = float(weights.sum() ** 2 / (weights**2).sum())
            near = _window(labels[own], when, year, sigma, size, draws, random)
            told = [value for run in found for value in (run.mean(), run.std(ddof=1) if repeats > 1 else 0.0)]
            rows.append((threshold, year, count, effective, *told, *near))
    return pd.DataFrame(rows, columns=list(TIME_COLUMNS))


def _near(span: Span, year: int, sigma: float) -> NDArray[np.bool_]:
    """Which pages are within one sigma; a span counts if its middle lies there."""
    return np.asarray(np.abs((span.first + span.last) / 2 - year) <= sigma)


def _window_size(span: Span, years: range, sigma: float, tables: int) -> int:
    """Tables at which years are compared: as many as are drawn, or fewer, so that half of them can be."""
    return max(min(tables, int(np.median([_near(span, year, sigma).sum() for year in years]))), FEWEST)


def _window(
    labels: NDArray[np.int64], span: Span, year: int, sigma: float, size: int, draws: int,
    random: np.random.Generator,
) -> tuple[float | int, ...]:  # fmt: skip
    """Tables within one sigma, and their rarefied entropy."""
    near = _near(span, year, sigma)
    counts = np.unique(labels[near], return_counts=True)[1].astype(np.int64)
    value = rarefied_entropy(counts, size)
    reach = NORMAL * bootstrap_error(counts, size, random, draws=draws)
    top = float(np.log(size))
    return int(near.sum()), size, value, max(value - reach, 0.0), min(value + reach, top)
