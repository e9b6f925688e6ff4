"""What is wrong in a reading: one line for each digit or value that is wrong, missed or too many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zij.tables.geometry import Box

__all__ = ["COLUMNS", "Fault", "Kind", "fault_row"]

Kind = Literal["wrong", "missed", "false"]

COLUMNS = (
    "page", "what", "kind", "truth", "read", "confidence", "true_table", "true_row", "true_column",
    "table", "row", "column", "x", "y", "w", "h",
)  # fmt: skip
"""Columns of `errors.csv`, in their order."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One digit or value that was not read as it stands.

    Attributes
    ----------
    what : "digit" or "value"
    kind : "wrong", "missed" or "false"
        Another text was read; nothing was read; something was read where nothing stands.
    truth, read : str
        "" where there is none.
    confidence : float or None
        Of what was read.
    true_place : (str, str, str)
        Table, row and column as the truth names them.
    place : (str, int or None, int or None)
        Table, row and column of the reading, counted from 0.
    box : Box or None
        Where it stands: the box that was read, or else that of the truth.
    near : Box or None
        Where neither is known, what was read beside it.
    """

    what: Literal["digit", "value"]
    kind: Kind
    truth: str
    read: str
    confidence: float | None = None
    true_place: tuple[str, str, str] = ("", "", "")
    place: tuple[str, int | None, int | None] = ("", None, None)
    box: Box | None = None
    near: Box | None = None


def fault_row(page: str, fault: Fault) -> list[str]:
    """The fields of `COLUMNS`; empty where nothing is known."""
    confidence = "" if fault.confidence is None else f"{fault.confidence:.6g}"
    box = ("", "", "", "") if fault.box is None else (fault.box.x, fault.box.y, fault.box.w, fault.box.h)
    place = ("" if part is None else str(part) for part in fault.place)
    numbers = (value if isinstance(value, str) else f"{value:g}" for value in box)
    text = (page, fault.what, fault.kind, fault.truth, fault.read, confidence)
    return [*text, *fault.true_place, *place, *numbers]
