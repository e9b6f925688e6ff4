"""Maximum parsimony with costs: what a tree asks of the errors, and the tree that asks least.

Sankoff (1975), doi:10.1137/0128004: the least cost of the changes on a tree, place by place, over all texts
that may have stood in the lost copies. As a cost is minus the logarithm of a chance, the tree that costs
least is the one on which the errors are likeliest. What the machine may have misread costs at the leaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.descent.characters import Characters
from zij.explain.collation.descent.tree import Tree, walk

__all__ = ["Change", "Costs", "Move", "attachments", "changes", "lengths", "moved", "neighbours", "search"]

Costs = NDArray[np.float64]
LITTLE = 1e-9  # nats that are rounding


@dataclass(frozen=True, slots=True)
class Change:
    """A text that became another along a branch.

    Attributes
    ----------
    edge : (int, int)
    place : int
        Index among the characters.
    before, after : int
        Texts at the first and the second node of the branch, by their index among those of the place.
    cost : float
        In nats.
    """

    edge: tuple[int, int]
    place: int
    before: int
    after: int
    cost: float


@dataclass(frozen=True, slots=True)
class Move:
    """A part of a tree, cut off at a branch and set on another (subtree pruning and regrafting).

    `cut` is the branch from the part's node to the point that is taken away; `onto` a branch of the rest.
    """

    cut: tuple[int, int]
    onto: tuple[int, int]


def _step(steps: Costs, below: Costs) -> Costs:
    """Least cost at the other end of a branch, for each text there, (P, S)."""
    return np.asarray((steps + below[:, None, :]).min(axis=-1))


class _Sweep:
    """What all beyond a branch costs, for each text at its other end: `[u, v]` is all beyond u, seen at v."""

    def __init__(self, characters: Characters, beside: Mapping[int, Sequence[int]], root: int) -> None:
        self.characters = characters
        self.beside = beside
        self.found: dict[tuple[int, int], Costs] = {}
        self.order = list(walk(beside, root))
        for node, before in reversed(self.order):
            if before is not None:
                self.found[node, before] = _step(characters.steps, self.at(node, before))

    def back(self) -> _Sweep:
        """Fill in the other direction, from the root outwards."""
        for node, before in self.order:
            if before is not None:
                self.found[before, node] = _step(self.characters.steps, self.at(before, node))
        return self

    def at(self, node: int, without: int | None = None) -> Costs:
        """Cost of all that hangs on a node, or of all but what lies beyond one neighbour."""
        parts = [self.found[other, node] for other in self.beside[node] if other != without]
        if node < len(self.characters.leaves):
            parts.append(self.characters.leaves[node])
        return np.asarray(sum(parts[1:], parts[0]))


def lengths(characters: Characters, tree: Tree) -> Costs:
    """What a tree costs in each place, in nats, (P,)."""
    return np.asarray(_Sweep(characters, tree.beside, 0).at(0).min(axis=-1))


def changes(characters: Characters, tree: Tree) -> tuple[Change, ...]:
    """The changes on the branches of a tree in one of its cheapest histories.

    Where histories cost the same, a text is kept as long as it can be, seen from witness 0.
    """
    sweep = _Sweep(characters, tree.beside, 0)
    places = np.arange(len(characters.keys))
    text: dict[int, NDArray[np.int64]] = {}
    found: list[Change] = []
    for node, before in tree.walk():
        own = sweep.at(node, before)
        if before is None:
            text[node] = own.argmin(axis=-1)
            continue
        old = text[before]
        costs = characters.steps[places, old] + own
        keep = costs[places, old] <= costs.min(axis=-1) + LITTLE
        text[node] = np.where(keep, old, costs.argmin(axis=-1))
        edge = (before, node)
        for place in np.flatnonzero(text[node] != old):
            was, now = int(old[place]), int(text[node][place])
            cost = float(characters.steps[place, was, now])
            found.append(Change(edge, int(place), was, now, cost))
    return tuple(found)


def neighbours(characters: Characters, tree: Tree) -> Iterator[tuple[Move, Costs]]:
    """All trees that come of moving one part of a binary tree, with their costs by place, (P,)."""
    whole = _Sweep(characters, tree.beside, 0).back()
    for u, v in [edge for pair in tree.edges for edge in (pair, pair[::-1])]:
        if v < tree.leaves:  # v is the point that goes with the part; a leaf cannot be
            continue
        rest, onto = _pruned(tree, u, v)
        if not onto:
            continue
        inner = _Sweep(characters, rest, next(iter(rest))).back().found
        part = whole.found[u, v]
        for a, b in onto:
            yield Move((u, v), (a, b)), (inner[a, b] + inner[b, a] + part).min(axis=-1)


def attachments(characters: Characters, tree: Tree, leaf: int) -> tuple[list[tuple[int, int]], Costs]:
    """What a binary tree costs with a leaf on each branch of the rest: the E branches, and (E, P) costs.

    Parameters
    ----------
    characters : Characters
    tree : Tree
        Binary.
    leaf : int

    Returns
    -------
    (list of (int, int), (E, P) ndarray)
        The branches, and the costs of the P places.
    """
    (point,) = tree.beside[leaf]
    rest, onto = _pruned(tree, leaf, point)
    left, right = (other for other in tree.beside[point] if other != leaf)
    edges = [(left, right), *onto]
    inner = _Sweep(characters, rest, next(iter(rest))).back().found
    part = _step(characters.steps, characters.leaves[leaf])
    return edges, np.stack([(inner[a, b] + inner[b, a] + part).min(axis=-1) for a, b in edges])


def _pruned(tree: Tree, u: int, v: int) -> tuple[dict[int, list[int]], list[tuple[int, int]]]:
    """What is left when all beyond u is cut off together with v, and the branches on which it was not."""
    left, right = (other for other in tree.beside[v] if other != u)
    rest = {left: [right], right: [left]}
    edges, waiting = [], [(left, v), (right, v)]
    while waiting:
        node, before = waiting.pop()
        for other in tree.beside[node]:
            if other != before:
                rest[node].append(other)
                rest[other] = [node]
                edges.append((node, other))
                waiting.append((other, node))
    return rest, edges


def moved(tree: Tree, move: Move) -> Tree:
    """The tree after a move."""
    (u, v), (a, b) = move.cut, move.onto
    left, right = (other for other in tree.beside[v] if other != u)
    gone = {frozenset((v, left)), frozenset((v, right)), frozenset((a, b))}
    edges = [edge for edge in tree.edges if frozenset(edge) not in gone]
    return Tree(tree.leaves, (*edges, (left, right), (v, a), (v, b)))


def search(characters: Characters, start: Tree, *, rounds: int = 200) -> Tree:
    """The cheapest tree that moves of single parts lead to from a binary tree.

    Parameters
    ----------
    characters : Characters
    start : Tree
        A binary tree.
    rounds : int
        Moves at most.

    Returns
    -------
    Tree
    """
    best, cost = start, float(lengths(characters, start).sum())
    for _ in range(rounds):
        found = min(
            ((float(costs.sum()), n, move) for n, (move, costs) in enumerate(neighbours(characters, best))),
            default=None,
        )
        if found is None or found[0] >= cost - LITTLE:
            return best
        best, cost = moved(best, found[2]), found[0]
    return best
