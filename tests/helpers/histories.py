"""Made copying histories with lost copies and misreadings, and the true tree of what is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zij.explain.collation.descent.characters import Characters, Told, characters
from zij.explain.collation.descent.tree import Split
from zij.tables.generate.copying import CopyingTree, copying_tree
from zij.tables.generate.errors import CONFUSIONS
from zij.tables.generate.numeric import NumericTable

__all__ = ["History", "history", "true_groups"]


@dataclass(frozen=True)
class History:
    """What is left of a history: its witnesses as characters, and the groups of their true tree."""

    characters: Characters
    groups: frozenset[Split]
    tree: CopyingTree
    kept: tuple[int, ...]
    mixed: int | None = None  # the witness that follows two exemplars


def table(seed: int, rows: int = 40, columns: int = 10) -> NumericTable:
    """Numbers without a rule, of one to three digits, beside a counting column."""
    rng = np.random.default_rng([seed, 0x7AB])
    lines = [
        (str(row + 1), *(str(rng.integers(10 ** rng.integers(1, 4))) for _ in range(columns)))
        for row in range(rows)
    ]
    return NumericTable("", ("",) * (columns + 1), frozenset(), tuple(lines))


def history(
    seed: int, witnesses: int = 12, errors: int = 20, misread: float = 0.0, *, mixed: bool = False
) -> History:
    """So many witnesses, left of half as many again, each copied with so many errors.

    Misread cells have one digit taken for one that it resembles; no confidence tells them from the others.
    With `mixed`, the lower half of one witness, of its own errors too, comes from a copy of another line.
    """
    rng = np.random.default_rng([seed, 0xC0B1])
    copied = copying_tree([seed], table(seed), witnesses * 3 // 2, errors=lambda *_: errors)
    kept = tuple(sorted(rng.choice(len(copied.copies), witnesses, replace=False).tolist()))
    sure = 1 - max(misread, 0.002)
    keys, rows = [], []
    own, other = _two_lines(rng, copied, kept) if mixed else (None, None)
    for r in range(40):
        for c in range(1, 11):
            keys.append(("t1", r, c))
            half = {own: other} if mixed and r > 20 else {}
            texts = [copied.copies[half.get(n, n)].table.rows[r][c] for n in kept]
            rows.append([Told(_read(rng, text, misread), sure) for text in texts])
    names = [f"W{n}" for n in kept]
    witness = kept.index(own) if own is not None else None
    return History(characters(names, keys, rows), true_groups(copied, kept), copied, kept, witness)


def _two_lines(
    rng: np.random.Generator, tree: CopyingTree, kept: tuple[int, ...]
) -> tuple[int | None, int | None]:
    """A copy that is left, and any other from which it does not descend, nor that one from it."""
    pairs = [
        (own, other.number)
        for own in kept
        for other in tree.copies
        if other.number not in tree.line(own) and own not in tree.line(other.number)
    ]
    return pairs[int(rng.integers(len(pairs)))] if pairs else (None, None)


def _read(rng: np.random.Generator, text: str, misread: float) -> str | None:
    if not text:
        return None
    if rng.random() < misread:
        at = int(rng.integers(len(text)))
        return text[:at] + CONFUSIONS[text[at]] + text[at + 1 :]
    return text


def true_groups(tree: CopyingTree, kept: tuple[int, ...]) -> frozenset[Split]:
    """The groups of witnesses that descend from one copy, by their index, as splits without witness 0."""
    everyone = frozenset(range(len(kept)))
    found = set()
    for copy in tree.copies:
        group = frozenset(i for i, n in enumerate(kept) if copy.number in tree.line(n))
        group = everyone - group if 0 in group else group
        if 1 < len(group) < len(kept) - 1:
            found.add(group)
    return frozenset(found)
