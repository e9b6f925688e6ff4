"""Pages whose digits may all be any digit, so that no two values are equal and derivatives exist."""

from __future__ import annotations

import numpy as np

from zij.similarity.evidence import Evidence, evidence_from_reading
from zij.tables.geometry import Box
from zij.tables.reading import Glyph, Number, Reading


def unsure_page(seed: int, *, rows: int = 3, extras: int = 3, sure: float = 0.0) -> Evidence:
    """Numbers of one to three digits in two columns, and candidates between them that no number has.

    Parameters
    ----------
    seed : int
    rows : int
        Numbers in a column.
    extras : int
        How many candidates belong to no number.
    sure : float
        Added to the weight of each digit's likeliest reading.
    """
    rng = np.random.default_rng([seed, 5])

    def glyph(x: float, y: float) -> Glyph:
        values = rng.dirichlet(np.full(11, 0.6))[:10] * 0.98 + 1e-3
        values[rng.integers(10)] += sure
        values /= max(values.sum(), 1)
        order = np.argsort(-values)
        rest = tuple((str(k), float(values[k])) for k in order[1:])
        return Glyph(Box(x, y, 8, 15), str(order[0]), float(values[order[0]]), rest)

    def number(x: float, y: float) -> Number:
        glyphs = tuple(glyph(x + 9 * k, y) for k in range(rng.integers(1, 4)))
        return Number(glyphs, "".join(g.text for g in glyphs), Box.hull(g.box for g in glyphs))

    numbers = tuple(number(20 + 60 * column, 20 + 25 * row) for row in range(rows) for column in range(2))
    reading = Reading(f"{seed}.png", "", 200, 300, loose=numbers, digit_height=15)
    loose = [glyph(20 + 60 * (k % 2) + 28, 20 + 25 * k) for k in range(extras)]
    return evidence_from_reading(reading, loose, floor=0.0)
