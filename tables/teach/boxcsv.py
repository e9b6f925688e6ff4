"""Digit boxes that a person drew, from a CSV file: zij's own columns, or those of other annotations."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zij.errors import TableError
from zij.tables.csvlines import csv_lines
from zij.tables.geometry import Box

__all__ = ["BoxedDigit", "holds_boxes", "page_key", "parse_xywh", "read_boxes"]

_SIDES = (("x", "left"), ("y", "top"), ("w", "width"), ("h", "height"))
_DIGITS = ("digit", "number", "value", "label")
_PAGES = ("page", "page_id_", "image", "filename", "file_name", "file", "page_id")
_SUFFIXES = (".jpg", ".jpeg", ".jpe", ".png", ".tif", ".tiff", ".xml")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WRAPPING = re.compile(r"\b(?:np\.|numpy\.)?(?:u?int|float)[0-9]*\b|\b(?:np\.|numpy\.)?array\b|dtype=\w*")


@dataclass(frozen=True, slots=True)
class BoxedDigit:
    """One box of the file.

    Attributes
    ----------
    box : Box
        Pixels of the original image.
    digit : int or None
        None where the file gives no digit, or says that it is not legible: nothing is judged there.
    """

    box: Box
    digit: int | None


def read_boxes(path: str | Path) -> dict[str, tuple[BoxedDigit, ...]]:
    """Read a file of digit boxes, of one page or of many.

    A line holds a digit (`digit`, or `number` as the published Sacrobosco annotations call it) and its box,
    either as x, y, w, h (top left corner, width, height, in pixels of the original image) or in one column
    `xywh`, in whatever brackets. Pages are told by the column `page` (or `page_id_`, `image`, `filename`,
    `file`, `page_id`); without one all boxes are of the page that the file is named after. Other columns are
    passed over, but for `legible`: where it says 0, nothing is judged.

    Parameters
    ----------
    path : path
        UTF-8, separated by commas, semicolons or tabs.

    Returns
    -------
    dict of str to tuple of BoxedDigit
        By `page_key` of the page's name, in the order of the file.

    Raises
    ------
    TableError
        If the file is missing, too large, not UTF-8, lacks a column, or a line does not hold what it should.
    """
    path = Path(path)
    lines = csv_lines(path)
    header = [name.strip().lower() for name in next(lines, (0, []))[1]]
    columns = _columns(header)
    if columns is None:
        raise TableError(
            f"{path}: has no columns of digits and their boxes; head them page, x, y, w, h, digit "
            "(or xywh instead of the four)."
        )
    pages: dict[str, list[BoxedDigit]] = {}
    for number, fields in lines:
        if not any(field.strip() for field in fields):
            continue
        record = dict(zip(header, fields, strict=False))
        name = record.get(columns.page, "").strip() if columns.page else path.name.split(".")[0]
        if not name:
            raise TableError(f"{path}, line {number}: names no page in the column {columns.page!r}.")
        pages.setdefault(page_key(name), []).append(_boxed(f"{path}, line {number}", record, columns))
    return {name: tuple(found) for name, found in pages.items()}


def holds_boxes(path: str | Path) -> bool:
    """Whether a CSV file's header is one of digit boxes.

    Raises
    ------
    TableError
        If the file cannot be read.
    """
    header = [name.strip().lower() for name in next(csv_lines(Path(path)), (0, []))[1]]
    return _columns(header) is not None


def page_key(name: str) -> str:
    """The name by which a page is looked up: the last part of a path or URL, without an image's suffix."""
    last = name.strip().replace("\\", "/").rstrip("/").rpartition("/")[2]
    stem, dot, suffix = last.rpartition(".")
    return stem if dot and f".{suffix.lower()}" in _SUFFIXES else last


def parse_xywh(text: str) -> Box:
    """A box from one field: `12,34,5,6`, `[12, 34, 5, 6]`, `(12. 34. 5. 6.)`, `xywh=pixel:12,34,5,6` ...

    Raises
    ------
    ValueError
        If it is not four finite numbers, width and height positive, or is given in percent.
    """
    inner = text.rpartition("xywh=")[2].strip()
    if "percent" in inner:
        raise ValueError("it is given in percent, not in pixels")
    inner = _WRAPPING.sub(" ", inner.removeprefix("pixel:"))
    numbers = _NUMBER.findall(inner)
    if len(numbers) != 4 or _NUMBER.sub("", inner).strip(" \t\r\n,;:[](){}'\"|"):
        raise ValueError("it is not four numbers")
    return _box(*map(float, numbers))


@dataclass(frozen=True, slots=True)
class _Columns:
    digit: str
    sides: tuple[str, ...]  # four, or one
    page: str | None


def _columns(header: Sequence[str]) -> _Columns | None:
    digit = next((name for name in _DIGITS if name in header), None)
    sides = tuple(next((n for n in names if n in header), "") for names in _SIDES)
    if "xywh" in header:
        sides = ("xywh",)
    if digit is None or not all(sides):
        return None
    return _Columns(digit, sides, next((name for name in _PAGES if name in header), None))


def _boxed(where: str, record: Mapping[str, str], columns: _Columns) -> BoxedDigit:
    texts = [record.get(name, "").strip() for name in columns.sides]
    try:
        box = parse_xywh(texts[0]) if len(texts) == 1 else _box(*map(_decimal, texts))
    except ValueError as error:
        said = texts[0] if len(texts) == 1 else ", ".join(texts)
        raise TableError(
            f"{where}: {said[:60]!r} is no box, as {error}; give x, y, width and height in pixels."
        ) from error
    text = record.get(columns.digit, "").strip().strip("'\"")
    if not text or record.get("legible", "").strip() in ("0", "0.0", "False", "false"):
        return BoxedDigit(box, None)
    match = re.fullmatch(r"([0-9])(?:\.0*)?", text)
    if match is None:
        raise TableError(f"{where}: {text[:40]!r} is not one digit; give each digit a line of its own.")
    return BoxedDigit(box, int(match[1]))


def _decimal(text: str) -> float:
    if not _NUMBER.fullmatch(text.replace(",", ".")):
        raise ValueError("it is not four numbers")
    return float(text.replace(",", "."))


def _box(x: float, y: float, w: float, h: float) -> Box:
    if not all(math.isfinite(value) and abs(value) < 1e6 for value in (x, y, w, h)):
        raise ValueError("a number in it is too large")
    if w <= 0 or h <= 0:
        raise ValueError("it has no size")
    return Box(x, y, w, h)
