"""Which pages: conditions as a user writes them, and as parameterised SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Condition", "Where", "parse_where"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; it holds if any of its values does, or, negated, if none does."""

    key: str
    values: tuple[str, ...]
    negated: bool = False

    def __str__(self) -> str:
        """As the user writes it."""
        return f"{self.key}{'!=' if self.negated else '='}{','.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Where:
    """Conditions that all must hold; made by `parse_where`."""

    conditions: tuple[Condition, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any condition."""
        return bool(self.conditions)

    def __str__(self) -> str:
        """As the user writes it, for outputs that tell their parameters."""
        return " ".join(map(str, self.conditions))


def parse_where(texts: Sequence[str]) -> Where:
    """The conditions that `--where KEY=VALUE[,VALUE...]` states.

    Raises
    ------
    UsageError
        If a key is not known or a value cannot be right.
    """
    raise NotImplementedError
