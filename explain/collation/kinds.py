"""What kind of error leads from one text to another, and why it is taken for that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["CONFUSED", "Around", "kind_of"]

CONFUSED = frozenset(
    frozenset((one, other))
    for one, others in {
        "0": "689",
        "1": "247",
        "2": "37",
        "3": "58",
        "4": "79",
        "5": "68",
        "6": "89",
        "8": "9",
    }.items()
    for other in others
)
"""Pairs of old-style figures that compositors, copyists and readers take for each other."""

_SIDES = (("above", -1, 0), ("below", 1, 0), ("to the left", 0, -1), ("to the right", 0, 1))
Look = Callable[[int, int], "str | None"]


@dataclass(frozen=True, slots=True)
class Around:
    """What stands about a place.

    Attributes
    ----------
    lemma, variant : callable
        Text so many rows below and columns to the right, of the witnesses that have the lemma, and of those
        that have the variant; None where there is none.
    last_place : bool
        Whether the column is the last place of its numbers, where rounding shows.
    symmetric : bool
        Whether nothing tells which of the two is the error: then kind and reason take no side.
    """

    lemma: Look
    variant: Look
    last_place: bool = True
    symmetric: bool = False

    def turned(self) -> Around:
        """The same with lemma and variant exchanged."""
        return Around(self.variant, self.lemma, self.last_place, self.symmetric)


def kind_of(lemma: str, variant: str, around: Around) -> tuple[str, str]:
    """Kind of error and reason, for two texts that differ.

    Kinds: "division of digits", "swapped neighbours", "turned type", "transposed digits", "dropped digit",
    "added digit", "doubled digit", "value slipped", "rounding", "digit confusion", "other", the first that
    explains the difference. A value that stands in the next row as well, and differs in one digit
    that is easily confused, is a confusion.

    Parameters
    ----------
    lemma, variant : str
        Runs of digits, parted by blanks: the right text, or what most witnesses have, and the other. Where
        `around.symmetric`, neither is the better one.
    around : Around

    Returns
    -------
    kind, reason : str
    """
    one, two = lemma.replace(" ", ""), variant.replace(" ", "")
    if one == two:
        ways = f"as {lemma} and as {variant}" if around.symmetric else f"as {variant} instead of {lemma}"
        return "division of digits", f"the same digits, divided {ways}"
    for found in (
        _swapped(lemma, variant, around),
        _turned(one, two, around),
        _transposed(one, two, around),
        _length(one, two, around),
        _slipped(lemma, variant, around),
        _rounded(lemma, variant, around),
        _confused(one, two, around),
    ):
        if found is not None:
            return found
    return "other", _described(lemma, variant, around)


def _swapped(lemma: str, variant: str, around: Around) -> tuple[str, str] | None:
    for side, down, right in _SIDES:
        there, here = around.lemma(down, right), around.variant(down, right)
        if there is None or here is None or there == here:
            continue
        if there == variant and here == lemma:
            return "swapped neighbours", f"{lemma} and {there} {side} stand in each other's places"
        signs = _exchanged_signs(lemma, variant, there, here) if not right else None
        if signs is not None:
            return "swapped neighbours", f"the figures {signs[0]} and {signs[1]} {side} are exchanged"
    return None


def _exchanged_signs(lemma: str, variant: str, there: str, here: str) -> tuple[str, str] | None:
    """The two signs, one under the other, that were exchanged between two rows."""
    own, others = _places(lemma, variant), _places(there, here)
    if len(own) != 1 or len(others) != 1:
        return None
    a, b, c, d = lemma[own[0]], variant[own[0]], there[others[0]], here[others[0]]
    # counted from the right, as the columns of figures stand
    aligned = len(lemma) - own[0] == len(there) - others[0]
    return (a, c) if aligned and a == d and b == c else None


def _places(one: str, two: str) -> list[int]:
    """Where two texts of one length differ; none of others."""
    return (
        [k for k, (a, b) in enumerate(zip(one, two, strict=True)) if a != b] if len(one) == len(two) else []
    )


def _turned(one: str, two: str, around: Around) -> tuple[str, str] | None:
    places = _places(one, two)
    if not places or any({one[k], two[k]} != {"6", "9"} for k in places):
        return None
    if around.symmetric:
        return "turned type", f"{one} and {two}: a 6 set upside down is a 9"
    signs = [" and ".join(text[k] for k in places) for text in (one, two)]
    return "turned type", f"{signs[0]} set upside down as {signs[1]}"


def _transposed(one: str, two: str, around: Around) -> tuple[str, str] | None:
    places = _places(one, two)
    if len(places) != 2 or places[1] != places[0] + 1:
        return None
    a, b = (text[places[0] : places[0] + 2] for text in (one, two))
    if a != b[::-1]:
        return None
    reason = (
        f"{a} and {b}: the same two digits the other way round" if around.symmetric else f"{a} set as {b}"
    )
    return "transposed digits", reason


def _slipped(lemma: str, variant: str, around: Around) -> tuple[str, str] | None:
    for text, expected, context in _directions(lemma, variant, around):
        if len(places := _places(expected.replace(" ", ""), text.replace(" ", ""))) == 1:
            k = places[0]
            if frozenset((expected.replace(" ", "")[k], text.replace(" ", "")[k])) in CONFUSED:
                continue
        if len(text.replace(" ", "")) < 2 and len(expected.replace(" ", "")) < 2:
            continue  # one figure has too many like it to tell
        for side, down, right in _SIDES[:2]:
            if context.lemma(down, right) == text:
                told = f"stands in the row {side} as well" if around.symmetric else f"is the value {side}"
                return "value slipped", f"{text} {told}"
    return None


def _directions(lemma: str, variant: str, around: Around) -> Iterator[tuple[str, str, Around]]:
    yield variant, lemma, around
    if around.symmetric:
        yield lemma, variant, around.turned()


def _length(one: str, two: str, around: Around) -> tuple[str, str] | None:
    long, short = (one, two) if len(one) > len(two) else (two, one)
    if len(long) != len(short) + 1:
        return None
    at = next((k for k in range(len(long)) if long[:k] + long[k + 1 :] == short), None)
    if at is None:
        return None
    sign = long[at]
    twin = sign in (long[at + 1 : at + 2], long[at - 1 : at] if at else "")
    if twin:
        kind = "doubled digit" if long == two or around.symmetric else "dropped digit"
        return kind, f"{sign} stands twice in {long}, once in {short}"
    kind = "dropped digit" if long == one or around.symmetric else "added digit"
    if around.symmetric:
        return kind, f"{long} has a {sign} that {short} has not"
    return kind, f"{short} lacks the {sign} of {long}" if long == one else f"{long} adds a {sign} to {short}"


def _rounded(lemma: str, variant: str, around: Around) -> tuple[str, str] | None:
    if not around.last_place or " " in lemma or " " in variant:
        return None
    try:
        one, two = int(lemma), int(variant)
    except ValueError:
        return None
    if abs(one - two) == 1:
        return "rounding", f"{lemma} and {variant} differ by one in the last place"
    return None


def _confused(one: str, two: str, around: Around) -> tuple[str, str] | None:
    places = _places(one, two)
    if len(places) != 1:
        return None
    a, b = one[places[0]], two[places[0]]
    if frozenset((a, b)) not in CONFUSED:
        return None
    told = f"{a} and {b} are" if around.symmetric else f"{b} for {a},"
    return "digit confusion", f"{told} figures that are easily confused"


def _described(lemma: str, variant: str, around: Around) -> str:
    one, two = lemma.replace(" ", ""), variant.replace(" ", "")
    places = _places(one, two)
    if len(places) == 1:
        a, b = one[places[0]], two[places[0]]
        return f"one digit differs: {f'{a} and {b}' if around.symmetric else f'{b} for {a}'}"
    pair = f"{lemma} and {variant}" if around.symmetric else f"{variant} for {lemma}"
    return f"{pair}: no single slip leads from one to the other"
