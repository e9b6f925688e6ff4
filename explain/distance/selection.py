"""Which masks speak: the tails of their distances, and with what weight."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from zij.errors import UsageError

__all__ = ["MIRRORED", "Selection"]

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Selection:
    """Two ranges of the masks ranked by distance, as shares; one may be empty.

    Attributes
    ----------
    positive : (float, float)
        Masks that leave the page near the reference; their mean is added.
    negative : (float, float)
        Masks that take it far; their mean is subtracted.
    """

    positive: Range = (0.0, 0.1)
    negative: Range = (0.9, 1.0)

    def __post_init__(self) -> None:
        for name, (low, high) in (("positive", self.positive), ("negative", self.negative)):
            if not 0 <= low <= high <= 1:
                raise UsageError(
                    f"the {name} selection {low:g}..{high:g} is no range; give shares, 0 <= from <= to <= 1."
                )
        if not any(self.sides):
            raise UsageError("both selections are empty, so that no mask would speak; widen one of them.")
        if all(self.sides) and max(self.positive[0], self.negative[0]) < min(
            self.positive[1], self.negative[1]
        ):
            raise UsageError(
                f"the selections {_text(self.positive)} and {_text(self.negative)} overlap, so that a mask"
                " would speak for both; part them."
            )

    @classmethod
    def named(cls, name: str, share: float = 0.1) -> Self:
        """ "mirrored": both tails; "positive" or "negative": one of them; each of that share of the masks."""
        if not 0 < share <= 0.5:
            raise UsageError(f"a tail of {share:g} of the masks cannot be; give a share above 0 up to 0.5.")
        near, far = (0.0, share), (1 - share, 1.0)
        choices = {"mirrored": (near, far), "positive": (near, (1.0, 1.0)), "negative": ((0.0, 0.0), far)}
        if name not in choices:
            raise UsageError(f"selection {name!r} is not known; choose {', '.join(choices)}.")
        return cls(*choices[name])

    @property
    def sides(self) -> tuple[bool, bool]:
        """Whether the positive and the negative selection hold anything."""
        return self.positive[0] < self.positive[1], self.negative[0] < self.negative[1]

    @property
    def sign(self) -> int:
        """0 where both tails speak, else the sign of the one: maps lie about `sign` times the share kept."""
        return int(self.sides[0]) - int(self.sides[1])

    def slots(self, number: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """First and one past the last rank of both selections.

        Raises
        ------
        UsageError
            If a selection that is not empty selects no mask.
        """
        ranges = tuple(_slots(r, number) for r in (self.positive, self.negative))
        for wanted, (first, last), r in zip(self.sides, ranges, (self.positive, self.negative), strict=True):
            if wanted and first == last:
                least = math.ceil(1 / (r[1] - r[0]) - 1e-9)
                raise UsageError(
                    f"the selection {_text(r)} takes none of {number} masks; take {least} masks or more."
                )
        return ranges[0], ranges[1]

    def weights(self, distances: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weight of each mask: 1 / k in the positive selection, -1 / k in the negative one, else 0.

        Masks of equal distance share their places, so that the order in which they came does not matter.

        Parameters
        ----------
        distances : (n,) ndarray

        Returns
        -------
        (n,) ndarray
        """
        return self._weights(distances, *self.slots(len(distances)))

    def block_weights(self, distances: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same for a part of the masks, however small: ranks are cut through where the ranges say so."""
        n = len(distances)
        return self._weights(
            distances, *((low * n, high * n) for low, high in (self.positive, self.negative))
        )

    def counts(self, number: int) -> tuple[int, int]:
        """How many masks the two selections hold."""
        (a, b), (c, d) = self.slots(number)
        return b - a, d - c

    def describe(self) -> dict[str, Any]:
        """Parameters for the record."""
        return {"positive": list(self.positive), "negative": list(self.negative)}

    def _weights(
        self, distances: NDArray[np.float64], near: tuple[float, float], far: tuple[float, float]
    ) -> NDArray[np.float64]:
        _, group, sizes = np.unique(distances, return_inverse=True, return_counts=True)
        ends = np.cumsum(sizes)
        total = np.zeros(len(sizes))
        for sign, (first, last) in ((1, near), (-1, far)):
            if last > first:
                inside = np.minimum(ends, last) - np.maximum(ends - sizes, first)
                total += sign * np.maximum(inside, 0) / (last - first)
        return np.asarray((total / sizes)[group])


MIRRORED = Selection()
"""The tenth of the masks with the smallest distance against the tenth with the largest."""


def _slots(r: Range, number: int) -> tuple[int, int]:
    first, last = (math.floor(share * number + 1e-9) for share in r)  # 0.29 x 100 is 29
    return first, last


def _text(r: Range) -> str:
    return f"{r[0]:g}..{r[1]:g}"
