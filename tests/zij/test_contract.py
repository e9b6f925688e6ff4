"""What other programs rely on in the results of annotate and compare: files, columns, sums, ids and boxes."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import files, given_view, small_page, zij
from lxml import etree
from remembered import remembered

from zij import export
from zij.tables.cellscsv import COLUMNS as CELLS
from zij.tables.digits import detect
from zij.tables.overlay import save_png
from zij.tables.pagexml import read_pagexml

SCHEMA = Path(__file__).parents[3] / "shared/data/pagexml/schema/pagecontent-2019-07-15.xsd"
PAGE = "{http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15}"
COLUMNS = "rank,relevance,corresponds,a_id,a_text,a_x,a_y,a_w,a_h,b_id,b_text,b_x,b_y,b_w,b_h,feature"
PARTS = ("relevance_listed", "relevance_unlisted", "relevance_outside_digits", "remainder")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two pages, `read/` with what annotate makes of them, `pair/` and `few/` with what compare does."""
    folder = tmp_path_factory.mktemp("contract")
    for number, name in enumerate("ab"):
        save_png(folder / f"{name}.png", small_page(number))
    with pytest.MonkeyPatch.context() as patch, remembered():
        patch.setattr(detect, "choose_view", given_view)
        assert zij("annotate", folder / "a.png", folder / "b.png", "-o", folder / "read").code == 0
        assert zij("compare", folder / "a.png", folder / "b.png", "-o", folder / "pair").code == 0
    words = ("compare", folder / "read/a.xml", folder / "read/b.xml", "--images", folder, "--top", "7")
    assert zij(*words, "-o", folder / "few").code == 0
    yield folder


def pairs(folder: Path) -> list[dict[str, str]]:
    with (folder / "pairs.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def explanation(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "explanation.json").read_text("utf-8")))


def test_the_files(work: Path) -> None:
    assert sorted(files(work / "read")) == [
        f"{stem}.{kind}" for stem in "ab" for kind in ("cells.csv", "overlay.png", "xml")
    ]
    assert sorted(files(work / "pair")) == [
        "A-a.xml", "B-b.xml", "explanation.json", "pair.png", "pair.svg", "pairs.csv", "pairs.jsonld",
        "report.html",
    ]  # fmt: skip


@pytest.mark.skipif(not SCHEMA.is_file(), reason="the PAGE schema is not at ../shared/data")
def test_pagexml_is_valid(work: Path) -> None:
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    for path in ("read/a.xml", "read/b.xml", "pair/A-a.xml", "pair/B-b.xml", "few/A-a.xml"):
        schema.assertValid(etree.parse(str(work / path)))


@pytest.mark.parametrize("name", ["pair", "few"])
def test_the_parts_sum_to_the_similarity(name: str, work: Path) -> None:
    facts, listed = explanation(work / name), pairs(work / name)
    assert 0.5 < facts["similarity"] < 1
    assert math.isclose(sum(facts[part] for part in PARTS), facts["similarity"], rel_tol=1e-5)
    relevances = [float(row["relevance"]) for row in listed]
    assert math.isclose(math.fsum(relevances), facts["relevance_listed"], rel_tol=1e-5)
    assert len(listed) == facts["pairs_listed"] == (7 if name == "few" else min(facts["pairs"], 2000))
    assert [row["rank"] for row in listed] == [str(number + 1) for number in range(len(listed))]
    assert {row["corresponds"] for row in listed} <= {"True", "False"}


def test_a_cut_moves_relevance_and_loses_none(work: Path) -> None:
    few = explanation(work / "few")
    assert few["relevance_listed"] > 0
    assert few["relevance_unlisted"] > few["relevance_listed"]
    assert abs(few["relevance_outside_digits"]) < 0.1 * few["similarity"]


def test_what_explanation_json_tells(work: Path) -> None:
    facts = explanation(work / "pair")
    assert {
        "similarity", *PARTS, "relevance_negative", "dot", "model", "parameters", "versions", "hashes"
    } <= facts.keys()  # fmt: skip
    for side in "ab":
        assert facts["hashes"][side] == hashlib.sha256((work / f"{side}.png").read_bytes()).hexdigest()
    for name, value in facts["files"].items():
        assert value == hashlib.sha256((work / "pair" / name).read_bytes()).hexdigest()


@pytest.mark.parametrize("side", ["a", "b"])
def test_every_region_is_an_element_with_its_box_and_text(side: str, work: Path) -> None:
    tree = etree.parse(str(work / f"pair/{side.upper()}-{side}.xml"))
    elements = {str(node.get("id")): node for node in tree.iter() if node.get("id")}
    listed = pairs(work / "pair")
    assert ",".join(listed[0]) == COLUMNS
    for row in listed:
        node = elements[row[f"{side}_id"]]
        points = [tuple(map(int, p.split(","))) for p in node.find(f"{PAGE}Coords").get("points").split()]
        (x0, x1), (y0, y1) = ((min(v), max(v)) for v in zip(*points, strict=True))
        assert [x0, y0, x1 - x0, y1 - y0] == [int(row[f"{side}_{key}"]) for key in "xywh"]
        assert node.findtext(f"{PAGE}TextEquiv/{PAGE}Unicode") == row[f"{side}_text"]
        assert row["feature"] in row[f"{side}_text"]


def test_annotations_name_the_same_pairs(work: Path) -> None:
    listed = pairs(work / "pair")
    items = json.loads((work / "pair/pairs.jsonld").read_text("utf-8"))["items"]
    assert [item["zij:pageXmlA"] for item in items] == [f"A-a.xml#{row['a_id']}" for row in listed]
    box = items[0]["target"]["selector"]["value"]
    assert box == "xywh=" + ",".join(listed[0][f"a_{key}"] for key in "xywh")


def test_the_columns_of_cells(work: Path) -> None:
    with (work / "read/a.cells.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == CELLS
    assert ",".join(CELLS) == "table,row,column,row_span,column_span,text,state,confidence,x,y,w,h"
    cells = read_pagexml(work / "read/a.xml").reading.tables[0].cells
    assert [(int(r["row"]), int(r["column"]), r["text"], r["state"]) for r in rows] == [
        (cell.row, cell.column, cell.text, cell.state) for cell in cells
    ]


def test_a_corrected_table_of_cells_is_used(work: Path, tmp_path: Path) -> None:
    """Where the misread number stood the corrected one is compared, with a box on the page."""
    for name in ("a.xml", "a.cells.csv"):
        (tmp_path / name).write_bytes((work / "read" / name).read_bytes())
    lines = (tmp_path / "a.cells.csv").read_text("utf-8").splitlines()
    fields = [line.split(",") for line in lines]
    place = next(n for n, row in enumerate(fields[1:], 1) if len(row[5]) == 2 and row[6] == "read")
    before, fields[place][5] = fields[place][5], "98"
    (tmp_path / "a.cells.csv").write_text("\n".join(map(",".join, fields)) + "\n", "utf-8")
    words = ("compare", tmp_path / "a.xml", work / "read/b.xml", "--images", work)
    assert zij(*words, "-o", tmp_path / "pair").code == 0
    reading = read_pagexml(tmp_path / "pair/A-a.xml").reading
    assert reading.source == "human" and before != "98"
    cell = next(cell for cell in reading.tables[0].cells if cell.text == "98")
    assert [str(cell.row), str(cell.column)] == fields[place][1:3]
    assert explanation(tmp_path / "pair")["similarity"] < explanation(work / "few")["similarity"]


def test_a_deposit_is_made_again_by_what_its_readme_says(work: Path, tmp_path: Path) -> None:
    """In a copy of the deposit alone, line by line; every file is the same, the README too."""
    shutil.copytree(work / "few", tmp_path / "read")
    stated = ("--title", "Ours & 'theirs'", "--author", "Fine, Oronce", "--date", "2026-01-31")
    words = ("corpus", "export", "read", "-o", "deposit", "--format", "deposit", *stated, "--copy-images")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert zij(*words, "--images", work).code == 0
        patch.chdir("deposit")
        before = files(Path())
        readme = Path("README.md").read_text("utf-8")
        commands = re.findall(r"^   zij (.*)$", readme, re.M)
        assert len(commands) == 2 and "every file comes out the same" in readme
        for line in commands:
            assert zij(*shlex.split(line)).code == 0, line
        assert files(Path("again")) == before
    assert {"pairs/pairs.csv", "pairs/pairs.jsonld", "pairs/explanation.json", "page/A-a.xml"} <= set(before)


def test_the_pages_of_an_earlier_comparison_go(work: Path, tmp_path: Path) -> None:
    """As long as nobody changed them, and they are not what is compared."""
    out = tmp_path / "few"
    shutil.copytree(work / "few", out)
    shutil.copy(work / "read/a.xml", out / "A-mine.xml")  # named by no explanation.json
    words = ("--images", work, "-o", out)
    ended = zij("compare", work / "read/b.xml", work / "read/a.xml", *words)
    assert ended.err == f"{out}: removed A-a.xml and B-b.xml of the comparison that stood there before.\n"
    assert {path.name for path in out.glob("*.xml")} == {"A-b.xml", "A-mine.xml", "B-a.xml"}
    path = out / "A-b.xml"
    path.write_bytes(path.read_bytes() + b"\n")
    ended = zij("compare", out / "B-a.xml", work / "read/b.xml", *words)
    kept = "still holds A-b.xml and B-a.xml of the comparison before, changed since or compared just now"
    assert ended.code == 0 and ended.err == f"{out}: {kept}.\n"
    assert {path.name for path in out.glob("*.xml")} >= {
        "A-a.xml",
        "A-b.xml",
        "A-mine.xml",
        "B-a.xml",
        "B-b.xml",
    }


def test_pages_that_were_compared_as_images_are_so_again(work: Path, tmp_path: Path) -> None:
    """Doubtful candidates outside the reading count there, and PAGE-XML does not hold them."""
    export(work / "pair", tmp_path, form="deposit", images=work)
    line = "zij compare images/a.png images/b.png -o read --images images\n"
    assert line in (tmp_path / "README.md").read_text("utf-8")
    assert explanation(work / "few")["parameters"]["a_input"] == "reading"
