"""Names of pages: unique and printable, and patterns for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

__all__ = ["LONGEST", "free_name", "matches", "printable"]

LONGEST = 200  # characters of a page's name


def printable(text: str) -> str:
    """A name without signs that cannot be shown or that have a meaning in `CORPUS#PAGE`.

    Control signs, line ends, halves of surrogate pairs and "#" become "_"; blanks and slashes at the ends go.
    """
    shown = "".join(sign if sign.isprintable() and sign != "#" else "_" for sign in text)
    return re.sub("/+", "/", shown.replace("\\", "/")).strip(" /")


def free_name(name: str, book: str, taken: Callable[[str], bool], last: dict[str, int]) -> str:
    """A name that is not taken: the name, else `book/name`, else that with a number.

    Parameters
    ----------
    name, book : str
        As the source has them.
    taken : callable
        Whether a name is.
    last : dict of str to int
        Last number given to each name, kept from call to call.

    Returns
    -------
    str
    """
    name = printable(name)[:LONGEST].rstrip(" /") or "page"
    if not taken(name):
        return name
    longer = f"{printable(book)[: LONGEST // 2].rstrip(' /')}/{name}".lstrip("/")[:LONGEST]
    if not taken(longer):
        return longer
    longer = longer[: LONGEST - 9]
    number = last.get(longer, 1) + 1
    while taken(f"{longer}-{number}"):
        number += 1
    last[longer] = number
    return f"{longer}-{number}"


def matches(pattern: str, text: str | None) -> bool:
    """Whether a text is as a pattern says; capitals and small letters are the same, * and ? as in a shell."""
    return _compiled(pattern).fullmatch((text or "").casefold()) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (_SIGNS.get(sign) or re.escape(sign) for sign in pattern.casefold())
    return re.compile("".join(parts), re.DOTALL)


_SIGNS = {"*": ".*", "?": "."}
