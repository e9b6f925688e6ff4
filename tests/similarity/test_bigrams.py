"""The bigram network against its formula, cell by cell and shift by shift."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from zij.similarity.bigrams import BigramNetwork

STEPS, RISES = range(2, 7), range(-2, 3)


def slow_maps(e: NDArray[np.float64], barrier: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 110 maps by the formula, for 6 cells to the digit height and a reach of 1."""
    _, height, width = e.shape
    inside = [(y, x) for y in range(height) for x in range(width)]

    def is_open(y: int, x: int, dx: int) -> bool:
        return not any(
            barrier[y + r, x + s] for s in range(1, dx) for r in RISES if (y + r, x + s) in set(inside)
        )

    maps = np.zeros((110, height, width))
    for y, x in inside:
        right = [
            (y + dy, x + dx)
            for dx in STEPS
            for dy in RISES
            if (y + dy, x + dx) in inside and is_open(y, x, dx)
        ]
        left = [
            (y - dy, x - dx)
            for dx in STEPS
            for dy in RISES
            if (y - dy, x - dx) in inside and is_open(y - dy, x - dx, dx)
        ]
        emptiness = [
            max(1 - max((e[:, v, w].sum() for v, w in side), default=0.0), 0.0) for side in (left, right)
        ]
        for a in range(10):
            maps[a, y, x] = min(e[a, y, x], *emptiness)
            for b in range(10):
                maps[10 + 10 * a + b, y, x] = min(
                    e[a, y, x], max((e[b, v, w] for v, w in right), default=0.0)
                )
    return maps


def evidence(seed: int, shape: tuple[int, int] = (7, 14), density: float = 0.25) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    e = rng.dirichlet(np.full(11, 0.3), size=shape).transpose(2, 0, 1)[:10]
    return np.asarray(e * (rng.random(shape) < density))


@pytest.mark.parametrize("seed", range(4))
def test_maps_and_counts_follow_the_formula(seed: int) -> None:
    e = evidence(seed)
    barrier = (np.random.default_rng(seed + 50).random(e.shape[1:]) < 0.04 * seed).astype(float)
    expected = slow_maps(e, barrier)
    network = BigramNetwork(1.0)
    actual = network.maps(torch.from_numpy(e), torch.from_numpy(barrier)).numpy()
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-14)
    counts = network(torch.from_numpy(e), torch.from_numpy(barrier)).numpy()
    np.testing.assert_allclose(counts, expected.sum(axis=(1, 2)), rtol=1e-12)
    assert counts[10:].sum() > 0
    assert counts[:10].sum() > 0


def test_empty_margin_changes_nothing() -> None:
    e = torch.from_numpy(evidence(1))
    barrier = torch.zeros(e.shape[1:], dtype=e.dtype)
    barrier[3, 5] = 1
    wider = [torch.nn.functional.pad(x, (11, 3, 5, 9)) for x in (e, barrier)]
    network = BigramNetwork(1.3)
    np.testing.assert_allclose(network(*wider), network(e, barrier), rtol=1e-12)


def test_batch_is_single_pages() -> None:
    pages = torch.from_numpy(np.stack([evidence(s) for s in (1, 2, 3)])).float()
    network = BigramNetwork(1.0)
    expected = torch.stack([network(page) for page in pages])
    assert torch.equal(network(pages), expected)
    assert expected.dtype == torch.float64


@pytest.mark.parametrize(
    ("step", "rise", "reach", "pair"),
    [
        (1, 0, 1.0, False),
        (2, 0, 1.0, True),
        (6, 0, 1.0, True),
        (7, 0, 1.0, False),
        (8, 0, 1.4, True),
        (3, 2, 1.0, True),
        (3, -2, 1.0, True),
        (3, 3, 1.0, False),
        (-3, 0, 1.0, False),
    ],
)
def test_window(step: int, rise: int, reach: float, pair: bool) -> None:
    e = torch.zeros(10, 20, 30)
    e[4, 10, 12] = 1
    e[7, 10 + rise, 12 + step] = 1
    counts = BigramNetwork(reach)(e)
    assert bool(counts[10 + 47]) is pair
    assert counts.sum() == (1 if pair or step == -3 else 2)


def test_wall_parts_two_digits() -> None:
    e, barrier = torch.zeros(10, 9, 20), torch.zeros(9, 20)
    e[4, 4, 5] = e[7, 4, 9] = 1
    barrier[:, 7] = 1
    counts = BigramNetwork(1.0)(e, barrier)
    assert counts.nonzero().flatten().tolist() == [4, 7]
    barrier[:] = 0
    barrier[4, 5] = barrier[4, 9] = 1  # a wall in the digits' own cells is not between them
    assert BigramNetwork(1.0)(e, barrier).nonzero().flatten().tolist() == [10 + 47]


def test_gradient_reaches_both_halves_of_a_pair() -> None:
    e = torch.zeros(10, 9, 20, dtype=torch.float64)
    e[4, 4, 5], e[7, 4, 9] = 0.75, 0.25
    e.requires_grad_()
    BigramNetwork(1.0)(e)[10 + 47].backward()
    assert e.grad is not None
    assert e.grad[7, 4, 9] == 1  # the weaker half decides
    assert e.grad[4, 4, 5] == 0
