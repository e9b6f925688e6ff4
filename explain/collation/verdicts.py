"""Arithmetic as a second witness: whose text a place's column expects, and what explains the other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zij.explain.collation.apparatus import Apparatus, Entry, Place, Verdict
from zij.explain.collation.arithmetic import CellCheck, weigh
from zij.explain.collation.figures import digits_of
from zij.explain.collation.hearing import Checks, Heard, by_table
from zij.explain.collation.judging import groups_of, value

__all__ = ["Finding", "Key", "differs", "findings"]

Key = tuple[str, int, int]
"""Table, row and column."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What arithmetic says of a place where texts differ.

    Attributes
    ----------
    verdict : Verdict
        On the suspected text.
    words : str
        Which text breaks which rule, and what the rule expects; "" where arithmetic is silent.
    right : int or None
        The text that keeps the rule, by its number among `groups_of` the place; None where none is told.
    wrong : tuple of int
        The texts that break it.
    """

    verdict: Verdict
    words: str = ""
    right: int | None = None
    wrong: tuple[int, ...] = ()


def findings(apparatus: Apparatus, heard: Mapping[str, Heard]) -> dict[Key, Finding]:
    """What arithmetic says of every place where texts differ.

    The suspect is the text that breaks a rule of its column where another keeps it and is nearer to what the
    rule expects, else the one with the fewest witnesses (of equals the last). Its three explanations are
    weighed by `zij.explain.collation.arithmetic.weigh`. No status is changed.

    Parameters
    ----------
    apparatus : Apparatus
        With judged places; kinds and reasons are not looked at.
    heard : mapping of str to Heard
        What arithmetic says of the tables, as `hearing.hear` gives it.

    Returns
    -------
    dict of (str, int, int) to Finding
        By table, row and column.
    """
    found: dict[Key, Finding] = {}
    for name, places in by_table(apparatus).items():
        if name not in heard:
            continue
        for key, place in places.items():
            if differs(place):
                found[(name, *key)] = _finding(apparatus, place, places, heard[name].checks)
    return found


def differs(place: Place) -> bool:
    """Whether texts differ in a place; a cell that cannot be read is no text."""
    return place.status in ("variant", "uncertain") and len(groups_of(place.entries)) > 1


def _finding(
    apparatus: Apparatus,
    place: Place,
    places: Mapping[tuple[int, int], Place],
    checks: Mapping[int, Checks],
) -> Finding:
    key = place.row, place.column
    groups = groups_of(place.entries)
    texts = [_text(place.entries[group[0]]) or "" for group in groups]
    flagged = [_flag(n, group, key, checks) for n, group in enumerate(groups)]
    broken = {n: check for n, check in enumerate(flagged) if check is not None}
    right = _right(texts, broken, heard=2 if -1 in checks else len(texts))
    suspect = max(broken) if right is not None else len(groups) - 1
    check = broken[suspect] if right is not None else None
    witness = groups[suspect][0]
    entry = place.entries[witness]
    assert entry is not None
    weighed = weigh(
        texts[suspect],
        texts[right or 0],
        confidence=entry.confidence,
        alternatives=entry.alternatives,
        source=entry.source,
        residual=check.residual if check is not None else None,
        run=check.run if check is not None else 1,
        neighbours=_neighbours(witness, key, places),
        others=[_text(e) for n, e in enumerate(place.entries) if n != witness],
    )
    verdict = Verdict(weighed.p_scan, weighed.p_print, weighed.p_computation)
    sigla = [" ".join(apparatus.witnesses[w].siglum for w in group) for group in groups]
    words = "; ".join(_words(texts[n], sigla[n], check) for n, check in broken.items())
    return Finding(verdict, words, right, tuple(broken) if right is not None else ())


def _right(texts: Sequence[str], broken: Mapping[int, CellCheck], heard: int) -> int | None:
    """Of the texts that break no rule, where others do, the one that is nearest to what the rule expects.

    It must be nearer than what breaks the rule: else arithmetic tells that something is wrong, not what.
    Only the first texts are checked, so many as are heard; they come before the others.
    """
    if not broken:
        return None
    worst = max(broken)
    expected = broken[worst].expected
    kept = [n for n in range(len(texts)) if n not in broken]
    nearest = min(kept, key=lambda n: (n >= heard, _apart(texts[n], expected), n), default=worst)
    return nearest if _apart(texts[nearest], expected) < _apart(texts[worst], expected) else None


def _apart(text: str, expected: str) -> tuple[float, ...]:
    """How far two texts are apart, number by number; infinitely where they have not as many."""
    one, two = digits_of(text), digits_of(expected)
    if len(one) != len(two):
        return (math.inf,)
    return tuple(abs(float(a) - float(b)) for a, b in zip(one, two, strict=True))


def _words(text: str, sigla: str, check: CellCheck) -> str:
    rule = f"{check.rule}, which expects {check.expected}"
    return f"{text} ({sigla}) breaks a rule that its column keeps: {rule}"


def _flag(
    number: int, group: Sequence[int], key: tuple[int, int], checks: Mapping[int, Checks]
) -> CellCheck | None:
    """The check that a group's text fails; of many witnesses only the first two texts are checked."""
    if -1 in checks:
        check = checks.get(-1 - number, {}).get(key)
        return check if check is not None and check.flagged else None
    found = [checks[w][key] for w in group if key in checks[w] and checks[w][key].flagged]
    return found[0] if len(found) == len(group) else None


def _neighbours(
    witness: int, key: tuple[int, int], places: Mapping[tuple[int, int], Place]
) -> tuple[str, ...]:
    around = ((-1, 0), (1, 0), (0, -1), (0, 1))
    there = [places.get((key[0] + down, key[1] + right)) for down, right in around]
    return tuple("" if place is None else _text(place.entries[witness]) or "" for place in there)


def _text(entry: Entry | None) -> str | None:
    return None if entry is None or not value(entry.text) or entry.state == "unread" else entry.text
