"""Readings written as PAGE-XML: valid, sound, whole, and the same reading when read back."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from zij.errors import OutputError, UsageError
from zij.tables.geometry import Box
from zij.tables.pagexml import Notes, as_written, check_pagexml, page_from_bytes, to_xml, write_pagexml
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

NS = {"p": "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"}
OLD = {"p": "http://schema.primaresearch.org/PAGE/gts/pagecontent/2013-07-15"}
thorough = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def box_of(node):
    """Smallest box around an element's points, as (x, y, w, h)."""
    points = node.find("p:Coords", NS).get("points")
    xs, ys = zip(*([int(v) for v in point.split(",")] for point in points.split(" ")), strict=True)
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


@thorough
@given(data=st.data())
def test_profiles_hold_the_reading_exactly_and_turn_into_each_other(readings, data):
    reading = data.draw(readings)
    nested, flat = to_xml(reading), to_xml(reading, profile="flat")
    assert check_pagexml(nested) == [] == check_pagexml(flat)
    from_nested, from_flat = page_from_bytes(nested, "a.xml"), page_from_bytes(flat, "a.xml")
    assert from_nested.reading == as_written(reading) == from_flat.reading
    assert from_nested.tolerated == () == from_flat.tolerated
    assert to_xml(from_nested.reading, profile="flat") == flat
    assert to_xml(from_flat.reading) == nested


@thorough
@given(data=st.data())
def test_every_file_is_valid(readings, schema, data):
    reading = data.draw(readings)
    for profile in ("nested", "flat"):
        schema.assertValid(etree.fromstring(to_xml(reading, profile=profile)))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_transkribus_keeps_geometry_places_and_text(readings, data):
    reading = data.draw(readings)
    xml = to_xml(reading, profile="transkribus")
    assert check_pagexml(xml) == []
    read, written = page_from_bytes(xml, "a.xml").reading, as_written(reading)
    assert [(t.box, t.rows, t.columns) for t in read.tables] == [
        (t.box, t.rows, t.columns) for t in written.tables
    ]

    def core(page):
        cells = (cell for table in page.tables for cell in table.cells)
        return [
            (
                c.id,
                c.box,
                c.text,
                c.state,
                c.row_span,
                c.column_span,
                c.header,
                [g.text for n in c.numbers for g in n.glyphs],
            )
            for c in cells
        ]

    assert core(read) == core(written)
    assert (read.turn, read.skew, read.sha256) == (reading.turn, reading.skew, reading.sha256)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_as_written_settles(readings, data):
    reading = as_written(data.draw(readings))
    assert as_written(reading) == reading


def test_structure(reading):
    root = etree.fromstring(to_xml(reading))
    page = root.find("p:Page", NS)
    assert [t.get("id") for t in page.findall("p:TableRegion", NS)] == ["t1", "t2"]
    roles = page.findall("p:TableRegion/p:TextRegion/p:Roles/p:TableCellRole", NS)
    assert [tuple(role.attrib.values()) for role in roles[:3]] == [
        ("0", "0", "1", "2", "true"),
        ("1", "0", "1", "1", "false"),
        ("1", "1", "2", "1", "false"),
    ]
    customs = [node.get("custom") for node in page.findall("p:TableRegion/p:TextRegion", NS)]
    assert [re.search(r"zij \{state:(\w+);", custom)[1] for custom in customs] == [
        "read", "read", "uncertain", "unread", "empty", "read",
    ]  # fmt: skip
    other = page.findall("p:TextRegion", NS)
    assert [(node.get("id"), node.get("type")) for node in other] == [("x", "other")]
    assert "structure {type:digits-unassigned;}" in other[0].get("custom")
    glyph = page.find(".//p:Glyph[@id='t1_r1c0_w2_g1']", NS)
    equivs = [
        (e.get("index"), e.get("conf"), e.findtext("p:Unicode", None, NS))
        for e in glyph.findall("p:TextEquiv", NS)
    ]
    assert equivs == [("0", "0.9", "3"), ("1", "0.0512345", "7")]
    unread = page.find(".//p:TextRegion[@id='t1_r2c0']/p:TextLine", NS)
    assert [etree.QName(node).localname for node in unread] == ["Coords", "Baseline"]
    assert page.find(".//p:TextRegion[@id='t2_r0c0']/p:TextLine", NS) is None  # an empty cell


def test_boxes_are_the_rounded_boxes():
    sharp = Box(10.4, 20.6, 9.3, 30.2)
    number = Number((Glyph(sharp, "1"),), "1", sharp)
    root = etree.fromstring(to_xml(Reading("a.png", "", 100, 100, loose=(number,))))
    whole = sharp.rounded()
    for name in ("Glyph", "Word"):
        assert box_of(root.find(f".//p:{name}", NS)) == (whole.x, whole.y, whole.w, whole.h)


def test_reading_order_agrees_with_custom(reading):
    for profile in ("nested", "flat"):
        root = etree.fromstring(to_xml(reading, profile=profile))
        order = [ref.get("regionRef") for ref in root.iterfind(".//p:RegionRefIndexed", NS)]
        regions = [r for r in root.iter() if etree.QName(r).localname in ("TableRegion", "TextRegion")]
        assert order == [region.get("id") for region in regions]
        indices = [int(re.search(r"readingOrder \{index:(\d+);", r.get("custom"))[1]) for r in regions]
        assert indices == list(range(len(order)))


def test_flat_shows_every_line_to_tools_that_look_only_at_the_page(reading):
    flat = etree.fromstring(to_xml(reading, profile="flat"))
    seen = flat.findall("p:Page/p:TextRegion/p:TextLine", NS)
    assert len(seen) == len(list(flat.iter("{*}TextLine"))) == 7
    assert flat.find("p:Page/p:TextRegion[@id='t2_r0c1']", NS).get("custom").count("table {id:t2;}") == 1


def test_transkribus_dialect(reading):
    root = etree.fromstring(to_xml(reading, profile="transkribus"))
    cells = root.findall("p:Page/p:TableRegion/p:TableCell", OLD)
    assert [(c.get("row"), c.get("col"), c.get("rowSpan"), c.get("colSpan")) for c in cells[:3]] == [
        ("0", "0", "1", "2"),
        ("1", "0", "1", "1"),
        ("1", "1", "2", "1"),
    ]
    assert cells[0].get("label") == "true"
    assert cells[1].find("p:Coords", OLD).get("points") == "10,50 10,90 110,90 110,50"
    assert [etree.QName(cell[-1]).localname for cell in cells] == ["CornerPts"] * 6
    present = {etree.QName(node).localname for node in root.iter()}
    assert not present & {"UserDefined", "Labels", "Roles", "Grid", "MetadataItem"}
    assert not root.xpath("//*[local-name()='Coords'][@conf] | //*[local-name()='TextEquiv'][@index]")


@pytest.mark.parametrize(
    ("turn", "baseline"),
    [(0, "20,80 40,80"), (90, "40,80 40,60"), (180, "40,60 20,60"), (270, "20,60 20,80")],
)
def test_baseline_runs_below_the_digits_in_reading_direction(turn, baseline):
    box = Box(20, 60, 20, 20)
    page = Reading("a.png", "", 100, 100, loose=(Number((), "1", box),), turn=turn)
    root = etree.fromstring(to_xml(page))
    assert root.find(".//p:Baseline", NS).get("points") == baseline


def test_notes_stand_where_the_schema_wants_them(reading, schema):
    relevance = Notes(
        (("zij:relevance.1", "xsd:float", "0.25"),),
        (("https://example.org/pairs", "set 1", (("pair", "p1", "b.xml#t1_r0c0_w1_g1"), ("", "q", ""))),),
    )
    notes = dict.fromkeys(("t1", "t1_r1c0", "t1_r1c0_w1", "t1_r1c0_w1_g2", "x1_g1"), relevance)
    for profile in ("nested", "flat"):
        xml = to_xml(reading, profile=profile, notes=notes, page_notes=relevance)
        schema.assertValid(etree.fromstring(xml))
        assert check_pagexml(xml) == []
        page = page_from_bytes(xml, "a.xml")
        assert page.notes == notes
        assert page.page_notes == relevance
        assert page.reading == as_written(reading)


def test_note_on_nothing_is_refused(reading):
    with pytest.raises(UsageError, match=r"'t9'.*no element"):
        to_xml(reading, notes={"t9": Notes()})


def test_unknown_profile_is_refused(reading):
    with pytest.raises(UsageError, match="nested, flat, transkribus"):
        to_xml(reading, profile="alto")


def test_two_cells_in_one_place_have_two_ids():
    cells = (Cell(0, 0, Box(0, 0, 5, 5)), Cell(0, 0, Box(5, 0, 5, 5)))
    page = Reading("a.png", "", 10, 10, (Table(Box(0, 0, 10, 5), 1, 1, cells),))
    xml = to_xml(page)
    assert [c.id for c in page_from_bytes(xml, "a.xml").reading.tables[0].cells] == ["t1_r0c0", "t1_r0c0_2"]
    (told,) = check_pagexml(xml)
    assert told.startswith("the cells of TableRegion 't1' overlap in 1 places")


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Reading("a.png", "", 0, 10), "0 x 10 pixels"),
        (Reading("", "", 10, 10), "no name"),
        (
            Reading("a.png", "", 9, 9, (Table(Box(0, 0, 9, 9), 1, 1, (Cell(1, 0, Box(0, 0, 9, 9)),)),)),
            "beyond the 1 rows",
        ),
    ],
)
def test_impossible_readings_are_not_written(tmp_path, page, reason):
    with pytest.raises(OutputError, match=reason):
        write_pagexml(tmp_path / "a.xml", page)
    assert list(tmp_path.iterdir()) == []


def test_write_pagexml_writes_to_xml(tmp_path, reading):
    path = write_pagexml(tmp_path / "new" / "a.xml", reading, profile="flat")
    assert path.read_bytes() == to_xml(reading, profile="flat")


def test_clock_comes_from_outside(reading, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert b"<Created>1970-01-01T00:00:00Z</Created>" in to_xml(reading)
    assert b"Time stamps are left out" in to_xml(reading)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert b"<LastChange>2023-11-14T22:13:20Z</LastChange>" in to_xml(reading)
    assert page_from_bytes(to_xml(reading), "a.xml").reading.source == "machine"
