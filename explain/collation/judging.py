"""Whether a place varies: what each witness has there, and how far its reading is to be trusted."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from zij.explain.collation.apparatus import Entry, Status
from zij.explain.collation.figures import digits_of

__all__ = ["ALTERNATIVE", "SURE", "Judged", "doubt", "groups_of", "judge", "value"]

SURE = 0.9
"""Probability of a digit below which a difference may as well be a misreading."""
ALTERNATIVE = 0.02
"""Probability of another text, by the reading itself, from which on a difference may be a misreading."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Status of a place.

    Attributes
    ----------
    status : Status
    groups : tuple of tuples of int
        Witnesses that have the same figures, the largest group first (of equals the one with the first
        witness); empty for those that have none.
    doubts : tuple of (int, str)
        Witnesses whose reading is in doubt, and why.
    """

    status: Status
    groups: tuple[tuple[int, ...], ...]
    doubts: tuple[tuple[int, str], ...] = ()


@functools.lru_cache(maxsize=65536)
def value(text: str) -> str:
    """The figures of a text as they are compared: without leading zeros, parted by blanks."""
    runs = []
    for run in digits_of(text):
        minus, digits = run[: len(run) - len(run.lstrip("-"))], run.lstrip("-")
        runs.append(minus + (digits.lstrip("0") or "0"))
    return " ".join(runs)


def groups_of(entries: Sequence[Entry | None]) -> tuple[tuple[int, ...], ...]:
    """Witnesses by what figures they have, the largest group first."""
    found: dict[str, list[int]] = {}
    for witness, entry in enumerate(entries):
        if entry is not None and entry.state != "unread" and (figures := value(entry.text)):
            found.setdefault(figures, []).append(witness)
    return tuple(sorted(map(tuple, found.values()), key=lambda group: (-len(group), group[0])))


def judge(entries: Sequence[Entry | None], *, expected: Sequence[bool] = ()) -> Judged:
    """The status of a place.

    Variant: at least two different figures stand there beyond doubt. Uncertain: figures differ, but all but
    one of them may be misread from the scan; or a cell is unread where its witness has figures else. Only:
    not all have figures, and those that have agree. A cell that a person wrote is beyond doubt.

    Parameters
    ----------
    entries : sequence of (Entry or None)
        One a witness.
    expected : sequence of bool
        For each witness whether it has figures in most places of this column; all True if left out.

    Returns
    -------
    Judged
    """
    groups = groups_of(entries)
    if len(groups) > 1:
        doubts = []
        for witness in (w for group in groups for w in group):
            entry = entries[witness]
            assert entry is not None
            others = [_text(entries, group) for group in groups if witness not in group]
            why = next(filter(None, (doubt(entry, other) for other in others)), "")
            if why:
                doubts.append((witness, why))
        unsure = {witness for witness, _ in doubts}
        firm = [group for group in groups if not unsure.issuperset(group)]
        return Judged("variant" if len(firm) > 1 else "uncertain", groups, tuple(doubts))
    unread = [
        (w, "there is ink, but no reading")
        for w, entry in enumerate(entries)
        if entry is not None and entry.state == "unread" and (not expected or expected[w])
    ]
    if unread and groups:
        return Judged("uncertain", groups, tuple(unread))
    whole = bool(groups) and len(groups[0]) == len(entries)
    return Judged("agree" if whole else "only", groups)


def _text(entries: Sequence[Entry | None], group: Sequence[int]) -> str:
    entry = entries[group[0]]
    return "" if entry is None else entry.text


def doubt(entry: Entry, other: str) -> str:
    """Why an entry may in truth have another text, "" where there is no reason to think so.

    Parameters
    ----------
    entry : Entry
    other : str
        What another witness has.

    Returns
    -------
    str
    """
    if entry.source == "human":
        return ""
    wanted = value(other)
    for text, probability in entry.alternatives:
        share = probability / max(probability + entry.confidence, 1e-9)
        if value(text) == wanted and share >= ALTERNATIVE:
            return f"it may also be read {text} (probability {share:.2f})"
    own, theirs = "".join(digits_of(entry.text)), "".join(digits_of(other))
    if own == theirs:
        return "how its digits are divided is the reading's"
    if len(entry.signs) != len(own):
        return "" if entry.confidence >= SURE else f"it is read with probability {entry.confidence:.2f} only"
    # where a sign is missing it may have been overlooked beside another that is hard to read
    places = range(len(own)) if len(own) < len(theirs) else _differing(own, theirs)
    weak = [(entry.signs[k], own[k]) for k in places]
    if weak and min(weak)[0] < SURE:
        least, sign = min(weak)
        return f"its {sign} is read with probability {least:.2f} only"
    return ""


def _differing(own: str, theirs: str) -> list[int]:
    """Places of the own text that the other does not have so."""
    if len(own) == len(theirs):
        return [k for k, (a, b) in enumerate(zip(own, theirs, strict=True)) if a != b]
    blocks = SequenceMatcher(None, own, theirs, autojunk=False).get_matching_blocks()
    kept = {k for block in blocks for k in range(block.a, block.a + block.size)}
    return [k for k in range(len(own)) if k not in kept]
