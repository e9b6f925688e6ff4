"""What the errors of some witnesses say about who copied whom: evidence, no verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.apparatus import Apparatus
from zij.explain.collation.descent.chances import ErrorModel
from zij.explain.collation.descent.characters import Characters, from_apparatus
from zij.explain.collation.descent.contamination import Contamination, contaminations
from zij.explain.collation.descent.joining import distances
from zij.explain.collation.descent.parsimony import Change, changes, lengths
from zij.explain.collation.descent.rooting import Exemplar, Root, Years, exemplars, root
from zij.explain.collation.descent.search import Found, found_tree
from zij.explain.collation.descent.tree import Split, Tree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Descent", "Objection", "descend"]

REPLICATES = 200


@dataclass(frozen=True, slots=True)
class Objection:
    """A place that speaks against the tree: one of its texts must have come about more than once.

    Attributes
    ----------
    place : int
        Index among the characters.
    changes : int
        Changes that the tree asks for.
    least : int
        Changes that would do, were the tree otherwise: one fewer than there are texts.
    cost : float
        What the additional changes cost at the least, in nats: the odder they are, the more they say.
    """

    place: int
    changes: int
    least: int
    cost: float


@dataclass(frozen=True, slots=True, eq=False)
class Descent:
    """A tree of witnesses with what speaks for and against it.

    Attributes
    ----------
    characters : Characters
        The places in which the witnesses differ.
    found : Found
        The tree with the branches that are borne out, and how well.
    lengths : mapping of (int, int) to int
        Changes on each branch of `found.tree`.
    changes : tuple of Change
        Where they lie in one of the likeliest histories.
    root : Root
        Where the tree is taken to begin.
    exemplars : tuple of Exemplar
        Who may have copied whom.
    objections : tuple of Objection
        What speaks against the tree, the oddest first.
    contaminations : tuple of Contamination
        Witnesses that seem to follow two exemplars.
    distances : (N, N) ndarray
        Weighted differences of the witnesses, in nats.
    years : tuple of (int or None, int or None)
        Dates as they were used.
    model : ErrorModel
    replicates, seed : int
    """

    characters: Characters
    found: Found
    lengths: Mapping[tuple[int, int], int]
    changes: tuple[Change, ...]
    root: Root
    exemplars: tuple[Exemplar, ...]
    objections: tuple[Objection, ...]
    contaminations: tuple[Contamination, ...]
    distances: NDArray[np.float64]
    years: tuple[Years, ...]
    model: ErrorModel
    replicates: int
    seed: int

    @property
    def tree(self) -> Tree:
        """The tree with the branches that are borne out."""
        return self.found.tree

    def group(self, which: Split) -> tuple[str, ...]:
        """Sigla of some witnesses, in their order."""
        return tuple(self.characters.names[w] for w in sorted(which))

    def frame(self) -> pd.DataFrame:
        """The errors that the tree rests on, a row each, with the columns of `descent.csv`.

        Row and column are whole numbers from 0, `weight` is in nats (how unlikely the change is by chance),
        `times` and `least` are numbers of changes; all else is text.
        """
        from zij.explain.collation.descent.words import changes_frame

        return changes_frame(self)

    def _repr_html_(self) -> str:
        """The tree with what speaks for and against it, for notebooks."""
        from zij.explain.collation.report.descentsection import descent_html

        return descent_html(self)


def descend(
    apparatus: Apparatus, *, model: ErrorModel | None = None, replicates: int = REPLICATES, seed: int = 0
) -> Descent | None:
    """What an apparatus says about descent; None where there are fewer than three witnesses.

    Parameters
    ----------
    apparatus : Apparatus
    model : ErrorModel, optional
        What goes wrong in copying, and how often.
    replicates : int
        Sets of places for the bootstrap.
    seed : int

    Returns
    -------
    Descent or None
    """
    if len(apparatus.witnesses) < 3:
        return None
    model = model or ErrorModel()
    years = [witness.years for witness in apparatus.witnesses]
    return descent(from_apparatus(apparatus, model), years, model=model, replicates=replicates, seed=seed)


def descent(
    characters: Characters,
    years: Sequence[Years],
    *,
    model: ErrorModel,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Descent:
    """What characters say about descent; see `descend`."""
    found = found_tree(characters, replicates=replicates, seed=seed)
    made = changes(characters, found.tree)
    on = Counter(frozenset(change.edge) for change in made)
    own = {edge: on[frozenset(edge)] for edge in found.tree.edges}
    begin = root(found.tree, own, years)
    return Descent(
        characters, found, own, made, begin, exemplars(found.tree, own, years, begin.node),
        _objections(characters, found.tree, made), contaminations(characters, found.binary),
        distances(characters), tuple(years), model, replicates, seed,
    )  # fmt: skip


def _objections(characters: Characters, tree: Tree, made: Sequence[Change]) -> tuple[Objection, ...]:
    costs = lengths(characters, tree)
    count = Counter(change.place for change in made)
    found = []
    for place, number in count.items():
        least = len(characters.texts[place]) - 1
        if number > least:
            found.append(Objection(place, number, least, float(costs[place] - _cheapest(characters, place))))
    return tuple(sorted(found, key=lambda one: (-one.cost, one.place)))


def _cheapest(characters: Characters, place: int) -> float:
    """What a place costs at the least on any tree: its texts joined by their cheapest changes."""
    count = len(characters.texts[place])
    steps = characters.steps[place, :count, :count]
    joined, cost = {0}, 0.0
    while len(joined) < count:  # Prim's minimum spanning tree
        rest = [k for k in range(count) if k not in joined]
        near = steps[np.ix_(sorted(joined), rest)]
        cost += float(near.min())
        joined.add(rest[int(near.argmin()) % len(rest)])
    return cost
