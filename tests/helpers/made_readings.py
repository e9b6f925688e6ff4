"""Readings of all kinds, made from a seed: what a page may hold, without a page being read."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, State, Table

KINDS = ("empty", "loose", "table", "spans", "tables", "words", "edges")
"""What a page may hold: nothing; digits outside tables; one table; one with spans and a header; several
tables with digits outside them; words of any script; everything at or beyond the edges of the image."""

SCRIPTS = (
    "Gradus Signa Minuta Tabvla", "ⅠⅡⅢⅣ ☉☽☿♀♂♃♄ ♈♉♊ °′″", "ἡλίου σελήνης μοῖραι", "Солнце Луна градусы",
    "דקות מעלות", "درجات دقائق ٠١٢٣٤", "太陽 太陰 度分秒 〇一二", "गणित १२३", "ſß ff fi ft ﬆ æœ",
    "e\u0301 n\u0303 a\u030a", "𝟎𝟏𝟐 𝔊𝔯𝔞𝔡 🌒🜨", "a\u200db \ufeffc \u2028d x\u00a0e",
    "<&>\"' ]]> &amp; {;} \\", "0x1F 1e5 -12 +3 ½ ¾ ⅛",
)  # fmt: skip
FORBIDDEN = "\x00\x01\x08\x0b\x0c\x1f\ufffe\uffff"
SIGNS = "0123456789" * 4 + ".,°'·"


def made_reading(seed: int, kind: str | None = None) -> Reading:
    """A reading that depends on the seed alone.

    Parameters
    ----------
    seed : int
    kind : one of `KINDS`, optional
        Chosen by the seed if it is not given.
    """
    rng = np.random.default_rng([seed, 0x7A69])
    kind = kind or KINDS[seed % len(KINDS)]
    width, height = int(rng.integers(600, 3000)), int(rng.integers(600, 4000))
    tables: tuple[Table, ...] = ()
    loose: tuple[Number, ...] = ()
    if kind in ("table", "spans", "words", "edges"):
        tables = (_table(rng, Box(20, 20, width - 40, height - 200), kind),)
    elif kind == "tables":
        high = (height - 140) // 3
        tables = tuple(
            _table(rng, Box(20, 20 + n * (high + 10), width - 40, high), "spans") for n in range(3)
        )
    if kind in ("loose", "tables", "edges"):
        loose = tuple(_number(rng, Box(20 + 60 * n, height - 80, 40, 24)) for n in range(rng.integers(1, 6)))
    if kind == "edges":
        tables = tuple(replace(table, box=Box(-5.4, -7.0, width + 11.2, height + 3.0)) for table in tables)
        loose = (*loose, replace(loose[0], box=Box(width - 3.5, height - 0.2, 40, 0.1)))
    name = _word(rng).replace("/", "-").replace("\\", "-")
    parameters = tuple((f"p{n}", _word(rng)) for n in range(rng.integers(3)))
    return Reading(
        f"{name} {seed}.png", f"{seed:064x}", width, height, tables, loose,
        int(rng.choice([0, 90, 180, 270])),
        float(rng.normal()), float(rng.uniform(8, 60)), str(rng.choice(["machine", "human"])),
        f"digits.safetensors {seed:x}", parameters,
    )  # fmt: skip


def large_reading(seed: int = 0, rows: int = 100, columns: int = 30, digits: int = 2) -> Reading:
    """A page with one large table, each cell with one number."""
    rng = np.random.default_rng([seed, 0x7A69])
    box = Box(50, 50, columns * 100, rows * 50)
    cells = tuple(
        _cell(rng, row, column, 1, 1, _place(box, rows, columns, row, column), digits)
        for row in range(rows)
        for column in range(columns)
    )
    return Reading(
        "large.png", "", columns * 100 + 100, rows * 50 + 100, (Table(box, rows, columns, cells, 0.9),)
    )


def made_readings(count: int, start: int = 0) -> Iterator[Reading]:
    """So many readings of all kinds."""
    return (made_reading(seed) for seed in range(start, start + count))


def _table(rng: np.random.Generator, box: Box, kind: str) -> Table:
    rows, columns = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    free = {(row, column) for row in range(rows) for column in range(columns)}
    cells = []
    while free:
        row, column = min(free)
        down, across = 1, 1
        if kind == "spans" and rng.random() < 0.3:
            down, across = _room(free, row, column, rng)
        free -= {(row + i, column + k) for i in range(down) for k in range(across)}
        place = Box.hull(
            [_place(box, rows, columns, row + i, column + k) for i in (0, down - 1) for k in (0, across - 1)]
        )
        cells.append(_cell(rng, row, column, down, across, place, int(rng.integers(1, 4)), kind))
    order = rng.permutation(len(cells)) if rng.random() < 0.5 else range(len(cells))
    return Table(box, rows, columns, tuple(cells[n] for n in order), float(rng.random()))


def _room(free: set[tuple[int, int]], row: int, column: int, rng: np.random.Generator) -> tuple[int, int]:
    """A span that fits: as wide as the draw and the free places allow, then as high."""
    across = int(rng.integers(1, 4))
    while any((row, column + k) not in free for k in range(across)):
        across -= 1
    down = int(rng.integers(1, 4))
    while any((row + i, column + k) not in free for i in range(down) for k in range(across)):
        down -= 1
    return down, across


def _place(box: Box, rows: int, columns: int, row: int, column: int) -> Box:
    w, h = box.w / columns, box.h / rows
    return Box(box.x + column * w, box.y + row * h, w, h)


def _cell(
    rng: np.random.Generator,
    row: int,
    column: int,
    down: int,
    across: int,
    box: Box,
    digits: int,
    kind: str = "table",
) -> Cell:
    numbers: tuple[Number, ...] = ()
    chance = rng.random()
    if kind == "words" and chance < 0.6:
        words = [_word(rng) for _ in range(rng.integers(1, 4))]
        words = [word for word in words if not set(word) & set("0123456789")]  # numerals would be numbers
        text = str(rng.choice([" ", "\n"])).join(words)
    elif chance < 0.15:
        text = ""
    else:
        count = int(rng.integers(1, 3)) if kind != "table" else 1
        w = box.w / (count + 1)
        numbers = tuple(
            _number(rng, Box(box.x + w * (n + 0.3), box.y + box.h * 0.2, w * 0.8, box.h * 0.6), digits)
            for n in range(count)
        )
        text = str(rng.choice([" ", "\n"])).join(number.text for number in numbers)
    full: tuple[State, ...] = ("read", "uncertain", "unread")
    blank: tuple[State, ...] = ("empty", "unread")
    states = full if text.strip() else blank
    return Cell(
        row, column, box, numbers, text, states[rng.integers(len(states))], float(rng.random()),
        down, across, bool(row == 0 and rng.random() < 0.5),
    )  # fmt: skip


def _number(rng: np.random.Generator, box: Box, digits: int = 2) -> Number:
    if rng.random() < 0.1:
        return Number((), _word(rng), box)  # a word of another program, without glyphs
    w = box.w / digits
    glyphs = tuple(
        Glyph(
            Box(box.x + n * w, box.y, w * 0.9, box.h), SIGNS[rng.integers(len(SIGNS))], float(rng.random()),
            tuple((str(rng.integers(10)), float(rng.random())) for _ in range(rng.integers(3))),
        )
        for n in range(digits)
    )  # fmt: skip
    return Number(glyphs, "".join(glyph.text for glyph in glyphs), box)


def _word(rng: np.random.Generator) -> str:
    """A word of any script; now and then with signs that XML forbids, or any signs at all."""
    words = str(rng.choice(SCRIPTS)).split(" ")
    word = words[rng.integers(len(words))]
    chance = rng.random()
    if chance < 0.1:
        word += FORBIDDEN[rng.integers(len(FORBIDDEN))]
    elif chance < 0.3:
        word += "".join(filter(_is_text, (chr(n) for n in rng.integers(32, 0x30000, 4))))
    return word


def _is_text(sign: str) -> bool:
    return unicodedata.category(sign) != "Cs"
