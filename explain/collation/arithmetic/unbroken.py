"""Words about columns, for HTML: "columns 3-4" is never parted over two lines."""

from __future__ import annotations

import re

from zij.html import Markup, element, escape

__all__ = ["unbroken"]

_NAMED = re.compile(r"((?:columns?|rows?) [0-9]+(?:-[0-9]+)?)")


def unbroken(text: str) -> Markup:
    """A text escaped, its "columns 3-4" and "row 5" each kept on one line.

    Parameters
    ----------
    text : str

    Returns
    -------
    Markup
    """
    parts = _NAMED.split(text)
    kept = [
        element("span", part, style="white-space: nowrap") if n % 2 else escape(part)
        for n, part in enumerate(parts)
    ]
    return Markup("".join(kept))
