"""Pages and readings as notebooks show them: true to the reading, harmless, small, and in any export."""

from __future__ import annotations

import html
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from browser import PROGRAM, Browser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_pair import HEIGHT, WIDTH, made_page, turned
from matplotlib import _pylab_helpers
from matplotlib.figure import Figure

from zij.html import escape as html_escape
from zij.tables.cellscsv import COLUMNS, write_cells
from zij.tables.geometry import Box
from zij.tables.pagexml import as_written
from zij.tables.read import PageReading
from zij.tables.reading import Cell, Reading, Table
from zij.tables.scan.image import Image
from zij.tables.scan.page import Page, prepare
from zij.tables.show.axes import draw_ink, draw_page, draw_reading, draw_table
from zij.tables.show.boxes import boxes_svg, hex_colour
from zij.tables.show.frames import DIGIT_COLUMNS

LIMIT = 1_500_000  # bytes of a result
HOSTILE = (
    "</style></td><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\"> $\\x$ &"
)


class Seen(HTMLParser):
    """What a browser's parser sees: tags with attributes, and the cells of grids with their text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[tuple[dict[str, str | None], str]] = []
        self.text = ""
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag in ("td", "th") and found.get("class") in ("read", "uncertain", "unread", "empty", "none"):
            self.cells.append((found, ""))
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside &= tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.inside:
            self.cells[-1] = (self.cells[-1][0], self.cells[-1][1] + data)


def hostile(reading: Reading) -> Reading:
    """The same with harm in every text."""
    table = reading.tables[0]
    glyph = replace(next(reading.glyphs()), text="<", alternatives=((HOSTILE, 0.4),), confidence=0.5)
    number = replace(table.cells[1].numbers[0], glyphs=(glyph,), text=HOSTILE)
    cells = (
        replace(table.cells[0], text=HOSTILE, numbers=()),
        replace(table.cells[1], text=HOSTILE, numbers=(number,), state="uncertain", source="human"),
    )
    return replace(
        reading, image=HOSTILE, source=HOSTILE, model=HOSTILE, parameters=(("upper", HOSTILE),),
        tables=(replace(table, id=HOSTILE, cells=cells),), loose=(number,),
    )  # fmt: skip


@pytest.fixture(scope="module")
def page() -> Page:
    return prepare(Image("made.png", "m" * 64, made_page()[0]))


def test_a_table_is_laid_out_as_it_was_read(reading: Reading) -> None:
    table = reading.tables[0]
    seen = Seen(table._repr_html_())
    told = [
        (c.get("class"), int(c.get("rowspan") or 1), int(c.get("colspan") or 1), t) for c, t in seen.cells
    ]
    assert told == [
        ("read", 1, 2, "Gradus"),
        ("read", 1, 1, "12 30"),
        ("uncertain", 2, 1, "07"),
        ("unread", 1, 1, "[…]"),
    ]
    assert [
        tag for tag, found in seen.tags if tag == "th" and "scope" not in found and found.get("class")
    ] == ["th"]
    titles = [found["title"] for found, _ in seen.cells]
    assert titles[2] == "uncertain with confidence 0.4; 0 0.9 (or 7 0.051); 7 0.9 (or 7 0.051)"


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_cell_is_lost_whatever_was_read(readings: Any, data: st.DataObject) -> None:
    reading: Reading = data.draw(readings)
    seen = Seen(reading._repr_html_())
    cells = [cell for table in reading.tables for cell in table.cells]
    assert Counter(found["class"] for found, _ in seen.cells) == Counter(cell.state for cell in cells)
    areas = [int(c.get("rowspan") or 1) * int(c.get("colspan") or 1) for c, _ in seen.cells]
    assert sum(areas) == sum(table.rows * table.columns for table in reading.tables)
    for cell in cells:
        text = "".join(html.unescape(html_escape(cell.text)).split())
        told = text if cell.text else "[…]" * (cell.state == "unread")
        assert told in {"".join(shown.split()) for _, shown in seen.cells}
    assert {tag for tag, _ in seen.tags} <= {
        "div", "style", "h3", "h4", "p", "figure", "figcaption", "svg", "path", "g", "text", "span", "u",
        "table", "thead", "tbody", "tr", "th", "td", "details", "summary",
    }  # fmt: skip


def test_uncertain_digits_and_corrections_are_marked(reading: Reading) -> None:
    table = reading.tables[0]
    number = table.cells[2].numbers[0]
    sure = replace(number.glyphs[0], confidence=0.99)
    cell = replace(
        table.cells[2], numbers=(replace(number, glyphs=(sure, number.glyphs[1])),), source="human"
    )
    alone = replace(table, cells=(cell,))._repr_html_()
    assert "<span>07*</span>" in alone  # 0.9 is sure enough, by default
    parameters = (("upper", "0.95"),)
    shown = replace(reading, tables=(replace(table, cells=(cell,)),), parameters=parameters)._repr_html_()
    assert "<span>0<u>7</u>*</span>" in shown


def test_cells_that_overlap_are_told() -> None:
    box = Box(0, 0, 9, 9)
    cells = (
        Cell(0, 0, box, text="a", state="read", row_span=2, column_span=2),
        Cell(0, 0, box, text="b", state="unread"),
        Cell(1, 1, box, text="c", state="read"),
        Cell(2, 0, box, text="d", state="read", row_span=9),
    )
    seen = Seen(Table(box, 3, 2, cells)._repr_html_())
    shown = [(text, c["class"], c.get("rowspan"), c.get("colspan")) for c, text in seen.cells]
    assert shown == [("a | b", "unread", None, "2"), ("", "none", None, None), ("c", "read", None, None),
                     ("d", "read", None, None), ("", "none", None, None)]  # fmt: skip


def test_nothing_from_a_file_becomes_markup(reading: Reading, page: Page) -> None:
    bad = hostile(reading)
    scanned = replace(page, image=replace(page.image, name=HOSTILE))
    for text in (bad._repr_html_(), bad.tables[0]._repr_html_(), scanned._repr_html_(),
                 PageReading(scanned, bad, (), None)._repr_html_()):  # fmt: skip
        seen = Seen(text)
        assert "script" not in {tag for tag, _ in seen.tags}
        assert not [name for _, found in seen.tags for name in found if name.startswith("on")]
        sources = [found[name] for _, found in seen.tags for name in ("src", "href") if name in found]
        assert all(str(source).startswith("data:image/jpeg;base64,") for source in sources)
        assert HOSTILE in seen.text


def test_a_large_page_is_cut_and_says_so() -> None:
    box = Box(0, 0, 2000, 3000)
    cells = tuple(
        Cell(row, column, Box(40 * column, 6 * row, 40, 6), text="59", state="read", confidence=0.9)
        for row in range(90)
        for column in range(50)
    )
    tables = tuple(Table(box, 90, 50, cells, id=f"t{n}") for n in range(3))
    reading = Reading("large.png", "", 2000, 3000, tables, turn=90)
    large = reading._repr_html_()
    assert len(large) < LIMIT
    assert "30 more rows and 10 more columns not shown." in large
    assert "Only its first 4,000 cells and numbers are drawn." in large
    assert "2 more tables not shown." in large
    noise = np.random.default_rng(0).integers(0, 256, (1000, 1000, 3), np.uint8)
    photograph = prepare(Image("noise.png", "", noise))
    assert len(photograph._repr_html_()) < LIMIT
    whole = replace(reading, width=1000, height=1000)
    assert len(PageReading(photograph, whole, (), None)._repr_html_()) < LIMIT


def test_the_scan_is_shown_only_where_it_fits(page: Page, reading: Reading) -> None:
    made = made_page()[1]
    assert "data:image/jpeg" in PageReading(page, made, (), None)._repr_html_()
    other, alone = PageReading(page, reading, (), None)._repr_html_(), made._repr_html_()
    assert "data:image" not in other and "has other measures than the page that was read" in other
    assert "data:image" not in alone and "for a reading holds none; what zij.read makes" in alone


def test_digits_have_boxes_where_there_is_room_for_them() -> None:
    rgb, reading = made_page()
    high = boxes_svg(reading, rgb).count("<path")
    assert boxes_svg(reading, rgb, longest=100).count("<path") == high - 2  # in tables, and outside


def test_where_digits_are_too_many_each_number_is_one_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = made_page()[1]
    signs = [glyph.text for glyph in reading.glyphs()]
    numbers = [number.text for number in reading.numbers()]
    for most, told in ((len(signs), signs), (len(signs) - 1, numbers)):
        monkeypatch.setattr("zij.tables.show.boxes.MOST", most)
        assert re.findall("<text[^>]*>([^<]*)</text>", boxes_svg(reading)) == told


def test_a_wide_table_stands_below_its_page(reading: Reading) -> None:
    made = made_page()[1]
    assert '<div class="side">' in made._repr_html_()
    assert '<div class="side">' in replace(reading, width=300, height=400, turn=0)._repr_html_()
    assert '<div class="side">' not in reading._repr_html_()
    assert '<div class="side">' not in replace(reading, width=300, height=400, turn=90)._repr_html_()


def test_words_without_glyphs_are_not_called_digits() -> None:
    cell = Cell(0, 0, Box(0, 0, 9, 9), text="Aktiva", state="read")
    reading = Reading("a.png", "", 9, 9, (Table(Box(0, 0, 9, 9), 1, 1, (cell,)),), source="x" * 999)
    text = reading._repr_html_()
    assert "<h3>a.png: 1 table (cells: 1 read)</h3>" in text
    assert "x" * 120 + "…" in text and "x" * 121 not in text
    assert '<td class="read"' in text and "text-align:left" in text


def test_a_lying_page_is_shown_upright() -> None:
    rgb, reading = made_page()
    lying, turned_reading = turned(rgb, reading, 1)
    assert boxes_svg(turned_reading, lying) == boxes_svg(reading, rgb)


def test_the_page_tells_its_turn(page: Page) -> None:
    assert "already level<" in page._repr_html_().replace(".<", "<")
    text = page.turned(1)._repr_html_()
    assert f"{page.geometry.height:,} × {page.geometry.width:,} pixels" in text and "by 90° clockwise" in text


def test_text_alone_is_one_line(reading: Reading, page: Page) -> None:
    class Printer(io.StringIO):
        text = io.StringIO.write

    for value in (reading, reading.tables[0], page, PageReading(page, reading, (), None)):
        printer = Printer()
        value._repr_pretty_(printer, False)
        assert 10 < len(printer.getvalue()) < 150 and "\n" not in printer.getvalue()


def test_the_frame_of_cells_is_the_file(reading: Reading, tmp_path: Path) -> None:
    frame = reading.frame()
    texts = {"text": "str", "table": "str", "state": "str"}
    kept = pd.read_csv(write_cells(tmp_path / "a.csv", reading), dtype=texts, keep_default_na=False)
    pd.testing.assert_frame_equal(frame, kept)
    assert tuple(frame.columns) == COLUMNS
    assert frame["text"][2] == "07"
    empty = Reading("a.png", "", 9, 9).frame()
    assert tuple(empty.columns) == COLUMNS and (empty.dtypes == frame.dtypes).all()


def test_the_frame_of_digits_says_where_each_stands(reading: Reading, page: Page) -> None:
    frame = PageReading(page, reading, (), None).digits()
    glyphs = list(as_written(reading).glyphs())
    assert tuple(frame.columns) == DIGIT_COLUMNS
    assert frame["id"].tolist() == [glyph.id for glyph in glyphs]
    assert frame["text"].str.cat() == "".join(glyph.text for glyph in glyphs)
    assert (frame["alternatives"] == "7 0.0512").all()
    first, last = frame.iloc[0], frame.iloc[-1]
    assert (first["table"], first["row"], first["column"], first["number"]) == ("t1", 1, 0, "t1_r1c0_w1")
    assert (first["x"], first["y"], first["w"], first["h"]) == (20, 60, 9, 20)
    assert last["table"] == "" and last["row"] is pd.NA and last["text"] == "8"


def test_axes_are_drawn_on_and_nothing_else(page: Page) -> None:
    rgb, reading = made_page()
    lying, turned_reading = turned(rgb, reading, 3)
    figures = dict(_pylab_helpers.Gcf.figs)
    figure = Figure()
    axes = figure.subplots(2, 4).ravel()
    untouched = axes[7]
    before = untouched.get_children()
    drawn = [
        draw_page(axes[0], page),
        draw_ink(axes[1], page, scale=0.5),
        draw_reading(axes[2], reading, rgb, labels=True),
        draw_reading(axes[3], turned_reading, lying),
        draw_reading(axes[4], hostile(reading)),
        draw_table(axes[5], reading.tables[0]),
        draw_table(axes[6], hostile(reading).tables[0]),
    ]
    assert drawn == list(axes[:7])
    assert untouched.get_children() == before and len(figure.axes) == 8
    assert _pylab_helpers.Gcf.figs == figures
    figure.savefig(io.BytesIO(), dpi=30)
    assert axes[0].get_xlim() == (0, WIDTH) and axes[0].get_ylim() == (HEIGHT, 0)
    assert axes[3].get_xlim() == (0, WIDTH) and axes[3].get_ylim() == (HEIGHT, 0)


@pytest.mark.parametrize("quarters", [0, 1])
def test_drawn_boxes_stand_where_their_cells_do(quarters: int) -> None:
    rgb, upright = made_page()
    lying, reading = turned(rgb, upright, quarters)
    axes = draw_reading(Figure().subplots(), reading, lying)
    corners = {
        (hex_colour(state), tuple(np.round(path.vertices[0], 3)), tuple(np.round(path.vertices[2], 3)))
        for state in ("read", "uncertain", "unread")
        for frames in axes.collections
        if _hex(frames) == hex_colour(state)
        for path in frames.get_paths()
    }
    for cell in upright.tables[0].cells:
        box = cell.box
        assert (hex_colour(cell.state), (box.x, box.y), (box.right, box.bottom)) in corners


def _hex(frames: Any) -> str:
    from matplotlib.colors import to_hex

    edges = frames.get_edgecolor()
    return to_hex(edges[0]) if len(edges) else ""


def test_an_image_of_another_size_is_refused() -> None:
    rgb, reading = made_page()
    with pytest.raises(ValueError, match="the image has 399 x 520 pixels, but 400 x 520 were read"):
        draw_reading(Figure().subplots(), reading, rgb[:, 1:])


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if PROGRAM is None:
        pytest.skip("Chromium is not installed")
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


PLAIN = (
    "{% extends 'lab/index.html.j2' %}{% block html_head_js %}{% endblock %}"
    "{% block html_head_js_mathjax %}{% endblock %}"
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_static_export_shows_it(
    browser: Browser, tmp_path: Path, reading: Reading, page: Page, theme: str
) -> None:
    import nbformat
    from jinja2 import DictLoader
    from nbconvert import HTMLExporter

    v4 = nbformat.v4
    bad = hostile(reading)
    values = [page, PageReading(page, made_page()[1], (), None), reading, bad]
    outputs = [
        v4.new_output("execute_result", {"text/html": value._repr_html_()}, execution_count=1)
        for value in values
    ]
    cells = [v4.new_code_cell("x", outputs=[output], execution_count=1) for output in outputs]
    loader = DictLoader({"plain.html.j2": PLAIN})
    exporter = HTMLExporter(template_file="plain.html.j2", extra_loaders=[loader], theme=theme)
    text, _ = exporter.from_notebook_node(v4.new_notebook(cells=cells))
    (tmp_path / "export.html").write_text(text, "utf-8")
    browser.requests.clear(), browser.complaints.clear()
    browser.open(tmp_path / "export.html")
    assert browser.complaints == []
    asked = [url for url in browser.requests if not url.startswith("data:")]
    assert asked == [(tmp_path / "export.html").as_uri()]
    assert browser.ask("document.title") != "ran"
    assert browser.ask("document.querySelectorAll('.jp-OutputArea .zij').length") == len(values)
    styles = browser.ask(
        "['.zij', '.zij td.uncertain', '.zij td.read', '.zij tr'].map(s => "
        "{ const c = getComputedStyle(document.querySelector(s));"
        " return [c.color, c.backgroundColor, c.borderTopStyle]; })"
    )
    assert styles[0][:2] == ["rgb(29, 28, 26)", "rgb(251, 250, 247)"]
    assert styles[1] == ["rgb(29, 28, 26)", "rgb(251, 234, 211)", "dashed"]
    assert styles[2][0] == "rgb(29, 28, 26)"
    assert styles[3][1] == "rgba(0, 0, 0, 0)"  # a notebook's stripes would hide the text of a dark one
