"""`zij corpus export`: every format, whole or not at all, the same bytes twice, and what it says."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest
from commands import files, refused, zij
from made_collection import collection
from made_pair import made_page, made_pairs
from oracles import ask

from zij import export
from zij.cli.corpus.export import Form
from zij.corpora.exchange.forms import FORMS
from zij.corpora.exchange.loss import EVERYTHING, counted, lost
from zij.corpora.exchange.readingjson import reading_from_json
from zij.corpora.exchange.schema import schema_text
from zij.corpora.exchange.tablecsv import COLUMNS
from zij.errors import UsageError
from zij.explain.report.annotations import annotations_text
from zij.tables.cellscsv import write_cells
from zij.tables.pagexml import Profile, read_pagexml, write_pagexml

ALL = get_args(Form)
HERE = [form for form in ALL if form != "parquet"]  # which needs pyarrow, in a process of its own
PARQUET = Path(__file__).parents[1] / "oracles" / "read_parquet.py"


def test_the_command_and_the_library_know_the_same_formats() -> None:
    assert list(ALL) == list(FORMS)
    assert all(form.kept <= EVERYTHING for form in FORMS.values())


@pytest.mark.parametrize("form", HERE)
def test_every_format_is_written_twice_the_same(folder: Path, tmp_path: Path, form: str) -> None:
    first = zij("corpus", "export", folder, "-o", tmp_path / "one", "--format", form)
    again = zij("corpus", "export", folder, "-o", tmp_path / "two", "--format", form)
    assert first.code == again.code == 0 and first.err == ""
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert first.out.startswith(f"4 pages as {form} (") and first.out.count("\n") == 1
    assert first.out.endswith(f"; results: {tmp_path / 'one'}\n")
    assert "nothing lost" in first.out or "lost: " in first.out


@pytest.mark.parametrize("form", HERE)
def test_an_empty_page_alone_is_no_error_where_the_format_has_a_place_for_it(
    folder: Path, tmp_path: Path, form: str
) -> None:
    for path in folder.glob("*.xml"):
        if path.stem != "empty":
            path.unlink()
    ended = zij("corpus", "export", folder, "-o", tmp_path / "out", "--format", form)
    if form == "dishas":
        refused(ended, "no table has numbers in the columns asked for")
        assert not (tmp_path / "out").exists()
    else:
        assert ended.code == 0 and files(tmp_path / "out")


def test_the_files_of_each_format(folder: Path, tmp_path: Path) -> None:
    stems = ["empty", "full", "loose", "ünïcode"]
    tables = ["full.t1.csv", "ünïcode.t1.csv"]
    expected = {
        "pagexml": [f"{stem}.xml" for stem in stems],
        "csv": sorted([*(f"{stem}.long.csv" for stem in stems), *tables]),
        "json": sorted([*(f"{stem}.json" for stem in stems), "reading.schema.json"]),
        "iiif": ["manifest.json"],
        "escriptorium": ["escriptorium.zip"],
    }
    for form, names in expected.items():
        result = export(folder, tmp_path / form, form=form)
        assert sorted(result.files) == names == sorted(files(tmp_path / form))


@pytest.mark.parametrize("profile", ["nested", "flat", "transkribus"])
def test_pagexml_in_every_profile(folder: Path, tmp_path: Path, profile: Profile) -> None:
    result = export(folder, tmp_path / "out", profile=profile)
    for stem, reading in collection().items():
        found = read_pagexml(tmp_path / "out" / f"{stem}.xml").reading
        assert [t.rows for t in found.tables] == [t.rows for t in reading.tables]
        if profile != "transkribus":
            assert found.tables == reading.tables and found.loose == reading.loose
    assert (result.lost == ()) == (profile != "transkribus")


@pytest.mark.parametrize("form", ["pagexml", "deposit", "escriptorium", "transkribus"])
def test_what_zij_does_not_know_is_kept_in_pagexml(folder: Path, tmp_path: Path, form: str) -> None:
    """A word that is no number, a region of another kind: the reading knows neither."""
    path = folder / "full.xml"
    coords = '<Coords points="300,200 340,200 340,240 300,240"/>'
    region = f'<GraphicRegion id="star" custom="structure {{type:ornament;}}">{coords}</GraphicRegion>'
    path.write_text(path.read_text("utf-8").replace("</Page>", f"{region}</Page>"), "utf-8")
    export(folder, tmp_path / "out", form=form)
    if form == "escriptorium":
        with zipfile.ZipFile(tmp_path / "out" / "escriptorium.zip") as file:
            file.extract("full.xml", tmp_path / "out")
    (found,) = (tmp_path / "out").rglob("full.xml")
    assert 'id="star"' in found.read_text("utf-8")
    if form in ("pagexml", "deposit"):
        assert found.read_bytes() == path.read_bytes()


def test_corrections_are_in_the_pagexml_and_all_else_is_kept(folder: Path, tmp_path: Path) -> None:
    path = write_cells(folder / "full.cells.csv", read_pagexml(folder / "full.xml").reading)
    path.write_text(path.read_text("utf-8").replace(",05,uncertain", ",06,read"), "utf-8")
    export(folder, tmp_path / "out", profile="flat")
    found = read_pagexml(tmp_path / "out" / "full.xml").reading
    assert [c.text for c in found.tables[0].cells if (c.row, c.column) == (1, 2)] == ["06"]
    assert found.source == "human"


def test_json_gives_the_readings_back(folder: Path, tmp_path: Path) -> None:
    export(folder, tmp_path / "out", form="json")
    for stem in collection():
        text = (tmp_path / "out" / f"{stem}.json").read_text("utf-8")
        assert reading_from_json(text) == read_pagexml(folder / f"{stem}.xml").reading
    assert (tmp_path / "out" / "reading.schema.json").read_text("utf-8") == schema_text()


def test_parquet_holds_every_cell(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("corpus", "export", folder, "-o", out, "--format", "parquet")
    printed = ask("pyarrow", PARQUET, out / "cells.parquet", *words)
    table = printed.partition("\n\n")[2].partition("\n")[2]
    frame = pd.read_csv(io.StringIO(table), dtype={"text": str, "page": str}, keep_default_na=False)
    assert list(frame.columns) == ["page", "image", *COLUMNS]
    cells = [c for r in collection().values() for t in r.tables for c in t.cells]
    assert sorted(map(str, frame["text"])) == sorted(c.text for c in cells)
    assert frame["header"].sum() == sum(c.header for c in cells)
    assert frame.loc[frame["state"] == "uncertain", "confidence"].tolist() == [0.8]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_single_page_is_converted_to_the_same_files(folder: Path, tmp_path: Path, form: str) -> None:
    assert zij("convert", folder / "full.xml", tmp_path / "one", "--to", form).code == 0
    export(folder, tmp_path / "all", form=form)
    one, everything = files(tmp_path / "one"), files(tmp_path / "all")
    assert any(name.startswith("full.") for name in one)
    assert one == {name: data for name, data in everything.items() if name in one}


def test_corrections_are_handed_on(folder: Path, tmp_path: Path) -> None:
    reading = read_pagexml(folder / "full.xml").reading
    path = write_cells(folder / "full.cells.csv", reading)
    path.write_text(path.read_text("utf-8").replace(",05,uncertain", ",06,read"), "utf-8")
    export(folder, tmp_path / "out", form="csv")
    assert "30,06" in (tmp_path / "out" / "full.t1.csv").read_text("utf-8")


def test_pairs_are_handed_on_where_there_is_a_place(tmp_path: Path) -> None:
    read = tmp_path / "compared"
    a, b = made_page("alpha.png")[1], made_page("beta.png", left=70)[1]
    pairs, summary = made_pairs(a, b)
    for side, reading in (("A", a), ("B", b)):
        write_pagexml(read / f"{side}-{reading.image[:-4]}.xml", reading)
    (read / "pairs.jsonld").write_text(annotations_text(pairs, a, b, summary), "utf-8")
    assert f"{len(pairs)} pairs" in export(read, tmp_path / "csv", form="csv").lost
    manifest = tmp_path / "iiif" / "manifest.json"
    assert all("pairs" not in text for text in export(read, manifest.parent, form="iiif").lost)
    assert manifest.read_text("utf-8").count('"motivation": "linking"') == len(pairs)
    export(read, tmp_path / "tei", form="tei")
    assert (tmp_path / "tei" / "pairs.tei.xml").read_text("utf-8").count("<link ") == len(pairs)
    export(read, tmp_path / "deposit", form="deposit")
    assert (tmp_path / "deposit/pairs/pairs.jsonld").read_bytes() == (read / "pairs.jsonld").read_bytes()


def test_a_damaged_page_is_named_and_the_rest_done(folder: Path, tmp_path: Path) -> None:
    (folder / "full.xml").write_text("<PcGts>", "utf-8")
    ended = zij("corpus", "export", folder, "-o", tmp_path / "out", "--format", "json")
    assert ended.code == 1 and "full.xml: not readable as XML" in ended.err
    assert ended.out.startswith("3 pages as json") and "full.json" not in files(tmp_path / "out")
    assert "; 1 page left out; " in ended.out


def test_truth_of_generated_pages_is_nobodys_reading(folder: Path, tmp_path: Path) -> None:
    words = ("corpus", "export", folder, "-o", tmp_path / "out", "--format", "json")
    shutil.copy(folder / "full.xml", folder / "full.truth.xml")
    ended = zij(*words)
    assert ended.code == 0 and not any("truth" in name for name in files(tmp_path / "out"))
    assert ended.err == "full.truth.xml: passed over: truth of zij generate, no reading of a page\n"
    assert ended.out.startswith("4 pages as json") and "; 1 other PAGE-XML file passed over; " in ended.out
    for path in folder.glob("*.xml"):
        if path.name != "full.truth.xml":
            path.unlink()
    refused(zij(*words), "holds truth of zij generate alone")


@pytest.mark.parametrize("form", ["deposit", "pagexml"])
def test_of_the_folder_of_a_comparison_its_own_two_pages_are_taken(
    folder: Path, tmp_path: Path, form: str
) -> None:
    shutil.copy(folder / "full.xml", folder / "A-x.truth.xml")
    (folder / "explanation.json").write_text('{"files": {"A-x.truth.xml": "0", "loose.xml": "0"}}', "utf-8")
    assert export(folder, tmp_path / "no", form=form, images=folder).passed_over[0][0] == "A-x.truth.xml"
    (folder / "pairs.csv").write_text("rank\n", "utf-8")
    found = export(folder, tmp_path / "out", form=form, images=folder)
    assert {path.name for path in (tmp_path / "out").rglob("*.xml")} == {"A-x.truth.xml", "loose.xml"}
    why = "not of the comparison that explanation.json tells of"
    assert found.passed_over == tuple((f"{stem}.xml", why) for stem in ("empty", "full", "ünïcode"))
    assert "passed over (3)" in found._repr_html_()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--format", "dishas", "--entry", "9"), "no table has numbers in the columns asked for (0, 9)"),
        (("--format", "dishas", "--argument", "x"), "names no columns"),
        (("--format", "iiif", "--base-url", "example.org"), "is no web address"),
        (("--format", "deposit", "--date", "May"), "is no date"),
        (("--format", "deposit", "--model-card", "none.md"), "cannot be read as text"),
    ],
)
def test_what_cannot_be_leaves_nothing(
    folder: Path, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    refused(zij("corpus", "export", folder, "-o", tmp_path / "out", *words), says)
    assert not (tmp_path / "out").exists()


def test_images_that_are_nowhere_leave_nothing(folder: Path, tmp_path: Path) -> None:
    for path in folder.glob("*.png"):
        path.unlink()
    words = ("corpus", "export", folder, "-o", tmp_path / "out", "--format")
    refused(zij(*words, "deposit", "--copy-images"), "is not at hand", "--images")
    assert not (tmp_path / "out").exists()
    ended = zij(*words, "escriptorium")
    assert ended.code == 0 and "missing: images of 4 pages (name their folder with --images)" in ended.out
    assert zij(*words, "csv", "--images", tmp_path).code == 2


def test_two_images_of_one_name_leave_nothing(folder: Path, tmp_path: Path) -> None:
    text = (folder / "loose.xml").read_text("utf-8").replace("loose.png", "full.png")
    (folder / "loose.xml").write_text(text, "utf-8")
    (folder / "loose.png").unlink()
    ended = zij("corpus", "export", folder, "-o", tmp_path / "out", "--format", "transkribus")
    refused(ended, "is another one than that of")
    assert not (tmp_path / "out").exists()


def test_readings_are_not_overwritten(folder: Path, tmp_path: Path) -> None:
    before = files(folder)
    for form in ("pagexml", "tei"):
        refused(
            zij("corpus", "export", folder, "-o", folder, "--format", form), "holds the readings themselves"
        )
    assert files(folder) == before
    export(folder, tmp_path / "out", profile="flat")
    path = tmp_path / "out" / "full.xml"
    corrected = path.read_text("utf-8").replace("<Unicode>12<", "<Unicode>19<")
    path.write_text(corrected, "utf-8")
    refused(zij("corpus", "export", folder, "-o", tmp_path / "out"), "holds work of another hand")
    assert path.read_text("utf-8") == corrected


def test_no_folder_or_no_pages_is_one_sentence(tmp_path: Path) -> None:
    refused(zij("corpus", "export", tmp_path / "none", "-o", tmp_path / "out"), "is no folder")
    refused(zij("corpus", "export", tmp_path, "-o", tmp_path / "out"), "holds no PAGE-XML")
    refused(zij("corpus", "export", tmp_path, "-o", tmp_path / "out", "--format", "pdf"), "pdf")
    with pytest.raises(UsageError, match="format 'pdf' is not known; choose one of pagexml, csv"):
        export(tmp_path, tmp_path / "out", form="pdf")


def test_a_transkribus_folder_is_a_folder_of_readings(folder: Path, tmp_path: Path) -> None:
    export(folder, tmp_path / "tr", form="transkribus", title="doc")
    result = export(tmp_path / "tr" / "doc", tmp_path / "out", form="csv", images=tmp_path / "tr" / "doc")
    assert result.pages == 4
    told = [remark for stem, remark in result.tolerated if stem == "full"]
    assert any("as Transkribus does it" in remark for remark in told)
    there = (tmp_path / "out" / "full.t1.csv").read_text("utf-8")
    assert export(folder, tmp_path / "own", form="json").tolerated == ()
    export(folder, tmp_path / "direct", form="csv")
    assert there == (tmp_path / "direct" / "full.t1.csv").read_text("utf-8")


def test_what_is_lost_is_counted() -> None:
    counts = [counted(reading) for reading in collection().values()]
    assert lost(counts, EVERYTHING) == ()
    gone = lost(counts, EVERYTHING - {"spans", "loose", "unread", "empties"})
    assert gone == (
        "2 spans of cells", "1 mark of an unread cell", "1 place of an empty cell", "3 numbers outside tables"
    )  # fmt: skip


def test_options_are_passed_on(folder: Path, tmp_path: Path) -> None:
    words = (
        "--format",
        "dishas",
        "--argument",
        "0",
        "--entry",
        "1+2",
        "--entry-unit",
        "hour",
        "--table-type",
        "4",
    )
    assert zij("corpus", "export", folder, "-o", tmp_path / "out", *words).code == 0
    data = json.loads((tmp_path / "out" / "full.t1.c1+2.json").read_text("utf-8"))
    assert data["entry_number_unit"] == "hour" and data["table_type"] == {"id": "4"}
    shutil.rmtree(tmp_path / "out")
    words = ("--format", "csv", "--spreadsheet")
    assert zij("corpus", "export", folder, "-o", tmp_path / "out", *words).code == 0
    assert "'=1+1" in (tmp_path / "out" / "ünïcode.t1.csv").read_text("utf-8")
