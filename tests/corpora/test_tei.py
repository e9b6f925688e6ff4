"""TEI documents: what they hold, and that every pointer in them leads somewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import etree
from made_collection import leaves_of, made_pair_set

from zij.corpora.exchange.leaf import Leaf
from zij.corpora.exchange.options import Options
from zij.corpora.exchange.tei import TEI, tei, write_tei
from zij.tables.reading import Reading, Table

NS = {"t": TEI}
ID = "{http://www.w3.org/XML/1998/namespace}id"
# What may stand in what, as far as it is used (TEI P5 Guidelines, appendix C); the schema is not at hand.
CONTENT = {
    "TEI": "teiHeader facsimile standOff text", "teiHeader": "fileDesc encodingDesc",
    "fileDesc": "titleStmt publicationStmt sourceDesc", "titleStmt": "title author", "publicationStmt": "p",
    "sourceDesc": "p", "encodingDesc": "p appInfo", "appInfo": "application", "application": "label",
    "facsimile": "surface", "surface": "graphic zone", "text": "body", "body": "div", "div": "ab table",
    "ab": "num lb", "table": "row", "row": "cell", "cell": "num lb unclear gap anchor",
    "unclear": "num lb gap anchor",
    "standOff": "linkGrp", "linkGrp": "desc link",
}  # fmt: skip
NOT_EMPTY = {"table", "row", "facsimile", "surface", "linkGrp", "body", "div"}


@pytest.fixture
def leaves(readings: dict[str, Reading]) -> list[Leaf]:
    return leaves_of(readings)


def documents(folder: Path) -> dict[str, etree._Element]:
    return {path.name: etree.parse(str(path)).getroot() for path in sorted(folder.iterdir())}


@pytest.fixture
def written(leaves: list[Leaf], tmp_path: Path) -> dict[str, etree._Element]:
    write_tei(tmp_path, leaves, [made_pair_set(leaves[0], leaves[2])], Options(authors=("Fine, Oronce",)))
    return documents(tmp_path)


def test_one_document_a_page_and_one_of_pairs(written: dict[str, etree._Element]) -> None:
    assert sorted(written) == [
        "empty.tei.xml", "full.tei.xml", "loose.tei.xml", "pairs.tei.xml", "ünïcode.tei.xml"
    ]  # fmt: skip


def test_elements_stand_where_tei_has_them(written: dict[str, etree._Element]) -> None:
    for root in written.values():
        for node in root.iter():
            name = etree.QName(node).localname
            inside = [etree.QName(child).localname for child in node]
            allowed = CONTENT.get(name, "").split()
            assert set(inside) <= set(allowed), (name, inside)
            assert inside or name not in NOT_EMPTY, name
            if name in ("TEI", "teiHeader", "fileDesc", "titleStmt", "encodingDesc", "linkGrp", "surface"):
                assert inside == sorted(inside, key=allowed.index), name


def test_ids_are_unique_and_every_pointer_resolves(written: dict[str, etree._Element]) -> None:
    for root in written.values():
        ids = root.xpath("//@xml:id")
        assert len(set(ids)) == len(ids)
        for pointer in root.xpath("//@facs"):
            assert pointer.startswith("#") and pointer[1:] in ids


def test_links_point_into_the_documents_of_the_pages(written: dict[str, etree._Element]) -> None:
    links = written["pairs.tei.xml"].xpath("//t:link", namespaces=NS)
    assert [link.get("n") for link in links] == ["-0.25", "0.125"]
    for link in links:
        for target in link.get("target").split():
            file, name = unquote(target).split("#")
            assert written[file].xpath("//*[@xml:id=$name]", name=name), target


def test_a_table_has_its_rows_cells_and_spans(written: dict[str, etree._Element], leaves: list[Leaf]) -> None:
    (node,) = written["full.tei.xml"].xpath("//t:table", namespaces=NS)
    table = leaves[0].reading.tables[0]
    assert (node.get("rows"), node.get("cols")) == ("4", "3")
    assert [row.get("role") for row in node] == ["label", "data", "data", "data"]
    found = [
        (
            int(row.get("n")),
            int(cell.get("n")),
            int(cell.get("rows")),
            int(cell.get("cols")),
            cell.get("role"),
        )
        for row in node
        for cell in row
    ]
    assert found == [
        (c.row, c.column, c.row_span, c.column_span, "label" if c.header else "data") for c in table.cells
    ]
    texts = [" ".join("".join(cell.itertext()).split()) for row in node for cell in row]
    assert texts == [" ".join(c.text.split()) for c in table.cells]


def test_states_are_told_apart(written: dict[str, etree._Element]) -> None:
    root = written["full.tei.xml"]
    (unclear,) = root.xpath("//t:unclear", namespaces=NS)
    assert "".join(unclear.itertext()) == "05" and unclear.get("cert") == "0.8"
    (gap,) = root.xpath("//t:gap", namespaces=NS)
    assert gap.getparent().get(ID) == "t1_r2c2"


def test_zones_are_the_boxes(written: dict[str, etree._Element], leaves: list[Leaf]) -> None:
    zones = {z.get(ID): z for z in written["full.tei.xml"].iter(f"{{{TEI}}}zone")}
    reading = leaves[0].reading
    parts = [*reading.tables, *reading.tables[0].cells, *reading.numbers()]
    assert len(zones) == len(parts)
    for part in parts:
        zone, box = zones[f"{part.id}_zone"], part.box
        corners = [int(zone.get(side)) for side in ("ulx", "uly", "lrx", "lry")]
        assert corners == [box.x, box.y, box.right, box.bottom]
        points = [tuple(map(int, point.split(","))) for point in zone.get("points").split()]
        xs, ys = zip(*points, strict=True)
        assert [min(xs), min(ys), max(xs), max(ys)] == corners and len(points) == 4


def test_numbers_are_marked_within_their_text(written: dict[str, etree._Element]) -> None:
    root = written["ünïcode.tei.xml"]
    (cell,) = root.xpath("//t:cell[@xml:id='t1_r1c1']", namespaces=NS)
    assert cell.text == "é" and [etree.QName(part).localname for part in cell] == ["lb", "num"]
    assert "".join(root.xpath("//t:cell[@xml:id='t1_r0c2']", namespaces=NS)[0].itertext()) == "<&>]]>"


def test_a_table_without_cells_and_a_row_without_one(leaves: list[Leaf]) -> None:
    table = leaves[0].reading.tables[0]
    bare = Table(table.box, 2, 2, ())
    gappy = replace(table, cells=tuple(cell for cell in table.cells if cell.row != 2))
    reading = replace(leaves[0].reading, tables=(bare, gappy)).with_ids()
    root = etree.fromstring(tei(leaves[0].with_reading(reading), Options()))
    assert [node.get("type") for node in root.iter(f"{{{TEI}}}ab")][:1] == ["table"]
    assert [row.get("n") for row in root.iter(f"{{{TEI}}}row")] == ["0", "1", "3"]


def test_what_is_not_stated_is_not_guessed(leaves: list[Leaf]) -> None:
    text = tei(leaves[0], Options()).decode()
    assert "Licence of the readings: not stated. Licence of the images: not stated." in text
    assert "CC0" in tei(leaves[0], Options(image_licence="CC0 1.0")).decode()


def test_a_number_that_its_cell_does_not_spell_out_is_an_anchor(leaves: list[Leaf]) -> None:
    cell = replace(leaves[0].reading.tables[0].cells[2], text="xii")
    table = replace(leaves[0].reading.tables[0], cells=(cell,))
    root = etree.fromstring(
        tei(leaves[0].with_reading(replace(leaves[0].reading, tables=(table,))), Options())
    )
    (node,) = root.iter(f"{{{TEI}}}cell")
    assert "".join(node.itertext()) == "xii" and node[0].get(ID) == "t1_r1c0_w1"
    assert root.xpath("//*[@xml:id='t1_r1c0_w1_zone']")
