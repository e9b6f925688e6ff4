"""`zij corpus process`: read and embed what a corpus needs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zij.actions._showing.shown import Shown
from zij.corpora.children import cores
from zij.errors import OutputError, UsageError

if TYPE_CHECKING:
    from zij.corpora.processing import Means, Tally
    from zij.corpora.store import Corpus, PageResult, Where, Work

__all__ = ["Processed", "process"]

LIMIT = 900.0
"""Seconds after which a page is given up."""
FEW = 200
"""Pages that only need embedding, up to which starting processes would take longer than the work."""

Results = Generator["PageResult | None", None, None]


@dataclass(frozen=True, slots=True)
class Processed(Shown):
    """What `process` did.

    Attributes
    ----------
    folder : Path
        The corpus.
    read, embedded : int
        Pages whose image was read; pages that had a reading and were embedded.
    failures : tuple of (str, str)
        Name and reason of each page that failed now.
    failed_before : int
        Pages that failed earlier and were not tried again.
    seconds : float
        How long it took.
    """

    folder: Path
    read: int
    embedded: int
    failures: tuple[tuple[str, str], ...]
    failed_before: int
    seconds: float

    @property
    def sentence(self) -> str:
        """What was done, how fast, and what is left."""
        done = self.read + self.embedded
        parts = [f"{_pages(self.read)} read and embedded" if self.read else ""]
        parts.append(
            f"{self.embedded:,} reading{'s' * (self.embedded != 1)} embedded" if self.embedded else ""
        )
        text = ", ".join(filter(None, parts)) or "nothing needed processing"
        if done:
            text += f" in {duration(self.seconds)} ({_rate(done / max(self.seconds, 1e-3))})"
        if self.failures:
            text += f"; {len(self.failures):,} failed"
        if self.failed_before:
            text += f"; {self.failed_before:,} that failed before left out (--retry tries them again)"
        return f"{text}; corpus: {self.folder}"

    def _repr_html_(self) -> str:
        from zij.actions.corpus._shows import processed_html

        return processed_html(self)


def process(
    corpus: str | Path,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    where: Sequence[str] | Where | None = None,
    weights: str | Path | None = None,
    device: str = "auto",
    retry: bool = False,
    limit: float = LIMIT,
    send_images: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> Processed:
    """Read the pages that have no reading yet, and embed the readings that are not embedded yet.

    Only what is missing is done, and what was made by another digit model, other parameters or an older
    version. Results are stored every few seconds: whatever ends this, it goes on from there the next time.

    Parameters
    ----------
    corpus : path
        Folder of the corpus.
    workers : int, optional
        Processes on this machine; default: one for each core. 0 works in this process.
    scheduler : str, optional
        Address of a Dask scheduler, `tcp://host:port`; None or "local" for this machine.
    where : sequence of str or Where, optional
        Only these pages.
    weights : path, optional
        Another digit model than the one that comes with zij.
    device : "auto", "cpu" or "cuda"
    retry : bool
        Try pages that failed again, though nothing has changed.
    limit : float
        Seconds that a page may take before it is given up; without effect where `workers` is 0.
    send_images : bool
        With a scheduler: send the images, for workers that cannot reach their files.
    progress : callable, optional
        Called as `progress(step, done, total)`; the step tells the rate and the time that is left.

    Returns
    -------
    Processed

    Raises
    ------
    ZijError
        If nothing could be done, or the corpus can no longer be written to; what was stored before stays.
    """
    from zij.corpora.processing import Means, Pace, Tally, commit, recipes
    from zij.corpora.store import open_corpus
    from zij.corpora.store.where import described

    _check(workers, scheduler, device, limit)
    start, conditions = time.monotonic(), described(where)
    wanted = recipes(weights)
    with open_corpus(corpus) as opened:
        if opened.read_only:
            raise OutputError(
                f"{opened.folder}: cannot be written to, only read; copy the corpus to a folder of yours."
            )
        work = opened.work(wanted, where=conditions, retry=retry)
        before = 0 if retry else len(opened.failures(conditions))
        reads = sum("read" in one.steps for one in work)
        means = Means(wanted, str(weights or ""), device, reads=reads > 0)
        tally = Tally(Pace(len(work) - reads), Pace(reads))
        with contextlib.closing(
            _results(opened, work, means, workers, scheduler, limit, send_images)
        ) as results:
            commit(opened, results, tally, _told(progress))
        failures = tuple((opened.page(page).name, reason) for page, reason in sorted(tally.failures))
        lost = {page for page, _ in tally.failures}
        failed_reads = len(lost & {one.page_id for one in work if "read" in one.steps})
        return Processed(
            opened.folder,
            tally.reading.done - failed_reads,
            tally.embedding.done - (len(lost) - failed_reads),
            failures,
            before,
            time.monotonic() - start,
        )


def _check(workers: int | None, scheduler: str | None, device: str, limit: float) -> None:
    if workers is not None and workers < 0:
        raise UsageError(f"--workers {workers} is no number of processes; give 0 or more.")
    if workers is not None and scheduler not in (None, "local"):
        raise UsageError("--workers and --scheduler exclude each other; the cluster says how many it has.")
    if device not in {"auto", "cpu", "cuda"}:
        raise UsageError(f"device {device!r} is not known; choose auto, cpu or cuda.")
    if not limit > 0:
        raise UsageError(f"--limit {limit:g} is no time; give seconds, more than 0.")


def _results(
    corpus: Corpus,
    work: Sequence[Work],
    means: Means,
    workers: int | None,
    scheduler: str | None,
    limit: float,
    send_images: bool,
) -> Results:
    """Results of all pages, as they come, from where they are to be worked on."""
    from zij.corpora.processing import connected, jobs_of, run_cluster, run_here, run_local

    if not work:
        return
    if scheduler not in (None, "local"):
        with connected(scheduler) as client:
            yield from run_cluster(jobs_of(corpus, work, send_images=send_images), means, client, limit=limit)
        return
    count = cores() if workers is None else workers
    if count == 0 or (workers is None and not means.reads and len(work) <= FEW):
        yield from run_here(jobs_of(corpus, work), means)
    else:
        yield from run_local(jobs_of(corpus, work), means, min(count, len(work)), limit=limit)


def _told(progress: Callable[[str, int, int], None] | None) -> Callable[[Tally], None] | None:
    """A report that tells the step, the rate and the time that is left."""
    if progress is None:
        return None

    def report(tally: Tally) -> None:
        now = time.monotonic()
        embedded = tally.embedding.done >= tally.embedding.total
        pace = tally.reading if embedded and tally.reading.total else tally.embedding
        step = "reading pages" if pace is tally.reading else "embedding readings"
        if rate := pace.rate(now):
            step += f", {_rate(rate)}"
            if pace.done < pace.total:
                step += f", {duration(pace.remaining(now))} left"
            if pace is tally.embedding and tally.reading.total:
                step += f", then {_pages(tally.reading.total)} to read"
        if tally.failures:
            step += f", {len(tally.failures):,} failed"
        progress(step, tally.done, tally.total)

    return report


def _pages(number: int) -> str:
    return f"{number:,} page{'s' * (number != 1)}"


def _rate(pages: float) -> str:
    """Pages a second, as people say it."""
    minute = 60 * pages
    return f"{minute:,.0f} pages a minute" if minute >= 10 else f"{minute:.1f} pages a minute"


def duration(seconds: float) -> str:
    """A time as people say it."""
    if seconds == float("inf"):
        return "an unknown time"
    if seconds < 100:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"
