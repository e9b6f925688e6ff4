"""Which pages: conditions as a user writes them, and as parameterised SQL."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from zij.corpora.store.records import VERDICTS, Recipes
from zij.corpora.store.schema import EFFECTIVE
from zij.errors import UsageError

__all__ = ["KEYS", "Condition", "Where", "described", "parse_where"]

_CHOICES = {
    "table": ("yes", "no"),
    "judged": ("yes", "no", *VERDICTS),
    "source": ("machine", "human"),
    "state": ("new", "read", "failed", "stale"),
}
_RANGES = ("year", "digits")
KEYS = ("book", "digits", "judged", "name", "place", "source", "state", "table", "tag", "year")
"""What a condition can be about."""

_TAGGED = (
    "EXISTS (SELECT 1 FROM tag t WHERE t.page = e.id AND t.removed_at = '' AND matches(:{value}, t.tag))"
)
_JUDGED = "(EXISTS (SELECT 1 FROM judgement j WHERE j.low = e.id OR j.high = e.id))"
_CALLED = (
    "EXISTS (SELECT 1 FROM judgement j WHERE (j.low = e.id OR j.high = e.id) AND j.verdict = :{value} "
    "AND j.id = (SELECT max(k.id) FROM judgement k WHERE k.low = j.low AND k.high = j.high))"
)
_MANY = 300  # values; more would be a list in a file, not a condition


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; it holds if any of its values does, or, negated, if none does.

    Attributes
    ----------
    key : str
        What is asked of.
    values : tuple of str
    negated : bool
    """

    key: str
    values: tuple[str, ...]
    negated: bool = False

    def __str__(self) -> str:
        """As the user writes it."""
        shown = (f'"{value}"' if "," in value else value for value in self.values)
        return f"{self.key}{'!=' if self.negated else '='}{','.join(shown)}"


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

    def sql(self, recipes: Recipes) -> tuple[str, dict[str, str | int]]:
        """The part of a query from `FROM` on, with the pages as `e`, and its parameters.

        Parameters
        ----------
        recipes : Recipes
            What decides which pages are stale.
        """
        values: dict[str, str | int] = {"read": recipes.read, "embed": recipes.embed}
        tests = [_sql(condition, values) for condition in self.conditions]
        return f"FROM {EFFECTIVE} e" + (f" WHERE {' AND '.join(tests)}" if tests else ""), values


def parse_where(texts: Sequence[str]) -> Where:
    """The conditions that `--where KEY=VALUE[,VALUE...]` states; `KEY!=VALUE` negates.

    Keys are book, place, tag and name (capitals and small letters are the same, * and ? stand for any signs
    and any sign), year (1550, 1500-1550, -1550, 1550-: overlaps the page's years; a page without a known year
    fulfils none), digits (in the same forms), table (yes, no), judged (yes, no, or what is said of the page
    beside another: same, part, related, different), source (machine, human) and state (new, read, failed,
    stale). A value with a comma stands in double quotes.

    Raises
    ------
    UsageError
        If a key is not known or a value cannot be right.
    """
    return Where(tuple(map(_condition, texts)))


def _condition(text: str) -> Condition:
    found = re.fullmatch(r"\s*(\w+)\s*(!?)=(.*)", text, re.DOTALL)
    if found is None:
        raise UsageError(f"--where {text!r} is no condition; write KEY=VALUE, such as place=Paris.")
    key, values = found[1].lower(), next(csv.reader([found[3]], skipinitialspace=True), [])
    values = [value.strip() for value in values]
    if key not in KEYS:
        raise UsageError(f"--where {text!r}: {key!r} is not known; choose one of {', '.join(KEYS)}.")
    if not all(values) or not 0 < len(values) <= _MANY or "\0" in text:
        raise UsageError(f"--where {text!r}: a value is missing; write KEY=VALUE, such as place=Paris.")
    for value in values:
        if key in _CHOICES and value not in _CHOICES[key]:
            raise UsageError(f"--where {text!r}: {value!r} is not one of {', '.join(_CHOICES[key])}.")
        if key in _RANGES:
            _bounds(value, text)
    return Condition(key, tuple(values), bool(found[2]))


def _bounds(value: str, text: str) -> tuple[int | None, int | None]:
    """First and last number that a range allows."""
    found = re.fullmatch(r"(\d{1,9})|(\d{1,9})?\s*[-–]\s*(\d{1,9})?", value)
    if found is None or not any(found.groups()):
        raise UsageError(
            f"--where {text!r}: {value!r} is no range; write a number, or 1500-1550, -1550 or 1550-."
        )
    if found[1]:
        return int(found[1]), int(found[1])
    low, high = (int(part) if part else None for part in found.groups()[1:])
    if low is not None and high is not None and low > high:
        raise UsageError(f"--where {text!r}: the range {value!r} ends before it begins; turn it round.")
    return low, high


def _sql(condition: Condition, values: dict[str, str | int]) -> str:
    """One condition; its values are added to those of the query under new names."""
    tests = " OR ".join(_tests(condition, values))
    if condition.key == "year":
        return f"(e.year_from IS NOT NULL AND {'NOT ' if condition.negated else ''}({tests}))"
    return f"{'NOT ' if condition.negated else ''}({tests})"


def _tests(condition: Condition, values: dict[str, str | int]) -> Iterator[str]:
    for value in condition.values:
        name = f"v{len(values)}"
        if condition.key in _RANGES:
            yield _range(condition.key, value, values)
        elif value in ("yes", "no") and condition.key in ("table", "judged"):
            test = "e.tables > 0" if condition.key == "table" else _JUDGED
            yield test if value == "yes" else f"NOT {test}"
        else:
            values[name] = value
            plain = {"source": f"e.source = :{name}", "state": f"e.state = :{name}"}
            plain |= {"tag": _TAGGED.format(value=name), "judged": _CALLED.format(value=name)}
            yield plain.get(condition.key, f"matches(:{name}, e.{condition.key})")


def _range(key: str, value: str, values: dict[str, str | int]) -> str:
    low, high = _bounds(value, value)
    first, last = {"year": ("e.year_from", "e.year_to"), "digits": ("e.digits", "e.digits")}[key]
    tests = []
    for column, sign, bound in ((last, ">=", low), (first, "<=", high)):
        if bound is not None:
            name = f"v{len(values)}"
            values[name] = bound
            tests.append(f"{column} {sign} :{name}")
    return f"({' AND '.join(tests)})"


def described(where: Mapping[str, str] | Sequence[str] | Where | None) -> Where:
    """Conditions in any form that an action takes: None, texts, a mapping of key to value, a `Where`.

    Raises
    ------
    UsageError
        As `parse_where`.
    """
    if where is None:
        return Where()
    if isinstance(where, Where):
        return where
    if isinstance(where, str):
        return parse_where([where])
    if isinstance(where, Mapping):
        return parse_where([f"{key}={value}" for key, value in where.items()])
    return parse_where(list(where))
