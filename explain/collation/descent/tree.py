"""Unrooted trees of witnesses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Split", "Tree", "robinson_foulds", "star", "walk"]

Split = frozenset[int]
"""The leaves on one side of a branch, that without leaf 0."""


def walk(beside: Mapping[int, Iterable[int]], root: int) -> Iterator[tuple[int, int | None]]:
    """Each node of a tree, given by the neighbours of its nodes, with the one before it, from `root` on."""
    waiting: list[tuple[int, int | None]] = [(root, None)]
    while waiting:
        node, before = waiting.pop()
        yield node, before
        waiting += [(other, node) for other in beside[node] if other != before]


@dataclass(frozen=True)
class Tree:
    """An unrooted tree whose leaves are witnesses.

    Attributes
    ----------
    leaves : int
        Nodes 0 to `leaves` - 1 are the witnesses; all others are where branches meet.
    edges : tuple of (int, int)
        Branches, each once, by the numbers of their two nodes.
    """

    leaves: int
    edges: tuple[tuple[int, int], ...]

    @cached_property
    def beside(self) -> dict[int, tuple[int, ...]]:
        """The neighbours of each node."""
        found: dict[int, list[int]] = {leaf: [] for leaf in range(self.leaves)}
        for u, v in self.edges:
            found.setdefault(u, []).append(v)
            found.setdefault(v, []).append(u)
        return {node: tuple(others) for node, others in found.items()}

    def walk(self, root: int = 0) -> Iterator[tuple[int, int | None]]:
        """Each node with the one before it, from `root` outwards."""
        return walk(self.beside, root)

    @cached_property
    def splits(self) -> dict[tuple[int, int], Split]:
        """The split that each branch makes, those of single leaves as well."""
        under: dict[int, frozenset[int]] = {}
        order = list(self.walk())
        for node, before in reversed(order):
            own = frozenset({node}) if node < self.leaves else frozenset()
            below = (under[other] for other in self.beside[node] if other != before)
            under[node] = own.union(*below)
        before_of = dict(order)
        return {(u, v): under[v] if before_of[v] == u else under[u] for u, v in self.edges}

    @cached_property
    def groups(self) -> frozenset[Split]:
        """The splits with at least two leaves on either side."""
        return frozenset(s for s in self.splits.values() if 1 < len(s) < self.leaves - 1)

    def without(self, edges: Iterable[tuple[int, int]]) -> Tree:
        """The tree with some branches, none of which ends in a leaf, drawn together into points."""
        into: dict[int, int] = {}

        def home(node: int) -> int:
            while node in into:
                node = into[node]
            return node

        gone = set(edges)
        for u, v in gone:
            one, two = home(u), home(v)
            if one != two:
                into[max(one, two)] = min(one, two)
        kept = (edge for edge in self.edges if edge not in gone)
        return Tree(self.leaves, tuple((home(u), home(v)) for u, v in kept))


def star(leaves: int) -> Tree:
    """All witnesses about one point; of two, one branch between them."""
    if leaves < 3:
        return Tree(leaves, ((0, 1),) if leaves == 2 else ())
    return Tree(leaves, tuple((leaf, leaves) for leaf in range(leaves)))


def robinson_foulds(one: frozenset[Split], two: frozenset[Split]) -> float:
    """Distance of two trees by their groups, 0 to 1.

    The number of splits that only one of them has, over the number of splits of both together (Robinson and
    Foulds 1981, doi:10.1016/0025-5564(81)90043-2); 0 for two trees without groups.
    """
    whole = len(one) + len(two)
    return len(one ^ two) / whole if whole else 0.0
