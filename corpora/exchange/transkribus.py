"""A document as Transkribus exports and uploads it: metadata, METS, images, and PAGE-XML in `page`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from zij.corpora.exchange.escriptorium import image_data
from zij.corpora.exchange.leaf import Leaf, named_after_images
from zij.corpora.exchange.mets import Sheet, transkribus_metadata, transkribus_mets
from zij.corpora.exchange.options import Options
from zij.corpora.exchange.pagefile import page_xml, summed
from zij.files import write_bytes

__all__ = ["document_name", "write_transkribus"]


def write_transkribus(folder: Path, leaves: Sequence[Leaf], options: Options) -> tuple[str, ...]:
    """Write a folder named after the collection: metadata.xml, mets.xml, the images, page/STEM.xml.

    PAGE-XML and image share their name but for the suffix, which is how Transkribus joins them; the order of
    the pages is that of the names.

    Parameters
    ----------
    folder : Path
        Where the folder of the document is to stand.
    leaves : sequence of Leaf
        The pages.
    options : Options
        The title and authors among them.

    Returns
    -------
    tuple of str
        What the form has no place for.

    Raises
    ------
    OutputError
        If two images or their PAGE-XML would have one name.
    InputError
        If an image cannot be read.
    """
    title = options.title or "readings"
    document = folder / document_name(title)
    sheets = []
    gone: list[str] = []
    for leaf in sorted(named_after_images(leaves), key=lambda leaf: leaf.image_name):
        page = f"page/{leaf.stem}.xml"
        data, phrases = page_xml(leaf, "transkribus")
        gone += phrases
        write_bytes(document / page, data)
        sheet = Sheet(page, page_md5=_md5(data))
        if leaf.image is not None:
            data = image_data(leaf.image)
            write_bytes(document / leaf.image_name, data)
            sheet = replace(sheet, image=leaf.image_name, image_md5=_md5(data))
        sheets.append(sheet)
    write_bytes(document / "mets.xml", transkribus_mets(sheets, title, options.authors))
    write_bytes(document / "metadata.xml", transkribus_metadata(len(sheets), title, options.authors))
    return summed(gone)


def document_name(title: str) -> str:
    """A title as the name of a folder, on any system: letters, digits, points, hyphens, underscores."""
    return re.sub(r"[^\w.-]+", "_", title).strip("._")[:80] or "readings"


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
