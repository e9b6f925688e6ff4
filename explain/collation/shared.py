"""Errors that witnesses share: readings that break a rule, and stand in two witnesses or more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from zij.explain.collation.apparatus import Apparatus, Entry, Place, SharedError
from zij.explain.collation.arithmetic import CellCheck
from zij.explain.collation.hearing import Heard
from zij.explain.collation.judging import doubt, groups_of, value

__all__ = ["shared_errors"]


def shared_errors(apparatus: Apparatus, heard: Mapping[str, Heard]) -> tuple[SharedError, ...]:
    """The readings that break a rule of their column and stand in two or more witnesses.

    Where each witness is checked by itself, the reading must break a rule in at least two of those that have
    it, and keep the rules of its table in none; where many are checked together, it must break a rule of the
    table as most have it. A witness whose cell may be misread is not counted: it is uncertain, or it may also
    be read as what the rule expects, or as what another witness has. What a person wrote is beyond doubt.

    Parameters
    ----------
    apparatus : Apparatus
        With judged places.
    heard : mapping of str to Heard
        What arithmetic says of the tables, as `hearing.hear` gives it.

    Returns
    -------
    tuple of SharedError
        In the order of the places.
    """
    found = []
    for place in apparatus.places:
        own = heard.get(place.table)
        groups = groups_of(place.entries)
        for rank, group in enumerate(groups if own is not None else ()):
            assert own is not None
            broken = _broken(own, place, rank, group)
            if len(group) < 2 or not broken:
                continue
            expected = dict.fromkeys(own.checks[who][place.row, place.column].expected for who in broken)
            others = [_text(place, other) for other in groups if other != group]
            firm = tuple(w for w in group if _firm(place.entries[w], (*expected, *others)))
            if len(firm) > 1:
                found.append(_error(place, own, broken[0], " or ".join(expected), firm, len(groups) == 1))
    return tuple(found)


def _broken(heard: Heard, place: Place, rank: int, group: Sequence[int]) -> list[int]:
    """Whose tables' rules a text breaks, by the keys of `Heard.checks`; none where it keeps those of another.

    Of many witnesses only the first two texts of a place are checked.
    """
    many = -1 in heard.checks
    asked: Iterable[int] = ((-1 - rank,) if rank < 2 else ()) if many else group
    checks: dict[int, CellCheck] = {}
    for who in asked:
        check = heard.checks[who].get((place.row, place.column))
        if check is not None:
            checks[who] = check
    if len(checks) < (1 if many else 2) or not all(check.flagged for check in checks.values()):
        return []
    return list(checks)


def _firm(entry: Entry | None, others: Iterable[str]) -> bool:
    """Whether a reading is beyond doubt, beside what else might stand there."""
    if entry is None or (entry.state == "uncertain" and entry.source != "human"):
        return False
    return not any(doubt(entry, other) for other in others if value(other) != value(entry.text))


def _text(place: Place, group: Sequence[int]) -> str:
    entry = place.entries[group[0]]
    return "" if entry is None else entry.text


def _error(
    place: Place, heard: Heard, who: int, expected: str, firm: tuple[int, ...], everywhere: bool
) -> SharedError:
    key = place.row, place.column
    check = heard.checks[who][key]
    return SharedError(
        place.table, *key, _text(place, firm), expected, check.rule, heard.words[who][key],
        check.residual, firm, everywhere,
    )  # fmt: skip
