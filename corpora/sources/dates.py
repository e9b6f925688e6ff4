"""Dates as catalogues write them, as a span of years."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Dated", "read_date", "roman_year"]

LONGEST = 200  # characters of a date that are looked at
FIRST, LAST = 100, 2199  # years that are believed
_CARRY = 25  # 1599/02 is 1602; a second year that lies further off than this is not believed


@dataclass(frozen=True, slots=True)
class Dated:
    """When something was printed or written.

    Attributes
    ----------
    year_from, year_to : int or None
        First and last year that come into question; None where that end is open, both None where the text
        says that no date is known.
    certain : bool
        Whether the text names these years themselves, without a sign of doubt such as "c.", "?", brackets,
        "after", or a century.
    """

    year_from: int | None
    year_to: int | None
    certain: bool = True


def read_date(text: str) -> Dated | None:
    """The years that a date names.

    Understood are years (1550, 1550?, [1550], c. 1550, MDL), ranges (1472-1475, 1472/75, between 1472 and
    1475), open ends (after 1500, not before 1500, before 1500, 1500-), decades and centuries (1550s, 155-,
    16th c., early 16th century, s. XVI), days (1550-03-12, 12.3.1550, March 1550), and the signs for "no
    date" (s.a., n.d., o. J.).

    Parameters
    ----------
    text : str
        What stands in the catalogue.

    Returns
    -------
    Dated or None
        None where the text cannot be read without guessing.
    """
    words = " ".join(unicodedata.normalize("NFKC", text[: LONGEST + 1]).split())
    if not words or len(words) > LONGEST:
        return None
    for dash in "‐‑‒–—−":
        words = words.replace(dash, "-")
    if words.casefold() in _NO_DATE:
        return Dated(None, None, False)
    if (decade := _decade(words)) is not None:
        return _believed(decade, True)
    plain, doubted = _without_doubt(words)
    for form, read in _FORMS:
        if (match := form.fullmatch(plain)) is not None and (found := read(match)) is not None:
            return _believed(found, doubted)
    return None


def roman_year(text: str) -> int | None:
    """A year in Roman numerals, as title pages have it: MDL, M. D. LXXXV., MCCCCLXXXII; None for others.

    Signs stand from the greatest to the least, but one that is less may stand before one of the next two
    greater kinds (IX, XL, CD).
    """
    signs = re.sub(r"[\s.]", "", text).replace("J", "I")
    if not re.fullmatch(r"M[MDCLXVI]{0,19}", signs):
        return None
    values = [_ROMAN[sign] for sign in signs]
    total, place, ceiling = 0, 0, 1000
    while place < len(values):
        value, after = values[place], values[place + 1] if place + 1 < len(values) else 0
        step = 1
        if value < after:
            if value not in (1, 10, 100) or after > 10 * value:
                return None
            value, step = after - value, 2
        if value > ceiling:
            return None
        total += value
        ceiling = value if step == 1 else values[place] - 1
        place += step
    return total if FIRST <= total <= LAST else None


_ROMAN = {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}
_NO_DATE = frozenset(
    {
        "s.a.", "s.a", "s. a.", "sa", "sine anno", "n.d.", "n.d", "n. d.", "nd", "no date", "not dated",
        "s.d.", "s. d.", "sd", "o.j.", "o. j.", "ohne jahr", "undated", "unknown", "date unknown",
        "?", "-", "--",
        "none", "nan", "n/a", "na", "null", "[s.a.]", "[s. a.]", "[n.d.]", "[n. d.]", "[s.d.]", "[o.j.]",
        "[o. j.]", "s.l. s.a.", "s.l., s.a.", "[s.l., s.a.]", "s.l. et a.", "s. l. et a.", "s.l.e.a.",
    }
)  # fmt: skip

_YEAR = r"(\d{4})"
_ABOUT = (
    r"(?:c\.?|ca\.?|circa|around|about|approx\.?|approximately|um|vers|environ|probably|perhaps|possibly|~)"
)
_LEAD = re.compile(
    r"(?:anno domini|anno|a\.\s?d\.|ad|in the year|printed(?: in)?|©)\s*(?=[\dM\[])", re.IGNORECASE
)
_DOUBT = tuple(
    re.compile(pattern, re.IGNORECASE | re.ASCII)
    for pattern in (
        r"^(?:s\.\s?a\.|n\.\s?d\.|s\.\s?d\.|o\.\s?j\.),?\s?(?=\[)",  # s.a. [1550]
        r"[\[\]()?]",
        r"(?<=\d{4})\s(?:ca\.?|circa)$",
        rf"^{_ABOUT}\s*(?=(?-i:[\d\[(MIVX]|early|late|mid|first|second|between|the))",
    )
)
_UNKNOWN_DIGITS = re.compile(r"\[?(\d{2,3})(?:[-ux_]{1,2}\??|\?{1,2})\]?", re.IGNORECASE | re.ASCII)


def _without_doubt(words: str) -> tuple[str, bool]:
    """The text without signs of doubt, and whether there were any."""
    plain = _LEAD.sub("", words.strip(" .,;:"), count=1) if _LEAD.match(words) else words.strip(" .,;:")
    sure = plain
    for sign in _DOUBT:
        plain = sign.sub("", plain)
    return plain.strip(" .,;:"), plain != sure


def _believed(found: Dated, doubted: bool) -> Dated | None:
    years = [year for year in (found.year_from, found.year_to) if year is not None]
    if any(not FIRST <= year <= LAST for year in years) or years != sorted(years):
        return None
    return Dated(found.year_from, found.year_to, found.certain and not doubted)


def _one(match: re.Match[str]) -> Dated:
    year = int(match[1])
    return Dated(year, year)


def _range(match: re.Match[str]) -> Dated | None:
    first, second = int(match[1]), int(match[3])
    if len(match[3]) >= 3:
        return Dated(first, second)
    unit = 10 ** len(match[3])
    last = first // unit * unit + second
    if last < first:
        last += unit
    month = match[2] == "-" and len(match[3]) == 2 and 1 <= second <= 12
    if last - first > _CARRY:  # 1550-03 can only be a month
        return Dated(first, first) if month else None
    return Dated(first, last, not month)  # 1507-11 may be November or four years


def _between(match: re.Match[str]) -> Dated:
    return Dated(int(match[1]), int(match[2]), False)


def _instead(match: re.Match[str]) -> Dated:
    year = int(match[2])
    return Dated(year, year, False)


def _open(first: int | None, last: int | None, shift: int) -> Callable[[re.Match[str]], Dated]:
    """Readers of "after 1500" and the like, from which end is open."""

    def read(match: re.Match[str]) -> Dated:
        year = int(match[1]) + shift
        return Dated(year if first else None, year if last else None, False)

    return read


def _decade(words: str) -> Dated | None:
    """155-, 155?, 15-- and the like: digits that the catalogue leaves open."""
    match = _UNKNOWN_DIGITS.fullmatch(words)
    if match is None or len(words.strip("[]")) not in (4, 5):
        return None
    digits = match[1]
    open_signs = words.strip("[]")[len(digits) :].rstrip("?") or words.strip("[]")[len(digits) :]
    if len(digits) + len(open_signs) != 4:
        return None
    unit = 10 ** len(open_signs)
    return Dated(int(digits) * unit, int(digits) * unit + unit - 1, False)


def _ten(match: re.Match[str]) -> Dated:
    year = int(match[1])
    return Dated(year, year + (99 if year % 100 == 0 else 9), False)


def _century(match: re.Match[str]) -> Dated | None:
    parts = {name: value for name, value in match.groupdict().items() if value}
    first = _ordinal(parts["first"])
    last = _ordinal(parts["last"]) if "last" in parts else first
    if first is None or last is None:
        return None
    start, end = 100 * first - 99, 100 * last
    if "part" in parts and first == last:
        place = _PLACES[parts["part"].casefold()]
        length = 50 if parts["size"].casefold().startswith("half") else 25
        if place * length > 100:
            return None
        start = start + length * (place - 1)
        end = start + length - 1
    return Dated(start, end, False)


def _ordinal(text: str) -> int | None:
    if text.isdigit():
        return int(text) if 1 <= int(text) <= 21 else None
    signs = text.upper()
    names = ("X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII", "XVIII", "XIX", "XX")
    return names.index(signs) + 10 if signs in names else None


def _roman(match: re.Match[str]) -> Dated | None:
    years = [roman_year(part) for part in match[0].split("-")]
    if len(years) > 2 or None in years:
        return None
    return Dated(years[0], years[-1])


_PLACES = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_MONTH = (
    r"(?:jan|feb|fév|fev|mar|mär|mrz|apr|avr|may|mai|mag|jun|giu|jui|jul|lug|aug|aoû|ago|sep|set|oct|okt|ott|"
    r"nov|dec|dez|dic|déc|gen)[a-zäéû]{0,8}\.?"
)
_NAMED = r"(?:c\.?|cent\.?|century|centuries|jh\.?|jhd\.?|jahrhundert|siècle|secolo|saec\.?)"
_BEFORE = (
    r"(?:(?P<part>first|1st|second|2nd|third|3rd|fourth|4th)\s(?P<size>half|quarter)\s(?:of\s)?(?:the\s)?)?"
)
_VAGUE = r"(?:(?:early|late|mid|middle of the|beginning of the|end of the)[\s-])?"

_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Dated | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.ASCII), read)
    for pattern, read in (
        (rf"{_YEAR}(?:\.0)?", _one),
        (r"(\d{4})-\d{2}-\d{2}(?:[T ][\d:.,+Z-]*)?", _one),
        (r"\d{1,2}[./]\s?\d{1,2}[./]\s?(\d{4})", _one),
        (rf"(?:\d{{1,2}}\.?\s)?{_MONTH},?\s(\d{{4}})", _one),
        (rf"{_MONTH}\s\d{{1,2}},\s(\d{{4}})", _one),
        (rf"{_YEAR}\s?([-/])\s?(?:c\.?a?\.?\s)?(\d{{1,4}})", _range),
        (rf"(?:between|zwischen|entre)\s{_YEAR}\s(?:and|und|et)\s{_YEAR}", _between),
        (rf"(?:from\s)?{_YEAR}\s(?:to|bis|until)\s{_YEAR}", lambda m: Dated(int(m[1]), int(m[2]))),
        (rf"{_YEAR}(?:\sor\s|,\s?|;\s?){_YEAR}", _between),
        (rf"{_YEAR},?\s\(?i\.\s?e\.\s{_YEAR}\)?", _instead),
        (rf"(?:after|post|nach|>)\s?(?:{_ABOUT}\s?)?{_YEAR}", _open(1, None, 1)),
        (rf"(?:not before|no earlier than|from|since|ab|>=|≥)\s?{_YEAR}", _open(1, None, 0)),
        (rf"{_YEAR}\s?(?:-|or later|and later)", _open(1, None, 0)),
        (rf"(?:before|ante|vor|<)\s?(?:{_ABOUT}\s?)?{_YEAR}", _open(None, 1, -1)),
        (rf"(?:not after|no later than|until|by|bis|<=|≤)\s?{_YEAR}", _open(None, 1, 0)),
        (r"(\d{3}0)[’']?s", _ten),
        (
            rf"{_BEFORE}{_VAGUE}(?:the\s)?(?P<first>\d{{1,2}}|[XVI]+)(?:th|st|nd|rd|\.|e|ème)?"
            rf"(?:\s?[-/]\s?(?P<last>\d{{1,2}}|[XVI]+)(?:th|st|nd|rd|\.|e|ème)?)?\s?{_NAMED}",
            _century,
        ),
        (r"(?:s\.|saec\.|sec\.)\s?(?P<first>[XVI]+)(?:\s?[-/]\s?(?P<last>[XVI]+))?", _century),
        (r"M[MDCLXVIJ. ]{0,40}(?:-\s?M[MDCLXVIJ. ]{0,40})?", _roman),
    )
)
