"""What stands on a sheet to be taught with: tables, text, letters, engravings, single signs."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from zij.tables.generate.printer import Printer
from zij.tables.generate.sheet import Sheet, width_of

__all__ = ["SCENES", "WITHOUT_DIGITS"]

_CAPITALS = "ABCDEFGHILMNOPQRSTVXZOOIISSZ"
_ROMAN = (
    "I",
    "II",
    "III",
    "IIII",
    "V",
    "VI",
    "VII",
    "VIII",
    "IX",
    "X",
    "XI",
    "XII",
    "XIIII",
    "XX",
    "XL",
    "C",
    "D",
)
_MARKS = ".,;:-'|/°·()*†§¶=~"


def _set_table(rng: Generator, sheet: Sheet, printer: Printer) -> None:
    side, h = sheet.ink.shape[0], printer.height
    pitch = h * rng.uniform(1.02, 1.9)
    ruled = rng.random() < 0.6
    tight = rng.random() < 0.4
    spacing = h * (rng.uniform(-0.02, 0.07) if rng.random() < 0.8 else rng.uniform(0.07, 0.3))
    rule = max(round(h * rng.uniform(0.02, 0.09)), 1)
    top, x = -rng.uniform(0, pitch), -rng.uniform(0, h * 2)
    lines = np.arange(top, side + pitch, pitch)
    if rng.random() < 0.2:  # groups of rows
        lines = lines + np.arange(len(lines)) // int(rng.integers(2, 6)) * pitch * rng.uniform(0.3, 0.9)
    while x < side:
        places = int(rng.choice([1, 1, 2, 2, 2, 3, 4, 4, 5]))
        words = rng.random() < 0.13
        width = h * (rng.uniform(2, 5) if words else 0.6 * places + 0.1) + spacing * places
        pad = h * (rng.uniform(0.06, 0.3) if tight else rng.uniform(0.25, 1.2))
        drift = rng.normal(0, 0.12) * pitch
        for y in lines + drift:
            if words and rng.random() < 0.2:
                sheet.line(
                    printer.sign(), x + pad, y + h, partial(printer.letter, scale=rng.uniform(0.8, 1.3))
                )
            elif words:
                _set_words(rng, sheet, printer, x + pad, y + h, width)
            elif rng.random() < 0.93:
                _set_value(rng, sheet, printer, x + pad + width, y + h + printer.wobble(), places, spacing)
        x += width + 2 * pad
        if ruled and rng.random() < 0.8:
            _draw_column_rule(rng, sheet, x, pitch, rule)
            x += rule
    if rng.random() < 0.5:
        for y in lines[:: int(rng.integers(1, 7))]:
            low = y + h * 1.08 + (pitch - h) * 0.5
            start = rng.uniform(0, side / 2) if rng.random() < 0.3 else 0
            sheet.rule((start, low), (side, low + rng.normal(0, h * 0.04)), rule)
    if rng.random() < 0.3:
        _set_heading(rng, sheet, printer, rng.uniform(0, side * 0.3))
    if rng.random() < 0.1:
        _draw_brace(rng, sheet, h)


def _set_value(
    rng: Generator, sheet: Sheet, printer: Printer, right: float, y: float, places: int, spacing: float
) -> None:
    count = places if rng.random() < 0.75 else int(rng.integers(1, places + 1))
    text = "".join(str(d) for d in rng.integers(0, 10, count))
    if places >= 3 and rng.random() < 0.25:
        text = text[:1] + str(rng.choice([".", "·", ",", "°", ":"])) + text[1:]
    if rng.random() < 0.05:
        text += str(rng.choice([".", ",", "'"]))
    choose = printer.letter
    width = sum(choose(c).advance + spacing for c in text)
    sheet.line(text, right - width, y, choose, spacing=spacing, wobble=printer.wobble)


def _draw_column_rule(rng: Generator, sheet: Sheet, x: float, pitch: float, thickness: int) -> None:
    side = sheet.ink.shape[0]
    lean = rng.normal(0, 0.004) * side
    for off in (0.0,) if rng.random() < 0.75 else (0.0, thickness * 2.5):
        if rng.random() < 0.4:  # a rule of short leads, with gaps
            y = -rng.uniform(0, pitch)
            while y < side:
                end = y + pitch * rng.uniform(0.6, 3)
                jog = rng.normal(0, 1.2)
                sheet.rule((x + off + jog, y), (x + off + jog + rng.normal(0, 1), end), thickness)
                y = end + rng.uniform(0, 0.35) * pitch
        else:
            sheet.rule((x + off, 0), (x + off + lean, side), thickness)


def _set_words(rng: Generator, sheet: Sheet, printer: Printer, x: float, y: float, width: float) -> None:
    roman = rng.random() < 0.3
    text = str(rng.choice(_ROMAN)) + str(rng.choice(["", ".", " "])) if roman else printer.word()
    if rng.random() < 0.3:
        text = f"{text} {printer.word()}"
    scale = rng.uniform(0.8, 1.1)
    space = printer.height * 0.3
    choose = partial(printer.letter, scale=scale)
    while len(text) > 1 and width_of(text, choose, space=space) > width:
        text = text[:-1]
    sheet.line(text, x, y, choose, space=space, wobble=printer.wobble)


def _set_heading(rng: Generator, sheet: Sheet, printer: Printer, y: float) -> None:
    capitals = rng.random() < 0.5
    scale = rng.uniform(0.8, 1.8)
    text = (
        "".join(rng.choice(list(_CAPITALS), 18)) if capitals else " ".join(printer.word() for _ in range(5))
    )
    spacing = printer.height * scale * (rng.uniform(0.1, 0.7) if capitals else 0)
    sheet.ink[: round(y + 0.3 * printer.height)] = 0
    sheet.digits = [(box, digit) for box, digit in sheet.digits if box.y > y + 0.3 * printer.height]
    sheet.line(text, rng.uniform(-60, 30), y, partial(printer.letter, scale=scale), spacing=spacing,
               space=printer.height * 0.4, truth=False)  # fmt: skip


def _set_text(rng: Generator, sheet: Sheet, printer: Printer) -> None:
    side, h = sheet.ink.shape[0], printer.height
    pitch = h * rng.uniform(1.15, 1.7)
    numbers = rng.uniform(0.03, 0.35)
    scale = rng.uniform(0.85, 1.15)
    choose = partial(printer.letter, scale=scale)
    for y in np.arange(rng.uniform(0, pitch), side + pitch, pitch):
        x = -rng.uniform(0, 2 * h)
        while x < side:
            if rng.random() < numbers:
                text = "".join(str(d) for d in rng.integers(0, 10, int(rng.choice([1, 1, 2, 2, 3, 4]))))
            elif rng.random() < 0.1:
                text = str(rng.choice(_ROMAN))
            elif rng.random() < 0.04:
                text = printer.sign()
            else:
                text = printer.word()
            text += str(rng.choice(["", "", "", ".", ",", ":", ";", "-"]))
            x = sheet.line(text, x, y, choose, wobble=printer.wobble) + h * rng.uniform(0.2, 0.45)


def _set_letters(rng: Generator, sheet: Sheet, printer: Printer) -> None:
    """Text without any digit, of any size: what a scan holds at the wrong scale too."""
    side = sheet.ink.shape[0]
    scale = float(rng.choice([rng.uniform(0.3, 0.65), rng.uniform(0.8, 1.2), rng.uniform(1.4, 4.5)]))
    h = printer.height * scale
    capitals = rng.random() < 0.35
    spacing = h * (rng.uniform(0.05, 0.8) if rng.random() < 0.5 else 0) if capitals else 0.0
    for y in np.arange(rng.uniform(0, h), side + h, h * rng.uniform(1.1, 1.9)):
        x = -rng.uniform(0, 2 * h)
        while x < side:
            if capitals:
                text = "".join(rng.choice(list(_CAPITALS), int(rng.integers(2, 9))))
            elif rng.random() < 0.05:
                text = printer.sign()
            else:
                text = printer.word() + str(rng.choice(["", "", ",", ".", ";", "?", "&", "'"]))
            x = sheet.line(
                text, x, y, partial(printer.letter, scale=scale), spacing=spacing, wobble=printer.wobble
            )
            x += h * rng.uniform(0.2, 0.6)


def _set_engraving(rng: Generator, sheet: Sheet, printer: Printer) -> None:
    _set_engraving_alone(rng, sheet, printer)
    if rng.random() < 0.3:
        _set_scattered(rng, sheet, printer)


def _set_engraving_alone(rng: Generator, sheet: Sheet, printer: Printer) -> None:
    side, h = sheet.ink.shape[0], printer.height
    for _ in range(int(rng.integers(2, 7))):
        _hatch(rng, sheet, h)
    for _ in range(int(rng.integers(1, 6))):
        centre, radius = rng.uniform(-0.3, 1.3, 2) * side, rng.uniform(0.3, 6) * h
        turn = rng.uniform(0, 6.3) + np.linspace(0, rng.uniform(0.5, 6.3), 60)
        sheet.strokes(
            centre + radius * np.column_stack([np.cos(turn), np.sin(turn)]), int(rng.integers(1, 7))
        )
    for _ in range(int(rng.integers(0, 6))):
        _scribble(rng, sheet, h)
    for _ in range(int(rng.integers(0, 5))):
        text = "".join(rng.choice(list(_CAPITALS), int(rng.integers(1, 6))))
        scale = rng.uniform(0.5, 2)
        sheet.line(text, rng.uniform(0, side), rng.uniform(0, side), partial(printer.letter, scale=scale),
                   spacing=h * rng.uniform(0, 0.5))  # fmt: skip
    if rng.random() < 0.3:
        _draw_ornaments(rng, sheet, h)


def _draw_ornaments(rng: Generator, sheet: Sheet, h: float) -> None:
    """A strip of one flourish again and again, mirrored as printers' flowers are."""
    size = h * rng.uniform(0.5, 1.6)
    pen = max(round(h * rng.uniform(0.03, 0.15)), 1)
    curves = [np.cumsum(rng.normal(0, 0.28, (int(rng.integers(4, 9)), 2)), 0) for _ in range(2)]
    start = rng.uniform(0, sheet.ink.shape[0], 2)
    step = np.array([1.0, 0.0] if rng.random() < 0.7 else [0.0, 1.0]) * size * rng.uniform(0.8, 1.4)
    own = rng.random() < 0.5
    for k in range(-12, 13):
        for curve in curves:
            for mirror in (1, -1) if own else (1 - 2 * (k % 2),):
                sheet.strokes(start + k * step + _smoothed(curve, 3) * [mirror * size, size], pen)


def _draw_brace(rng: Generator, sheet: Sheet, h: float) -> None:
    """A brace beside several lines."""
    side = sheet.ink.shape[0]
    x, y, tall = rng.uniform(0, side), rng.uniform(0, side), h * rng.uniform(2, 8)
    t = np.linspace(0, 1, 60)
    shape = 0.35 * h * (np.tanh(12 * t) + np.tanh(12 * (1 - t)) - 1 + 0.9 * np.exp(-((18 * (t - 0.5)) ** 2)))
    out = rng.choice([-1, 1])
    sheet.strokes(
        np.column_stack([x + out * shape, y + t * tall]), max(round(h * rng.uniform(0.05, 0.15)), 1)
    )


def _hatch(rng: Generator, sheet: Sheet, h: float) -> None:
    side = sheet.ink.shape[0]
    centre, size = rng.uniform(0, side, 2), rng.uniform(1, 6) * h
    angle, gap = rng.uniform(0, np.pi), h * rng.uniform(0.12, 0.6)
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    thickness = int(rng.integers(1, 5))
    t = np.linspace(-0.5, 0.5, 12)[:, None]
    for s in np.arange(-size / 2, size / 2, gap):
        length = size * rng.uniform(0.2, 1.0)
        bow = rng.normal(0, 0.06) * length * (4 * t**2 - 1)
        sheet.strokes(centre + s * across + t * length * along + bow * across, thickness)


def _scribble(rng: Generator, sheet: Sheet, h: float) -> None:
    """A stroke of a pen: a smooth curve through a few places close to each other."""
    places = rng.uniform(0, sheet.ink.shape[0], 2) + np.cumsum(
        rng.normal(0, 0.5 * h, (int(rng.integers(4, 12)), 2)), 0
    )
    sheet.strokes(_smoothed(places, 9), int(rng.integers(2, 6)))


def _smoothed(places: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """A curve near the places, (N, 2): straight lines between them, averaged over `width` points."""
    at = np.linspace(0, len(places) - 1, 8 * len(places))
    curve = [np.interp(at, np.arange(len(places)), places[:, k]) for k in (0, 1)]
    return np.column_stack([np.convolve(line, np.ones(width) / width, "valid") for line in curve])


def _set_minims(rng: Generator, sheet: Sheet, printer: Printer) -> None:
    """A page in a quick hand, no figure in it: rows of minims, loops and flourishes."""
    side, h = sheet.ink.shape[0], printer.height * rng.uniform(0.5, 1.6)
    pen, slant = max(round(h * rng.uniform(0.04, 0.12)), 1), rng.normal(0.2, 0.15)
    for y in np.arange(rng.uniform(0, h), side + h, h * rng.uniform(1.2, 2.2)):
        x = -rng.uniform(0, 2 * h)
        while x < side:
            count = int(rng.integers(3, 14))
            along = x + np.cumsum(rng.uniform(0.05, 0.3, count)) * h
            rise = rng.choice([0.3, 0.45, 0.5, 1.0, 1.2], count, p=[0.3, 0.3, 0.2, 0.12, 0.08])
            rise[1::2] = rng.choice([0.0, -0.05, -0.5], len(rise[1::2]), p=[0.6, 0.28, 0.12])
            line = np.column_stack([along + slant * rise * h, y - rise * h])
            sheet.strokes(_smoothed(line, int(rng.integers(4, 9))), pen)
            x = along[-1] + h * rng.uniform(0.3, 0.8)


def _set_scattered(rng: Generator, sheet: Sheet, printer: Printer) -> None:
    """Single signs on a grid too wide for them to touch: digits beside what looks like them."""
    side, h = sheet.ink.shape[0], printer.height
    likeness = list("OoIlizsqgZA&ſSBbJtTyøσϛ") + list(_MARKS)
    for y in np.arange(rng.uniform(0, h), side, h * rng.uniform(1.3, 2.4)):
        for x in np.arange(rng.uniform(0, h), side, h * rng.uniform(1.0, 3)):
            if rng.random() < 0.45:
                digit = str(rng.integers(10))
                sheet.line(digit, x, y + printer.wobble(), printer.figure)
            elif rng.random() < 0.6:
                scale = rng.uniform(0.5, 1.7)
                sheet.line(str(rng.choice(likeness)), x, y, partial(printer.letter, scale=scale), truth=False)


SCENES = (
    (_set_table, 0.52),
    (_set_text, 0.18),
    (_set_letters, 0.14),
    (_set_engraving, 0.08),
    (_set_minims, 0.03),
    (_set_scattered, 0.05),
)
"""Each scene with its share of all sheets."""

WITHOUT_DIGITS = ((_set_letters, 0.55), (_set_engraving_alone, 0.25), (_set_minims, 0.2))
"""Scenes that hold no digit, with their shares: where mistakes are sought to learn from."""
