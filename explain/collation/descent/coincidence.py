"""Whether a group could be made by errors that two copyists happened to share.

Two who copy the same exemplar err in the same cell now and then, and a common error comes out the same twice.
So a branch of the tree is held against chance: with the errors of the two branches on either of its ends as
they are, how likely is it that errors as odd as those on the branch, and as many, coincide?
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.descent.characters import Characters
from zij.explain.collation.descent.parsimony import Change, changes
from zij.explain.collation.descent.tree import Split, Tree

__all__ = ["chances"]

_BENDS = np.arange(1, 31) / 20  # where the bound is sought


def chances(characters: Characters, tree: Tree) -> Mapping[Split, float]:
    """For each group of a binary tree, a bound for the chance that coinciding errors alone make it, 0 to 1.

    Of a branch with the changes E, let the two branches at one of its ends have made errors with the chances
    q, given that an error was made, and one of them err in a share r of the cells. The number of errors that
    coincide is Poisson with the mean r times the sum of q, and with the oddness -log q of each, the sum T of
    those on the branch has the Chernoff bound

        P(T >= t) <= min over s > 0 of exp(r sum(q ** (1 - s) - q) - s t)

    (Chernoff 1952, doi:10.1214/aoms/1177729330), the exponents of both ends being added. It is multiplied
    with the number of pairs of witnesses, as any pair may coincide.
    """
    made: dict[frozenset[int], list[Change]] = {}
    for change in changes(characters, tree):
        made.setdefault(frozenset(change.edge), []).append(change)
    pairs = tree.leaves * (tree.leaves - 1) / 2
    found = {}
    for (u, v), group in tree.splits.items():
        if group in tree.groups:
            here = _odds(characters, made.get(frozenset((u, v)), []))
            ends = [
                [
                    np.concatenate([here, _odds(characters, made.get(frozenset((node, other)), []))])
                    for other in tree.beside[node]
                    if other != away
                ]
                for node, away in ((u, v), (v, u))
            ]
            found[group] = min(pairs * _bound(here, ends, characters.compared), 1.0)
    return found


def _odds(characters: Characters, some: list[Change]) -> NDArray[np.float64]:
    """Chance of each change, given that its cell was copied wrongly, (E,)."""
    return np.exp([-change.cost for change in some]) / characters.rate


def _bound(here: NDArray[np.float64], ends: list[list[NDArray[np.float64]]], compared: int) -> float:
    exponent = _BENDS * np.log(here).sum()
    for sides in ends:
        for k, side in enumerate(sides):
            # each of the two may be the one that repeats the other: half of both
            rate = sum(len(other) for n, other in enumerate(sides) if n != k) / max(compared, 1) / 2
            exponent += rate * (side[:, None] ** (1 - _BENDS) - side[:, None]).sum(axis=0)
    return float(np.exp(min(exponent.min(), 0.0)))
