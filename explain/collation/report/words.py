"""How witnesses, places and counts are named in the files of a collation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zij.explain.collation.apparatus import Apparatus, Entry, Place, SharedError, Status, Witness
from zij.explain.collation.judging import groups_of

__all__ = [
    "STATUSES",
    "UNREAD",
    "argument_of",
    "counted",
    "entry_text",
    "place_words",
    "readings_words",
    "sentence",
    "siglum_list",
]

UNREAD = "[unread]"
"""What stands for a cell with ink and without a reading."""
STATUSES: dict[Status, str] = {
    "variant": "differ",
    "uncertain": "uncertain: one may be misread from the scan",
    "only": "not in all witnesses",
    "agree": "agree",
}
"""What a status means."""


def entry_text(entry: Entry | None) -> str:
    """The text of an entry for a file: an unread cell is `UNREAD`, so that it is not taken for empty."""
    if entry is None:
        return ""
    return entry.text or (UNREAD if entry.state == "unread" else "")


def siglum_list(witnesses: Sequence[Witness], which: Iterable[int]) -> str:
    """The sigla of some witnesses, in their order."""
    return " ".join(witnesses[w].siglum for w in sorted(which))


def readings_words(place: Place, witnesses: Sequence[Witness]) -> str:
    """What stands in a place, each text with the witnesses that have it: "12 A B; 13 C"."""
    return "; ".join(
        f"{entry_text(place.entries[group[0]])} {siglum_list(witnesses, group)}"
        for group in groups_of(place.entries)
    )


def argument_of(apparatus: Apparatus) -> dict[tuple[str, int], str]:
    """What stands in the first column of each row, as most witnesses have it."""
    found = {}
    for place in apparatus.places:
        if place.column == 0 and (groups := groups_of(place.entries)):
            found[place.table, place.row] = entry_text(place.entries[groups[0][0]])
    return found


def place_words(place: Place | SharedError, arguments: dict[tuple[str, int], str]) -> str:
    """Row and column counted from 1, and the row's argument."""
    argument = arguments.get((place.table, place.row), "")
    named = f" ({argument})" if argument and place.column else ""
    return f"row {place.row + 1}{named}, column {place.column + 1}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun.

    Parameters
    ----------
    number : int
    one : str
        The noun.
    many : str
        Its plural; by default with an s.

    Returns
    -------
    str
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def sentence(apparatus: Apparatus) -> str:
    """What was found, in one sentence without its end."""
    counts = apparatus.counts()
    places = counted(len(apparatus.places), "place")
    tables = counted(len(apparatus.tables), "table")
    only = "only in one" if len(apparatus.witnesses) == 2 else "not in all"
    differ = "differs" if counts["variant"] == 1 else "differ"
    doubtful = sum(place.status == "agree" and _is_doubtful(place) for place in apparatus.places)
    on = f" ({doubtful:,} on a doubtful reading)" if doubtful else ""
    shared = f"; {counted(len(apparatus.errors), 'shared error')}" if apparatus.errors else ""
    return (
        f"{places} in {tables}: {counts['agree']:,} agree{on}, {counts['variant']:,} {differ}, "
        f"{counts['uncertain']:,} uncertain, {counts['only']:,} {only}{shared}"
    )


def _is_doubtful(place: Place) -> bool:
    return any(entry is not None and entry.state == "uncertain" for entry in place.entries)
