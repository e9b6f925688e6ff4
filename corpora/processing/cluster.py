"""Pages on many machines, through Dask distributed (the extra `cluster`).

Workers get references to pages (or, where they cannot reach the images, the images themselves) and send
results back; the one who called commits them. Only as many batches are out as keep the workers busy, so that
neither the scheduler nor this process ever holds the corpus in memory.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import socket
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from zij.corpora.processing.local import LIMIT, TICK, Batches
from zij.corpora.processing.page import Job, Means, Work, failed, prepare, process_page
from zij.corpora.processing.recipe import versions
from zij.corpora.store import PageResult
from zij.errors import UsageError, ZijError

__all__ = ["connected", "run_cluster"]

_AHEAD = 2  # batches for each thread of a worker: one in work and one waiting
_FIRST = 60.0  # seconds that the first worker is waited for


def connected(address: str) -> Any:
    """A `distributed.Client` of the scheduler at an address.

    Parameters
    ----------
    address : str
        `tcp://host:port` or `tls://host:port`.

    Returns
    -------
    object

    Raises
    ------
    UsageError
        If the extra is not installed, or nobody answers there.
    """
    try:
        import distributed
    except ImportError:
        raise UsageError(
            'a scheduler needs Dask distributed, which is not installed; pip install "zij[cluster]".'
        ) from None
    client: Any = distributed.Client
    try:
        return client(address, timeout=15, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"{address}: no Dask scheduler answers there ({type(error).__name__}); check the address, or "
            "start one with 'dask scheduler'."
        ) from error


def run_cluster(
    batches: Batches,
    means: Means,
    client: Any,
    *,
    limit: float = LIMIT,
    wait: float = _FIRST,
    work: Work = process_page,
) -> Iterator[PageResult | None]:
    """Process pages on the workers of a cluster; those that join later get their share.

    A worker that is lost has its pages given to others; a page with which several workers are lost has
    failed.

    Parameters
    ----------
    batches : iterable of sequences of Job
    means : Means
        The digit model travels with the first page that a worker gets.
    client : distributed.Client
    limit : float
        Seconds that a page may take.
    wait : float
        Seconds that workers are waited for.
    work : callable
        What is done with a page; it must be importable by name on the workers.

    Yields
    ------
    PageResult or None
        As they come; None after half a second without one.

    Raises
    ------
    UsageError
        If there are no workers, or workers with another zij.
    ModelError
        If the digit model cannot be used.
    """
    _check(client, wait)
    task = _Task(replace(means, weights=""), _Model.of(means), limit, work)
    desk = _Desk(client, task)
    fresh = iter(batches)
    suspects: deque[Job] = deque()  # of lost batches; one at a time after all the others
    alone = False
    try:
        while True:
            for batch in itertools.islice(fresh, max(_room(client) - len(desk.out), 0)):
                desk.submit(batch)
            if not desk.out and suspects:
                desk.submit([suspects.popleft()])
                alone = True
            if not desk.out:
                return
            done = desk.done()
            if not done:
                yield None
            for future in done:
                batch = desk.out.pop(future)
                try:
                    yield from _result(future)
                except _LostError as error:
                    if alone:
                        yield failed(batch[0], means, str(error))
                    else:  # it may only have stood beside the one that was too much
                        suspects.extend(batch)
    finally:
        desk.clear()


class _Desk:
    """What is out: futures with their batches."""

    def __init__(self, client: Any, task: _Task) -> None:
        self._client = client
        # not scattered: what is scattered is lost with the workers that hold it
        self._task = client.submit(_same, task, pure=False)
        self._finished: SimpleQueue[Any] = SimpleQueue()
        self.out: dict[Any, Sequence[Job]] = {}

    def submit(self, batch: Sequence[Job]) -> None:
        """Give a batch to the cluster."""
        import dask

        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "4 GB"}):  # images are large
            future = self._client.submit(_batch, batch, self._task, versions(), pure=False)
        self.out[future] = batch
        future.add_done_callback(self._finished.put)

    def done(self) -> list[Any]:
        """Futures that are done, within a tick."""
        try:
            found = [self._finished.get(timeout=TICK)]
            while not self._finished.empty():
                found.append(self._finished.get())
        except Empty:
            found = [future for future in self.out if future.done()]
        return [future for future in found if future in self.out]

    def clear(self) -> None:
        """Take back what is out; it is of no use to anybody."""
        with contextlib.suppress(Exception):
            self._client.cancel([*self.out, self._task], force=True)


class _LostError(Exception):
    """A batch that the cluster could not bring to an end."""


@dataclass(frozen=True, slots=True)
class _Model:
    """The digit model as it travels; empty where workers use the one that comes with their zij."""

    content: bytes = b""

    @classmethod
    def of(cls, means: Means) -> _Model:
        if not means.weights or not means.reads:
            return cls()
        prepare(replace(means, device="cpu"))  # so that a file that is no model is told here
        with open(means.weights, "rb") as stream:
            return cls(stream.read())


@dataclass(frozen=True, slots=True)
class _Task:
    """What is the same for all pages; it travels to each worker once."""

    means: Means
    model: _Model
    limit: float
    work: Work


def _check(client: Any, wait: float) -> None:
    """Make sure that there are workers and that they have this zij."""
    with contextlib.suppress(TimeoutError):
        client.wait_for_workers(1, timeout=wait)
    try:
        found: Mapping[str, Any] = client.run(_versions, on_error="return")
    except Exception as error:
        raise UsageError(
            f"the workers of the cluster do not answer ({type(error).__name__}: {error})."
        ) from error
    if not found:
        raise UsageError(
            f"{client.scheduler.address}: has no workers; start some with 'dask worker', or ask for some."
        )
    for address, theirs in found.items():
        if theirs != versions():
            what = _told(theirs) if isinstance(theirs, dict) else f"no zij that can be used ({theirs})"
            raise UsageError(
                f"worker {address} has {what}, and this is {_told(versions())}; install the same zij there."
            )


def _told(found: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in found.items())


def _same(task: _Task) -> _Task:
    return task


def _versions() -> dict[str, str]:
    return versions()


def _room(client: Any) -> int:
    """How many batches may be out."""
    threads: Mapping[str, int] = client.nthreads()
    return max(_AHEAD * sum(threads.values()), 1)


def _result(future: Any) -> list[PageResult]:
    """What a batch gave.

    Raises
    ------
    ZijError
        If the worker cannot process any page, or the scheduler is gone.
    _LostError
        If the batch is lost for good.
    """
    if future.status == "cancelled":
        raise UsageError(
            "the connection to the scheduler was lost; what was done is kept, run the command again for the "
            "rest."
        )
    try:
        found: list[PageResult] = future.result()
    except ZijError:
        raise
    except Exception as error:
        raise _LostError(
            f"the cluster could not process it ({type(error).__name__}: {error}); try again with --retry."
        ) from error
    return found


def _batch(batch: Sequence[Job], task: _Task, wanted: Mapping[str, str]) -> list[PageResult]:
    """On a worker: process pages."""
    if wanted != versions():
        raise UsageError(
            f"a worker has {_told(versions())}, and {_told(wanted)} is asked for; install the same zij there."
        )
    means = replace(task.means, weights=_model_file(task.model) if task.model.content else "")
    prepare(means)
    return [_in_time(job, means, task) for job in batch]


def _in_time(job: Job, means: Means, task: _Task) -> PageResult:
    """The result of a page, or that it took too long; its thread is left behind then."""
    if job.reading is None and job.content is None and not os.path.exists(job.image):
        where = socket.gethostname()
        reason = f"{job.image or job.name}: cannot be reached from worker {where}; use --send-images."
        return failed(job, means, reason)
    found: list[PageResult] = []
    thread = threading.Thread(target=lambda: found.append(task.work(job, means)), daemon=True)
    thread.start()
    thread.join(task.limit)
    if found:
        return found[0]
    reason = "fell in the middle" if not thread.is_alive() else f"took longer than {task.limit:g} seconds"
    return failed(job, means, f"{reason} and was given up; set another --limit and try again with --retry.")


@cache
def _model_file(model: _Model) -> str:
    """The model as a file of this process, which is taken away at its end."""

    handle, name = tempfile.mkstemp(prefix="zij-", suffix=".safetensors")
    with os.fdopen(handle, "wb") as stream:
        stream.write(model.content)
    atexit.register(Path(name).unlink, missing_ok=True)
    return name
