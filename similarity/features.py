"""The 110 features of a page, and the window in which two digits form a pair."""

from __future__ import annotations

__all__ = ["CELLS", "FEATURES", "MAX_RISE", "MIN_STEP", "is_bigram"]

CELLS = 6
"""Cells of an evidence map for one digit height."""
MIN_STEP = 0.25
"""Smallest distance between the centres of two digits of a number, in digit heights."""
MAX_RISE = 0.35
"""How far the second digit of a pair may stand above or below the first, in digit heights."""
FEATURES: tuple[str, ...] = (*(str(a) for a in range(10)), *(f"{ab:02d}" for ab in range(100)))
"""Names of the 110 features: one character is an isolated digit, two are a bigram."""


def is_bigram(feature: str | int) -> bool:
    """Whether a feature, given by name or index, is a pair of digits ("07"), not an isolated one ("7")."""
    return feature >= 10 if isinstance(feature, int) else len(feature) == 2
