"""Which typed slip leads from one text to another, and how likely each kind is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["MISREADINGS", "SLIPS", "Slip", "slips"]

# pairs of old figures that compositors and readers take for each other
_CONFUSED = frozenset(
    frozenset(pair) for pair in ("17", "38", "56", "08", "06", "69", "49", "35", "27", "14", "23", "58", "90")
)
_TURNED = {"6": "9", "9": "6", "2": "5", "5": "2"}

SLIPS = {
    "turned type": 0.05,
    "digit confusion": 0.25,
    "wrong digit": 0.20,
    "transposed digits": 0.12,
    "dropped digit": 0.10,
    "doubled digit": 0.05,
    "value of a neighbouring cell": 0.13,
    "other": 0.10,
}
"""Share of each kind among printers' and copyists' errors; a prior, not a measurement."""

MISREADINGS = {
    "turned type": 0.0,
    "digit confusion": 0.10,
    "wrong digit": 0.05,
    "transposed digits": 0.0,
    "dropped digit": 0.45,
    "doubled digit": 0.05,
    "value of a neighbouring cell": 0.0,
    "other": 0.35,
}
"""The same for misreadings that the glyphs do not tell. A digit taken for another one is mostly told by its
glyph; a sign that is lost, or a cell read in the wrong place, is not."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A way from `expected` to `text`: its kind, and the probability of just this text by that kind."""

    kind: str
    probability: float


def slips(
    expected: str, text: str, neighbours: tuple[str, ...] = (), shares: Mapping[str, float] = SLIPS
) -> tuple[Slip, ...]:
    """All single slips that make `text` from `expected`, the likeliest first.

    Parameters
    ----------
    expected : str
        What should stand there.
    text : str
        What stands there.
    neighbours : tuple of str
        Texts of neighbouring cells, "" where there is none.
    shares : mapping
        Share of each kind.

    Returns
    -------
    tuple of Slip
        Never empty: "other", any number of as many digits, is always possible where the texts differ.
    """
    want, have = _digits(expected), _digits(text)
    if want == have:
        return ()
    ways = [*_one_digit(want, have), *_order(want, have), *_length(want, have)]
    near = [n for n in neighbours if _digits(n)]
    if near and any(_digits(n) == have for n in near):
        ways.append(("value of a neighbouring cell", 1 / len(near)))
    ways.append(("other", 10.0 ** -max(len(have), len(want), 1)))
    found = [Slip(kind, shares[kind] * chance) for kind, chance in ways]
    return tuple(sorted(found, key=lambda slip: -slip.probability))


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign in "0123456789")


def _one_digit(want: str, have: str) -> list[tuple[str, float]]:
    if len(want) != len(have):
        return []
    places = [k for k in range(len(want)) if want[k] != have[k]]
    if len(places) != 1:
        return []
    old, new = want[places[0]], have[places[0]]
    found: list[tuple[str, float]] = [("wrong digit", 1 / (9 * len(want)))]
    if frozenset((old, new)) in _CONFUSED:
        rivals = sum(old in pair for pair in _CONFUSED)
        found.append(("digit confusion", 1 / (rivals * len(want))))
    if _TURNED.get(old) == new:
        found.append(("turned type", 1 / sum(sign in _TURNED for sign in want)))
    return found


def _order(want: str, have: str) -> list[tuple[str, float]]:
    for k in range(len(want) - 1):
        if have == want[:k] + want[k + 1] + want[k] + want[k + 2 :]:
            return [("transposed digits", 1 / (len(want) - 1))]
    return []


def _length(want: str, have: str) -> list[tuple[str, float]]:
    if any(have == want[:k] + want[k + 1 :] for k in range(len(want))):
        return [("dropped digit", 1 / len(want))]
    if any(have == want[: k + 1] + want[k:] for k in range(len(want))):
        return [("doubled digit", 1 / len(want))]
    return []
