"""Crops of single cells, cut from the sheets of a gallery, within what a notebook can bear."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from zij.explain.collation.apparatus import Entry
from zij.explain.collation.report.pictures import Gallery
from zij.html import Markup, data_uri, element

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Cuttings"]

ROOM = 700_000
"""Bytes of all crops together, as they stand in HTML."""


class Cuttings:
    """Cuts crops from a gallery as long as there is room.

    Parameters
    ----------
    gallery : Gallery, optional
        Without it there are none.

    Attributes
    ----------
    left_out : int
        Crops for which there was no room.
    """

    def __init__(self, gallery: Gallery | None) -> None:
        self.left_out = 0
        self._gallery = gallery
        self._room = ROOM
        self._sheets: dict[int, Image] = {}

    def crop(self, witness: int, entry: Entry) -> Markup:
        """The crop of an entry as an element; nothing where there is none, or no room."""
        if self._gallery is None:
            return Markup()
        place = self._gallery.shelves[witness].crops.get((entry.page, entry.cell, entry.box))
        if place is None:
            return Markup()
        if self._room <= 0:
            self.left_out += 1
            return Markup()
        part = self._sheet(witness).crop((place.x, place.y, place.x + place.w, place.y + place.h))
        stream = BytesIO()
        part.save(stream, "JPEG", quality=72, optimize=True)
        uri = data_uri(stream.getvalue(), "image/jpeg")
        self._room -= len(uri)
        return element("img", src=uri, alt="the cell on its page")

    def _sheet(self, witness: int) -> Image:
        if witness not in self._sheets:
            from PIL import Image

            assert self._gallery is not None
            self._sheets[witness] = Image.open(BytesIO(self._gallery.shelves[witness].sheet))
        return self._sheets[witness]
