"""The places in which witnesses differ, as characters that a tree can be held against."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.apparatus import Apparatus, Entry
from zij.explain.collation.descent.chances import ErrorModel
from zij.explain.collation.figures import digits_of

__all__ = ["Characters", "Told", "characters", "from_apparatus"]

MOST_COST = 60.0  # nats; what costs more is as good as impossible


@dataclass(frozen=True, slots=True)
class Told:
    """What one witness has in one place.

    Attributes
    ----------
    text : str or None
        Its figures; None where it has none or they cannot be read.
    certainty : float
        Probability that this is what stands there, 0 to 1.
    others : tuple of (str, float)
        What else may stand there, with probabilities.
    """

    text: str | None
    certainty: float = 1.0
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Characters:
    """The places in which witnesses differ.

    Attributes
    ----------
    names : tuple of str
        Sigla of the N witnesses.
    keys : tuple of (str, int, int)
        Table, row and column of each of the P places.
    texts : tuple of tuple of str
        The S_p texts of each place, the commonest first.
    state : (P, N) ndarray of int64
        Which text each witness has; -1 where it has none.
    steps : (P, S, S) ndarray of float64
        Cost of a change between two texts of a place, in nats; infinite for texts that are not there.
    leaves : (N, P, S) ndarray of float64
        Cost of what was read in a witness, if it has a certain text.
    compared : int
        Places in which two witnesses at least have figures, those without a difference among them.
    rate : float
        Share of the cells in which a copy errs, as the costs have it.
    """

    names: tuple[str, ...]
    keys: tuple[tuple[str, int, int], ...]
    texts: tuple[tuple[str, ...], ...]
    state: NDArray[np.int64]
    steps: NDArray[np.float64]
    leaves: NDArray[np.float64]
    compared: int
    rate: float

    def informative(self) -> NDArray[np.bool_]:
        """Which places can tell one tree from another: two texts that two witnesses each may have, (P,)."""
        likely = self.leaves.transpose(1, 0, 2) < math.log(1000.0)
        likely &= (self.state >= 0)[:, :, None]
        return np.asarray((likely.sum(axis=1) >= 2).sum(axis=1) >= 2)

    def chosen(self, which: NDArray[np.bool_]) -> Characters:
        """Some of the places."""
        kept = np.flatnonzero(which)
        return Characters(
            self.names, tuple(self.keys[k] for k in kept), tuple(self.texts[k] for k in kept),
            self.state[kept], self.steps[kept], self.leaves[:, kept], self.compared, self.rate,
        )  # fmt: skip


def from_apparatus(apparatus: Apparatus, model: ErrorModel | None = None) -> Characters:
    """The places of an apparatus in which its witnesses differ.

    Cells that a person has written or corrected are certain. Where the machine has read, its own hypotheses
    say what else may stand there.
    """
    model = model or ErrorModel()
    keys, rows = [], []
    for place in apparatus.places:
        keys.append((place.table, place.row, place.column))
        rows.append([_told(entry, model) for entry in place.entries])
    names = [witness.siglum for witness in apparatus.witnesses]
    return characters(names, keys, rows, model)


def characters(
    names: Sequence[str],
    keys: Sequence[tuple[str, int, int]],
    rows: Sequence[Sequence[Told]],
    model: ErrorModel | None = None,
) -> Characters:
    """Places as characters; those in which nothing differs are only counted.

    Parameters
    ----------
    names : sequence of str
        The N witnesses.
    keys : sequence of (str, int, int)
        Table, row and column of each place.
    rows : sequence of sequence of Told
        For each place what each witness has.
    model : ErrorModel, optional

    Returns
    -------
    Characters
    """
    model = model or ErrorModel()
    beside = _beside(keys, rows)
    told = [[t.text for t in row if t.text is not None] for row in rows]
    varying = [n for n, texts in enumerate(told) if len(set(texts)) > 1]
    texts = [tuple(sorted(set(told[n]), key=lambda t, n=n: (-told[n].count(t), t))) for n in varying]  # type: ignore[misc]
    most = max(map(len, texts), default=1)
    steps = np.full((len(varying), most, most), np.inf)
    state = np.full((len(varying), len(names)), -1)
    leaves = np.zeros((len(names), len(varying), most))
    for p, (n, known) in enumerate(zip(varying, texts, strict=True)):
        near = beside.get(keys[n], frozenset())
        for i, one in enumerate(known):
            for j, two in enumerate(known):
                steps[p, i, j] = 0.0 if i == j else min(model.cost(one, two, near), MOST_COST)
        for w, cell in enumerate(rows[n]):
            if cell.text is not None:
                state[p, w] = known.index(cell.text)
                leaves[w, p, : len(known)] = [_seen(cell, text, model) for text in known]
    compared = sum(len(found) > 1 for found in told)
    kept = tuple(keys[n] for n in varying)
    return Characters(tuple(names), kept, tuple(texts), state, steps, leaves, compared, model.rate)


def _told(entry: Entry | None, model: ErrorModel) -> Told:
    if entry is None or entry.state in ("unread", "empty") or not (found := digits_of(entry.text)):
        return Told(None)
    text = " ".join(found)
    if entry.source == "human":
        return Told(text)
    others = tuple(
        (" ".join(own), chance) for other, chance in entry.alternatives if (own := digits_of(other))
    )
    return Told(text, min(entry.confidence, 1 - model.misread), others)


def _seen(cell: Told, text: str, model: ErrorModel) -> float:
    """Cost of having read what was read, if a certain text stands there."""
    if text == cell.text:
        return -math.log(max(cell.certainty, 1e-9))
    named = dict(cell.others).get(text, 0.0)
    wrong = max(1 - cell.certainty - sum(chance for _, chance in cell.others), 0.0)
    spread = wrong * model.chance(text, cell.text or "") / model.rate  # readers err much as copyists do
    found = max(named, spread)
    return min(-math.log(found), MOST_COST) if found > 0 else MOST_COST


def _beside(
    keys: Sequence[tuple[str, int, int]], rows: Sequence[Sequence[Told]]
) -> dict[tuple[str, int, int], frozenset[str]]:
    """What any witness has in the rows above and below each place."""
    own = {key: frozenset(t.text for t in row if t.text) for key, row in zip(keys, rows, strict=True)}
    nothing: frozenset[str] = frozenset()
    return {
        (table, row, column): own.get((table, row - 1, column), nothing)
        | own.get((table, row + 1, column), nothing)
        for table, row, column in keys
    }
