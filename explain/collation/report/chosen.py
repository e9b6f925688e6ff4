"""What the page's script shows of a chosen place: texts, where they stand on their pages, their crops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zij.explain.collation.apparatus import Apparatus, Entry, Place
from zij.explain.collation.judging import groups_of
from zij.explain.collation.report.pictures import Gallery, Shelf
from zij.explain.collation.report.sharedsection import told
from zij.explain.collation.report.words import entry_text, place_words
from zij.tables.geometry import Geometry

__all__ = ["script_data"]


def script_data(
    apparatus: Apparatus,
    places: Sequence[tuple[int, Place]],
    pictures: Gallery,
    arguments: dict[tuple[str, int], str],
) -> dict[str, Any]:
    """The places where not all agree, or share an error, for the script of the page.

    Parameters
    ----------
    apparatus : Apparatus
    places : sequence of (int, Place)
        Number of each such place among all, and the place.
    pictures : Gallery
    arguments : dict
        Argument of each row by table and row.

    Returns
    -------
    dict of str to object
    """
    several = len(apparatus.tables) > 1
    shared: dict[tuple[str, int, int], list[str]] = {}
    for error in apparatus.errors:
        shared.setdefault((error.table, error.row, error.column), []).append(told(apparatus, error))
    found = {}
    for number, place in places:
        verdict = place.verdict
        found[number] = {
            "words": (f"Table {place.table}, " if several else "") + place_words(place, arguments),
            "status": place.status,
            "kind": place.kind,
            "why": place.reason,
            "shared": "; ".join(shared.get((place.table, place.row, place.column), ())),
            "verdict": None
            if verdict is None
            else [round(v, 3) for v in (verdict.scan, verdict.print, verdict.computation)],
            "groups": groups_of(place.entries),
            "entries": [
                None if entry is None else _entry(apparatus, w, entry, pictures.shelves[w])
                for w, entry in enumerate(place.entries)
            ],
        }
    witnesses = [
        {"siglum": w.siglum, "date": w.date, "pages": [r.image for r in w.readings]}
        for w in apparatus.witnesses
    ]
    return {"witnesses": witnesses, "places": found}


def _entry(apparatus: Apparatus, witness: int, entry: Entry, shelf: Shelf) -> list[Any]:
    """Text, state, confidence, page, place on the page in thousandths, crop, width by height of the page."""
    reading = apparatus.witnesses[witness].readings[entry.page]
    geometry = Geometry.identity(reading.width or 1, reading.height or 1).turned(reading.turn // 90 % 4)
    box = geometry.box_to_raster(entry.box)
    mark = [
        round(1000 * value / size)
        for value, size in zip(
            (box.x, box.y, box.w, box.h), 2 * (geometry.width, geometry.height), strict=True
        )
    ]
    crop = shelf.crops.get((entry.page, entry.cell, entry.box))
    cut = [crop.x, crop.y, crop.w, crop.h] if crop else None
    page_ = [entry.page, int(entry.page in shelf.pages), round(geometry.width / geometry.height, 4)]
    return [entry_text(entry), entry.state, round(entry.confidence, 3), page_, mark, cut, entry.source]
