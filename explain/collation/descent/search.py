"""The tree of some witnesses that asks for the likeliest errors, and how well its branches are borne out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zij.explain.collation.descent.characters import Characters
from zij.explain.collation.descent.joining import distances, neighbour_joining
from zij.explain.collation.descent.parsimony import lengths, search
from zij.explain.collation.descent.support import Support, support
from zij.explain.collation.descent.tree import Split, Tree, star

__all__ = ["LEAST_SUPPORT", "MOST_CHANCE", "Found", "found_tree", "held"]

LEAST_SUPPORT = 0.5
"""A branch that fewer of the resampled sets of places have is drawn together: nothing is said there."""
MOST_CHANCE = 0.05
"""So is one that errors which coincide would make as likely as that."""


@dataclass(frozen=True, slots=True)
class Found:
    """A tree that was found.

    Attributes
    ----------
    tree : Tree
        With the branches that are borne out.
    binary : Tree
        With all branches.
    support : mapping of frozenset of int to Support
        Of each group of the binary tree.
    """

    tree: Tree
    binary: Tree
    support: Mapping[Split, Support]


def found_tree(characters: Characters, *, replicates: int = 200, seed: int = 0) -> Found:
    """The cheapest tree, sought from several beginnings.

    Parameters
    ----------
    characters : Characters
    replicates : int
        Sets of places for the bootstrap.
    seed : int

    Returns
    -------
    Found
    """
    leaves = len(characters.names)
    telling = characters.chosen(characters.informative())
    if leaves < 4 or not telling.keys:
        return Found(star(leaves), star(leaves), {})
    starts = {neighbour_joining(distances(characters, weighted=weighted)) for weighted in (True, False)}
    ends = [search(telling, start) for start in sorted(starts, key=lambda tree: tree.edges)]
    binary = min(ends, key=lambda tree: (round(float(lengths(telling, tree).sum()), 6), tree.edges))
    known = support(characters, binary, replicates=replicates, seed=seed)
    return Found(_kept(binary, known), binary, known)


def held(characters: Characters, tree: Tree, *, replicates: int = 200, seed: int = 0) -> Tree:
    """A binary tree, however it was found, with the branches that are borne out.

    Parameters
    ----------
    characters : Characters
    tree : Tree
        Binary.
    replicates : int
        Sets of places for the bootstrap.
    seed : int

    Returns
    -------
    Tree
    """
    return _kept(tree, support(characters, tree, replicates=replicates, seed=seed))


def _kept(tree: Tree, known: Mapping[Split, Support]) -> Tree:
    weak = [edge for edge, group in tree.splits.items() if group in known and not _holds(known[group])]
    return tree.without(weak)


def _holds(found: Support) -> bool:
    return found.bootstrap >= LEAST_SUPPORT and found.chance <= MOST_CHANCE
