"""`zij validate`: what it prints, how it ends, and what it looks at."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from commands import Ended, refused, zij
from made_readings import made_reading
from PIL import Image

from zij.actions import validate
from zij.files import sha256
from zij.tables.pagexml import to_xml
from zij.tables.reading import Reading

DATA = Path(__file__).parents[3] / "shared/data/pagexml"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the PAGE-XML samples are not at ../shared/data")


@pytest.fixture
def reading() -> Reading:
    return replace(made_reading(7, "spans"), image="a.png", width=900, height=700, sha256="")


@pytest.fixture
def page(tmp_path: Path, reading: Reading) -> Path:
    """A sound file."""
    path = tmp_path / "a.xml"
    path.write_bytes(to_xml(reading))
    return path


def lines(ended: Ended) -> list[str]:
    assert ended.err == ""
    return ended.out.splitlines()


def break_it(path: Path, old: bytes, new: bytes) -> None:
    before = path.read_bytes()
    assert old in before
    path.write_bytes(before.replace(old, new, 1))


def test_a_sound_file(page: Path) -> None:
    ended = zij("validate", page)
    assert ended.code == 0
    image = (
        f"{page}:29: the image 'a.png' is not in {page.parent} (tolerated, as images may be kept elsewhere)."
    )
    assert re.sub(r":\d+:", ":29:", lines(ended)[0]) == image
    assert lines(ended)[1:] == ["1 PAGE-XML file: 1 without error; 1 deviation tolerated"]


def test_each_finding_is_a_line_with_place_and_advice(page: Path) -> None:
    break_it(page, b'TextLine id="', b'TextLine id="1')
    number = page.read_bytes().partition(b'TextLine id="1')[0].count(b"\n") + 1
    name = "1" + re.findall(r'TextLine id="1([^"]*)', page.read_text("utf-8"))[0]
    ended = zij("validate", page)
    assert ended.code == 1
    assert lines(ended)[0] == (
        f"{page}:{number}: the id {name!r} is no XML name; "
        "begin it with a letter, and use letters, digits, '.', '-' and '_' alone."
    )
    assert "1 PAGE-XML file: 0 without error; " in lines(ended)[-1]
    assert " in 1 file" in lines(ended)[-1]


def test_the_function_gives_the_findings(page: Path) -> None:
    break_it(page, b"Z</Created>", b"</Created>")
    result = validate([page])
    [(path, finding)] = result.errors
    assert (path, finding.kind) == (page, "time-zone")
    assert [f.kind for _, f in result.findings] == ["time-zone", "image-absent"]
    assert result.files == (page,)


def test_folders_are_searched_and_other_xml_is_passed_over(tmp_path: Path, page: Path) -> None:
    (tmp_path / "page").mkdir()
    shutil.copy(page, tmp_path / "page" / "b.XML")
    (tmp_path / "mets.xml").write_text("<mets/>")
    (tmp_path / "page" / "c.xml").write_bytes(page.read_bytes()[:-20])
    ended = zij("validate", tmp_path)
    assert ended.code == 1
    assert f"{tmp_path}/page/c.xml: " in ended.out and "not readable as XML" in ended.out
    assert lines(ended)[-1] == (
        "3 PAGE-XML files: 2 without error; 1 error in 1 file; 2 deviations tolerated; "
        "1 other XML file passed over"
    )
    assert zij("validate", tmp_path, page).out == ended.out  # named twice, checked once


def test_what_is_not_there(tmp_path: Path, page: Path) -> None:
    refused(zij("validate", tmp_path / "no.xml"), "no.xml", "there is no such file")
    (tmp_path / "empty").mkdir()
    refused(zij("validate", tmp_path / "empty"), "holds no PAGE-XML")
    (tmp_path / "pairs.csv").write_text("rank,relevance\n")
    refused(zij("validate", tmp_path / "pairs.csv"), "pairs.csv: is a table, no PAGE-XML; name the folder")
    ended = zij("validate", tmp_path / "no.xml", page)
    assert ended.code == 1
    assert ended.err == f"{tmp_path / 'no.xml'}: there is no such file; check the name.\n"
    assert "1 without error" in ended.out


@pytest.mark.parametrize(
    "text", ["", "<alto/>", "<PcGts", '<!DOCTYPE a [<!ENTITY b "c">]><PcGts>&b;</PcGts>']
)
def test_what_is_no_page_is_a_finding(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(text)
    ended = zij("validate", path)
    assert ended.code == 1
    assert len(lines(ended)) == 2
    assert lines(ended)[0].startswith(f"{path}: ")
    assert lines(ended)[0].endswith(".")
    assert "Traceback" not in ended.out


def paint(path: Path, width: int, height: int) -> None:
    Image.fromarray(np.zeros((height, width), np.uint8)).save(path)


def test_the_image_beside_the_file(page: Path, reading: Reading) -> None:
    paint(page.parent / "a.png", 900, 700)
    assert lines(zij("validate", page)) == ["1 PAGE-XML file: 1 without error"]
    paint(page.parent / "a.png", 700, 900)
    assert (
        "the image 'a.png' is of 700 x 900 pixels, but stated to be of 900 x 700; use"
        in zij("validate", page).out
    )
    (page.parent / "a.png").write_bytes(b"no image")
    assert "a.png cannot be read as an image; use the image" in zij("validate", page).out
    paint(page.parent / "a.png", 900, 700)
    hashed = replace(reading, sha256=sha256(page.parent / "a.png"))
    page.write_bytes(to_xml(hashed))
    assert zij("validate", page).code == 0
    page.write_bytes(to_xml(replace(reading, sha256="0" * 64)))
    assert "does not have the hash that the file records; check whether" in zij("validate", page).out


def test_the_image_in_a_named_folder(tmp_path: Path, page: Path) -> None:
    (tmp_path / "scans").mkdir()
    ended = zij("validate", page, "--images", tmp_path / "scans")
    assert ended.code == 1
    assert f"the image 'a.png' is not in {tmp_path / 'scans'}; put the image beside the file, or" in ended.out
    paint(tmp_path / "scans" / "a.png", 900, 700)
    assert zij("validate", page, "--images", tmp_path / "scans").code == 0
    refused(zij("validate", page, "--images", tmp_path / "none"), "is no folder")


@pytest.mark.parametrize("name", ["../../secret.png", "/etc/secret.png", "https://example.org/secret.png"])
def test_no_image_outside_the_folder_is_opened(
    name: str, tmp_path: Path, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "x" / "y"
    inner.mkdir(parents=True)
    paint(tmp_path / "secret.png", 1, 1)
    (inner / "link.png").symlink_to(tmp_path / "secret.png")
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("an image was opened"))
    break_it(page, b'imageFilename="a.png"', f'imageFilename="{name}"'.encode())
    shutil.move(page, inner / "a.xml")
    out = zij("validate", inner / "a.xml").out
    assert "is named with more than its file name" in out
    assert "the image 'secret.png' is not in" in out
    break_it(inner / "a.xml", f'"{name}"'.encode(), b'"link.png"')
    assert "the image 'link.png' is not in" in zij("validate", inner / "a.xml").out


def schema(version: str = "2019-07-15") -> Path:
    return DATA / "schema" / f"pagecontent-{version}.xsd"


@real
def test_a_schema(page: Path) -> None:
    ended = zij("validate", page, "--schema", schema())
    assert ended.code == 0
    break_it(page, b"<Metadata>", b"<Metadata><Nonsense/>")
    out = zij("validate", page, "--schema", schema()).out
    assert (
        "the schema says: Element 'Nonsense': This element is not expected. Expected is ( Creator ); correct"
        in out
    )
    break_it(page, b"<Nonsense/>", b"")
    number = page.read_bytes().partition(b"rowIndex")[0].count(b"\n") + 1
    break_it(page, b"rowIndex=", b'other="1" rowIndex=')
    wanted = "the schema says (TableCellRole of 't1_r0c0'): Element 'TableCellRole', attribute 'other'"
    assert f"{page}:{number}: {wanted}" in zij("validate", page, "--schema", schema()).out


@real
def test_a_schema_of_another_version(page: Path) -> None:
    out = zij("validate", page, "--schema", schema("2013-07-15")).out
    assert (
        "the file is of PAGE 2019-07-15 and the schema pagecontent-2013-07-15.xsd of PAGE 2013-07-15; " in out
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<a/>", "is no XML schema (it starts with 'a')"),
        ("<a", "cannot be read as a schema"),
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>', "has a document type"),
        (
            '<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema"><s:element/></s:schema>',
            "is no usable schema",
        ),
        (
            '<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema">'
            '<s:include schemaLocation="../b.xsd"/></s:schema>',
            "names a schema outside its folder (../b.xsd)",
        ),
        (
            '<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema">'
            '<s:import schemaLocation="http://127.0.0.1:9/b"/></s:schema>',
            "names a schema outside its folder",
        ),
    ],
)
def test_schemas_that_are_none(text: str, message: str, tmp_path: Path, page: Path) -> None:
    (tmp_path / "a.xsd").write_text(text)
    assert message in refused(zij("validate", page, "--schema", tmp_path / "a.xsd"), "a.xsd")
    refused(zij("validate", page, "--schema", tmp_path / "none.xsd"), "none.xsd")


@real
def test_what_is_normal_in_transkribus_is_tolerated(tmp_path: Path) -> None:
    """Real exports, with the schema that their namespace claims, which they do not follow."""
    folder = DATA / "samples/reichsanzeiger-gt"
    ended = zij("validate", folder, "--schema", schema("2013-07-15"))
    assert ended.code == 0
    assert "2 PAGE-XML files: 2 without error; " in lines(ended)[-1]
    tolerated = "(tolerated, as it is normal in Transkribus' files)."
    assert sum(line.endswith(tolerated) for line in lines(ended)) == 4
    page = tmp_path / "a.xml"
    shutil.copy(folder / "1857_132_0507.xml", page)
    break_it(page, b"0 1 2 3", b"0 1 2 9")
    [(_, finding)] = validate([page]).errors
    assert finding.kind == "corners"
    assert "the corners '0 1 2 9' of TableCell" in finding.what


def test_wrong_use(tmp_path: Path, page: Path) -> None:
    refused(zij("validate"))
    refused(zij("validate", page, "--pairs", tmp_path / "no.csv"), "no.csv")
