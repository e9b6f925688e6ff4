"""The manifest: canvases, texts on them, links between them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_collection import leaves_of, made_pair_set

from zij.corpora.exchange.iiif import CONTEXT, image_service, manifest, write_iiif
from zij.corpora.exchange.leaf import Leaf
from zij.corpora.exchange.options import Options
from zij.errors import InputError
from zij.tables.reading import Reading

BASE = Options(base_url="https://example.org/tables/", title="Tables")


@pytest.fixture
def leaves(readings: dict[str, Reading]) -> list[Leaf]:
    return leaves_of(readings)


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a JSON value."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes(part)


def of_motivation(value: Any, motivation: str) -> list[dict[str, Any]]:
    return [node for node in nodes(value) if node.get("motivation") == motivation]


@pytest.mark.parametrize("options", [BASE, Options()], ids=["address", "urn"])
def test_the_manifest_has_what_every_manifest_must(leaves: list[Leaf], options: Options) -> None:
    whole = manifest(leaves, [], options)
    assert whole["@context"] == CONTEXT and whole["type"] == "Manifest"
    start = "https://example.org/tables/" if options.base_url else "urn:uuid:"
    ids = [
        node["id"] for node in nodes(whole) if node.get("type") in ("Manifest", "Canvas", "AnnotationPage")
    ]
    assert len(set(ids)) == len(ids) and all(name.startswith(start) for name in ids)
    assert all(isinstance(text, list) for node in nodes(whole["label"]) for text in node.values())


def test_a_canvas_is_as_large_as_its_image(leaves: list[Leaf]) -> None:
    for canvas, leaf in zip(manifest(leaves, [], BASE)["items"], leaves, strict=True):
        assert (canvas["width"], canvas["height"]) == (leaf.reading.width, leaf.reading.height)
        (painting,) = of_motivation(canvas, "painting")
        assert painting["target"] == canvas["id"]
        assert (painting["body"]["width"], painting["body"]["height"]) == (400, 300)
        assert painting["body"]["format"] == "image/png"


def test_every_text_is_an_annotation_with_its_box(leaves: list[Leaf]) -> None:
    canvas = manifest(leaves, [], BASE)["items"][0]
    found = {
        (item["urn:zij:terms:id"], item["target"], item["body"]["value"])
        for item in of_motivation(canvas, "supplementing")
    }

    def target(box: Any) -> str:
        return f"{canvas['id']}#xywh={int(box.x)},{int(box.y)},{int(box.w)},{int(box.h)}"

    reading = leaves[0].reading
    cells = [cell for cell in reading.tables[0].cells if cell.state != "empty"]
    expected = {(cell.id, target(cell.box), cell.text or "[unread]") for cell in cells}
    expected |= {(number.id, target(number.box), number.text) for number in reading.numbers()}
    assert found == expected


def test_a_page_without_anything_has_no_annotations(leaves: list[Leaf]) -> None:
    assert "annotations" not in manifest(leaves, [], BASE)["items"][1]


def test_pairs_link_a_region_to_a_region_of_another_canvas(leaves: list[Leaf]) -> None:
    pairs = made_pair_set(leaves[0], leaves[2])
    whole = manifest(leaves, [pairs], BASE)
    links = of_motivation(whole, "linking")
    assert len(links) == len(pairs.pairs)
    a, b = whole["items"][0], whole["items"][2]
    assert links[0]["target"]["source"]["id"] == a["id"]
    assert links[0]["body"][0]["source"]["id"] == b["id"]
    assert links[0]["target"]["selector"]["value"] == "xywh=12,68,20,20"
    assert links[0]["urn:zij:terms:relevance"] == pytest.approx(-0.25)
    assert of_motivation(manifest(leaves[:2], [pairs], BASE), "linking") == []


def test_with_an_address_annotations_are_files_of_their_own(leaves: list[Leaf], tmp_path: Path) -> None:
    pairs = made_pair_set(leaves[0], leaves[2])
    write_iiif(tmp_path, leaves, [pairs], BASE)
    whole = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    named = [page for canvas in whole["items"] for page in canvas.get("annotations", [])]
    assert named and all("items" not in page and "file" not in page for page in named)
    inside = manifest(leaves, [pairs], BASE)
    for page in named:
        path = (
            tmp_path
            / "annotations"
            / page["id"].rpartition("/")[2].replace("%C3%BC", "ü").replace("%C3%AF", "ï")
        )
        file = json.loads(path.read_text("utf-8"))
        assert file["@context"] == CONTEXT and file["id"] == page["id"] and file["items"]
    files = [json.loads(path.read_text("utf-8")) for path in (tmp_path / "annotations").iterdir()]
    for motivation in ("supplementing", "linking"):
        assert len(of_motivation(files, motivation)) == len(of_motivation(inside, motivation))


def test_without_one_they_stand_in_the_manifest(leaves: list[Leaf], tmp_path: Path) -> None:
    write_iiif(tmp_path, leaves, [], Options())
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]
    text = (tmp_path / "manifest.json").read_text("utf-8")
    assert '"file"' not in text and of_motivation(json.loads(text), "supplementing")


def test_ids_do_not_depend_on_other_pages_where_there_is_an_address(leaves: list[Leaf]) -> None:
    assert manifest(leaves[2:3], [], BASE)["items"][0] == manifest(leaves, [], BASE)["items"][2]


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("https://a.org/iiif/x%2Fy/full/max/0/default.jpg", ("https://a.org/iiif/x%2Fy", "ImageService3")),
        ("http://a.org/2/x/full/full/0/native.jpg", ("http://a.org/2/x", "ImageService2")),
        ("https://a.org/x/10,20,30,40/max/0/default.jpg", ("https://a.org/x", "ImageService3")),
        ("https://a.org/images/x.jpg", None),
        ("x.jpg", None),
    ],
)
def test_image_services_are_known_by_their_form(url: str, service: tuple[str, str] | None) -> None:
    found = image_service(url)
    assert service == (found and (found["id"], found["type"]))


def test_the_image_service_is_kept(leaves: list[Leaf]) -> None:
    url = "https://a.org/iiif/x/full/max/0/default.jpg"
    leaf = leaves[0].with_reading(replace(leaves[0].reading, image=url))
    (painting,) = of_motivation(manifest([leaf], [], BASE), "painting")
    assert painting["body"]["id"] == url and painting["body"]["service"][0]["id"] == "https://a.org/iiif/x"


def test_a_page_without_size_is_refused(leaves: list[Leaf]) -> None:
    leaf = leaves[0].with_reading(replace(leaves[0].reading, width=0))
    with pytest.raises(InputError, match=r"full\.xml: does not state the size"):
        manifest([leaf], [], BASE)
