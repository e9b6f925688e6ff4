"""Neighbour joining: a tree from distances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.descent.characters import Characters
from zij.explain.collation.descent.tree import Tree, star

__all__ = ["distances", "neighbour_joining"]


def distances(characters: Characters, *, weighted: bool = True) -> NDArray[np.float64]:
    """How far the witnesses stand apart, (N, N).

    The cost in nats of the places in which two witnesses differ, or their number, as it would be if both had
    all places that are compared.

    Parameters
    ----------
    characters : Characters
    weighted : bool
        Whether an odd difference counts more than a common one.

    Returns
    -------
    (N, N) ndarray of float64
    """
    state, count = characters.state, characters.state.shape[1]
    found = np.zeros((count, count))
    places = np.arange(len(state))
    same = characters.compared - len(state)
    for a in range(count):
        for b in range(a):
            both = (state[:, a] >= 0) & (state[:, b] >= 0)
            costs = characters.steps[places[both], state[both, a], state[both, b]]
            gap = float(costs.sum() if weighted else np.count_nonzero(costs))
            shared = same + int(both.sum())
            found[a, b] = found[b, a] = gap * characters.compared / shared if shared else 0.0
    return found


def neighbour_joining(distances: NDArray[np.float64]) -> Tree:
    """The binary tree of Saitou and Nei (1987), doi:10.1093/oxfordjournals.molbev.a040454.

    Among equals the pair that was there first is joined, so that the same distances give the same tree.

    Parameters
    ----------
    distances : (N, N) ndarray
        Symmetric, zero on the diagonal.

    Returns
    -------
    Tree
    """
    leaves = len(distances)
    if leaves < 4:
        return star(leaves)
    gaps, nodes, edges = distances.astype(float), list(range(leaves)), []
    new = leaves
    while len(nodes) > 3:
        sums = gaps.sum(axis=0)
        criterion = (len(nodes) - 2) * gaps - sums[:, None] - sums[None, :]
        criterion[np.tril_indices(len(nodes))] = np.inf
        i, j = divmod(int(np.argmin(criterion.round(9))), len(nodes))
        edges += [(nodes[i], new), (nodes[j], new)]
        joined = (gaps[i] + gaps[j] - gaps[i, j]) / 2
        rest = [k for k in range(len(nodes)) if k not in (i, j)]
        gaps = np.block(
            [[gaps[np.ix_(rest, rest)], joined[rest, None]], [joined[None, rest], np.zeros((1, 1))]]
        )
        nodes = [*(nodes[k] for k in rest), new]
        new += 1
    edges += [(node, new) for node in nodes]
    return Tree(leaves, tuple(edges))
