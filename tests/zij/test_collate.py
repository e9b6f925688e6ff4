"""`zij collate`: files that open again, what is shown, how it ends, and the pair of climates."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from browser import PROGRAM, Browser
from commands import files, refused, zij
from lxml import html
from made_witnesses import cell, reading, table
from PIL import Image

from zij.actions import collate
from zij.files import sha256
from zij.tables.generate.climates import climates
from zij.tables.pagexml import write_pagexml
from zij.tables.reading import Reading, Table

NAMES = {f"apparatus.{form}" for form in ("csv", "html", "txt")} | {
    "collation.json", "shared.csv", "stemma.csv", "variants.csv",
}  # fmt: skip
TREE = {f"descent.{form}" for form in ("csv", "dot", "graphml", "nwk", "png", "svg")}
HOSTILE = '=1+"</script><script>document.title="owned"</script>'


def rows(**changes: str) -> list[list[str]]:
    """The table of climates; `r3c4="7"` changes a cell."""
    made = climates()
    found = [["" if c in made.words else text for c, text in enumerate(row)] for row in made.rows]
    for name, text in changes.items():
        row, column = name[1:].split("c")
        found[int(row)][int(column)] = text
    return found


def page(folder: Path, stem: str, texts: list[list[str]] | Reading, *, image: bool = True) -> Path:
    """A PAGE-XML file with an image beside it."""
    made = texts if isinstance(texts, Reading) else reading(texts)
    made = replace(made, image=f"{stem}.png", width=800, height=1400)
    if image:
        grey = np.random.default_rng([*stem.encode()]).integers(90, 250, (1400, 800), np.uint8)
        Image.fromarray(grey).save(folder / f"{stem}.png")
        made = replace(made, sha256=sha256(folder / f"{stem}.png"))
    return write_pagexml(folder / f"{stem}.xml", made)


def table_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three witnesses: two misprints, one of them in two witnesses, and a row that one lacks."""
    folder = tmp_path_factory.mktemp("collated")
    one = page(folder, "A", rows())
    two = page(folder, "B", rows(r3c6="34"))
    three = page(folder, "C", rows(r3c6="34", r8c4="54")[:30])
    ended = zij("collate", one, two, three, "-o", folder / "out")
    assert ended.code == 0 and ended.err == "", ended
    assert ended.out.startswith("215 places in 1 table: ") and ended.out.count("\n") == 1
    page_there = folder / "out" / "apparatus.html"
    assert ended.out.endswith(
        f"2 differ, 0 uncertain, 36 not in all; 1 shared error; apparatus: {page_there}\n"
    )
    return folder / "out"


def test_every_file_is_there(out: Path) -> None:
    assert set(files(out)) == NAMES | TREE


def test_descent_is_in_all_files(tmp_path: Path) -> None:
    """Five witnesses in two groups, each with errors of its own."""
    errors = {f"r{r}c6": str(70 + r) for r in range(4, 9)}, {f"r{r}c8": str(20 + r) for r in (4, 7, 10, 13)}
    one = page(tmp_path, "A", rows(), image=False)
    two, three = (page(tmp_path, s, rows(**errors[0], **own), image=False) for s, own in
                  (("B", {}), ("C", {"r12c4": "9"})))  # fmt: skip
    four, five = (page(tmp_path, s, rows(**errors[1], **own), image=False) for s, own in
                  (("D", {}), ("E", {"r20c4": "7", "r21c6": "90"})))  # fmt: skip
    dates = tmp_path / "dates.csv"
    known = zip((one, two, three, four, five), (1500, 1520, 1540, 1530, 1550), strict=True)
    lines = [f"{path.stem},{path},{year}" for path, year in known]
    dates.write_text("\n".join(["siglum,pages,date", *lines]))
    ended = zij("collate", "--witnesses", dates, "-o", tmp_path / "out")
    assert ended.code == 0, ended
    made = tmp_path / "out"
    found = json.loads((made / "collation.json").read_text("utf-8"))["descent"]
    assert [group["witnesses"] for group in found["groups"] if group["in_tree"]] in (
        [["B", "C"], ["D", "E"]], [["D", "E"], ["B", "C"]]
    )  # fmt: skip
    pairs = {(e["copy"], e["exemplar"]) for e in found["possible_exemplars"] if e["nearest"]}
    assert {("C", "B"), ("E", "D"), ("B", "A"), ("D", "A")} <= pairs
    assert (made / "descent.nwk").read_text("utf-8").count("'") == 10
    text = (made / "apparatus.html").read_text("utf-8")
    assert "<h2>Descent</h2>" in text and "B and C stand together" in text
    again = files(made)
    assert zij("collate", "--witnesses", dates, "-o", made).code == 0 and files(made) == again


def test_the_tables_open_again(out: Path) -> None:
    found = table_of(out / "apparatus.csv")
    assert list(found[0])[:7] == ["table", "row", "column", "A", "B", "C", "status"]
    assert len(found) == 215
    assert all(row["page B"] == "B.png" and len(row["box B"].split(",")) == 4 for row in found)
    variants = table_of(out / "variants.csv")
    assert [(r["row"], r["column"], r["A"], r["B"], r["C"]) for r in variants] == [
        ("3", "5", rows()[3][6], "34", "34"),
        ("8", "3", "45", "45", "54"),
    ]
    for row in variants:
        assert row["status"] == "variant" and row["kind"] and row["reason"]
        assert sum(float(row[f"p_{what}"]) for what in ("scan", "print", "computation")) == pytest.approx(
            1, abs=2e-4
        )
    assert variants[1]["kind"] == "transposed digits"


def test_an_error_of_two_witnesses_is_told_in_all_files(out: Path) -> None:
    """The misprint that B and C have in common, and not that of C alone."""
    (line,) = table_of(out / "shared.csv")
    rule = "latitude of the longest day of columns 3-4"
    assert float(line.pop("residual")) == pytest.approx(34 - int(rows()[3][6]), abs=1)
    assert line == {
        "table": "t1", "row": "3", "column": "5", "text": "34", "expected": rows()[3][6], "rule": rule,
        "witnesses": "B C",
    }  # fmt: skip
    told = "row 4 (4), column 6: 34 (B C) breaks a rule that its column keeps: "
    assert told in (out / "apparatus.txt").read_text(encoding="utf-8")
    assert json.loads((out / "collation.json").read_text(encoding="utf-8"))["shared_errors"] == 1
    (section,) = html.parse(out / "apparatus.html").xpath("//section[@id='shared']")
    assert section.xpath(".//h2")[0].text == "Errors that witnesses share"
    assert len(section.xpath(".//tbody/tr")) == 1 and len(section.xpath(".//*[@role='img']")) == 2


def test_stemmaweb_has_one_witness_a_column(out: Path) -> None:
    lines = list(csv.reader(io.StringIO((out / "stemma.csv").read_text(encoding="utf-8"))))
    assert lines[0] == ["A", "B", "C"] and len(lines) == 216
    assert {len(line) for line in lines} == {3} and not any(" " in text for line in lines for text in line)
    assert sum(line[2] == "#LACUNA#" for line in lines) == 36
    assert [rows()[3][6], "34", "34"] in lines


def test_the_text_is_an_apparatus(out: Path) -> None:
    text = (out / "apparatus.txt").read_text(encoding="utf-8")
    assert f"column 6: 34 B C ] {rows()[3][6]} A" in text
    assert "column 4: 45 A B ] 54 C   [transposed digits]" in text
    assert "rows 31-36: [no figures] C" in text


def test_the_summary_says_from_what(out: Path) -> None:
    found = json.loads((out / "collation.json").read_text(encoding="utf-8"))
    assert found["counts"] == {"agree": 177, "variant": 2, "uncertain": 0, "only": 36}
    assert found["parameters"]["least_score"] == 0.3 and found["versions"]["zij"]
    assert [w["siglum"] for w in found["witnesses"]] == ["A", "B", "C"]
    assert all(len(w["pages"][0]["sha256"]) == 64 and 0.9 < w["score"] <= 1 for w in found["witnesses"])


def test_the_page_is_one_safe_file(out: Path) -> None:
    text = (out / "apparatus.html").read_text(encoding="utf-8")
    tree = html.document_fromstring(text)
    assert not tree.xpath("//link | //iframe | //object | //*[starts-with(@href, 'http')]")
    assert [node.get("src").partition(",")[0] for node in tree.xpath("//*[@src]")] == [
        "data:image/png;base64"
    ]
    assert (
        len(tree.xpath("//button[@class='variant']")) == 2
        and len(tree.xpath("//button[@class='only']")) == 36
    )
    data = json.loads(tree.get_element_by_id("places").text)
    assert len(data["places"]) == 38
    (place,) = [p for p in data["places"].values() if p["kind"] == "transposed digits"]
    assert place["groups"] == [[0, 1], [2]] and all(entry[5] for entry in place["entries"])


def test_the_same_input_gives_the_same_bytes(out: Path, tmp_path: Path) -> None:
    zij("collate", *(out.parent / f"{name}.xml" for name in "ABC"), "-o", tmp_path)
    assert files(tmp_path) == files(out)


def test_texts_are_escaped_and_guarded(tmp_path: Path) -> None:
    made = table(rows())
    bad = cell(2, 3, HOSTILE + " 5")
    cells = tuple(bad if (c.row, c.column) == (2, 3) else c for c in made.cells)
    two = page(tmp_path, "B", reading(Table(made.box, made.rows, made.columns, cells)))
    one = page(tmp_path, "A", rows())
    result = collate([one, two], tmp_path / "out", spreadsheet=True)
    assert result.failures == ()
    assert "<script>document" not in (tmp_path / "out" / "apparatus.html").read_text(encoding="utf-8")
    for name in ("apparatus.csv", "variants.csv", "stemma.csv"):
        lines = csv.reader(io.StringIO((tmp_path / "out" / name).read_text(encoding="utf-8"), newline=""))
        assert not any(field.startswith(("=", "+", "-", "@")) for line in lines for field in line)
    assert table_of(tmp_path / "out" / "shared.csv") == [] and "shared_errors" not in result.summary
    text = (tmp_path / "out" / "apparatus.txt").read_text(encoding="utf-8")
    assert "share" not in result.sentence and "Errors that" not in text


def test_without_images_there_are_no_pictures_and_all_else_is_the_same(out: Path, tmp_path: Path) -> None:
    pages = [page(tmp_path, "A", rows(), image=False), page(tmp_path, "B", rows(r3c6="34"), image=False)]
    result = collate(pages, tmp_path / "out")
    assert len(result.tolerated) == 2 and "no pictures" in result.tolerated[0][1]
    assert result.apparatus.counts()["variant"] == 1
    assert "image/jpeg" not in (tmp_path / "out" / "apparatus.html").read_text(encoding="utf-8")


def test_witnesses_by_table_and_folder(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    page(tmp_path / "book", "p1", rows()[:20])
    page(tmp_path / "book", "p2", rows()[20:])
    single, left, right = (
        page(tmp_path, name, part)
        for name, part in (("S", rows(r3c6="34")), ("L", rows()[:18]), ("R", rows()[18:]))
    )
    (tmp_path / "w.csv").write_text(
        "siglum,pages,date\nK,L.xml,1550\nK,R.xml,\nZ,S,c. 1600\n", encoding="utf-8"
    )
    result = collate([tmp_path / "book", single], tmp_path / "out", witnesses=tmp_path / "w.csv")
    assert [(w.siglum, len(w.readings), w.years) for w in result.apparatus.witnesses] == [
        ("book", 2, (None, None)), ("Z", 1, (1600, 1600)), ("K", 2, (1550, 1550)),
    ]  # fmt: skip
    assert result.apparatus.counts() == {"agree": 214, "variant": 1, "uncertain": 0, "only": 0}
    assert left.exists() and right.exists()


def test_what_cannot_be_collated_is_said_in_one_sentence(tmp_path: Path) -> None:
    good, bare = page(tmp_path, "good", rows()), page(tmp_path, "bare", reading())
    other = page(tmp_path, "other", [[str(n), str(n * n % 61), str(n * 7 % 59)] for n in range(1, 40)])
    empty = tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "bad.csv").write_text("siglum,date\nA,1500\n", encoding="utf-8")
    target = tmp_path / "out"
    assert "only one witness" in refused(zij("collate", good, "-o", target))
    (tmp_path / "text.txt").write_text("1 2 3", encoding="utf-8")
    assert "neither an image nor PAGE-XML" in refused(zij("collate", tmp_path / "text.txt", "-o", target))
    assert "no witness" in refused(zij("collate", "-o", target))
    assert "has no table" in refused(zij("collate", good, bare, "-o", target), "bare")
    assert "do not hold the same table" in refused(zij("collate", good, other, "-o", target), "good", "other")
    refused(zij("collate", good, good, "-o", target), "named twice")
    refused(zij("collate", good, empty, "-o", target), "empty", "no page")
    refused(zij("collate", good, tmp_path / "missing.xml", "-o", target), "missing.xml")
    refused(zij("collate", good, "--witnesses", tmp_path / "bad.csv", "-o", target), "pages")
    refused(zij("collate", good, page(tmp_path, "status", rows()), "-o", target), "status")
    assert not target.exists()


def test_one_that_does_not_belong_is_named_and_the_rest_is_done(tmp_path: Path) -> None:
    pages = [page(tmp_path, name, rows()) for name in "AB"]
    pages += [page(tmp_path, "X", [[str(n), str(n * n % 61)] for n in range(1, 40)]), tmp_path / "lost.xml"]
    ended = zij("collate", *pages, "-o", tmp_path / "out")
    assert ended.code == 1 and ended.out.startswith("215 places in 1 table: 215 agree")
    assert "X: does not hold the same table as any other" in ended.err and "lost.xml" in ended.err
    assert set(files(tmp_path / "out")) == NAMES


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    if PROGRAM is None:
        pytest.skip("there is no Chromium to open the page with")
    with Browser(tmp_path / "profile") as made:
        yield made


def test_clicks_keys_and_filters(out: Path, browser: Browser) -> None:
    browser.open(out / "apparatus.html")
    browser.point(".collated button.variant", click=True)
    assert "row 4 (4), column 6" in browser.ask("document.getElementById('panel').textContent")
    assert browser.ask("document.querySelectorAll('#panel .crop').length") == 3
    assert browser.ask("document.querySelectorAll('#panel .leaf i').length") == 3
    browser.press("ArrowRight")
    assert "transposed digits" in browser.ask("document.getElementById('panel').textContent")
    browser.point("input[value=only]", click=True)
    assert browser.ask("document.getElementById('shown').textContent") == "2 places shown"
    browser.point("input[value=variant]", click=True)
    assert browser.ask("document.getElementById('shown').textContent") == "1 place shown"
    browser.point("#shared a.go", click=True)
    assert "shared error: 34 (B C)" in browser.ask("document.getElementById('panel').textContent")
    browser.point("input[value=variant]", click=True)
    browser.ask("kind.value = 'transposed digits'; kind.dispatchEvent(new Event('change'))")
    assert browser.ask("document.getElementById('shown').textContent") == "1 place shown"
    assert browser.ask("document.querySelectorAll('#list tbody tr:not([hidden])').length") == 1
    browser.press("Escape")
    assert "Click a marked cell" in browser.ask("document.getElementById('panel').textContent")
    assert browser.complaints == [] and all(r.startswith(("file:", "data:")) for r in browser.requests)
