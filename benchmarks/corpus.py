"""A corpus of ten thousand pages: time, processor seconds and memory of every step.

    python benchmarks/corpus.py [make] [add] [embed] [search] [see] [pages] [cluster]
                                [--folder DIR] [--pages 10000] [--images 16] [--workers 2]

All steps by default. `make` generates the readings (some ten minutes); `add`, `embed`, `search` and `see` use
what the steps before have left in the folder. `pages` and `cluster` read page images with the digit network,
on one and on two workers, by processes and through a Dask cluster on this machine. Memory is the largest sum
over all processes of a step (proportional set size, so that what they share counts once).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

import numpy as np
import psutil

STEPS = ("make", "add", "embed", "search", "see", "pages", "cluster")


@dataclass(frozen=True)
class Setting:
    """What is measured on."""

    folder: Path
    pages: int
    images: int
    workers: int

    @property
    def corpus(self) -> Path:
        """The corpus of readings."""
        return self.folder / "corpus"


@dataclass(frozen=True)
class Cost:
    """Wall and processor seconds, and megabytes."""

    wall: float
    cpu: float
    memory: float
    said: str


def row(what: str, value: str, asked: str = "") -> None:
    """One line of the table."""
    print(f"| {what} | {value} | {asked} |", flush=True)


def told(what: str, cost: Cost, pages: int, asked: str = "") -> None:
    """One line of a step with all its costs."""
    each = f", {1000 * cost.cpu / pages:.1f} CPU-ms a page" if pages else ""
    row(what, f"{cost.wall:.0f} s, CPU {cost.cpu:.0f} s{each}, {cost.memory:.0f} MB", asked)


def measured(*words: str | Path) -> Cost:
    """Run a command with all its processes and measure it."""
    before, start = os.times(), time.perf_counter()
    child = subprocess.Popen(list(map(str, words)), stdout=subprocess.PIPE, text=True)
    peak, over = [0.0], threading.Event()
    watch = threading.Thread(target=_watched, args=(child.pid, peak, over))
    watch.start()
    said, _ = child.communicate()
    wall, after = time.perf_counter() - start, os.times()
    over.set()
    watch.join()
    if child.returncode:
        raise SystemExit(f"{' '.join(map(str, words))}: ended with {child.returncode}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(wall, cpu, peak[0], said.strip())


def _watched(pid: int, peak: list[float], over: threading.Event) -> None:
    """Largest memory of a process and those that it started, in MB."""
    while not over.wait(0.5):
        total = 0
        try:
            family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        except psutil.Error:
            continue
        for process in family:
            try:
                total += process.memory_full_info().pss
            except psutil.Error:
                continue
        peak[0] = max(peak[0], total / 2**20)


def zij(*words: str | Path) -> Cost:
    """The same of a zij command."""
    return measured(sys.executable, "-m", "zij", *words)


def make(setting: Setting) -> None:
    """Readings of known families, as JSON."""
    words = ("--families", str(max(setting.pages // 10, 4)), "--pages", str(setting.pages), "--readings")
    told(f"{setting.pages:,} readings generated", zij("generate", "-o", setting.folder / "made", *words), 0)


def add(setting: Setting) -> None:
    """Readings into a corpus, with metadata."""
    made = setting.folder / "made"
    cost = zij("corpus", "add", setting.corpus, made / "pages", "--metadata", made / "families.csv")
    told(f"{setting.pages:,} readings added", cost, setting.pages, "with embedding under 180 s")
    told("added again: nothing new", zij("corpus", "add", setting.corpus, made / "pages"), 0)


def embed(setting: Setting) -> None:
    """Counts, arrangements and thumbnails."""
    cost = zij("corpus", "process", setting.corpus, "--workers", str(setting.workers))
    told(f"embedded by {setting.workers} workers", cost, setting.pages, "under 2000 MB")
    print(f"  {cost.said}")
    told("processed again: nothing to do", zij("corpus", "process", setting.corpus), 0)
    size = sum(path.stat().st_size for path in setting.corpus.rglob("*") if path.is_file())
    row("size of the corpus", f"{size / 2**20:.0f} MB")


def search(setting: Setting) -> None:
    """Milliseconds a page, without and with the check by arrangement."""
    from zij.actions.corpus import search as find
    from zij.corpora.finding import Searcher, query_of_page
    from zij.corpora.store import open_corpus

    with open_corpus(setting.corpus) as opened:
        ids = np.random.default_rng(0).choice(opened.ids(), 30, replace=False).tolist()
        start = time.perf_counter()
        searcher = Searcher(opened)
        row("what is loaded once for many searches", f"{1000 * (time.perf_counter() - start):.0f} ms")
        queries = [query_of_page(opened, page) for page in ids]
        for check, asked in ((0, "at most 50 ms"), (100, "at most 500 ms")):
            searcher.search(queries[0], check=check)
            times = []
            for query in queries:
                start = time.perf_counter()
                searcher.search(query, check=check)
                times.append(1000 * (time.perf_counter() - start))
            what = "search" + (f", the first {check} checked by arrangement" if check else "")
            row(what, f"median {np.median(times):.1f} ms, longest {max(times):.0f} ms", asked)
        name = opened.page(ids[0]).name
    start = time.perf_counter()
    find(setting.corpus, name)
    row("one search with opening the corpus", f"{1000 * (time.perf_counter() - start):.0f} ms")
    told("the command as a whole", zij("corpus", "search", setting.corpus, name), 0)


def see(setting: Setting) -> None:
    """Clusters, map, outliers and diversity."""
    total = 0.0
    for name in ("cluster", "map", "outliers", "diversity"):
        cost = zij("corpus", name, setting.corpus, "-o", setting.folder / name)
        told(f"zij corpus {name}", cost, 0, "under 2000 MB")
        total += cost.wall if name in ("cluster", "map") else 0
    row("clusters and map together", f"{total:.0f} s", "at most 300 s")


def images(setting: Setting) -> Path:
    """A folder with generated page images."""
    made = setting.folder / f"images{setting.images}"
    if not made.exists():
        words = ("--families", str(max(setting.images // 5, 1)), "--pages", str(setting.images))
        zij("generate", "-o", made, *words)
    return made / "pages"


def paced(
    setting: Setting, name: str, run: Callable[[Path, Callable[[str, int, int], None]], object]
) -> float:
    """Pages a minute once the workers have started; the whole is told too."""
    corpus = setting.folder / f"corpus-{name}-{time.time_ns()}"
    zij("corpus", "add", corpus, images(setting))
    marks: list[tuple[float, int]] = []
    before, start = os.times(), time.perf_counter()
    run(corpus, lambda step, done, total: marks.append((time.perf_counter(), done)))
    wall, after = time.perf_counter() - start, os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    (first, one), (last, all_) = next(m for m in marks if m[1] >= 2), marks[-1]
    rate = 60 * (all_ - one) / (last - first)
    each = "" if "Dask" in name else f"; {cpu / all_:.2f} CPU-s a page"
    row(name, f"{rate:.1f} pages a minute ({60 * all_ / wall:.1f} with loading the model{each})")
    return rate


def pages(setting: Setting) -> None:
    """Page images on processes of this machine."""
    from zij.actions.corpus import process

    rates = [
        paced(
            setting,
            f"{setting.images} page images, {n} worker{'s' * (n > 1)}",
            lambda corpus, progress, n=n: process(corpus, workers=n, device="cpu", progress=progress),
        )
        for n in (1, 2)
    ]
    row("efficiency of two workers", f"{rates[1] / rates[0] / 2:.0%}")


def cluster(setting: Setting) -> None:
    """Page images through a Dask cluster on this machine."""
    from distributed import LocalCluster

    from zij.actions.corpus import process

    rates = []
    for n in (1, 2):
        with LocalCluster(
            n_workers=n, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0"
        ) as dask:
            address = dask.scheduler_address
            rates.append(
                paced(
                    setting,
                    f"{setting.images} page images, Dask with {n} worker{'s' * (n > 1)}",
                    lambda corpus, progress, address=address: process(
                        corpus, scheduler=address, device="cpu", progress=progress
                    ),
                )
            )
    row("efficiency of two workers through Dask", f"{rates[1] / rates[0] / 2:.0%}")


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("steps", nargs="*", choices=[*STEPS, []], default=[])
    parser.add_argument("--folder", type=Path, default=Path("build/benchmark-corpus"))
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--images", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    setting = Setting(options.folder, options.pages, options.images, options.workers)
    setting.folder.mkdir(parents=True, exist_ok=True)
    print(
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n\n| step | cost | asked |\n|---|---|---|"
    )
    for name in options.steps or STEPS:
        globals()[name](setting)


if __name__ == "__main__":
    main()
