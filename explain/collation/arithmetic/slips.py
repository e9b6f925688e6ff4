"""Which typed slip leads from one text to another, and how likely each kind is."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SLIPS", "Slip", "slips"]

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


@dataclass(frozen=True, slots=True)
class Slip:
    """A way from `expected` to `text`: its kind, and the probability of just this text by that kind."""

    kind: str
    probability: float


def slips(expected: str, text: str, neighbours: tuple[str, ...] = ()) -> tuple[Slip, ...]:
    """All single slips that make `text` from `expected`, the likeliest first.

    Parameters
    ----------
    expected : str
        What should stand there.
    text : str
        What stands there.
    neighbours : tuple of str
        Texts of neighbouring cells, "" where there is none.

    Returns
    -------
    tuple of Slip
        Never empty: "other", any number of as many digits, is always possible where the texts differ.
    """
    want, have = _digits(expected), _digits(text)
    if want == have:
        return ()
    found = [*_one_digit(want, have), *_order(want, have), *_length(want, have)]
    near = [n for n in neighbours if _digits(n)]
    if near and any(_digits(n) == have for n in near):
        found.append(_slip("value of a neighbouring cell", 1 / len(near)))
    found.append(_slip("other", 10.0 ** -max(len(have), len(want), 1)))
    return tuple(sorted(found, key=lambda slip: -slip.probability))


def _slip(kind: str, share: float) -> Slip:
    return Slip(kind, SLIPS[kind] * share)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign in "0123456789")


def _one_digit(want: str, have: str) -> list[Slip]:
    if len(want) != len(have):
        return []
    places = [k for k in range(len(want)) if want[k] != have[k]]
    if len(places) != 1:
        return []
    old, new = want[places[0]], have[places[0]]
    found = [_slip("wrong digit", 1 / (9 * len(want)))]
    if frozenset((old, new)) in _CONFUSED:
        rivals = sum(old in pair for pair in _CONFUSED)
        found.append(_slip("digit confusion", 1 / (rivals * len(want))))
    if _TURNED.get(old) == new:
        found.append(_slip("turned type", 1 / sum(sign in _TURNED for sign in want)))
    return found


def _order(want: str, have: str) -> list[Slip]:
    for k in range(len(want) - 1):
        if have == want[:k] + want[k + 1] + want[k] + want[k + 2 :]:
            return [_slip("transposed digits", 1 / (len(want) - 1))]
    return []


def _length(want: str, have: str) -> list[Slip]:
    if any(have == want[:k] + want[k + 1 :] for k in range(len(want))):
        return [_slip("dropped digit", 1 / len(want))]
    if any(have == want[: k + 1] + want[k:] for k in range(len(want))):
        return [_slip("doubled digit", 1 / len(want))]
    return []
