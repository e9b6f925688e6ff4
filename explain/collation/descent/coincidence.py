"""Whether a group could be made by errors that two copyists happened to share.

Two who copy the same exemplar err in the same cell now and then, and a common error comes out the same twice.
So a branch of the tree is held against chance: with the errors of the two branches on either of its ends as
they are, how likely is it that errors as odd as those on the branch, and as many, coincide?
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.descent.characters import Characters
from zij.explain.collation.descent.parsimony import Change, changes
from zij.explain.collation.descent.tree import Split, Tree

__all__ = ["bound", "chances", "odds"]

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
        if group not in tree.groups:
            continue
        here = made.get(frozenset((u, v)), [])
        tries = []
        for node, away in ((u, v), (v, u)):
            sides = [[*here, *made.get(frozenset((node, w)), [])] for w in tree.beside[node] if w != away]
            # each of the two may be the one that repeats the other: half of both
            rates = [len(side) / max(characters.compared, 1) / 2 for side in reversed(sides)]
            tries += [(odds(characters, side), rate) for side, rate in zip(sides, rates, strict=True)]
        found[group] = min(pairs * bound(odds(characters, here), tries), 1.0)
    return found


def odds(characters: Characters, some: Sequence[Change]) -> NDArray[np.float64]:
    """Chance of each change, given that its cell was copied wrongly, (E,)."""
    return np.asarray(np.exp([-change.cost for change in some]) / characters.rate)


def bound(shared: NDArray[np.float64], tries: Sequence[tuple[NDArray[np.float64], float]]) -> float:
    """Chernoff bound for the chance that so many errors, and as odd ones, coincide.

    Parameters
    ----------
    shared : (E,) ndarray
        Chances of the shared errors, as `odds` gives them.
    tries : sequence of ((N,) ndarray, float)
        Chances of the errors that might be repeated, and the share of cells in which the other errs.

    Returns
    -------
    float
    """
    exponent = _BENDS * np.log(shared).sum()
    for those, rate in tries:
        exponent = exponent + rate * (those[:, None] ** (1 - _BENDS) - those[:, None]).sum(axis=0)
    return float(np.exp(min(exponent.min(), 0.0)))
