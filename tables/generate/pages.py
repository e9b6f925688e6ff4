"""Whole pages: a table set in type, aged, photographed, with the truth about every digit and cell."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from zij.tables.generate.ageing import cloud, press
from zij.tables.generate.fonts import Sort, Typeface, demo_typeface, roman_typeface
from zij.tables.generate.numeric import NumericTable
from zij.tables.generate.sheet import Sheet, width_of
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

__all__ = ["GeneratedPage", "Setting", "make_page"]


@dataclass(frozen=True)
class Setting:
    """How a printer sets a table and how the page has fared.

    Attributes
    ----------
    figures, text : Typeface
        The types of the numbers and of the words.
    digit_height : float
        Pixels of a tall digit on the page.
    pitch : float
        Distance of the lines, in digit heights.
    gap : float
        White beside each column, in digit heights.
    head : float
        White below the headings, in digit heights.
    ruled : bool
        Whether rules stand between the columns.
    wear, stains, border : float
        Age, each from 0 to about 1.5.
    skew : float
        Degrees by which the page lies askew, clockwise.
    """

    figures: Typeface
    text: Typeface
    digit_height: float = 22.0
    pitch: float = 1.5
    gap: float = 0.55
    head: float = 0.0
    ruled: bool = True
    wear: float = 0.7
    stains: float = 0.7
    border: float = 0.06
    skew: float = 0.0

    @classmethod
    def plain(cls, **changes: float | bool) -> Setting:
        """A setting in type that is on every machine, with some values changed."""
        values: dict[str, float | bool] = {**changes}
        return cls(demo_typeface(), roman_typeface(), **values)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False)
class GeneratedPage:
    """A page made by program.

    Attributes
    ----------
    pixels : (H, W, 3) ndarray of uint8
        RGB.
    truth : Reading
        What stands on it; boxes are ink boxes in pixels, exact to the skew's rounding.
    """

    pixels: NDArray[np.uint8]
    truth: Reading


def make_page(seed: int, table: NumericTable, setting: Setting, *, name: str = "page.png") -> GeneratedPage:
    """Set, age and photograph a table; the same bytes for the same arguments.

    Parameters
    ----------
    seed : int
    table : NumericTable
    setting : Setting
        How it is set, aged and photographed.
    name : str
        Of the image.

    Returns
    -------
    GeneratedPage
    """
    rng = np.random.default_rng([seed, 77])
    sheet, truth = _set(rng, table, setting)
    printed = press(rng, sheet.ink, wear=setting.wear, pixel=setting.digit_height / 30)
    paper = _paper(rng, printed.shape, setting)
    colour = np.array([38, 30, 28], np.float32)
    pixels = paper * (1 - printed[..., None] * 0.93) + colour * printed[..., None] * 0.93
    pixels, matrix = _photograph(rng, pixels, setting)
    height, width = pixels.shape[:2]
    reading = Reading(name, "", width, height, tables=(_move_table(truth, matrix),), skew=-setting.skew,
                      digit_height=setting.digit_height, source="generated")  # fmt: skip
    return GeneratedPage(pixels, reading.with_ids())


def _set(rng: Generator, table: NumericTable, setting: Setting) -> tuple[Sheet, Table]:
    """Set a table in type: the sheet, and the table with boxes on it."""
    h = setting.digit_height
    figure_em, text_em = setting.figures.em_for_digits(h), setting.text.em_for_digits(h)

    def choose(character: str) -> Sort:
        face, em = (
            (setting.figures, figure_em) if character.isdigit() else (setting.text, round(0.9 * text_em))
        )
        return face.sort(character, em)

    texts = [[table.headings[c], *(row[c] for row in table.rows)] for c in range(len(table.headings))]
    widths = [
        max(width_of(t, choose, space=h * 0.3) for t in column) + 2 * setting.gap * h for column in texts
    ]
    left, top = 3.0 * h, 7.0 * h
    right, pitch = left + sum(widths), setting.pitch * h
    first = top + setting.head * h  # where the first row begins
    bottom = first + pitch * (len(table.rows) + 0.4)
    sheet = Sheet(round(bottom + 3.5 * h), round(right + 3 * h))
    _set_title(sheet, table.title, setting, (left, right), top - 2.6 * h)
    edges = left + np.cumsum([0.0, *widths])
    _draw_rules(rng, sheet, setting, edges, top, bottom)
    for heading, x, width in zip(table.headings, edges, widths, strict=False):
        indent = (width - width_of(heading, choose)) / 2
        sheet.line(heading, x + indent, top - 0.5 * h, choose, truth=False)
    cells: list[Cell] = []
    columns = {c: n for n, c in enumerate(c for c in range(len(table.headings)) if c not in table.words)}
    for r, row in enumerate(table.rows):
        line = first + pitch * (r + 1) - 0.35 * pitch
        for c, text in enumerate(row):
            area = Box(edges[c], line - 0.72 * pitch, widths[c], pitch * 0.98)
            numbers = _set_cell(rng, sheet, setting, text, area, line, choose, c in table.words)
            if c in columns:
                state = "read" if numbers else "empty"
                cells.append(Cell(r, columns[c], area, numbers, text, state))  # type: ignore[arg-type]
    hull = Box.hull(cell.box for cell in cells)
    return sheet, Table(hull, len(table.rows), len(columns), tuple(cells))


def _set_cell(
    rng: Generator,
    sheet: Sheet,
    setting: Setting,
    text: str,
    area: Box,
    line: float,
    choose: object,
    words: bool,
) -> tuple[Number, ...]:
    assert callable(choose)
    h, before = setting.digit_height, len(sheet.digits)
    pad = setting.gap * h
    x = area.x + pad if words else area.right - pad - width_of(text, choose)
    slip = 0.03 * h * setting.wear
    sheet.line(text, x, line, choose, space=0.3 * h, wobble=lambda: float(rng.normal(0, slip)))
    glyphs = tuple(Glyph(box, str(digit)) for box, digit in sheet.digits[before:])
    return (Number(glyphs, text, Box.hull(g.box for g in glyphs)),) if glyphs else ()


def _set_title(sheet: Sheet, title: str, setting: Setting, span: tuple[float, float], y: float) -> None:
    em = round(setting.text.em_for_digits(setting.digit_height) * 1.25)
    space = setting.digit_height
    spacing = space * 0.25

    def choose(character: str) -> Sort:
        return setting.text.sort(character, em)

    width = width_of(title, choose, spacing=spacing, space=space)
    room = sheet.ink.shape[1] - 1.5 * space
    if width > room:  # a long title over a narrow table is set smaller
        em, spacing, space = (max(int(size * room / width), 1) for size in (em, spacing, space))
        width = width_of(title, choose, spacing=spacing, space=space)
    start = (span[0] + span[1] - width) / 2
    sheet.line(title, start, y, choose, spacing=spacing, space=space, truth=False)


def _draw_rules(
    rng: Generator, sheet: Sheet, setting: Setting, edges: NDArray[np.float64], top: float, bottom: float
) -> None:
    h = setting.digit_height
    thickness = max(round(h * 0.06), 1)
    for y in (top - 1.9 * h, top + 0.05 * h, bottom):
        sheet.rule((edges[0], y), (edges[-1], y + rng.normal(0, 0.8)), thickness)
    inner = edges if setting.ruled else edges[[0, -1]]
    for x in inner:
        sheet.rule((x, top - 1.9 * h), (x + rng.normal(0, 1), bottom), thickness)


def _paper(rng: Generator, shape: tuple[int, ...], setting: Setting) -> NDArray[np.float32]:
    tone = np.array([236, 226, 203], np.float32) + rng.uniform(-8, 8, 3).astype(np.float32)
    size = (shape[0], shape[1])
    shade = 1 + 0.02 * cloud(rng, size, 200) + 0.012 * cloud(rng, size, 3) * setting.stains
    shade -= 0.05 * setting.stains * np.clip(cloud(rng, size, 60) - 0.8, 0, None)
    return np.asarray(np.clip(tone * shade[..., None], 0, 255), np.float32)


def _photograph(
    rng: Generator, pixels: NDArray[np.float32], setting: Setting
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Lay the page askew on the scanner's black; also the map from sheet to photograph."""
    height, width = pixels.shape[:2]
    rim = round(setting.border * width)
    angle = np.radians(setting.skew)
    c, s = np.cos(angle), np.sin(angle)
    centre, target = np.array([width, height]) / 2, np.array([width / 2 + rim, height / 2 + rim])
    linear = np.array([[c, -s], [s, c]])
    matrix = np.column_stack([linear, target - linear @ centre])
    size = (width + 2 * rim, height + 2 * rim)
    centred = matrix.copy()  # warpAffine counts pixel centres as whole numbers, our geometry corners
    centred[:, 2] += linear @ np.array([0.5, 0.5]) - 0.5
    black = tuple(float(v) for v in rng.uniform(14, 26, 3)) if rim else (236.0, 226.0, 203.0)
    seen = cv2.warpAffine(pixels, centred, size, flags=cv2.INTER_LINEAR, borderValue=black)
    light = 1 - 0.1 * np.linspace(-1, 1, size[0])[None, :, None] * rng.uniform(-1, 1)
    seen = seen * light + rng.standard_normal(seen.shape[:2])[..., None] * 2.0
    return np.clip(seen, 0, 255).astype(np.uint8), matrix


def _move_table(table: Table, matrix: NDArray[np.float64]) -> Table:
    from dataclasses import replace

    def move(box: Box) -> Box:
        x, y = matrix[:, :2] @ np.array(box.centre) + matrix[:, 2]
        return Box(float(x) - box.w / 2, float(y) - box.h / 2, box.w, box.h)

    def move_number(number: Number) -> Number:
        glyphs = tuple(replace(glyph, box=move(glyph.box)) for glyph in number.glyphs)
        return replace(number, glyphs=glyphs, box=Box.hull(g.box for g in glyphs))

    cells = tuple(
        replace(cell, box=move(cell.box), numbers=tuple(move_number(n) for n in cell.numbers))
        for cell in table.cells
    )
    return replace(table, box=Box.hull(c.box for c in cells), cells=cells)
