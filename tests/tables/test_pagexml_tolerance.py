"""What goes wrong in PAGE-XML in the wild: each trouble is borne, and told with its count."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from zij.tables.geometry import Box
from zij.tables.pagexml import page_from_bytes, read_pagexml, to_xml

SPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
COORDS = '<Coords points="0,0 100,0 100,20 0,20"/>'


def page(body, *, space=SPACE, head="", size=(400, 300)):
    width, height = size
    text = f"""<PcGts xmlns="{space}"><Metadata><Creator>Other</Creator>
    <Created>2020-01-01T00:00:00Z</Created><LastChange>2020-01-02T00:00:00Z</LastChange></Metadata>
    <Page imageFilename="a.png" imageWidth="{width}" imageHeight="{height}">{head}{body}</Page></PcGts>"""
    return page_from_bytes(text.encode(), "a.xml")


def equiv(text, attributes=""):
    return f"<TextEquiv {attributes}><Unicode>{text}</Unicode></TextEquiv>"


def line(inner, coords=COORDS, name="l"):
    return f'<TextLine id="{name}">{coords}{inner}</TextLine>'


def region(inner, coords=COORDS, name="r"):
    return f'<TextRegion id="{name}">{coords}{inner}</TextRegion>'


def cell(row, column, inner="", coords=COORDS, spans=""):
    role = f'<Roles><TableCellRole rowIndex="{row}" columnIndex="{column}" {spans}/></Roles>'
    return region(role + inner, coords, f"c{row}_{column}")


def table(inner, attributes=""):
    return f'<TableRegion id="t" {attributes}>{COORDS}{inner}</TableRegion>'


def texts(file):
    return [number.text for number in file.reading.numbers()]


def test_lines_in_tables_are_counted():
    nested = table(cell(0, 0, line(equiv("1")) + region(line(equiv("2"), name="l2"), name="inner")))
    file = page(nested + region(line(equiv("3"), name="l3"), name="r2"))
    assert (texts(file), file.lines, file.lines_in_tables) == (["1", "2", "3"], 3, 2)
    assert file.tolerated == ()


def test_lines_of_the_samples_are_counted_as_xpath_counts_them(pagexml_data):
    for path in sorted(pagexml_data.rglob("*.xml")):
        root, file = etree.parse(path), read_pagexml(path)
        cells = "ancestor::*[local-name()='TableCell' or (*[local-name()='Roles'])]"
        assert file.lines == int(root.xpath("count(//*[local-name()='TextLine'])")), path.name
        inside = root.xpath(f"count(//*[local-name()='TextLine'][{cells}])")
        assert file.lines_in_tables == int(inside), path.name


@pytest.mark.parametrize("year", ["2010-03-19", "2013-07-15", "2019-07-15", "2024-07-15"])
def test_transkribus_cells_in_any_version_are_told(year):
    body = f"""<TableRegion id="t">{COORDS}<TableCell id="c" row="0" col="0">{COORDS}
    {line(equiv("7"))}<CornerPts>0 1 2 3</CornerPts></TableCell></TableRegion>"""
    file = page(body, space=SPACE.replace("2019-07-15", year))
    assert texts(file) == ["7"]
    (told,) = file.tolerated
    assert told.startswith("cells are written as Transkribus does it")


def test_points_are_rounded_and_cut_and_counted():
    coords = ['<Coords points="-5,0 20,0 20,9"/>', '<Coords points="0.4,0 20.6,0 20,9"/>']
    coords.append('<Coords points="380,290 500,290 500,999"/>')
    file = page(region("".join(line(equiv(n), c, f"l{n}") for n, c in enumerate(coords))))
    boxes = [number.box for number in file.reading.loose]
    assert boxes == [Box(0, 0, 20, 9), Box(0, 0, 21, 9), Box(380, 290, 20, 10)]
    assert set(file.tolerated) == {
        "boxes that reach beyond the image were cut at its edge (2)",
        "points that are not whole pixels were rounded",
    }


def test_child_outside_its_parent_and_crossed_polygon():
    word = '<Word id="w"><Coords points="200,50 240,90 200,90 240,50"/>' + equiv("12") + "</Word>"
    file = page(region(line(word + equiv("12"))))
    assert file.reading.loose[0].box == Box(200, 50, 40, 40)


@pytest.mark.parametrize(
    "coords", ['<Coords points="7,7"/>', "", '<Coords points=""/>', '<Coords points="x"/>']
)
def test_missing_coords_are_those_of_the_children(coords):
    word = '<Word id="w"><Coords points="10,20 40,20 40,50 10,50"/>' + equiv("12") + "</Word>"
    file = page(table(cell(0, 0, line(word + equiv("12"), coords), coords)))
    (found,) = file.reading.tables[0].cells
    assert found.box == found.numbers[0].box == Box(10, 20, 30, 30)
    assert file.tolerated == ("elements without usable Coords were given the box of their neighbours (2)",)


@pytest.mark.parametrize(
    ("space", "told"),
    [
        (SPACE.replace("http:", "https:"), "the namespace is 'https://schema"),
        ("", "there is no namespace"),
        ("urn:x", "the namespace is 'urn:x'"),
    ],
)
def test_strange_namespaces_are_told(space, told):
    file = page(region(line(equiv("12"))), space=space)
    assert texts(file) == ["12"]
    assert len(file.tolerated) == 1 and file.tolerated[0].startswith(told)


def test_mixed_namespaces_are_read_by_name():
    body = region(line(equiv("12"))).replace("<Unicode>", '<Unicode xmlns="">').replace("<Word", "<Word")
    file = page(body)
    assert texts(file) == ["12"]
    assert file.tolerated == ("elements of another namespace were read by their names alone",)


def test_size_that_is_zero_or_missing():
    file = page(region(line(equiv("12"))), size=(0, 0))
    assert texts(file) == ["12"] and file.tolerated == ("the size of the image is not given",)


def test_dangling_references_and_empty_groups():
    head = """<ReadingOrder><OrderedGroup id="ro"><RegionRefIndexed index="0" regionRef="gone"/>
    <RegionRefIndexed index="1" regionRef="lost"/><OrderedGroupIndexed id="g" index="2"/></OrderedGroup>
    </ReadingOrder><Relations/>"""
    file = page(region(line(equiv("12"))), head=head)
    assert texts(file) == ["12"]
    assert set(file.tolerated) == {
        "the reading order names elements that do not exist (2)",
        "empty groups and Relations were passed over (2)",
    }


def test_texts_without_unicode_or_index():
    bare = line("<TextEquiv/>", name="a") + line(equiv("1") + equiv("2"), name="b")
    same = line(equiv("3", 'index="1"') + equiv("4", 'index="1"'), name="c")
    file = page(region(bare + same))
    assert texts(file) == ["1", "3"]
    assert set(file.tolerated) == {
        "texts without Unicode were read as far as they go",
        "several texts without an index of their own were taken in their order (2)",
    }


def test_lowest_index_first_and_line_before_words():
    word = f'<Word id="w">{COORDS}{equiv("99")}</Word>'
    file = page(region(line(word + equiv("5", 'index="2"') + equiv("6", 'index="0"'))))
    assert texts(file) == ["6"]
    assert file.tolerated == ("the text of lines differs from their words and was preferred",)


def test_reading_order_counts_more_than_custom_and_that_more_than_place():
    def both(first, second):
        one = region(line(equiv("1"), name="l1"), name="r1").replace('id="r1"', f'id="r1" custom="{first}"')
        two = region(line(equiv("2"), name="l2"), name="r2").replace('id="r2"', f'id="r2" custom="{second}"')
        return one + two

    order = """<ReadingOrder><OrderedGroup id="ro"><RegionRefIndexed index="0" regionRef="r2"/>
    <RegionRefIndexed index="1" regionRef="r1"/></OrderedGroup></ReadingOrder>"""
    index = "readingOrder {{index:{};}}".format
    assert texts(page(both(index(0), index(1)), head=order)) == ["2", "1"]
    assert texts(page(both(index(1), index(0)))) == ["2", "1"]
    assert texts(page(both("", ""))) == ["1", "2"]


def test_overlaps_gaps_and_contradictions_of_tables():
    body = table(cell(0, 0, spans='colSpan="2"') + cell(0, 1) + cell(2, 2), 'rows="2" columns="2"')
    file = page(body)
    assert (file.reading.tables[0].rows, file.reading.tables[0].columns) == (3, 3)
    assert set(file.tolerated) == {
        "places of tables have more than one cell",
        "places of tables have no cell (6)",
        "a table has cells beyond its stated rows or columns",
    }


@pytest.mark.parametrize(
    "name", ["../../x.png", "C:\\scans\\a.png", "https://example.org/a.png", "/etc/passwd"]
)
def test_image_names_are_read_as_they_stand(name):
    size = 'imageWidth="9" imageHeight="9"'
    text = f'<PcGts xmlns="{SPACE}"><Page imageFilename="{name}" {size}/></PcGts>'
    file = page_from_bytes(text.encode(), "a")
    assert file.reading.image == name  # of which only the last part is ever looked for


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(reading, encoding, ends):
    text = to_xml(reading).decode("utf-8").partition("?>")[2]
    declared = encoding.replace("-sig", "").replace("-le", "")
    data = f"<?xml version='1.0' encoding='{declared}'?>{text}".replace("\n", ends).encode(encoding)
    if encoding == "utf-16-le":
        data = b"\xff\xfe" + data
    file = page_from_bytes(data, "a.xml")
    assert file.reading == page_from_bytes(to_xml(reading), "a.xml").reading
    assert file.tolerated == ()


def test_samples_tell_what_was_borne(pagexml_data):
    """Nothing of the standard's own samples; Transkribus' cells with the count that XPath gives."""
    for path in sorted(pagexml_data.rglob("*.xml")):
        told = read_pagexml(path).tolerated
        cells = int(etree.parse(path).xpath("count(//*[local-name()='TableCell'])"))
        said = [sentence for sentence in told if "Transkribus does it" in sentence]
        assert len(said) == (cells > 0)
        if cells > 1:
            assert re.search(r"\((\d+)\)$", said[0])[1] == str(cells)
    assert read_pagexml(pagexml_data / "nested.xml").tolerated == ()
