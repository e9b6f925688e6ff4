"""Files made to do harm: refused at once, with nothing read outside them; damaged ones read or refused."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from zij.errors import OutputError, PageXMLError
from zij.tables.pagexml import check_pagexml, page_from_bytes, read_pagexml, to_xml

SPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"

PAGE = '<Page imageFilename="a.png" imageWidth="9" imageHeight="9"/>'


def page(text="1", head=""):
    return f"""<?xml version="1.0"?>{head}<PcGts xmlns="{SPACE}">
    <Metadata><Creator>{text}</Creator></Metadata>{PAGE}</PcGts>"""


BILLION = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
ATTACKS = {
    "file entity": page("&x;", '<!DOCTYPE PcGts [<!ENTITY x SYSTEM "file:///etc/hostname">]>').encode(),
    "parameter entity": page(
        "", '<!DOCTYPE PcGts [<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;]>'
    ).encode(),
    "remote type": page("", '<!DOCTYPE PcGts SYSTEM "http://127.0.0.1:9/a.dtd">').encode(),
    "billion laughs": page("&e9;", f'<!DOCTYPE PcGts [<!ENTITY e0 "ha">{BILLION}]>').encode(),
    "quadratic": page("&x;" * 2000, f'<!DOCTYPE PcGts [<!ENTITY x "{"a" * 100_000}">]>').encode(),
    "in UTF-16": page("&x;", '<!DOCTYPE PcGts [<!ENTITY x "y">]>')
    .replace('1.0"', '1.0" encoding="UTF-16"')
    .encode("utf-16"),
    "deep": page("<a>" * 100_000 + "</a>" * 100_000).encode(),
    "undeclared entity": page("&x;").encode(),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_are_refused_at_once(name):
    start = time.perf_counter()
    with pytest.raises(PageXMLError) as caught:
        page_from_bytes(ATTACKS[name], "a.xml")
    assert time.perf_counter() - start < 1
    message = str(caught.value)
    assert message.startswith("a.xml: ")
    assert "\n" not in message
    assert len(message) < 300


def test_the_attacks_would_be_files_without_them():
    assert page_from_bytes(page().encode(), "a.xml").reading.source == "1"


def test_too_large_a_file_is_not_even_parsed(tmp_path):
    path = tmp_path / "a.xml"
    with path.open("wb") as stream:
        stream.truncate(2**30)  # sparse: a gigabyte that takes no room
    start = time.perf_counter()
    with pytest.raises(PageXMLError, match="more than 64 MB"):
        read_pagexml(path)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(("row", "column"), [(2**31 - 1, 0), (0, 10**7), (2000, 2000)])
def test_giant_tables_are_refused(reading, row, column):
    xml = to_xml(reading).replace(
        b'rowIndex="1" columnIndex="0"', f'rowIndex="{row}" columnIndex="{column}"'.encode()
    )
    with pytest.raises(PageXMLError, match="claims a table of"):
        page_from_bytes(xml, "a.xml")
    assert check_pagexml(xml)


def test_giant_spans_are_refused(reading):
    xml = to_xml(reading).replace(b'rowSpan="2"', b'rowSpan="2000000000"')
    start = time.perf_counter()
    with pytest.raises(PageXMLError, match="claims a table of"):
        page_from_bytes(xml, "a.xml")
    assert any("beyond the 3 rows" in finding for finding in check_pagexml(xml))
    assert time.perf_counter() - start < 1


def survives(data):
    """Read or refused in one sentence; what was read can be written or is refused in one sentence."""
    check_pagexml(data)
    try:
        reading = page_from_bytes(data, "a.xml").reading
    except PageXMLError as error:
        assert str(error).startswith("a.xml: ")
        return
    try:
        again = page_from_bytes(to_xml(reading), "a.xml").reading
    except OutputError:
        return
    assert [t.rows for t in again.tables] == [t.rows for t in reading.tables]


relaxed = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@relaxed
@given(data=st.data())
def test_damaged_bytes(reading, data):
    xml = bytearray(to_xml(reading))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(xml) - 1))
        stop = start + data.draw(st.integers(0, 60))
        xml[start:stop] = data.draw(
            st.binary(max_size=6) | st.sampled_from([b"", bytes(xml[start:stop]) * 2, b"9"])
        )
    survives(bytes(xml))


NASTY = [
    "",
    " ",
    "-1",
    "0",
    "1e999",
    "99999999999",
    "9" * 5000,
    "NaN",
    "a",
    "0,0",
    "-5,-5 1e9,3",
    "t1",
    "{",
    "zij {state:x;}",
]


@relaxed
@given(data=st.data())
def test_damaged_attributes_and_elements(reading, data):
    root = etree.fromstring(
        to_xml(reading, profile=data.draw(st.sampled_from(["nested", "flat", "transkribus"])))
    )
    for _ in range(data.draw(st.integers(1, 3))):
        node = data.draw(st.sampled_from(list(root.iter())))
        kind = data.draw(st.sampled_from(["attribute", "remove", "double", "text", "rename"]))
        if kind == "attribute" and node.attrib:
            node.set(data.draw(st.sampled_from(sorted(node.attrib))), data.draw(st.sampled_from(NASTY)))
        elif kind == "text":
            node.text = data.draw(st.sampled_from(NASTY))
        elif kind == "rename":
            names = ["TableRegion", "TextLine", "Coords", "Page", "Roles"]
            node.tag = f"{{{SPACE}}}{data.draw(st.sampled_from(names))}"
        elif node.getparent() is not None:
            if kind == "remove":
                node.getparent().remove(node)
            else:
                node.getparent().append(etree.fromstring(etree.tostring(node)))
    survives(etree.tostring(root))
