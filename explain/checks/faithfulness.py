"""Faithfulness: what a page's distance to another does when its regions go or come in order of relevance.

Deletion begins with the whole page, insertion with the page of which all regions are hidden. Distances are
(1 - cosine) / 2 as they are: divided by the distance of the whole page, they would say how alike the pages
were to begin with. Both orders are taken, for where two pages are already as far apart as they can be, only
what is taken away last says anything. Inserting the most relevant regions first passes through the same pages
as deleting the least relevant first, backwards, so that one set of distances serves for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import trapezoid

from zij.errors import UsageError
from zij.explain.checks.controls import CONTROLS, Control, control
from zij.explain.subjects import Subject

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "TINY",
    "Curve",
    "Faithfulness",
    "Order",
    "Paired",
    "controls_of",
    "faithfulness",
    "order_of",
    "paired",
]

Order = Literal["highest", "lowest"]
"""Which relevance goes, or comes, first."""
TINY = 0.01
"""Where hiding everything moves the distance by less, no curve is divided by it."""
_STEPS = 50
_FLIPS = 9999


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Distances along the way.

    Attributes
    ----------
    kind : "deletion" or "insertion"
    order : "highest" or "lowest"
    shares : (P,) ndarray of float64
        Share of the regions that are gone, or there, from 0 to 1.
    distances : (P,) ndarray of float64
    """

    kind: Literal["deletion", "insertion"]
    order: Order
    shares: NDArray[np.float64]
    distances: NDArray[np.float64]

    @property
    def area(self) -> float:
        """Area under the curve by the rule of trapezia: the mean distance on the way."""
        return float(trapezoid(self.distances, self.shares))

    @property
    def normalised(self) -> NDArray[np.float64] | None:
        """(d - d_whole) / (d_hidden - d_whole), or None where the two hardly differ."""
        ends = self.distances[0], self.distances[-1]
        whole, hidden = ends if self.kind == "deletion" else ends[::-1]
        return None if abs(hidden - whole) < TINY else (self.distances - whole) / (hidden - whole)

    @property
    def normalised_area(self) -> float:
        """Area under the normalised curve; NaN where there is none."""
        values = self.normalised
        return float("nan") if values is None else float(trapezoid(values, self.shares))


@dataclass(frozen=True, slots=True, eq=False)
class Faithfulness:
    """The curves of one attribution.

    Attributes
    ----------
    curves : tuple of Curve
        Deletion, highest and lowest first; insertion, highest and lowest first.
    """

    curves: tuple[Curve, ...]

    def curve(self, kind: str, order: str) -> Curve:
        """One of the curves."""
        return next(curve for curve in self.curves if (curve.kind, curve.order) == (kind, order))

    @property
    def gap(self) -> float:
        """Area of deletion highest first less that of lowest first: 0 on average for what knows nothing."""
        return self.curve("deletion", "highest").area - self.curve("deletion", "lowest").area

    @property
    def normalised_gap(self) -> float:
        """The same of the normalised curves."""
        high, low = (self.curve("deletion", order).normalised_area for order in ("highest", "lowest"))
        return high - low

    def figures(self) -> dict[str, float]:
        """Areas by name; larger is better where highest is deleted first, smaller where lowest is."""
        areas = {f"{curve.kind}_{curve.order}": curve.area for curve in self.curves}
        normal = {f"{curve.kind}_{curve.order}_normalised": curve.normalised_area for curve in self.curves}
        return {**areas, **normal, "gap": self.gap, "gap_normalised": self.normalised_gap}

    def frame(self) -> pd.DataFrame:
        """The points of all curves: kind, order, share, distance."""
        import pandas as pd

        points = [
            (curve.kind, curve.order, share, distance)
            for curve in self.curves
            for share, distance in zip(curve.shares.tolist(), curve.distances.tolist(), strict=True)
        ]
        return pd.DataFrame(points, columns=["kind", "order", "share", "distance"])

    def _repr_html_(self) -> str:
        from zij.explain.report.inline import faithfulness_html

        return faithfulness_html(self)


def order_of(relevance: NDArray[np.float64], seed: int = 0) -> NDArray[np.int64]:
    """Regions by falling relevance, equal ones by lot: their place on the page must not decide.

    Parameters
    ----------
    relevance : (R,) ndarray of float64
    seed : int

    Returns
    -------
    (R,) ndarray of int64
        Numbers of the regions.

    Raises
    ------
    UsageError
        If the relevance holds values that are no numbers.
    """
    if relevance.ndim != 1 or not np.isfinite(relevance).all():
        raise UsageError("relevance has to be one finite number for each region.")
    lot = np.random.default_rng([seed, 3]).permutation(len(relevance))
    return np.lexsort((lot, -relevance))


def faithfulness(
    subject: Subject, relevance: NDArray[np.float64], *, steps: int = _STEPS, seed: int = 0
) -> Faithfulness:
    """Deletion and insertion curves of an attribution, in both orders.

    Parameters
    ----------
    subject : Subject
    relevance : (R,) ndarray
    steps : int
        Points of a curve, less one; no more than there are regions.
    seed : int
        Decides between equal relevances.

    Returns
    -------
    Faithfulness

    Raises
    ------
    UsageError
        If the relevance does not fit the regions, or there are none.
    """
    if relevance.shape != (subject.regions,) or not subject.regions:
        raise UsageError(f"relevance of shape {relevance.shape} does not fit {subject.regions} regions.")
    order = order_of(relevance, seed)
    gone = np.unique(np.rint(np.linspace(0, len(order), min(steps, len(order)) + 1)).astype(int))
    ranks = np.empty(len(order), int)
    ranks[order] = np.arange(len(order))
    kept = [ranks >= gone[:, None], ranks[None, :] < len(order) - gone[:, None]]
    found = subject.distances(np.concatenate(kept)).reshape(2, -1)
    shares = gone / len(order)
    back = (1 - shares)[::-1]
    return Faithfulness(
        (
            Curve("deletion", "highest", shares, found[0]),
            Curve("deletion", "lowest", shares, found[1]),
            Curve("insertion", "highest", back, found[1][::-1]),
            Curve("insertion", "lowest", back, found[0][::-1]),
        )
    )


def controls_of(
    subject: Subject,
    *,
    count: int = 20,
    steps: int = _STEPS,
    seed: int = 0,
    kinds: Sequence[Control] = CONTROLS,
) -> dict[Control, tuple[Faithfulness, ...]]:
    """The same curves for attributions that know nothing, `count` of each kind.

    Parameters
    ----------
    subject : Subject
    count : int
        Attributions of each kind.
    steps : int
        Points of a curve.
    seed : int
    kinds : sequence of Control

    Returns
    -------
    dict of Control to tuple of Faithfulness
    """
    return {
        kind: tuple(
            faithfulness(
                subject,
                control(kind, subject.centres, np.random.default_rng([seed, number, len(kind)])),
                steps=steps,
                seed=seed,
            )
            for number in range(count)
        )
        for kind in kinds
    }


@dataclass(frozen=True, slots=True)
class Paired:
    """Whether values lie above others, pair by pair.

    Attributes
    ----------
    mean : float
        Of the differences.
    wilcoxon, sign_flip : float
        One-sided p of the signed-rank test and of the test that flips signs at random.
    count : int
        Pairs.
    """

    mean: float
    wilcoxon: float
    sign_flip: float
    count: int


def paired(values: NDArray[np.float64], others: NDArray[np.float64], *, seed: int = 0) -> Paired:
    """Test whether values are larger than others of the same pairs.

    Parameters
    ----------
    values, others : (n,) ndarray
        At least 2.
    seed : int
        Of the random signs; with few pairs all signs are tried.

    Returns
    -------
    Paired

    Raises
    ------
    UsageError
        If there are not two pairs, or not as many of the one as of the other.
    """
    from scipy import stats

    values, others = np.asarray(values, float), np.asarray(others, float)
    if values.shape != others.shape or values.ndim != 1 or len(values) < 2:
        raise UsageError(
            f"{values.shape} and {others.shape} values cannot be compared in pairs; give two or more."
        )
    differences = values - others
    if not differences.any():
        return Paired(0.0, 1.0, 1.0, len(values))
    flipped = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", alternative="greater",
        n_resamples=_FLIPS, random_state=np.random.default_rng(seed),
    )  # fmt: skip
    ranked = stats.wilcoxon(differences, alternative="greater")
    return Paired(float(differences.mean()), float(ranked.pvalue), float(flipped.pvalue), len(values))
