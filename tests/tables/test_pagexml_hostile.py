"""Files made to do harm: refused at once, with nothing read outside them; damaged ones read or refused."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import hostile
import pytest
from commands import zij
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from zij.errors import OutputError, PageXMLError
from zij.tables.pagexml import check_pagexml, page_from_bytes, read_pagexml, to_xml

SPACE = hostile.SPACE
NAMES = [*hostile.refused("", ""), "a gigabyte"]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What a process said of each file, with its seconds and megabytes; the pipe would hold it for ever."""
    folder = tmp_path_factory.mktemp("hostile")
    os.mkfifo(folder / "secret.txt")
    (folder / "good.xml").write_text(hostile.page())
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        paths = hostile.written(folder / "files", (folder / "secret.txt").as_uri(), address)
        command = [sys.executable, hostile.__file__, folder / "good.xml", *paths.values()]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
        with pytest.raises(BlockingIOError):  # nobody called
            server.accept()
    shutil.rmtree(folder / "files")
    assert ended.returncode == 0, ended.stderr[-2000:]
    lines = (line.split("\t") for line in ended.stdout.splitlines())
    return {name: (said, float(one), float(two), int(mb)) for name, one, two, mb, said in lines}


@pytest.mark.parametrize("name", NAMES)
def test_attacks_are_refused_in_one_sentence(name, told):
    said, *_ = told[name]
    assert re.match(rf"/.*{re.escape(name)}\.xml: ", said)
    assert said.endswith(".")
    assert len(said.rpartition("/")[2]) < 300


def test_what_is_only_meant_ill_is_read(told):
    assert {name for name, (said, *_) in told.items() if not said} == set(hostile.read(""))


def test_within_a_second_and_200_megabytes(told):
    slow = {name: answer for name, answer in told.items() if max(answer[1:3]) > hostile.SECONDS}
    assert slow == {}
    assert max(megabytes for *_, megabytes in told.values()) < hostile.MEGABYTES


@pytest.mark.parametrize(
    "name", ["file entity", "billion laughs", "100,000 levels", "huge row", "zip", "nothing"]
)
def test_the_command_says_so_too(name, tmp_path):
    path = tmp_path / "a.xml"
    path.write_bytes(hostile.refused("file:///nowhere", "http://127.0.0.1:9")[name])
    ended = zij("validate", path)
    assert ended.code == 1
    assert ended.out.startswith(f"{path}:")
    assert ended.out.count("\n") <= 3 and "Traceback" not in ended.out + ended.err


def test_the_attacks_would_be_files_without_them():
    assert page_from_bytes(hostile.page().encode(), "a.xml").reading.source == "1"
    assert (
        page_from_bytes(hostile.page(hostile.cell()).encode(), "a.xml").reading.tables[0].cells[0].text == "1"
    )


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no endless file here")
def test_an_endless_file_is_refused():
    with pytest.raises(PageXMLError, match="more than 64 MB"):
        read_pagexml("/dev/zero")


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
