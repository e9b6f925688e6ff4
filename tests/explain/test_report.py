"""The report: one safe file, its boxes in their places, and what pointing at a digit shows."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import PROGRAM, Browser
from made_pair import made_sheets
from PIL import Image

from zij.explain.report.differing import differences
from zij.explain.report.html import pair_report
from zij.explain.report.sheets import Sheet
from zij.explain.viewer.stage import GAP, HEIGHT
from zij.tables.reading import Reading

HOSTILE = '"><script>document.title="owned"</script>&<img src=x onerror=alert(1)>'


class Seen(HTMLParser):
    """Elements with their attributes, and the text inside scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: dict[str, str] = {}
        self.open: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open = dict(attrs).get("id") or "program" if tag == "script" else None

    def handle_data(self, data: str) -> None:
        if self.open:
            self.blocks[self.open] = self.blocks.get(self.open, "") + data

    def handle_endtag(self, tag: str) -> None:
        self.open = None


def report(**names: str) -> tuple[Seen, str, Sheet, Sheet, Any, dict[str, Any]]:
    a, b, pairs, summary = made_sheets(**names)
    text = pair_report(a, b, pairs, summary)
    return Seen(text), text, a, b, pairs, summary


def test_the_same_pair_gives_the_same_bytes() -> None:
    assert report()[1] == report()[1]


def test_nothing_outside_the_file_is_named() -> None:
    seen, text, *_ = report()
    for tag, attributes in seen.elements:
        for name in ("src", "href", "action", "xlink:href", "srcset", "data"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:image/jpeg;base64,", "#")), (tag, name)
    assert "@import" not in text and "url(" not in text
    assert set(re.findall(r"https?://[^\s\"']+", text)) <= {
        "http://www.w3.org/2000/svg"
    }  # a name, not fetched


def test_names_and_readings_of_files_stay_text() -> None:
    harmless, hostile = report()[0], report(name_a=HOSTILE + ".png", name_b="</title>.png")[0]
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in harmless.elements]
    assert not [name for _, a in hostile.elements for name in a if name.startswith("on")]


def test_regions_lie_on_their_ink() -> None:
    """Decode the pictures of the pages, and look under the middle of every digit box."""
    seen, _, a, b, *_ = report()
    data = json.loads(seen.blocks["pair-data"])
    images = {at["id"]: at for tag, at in seen.elements if tag == "image"}
    for key, sheet in (("a", a), ("b", b)):
        image = images[f"page-{key}"]
        content = base64.b64decode(str(image["href"]).partition(",")[2])
        with Image.open(BytesIO(content)) as picture:
            pixels = np.asarray(picture)
        scale = pixels.shape[0] / HEIGHT
        left = float(str(image["x"]))
        assert float(str(image["width"])) == pytest.approx(pixels.shape[1] / scale, abs=0.02)
        assert {region[6] for region in data[key]["regions"]} == {n.id for n in sheet.reading.numbers()}
        for x, y, w, h, text, *_ in data[key]["regions"]:
            digit = w / (1 if len(text) == 1 else 42 / 18)  # two digits of 18 pixels, 6 between them
            at = round((y + h / 2) * scale), round((x - left + digit / 2) * scale)
            assert pixels[at].max() < 90
            corner = round((y - 3) * scale), round((x - left - 3) * scale)
            assert pixels[corner].min() > 180
    assert float(str(images["page-b"]["x"])) == pytest.approx(400 / 520 * HEIGHT + GAP, abs=0.02)


def test_the_data_are_the_pairs() -> None:
    seen, _, _, _, pairs, summary = report()
    data = json.loads(seen.blocks["pair-data"])
    a, b = ([region[6] for region in data[side]["regions"]] for side in "ab")
    told = [(a[p], b[q], bool(same), feature) for p, q, _, same, feature in data["pairs"]]
    columns = pairs[["a_id", "b_id", "corresponds", "feature"]]
    assert told == list(columns.itertuples(index=False, name=None))
    assert [pair[2] for pair in data["pairs"]] == pytest.approx(pairs["relevance"].tolist(), rel=1e-5)
    assert data["similarity"] == summary["similarity"]


def test_the_summary_is_in_words_without_a_script() -> None:
    _, text, _, _, pairs, summary = report()
    words = re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]+>", " ", text, flags=re.S)
    for phrase in (
        f"{summary['similarity']:.3f}",
        "12 pairs in corresponding cells",
        "1,500 weaker pairs, not listed here",
        "0.0500",  # which hold relevance_unlisted
        f"{summary['relevance_outside_digits']:.4f}",
        "evidence outside the digits read",
        "contribute most",
        "What it does not say",
        "b" * 64,
        "zij 0.1.0",
    ):
        assert phrase in words, phrase
    assert text.count("<tr>") >= len(pairs)


def test_large_pages_stay_under_five_megabytes() -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (2600, 1900, 3), dtype=np.uint8)
    sheet = Sheet(Reading("noise.png", "", 1900, 2600), noise)
    _, _, pairs, summary = made_sheets()
    assert len(pair_report(sheet, sheet, pairs.head(0), summary)) < 5_000_000


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if PROGRAM is None:
        pytest.skip("Chromium is not installed")
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def test_pages_that_share_nothing_are_a_report_too(browser: Browser, tmp_path: Path) -> None:
    a, b, pairs, summary = made_sheets()
    none = {**summary, "similarity": 0.0, "pairs": 0, "relevance_unlisted": 0.0}
    differ = differences(a.reading, b.reading, {})
    (tmp_path / "none.html").write_text(pair_report(a, b, pairs.head(0), none, differ), "utf-8")
    browser.complaints.clear()
    browser.open(tmp_path / "none.html")
    assert not browser.complaints
    text = browser.ask("document.body.innerText")
    assert "have nothing in common" in text and "so that there are no lines" in text
    assert "The strongest pairs\n\nThere are none." in text and "How to read it" not in text


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> tuple[Browser, Any, dict[str, Any]]:
    seen, text, _, _, pairs, _ = report(name_a=HOSTILE + ".png")
    (tmp_path / "report.html").write_text(text, "utf-8")
    browser.open(tmp_path / "report.html")
    return browser, pairs, json.loads(seen.blocks["pair-data"])


def region(data: dict[str, Any], side: int, name: str) -> str:
    """Selector of the region with that id."""
    n = next(k for k, r in enumerate(data["ab"[side]]["regions"]) if r[6] == name)
    return f'.region[data-side="{side}"][data-n="{n}"]'


def marked(browser: Browser, data: dict[str, Any], kind: str) -> set[str]:
    """Ids of the regions that carry a class."""
    found = browser.ask(
        f"[...document.querySelectorAll('.region.{kind}')].map(e => [+e.dataset.side, +e.dataset.n])"
    )
    return {data["ab"[side]]["regions"][n][6] for side, n in found}


def lines(browser: Browser) -> int:
    return int(browser.ask("document.querySelectorAll('#lines path').length"))


def panel(browser: Browser) -> str:
    return str(browser.ask("document.getElementById('panel').innerText"))


def test_pointing_at_a_digit_shows_its_partners(opened: tuple[Browser, Any, dict[str, Any]]) -> None:
    browser, pairs, data = opened
    assert lines(browser) == len(pairs)
    chosen = pairs.groupby("a_id").size().idxmax()
    browser.point(region(data, 0, chosen))
    own = pairs[pairs["a_id"] == chosen]
    assert len(own) > 1
    assert marked(browser, data, "chosen") == {chosen}
    assert marked(browser, data, "partner") == set(own["b_id"])
    assert lines(browser) == len(own)
    assert f"{own.iloc[0]['a_text']} on page A" in panel(browser)
    assert f"{len(own)} partners in view" in panel(browser)
    assert browser.ask("document.querySelectorAll('#panel tbody svg.crop').length") == len(own)
    browser.point("h1")
    assert marked(browser, data, "chosen") == set() and lines(browser) == len(pairs)


def test_a_digit_on_page_b_works_as_well(opened: tuple[Browser, Any, dict[str, Any]]) -> None:
    browser, pairs, data = opened
    against = pairs[pairs["relevance"] < 0].iloc[0]
    browser.point(region(data, 1, against["b_id"]))
    assert marked(browser, data, "partner") == set(pairs.loc[pairs["b_id"] == against["b_id"], "a_id"])
    assert browser.ask("document.querySelectorAll('#lines path.against').length") > 0
    assert "on page B" in panel(browser) and "\u22120.01" in panel(browser)


def test_a_click_holds_and_escape_lets_go(opened: tuple[Browser, Any, dict[str, Any]]) -> None:
    browser, pairs, data = opened
    first, other = pairs.iloc[0]["a_id"], pairs.iloc[1]["a_id"]
    browser.point(region(data, 0, first), click=True)
    browser.point(region(data, 0, other))
    assert marked(browser, data, "chosen") == {first}
    assert browser.ask("location.hash") == f"#a:{first}"
    browser.press("Escape")
    assert marked(browser, data, "chosen") == set() and browser.ask("location.hash") == ""


def test_the_keyboard_walks_from_digit_to_digit(opened: tuple[Browser, Any, dict[str, Any]]) -> None:
    browser, _, data = opened
    browser.ask("document.querySelector('#stage > svg').focus()")
    browser.press("Tab")
    assert marked(browser, data, "chosen") == {"x1"}  # the top of page A
    for key, wanted in (
        ("ArrowDown", "t1_r0c1_w1"),
        ("ArrowRight", "t1_r0c2_w1"),
        ("ArrowDown", "t1_r1c2_w1"),
    ):
        browser.press(key)
        assert marked(browser, data, "chosen") == {wanted}
    assert browser.ask("document.activeElement.getAttribute('aria-label')") == "50, row 2, column 3, page A"
    browser.press("Tab")
    assert browser.ask("document.activeElement.dataset.side") == "1"
    assert browser.ask("document.querySelectorAll('.region[tabindex=\"0\"]').length") == 2


def test_the_switch_and_the_slider(opened: tuple[Browser, Any, dict[str, Any]]) -> None:
    browser, pairs, _ = opened
    browser.point("#matching", click=True)
    assert lines(browser) == int(pairs["corresponds"].sum())
    browser.point("#matching", click=True)
    browser.ask(
        "(() => { const s = document.getElementById('threshold'); s.value = 60;"
        " s.dispatchEvent(new Event('input')); })()"
    )
    least = 0.36 * pairs["relevance"].abs().max()
    kept = pairs[pairs["relevance"].abs() >= least]
    assert 0 < len(kept) < len(pairs) and lines(browser) == len(kept)
    text = browser.ask("document.getElementById('in-view').textContent")
    assert text.startswith(f"{len(kept)} of {len(pairs)} listed pairs in view, ")


def test_an_address_opens_on_a_digit(browser: Browser, tmp_path: Path) -> None:
    seen, text, _, _, pairs, _ = report()
    (tmp_path / "r.html").write_text(text, "utf-8")
    wanted = pairs.iloc[3]["b_id"]
    browser.open(tmp_path / "r.html", f"#b:{wanted}")
    assert marked(browser, json.loads(seen.blocks["pair-data"]), "chosen") == {wanted}


def test_a_row_of_the_table_shows_its_pair(opened: tuple[Browser, Any, dict[str, Any]]) -> None:
    browser, pairs, data = opened
    browser.point('#strongest button[data-pair="2"]', click=True)
    assert marked(browser, data, "chosen") == {pairs.iloc[2]["a_id"]}


def test_the_browser_asked_for_nothing_and_complained_of_nothing(
    opened: tuple[Browser, Any, dict[str, Any]],
) -> None:
    browser, *_ = opened
    assert browser.ask("document.title") != "owned"
    assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == []
    assert browser.complaints == []


def test_another_script_would_not_run(browser: Browser, tmp_path: Path) -> None:
    """The policy stops a script that was put into the file afterwards."""
    text = report()[1].replace("</body>", "<script>window.intruder = 1</script></body>")
    (tmp_path / "r.html").write_text(text, "utf-8")
    browser.open(tmp_path / "r.html")
    assert browser.ask("window.intruder") is None
    assert lines(browser) > 0
    browser.complaints.clear()
