"""Pages side by side on this machine: a few processes that may fall without taking the others along.

Every worker has one batch of pages at a time and tells which of them it begins, so that it is known on which
page a worker fell, or stays for too long: that page has failed, the rest of its batch is given out again, and
a new worker takes the place. (`concurrent.futures` gives the whole pool up when one process is killed.)
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from zij.corpora.children import ending, leave_with_parent, undisturbed
from zij.corpora.processing.page import Job, Means, Work, failed, one_thread, prepare, process_page
from zij.corpora.store import PageResult
from zij.errors import ModelError, UsageError, ZijError

__all__ = ["LIMIT", "TICK", "Batches", "run_here", "run_local"]

LIMIT = 900.0
"""Seconds after which a page is given up."""
TICK = 0.5
"""Seconds after which None is yielded where no result has come."""

Batches = Iterable[Sequence[Job]]

_START = 120.0  # seconds that a worker may take to load its model
_FALLS = 3  # workers that may fall one after the other before their first page


def run_here(batches: Batches, means: Means, work: Work = process_page) -> Iterator[PageResult | None]:
    """Process pages in this process, one after the other, for debugging and for a handful of pages.

    Parameters
    ----------
    batches : Batches
        Jobs in portions.
    means : Means
        What all jobs need.
    work : Work
        What is done with a job.

    Yields
    ------
    PageResult
    """
    prepare(means)
    for job in itertools.chain.from_iterable(batches):
        yield work(job, means)


def run_local(
    batches: Batches,
    means: Means,
    workers: int,
    *,
    limit: float = LIMIT,
    work: Work = process_page,
) -> Iterator[PageResult | None]:
    """Process pages in processes of their own.

    Parameters
    ----------
    batches : iterable of sequences of Job
        Taken one by one, as workers become free.
    means : Means
    workers : int
        How many processes.
    limit : float
        Seconds that a page may take.
    work : callable
        What is done with a page; it must be importable by name.

    Yields
    ------
    PageResult or None
        As they come; None after `TICK` seconds without one.

    Raises
    ------
    ZijError
        If the digit model cannot be used, or workers do not start.
    """
    crew = _Crew(iter(batches), means, work, limit)
    try:
        for _ in range(workers):
            crew.hire()
        while crew.workers:
            yield from crew.step()
    finally:
        crew.dismiss()


@dataclass(slots=True, eq=False)
class _Worker:
    """A process with its batch; `place` in it is the page that it is at, and began at `since`."""

    process: BaseProcess
    line: Connection
    since: float
    ready: bool = False
    batch: Sequence[Job] = ()
    place: int = 0


class _Crew:
    """The workers, and the pages that wait for one."""

    def __init__(self, batches: Iterator[Sequence[Job]], means: Means, work: Work, limit: float) -> None:
        self._batches, self._means, self._work, self._limit = batches, means, work, limit
        self._context = multiprocessing.get_context("spawn")
        self._returned: deque[Sequence[Job]] = deque()
        self._next = next(batches, None)
        self._falls = 0
        self.workers: list[_Worker] = []

    def hire(self) -> None:
        """Start a worker, if there is anything for it to do."""
        if self._next is None and not self._returned:
            return
        here, there = self._context.Pipe()
        process = self._context.Process(
            target=_serve, args=(there, self._means, self._work), daemon=True, name="zij-page"
        )
        with undisturbed():
            process.start()
        there.close()
        self.workers.append(_Worker(process, here, time.monotonic()))

    def step(self) -> Iterator[PageResult | None]:
        """What has come from the workers; None if nothing has."""
        lines = {worker.line: worker for worker in self.workers}
        heard = wait(list(lines), TICK)
        for line in heard:
            yield from self._hear(lines[line])  # type: ignore[index]
        now = time.monotonic()
        for worker in [w for w in self.workers if now - w.since > (self._limit if w.ready else _START)]:
            if not worker.line.poll():  # else its result came while the last ones were stored
                yield from self._late(worker)
        if not heard:
            yield None

    def dismiss(self) -> None:
        """End all workers at once."""
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.process.join()
            worker.line.close()
        self.workers.clear()

    def _hear(self, worker: _Worker) -> Iterator[PageResult]:
        try:
            said = worker.line.recv()
        except (EOFError, OSError):
            yield from self._fallen(worker)
            return
        worker.since = time.monotonic()
        if isinstance(said, ZijError):
            raise said
        if isinstance(said, int):
            worker.place = said
            return
        worker.ready, self._falls = True, 0
        self._employ(worker)
        yield from said

    def _employ(self, worker: _Worker) -> None:
        """Give a worker the next batch, or let it go."""
        batch = self._returned.popleft() if self._returned else self._next
        if batch is None:
            # others may still fall and leave pages, for which a new one is hired then
            self._let_go(worker, None)
            return
        worker.batch, worker.place = batch, 0
        with contextlib.suppress(OSError):  # that it has fallen is heard next
            worker.line.send(list(batch))
        if batch is self._next:
            self._next = next(self._batches, None)

    def _let_go(self, worker: _Worker, signal_number: int | None) -> int:
        """End one worker, by its own end or by force; its exit code."""
        if signal_number is None:
            with contextlib.suppress(OSError):
                worker.line.send(None)
            worker.process.join(5)
        if worker.process.is_alive():
            worker.process.kill()
        worker.process.join()
        worker.line.close()
        self.workers.remove(worker)
        return worker.process.exitcode or 0

    def _fallen(self, worker: _Worker) -> Iterator[PageResult]:
        """The page on which a worker fell has failed; the rest of its batch is given out again."""
        worker.process.join(5)
        code = self._let_go(worker, signal.SIGTERM)
        if not worker.ready:
            self._count_fall(code)
        yield from self._lost(
            worker,
            f"the process that worked on it ended unexpectedly ({ending(code)}); if memory is short, use "
            "fewer workers, then try again with --retry.",
        )
        self.hire()

    def _late(self, worker: _Worker) -> Iterator[PageResult]:
        """A page that takes too long has failed."""
        self._let_go(worker, signal.SIGTERM)
        if not worker.ready:
            self._count_fall(0)
        yield from self._lost(
            worker,
            f"took longer than {self._limit:g} seconds and was given up; set another --limit and try again "
            "with --retry, or scale its image down.",
        )
        self.hire()

    def _lost(self, worker: _Worker, reason: str) -> Iterator[PageResult]:
        if worker.batch:
            yield failed(worker.batch[worker.place], self._means, reason)
            rest = [job for place, job in enumerate(worker.batch) if place != worker.place]
            if rest:
                self._returned.append(rest)

    def _count_fall(self, code: int) -> None:
        """Workers that fall before they are ready would fall for ever."""
        self._falls += 1
        if self._falls >= _FALLS:
            raise UsageError(
                f"worker processes do not start ({ending(code)}); use --workers 0, or, in a script of your "
                "own, call it under if __name__ == '__main__'."
            )


def _serve(line: Connection, means: Means, work: Work) -> None:
    """A worker: batches in, results out, until there is no more or nobody listens."""
    leave_with_parent()
    with contextlib.suppress(EOFError, OSError):
        try:
            one_thread(means)
            prepare(means)
        except ZijError as error:
            line.send(type(error)(str(error)))
            return
        except Exception as error:
            line.send(ModelError(f"the digit model cannot be loaded ({type(error).__name__}: {error})."))
            return
        line.send([])
        while (batch := line.recv()) is not None:
            results = []
            for place, job in enumerate(batch):
                if place:
                    line.send(place)
                results.append(work(job, means))
            line.send(results)
