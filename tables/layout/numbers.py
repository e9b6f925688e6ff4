"""From single digits to numbers: which digits stand beside each other in one number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zij.tables.geometry import Box
from zij.tables.layout.barriers import Barriers
from zij.tables.layout.neighbours import Indices, components, mutual, pairs_ahead
from zij.tables.layout.points import Points, find_points
from zij.tables.layout.stains import Stains
from zij.tables.reading import Glyph, Number

if TYPE_CHECKING:
    from zij.tables.scan.rulings import Rulings

__all__ = ["Grouping", "group_digits", "line_positions", "number_of"]

Floats = NDArray[np.float64]

LEVEL = 0.35  # lines of neighbouring digits differ by at most so many digit heights
USUAL_REACH = 1.1
WIDEST_PITCH = 1.15  # the digits of a number are set no wider
BANDWIDTH = 0.04


@dataclass(frozen=True, slots=True)
class Grouping:
    """Digits of a page joined to numbers.

    Attributes
    ----------
    numbers : tuple of Number
        From top to bottom and left to right, roughly; every glyph given is in exactly one.
    reach : float
        Greatest distance between the centres of neighbouring digits of one number, in digit heights.
    """

    numbers: tuple[Number, ...]
    reach: float


def group_digits(
    glyphs: Sequence[Glyph],
    *,
    digit_height: float,
    rulings: Rulings | None = None,
    stains: Stains | None = None,
    reach: float | None = None,
) -> Grouping:
    """Join the digits that stand beside each other to numbers.

    Two digits follow each other in a number if each is the other's nearest on that side, their centres are
    at most `reach` digit heights apart or have a point between them, they stand on one line, and no vertical
    ruling passes between. Old-style figures reach above or below the line; where each of the ten stands is
    learnt from the page.

    Parameters
    ----------
    glyphs : sequence of Glyph
        Boxes in pixels of the upright page.
    digit_height : float
        Nominal height of the digits, in the same pixels.
    rulings : Rulings, optional
        The page's rulings in the same pixels.
    stains : Stains, optional
        The page's ink, which points and commas are found in; without it numbers hold digits only.
    reach : float, optional
        Given, it is used; otherwise it is chosen from the distances between neighbours on the page.

    Returns
    -------
    Grouping
        The numbers, each with its glyphs from left to right, and the reach.
    """
    if not glyphs or digit_height <= 0:
        return Grouping(tuple(number_of([glyph]) for glyph in glyphs), reach or USUAL_REACH)
    x = np.array([g.box.x + g.box.w / 2 for g in glyphs])
    y = line_positions(glyphs, digit_height=digit_height)
    i, j = _next_digits(x, y, digit_height, 2.5)
    barriers = Barriers.vertical(rulings.vertical if rulings else (), digit_height=digit_height)
    free = ~_parted(glyphs, i, j, barriers, digit_height)
    i, j = i[free], j[free]
    distance = (x[j] - x[i]) / digit_height
    points = Points.none()
    if stains is not None:
        boxes = np.array([(g.box.x, g.box.y, g.box.w, g.box.h) for g in glyphs])
        points = find_points(stains, boxes, y, i, j, digit_height=digit_height)
    pointed = np.isin(np.arange(len(i)), points.pair)
    if reach is None:
        reach = _choose_reach(distance[~pointed])
    joined = (distance <= reach) | pointed
    label = components(len(glyphs), zip(i[joined].tolist(), j[joined].tolist(), strict=True))
    after = dict(zip(i[points.pair].tolist(), points.signs, strict=True))
    return Grouping(_numbers(glyphs, after, x, y, label, digit_height), reach)


def number_of(glyphs: Sequence[Glyph]) -> Number:
    """The number that consists of these glyphs, which stand from left to right; no points at its ends."""
    text = "".join(g.text for g in glyphs)
    if not text.isdecimal():
        digits = [k for k, glyph in enumerate(glyphs) if glyph.is_digit]
        glyphs = glyphs[digits[0] : digits[-1] + 1] if digits else glyphs
        text = "".join(g.text for g in glyphs)
    return Number(tuple(glyphs), text, Box.hull(g.box for g in glyphs))


def line_positions(glyphs: Sequence[Glyph], *, digit_height: float) -> Floats:
    """Height of each glyph's line: y of the middle of the small letters, in pixels.

    Parameters
    ----------
    glyphs : sequence of Glyph
        Digits and separators of one page, of one kind of type for the most part.
    digit_height : float
        Nominal height of the digits in pixels.

    Returns
    -------
    (N,) ndarray
        Centre of each box, less the page's offset for that digit. The offsets start from the heights (in
        old-style figures 0 1 2 are small, 3 4 5 7 9 hang below the line, 6 8 stand above it) and are then
        fitted to neighbours, so that type with another habit is followed.
    """
    x = np.array([g.box.x + g.box.w / 2 for g in glyphs])
    y = np.array([g.box.y + g.box.h / 2 for g in glyphs])
    kind = np.array([int(g.text) if g.is_digit else 10 for g in glyphs], np.intp)
    height = np.array([g.box.h for g in glyphs])
    offset = prior = _expected_offsets(kind, height)
    for _ in range(2):
        i, j = _next_digits(x, y - offset[kind], digit_height, 1.3)
        offset = _fitted_offsets(kind[i], kind[j], y[j] - y[i], prior, digit_height)
    return np.asarray(y - offset[kind])


def _expected_offsets(kind: Indices, height: Floats) -> Floats:
    """How far each digit's centre lies below the middle of the small letters, from heights alone."""
    offset = np.zeros(11)
    small = height[kind <= 2]
    tall = height[(kind > 2) & (kind < 10)]
    if len(small) < 3 or len(tall) < 3 or np.median(small) > 0.85 * np.median(tall):
        return offset  # lining figures
    for digit in range(3, 10):
        own = height[kind == digit]
        rise = (np.median(own if len(own) else tall) - np.median(small)) / 2
        offset[digit] = -rise if digit in (6, 8) else rise
    return offset


def _fitted_offsets(
    first: Indices, second: Indices, step: Floats, prior: Floats, digit_height: float
) -> Floats:
    """Offsets that explain the steps between neighbours, held by a prior worth four neighbours."""
    offset: Floats = prior
    for _ in range(3):
        residual = step - (offset[second] - offset[first])
        weight = 1 / (1 + (residual / (0.1 * digit_height)) ** 2)
        normal, right = 4 * np.eye(11), 4 * prior
        np.add.at(normal, (first, first), weight)
        np.add.at(normal, (second, second), weight)
        np.add.at(normal, (first, second), -weight)
        np.add.at(normal, (second, first), -weight)
        np.add.at(right, second, weight * step)
        np.add.at(right, first, -weight * step)
        offset = np.asarray(np.linalg.solve(normal, right), np.float64)
    return offset


def _next_digits(x: Floats, y: Floats, digit_height: float, farthest: float) -> tuple[Indices, Indices]:
    """Pairs of glyphs that are each other's nearest on one line, the left one first."""
    i, j = pairs_ahead(x, y, ahead=(0.0, farthest * digit_height), aside=LEVEL * digit_height)
    return mutual(i, j, x[j] - x[i] + np.abs(y[j] - y[i]))


def _parted(
    glyphs: Sequence[Glyph], i: Indices, j: Indices, barriers: Barriers, digit_height: float
) -> NDArray[np.bool_]:
    """Whether a ruling passes between two glyphs; one in the inner half of a box is the digit's own stem."""
    box = np.array([(g.box.x, g.box.y, g.box.w, g.box.h) for g in glyphs]).reshape(-1, 4)
    left = box[i, 0] + 0.75 * box[i, 2]
    right = box[j, 0] + 0.25 * box[j, 2]
    middle = (box[i, 1] + box[j, 1]) / 2 + (box[i, 3] + box[j, 3]) / 4
    return barriers.between(left, right, middle, beyond=0.5 * digit_height)


def _choose_reach(distance: Floats) -> float:
    """The first valley beyond the usual distance of digits, so that no gap between columns is bridged.

    The valley counts, not the deepest place: a raised point makes a second peak, and columns that stand
    near a third. A number that is parted at its point stays in one cell, columns that are joined are lost.
    """
    close = distance[distance <= WIDEST_PITCH]
    if len(close) < 8:
        return USUAL_REACH
    at = np.arange(0.25, 2.5, 0.01)
    density = np.exp(-0.5 * ((at[:, None] - distance) / BANDWIDTH) ** 2).sum(1)
    pitch = float(at[np.argmax(np.where(at <= WIDEST_PITCH, density, 0.0))])
    density /= density.max()
    usual = float(np.clip(1.75 * pitch, 0.8, 1.25))
    beyond = np.flatnonzero((at >= 1.12 * pitch) & (at <= 2.2 * pitch))
    start = int(beyond[np.argmin(density[beyond] + 0.1 * at[beyond])])
    higher = np.flatnonzero(density[start:] > density[start] + 0.01)
    end = at[start + higher[0]] if len(higher) else np.inf
    return round(float(max(at[start], min(usual, at[start] + 0.6 * (end - at[start])))), 2)


def _numbers(
    glyphs: Sequence[Glyph],
    after: Mapping[int, Glyph],
    x: Floats,
    y: Floats,
    label: Indices,
    digit_height: float,
) -> tuple[Number, ...]:
    """The numbers, each with the points that stand after some of its digits."""
    members: dict[int, list[int]] = {}
    for index in np.lexsort((y, x)).tolist():
        members.setdefault(int(label[index]), []).append(index)
    groups = sorted(
        members.values(), key=lambda g: (round(float(y[g].mean() / digit_height)), x[g[0]], y[g[0]])
    )
    signs = {
        index: (glyph, after[index]) if index in after else (glyph,) for index, glyph in enumerate(glyphs)
    }
    return tuple(number_of([sign for index in group for sign in signs[index]]) for group in groups)
