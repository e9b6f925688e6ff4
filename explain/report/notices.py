"""What a reader has to know before the figures of a pair: pages without digits or tables, or with few."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zij.tables.reading import Number, Reading

__all__ = ["FEW", "left_out_sentence", "notices"]

FEW = 50
"""Digits of a page below which a similarity is mostly chance."""

_MEND = (
    "If it shows a table, look at the picture that zij annotate draws of it, and give zij a larger or"
    " straighter scan, a digit model taught with pages of that type (zij train), or a corrected reading."
)


def notices(a: Reading, b: Reading, summary: Mapping[str, Any]) -> list[str]:
    """What is the case where two pages can hardly be compared, and what to do; most pairs need none.

    Parameters
    ----------
    a, b : Reading
        The two pages.
    summary : mapping
        The numbers of explanation.json.

    Returns
    -------
    list of str
        Paragraphs.
    """
    if not str(summary.get("model", "bigram")).startswith("bigram"):
        return _of_encoders(a, b)
    alone = bool(_parameters(summary).get("only_tables"))
    said = [_of_page(side, page, alone) for side, page in (("A", a), ("B", b))]
    found = [sentence for sentence in said if sentence]
    if not all(_counted(page, alone) for page in (a, b)):
        found.append("The 0 says that nothing could be compared, not that the tables differ.")
        return found
    counts = _counted(a, alone), _counted(b, alone)
    if not float(summary["similarity"]):
        found.append(_nothing_shared(*counts))
    elif min(counts) < FEW:
        found.append(
            f"{_digits(counts[0])} on page A and {counts[1]:,} on page B were counted: with fewer than"
            f" some {FEW}"
            " on a page a similarity is mostly chance. Trust the numbers that you see, not the figure."
        )
    return found


def left_out_sentence(summary: Mapping[str, Any]) -> str:
    """What was left out of the similarity because it was asked for; "" where nothing was."""
    facts = _parameters(summary)
    if not facts.get("only_tables"):
        return ""
    a, b = (int(facts.get(f"{side}_left_out", 0)) for side in "ab")
    if not a and not b:
        return "Only tables were counted (--only-tables); no digit stands outside them."
    return (
        f"Only tables were counted (--only-tables): {_digits(a)} outside them on page A and {b:,} on"
        " page B were left out. The similarity and its parts are those of the tables alone."
    )


def _parameters(summary: Mapping[str, Any]) -> Mapping[str, Any]:
    found = summary.get("parameters")
    return found if isinstance(found, Mapping) else {}


def _of_encoders(a: Reading, b: Reading) -> list[str]:
    return [
        f"No number was read on page {side} ({page.image}), so that pairs.csv has no pairs; the pairs of"
        " patches below do not depend on it."
        for side, page in (("A", a), ("B", b))
        if not any(True for _ in page.numbers())
    ]


def _of_page(side: str, page: Reading, alone: bool) -> str:
    """What is the matter with one page; "" where it has digits in tables."""
    inside, outside = _counted(page, True), _count(page.loose)
    if inside:
        return ""
    name = f"page {side} ({page.image})"
    if not outside:
        return f"On {name} no digit was read. {_MEND} If it shows none, this is the answer."
    if alone:
        return (
            f"On {name} no digit stands in a table, and the {outside:,} outside tables were left out. Compare"
            f" without --only-tables to count them. {_MEND}"
        )
    return (
        f"On {name} {_digits(outside)} {'was' if outside == 1 else 'were'} read, none of them in a"
        " table: they"
        f" count in the similarity, but have no rows and cells that could correspond. {_MEND} If it"
        " shows none, do not take the similarity for one of tables; --only-tables leaves such digits out."
    )


def _nothing_shared(a: int, b: int) -> str:
    shared = (
        f"{_digits(a)} on page A and {b:,} on page B have nothing in common: no digit that stands alone"
        " on both, and no two neighbouring digits."
    )
    if min(a, b) < FEW:
        return f"{shared} With so few digits on a page that may be chance."
    return (
        f"{shared} On pages so full that is rare: look whether both were read as they stand, and not"
        " sideways or upside down."
    )


def _counted(page: Reading, alone: bool) -> int:
    """Digits that take part in the similarity."""
    inside = _count(tuple(n for table in page.tables for cell in table.cells for n in cell.numbers))
    return inside if alone else inside + _count(page.loose)


def _count(numbers: tuple[Number, ...]) -> int:
    return sum(sign in "0123456789" for number in numbers for sign in number.text)


def _digits(count: int) -> str:
    return f"{count:,} digit{'' if count == 1 else 's'}"
