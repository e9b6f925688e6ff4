"""What the figures of an evaluation mean, in words."""

from __future__ import annotations

from collections.abc import Sequence

from zij.tables.scores.page import PageScores
from zij.tables.scores.summary import Group, Summary

__all__ = ["MEANINGS", "counted", "findings", "headline", "percent"]

MEANINGS = (
    (
        "precision, recall, F1",
        "A digit that was read is right if its box overlaps that of the same printed digit (intersection "
        "over union at least {iou:g}). Precision: right digits among those read. Recall: right digits among "
        "those printed. F1: their harmonic mean. Digits that nobody can tell for sure need not be read and "
        "count neither way.",
    ),
    ("right where found", "Of the printed digits that were found, the share read as what they are."),
    ("false digits", "Digits read where none stands: letters, ornaments, engravings."),
    (
        "histogram r",
        "Correlation of the counts of isolated digits and pairs of neighbouring digits with those of the "
        "truth. It is what a comparison of pages rests on.",
    ),
    (
        "calibration error",
        "How far confidences are from honest: the mean distance between a digit's confidence and the share "
        "of such digits that is right.",
    ),
    (
        "values: recall, precision",
        "A value is found if it stands in its row, in order. Recall: of the true values; precision: of the "
        "values read in table cells. Cells whose truth is * are not judged.",
    ),
    (
        "whole rows",
        "True rows that stand in one row of the reading, complete, in order, with nothing in between.",
    ),
)
"""Name and meaning of each figure."""


def counted(number: int, noun: str) -> str:
    """A number and its noun: "1 page", "1,200 pages"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """A share in per cent; never rounded to all or nothing where it is not."""
    text = f"{100 * share:.1f}"
    if text == "100.0" and share < 1:
        text = "99.9"
    if text == "0.0" and share > 0:
        text = "0.1"
    return f"{text} %"


def findings(group: Group) -> list[str]:
    """The main figures of a group in short, for one line."""
    said = []
    names = (
        ("f1", "digits F1"),
        ("value_recall", "values recall"),
        ("value_precision", "precision"),
        ("row_recall", "whole rows"),
    )
    for column, name in names:
        if column in group.figures:
            said.append(f"{name} {group.figures[column]:.3f}")
    return [", ".join(said)] if said else []


def headline(summary: Summary, pages: Sequence[PageScores]) -> str:
    """The result in two or three sentences."""
    said = [f"{counted(len(pages), 'page')} {'was' if len(pages) == 1 else 'were'} held against the truth."]
    matches = [page.digits for page in pages if page.digits is not None]
    required = sum(match.scores.true_digits for match in matches)
    if matches:
        hits = sum(int(match.confusion.diagonal().sum()) for match in matches)
        false = sum(match.scores.false_digits for match in matches)
        share = f" ({percent(hits / required)})" if required else ""
        said.append(
            f"Of {counted(required, 'printed digit')} {hits:,} were read right{share}; "
            f"{counted(false, 'digit')} {'was' if false == 1 else 'were'} read where none stands."
        )
    values = [page.values for page in pages if page.values is not None]
    if wanted := sum(match.scores.true_values for match in values):
        found = sum(len(row.pairs) for match in values for row in match.rows)
        rows = [row for match in values for row in match.rows if row.judged]
        whole = sum(row.whole for row in rows)
        are = "is" if whole == 1 else "are"
        said.append(
            f"Of {counted(wanted, 'value')} in tables {found:,} ({percent(found / wanted)}) stand in their "
            f"place; {whole:,} of {counted(len(rows), 'row')} {are} without a fault."
        )
    if not summary.whole.faults:
        said.append("Nothing is wrong.")
    return " ".join(said)
