"""`zij corpus search` as a user meets it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from browser import PROGRAM, Browser
from commands import zij
from found_corpus import LONG, add, made_corpus, printed, process

import zij.actions.corpus as actions
from zij.corpora.store import NewPage, create_corpus, open_corpus
from zij.corpora.store.codec import digest
from zij.errors import InputError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_corpus(tmp_path_factory.mktemp("asked") / "corpus")


def test_a_line_a_hit_and_a_closing_line(folder: Path) -> None:
    ended = zij("corpus", "search", folder, "first", "-k", "4")
    lines = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert lines[0].split()[:4] == ["1", "0.9523", "whole", "0.96"]
    part = "rows 11-30 = 1-20, columns 2-7 = 1-6; 120 of 120 numbers agree"
    assert lines[2] == f"  3  0.9270  part   0.91  {part}"
    assert lines[4:] == [
        "4 hits for first in 6 pages: 3 share a part of a table (6 checked); "
        "1 failed and 2 not yet processed pages were not searched, nor was 1 without digits"
    ]


def test_what_people_said_stands_beside_a_hit(tmp_path: Path) -> None:
    with create_corpus(tmp_path / "c") as corpus:
        names = ("one", "two", "three")
        ids = [
            add(corpus, name, LONG[first : first + 40]) for name, first in zip(names, (0, 5, 9), strict=True)
        ]
        process(corpus, *ids)
        corpus.judge(ids[1], ids[0], "part", note="its end", who="J. Kepler")
        corpus.judge(ids[2], ids[0], "same")
        corpus.tag([ids[1]], "odd")
    ended = zij("corpus", "search", tmp_path / "c", "one", "-o", tmp_path / "out")
    two, three, _ = ended.out.splitlines()
    assert two.endswith("numbers agree; judged a part of the page asked for by J. Kepler")
    assert three.endswith("numbers agree; judged the same")
    rows = list(csv.DictReader((tmp_path / "out/search.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["tags"], row["judged"]) for row in rows] == [("odd", "part"), ("", "same")]
    html = (tmp_path / "out/search.html").read_text(encoding="utf-8")
    assert "tagged odd" in html
    assert re.search(r"judged a part of the page asked for by J\. Kepler on \d{4}-\d\d-\d\d: its end<", html)
    other = zij("corpus", "search", tmp_path / "c", "two").out.splitlines()
    assert other[1].endswith("judged to have the page asked for as a part by J. Kepler")


def test_without_the_check(folder: Path) -> None:
    ended = zij("corpus", "search", folder, "first", "-k", "1", "--no-check")
    assert ended.out.splitlines() == [
        "  1  1.0000  trap",
        "1 hit for first in 6 pages, not checked by arrangement; "
        "1 failed and 2 not yet processed pages were not searched, nor was 1 without digits",
    ]


def test_the_ways_to_name_a_page(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with create_corpus(other) as corpus:
        process(corpus, add(corpus, "mine", LONG[:40]))
    found = [actions.search(folder, page, k=3) for page in ("first", f"{folder}#first", f"{other}#mine")]
    assert [one.query for one in found] == ["first", "first", "other#mine"]
    assert [one.in_corpus for one in found] == [True, True, False]
    assert found[0].hits == found[1].hits
    assert found[2].hits.hits[0].name == "first"
    with pytest.raises(InputError, match="has no page 'fist'; did you mean 'first'"):
        actions.search(folder, "fist")


def test_pagexml_as_a_query(folder: Path, tmp_path: Path) -> None:
    from zij.tables.pagexml import write_pagexml

    write_pagexml(tmp_path / "f5.xml", printed(LONG[5:45], "f5"))
    found = actions.search(folder, tmp_path / "f5.xml", k=3)
    assert [hit.name for hit in found.hits.hits] == ["whole", "part", "first"]
    assert found.hits.hits[2].match is not None
    assert found.hits.hits[2].match.parts[0].shift == (5, 0)


def test_an_image_that_is_in_the_corpus_is_its_page(folder: Path, tmp_path: Path) -> None:
    import cv2

    from zij.files import sha256

    image = tmp_path / "scan.png"
    cv2.imwrite(str(image), np.full((40, 30), 200, np.uint8))
    home = tmp_path / "c"
    with create_corpus(home) as corpus:
        process(corpus, add(corpus, "one", LONG))
        reading = printed(LONG[:50], "scan")
        page = NewPage("file:scan", "scan", file=image, sha256=sha256(image), reading=reading)
        process(corpus, corpus.add_pages([page]).ids[0])
    found = actions.search(home, image)
    assert found.in_corpus
    assert [hit.name for hit in found.hits.hits] == ["one"]
    assert digest(reading)


def test_conditions_that_no_page_fulfils(folder: Path) -> None:
    ended = zij("corpus", "search", folder, "first", "--where", "book=none")
    assert ended.code == 0
    assert ended.out == f"nothing found: {folder} has no other page of which book=none holds\n"


def test_nothing_found_says_why(folder: Path, tmp_path: Path) -> None:
    assert zij("corpus", "search", folder, "blank").out.startswith(
        "nothing found: blank has no digits to search for; 1 failed"
    )
    other = zij("corpus", "search", folder, "other", "-k", "1").out.splitlines()[-1]
    assert (
        "in 6 pages: none shares a part of a table (6 checked); 6 of the searched pages have a table" in other
    )
    with create_corpus(tmp_path / "empty"):
        pass
    found = actions.search(tmp_path / "empty", f"{folder}#first")
    assert found.sentence == f"nothing found: {tmp_path / 'empty'} has no page; zij corpus add adds pages"
    with create_corpus(tmp_path / "blanks") as corpus:
        process(corpus, add(corpus, "b", np.zeros((0, 0), np.int64)))
    found = actions.search(tmp_path / "blanks", f"{folder}#first")
    nothing = "nothing found: of 1 page none could be searched; 1 page without digits was not searched"
    assert found.sentence == nothing


def test_wrong_use(folder: Path, tmp_path: Path) -> None:
    for words in (["-k", "0"], ["--check", "-1"]):
        assert zij("corpus", "search", folder, "first", *words).code == 2
    ended = zij("corpus", "search", tmp_path, "first")
    assert (ended.code, "is no corpus; make a corpus with zij corpus add" in ended.err) == (2, True)
    ended = zij("corpus", "search", folder, "first", "--where", "colour=red")
    assert (ended.code, "'colour' is not known" in ended.err) == (2, True)
    ended = zij("corpus", "search", folder, "waiting", "-o", __file__)
    assert (ended.code, "cannot be written" in ended.err) == (2, True)


def test_the_table_and_the_report(folder: Path, tmp_path: Path) -> None:
    ended = zij("corpus", "search", folder, "first", "-o", tmp_path / "out", "--csv", tmp_path / "hits.csv")
    report = tmp_path / "out" / "search.html"
    assert ended.out.endswith(f"report: {report}; table: {tmp_path / 'hits.csv'}\n")
    with open(tmp_path / "hits.csv", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["page"] for row in rows[:4]] == ["whole", "copy", "part", "end"]
    assert (tmp_path / "out" / "search.csv").read_text() == (tmp_path / "hits.csv").read_text()
    first = report.read_text(encoding="utf-8")
    again = actions.search(folder, "first", out=tmp_path / "again").files[0].read_text(encoding="utf-8")
    assert again == first
    assert first.count('class="shared"') == 3 * 2 + 1  # on query and hit; of the other part on the hit alone
    assert "both share parts with whole" in first


@pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed")
def test_the_report_opens_without_a_network(folder: Path, tmp_path: Path) -> None:
    with open_corpus(folder) as corpus:
        process(corpus, add(corpus, "<b>hostile</b> & 'quoted'", LONG[:40]))
    actions.search(folder, "first", out=tmp_path / "out")
    with Browser(tmp_path / "profile") as browser:
        browser.open(tmp_path / "out" / "search.html")
        assert browser.complaints == []
        assert [address for address in browser.requests if not address.startswith(("file:", "data:"))] == []
        assert browser.ask("document.querySelectorAll('.hit').length") == 7
        assert browser.ask("document.querySelector('.hit h2').textContent") == "1. <b>hostile</b> & 'quoted'"
        assert browser.ask("document.querySelector('.hit .mark').textContent") == "near duplicate"
        box = browser.ask(  # the drawn part lies within its picture
            "(() => { const path = document.querySelector('.shared').getBBox(), page = path.constructor && "
            "document.querySelector('.shared').ownerSVGElement.viewBox.baseVal; return [path.x, path.y, "
            "page.width - path.x - path.width, page.height - path.y - path.height]; })()"
        )
    assert min(box) > 0
