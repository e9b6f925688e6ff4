"""What columns and labels mean: the names under which catalogues keep title, authors, place, date."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from zij.corpora.sources.dates import read_date
from zij.corpora.store.records import Metadata

__all__ = ["ALIASES", "book_facts", "described", "meaning"]

ALIASES: Mapping[str, tuple[str, ...]] = {
    "page": (
        "page_id", "page", "filename", "file_name", "file", "image", "image_id", "page_name", "stem", "path",
        "id",
    ),
    "canvas": ("canvas", "canvas_id", "canvas_uri"),
    "book": ("book", "book_id", "witness", "siglum", "edition", "edition_id"),
    "title": ("short_title", "title", "label"),
    "authors": ("credited_authors", "authors", "author", "creator", "creators", "contributor"),
    "place": (
        "place_of_publication", "publication_place", "place", "pub_place", "place_of_origin", "published_in",
    ),
    "date": (
        "year_of_publication", "year", "date", "publication_date", "pub_date", "date_of_publication",
        "published", "date_of_origin", "dated", "issued",
    ),
    "lat": ("lat", "latitude"),
    "lng": ("lng", "lon", "long", "longitude"),
    "rights": ("rights", "licence", "license"),
    "tags": ("tags", "keywords"),
}  # fmt: skip
"""For each meaning the names of columns, in small letters with "_", the first before the later ones."""

_MEANINGS = {name: (meaning, rank) for meaning, names in ALIASES.items() for rank, name in enumerate(names)}


def meaning(column: str) -> tuple[str, int] | None:
    """What a column or label means, and its rank among those of that meaning (0 is best); None if unknown."""
    plain = re.sub(r"[\s_-]+", "_", column.strip().casefold()).strip("_:")
    return _MEANINGS.get(plain)


def described(fields: Mapping[str, str]) -> tuple[Metadata, list[str]]:
    """Metadata of a page or book from fields by column, and what could not be read.

    Parameters
    ----------
    fields : mapping of str to str
        Columns that name pages, books and tags are passed over. What has no known meaning, or another value
        for a meaning that is taken already, is kept under its own name.

    Returns
    -------
    (Metadata, list of str)
    """
    taken: dict[str, str] = {}
    others: dict[str, str] = {}
    ranked = sorted(fields.items(), key=lambda item: (meaning(item[0]) or ("", 0))[1])
    for name, text in ranked:
        known = (meaning(name) or ("", 0))[0]
        if known in ("page", "canvas", "book", "tags"):
            continue
        if known in ("title", "authors", "place", "date", "lat", "lng") and known not in taken:
            taken[known] = text
        elif known == "rights":
            others.setdefault("rights", text)
        elif not (known and taken.get(known) == text):
            others[name] = text
    unread: list[str] = []
    lat, lng = (_degrees(taken.get(name, ""), most, unread) for name, most in (("lat", 90), ("lng", 180)))
    others |= {
        name: taken[name] for name, value in (("lat", lat), ("lng", lng)) if value is None and name in taken
    }
    date = taken.get("date", "")
    dated = read_date(date) if date else None
    if date and dated is None:
        unread.append(f"the date {date[:60]!r} could not be read and is kept as text")
    if dated is not None and not dated.certain and (dated.year_from or dated.year_to):
        others["year_certain"] = "no"
    return Metadata(
        taken.get("title", ""), taken.get("authors", ""), taken.get("place", ""), date,
        dated.year_from if dated else None, dated.year_to if dated else None, lat, lng,
        dict(sorted(others.items())),
    ), unread  # fmt: skip


def _degrees(text: str, most: int, unread: list[str]) -> float | None:
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not abs(value) <= most:
        unread.append(f"{text[:40]!r} is no latitude or longitude in degrees and is kept as text")
        return None
    return value


def book_facts(
    label: str, facts: Iterable[tuple[str, str]], date: str, rights: str, manifest: str
) -> Metadata:
    """Metadata of the book that a manifest describes.

    Parameters
    ----------
    label : str
        The manifest's.
    facts : iterable of (str, str)
        Labels and values of its metadata.
    date : str
    rights : str
    manifest : str
        Its address.

    Returns
    -------
    Metadata
    """
    fields: dict[str, str] = {}
    for name, value in facts:
        if (meaning(name) or ("", 0))[0] in ("page", "canvas", "book", "tags"):
            name = f"{name} (manifest)"
        fields.setdefault(name, value)
    if not any((meaning(name) or ("", 0))[0] == "date" for name in fields) and date:
        fields["date"] = date
    fields["short_title"] = label
    if rights:
        fields["rights"] = rights
    metadata, _ = described(fields)
    return Metadata(
        metadata.title, metadata.authors, metadata.place, metadata.date, metadata.year_from, metadata.year_to,
        metadata.lat, metadata.lng, {**metadata.others, "manifest": manifest},
    )  # fmt: skip
