"""The apparatus as tables: every place, the variants, and stemmaweb's form."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from zij.explain.collation.apparatus import Apparatus, Entry, Place
from zij.explain.collation.judging import judge
from zij.explain.collation.report.words import entry_text, siglum_list
from zij.tables.csvframe import csv_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "LACUNA",
    "RESERVED",
    "apparatus_csv",
    "apparatus_frame",
    "shared_csv",
    "shared_frame",
    "stemma_csv",
    "variants_csv",
    "variants_frame",
]

RESERVED = ("table", "row", "column", "status", "kind", "reason", "p_scan", "p_print", "p_computation")
"""Names of columns that no witness can have as its siglum."""
LACUNA = "#LACUNA#"
"""Where a witness says nothing: it lacks the place, or its cell cannot be read beyond doubt."""

_SHARED = ("table", "row", "column", "text", "expected", "rule", "residual", "witnesses")
Guard = Callable[[str], str]


def apparatus_csv(apparatus: Apparatus, *, guard: Guard | None = None) -> str:
    """Every place: table, row, column (from 0), the text of each witness, status.

    Further columns: kind, and for each witness the state and confidence of its cell, its page, and the cell's
    box as `x,y,w,h` in pixels of the original image.

    Parameters
    ----------
    apparatus : Apparatus
    guard : callable, optional
        Applied to every field, for spreadsheets.

    Returns
    -------
    str
        CSV with a header, LF.
    """
    return _text([_apparatus_head(apparatus), *_apparatus_lines(apparatus)], guard)


def apparatus_frame(apparatus: Apparatus) -> pd.DataFrame:
    """Every place as a frame with the columns of `apparatus_csv`.

    Parameters
    ----------
    apparatus : Apparatus

    Returns
    -------
    DataFrame
        A row a place; row and column are whole numbers from 0, confidences are floats (NaN where a witness
        lacks the place), all else is text as in the file.
    """
    head = _apparatus_head(apparatus)
    floats = [f"confidence {witness.siglum}" for witness in apparatus.witnesses]
    kinds = {"row": "int64", "column": "int64", **dict.fromkeys(floats, "float64")}
    return csv_frame(head, _apparatus_lines(apparatus), kinds)


def variants_csv(apparatus: Apparatus, *, guard: Guard | None = None) -> str:
    """The places where witnesses differ, or may: texts, status, kind, reason, weights of the verdict."""
    return _text([_variants_head(apparatus), *_variants_lines(apparatus)], guard)


def variants_frame(apparatus: Apparatus) -> pd.DataFrame:
    """The places where witnesses differ, or may, as a frame with the columns of `variants_csv`.

    Parameters
    ----------
    apparatus : Apparatus

    Returns
    -------
    DataFrame
        A row a place; row and column are whole numbers from 0, the three weights are floats (NaN where they
        were not sought), all else is text as in the file.
    """
    kinds = {"row": "int64", "column": "int64", **dict.fromkeys(RESERVED[-3:], "float64")}
    return csv_frame(_variants_head(apparatus), _variants_lines(apparatus), kinds)


def shared_csv(apparatus: Apparatus, *, guard: Guard | None = None) -> str:
    """The errors that witnesses share: table, row, column (from 0), text, what the rule expects, the rule,
    the residual in units of the last place, and the sigla of those that have it, parted by blanks.
    """
    return _text([_SHARED, *_shared_lines(apparatus)], guard)


def shared_frame(apparatus: Apparatus) -> pd.DataFrame:
    """The errors that witnesses share, as a frame with the columns of `shared_csv`.

    Parameters
    ----------
    apparatus : Apparatus

    Returns
    -------
    DataFrame
        A row an error; row and column are whole numbers from 0, the residual is a float, all else is text as
        in the file.
    """
    kinds = {"row": "int64", "column": "int64", "residual": "float64"}
    return csv_frame(list(_SHARED), _shared_lines(apparatus), kinds)


def stemma_csv(apparatus: Apparatus, *, guard: Guard | None = None) -> str:
    """One witness a column, one place a line, sigla in the first line, as stemmaweb reads it.

    A witness that lacks the row or the column, or whose reading is in doubt where others differ, has
    `LACUNA`; an empty cell is empty. Blanks in a text are points, as a text is one word there.
    """
    lines = [[witness.siglum for witness in apparatus.witnesses]]
    for place in apparatus.places:
        doubted = (
            {witness for witness, _ in judge(place.entries).doubts} if place.status != "agree" else set()
        )
        lines.append(
            [
                LACUNA
                if entry is None or n in doubted or entry.state == "unread"
                else entry.text.replace(" ", ".")
                for n, entry in enumerate(place.entries)
            ]
        )
    return _text(lines, guard)


def _apparatus_head(apparatus: Apparatus) -> list[str]:
    sigla = [witness.siglum for witness in apparatus.witnesses]
    details = [f"{what} {siglum}" for siglum in sigla for what in ("state", "confidence", "page", "box")]
    return ["table", "row", "column", *sigla, "status", "kind", *details]


def _apparatus_lines(apparatus: Apparatus) -> Iterator[list[str]]:
    for place in apparatus.places:
        fields = [field for w, entry in enumerate(place.entries) for field in _details(apparatus, w, entry)]
        yield [*_place(place), *map(entry_text, place.entries), place.status, place.kind, *fields]


def _variants_head(apparatus: Apparatus) -> list[str]:
    return ["table", "row", "column", *(witness.siglum for witness in apparatus.witnesses), *RESERVED[3:]]


def _variants_lines(apparatus: Apparatus) -> Iterator[list[str]]:
    for place in apparatus.differences():
        verdict = place.verdict
        weights = ("", "", "")
        if verdict is not None:
            weights = (f"{verdict.scan:.4f}", f"{verdict.print:.4f}", f"{verdict.computation:.4f}")
        texts = map(entry_text, place.entries)
        yield [*_place(place), *texts, place.status, place.kind, place.reason, *weights]


def _shared_lines(apparatus: Apparatus) -> Iterator[list[str]]:
    for error in apparatus.errors:
        where = [error.table, str(error.row), str(error.column)]
        sigla = siglum_list(apparatus.witnesses, error.witnesses)
        yield [*where, error.text, error.expected, error.rule, f"{error.residual:.6g}", sigla]


def _place(place: Place) -> list[str]:
    return [place.table, str(place.row), str(place.column)]


def _details(apparatus: Apparatus, witness: int, entry: Entry | None) -> Sequence[str]:
    if entry is None:
        return ("", "", "", "")
    page = apparatus.witnesses[witness].readings[entry.page].image
    box = entry.box.rounded()
    numbers = ",".join(str(int(value)) for value in (box.x, box.y, box.w, box.h))
    return (entry.state, f"{entry.confidence:.6g}", page, numbers)


def _text(lines: Iterable[Sequence[str]], guard: Guard | None) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for line in lines:
        writer.writerow([guard(field) for field in line] if guard else line)
    return stream.getvalue()
