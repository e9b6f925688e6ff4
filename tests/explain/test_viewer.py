"""The viewer of a pair without a kernel: moving, pointing, choosing, and what remains without scripts."""

from __future__ import annotations

import base64
import builtins
import functools
import importlib.util
import itertools
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
from made_pair import NUMBERS, made_page, made_sheets, turned
from PIL import Image

from zij.errors import UsageError
from zij.explain.bilrp.digits import explain, regions
from zij.explain.bilrp.pairs import PairExplanation
from zij.explain.report.sheets import places
from zij.explain.viewer.facsimile import facsimile
from zij.explain.viewer.pairviewer import cut, pair_viewer
from zij.explain.viewer.stage import left_out
from zij.explain.viewer.still import StaticViewer
from zij.similarity.evidence import evidence_from_reading

HOSTILE = '"><script>document.title="owned"</script>&<img src=x onerror=alert(1)>.png'
VIEW = "document.querySelector('[data-part=\"pages\"]').getAttribute('viewBox').split(' ').map(Number)"


def still(name: str = "alpha.png", **options: Any) -> StaticViewer:
    return StaticViewer(*made_sheets(name), **options)


@functools.cache
def html(name: str = "alpha.png") -> str:
    """What a notebook is given."""
    return still(name)._repr_html_()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if PROGRAM is None:
        pytest.skip("Chromium is not installed")
    with Browser(tmp_path_factory.mktemp("profile"), width=1200, height=900) as browser:
        yield browser


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """The page of a viewer, opened once."""
    browser.open(still(HOSTILE).save(tmp_path_factory.mktemp("page") / "pair.html"))
    return browser


@pytest.fixture
def opened(page: Browser) -> Browser:
    """The same, with nothing chosen and both pages whole."""
    page.ask("document.activeElement.blur()")
    page.point("h1")
    page.point('[data-part="fit"]', click=True)
    page.press("Escape")
    page.ask(
        "(() => { const s = document.getElementById('threshold'); s.value = 0;"
        " s.dispatchEvent(new Event('input'));"
        " if (document.getElementById('matching').checked) document.getElementById('matching').click(); })()"
    )
    page.ask("document.activeElement.blur()")
    return page


def region(name: str, side: int = 0) -> str:
    """Selector of a number by its id."""
    found = still().stage().a.found if side == 0 else still().stage().b.found
    n = next(k for k, r in enumerate(found) if r.id == name)
    return f'.region[data-side="{side}"][data-n="{n}"]'


def lines(browser: Browser) -> int:
    return int(browser.ask("document.querySelectorAll('[data-part=\"lines\"] path').length"))


def text(browser: Browser, part: str) -> str:
    return str(browser.ask(f"document.querySelector('[data-part=\"{part}\"]').innerText"))


def test_the_wheel_scrolls_until_the_pages_are_turned_to(opened: Browser) -> None:
    whole = opened.ask(VIEW)
    opened.wheel('[data-part="pages"]', -240)
    opened.settle()
    assert opened.ask(VIEW) == whole and opened.ask("document.querySelector('.hinting') !== null")
    opened.ask("document.querySelector('[data-part=\"pages\"]').focus({preventScroll: true})")
    opened.wheel('[data-part="pages"]', -240)
    opened.settle()
    near = opened.ask(VIEW)
    assert near[2] == pytest.approx(whole[2] / np.exp(0.6), rel=1e-3)
    assert text(opened, "zoom") == "182\u00a0%"
    middle = [view[k] + view[k + 2] / 2 for view in (whole, near) for k in (0, 1)]
    assert middle[:2] == pytest.approx(middle[2:], abs=3)  # what the pointer was on stays below it


def test_dragging_moves_the_pages_and_chooses_nothing(opened: Browser) -> None:
    opened.wheel('[data-part="pages"]', -120, control=True)
    opened.settle()
    before = opened.ask(VIEW)
    opened.drag('[data-part="pages"]', 60, 30)
    opened.settle()
    after, scale = opened.ask(VIEW), opened.ask("document.querySelector('svg').getScreenCTM().a")
    assert after[2:] == before[2:]
    moved = [before[0] - after[0], before[1] - after[1]]
    assert moved == pytest.approx([60 / scale, 30 / scale], rel=0.02)
    assert opened.ask("document.querySelectorAll('.region.chosen').length") == 0
    for _ in range(3):
        opened.drag('[data-part="pages"]', 380, 320)
    opened.settle()
    assert opened.ask(VIEW)[:2] == [-8, -40]  # no further than the edge


def test_two_fingers_zoom_and_one_moves(opened: Browser) -> None:
    whole = opened.ask(VIEW)
    x, y = opened.middle('[data-part="pages"]')
    opened.fingers(*([(x - far, y), (x + far, y)] for far in (40, 60, 90, 120)))
    opened.settle()
    near, scrolled = opened.ask(VIEW), opened.ask("[scrollX, scrollY, visualViewport.scale]")
    assert near[2] == pytest.approx(whole[2] / 3, rel=1e-3) and scrolled[2] == 1  # the pages, not the window
    middle = [view[k] + view[k + 2] / 2 for view in (whole, near) for k in (0, 1)]
    assert middle[:2] == pytest.approx(middle[2:], abs=3)  # what lay between the fingers stays there
    opened.fingers([(x, y)], [(x + 20, y + 10)], [(x + 60, y + 30)])
    opened.settle()
    after, scale = opened.ask(VIEW), opened.ask("document.querySelector('svg').getScreenCTM().a")
    moved = [near[0] - after[0], near[1] - after[1]]
    assert moved == pytest.approx([60 / scale, 30 / scale], rel=0.02)
    assert opened.ask("document.querySelectorAll('.region.chosen').length") == 0
    assert opened.ask("[scrollX, scrollY, visualViewport.scale]") == scrolled


def test_a_tap_chooses_and_another_lets_go(opened: Browser) -> None:
    at = opened.middle(region("t1_r0c0_w1"))
    opened.fingers([at])
    opened.wait("document.querySelector('.region.chosen')")
    assert "12 on page A" in text(opened, "panel") and lines(opened) == 2
    opened.fingers([at])
    opened.wait("!document.querySelector('.region.chosen')")


def test_the_browser_is_not_waited_for_without_end(opened: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "limit", 0.2)
    with pytest.raises(TimeoutError, match=r"not answered in 0\.2 seconds: Runtime\.evaluate .*Promise"):
        opened.ask("new Promise(() => {})")


def test_keys_and_buttons_zoom_and_move(opened: Browser) -> None:
    whole = opened.ask(VIEW)
    opened.ask("document.querySelector('[data-part=\"pages\"]').focus()")
    opened.press("+")
    opened.press("ArrowRight")
    near = opened.ask(VIEW)
    assert near[2] == pytest.approx(whole[2] / 1.25) and near[0] > whole[0] + (whole[2] - near[2]) / 2
    opened.press("0")
    assert opened.ask(VIEW) == whole
    opened.point('[data-part="closer"]', click=True)
    opened.point('[data-part="closer"]', click=True)
    opened.point('[data-part="further"]', click=True)
    assert opened.ask(VIEW)[2] == pytest.approx(near[2], rel=1e-4)


def test_pointing_shows_partners_and_strengths(opened: Browser) -> None:
    pairs = still().pairs
    own = pairs[pairs["a_id"] == "t1_r0c0_w1"]
    assert lines(opened) == len(pairs)
    opened.point(region("t1_r0c0_w1"))
    assert lines(opened) == len(own) == 2
    partners = opened.ask(
        "[...document.querySelectorAll('.region.partner')].map(e => e.getAttribute('aria-label'))"
    )
    assert sorted(partners) == ["12, row 1, column 1, page B", "12, row 3, column 3, page B"]
    assert "12 on page A" in text(opened, "panel") and "0.0600" in text(opened, "panel")
    opened.point("h1")
    assert lines(opened) == len(pairs) and "Nothing chosen" in text(opened, "panel")


def test_a_click_holds_and_the_panel_leads_on(opened: Browser) -> None:
    opened.point(region("t1_r0c0_w1"), click=True)
    opened.point(region("t1_r1c1_w1"))
    assert "12 on page A" in text(opened, "panel")
    opened.point('[data-part="panel"] .go', click=True)
    assert "12 on page B" in text(opened, "panel")
    assert opened.ask("document.activeElement.getAttribute('aria-label')") == "12, row 1, column 1, page B"
    opened.press("Escape")
    assert "Nothing chosen" in text(opened, "panel")


def test_the_keyboard_reaches_every_part(opened: Browser) -> None:
    seen = []
    opened.ask("document.getElementById('threshold').focus()")
    for _ in range(8):
        seen.append(
            opened.ask(
                "document.activeElement.getAttribute('aria-label') || document.activeElement.dataset.part"
            )
        )
        opened.press("Tab")
    assert seen == [
        "threshold", "corresponding", "both pages: arrow keys move, plus and minus zoom, 0 shows all",
        "7, outside tables, page A", "7, outside tables, page B",
        "smaller", "larger", "show both pages whole",
    ]  # fmt: skip


def test_the_slider_and_the_switch_say_what_is_left(opened: Browser) -> None:
    viewer = still()
    pairs, similarity = viewer.pairs, viewer.summary["similarity"]
    opened.ask("document.getElementById('threshold').focus()")
    for _ in range(6):
        opened.press("PageUp")
    kept = pairs[pairs["relevance"].abs() >= 0.36 * pairs["relevance"].abs().max()]
    told = (
        f"{len(kept)} of {len(pairs)} listed pairs in view,"
        f" {kept['relevance'].sum() / similarity:.1%} of the similarity"
    )
    assert text(opened, "in-view").replace("\u00a0%", "%") == told and lines(opened) == len(kept) < len(pairs)
    assert text(opened, "threshold-value") == "under 0.0216"
    assert "under 0.0216; " + told[:2] in opened.ask(
        "document.getElementById('threshold').getAttribute('aria-valuetext')"
    )
    opened.point("#matching", click=True)
    assert lines(opened) == int(kept["corresponds"].sum())


def test_nothing_was_asked_of_the_network_and_nothing_complained(opened: Browser) -> None:
    assert opened.ask("document.title") != "owned"
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []
    assert opened.complaints == []


def test_it_begins_as_it_was_told(browser: Browser, tmp_path: Path) -> None:
    viewer = still(threshold=0.03, corresponding=True, selected="b:t1_r0c0_w1")
    browser.open(viewer.save(tmp_path / "pair.html"))
    assert "12 on page B" in text(browser, "panel") and lines(browser) == 1
    assert browser.ask("document.getElementById('matching').checked") is True
    assert text(browser, "threshold-value") == "under 0.0300"


class Seen(HTMLParser):
    """The elements of a document, and what they say."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def test_a_notebook_shows_it_in_a_closed_frame_over_a_picture(browser: Browser, tmp_path: Path) -> None:
    """On a dark page; the frame runs, and below it lies the picture that is left where frames are removed."""
    markup = html()
    assert len(markup) < 1_500_000
    shape = still().stage().shape
    assert f'style="--shape: {shape:.3f}"' in markup and shape == pytest.approx(
        1048 / (2 * 769.23 + 186), 1e-3
    )
    (frame,) = [at for tag, at in Seen(markup).elements if tag == "iframe"]
    assert frame["sandbox"] == "allow-scripts"  # no way out of the frame
    assert not [at for tag, at in Seen(markup).elements if tag == "script"]
    page = f'<!DOCTYPE html><meta charset="utf-8"><body style="background: #111; color-scheme: dark">{markup}'
    (tmp_path / "out.html").write_text(page, "utf-8")
    browser.open(tmp_path / "out.html")
    with browser.frame():
        browser.wait("document.querySelectorAll('.region').length > 0")
        assert lines(browser) == len(still().pairs)
        wide, high = browser.ask(
            "(s => [s.clientWidth, s.clientHeight])(document.querySelector('.stage > svg'))"
        )
        assert wide * shape < high < 1.15 * wide * shape  # as high as the pages need
        assert browser.ask("getComputedStyle(document.querySelector('.zij-viewer')).backgroundColor") == (
            "rgb(255, 255, 255)"
        )
    assert browser.complaints == []


def test_what_is_left_without_frames_and_scripts() -> None:
    (image,) = [at for tag, at in Seen(html()).elements if tag == "img"]
    assert str(image["alt"]).startswith("alpha.png and beta.png; drawn: 18 of 1,518 pairs, ")
    kind, _, content = str(image["src"]).partition(",")
    assert kind == "data:image/jpeg;base64"
    with Image.open(BytesIO(base64.b64decode(content))) as picture:
        assert picture.width == 900
        pixels = np.asarray(picture).astype(int)
    assert (pixels[..., 0] - pixels[..., 1] > 60).sum() > 300  # red arcs
    assert "Not drawn: 1,500 weaker pairs" in html()


def test_names_of_files_stay_text_in_all_forms() -> None:
    harmless, hostile = Seen(still()._repr_html_()), Seen(still(HOSTILE)._repr_html_())
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in harmless.elements]
    framed = [
        next(str(at["srcdoc"]) for tag, at in s.elements if tag == "iframe") for s in (harmless, hostile)
    ]
    inside = [[tag for tag, _ in Seen(document).elements] for document in framed]
    assert inside[0] == inside[1]


def test_the_same_pair_gives_the_same_bytes() -> None:
    assert still()._repr_html_() == html()


def test_a_cut_moves_relevance_and_loses_none() -> None:
    _, _, pairs, summary = made_sheets()
    few, figures = cut(pairs, summary, 5)
    parts = ("relevance_listed", "relevance_unlisted", "relevance_outside_digits", "remainder")
    assert len(few) == 5 and figures["relevance_listed"] == pytest.approx(few["relevance"].sum())
    assert sum(figures[part] for part in parts) == pytest.approx(figures["similarity"])
    assert "1,513 weaker pairs, not listed here" in left_out(few, figures)
    assert "evidence outside the digits read" in left_out(few, figures)
    assert "of which one or both lie outside the numbers read" in left_out(
        few, {**figures, "model": "encoder"}
    )
    parts = dict.fromkeys([*parts, "similarity", "pairs"], 0)
    assert left_out(pairs.iloc[:0], {**summary, **parts}) == "There are no pairs to draw."
    with pytest.raises(UsageError, match="0 pairs"):
        cut(pairs, summary, 0)


def test_without_anywidget_the_viewer_is_plain_html(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "anywidget" else found(name, *a)
    )
    viewer = pair_viewer(*made_sheets(), threshold=0.03, top=4)
    assert isinstance(viewer, StaticViewer) and (viewer.threshold, len(viewer.pairs)) == (0.03, 4)
    with pytest.raises(UsageError, match="below 0"):
        pair_viewer(*made_sheets(), threshold=-1)


def test_nothing_of_the_widget_is_loaded_for_plain_html(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        assert not name.startswith(("anywidget", "ipywidgets")), name
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    still()._repr_html_()


def test_the_widget_knows_what_is_chosen_and_has_html_beside_it() -> None:
    pytest.importorskip("anywidget")
    from zij.explain.viewer.widget import PairViewer

    viewer = pair_viewer(*made_sheets(), threshold=0.01)
    assert isinstance(viewer, PairViewer)
    assert (
        viewer.selected_pairs.empty
        and viewer.selected_pairs.columns.tolist() == viewer.pairs.columns.tolist()
    )
    viewer.selected = "b:t1_r2c2_w1"
    assert viewer.selected_pairs["b_id"].unique().tolist() == ["t1_r2c2_w1"]
    count = len(viewer.selected_pairs)
    viewer.corresponding = True
    assert 0 < len(viewer.selected_pairs) < count
    data, _ = viewer._repr_mimebundle_()
    assert data["text/html"].startswith('<div class="zij">') and "<iframe" in data["text/html"]
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == viewer.model_id
    json.dumps(viewer.get_state(["data", "markup"]))
    viewer.close()


def test_an_export_shows_the_page_where_the_widget_cannot_live(browser: Browser, tmp_path: Path) -> None:
    """What `nbconvert --to html` makes of a notebook that holds the widget, but not its state."""
    pytest.importorskip("anywidget")
    nbconvert, nbformat = pytest.importorskip("nbconvert"), pytest.importorskip("nbformat.v4")
    viewer: Any = pair_viewer(*made_sheets())
    output = nbformat.new_output("display_data", viewer._repr_mimebundle_()[0])
    viewer.close()
    notebook = nbformat.new_notebook(cells=[nbformat.new_code_cell("viewer", outputs=[output])])
    exported, _ = nbconvert.HTMLExporter(require_js_url="", mathjax_url="").from_notebook_node(notebook)
    offline = re.sub(r'<script[^>]*src="http[^>]*>', "<script>", exported)  # nbconvert's own, such as MathJax
    (tmp_path / "pair.html").write_text(offline, "utf-8")
    browser.open(tmp_path / "pair.html")
    with browser.frame():
        browser.wait("document.querySelectorAll('.region').length > 0")
    browser.complaints.clear()  # of nbconvert's page, not of the viewer's


def explained() -> PairExplanation:
    a, b = (made_page(name, top=top)[1] for name, top in (("a.png", 90), ("b.png", 150)))
    return explain(evidence_from_reading(a), evidence_from_reading(b))


def test_an_explanation_without_scans_is_set_in_type() -> None:
    found = explained()
    markup = found._repr_html_()
    (frame,) = [str(at["srcdoc"]) for tag, at in Seen(markup).elements if tag == "iframe"]
    block = re.search(r'<script type="application/json" id="pair-data">(.*?)</script>', frame)
    assert block is not None
    data = json.loads(block.group(1))
    assert len(data["pairs"]) == len(found.pairs()) == found.count
    assert sorted(r[4] for r in data["a"]["regions"]) == sorted(["7", *itertools.chain(*NUMBERS)])
    assert f"{found.similarity:.3f}" in markup
    viewer = found.viewer(top=3)
    boxes = viewer.pairs[["a_x", "a_y", "b_x", "b_y"]].to_numpy()
    assert np.array_equal(boxes, found.pairs(3)[["a_x", "a_y", "b_x", "b_y"]].to_numpy())  # of the scans


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_type_stands_upright_where_the_digits_stood(quarters: int) -> None:
    _, reading = turned(*made_page(), quarters)
    found = regions(reading)
    sheet = facsimile(found, "page A")
    assert sheet.geometry is not None
    dark = (sheet.rgb.max(axis=2) < 120).astype(int)
    for one in found:
        box = sheet.geometry.box_to_raster(one.box)
        inside = dark[round(box.y) : round(box.bottom), round(box.x) : round(box.right)]
        assert box.w > box.h or len(one.text) == 1
        assert 0.1 < inside.mean() < 0.7
    corner = sheet.geometry.box_to_raster(found[0].box)
    assert corner.x < sheet.rgb.shape[1] / 2 and corner.y < sheet.rgb.shape[0] / 2  # the first number
    where = [str(place) for place in places(sheet.reading, list(found)) if place]
    assert where[:4] == ["row 1, column 1", "row 1, column 2", "row 1, column 3", "row 2, column 1"]
