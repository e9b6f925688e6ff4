"""Search in a corpus of a million vectors, and in a corpus on disk.

    python benchmarks/search.py [--vectors 1000000] [--queries 20] [--usearch 100000]
    python benchmarks/search.py --corpus CORPUS [--queries 20]

The first compares the exact search of zij (chunks over a memory map) with NumPy's matrix product and
argpartition over all vectors at once, and with usearch on a part of them, with its recall. The vectors are
square roots of counts around 2,000 made-up tables (seed 0). The second takes pages of a corpus as queries,
with and without the check by arrangement. Times are those of one thread if OMP_NUM_THREADS=1 is set.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zij.corpora.finding import Searcher, nearest, query_of_page
from zij.corpora.store import open_corpus

K = 20


def memory() -> float:
    """Largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(what: str, queries: int, once: Callable[[int], Any]) -> list[Any]:
    """Ask each query once, and print the time that passed and the processor's time."""
    passed, used, found = [], [], []
    for n in range(queries):
        clock, processor = time.perf_counter(), time.process_time()
        found.append(once(n))
        passed.append(1e3 * (time.perf_counter() - clock))
        used.append(1e3 * (time.process_time() - processor))
    told = f"median {np.median(passed):8.1f} ms, longest {max(passed):8.1f} ms"
    print(f"{what:44s} {told}; of the processor {np.median(used):.1f} ms")
    return found


def write_vectors(path: Path, count: int) -> NDArray[np.float32]:
    """Vectors in a file, mapped; written in parts, so that they never stand in memory at once."""
    rng = np.random.default_rng(0)
    tables = rng.gamma(0.5, 2.0, (2000, 110))
    vectors = np.lib.format.open_memmap(path, "w+", np.float32, (count, 110))
    for start in range(0, count, 50_000):
        part = vectors[start : start + 50_000]
        part[:] = np.sqrt(rng.poisson(tables[rng.integers(0, len(tables), len(part))]))
    vectors.flush()
    return np.asarray(np.load(path, mmap_mode="r"))


def argpartition(vectors: NDArray[np.float32], norms: NDArray[np.float32], query: NDArray[np.float32]) -> Any:
    """What one would write with NumPy."""
    scores = vectors @ query / norms
    best = np.argpartition(-scores, K)[:K]
    return best[np.argsort(-scores[best], kind="stable")]


def million(count: int, queries: int, part: int) -> None:
    """Exact search of many vectors."""
    with tempfile.TemporaryDirectory() as folder:
        vectors = write_vectors(Path(folder) / "vectors.npy", count)
        norms = np.concatenate(
            [np.linalg.norm(vectors[s : s + 50_000], axis=1) for s in range(0, count, 50_000)]
        ).astype(np.float32)
        ids = np.arange(count)
        asked = np.random.default_rng(1).integers(0, count, queries)
        print(f"{count:,} vectors of 110 dimensions, {count * 440 / 1e6:,.0f} MB; the {K} nearest")
        nearest(vectors, norms, ids, vectors[:1], K)  # the file comes into the system's cache
        found = timed(
            "zij, exact, one query at a time",
            queries,
            lambda n: nearest(vectors, norms, ids, vectors[asked[n]], K)[0],
        )
        print(f"{'':44s} largest memory {memory():,.0f} MB, the mapped file with it")
        start = time.perf_counter()
        nearest(vectors, norms, ids, vectors[asked], K)
        each = 1e3 * (time.perf_counter() - start) / queries
        print(f"{'zij, exact, all queries at once':44s} {each:15.1f} ms a query")
        whole = timed(
            "NumPy, product and argpartition",
            queries,
            lambda n: argpartition(vectors, norms, vectors[asked[n]]),
        )
        pairs = zip(found, whole, strict=True)
        same = np.mean([len(set(a.ids.tolist()) & set(b.tolist())) / K for a, b in pairs])
        print(f"{'':44s} {same:.1%} of its hits are those of zij, the others as similar")
        if part:
            usearch(vectors[:part], norms[:part], asked % part)


def usearch(vectors: NDArray[np.float32], norms: NDArray[np.float32], asked: NDArray[np.int64]) -> None:
    """The approximate index on a part of the vectors, as `zij corpus search --approximate` makes it."""
    from usearch.index import Index

    from zij.corpora.finding.approximate import _built, _measured
    from zij.corpora.store import Vectors

    held = Vectors(np.arange(len(vectors)), vectors, norms)
    start = time.perf_counter()
    index = _built(held, Index)
    print(f"usearch on {len(vectors):,}: built in {time.perf_counter() - start:.0f} s by one thread")
    timed("usearch, one query at a time", len(asked), lambda n: index.search(vectors[asked[n]], K, threads=1))
    recall = _measured(index, held, K)
    print(f"{'':44s} recall at {K} of {recall.queries} queries: {recall.share:.3f}")


def on_disk(folder: Path, queries: int) -> None:
    """Search in a corpus with and without the check."""
    with open_corpus(folder) as corpus:
        start = time.perf_counter()
        searcher = Searcher(corpus)
        coverage = searcher.coverage()
        print(f"{coverage.searched:,} pages; opened in {1e3 * (time.perf_counter() - start):.0f} ms")
        ids = np.random.default_rng(0).choice(searcher.ids, min(queries, len(searcher.ids)), replace=False)
        asked = [query_of_page(corpus, int(page), searcher.vectors) for page in ids]
        timed("without the check", len(asked), lambda n: searcher.search(asked[n], check=0))
        timed("with the check of 100", len(asked), lambda n: searcher.search(asked[n]))
        timed("opened anew for each query, with the check", len(asked),
              lambda n: Searcher(corpus).search(asked[n]))  # fmt: skip
    print(f"largest memory {memory():,.0f} MB")


def main() -> None:
    """Run what was asked for."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--vectors", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--usearch", type=int, default=0, help="vectors in the approximate index")
    parser.add_argument("--corpus", type=Path)
    given = parser.parse_args()
    threads = os.environ.get("OMP_NUM_THREADS", "as many as there are")
    print(f"threads: {threads}; load: {os.getloadavg()[0]:.1f}")
    if given.corpus is not None:
        on_disk(given.corpus, given.queries)
    else:
        million(given.vectors, given.queries, given.usearch)


if __name__ == "__main__":
    main()
