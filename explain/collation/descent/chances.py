"""How likely one text comes of another when a table is copied: what a shared error weighs."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from zij.explain.collation.kinds import CONFUSED

__all__ = ["ErrorModel"]


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """What goes wrong when a cell is copied, and how often.

    The shares need not be exact: they set what an error that anybody might make says about descent against
    one that hardly anybody would make twice. They are those of one who errs in a
    cell of a hundred.

    Attributes
    ----------
    rate : float
        Share of the cells in which a copy errs.
    confusion, turned, transposed, dropped, doubled, slipped, rounded : float
        Shares of the errors of each kind; what they leave is spread over all texts, most over those of the
        same length.
    misread : float
        Share of machine-read cells that are wrong however sure the machine is of them.
    """

    rate: float = 0.01
    confusion: float = 0.3
    turned: float = 0.08
    transposed: float = 0.1
    dropped: float = 0.08
    doubled: float = 0.04
    slipped: float = 0.15
    rounded: float = 0.1
    misread: float = 0.002

    @property
    def other(self) -> float:
        """Share of the errors of no kind."""
        known = self.confusion + self.turned + self.transposed + self.dropped + self.doubled
        return 1 - known - self.slipped - self.rounded

    def chance(self, before: str, after: str, beside: Collection[str] = ()) -> float:
        """Probability that copying a cell turns one text into another, 0 to 1.

        The probabilities of all ways that lead there are added.

        Parameters
        ----------
        before, after : str
            Figures, runs of them parted by blanks; they differ.
        beside : collection of str
            What stands in the rows above and below.
        """
        one, two = before.replace(" ", ""), after.replace(" ", "")
        gap = abs(len(one) - len(two))
        found = self.other * (0.9 if gap == 0 else 0.1 / 2**gap) * 10.0 ** -max(len(two), 1)
        if one == two:
            found += self.dropped  # the same figures, divided otherwise
        found += self._same_length(one, two) if len(one) == len(two) else self._another_length(one, two)
        if after in beside:
            found += self.slipped / max(len(set(beside)), 1)
        if _next(one, two):
            found += self.rounded / 2
        return self.rate * min(found, 1.0)

    def cost(self, one: str, two: str, beside: Collection[str] = ()) -> float:
        """What a change between two texts costs: minus the logarithm of its chance, in nats.

        Which of the two was first is not known, so the likelier way counts.
        """
        return -math.log(max(self.chance(one, two, beside), self.chance(two, one, beside)))

    def _same_length(self, one: str, two: str) -> float:
        places = [k for k, (a, b) in enumerate(zip(one, two, strict=True)) if a != b]
        if len(places) == 1:
            a, b = one[places[0]], two[places[0]]
            found = self.turned / _turnable(one) if {a, b} == {"6", "9"} else 0.0
            if frozenset((a, b)) in CONFUSED:
                found += self.confusion / (len(one) * _confusable(a))
            return found
        if len(places) == 2 and places[1] == places[0] + 1:
            k = places[0]
            if one[k] == two[k + 1] and one[k + 1] == two[k]:
                return self.transposed / _neighbours(one)
        return 0.0

    def _another_length(self, one: str, two: str) -> float:
        if len(one) == len(two) + 1:
            ways = sum(one[:k] + one[k + 1 :] == two for k in range(len(one)))
            return self.dropped * ways / len(one)
        if len(two) == len(one) + 1:
            ways = sum(one[:k] + one[k] + one[k:] == two for k in range(len(one)))
            return self.doubled * bool(ways) / max(len(one), 1)
        return 0.0


def _next(one: str, two: str) -> bool:
    """Whether two numbers, written alike, differ by one."""
    if not (one.isdecimal() and two.isdecimal()) or abs(int(one) - int(two)) != 1:
        return False
    return len(one) == len(two) or not (one.startswith("0") or two.startswith("0"))


def _turnable(text: str) -> int:
    return sum(sign in "69" for sign in text)


def _confusable(sign: str) -> int:
    return sum(sign in pair for pair in CONFUSED)


def _neighbours(text: str) -> int:
    return sum(a != b for a, b in pairwise(text))
