"""Where a tree may begin, and who may have copied whom, as far as dates tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zij.explain.collation.descent.tree import Tree, walk

__all__ = ["Exemplar", "Root", "Years", "exemplars", "root"]

Years = tuple[int | None, int | None]
"""First and last year in which a witness may have been made; None where nothing is known."""


@dataclass(frozen=True, slots=True)
class Root:
    """Where the tree is taken to begin.

    Attributes
    ----------
    node : int
        The node from which the tree is drawn.
    by : str
        "dates", or "middle" where dates do not tell and the tree is drawn from its middle.
    against : tuple of (int, int)
        Witnesses that would be older than others which the tree puts before them: (before, older).
    """

    node: int
    by: str
    against: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A witness that has no error of its own which another lacks, so that the other may come of it.

    Attributes
    ----------
    copy, exemplar : int
        Index of the two witnesses.
    direct : bool
        Whether nothing that is left stands between them.
    """

    copy: int
    exemplar: int
    direct: bool


def root(tree: Tree, lengths: Mapping[tuple[int, int], float], years: Sequence[Years]) -> Root:
    """The point from which the tree agrees best with the dates.

    Fewest pairs of witnesses in the wrong order come first (of two, one stands before the other if all that
    it has, the other has as well); then the point from which the number of changes and the dates go together
    best (the regression from root to tip, as in doi:10.1093/ve/vew007). Without two different dates the
    middle of the longest way is taken, which says nothing about age.

    Parameters
    ----------
    tree : Tree
    lengths : mapping of (int, int) to float
        Changes on each branch, as `tree.edges` has them.
    years : sequence of (int or None, int or None)
        For each witness.

    Returns
    -------
    Root
    """
    nodes = sorted(tree.beside)
    known = {leaf: (a + b) / 2 for leaf, (a, b) in enumerate(years) if a is not None and b is not None}
    if len(set(known.values())) < 2 or tree.leaves < 3:
        return Root(_middle(tree, lengths), "middle")
    inner = [node for node in nodes if node >= tree.leaves] or nodes
    against = {node: _against(tree, lengths, years, node) for node in inner}
    best = min(
        inner, key=lambda node: (len(against[node]), -round(_clock(tree, lengths, known, node), 6), node)
    )
    return Root(best, "dates", against[best])


def exemplars(
    tree: Tree, lengths: Mapping[tuple[int, int], float], years: Sequence[Years], start: int
) -> tuple[Exemplar, ...]:
    """Who may have copied whom: of each witness those before it that are not younger.

    Parameters
    ----------
    tree, lengths, years
        See `root`.
    start : int
        The node at which the tree begins.

    Returns
    -------
    tuple of Exemplar
    """
    found = []
    at = _standing(tree, lengths)
    lines = _lines(tree, start)
    for copy in range(tree.leaves):
        before = [
            [w for w, point in at.items() if point == node and w != copy and not _younger(years, w, copy)]
            for node in lines[copy]
        ]
        near = next((group for group in before if group), [])
        found += [Exemplar(copy, w, w in near) for group in before for w in group]
    return tuple(found)


def _standing(tree: Tree, lengths: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """Witnesses without a change of their own, and the point at which they stand."""
    found = {}
    for u, v in tree.edges:
        leaf, node = min(u, v), max(u, v)
        if leaf < tree.leaves <= node and lengths[u, v] == 0:
            found[leaf] = node
    return found


def _lines(tree: Tree, start: int) -> dict[int, list[int]]:
    """The points between each witness and the beginning, the nearest first."""
    before = dict(tree.walk(start))
    found: dict[int, list[int]] = {}
    for leaf in range(tree.leaves):
        line, node = [], before.get(leaf)
        while node is not None:
            line.append(node)
            node = before.get(node)
        found[leaf] = line
    return found


def _against(
    tree: Tree, lengths: Mapping[tuple[int, int], float], years: Sequence[Years], start: int
) -> tuple[tuple[int, int], ...]:
    at, lines = _standing(tree, lengths), _lines(tree, start)
    found = []
    for before, point in sorted(at.items()):
        # two that stand at one point are the same: dates cannot be against that
        behind = (w for w in range(tree.leaves) if point in lines[w] and at.get(w) != point)
        found += [(before, other) for other in behind if _younger(years, before, other)]
    return tuple(found)


def _younger(years: Sequence[Years], one: int, other: int) -> bool:
    """Whether a witness was certainly made after another."""
    first, last = years[one][0], years[other][1]
    return first is not None and last is not None and first > last


def _clock(
    tree: Tree, lengths: Mapping[tuple[int, int], float], known: Mapping[int, float], start: int
) -> float:
    """Correlation of the dates with the changes since the beginning; 0 where either does not vary."""
    away = _away(tree, lengths, start)
    x = np.array([known[leaf] for leaf in sorted(known)])
    y = np.array([away[leaf] for leaf in sorted(known)])
    if np.ptp(y) == 0:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])


def _away(tree: Tree, lengths: Mapping[tuple[int, int], float], start: int) -> dict[int, float]:
    own = {frozenset(edge): length for edge, length in lengths.items()}
    found = {start: 0.0}
    for node, before in walk(tree.beside, start):
        if before is not None:
            found[node] = found[before] + own[frozenset((before, node))]
    return found


def _middle(tree: Tree, lengths: Mapping[tuple[int, int], float]) -> int:
    """The point from which the farthest witness is nearest."""
    nodes = [node for node in sorted(tree.beside) if node >= tree.leaves] or [0]
    return min(nodes, key=lambda node: (max(_away(tree, lengths, node).values()), node))
