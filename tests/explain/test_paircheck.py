"""The checker of pairs: the files of a comparison agree, and whatever is changed in one of them is found."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import given_view, refused, small_page, zij

from zij.errors import InputError
from zij.explain.report.paircheck import pair_findings
from zij.explain.report.pairfiles import PairFiles, read_annotations, read_pairs
from zij.tables.digits import detect
from zij.tables.overlay import save_png

Change = Callable[[dict[str, str]], None]
FILES = ("A-a.xml", "B-b.xml", "pairs.csv", "pairs.jsonld")


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The files of two comparisons: `all` with all pairs listed, `few` with seven."""
    folder = tmp_path_factory.mktemp("paircheck")
    for number, name in enumerate("ab"):
        save_png(folder / f"{name}.png", small_page(number, rows=3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detect, "choose_view", given_view)
        assert zij("compare", folder / "a.png", folder / "b.png", "-o", folder / "all").code == 0
    words = ("compare", folder / "all/A-a.xml", folder / "all/B-b.xml", "--images", folder, "--top", "7")
    assert zij(*words, "-o", folder / "few").code == 0
    return {
        which: {name: (folder / which / name).read_text("utf-8") for name in FILES}
        for which in ("all", "few")
    }


def check(texts: dict[str, str], folder: Path) -> list[tuple[str, str, str]]:
    """File, element and sentence of each finding."""
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    pages = folder / "A-a.xml", folder / "B-b.xml"
    found = pair_findings(PairFiles(folder / "pairs.csv", folder / "pairs.jsonld", pages))
    return [(path.name, finding.element, finding.what) for path, finding in found]


@pytest.mark.parametrize("which", ["all", "few"])
def test_what_compare_writes_agrees(which: str, compared: dict[str, dict[str, str]], tmp_path: Path) -> None:
    assert check(compared[which], tmp_path) == []
    rows = read_pairs(tmp_path / "pairs.csv")
    assert len(rows) == 7 if which == "few" else len(rows) > 20
    assert read_annotations(tmp_path / "pairs.jsonld")["zij:similarity"] > 0.5


def cut(tag: str, name: str) -> Callable[[str], str]:
    """Take an element away."""
    return lambda text: re.sub(rf'\s*<{tag} id="{name}".*?</{tag}>', "", text, flags=re.S)


def first_end(texts: dict[str, str], side: str) -> str:
    header, row = (line.split(",") for line in texts["pairs.csv"].splitlines()[:2])
    return row[header.index(f"{side}_id")]


@pytest.mark.parametrize("side", ["a", "b"])
def test_a_word_that_is_gone_is_named(side: str, compared: dict[str, dict[str, str]], tmp_path: Path) -> None:
    texts = dict(compared["all"])
    file, word = f"{side.upper()}-{side}.xml", first_end(texts, side)
    texts[file] = cut("Word", word)(texts[file])
    found = check(texts, tmp_path)
    assert ("pairs.csv", word, f"pair 1 names {word!r}, which is not in {file}") in found
    assert {name for _, name, _ in found} == {word, ""}  # and the sum of the page is another


@pytest.mark.parametrize("which", ["first of one", "first of two", "second of two"])
def test_a_glyph_that_is_gone_is_named(
    which: str, compared: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    texts = dict(compared["all"])
    number = "2" if which.startswith("second") else "1"
    rows = [line.split(",") for line in texts["pairs.csv"].splitlines()[1:]]
    word = next(row[3] for row in rows if len(row[4]) == (1 if which.endswith("one") else 2))
    texts["A-a.xml"] = cut("Glyph", f"{word}_g{number}")(texts["A-a.xml"])
    [(file, name, what)] = check(texts, tmp_path)
    assert (file, name) == ("A-a.xml", f"{word}_g{number}")
    assert what.startswith(f"'{word}_g{number}' is missing among the glyphs of {word!r}, which pair ")


def in_table(column: str, change: Callable[[str], str]) -> Change:
    """Change a field of the first pair."""

    def mutate(texts: dict[str, str]) -> None:
        header, row, *rest = texts["pairs.csv"].splitlines()
        fields = row.split(",")
        place = header.split(",").index(column)
        fields[place] = change(fields[place])
        texts["pairs.csv"] = "\n".join([header, ",".join(fields), *rest]) + "\n"

    return mutate


def in_annotation(change: Callable[[dict[str, object]], object]) -> Change:
    """Change the first annotation."""

    def mutate(texts: dict[str, str]) -> None:
        page = json.loads(texts["pairs.jsonld"])
        change(page["items"][0])
        texts["pairs.jsonld"] = json.dumps(page)

    return mutate


def in_file(pattern: str, new: str) -> Change:
    """Change the first match in page A."""

    def mutate(texts: dict[str, str]) -> None:
        changed, count = re.subn(pattern, new, texts["A-a.xml"], count=1)
        assert count == 1
        texts["A-a.xml"] = changed

    return mutate


def fewer(texts: dict[str, str]) -> None:
    texts["pairs.csv"] = texts["pairs.csv"].rpartition("\n")[0].rpartition("\n")[0] + "\n"


def xywh(item: dict[str, object], by: int) -> None:
    selector = item["target"]["selector"]  # type: ignore[index]
    x, rest = selector["value"].removeprefix("xywh=").split(",", 1)
    selector["value"] = f"xywh={int(x) + by},{rest}"


MUTATIONS: dict[str, tuple[Change, str]] = {
    "another id": (in_table("a_id", lambda _: "t9_r9c9"), r"pair 1 names 't9_r9c9', which is not in A-a"),
    "another box": (in_table("b_x", lambda x: str(int(x) + 2)), r"another box than B-b\.xml does"),
    "another text": (in_table("a_text", lambda _: "99"), r"pair 1 reads .* as '99', but A-a\.xml as"),
    "relevance of the table": (
        in_table("relevance", lambda r: str(float(r) + 3e-6)), "gives the relevance .* instead of",
    ),
    "relevance of the annotation": (
        in_annotation(lambda item: item.update({"zij:relevance": 0.5})), "gives the relevance 0.5 instead of",
    ),
    "no relevance in the annotation": (
        in_annotation(lambda item: item.pop("zij:relevance")), "gives the relevance None instead of",
    ),
    "rank of the annotation": (in_annotation(lambda i: i.update({"zij:rank": 4})), "gives the rank 4"),
    "element of the annotation": (
        in_annotation(lambda i: i.update({"zij:pageXmlA": "A-a.xml#x1"})),
        "names 'x1' in 'A-a.xml' instead of",
    ),
    "file of the annotation": (
        in_annotation(lambda i: i.update({"zij:pageXmlB": str(i["zij:pageXmlB"]).replace("B-b", "C-b")})),
        "in 'C-b.xml' instead of",
    ),
    "box of the annotation": (in_annotation(lambda item: xywh(item, -2)), "another box"),
    "no box in the annotation": (
        in_annotation(lambda item: item.update(target="a.png")),
        "the annotation of pair 1 gives .* another box",
    ),
    "pairs left out": (fewer, r"there are \d+ annotations for \d+ pairs"),
    "relevance in the file": (
        in_file(r'(name="zij:relevance[^>]*value=")[0-9.e-]+', r"\g<1>0.5"),
        "has the relevance 0.5, but its pairs",
    ),
    "no relevance in the file": (
        in_file(r'name="zij:relevance[^"]*"', 'name="other"'), "has pairs but no relevance",
    ),
    "pointer in the file": (in_file(r"B-b\.xml#[^\"]*", "B-b.xml#gone"), "points to 'B-b.xml#gone' as pair"),
    "file of a pointer": (in_file(r'comments="B-b\.xml#', 'comments="C.xml#'), "points to 'C.xml#"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_contradiction_is_found(name: str, compared: dict[str, dict[str, str]], tmp_path: Path) -> None:
    mutate, expected = MUTATIONS[name]
    texts = dict(compared["all"])
    mutate(texts)
    assert any(re.search(expected, what) for _, _, what in check(texts, tmp_path))


def test_a_pixel_is_no_contradiction(compared: dict[str, dict[str, str]], tmp_path: Path) -> None:
    texts = dict(compared["all"])
    in_table("b_x", lambda x: str(int(x) + 1))(texts)
    assert check(texts, tmp_path) == []


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("pairs.csv", "rank,relevance\n1,2\n", "has no column 'corresponds'"),
        ("pairs.jsonld", "{", "not readable as JSON"),
        ("pairs.jsonld", "[" * 10**5, "not readable as JSON"),
        ("pairs.jsonld", '{"items": [1]}', "holds no annotations"),
        ("A-a.xml", "<alto/>", "not PAGE-XML"),
    ],
)
def test_files_that_cannot_be_read(
    name: str, text: str, message: str, compared: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        check({**compared["all"], name: text}, tmp_path)
    assert str(tmp_path / name) in str(caught.value)


def test_a_field_that_is_no_number(compared: dict[str, dict[str, str]], tmp_path: Path) -> None:
    texts = dict(compared["all"])
    in_table("a_w", lambda _: "wide")(texts)
    with pytest.raises(
        InputError, match=r"pairs\.csv, line 2: a_w is 'wide', which is no number; correct it"
    ):
        check(texts, tmp_path)


def test_the_command_checks_the_pairs_of_a_folder(
    compared: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    texts = dict(compared["all"])
    check(texts, tmp_path)
    ended = zij("validate", tmp_path)
    assert ended.code == 0
    assert ended.out.endswith("pairs and pages agree\n")
    word = first_end(texts, "b")
    (tmp_path / "B-b.xml").write_text(cut("Word", word)(texts["B-b.xml"]), "utf-8")
    ended = zij("validate", tmp_path)
    assert ended.code == 1
    assert f"{tmp_path}/pairs.csv:2: pair 1 names {word!r}, which is not in B-b.xml; compare the" in ended.out
    assert ended.out.endswith("pairs and pages contradict each other\n")


def test_the_command_finds_the_pages_of_a_table_of_pairs(
    compared: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    check(compared["all"], tmp_path)
    table = tmp_path / "pairs.csv"
    pages = [tmp_path / "B-b.xml", tmp_path / "A-a.xml"]  # their names are in the annotations
    assert zij("validate", *pages, "--pairs", table).code == 0
    (tmp_path / "pairs.jsonld").unlink()
    assert zij("validate", *pages[::-1], "--pairs", table).code == 0
    assert zij("validate", pages[0], "--pairs", table).code == 0  # beside it, by their names
    assert zij("validate", *pages, "--pairs", table).code == 1  # the second page first
    pages[0].rename(tmp_path / "c.xml")
    refused(zij("validate", pages[1], "--pairs", table), "its pages are not beside it")
