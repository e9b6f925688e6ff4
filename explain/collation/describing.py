"""Places judged, and their differences described: what kind of error leads from the right text to the wrong.

Which of two texts is the error is told by arithmetic, where one breaks a rule that the other keeps; else what
most witnesses have is the better one; of equally many neither is, and no side is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from zij.explain.collation.apparatus import Apparatus, Place
from zij.explain.collation.figures import digits_of
from zij.explain.collation.judging import Judged, judge, value
from zij.explain.collation.kinds import Around, kind_of
from zij.explain.collation.texts import Texts
from zij.explain.collation.verdicts import Finding, Key, differs

__all__ = ["described", "judged_places"]


def judged_places(name: str, texts: Texts, sigla: Sequence[str]) -> Iterator[Place]:
    """The places of a collated table where any witness has figures, each with its status.

    Texts that differ have no kind yet; see `described`.

    Parameters
    ----------
    name : str
        Of the table.
    texts : Texts
    sigla : sequence of str
        Of the witnesses.

    Yields
    ------
    Place
    """
    usual = texts.usual()
    for r, line in enumerate(texts.rows):
        for c, entries in enumerate(line):
            if not texts.anywhere(r, c):
                continue
            judged = judge(entries, expected=[bool(own) for own in usual[:, c]])
            kind = reason = ""
            if judged.status in ("agree", "only"):
                written = {digits_of(e.text) for e in entries if e is not None and value(e.text)}
                reason = "leading zeros differ" if len(written) > 1 else ""
            elif len(judged.groups) == 1:
                kind, reason = "unread", _doubts(judged, sigla)
            yield Place(name, r, c, entries, judged.status, kind, reason)


def described(apparatus: Apparatus, texts: Mapping[str, Texts], findings: Mapping[Key, Finding]) -> Apparatus:
    """The apparatus with kind, reason and verdict of every difference.

    Parameters
    ----------
    apparatus : Apparatus
        With judged places.
    texts : mapping of str to Texts
        What stands in each table.
    findings : mapping
        What arithmetic says of places that differ, by table, row and column; may be empty.

    Returns
    -------
    Apparatus
    """
    last = {name: own.last_places() for name, own in texts.items()}
    sigla = [witness.siglum for witness in apparatus.witnesses]
    places = []
    for place in apparatus.places:
        if differs(place):
            finding = findings.get((place.table, place.row, place.column))
            own, lowest = texts[place.table], last[place.table][place.column]
            places.append(_described(place, sigla, own, lowest, finding))
        else:
            places.append(place)
    return replace(apparatus, places=tuple(places))


def _described(
    place: Place, sigla: Sequence[str], texts: Texts, last: bool, finding: Finding | None
) -> Place:
    judged = judge(place.entries)
    kinds, reasons = _kinds(place, judged, texts, last, finding)
    kind, reason = "; ".join(kinds), "; ".join(reasons)
    if judged.status == "uncertain":
        kind, reason = "likely misreading", f"{_doubts(judged, sigla)}; else {kind}: {reason}"
    if finding is None:
        return replace(place, kind=kind, reason=reason)
    reason += f"; {finding.words}" if finding.words else ""
    return replace(place, kind=kind, reason=reason, verdict=finding.verdict)


def _kinds(
    place: Place, judged: Judged, texts: Texts, last: bool, finding: Finding | None
) -> tuple[list[str], list[str]]:
    """Kinds and reasons of the differences from the best text, each once, in the order of the groups."""
    at = place.row, place.column
    groups = judged.groups
    best = finding.right if finding is not None and finding.right is not None else 0
    kinds: dict[str, None] = {}
    reasons: dict[str, None] = {}
    for number, group in enumerate(groups):
        if number == best:
            continue
        told = finding is not None and finding.right is not None and number in finding.wrong
        right, wrong = groups[best], group
        if not told and len(wrong) > len(right):
            right, wrong = wrong, right
        around = Around(
            texts.look(right, *at), texts.look(wrong, *at), last, not told and len(right) == len(wrong)
        )
        kind, reason = kind_of(texts.at(right[0], *at), texts.at(wrong[0], *at), around)
        kinds[kind] = reasons[reason] = None
    return list(kinds), list(reasons)


def _doubts(judged: Judged, sigla: Sequence[str]) -> str:
    return "; ".join(f"{sigla[witness]}: {why}" for witness, why in judged.doubts[:3])
