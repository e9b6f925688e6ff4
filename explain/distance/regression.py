"""Another estimator: how much nearer the page comes when a part is kept, from all masks at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.explain.distance.estimate import Estimate
from zij.explain.distance.masks import Masks, chunks

__all__ = ["regression"]


def regression(masks: Masks, distances: NDArray[np.float64], permutations: int) -> Estimate:
    """Ridge regression of the distances on what is kept, its sign turned.

    The tails leave most masks unheard; here all speak, and what one part does is not noise in the estimate
    of another. With v the change of distance for each of F parts, x the masks less their mean and d the
    distances less theirs, v = -(x'x + l)^-1 x'd with l = F p (1 - p), which shrinks by a half where there are
    as many masks as parts. Standard errors are White's (doi:10.2307/1912934), complementary pairs together.
    For the null the distances are shuffled and fitted again, each time in units of what that fit leaves over:
    a part is held against the noise that is left when all others are known, and the test is exact where no
    part has any influence.

    Parameters
    ----------
    masks : Masks
    distances : (n, Q) ndarray
    permutations : int
        Shufflings for the null; 0 for none.

    Returns
    -------
    Estimate
        In units of distance: how much nearer the page lies on average when the part is kept.
    """
    fit = _fit(masks, len(distances))
    found = [_one(masks, fit, d - d.mean(), permutations) for d in distances.T]
    maps, errors, chance, largest = (np.stack(parts).astype(np.float32) for parts in zip(*found, strict=True))
    return Estimate(maps, errors, chance, largest)


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """(x'x + l)^-1 x' in two parts."""

    count: int
    inverse: NDArray[np.float64]
    null: NDArray[np.float64]  # deviation of the map by chance, for distances of deviation 1
    freedom: float  # how many of the distances the fit can follow


def _fit(masks: Masks, n: int) -> _Fit:
    gram: NDArray[np.float64] | None = None
    for start, stop in chunks(n):
        x = _centred(masks, start, stop)
        gram = x.T @ x if gram is None else gram + x.T @ x
    assert gram is not None
    ridge = len(gram) * masks.keep * (1 - masks.keep)
    inverse = np.linalg.inv(gram + ridge * np.eye(len(gram)))
    null = np.sqrt(np.maximum(masks.expand_variance(inverse @ gram @ inverse), 0))
    hat = inverse @ gram  # its trace is that of the projection onto what the fit can follow
    freedom = 1 + 2 * np.trace(hat) - np.einsum("ij,ji->", hat, hat)
    return _Fit(n, np.asarray(inverse, np.float64), null, float(freedom))


def _centred(masks: Masks, start: int, stop: int) -> NDArray[np.float64]:
    return masks.features(start, stop, 1).astype(np.float64) - masks.keep


def _one(
    masks: Masks, fit: _Fit, d: NDArray[np.float64], permutations: int
) -> tuple[NDArray[np.float64], ...]:
    values, rest = _fitted(masks, fit, d[None])
    spare = fit.count / (1 + masks.antithetic)  # what both of a pair have in common tells nothing
    factor = np.sqrt(spare / max(spare - fit.freedom, spare / 10))
    errors = _errors(masks, fit, rest[0] * factor)
    chance = fit.null * _deviation(rest, masks.antithetic)[0] * factor
    largest = np.zeros(0)
    if permutations:
        again, left = _fitted(masks, fit, _shuffled(masks, d, permutations))
        amounts = np.abs(masks.expand_sample(again))
        scale = np.maximum(_deviation(left, masks.antithetic) * factor, 1e-300)
        largest = (amounts / np.maximum(masks.sample(fit.null), 1e-300)).max(axis=1) / scale
    return masks.expand(-values[0]), errors, chance, largest


def _fitted(
    masks: Masks, fit: _Fit, d: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values (P, F) for distances (P, n), and what they leave over, (P, n)."""
    sums = sum(d[:, i:j] @ _centred(masks, i, j) for i, j in chunks(fit.count))
    values = sums @ fit.inverse
    rest = [d[:, i:j] - values @ _centred(masks, i, j).T for i, j in chunks(fit.count)]
    return values, np.concatenate(rest, axis=1)


def _deviation(rest: NDArray[np.float64], antithetic: bool) -> NDArray[np.float64]:
    """How much residuals (P, n) differ; in complementary pairs what both have in common cancels."""
    if not antithetic or rest.shape[1] < 2:
        return np.asarray(rest.std(axis=1))
    pairs = rest[:, : rest.shape[1] // 2 * 2].reshape(len(rest), -1, 2)
    return np.asarray(np.sqrt(np.mean((pairs[..., 0] - pairs[..., 1]) ** 2, axis=1) / 2))


def _shuffled(masks: Masks, d: NDArray[np.float64], permutations: int) -> NDArray[np.float64]:
    """Distances given to other masks, (P, n); pairs stay together, and either of a pair may come first."""
    rng = np.random.Generator(np.random.Philox(key=[masks.seed, 2]))
    if not masks.antithetic:
        return rng.permuted(np.broadcast_to(d, (permutations, len(d))), axis=1)
    half = len(d) // 2
    pairs = d[: 2 * half].reshape(-1, 2)
    order = rng.permuted(np.broadcast_to(np.arange(half), (permutations, half)), axis=1)
    first = rng.integers(0, 2, order.shape)
    both = np.stack([pairs[order, first], pairs[order, 1 - first]], axis=-1).reshape(permutations, -1)
    return np.concatenate([both, np.broadcast_to(d[2 * half :], (permutations, len(d) % 2))], axis=1)


def _errors(masks: Masks, fit: _Fit, rest: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard errors of the values, from the residuals as they are."""
    meat = np.zeros_like(fit.inverse)
    for start, stop in chunks(fit.count):
        scores = _centred(masks, start, stop) * rest[start:stop, None]
        if masks.antithetic:  # chunks begin at even numbers
            scores = np.add.reduceat(scores, np.arange(0, len(scores), 2), axis=0)
        meat += scores.T @ scores
    variance = masks.expand_variance(fit.inverse @ meat @ fit.inverse)
    return np.sqrt(np.maximum(variance, 0))
