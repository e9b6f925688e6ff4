"""The numbers in the tables of one page, with their places."""

from __future__ import annotations

import hashlib
import re
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zij.errors import InputError
from zij.tables.reading import Cell, Reading

__all__ = ["Arrangement", "arrangement", "value_of"]

MAGIC = b"zijA\x01"
"""How the bytes of an arrangement begin; the last byte is the version of the form."""
MOST = 1_000_000
"""More numbers than any page holds."""

_FIELDS = (
    ("table", np.uint16),
    ("row", np.uint16),
    ("column", np.uint16),
    ("part", np.uint8),
    ("value", np.uint64),
    ("confidence", np.uint8),
)
_WIDTHS = {0: None, 1: "<u1", 2: "<u2", 4: "<u4", 8: "<u8"}
_HEAD = struct.Struct(f"<{len(MAGIC)}sI{len(_FIELDS)}B")
_HASHED = 1 << 63  # values from here on stand for numbers of more than 18 digits
_JOINED = re.compile(r"[.,·'’]")  # a mark within a number: read on one page, and overlooked on the other
_RUNS = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True, eq=False)
class Arrangement:
    """The numbers in a page's tables, in the order of table, row, column, part; one array entry a number.

    A cell of two numbers (degrees and minutes) has two entries, parts 0 and 1 of its column, so that it does
    not matter much whether a layout sets them in one column or in two. A cell that spans rows or columns
    stands in the middle of them.

    Attributes
    ----------
    table, row, column : (N,) ndarray of uint16
        Place, counted from 0.
    part : (N,) ndarray of uint8
        Which number of its cell.
    value : (N,) ndarray of uint64
        The number, without leading zeros and points; a hash of it, at least 2**63, if it has more than 18
        digits.
    confidence : (N,) ndarray of uint8
        Of its cell, 255 for certainty.
    """

    table: NDArray[np.uint16]
    row: NDArray[np.uint16]
    column: NDArray[np.uint16]
    part: NDArray[np.uint8]
    value: NDArray[np.uint64]
    confidence: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Arrangement):
            return NotImplemented
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name, _ in _FIELDS)

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def transposed(self) -> Arrangement:
        """The same numbers with the rows and the columns of each table exchanged."""
        order = np.lexsort((self.part, self.row, self.column, self.table))
        turned = {"row": self.column, "column": self.row}
        return Arrangement(*(turned.get(name, getattr(self, name))[order] for name, _ in _FIELDS))

    def to_bytes(self) -> bytes:
        """The arrangement as bytes, the same for the same arrangement; 5 or 6 bytes a number as a rule."""
        widths, parts = [], []
        for name, _ in _FIELDS:
            values = getattr(self, name)
            widths.append(width := _width(values))
            if (form := _WIDTHS[width]) is not None:
                parts.append(values.astype(form).tobytes())
        return _HEAD.pack(MAGIC, len(self), *widths) + b"".join(parts)

    @classmethod
    def from_bytes(cls, content: bytes) -> Arrangement:
        """What `to_bytes` wrote.

        Raises
        ------
        InputError
            If these are not the bytes that `to_bytes` gives for an arrangement.
        """
        found = _unpacked(content)
        if found is None:
            raise InputError(
                "the stored places of a page's numbers are damaged, or made by another zij; process the page "
                "again."
            )
        return found


def arrangement(reading: Reading) -> Arrangement:
    """The arrangement of a reading: the digits of its cells' texts, as read or as a person corrected them.

    Numbers outside tables have no place in rows and columns and are left out, as are places beyond 65,535.
    Of a text only the digits 0 to 9 count: white space and other signs part numbers, points and commas do
    not. Numbers of two cells in one place are parts of one cell.

    Parameters
    ----------
    reading : Reading

    Returns
    -------
    Arrangement
        Empty where the page has no table with numbers.
    """
    taken: Counter[tuple[int, int, int]] = Counter()
    entries: list[tuple[int, int, int, int, int, int]] = []
    for index, table in enumerate(reading.tables[: 1 << 16]):
        for cell in table.cells:
            row, column = (cell.row + (cell.row_span - 1) // 2, cell.column + (cell.column_span - 1) // 2)
            if not (0 <= row < 1 << 16 and 0 <= column < 1 << 16):
                continue
            confidence = round(255 * min(max(cell.confidence, 0.0), 1.0))
            for value in _values(cell):
                part = taken[index, row, column]
                taken[index, row, column] += 1
                if part < 1 << 8:
                    entries.append((index, row, column, part, value, confidence))
    entries.sort()
    columns: list[tuple[int, ...]] = list(zip(*entries, strict=True)) or [()] * len(_FIELDS)
    arrays: list[Any] = [np.array(c, kind) for c, (_, kind) in zip(columns, _FIELDS, strict=True)]
    return Arrangement(*arrays)


def value_of(digits: str) -> int:
    """The entry that stands for a number: itself up to 18 digits, else a hash from 2**63 on."""
    digits = digits.lstrip("0") or "0"
    if len(digits) <= 18:
        return int(digits)
    return _HASHED | int.from_bytes(hashlib.sha256(digits.encode()).digest()[:8]) >> 1


def _values(cell: Cell) -> Iterator[int]:
    text = cell.text or " ".join(number.text for number in cell.numbers)
    for digits in _RUNS.findall(_JOINED.sub("", text)):
        yield value_of(digits)


def _unpacked(content: bytes) -> Arrangement | None:
    """The arrangement, or None where the bytes are not exactly those of one."""
    if len(content) < _HEAD.size:
        return None
    magic, count, *widths = _HEAD.unpack_from(content)
    if magic != MAGIC or count > MOST or any(width not in _WIDTHS for width in widths):
        return None
    if len(content) != _HEAD.size + count * sum(widths):
        return None
    start, arrays = _HEAD.size, []
    for width, (_, kind) in zip(widths, _FIELDS, strict=True):
        form = _WIDTHS[width]
        if width > np.dtype(kind).itemsize:
            return None
        values = np.zeros(count, kind) if form is None else np.frombuffer(content, form, count, start)
        if width != _width(values):  # there is one form for each arrangement
            return None
        start += count * width
        arrays.append(values.astype(kind))
    found = Arrangement(*arrays)
    return found if _in_order(found) else None


def _width(values: NDArray[np.unsignedinteger]) -> int:
    """Bytes that the largest of the values needs."""
    largest = int(values.max()) if len(values) else 0
    return next(width for width in _WIDTHS if largest < 1 << 8 * width)


def _in_order(page: Arrangement) -> bool:
    """Whether no two entries share a place and all stand in reading order."""
    place = page.table.astype(np.int64) << 40 | page.row.astype(np.int64) << 24
    place |= page.column.astype(np.int64) << 8 | page.part
    return bool((place[1:] > place[:-1]).all())
