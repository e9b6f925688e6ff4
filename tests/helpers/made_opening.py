"""A photograph of an opening, made from two generated pages, with the truth of both."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from zij.tables.generate.climates import climates
from zij.tables.generate.numeric import NumericTable
from zij.tables.generate.pages import Setting, make_page
from zij.tables.geometry import Box
from zij.tables.reading import Reading

RIM, LEAF = 40, 90  # pixels: black around the opening; blank between the page's paper and the fold


def made_opening(
    skews: tuple[float, float] = (1.2, -0.8),
    *,
    rows: int = 14,
    shadow: float = 0.35,
    digit_height: float = 20,
) -> tuple[NDArray[np.uint8], tuple[Reading, Reading], float]:
    """Two pages side by side, each askew by itself, with a fold's shadow between them.

    Returns
    -------
    rgb : (H, W, 3) ndarray of uint8
    truth : (Reading, Reading)
        Digits of the left and of the right page, in pixels of the photograph.
    fold : float
        x of the fold.
    """
    sheets, truths = [], []
    for seed, skew in enumerate(skews):
        table = _part(climates(), seed * rows, rows)
        plain = Setting.plain(skew=skew, border=0.0, digit_height=digit_height, wear=0.5, ruled=seed == 0)
        page = make_page(seed, table, plain)
        sheets.append(page.pixels)
        truths.append(page.truth)
    height = max(len(sheet) for sheet in sheets) + 60
    width = sheets[0].shape[1] + LEAF
    right = sheets[1].shape[1] + LEAF
    opening = np.full((height, width + right, 3), (232, 222, 199), np.float32)
    opening[30 : 30 + len(sheets[0]), : sheets[0].shape[1]] = sheets[0]
    opening[30 : 30 + len(sheets[1]), width + LEAF :] = sheets[1]
    x = np.arange(width + right) + 0.5 - width
    opening *= (1 - shadow * np.exp(-np.abs(x) / 25) - 0.2 * (np.abs(x) < 2))[None, :, None]
    opening += np.random.default_rng(0).normal(0, 2, opening.shape[:2])[..., None]
    photo = cv2.copyMakeBorder(opening, RIM, RIM, RIM, RIM, cv2.BORDER_CONSTANT, value=(18, 17, 20))
    rgb = np.clip(photo, 0, 255).astype(np.uint8)
    places = (RIM, RIM + 30), (RIM + width + LEAF, RIM + 30)
    moved = [_moved(truth, *place, rgb.shape) for truth, place in zip(truths, places, strict=True)]
    return rgb, (moved[0], moved[1]), RIM + float(width)


def _part(table: NumericTable, first: int, count: int) -> NumericTable:
    return replace(table, rows=table.rows[first : first + count])


def _moved(truth: Reading, x: float, y: float, shape: tuple[int, ...]) -> Reading:
    def place(box: Box) -> Box:
        return Box(box.x + x, box.y + y, box.w, box.h)

    tables = tuple(
        replace(table, box=place(table.box), cells=tuple(
            replace(cell, box=place(cell.box), numbers=tuple(
                replace(n, box=place(n.box), glyphs=tuple(replace(g, box=place(g.box)) for g in n.glyphs))
                for n in cell.numbers
            )) for cell in table.cells
        )) for table in truth.tables
    )  # fmt: skip
    return replace(truth, tables=tables, width=shape[1], height=shape[0])
