"""What a search found as it shows itself in a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zij.corpora.finding.records import Hit, Hits
from zij.corpora.finding.report import Asked, hit_sections, search_notes, search_style
from zij.corpora.finding.words import shared_words, through_words
from zij.corpora.store import open_corpus
from zij.errors import ZijError
from zij.html import Markup, element, fragment, listing, scoped

__all__ = ["found_parts", "hits_html", "hits_parts", "inline_style"]

MOST = 10
"""Hits that are shown with pictures."""
ROOM = 1_000_000
"""Bytes of these hits at most: the shared cells of large tables take much."""
LISTED = 50
"""Hits of a list without pictures."""

_STYLE = """.zij.zij.zij .hit h2 { font-size: 15px; font-weight: 600; color: var(--ink); padding: 0; }
.zij.zij.zij .hit p { font-size: 13px; }
.zij.zij.zij .hit svg { max-height: 11rem; width: auto; }
"""


def hits_html(found: Hits) -> str:
    """The hits as a list, as a fragment; pictures are at hand only where the corpus is."""
    return fragment(*hits_parts(found, found.hits), *search_notes(found, ""))


def hits_parts(found: Hits, hits: Sequence[Hit]) -> list[Markup]:
    """Some of the hits as a list without pictures, as elements in order."""
    if not found.hits:
        return [element("p", "No page was found.")]
    heads = ("rank", "similarity", "page", "check", "what is shared")
    return [listing(heads, map(_row, hits), total=len(hits), most=LISTED, numbers=heads[:2])]


def found_parts(folder: str, asked: Asked, found: Hits, conditions: str) -> list[Markup]:
    """The first hits with small pictures of both pages, as elements in order; they need `inline_style`.

    Parameters
    ----------
    folder : str
        Of the corpus; where it cannot be opened any more there are no pictures.
    asked : Asked
        The page that was searched for.
    found : Hits
    conditions : str
        On the pages that could be found.

    Returns
    -------
    list of Markup
    """
    parts = _sections(folder, asked, found)
    more = len(found.hits) - len(parts)
    if more:
        words = f"{more:,} more hit{'s' * (more != 1)} without pictures"
        rest = hits_parts(found, found.hits[len(parts) :])
        parts.append(element("details", element("summary", words), *rest, open=not parts))
    return [*parts, *search_notes(found, conditions)]


def inline_style() -> str:
    """CSS for `found_parts` within a fragment."""
    return f"{scoped(search_style())}\n{_STYLE}"


def _sections(folder: str, asked: Asked, found: Hits) -> list[Markup]:
    """The first hits with pictures; none where the corpus was moved, or its pages are others now."""
    parts: list[Markup] = []
    room = ROOM
    try:
        with open_corpus(folder) as corpus:
            for hit in found.hits[:MOST]:
                (part,) = hit_sections(corpus, asked, [hit])
                room -= len(part)
                if room < 0:
                    break
                parts.append(part)
    except ZijError:
        return []
    return parts


def _row(hit: Hit) -> tuple[str, ...]:
    check = f"{hit.arrangement:.2f}" if hit.arrangement is not None else "not checked"
    return str(hit.rank), f"{hit.similarity:.4f}", hit.name, check, "; ".join(_shared(hit))


def _shared(hit: Hit) -> Iterator[str]:
    if hit.match is not None and hit.shares:
        yield shared_words(hit.match)
    elif hit.through is not None:
        yield through_words(hit)
    if hit.near_duplicate:
        yield "near duplicate"
