"""A page as PAGE-XML on its way out: the file it came from, corrected, in the profile asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from zij.corpora.exchange.leaf import Leaf
from zij.corpora.exchange.loss import EVERYTHING, lost, resummed
from zij.tables.pagexml import Profile, to_xml
from zij.tables.pagexml.document import open_document

__all__ = ["page_xml", "summed"]

_COUNTED = re.compile(r"(.*) \(([0-9]+)\)")


def page_xml(leaf: Leaf, profile: Profile) -> tuple[bytes, tuple[str, ...]]:
    """The PAGE-XML of a page, and what the profile has no place for.

    What stands in the file that the page was read from and is not known to zij is kept, as far as the profile
    has a place for it; a file that needs no change is given byte for byte.

    Parameters
    ----------
    leaf : Leaf
    profile : {"nested", "flat", "transkribus"}

    Returns
    -------
    (bytes, tuple of str)
        The file, and a phrase for each kind of loss, with its count in brackets where that is above 1.

    Raises
    ------
    OutputError
        If the reading cannot be right.
    """
    if not leaf.stored:
        kept = EVERYTHING - {"alternatives", "parameters"} if profile == "transkribus" else EVERYTHING
        return to_xml(leaf.reading, profile=profile), lost([leaf.counts], kept)
    document = open_document(leaf.path).updated(leaf.reading).as_profile(profile)
    return document.tobytes(), document.lost


def summed(phrases: Iterable[str]) -> tuple[str, ...]:
    """Each kind of loss once, with the sum of its counts: "conf of Coords (3)", in order of appearance."""
    counts: Counter[str] = Counter()
    counted, others = resummed(phrases)
    for phrase in others:
        found = _COUNTED.fullmatch(phrase)
        counts[found[1] if found else phrase] += int(found[2]) if found else 1
    return (
        *counted,
        *(f"{what} ({count:,})" if count > 1 else what for what, count in counts.items()),
    )
