"""PAGE-XML of other programs, and files that a person changed."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from zij.errors import PageXMLError
from zij.tables.geometry import Box
from zij.tables.pagexml import as_written, page_from_bytes, read_pagexml, to_xml
from zij.tables.reading import Glyph, Number, Reading

SPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/"


def page(body, *, version="2019-07-15", creator="Other 1.0", prefix="", size=(400, 300), attributes=""):
    """A file of another program around some regions."""
    width, height = size
    declared = f"xmlns:{prefix}" if prefix else "xmlns"
    text = f"""<PcGts {declared}="{SPACE}{version}"><Metadata><Creator>{creator}</Creator>
    <Created>2020-01-01T00:00:00</Created><LastChange>2020-01-02T00:00:00</LastChange></Metadata>
    <Page imageFilename="a.png" imageWidth="{width}" imageHeight="{height}" {attributes}>
    {body}</Page></PcGts>"""
    if prefix:
        text = re.sub(r"<(/?)([A-Z])", rf"<\1{prefix}:\2", text)
    return page_from_bytes(text.encode(), "a.xml")


def line(text, points="0,0 100,0 100,20 0,20", name="l1", baseline=""):
    return f"""<TextLine id="{name}"><Coords points="{points}"/>{baseline}
    <TextEquiv><Unicode>{text}</Unicode></TextEquiv></TextLine>"""


def region(inner, name="r1", custom="", points="0,0 200,0 200,100 0,100"):
    return f'<TextRegion id="{name}" custom="{custom}"><Coords points="{points}"/>{inner}</TextRegion>'


def cell(row, column, inner="", name="c", extra=""):
    role = f'<Roles><TableCellRole rowIndex="{row}" columnIndex="{column}" {extra}/></Roles>'
    return region(role + inner, name)


def table(inner, attributes='rows="1" columns="1"', name="t"):
    coords = '<Coords points="0,0 200,0 200,100 0,100"/>'
    return f'<TableRegion id="{name}" {attributes}>{coords}{inner}</TableRegion>'


def places_by_xpath(path):
    """(row, column, row span, column span) of every cell, straight from the file."""
    root = etree.parse(path)
    roles = root.xpath("//*[local-name()='TableCellRole']")
    cells = root.xpath("//*[local-name()='TableCell']")
    names = [(r, ("rowIndex", "columnIndex")) for r in roles] + [(c, ("row", "col")) for c in cells]
    return sorted(
        (int(n.get(a)), int(n.get(b)), int(n.get("rowSpan", 1)), int(n.get("colSpan", 1)))
        for n, (a, b) in names
    )


def test_samples_are_read_with_all_their_cells(pagexml_data):
    paths = sorted(pagexml_data.rglob("*.xml"))
    assert len(paths) > 15
    counted = 0
    for path in paths:
        file = read_pagexml(path)
        cells = [cell for table in file.reading.tables for cell in table.cells]
        found = sorted((c.row, c.column, c.row_span, c.column_span) for c in cells)
        assert found == places_by_xpath(path), path.name
        root = etree.parse(path)
        assert len(file.reading.tables) == int(root.xpath("count(//*[local-name()='TableRegion'])"))
        counted += len(found)
    assert counted > 500


def test_samples_can_be_written_and_read_again(pagexml_data, schema):
    for path in sorted(pagexml_data.rglob("*.xml")):
        reading = read_pagexml(path).reading
        xml = to_xml(reading)
        schema.assertValid(etree.fromstring(xml))
        assert page_from_bytes(xml, path).reading == as_written(reading), path.name


def test_digits_of_a_sample_are_those_of_its_lines(pagexml_data):
    path = pagexml_data / "samples" / "reichsanzeiger-gt" / "1871_104_0417.xml"
    reading = read_pagexml(path).reading
    lines = etree.parse(path).xpath("//*[local-name()='TextLine']")
    texts = [
        " ".join(node.xpath("*[local-name()='TextEquiv'][1]/*[local-name()='Unicode']/text()"))
        for node in lines
    ]
    expected = sorted(word for text in texts for word in text.split() if re.search("[0-9]", word))
    assert sorted(number.text for number in reading.numbers()) == expected


@pytest.mark.parametrize("version", ["2010-03-19", "2013-07-15", "2017-07-15", "2019-07-15", "2024-07-15"])
@pytest.mark.parametrize("prefix", ["", "pc"])
def test_all_versions_and_prefixes(version, prefix):
    file = page(table(cell(0, 0, line("12"))), version=version, prefix=prefix)
    (found,) = file.reading.tables[0].cells
    assert (found.text, found.state, [n.text for n in found.numbers]) == ("12", "read", ["12"])
    assert file.reading.source == "Other 1.0"
    assert file.tolerated == ()


def test_points_as_elements():
    points = "".join(f'<Point x="{x}" y="{y}"/>' for x, y in ((10, 20), (110, 20), (110, 50), (10, 50)))
    (number,) = page(
        f"<TextRegion><Coords>{points}</Coords><TextEquiv/>{line('7', '')}</TextRegion>"
    ).reading.loose
    assert number.text == "7"
    file = page(
        f'<TextRegion><TextLine id="l"><Coords>{points}</Coords>'
        "<TextEquiv><Unicode>7</Unicode></TextEquiv></TextLine></TextRegion>"
    )
    assert file.reading.loose[0].box == Box(10, 20, 100, 30)


def test_line_without_words_is_shared_out_by_characters():
    (a, b) = page(region(line("ab 12 c 345", "0,0 110,0 110,20 0,20"))).reading.loose
    assert (a.text, a.box, a.glyphs) == ("12", Box(30, 0, 20, 20), ())
    assert (b.text, b.box) == ("345", Box(80, 0, 30, 20))


def test_baseline_says_the_direction():
    upwards = '<Baseline points="20,100 20,0"/>'
    file = page(region(line("12 3", "0,0 20,0 20,100 0,100", baseline=upwards)))
    assert [n.box for n in file.reading.loose] == [Box(0, 50, 20, 50), Box(0, 0, 20, 25)]
    assert file.reading.turn == 90


def test_page_orientation_says_turn_and_skew():
    reading = page("", attributes='orientation="-88.5"').reading
    assert (reading.turn, reading.skew) == (270, 1.5)


def test_words_without_digits_are_no_numbers_but_stay_in_the_text():
    words = "".join(
        f'<Word id="w{n}"><Coords points="{x},0 {x + 20},0 {x + 20},9 {x},9"/>'
        f"<TextEquiv><Unicode>{text}</Unicode></TextEquiv></Word>"
        for n, (x, text) in enumerate([(0, "Gr."), (30, "12"), (60, "30")])
    )
    inner = f'<TextLine id="l"><Coords points="0,0 100,0 100,9 0,9"/>{words}</TextLine>'
    (found,) = page(table(cell(0, 0, inner))).reading.tables[0].cells
    assert (found.text, [n.text for n in found.numbers]) == ("Gr. 12 30", ["12", "30"])
    assert found.numbers[0].box == Box(30, 0, 20, 9)


@pytest.mark.parametrize(
    ("inner", "state"),
    [
        ("", "empty"),
        ("<TextLine id='l'><Coords points='0,0 9,9'/></TextLine>", "unread"),
        (line("x"), "read"),
    ],
)
def test_states_of_other_programs(inner, state):
    file = page(table(cell(0, 0, inner) + cell(0, 1, line("5"), "d"), 'rows="1" columns="2"'))
    assert file.reading.tables[0].cells[0].state == state


def test_table_that_nobody_read_is_not_called_empty():
    assert page(table(cell(0, 0))).reading.tables[0].cells[0].state == "unread"


def test_empty_table_of_ours_stays_empty():
    from zij.tables.reading import Cell, Table

    cells = (Cell(0, 0, Box(0, 0, 9, 9)),)
    reading = Reading("a.png", "", 10, 10, (Table(Box(0, 0, 9, 9), 1, 1, cells),))
    assert page_from_bytes(to_xml(reading), "a.xml").reading.tables[0].cells[0].state == "empty"


def test_reading_order():
    order = """<ReadingOrder><OrderedGroup id="ro"><RegionRefIndexed index="1" regionRef="r1"/>
    <OrderedGroupIndexed id="g" index="0"><RegionRefIndexed index="0" regionRef="r2"/></OrderedGroupIndexed>
    <RegionRefIndexed index="2" regionRef="gone"/></OrderedGroup></ReadingOrder>"""
    file = page(order + region(line("1"), "r1") + region(line("2"), "r2"))
    assert [n.text for n in file.reading.loose] == ["2", "1"]
    assert file.tolerated == ("the reading order names elements that do not exist",)


def test_custom_index_orders_where_there_is_no_reading_order():
    customs = ["readingOrder {index:2;}", "readingOrder {index:0;}", "readingOrder {index:1;}"]
    body = "".join(region(line(str(n)), f"r{n}", custom) for n, custom in enumerate(customs))
    assert [n.text for n in page(body).reading.loose] == ["1", "2", "0"]


def test_flat_cells_find_their_table_by_name_by_id_and_by_place():
    body = (
        table("", name="t1")
        + cell(0, 0, line("1"), "t1_r0c0")
        + cell(1, 0, line("2"), "zz").replace('custom=""', 'custom="table {id:t1;}"')
        + cell(2, 0, line("3"), "y")
    )
    (found,) = page(body).reading.tables
    assert [c.text for c in found.cells] == ["1", "2", "3"]


def test_cells_without_any_table_make_one():
    file = page(cell(0, 0, line("1"), "a") + cell(0, 1, line("2"), "b"))
    (found,) = file.reading.tables
    assert (found.rows, found.columns, len(found.cells)) == (1, 2, 2)
    assert file.tolerated == ("a table was made of cells that stand in none",)


def test_roles_dropped_by_another_program_are_recovered_from_our_ids(reading):
    """eScriptorium keeps the ids and regions of a flat file, but neither roles nor tables."""
    root = etree.fromstring(to_xml(reading, profile="flat"))
    for name in ("Roles", "TableRegion", "ReadingOrder"):
        for node in list(root.iter(f"{{*}}{name}")):
            node.getparent().remove(node)
    root.find("{*}Metadata/{*}Creator").text = "escriptorium"
    file = page_from_bytes(etree.tostring(root), "a.xml")
    cells = [[(c.row, c.column, c.text) for c in t.cells] for t in file.reading.tables]
    assert cells == [[(c.row, c.column, c.text) for c in t.cells] for t in reading.tables]
    assert "cells without a role were placed by their ids, each in one row and column (6)" in file.tolerated


def test_corrected_line_counts_more_than_the_digits_below(reading):
    xml = to_xml(reading).replace(b"<Unicode>12 30</Unicode>", b"<Unicode>13 30</Unicode>", 1)
    file = page_from_bytes(xml, "a.xml")
    old, new = reading.tables[0].cells[1], file.reading.tables[0].cells[1]
    assert [g.text for n in new.numbers for g in n.glyphs] == ["1", "3", "3", "0"]
    assert [g.confidence for n in new.numbers for g in n.glyphs] == [0.9, 1.0, 0.9, 0.9]
    assert new.numbers[0].glyphs[1].box == old.numbers[0].glyphs[1].box.rounded()
    assert (new.text, new.state, new.confidence) == ("13 30", "read", 1.0)
    assert file.reading.source == "human"
    assert "the text of lines differs from their words and was preferred" in file.tolerated


def test_corrected_word_counts_more_than_its_glyphs(reading):
    root = etree.fromstring(to_xml(reading))
    for node in root.iterfind(".//{*}Word[@id='t1_r1c1_w1']/{*}TextEquiv/{*}Unicode"):
        node.text = "08"
    for node in root.iterfind(".//{*}TextLine[@id='t1_r1c1_l1']/{*}TextEquiv/{*}Unicode"):
        node.text = "08"
    (number,) = page_from_bytes(etree.tostring(root), "a.xml").reading.tables[0].cells[2].numbers
    assert [g.text for g in number.glyphs] == ["0", "8"]


def test_file_changed_elsewhere_is_a_persons(reading):
    xml = to_xml(reading).replace(b"<LastChange>1970", b"<LastChange>2026")
    assert page_from_bytes(xml, "a.xml").reading.source == "human"
    assert page_from_bytes(to_xml(reading), "a.xml").reading.source == "machine"


def test_text_added_to_an_unread_cell_is_read(reading):
    root = etree.fromstring(to_xml(reading))
    root.find("{*}Metadata/{*}LastChange").text = "2026-01-01T00:00:00Z"
    added = etree.fromstring(line("5", "20,100 30,100 30,120 20,120", "new"))
    root.find(".//{*}TextRegion[@id='t1_r2c0']").append(added)
    found = page_from_bytes(etree.tostring(root), "a.xml").reading.tables[0].cells[3]
    assert (found.text, found.state, found.numbers[0].box) == ("5", "read", Box(20, 100, 10, 20))


def test_hypotheses_by_index():
    equivs = "".join(
        f'<TextEquiv index="{index}" conf="{conf}"><Unicode>{text}</Unicode></TextEquiv>'
        for index, conf, text in [(1, 0.2, "5"), (0, 0.7, "3")]
    )
    coords = '<Coords points="0,0 9,0 9,9 0,9"/>'
    word = f'<Word id="w">{coords}<Glyph id="g">{coords}{equivs}</Glyph></Word>'
    (number,) = page(region(f'<TextLine id="l">{coords}{word}</TextLine>')).reading.loose
    assert number.glyphs == (Glyph(Box(0, 0, 9, 9), "3", 0.7, (("5", 0.2),), "x1_g1"),)
    assert number.text == "3"


@pytest.mark.parametrize(
    ("points", "box", "tolerated"),
    [
        (
            "-5,10 20,10 20,30 -5,30",
            Box(0, 10, 20, 20),
            "boxes that reach beyond the image were cut at its edge",
        ),
        (
            "380,10 420,10 420,30",
            Box(380, 10, 20, 20),
            "boxes that reach beyond the image were cut at its edge",
        ),
        ("1.4,2.6 10.5,2.6 10.5,9.2", Box(1, 3, 9, 6), "points that are not whole pixels were rounded"),
        ("7,7", Box(0, 0, 400, 300), "elements without usable Coords were given the box of their neighbours"),
        ("5,5\n 9,5  9,8", Box(5, 5, 4, 3), None),
    ],
)
def test_strange_points(points, box, tolerated):
    file = page(region(line("1", points)))
    assert file.reading.loose[0].box == box
    assert file.tolerated == ((tolerated,) if tolerated else ())


def test_each_deviation_is_told():
    body = table(cell(5, 0, line("1"), extra='rowSpan="0"') + cell(-1, 0, line("2"), "d")) + "<Relations/>"
    file = page(body, size=(0, 0))
    assert set(file.tolerated) == {
        "the size of the image is not given",
        "spans below 1 were taken as 1",
        "cells without a usable row and column were taken as text outside tables",
        "a table has cells beyond its stated rows or columns",
        "places of tables have no cell (5)",
        "empty groups and Relations were passed over",
    }
    assert (file.reading.tables[0].rows, [n.text for n in file.reading.loose]) == (6, ["2"])


def test_ids_are_those_of_the_position():
    reading = page(table(cell(0, 0, line("12"), "weird id"))).reading
    assert reading == reading.with_ids()
    assert reading.tables[0].cells[0].numbers[0] == Number((), "12", Box(0, 0, 100, 20), "t1_r0c0_w1")


def test_table_inside_a_cell_stands_for_itself():
    inner = table(cell(0, 0, line("2"), "c2"), name="t2")
    reading = page(table(cell(0, 0, line("1") + inner, "c1"), name="t1")).reading
    assert [[c.text for c in t.cells] for t in reading.tables] == [["1"], ["2"]]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not readable as XML"),
        (b"hello", "not readable as XML"),
        (b"<PcGts><Page></PcGts>", "not readable as XML.*line 1"),
        (b"<alto/>", "starts with 'alto'"),
        (b"<PcGts/>", "no Page element"),
    ],
)
def test_what_is_no_page_is_refused(data, reason):
    with pytest.raises(PageXMLError, match=f"^a.xml: .*{reason}"):
        page_from_bytes(data, "a.xml")


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(PageXMLError, match="no such file"):
        read_pagexml(tmp_path / "a.xml")
    with pytest.raises(PageXMLError, match="cannot be read"):
        read_pagexml(tmp_path)
