"""What an explanation says, in words: the sentences of the report, the parts, the parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zij.explain.report.sheets import row_shares, strongest_rows
from zij.tables.reading import Reading

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Part",
    "composition",
    "figure_text",
    "headline",
    "number_sentence",
    "percent",
    "readers_notes",
    "row_sentence",
]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the similarity; `pairs` is the number of its pairs, None where it is not made of pairs.

    Attributes
    ----------
    key : str
        In `explanation.json`.
    relevance : float
    share : str
        Of the similarity, in words.
    words : str
        What it is.
    pairs : int or None
    """

    key: str
    relevance: float
    share: str
    words: str
    pairs: int | None = None


def percent(value: float, whole: float) -> str:
    """A share as "61 %", or "0.4 %" where it is small."""
    share = 100 * value / whole if whole else 0.0
    text = f"{share:.1f} %" if 0.05 <= abs(share) < 9.95 else f"{round(share) + 0:.0f} %"
    return text.replace("-", "\N{MINUS SIGN}")


def figure_text(value: float) -> str:
    """A relevance with four decimals, or as many as show two digits that count."""
    places = min(max(1 - math.floor(math.log10(abs(value))), 4), 9) if value else 0
    return f"{value:.{places}f}".replace("-", "\N{MINUS SIGN}")


def headline(summary: Mapping[str, Any]) -> str:
    """What the similarity is."""
    if _by_digits(summary):
        return (
            "is the similarity of the two pages: 1 where both have the same digits and pairs of neighbouring "
            "digits in the same proportions, 0 where they share none."
        )
    by = f" by {summary['described']}" if "described" in summary else ""
    told = f"is the similarity of the two pages, the cosine of their embeddings{by}: 1 at most."
    if "random weights" in by:
        told += " The network's weights were drawn at random: it has learnt nothing."
    return told


def _by_digits(summary: Mapping[str, Any]) -> bool:
    """Whether the similarity is that of digits, not of an encoder."""
    return str(summary.get("model", "bigram")).startswith("bigram")


def composition(pairs: pd.DataFrame, summary: Mapping[str, Any]) -> list[Part]:
    """The parts that sum to the similarity, each as computed."""
    similarity = float(summary["similarity"])
    matching = pairs["corresponds"].to_numpy(dtype=bool)
    relevance = pairs["relevance"].to_numpy(dtype=float)
    both, other = int(matching.sum()), int((~matching).sum())
    beyond = max(int(summary["pairs"]) - len(pairs), 0) if "pairs" in summary else None
    unlisted = float(summary.get("relevance_unlisted", 0.0))
    if beyond is None and unlisted == 0:
        beyond = 0
    weaker = f"{_count(beyond)} weaker pairs, not listed here"
    if beyond == 0 and unlisted > 0:  # nothing is left out by length
        weaker = "other readings of uncertain digits, not listed"
        beyond = None
    outside = "evidence outside the digits read"
    if not _by_digits(summary):
        outside = "pairs of places of which one or both lie outside the numbers read"
    if summary.get("units") == "patches":
        weaker = f"{_count(beyond)} weaker pairs of patches, not listed here"
        outside = "the paper added to make the pages square"
    rows: list[tuple[str, float, str, int | None]] = [
        ("matching", relevance[matching].sum(), f"{both:,} pairs in corresponding cells", both),
        ("elsewhere", relevance[~matching].sum(), f"{other:,} pairs elsewhere on the pages", other),
        ("unlisted", unlisted, weaker, beyond),
        ("outside", summary.get("relevance_outside_digits", 0.0), outside, None),
        ("remainder", summary.get("remainder", 0.0), "remainder of the calculation", None),
    ]
    return [Part(key, float(v), percent(float(v), similarity), words, n) for key, v, words, n in rows]


def row_sentence(pairs: pd.DataFrame, reading: Reading, similarity: float) -> str:
    """Which rows of page A contribute most, as shares of the similarity.

    Parameters
    ----------
    pairs : DataFrame
        The columns of pairs.csv.
    reading : Reading
        Of page A.
    similarity : float

    Returns
    -------
    str
    """
    shares = row_shares(pairs, reading)
    if not shares or sum(shares.values()) <= 0:
        return "No row of a table contributes: the pairs stand outside tables."
    several = len(reading.tables) > 1
    best = sorted(shares.items(), key=lambda item: -item[1])[:3]
    names = [f"row {row + 1}{f' of table {table + 1}' if several else ''}" for (table, row), _ in best]
    together = percent(sum(v for _, v in best), similarity)
    text = f"On page A, {_joined(names)} contribute most ({together} together)"
    run = strongest_rows(pairs, reading)
    if run and run[1] != run[2]:
        table, first, last, value = run
        where = f" of the {reading.tables[table].rows}{f' of table {table + 1}' if several else ''}"
        share = percent(value, similarity)
        text += f"; rows {first + 1} to {last + 1}{where} make up {share} of the similarity"
    return f"{text}."


def number_sentence(summary: Mapping[str, Any]) -> str:
    """How much of an encoder's similarity lies between the numbers of both pages."""
    share = percent(float(summary["relevance_numbers"]), float(summary["similarity"]))
    return (
        f"{share} of the similarity lies between numbers of the two pages (pairs.csv); the rest has at least"
        " one end elsewhere: at rules, borders, words or blank paper."
    )


def readers_notes(model: str) -> tuple[list[str], list[str]]:
    """How to read the report, and what it does not say."""
    if not model.startswith("bigram"):
        return _encoder_notes()
    how = [
        "Point at a digit of either page to see what it is matched with on the other, and how much that "
        "adds. Red lines speak for the similarity, blue dashed ones against it; the stronger, the bolder.",
        "Equal digits pair wherever they stand. Pairs in corresponding cells, where the rows and columns of "
        "the two tables lie on each other, are the ones to check first; the switch leaves only those.",
        "Rows and columns are those of the table as zij has drawn it on the overlay: what it left out of the "
        "table, often headings, is not counted. They count from 1 here, and from 0 in the files beside it "
        "(pairs.csv, PAGE-XML).",
    ]
    limits = [
        "It does not say that one page was copied from the other, nor which came first.",
        "It counts what was read: a misread digit counts as what it was read as, an unread one not at all.",
    ]
    order = (
        "It does not know where on the page a digit stands: the same numbers in another order are as "
        "similar. It says nothing about headings and words."
    )
    limits.insert(1, order)
    return how, limits


def _encoder_notes() -> tuple[list[str], list[str]]:
    """The same for an encoder of images."""
    how = [
        "The pages are cut into square patches. Point at one to see which patches of the other page the "
        "network matches it with, and how much that adds. Red speaks for the similarity, blue "
        "and dashed against it.",
        "The colours on the pages are the relevance of their pixels, summed over all of the other page. Look "
        "whether they lie on digits, or on rules, borders and the edges of the paper.",
    ]
    limits = [
        "It does not say that one page was copied from the other, nor which came first.",
        "The network reads no digits: pages that look alike are similar, whatever their numbers.",
        "Patches are called corresponding where their middles lie in cells that the readings match.",
    ]
    return how, limits


def _count(number: int | None) -> str:
    return "all" if number is None else f"{number:,}"


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
