"""Processing what a corpus needs: workers give results, one writer commits them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from zij.corpora.store import Corpus, PageResult
from zij.errors import ZijError

__all__ = ["COMMIT", "Pace", "Tally", "commit"]

COMMIT = 64
"""Results in a transaction, at most."""
PAUSE = 2.0
"""Seconds that a result waits to be committed, at most."""

Report = Callable[["Tally"], None]


@dataclass(slots=True)
class Pace:
    """How fast pages are done, from the last few minutes, and how long the rest will take.

    Attributes
    ----------
    total : int
        Pages of this kind.
    done : int
    """

    total: int
    done: int = 0
    _marks: list[tuple[float, int]] = field(default_factory=list)

    def add(self, now: float) -> None:
        """One page more."""
        self.done += 1
        self.look(now)

    def look(self, now: float) -> None:
        """Note how far it is, every few seconds."""
        if not self._marks or now - self._marks[-1][0] >= 3:
            self._marks.append((now, self.done))
            while len(self._marks) > 2 and now - self._marks[0][0] > 300:
                self._marks.pop(0)

    def rate(self, now: float) -> float:
        """Pages a second; 0 while it cannot be told."""
        if not self._marks:
            return 0.0
        start, before = self._marks[0]
        return (self.done - before) / (now - start) if now - start >= 1 else 0.0

    def remaining(self, now: float) -> float:
        """Seconds; infinite while it cannot be told."""
        rate = self.rate(now)
        if self.done >= self.total:
            return 0.0
        return (self.total - self.done) / rate if rate > 0 else float("inf")


@dataclass(slots=True)
class Tally:
    """What has been done so far.

    Attributes
    ----------
    embedding, reading : Pace
        Pages whose reading was there, and pages whose image is read.
    failures : list of (int, str)
        Page and reason.
    stored : int
        Pages whose results are committed.
    """

    embedding: Pace
    reading: Pace
    failures: list[tuple[int, str]] = field(default_factory=list)
    stored: int = 0

    @property
    def done(self) -> int:
        """Pages done, failed ones included."""
        return self.embedding.done + self.reading.done

    @property
    def total(self) -> int:
        """Pages to be done."""
        return self.embedding.total + self.reading.total

    def look(self, now: float) -> None:
        """Note how far it is."""
        self.embedding.look(now)
        self.reading.look(now)

    def add(self, result: PageResult, now: float) -> None:
        """Count a result."""
        (self.reading if result.read_by else self.embedding).add(now)
        if result.failure:
            self.failures.append((result.page_id, result.failure))


def commit(
    corpus: Corpus, results: Iterable[PageResult | None], tally: Tally, report: Report | None = None
) -> None:
    """Store results as they come, some at a time, so that whatever ends this process costs seconds.

    Where it is interrupted, what has come is stored first.

    Parameters
    ----------
    corpus : Corpus
    results : iterable of PageResult or None
        None where nothing has come for a while.
    tally : Tally
        Counted up.
    report : callable, optional
        Told of the tally after each result and in pauses.

    Raises
    ------
    OutputError
        If the corpus cannot be written to; what was committed before stays.
    """
    writer = _Writer(corpus, tally)
    try:
        for result in results:
            now = time.monotonic()
            if result is not None:
                writer.waiting.append(result)
                tally.add(result, now)
            else:
                tally.look(now)
            if len(writer.waiting) >= COMMIT or now >= writer.due:
                writer.store()
            if report is not None:
                report(tally)
    finally:
        if not writer.broken:
            writer.store()


class _Writer:
    """The one who commits; `broken` once that has failed."""

    def __init__(self, corpus: Corpus, tally: Tally) -> None:
        self._corpus, self._tally = corpus, tally
        self.waiting: list[PageResult] = []
        self.due = time.monotonic() + PAUSE
        self.broken = False

    def store(self) -> None:
        """Commit what waits."""
        if self.waiting:
            try:
                self._corpus.put_results(self.waiting)
            except ZijError:
                self.broken = True
                raise
            self._tally.stored += len(self.waiting)
            self.waiting.clear()
        self.due = time.monotonic() + PAUSE
