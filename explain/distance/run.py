"""One run of the Distance Explainer: masks of any kind, distances, a map."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from zij.errors import ModelError, UsageError
from zij.explain.distance.distances import Metric, checked_references, distances, embedded
from zij.explain.distance.estimate import Estimate, mean_errors, tails
from zij.explain.distance.explanation import DistanceExplanation, Stopped
from zij.explain.distance.masks import Masks
from zij.explain.distance.regression import regression
from zij.explain.distance.selection import MIRRORED, Selection
from zij.explain.distance.state import Keeper, State

__all__ = ["PERMUTATIONS", "Estimator", "Progress", "explain_masks"]

Progress = Callable[[str, int, int], None]
Estimator = Literal["tails", "regression"]
PERMUTATIONS = 199
"""Shufflings of the distances for the null."""
CHECK = 100  # masks between two looks at the errors, or a tenth of those that are there
MAP_FLOOR = 1e-12  # a map with less spread than that is level


def explain_masks(
    embed: Callable[[NDArray[np.float32]], Any],
    masks: Masks,
    references: Any,
    *,
    number: int = 1000,
    selection: Selection = MIRRORED,
    estimator: Estimator = "tails",
    metric: Metric = "cosine",
    batch: int = 10,
    repeat: int = 1,
    tolerance: float | None = None,
    permutations: int = PERMUTATIONS,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    state: State | None = None,
) -> DistanceExplanation:
    """Explain distances with any kind of masks; the other functions of this module end here.

    Parameters
    ----------
    embed : callable
        Masks (n, ...), as `masks.render` makes them, to (n, D): the embeddings of what is left of the page.
        It may write into the array.
    masks : Masks
    references : (D,) or (Q, D) array
        Embeddings of other pages, of captions, or any other vectors; one set of masks serves all.
    number : int
        How many masks.
    selection : Selection
        Which masks speak, where the estimator is "tails".
    estimator : "tails" or "regression"
        See `zij.explain.distance.estimate` and `zij.explain.distance.regression`.
    metric : "cosine", "euclidean" or callable
    batch : int
        Masks for one call; it does not change the result.
    repeat : int
        How often each value of a mask is repeated along the last axis, for channels.
    tolerance : float, optional
        Stop early, once the median standard error is no more than that share of the standard deviation of
        each map over its places: with 0.3, a map correlates by about 0.95 with that of infinitely many masks.
    permutations : int
        Shufflings of the distances from which is known what chance gives; 0 for none.
    progress : callable, optional
        Called with what is being done, how many masks are done, and how many there are.
    cancelled : callable, optional
        Asked before each batch; once it says True, the result is that of the masks so far.
    state : path or dict, optional
        Where the distances are kept, so that a run which was broken off goes on from there.

    Returns
    -------
    DistanceExplanation

    Raises
    ------
    UsageError
        If the settings or references cannot be.
    ModelError
        If the model fails, or gives anything but finite vectors of the reference's length.
    """
    rows = checked_references(references, metric)
    _check(number, batch, tolerance, permutations, estimator)
    selection.slots(number)
    parameters = {**masks.describe(), "estimator": estimator, **selection.describe(),
                  "metric": metric if isinstance(metric, str) else "own", "permutations": permutations,
                  "tolerance": tolerance}  # fmt: skip

    def measured(values: NDArray[np.float32]) -> NDArray[np.float64]:
        return distances(embedded(embed, values, rows.shape[1]), rows, metric)

    anchors = _anchors(embed, masks, rows, metric, repeat)
    keeper = Keeper(state, masks.describe() | {"metric": parameters["metric"]}, anchors, number)
    stopped = _collect(
        measured, masks, keeper, selection,
        batch=batch, repeat=repeat, tolerance=tolerance, progress=progress, cancelled=cancelled,
    )  # fmt: skip
    found = keeper.distances[: keeper.done].copy()
    estimate = _estimate(masks, found, selection, estimator, permutations)
    return DistanceExplanation(
        maps=estimate.maps, errors=estimate.errors, chance=estimate.chance, largest=estimate.largest,
        distances=found, whole=anchors[0], hidden=anchors[1],
        neutral=masks.keep * selection.sign if estimator == "tails" else 0.0,
        requested=number, stopped=stopped, parameters=parameters,
        labels=getattr(masks, "labels", None),
    )  # fmt: skip


def _check(number: int, batch: int, tolerance: float | None, permutations: int, estimator: str) -> None:
    if number < 1 or batch < 1 or permutations < 0:
        raise UsageError(
            f"{number} masks in batches of {batch} with {permutations} shufflings cannot be; take 1 or more."
        )
    if tolerance is not None and not tolerance > 0:
        raise UsageError(f"a tolerance of {tolerance:g} is never reached; give a share above 0, such as 0.3.")
    if estimator not in ("tails", "regression"):
        raise UsageError(f"estimator {estimator!r} is not known; choose tails or regression.")


def _anchors(
    embed: Callable[[NDArray[np.float32]], Any],
    masks: Masks,
    references: NDArray[np.float64],
    metric: Metric,
    repeat: int,
) -> NDArray[np.float64]:
    """Distances of the whole page and of the page with everything hidden, (2, Q)."""
    blank = np.zeros_like(masks.render(0, 1, repeat))
    whole = embedded(embed, blank + 1, references.shape[1])
    if metric == "cosine" and not whole.any():
        raise ModelError(
            "the model gives the zero vector for the page itself, which has no direction; there is nothing on"
            " it that the model sees."
        )
    hidden = embedded(embed, blank, references.shape[1])
    return np.concatenate([distances(row, references, metric) for row in (whole, hidden)])


def _collect(
    measured: Callable[[NDArray[np.float32]], NDArray[np.float64]],
    masks: Masks,
    keeper: Keeper,
    selection: Selection,
    *,
    batch: int,
    repeat: int,
    tolerance: float | None,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> Stopped:
    """Fill the keeper with distances; why it ended."""
    number = len(keeper.distances)
    for goal in _goals(number, tolerance is not None):
        while keeper.done < goal:
            if cancelled is not None and cancelled():
                keeper.save()
                return _cancelled(keeper.done, selection)
            stop = min(keeper.done + batch, goal)
            keeper.add(measured(masks.render(keeper.done, stop, repeat)))
            if progress is not None:
                progress("hiding parts", keeper.done, number)
        look = goal < number and tolerance is not None
        if look and _steady(masks, keeper.distances[:goal], selection, tolerance or 0.0):
            keeper.done = goal
            keeper.save()
            return "early"
    keeper.save()
    return "complete"


def _cancelled(done: int, selection: Selection) -> Stopped:
    try:
        selection.slots(done)
    except UsageError as error:
        raise UsageError(
            f"cancelled after {done} masks, which are too few for a map; let it run longer."
        ) from error
    return "cancelled"


def _goals(number: int, looks: bool) -> Iterator[int]:
    """Numbers of masks at which the errors are looked at; they depend on nothing else."""
    goal = CHECK
    while looks and goal < number:
        yield goal
        goal += max(CHECK, goal // 10 // 2 * 2)
    yield number


def _steady(masks: Masks, found: NDArray[np.float64], selection: Selection, tolerance: float) -> bool:
    """Whether all maps stand out from their errors, ranks being taken anew."""
    features = masks.features(0, len(found), 2)
    for d in found.T:
        error, spread = mean_errors(features, d, selection, masks.antithetic)
        if not (spread > MAP_FLOOR and error <= tolerance * spread):
            return False
    return True


def _estimate(
    masks: Masks, found: NDArray[np.float64], selection: Selection, estimator: Estimator, permutations: int
) -> Estimate:
    if estimator == "regression":
        return regression(masks, found, permutations)
    return tails(masks, found, selection, permutations)
