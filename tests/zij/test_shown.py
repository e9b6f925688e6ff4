"""What results of actions show in a notebook: sentence, failures, files, and their own."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest
from made_pair import made_page

from zij.actions import (
    Annotated,
    Converted,
    Evaluated,
    Exported,
    Generated,
    Source,
    TaughtPages,
    Trained,
    Validated,
    evaluate,
    generate,
)
from zij.actions._showing.shown import Shown, shown
from zij.html import Markup, element, fragment, listing
from zij.tables.cellscsv import write_cells
from zij.tables.overlay import save_png
from zij.tables.pagexml import Finding, write_pagexml
from zij.tables.scan.image import Image
from zij.tables.teach.marks import Marks

HOSTILE = "</style><script>alert(1)</script> \" onload='x' & <b>"


@dataclass(frozen=True, slots=True)
class Result(Shown):
    """The least that a result has."""

    folder: Path
    failures: tuple[tuple[str, str], ...] = ()
    sentence: str = "1 page: done"


def test_a_fragment_is_one_card_that_styles_nothing_else() -> None:
    text = fragment(element("p", "<"), "&", style=".zij.zij.zij b { color: red }")
    assert text.startswith('<div class="zij"><style>') and text.endswith("<p>&lt;</p>&amp;</div>")
    style = text[text.index("<style>") + 7 : text.index("</style>")]
    rules = [rule.split("*/")[-1].strip() for rule in style.split("}")[:-1]]
    for rule in rules:
        selectors = rule.partition("{")[0].split(",")
        assert all(selector.strip().startswith(".zij.zij.zij") for selector in selectors), rule
    assert "http" not in text and "url(" not in text and "@" not in style
    with pytest.raises(ValueError, match="closes its own element"):
        fragment(style="</style>")


def test_a_long_list_says_what_is_left_out() -> None:
    rows = [(n, HOSTILE) for n in range(53)]
    assert "3 more rows not shown." in listing(["n", "text"], rows)
    assert "1 more row not shown." in listing(["n", "text"], iter(rows), total=53, most=52)
    short = listing(["n", "text"], rows, most=53, numbers=["n"])
    assert "not shown" not in short and short.count('<td class="number">') == 53
    assert "<script" not in short and "<td>&lt;/style&gt;" in short


def test_sentence_failures_and_files_come_first(tmp_path: Path) -> None:
    for name in ("report.html", "a.cells.csv", "b.cells.csv", "a.xml", "letter.docx"):
        (tmp_path / name).write_text("", "utf-8")
    text = shown(Result(tmp_path, (("b.png", HOSTILE),)), element("p", "its own"))
    order = ["1 page: done", "1 failed:", "<td>b.png</td><td>&lt;/style&gt;", "files (4)", "its own"]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "<code>a.cells.csv</code>, <code>b.cells.csv</code>" in text
    assert "<td>PAGE-XML</td>" in text and "letter" not in text and str(tmp_path) not in text
    assert "<script" not in text


def test_a_folder_that_is_gone_has_no_files(tmp_path: Path) -> None:
    assert "files" not in shown(Result(tmp_path / "gone"))
    assert "files" not in shown(Result(tmp_path), files=())


def test_files_may_be_named_and_explained() -> None:
    names = [f"page/{n}.zip" for n in range(9)]
    text = shown(Result(Path()), files=names, about={"*.zip": "all in one"})
    assert "files (9)" in text and "page/5.zip</code> and 3 more" in text and "all in one" in text
    assert "<details open>" in text  # there is nothing else to see


def test_what_shows_itself_has_a_line_of_text(tmp_path: Path) -> None:
    class Printer(io.StringIO):
        text = io.StringIO.write

    printer = Printer()
    Result(tmp_path)._repr_pretty_(printer, False)
    assert printer.getvalue() == "1 page: done"
    assert Result(tmp_path)._repr_html_() == shown(Result(tmp_path))


@pytest.fixture(scope="module")
def sources() -> tuple[Source, ...]:
    rgb, reading = made_page()
    image = Image("made.png", reading.sha256, rgb)
    return tuple(Source(f"page-{n}", reading, image) for n in range(8))


def test_annotated(sources: tuple[Source, ...], tmp_path: Path) -> None:
    one = Annotated(tmp_path, sources[:1], ())
    alone = one._repr_html_()
    assert alone.count("data:image/jpeg") == alone.count('class="grid"') == 1
    many = Annotated(tmp_path, sources, (("bad.png", "cannot be read."),))
    text = many._repr_html_()
    assert text.count("data:image/jpeg") == text.count('class="grid"') == 6
    assert "2 more pages not shown." in text and "cannot be read." in text
    assert len(text) < 1_500_000
    frame = many.frame()
    assert frame["page"].tolist() == [f"page-{n}" for n in range(8) for _ in range(12)]
    part = frame[frame["page"] == "page-3"].drop(columns="page").reset_index(drop=True)
    pd.testing.assert_frame_equal(part, sources[3].reading.frame())


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    """A page read but for one value, judged."""
    folder = tmp_path_factory.mktemp("judged")
    rgb, truth = made_page()
    table = truth.tables[0]
    save_png(folder / "made.png", rgb)
    write_cells(folder / "made.cells.csv", truth)
    cells = (replace(table.cells[0], text="", numbers=(), state="unread"), *table.cells[1:])
    (folder / "read").mkdir()
    write_pagexml(folder / "read" / "made.xml", replace(truth, tables=(replace(table, cells=cells),)))
    return evaluate(folder, folder / "out", readings=folder / "read")


def test_evaluated(evaluated: Evaluated) -> None:
    text = evaluated._repr_html_()
    assert text.count("data:image/png") >= 1 and "values, recall" in text and "pages.csv" in text
    files = evaluated.folder
    kept = pd.read_csv(files / "pages.csv").drop(columns="truth_sha256")
    frame = evaluated.frame()
    assert frame.columns.tolist() == kept.columns.tolist() and len(frame) == 1
    assert (
        frame["value_recall"][0] == pytest.approx(kept["value_recall"][0]) and 0 < kept["value_recall"][0] < 1
    )
    errors = evaluated.errors()
    written = pd.read_csv(files / "errors.csv", dtype="str", keep_default_na=False)
    assert errors.columns.tolist() == written.columns.tolist()
    assert errors["truth"].tolist() == written["truth"].tolist() == ["12"]
    assert errors["kind"].tolist() == ["missed"]


def test_trained_and_taught(tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    for file in (path, path.with_suffix(".md")):
        file.write_text("", "utf-8")
    trained = Trained(path, 10, 61.0, 0.9)._repr_html_()
    assert "mine.safetensors" in trained and "the model card" in trained
    before, after = (Marks(10, 6, 3, 1),), (Marks(10, 9, 1, 0),)
    taught = TaughtPages(
        path, True, (HOSTILE,), ("held.png",), before, after, 0.9, 0.91, 5, 60.0, (), ()
    )  # fmt: skip
    frame = taught.frame()
    assert frame[["page", "digits", "errors_before", "errors_after"]].values.tolist() == [
        ["held.png", 10, 5, 1]
    ]
    text = taught._repr_html_()
    assert "held.png" in text and "<script" not in text and f"{frame['f1_after'][0]:.3f}" in text


def test_generated(tmp_path: Path) -> None:
    result = Generated(tmp_path, ("edition-1", "edition-2"), 1)
    assert "<img" not in result._repr_html_()  # somebody moved the pages
    for stem in result.stems:
        save_png(tmp_path / f"{stem}.png", made_page()[0])
    (tmp_path / "misprints.csv").write_text("page,row,before,after\nedition-2,3,07,70\n", "utf-8")
    text = result._repr_html_()
    assert text.count("<img") == 2 and "misprints (1)" in text and "<td>07</td>" in text
    assert result.frame()["before"].tolist() == ["07"]


def test_generated_families(tmp_path: Path) -> None:
    result = generate(tmp_path, families=1, pages=4, readings=True)
    assert "misprints.csv" in result._repr_html_() and "<img" not in result._repr_html_()
    assert len(result.frame()) == result.errors > 0
    assert result.members()["page"].tolist() == list(result.stems)
    save_png(tmp_path / "pages" / f"{result.stems[0]}.jpg", made_page()[0])
    assert result._repr_html_().count("<img") == 1


def test_converted_and_exported(tmp_path: Path) -> None:
    remarks = (("a", HOSTILE),)
    converted = Converted(tmp_path, "csv", ("a.long.csv", "a.t1.csv"), 1, ("boxes",), tolerated=remarks)
    exported = Exported(tmp_path, "tei", 1, ("a.tei.xml",), (), (), (("b.xml", "is no page."),))
    text = converted._repr_html_()
    assert "a.t1.csv" in text and "a table as it is seen" in text and "tolerated (1)" in text
    assert "<script" not in text
    assert "<code>a.tei.xml</code>" in exported._repr_html_() and "is no page." in exported._repr_html_()


def test_validated() -> None:
    findings = (
        (Path("x/a.xml"), Finding("points", f"{HOSTILE} has no points", 7, "r1")),
        (Path("x/a.xml"), Finding("gap", "a place has no cell", tolerated=True)),
    )
    result = Validated((Path("x/a.xml"),), findings)
    text = result._repr_html_()
    assert "errors (1)" in text and "tolerated (1)" in text and "<script" not in text
    assert "x/a.xml" not in text and isinstance(Markup(text), str)
    frame = result.frame()
    assert frame["file"].tolist() == ["x/a.xml"] * 2 and frame["line"].tolist() == [7, 0]
    assert frame["tolerated"].tolist() == [False, True]
    assert frame["advice"][0].startswith("write them as x,y")
