"""Pages as a IIIF manifest: a canvas a page, what was read on it, and links between pages.

IIIF Presentation API 3.0, https://iiif.io/api/presentation/3.0/. Nothing is fetched.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from zij.corpora.exchange.leaf import Leaf
from zij.corpora.exchange.options import NOT_STATED, Options
from zij.corpora.exchange.pairset import Pair, PairSet
from zij.corpora.exchange.tablecsv import UNREAD
from zij.errors import InputError
from zij.files import write_text
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Number

__all__ = ["Names", "image_service", "manifest", "write_iiif"]

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
FRAGMENTS = "http://www.w3.org/TR/media-frags/"
TERMS = "urn:zij:terms:"  # written out, since viewers and validators take no context of ours

_SERVICE = re.compile(
    r"(https?://.+)/(?:full|square|pct:[\d.,]+|[\d,]+)/(full|max|\^?!?[\d,]+|pct:[\d.]+)/!?[\d.]+/"
    r"(?:default|native|color|gray|bitonal)\.\w+"
)
_TYPES = {
    ".jpg": "jpeg", ".jpeg": "jpeg", ".jpe": "jpeg", ".png": "png", ".tif": "tiff", ".tiff": "tiff",
    ".webp": "webp", ".jp2": "jp2", ".j2k": "jp2", ".jpx": "jpx",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """The ids of a manifest and its parts: addresses below a base, or URNs made from the same words.

    Attributes
    ----------
    base : str
        Address, "" for URNs.
    key : str
        Word of this manifest.
    """

    base: str
    key: str

    def of(self, kind: str, name: str = "") -> str:
        """The id of a part; the same words give the same id."""
        path = "/".join(filter(None, (kind, quote(name, safe=""))))
        if self.base:
            return f"{self.base.rstrip('/')}/{path}"
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'zij {self.key} {path}')}"


def write_iiif(folder: Path, leaves: Sequence[Leaf], pairs: Sequence[PairSet], options: Options) -> None:
    """Write `manifest.json` and, where a base address is given, `annotations/STEM.KIND.json` beside it.

    Without an address nothing could load a second file, so the annotations stand inside the manifest.

    Parameters
    ----------
    folder : Path
        Where its files are to stand.
    leaves : sequence of Leaf
        The pages.
    pairs : sequence of PairSet
        Links between them.
    options : Options
        The base address, title and rights among them.
    """

    def keep_apart(page: dict[str, Any]) -> None:
        file = folder / "annotations" / page.pop("file")
        write_text(file, _text({"@context": CONTEXT, **page}))
        del page["items"]

    whole = manifest(leaves, pairs, options, apart=keep_apart if options.base_url else None)
    write_text(folder / "manifest.json", _text(whole))


def manifest(
    leaves: Sequence[Leaf],
    pairs: Sequence[PairSet],
    options: Options,
    *,
    apart: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """The manifest, by default with all annotations inside.

    Parameters
    ----------
    leaves : sequence of Leaf
        A canvas each, of the size of its image.
    pairs : sequence of PairSet
        Those between pages that are there become annotations with motivation linking on the first page.
    options : Options
        `base_url`, `title`, `licence`, `image_licence`.
    apart : callable, optional
        Called with each annotation page, of which it may take the items to keep them elsewhere; `file` is
        the name for it.

    Returns
    -------
    dict of str to object

    Raises
    ------
    InputError
        If a page does not state the size of its image.
    """
    key = "\n".join(f"{leaf.stem} {leaf.head.image} {leaf.head.sha256}" for leaf in leaves)
    names = Names(options.base_url, key)
    links = _links(leaves, pairs, names)
    return {
        "@context": CONTEXT,
        "id": names.of("manifest.json"),
        "type": "Manifest",
        "label": {"none": [options.title or "Readings of tables"]},
        "metadata": [
            _entry("Licence of the images", options.image_licence or NOT_STATED),
            _entry("Licence of the readings", options.licence or NOT_STATED),
        ],
        "items": [_canvas(leaf, names, links.get(leaf.stem, []), apart) for leaf in leaves],
    }


def image_service(url: str) -> dict[str, str] | None:
    """The image service of an address in the form of the IIIF Image API; None for any other.

    The address `.../full/full/0/default.jpg` is of version 2, `.../full/max/0/default.jpg` of version 3.
    """
    found = _SERVICE.fullmatch(url)
    if found is None:
        return None
    version = "ImageService2" if found[2] == "full" else "ImageService3"
    return {"id": found[1], "type": version, "profile": "level1"}


def _entry(label: str, value: str) -> dict[str, Any]:
    return {"label": {"en": [label]}, "value": {"none": [value]}}


def _canvas(
    leaf: Leaf,
    names: Names,
    links: list[dict[str, Any]],
    apart: Callable[[dict[str, Any]], None] | None,
) -> dict[str, Any]:
    reading = leaf.reading
    if reading.width < 1 or reading.height < 1:
        raise InputError(f"{leaf.path}: does not state the size of its image; add it to its Page element.")
    name = names.of("canvas", leaf.stem)
    size = {"height": reading.height, "width": reading.width}
    painting = {
        "id": names.of("painting", leaf.stem),
        "type": "Annotation",
        "motivation": "painting",
        "body": {**_image(leaf, names), **size},
        "target": name,
    }
    image = {"id": names.of("image", leaf.stem), "type": "AnnotationPage", "items": [painting]}
    cells = (_cell(cell, table.id, name) for table in reading.tables for cell in table.cells)
    kinds: dict[str, list[dict[str, Any]]] = {
        "cells": [cell for cell in cells if cell is not None],
        "numbers": [_number(number, name) for number in reading.numbers()],
        "pairs": links,
    }
    pages = [_page(leaf, kind, items, names) for kind, items in kinds.items()]
    found = [page for page in pages if page["items"]]
    for page in found:
        if apart is None:
            del page["file"]
        else:
            apart(page)
    more = {"annotations": found} if found else {}
    return {"id": name, "type": "Canvas", "label": {"none": [leaf.stem]}, **size, "items": [image], **more}


def _image(leaf: Leaf, names: Names) -> dict[str, Any]:
    """The image as the file names it: an address with its service, or a file below the base."""
    url = leaf.head.image
    suffix = Path(url).suffix.lower()
    body: dict[str, Any] = {"type": "Image", "format": f"image/{_TYPES.get(suffix, 'jpeg')}"}
    if re.match(r"https?://\S+$", url):
        service = image_service(url)
        return {"id": url, **body, **({"service": [service]} if service else {})}
    return {"id": names.of("images", leaf.image_name or leaf.stem), **body}


def _page(leaf: Leaf, kind: str, items: list[dict[str, Any]], names: Names) -> dict[str, Any]:
    file = f"{leaf.stem}.{kind}.json"
    name = names.of("annotations", file)
    label = {"cells": "Cells of tables", "numbers": "Numbers", "pairs": "Pairs with other pages"}[kind]
    numbered = [{"id": f"{name}#{n}", **item} for n, item in enumerate(items, 1)]
    return {
        "id": name, "type": "AnnotationPage", "label": {"en": [label]}, "file": file, "items": numbered
    }  # fmt: skip


def _cell(cell: Cell, table: str, canvas: str) -> dict[str, Any] | None:
    """What stands in a cell; nothing for an empty one."""
    if cell.state == "empty" and not cell.text:
        return None
    more = {
        "id": cell.id, "table": table, "row": cell.row, "column": cell.column, "rowSpan": cell.row_span,
        "columnSpan": cell.column_span, "header": cell.header, "state": cell.state,
        "confidence": cell.confidence,
    }  # fmt: skip
    said = {f"{TERMS}{name}": value for name, value in more.items()}
    return {**_text_annotation(cell.text or UNREAD, cell.box, canvas), **said}


def _number(number: Number, canvas: str) -> dict[str, Any]:
    return {**_text_annotation(number.text, number.box, canvas), f"{TERMS}id": number.id}


def _text_annotation(text: str, box: Box, canvas: str) -> dict[str, Any]:
    return {
        "type": "Annotation",
        "motivation": "supplementing",
        "body": {"type": "TextualBody", "value": text, "format": "text/plain"},
        "target": f"{canvas}#{_xywh(box)}",
    }


def _links(leaves: Sequence[Leaf], pairs: Sequence[PairSet], names: Names) -> dict[str, list[dict[str, Any]]]:
    """Links from regions of each page to regions of other pages, by the page's stem."""
    links: dict[str, list[dict[str, Any]]] = {}
    for group in pairs:
        for pair, a, b in group.among(leaves):
            link = _link(pair, names.of("canvas", a.stem), names.of("canvas", b.stem), names)
            links.setdefault(a.stem, []).append(link)
    return links


def _link(pair: Pair, canvas: str, other: str, names: Names) -> dict[str, Any]:
    bodies: list[dict[str, Any]] = [{**_region(other, pair.b.box, names), "purpose": "linking"}]
    if pair.comment:
        note = {"type": "TextualBody", "purpose": "commenting", "format": "text/plain", "language": "en"}
        bodies.append({**note, "value": pair.comment})
    return {
        "type": "Annotation",
        "motivation": "linking",
        "body": bodies,
        "target": _region(canvas, pair.a.box, names),
        f"{TERMS}rank": pair.rank,
        f"{TERMS}relevance": pair.relevance,
    }


def _region(canvas: str, box: Box, names: Names) -> dict[str, Any]:
    part_of = [{"id": names.of("manifest.json"), "type": "Manifest"}]
    return {
        "type": "SpecificResource",
        "source": {"id": canvas, "type": "Canvas", "partOf": part_of},
        "selector": {"type": "FragmentSelector", "conformsTo": FRAGMENTS, "value": _xywh(box)},
    }


def _xywh(box: Box) -> str:
    return "xywh=" + ",".join(str(round(value)) for value in (box.x, box.y, box.w, box.h))


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
