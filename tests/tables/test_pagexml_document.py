"""Files changed where they stand: what the reading changes is new, and all else is as it was."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from zij.errors import UsageError
from zij.tables.correction import corrected_cell
from zij.tables.geometry import Box
from zij.tables.pagexml import Notes, as_written, check_pagexml, page_from_bytes, to_xml
from zij.tables.pagexml._tree.amend import serialised
from zij.tables.pagexml._tree.xml import parse
from zij.tables.pagexml.document import document_from_bytes, open_document
from zij.tables.reading import Glyph

PROFILES = ("nested", "flat", "transkribus")
thorough = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def c14n(data):
    """Canonical XML, with comments."""
    return etree.tostring(etree.fromstring(data), method="c14n", with_comments=True)


def document(reading, profile="nested"):
    return document_from_bytes(to_xml(reading, profile=profile), "a.xml")


def corrected(reading, row, column, text):
    """The reading with another text in one cell of its first table."""
    table = reading.tables[0]
    cells = tuple(
        corrected_cell(cell, text, turn=reading.turn) if (cell.row, cell.column) == (row, column) else cell
        for cell in table.cells
    )
    return replace(reading, tables=(replace(table, cells=cells), *reading.tables[1:]))


def differing(old, new):
    """The ids of the elements that differ in more than what has an id of its own."""
    one, two = ({n.get("id"): own(n) for n in etree.fromstring(d).iter() if n.get("id")} for d in (old, new))
    return {name for name in one.keys() | two.keys() if one.get(name) != two.get(name)}


def own(node):
    """An element without those in it that have ids."""
    copy = deepcopy(node)
    copy.tail = None
    for inner in list(copy.iterdescendants(etree.Element)):
        inner.tail = None
        if inner.get("id") and inner.getparent() is not None:
            inner.getparent().remove(inner)
    return etree.tostring(copy)


def test_every_sample_is_written_as_it_was_read(pagexml_data):
    paths = sorted(pagexml_data.rglob("*.xml"))
    assert len(paths) > 15
    for path in paths:
        data = path.read_bytes()
        found = open_document(path)
        same = found.updated(found.reading)
        assert same.tobytes() == data, path.name
        assert c14n(serialised(parse(data, path.name, whole_tree=True), plain=False)) == c14n(data), path.name


@pytest.mark.parametrize("prefix", ["", "pc"])
def test_comments_instructions_and_strange_text_survive_a_change(prefix):
    name = f"{prefix}:" if prefix else ""
    space = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
    text = f"""<?xml version="1.0" encoding="ISO-8859-1"?><!-- mine --><?tool keep?>
<{name}PcGts xmlns{":pc" if prefix else ""}="{space}" xmlns:o="urn:other"><{name}Metadata>
<{name}Creator>Other</{name}Creator><!-- here, too --><{name}Created>2020-01-01T00:00:00</{name}Created>
<{name}LastChange>2020</{name}LastChange></{name}Metadata>
<{name}Page imageFilename="a.png" imageWidth="400" imageHeight="300" o:extra="\xfcber" custom=" odd  {{x}}">
 <{name}TextRegion id="r"><{name}Coords points="0,0 99.5,0 100,-3"/><o:mine>text &amp; tail</o:mine>tail
  <{name}TextLine id="l"><{name}Coords points="0,0 100,0 100,20 0,20"/>
   <{name}TextEquiv><{name}Unicode>ab 12<!-- sure? --> c<![CDATA[ 345 ]]></{name}Unicode></{name}TextEquiv>
  </{name}TextLine></{name}TextRegion></{name}Page></{name}PcGts><!-- end -->"""
    data = text.encode("latin-1")
    found = document_from_bytes(data, "a.xml")
    assert [n.text for n in found.reading.loose] == ["12", "345"]
    assert found.updated(found.reading).tobytes() == data
    new = found.updated(replace(found.reading, turn=90)).tobytes()
    assert page_from_bytes(new, "a.xml").reading.turn == 90
    root = etree.fromstring(new)
    for defined in list(root.iter("{*}UserDefined")):
        defined.getparent().remove(defined)
    flat = [re.sub(rb"\s+", b" ", c14n(x)) for x in (etree.tostring(root.getroottree()), data)]
    assert flat[0].replace(b"> <", b"><") == flat[1].replace(b"> <", b"><")


@thorough
@given(data=st.data(), profile=st.sampled_from(["nested", "flat"]))
def test_any_reading_can_be_put_in_the_place_of_any_other(readings, data, profile):
    old, new = data.draw(readings), data.draw(readings)
    found = document(old, profile).updated(new)
    assert found.reading == as_written(new)
    assert found.profile == profile or not (old.tables and new.tables)  # without cells there is no telling
    assert sorted(check_pagexml(found.tobytes())) == sorted(check_pagexml(to_xml(new, profile=profile)))


@thorough
@given(data=st.data())
def test_what_is_changed_is_valid(readings, schema, data):
    old, new = data.draw(readings), data.draw(readings)
    schema.assertValid(etree.fromstring(document(old).updated(new).tobytes()))


@pytest.mark.parametrize("profile", PROFILES)
def test_a_correction_gives_the_file_that_would_have_been_written(reading, profile):
    new = replace(corrected(reading, 1, 0, "13 30"), source="human")
    assert document(reading, profile).updated(new).tobytes() == to_xml(new, profile=profile)


@pytest.mark.parametrize("profile", PROFILES)
def test_only_the_corrected_cell_is_touched(reading, profile):
    old = to_xml(reading, profile=profile)
    new = document_from_bytes(old, "a.xml").updated(corrected(as_written(reading), 1, 0, "13 30"))
    names = differing(old, new.tobytes())
    assert names <= {"t1_r1c0", "t1_r1c0_l1", "t1_r1c0_w1", "t1_r1c0_w1_g2"}
    assert new.reading.tables[0].cells[1].text == "13 30"
    assert new.reading.tables[0].cells[1].source == "human"


def test_glyphs_added_and_taken_away(reading):
    for text in ("123 30", "1 30", "30", "12 30 45", "1", ""):
        new = corrected(as_written(reading), 1, 0, text)
        for profile in ("nested", "flat"):
            found = document(reading, profile).updated(new)
            assert found.reading == as_written(new)
            assert found.tobytes() == to_xml(new, profile=profile)


def test_cells_and_tables_added_and_taken_away(reading, schema):
    table = reading.tables[0]
    fewer = replace(reading, tables=(replace(table, cells=table.cells[:-1]),), loose=())
    assert document(reading).updated(fewer).reading == as_written(fewer)
    for profile in ("nested", "flat"):
        more = document(fewer, profile).updated(reading)
        assert more.reading == as_written(reading)
        schema.assertValid(etree.fromstring(more.tobytes()))
        assert check_pagexml(more.tobytes()) == []


def others(data):
    """A file of zij's to which other people have added."""
    root = etree.fromstring(data)
    space = f"{{{etree.QName(root).namespace}}}"
    cell = root.find(f".//{space}*[@id='t1_r1c0']")
    cell.set("comments", "the printer's error")
    cell.insert(0, etree.Comment("see the edition of 1551"))
    cell.set("custom", cell.get("custom") + " place {offset:0; length:2;}")
    word = root.find(f".//{space}Word[@id='t1_r1c0_w1']")
    word.set("production", "printed")
    etree.SubElement(word, f"{space}TextStyle", italic="true")
    region = etree.SubElement(root.find(f"{space}Page"), f"{space}GraphicRegion", id="mine")
    etree.SubElement(region, f"{space}Coords", points="1,1 9,1 9,9")
    return etree.tostring(root)


@pytest.mark.parametrize("profile", PROFILES)
def test_what_others_added_is_kept(reading, profile):
    data = others(to_xml(reading, profile=profile))
    found = document_from_bytes(data, "a.xml")
    new = found.updated(
        corrected(found.reading, 1, 0, "13 30"), notes={"t1_r1c0_w1": Notes((("n", "xsd:float", "1"),))}
    )
    root = etree.fromstring(new.tobytes())
    assert root.find(".//{*}GraphicRegion[@id='mine']") is not None
    assert [c.text for c in root.iter(etree.Comment)] == ["see the edition of 1551"]
    cell, word = (root.find(f".//{{*}}*[@id='{name}']") for name in ("t1_r1c0", "t1_r1c0_w1"))
    assert cell.get("comments") == "the printer's error" and "place {offset:0; length:2;}" in cell.get(
        "custom"
    )
    assert word.get("production") == "printed" and word.find("{*}TextStyle") is not None
    assert [g.text for g in new.reading.tables[0].cells[1].numbers[0].glyphs] == ["1", "3"]
    assert new.file.notes == {"t1_r1c0_w1": Notes((("n", "xsd:float", "1"),))}


def test_notes_stand_beside_those_that_are_there(reading):
    one = Notes((("zij:relevance.1", "xsd:float", "0.5"),), (("m", "1", (("pair", "p1", "b.xml#x"),)),))
    two = Notes((("zij:relevance.2", "xsd:float", "0.25"),), (("m", "2", (("pair", "p2", ""),)),))
    new = Notes((("zij:relevance.1", "xsd:float", "0.75"),), (("m", "1", (("pair", "p9", ""),)),))
    for profile in PROFILES:
        found = document(reading, profile)
        for notes in (one, two, new):
            found = found.updated(found.reading, notes={"x1_g1": notes, "t1": notes}, page_notes=notes)
        wanted = {(a[0], a[2]) for a in new.attributes + two.attributes}
        assert {(a[0], a[2]) for a in found.file.notes["x1_g1"].attributes} == wanted
        assert set(found.file.notes["t1"].labels) == set(new.labels + two.labels)
        assert set(found.file.page_notes.labels) == set(new.labels + two.labels)
        assert found.reading == document(reading, profile).reading
        assert check_pagexml(found.tobytes()) == []


@thorough
@given(value=st.text(), name=st.text(min_size=1))
def test_notes_hold_any_text_in_transkribus_too(reading, value, name):
    from zij.tables.pagexml._tree.model import clean_text

    found = document(reading, "transkribus").updated(
        document(reading, "transkribus").reading, notes={"t1": Notes(((name, "xsd:string", value),))}
    )
    kept = found.file.notes["t1"].attributes
    assert kept == ((clean_text(name), "xsd:string", clean_text(value)),)


def test_note_on_nothing_is_refused(reading):
    with pytest.raises(UsageError, match=r"'t9'.*no element"):
        document(reading).updated(reading, notes={"t9": Notes()})


def foreign(lines, *, namespace="2019-07-15", extra=""):
    space = f"http://schema.primaresearch.org/PAGE/gts/pagecontent/{namespace}"
    text = f"""<PcGts xmlns="{space}"><Metadata><Creator>Other 1.0</Creator>
    <Created>2020-01-01T00:00:00</Created><LastChange>2020-01-02T00:00:00</LastChange></Metadata>
    <Page imageFilename="scans/a.png" imageWidth="400" imageHeight="300">{extra}
    <TableRegion id="tab" custom="mine"><Coords points="0,0 200,0 200,100 0,100"/>
    <TextRegion id="cell"><Coords points="0,0 200,0 200,100 0,100"/>
    <Roles><TableCellRole rowIndex="0" columnIndex="0"/></Roles>{lines}</TextRegion></TableRegion>
    </Page></PcGts>"""
    return document_from_bytes(text.encode(), "a.xml")


LINE = """<TextLine id="line"><Coords points="0,0 110,0 110,20 0,20"/>
<TextEquiv conf="0.7"><Unicode>ab 12 c 345</Unicode></TextEquiv></TextLine>"""


def test_foreign_line_without_words_gets_them_only_for_a_note(schema):
    found = foreign(LINE)
    assert found.names == {"t1": "tab", "t1_r0c0": "cell"}
    marked = found.updated(found.reading, notes={"t1_r0c0_w2": Notes((("r", "xsd:float", "0.5"),))})
    schema.assertValid(etree.fromstring(marked.tobytes()))
    words = list(etree.fromstring(marked.tobytes()).iter("{*}Word"))
    assert [word.findtext("{*}TextEquiv/{*}Unicode") for word in words] == ["ab", "12", "c", "345"]
    assert marked.reading == as_written(found.reading)
    assert marked.names["t1_r0c0_w2"] == words[3].get("id")
    assert list(marked.file.notes) == ["t1_r0c0_w2"]
    assert len(set(marked.names.values())) == len(marked.names)
    assert b'conf="0.7"' in marked.tobytes() and b'custom="mine"' in marked.tobytes()


def test_foreign_text_is_corrected_where_it_stands():
    found = foreign(LINE)
    new = found.updated(corrected(found.reading, 0, 0, "ab 12 c 346"))
    assert new.reading.tables[0].cells[0].text == "ab 12 c 346"
    assert new.reading.tables[0].cells[0].source == "human"
    root = etree.fromstring(new.tobytes())
    assert root.find(".//{*}TextLine[@id='line']/{*}TextEquiv/{*}Unicode").text == "ab 12 c 346"
    assert root.find(".//{*}TextLine[@id='line']/{*}TextEquiv").get("conf") is None
    assert root.find("{*}Page").get("imageFilename") == "scans/a.png"
    emptied = new.updated(corrected(new.reading, 0, 0, ""))
    assert (emptied.reading.tables[0].cells[0].text, emptied.reading.tables[0].cells[0].state) == (
        "",
        "empty",
    )


def test_loose_numbers_of_foreign_lines():
    extra = f"""<TextRegion id="r"><Coords points="0,200 200,200 200,250 0,250"/>
    {LINE.replace("line", "one")}{LINE.replace("line", "two").replace("12", "13")}
    <TextEquiv><Unicode>ab 12 c 345\nab 13 c 345</Unicode></TextEquiv></TextRegion>"""
    found = foreign(LINE, extra=extra)
    loose = list(found.reading.loose)
    assert [n.text for n in loose] == ["12", "345", "13", "345"]
    loose[3] = replace(loose[3], text="999")
    new = found.updated(replace(found.reading, loose=tuple(loose)))
    assert [n.text for n in new.reading.loose] == ["12", "345", "13", "999"]
    texts = [n.text for n in etree.fromstring(new.tobytes()).iter("{*}Unicode")]
    assert "ab 13 c 999" in texts and "ab 12 c 345\nab 13 c 999" in texts
    fewer = found.updated(replace(found.reading, loose=tuple(loose[:1] + loose[2:])))
    assert [n.text for n in fewer.reading.loose] == ["12", "13", "999"]
    assert "ab 12 c" in [n.text for n in etree.fromstring(fewer.tobytes()).iter("{*}Unicode")]


def test_ids_do_not_change_when_a_digit_is_added_elsewhere(reading):
    before = {n.get("id") for n in etree.fromstring(to_xml(reading)).iter() if n.get("id")}
    number = reading.tables[1].cells[1].numbers[0]
    more = replace(number, glyphs=(*number.glyphs, Glyph(Box(80, 210, 9, 20), "3", 0.5)), text="53")
    cells = (reading.tables[1].cells[0], replace(reading.tables[1].cells[1], numbers=(more,), text="53"))
    table = replace(reading.tables[1], cells=cells)
    after = {
        n.get("id")
        for n in etree.fromstring(to_xml(replace(reading, tables=(reading.tables[0], table)))).iter()
        if n.get("id")
    }
    assert after - before == {"t2_r0c1_w1_g2"} and before <= after


def test_samples_bear_notes_on_every_number(pagexml_data, schema):
    """Nothing that stood there is lost, every number can be referred to, and the reading is the same."""
    note = Notes((("zij:relevance.1", "xsd:float", "0.5"),))
    for path in sorted(pagexml_data.rglob("*.xml")):
        found = open_document(path)
        numbers = [number.id for number in found.reading.numbers()]
        if not numbers:
            continue
        new = found.updated(found.reading, notes=dict.fromkeys(numbers, note), page_notes=note)
        assert [n.text for n in new.reading.numbers()] == [n.text for n in found.reading.numbers()], path.name
        assert [n.box for n in new.reading.numbers()] == [n.box for n in as_written(found.reading).numbers()]
        names = [new.names[name] for name in numbers]
        assert len(set(names)) == len(numbers) and all(new.file.notes[name] == note for name in numbers)
        old, fresh = (etree.fromstring(data) for data in (found.tobytes(), new.tobytes()))
        assert {n.get("id") for n in old.iter()} <= {n.get("id") for n in fresh.iter()}
        assert texts_of(old) == texts_of(fresh)
        if schema.validate(old):
            schema.assertValid(fresh)


def texts_of(root):
    """What every region and line says."""
    owners = root.iter("{*}TextRegion", "{*}TableCell", "{*}TextLine")
    return [[t.text for t in node.iterfind("{*}TextEquiv/{*}Unicode")] for node in owners]


def test_samples_can_be_corrected_cell_by_cell(pagexml_data):
    count = 0
    for path in sorted(pagexml_data.rglob("*.xml")):
        found = open_document(path)
        for index, table in enumerate(found.reading.tables[:2]):
            cells = tuple(
                corrected_cell(cell, "12 345", turn=found.reading.turn) if n % 7 == 0 else cell
                for n, cell in enumerate(table.cells)
            )
            tables = list(found.reading.tables)
            tables[index] = replace(table, cells=cells)
            new = found.updated(replace(found.reading, tables=tuple(tables), source="human"))
            read = new.reading.tables[index]
            assert [cell.text for cell in read.cells] == [cell.text for cell in cells], path.name
            assert [cell.source for cell in read.cells] == [cell.source for cell in cells]
            assert new.reading.source == "human"
            count += 1
    assert count > 10


def test_the_same_input_gives_the_same_bytes(reading, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    new = corrected(reading, 1, 0, "13 30")
    for profile in PROFILES:
        once, again = (document(reading, profile).updated(new) for _ in range(2))
        assert once.tobytes() == again.tobytes()
        for other in PROFILES:
            assert once.as_profile(other).tobytes() == again.as_profile(other).tobytes()
    assert document(reading).reading.source == "machine"  # a clock makes no person
