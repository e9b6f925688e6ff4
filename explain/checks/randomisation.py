"""Randomisation: an explanation of a model must change with the model, and one of a pair with the pair.

Layers are drawn anew from the output downwards, one after the other (cascading) or each by itself
(independent), after Adebayo et al., NeurIPS 2018, doi:10.48550/arXiv.1810.03292; and the contents of either
page are exchanged. Spearman's rank correlation with the explanation of what is there ought to fall to what
unrelated explanations have. Methods that draw masks draw fresh ones, since masks in common correlate by
themselves. The null band says how far from 0 the correlation of unrelated explanations lies in 95 of 100
cases: it is wider where there are few regions, and wider still where explanations are smooth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zij.explain.checks.controls import Control, smooth_field
from zij.explain.checks.methods import Sampled
from zij.explain.checks.ranks import pearson, spearman
from zij.explain.subjects import Method, Subject

__all__ = ["Change", "Changed", "Randomised", "changed_subjects", "null_band", "randomisation"]

Change = Literal["cascading", "independent", "shuffled", "replaced"]
"""Layers from the output down to one; one layer; contents of page A exchanged; contents of page B."""

_DRAWS = 400
_QUANTILE = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Changed:
    """A subject of which something is random.

    Attributes
    ----------
    change : str
    stage : int
        Layer counted from the output; 0 where inputs are changed.
    subject : Subject
    """

    change: Change
    stage: int
    subject: Subject


@dataclass(frozen=True, slots=True)
class Randomised:
    """What is left of an explanation.

    Attributes
    ----------
    change : str
    stage : int
    spearman, pearson : float
        Correlation with the explanation of what is there, of the ranks and of the values. Where most regions
        have next to no relevance, ranks tell how these are ordered, values which regions matter.
    """

    change: Change
    stage: int
    spearman: float
    pearson: float


def changed_subjects(
    subject: Subject,
    changes: Sequence[Change] = ("cascading", "independent", "shuffled", "replaced"),
    *,
    layers: int | None = None,
    seed: int = 0,
) -> tuple[Changed, ...]:
    """What the methods are asked about again; made once for all of them.

    Parameters
    ----------
    subject : Subject
        Where its model has no layers to draw anew, or no scan, only its inputs are changed.
    changes : sequence of str
    layers : int, optional
        After how many layers one looks, evenly from the first to the last; after each by default.
    seed : int

    Returns
    -------
    tuple of Changed
    """
    found = []
    for change in changes:
        if change == "shuffled":
            found.append(Changed(change, 0, subject.shuffled(seed)))
        elif change == "replaced":
            found.append(Changed(change, 0, subject.replaced(seed)))
        else:
            alone = change == "independent"
            count = subject.stages if layers is None else min(layers, subject.stages)
            stages = np.unique(np.rint(np.linspace(1, subject.stages, count)).astype(int)).tolist()
            found += [Changed(change, n, subject.randomised(n, seed, alone=alone)) for n in stages]
    return tuple(found)


def randomisation(
    subject: Subject, changed: Sequence[Changed], method: Method, *, seed: int = 0
) -> tuple[Randomised, ...]:
    """Rank correlation of a method's explanation with that of each changed subject.

    Parameters
    ----------
    subject : Subject
        What is there.
    changed : sequence of Changed
        Of `changed_subjects`.
    method : Method
    seed : int
        Of fresh masks.

    Returns
    -------
    tuple of Randomised
    """
    before = method(subject)
    found = []
    for number, other in enumerate(changed):
        asked = method.fresh(method.seed + 1 + seed + number) if isinstance(method, Sampled) else method
        after = asked(other.subject)
        correlations = spearman(before, after), pearson(before, after)
        found.append(Randomised(other.change, other.stage, *correlations))
    return tuple(found)


def null_band(
    relevance: NDArray[np.float64],
    centres: NDArray[np.float64],
    kind: Control = "random",
    *,
    draws: int = _DRAWS,
    seed: int = 0,
) -> float:
    """The absolute rank correlation that 95 % of unrelated explanations do not exceed.

    Parameters
    ----------
    relevance : (R,) ndarray
        An explanation of the kind looked at.
    centres : (R, 2) ndarray
        Of the regions.
    kind : "random" or "smooth"
        Its values dealt out at random (equal ones stay equal), or dealt out in the order of two independent
        smooth fields.
    draws : int
    seed : int

    Returns
    -------
    float
    """
    rng = np.random.default_rng([seed, 95])
    values = np.sort(relevance)
    found = np.empty(draws)
    for n in range(draws):
        both = []
        for _ in range(2):
            field = rng.random(len(values)) if kind == "random" else smooth_field(centres, rng)
            dealt = np.empty_like(values)
            dealt[np.argsort(field)] = values
            both.append(dealt)
        found[n] = abs(spearman(*both))
    return float(np.quantile(found, _QUANTILE))
