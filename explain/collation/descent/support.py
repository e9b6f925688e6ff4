"""How well the branches of a tree are borne out: by the bootstrap over places, and by what else it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.descent.characters import Characters
from zij.explain.collation.descent.coincidence import chances
from zij.explain.collation.descent.parsimony import LITTLE, Move, lengths, moved, neighbours
from zij.explain.collation.descent.tree import Split, Tree

__all__ = ["Support", "support"]


@dataclass(frozen=True, slots=True)
class Support:
    """What speaks for one group of witnesses.

    Attributes
    ----------
    bootstrap : float
        Share of the resampled sets of places whose best tree has the group, 0 to 1.
    decay : float
        How much more the best tree without the group costs, in nats (Bremer 1988,
        doi:10.1111/j.1558-5646.1988.tb02497.x), among the trees that are one move away.
    chance : float
        A bound for the chance that errors which coincide make the group, 0 to 1.
    """

    bootstrap: float
    decay: float
    chance: float


def support(
    characters: Characters, tree: Tree, *, replicates: int = 200, seed: int = 0
) -> Mapping[Split, Support]:
    """Support of the groups of a binary tree.

    The places are drawn anew with replacement (Felsenstein 1985, doi:10.1111/j.1558-5646.1985.tb00420.x), all
    that were compared, so that few differences give little support. As the cost of a tree is a sum over
    places, the trees one move away need not be sought again for each set, only weighed again (RELL, Kishino,
    Miyata and Hasegawa 1990, doi:10.1007/BF02109483). Trees that cost the same share a vote.

    Parameters
    ----------
    characters : Characters
    tree : Tree
        The best binary tree.
    replicates : int
        How often the places are drawn.
    seed : int

    Returns
    -------
    mapping of Split to Support
    """
    groups, odds = tree.groups, chances(characters, tree)
    if not groups:
        return {}
    characters = characters.chosen(characters.informative())
    moves: list[Move | None] = [None]
    costs = [lengths(characters, tree)]
    for move, found in neighbours(characters, tree):
        moves.append(move)
        costs.append(found)
    table = np.stack(costs)
    has = _Groups(tree, moves)
    draws = _drawn(characters, replicates, seed)
    votes = dict.fromkeys(groups, 0.0)
    for scores in draws @ table.T:
        winners = np.flatnonzero(scores <= scores.min() + LITTLE)
        for winner in winners:
            for group in groups & has[int(winner)]:
                votes[group] += 1 / len(winners)
    totals = table.sum(axis=1)
    return {
        group: Support(votes[group] / replicates, _decay(group, totals, has), odds[group])
        for group in sorted(groups, key=sorted)
    }


class _Groups:
    """The groups of the trees one move away, found when they are asked for."""

    def __init__(self, tree: Tree, moves: list[Move | None]) -> None:
        self.tree = tree
        self.moves = moves
        self.known: dict[int, frozenset[Split]] = {}

    def __getitem__(self, number: int) -> frozenset[Split]:
        if number not in self.known:
            move = self.moves[number]
            self.known[number] = (self.tree if move is None else moved(self.tree, move)).groups
        return self.known[number]


def _decay(group: Split, totals: NDArray[np.float64], has: _Groups) -> float:
    for number in np.argsort(totals, kind="stable"):
        if group not in has[int(number)]:
            return float(totals[number] - totals[0])
    return 0.0


def _drawn(characters: Characters, replicates: int, seed: int) -> NDArray[np.float64]:
    """How often each place was drawn in each set, (B, P); places without a difference take their share."""
    rng = np.random.default_rng([seed, len(characters.keys)])
    count, whole = len(characters.keys), max(characters.compared, len(characters.keys))
    parts = np.full(count + 1, 1 / whole)
    parts[-1] = 1 - count / whole
    return np.asarray(rng.multinomial(whole, parts, size=replicates)[:, :count], float)
