"""Vectors of pages in one flat file, which only grows and is mapped for reading.

Which slot of the file is whose page's stands in SQLite. A vector is on the disk before its slot is committed,
so that a slot that counts is always whole; what a killed process had written beyond the last committed slot
is written over by the next. A slot that was once committed is never written again: who has it mapped may
still be reading it.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zij.corpora.store.database import Database
from zij.errors import InputError, OutputError

__all__ = ["DIMENSIONS", "Vectors", "append", "forget_lost", "mapped", "vector_file"]

DIMENSIONS = {"bigram": 110}
"""Length of the vectors of each model."""
_BLOCK = 4096  # slots by which the file grows
_TYPE = np.dtype("<f4")
_SLOT = np.dtype([("slot", np.int64), ("page", np.int64), ("norm", np.float32)])


@dataclass(frozen=True, eq=False)
class Vectors:
    """The vectors of a corpus as they were committed when they were asked for.

    Attributes
    ----------
    slots : (S,) ndarray of int64
        Page of each row of `matrix`, -1 where a row holds none.
    matrix : (S, D) ndarray of float32
        Square roots of counts, mapped read-only; not normalised.
    norms : (S,) ndarray of float32
        Euclidean length of each row; 0 in rows without a page and for pages without a feature.
    """

    slots: NDArray[np.int64]
    matrix: NDArray[np.float32]
    norms: NDArray[np.float32]

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Rows that hold a page, rising."""
        return np.flatnonzero(self.slots >= 0)

    @cached_property
    def ids(self) -> NDArray[np.int64]:
        """Pages of `rows`."""
        return self.slots[self.rows]


def vector_file(folder: Path, kind: str) -> Path:
    """Where the vectors of a kind lie.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    if kind not in DIMENSIONS:
        raise InputError(f"vectors {kind!r} are not known; choose one of {', '.join(DIMENSIONS)}.")
    return folder / "vectors" / f"{kind}.f32"


def append(database: Database, folder: Path, kind: str, pages: list[int], rows: NDArray[np.float32]) -> None:
    """Give pages new vectors, inside a transaction; slots that they had become empty.

    `forget_lost` comes first, else the hole in a file that was cut would count as vectors of nothing.

    Parameters
    ----------
    database : Database
        Inside `writing`, so that nobody else takes the same slots.
    folder : Path
    kind : str
    pages : list of int
        No page twice.
    rows : (N, D) ndarray of float32

    Raises
    ------
    OutputError
        If the disk is full or the file cannot be written.
    """
    first = database.run("SELECT coalesce(max(slot), -1) + 1 FROM vector WHERE kind = ?", (kind,))
    start = int(first.fetchone()[0])
    _write(vector_file(folder, kind), start, rows.astype(_TYPE, copy=False))
    database.run_all("UPDATE vector SET page = NULL WHERE kind = ? AND page = ?", [(kind, p) for p in pages])
    norms = np.linalg.norm(rows, axis=1).tolist()
    database.run_all(
        "INSERT INTO vector (kind, slot, page, norm) VALUES (?, ?, ?, ?)",
        [(kind, start + n, page, norm) for n, (page, norm) in enumerate(zip(pages, norms, strict=True))],
    )


def mapped(database: Database, folder: Path, kind: str) -> Vectors:
    """The vectors that are committed now.

    Parameters
    ----------
    database : Database
    folder : Path
        Of the corpus.
    kind : str
        One of `DIMENSIONS`.

    Returns
    -------
    Vectors

    Raises
    ------
    InputError
        If the file is missing or shorter than it should be.
    """
    path, dimensions = vector_file(folder, kind), DIMENSIONS[kind]
    query = "SELECT slot, page, norm FROM vector WHERE kind = ? AND page IS NOT NULL"
    found = np.fromiter(database.tuples(query, (kind,)), _SLOT)
    if not len(found):
        empty = np.zeros((0, dimensions), np.float32)
        return Vectors(np.zeros(0, np.int64), empty, np.zeros(0, np.float32))
    size = int(found["slot"].max()) + 1
    slots, norms = np.full(size, -1, np.int64), np.zeros(size, np.float32)
    slots[found["slot"]], norms[found["slot"]] = found["page"], found["norm"]
    if _length(path, dimensions) < size:
        raise InputError(
            f"{path}: is shorter than it should be; run zij corpus process, which makes what is missing anew."
        )
    try:
        matrix = np.memmap(path, _TYPE, "r", shape=(size, dimensions))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); see to its permissions.") from error
    return Vectors(slots, matrix, norms)


def forget_lost(database: Database, folder: Path, kind: str) -> None:
    """Count pages as not embedded whose vectors lie beyond the end of the file, inside a transaction.

    So a file that was lost or cut is made anew by the next `zij corpus process`.

    Parameters
    ----------
    database : Database
    folder : Path
        Of the corpus.
    kind : str
        One of `DIMENSIONS`.
    """
    length = _length(vector_file(folder, kind), DIMENSIONS[kind])
    lost = "FROM vector WHERE kind = ? AND slot >= ?"
    if database.run(f"SELECT count(*) {lost}", (kind, length)).fetchone()[0]:
        database.run(
            "UPDATE page SET embedded_by = '', embedded_digest = '' "
            f"WHERE id IN (SELECT page {lost} AND page IS NOT NULL)",
            (kind, length),
        )
        database.run(f"DELETE {lost}", (kind, length))


def _length(path: Path, dimensions: int) -> int:
    """How many whole vectors a file can hold."""
    try:
        return path.stat().st_size // (dimensions * _TYPE.itemsize)
    except OSError:
        return 0


def _write(path: Path, start: int, rows: NDArray[np.float32]) -> None:
    """Write rows from a slot on and wait until they are on the disk."""
    width = rows.shape[1] * _TYPE.itemsize
    blocks = -(-(start + len(rows)) // _BLOCK)
    try:
        path.parent.mkdir(exist_ok=True)
        new = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        with os.fdopen(handle, "r+b", buffering=0) as stream:
            if os.fstat(handle).st_size < blocks * _BLOCK * width:
                stream.truncate(blocks * _BLOCK * width)
            stream.seek(start * width)
            data = memoryview(np.ascontiguousarray(rows).tobytes())
            while data:
                data = data[stream.write(data) :]
            os.fsync(handle)
        if new:
            _settle(path.parent)
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError(
            f"{path}: cannot be written ({why}), nothing was changed; make room or see to the folder's "
            "permissions and try again."
        ) from error


def _settle(folder: Path) -> None:
    """Wait until the folder's entries are on the disk, where the system can tell."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
