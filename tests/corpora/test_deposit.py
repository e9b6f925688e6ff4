"""A deposit: every file described and hashed, nothing said that was not stated."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zij.corpora.exchange.citation import citation
from zij.corpora.exchange.deposit import model_card, write_deposit
from zij.corpora.exchange.leaf import Leaf, page_files, read_leaf
from zij.corpora.exchange.options import Options
from zij.corpora.exchange.remaking import comparison_of, remaking
from zij.errors import InputError, UsageError
from zij.files import sha256
from zij.tables.digits.network import load_weights
from zij.tables.pagexml import read_pagexml

STATED = Options(
    title='Tables "of" climates', authors=("Fine, Oronce", "Collège royal"), date="2026-01-31",
    licence="CC-BY-4.0", image_licence="https://example.org/public-domain",
)  # fmt: skip


@pytest.fixture
def leaves(folder: Path) -> list[Leaf]:
    return [read_leaf(path) for path in page_files(folder)]


def crate(folder: Path) -> dict[str, dict[str, Any]]:
    """The entities of the crate by their ids."""
    data = json.loads((folder / "ro-crate-metadata.json").read_text("utf-8"))
    assert data["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    found = {entity["@id"]: entity for entity in data["@graph"]}
    assert len(found) == len(data["@graph"])
    return found


def references(value: Any) -> set[str]:
    """Every id that an entity points to."""
    if isinstance(value, dict):
        own = {value["@id"]} if set(value) == {"@id"} else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("copied", [False, True])
def test_every_file_is_listed_with_its_hash(leaves: list[Leaf], tmp_path: Path, copied: bool) -> None:
    write_deposit(tmp_path / "out", leaves, [], replace(STATED, copy_images=copied))
    lines = (tmp_path / "out" / "manifest-sha256.txt").read_text("utf-8").splitlines()
    listed = dict(line.split("  ", 1)[::-1] for line in lines)
    files = {
        p.relative_to(tmp_path / "out").as_posix(): p for p in (tmp_path / "out").rglob("*") if p.is_file()
    }
    assert set(listed) == set(files) - {"manifest-sha256.txt"}
    for name, digest in listed.items():
        assert hashlib.sha256(files[name].read_bytes()).hexdigest() == digest
    assert ("images/full.png" in files) == copied


@pytest.mark.parametrize("copied", [False, True])
def test_the_crate_describes_every_file(leaves: list[Leaf], tmp_path: Path, copied: bool) -> None:
    write_deposit(tmp_path, leaves, [], replace(STATED, copy_images=copied))
    entities = crate(tmp_path)
    root = entities["./"]
    names = {part["@id"] for part in root["hasPart"]}
    files = [entities[name] for name in names]
    assert {entity["name"].rpartition("/")[2] for entity in files} >= {
        "full.xml",
        "README.md",
        "CITATION.cff",
    }
    for entity in files:
        path = tmp_path / (f"images/{entity['name']}" if "width" in entity else entity["name"])
        assert entity["sha256"] == sha256(path) and entity["contentSize"] == str(path.stat().st_size)
    missing = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert len(missing) == len(names) + 2  # the crate itself and the list of check sums
    outside = {"https://w3id.org/ro/crate/1.1"}
    for entity in entities.values():
        assert references({k: v for k, v in entity.items() if k != "@id"}) <= set(entities) | outside
    assert root["datePublished"] == "2026-01-31" and root["license"] == "CC-BY-4.0"
    assert entities["https://example.org/public-domain"]["@type"] == "CreativeWork"


def test_what_is_not_stated_is_not_guessed(leaves: list[Leaf], tmp_path: Path) -> None:
    lost, missing = write_deposit(tmp_path, leaves, [], Options())
    assert lost == ()
    assert missing == ("--licence", "--image-licence", "--date", "--author", "--model-card")
    entities = crate(tmp_path)
    assert (
        entities["./"]["license"] == "not stated"
        and "1970-01-01 stands for it" in entities["./"]["description"]
    )
    assert all(e["license"] == "not stated" for e in entities.values() if "ImageObject" in e["@type"])
    readme = (tmp_path / "README.md").read_text("utf-8")
    assert "Licence of the images: not stated." in readme and "Date: not stated." in readme
    cff = (tmp_path / "CITATION.cff").read_text("utf-8")
    assert '  - name: "not stated"' in cff and "license:" not in cff and "date-released" not in cff


def test_the_citation_says_what_is_stated() -> None:
    text = citation(STATED)
    assert text.startswith("cff-version: 1.2.0\n")
    assert 'title: "Tables \\"of\\" climates"' in text
    assert '  - family-names: "Fine"\n    given-names: "Oronce"\n  - name: "Collège royal"\n' in text
    assert "license: CC-BY-4.0\n" in text and "date-released: 2026-01-31\n" in text
    assert "license:" not in citation(replace(STATED, licence="ask us"))
    assert 'title: "a b"' in citation(replace(STATED, title="a\nb"))


def test_images_are_named_with_their_hashes(leaves: list[Leaf], tmp_path: Path) -> None:
    write_deposit(tmp_path, leaves, [], STATED)
    with (tmp_path / "images.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["image"] for row in rows] == ["empty.png", "full.png", "loose.png", "ünï code.png"]
    assert all(
        row["sha256"] == sha256(leaf.image) for row, leaf in zip(rows, leaves, strict=True) if leaf.image
    )
    assert {row["included"] for row in rows} == {"no"}


def test_images_that_are_asked_for_must_be_there(leaves: list[Leaf], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"full\.xml: its image 'full\.png' is not at hand"):
        write_deposit(tmp_path, [replace(leaves[1], image=None)], [], replace(STATED, copy_images=True))


def test_the_model_card_is_that_of_the_model(tmp_path: Path) -> None:
    own = load_weights(None).name
    card = model_card([own], None)
    assert card is not None and card.startswith("# Model card: digits.safetensors")
    assert model_card([own, "mine.safetensors 0123456789ab"], None) is None and model_card([], None) is None
    (tmp_path / "mine.md").write_text("mine", "utf-8")
    assert model_card([own], tmp_path / "mine.md") == "mine"
    with pytest.raises(InputError, match=r"none\.md: cannot be read as text"):
        model_card([own], tmp_path / "none.md")


def test_parameters_and_versions_are_there(leaves: list[Leaf], tmp_path: Path) -> None:
    write_deposit(tmp_path, leaves, [], STATED)
    data = json.loads((tmp_path / "parameters.json").read_text("utf-8"))
    assert set(data["versions"]) == {"zij", "numpy", "torch", "lxml"} and data["models"] == ["digits c91f"]
    assert data["pages"]["full"]["parameters"] == {"lower": "0.3"}


def test_the_readings_are_those_given(leaves: list[Leaf], tmp_path: Path) -> None:
    write_deposit(tmp_path, leaves, [], STATED)
    for leaf in leaves:
        assert read_pagexml(tmp_path / "page" / f"{leaf.stem}.xml").reading == leaf.reading


def test_the_way_to_make_it_again_names_corrected_pages(leaves: list[Leaf], tmp_path: Path) -> None:
    human = leaves[1].with_reading(replace(leaves[1].reading, source="human"))
    write_deposit(tmp_path, [leaves[0], human], [], STATED)
    text = (tmp_path / "README.md").read_text("utf-8")
    assert "   zij corpus export page -o again --format deposit --profile nested --images images" in text
    assert re.search(r"corrected or imported \(1 of 2: full\)", text)
    assert "1 of 2 readings are the machine's" in text


def own_leaves(leaves: list[Leaf]) -> list[Leaf]:
    """The same pages as if zij's own model had read them."""
    own = load_weights(None).name
    return [leaf.with_reading(replace(leaf.reading, source="machine", model=own)) for leaf in leaves]


def test_what_the_machine_read_is_read_again(leaves: list[Leaf]) -> None:
    own = load_weights(None).name
    pages = [replace(leaf, stem=leaf.image_name.rpartition(".")[0]) for leaf in own_leaves(leaves)]
    text = remaking(pages, None, replace(STATED, copy_images=True), own=own)
    lines = re.findall(r"^   (zij .*)$", text, re.M)
    assert lines[0] == "zij annotate images/* -o read"
    assert lines[1].startswith("zij corpus export read -o again --format deposit --profile nested --images")
    assert shlex.split(lines[1])[13:17] == ["--title", 'Tables "of" climates', "--author", "Fine, Oronce"]
    assert "every file comes out the same" in text and "corrected or imported" not in text
    other = [pages[0], replace(pages[1], stem="full-left")]
    assert "zij corpus export page" in remaking(other, None, STATED, own=own)
    unseen = [replace(page, stem="x", image=None) for page in pages]
    assert "images" not in "".join(re.findall(r"^   zij.*$", remaking(unseen, None, STATED, own=own), re.M))


def test_what_is_not_made_again_is_told(leaves: list[Leaf]) -> None:
    text = remaking(leaves, None, STATED, own="", notes=["tags.csv"], loose_pairs=True)
    assert "Not made again: `tags.csv`, `pairs`, and so" in text and "every file" not in text
    text = remaking(leaves, None, replace(STATED, profile="transkribus"), own="")
    assert "no place for parameters" in text and "every file" not in text


def test_a_comparison_that_was_corrected_since_is_none(leaves: list[Leaf], tmp_path: Path) -> None:
    pages = []
    for side, leaf in zip("AB", leaves, strict=False):
        path = tmp_path / f"{side}-{leaf.stem}.xml"
        path.write_bytes(leaf.path.read_bytes())
        pages.append(replace(leaf, path=path, stem=path.stem))
    ends = [{"type": "SpecificResource", "selector": {"value": "xywh=pixel:1,1,2,2"}}] * 2
    item = {"zij:rank": 1, "zij:relevance": 0.5, "target": ends[0], "body": ends[1:]}
    item |= {f"zij:pageXml{side}": f"{leaf.path.name}#w" for side, leaf in zip("AB", pages, strict=True)}
    listed = {"partOf": {"id": "urn:x", "label": "x"}, "zij:similarity": 0.5, "items": [item]}
    (tmp_path / "pairs.jsonld").write_text(json.dumps(listed), "utf-8")
    facts = {"model": "vgg16", "parameters": {"top": 7}, "files": {pages[0].path.name: sha256(pages[0].path)}}
    (tmp_path / "explanation.json").write_text(json.dumps(facts), "utf-8")
    found = comparison_of(pages, [tmp_path / "pairs.jsonld"])
    assert found is not None
    text = remaking(pages, found, STATED, own="")
    assert f"zij compare page/{pages[0].stem}.xml page/{pages[1].stem}.xml -o read" in text
    assert "--top 7 --model vgg16" in text and "Add the options of the comparison" in text
    pages[0].path.with_suffix(".cells.csv").write_text("x", "utf-8")
    assert comparison_of(pages, [tmp_path / "pairs.jsonld"]) is None


@pytest.mark.parametrize("date", ["31.1.2026", "2026-1-1", "soon"])
def test_a_date_is_written_one_way(date: str) -> None:
    with pytest.raises(UsageError, match="is no date"):
        Options(date=date)
