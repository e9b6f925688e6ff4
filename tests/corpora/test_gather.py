"""Folders, lists, PDF, archives and readings become pages of a corpus, once each; the rest is told."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from made_readings import made_reading
from PIL import Image as Pillow

from zij.actions.corpus import Added, add
from zij.corpora.exchange.readingjson import reading_json
from zij.corpora.sources import images
from zij.corpora.sources.mets import read_mets
from zij.corpora.sources.names import book_of_folder, inside, natural, safe_name
from zij.corpora.store import open_corpus
from zij.corpora.store.records import Metadata, PageResult
from zij.corpora.store.where import parse_where
from zij.errors import InputError, UsageError
from zij.files import sha256
from zij.tables.pagexml import as_written, to_xml
from zij.tables.reading import Reading


def picture(seed: int = 0, width: int = 60, height: int = 80, smooth: bool = False) -> Pillow.Image:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(
        0, 255, (height // 10, width // 10, 3) if smooth else (height, width, 3), dtype=np.uint8
    )
    return Pillow.fromarray(pixels).resize((width, height), Pillow.Resampling.BICUBIC)


def image(path: Path, seed: int = 0, **size: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture(seed, **size).save(path, quality=90) if path.suffix == ".jpg" else picture(seed, **size).save(
        path
    )
    return path


def pagexml(path: Path, name: str, seed: int = 2, size: tuple[int, int] = (60, 80)) -> Reading:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = made_reading(seed, "table")
    reading = Reading(name, "", *size, made.tables, source="human")
    path.write_bytes(to_xml(reading))
    return as_written(reading)


def names(folder: Path) -> list[tuple[str, str, int]]:
    with open_corpus(folder) as corpus:
        return [(page.book, page.name, page.sequence) for page in corpus.pages()]


def reasons(result: Added) -> dict[str, str]:
    return {Path(item).name: reason for item, reason in result.failures}


def remarks(result: Added) -> str:
    return "\n".join(f"{item}: {remark}" for item, remark in result.tolerated)


def test_pages_come_in_the_order_of_a_reader(tmp_path: Path) -> None:
    for name in (
        "b/p10.jpg",
        "b/p2.jpg",
        "b/p1.png",
        "a/f7v.jpg",
        "a/f7r.jpg",
        "a/images/f9.tif",
        "c/images/1.jpg",
    ):
        image(tmp_path / "in" / name, seed=len(name))
    result = add(tmp_path / "c", [tmp_path / "in"])
    assert result.failures == () and result.new == 7
    assert names(tmp_path / "c") == [
        ("a", "f7r", 1), ("a", "f7v", 2), ("a", "f9", 3), ("b", "p1", 1), ("b", "p2", 2), ("b", "p10", 3),
        ("c", "1", 1),
    ]  # fmt: skip


def test_a_folder_of_several_books_is_told_once(tmp_path: Path) -> None:
    for n, name in enumerate(("clavius_12.jpg", "clavius_13.jpg", "regiomontanus_3.jpg")):
        image(tmp_path / "almanacs" / name, seed=n)
    home = [tmp_path / "almanacs"]
    told = (
        "almanacs: 3 pages of 1 book (almanacs); if these are several books, see --name-pattern or --metadata"
    )
    assert remarks(add(tmp_path / "c", home)) == f"{tmp_path}/{told}"
    assert add(tmp_path / "c", home).tolerated == ()  # nothing is new
    assert add(tmp_path / "named", home, name_pattern=r"(?P<book>[a-z]+)_(?P<page>\d+)").tolerated == ()
    (tmp_path / "almanacs" / "regiomontanus_3.jpg").unlink()
    assert add(tmp_path / "one", home).tolerated == ()  # one run of numbers


def test_what_is_no_page_is_passed_over_and_what_is_damaged_is_missed(tmp_path: Path) -> None:
    home = tmp_path / "in"
    image(home / "good.jpg")
    (home / "cut.png").write_bytes(image(home / "x.png", 1).read_bytes()[:20])
    (home / "x.png").unlink()
    (home / "text.jpg").write_text("no image")
    (home / "empty.tif").write_bytes(b"")
    for name in ("notes.txt", ".hidden.jpg", "good.cells.csv", "Thumbs.db"):
        (home / name).write_text("table,row,column,text\n1,0,0,99\n")
    (home / "scan.gif").write_bytes(b"GIF89a")
    result = add(tmp_path / "c", [home])
    assert result.new == 1 and len(result.failures) == 4
    told = reasons(result)
    assert (
        "cut off" in told["cut.png"]
        and "is not a JPEG" in told["text.jpg"]
        and "is empty" in told["empty.tif"]
    )
    assert "convert it" in told["scan.gif"]
    assert "notes.txt" in remarks(result) and "hidden" not in remarks(result)
    assert result.sentence.startswith("1 of 5 pages (1 new); 4 missing, reasons: zij corpus status")
    with open_corpus(tmp_path / "c") as corpus:
        assert {item.reason for item in corpus.missed_items()} == set(told.values())
        assert corpus.reading(corpus.page("good").id) is None  # other people's tables are no corrections


def test_the_truth_of_a_generated_page_is_nobodys_reading(tmp_path: Path) -> None:
    image(tmp_path / "in/p1.png")
    pagexml(tmp_path / "in/p1.truth.xml", "p1.png")
    result = add(tmp_path / "c", [tmp_path / "in"])
    assert (result.new, result.failures) == (1, ())
    assert "p1.truth.xml: is the truth of a generated page" in remarks(result)
    with open_corpus(tmp_path / "c") as corpus:
        assert corpus.summary().human == 0 and corpus.summary().new == 1


def test_adding_again_adds_what_is_new(tmp_path: Path) -> None:
    home = tmp_path / "in"
    image(home / "a.jpg", 1)
    (home / "b.jpg").write_bytes(b"damaged")
    first = add(tmp_path / "c", [home])
    assert (first.new, len(first.failures)) == (1, 1)
    image(home / "b.jpg", 2)
    image(home / "d.jpg", 3)
    again = add(tmp_path / "c", [home])
    assert (again.new, again.known, again.changed, again.failures) == (2, 1, 0, ())
    with open_corpus(tmp_path / "c") as corpus:
        assert corpus.missed_items() == [] and corpus.count() == 3


def test_what_is_no_longer_missed_is_forgotten(tmp_path: Path) -> None:
    home = tmp_path / "in"
    image(home / "a.jpg", 1)
    (home / "b.jpg").write_bytes(b"damaged")
    add(tmp_path / "c", [home])
    (home / "b.jpg").unlink()
    add(tmp_path / "c", [home])
    with open_corpus(tmp_path / "c") as corpus:
        assert corpus.missed_items() == []


def test_a_folder_without_pages_is_told(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "notes.txt").write_text("x")
    result = add(tmp_path / "c", [tmp_path / "in"])
    assert reasons(result)["in"] == "holds no pages (images, PDF, PAGE-XML, readings); check the path."
    image(tmp_path / "in" / "deep" / "a.jpg")
    assert add(tmp_path / "c", [tmp_path / "in"]).failures == ()
    with open_corpus(tmp_path / "c") as corpus:
        assert corpus.missed_items() == []


def test_a_changed_image_is_told_and_a_persons_reading_is_kept(tmp_path: Path) -> None:
    home = tmp_path / "in"
    image(home / "a.jpg", 1)
    image(home / "b.jpg", 2)
    add(tmp_path / "c", [home])
    mine = made_reading(2, "table")
    with open_corpus(tmp_path / "c") as corpus:
        corpus.put_reading(corpus.page("b").id, mine, kind="human", who="me")
    image(home / "a.jpg", 3)
    image(home / "b.jpg", 4)
    result = add(tmp_path / "c", [home])
    assert (result.new, result.changed) == (0, 2)
    assert "a: is another file than before, and is to be processed again" in remarks(result)
    assert "b: is another file than before; the reading of a person is kept" in remarks(result)
    with open_corpus(tmp_path / "c") as corpus:
        assert corpus.reading(corpus.page("b").id) == mine


def test_a_moved_image_is_the_same_page(tmp_path: Path) -> None:
    one = image(tmp_path / "in" / "a.jpg", 1)
    image(tmp_path / "in" / "b.jpg", 2)
    add(tmp_path / "c", [tmp_path / "in"])
    (tmp_path / "in" / "sub").mkdir()
    one.rename(tmp_path / "in" / "sub" / "renamed.jpg")
    with open_corpus(tmp_path / "c") as corpus:
        corpus.put_results([PageResult(corpus.page("a").id, failure="its image was not found.")])
        assert corpus.count(parse_where(["state=failed"])) == 1
    result = add(tmp_path / "c", [tmp_path / "in"])
    assert (result.new, result.known, result.moved) == (0, 2, 1)
    with open_corpus(tmp_path / "c") as corpus:
        assert corpus.page("a").state == "new"  # found again, it is tried again
        assert corpus.image_file("a") == tmp_path / "in" / "sub" / "renamed.jpg"
    again = add(tmp_path / "c", [tmp_path / "in"])
    assert (again.new, again.known, again.moved) == (0, 2, 0)
    image(tmp_path / "in" / "sub" / "renamed.jpg", 5)
    changed = add(tmp_path / "c", [tmp_path / "in"])
    assert (changed.new, changed.known, changed.changed) == (0, 1, 1)


def test_an_image_that_has_not_changed_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (image(tmp_path / "in" / f"{n}.png", n) for n in (1, 2))
    read: list[str] = []
    monkeypatch.setattr(images, "sha256", lambda path: (read.append(path.name), sha256(path))[1])
    add(tmp_path / "c", [tmp_path / "in"])
    add(tmp_path / "c", [tmp_path / "in"])
    assert len(read) == 4  # files of this moment are read every time
    monkeypatch.setattr(images, "FRESH", -60)
    add(tmp_path / "c", [tmp_path / "in"])
    del read[:]
    assert add(tmp_path / "c", [tmp_path / "in"]).known == 2 and read == []
    before = one.stat()
    data = bytearray(one.read_bytes())
    data[-20] ^= 1  # of the same size, and said to be of the same time
    one.write_bytes(data)
    os.utime(one, ns=(before.st_atime_ns, before.st_mtime_ns))
    two.rename(two.with_name("3.png"))
    result = add(tmp_path / "c", [tmp_path / "in"])
    assert (result.changed, result.moved, read) == (1, 1, ["1.png", "3.png"])


def test_a_copy_is_a_page_of_its_own_and_told(tmp_path: Path) -> None:
    one = image(tmp_path / "in" / "a.jpg", 1)
    add(tmp_path / "c", [tmp_path / "in"])
    shutil.copy(one, tmp_path / "in" / "b.jpg")
    result = add(tmp_path / "c", [tmp_path / "in"])
    assert (result.new, result.known, result.moved) == (1, 1, 0)
    assert "b.jpg: is the same image as another page" in remarks(result)


def test_links_that_lead_out_and_the_corpus_itself_are_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "in"
    image(home / "a.jpg", 1)
    outside = image(tmp_path / "outside" / "b.jpg", 2)
    (home / "link.jpg").symlink_to(outside)
    (home / "folder").symlink_to(tmp_path / "outside")
    (home / "loop").symlink_to(home)
    (home / "same.jpg").symlink_to(home / "a.jpg")
    result = add(home / "corpus", [home])
    image(home / "corpus" / "images" / "z.jpg", 9)
    again = add(home / "corpus", [home])
    assert (result.new, again.new) == (1, 0)
    assert set(reasons(again)) == {"link.jpg", "folder"}


def test_each_image_of_a_tiff_is_a_page_but_not_smaller_copies(tmp_path: Path) -> None:
    file, small = tmp_path / "in" / "a.tif", picture(1, 30, 40)
    file.parent.mkdir()
    picture(1).save(file, save_all=True, append_images=[small, picture(2).convert("L"), picture(3)])
    result = add(tmp_path / "c", [file.parent])
    assert names(tmp_path / "c") == [("in", "a", 1), ("in", "a_p0003", 2), ("in", "a_p0004", 3)]
    assert "smaller copies" in remarks(result)
    with open_corpus(tmp_path / "c") as corpus:
        (grey, colour) = (corpus.image_file(page.id) for page in corpus.pages()[1:])
    assert grey is not None and colour is not None and grey.is_relative_to(tmp_path / "c" / "images")
    assert np.array_equal(np.asarray(Pillow.open(grey)), np.asarray(picture(2).convert("L")))
    assert np.array_equal(np.asarray(Pillow.open(colour)), np.asarray(picture(3)))
    file.rename(file.with_name("b.tif"))
    again = add(tmp_path / "c", [file.parent])
    assert (again.new, again.known, again.moved) == (0, 3, 3)
    damaged = file.with_name("b.tif").read_bytes()
    file.with_name("b.tif").write_bytes(damaged[: len(damaged) * 3 // 4])
    lost = add(tmp_path / "c", [file.parent])
    assert lost.failures and all("TIFF" in reason for reason in reasons(lost).values())


def test_the_layout_of_transkribus(tmp_path: Path) -> None:
    home = tmp_path / "in" / "Clavius"
    readings = {}
    for n, name in enumerate(("0003_x", "0001_y", "0002_z")):
        image(home / f"{name}.jpg", n)
        readings[name] = pagexml(home / "page" / f"{name}.xml", f"{name}.jpg", n)
    image(home / "0004_plain.jpg", 9)
    hrefs = [
        "page/0002_z.xml",
        "0002_z.jpg",
        "page/0003_x.xml",
        "page/0009_gone.xml",
        "../../../etc/passwd.jpg",
    ]
    files = "".join(
        f'<file ID="F{n}"><FLocat xmlns:x="http://www.w3.org/1999/xlink" x:href="{href}"/></file>'
        for n, href in enumerate(hrefs)
    )
    (home / "mets.xml").write_text(
        f'<mets xmlns="http://www.loc.gov/METS/"><fileSec><fileGrp>{files}</fileGrp></fileSec></mets>'
    )
    (home / "metadata.xml").write_text("<trpDocMetadata/>")
    result = add(tmp_path / "c", [tmp_path / "in"])
    assert names(tmp_path / "c") == [
        ("Clavius", "0002_z", 1), ("Clavius", "0003_x", 2), ("Clavius", "0001_y", 3),
        ("Clavius", "0004_plain", 4),
    ]  # fmt: skip
    assert sorted(reasons(result)) == ["0009_gone.xml", "passwd.jpg"]
    with open_corpus(tmp_path / "c") as corpus:
        for name, reading in readings.items():
            page = corpus.page(name)
            assert corpus.image_file(page) == home / f"{name}.jpg" and page.source == "human"
            found = corpus.reading(page.id)
            assert found is not None and found.tables == reading.tables
    again = add(tmp_path / "c", [tmp_path / "in"])
    assert (again.new, again.known, again.changed) == (0, 4, 0)


def test_pagexml_in_a_folder_after_that_of_its_images(tmp_path: Path) -> None:
    home = tmp_path / "in"
    image(home / "IMG" / "1.jpg", 1)
    image(home / "IMG" / "2.jpg", 2)
    image(home / "IMG" / "3.jpg", 3)
    made = pagexml(home / "SEG" / "1.xml", "../IMG/1.jpg")
    pagexml(home / "SEG" / "2.xml", "../IMG/2.jpg")
    (home / "SEG" / "2.xml").write_text('<PcGts><Page imageFilename="../IMG/2.jpg">')  # damaged
    result = add(tmp_path / "c", [home])
    assert result.tolerated == () and list(reasons(result)) == ["2.xml"]
    with open_corpus(tmp_path / "c") as corpus:
        assert sorted(page.image for page in corpus.pages()) == ["1.jpg", "2.jpg", "3.jpg"]
        (read,) = corpus.pages(parse_where(["source=human"]))
        found = corpus.reading(read.id)
    assert read.image == "1.jpg" and found is not None and found.tables == made.tables


def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    home = tmp_path / "in"
    image(home / "a.jpg")
    odd = os.fsencode(home) + b"/p\xe4ge.jpg"  # as systems wrote it before UTF-8
    try:
        os.rename(image(home / "b.jpg", 1), odd)
    except OSError:
        pytest.skip("this file system has no such names")
    result = add(tmp_path / "c", [home])
    assert result.new == 1 and "not in UTF-8" in reasons(result)["p\\xe4ge.jpg"]
    with pytest.raises(InputError, match="not in UTF-8"):
        add(tmp_path / "c", [os.fsdecode(odd)])
    with pytest.raises(InputError, match="not in UTF-8; choose another folder"):
        add(os.fsdecode(os.fsencode(tmp_path) + b"/\xe4"), [home])


def test_pagexml_without_its_image_is_a_page_and_an_image_without_fitting_pagexml_too(tmp_path: Path) -> None:
    home = tmp_path / "in"
    pagexml(home / "lone.xml", "gone.jpg")
    image(home / "other.jpg", 1, width=100)
    pagexml(home / "other.xml", "other.jpg", size=(60, 80))
    image(home / "broken.jpg", 2)
    (home / "broken.xml").write_bytes(b"<PcGts><Page")
    result = add(tmp_path / "c", [home])
    assert [name for _, name, _ in names(tmp_path / "c")] == ["lone", "other", "broken", "in/other"]
    assert list(reasons(result)) == ["broken.xml"]
    assert "another size" in remarks(result) and "its image is not beside it" in remarks(result)


def test_the_two_pages_of_an_opening_share_an_image(tmp_path: Path) -> None:
    home = tmp_path / "in"
    image(home / "spread.jpg", 1)
    pagexml(home / "spread-left.xml", "spread.jpg", 1)
    pagexml(home / "spread-right.xml", "spread.jpg", 2)
    image(home / "spread-left.overlay.png", 3)
    add(tmp_path / "c", [home])
    assert [name for _, name, _ in names(tmp_path / "c")] == ["spread-left", "spread-right"]
    assert add(tmp_path / "c", [home]).known == 2


def test_corrections_beside_pagexml_hold(tmp_path: Path) -> None:
    home = tmp_path / "in"
    reading = pagexml(home / "p.xml", "p.jpg")
    cell = next(cell for cell in reading.tables[0].cells if cell.text)
    (home / "p.cells.csv").write_text(f"table,row,column,text\nt1,{cell.row},{cell.column},4711\n")
    pagexml(home / "q.xml", "q.jpg", 3)
    (home / "q.cells.csv").write_text("table,row,column,text\nt1,999,0,1\n")
    result = add(tmp_path / "c", [home])
    assert result.new == 2 and "corrections not used" in reasons(result)["q.cells.csv"]
    with open_corpus(tmp_path / "c") as corpus:
        found = corpus.reading(corpus.page("p").id)
        assert found is not None
        assert any(
            c.text == "4711" and (c.row, c.column) == (cell.row, cell.column) for c in found.tables[0].cells
        )


def test_an_image_named_in_pagexml_is_not_sought_outside(tmp_path: Path) -> None:
    image(tmp_path / "secret" / "s.jpg", 1)
    home = tmp_path / "in"
    for n, name in enumerate(("../secret/s.jpg", str(tmp_path / "secret" / "s.jpg"), "file:../secret/s.jpg")):
        pagexml(home / f"{n}.xml", name)
    image(home / "deep" / "scans" / "ok.jpg", 2)
    pagexml(home / "3.xml", "deep/scans/ok.jpg")
    add(tmp_path / "c", [home])
    with open_corpus(tmp_path / "c") as corpus:
        assert [corpus.image_file(name) for name in "012"] == [None] * 3
        assert corpus.image_file("3") == home / "deep" / "scans" / "ok.jpg"


def test_readings_as_json(tmp_path: Path) -> None:
    home = tmp_path / "in" / "family"
    home.mkdir(parents=True)
    made = [made_reading(n, "table") for n in range(4)]
    for n, reading in enumerate(made):
        (home / f"p{n}.json").write_text(reading_json(reading))
    (home / "other.json").write_text('{"a": 1}')
    (home / "bad.json").write_text(reading_json(made[0]).replace('"width"', '"wide"'))
    result = add(tmp_path / "c", [tmp_path / "in"])
    assert result.new == 4 and list(reasons(result)) == ["bad.json"]
    with open_corpus(tmp_path / "c") as corpus:
        assert [corpus.reading(page.id) for page in corpus.pages()] == made
        assert {page.book for page in corpus.pages()} == {"family"}
    (home / "p0.json").write_text(reading_json(made[3]))
    (home / "p1.json").rename(tmp_path / "in" / "p1.json")
    again = add(tmp_path / "c", [tmp_path / "in"])
    assert (again.new, again.known, again.changed, again.moved) == (0, 3, 1, 1)
    assert "p0: has another reading than before" in remarks(again)


@pytest.mark.parametrize("make", ["txt", "csv"])
def test_lists_name_files_from_where_they_lie(tmp_path: Path, make: str) -> None:
    image(tmp_path / "far" / "a.jpg", 1)
    image(tmp_path / "lists" / "sub" / "b.jpg", 2)
    (tmp_path / "lists" / "inner.txt").write_text("sub/b.jpg\n")
    lines = ["../far/a.jpg", "sub/b.jpg", "gone.jpg", "inner.txt", "ftp://a.org/x.jpg"]
    path = tmp_path / "lists" / f"mine.{make}"
    if make == "txt":
        path.write_text("\ufeff# my pages\n\n" + "\r\n".join(lines))
    else:
        path.write_text("file;year;place\n" + "".join(f"{line};1550;Basel\n" for line in lines))
    result = add(tmp_path / "c", [path])
    assert names(tmp_path / "c") == [("mine", "a", 1), ("mine", "b", 2)]
    assert set(reasons(result)) == {"gone.jpg", "inner.txt", "x.jpg"}
    assert "only http and https" in reasons(result)["x.jpg"]
    assert str(tmp_path / "lists" / "gone.jpg") in dict(result.failures)
    with open_corpus(tmp_path / "c") as corpus:
        years = [page.metadata.year_from for page in corpus.pages()]
    assert years == ([None, None] if make == "txt" else [1550, 1550])


def make_pdf(path: Path, pages: list[Callable[[pdfium.PdfDocument], None]]) -> Path:
    document = pdfium.PdfDocument.new()
    for page in pages:
        page(document)
    document.save(path)
    document.close()
    return path


def jpeg_bytes(seed: int, width: int, height: int) -> bytes:
    stream = io.BytesIO()
    picture(seed, width, height, smooth=True).save(stream, "JPEG", quality=85)
    return stream.getvalue()


def scan(
    data: bytes, width: float, height: float, share: float = 1.0
) -> Callable[[pdfium.PdfDocument], None]:
    def add_page(document: pdfium.PdfDocument) -> None:
        page = document.new_page(width, height)
        thing = pdfium.PdfImage.new(document)
        thing.load_jpeg(io.BytesIO(data), inline=True)
        thing.set_matrix(pdfium.PdfMatrix().scale(width * share, height * share))
        page.insert_obj(thing)
        page.gen_content()

    return add_page


def empty(width: float, height: float) -> Callable[[pdfium.PdfDocument], None]:
    return lambda document: document.new_page(width, height) and None


def test_pages_of_a_pdf(tmp_path: Path) -> None:
    """A scan is taken out byte for byte; a page that is more or other than its scan is rendered."""
    data = jpeg_bytes(1, 600, 900)
    path = make_pdf(
        tmp_path / "Book one.pdf",
        [scan(data, 400, 600), scan(data, 400, 600, 0.5), empty(595, 842), empty(300, 200)],
    )
    result = add(tmp_path / "c", [path])
    assert result.failures == () and result.new == 4
    with open_corpus(tmp_path / "c") as corpus:
        pages = corpus.pages()
        files = [corpus.image_file(page) for page in pages]
        assert [page.name for page in pages] == [f"Book one_p000{n}" for n in (1, 2, 3, 4)]
        assert {page.book for page in pages} == {"Book one"}
        assert files[0] is not None and files[0].read_bytes() == data
        assert (pages[0].width, pages[0].height) == (600, 900)
        assert [max(page.width, page.height) for page in pages[1:]] == [2400] * 3
        assert (pages[3].width, pages[3].height) == (2400, 1600)
        assert all(file is not None and file.is_relative_to(tmp_path / "c" / "images") for file in files)
    before = {file: file.stat().st_mtime_ns for file in files if file}
    again = add(tmp_path / "c", [path])
    assert (again.new, again.known) == (0, 4)
    assert {file: file.stat().st_mtime_ns for file in before} == before
    make_pdf(path, [scan(data, 400, 600), scan(jpeg_bytes(2, 600, 900), 400, 600)])
    changed = add(tmp_path / "c", [path])
    assert (changed.new, changed.known, changed.changed) == (0, 1, 1)
    path.rename(tmp_path / "moved.pdf")
    moved = add(tmp_path / "c", [tmp_path / "moved.pdf"])
    assert (moved.new, moved.moved) == (0, 2)


def test_a_turned_or_masked_scan_is_rendered(tmp_path: Path) -> None:
    def turned(document: pdfium.PdfDocument) -> None:
        scan(jpeg_bytes(1, 600, 900), 400, 600)(document)
        document[len(document) - 1].set_rotation(90)

    def covered(document: pdfium.PdfDocument) -> None:
        page = document.new_page(400, 600)
        for seed, share in ((1, 1.0), (2, 0.7)):
            thing = pdfium.PdfImage.new(document)
            thing.load_jpeg(io.BytesIO(jpeg_bytes(seed, 600, 900)), inline=True)
            thing.set_matrix(pdfium.PdfMatrix().scale(400 * share, 600 * share))
            page.insert_obj(thing)
        page.gen_content()

    add(tmp_path / "c", [make_pdf(tmp_path / "a.pdf", [turned, covered])])
    with open_corpus(tmp_path / "c") as corpus:
        assert [(page.width, page.height) for page in corpus.pages()] == [(2400, 1600), (1600, 2400)]


@pytest.mark.parametrize("data", [b"%PDF-1.4\nnothing", b"", b"%PDF-1.7\n" + b"\xff" * 500])
def test_a_damaged_pdf_is_missed(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.pdf").write_bytes(data)
    result = add(tmp_path / "c", [tmp_path / "a.pdf"])
    assert result.new == 0 and "damaged" in reasons(result)["a.pdf"]


def test_without_pypdfium_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    make_pdf(tmp_path / "a.pdf", [empty(100, 100)])
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(UsageError, match=r'pip install "zij\[pdf\]"'):
        add(tmp_path / "c", [tmp_path / "a.pdf"])


def test_an_archive_of_escriptorium(tmp_path: Path) -> None:
    image(tmp_path / "b.jpg", 1)
    pagexml(tmp_path / "b.xml", "b.jpg")
    hostile = ["../../evil.jpg", "/etc/evil.jpg", "C:\\evil.jpg", "a/../../evil.jpg"]
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "b.xml", "b.xml")
        archive.write(tmp_path / "b.jpg", "b.jpg")
        for name in hostile:
            archive.writestr(name, b"\xff\xd8\xff")
        archive.writestr("bomb.jpg", b"\0" * (17 << 20))
        archive.writestr("inner.zip", b"PK")
        archive.writestr("METS.xml", "<mets xmlns='http://www.loc.gov/METS/'/>")
    before = {path for path in tmp_path.rglob("*") if "evil" in path.name}
    result = add(tmp_path / "c", [tmp_path / "export.zip"])
    assert result.new == 1 and len(result.failures) == len(hostile) + 1
    assert any("swells" in reason for _, reason in result.failures)
    assert {path for path in tmp_path.rglob("*") if "evil" in path.name} == before
    with open_corpus(tmp_path / "c") as corpus:
        (page,) = corpus.pages()
        assert (page.book, page.name, page.source) == ("export", "b", "human")
        assert corpus.image_file(page).is_relative_to(tmp_path / "c" / "images")  # type: ignore[union-attr]
    again = add(tmp_path / "c", [tmp_path / "export.zip"])
    assert (again.new, again.known) == (0, 1)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"text"])
def test_a_damaged_archive_is_missed(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    assert "damaged" in reasons(add(tmp_path / "c", [tmp_path / "a.zip"]))["a.zip"]


def test_metadata_go_with_pages_and_come_later(tmp_path: Path) -> None:
    for n in (1, 2, 3):
        image(tmp_path / "in" / f"p{n}.jpg", n)
    table = tmp_path / "m.csv"
    table.write_text("filename,year,place,tags,colour\np1.jpg,1550,Basel,good|sine,red\np9.jpg,1,x,,\n")
    result = add(tmp_path / "c", [tmp_path / "in"], metadata=[table], rights="PD")
    assert result.described == 1 and "1 row matches no page or book: line 3" in remarks(result)
    assert "2 pages without a row" in remarks(result)
    books = tmp_path / "b.csv"
    books.write_text("book;title;year\nin;Tables;s.a.\n")
    later = add(tmp_path / "c", metadata=[books])
    assert (later.new, later.known, later.described) == (0, 0, 3)
    with open_corpus(tmp_path / "c") as corpus:
        one, two, _ = corpus.pages()
        assert one.metadata == Metadata("Tables", "", "Basel", "1550", 1550, 1550, others={"colour": "red"})
        assert two.metadata == Metadata("Tables", date="s.a.") and two.rights == "PD"
        assert [(tag.tag, tag.who) for tag in corpus.tags()] == [("good", "m.csv"), ("sine", "m.csv")]


def test_names_tell_books(tmp_path: Path) -> None:
    for n in (3, 12):
        image(tmp_path / "in" / f"808_clavius_sphaera_1585_p{n}.jpg", n)
    image(tmp_path / "in" / "x.jpg", 1)
    pattern = r"(?P<book>\d+_(?P<author>[^_]+)_(?P<title>[^_]+)_(?P<year>\d{4}))_p(?P<page>\d+)"
    result = add(tmp_path / "c", [tmp_path / "in"], name_pattern=pattern)
    assert "x: does not fit the name pattern" in remarks(result)
    with open_corpus(tmp_path / "c") as corpus:
        page = corpus.page("808_clavius_sphaera_1585_p12")
        assert (page.book, page.sequence, page.label) == ("808_clavius_sphaera_1585", 12, "12")
        assert (page.metadata.authors, page.metadata.year_from) == ("clavius", 1585)


def test_nothing_is_made_for_sources_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("x")
    for sources, options, error in (
        (["gone"], {}, InputError), ([str(tmp_path / "notes.md")], {}, InputError), ([], {}, UsageError),
        (["ftp://a.org/m.json"], {}, UsageError), ([str(tmp_path)], {"size": 3}, UsageError),
        ([str(tmp_path)], {"rate": 0}, UsageError), ([str(tmp_path)], {"name_pattern": "("}, UsageError),
        ([str(tmp_path)], {"metadata": [tmp_path / "gone.csv"]}, InputError),
        ([], {"metadata": ["x.csv"]}, InputError),
    ):  # fmt: skip
        with pytest.raises(error):
            add(tmp_path / "c", sources, **options)  # type: ignore[arg-type]
        assert not (tmp_path / "c").exists()


def test_stopped_in_the_middle_all_that_was_had_is_there(tmp_path: Path) -> None:
    for n in range(9):
        image(tmp_path / "in" / f"p{n}.jpg", n)

    def stop(step: str, done: int, total: int) -> None:
        if done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add(tmp_path / "c", [tmp_path / "in"], progress=stop)
    had = len(names(tmp_path / "c"))
    assert 4 <= had < 9
    result = add(tmp_path / "c", [tmp_path / "in"])
    assert (result.known, result.new) == (had, 9 - had)


def test_the_real_pages_as_they_are(tmp_path: Path) -> None:
    data = Path("../shared/data/climates")
    if not data.is_dir():
        pytest.skip("the real pages are not here")
    result = add(tmp_path / "c", [data])
    assert result.new == 2 and result.failures == ()
    with open_corpus(tmp_path / "c") as corpus:
        assert all(page.source == "" and page.book == "climates" for page in corpus.pages())


@pytest.mark.parametrize(
    "text", ["../../x", "a/b", "", ".", "..", "CON", "nul.txt", "\0", "é" * 200, "a..b", "-rf", ".x"]
)
def test_names_of_files_are_safe(text: str) -> None:
    name = safe_name(text)
    assert name and len(name) <= 81 and not name.startswith((".", "-")) and ".." not in name
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
    assert name.partition(".")[0].upper() not in ("CON", "NUL")


def test_order_of_names() -> None:
    names = ["p10", "P2", "p1", "f7v", "f7r", "f07r", "10", "9", "a", "²"]
    ordered = sorted(names, key=natural)
    assert ordered[:2] == ["9", "10"] and ordered.index("P2") < ordered.index("p10")
    assert ordered.index("f7r") < ordered.index("f7v")


@pytest.mark.parametrize(
    ("folder", "book"),
    [("in", "in"), ("in/a", "a"), ("in/a/images", "a"), ("in/a/page", "a"), ("in/images", "in")],
)
def test_names_of_books(tmp_path: Path, folder: str, book: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    assert book_of_folder(tmp_path / folder, tmp_path / "in") == book


def test_nothing_outside_is_inside(tmp_path: Path) -> None:
    home = tmp_path / "home"
    image(home / "a" / "x.jpg")
    (tmp_path / "y.jpg").write_bytes(b"")
    (home / "link.jpg").symlink_to(tmp_path / "y.jpg")
    assert inside("a/x.jpg", home, home) == home / "a" / "x.jpg"
    assert inside("../a/x.jpg", home / "a", home) == home / "a" / "x.jpg"
    for name in (
        "../y.jpg",
        "/etc/passwd",
        "link.jpg",
        "",
        "a",
        "gone",
        "http://x/y",
        "C:\\x",
        "\0",
        "x" * 9999,
        "..\\y.jpg",
    ):
        assert inside(name, home, home) is None, name


@pytest.mark.parametrize(
    "data",
    [b"", b"<x/>", b"<mets", b"<!DOCTYPE mets [<!ENTITY a 'b'>]><mets>&a;</mets>", b"\0" * 100],
)
def test_what_is_no_mets(data: bytes) -> None:
    with pytest.raises(InputError):
        read_mets(data)


def test_json_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"hello": "world"}))
    result = add(tmp_path / "c", [tmp_path / "a.json"])
    assert "is no IIIF manifest" in reasons(result)["a.json"]
