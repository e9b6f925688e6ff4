"""How steady and how faithful the Distance Explainer is under several settings, and at what cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.checks.faithfulness import faithfulness
from zij.explain.distance.explainer import explain_masks
from zij.explain.distance.masks import Masks
from zij.explain.distance.regression import regression
from zij.explain.distance.selection import Selection

__all__ = ["COLUMNS", "KEEPS", "SELECTIONS", "Parts", "Swept", "recommended", "sweep"]

SELECTIONS = ("all", "mirrored", "positive", "negative")
"""Which masks speak: all by regression, in complementary pairs; both tails, or one of them."""
KEEPS = (0.3, 0.5, 0.7, 0.9)
"""Probabilities with which a part is kept that a study tries: the range in which maps were usable."""
LONG = 4
"""The long run has that many times the masks of the largest setting."""
GOOD = 0.9
"""Correlation to the long run from which a map counts as steady."""
COLUMNS = ("selection", "keep", "masks", "correlation", "spread", "faithfulness", "faithfulness_spread")
"""Columns of study.csv."""
_STEPS = 20  # of the deletion curves


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A page whose parts can be hidden, beside a reference.

    Attributes
    ----------
    regions : int
        R parts.
    reference : (D,) ndarray
    masks : callable
        Seed, probability of being kept, whether in pairs: masks.
    embed : callable
        Masks as rendered to embeddings.
    distances : callable
        (n, R) array of what is kept to distances (n,).
    repeat, batch : int
        As of `explain_masks`.
    """

    regions: int
    reference: NDArray[np.float64]
    masks: Callable[[int, float, bool], Masks]
    embed: Callable[[NDArray[np.float32]], Any]
    distances: Callable[[NDArray[Any]], NDArray[np.float64]]
    repeat: int = 1
    batch: int = 10


@dataclass(frozen=True, slots=True)
class Swept:
    """One setting.

    Attributes
    ----------
    selection : str
    keep : float
    masks : int
        Forward passes of the model.
    correlation : float
        Mean correlation, over seeds, of the map with that of the long run of this selection and probability.
    spread : float
        Standard deviation over seeds, all parts together, as a share of the long run's own spread.
    faithfulness, faithfulness_spread : float
        Mean distance while the most relevant parts are deleted first, less that while the least relevant are;
        mean and standard deviation over seeds.
    """

    selection: str
    keep: float
    masks: int
    correlation: float
    spread: float
    faithfulness: float
    faithfulness_spread: float


def sweep(
    parts: Parts,
    *,
    numbers: Sequence[int],
    keeps: Sequence[float] = KEEPS,
    selections: Sequence[str] = SELECTIONS,
    seeds: int = 4,
    seed: int = 0,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[Swept, ...]:
    """Try all settings.

    The distances of one run serve every smaller number and every selection of the tails, so that the model
    runs once for each seed and probability, and once more for the complementary pairs of "all".

    Parameters
    ----------
    parts : Parts
    numbers : sequence of int
        Of masks, rising.
    keeps, selections : sequence
    seeds : int
        Runs of each setting, two or more.
    seed : int
        Of the first run; the long run has another.
    progress : callable, optional

    Returns
    -------
    tuple of Swept

    Raises
    ------
    UsageError
        If there is nothing to compare.
    """
    if seeds < 2 or parts.regions < 3 or not numbers or min(numbers) < 10:
        raise UsageError(
            f"{seeds} runs on {parts.regions} parts with {list(numbers)} masks tell nothing; take two runs or"
            " more, a page with three parts or more, and ten masks or more."
        )
    families = [pairs for pairs in (True, False) if _of(selections, pairs)]
    total = len(keeps) * len(families) * (seeds + LONG) * max(numbers)
    done, found = 0, []
    for keep in keeps:
        for pairs in families:
            runs = []
            for number, run_seed in _runs(max(numbers), seeds, seed):
                tell = _shifted(progress, done, total)
                masks = parts.masks(run_seed, keep, pairs)
                runs.append((masks, _distances(parts, masks, number, tell)))
                done += number
            for selection in _of(selections, pairs):
                found += [_setting(parts, runs, selection, keep, number) for number in numbers]
    order = {name: k for k, name in enumerate(selections)}
    return tuple(sorted(found, key=lambda s: (order[s.selection], s.keep, s.masks)))


def recommended(found: Sequence[Swept]) -> Swept:
    """The setting with the fewest passes that is steady, the most faithful of these; else the steadiest."""
    steady = [s for s in found if s.correlation >= GOOD]
    if not steady:
        return max(found, key=lambda s: s.correlation)
    return min(steady, key=lambda s: (s.masks, -s.faithfulness))


def _of(selections: Sequence[str], pairs: bool) -> list[str]:
    return [name for name in selections if (name == "all") == pairs]


def _runs(number: int, seeds: int, seed: int) -> Iterator[tuple[int, int]]:
    """Masks and seed of each run, the long one last."""
    yield from ((number, seed + k) for k in range(seeds))
    yield LONG * number, seed + seeds


def _shifted(
    progress: Callable[[str, int, int], None] | None, before: int, total: int
) -> Callable[[str, int, int], None] | None:
    if progress is None:
        return None
    return lambda step, done, _: progress(step, before + done, total)


def _distances(
    parts: Parts, masks: Masks, number: int, progress: Callable[[str, int, int], None] | None
) -> NDArray[np.float64]:
    """(n, 1) distances of the masked pages."""
    return explain_masks(
        parts.embed, masks, parts.reference, number=number, batch=parts.batch, repeat=parts.repeat,
        permutations=0, progress=progress,
    ).distances  # fmt: skip


def _setting(
    parts: Parts,
    runs: Sequence[tuple[Masks, NDArray[np.float64]]],
    selection: str,
    keep: float,
    number: int,
) -> Swept:
    *short, (masks, distances) = runs
    long = _map(masks, distances, selection)
    maps = np.stack([_map(m, d[:number], selection) for m, d in short])
    gaps = [faithfulness(parts, one, steps=_STEPS).gap for one in maps]  # type: ignore[arg-type]
    return Swept(
        selection,
        keep,
        number,
        float(np.mean([_correlation(one, long) for one in maps])),
        float(np.sqrt(maps.var(axis=0, ddof=1).mean()) / max(long.std(), 1e-12)),
        float(np.mean(gaps)),
        float(np.std(gaps, ddof=1)),
    )


def _map(masks: Masks, distances: NDArray[np.float64], selection: str) -> NDArray[np.float64]:
    if selection == "all":
        return np.asarray(regression(masks, distances, 0).maps[0], np.float64)
    return masks.sums(Selection.named(selection).weights(distances[:, 0]))  # without its errors


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Pearson's; 0 where a map is level."""
    if one.std() < 1e-12 or other.std() < 1e-12:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
