"""Training crops for the digit network: small pieces of invented pages with every digit's box.

Each crop is made from `(seed, index)` alone, so it is the same on every machine and for every number of
worker processes. What is not a digit is as important as what is: letters of all sizes, Roman numerals,
ornaments, engraved strokes, rulings, show-through, stains and the black edges of a scan stand in crops
without a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from zij.tables.generate.ageing import camera, cloud, press, warp
from zij.tables.generate.fonts import Typeface
from zij.tables.generate.printer import Printer
from zij.tables.generate.scenes import SCENES, WITHOUT_DIGITS
from zij.tables.generate.sheet import Sheet

__all__ = ["CROP", "DIGIT_HEIGHT", "Crop", "make_crop"]

CROP = 192
"""Side of a crop for training, in pixels."""
DIGIT_HEIGHT = 24.0
"""Height in pixels at which the network sees a usual digit."""
Ink = NDArray[np.float32]
_FINE = 2  # sheets are set at twice the size


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


def make_crop(seed: int, index: int, faces: Sequence[Typeface], *, blank: bool = False) -> Crop:
    """The training crop number `index` of the series `seed`; with `blank`, one without any digit.

    Parameters
    ----------
    seed : int
    index : int
    faces : sequence of Typeface
        Types to choose from.
    blank : bool

    Returns
    -------
    Crop
    """
    scenes = WITHOUT_DIGITS if blank else SCENES
    rng = np.random.default_rng([seed, index])
    height = DIGIT_HEIGHT * _FINE * float(np.exp(rng.uniform(np.log(0.72), np.log(1.36))))
    side = round(CROP * _FINE * 1.15)
    sheet = Sheet(side, side)
    printer = Printer(rng, faces, height)
    scene = rng.choice(len(scenes), p=[share for _, share in scenes])
    scenes[scene][0](rng, sheet, printer)
    return _photograph(rng, sheet, height)


def _photograph(rng: Generator, sheet: Sheet, height: float) -> Crop:
    pixel = height / 48 * 1.2
    wear = float(rng.choice([0.3, 1.0, 1.6], p=[0.42, 0.43, 0.15]))
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
    coarsest = 0.6 if rng.random() < 0.5 else low  # half of the scans are fine ones
    detail = float(np.exp(rng.uniform(np.log(coarsest), np.log(1.25))))
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
    if not part.size:
        return 0.0, 1.0
    ranked, tenth = np.sort(part, axis=None), part.size // 10
    return float(ranked[-1 - tenth]), float(ranked[tenth])
