"""What eScriptorium and Transkribus are given: names, members, lists of files, and the readings in them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from zij.corpora.exchange.escriptorium import write_archive, write_escriptorium
from zij.corpora.exchange.leaf import Leaf, named_after_images, page_files, read_leaf
from zij.corpora.exchange.options import Options
from zij.corpora.exchange.transkribus import document_name, write_transkribus
from zij.errors import ImageError, InputError, OutputError
from zij.tables.geometry import Box
from zij.tables.pagexml import check_pagexml, page_from_bytes, read_pagexml

NS = {"m": "http://www.loc.gov/METS/", "x": "http://www.w3.org/1999/xlink"}
PAGE = "{http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15}"


@pytest.fixture
def leaves(folder: Path) -> list[Leaf]:
    return [read_leaf(path) for path in page_files(folder)]


def located(mets: etree._Element) -> dict[str, str]:
    """Where each file of a METS lies, by its id."""
    return {
        str(file.get("ID")): str(file.xpath("m:FLocat/@x:href", namespaces=NS)[0])
        for file in mets.xpath("//m:file", namespaces=NS)
    }


@pytest.fixture
def zipped(leaves: list[Leaf], tmp_path: Path) -> zipfile.ZipFile:
    write_escriptorium(tmp_path, leaves)
    return zipfile.ZipFile(io.BytesIO((tmp_path / "escriptorium.zip").read_bytes()))


def test_the_archive_is_flat_and_in_order(zipped: zipfile.ZipFile) -> None:
    assert zipped.namelist() == [
        "METS.xml", "empty.png", "empty.xml", "full.png", "full.xml", "loose.png", "loose.xml",
        "ünï code.png", "ünï code.xml",
    ]  # fmt: skip
    assert {info.date_time for info in zipped.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert zipped.testzip() is None


def test_pages_find_their_images_by_name(zipped: zipfile.ZipFile) -> None:
    for name in zipped.namelist():
        if name.endswith(".xml") and name != "METS.xml":
            root = etree.fromstring(zipped.read(name))
            image = root.find(f"{PAGE}Page").get("imageFilename")
            assert image in zipped.namelist() and image.rpartition(".")[0] == name.removesuffix(".xml")


def test_mets_lists_every_member_once(zipped: zipfile.ZipFile) -> None:
    mets = etree.fromstring(zipped.read("METS.xml"))
    files = located(mets)
    assert sorted(files.values()) == sorted(set(zipped.namelist()) - {"METS.xml"})
    pages = mets.xpath("m:structMap[@TYPE='physical']//m:div[@TYPE='page']", namespaces=NS)
    for page in pages:
        image, xml = (files[pointer] for pointer in page.xpath("m:fptr/@FILEID", namespaces=NS))
        assert image.rpartition(".")[0] == xml.rpartition(".")[0]
    assert len(pages) == 4


def test_the_archive_holds_the_readings_flat(zipped: zipfile.ZipFile, leaves: list[Leaf]) -> None:
    leaf = next(leaf for leaf in leaves if leaf.stem == "full")
    data = zipped.read("full.xml")
    assert page_from_bytes(data, "full.xml").reading == leaf.reading
    assert check_pagexml(data) == []
    cells = etree.fromstring(data).findall(f"{PAGE}Page/{PAGE}TextRegion/{PAGE}Roles")
    assert len(cells) == len(leaf.reading.tables[0].cells)


def test_images_that_are_not_at_hand_are_left_out(leaves: list[Leaf], tmp_path: Path) -> None:
    write_escriptorium(tmp_path, [replace(leaf, image=None) for leaf in leaves])
    with zipfile.ZipFile(tmp_path / "escriptorium.zip") as file:
        assert all(name.endswith(".xml") for name in file.namelist()) and len(file.namelist()) == 5
        assert b"image" not in file.read("METS.xml").replace(b"imageFilename", b"")


def test_the_two_halves_of_an_opening_become_one_page(leaves: list[Leaf]) -> None:
    full = leaves[1]
    table = full.reading.tables[0]
    aside = replace(table, box=replace(table.box, x=table.box.x + 300))
    number = replace(full.reading.loose[0], box=Box(0, 0, 8, 8))
    left = replace(full, stem="full-left")
    right = full.with_reading(replace(full.reading, tables=(aside,), loose=(number,)))
    (joined,) = named_after_images([left, right])
    assert joined.stem == "full" and len(joined.reading.tables) == 2 and len(joined.reading.loose) == 2
    assert [table.id for table in joined.reading.tables] == ["t1", "t2"]
    assert joined.reading.tables[1].cells[3].text == full.reading.tables[0].cells[3].text


def test_two_readings_of_one_place_are_not_joined(leaves: list[Leaf]) -> None:
    with pytest.raises(OutputError, match=r"full\.xml and .*again\.xml: are readings of the same place"):
        list(named_after_images([leaves[1], replace(leaves[1], path=Path("again.xml"))]))


def test_different_images_of_one_name_are_refused(leaves: list[Leaf]) -> None:
    other = leaves[1].with_reading(replace(leaves[1].reading, sha256="f" * 64))
    with pytest.raises(OutputError, match="is another one than that of"):
        list(named_after_images([leaves[1], other]))
    again = replace(leaves[1].with_reading(replace(leaves[1].reading, image="full.jpg")), image=None)
    with pytest.raises(OutputError, match=r"'full\.jpg' and 'full\.png' would share one PAGE-XML file"):
        list(named_after_images([leaves[1], again]))
    nameless = replace(leaves[1].with_reading(replace(leaves[1].reading, image="")), image=None)
    with pytest.raises(OutputError, match="names no image"):
        list(named_after_images([nameless]))


def test_a_name_is_not_given_twice_in_an_archive(leaves: list[Leaf], tmp_path: Path) -> None:
    mets = replace(leaves[1].with_reading(replace(leaves[1].reading, image="mets.png")), image=None)
    with pytest.raises(OutputError, match=r"METS\.xml: would stand in the archive twice"):
        write_escriptorium(tmp_path, [mets])
    assert list(tmp_path.glob("*.zip")) == []


def test_an_archive_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"a\.zip: cannot be written"):
        write_archive(tmp_path / "none" / "a.zip", {})


@pytest.fixture
def document(leaves: list[Leaf], tmp_path: Path) -> Path:
    write_transkribus(tmp_path / "out", leaves, Options(title="Tables: 1515/1550", authors=("Fine, O.",)))
    (found,) = (tmp_path / "out").iterdir()
    return found


def test_the_folder_is_as_transkribus_exports_it(document: Path) -> None:
    assert document.name == "Tables_1515_1550"
    names = sorted(path.relative_to(document).as_posix() for path in document.rglob("*") if path.is_file())
    stems = ["empty", "full", "loose", "ünï code"]
    pages = [f"page/{stem}.xml" for stem in stems]
    assert names == sorted([*(f"{stem}.png" for stem in stems), *pages, "metadata.xml", "mets.xml"])


def test_its_list_names_every_file_with_its_hash(document: Path) -> None:
    mets = etree.parse(str(document / "mets.xml")).getroot()
    for file in mets.xpath("//m:file", namespaces=NS):
        path = document / file.xpath("m:FLocat/@x:href", namespaces=NS)[0]
        assert file.get("CHECKSUM") == hashlib.md5(path.read_bytes()).hexdigest()
        assert file.get("MIMETYPE") == ("image/png" if path.suffix == ".png" else "application/xml")
    assert len(located(mets)) == 8
    orders = mets.xpath("//m:div/@ORDER", namespaces=NS)
    assert orders == ["1", "2", "3", "4"]


def test_its_metadata_say_what_is_known(document: Path) -> None:
    root = etree.parse(str(document / "metadata.xml")).getroot()
    assert {node.tag: node.text for node in root} == {
        "docId": "-1", "title": "Tables: 1515/1550", "author": "Fine, O.", "nrOfPages": "4"
    }  # fmt: skip


def test_its_pages_hold_the_tables(document: Path, leaves: list[Leaf]) -> None:
    for path, leaf in zip(page_files(document), leaves, strict=True):
        found = read_pagexml(path).reading
        cells = [[(c.row, c.column, c.row_span, c.column_span, c.header, c.text) for c in t.cells]
                 for t in found.tables]  # fmt: skip
        assert cells == [
            [(c.row, c.column, c.row_span, c.column_span, c.header, c.text) for c in t.cells]
            for t in leaf.reading.tables
        ]


def test_folders_are_named_for_every_system() -> None:
    assert document_name('a/b\\c:d*"e') == "a_b_c_d_e" and document_name("../..") == "readings"
    assert document_name("Ζ ünï") == "Ζ_ünï"


def test_corrections_beside_a_page_are_used(folder: Path) -> None:
    lines = ["table,row,column,text", "t1,1,0,98"]
    (folder / "full.cells.csv").write_text("\n".join(lines), "utf-8")
    leaf = read_leaf(folder / "full.xml")
    assert leaf.reading.source == "human" and leaf.reading.tables[0].cells[2].text == "98"


def test_images_must_be_where_they_are_said_to_be(folder: Path, tmp_path: Path) -> None:
    assert read_leaf(folder / "full.xml").image == folder / "full.png"
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(ImageError, match="is not in"):
        read_leaf(folder / "full.xml", tmp_path / "elsewhere")
    (folder / "full.png").unlink()
    assert read_leaf(folder / "full.xml").image is None


def test_a_folder_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        page_files(tmp_path / "none")
    (tmp_path / "METS.xml").write_text("<mets/>")
    with pytest.raises(InputError, match="holds no PAGE-XML"):
        page_files(tmp_path)
