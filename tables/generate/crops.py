"""Training crops for the digit network: small pieces of invented pages with every digit's box.

Each crop is made from `(seed, index)` alone, so it is the same on every machine and for every number of
worker processes. What is not a digit is as important as what is: letters of all sizes, Roman numerals,
ornaments, engraved strokes, rulings, show-through, stains and the black edges of a scan stand in crops
without a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from zij.tables.generate.ageing import camera, cloud, press, warp
from zij.tables.generate.fonts import Sort, Typeface
from zij.tables.generate.sheet import Sheet, width_of

__all__ = ["CROP", "DIGIT_HEIGHT", "Crop", "make_crop"]

CROP = 192
DIGIT_HEIGHT = 24.0
Ink = NDArray[np.float32]
_FINE = 2  # sheets are set at twice the size
_LETTERS = "aabcddeeefghiiiijlmnnoooprssstuuvxyzqgOIAZSBQJCGUTLſ&æ"
_CAPITALS = "ABCDEFGHILMNOPQRSTVXZOOIISSZ"
_GREEK = "αβγδεζηθικλμνξοοπρσςτυφχψωἀἐὁόή"
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


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """One training example.

    Attributes
    ----------
    ink : (192, 192) ndarray of float32
        As a page's ink raster: 0 paper, about 0.7 and more ink.
    boxes : (N, 4) ndarray of float32
        x, y, w, h of each digit in pixels.
    digits : (N,) ndarray of int64
    ignore : (K, 4) ndarray of float32
        Boxes in which nothing is judged (digits half outside, or much too large or small).
    """

    ink: NDArray[np.float32]
    boxes: NDArray[np.float32]
    digits: NDArray[np.int64]
    ignore: NDArray[np.float32]


class Printer:
    """One printer's case for one crop: which faces, how large, how carelessly set."""

    def __init__(self, rng: Generator, faces: Sequence[Typeface], height: float) -> None:
        self.rng = rng
        self.figures = [_pick_face(rng, faces)]
        if rng.random() < 0.35:
            self.figures += [_pick_face(rng, faces) for _ in range(2)]
        self.text = self.figures[0] if rng.random() < 0.5 else _pick_face(rng, faces)
        self.height = height
        self.em = {face: face.em_for_digits(height) for face in {*self.figures, self.text}}
        self.shapes = {c: self.figures[int(rng.integers(len(self.figures)))] for c in "0123456789"}
        self.swaps: dict[str, str] = {}
        greek = rng.random() < 0.12 and self.text.has("αω")
        self.letters = [c for c in (_GREEK if greek else _LETTERS) if self.text.has(c)] or ["x"]
        if rng.random() < 0.25:
            self.swaps["1"] = str(rng.choice(["ı", "I", "l", "i"], p=[0.45, 0.35, 0.1, 0.1]))
        if rng.random() < 0.15:
            self.swaps["0"] = "o"
        self.slip = rng.uniform(0, 0.05) * height

    def figure(self, digit: str) -> Sort:
        """The sort for a digit of a table or text."""
        face = self.shapes[digit]
        wanted = self.swaps.get(digit, digit)
        em = self.em[face]
        if wanted == "I":
            em = max(round(em * 0.72), 4)
        return face.sort(wanted if face.has(wanted) else digit, em)

    def letter(self, character: str, scale: float = 1.0) -> Sort:
        """The sort for a letter of the text face, or an empty one if the face lacks it."""
        if character in "0123456789":
            return self.figure(character)
        face = self.text if self.text.has(character) else self.figures[0]
        return face.sort(character if face.has(character) else "x", max(round(self.em[self.text] * scale), 4))

    def word(self) -> str:
        """A word that means nothing."""
        word = "".join(self.rng.choice(self.letters, int(self.rng.integers(2, 10))))
        return word.capitalize() if self.rng.random() < 0.2 else word

    def wobble(self) -> float:
        """How far off the line the next sort stands, in pixels."""
        return float(self.rng.normal(0, self.slip * 0.4))


def make_crop(seed: int, index: int, faces: Sequence[Typeface]) -> Crop:
    """The training crop number `index` of the series `seed`."""
    rng = np.random.default_rng([seed, index])
    height = DIGIT_HEIGHT * _FINE * float(np.exp(rng.uniform(np.log(0.72), np.log(1.36))))
    side = round(CROP * _FINE * 1.15)
    sheet = Sheet(side, side)
    printer = Printer(rng, faces, height)
    kind = rng.choice(5, p=[0.52, 0.19, 0.15, 0.09, 0.05])
    (_set_table, _set_text, _set_letters, _set_engraving, _set_scattered)[kind](rng, sheet, printer)
    return _photograph(rng, sheet, height)


# --- what stands on the sheet ---------------------------------------------------------------------


def _set_table(rng: Generator, sheet: Sheet, printer: Printer) -> None:
    side, h = sheet.ink.shape[0], printer.height
    pitch = h * rng.uniform(1.02, 1.9)
    ruled = rng.random() < 0.6
    tight = rng.random() < 0.4
    spacing = h * (rng.uniform(-0.02, 0.07) if rng.random() < 0.8 else rng.uniform(0.07, 0.3))
    rule = max(round(h * rng.uniform(0.02, 0.09)), 1)
    top, x = -rng.uniform(0, pitch), -rng.uniform(0, h * 2)
    lines = np.arange(top, side + pitch, pitch)
    while x < side:
        places = int(rng.choice([1, 2, 2, 2, 3, 4, 5]))
        words = rng.random() < 0.13
        width = h * (rng.uniform(2, 5) if words else 0.6 * places + 0.1) + spacing * places
        pad = h * (rng.uniform(0.06, 0.3) if tight else rng.uniform(0.25, 1.2))
        drift = rng.normal(0, 0.12) * pitch
        for y in lines + drift:
            if words:
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
            else:
                text = printer.word() + str(rng.choice(["", "", ",", ".", ";", "?", "&", "'"]))
            x = sheet.line(
                text, x, y, partial(printer.letter, scale=scale), spacing=spacing, wobble=printer.wobble
            )
            x += h * rng.uniform(0.2, 0.6)


def _set_engraving(rng: Generator, sheet: Sheet, printer: Printer) -> None:
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
        _set_scattered(rng, sheet, printer)


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
    at = np.linspace(0, len(places) - 1, 8 * len(places))
    smooth = np.column_stack([np.interp(at, np.arange(len(places)), places[:, k]) for k in (0, 1)])
    kernel = np.ones(9) / 9
    smooth = np.column_stack([np.convolve(smooth[:, k], kernel, "valid") for k in (0, 1)])
    sheet.strokes(smooth, int(rng.integers(2, 6)))


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


def _pick_face(rng: Generator, faces: Sequence[Typeface]) -> Typeface:
    share = {"oldstyle": 0.74, "lining": 0.22, "blackletter": 0.04}
    fell = np.array(
        [2.0 if f.name.startswith(("im-fell", "EBGaramond12-R", "jacques")) else 1.0 for f in faces]
    )
    fell *= np.array(
        [0.35 if "tal" in f.name or f.name.endswith(("RI", "RBI", "RZI", "i99")) else 1.0 for f in faces]
    )
    weight = np.zeros(len(faces))
    for style, part in share.items():
        member = np.array([f.style == style for f in faces])
        if member.any():
            weight += part * member * fell / (member * fell).sum()
    return faces[int(rng.choice(len(faces), p=weight / weight.sum()))]


# --- what becomes of it ---------------------------------------------------------------------------


def _photograph(rng: Generator, sheet: Sheet, height: float) -> Crop:
    pixel = height / 48 * 1.2
    wear = float(rng.choice([0.3, 1.0, 1.6], p=[0.35, 0.45, 0.2]))
    printed = press(rng, sheet.ink, wear=wear, pixel=pixel)
    angle = np.radians(rng.normal(0, 1.2))
    stretch = np.exp(rng.normal(0, 0.07))
    shear = rng.normal(0, 0.04)
    linear = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = linear @ np.array([[stretch, shear], [0, 1 / stretch]])
    centre = np.array(sheet.ink.shape[::-1]) / 2
    size = CROP * _FINE
    shift = centre - linear @ np.array([size / 2, size / 2])
    fine, seen = warp(rng, printed, np.column_stack([linear, shift]), (size, size), rng.uniform(0, 3.0))
    ink: Ink = np.asarray(cv2.resize(fine, (CROP, CROP), interpolation=cv2.INTER_AREA), np.float32)
    boxes = _map_boxes(sheet, linear, shift, seen)
    ink = _soil(rng, ink, sheet)
    digits_high = height / _FINE
    low = max(7.5 / digits_high, 0.2)
    detail = float(np.exp(rng.uniform(np.log(low), np.log(1.25))))
    ink = camera(rng, ink, detail=min(detail, 1.0))
    ink = np.clip(ink * rng.uniform(0.72, 1.12), 0, 1)
    return _judge(ink.astype(np.float32), boxes, np.array([d for _, d in sheet.digits], np.int64))


def _map_boxes(
    sheet: Sheet, linear: NDArray[np.float64], shift: NDArray[np.float64], seen: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Boxes of the sheet's digits in the crop; the paper's bend is taken at each centre."""
    if not sheet.digits:
        return np.zeros((0, 4))
    box = np.array([[b.x, b.y, b.w, b.h] for b, _ in sheet.digits])
    inverse = np.linalg.inv(linear)
    target = box[:, :2] + box[:, 2:] / 2
    place = (target - shift) @ inverse.T
    for _ in range(2):  # where does the bent paper show this point? two steps of a fixed-point search
        at = np.clip(np.round(place).astype(int), 0, seen.shape[0] - 1)
        place = place + (target - seen[at[:, 1], at[:, 0]]) @ inverse.T
    corner = np.abs(inverse)
    half = box[:, 2:] / 2 @ np.diag(np.diag(corner)).T
    return np.hstack([(place - half), 2 * half]) / _FINE


def _soil(rng: Generator, ink: Ink, sheet: Sheet) -> NDArray[np.float32]:
    """Show-through, uneven ground, stains, worm-holes, the edge of the leaf and the scanner's black."""
    shape = (ink.shape[0], ink.shape[1])
    if rng.random() < 0.35:
        back = cv2.resize(np.ascontiguousarray(sheet.ink[:, ::-1]), shape[::-1], interpolation=cv2.INTER_AREA)
        back = np.roll(back, tuple(rng.integers(-90, 90, 2)), axis=(0, 1))
        back = cv2.GaussianBlur(back, (0, 0), rng.uniform(0.8, 2.5)).astype(np.float32) / 255
        ink = np.maximum(ink, back * rng.uniform(0.05, 0.32))
    if rng.random() < 0.35:
        ink = ink + np.clip(cloud(rng, shape, 30), 0, None) * rng.uniform(0.01, 0.1)
    if rng.random() < 0.12:
        x, y = rng.integers(0, CROP, 2)
        stain = np.zeros(shape, np.float32)
        cv2.circle(stain, (int(x), int(y)), int(rng.integers(3, 60)), 1.0, -1)
        ink = ink + cv2.GaussianBlur(stain, (0, 0), rng.uniform(1, 8)) * rng.uniform(0.05, 0.5)
    for _ in range(int(rng.integers(0, 12)) if rng.random() < 0.3 else 0):
        x, y = rng.integers(0, CROP, 2)
        cv2.circle(ink, (int(x), int(y)), int(rng.integers(0, 3)), float(rng.uniform(0.3, 1)), -1)
    if rng.random() < 0.06:
        edge = int(rng.integers(4, CROP // 3))
        black = np.zeros(shape, np.float32)
        black[:, :edge] = rng.uniform(0.15, 0.9) + 0.15 * cloud(rng, (CROP, edge), 2)
        black = np.rot90(black, int(rng.integers(4)))
        ink = np.maximum(ink, cv2.GaussianBlur(np.ascontiguousarray(black), (0, 0), rng.uniform(0.5, 3)))
    return np.clip(ink, 0, 1)


def _judge(ink: NDArray[np.float32], boxes: NDArray[np.float64], digits: NDArray[np.int64]) -> Crop:
    """Keep the boxes of digits that can be seen; what is cut off or gone is ignored."""
    if not len(boxes):
        return Crop(ink, np.zeros((0, 4), np.float32), digits, np.zeros((0, 4), np.float32))
    x, y, w, h = boxes.T
    centre_x, centre_y = x + w / 2, y + h / 2
    near = (centre_x > -w) & (centre_x < CROP + w) & (centre_y > -h) & (centre_y < CROP + h)
    inside = (x > -0.12 * w) & (x + w < CROP + 0.12 * w) & (y > -0.12 * h) & (y + h < CROP + 0.12 * h)
    darkest, lightest = np.array([_contrast(ink, box) for box in boxes]).T
    good = near & inside & (darkest > 0.16) & (lightest < 0.5)
    return Crop(ink, boxes[good].astype(np.float32), digits[good], boxes[near & ~good].astype(np.float32))


def _contrast(ink: NDArray[np.float32], box: NDArray[np.float64]) -> tuple[float, float]:
    """Ink of the digit's strokes and of the paper between them."""
    x0, y0 = np.clip(np.floor(box[:2]).astype(int), 0, CROP - 1)
    x1, y1 = np.clip(np.ceil(box[:2] + box[2:]).astype(int), 1, CROP)
    part = ink[y0:y1, x0:x1]
    return (float(np.quantile(part, 0.9)), float(np.quantile(part, 0.1))) if part.size else (0.0, 1.0)
