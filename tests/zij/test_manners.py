"""What can go wrong does so in one clear sentence, with the right exit code and nothing half-written."""

from __future__ import annotations

import csv
import errno
import os
import signal
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from commands import files, given_view, letters_page, refused, small_page, zij
from PIL import Image as Pillow
from remembered import forget, remembered

from zij.tables import overlay
from zij.tables.digits import detect, view
from zij.tables.overlay import save_png
from zij.tables.pagexml import read_pagexml

RESULTS = (".cells.csv", ".overlay.png", ".xml")
PAIR = ("A-a.xml", "B-b.xml", "explanation.json", "pair.png", "pair.svg", "pairs.csv", "pairs.jsonld")


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small editions, and what `zij annotate` makes of the first."""
    folder = tmp_path_factory.mktemp("scans")
    save_png(folder / "a.png", small_page(0))
    save_png(folder / "b.png", small_page(1))
    return folder


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same pixels are read once, and how they are to be seen is known."""
    monkeypatch.setattr(detect, "choose_view", given_view)
    with remembered():
        yield


@pytest.fixture
def no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """The overlay takes most of the time that is left."""
    monkeypatch.setattr(overlay, "draw_overlay", lambda *_: np.zeros((1, 1, 3), np.uint8))


@pytest.fixture
def read_page(quick: None, scans: Path, tmp_path: Path) -> Path:
    """`a.xml` and `a.cells.csv` beside their image, in a folder of their own."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "a.png").write_bytes((scans / "a.png").read_bytes())
    assert zij("annotate", tmp_path / "work" / "a.png", "-o", tmp_path / "work").code == 0
    return tmp_path / "work" / "a.xml"


def damaged(kind: str, folder: Path) -> Path:
    """A file that is no good image."""
    path = folder / {"text": "text.jpg", "empty": "empty.png", "pdf": "book.pdf"}.get(kind, f"cut.{kind}")
    if kind in ("text", "empty", "pdf"):
        path.write_bytes({"text": b"12 30 15\n", "empty": b"", "pdf": b"%PDF-1.7\n"}[kind])
    elif kind == "folder":
        (folder / "cut.folder").mkdir()
    elif kind != "missing":
        Pillow.fromarray(small_page(0)).save(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


@pytest.mark.parametrize("kind", ["missing", "folder", "text", "empty", "pdf", "jpg", "png", "tif"])
def test_unusable_file(kind: str, scans: Path, tmp_path: Path) -> None:
    path, out = damaged(kind, tmp_path), tmp_path / "out"
    refused(zij("annotate", path, "-o", out), path)
    refused(zij("compare", path, scans / "a.png", "-o", out), path)
    assert not out.exists()


def test_several_unusable_files_have_a_line_each(tmp_path: Path) -> None:
    paths = [damaged(kind, tmp_path) for kind in ("missing", "text", "empty")]
    ended = zij("annotate", *paths, "-o", tmp_path / "out")
    assert (ended.code, ended.out) == (2, "")
    for path, line in zip(paths, ended.err.splitlines(), strict=True):
        assert line.startswith(f"zij: {path}: ") and line.endswith(".")


def test_one_bad_page_among_good_ones(quick: None, scans: Path, tmp_path: Path) -> None:
    bad, out = damaged("jpg", tmp_path), tmp_path / "out"
    ended = zij("annotate", scans / "a.png", bad, scans / "b.png", "-o", out)
    assert ended.code == 1
    assert ended.err.startswith(f"{bad}: is cut off") and ended.err.count("\n") == 1
    assert ended.out.startswith("2 pages: ") and ended.out.count("\n") == 1
    assert sorted(files(out)) == [stem + end for stem in "ab" for end in RESULTS]


def test_decompression_bomb(tmp_path: Path) -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    path = tmp_path / "bomb.png"
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 10_000, 1, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(10_000 * 2501)))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b""))
    assert path.stat().st_size < 30_000
    start = time.process_time()
    assert "200 megapixels" in refused(zij("annotate", path, "-o", tmp_path / "out"), path)
    assert time.process_time() - start < 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["one pixel", "blank", "letters"])
def test_a_page_without_digits_is_an_answer(
    kind: str, scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "HEIGHTS", (21.0,))
    page = {
        "one pixel": np.full((1, 1, 3), 255, np.uint8),
        "blank": np.full((300, 200, 3), 240, np.uint8),
        "letters": letters_page(),
    }[kind]
    path = save_png(tmp_path / "p.png", page)
    ended = zij("annotate", path, "-o", tmp_path / "read")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"1 page: no table of digits found; results: {tmp_path / 'read'}\n"
    reading = read_pagexml(tmp_path / "read" / "p.xml").reading
    assert reading.tables == () and list(reading.glyphs()) == []
    assert (reading.width, reading.height) == page.shape[1::-1]
    save_png(tmp_path / "read" / "p.png", page)
    monkeypatch.setattr(detect, "choose_view", given_view)
    ended = zij("compare", tmp_path / "read" / "p.xml", scans / "b.png", "-o", tmp_path / "pair")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("similarity 0.00: no table of digits was found on p.png; report: ")
    assert sorted(files(tmp_path / "pair")) == sorted(("A-p.xml", *PAIR[1:], "report.html"))
    with (tmp_path / "pair" / "pairs.csv").open(newline="") as stream:
        assert list(csv.DictReader(stream)) == []


def cells(folder: Path, stem: str) -> list[str]:
    with (folder / f"{stem}.cells.csv").open(newline="") as stream:
        return [row["text"] for row in csv.DictReader(stream)]


def test_every_exif_orientation_gives_the_same_digits(quick: None, no_picture: None, tmp_path: Path) -> None:
    scene = small_page(0)
    back: dict[int, Callable[[np.ndarray], np.ndarray]] = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }
    paths = []
    for value, turn in back.items():
        exif = Pillow.Exif()
        exif[0x0112] = value
        paths.append(tmp_path / f"p{value}.png")
        Pillow.fromarray(np.ascontiguousarray(turn(scene))).save(paths[-1], exif=exif)
    assert zij("annotate", *paths, "-o", tmp_path).code == 0
    tables = {(tmp_path / f"p{value}.cells.csv").read_bytes() for value in back}
    assert len(tables) == 1  # texts, boxes and confidences
    assert sum(text != "" for text in cells(tmp_path, "p6")) > 20


def test_every_kind_of_image_gives_the_same_digits(quick: None, no_picture: None, tmp_path: Path) -> None:
    scene = Pillow.fromarray(small_page(0))
    deep = np.asarray(scene.convert("L")).astype(np.uint16) * 257
    scene.save(tmp_path / "rgb.png")
    Pillow.fromarray(deep).save(tmp_path / "grey16.png")
    Pillow.fromarray(deep).save(tmp_path / "grey16_tiff.tif")
    scene.quantize(64).save(tmp_path / "palette.png")
    layer = scene.convert("RGBA")
    layer.putalpha(255)
    layer.save(tmp_path / "alpha.png")
    scene.convert("CMYK").save(tmp_path / "cmyk.jpg", quality=95)
    pages = sorted(path for path in tmp_path.iterdir())
    ended = zij("annotate", *pages, "-o", tmp_path / "out")
    assert (ended.code, ended.err) == (0, "")
    plain = cells(tmp_path / "out", "rgb")
    for page in pages:
        other = cells(tmp_path / "out", page.stem)
        assert len(other) == len(plain)
        same = sum(one == two for one, two in zip(plain, other, strict=True))
        assert same >= 0.9 * len(plain), page.name


def test_a_result_folder_that_is_a_file(scans: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        refused(zij("annotate", scans / "a.png", "-o", out), out, "is a file", "-o")
        refused(zij("compare", scans / "a.png", scans / "b.png", "-o", out), out, "is a file", "-o")
    assert files(tmp_path) == {"file": b"mine"}


@pytest.mark.parametrize("command", ["annotate", "compare", "generate", "demo"])
def test_a_folder_that_may_not_be_written_to(
    command: str, scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", never)
    pages = {"annotate": [scans / "a.png"], "compare": [scans / "a.png", scans / "b.png"]}.get(command, [])
    refused(zij(command, *pages, "-o", tmp_path / "new" / "out"), tmp_path / "new" / "out", "not permitted")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("room", [0, 150_000])
def test_a_full_disk(
    room: int, quick: None, scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever has been written when the disk is full, the folder is as it was."""
    left, really = room, os.fdopen

    def fdopen(handle: int, mode: str) -> object:
        stream = really(handle, mode)
        if mode != "wb":
            return stream
        write = stream.write

        class Full:
            def __enter__(self) -> Full:
                return self

            def __exit__(self, *_: object) -> None:
                stream.close()

            def write(self, content: bytes) -> int:
                nonlocal left
                left -= write(content)
                if left < 0:
                    raise OSError(errno.ENOSPC, "No space left on device")
                return len(content)

        return Full()

    monkeypatch.setattr(os, "fdopen", fdopen)
    out = tmp_path / "out"
    said = refused(zij("compare", scans / "a.png", scans / "b.png", "-o", out), out, "No space left", "-o")
    assert ".zij-" not in said  # the user knows nothing of the scratch folder
    assert not out.exists()
    out.mkdir()
    (out / "report.html").write_text("earlier")
    left = room
    refused(zij("annotate", scans / "a.png", "-o", out), out, "No space left", "-o")
    assert files(out) == {"report.html": b"earlier"}


def test_a_folder_in_the_way_of_a_file(quick: None, scans: Path, tmp_path: Path) -> None:
    """The last of eight files cannot be written: the other seven are not, either."""
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    said = refused(zij("compare", scans / "a.png", scans / "b.png", "-o", tmp_path / "out"), "report.html")
    assert "folder of that name is in the way" in said
    assert files(tmp_path / "out") == {}


def test_same_stem_and_same_file_twice(scans: Path, tmp_path: Path) -> None:
    other = tmp_path / "a.jpg"
    other.write_bytes((scans / "a.png").read_bytes())
    for command in ("annotate", "compare"):
        said = refused(zij(command, scans / "a.png", other, "-o", tmp_path / "out"), scans / "a.png", other)
        assert "rename" in said
        said = refused(zij(command, other, other, "-o", tmp_path / "out"), other)
        assert "named twice" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["annotate", "{a}", "-o", "{out}", "--device", "tpu"], "cpu"),
        (["annotate", "{a}", "-o", "{out}", "--profile", "alto"], "nested"),
        (["compare", "{a}", "{b}", "-o", "{out}", "--model", "vgg99"], "bigram"),
        (["compare", "{a}", "{b}", "-o", "{out}", "--weights", "{a}"], "a.png"),
        (["compare", "{a}", "{b}", "-o", "{out}", "--weights", "none.safetensors"], "none.safetensors"),
        (["compare", "{a}", "-o", "{out}"], "--help"),
        (["compare", "{a}", "{b}", "{b}", "-o", "{out}"], "--help"),
        (["annotate", "{a}", "{out}"], "--out"),
        (["annotate", "https://example.org/p.jpg", "-o", "{out}"], "https://example.org/p.jpg"),
        (["generate", "-o", "{out}", "--kind", "sines"], "climates"),
        (["generate", "-o", "{out}", "--count", "0"], "--count"),
        (["generate", "-o", "{out}", "--seed", "-3"], "'--seed': it must be at least 0"),
        (["validate", "{a}", "--pairs", "none.csv"], "none.csv: there is no such file"),
    ],
)
def test_wrong_use(words: list[str], told: str, scans: Path, tmp_path: Path) -> None:
    places = {"a": scans / "a.png", "b": scans / "b.png", "out": tmp_path / "out"}
    refused(zij(*(word.format(**places) for word in words)), told)
    assert not (tmp_path / "out").exists()


def test_names_in_any_script(quick: None, scans: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "Tafel – Bär #1 (100 %)?.png", tmp_path / "زيج\n'\"&<xyz>.png"
    one.write_bytes((scans / "a.png").read_bytes())
    two.write_bytes((scans / "b.png").read_bytes())
    out = tmp_path / "ἔξοδος #2"
    ended = zij("compare", one, two, "-o", out)
    assert (ended.code, ended.err) == (0, "")
    assert {f"A-{one.stem}.xml", f"B-{two.stem}.xml"} < set(files(out))
    assert "<xyz>" not in (out / "report.html").read_text("utf-8")
    assert (
        zij("annotate", out / f"A-{one.stem}.xml", "--images", tmp_path, "-o", tmp_path / "again").code == 0
    )
    bad = tmp_path / os.fsdecode(b"p\xff.png")
    refused(zij("annotate", bad, "-o", out), "not UTF-8")


@pytest.mark.parametrize(("length", "fits"), [(243, True), (250, False)])
def test_very_long_names(length: int, fits: bool, quick: None, scans: Path, tmp_path: Path) -> None:
    page = tmp_path / f"{'p' * length}.png"
    page.write_bytes((scans / "a.png").read_bytes())
    ended = zij("annotate", page, "-o", tmp_path / "out")
    if fits:
        assert ended.code == 0
        assert len(files(tmp_path / "out")) == 3
    else:
        refused(ended, tmp_path / "out", "too long", "rename")
        assert not (tmp_path / "out").exists()


def correct(table: Path, text: str = "77") -> None:
    """Change one cell as a person would in a spreadsheet."""
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    row = next(row for row in rows if row["text"] not in ("", text) and len(row["text"]) == 2)
    row["text"] = text
    with table.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(row))
        writer.writeheader()
        writer.writerows(rows)


def test_reading_again_gives_the_same_bytes(read_page: Path) -> None:
    folder = read_page.parent
    before = files(folder)
    for page in ("a.png", "a.xml"):
        forget()
        assert zij("annotate", folder / page, "-o", folder).code == 0
        assert files(folder) == before


@pytest.mark.parametrize("how", ["cells", "cells alone", "xml", "unreadable", "other program"])
def test_work_of_another_hand_is_not_overwritten(how: str, read_page: Path) -> None:
    folder, table = read_page.parent, read_page.with_suffix(".cells.csv")
    text = read_page.read_text("utf-8")
    if how.startswith("cells"):
        correct(table)
    if how == "cells alone":
        read_page.unlink()
    if how == "xml":
        read_page.write_text(text.replace("<Unicode>12</Unicode>", "<Unicode>77</Unicode>"), "utf-8")
    if how == "unreadable":
        table.write_text(table.read_text("utf-8").replace(",read,", ",checked by me,", 1), "utf-8")
    if how == "other program":
        read_page.write_text(text.replace(">zij 0", ">eScriptorium 0"), "utf-8")
    before = files(folder)
    refused(zij("annotate", folder / "a.png", "-o", folder), folder / "a.xml", "not overwritten", "-o")
    assert files(folder) == before


def test_corrections_are_used_and_kept(read_page: Path, tmp_path: Path) -> None:
    folder = read_page.parent
    correct(folder / "a.cells.csv")
    for _ in range(2):  # also when the result stands there already
        assert zij("annotate", read_page, "--images", folder, "-o", tmp_path / "out").code == 0
        assert "77" in cells(tmp_path / "out", "a")
    assert zij("annotate", read_page, "-o", folder).code == 0
    reading = read_pagexml(read_page).reading
    assert reading.source == "human"
    assert "77" in {cell.text for cell in reading.tables[0].cells}
    correct(tmp_path / "out" / "a.cells.csv", "88")
    before = files(tmp_path / "out")
    refused(zij("annotate", read_page, "-o", tmp_path / "out"), read_page, "human", "not overwritten")
    assert files(tmp_path / "out") == before


def test_a_table_of_cells_is_no_page_and_its_slips_are_told(read_page: Path, tmp_path: Path) -> None:
    folder, table = read_page.parent, read_page.with_suffix(".cells.csv")
    refused(zij("compare", table, read_page, "-o", tmp_path / "out"), table, "name a.xml beside it")
    correct(table, "l7")
    table.write_text("".join(table.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    ended = zij("annotate", read_page, "--images", folder, "-o", tmp_path / "out")
    assert ended.code == 0
    told = ended.err.splitlines()
    assert told[0].startswith("a: tolerated: a.cells.csv, row ")
    assert told[0].endswith(": 'l7' has a letter; taken as it stands")
    lines = "a: tolerated: a.cells.csv: 1 cell of the reading has no line; it is left as read"
    assert told[1:] == [lines]


def test_changed_results_of_a_comparison_are_not_overwritten(read_page: Path, scans: Path) -> None:
    folder = read_page.parent
    out = folder / "pair"
    words = ("compare", read_page, scans / "b.png", "-o", out)
    assert zij(*words).code == 0
    correct(read_page.with_suffix(".cells.csv"))
    assert zij(*words).code == 0  # the page was corrected, not the result
    before = files(out)
    assert zij(*words).code == 0
    assert files(out) == before
    changed = (out / "A-a.xml").read_text("utf-8").replace("<Unicode>77</Unicode>", "<Unicode>78</Unicode>")
    (out / "A-a.xml").write_text(changed, "utf-8")
    refused(zij(*words), out / "A-a.xml", "not overwritten")
    assert (out / "A-a.xml").read_text("utf-8") == changed


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", "--images"),
        ("<PcGts", "<!DOCTYPE PcGts [<!ENTITY e 'x'>]>\n<PcGts", "DOCTYPE"),
        ("PcGts", "alto", "PAGE"),
        ("</PcGts>", "", "XML"),
        ('imageWidth="', 'imageWidth="1', "pixels"),
    ],
    ids=["image missing", "doctype", "not PAGE", "cut off", "other size"],
)
def test_unusable_pagexml(old: str, new: str, told: str, read_page: Path, tmp_path: Path) -> None:
    text = read_page.read_text("utf-8")
    assert old in text
    read_page.write_text(text.replace(old, new), "utf-8")
    read_page.with_suffix(".cells.csv").unlink()
    if told == "--images":
        (read_page.parent / "a.png").unlink()
    refused(zij("annotate", read_page, "-o", tmp_path / "out"), read_page, told)
    assert not (tmp_path / "out").exists()


def test_a_file_of_transkribus_is_used_as_it_stands(read_page: Path, scans: Path, tmp_path: Path) -> None:
    folder = read_page.parent
    made = tmp_path / "made"
    assert zij("annotate", read_page, "-o", made, "--profile", "transkribus").code == 0
    theirs = (made / "a.xml").read_text("utf-8").replace(">zij 0", ">Transkribus 0")
    (folder / "t.xml").write_text(theirs.replace("<Unicode>12</Unicode>", "<Unicode>77</Unicode>"), "utf-8")
    ended = zij("compare", folder / "t.xml", scans / "b.png", "-o", tmp_path / "out")
    assert ended.code == 0
    assert ended.err.startswith("t: tolerated: cells are written as Transkribus does it (TableCell)")
    assert all(line.startswith("t: tolerated: ") for line in ended.err.splitlines())
    assert "77" in {cell.text for cell in read_pagexml(tmp_path / "out" / "A-t.xml").reading.tables[0].cells}
    before = files(folder)
    refused(zij("annotate", folder / "t.xml", "-o", folder), "Transkribus", "-o")
    assert files(folder) == before


def test_an_interrupt_leaves_nothing_half_written(scans: Path, tmp_path: Path) -> None:
    pages = []
    for number in range(60):
        pages.append(tmp_path / f"p{number:02d}.png")
        pages[-1].symlink_to(scans / "a.png")
    program = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from zij.tables.digits import detect\n"
        "detect.choose_view = lambda *_, **__: detect.View(0, 16.0, 1.0)\n"
        "from zij.cli import main; main(sys.argv[1:])"
    )
    out = tmp_path / "out"
    words = [sys.executable, "-c", program, "annotate", *map(str, pages), "-o", str(out)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 60
        while not list(out.glob("p01*")) and process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (130, "")
    assert stderr == "zij: interrupted; nothing half-written was left behind.\n"
    found = sorted(path.name for path in out.iterdir())
    stems = sorted({name.partition(".")[0] for name in found})
    assert 2 <= len(stems) < len(pages)
    assert found == [stem + end for stem in stems for end in RESULTS]
