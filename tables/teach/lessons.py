"""Lessons: training crops cut from real pages whose digits a person has told."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from zij.tables.digits.network import STRIDE
from zij.tables.digits.peaks import LOWER, Peaks
from zij.tables.generate.crops import CROP, DIGIT_HEIGHT, Crop
from zij.tables.teach.leaf import Leaf
from zij.tables.teach.placing import inside
from zij.tables.teach.truth import Truth

__all__ = ["Lesson", "lesson_crop", "make_lesson", "unknown_ink"]

_CELLS = CROP // STRIDE
_FINE = 6  # cells of the map of what is unknown, to a digit's height
_SOME_INK = 0.08  # mean ink of such a cell from which on something is printed there


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A page that can be taught from, or marked.

    Attributes
    ----------
    name : str
        File name of the image.
    sha256 : str
        Hash of the image file.
    source : str
        What told its digits: a file name.
    leaf : Leaf
    truth : Truth
    unknown : (h, w) ndarray of bool
        Where something is printed of which the truth does not speak; `_FINE` cells to a digit's height.
    anchors : (M, 3) ndarray of float64
        x and y about which crops are cut, and how often: more where the present network errs.
    """

    name: str
    sha256: str
    source: str
    leaf: Leaf
    truth: Truth
    unknown: NDArray[np.bool_]
    anchors: NDArray[np.float64]

    def is_unknown(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether nothing is known of places on the leaf, (..., 2) as x, y; off it nothing is printed."""
        cell = np.floor(points * (_FINE / self.leaf.digit_height)).astype(int)
        row, column = cell[..., 1], cell[..., 0]
        rows, columns = self.unknown.shape
        on = (row >= 0) & (column >= 0) & (row < rows) & (column < columns)
        return np.asarray(on & self.unknown[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)])


def make_lesson(name: str, sha256: str, source: str, leaf: Leaf, truth: Truth, seen: Peaks) -> Lesson:
    """Make a page ready to teach.

    Parameters
    ----------
    name, sha256, source : str
        See `Lesson`.
    leaf : Leaf
    truth : Truth
    seen : Peaks
        What the present network sees on the leaf.

    Returns
    -------
    Lesson
    """
    unknown = unknown_ink(leaf, truth, seen)
    lesson = Lesson(name, sha256, source, leaf, truth, unknown, np.zeros((0, 3)))
    anchors = _anchors(lesson, seen)
    return Lesson(name, sha256, source, leaf, truth, unknown, anchors)


def unknown_ink(leaf: Leaf, truth: Truth, seen: Peaks) -> NDArray[np.bool_]:
    """Where something is printed, or seen by the network, of which the truth does not speak.

    A digit that nobody has told of must not be taught to be none.

    Parameters
    ----------
    leaf : Leaf
    truth : Truth
    seen : Peaks
        What the network sees.

    Returns
    -------
    (h, w) ndarray of bool
        Squares of the leaf, several to a digit height.
    """
    step = leaf.digit_height / _FINE
    size = int(np.ceil(leaf.ink.shape[1] / step)), int(np.ceil(leaf.ink.shape[0] / step))
    ink = cv2.resize(leaf.ink, size, interpolation=cv2.INTER_AREA)
    printed = np.asarray(ink > 255 * _SOME_INK, np.uint8)
    unknown = np.asarray(cv2.dilate(printed, np.ones((3, 3), np.uint8)), bool)
    for boxes, value in (
        (seen.boxes, True),
        (truth.vouched, False),
        (truth.unjudged, True),
        (truth.boxes, False),
    ):
        low = np.floor(boxes[:, :2] / step).astype(int).clip(0)
        high = np.ceil((boxes[:, :2] + boxes[:, 2:]) / step).astype(int).clip(0)
        for (x0, y0), (x1, y1) in zip(low, high, strict=True):
            unknown[y0:y1, x0:x1] = value
    return unknown


def _anchors(lesson: Lesson, seen: Peaks) -> NDArray[np.float64]:
    """Digits, the more often the less the network is sure of them, and what it wrongly takes for digits."""
    truth = lesson.truth
    centres = truth.boxes[:, :2] + truth.boxes[:, 2:] / 2
    weights = np.ones(len(centres))
    for n, (box, digit) in enumerate(zip(truth.boxes, truth.digits, strict=True)):
        here = inside(seen.boxes, box)
        weights[n] += 3 * (1 - seen.probabilities[here, digit].max(initial=0.0))
    false = (seen.best >= LOWER) & ~lesson.is_unknown(seen.boxes[:, :2] + seen.boxes[:, 2:] / 2)
    for box in truth.boxes:
        false &= ~inside(seen.boxes, box)
    wrong = seen.boxes[false, :2] + seen.boxes[false, 2:] / 2
    return np.vstack(
        [np.column_stack([centres, weights]), np.column_stack([wrong, np.full(len(wrong), 4.0)])]
    )


def lesson_crop(rng: Generator, lesson: Lesson) -> Crop:
    """Cut a training crop: about one of the anchors, at the sizes and with the tilt of generated crops.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    lesson : Lesson
        With at least one anchor.

    Returns
    -------
    Crop
        What is printed where nothing is known lies in its `ignore`.
    """
    weights = lesson.anchors[:, 2]
    anchor = lesson.anchors[rng.choice(len(weights), p=weights / weights.sum()), :2]
    height = DIGIT_HEIGHT * float(np.exp(rng.uniform(np.log(0.72), np.log(1.36))))
    angle = np.radians(rng.normal(0, 1.2))
    stretch, shear = np.exp(rng.normal(0, 0.05)), rng.normal(0, 0.03)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.array([[stretch, shear], [0, 1 / stretch]]) * (lesson.leaf.digit_height / height)
    where = CROP / 2 + rng.uniform(-0.4, 0.4, 2) * CROP
    shift = anchor - linear @ where  # from the crop's pixels to the leaf's
    ink = _seen(lesson.leaf.ink, linear, shift)
    inverse = np.linalg.inv(linear)
    boxes = _mapped(lesson.truth.boxes, inverse, shift)
    near = np.all((boxes[:, :2] < CROP) & (boxes[:, :2] + boxes[:, 2:] > 0), axis=1)
    slack = 0.12 * boxes[:, 2:]
    whole = np.all((boxes[:, :2] > -slack) & (boxes[:, :2] + boxes[:, 2:] < CROP + slack), axis=1)
    ignore = np.vstack([boxes[near & ~whole], _unknown_boxes(lesson, linear, shift)])
    digits = lesson.truth.digits[near & whole]
    return Crop(_soiled(rng, ink), boxes[near & whole].astype(np.float32), digits, ignore.astype(np.float32))


def _seen(
    ink: NDArray[np.uint8], linear: NDArray[np.float64], shift: NDArray[np.float64]
) -> NDArray[np.float32]:
    """The leaf through an affine map from the crop's pixels, smoothed as far as it shrinks."""
    low = np.min([linear @ (x, y) + shift for x in (0, CROP) for y in (0, CROP)], axis=0)
    high = np.max([linear @ (x, y) + shift for x in (0, CROP) for y in (0, CROP)], axis=0)
    start = np.floor(low - 8).astype(int).clip(0)
    stop = np.ceil(high + 8).astype(int).clip(0)
    part = ink[start[1] : stop[1], start[0] : stop[0]].astype(np.float32) / 255
    if not part.size:
        return np.zeros((CROP, CROP), np.float32)
    shrink = float(np.sqrt(abs(np.linalg.det(linear))))
    if shrink > 1.02:
        part = np.asarray(cv2.GaussianBlur(part, (0, 0), np.sqrt((shrink**2 - 1) / 12) + 0.05), np.float32)
    # OpenCV counts from the centres of pixels
    centred = np.column_stack([linear, linear @ (0.5, 0.5) + shift - start - 0.5])
    method = (cv2.INTER_LINEAR if shrink > 1.02 else cv2.INTER_CUBIC) | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(part, centred, (CROP, CROP), flags=method, borderValue=0), np.float32)


def _mapped(
    boxes: NDArray[np.float64], inverse: NDArray[np.float64], shift: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Boxes of the leaf in the crop: centres mapped, sides scaled."""
    centre = (boxes[:, :2] + boxes[:, 2:] / 2 - shift) @ inverse.T
    sides = boxes[:, 2:] * np.abs(np.diag(inverse))
    return np.hstack([centre - sides / 2, sides])


def _unknown_boxes(
    lesson: Lesson, linear: NDArray[np.float64], shift: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Runs of the crop's cells of which nothing is known, as boxes."""
    place = (np.arange(_CELLS) + 0.5) * STRIDE
    points = np.stack(np.meshgrid(place, place), axis=-1) @ linear.T + shift
    unknown = lesson.is_unknown(points)
    edges = np.diff(np.pad(unknown.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(edges == 1)
    _, stops = np.nonzero(edges == -1)
    size = np.full(len(rows), STRIDE)
    return np.column_stack([starts * STRIDE, rows * STRIDE, (stops - starts) * STRIDE, size]).astype(float)


def _soiled(rng: Generator, ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same print, as another scan or a paler sheet would show it."""
    if rng.random() < 0.35:
        ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.3, 1.0)), np.float32)
    if rng.random() < 0.25:
        small = round(CROP * rng.uniform(0.5, 0.9))
        ink = np.asarray(cv2.resize(ink, (small, small), interpolation=cv2.INTER_AREA), np.float32)
        ink = np.asarray(cv2.resize(ink, (CROP, CROP), interpolation=cv2.INTER_CUBIC), np.float32)
    paler = np.clip(ink, 0, 1) ** np.exp(rng.normal(0, 0.12)) * rng.uniform(0.75, 1.15)
    noise = rng.standard_normal(ink.shape) * rng.uniform(0, 0.04)
    return np.asarray(np.clip(paler + noise, 0, 1), np.float32)
