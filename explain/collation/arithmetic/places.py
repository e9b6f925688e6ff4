"""Numbers in places of any bases, as exact whole units of the last place."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Places"]

_LARGEST = 2**62  # beyond this, Python's own integers are used


@dataclass(frozen=True, slots=True)
class Places:
    """A system of places, such as degrees, minutes, seconds, or hours, minutes with a decimal.

    Attributes
    ----------
    bases : tuple of int
        How many units of each place after the first make one of the place before it: (60, 60) for degrees,
        minutes and seconds, (30, 60) for signs, degrees and minutes, (24, 60) for days, hours and minutes.
    decimals : int
        Decimals of the last place.

    Examples
    --------
    >>> arc = Places((60, 60))
    >>> int(arc.join([[37, 4, 55]])[0])
    133495
    >>> arc.split([133495]).tolist()
    [[37, 4, 55]]
    """

    bases: tuple[int, ...] = ()
    decimals: int = 0

    def __post_init__(self) -> None:
        if any(base < 2 for base in self.bases) or self.decimals < 0:
            raise ValueError(
                f"bases are at least 2 and decimals at least 0, not {self.bases}, {self.decimals}"
            )

    @property
    def weights(self) -> tuple[int, ...]:
        """Units of the last place in one of each place, the highest first; the last is 10 to `decimals`."""
        found = [10**self.decimals]
        for base in reversed(self.bases):
            found.append(found[-1] * base)
        return tuple(reversed(found))

    @property
    def units(self) -> int:
        """Units of the last place in one of the first."""
        return self.weights[0]

    def join(self, parts: ArrayLike, negative: ArrayLike | None = None) -> NDArray[Any]:
        """Whole units of the last place.

        Parameters
        ----------
        parts : (N, K) array of int
            One number a row, one place a column, all without sign; the last in units of its last decimal. A
            place may be as large as its base or larger ("60" where modern carry gives 0): it is carried.
        negative : (N,) array of bool, optional
            Which numbers stand below zero.

        Returns
        -------
        (N,) ndarray of int64, or of Python integers where these might not do
        """
        array = np.asarray(parts)
        own = self._own(array)
        weights = [*self.weights[:-1], 1]
        large = sum(int(np.abs(array[:, k]).max(initial=0)) * w for k, w in enumerate(weights)) > _LARGEST
        kind: Any = object if large else np.int64
        total = np.zeros(len(array), kind)
        for k, weight in enumerate(weights):
            total = total + own[:, k].astype(kind) * weight
        if negative is not None:
            total = np.where(np.asarray(negative), -total, total)
        return total

    def split(self, units: ArrayLike) -> NDArray[Any]:
        """The places of numbers without sign, carried: the inverse of `join`.

        Parameters
        ----------
        units : (N,) array of int
            Below zero the places are those of the number without its sign.

        Returns
        -------
        (N, K) ndarray
        """
        rest = np.abs(np.asarray(units))
        columns = []
        for weight in self.weights[:-1]:
            columns.append(rest // weight)
            rest = rest % weight
        return np.stack([*columns, rest], axis=1)

    def text(self, units: int) -> str:
        """A number as scholars quote it: 37;4,55 in sexagesimal places, 9.093 with decimals."""
        places = self.split(np.array([units], object))[0]
        last = self._last(int(places[-1]))
        words = [*(str(int(place)) for place in places[:-1]), last]
        sign = "-" if units < 0 else ""
        return sign + words[0] + (";" + ",".join(words[1:]) if len(words) > 1 else "")

    def fraction(self, units: int) -> Fraction:
        """A number of units as a fraction of the first place."""
        return Fraction(int(units), self.units)

    def _last(self, value: int) -> str:
        if not self.decimals:
            return str(value)
        return f"{value // 10**self.decimals}.{value % 10**self.decimals:0{self.decimals}d}"

    def _own(self, array: NDArray[Any]) -> NDArray[Any]:
        if array.ndim != 2 or array.shape[1] != len(self.bases) + 1:
            raise ValueError(f"places of shape {array.shape} do not fit {len(self.bases) + 1} places")
        return array
