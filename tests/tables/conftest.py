"""Readings for property tests, and the real PAGE-XML files where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import strategies as st

from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

_DATA = Path(__file__).parents[3] / "shared" / "data" / "pagexml"

_probability = st.floats(0, 1)
_text = st.text(max_size=8)
_state_with_text = st.sampled_from(["read", "uncertain", "unread"])
_state_without = st.sampled_from(["empty", "unread"])


@st.composite
def _boxes(draw):
    """Boxes that may reach beyond the image or be thinner than a pixel."""
    x, y = draw(st.floats(-20, 320)), draw(st.floats(-20, 320))
    return Box(x, y, draw(st.floats(0, 90)), draw(st.floats(0, 90)))


@st.composite
def _glyphs(draw):
    others = st.tuples(st.sampled_from("0123456789"), _probability)
    return Glyph(
        draw(_boxes()),
        draw(st.sampled_from("0123456789.,°'")),
        draw(_probability),
        tuple(draw(st.lists(others, max_size=2))),
    )


@st.composite
def _numbers(draw):
    glyphs = tuple(draw(st.lists(_glyphs(), max_size=3)))
    text = "".join(g.text for g in glyphs) if glyphs else draw(_text)
    return Number(glyphs, text, draw(_boxes()))


@st.composite
def _tables(draw):
    """Tables whose cells, some of them with spans, cover every place exactly once."""
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    free = {(row, column) for row in range(rows) for column in range(columns)}
    cells = []
    while free:
        row, column = min(free)
        across = draw(st.integers(1, columns - column))
        while {(row, column + k) for k in range(across)} - free:
            across -= 1
        down = draw(st.integers(1, rows - row))
        while {(row + i, column + k) for i in range(down) for k in range(across)} - free:
            down -= 1
        free -= {(row + i, column + k) for i in range(down) for k in range(across)}
        cells.append(draw(_cells(row, column, down, across)))
    return Table(draw(_boxes()), rows, columns, tuple(draw(st.permutations(cells))), draw(_probability))


@st.composite
def _cells(draw, row, column, down, across):
    numbers = tuple(draw(st.lists(_numbers(), max_size=3)))
    text = draw(st.sampled_from([" ", "\n"])).join(number.text for number in numbers)
    if not numbers:
        text = draw(st.sampled_from(["", "", "Gradus", "Gr.\nscr."]))
    return Cell(
        row,
        column,
        draw(_boxes()),
        numbers,
        text,
        draw(_state_with_text if text.strip() else _state_without),
        draw(_probability),
        down,
        across,
        draw(st.booleans()),
    )


@st.composite
def _readings(draw):
    return Reading(
        image=draw(st.text(st.characters(codec="utf-8", categories=["L", "Nd"]), min_size=1)) + ".png",
        sha256=draw(st.sampled_from(["", "0f" * 32])),
        width=draw(st.integers(1, 300)),
        height=draw(st.integers(1, 300)),
        tables=tuple(draw(st.lists(_tables(), max_size=2))),
        loose=tuple(draw(st.lists(_numbers(), max_size=3))),
        turn=draw(st.sampled_from([0, 90, 180, 270])),
        skew=draw(st.floats(-10, 10)),
        digit_height=draw(st.floats(0, 100)),
        source=draw(st.sampled_from(["machine", "human", "OCR-D/core 2.33.0"])),
        model=draw(_text),
        parameters=tuple(draw(st.lists(st.tuples(_text, _text), max_size=2))),
    )


@pytest.fixture(scope="session")
def readings():
    """Strategy for readings: empty pages, no table, spans, digits outside tables, any text."""
    return _readings()


@pytest.fixture(scope="session")
def reading():
    """One page with all there is: two tables, spans, a header, all states, numbers outside."""

    def number(x, y, text):
        glyphs = (
            Glyph(Box(x + 10 * n, y, 9, 20), sign, 0.9, (("7", 0.0512345),)) for n, sign in enumerate(text)
        )
        return Number(tuple(glyphs), text, Box(x, y, 10 * len(text), 20))

    one, two, three = number(20, 60, "12"), number(50, 60, "30"), number(120, 60, "07")
    cells = (
        Cell(0, 0, Box(10, 10, 200, 40), (), "Gradus", "read", 0.5, 1, 2, True),
        Cell(1, 0, Box(10, 50, 100, 40), (one, two), "12 30", "read", 0.81),
        Cell(1, 1, Box(110, 50, 100, 80), (three,), "07", "uncertain", 0.4, 2, 1),
        Cell(2, 0, Box(10, 90, 100, 40), (), "", "unread", 0.25),
    )
    more = (
        Cell(0, 0, Box(10, 200, 50, 40)),
        Cell(0, 1, Box(60, 200, 50, 40), (number(70, 210, "5"),), "5", "read"),
    )
    tables = (Table(Box(10, 10, 200, 120), 3, 2, cells, 0.97), Table(Box(10, 200, 100, 40), 1, 2, more))
    loose = (number(250, 20, "368"), Number((), "p. 4", Box(250, 60, 40, 20)))
    facts = {
        "turn": 0,
        "skew": 0.3125,
        "digit_height": 20.5,
        "model": "digits 1f",
        "parameters": (("low", "0.3"),),
    }
    return Reading("page 1.png", "ab" * 32, 400, 300, tables, loose, **facts)


@pytest.fixture(scope="session")
def pagexml_data():
    """The folder of third-party PAGE-XML files."""
    if not _DATA.is_dir():
        pytest.skip("the sample files are not at ../shared/data/pagexml")
    return _DATA


@pytest.fixture(scope="session")
def schema(pagexml_data):
    """The schema of PAGE 2019-07-15."""
    from lxml import etree

    return etree.XMLSchema(etree.parse(pagexml_data / "schema" / "pagecontent-2019-07-15.xsd"))
