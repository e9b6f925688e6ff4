"""A file moved from one profile into another, and back, with all that stands in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from zij.errors import UsageError
from zij.tables.pagexml import Notes, as_written, check_pagexml, page_from_bytes, to_xml
from zij.tables.pagexml.document import document_from_bytes, open_document

PROFILES = ("nested", "flat", "transkribus")
thorough = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def c14n(data):
    return etree.tostring(etree.fromstring(data), method="c14n", with_comments=True)


def document(data):
    return document_from_bytes(data, "a.xml")


def lines_of(data):
    """What every line says, with its id."""
    lines = etree.fromstring(data).iter("{*}TextLine")
    return {line.get("id"): line.findtext("{*}TextEquiv/{*}Unicode") for line in lines}


def cells_of(data):
    """(row, column, spans, header, texts) of every cell, straight from the file."""
    found = []
    for node in etree.fromstring(data).iter("{*}TableCell", "{*}TableCellRole"):
        ours = etree.QName(node).localname == "TableCell"
        names = ("row", "col", "label") if ours else ("rowIndex", "columnIndex", "header")
        region = node if ours else node.getparent().getparent()
        texts = [text.text for text in region.iterfind("{*}TextLine/{*}TextEquiv/{*}Unicode")]
        place = tuple(int(node.get(name)) for name in names[:2])
        spans = node.get("rowSpan", "1"), node.get("colSpan", "1")
        found.append((*place, *spans, node.get(names[2]) in ("true", "1"), texts, region.get("id")))
    return sorted(found, key=lambda cell: (cell[:2], cell[-1]))


@thorough
@given(data=st.data())
def test_ours_turn_into_each_other_byte_for_byte(readings, data):
    reading = data.draw(readings)
    nested, flat = to_xml(reading), to_xml(reading, profile="flat")
    assert document(nested).as_profile("flat").tobytes() == flat
    assert document(flat).as_profile("nested").tobytes() == nested


def test_notes_move_along(reading):
    note = Notes((("zij:relevance.1", "xsd:float", "0.5"),), (("m", "1", (("pair", "p1", "b.xml#x"),)),))
    notes = dict.fromkeys(("t1", "t1_r1c0", "t1_r1c0_w1", "x1_g1"), note)
    nested = to_xml(reading, notes=notes, page_notes=note)
    for profile in ("flat", "transkribus"):
        there = document(nested).as_profile(profile)
        assert (there.file.notes, there.file.page_notes) == (notes, note)
        back = there.as_profile("nested")
        assert (back.file.notes, back.file.page_notes) == (notes, note)
        assert check_pagexml(back.tobytes()) == []
    assert document(nested).as_profile("flat").as_profile("nested").tobytes() == nested


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_ours_in_the_dialect_of_transkribus(readings, schema, data):
    """Whichever way the file came there: places, texts, spans, headers, states and facts."""
    reading = data.draw(readings)
    written = as_written(reading)
    there = document(to_xml(reading)).as_profile("transkribus")
    plain = document(to_xml(reading, profile="transkribus")).reading
    assert there.reading == plain
    back = there.as_profile("nested")
    schema.assertValid(etree.fromstring(back.tobytes()))
    assert back.reading == plain
    assert [(t.box, t.rows, t.columns) for t in back.reading.tables] == [
        (t.box, t.rows, t.columns) for t in written.tables
    ]
    assert cells_of(back.tobytes()) == cells_of(to_xml(reading))


def test_what_the_dialect_cannot_hold_is_told(reading):
    there = document(to_xml(reading)).as_profile("transkribus")
    assert there.lost == (
        "the processing steps in the Metadata",
        "conf of Coords (2)",
        "hypotheses behind the first (10)",
        "Grid elements (2)",
    )
    assert document(to_xml(reading)).as_profile("flat").lost == ()


def test_samples_go_to_flat_and_back(pagexml_data, schema):
    for path in sorted(pagexml_data.rglob("*.xml")):
        there = open_document(path)
        if there.profile == "transkribus":
            continue
        other = {"nested": "flat", "flat": "nested"}[there.profile]
        moved = there.as_profile(other)
        assert lines_of(moved.tobytes()) == lines_of(path.read_bytes())
        assert cells_of(moved.tobytes()) == cells_of(path.read_bytes())
        if schema.validate(etree.parse(path)):
            schema.assertValid(etree.fromstring(moved.tobytes()))
        assert c14n(moved.as_profile(there.profile).tobytes()) == c14n(path.read_bytes()), path.name
        if other == "flat" and moved is not there:
            inside = etree.fromstring(moved.tobytes()).iterfind(".//{*}TableRegion/{*}TextRegion")
            assert list(inside) == []


def test_samples_of_transkribus_become_standard_and_come_back(pagexml_data, schema):
    count = 0
    for path in sorted(pagexml_data.rglob("*.xml")):
        there = open_document(path)
        if there.profile != "transkribus":
            continue
        for profile in ("nested", "flat"):
            standard = there.as_profile(profile)
            assert standard.profile == profile
            schema.assertValid(etree.fromstring(standard.tobytes()))
            assert cells_of(standard.tobytes()) == cells_of(path.read_bytes()), path.name
            assert lines_of(standard.tobytes()) == lines_of(path.read_bytes())
            assert standard.reading.tables == there.reading.tables
            back = standard.as_profile("transkribus")
            assert back.lost == ()
            assert canonical(back.tobytes()) == canonical(path.read_bytes()), path.name
        count += 1
    assert count >= 5


def canonical(data):
    """The elements with their attributes, texts and order, without indentation."""
    root = etree.fromstring(data)
    for node in root.iter():
        if len(node) and not (node.text or "").strip():
            node.text = None
        node.tail = None
    return etree.tostring(root, method="c14n")


STRANGE = b"""<?xml version="1.0" encoding="UTF-8"?>
<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2013-07-15"><Metadata><Creator>TRP</Creator>
<Created>2020-01-01T00:00:00</Created><LastChange>2020-01-02T00:00:00</LastChange>
<TranskribusMetadata docId="1" pageId="2" pageNr="3"><Extra a="b">&lt;x&gt;</Extra></TranskribusMetadata>
</Metadata>
<Page imageFilename="a.png" imageWidth="400" imageHeight="300" imageRotation="1.5" custom="my {a:b;}">
<Relations><Relation type="link"><RegionRef regionRef="c1"/><RegionRef regionRef="c2"/></Relation></Relations>
<TableRegion id="t" DU_row="7"><Coords points="-5,0 200.5,0 200,100 0,999"/>
<TableCell id="c1" row="0" col="0" rowSpan="2" label="true" leftBorderVisible="false" topBorderVisible="true">
<Coords points="0,0 0,100 100,100 100,0"/>
<TextLine id="l1"><Coords points="7,7"/><Baseline points="1,20 90,-3"/>
<TextEquiv conf="0.5"><Unicode>12</Unicode><UnicodeAlternative>17</UnicodeAlternative></TextEquiv></TextLine>
<Tag name="person"/><CornerPts>0 1 2 3</CornerPts></TableCell>
<TableCell id="c2" row="1" col="1"><Coords points="100,0 100,100 200,100 200,0"/></TableCell>
</TableRegion></Page></PcGts>"""


def test_what_the_standard_does_not_know_comes_back(schema):
    there = document(STRANGE)
    nested = there.as_profile("nested")
    schema.assertValid(etree.fromstring(nested.tobytes()))
    assert check_pagexml(nested.tobytes())  # a hole in the table, as it was
    values = {
        n.get("name"): n.get("value") for n in etree.fromstring(nested.tobytes()).iter("{*}UserAttribute")
    }
    assert values["zij:border-left"] == "false" and values["zij:border-top"] == "true"
    assert b'name="zij:corner-pts" type="xsd:string" value="0 1 2 3"' in nested.tobytes()
    assert values["zij:TranskribusMetadata.docId"] == "1"
    root = etree.fromstring(nested.tobytes())
    refs = [root.find(f".//{{*}}{name}").get("regionRef") for name in ("SourceRegionRef", "TargetRegionRef")]
    assert refs == ["c1", "c2"] and root.find(".//{*}Relation").get("id")
    assert root.find(".//{*}TableRegion/{*}Coords").get("points") == "0,0 200,0 200,100 0,300"
    for standard in (nested, nested.as_profile("flat"), there.as_profile("flat")):
        back = standard.as_profile("transkribus")
        assert canonical(back.tobytes()) == canonical(STRANGE)
        assert back.lost == ()


def test_a_correction_made_in_the_standard_form_reaches_transkribus(schema):
    from dataclasses import replace

    from zij.tables.correction import corrected_cell

    nested = document(STRANGE).as_profile("nested")
    table = nested.reading.tables[0]
    cell = corrected_cell(table.cells[0], "13")
    new = nested.updated(replace(nested.reading, tables=(replace(table, cells=(cell, table.cells[1])),)))
    back = new.as_profile("transkribus")
    root = etree.fromstring(back.tobytes())
    assert root.find(".//{*}TextLine[@id='l1']/{*}TextEquiv/{*}Unicode").text == "13"
    assert root.find(".//{*}TableCell[@id='c1']").get("leftBorderVisible") == "false"
    assert back.reading.tables[0].cells[0].text == "13"


FOREIGN = """<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"><Metadata>
<Creator>Other</Creator><Created>2020-01-01T00:00:00Z</Created><LastChange>2020-01-02T00:00:00Z</LastChange></Metadata>
<Page imageFilename="a.png" imageWidth="400" imageHeight="300">
  <GraphicRegion id="g"><Coords points="0,0 9,0 9,9"/></GraphicRegion>
  <TableRegion id="tab"><Coords points="0,0 200,0 200,100 0,100"/>
    {table}
  </TableRegion> <!-- behind -->
  {page}
  <ImageRegion id="i"><Coords points="0,0 9,0 9,9"/></ImageRegion>
</Page></PcGts>"""


def cell(name, column, custom=None):
    given = "" if custom is None else f' custom="{custom}"'
    points = f"{column}0,0 {column}9,0 {column}9,9 {column}0,9"
    return f"""<TextRegion id="{name}"{given}><Coords points="{points}"/>
    <Roles><TableCellRole rowIndex="0" columnIndex="{column}"/></Roles></TextRegion>"""


@pytest.mark.parametrize(
    "table",
    [
        cell("a", 0) + "\n " + cell("b", 1),
        cell("a", 0, "")
        + cell("b", 1, "structure {type:cell;} person {offset:0;}")
        + cell("c", 2, "zij {state:read;}"),
        cell("a", 0)
        + "<!-- between --><SeparatorRegion id='s'><Coords points='0,0 9,0 9,9'/></SeparatorRegion>"
        + cell("b", 1),
        cell("a", 0)
        + '<Grid><GridPoints index="0" points="0,0 9,9"/><GridPoints index="1" points="0,0 9,9"/></Grid>',
        '<TextRegion id="caption"><Coords points="0,0 9,0 9,9"/></TextRegion>' + cell("a", 0),
        "",
    ],
)
def test_foreign_nested_files_come_back_from_flat(table, schema):
    data = FOREIGN.format(table=table, page="").encode()
    schema.assertValid(etree.fromstring(data))
    flat = document(data).as_profile("flat")
    schema.assertValid(etree.fromstring(flat.tobytes()))
    assert not etree.fromstring(flat.tobytes()).findall(".//{*}TableRegion/{*}TextRegion")
    assert c14n(flat.as_profile("nested").tobytes()) == c14n(data)
    assert flat.reading.tables == document(data).reading.tables


@pytest.mark.parametrize(
    "page",
    [
        cell("a", 0, "table {id:tab;}") + cell("b", 1, "x {y:z;} table {id:tab;}"),
        cell("tab_r0c0", 0) + cell("tab_r0c1", 1),
        cell("a", 0) + "<NoiseRegion id='n'><Coords points='0,0 9,0 9,9'/></NoiseRegion>" + cell("b", 1),
    ],
)
def test_foreign_flat_files_come_back_from_nested(page):
    data = FOREIGN.format(table="", page=page).encode()
    nested = document(data).as_profile("nested")
    assert nested.profile == "nested"
    assert len(etree.fromstring(nested.tobytes()).findall(".//{*}TableRegion/{*}TextRegion")) == 2
    assert c14n(nested.as_profile("flat").tobytes()) == c14n(data)
    assert nested.reading.tables == document(data).reading.tables


def test_cells_without_a_table_get_one_in_nested(schema):
    data = FOREIGN.format(table="", page="").replace("<TableRegion", "<MapRegion").replace("</Table", "</Map")
    data = data.replace("<ImageRegion", cell("a", 0) + cell("b", 1) + "<ImageRegion")
    nested = document(data.encode()).as_profile("nested")
    schema.assertValid(etree.fromstring(nested.tobytes()))
    assert len(etree.fromstring(nested.tobytes()).findall(".//{*}TableRegion/{*}TextRegion")) == 2


def test_a_table_in_a_cell_is_flattened_too():
    inner = cell("c", 0).replace("</TextRegion>", "")
    inner += f'<TableRegion id="in"><Coords points="0,0 9,0 9,9"/>{cell("d", 0)}</TableRegion></TextRegion>'
    data = FOREIGN.format(table=inner, page="").encode()
    flat = document(data).as_profile("flat")
    assert [n.get("id") for n in etree.fromstring(flat.tobytes()).iterfind("{*}Page/{*}TextRegion")] == [
        "c",
        "d",
    ]
    assert c14n(flat.as_profile("nested").tobytes()) == c14n(data)


def test_flat_has_no_prefix_and_nested_gets_it_back(reading):
    """eScriptorium and others find no element that bears a prefix."""
    text = to_xml(reading).decode().replace('xmlns="http', 'xmlns:pc="http')
    prefixed = re.sub(r"<(/?)([A-Z])", r"<\1pc:\2", text).encode()
    flat = document(prefixed).as_profile("flat")
    assert b"pc:" not in flat.tobytes()
    assert flat.reading == document(to_xml(reading)).reading
    assert c14n(flat.as_profile("nested").tobytes()) == c14n(prefixed)
    strange = re.sub(rb"<(/?)([A-Z])", rb"<\1pc:\2", to_xml(reading, profile="flat"))
    strange = strange.replace(b'xmlns="http', b'xmlns:pc="http')
    assert c14n(document(strange).as_profile("nested").as_profile("flat").tobytes()) == c14n(strange)


def test_the_same_profile_is_the_same_file(reading):
    for profile in PROFILES:
        found = document(to_xml(reading, profile=profile))
        assert found.profile == profile
        assert found.as_profile(profile) is found
    with pytest.raises(UsageError, match="nested, flat, transkribus"):
        found.as_profile("alto")


def test_reader_sees_the_same_in_all_profiles(reading):
    found = [page_from_bytes(to_xml(reading, profile=profile), "a.xml").reading for profile in PROFILES[:2]]
    assert found[0] == found[1]
