"""`zij corpus` status, tag, judge, import; `CORPUS#PAGE`; `zij corpus export CORPUS`."""

from __future__ import annotations

import csv
import getpass
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from commands import files, refused, zij
from kept_corpus import new_pages, processed, small_corpus
from made_collection import collection

import zij as front
from zij.actions._inputs.references import reference
from zij.actions._inputs.sources import open_source, stems
from zij.corpora.exchange.corpusleaves import file_stems
from zij.corpora.store import NewPage, PageResult, open_corpus
from zij.errors import InputError, UsageError
from zij.files import sha256
from zij.tables.cellscsv import write_cells
from zij.tables.pagexml import as_written, open_document, read_pagexml, to_xml, write_pagexml
from zij.tables.reading import Reading


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small corpus and its images, moved, so that a copy of both finds the images beside it."""
    folder = tmp_path_factory.mktemp("template")
    small_corpus(folder / "made")
    return (folder / "made").rename(folder / "moved")


@pytest.fixture
def corpus(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """`corpus`, with the images in `read`, and the folder of both as working directory."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return "corpus"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def exported_xml(corpus: str, page: str, folder: str = "out") -> Path:
    front.export(corpus, folder)
    return Path(folder) / f"{page}.xml"


def corrected(path: Path, old: str, new: str) -> None:
    """Change a text of a PAGE-XML file as another program would, through the document."""
    document = open_document(path)
    reading = document.reading
    table = reading.tables[0]
    cells = tuple(
        replace(cell, text=new, numbers=(), state="read", source="human") if cell.text == old else cell
        for cell in table.cells
    )
    assert cells != table.cells
    changed = replace(reading, tables=(replace(table, cells=cells), *reading.tables[1:]), source="human")
    write_pagexml(path, changed)


# -- status ------------------------------------------------------------------------------------------------


def test_status_tells_what_is_done_and_what_is_not(corpus: str) -> None:
    with open_corpus(corpus) as opened:
        opened.add_pages([NewPage("k5", "p5"), NewPage("k6", "p6")])
        opened.put_results([PageResult(6, failure="the image is damaged.", read_by="read-1")])
    front.corpus.tag(corpus, "climates", ["full", "loose"])
    front.corpus.judge(corpus, "full", "loose", "part")
    ended = zij("corpus", "status", corpus)
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0] == "pages                        6 of 1 book"
    assert "tags                         2 on 2 pages (climates 2)" in lines
    assert "judged pairs                 1 (part 1)" in lines
    assert "failed: p6: the image is damaged." in lines
    assert "missed: gone.png: there is no such file" in lines
    assert lines[-1] == (
        "4 of 6 pages processed, 1 new, 1 failed, 1 missed; next: zij corpus process; corpus: corpus"
    )
    told = json.loads(zij("corpus", "status", corpus, "--json").out)
    assert (told["pages"], told["read"], told["failed"], told["new"]) == (6, 4, 1, 1)
    assert told["failures"] == [{"page": "p6", "reason": "the image is damaged."}]
    assert told["missed_items"][0]["source"] == "list.txt"
    assert told["tags_used"] == {"climates": 2}
    assert told["verdicts"] == {"part": 1}


def test_long_lists_are_cut_and_that_is_said(corpus: str) -> None:
    with open_corpus(corpus) as opened:
        opened.add_pages([NewPage(f"n{n}", f"n{n}") for n in range(30)])
        opened.put_results([PageResult(5 + n, failure="blank", read_by="read-1") for n in range(30)])
    lines = zij("corpus", "status", corpus).out.splitlines()
    assert sum(line.startswith("failed: n") for line in lines) == 20
    assert "failed: and 10 more; --json lists all." in lines


def test_what_is_no_corpus_is_told_in_one_sentence(tmp_path: Path) -> None:
    refused(zij("corpus", "status", tmp_path), tmp_path, "is no corpus; make a corpus with zij corpus add")
    refused(zij("corpus", "tag", tmp_path / "none", "x", "p"), "none: is not there")
    assert list(tmp_path.iterdir()) == []


# -- tags --------------------------------------------------------------------------------------------------


def test_tags_are_put_and_taken_with_who_and_when(corpus: str) -> None:
    said = zij("corpus", "tag", corpus, " needs a look ", "full", "empty", "full", "--who", "J. Kepler")
    assert said.out == "tag 'needs a look' put on 2 pages; corpus: corpus\n"
    assert zij("corpus", "tag", corpus, "needs a look", "full", "loose").out.startswith(
        "tag 'needs a look' put on 1 page; 1 had it"
    )
    front.corpus.tag(corpus, "misprint", ["full"], table="t1")
    assert zij("corpus", "tag", corpus, "needs a look", "empty", "--remove").out.startswith(
        "tag 'needs a look' taken from 1 page"
    )
    with open_corpus(corpus) as opened:
        tags = opened.tags()
        kept = opened._database.rows("SELECT who, removed_who FROM tag WHERE removed_at <> ''")
    assert [(tag.page, tag.table, tag.tag) for tag in tags] == [
        (2, "", "needs a look"), (2, "t1", "misprint"), (3, "", "needs a look"),
    ]  # fmt: skip
    assert (tags[0].who, tags[2].who) == ("J. Kepler", getpass.getuser())
    assert tags[0].at.endswith("Z")
    assert [tuple(row) for row in kept] == [("J. Kepler", getpass.getuser())]  # who had it, and who took it


def test_pages_are_tagged_by_conditions(corpus: str) -> None:
    assert zij("corpus", "tag", corpus, "tabular", "--where", "table=yes").out.startswith(
        "tag 'tabular' put on 2 pages"
    )
    assert zij("corpus", "tag", corpus, "no", "--where", "tag=tabular", "--where", "name=f*").out.startswith(
        "tag 'no' put on 1 page"
    )
    assert zij("corpus", "tag", corpus, "none", "--where", "place=Rome").out.startswith(
        "tag 'none' put on 0 pages"
    )


def test_some_pages_of_a_tag_may_fail(corpus: str) -> None:
    ended = zij("corpus", "tag", corpus, "x", "full", "nothing", "empty", "--table", "t1")
    assert ended.code == 1
    assert "has no page 'nothing'" in ended.err
    assert "empty: has no table that was read, and t1 cannot be tagged" in ended.err
    assert ended.out.startswith("tag 'x' put on table t1 of 1 page;")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("x",), "say which pages"),
        (("x", "full", "--where", "table=yes"), "say which pages"),
        (("a;b", "full"), "cannot be a tag"),
        (("a,b", "full"), "cannot be a tag"),
        (("", "full"), "cannot be a tag"),
        (("x", "full", "--table", "1"), "'1' is no table"),
        (("x", "full", "--table", "t2"), "full: has 1 table, and t2 cannot"),
        (("x", "fulll"), "did you mean 'full'"),
        (("x", "full", "--who", "a\nb"), "cannot be a name"),
        (("x", "--where", "colour=red"), "'colour' is not known"),
    ],
)
def test_tags_that_cannot_be_are_refused(corpus: str, words: tuple[str, ...], reason: str) -> None:
    assert reason in refused(zij("corpus", "tag", corpus, *words))
    with open_corpus(corpus) as opened:
        assert opened.tags() == []


# -- judgements --------------------------------------------------------------------------------------------


def test_the_newest_judgement_holds_and_older_ones_are_kept(corpus: str) -> None:
    for verdict, note in (("same", ""), ("related", "other radix"), ("related", "other radix")):
        front.corpus.judge(corpus, "full", "loose", verdict, note=note, who="A")
    assert zij("corpus", "judge", corpus, "loose", "full", "part").out == (
        "1 judgement stored; corpus: corpus\n"
    )
    with open_corpus(corpus) as opened:
        assert [(said.a, said.b, said.verdict, said.note) for said in opened.judgements()] == [
            (3, 2, "part", "")
        ]
        assert [said.verdict for said in opened.judgements(history=True)] == ["same", "related", "part"]
    assert zij("corpus", "tag", corpus, "x", "--where", "judged=yes").out.startswith("tag 'x' put on 2 pages")


def test_judgements_come_from_a_list_in_the_form_of_the_export(corpus: str, tmp_path: Path) -> None:
    table = tmp_path / "said.csv"
    table.write_text(
        "\ufeffverdict;a;b;who;at\nsame;full;loose;A;2026-01-01T10:00:00Z\nDIFFERENT;full;empty;;\n"
        "perhaps;full;empty;;\nsame;full;full;;\nsame;full;nothing;;\nsame;loose;empty;A;yesterday\n",
        "utf-8",
    )
    ended = zij("corpus", "judge", corpus, "--from", table, "--who", "B")
    assert ended.code == 1
    assert ended.out == "2 judgements stored; corpus: corpus\n"
    reasons = ended.err.splitlines()
    assert [reason.split(": ", 1)[0] for reason in reasons] == [f"{table}, line {n}" for n in (4, 5, 6, 7)]
    assert "'perhaps' is not known" in reasons[0]
    assert "against itself" in reasons[1]
    assert "no page 'nothing'" in reasons[2]
    assert "'yesterday' is no time" in reasons[3]
    with open_corpus(corpus) as opened:
        assert [(said.who, said.verdict) for said in opened.judgements()] == [
            ("A", "same"),
            ("B", "different"),
        ]
        assert opened.judgements()[0].at == "2026-01-01T10:00:00Z"
    front.export(corpus, "out")
    again = zij("corpus", "judge", corpus, "--from", "out/judgements.csv")
    assert again.out == "0 judgements stored; 2 stood there already; corpus: corpus\n"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "name two pages and a verdict"),
        (("full", "loose"), "name two pages and a verdict"),
        (("full", "loose", "same", "--from", "x.csv"), "name two pages and a verdict"),
        (("full", "loose", "equal"), "'equal' is not known; choose one of same, part, related, different"),
        (("full", "full", "same"), "cannot be judged against itself"),
        (("--from", "none.csv"), "none.csv: there is no such file"),
    ],
)
def test_judgements_that_cannot_be_are_refused(corpus: str, words: tuple[str, ...], reason: str) -> None:
    assert reason in refused(zij("corpus", "judge", corpus, *words))


def test_a_list_of_which_nothing_can_be_stored_is_refused(corpus: str, tmp_path: Path) -> None:
    (tmp_path / "said.csv").write_text("a,b,verdict\nfull,x,same\nfull,loose,equal\n", "utf-8")
    ended = zij("corpus", "judge", corpus, "--from", tmp_path / "said.csv")
    assert ended.code == 2
    assert ended.err.count("\n") == 2, ended
    assert "said.csv, line 2: corpus: has no page 'x'" in ended.err


# -- import ------------------------------------------------------------------------------------------------


def test_what_nobody_changed_is_not_taken_in(corpus: str) -> None:
    exported_xml(corpus, "full")
    ended = zij("corpus", "import", corpus, "out")
    assert ended.out == "0 corrected pages taken in; 4 unchanged; corpus: corpus\n"
    with open_corpus(corpus) as opened:
        assert opened.summary().human == 0


def test_a_corrected_page_holds_and_the_machine_s_is_kept(corpus: str) -> None:
    path = exported_xml(corpus, "full")
    with open_corpus(corpus) as opened:
        machine = opened.reading(2)
    corrected(path, "30", "38")
    ended = zij("corpus", "import", corpus, path, "--who", "J. Kepler")
    assert ended.out == (
        "1 corrected page taken in; next: zij corpus process, so that searches know them; corpus: corpus\n"
    )
    assert front.corpus.import_(corpus, [path]).unchanged == ("full",)
    with open_corpus(corpus) as opened:
        held = opened.stored_reading(2)
        assert held is not None
        assert (held.kind, held.who, held.origin) == ("human", "J. Kepler", "full.xml")
        assert [cell.text for cell in held.reading.tables[0].cells][3] == "38"
        assert opened.history(2)[0].reading == machine
        assert opened.page(2).state == "stale"
        processed(opened)
        assert opened.summary().read == 4


@pytest.mark.parametrize(
    "change", ["image name", "file name", "nothing but the hash", "folders in the image's name"]
)
def test_a_page_is_known_by_hash_image_or_name(corpus: str, change: str) -> None:
    path = exported_xml(corpus, "full")
    corrected(path, "30", "38")
    reading = read_pagexml(path).reading
    place = Path("back") / "0001_p.xml"
    if change == "nothing but the hash":
        reading = replace(reading, image="renamed.jpg")
    elif change == "image name":
        reading = replace(reading, sha256="")
    elif change == "file name":
        reading, place = replace(reading, image="x.tif", sha256=""), Path("back") / "full.xml"
    else:
        reading = replace(reading, image="C:\\scans\\full.png", sha256="")
    place.parent.mkdir()
    place.write_bytes(to_xml(reading))
    assert front.corpus.import_(corpus, ["back"]).pages == ("full",)
    with open_corpus(corpus) as opened:
        held = opened.reading(2)
        assert held is not None
        assert (held.image, held.sha256) == ("full.png", opened.page(2).sha256)


def test_transkribus_gives_back_what_it_was_given(corpus: str) -> None:
    front.export(corpus, "tk", form="transkribus")
    assert len(front.corpus.import_(corpus, ["tk"]).unchanged) == 4
    path = next(Path("tk").rglob("full.xml"))
    text = path.read_text("utf-8")
    assert text.count("<Unicode>30</Unicode>") >= 1
    path.write_text(text.replace("<Unicode>30</Unicode>", "<Unicode>38</Unicode>"), "utf-8")
    ended = zij("corpus", "import", corpus, "tk")
    assert ended.out.startswith("1 corrected page taken in; 3 unchanged"), ended
    with open_corpus(corpus) as opened:
        held = opened.reading(2)
        assert held is not None
        assert held.tables[0].cells[3].text == "38"


def test_cells_csv_corrects_the_reading_that_holds(corpus: str) -> None:
    with open_corpus(corpus) as opened:
        reading = opened.reading(2)
        assert reading is not None
    write_cells("full.cells.csv", reading)
    assert zij("corpus", "import", corpus, "full.cells.csv").out.startswith(
        "0 corrected pages taken in; 1 un"
    )
    path = Path("full.cells.csv")
    path.write_text(path.read_text("utf-8").replace(",30,read", ",38,read"), "utf-8")
    assert zij("corpus", "import", corpus, "full.cells.csv").out.startswith("1 corrected page taken in")
    with open_corpus(corpus) as opened:
        held = opened.reading(2)
        assert held is not None
        assert held.tables[0].cells[3].text == "38"
        assert held.tables[0].cells[3].source == "human"


def test_cells_beside_their_page_are_taken_in_with_it(corpus: str) -> None:
    assert zij("annotate", f"{corpus}#full", "-o", "work").code == 0
    path = Path("work/full.cells.csv")
    path.write_text(path.read_text("utf-8").replace(",30,read", ",38,read"), "utf-8")
    assert zij("corpus", "import", corpus, "work").out.startswith("1 corrected page taken in")
    with open_corpus(corpus) as opened:
        assert [old.origin for old in opened.history(2)] == ["", "full.xml"]


def test_files_that_belong_nowhere_are_told_and_the_rest_is_done(corpus: str) -> None:
    path = exported_xml(corpus, "full")
    corrected(path, "30", "38")
    reading = read_pagexml(path).reading
    Path("out/strange.xml").write_bytes(to_xml(replace(reading, image="no.png", sha256="1" * 64)))
    Path("out/full2.xml").write_bytes(to_xml(replace(reading, width=800, height=600)))
    Path("out/broken.xml").write_text("<PcGts>", "utf-8")
    Path("out/nobody.cells.csv").write_text("table,row,column,text\nt1,0,0,1\n", "utf-8")
    ended = zij("corpus", "import", corpus, "out")
    assert ended.code == 1
    assert ended.out.startswith("1 corrected page taken in; 3 unchanged")
    assert "strange.xml: belongs to no page of corpus" in ended.err
    assert (
        "full2.xml: was made for an image of 800 x 600 pixels, but that of page full has 400 x 300"
        in ended.err
    )
    assert "broken.xml" in ended.err
    assert "nobody.cells.csv: belongs to no page" in ended.err
    assert "METS" not in ended.err


def test_two_pages_of_one_image_are_told_apart_by_name(corpus: str, tmp_path: Path) -> None:
    made = collection()["full"].with_ids()
    image = tmp_path / "read" / "full.png"
    with open_corpus(corpus) as opened:
        more = [
            NewPage(f"k{side}", f"full-{side}", "almanac", file=image, sha256=sha256(image), reading=made)
            for side in ("left", "right")
        ]
        opened.add_pages(more)
    front.export(corpus, "out")
    corrected(Path("out/full-right.xml"), "30", "38")
    taken = front.corpus.import_(corpus, ["out"])
    assert (taken.pages, len(taken.unchanged)) == (("full-right",), 5)
    Path("other").mkdir()
    shutil.copy("out/full-right.xml", "other/0007.xml")
    assert "may belong to 3 pages ('full', 'full-left', 'full-right')" in refused(
        zij("corpus", "import", corpus, "other")
    )


@pytest.mark.parametrize("name", ["a.zip", "a.txt", "none.xml", "empty"])
def test_what_cannot_be_imported_is_refused(corpus: str, tmp_path: Path, name: str) -> None:
    if name == "empty":
        Path(name).mkdir()
    elif not name.startswith("none"):
        Path(name).write_text("x", "utf-8")
    refused(zij("corpus", "import", corpus, name), "" if name == "empty" else name)


def test_a_page_that_was_not_read_takes_no_cells(corpus: str) -> None:
    with open_corpus(corpus) as opened:
        opened.add_pages([NewPage("k", "blank")])
    Path("blank.cells.csv").write_text("table,row,column,text\nt1,0,0,1\n", "utf-8")
    refused(zij("corpus", "import", corpus, "blank.cells.csv"), "page blank was not read yet")


# -- CORPUS#PAGE -------------------------------------------------------------------------------------------


def test_the_reading_that_holds_is_used(corpus: str) -> None:
    made = collection()
    machine = as_written(replace(made["full"].with_ids(), sha256=sha256("read/full.png")))
    assert open_source("corpus#full").reading == machine
    other = replace(made["loose"], source="human")
    with open_corpus(corpus) as opened:
        opened.put_reading(2, other, kind="human")
    source = open_source("corpus#full")
    assert source.reading.loose == as_written(other).loose
    assert (source.stem, source.image.name, source.view, source.document) == ("full", "full.png", None, None)
    assert source.reading.sha256 == source.image.sha256


def test_an_unread_page_is_read(corpus: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_corpus(corpus) as opened:
        page = new_pages(tmp_path / "read")[0]
        opened.add_pages([replace(page, key="k", name="again", reading=None)])
    source = open_source("corpus#almanac/again" if "/" in "again" else "corpus#again")
    assert source.reading.source == "machine"
    assert source.reading.model


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("corpus#", "corpus#: names no page; write corpus#PAGE"),
        ("corpus#fulll", "corpus: has no page 'fulll'; did you mean 'full'"),
        ("read#full", "read is no corpus; make one with zij corpus add"),
        ("nowhere#full", "there is no corpus nowhere"),
        ("corpus#bare", "corpus#bare: it has no image"),
        ("corpus#gone", "corpus#gone: its image 'gone.png' is not where it was"),
    ],
)
def test_wrong_references_are_one_sentence(corpus: str, tmp_path: Path, page: str, reason: str) -> None:
    with open_corpus(corpus) as opened:
        opened.add_pages([NewPage("k1", "bare"), NewPage("k2", "gone", file=tmp_path / "gone.png")])
    assert reason in refused(zij("annotate", page, "-o", "out"))
    assert files(tmp_path / "out") == {}


def test_another_image_in_the_place_of_a_page_s_is_noticed(corpus: str, tmp_path: Path) -> None:
    shutil.copy(tmp_path / "read" / "loose.png", tmp_path / "read" / "full.png")
    with pytest.raises(InputError, match="has changed since it was added"):
        open_source("corpus#full")


def test_a_file_with_a_hash_sign_is_a_file(tmp_path: Path) -> None:
    small_corpus(tmp_path)
    name = tmp_path / "fig#1.png"
    shutil.copy(tmp_path / "read" / "full.png", name)
    assert reference(name) is None
    assert reference(tmp_path / "absent#1.png") is None
    assert stems([name]) == ("fig#1",)


def test_results_are_named_after_the_page(corpus: str) -> None:
    with open_corpus(corpus) as opened:
        opened.add_pages([NewPage("k1", "full", "b")])
    assert stems(["corpus#full", "corpus#loose"]) == ("full", "loose")
    assert stems([Path("corpus#full.png")]) == ("full",)
    with pytest.raises(UsageError, match=r"two inputs are named 'full' .* write them into different folders"):
        stems(["corpus#full", "corpus#b/full"])
    with pytest.raises(UsageError, match="is named twice"):
        stems(["corpus#full", "corpus#full"])


def test_pages_of_a_corpus_go_into_annotate_and_convert(corpus: str) -> None:
    assert zij("annotate", "corpus#full", "corpus#loose", "-o", "out").code == 0
    made = replace(collection()["full"].with_ids(), sha256=sha256("read/full.png"))
    assert read_pagexml("out/full.xml").reading == as_written(made)
    ended = zij("convert", "corpus#full", "one.xml", "--to", "flat")
    assert ended.out == "1 page as flat; nothing lost; results: one.xml\n"
    assert read_pagexml("one.xml").reading == as_written(made)
    front.convert("corpus#full", "tei", to="tei")
    assert [path.name for path in Path("tei").iterdir()] == ["full.tei.xml"]
    assert zij("convert", "corpus#full", "tk", "--to", "transkribus").out.startswith(
        "1 page as transkribus; lost:"
    )
    with open_corpus(corpus) as opened:
        opened.add_pages([NewPage("k1", "bare")])
    refused(
        zij("convert", "corpus#bare", "bare.xml", "--to", "flat"), "was not read yet; run zij corpus process"
    )
    refused(zij("convert", "corpus#full", "x.xml", "--to", "flat", "--rescale"), "are for files")


# -- export ------------------------------------------------------------------------------------------------


def test_a_corpus_is_exported_with_what_people_said(corpus: str) -> None:
    human = replace(collection()["loose"], source="human")
    with open_corpus(corpus) as opened:
        opened.put_reading(2, human, kind="human")
        opened.tag([2], "climates", who="A")
        opened.tag([2], "misprint", table="t1", who="A")
        opened.judge(2, 3, "part", note="a, b", who="A")
        opened.judge(1, 2, "different", who="A")
        opened.add_pages([NewPage("k", "bare")])
    ended = zij("corpus", "export", corpus, "-o", "out")
    assert ended.out.startswith(
        "4 pages as pagexml (7 files); nothing lost; missing: readings of 1 page (zij corpus process"
    ), ended
    assert read_pagexml("out/full.xml").reading.loose == as_written(human).loose
    assert [(row["page"], row["table"], row["tag"], row["who"]) for row in rows(Path("out/tags.csv"))] == [
        ("full", "", "climates", "A"), ("full", "t1", "misprint", "A"),
    ]  # fmt: skip
    said = rows(Path("out/judgements.csv"))
    assert [(row["a"], row["b"], row["verdict"], row["note"]) for row in said] == [
        ("full", "loose", "part", "a, b"), ("empty", "full", "different", ""),
    ]  # fmt: skip
    known = {row["page"]: row for row in rows(Path("out/metadata.csv"))}
    assert set(known) == {"empty", "full", "loose", "ünïcode", "bare"}
    assert (known["full"]["place"], known["full"]["year_from"], known["full"]["source"]) == (
        "Köln",
        "1545",
        "human",
    )
    assert (known["full"]["tags"], known["bare"]["year_from"]) == ("climates;misprint", "")


def test_conditions_choose_what_goes_out(corpus: str) -> None:
    with open_corpus(corpus) as opened:
        opened.tag([2, 3], "climates")
        opened.judge(2, 4, "same")
    ended = zij("corpus", "export", corpus, "-o", "out", "--where", "tag=climates", "--format", "json")
    assert ended.out.startswith("2 pages as json")
    assert {path.name for path in Path("out").iterdir()} == {
        "full.json", "loose.json", "metadata.csv", "tags.csv", "reading.schema.json",
    }  # fmt: skip
    refused(
        zij("corpus", "export", corpus, "-o", "none", "--where", "tag=x"), "no page with a reading of which"
    )
    refused(zij("corpus", "export", "read", "-o", "none", "--where", "tag=x"), "read: is no corpus")
    refused(zij("corpus", "export", corpus, "-o", "none", "--images", "read"), "knows where its images lie")
    refused(zij("corpus", "export", corpus, "-o", corpus), "holds the readings themselves")
    assert not Path("none").exists()


def test_a_deposit_of_a_corpus_lists_its_notes(corpus: str) -> None:
    with open_corpus(corpus) as opened:
        opened.tag([2], "climates")
    assert zij("corpus", "export", corpus, "-o", "out", "--format", "deposit", "--copy-images").code == 0
    listed = Path("out/manifest-sha256.txt").read_text("utf-8")
    crate = Path("out/ro-crate-metadata.json").read_text("utf-8")
    readme = Path("out/README.md").read_text("utf-8")
    for name in ("metadata.csv", "tags.csv"):
        assert f"{sha256(Path('out') / name)}  {name}\n" in listed
        assert f'"{name}"' in crate
        assert f"| `{name}` | " in readme
    assert "judgements.csv" not in readme
    assert sha256("out/images/full.png") == sha256("read/full.png")


def test_images_of_one_name_go_out_under_the_names_of_their_pages(corpus: str, tmp_path: Path) -> None:
    other = tmp_path / "other" / "full.png"
    other.parent.mkdir()
    shutil.copy(tmp_path / "read" / "loose.png", other)
    with open_corpus(corpus) as opened:
        made = collection()["loose"].with_ids()
        page = NewPage(
            "k", "full", "annuary", file=other, sha256=sha256(other), width=400, height=300, reading=made
        )
        opened.add_pages([page])
    for form in ("transkribus", "escriptorium", "deposit", "iiif"):
        assert front.export(corpus, form, form=form).pages == 5
    names = {path.name: sha256(path) for path in Path("transkribus").rglob("*.png")}
    assert names["annuary_full.png"] == sha256(other)
    assert names["full.png"] == sha256(tmp_path / "read" / "full.png")
    assert (
        read_pagexml(next(Path("transkribus").rglob("annuary_full.xml"))).reading.image == "annuary_full.png"
    )
    assert zij("corpus", "import", corpus, "transkribus").out.startswith(
        "0 corrected pages taken in; 5 unchanged"
    )


def test_losses_of_many_pages_are_summed(corpus: str) -> None:
    ended = zij("corpus", "export", corpus, "-o", "out", "--format", "transkribus")
    assert "lost: 21 other possible digits, 4 parameters of the readings;" in ended.out


def test_an_export_never_overwrites_work_that_the_corpus_does_not_have(corpus: str) -> None:
    path = exported_xml(corpus, "full")
    corrected(path, "30", "38")
    before = path.read_bytes()
    assert "holds work of another hand" in refused(zij("corpus", "export", corpus, "-o", "out"))
    assert path.read_bytes() == before
    front.corpus.import_(corpus, [path])
    assert zij("corpus", "export", corpus, "-o", "out").code == 0  # now it is in the corpus
    with open_corpus(corpus) as opened:
        opened.put_reading(2, replace(collection()["empty"], source="human"), kind="human")
    front.export(corpus, "out")  # and stays there, though another holds
    assert read_pagexml(path).reading.tables == ()


def test_the_same_corpus_gives_the_same_bytes(corpus: str) -> None:
    for form in ("pagexml", "deposit"):
        for folder in ("one", "two"):
            front.export(corpus, f"{form}-{folder}", form=form, date="2026-03-01")
        assert files(Path(f"{form}-one")) == files(Path(f"{form}-two"))


def test_stems_of_files_are_unique_and_harmless() -> None:
    assert file_stems(["a/b", "a_b", "A_B", 'x:y*"', "...", "é"]) == {
        "a/b": "a_b", "a_b": "a_b-2", "A_B": "A_B-3", 'x:y*"': "x_y__", "...": "page", "é": "é",
    }  # fmt: skip


# -- Python ------------------------------------------------------------------------------------------------


def test_the_commands_are_functions(corpus: str) -> None:
    assert front.corpus.tag(corpus, "x", [2, "loose"]).changed == 2
    assert front.corpus.judge(corpus, 2, "loose", "same").pairs == 1
    told = front.corpus.status(Path(corpus))
    assert (told.summary.tags, told.summary.judgements, told.failures) == (2, 1, ())
    assert front.corpus.import_(corpus, [exported_xml(corpus, "full")]).unchanged == ("full",)
    assert front.export(corpus, "again", where={"tag": "x"}).pages == 2


def test_a_reading_of_another_program_is_a_person_s(corpus: str) -> None:
    path = exported_xml(corpus, "full")
    reading: Reading = replace(read_pagexml(path).reading, source="eScriptorium", loose=())
    path.write_bytes(to_xml(replace(reading, tables=reading.tables[:0])))
    ended = zij("corpus", "import", corpus, path)
    assert ended.out.startswith("1 corrected page taken in"), ended
