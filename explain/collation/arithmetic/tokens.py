"""The numbers in a cell's text: sign, digits, decimals; and an expected number written in the same form."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Token", "tokens", "written"]

_POINT = ".,·˙‧∙•⋅’'ˈ"
_NUMBER = re.compile(rf"(?P<sign>[-−–])?(?P<digits>[0-9]+(?:[{_POINT}][0-9]+)*)")
_PLACES = re.compile("[;:°ʹ′″‴]")  # signs between sexagesimal places
_AROUND = " .|[]()'’"  # signs that may stand about a number
_LONGEST = 15  # digits; longer runs are no numbers of a table


@dataclass(frozen=True, slots=True)
class Token:
    """One number as printed.

    Attributes
    ----------
    value : int
        All its digits as one whole number, in units of the last decimal.
    width : int
        How many digits there are.
    decimals : int
        How many of them stand after the point; 0 without a point.
    negative : bool
    """

    value: int
    width: int
    decimals: int = 0
    negative: bool = False


def tokens(text: str) -> tuple[Token, ...] | None:
    """The numbers of a text, or None where it holds letters or other signs as well.

    Points, commas, raised points and apostrophes between digits stand before decimals; ";", ":" and the signs
    of degrees and minutes part places ("37;4,55" has three numbers). An empty text has none.
    """
    sexagesimal = ";" in text
    plain = _PLACES.sub(" ", text.replace(",", " ") if sexagesimal else text)
    found: list[Token] = []
    end = 0
    for match in _NUMBER.finditer(plain):
        if plain[end : match.start()].strip(_AROUND) or len(match["digits"]) > 2 * _LONGEST:
            return None
        end = match.end()
        found.append(_token(match["digits"], match["sign"] is not None))
    if plain[end:].strip(_AROUND) or any(token.width > _LONGEST for token in found):
        return None
    return tuple(found)


def _token(digits: str, negative: bool) -> Token:
    groups = re.split(f"[{_POINT}]", digits)
    thousands = len(groups) > 2 and all(len(group) == 3 for group in groups[1:])
    decimals = 0 if len(groups) == 1 or thousands else sum(len(group) for group in groups[1:])
    joined = "".join(groups)
    return Token(int(joined), len(joined), decimals, negative)


def written(value: int, like: str, *, decimals: int = 0, width: int = 0) -> str:
    """A number in the form of a text: its point, its leading zeros.

    Parameters
    ----------
    value : int
        In units of the last decimal, without sign.
    like : str
        A text of the column, whose point is taken.
    decimals : int
        How many digits stand after the point.
    width : int
        Least number of digits, filled up with zeros.

    Returns
    -------
    str
    """
    if not decimals:
        return f"{value:0{max(width, 1)}d}"
    digits = f"{value:0{max(decimals + 1, width)}d}"
    point = next((sign for sign in like if sign in _POINT), ".")
    return digits[:-decimals] + point + digits[-decimals:]
