"""pairs.jsonld: every end is an element of its page with that box, and nothing left out is hidden."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any
from urllib.parse import unquote

import pytest
from made_pair import made_sheets

from zij.explain.report.annotations import annotation_page, annotations_text
from zij.tables.reading import Reading


def made() -> tuple[dict[str, Any], Any, Reading, Reading, dict[str, Any]]:
    a, b, pairs, summary = made_sheets("al pha#1.png", "beta.png")
    page = json.loads(annotations_text(pairs, a.reading, b.reading, summary))
    return page, pairs, a.reading, b.reading, summary


def elements(reading: Reading) -> dict[str, str]:
    """Box of every number and glyph by its id, as a media fragment."""
    found = {}
    for number in reading.numbers():
        for part in (number, *number.glyphs):
            b = part.box
            found[part.id] = f"xywh={b.x:.0f},{b.y:.0f},{b.w:.0f},{b.h:.0f}"
    return found


def test_every_end_resolves_to_an_element_with_that_box() -> None:
    page, _, a, b, _ = made()
    for item in page["items"]:
        for pointer, end, reading, prefix in (
            (item["zij:pageXmlA"], item["target"], a, "A-al pha#1.xml"),
            (item["zij:pageXmlB"], item["body"][0], b, "B-beta.xml"),
        ):
            file, _, element = pointer.partition("#")
            assert unquote(file) == prefix
            assert end["selector"]["value"] == elements(reading)[element]
            assert unquote(end["source"]["id"]) == reading.image
            assert end["source"]["zij:sha256"] == reading.sha256
            size = end["source"]["zij:width"], end["source"]["zij:height"]
            assert size == (reading.width, reading.height)


def test_relevances_are_those_of_the_table_and_what_is_left_out_is_stated() -> None:
    page, pairs, _, _, summary = made()
    assert [item["zij:relevance"] for item in page["items"]] == pairs["relevance"].tolist()
    assert [item["zij:corresponds"] for item in page["items"]] == pairs["corresponds"].tolist()
    assert [item["zij:rank"] for item in page["items"]] == pairs["rank"].tolist()
    assert page["partOf"]["total"] == len(pairs)
    listed = sum(item["zij:relevance"] for item in page["items"])
    assert listed == pytest.approx(page["zij:relevance_listed"])
    rest = sum(page[f"zij:{key}"] for key in ("relevance_unlisted", "relevance_outside_digits", "remainder"))
    assert listed + rest == pytest.approx(page["zij:similarity"]) == pytest.approx(summary["similarity"])


def test_the_form_of_the_standard() -> None:
    page, *_ = made()
    assert page["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    assert (page["type"], page["partOf"]["type"]) == ("AnnotationPage", "AnnotationCollection")
    for item in page["items"]:
        assert (item["type"], item["motivation"]) == ("Annotation", "linking")
        assert not isinstance(item["target"], list)
        assert [body["purpose"] for body in item["body"]] == ["linking", "commenting"]
        for end in (item["target"], item["body"][0]):
            assert end["selector"]["type"] == "FragmentSelector"
            assert re.fullmatch(r"xywh=\d+,\d+,\d+,\d+", end["selector"]["value"])


def test_own_terms_are_declared() -> None:
    page, *_ = made()
    terms = set(re.findall(r'"(\w+):\w+":', json.dumps(page)))
    assert terms <= set(page["@context"][1])


def test_ids_are_unique_stable_and_depend_on_pages_and_question() -> None:
    page, pairs, a, b, summary = made()
    ids = [page["id"], page["partOf"]["id"], *(item["id"] for item in page["items"])]
    assert len(set(ids)) == len(ids)
    name = page["partOf"]["id"]
    assert uuid.UUID(name.removeprefix("urn:uuid:")) and all(i.startswith(name) for i in ids)
    assert annotations_text(pairs, a, b, summary) == annotations_text(pairs, a, b, summary)
    others = [
        annotation_page(pairs, b, a, summary),
        annotation_page(pairs, a, b, {**summary, "model": "vgg16"}),
        annotation_page(pairs, a, b, {**summary, "parameters": {"top": 1}}),
    ]
    assert len({name, *(other["partOf"]["id"] for other in others)}) == 4


def test_no_time_unless_it_is_given() -> None:
    page, pairs, a, b, summary = made()
    assert "created" not in json.dumps(page)
    stated = annotation_page(pairs, a, b, summary, created="2020-01-01T00:00:00Z")
    assert stated["created"] == "2020-01-01T00:00:00Z"


def test_no_pairs() -> None:
    _, pairs, a, b, summary = made()
    page = annotation_page(pairs.head(0), a, b, summary)
    assert page["items"] == [] and page["partOf"]["total"] == 0
