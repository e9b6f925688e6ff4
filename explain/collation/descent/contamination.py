"""Witnesses that seem to follow two exemplars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.descent.characters import Characters
from zij.explain.collation.descent.coincidence import bound, odds
from zij.explain.collation.descent.parsimony import Change, Costs, attachments, changes
from zij.explain.collation.descent.tree import Split, Tree

__all__ = ["MOST_CHANCE", "Contamination", "contaminations"]

MOST_CHANCE = 0.001
"""A witness is not flagged where errors that coincide are likelier than that to look the same."""
FEWEST = 3
"""Places that a witness must share with a second exemplar alone."""
_SHARES = np.arange(1, 20) / 20


@dataclass(frozen=True, slots=True)
class Contamination:
    """A witness that agrees with a second group more often than chance would have it.

    Attributes
    ----------
    witness : int
    group : frozenset of int
        The witnesses on the other side of the branch on which its second exemplar would stand.
    share : float
        Part of its differing places that follow the second exemplar, 0 to 1.
    gain : float
        By how much two exemplars explain it better than one, in nats.
    chance : float
        A bound for the chance that errors which coincide look like that, 0 to 1.
    places : tuple of int
        Index of the characters that follow the second.
    """

    witness: int
    group: Split
    share: float
    gain: float
    chance: float
    places: tuple[int, ...]


def contaminations(characters: Characters, tree: Tree) -> tuple[Contamination, ...]:
    """Witnesses for which two exemplars are likelier than one, the surest first.

    A witness is taken off the tree and set on each branch; C(e, p) is what the tree then costs in place p.
    With one exemplar on branch e its probability is prod exp(-C(e, p)); with a second on branch f, from which
    a share s of the places comes, prod ((1 - s) exp(-C(e, p)) + s exp(-C(f, p))). Both are compared by the
    logarithm of their ratio at the best s.

    Parameters
    ----------
    characters : Characters
    tree : Tree
        Binary.

    Returns
    -------
    tuple of Contamination
    """
    which = characters.informative()
    telling, index = characters.chosen(which), np.flatnonzero(which)
    made: dict[frozenset[int], list[Change]] = {}
    for change in changes(telling, tree):
        made.setdefault(frozenset(change.edge), []).append(change)
    found = []
    for witness in range(tree.leaves if tree.leaves > 4 else 0):
        edges, costs = attachments(telling, tree, witness)
        best = _second(costs)
        if best is None:
            continue
        other, share, gain, follows = best
        chance = _chance(telling, tree, witness, edges[other], follows, made) * tree.leaves * len(edges)
        if len(follows) >= FEWEST and chance <= MOST_CHANCE:
            places = tuple(int(index[p]) for p in follows)
            group = _beyond(tree, edges[other], witness)
            found.append(Contamination(witness, group, share, gain, chance, places))
    return _apart(sorted(found, key=lambda one: (-one.gain, one.witness)))


def _apart(found: Sequence[Contamination]) -> tuple[Contamination, ...]:
    """Those that rest on places of their own: of two that are one seen from both sides, the surer."""
    kept: list[Contamination] = []
    for one in found:
        if all(2 * len(set(one.places) & set(other.places)) < len(one.places) for other in kept):
            kept.append(one)
    return tuple(kept)


def _chance(
    characters: Characters,
    tree: Tree,
    witness: int,
    edge: tuple[int, int],
    follows: NDArray[np.int64],
    made: Mapping[frozenset[int], Sequence[Change]],
) -> float:
    """Chance that the witness's own errors repeat so many of those between it and a branch."""
    before = dict(tree.walk(witness))
    node = edge[0] if before.get(edge[1]) == edge[0] else edge[1]
    line = []
    while (last := before.get(node)) is not None:
        line.append(frozenset((last, node)))
        node = last
    (point,) = tree.beside[witness]
    own = list(made.get(frozenset((witness, point)), ()))
    between = sum(len(made.get(step, ())) for step in line if step != frozenset((witness, point)))
    shared = {int(p) for p in follows}
    return bound(
        odds(characters, [change for change in own if change.place in shared]),
        [(odds(characters, own), between / max(characters.compared, 1))],
    )


def _second(costs: Costs) -> tuple[int, float, float, NDArray[np.int64]] | None:
    """The second branch that gains most: its index, share, gain, and the places that follow it."""
    if len(costs) < 2 or not costs.shape[1]:
        return None
    first = int(costs.sum(axis=1).argmin())
    less = costs[first] - costs  # (E, P): above 0 where the second explains a place better
    mixed = np.log(1 - _SHARES[:, None, None] + _SHARES[:, None, None] * np.exp(np.clip(less, -50, 50)))
    gains = mixed.sum(axis=-1)
    gains[:, first] = -np.inf
    k, other = divmod(int(gains.argmax()), gains.shape[1])
    follows = np.flatnonzero(less[other] > 1.0)
    return other, float(_SHARES[k]), float(gains[k, other]), follows


def _beyond(tree: Tree, edge: tuple[int, int], witness: int) -> Split:
    """The smaller group of other witnesses on one side of a branch."""
    split = next((s for e, s in tree.splits.items() if set(e) == set(edge)), None)
    if split is None:  # the branch that closes where the witness was taken off
        split = frozenset()
        for u, v in tree.edges:
            if edge[0] in (u, v):
                split = tree.splits[u, v]
                break
    rest = frozenset(range(tree.leaves)) - split
    return min(split - {witness}, rest - {witness}, key=lambda side: (len(side), sorted(side)))
