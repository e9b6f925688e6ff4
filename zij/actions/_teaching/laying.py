"""From what a person tells of a page to a lesson: the page set upright, its digits laid on their places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from zij.errors import InputError
from zij.tables.cellscsv import CellRow
from zij.tables.digits.network import Weights
from zij.tables.digits.peaks import Peaks
from zij.tables.digits.view import choose_view
from zij.tables.geometry import Box
from zij.tables.reading import Reading
from zij.tables.scan.image import Image, read_image
from zij.tables.scan.page import Page, prepare
from zij.tables.teach.boxcsv import BoxedDigit
from zij.tables.teach.leaf import Leaf, leaf_of, likeliest_turn, tall
from zij.tables.teach.lessons import Lesson, make_lesson
from zij.tables.teach.marks import mark_seen
from zij.tables.teach.truth import Truth, truth_of_boxes, truth_of_cells, truth_of_reading

__all__ = ["BoxesTold", "CellsTold", "ReadingTold", "Told", "lay"]

_OFF = 0.08  # by how much the digits may turn out larger or smaller before the page is laid out again


@dataclass(frozen=True, slots=True)
class BoxesTold:
    """Digit boxes in a CSV file; `whole` says that they are all the digits of the page."""

    source: Path
    image: Path
    boxes: tuple[BoxedDigit, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class ReadingTold:
    """PAGE-XML; `outside` says whether a person answers for the numbers outside tables, too."""

    source: Path
    image: Path
    reading: Reading
    outside: bool


@dataclass(frozen=True, slots=True)
class CellsTold:
    """A file of cells with boxes and no PAGE-XML beside it."""

    source: Path
    image: Path
    rows: tuple[CellRow, ...]


Told = BoxesTold | ReadingTold | CellsTold
_Truth = Callable[[Leaf, Peaks], Truth]


def lay(told: Told, weights: Weights, *, device: str = "cpu") -> tuple[Lesson, int]:
    """Make a lesson of a page; also how many errors the present network makes on it.

    Parameters
    ----------
    told : BoxesTold, ReadingTold or CellsTold
    weights : Weights
        The present network; it shows where the digits of a text stand.
    device : str

    Raises
    ------
    ZijError
        If the image cannot be read, or does not fit what is told of it.
    """
    image = read_image(told.image)
    _check_size(told, image)
    page = prepare(image)
    turn, height, truth = _standing(told, page, weights, device)
    leaf = leaf_of(page, turn, height)
    seen = leaf.seen(weights, device=device)
    laid = truth(leaf, seen)
    if not laid.digits.size:
        raise InputError(
            f"{told.source}: none of its digits could be placed on {image.name}; correct its cells, or box "
            "its digits in a CSV (columns page, x, y, w, h, digit)."
        )
    off = tall(laid.boxes[:, 3]) / leaf.digit_height
    if abs(off - 1) > _OFF:
        leaf = leaf_of(page, turn, height * off)
        seen = leaf.seen(weights, device=device)
        laid = truth(leaf, seen)
    lesson = make_lesson(image.name, image.sha256, told.source.name, leaf, laid, seen)
    return lesson, mark_seen(lesson, seen).errors


def _check_size(told: Told, image: Image) -> None:
    """Refuse what was told of the same page in another size.

    Raises
    ------
    InputError
        If it lies outside the image, or the PAGE-XML states another size.
    """
    size = f"{image.name} has {image.width} x {image.height} pixels"
    if isinstance(told, ReadingTold):
        stated = told.reading.width, told.reading.height
        if all(stated) and stated != (image.width, image.height):
            raise InputError(
                f"{told.source}: it was made for an image of {stated[0]} x {stated[1]} pixels, but {size}; "
                "name the right image's folder with --images."
            )
        return
    boxes = [b.box for b in told.boxes] if isinstance(told, BoxesTold) else _boxes_of(told)
    whole = Box(0, 0, image.width, image.height)
    if any(not whole.contains(*box.centre) for box in boxes):
        raise InputError(
            f"{told.source}: a box lies outside its image, {size}; give the boxes in pixels of that image."
        )


def _boxes_of(told: CellsTold) -> list[Box]:
    boxes = [row.box for row in told.rows if row.box is not None]
    if len(boxes) < len(told.rows):
        raise InputError(
            f"{told.source}: has cells without a box, and no PAGE-XML is beside it; keep the columns x, y, "
            "w, h as zij wrote them, or the PAGE-XML."
        )
    return boxes


def _standing(told: Told, page: Page, weights: Weights, device: str) -> tuple[int, float, _Truth]:
    """How the page is to be turned, how high its digits are in its pixels, and how its truth is found."""
    if isinstance(told, BoxesTold):
        return _boxes_standing(told, page, weights, device)
    if isinstance(told, ReadingTold):
        reading, outside = told.reading, told.outside
        height = reading.digit_height or _seen_standing(told, page, weights, device)[1]
        return reading.turn, height, lambda leaf, seen: truth_of_reading(reading, leaf, seen, outside=outside)
    cells = [(box, row.text, row.state or "read") for row in told.rows if (box := row.box)]
    turn, height = _seen_standing(told, page, weights, device)
    return turn, height, lambda leaf, seen: truth_of_cells(cells, leaf, seen)


def _boxes_standing(told: BoxesTold, page: Page, weights: Weights, device: str) -> tuple[int, float, _Truth]:
    known = [item for item in told.boxes if item.digit is not None]
    if not known:
        raise InputError(f"{told.source}: names no digit on {told.image.name}; give some boxes their digit.")
    boxes, digits = [item.box for item in known], [item.digit or 0 for item in known]
    turn = likeliest_turn(page, boxes, digits, weights, device=device)
    height = tall([box.h if turn % 180 == 0 else box.w for box in boxes])
    return turn, height, lambda leaf, _: truth_of_boxes(told.boxes, leaf, whole=told.whole)


def _seen_standing(told: Told, page: Page, weights: Weights, device: str) -> tuple[int, float]:
    view = choose_view(page, weights, device=device)
    if view is None:
        raise InputError(
            f"{told.source}: the present model sees no digit on {told.image.name}, so that its text has no "
            "place; box its digits in a CSV (columns page, x, y, w, h, digit)."
        )
    return 90 * view.quarter_turns, view.digit_height
