"""Files with readings, read by processes of their own, a little ahead of the one who stores them.

Every process has one batch of files at a time. Files are given out and taken back in one order, so that what
comes of them does not depend on the number of processes, and no more than a batch for each is ever waiting. A
process that falls costs the file that it fell on: the files of its batch are then given out one by one.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import pickle
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from zij.corpora.children import ending, leave_with_parent, undisturbed
from zij.corpora.sources.readings import Content, TextKind, content_of
from zij.errors import InputError, UsageError

__all__ = ["Ahead", "File"]

File = tuple[Path, TextKind]
Work = Callable[[Path, TextKind], Content]
"""What is done with a file; `content_of`, or something else in tests."""

_BATCH = 16


class Ahead:
    """What files say, asked for in the order in which they were named.

    Parameters
    ----------
    files : iterable of (Path, "pagexml" or "json")
        Taken as they are needed.
    workers : int
        Processes; 0 for none but this one.
    work : callable
        Importable by name.
    """

    def __init__(self, files: Iterable[File] = (), workers: int = 0, work: Work = content_of) -> None:
        self._files, self._work = iter(files), work
        self._wanted = workers
        self._lanes: deque[_Lane] = deque()
        self._had: deque[tuple[File, Content | InputError]] = deque()

    def content(self, path: Path, kind: TextKind) -> Content:
        """What a file says; one that was not named, or not in this place, is read here.

        Raises
        ------
        InputError
            If it cannot be read.
        UsageError
            If processes do not start.
        """
        while self._wanted:
            self._wanted -= 1
            self._hire()
        if not self._had and self._lanes:
            self._take()
        if self._had and self._had[0][0] == (path, kind):
            found = self._had.popleft()[1]
        else:
            found = _outcome(self._work, path, kind)
        if isinstance(found, InputError):
            raise found
        return found

    def close(self) -> None:
        """End all processes at once."""
        self._wanted = 0
        for lane in self._lanes:
            lane.end()
        self._lanes.clear()

    def _hire(self) -> None:
        """Start a process, if there is anything for it to do."""
        if batch := self._next():
            lane = _Lane.start(self._work)
            lane.give(batch)
            self._lanes.append(lane)

    def _next(self) -> list[File]:
        return list(islice(self._files, _BATCH))

    def _take(self) -> None:
        """Take back the batch that was given out first, and give its process another."""
        lane = self._lanes.popleft()
        batch = lane.batch
        found = lane.take()
        if found is None:
            lane, found = self._one_by_one(lane, batch)
        if more := self._next():
            lane.give(more)
            self._lanes.append(lane)
        else:
            lane.end()
        self._had.extend(zip(batch, found, strict=True))

    def _one_by_one(self, lane: _Lane, batch: list[File]) -> tuple[_Lane, list[Content | InputError]]:
        """The files of a process that has fallen, each by itself; a process, and what came of them."""
        lane.end(5)
        lane = _Lane.start(self._work)
        outcomes: list[Content | InputError] = []
        for path, kind in batch:
            lane.give([(path, kind)])
            found = lane.take()
            if found is None:
                why = ending(lane.end(5))
                outcomes.append(
                    InputError(
                        f"{path}: the process that read it ended unexpectedly ({why}); if memory is short, "
                        "add it again with --workers 1."
                    )
                )
                lane = _Lane.start(self._work)
            else:
                outcomes += found
        return lane, outcomes


@dataclass(slots=True, eq=False)
class _Lane:
    """A process, and the batch that it has."""

    process: BaseProcess
    line: Connection
    batch: list[File]
    ready: bool = False

    @classmethod
    def start(cls, work: Work) -> _Lane:
        """A new process."""
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(there, work), daemon=True, name="zij-read")
        with undisturbed():
            process.start()
        there.close()
        return cls(process, here, [])

    def give(self, batch: list[File]) -> None:
        """Give it a batch."""
        self.batch = batch
        with contextlib.suppress(OSError):  # that it has fallen is heard when its batch is taken
            self.line.send(batch)

    def take(self) -> list[Content | InputError] | None:
        """What came of its batch; None if it has fallen.

        Raises
        ------
        UsageError
            If it has never begun.
        """
        try:
            if not self.ready:
                self.ready = bool(self.line.recv())
            found: list[Content | InputError] = self.line.recv()
        except (EOFError, OSError, pickle.UnpicklingError):
            if not self.ready:
                raise UsageError(
                    f"worker processes do not start ({ending(self.end(5))}); use --workers 0, or, in a "
                    "script of your own, call it under if __name__ == '__main__'."
                ) from None
            return None
        return found

    def end(self, patience: float = 0.0) -> int:
        """End it, after so many seconds in which it may end by itself; its exit code."""
        self.process.join(patience)
        self.process.kill()
        self.process.join()
        self.line.close()
        return self.process.exitcode or 0


def _serve(line: Connection, work: Work) -> None:
    """A process: batches in, what they say out, until nobody listens."""
    leave_with_parent()
    gc.freeze()  # what is there by now stays
    with contextlib.suppress(EOFError, OSError):
        line.send(True)
        while True:
            batch: list[File] = line.recv()
            line.send([_outcome(work, path, kind) for path, kind in batch])


def _outcome(work: Work, path: Path, kind: TextKind) -> Content | InputError:
    """What a file says, or why not; a fault of zij costs one file, not all that come after it."""
    try:
        return work(path, kind)
    except InputError as error:
        return InputError(str(error))
    except MemoryError:
        return InputError(f"{path}: there is not enough memory for this file; use fewer workers.")
    except Exception as error:
        return InputError(f"{path}: internal error ({type(error).__name__}: {error}); please report it.")
