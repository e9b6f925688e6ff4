"""Pages as TEI P5: facsimile with zones, tables whose cells point to them, pairs as links.

TEI P5 Guidelines, https://tei-c.org/guidelines/p5/, chapters 11 (facsimile), 14 (tables)
and 16 (standOff, link).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from lxml import etree

from zij.corpora.exchange.leaf import Leaf
from zij.corpora.exchange.options import NOT_STATED, Options
from zij.corpora.exchange.pairset import PairSet
from zij.files import write_bytes
from zij.tables.geometry import Box
from zij.tables.pagexml._tree.model import clean_text
from zij.tables.reading import Cell, Number, Reading, Table

__all__ = ["TEI", "pairs_tei", "tei", "write_tei"]

TEI = "http://www.tei-c.org/ns/1.0"
"""Namespace of TEI P5."""
_ID = "{http://www.w3.org/XML/1998/namespace}id"


def write_tei(folder: Path, leaves: Sequence[Leaf], pairs: Sequence[PairSet], options: Options) -> None:
    """Write `STEM.tei.xml` for each page, and `pairs.tei.xml` if there are pairs between the pages.

    Parameters
    ----------
    folder : Path
        Where its files are to stand.
    leaves : sequence of Leaf
        The pages.
    pairs : sequence of PairSet
        The comparisons.
    options : Options
        The title and authors among them.
    """
    for leaf in leaves:
        write_bytes(folder / f"{leaf.stem}.tei.xml", tei(leaf, options))
    if any(group.among(leaves) for group in pairs):
        write_bytes(folder / "pairs.tei.xml", pairs_tei(leaves, pairs, options))


def tei(leaf: Leaf, options: Options) -> bytes:
    """A page as a TEI document: its image with a zone for each table, cell and number, and its text.

    Cells and numbers keep their ids from PAGE-XML; the zone of `t1_r0c2` is `t1_r0c2_zone`. Rows without a
    cell, which TEI does not have, are left out, and `n` numbers rows and cells from 0. Doubtful cells are
    `unclear`, unread ones hold a `gap`, empty ones nothing.

    Parameters
    ----------
    leaf : Leaf
    options : Options
        `title`, `authors`, `licence`, `image_licence`, `date`.

    Returns
    -------
    bytes
    """
    reading = leaf.reading
    root = _document(_title(options, leaf.stem), options, reading)
    facsimile = _add(root, "facsimile")
    corner = {"ulx": "0", "uly": "0", "lrx": str(reading.width), "lry": str(reading.height)}
    surface = _add(facsimile, "surface", **{_ID: "page"}, **corner)
    size = {"width": f"{reading.width}px", "height": f"{reading.height}px"}
    _add(surface, "graphic", url=_url(reading.image), **size)
    body = _add(_add(_add(root, "text"), "body"), "div", facs="#page")
    for table in reading.tables:
        _zone(surface, table.id, table.box, "table")
        _table(body, surface, table)
    if reading.loose:
        outside = _add(body, "ab", type="outside-tables")
        for n, number in enumerate(reading.loose):
            if n:
                _add(outside, "lb")
            _number(outside, surface, number)
    if not len(body):
        _add(body, "ab")
    return _bytes(root)


def pairs_tei(leaves: Sequence[Leaf], pairs: Sequence[PairSet], options: Options) -> bytes:
    """All pairs between the pages, a `linkGrp` a comparison, whose links point into the pages' documents.

    The links stand by rank; `n` is the relevance, with its sign. A pair whose region is no element of its
    page, as patches of an image are not, has no link.

    Parameters
    ----------
    leaves : sequence of Leaf
        The pages.
    pairs : sequence of PairSet
        The comparisons.
    options : Options
        The title and authors among them.

    Returns
    -------
    bytes
        UTF-8.
    """
    root = _document(_title(options, "pairs"), options, None)
    stand_off = _add(root, "standOff")
    ids: dict[str, set[str]] = {}
    for group in pairs:
        among = group.among(leaves)
        for _, *pages in among:
            for leaf in pages:
                if leaf.stem not in ids:
                    ids[leaf.stem] = set(_ids(leaf.reading))
        links = [
            (f"{quote(a.stem)}.tei.xml#{pair.a.id} {quote(b.stem)}.tei.xml#{pair.b.id}", pair.relevance)
            for pair, a, b in among
            if pair.a.id in ids[a.stem] and pair.b.id in ids[b.stem]
        ]
        if not links:
            continue
        node = _add(stand_off, "linkGrp", type="pairs", n=group.name)
        said = f"{group.label}: similarity {group.similarity:.6g}"
        listed = f", of which the listed pairs are {group.listed:.6g}" if math.isfinite(group.listed) else ""
        _add(node, "desc", clean_text(said + listed))
        for target, relevance in links:
            _add(node, "link", target=target, n=f"{relevance:.9g}")
    return _bytes(root)


def _document(title: str, options: Options, reading: Reading | None) -> etree._Element:
    root = etree.Element(f"{{{TEI}}}TEI", nsmap={None: TEI})  # type: ignore[dict-item]
    header = _add(root, "teiHeader")
    description = _add(header, "fileDesc")
    titles = _add(description, "titleStmt")
    _add(titles, "title", clean_text(title))
    for author in options.authors:
        _add(titles, "author", clean_text(author))
    publication = _add(description, "publicationStmt")
    licence, images = options.licence or NOT_STATED, options.image_licence or NOT_STATED
    date = f"Date: {options.date}. " if options.date else ""
    said = f"{date}Licence of the readings: {licence}. Licence of the images: {images}."
    _add(publication, "p", clean_text(said))
    source = _add(description, "sourceDesc")
    if reading is None:
        _add(source, "p", "Pairs of digit regions, made by comparing the pages.")
    else:
        hashed = f", SHA-256 {reading.sha256}" if reading.sha256 else ""
        _add(source, "p", f"Image {reading.image}, {reading.width} x {reading.height} pixels{hashed}.")
    encoding = _add(header, "encodingDesc")
    if reading is not None:
        _add(encoding, "p", _made(reading))
    info = _add(encoding, "appInfo")
    application = _add(info, "application", ident="zij", version=version("zij"))
    _add(application, "label", "zij")
    return root


def _made(reading: Reading) -> str:
    """Who read the page, and with what."""
    model = f"; digit model: {reading.model}" if reading.model else ""
    settings = ", ".join(f"{name} {value}" for name, value in reading.parameters)
    return clean_text(f"Read by: {reading.source}{model}{f'; {settings}' if settings else ''}.")


def _title(options: Options, name: str) -> str:
    return f"{options.title}: {name}" if options.title else name


def _table(body: etree._Element, surface: etree._Element, table: Table) -> None:
    """A table; as an empty block where it has no cell, which TEI's table must have."""
    if not table.cells:
        _add(body, "ab", type="table", **{_ID: table.id}, facs=f"#{table.id}_zone")
        return
    size = {"rows": str(table.rows), "cols": str(table.columns)}
    node = _add(body, "table", **{_ID: table.id}, **size, facs=f"#{table.id}_zone")
    for row, cells in groupby(table.cells, key=lambda cell: cell.row):
        found = list(cells)
        role = "label" if all(cell.header for cell in found) else "data"
        line = _add(node, "row", role=role, n=str(row))
        for cell in found:
            _zone(surface, cell.id, cell.box, "cell")
            _cell(line, surface, cell)


def _cell(row: etree._Element, surface: etree._Element, cell: Cell) -> None:
    spans = {"rows": str(cell.row_span), "cols": str(cell.column_span)}
    role = "label" if cell.header else "data"
    cert = {} if cell.confidence == 1 else {"cert": f"{cell.confidence:.6g}"}
    node = _add(
        row, "cell", role=role, n=str(cell.column), **spans, **{_ID: cell.id}, facs=f"#{cell.id}_zone"
    )
    if cell.state == "uncertain":
        node = _add(node, "unclear", **cert)
    elif cert:
        node.set("cert", cert["cert"])
    if cell.state == "unread":
        _add(node, "gap", reason="illegible")
    _words(node, surface, cell)


def _words(node: etree._Element, surface: etree._Element, cell: Cell) -> None:
    """The cell's text, its numbers marked where they stand in it; those not found in it are anchors."""
    rest = list(cell.numbers)
    for part in re.split(r"(\s+)", cell.text):
        if rest and part and part == rest[0].text:
            _number(node, surface, rest.pop(0))
        elif "\n" in part:
            _add(node, "lb")
        else:
            _append(node, part)
    for number in rest:
        _zone(surface, number.id, number.box, "number")
        _add(node, "anchor", **{_ID: number.id}, facs=f"#{number.id}_zone")


def _number(node: etree._Element, surface: etree._Element, number: Number) -> None:
    _zone(surface, number.id, number.box, "number")
    _add(node, "num", clean_text(number.text), **{_ID: number.id}, facs=f"#{number.id}_zone")


def _append(node: etree._Element, text: str) -> None:
    """Text after what the element holds already."""
    if len(node):
        node[-1].tail = (node[-1].tail or "") + text
    else:
        node.text = (node.text or "") + text


def _zone(surface: etree._Element, name: str, box: Box, kind: str) -> None:
    left, top, right, bottom = (str(round(v)) for v in (box.x, box.y, box.right, box.bottom))
    corner = {"ulx": left, "uly": top, "lrx": right, "lry": bottom}
    points = f"{left},{top} {right},{top} {right},{bottom} {left},{bottom}"
    _add(surface, "zone", **{_ID: f"{name}_zone"}, type=kind, **corner, points=points)


def _ids(reading: Reading) -> Iterable[str]:
    for table in reading.tables:
        yield table.id
        yield from (cell.id for cell in table.cells)
    yield from (number.id for number in reading.numbers())


def _url(image: str) -> str:
    return image if re.match(r"https?://\S+$", image) else quote(image)


def _add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    node = etree.SubElement(parent, f"{{{TEI}}}{tag}", attributes)
    node.text = text
    return node


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
