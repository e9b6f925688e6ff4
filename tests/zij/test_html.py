"""The skeleton of all reports: nothing from a file becomes markup, nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zij.html import Markup, data_uri, element, escape, json_block, page

HOSTILE = "</script><script>alert(1)</script> \" onload='x' & <!-- \x00\x1b"


class Tags(HTMLParser):
    """Tags, attributes and text of a page, as a browser's parser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text())
def test_any_text_stays_text(text: str) -> None:
    seen = Tags(element("p", text, title=text))
    assert seen.tags == ["p"]
    assert [name for name, _ in seen.attributes] == ["title"]
    assert html.unescape(escape(text)) == seen.text == seen.attributes[0][1]


def test_control_signs_do_not_pass() -> None:
    assert (
        escape("a\x00b\x1b\ud800c\td")
        == "a\N{REPLACEMENT CHARACTER}b" + "\N{REPLACEMENT CHARACTER}" * 2 + "c\td"
    )


def test_markup_is_kept_and_text_is_not() -> None:
    assert element("p", Markup("<b>x</b>"), "<b>") == "<p><b>x</b>&lt;b&gt;</p>"
    assert element("input", type="range", class_="a", aria_label="b", checked=True, disabled=False) == (
        '<input type="range" class="a" aria-label="b" checked>'
    )


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_data_comes_back_and_cannot_end_its_element(value: object) -> None:
    block = json_block("data", value)
    inner = block.removeprefix('<script type="application/json" id="data">').removesuffix("</script>")
    assert json.loads(inner) == value
    assert "<" not in inner and ">" not in inner


def test_no_number_that_json_lacks() -> None:
    with pytest.raises(ValueError):
        json_block("data", float("nan"))


def test_a_page_fetches_nothing_and_runs_only_its_own_script() -> None:
    script = "document.title = 'ran';"
    text = page(HOSTILE, element("p", HOSTILE), script=script)
    seen = Tags(text)
    assert seen.tags.count("script") == 1
    policy = next(
        value for name, value in seen.attributes if name == "content" and "default-src" in str(value)
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy
    assert not [value for name, value in seen.attributes if name in ("src", "href")]
    assert "http://" not in text and "https://" not in text


def test_a_page_without_script_allows_none() -> None:
    assert "script-src 'none'" in page("t", element("p", "x")).replace("&#x27;", "'")


@pytest.mark.parametrize("part", [{"style": "</style>"}, {"script": "'</script>'"}, {"script": "<!--"}])
def test_a_part_that_ends_its_element_is_refused(part: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="closes its own element"):
        page("t", Markup(""), **part)


def test_bytes_as_an_address() -> None:
    assert data_uri(b"\x00\xff", "image/png") == "data:image/png;base64,AP8="
